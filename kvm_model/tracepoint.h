/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The trace points of the kernel under simulation (events/kvm in tracefs), for who reads a machine
 * through them: arch/arm64/kvm/trace_arm.h, trace_handle_exit.h and include/trace/events/kvm.h. The
 * simulator's own events are finer; these are there to be compared with a real kernel's.
 */
#ifndef KVM_MODEL_TRACEPOINT_H
#define KVM_MODEL_TRACEPOINT_H

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
