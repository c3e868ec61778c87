/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which of the scenarios found are run. */
#ifndef SIM_SUITE_SELECTION_H
#define SIM_SUITE_SELECTION_H

#include "sim/find_scenarios.h"
#include "sim/scenario/scenario.h"

/* By `cost:` of scenarios. */
enum cost_choice { COST_ALL, COST_FAST, COST_SLOW };

struct selection {
    const char *filter; /* in the name or the path; with * ? [ a pattern for all of it; NULL: any */
    const char *tag;    /* NULL: any */
    const char *cell;   /* "axis=value,...": of a matrix only these; NULL: all tests */
    enum cost_choice cost;
    unsigned shard, shards; /* 1..shards; 0, 0: all */
};

struct suite_test;

/* "I/N", 1 <= I <= N; false if text is none. */
bool shard_parse(const char *text, unsigned *shard, unsigned *shards);
/* fast, slow or all; false if text is none of them. */
bool cost_parse(const char *text, enum cost_choice *cost);
/* Whether the test at that position is in the shard: every shards-th; together they are all. */
bool is_in_shard(const struct selection *selection, size_t position);
/*
 * By name, path, tag and cost. Loads the scenario where the path alone does not decide. One that
 * cannot be loaded has no known tags: it is selected, so that it is not left out in silence.
 */
bool is_selected(const struct selection *selection, const struct suite_test *test);

#endif
