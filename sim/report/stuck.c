/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/report/stuck.h"

#include <inttypes.h>
#include <stdio.h>

#include "sim/report/trap_text.h"

#define STUCK_TRAPS 100 /* so many at one address are no chance */

/* *index goes down to the vCPU's trap before it; interrupts from outside are nobody's doing. */
static bool previous(const struct trap_log *log, unsigned vcpu, size_t *index)
{
    while (*index > 0) {
        struct trap_view view = trap_view(log, &log->traps[--*index]);
        if (view.trap->vcpu == vcpu && (view.step || view.vector))
            return true;
    }
    return false;
}

/* An abort whose handler cannot be fetched: it comes again. */
static bool vector_is_missing(const struct trap_view *view)
{
    return view->step && view->step->kind == EV_GUEST_FETCH && view->injection;
}

const char *stuck_text(const struct run *run, char *text)
{
    const struct trap_log *log = run->log;
    const struct machine_end *end = &run->result->end;
    size_t at = log->trap_count, first = at, count = 0;
    char insn[TRAP_TEXT_SIZE], what[TRAP_TEXT_SIZE];
    struct trap_view view = {0};
    uint64_t pc = 0;

    if (end->reason != END_LIMIT)
        return NULL;
    while (previous(log, end->vcpu, &at)) {
        struct trap_view before = trap_view(log, &log->traps[at]);
        if (count && trap_pc(&before) != pc)
            break;
        pc = trap_pc(&before);
        view = before;
        first = at;
        count++;
    }
    if (count < STUCK_TRAPS)
        return NULL;
    bool missing = vector_is_missing(&view);
    int used =
        snprintf(text, STUCK_TEXT_SIZE, "from trap %" PRIu64 " on each one is at 0x%" PRIx64 ": %s",
                 view.trap->number, pc,
                 missing ? "nothing is mapped at this exception vector, so that each abort leads "
                           "to the next"
                         : trap_what(&view, what));
    at = first;
    if (previous(log, end->vcpu, &at)) {
        view = trap_view(log, &log->traps[at]);
        trap_what(&view, what);
        snprintf(text + used, STUCK_TEXT_SIZE - (size_t)used,
                 "; before it trap %" PRIu64 ", %.60s%s%.120s", view.trap->number,
                 trap_insn_text(&view, insn), *what ? ": " : "", what);
    }
    return text;
}
