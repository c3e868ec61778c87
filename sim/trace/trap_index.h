/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A whole trace by traps: every event, each trap's in one piece, also where the events of several
 * vCPUs come in turns. A trap begins and ends as trap_log.h says; its number is that of the trap
 * log. Unlike a trap log nothing is left out.
 */
#ifndef SIM_TRACE_TRAP_INDEX_H
#define SIM_TRACE_TRAP_INDEX_H

#include "sim/trace/trace_list.h"
#include "sim/trace/trap_log.h"

struct trap_index {
    /*
     * Events and traps, for trap_view(). Events of no trap (the set-up, the host between two traps)
     * stand at the end, from loose on, in their order.
     */
    struct trap_log log;
    size_t loose;
    /*
     * Those events in pieces, each of one vCPU and without another event in between, that an
     * exception return ends; number 0.
     */
    struct trap *stretches;
    size_t stretch_count, stretch_room;
    uint64_t *took; /* cycles of each event's own work, by its place in log.events; they add up */
};

/*
 * Of a list without events of vCPUs beyond TIMELINE_MAX_VCPUS. The texts stay the list's. False
 * when memory is short: nothing is left to free.
 */
bool trap_index_build(struct trap_index *index, const struct trace_list *list);
void trap_index_free(struct trap_index *index);

#endif
