/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Simulated time. Models name operations and how many of them they did; a cost profile, which is
 * data (cpu/timing/profiles/), says what one costs. No C file contains a number of cycles.
 */
#ifndef CPU_CLOCK_H
#define CPU_CLOCK_H

#include "cpu/event_queue.h"
#include "cpu/types.h"

/* X(enumerator, profile key, floor whose work it is, what is counted) */
#define OP_TABLE(X)                                                                                \
    X(GUEST_INSN, guest_insn, GUEST, "one guest instruction")                                      \
    X(GUEST_TLB_WALK, guest_tlb_walk, GUEST, "detailed: a table walk that the guest waited for")   \
    X(GUEST_L1I_MISS, guest_l1i_miss, GUEST, "detailed: a fetch that L1I had not; waiting for L2") \
    X(GUEST_L1D_MISS, guest_l1d_miss, GUEST,                                                       \
      "detailed: an access that L1D had not; waiting for L2")                                      \
    X(GUEST_L2_MISS, guest_l2_miss, GUEST, "detailed: a line that L2 had not; waiting for L3")     \
    X(GUEST_L3_MISS, guest_l3_miss, GUEST, "detailed: a line that L3 had not; waiting for memory") \
    X(GUEST_UNCACHED, guest_uncached, GUEST,                                                       \
      "detailed: an access or a fetch past the caches; waiting for memory")                        \
    X(GUEST_BTB_MISS, guest_btb_miss, GUEST,                                                       \
      "detailed: a branch whose target was not known before it was decoded")                       \
    X(GUEST_MISPREDICT, guest_mispredict, GUEST,                                                   \
      "detailed: a branch fetched the wrong way; until the right one is")                          \
    X(TLB_MISS, tlb_miss, CPU, "a translation that the modelled TLB does not hold: a walk begins") \
    X(S1_WALK_LEVEL, s1_walk_level, CPU,                                                           \
      "one stage-1 descriptor read by a walk, that no walk cache saves")                           \
    X(S2_WALK_LEVEL, s2_walk_level, CPU,                                                           \
      "one stage-2 descriptor read by a walk, that no walk cache saves")                           \
    X(EXCEPTION_ENTRY, exception_entry, CPU, "exception taken to EL1 or EL2")                      \
    X(ERET, eret, CPU, "exception return to the guest")                                            \
    X(BARRIER, barrier, CPU, "an ISB or a DSB of a software switch between worlds")                \
    X(GIC_CPU_INTERFACE, gic_cpu_interface, CPU,                                                   \
      "an interrupt acknowledged or deactivated")                                                  \
    X(GIC_EOI, gic_eoi, CPU, "a write that ends an interrupt")                                     \
    X(KVM_EXIT_PATH, kvm_exit_path, KVM,                                                           \
      "the way from the exit's vector to its handler: vCPU loop, fixups, statistics")              \
    X(KVM_ENTRY_PATH, kvm_entry_path, KVM,                                                         \
      "the way from the handler to the entry: vCPU loop, requests, interrupts masked")             \
    X(KVM_GPR_SAVE, kvm_gpr_save, KVM, "one general-purpose register saved")                       \
    X(KVM_GPR_RESTORE, kvm_gpr_restore, KVM, "one general-purpose register restored")              \
    X(KVM_FP_SAVE, kvm_fp_save, KVM, "one FP/SIMD register saved")                                 \
    X(KVM_FP_RESTORE, kvm_fp_restore, KVM, "one FP/SIMD register restored")                        \
    X(KVM_EL1_SAVE, kvm_el1_save, KVM, "one EL1 or EL0 system register saved")                     \
    X(KVM_EL1_RESTORE, kvm_el1_restore, KVM, "one EL1 or EL0 system register restored")            \
    X(KVM_DEBUG_SAVE, kvm_debug_save, KVM, "one debug register saved")                             \
    X(KVM_DEBUG_RESTORE, kvm_debug_restore, KVM, "one debug register restored")                    \
    X(KVM_EL2_CONFIG_SAVE, kvm_el2_config_save, KVM,                                               \
      "one register of EL2's trap configuration or syndrome read")                                 \
    X(KVM_EL2_CONFIG_RESTORE, kvm_el2_config_restore, KVM,                                         \
      "one register of EL2's trap configuration written")                                          \
    X(KVM_EL2_VM_SAVE, kvm_el2_vm_save, KVM, "one register of EL2's virtual memory read")          \
    X(KVM_EL2_VM_RESTORE, kvm_el2_vm_restore, KVM, "one register of EL2's virtual memory written") \
    X(KVM_TIMER_PUT, kvm_timer_put, KVM, "one timer of the guest saved and stopped")               \
    X(KVM_TIMER_LOAD, kvm_timer_load, KVM, "one timer of the guest put on the CPU")                \
    X(KVM_VGIC_PUT, kvm_vgic_put, KVM, "the virtual CPU interface saved, without list registers")  \
    X(KVM_VGIC_LOAD, kvm_vgic_load, KVM,                                                           \
      "the virtual CPU interface put on the CPU, without list registers")                          \
    X(KVM_VGIC_LR_SAVE, kvm_vgic_lr_save, KVM,                                                     \
      "one list register read back, and its interrupt's state")                                    \
    X(KVM_VGIC_LR_RESTORE, kvm_vgic_lr_restore, KVM, "one list register filled and written")       \
    X(KVM_ABORT_DECODE, kvm_abort_decode, KVM, "guest abort: syndrome decode and memslot look-up") \
    X(KVM_IO_BUS_LOOKUP, kvm_io_bus_lookup, KVM, "look-up in the in-kernel MMIO bus")              \
    X(KVM_USER_MEM_ABORT, kvm_user_mem_abort, KVM, "VMA and page of a stage-2 fault looked up")    \
    X(KVM_STAGE2_MAP, kvm_stage2_map, KVM, "one stage-2 page or block written")                    \
    X(KVM_STAGE2_TABLE, kvm_stage2_table, KVM, "one stage-2 table put in")                         \
    X(KVM_STAGE2_UNMAP, kvm_stage2_unmap, KVM, "one stage-2 page or block taken away")             \
    X(KVM_TLBI, kvm_tlbi, KVM, "TLB invalidation of an IPA or a range, with its barriers")         \
    X(DCACHE_CLEAN_PAGE, dcache_clean_page, KVM, "4K of data cache cleaned to the PoC")            \
    X(ICACHE_INVAL_PAGE, icache_inval_page, KVM, "4K of instruction cache invalidated to the PoU") \
    X(HOST_FAULT, host_fault, KVM, "page fault of the host: a page, or the zero page, is found")   \
    X(HOST_CLEAR_PAGE, host_clear_page, KVM, "4K of fresh memory zeroed")                          \
    X(HOST_SWAP_IN, host_swap_in, KVM, "a page read back from swap")                               \
    X(MTE_CLEAR_PAGE, mte_clear_page, KVM, "tags of 4K initialised")                               \
    X(KVM_SMCCC, kvm_smccc, KVM, "KVM answers an SMCCC call")                                      \
    X(KVM_SYSREG, kvm_sysreg, KVM, "a trapped system register is found in the table and emulated") \
    X(KVM_SGI, kvm_sgi, KVM, "an SGI is made pending at one vCPU")                                 \
    X(KVM_KICK, kvm_kick, KVM, "an IPI sent to the CPU that executes another vCPU")                \
    X(GIC_SGI, gic_sgi, CPU,                                                                       \
      "time until an SGI reaches another CPU: nobody's work, so on no account")                    \
    X(KVM_WFX, kvm_wfx, KVM, "KVM handles a trapped WFI or WFE")                                   \
    X(KVM_INJECT, kvm_inject, KVM, "KVM injects an exception")                                     \
    X(KVM_REC_ENTER, kvm_rec_enter, KVM, "KVM prepares the run page of a REC")                     \
    X(KVM_REC_EXIT, kvm_rec_exit, KVM, "KVM reads the REC exit from the run page")                 \
    X(KVM_REC_GPR, kvm_rec_gpr, KVM, "one register copied between the run page and the vCPU")      \
    X(KVM_USER_EXIT, kvm_user_exit, KVM, "KVM_RUN returns to user space")                          \
    X(KVM_USER_ENTRY, kvm_user_entry, KVM, "user space calls KVM_RUN")                             \
    X(KVM_SCHED, kvm_sched, KVM,                                                                   \
      "the host's scheduler takes a vCPU's thread from its CPU, another goes on")                  \
    X(HOST_IRQ, host_irq, KVM, "the host's kernel takes an interrupt")                             \
    X(EL3_ENTRY, el3_entry, EL3, "SMC taken to EL3")                                               \
    X(EL3_EXIT, el3_exit, EL3, "exception return from EL3")                                        \
    X(EL3_GPR_SAVE, el3_gpr_save, EL3, "one general-purpose register saved at EL3")                \
    X(EL3_GPR_RESTORE, el3_gpr_restore, EL3, "one general-purpose register restored at EL3")       \
    X(EL3_DISPATCH, el3_dispatch, EL3, "EL3 finds the service of a call")                          \
    X(EL3_CONTEXT_SAVE, el3_context_save, EL3, "one EL2 system register of a world saved")         \
    X(EL3_CONTEXT_RESTORE, el3_context_restore, EL3,                                               \
      "one EL2 system register of a world restored")                                               \
    X(WORLD_SWITCH, world_switch, EL3,                                                             \
      "SCR_EL3 changes worlds, one direction; what is cold after it")                              \
    X(GPT_CHANGE, gpt_change, EL3, "EL3 changes a granule's GPT entry, and invalidates")           \
    X(RMM_DISPATCH, rmm_dispatch, RMM, "the RMM decodes an RMI command")                           \
    X(RMM_GRANULE, rmm_granule, RMM, "a granule found by address, and locked")                     \
    X(RMM_MAP, rmm_map, RMM,                                                                       \
      "a granule mapped into a slot of the RMM and unmapped, with its barriers")                   \
    X(RMM_AUX_MAP, rmm_aux_map, RMM,                                                               \
      "an auxiliary granule of a REC mapped and unmapped, with its barriers")                      \
    X(RMM_COPY, rmm_copy, RMM, "64 bytes copied from or to the host's memory")                     \
    X(RMM_ZERO, rmm_zero, RMM, "64 bytes of a granule zeroed")                                     \
    X(RMM_REC_ENTER, rmm_rec_enter, RMM, "REC enter: the checks that nothing else stands for")     \
    X(RMM_REC_EXIT, rmm_rec_exit, RMM, "REC exit: the work that nothing else stands for")          \
    X(RMM_GPR_SAVE, rmm_gpr_save, RMM, "one general-purpose register of a REC saved")              \
    X(RMM_GPR_RESTORE, rmm_gpr_restore, RMM, "one general-purpose register of a REC restored")     \
    X(RMM_SYSREG_SAVE, rmm_sysreg_save, RMM, "one EL1 or EL2 system register of a REC saved")      \
    X(RMM_SYSREG_RESTORE, rmm_sysreg_restore, RMM,                                                 \
      "one EL1 or EL2 system register of a REC restored")                                          \
    X(RMM_TIMER_SAVE, rmm_timer_save, RMM, "one timer of a REC saved, the host's restored")        \
    X(RMM_TIMER_RESTORE, rmm_timer_restore, RMM,                                                   \
      "one timer of the host saved, the REC's restored")                                           \
    X(RMM_GIC_SAVE, rmm_gic_save, RMM, "one register of a REC's virtual CPU interface saved")      \
    X(RMM_GIC_RESTORE, rmm_gic_restore, RMM,                                                       \
      "one register of a REC's virtual CPU interface checked and restored")                        \
    X(RMM_EXCEPTION, rmm_exception, RMM, "the RMM decodes a realm's exception")                    \
    X(RMM_HOST_VIEW, rmm_host_view, RMM, "what the host may see of an exception is masked")        \
    X(RMM_MMIO_COMPLETE, rmm_mmio_complete, RMM, "completion of an emulated access")               \
    X(RMM_RSI, rmm_rsi, RMM, "the RMM answers an RSI or PSCI call itself")                         \
    X(RMM_TOKEN_SIGN, rmm_token_sign, RMM, "one iteration of an attestation token's signature")    \
    X(RMM_RTT_LEVEL, rmm_rtt_level, RMM, "one RTT level walked by software")                       \
    X(VMM_DISPATCH, vmm_dispatch, VMM, "the VMM decodes an exit and finds the device")             \
    X(DEVICE_ACCESS, device_access, VMM, "one access of a device model")                           \
    X(DEVICE_LATENCY, device_latency, VMM,                                                         \
      "one cycle that a device takes by itself (devices[].latency)")

