/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An event reader that groups a run's events into traps. A trap starts with the guest's own step
 * (guest_load, guest_store, guest_fetch, guest_insn; an EL2 vector or a REC exit without one, for
 * an interrupt) and ends with the next ERET, the next guest step or the end of the run. What comes
 * before the guest's first instruction is the set-up. Reports and expectations read traps, never
 * the machine.
 */
#ifndef SIM_TRACE_TRAP_LOG_H
#define SIM_TRACE_TRAP_LOG_H

#include "cpu/arch/esr.h"
#include "cpu/event.h"

#define TRAP_LOG_MAX_TRAPS 10000   /* kept in full; the rest is counted */
#define TRAP_LOG_MAX_EVENTS 524288 /* of all traps kept */
/* Name of exits by a physical interrupt among those by reason and class. */
#define TRAP_LOG_INTERRUPTS "IRQ"
#define TRAP_LOG_MAX_REASONS 32 /* different reasons of exits to the VMM */
#define TRAP_LOG_MAX_VCPUS 16   /* traps of others are not told apart */

struct trap {
    uint64_t number; /* from 1 */
    unsigned vcpu;
    size_t first_event, event_count; /* in the log's events, without those of other vCPUs */
};

struct trap_counter {
    const char *name;
    uint64_t count;
};

struct trap_log {
    struct event *events;
    size_t event_count, event_room;
    struct trap *traps;
    size_t trap_count, trap_room;

    uint64_t total; /* traps, also those not kept */
    struct {
        bool in_trap; /* its last trap is still open: its thread may have been scheduled out */
        bool keeping; /* ... and is kept: */
        size_t trap;  /* in traps */
    } vcpus[TRAP_LOG_MAX_VCPUS];
    bool guest_ran; /* the set-up is over */
    bool full;      /* no trap is kept any more */
    bool out_of_memory;

    uint64_t setup_rmi,
        setup_granules; /* RMI commands and GPT changes before the guest's first entry */
    cycles_t setup_end;

    uint64_t by_class[ESR_EC_COUNT];                 /* exceptions to EL2, by EC */
    uint64_t interrupts;                             /* and by a physical interrupt */
    struct trap_counter exits[TRAP_LOG_MAX_REASONS]; /* exits to the VMM, by reason */
    size_t exit_reasons;
};

/* Empty log; trap_log_free releases what it comes to own. */
void trap_log_init(struct trap_log *log);
void trap_log_free(struct trap_log *log);
/* The bounds of a trap, as above; in_trap: another one of this vCPU is open. */
bool event_opens_trap(enum event_kind kind, bool in_trap);
bool event_closes_trap(enum event_kind kind);
/* An event_reader; ctx is the log. */
void trap_log_event(void *ctx, const struct event *event);

/*
 * How often the run left the guest that way: the reason of an exit to the VMM without its KVM_EXIT_
 * ("MMIO"), or an exception class ("HVC64", also written "HVC"). 0 for what did not happen.
 */
uint64_t trap_log_exits(const struct trap_log *log, const char *name);

/*
 * Whether an exit_to_vmm event tells the VMM anything: KVM_RUN clears the reason when it starts
 * (kvm_arch_vcpu_ioctl_run), so an error without one is a failure, not an exit.
 */
bool is_vmm_exit(const struct event *event);

/* First and last event of a kind in a trap, or NULL. */
const struct event *trap_first(const struct trap_log *log, const struct trap *trap,
                               enum event_kind kind);
const struct event *trap_last(const struct trap_log *log, const struct trap *trap,
                              enum event_kind kind);

/* The events that tell a trap's story, NULL where there is none. */
struct trap_view {
    const struct trap *trap;
    const struct event *events; /* event_count of them */
    size_t event_count;
    const struct event *step;       /* the guest's own */
    const struct event *fault;      /* the last one: what ended the walk */
    const struct event *vector;     /* exception to EL2, else to EL1 */
    const struct event *rec_exit;   /* a realm: what the host reads */
    const struct event *io_abort;   /* io_mem_abort */
    const struct event *vmm_exit;   /* KVM_RUN returned */
    const struct event *device;     /* vmm_handle */
    const struct event *completion; /* of the access, by KVM or the RMM */
    const struct event *injection;  /* of an exception to EL1 by the RMM or KVM */
};

struct trap_view trap_view(const struct trap_log *log, const struct trap *trap);

/* The first event of a kind, or NULL. */
const struct event *trap_view_event(const struct trap_view *view, enum event_kind kind);

/* 1 or 2: where the exception was taken; 0 when none was. */
unsigned trap_el(const struct trap_view *view);
/* Address of the instruction that trapped: of the guest's step, else ELR. */
uint64_t trap_pc(const struct trap_view *view);
/* From a trap's first to its last event. */
uint64_t trap_cycles(const struct trap_view *view);
/* Memory was found and mapped, nothing else: a page-in. */
bool trap_is_page_in(const struct trap_view *view);

#endif
