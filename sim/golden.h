/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `golden:`: the events of a run against a file kept beside the scenario. The file says which cost
 * table its cycles are of; under another one, cycles are not compared.
 */
#ifndef SIM_GOLDEN_H
#define SIM_GOLDEN_H

#include "sim/report/judge.h"
#include "sim/trace/filter.h"

#define GOLDEN_MAX_BYTES ((size_t)16 << 20)

enum golden_use {
    GOLDEN_COMPARE,
    GOLDEN_UPDATE_MISSING, /* a file that does not exist is written */
    GOLDEN_UPDATE,         /* ... and one that differs is replaced, if nothing else failed */
};

struct golden {
    const struct scenario *scenario;
    const struct cost_profile *profile;
    struct arena *arena;
    struct event_filter filter;
    FILE *out;
    char *text;
    size_t size;
    bool too_large;
    /* after golden_compare */
    bool missing, differs;
    bool stale; /* the same but for cycles, of another cost table */
    struct failure failure;
    const char *told; /* what an update did, lines; or "" */
};

/* False, with a message in error (size bytes), if the scenario's patterns are wrong. */
bool golden_open(struct golden *golden, const struct scenario *scenario,
                 const struct cost_profile *profile, struct arena *arena, char *error, size_t size);
/* An event_reader; ctx is the golden. */
void golden_event(void *ctx, const struct event *event);
/* After the run: fills what differs, with its failure. */
void golden_compare(struct golden *golden);
/*
 * Writes the file if use says so and it is missing, differs or is stale; others: so many other
 * expectations failed. True if the golden is met now. told gets a diff of what changed.
 */
bool golden_update(struct golden *golden, enum golden_use use, size_t others);
void golden_close(struct golden *golden);

#endif