enum op {
#define X(id, key, floor, doc) OP_##id,
    OP_TABLE(X)
#undef X
        OP_COUNT
};

/* Its cycles are those of a core model (cpu/timing/cores): no profile has a figure for it. */
static inline bool op_is_modelled(enum op op)
{
    return op >= OP_GUEST_TLB_WALK && op <= OP_GUEST_MISPREDICT;
}

/* Whose work an operation is. FLOOR_CPU: the hardware's, in whatever world. */
enum floor { FLOOR_GUEST, FLOOR_CPU, FLOOR_RMM, FLOOR_EL3, FLOOR_KVM, FLOOR_VMM, FLOOR_COUNT };

/* "guest", "cpu", "rmm", "el3", "kvm", "vmm". */
const char *floor_name(enum floor floor);

/* Which state KVM switches when: with VHE much of it only where KVM_RUN begins and ends. */
enum kvm_switches { KVM_SWITCHES_VHE, KVM_SWITCHES_EVERY_EXIT };

/* How much of the guest's core is modelled. */
enum timing {
    TIMING_PROFILE,  /* as the profile says */
    TIMING_FLAT,     /* each instruction costs GUEST_INSN */
    TIMING_CORE,     /* the pipeline: cpu/timing/flow.h */
    TIMING_DETAILED, /* and caches, TLBs, branch prediction: cpu/timing/detail.h */
    TIMING_COUNT
};

