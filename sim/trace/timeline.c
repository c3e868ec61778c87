/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/trace/timeline.h"

#include <assert.h>

#include "cpu/arch/esr.h"
#include "sim/trace/trap_log.h"

/* How far inside the handling of a trap a step lies; what is not listed stands at its top. */
static const uint8_t depths[EV_COUNT] = {
    [EV_WALK_STEP] = 1,
    [EV_S1_WALK] = 1,
    [EV_S2_WALK] = 1,
    [EV_FAULT] = 1,
    [EV_REC_EXIT_DATA_ABORT] = 1,
    [EV_RMM_INJECT_SEA] = 1,
    [EV_RMM_INJECT_UNDEF] = 1,
    [EV_RSI] = 1,
    [EV_COMPLETE_SEA_INSERTION] = 1,
    [EV_COMPLETE_MMIO_EMULATION] = 1,
    [EV_KVM_HANDLE_GUEST_ABORT] = 1,
    [EV_KVM_SMCCC] = 1,
    [EV_USER_MEM_ABORT] = 2,
    [EV_IO_MEM_ABORT] = 2,
    [EV_KVM_INJECT] = 2,
    [EV_KVM_IO_BUS_READ] = 3,
    [EV_KVM_IO_BUS_WRITE] = 3,
    [EV_EXIT_TO_VMM] = 3,
    [EV_ADDRESS_SPACE_RW] = 4,
    [EV_VMM_HANDLE] = 5,
    [EV_MONITOR_SMC] = 4,
    [EV_MONITOR_SMC_RETURN] = 4,
    [EV_RMI] = 5,
    [EV_GPT_SET] = 6,
};

unsigned timeline_depth(enum event_kind kind)
{
    return depths[kind];
}

/* An event of a CPU whose time is behind: its own last one was before it, not the other's. */
static uint64_t start_of(const struct timeline *timeline, const struct event *event)
{
    uint64_t own = timeline->vcpu[event->vcpu].now;

    if (timeline->now <= event->cycle.v)
        return timeline->now;
    return own < event->cycle.v ? own : event->cycle.v;
}

struct timeline_step timeline_next(struct timeline *timeline, const struct event *event)
{
    assert(event->vcpu < TIMELINE_MAX_VCPUS);
    struct timeline_step step = {
        .start = start_of(timeline, event),
        .depth = depths[event->kind],
    };
    bool in_trap = timeline->vcpu[event->vcpu].in_trap;
    step.opens_trap = event_opens_trap(event->kind, in_trap);
    if (step.opens_trap) {
        timeline->vcpu[event->vcpu].trap++;
        timeline->vcpu[event->vcpu].in_trap = true;
        timeline->vcpu[event->vcpu].exception = NULL;
    }
    if (event->kind == EV_EL2_VECTOR || event->kind == EV_EL1_VECTOR)
        timeline->vcpu[event->vcpu].exception = esr_ec_name(esr_ec(event_arg(event, "esr")));
    step.trap = timeline->vcpu[event->vcpu].trap;
    step.exception = timeline->vcpu[event->vcpu].exception;
    if (event_closes_trap(event->kind))
        timeline->vcpu[event->vcpu].in_trap = false;
    timeline->now = timeline->vcpu[event->vcpu].now = event->cycle.v;
    return step;
}
