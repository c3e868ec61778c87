/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Simulated time. Models name operations and how many of them they did; a cost profile, which is
 * data (cpu/timing/profiles/), says what one costs. No C file contains a number of cycles.
 */
#ifndef CPU_CLOCK_H
#define CPU_CLOCK_H

#include "cpu/event_queue.h"
#include "cpu/types.h"

/* X(enumerator, profile key, what is counted) */
#define OP_TABLE(X)                                                                                \
    X(GUEST_INSN, guest_insn, "one guest instruction")                                             \
    X(WALK_LEVEL, walk_level, "one descriptor read of a stage-1 or stage-2 walk that faults")      \
    X(EXCEPTION_ENTRY, exception_entry, "exception taken to EL1 or EL2")                           \
    X(ERET, eret, "exception return to the guest")                                                 \
    X(KVM_EXIT_SAVE, kvm_exit_save, "KVM saves the guest and restores the host")                   \
    X(KVM_ENTRY_RESTORE, kvm_entry_restore, "KVM saves the host and restores the guest")           \
    X(KVM_ABORT_DECODE, kvm_abort_decode, "guest abort: syndrome decode and memslot look-up")      \
    X(KVM_IO_BUS_LOOKUP, kvm_io_bus_lookup, "look-up in the in-kernel MMIO bus")                   \
    X(KVM_USER_MEM_ABORT, kvm_user_mem_abort, "VMA and page of a stage-2 fault looked up")         \
    X(KVM_STAGE2_MAP, kvm_stage2_map, "one stage-2 page or block written")                         \
    X(KVM_STAGE2_TABLE, kvm_stage2_table, "one stage-2 table put in")                              \
    X(KVM_STAGE2_UNMAP, kvm_stage2_unmap, "one stage-2 page or block taken away")                  \
    X(KVM_TLBI, kvm_tlbi, "TLB invalidation of an IPA or a range, with its barriers")              \
    X(DCACHE_CLEAN_PAGE, dcache_clean_page, "4K of data cache cleaned to the PoC")                 \
    X(ICACHE_INVAL_PAGE, icache_inval_page, "4K of instruction cache invalidated to the PoU")      \
    X(HOST_FAULT, host_fault, "page fault of the host: a page, or the zero page, is found")        \
    X(HOST_CLEAR_PAGE, host_clear_page, "4K of fresh memory zeroed")                               \
    X(HOST_SWAP_IN, host_swap_in, "a page read back from swap")                                    \
    X(MTE_CLEAR_PAGE, mte_clear_page, "tags of 4K initialised")                                    \
    X(KVM_USER_EXIT, kvm_user_exit, "KVM_RUN returns to user space")                               \
    X(KVM_USER_ENTRY, kvm_user_entry, "user space calls KVM_RUN")                                  \
    X(KVM_SMCCC, kvm_smccc, "KVM answers an SMCCC call")                                           \
    X(KVM_INJECT, kvm_inject, "KVM injects an exception")                                          \
    X(GIC_CPU_INTERFACE, gic_cpu_interface, "an interrupt acknowledged, ended or deactivated")     \
    X(KVM_VGIC_LR, kvm_vgic_lr, "KVM fills a list register, and reads it back")                    \
    X(HOST_IRQ, host_irq, "the host's kernel takes an interrupt")                                  \
    X(SMC_EL3, smc_el3, "SMC entry to EL3 and its dispatch")                                       \
    X(WORLD_SWITCH, world_switch, "EL3 switches worlds, one direction")                            \
    X(GPT_CHANGE, gpt_change, "EL3 changes a granule's GPT entry; its zeroing and invalidations")  \
    X(RMM_DISPATCH, rmm_dispatch, "the RMM decodes an RMI command")                                \
    X(RMM_REC_ENTER, rmm_rec_enter, "REC enter: checks, copy of the entry, context restore")       \
    X(RMM_REC_EXIT, rmm_rec_exit, "REC exit: context save, masks, copy of the exit")               \
    X(RMM_MMIO_COMPLETE, rmm_mmio_complete, "completion of an emulated access")                    \
    X(RMM_RSI, rmm_rsi, "the RMM answers an RSI or PSCI call itself")                              \
    X(RMM_TOKEN_SIGN, rmm_token_sign, "one iteration of an attestation token's signature")         \
    X(RMM_RTT_LEVEL, rmm_rtt_level, "one RTT level walked by software")                            \
    X(VMM_DISPATCH, vmm_dispatch, "the VMM decodes an exit and finds the device")                  \
    X(DEVICE_ACCESS, device_access, "one access of a device model")

enum op {
#define X(id, key, doc) OP_##id,
    OP_TABLE(X)
#undef X
        OP_COUNT
};

struct cost_profile {
    const char *name;
    uint64_t core_hz; /* what a cycle is in time; a multiple of CLOCK_COUNTER_HZ */
    uint32_t cycles[OP_COUNT];
};

/* Rate of the system counter (CNTFRQ_EL0). */
#define CLOCK_COUNTER_HZ 62500000u

struct clock {
    cycles_t now;
    const struct cost_profile *profile;
    struct event_queue events;
};

static inline void clock_charge(struct clock *clock, enum op op, uint64_t count)
{
    clock->now.v += clock->profile->cycles[op] * count;
}

/* Cycles of one count of the system counter. A profile without a frequency counts cycles. */
static inline uint64_t clock_counter_ratio(const struct clock *clock)
{
    uint64_t ratio = clock->profile->core_hz / CLOCK_COUNTER_HZ;

    return ratio ? ratio : 1;
}

/* The system counter's value after that many guest instructions which are not yet charged. */
static inline uint64_t clock_counter(const struct clock *clock, uint64_t uncharged)
{
    uint64_t cycles = clock->now.v + uncharged * clock->profile->cycles[OP_GUEST_INSN];

    return cycles / clock_counter_ratio(clock);
}

/*
 * Schedules an event that was added to clock->events. What is due now, or was before, is due in the
 * next cycle: an event cannot keep time from going on.
 */
static inline void clock_schedule(struct clock *clock, struct timed_event *event, cycles_t due)
{
    event_queue_schedule(&clock->events, event,
                         due.v > clock->now.v ? due : CYCLES(clock->now.v + 1));
}

static inline bool clock_event_is_due(const struct clock *clock)
{
    return event_queue_next_due(&clock->events).v <= clock->now.v;
}

/*
 * Calls what is due. cpu_run does so in front of the instruction with which an event falls due;
 * software at EL2 does where it takes interrupts. False: nothing was due.
 */
bool clock_run_events(struct clock *clock);

/* Nothing runs until the next event: its cycle is now, and it is called. False: there is none. */
bool clock_skip_to_event(struct clock *clock);

/*
 * After how many more guest instructions, of which none is charged yet, the next event is due: at
 * least 1, UINT64_MAX if no number of them gets there.
 */
uint64_t clock_instructions_to_event(const struct clock *clock);

/* Key of the operation in a profile file, and what it counts. */
const char *op_key(enum op op);
const char *op_doc(enum op op);

#endif