/* "profile", "flat", "core", "detailed". */
const char *timing_name(enum timing timing);

struct cost_profile {
    const char *name;
    const char *core;   /* model of the guest's core (cpu/timing/core.h); NULL, "flat": none */
    enum timing timing; /* TIMING_PROFILE: with that model, if there is one */
    uint64_t core_hz;   /* what a cycle is in time */
    enum kvm_switches kvm_switches;
    uint32_t cycles[OP_COUNT];
};

/* Rate of the system counter (CNTFRQ_EL0). */
#define CLOCK_COUNTER_HZ 62500000u

/* What one operation has cost so far. */
struct clock_account {
    uint64_t count, cycles;
};

/*
 * Operations that are always done together, so many of each. Charging the bundle is one addition;
 * clock_accounts spreads it. Its owner adds it to one clock, and removes it before it goes.
 */
struct clock_bundle_row {
    enum op op;
    uint64_t count;
};
#define CLOCK_BUNDLE_ROWS 12
struct clock_bundle {
    struct clock_bundle_row rows[CLOCK_BUNDLE_ROWS];
    unsigned row_count;
    uint64_t cycles, charged; /* of one, and how often it was */
    struct clock_bundle *next;
};

/*
 * One CPU's time. Where a machine has several CPUs at once, each has its own line; the clock shows
 * the one whose CPU executes, the others stand by.
 */
