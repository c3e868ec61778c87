/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shorthand for the rows of the schema's tables; only sim/scenario/schema_*.c include it. */
#ifndef SIM_SCENARIO_SCHEMA_ROWS_H
#define SIM_SCENARIO_SCHEMA_ROWS_H

#include "cpu/count.h"
#include "sim/scenario/schema.h"

#define MAP(rows)                                                                                  \
    &(const struct schema_map)                                                                     \
    {                                                                                              \
        .keys = (rows), .count = COUNT(rows)                                                       \
    }
#define WORDS(what_, list_)                                                                        \
    &(const struct schema_words)                                                                   \
    {                                                                                              \
        .what = (what_), .list = (list_), .count = COUNT(list_)                                    \
    }
#define INT(low, high) .type = SCHEMA_INT, .min = (low), .max = (high)
#define ANY_INT .type = SCHEMA_INT
#define MATCH_ANY_INT .type = SCHEMA_INT, .flags = SCHEMA_MATCH

#endif
