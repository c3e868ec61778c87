/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/trace/trap_index.h"

#include <stdlib.h>

#include "sim/trace/grow.h"
#include "sim/trace/timeline.h"

#define NO_TRAP SIZE_MAX

/* Which trap each event of the list belongs to, in the list's order. */
struct sorting {
    struct timeline *timeline;
    size_t *trap;                    /* of each event */
    uint64_t *took;                  /* ... */
    size_t open[TIMELINE_MAX_VCPUS]; /* trap of that vCPU that goes on, or NO_TRAP */
};

static bool find_traps(struct trap_index *index, const struct trace_list *list,
                       struct sorting *sorting)
{
    struct trap_log *log = &index->log;
    for (unsigned i = 0; i < TIMELINE_MAX_VCPUS; i++)
        sorting->open[i] = NO_TRAP;
    for (size_t i = 0; i < list->count; i++) {
        const struct event *event = &list->events[i];
        struct timeline_step step = timeline_next(sorting->timeline, event);
        if (step.opens_trap) {
            void *traps = log->traps;
            bool ok = trace_grow(&traps, &log->trap_room, log->trap_count, sizeof(struct trap));
            log->traps = traps;
            if (!ok)
                return false;
            sorting->open[event->vcpu] = log->trap_count++;
            log->traps[sorting->open[event->vcpu]] =
                (struct trap){.number = log->trap_count, .vcpu = event->vcpu};
        }
        sorting->trap[i] = sorting->open[event->vcpu];
        sorting->took[i] = event->cycle.v - step.start;
        if (sorting->trap[i] != NO_TRAP)
            log->traps[sorting->trap[i]].event_count++;
        if (event_closes_trap(event->kind))
            sorting->open[event->vcpu] = NO_TRAP;
    }
    log->total = log->trap_count;
    return true;
}

static void place_events(struct trap_index *index, const struct trace_list *list,
                         const struct sorting *sorting)
{
    struct trap_log *log = &index->log;
    size_t next = 0;
    for (size_t t = 0; t < log->trap_count; t++) {
        log->traps[t].first_event = next;
        next += log->traps[t].event_count;
        log->traps[t].event_count = 0;
    }
    index->loose = next;
    for (size_t i = 0; i < list->count; i++) {
        struct trap *trap = sorting->trap[i] == NO_TRAP ? NULL : &log->traps[sorting->trap[i]];
        size_t place = trap ? trap->first_event + trap->event_count++ : next++;
        log->events[place] = list->events[i];
        index->took[place] = sorting->took[i];
    }
    log->event_count = next;
}

static bool find_stretches(struct trap_index *index, const struct trace_list *list,
                           const struct sorting *sorting)
{
    struct trap *open = NULL;
    for (size_t i = 0, place = index->loose; i < list->count; i++) {
        const struct event *event = &list->events[i];
        if (sorting->trap[i] != NO_TRAP) {
            open = NULL;
            continue;
        }
        if (!open || open->vcpu != event->vcpu) {
            void *stretches = index->stretches;
            bool ok = trace_grow(&stretches, &index->stretch_room, index->stretch_count,
                                 sizeof(struct trap));
            index->stretches = stretches;
            if (!ok)
                return false;
            open = &index->stretches[index->stretch_count++];
            *open = (struct trap){.vcpu = event->vcpu, .first_event = place};
        }
        open->event_count++;
        place++;
        if (event_closes_trap(event->kind))
            open = NULL;
    }
    return true;
}

bool trap_index_build(struct trap_index *index, const struct trace_list *list)
{
    *index = (struct trap_index){0};
    trap_log_init(&index->log);
    struct sorting *sorting = calloc(1, sizeof(*sorting));
    struct timeline *timeline = calloc(1, sizeof(*timeline));
    size_t *trap = calloc(list->count + 1, sizeof(*trap));
    uint64_t *took = calloc(list->count + 1, sizeof(*took));
    index->took = calloc(list->count + 1, sizeof(*index->took));
    index->log.events = calloc(list->count + 1, sizeof(*index->log.events));
    index->log.event_room = list->count + 1;
    bool ok = sorting && timeline && trap && took && index->took && index->log.events;
    if (ok) {
        sorting->timeline = timeline;
        sorting->trap = trap;
        sorting->took = took;
        ok = find_traps(index, list, sorting);
    }
    if (ok) {
        place_events(index, list, sorting);
        ok = find_stretches(index, list, sorting);
    }
    if (!ok)
        trap_index_free(index);
    free(sorting);
    free(timeline);
    free(trap);
    free(took);
    return ok;
}

void trap_index_free(struct trap_index *index)
{
    free(index->took);
    free(index->stretches);
    trap_log_free(&index->log);
    *index = (struct trap_index){0};
}