struct clock_line {
    cycles_t now;
    uint64_t idle;
    struct clock_account account[OP_COUNT];
};
#define CLOCK_MAX_LINES 16

struct clock {
    cycles_t now;
    const struct cost_profile *profile;
    struct event_queue events;
    cycles_t start;
    uint64_t idle;                          /* cycles in which nothing ran */
    struct clock_account account[OP_COUNT]; /* without what was charged in bundles */
    struct clock_bundle *bundles;
    /* Where there are several CPUs, their lines, not owned; that of number line is stale. */
    const struct clock_line *lines;
    unsigned line_count, line;
    /*
     * With paced: events are called up to horizon, where the CPU that is furthest behind has got
     * to, and the guest pauses at pause, beyond it, so that the others follow.
     */
    bool paced;
    cycles_t horizon, pause;
};

/*
 * Each operation's account, what was charged in bundles included. now - start is the sum of idle
 * and of all accounts' cycles.
 */
void clock_accounts(const struct clock *clock, struct clock_account account[OP_COUNT]);

/* The bundle's rows are filled in; the clock and its profile outlive it. */
void clock_add_bundle(struct clock *clock, struct clock_bundle *bundle);
/* What it was charged stays on the accounts. */
void clock_remove_bundle(struct clock *clock, struct clock_bundle *bundle);

