/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/trace/sorter.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM 64

/* Those up to cycle go on. */
static void pass_on(struct trace_sorter *sorter, cycles_t cycle)
{
    while (sorter->count && sorter->held[sorter->first].cycle.v <= cycle.v) {
        sorter->next(sorter->ctx, &sorter->held[sorter->first]);
        sorter->first++;
        sorter->count--;
    }
}

static bool make_room(struct trace_sorter *sorter)
{
    struct event *bigger;
    size_t room;

    if (sorter->first + sorter->count < sorter->room)
        return true;
    if (sorter->first) {
        memmove(sorter->held, sorter->held + sorter->first, sorter->count * sizeof(*sorter->held));
        sorter->first = 0;
        return true;
    }
    room = sorter->room ? 2 * sorter->room : FIRST_ROOM;
    bigger = realloc(sorter->held, room * sizeof(*bigger));
    if (!bigger)
        return false;
    sorter->held = bigger;
    sorter->room = room;
    return true;
}

/* Behind those of the same cycle. */
static void hold(struct trace_sorter *sorter, const struct event *event)
{
    struct event *held = sorter->held + sorter->first;
    size_t at = sorter->count++;

    for (; at > 0 && held[at - 1].cycle.v > event->cycle.v; at--)
        held[at] = held[at - 1];
    held[at] = *event;
}

void trace_sorter_event(void *ctx, const struct event *event)
{
    struct trace_sorter *sorter = ctx;
    const struct clock *clock = sorter->clock;
    bool ahead = clock->paced && clock->horizon.v < event->cycle.v;

    if (!make_room(sorter)) {
        pass_on(sorter, EVENT_QUEUE_NEVER);
        sorter->next(sorter->ctx, event);
        return;
    }
    hold(sorter, event);
    pass_on(sorter, event->kind == EV_END ? EVENT_QUEUE_NEVER
                    : ahead               ? clock->horizon
                                          : event->cycle);
}

void trace_sorter_free(struct trace_sorter *sorter)
{
    free(sorter->held);
    sorter->held = NULL;
}
