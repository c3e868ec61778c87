/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The trace points of the kernel under simulation (events/kvm in tracefs), for who reads a machine
 * through them: arch/arm64/kvm/trace_arm.h, trace_handle_exit.h and include/trace/events/kvm.h. The
 * simulator's own events are finer; these are there to be compared with a real kernel's.
 */
#ifndef KVM_MODEL_TRACEPOINT_H
#define KVM_MODEL_TRACEPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kvm_variant;

enum kvm_tracepoint_id {
    KVM_TP_ENTRY,          /* pc */
    KVM_TP_EXIT,           /* esr, 0 of an interrupt; pc; enum cpu_exit */
    KVM_TP_GUEST_FAULT,    /* ipa of the page, esr, far, pc */
    KVM_TP_MMIO,           /* enum kvm_tp_mmio, len, gpa, value */
    KVM_TP_MMIO_NISV,      /* ipa, esr, far, pc */
    KVM_TP_HVC_ARM64,      /* pc, x0, immediate */
    KVM_TP_WFX_ARM64,      /* pc, is WFE */
    KVM_TP_HANDLE_SYS_REG, /* esr */
    KVM_TP_SYS_ACCESS,     /* pc, ESR_ELx.ISS */
    KVM_TP_USERSPACE_EXIT, /* exit reason, errno (negative) or 0 */
    /* Of a debugger in user space, of trapped debug registers, of interrupt lines. */
    KVM_TP_SET_GUEST_DEBUG,         /* KVM_GUESTDBG_* */
    KVM_TP_ARM_SETUP_DEBUG,         /* KVM_GUESTDBG_*; this and the next two in kernels without
                                       step_state_per_run only */
    KVM_TP_ARM_CLEAR_DEBUG,         /* KVM_GUESTDBG_* */
    KVM_TP_ARM_SET_DREG32,          /* enum kvm_tp_dreg, value */
    KVM_TP_TRAP_REG,                /* enum kvm_tp_trap_reg, number, is a write, value; likewise */
    KVM_TP_IRQ_LINE,                /* KVM_ARM_IRQ_TYPE_*, vCPU, number, level */
    KVM_TP_VGIC_UPDATE_IRQ_PENDING, /* vCPU, INTID, level */
    KVM_TP_COUNT
};

enum kvm_tp_dreg {
    KVM_TP_DREG_SAVED_MDSCR,    /* the guest's, before an entry */
    KVM_TP_DREG_SPSR,           /* PSTATE at the entry */
    KVM_TP_DREG_MDSCR,          /* as the guest runs with it */
    KVM_TP_DREG_RESTORED_MDSCR, /* the guest's again, after an exit */
    KVM_TP_DREG_COUNT
};

/* The functions that trap_reg names. */
enum kvm_tp_trap_reg {
    KVM_TP_TRAP_BVR,
    KVM_TP_TRAP_BCR,
    KVM_TP_TRAP_WVR,
    KVM_TP_TRAP_WCR,
    KVM_TP_TRAP_DEBUG_REGS, /* number is the kernel's own of the register */
    KVM_TP_TRAP_REG_COUNT
};

enum kvm_tp_mmio { KVM_TP_READ_UNSATISFIED, KVM_TP_READ, KVM_TP_WRITE };

#define KVM_TRACEPOINT_ARGS 4

struct kvm_tracepoint {
    enum kvm_tracepoint_id id;
    uint64_t args[KVM_TRACEPOINT_ARGS];
    const struct kvm_variant *variant; /* the kernel; needed for SYS_ACCESS */
};

typedef void kvm_tracepoint_reader(void *ctx, const struct kvm_tracepoint *point);

/*
 * Whether the kernel has it: those of debug registers at each entry and trap went with the step
 * state's move to KVM_RUN (step_state_per_run).
 */
bool kvm_tracepoint_exists(const struct kvm_variant *variant, enum kvm_tracepoint_id id);
/* The name of the event, "kvm_entry". */
const char *kvm_tracepoint_name(enum kvm_tracepoint_id id);
/* What stands before the value: "SPSR_EL2"; the function: "trap_bvr". */
const char *kvm_tracepoint_dreg_name(enum kvm_tp_dreg dreg);
const char *kvm_tracepoint_trap_reg_name(enum kvm_tp_trap_reg function);
/*
 * The text a kernel prints for it, "kvm_entry: PC: 0x...", without task, CPU and time. Names of
 * system registers are those of the variant. Cut to size.
 */
void kvm_tracepoint_text(const struct kvm_tracepoint *point, char *text, size_t size);
/*
 * The state tracefs shows beside the time, "d..1.": interrupts off, need-resched, in an interrupt,
 * depth of disabled preemption, migration disabled. In a kernel built without a preemption count
 * the depth is a dot.
 */
const char *kvm_tracepoint_flags(const struct kvm_tracepoint *point);

#endif