static inline void clock_charge_bundle(struct clock *clock, struct clock_bundle *bundle)
{
    clock->now.v += bundle->cycles;
    bundle->charged++;
}

/* count operations that took cycles together: for costs that a model of its own computes. */
static inline void clock_charge_cycles(struct clock *clock, enum op op, uint64_t count,
                                       uint64_t cycles)
{
    clock->now.v += cycles;
    clock->account[op].count += count;
    clock->account[op].cycles += cycles;
}

static inline void clock_charge(struct clock *clock, enum op op, uint64_t count)
{
    clock_charge_cycles(clock, op, count, clock->profile->cycles[op] * count);
}

/* Time begins anew at now, with nothing on any account. */
void clock_restart(struct clock *clock, cycles_t now);

/* Cycles a second; a profile without a frequency counts cycles. */
static inline uint64_t clock_hz(const struct clock *clock)
{
    return clock->profile->core_hz < CLOCK_COUNTER_HZ ? CLOCK_COUNTER_HZ : clock->profile->core_hz;
}

/* The system counter's value after that many cycles which are not yet charged. */
static inline uint64_t clock_counter(const struct clock *clock, uint64_t uncharged)
{
    uint64_t cycles = clock->now.v + uncharged;
    uint64_t hz = clock_hz(clock);

    return cycles / hz * CLOCK_COUNTER_HZ + cycles % hz * CLOCK_COUNTER_HZ / hz;
}

/* The first cycle in which the system counter is at counter; EVENT_QUEUE_NEVER: beyond the end. */
cycles_t clock_cycle_of_counter(const struct clock *clock, uint64_t counter);

/*
 * Schedules an event that was added to clock->events. What is due now, or was before, is due in the
 * next cycle: an event cannot keep time from going on.
 */
static inline void clock_schedule(struct clock *clock, struct timed_event *event, cycles_t due)
{
    event_queue_schedule(&clock->events, event,
                         due.v > clock->now.v ? due : CYCLES(clock->now.v + 1));
}

/* Where the guest stops next: an event that may be called then, or its pause. */
static inline cycles_t clock_next_stop(const struct clock *clock)
{
    cycles_t due = event_queue_next_due(&clock->events);

    return !clock->paced || due.v <= clock->horizon.v ? due : clock->pause;
}

static inline bool clock_event_is_due(const struct clock *clock)
{
    return clock_next_stop(clock).v <= clock->now.v;
}

static inline bool clock_is_to_pause(const struct clock *clock)
{
    return clock->paced && clock->pause.v <= clock->now.v;
}

/*
 * Calls what is due. cpu_run does so in front of the instruction with which an event falls due;
 * software at EL2 does where it takes interrupts. False: nothing was due.
 */
bool clock_run_events(struct clock *clock);

/* Puts the time of the CPU that executed away, and shows that of another, number index. */
void clock_save_line(struct clock *clock, struct clock_line *line);
void clock_load_line(struct clock *clock, const struct clock_line *line, unsigned index);

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
enum floor op_floor(enum op op);

#endif
