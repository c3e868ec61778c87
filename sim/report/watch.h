/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An event reader for what the trap log does not keep: how often the events that a scenario names
 * in expect.events and expect.never happened, over the whole run, and the guest's registers before
 * and after each trap.
 */
#ifndef SIM_REPORT_WATCH_H
#define SIM_REPORT_WATCH_H

#include "sim/machine.h"
#include "sim/trace/trap_log.h"

#define WATCH_LEAKS_SIZE 160

struct watch_hits { /* of one of expect.events */
    uint64_t count;
    struct event first; /* with count > 0 */
    uint64_t trap;      /* the number of the trap it belongs to; 0: it is of the set-up */
};

struct trap_registers {
    uint64_t trap; /* its number */
    bool resumed;  /* the guest went on */
    uint64_t before[31], after[31], pc_after, sp_before, sp_after;
};

struct watch {
    const struct scenario *scenario;
    struct machine *machine;
    const struct trap_log *log;
    struct watch_hits *hits; /* as many as the scenario has events */
    bool wants_registers;
    struct trap_registers *traps;
    size_t trap_count, trap_room;
    size_t open[SCN_MAX_VCPUS]; /* 1 + index of the trap that a vCPU is in; 0: none */
    bool out_of_memory;
};

/* Of a scenario that wants any of it; else watch_wanted is false. log must be read before. */
bool watch_wanted(const struct scenario *scenario);
void watch_init(struct watch *watch, const struct scenario *scenario, struct machine *machine,
                const struct trap_log *log);
void watch_free(struct watch *watch);
/* An event_reader; ctx is the watch. */
void watch_event(void *ctx, const struct event *event);

/* Registers around the trap of that number, or NULL. */
const struct trap_registers *watch_registers(const struct watch *watch, uint64_t trap);

/*
 * Whether an exit shows the host a field: one of ESR by its name, "far" (more than the offset in
 * the page), "hpfar". event is what the host reads: REC_EXIT, or EL2_VECTOR of a plain VM.
 */
bool host_sees_field(const struct event *event, const char *field);

#endif
