/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys of what is expected of the run as a whole (schema_observe.c), for the table of all keys. */
#ifndef SIM_SCENARIO_SCHEMA_OBSERVE_H
#define SIM_SCENARIO_SCHEMA_OBSERVE_H

#include "sim/scenario/schema.h"

/* Entries of expect.never, expect.events, expect.memory; expect.cycles. */
extern const struct schema_map schema_expect_never, schema_expect_event, schema_expect_memory,
    schema_expect_cycles;

#endif
