/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events of CPUs that run at the same time, in the order of their cycles: the simulator lets one
 * CPU go on after the other, so that they come in pieces (struct clock, paced).
 */
#ifndef SIM_TRACE_SORTER_H
#define SIM_TRACE_SORTER_H

#include "cpu/event.h"

struct trace_sorter {
    const struct clock *clock;
    event_reader *next; /* gets them, with ctx */
    void *ctx;
    /* the sorter's: in order, from first on */
    struct event *held;
    size_t first, count, room;
};

/*
 * An event_reader; ctx is the sorter. What no other event can come before any more goes on to next,
 * everything at the end of the run. Without memory they go on as they come.
 */
void trace_sorter_event(void *ctx, const struct event *event);
void trace_sorter_free(struct trace_sorter *sorter);

#endif
