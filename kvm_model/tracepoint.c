/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kvm_model/tracepoint.h"

#include <errno.h>
#include <stdio.h>

#include "cpu/arch/esr.h"
#include "cpu/cpu.h"
#include "kvm_model/sys_reg_names.h"
#include "kvm_model/uapi.h"
#include "kvm_model/variant.h"

typedef unsigned long long ull;

#define IRQ_TYPE_COUNT 3

/* By KVM_ARM_IRQ_TYPE_*, and what trace_arm.h calls another. */
static const char *const irq_types[] = {"CPU", "VGIC SPI", "VGIC PPI", "UNKNOWN"};

bool kvm_tracepoint_exists(const struct kvm_variant *variant, enum kvm_tracepoint_id id)
{
    static const bool of_debug[KVM_TP_COUNT] = {[KVM_TP_ARM_SETUP_DEBUG] = true,
                                                [KVM_TP_ARM_CLEAR_DEBUG] = true,
                                                [KVM_TP_ARM_SET_DREG32] = true,
                                                [KVM_TP_TRAP_REG] = true};
    return !of_debug[id] || !variant->step_state_per_run;
}

const char *kvm_tracepoint_name(enum kvm_tracepoint_id id)
{
    static const char *const names[KVM_TP_COUNT] = {
        [KVM_TP_ENTRY] = "kvm_entry",
        [KVM_TP_EXIT] = "kvm_exit",
        [KVM_TP_GUEST_FAULT] = "kvm_guest_fault",
        [KVM_TP_MMIO] = "kvm_mmio",
        [KVM_TP_MMIO_NISV] = "kvm_mmio_nisv",
        [KVM_TP_HVC_ARM64] = "kvm_hvc_arm64",
        [KVM_TP_WFX_ARM64] = "kvm_wfx_arm64",
        [KVM_TP_HANDLE_SYS_REG] = "kvm_handle_sys_reg",
        [KVM_TP_SYS_ACCESS] = "kvm_sys_access",
        [KVM_TP_USERSPACE_EXIT] = "kvm_userspace_exit",
        [KVM_TP_SET_GUEST_DEBUG] = "kvm_set_guest_debug",
        [KVM_TP_ARM_SETUP_DEBUG] = "kvm_arm_setup_debug",
        [KVM_TP_ARM_CLEAR_DEBUG] = "kvm_arm_clear_debug",
        [KVM_TP_ARM_SET_DREG32] = "kvm_arm_set_dreg32",
        [KVM_TP_TRAP_REG] = "trap_reg",
        [KVM_TP_IRQ_LINE] = "kvm_irq_line",
        [KVM_TP_VGIC_UPDATE_IRQ_PENDING] = "vgic_update_irq_pending",
    };
    return names[id];
}

const char *kvm_tracepoint_dreg_name(enum kvm_tp_dreg dreg)
{
    static const char *const names[KVM_TP_DREG_COUNT] = {
        [KVM_TP_DREG_SAVED_MDSCR] = "Saved MDSCR_EL1",
        [KVM_TP_DREG_SPSR] = "SPSR_EL2",
        [KVM_TP_DREG_MDSCR] = "MDSCR_EL1",
        [KVM_TP_DREG_RESTORED_MDSCR] = "Restored MDSCR_EL1",
    };
    return names[dreg];
}

const char *kvm_tracepoint_trap_reg_name(enum kvm_tp_trap_reg function)
{
    static const char *const names[KVM_TP_TRAP_REG_COUNT] = {
        [KVM_TP_TRAP_BVR] = "trap_bvr",
        [KVM_TP_TRAP_BCR] = "trap_bcr",
        [KVM_TP_TRAP_WVR] = "trap_wvr",
        [KVM_TP_TRAP_WCR] = "trap_wcr",
        [KVM_TP_TRAP_DEBUG_REGS] = "trap_debug_regs",
    };
    return names[function];
}

/* What the kernel calls an exit reason (kvm_trace_exit_reason). */
static const char *exit_reason(uint64_t reason)
{
    return reason > UINT32_MAX ? "UNKNOWN" : kvm_exit_reason_name((uint32_t)reason);
}

/* ARM_EXCEPTION_* as trace_arm.h names it; FIQs are the host's IRQs (kvm_arm_exception_type). */
static const char *exit_name(uint64_t exit)
{
    return exit == CPU_EXIT_SYNC ? "TRAP" : exit == CPU_EXIT_SERROR ? "SERROR" : "IRQ";
}

static void mmio_text(const struct kvm_tracepoint *point, char *text, size_t size)
{
    static const char *const kinds[] = {
        [KVM_TP_READ_UNSATISFIED] = "unsatisfied-read",
        [KVM_TP_READ] = "read",
        [KVM_TP_WRITE] = "write",
    };

    snprintf(text, size, "kvm_mmio: mmio %s len %llu gpa 0x%llx val 0x%llx", kinds[point->args[0]],
             (ull)point->args[1], (ull)point->args[2], (ull)point->args[3]);
}

static void sys_access_text(const struct kvm_tracepoint *point, char *text, size_t size)
{
    uint64_t iss = point->args[1];
    char name[40];

    sys_reg_trace_name(point->variant, iss, name, sizeof(name));
    snprintf(text, size, "kvm_sys_access: PC: %llx %s (%llu,%llu,%llu,%llu,%llu) %s",
             (ull)point->args[0], name, (ull)field_get(iss, ESR_SYS_OP0),
             (ull)field_get(iss, ESR_SYS_OP1), (ull)field_get(iss, ESR_SYS_CRN),
             (ull)field_get(iss, ESR_SYS_CRM), (ull)field_get(iss, ESR_SYS_OP2),
             field_get(iss, ESR_SYS_DIRECTION) ? "read" : "write");
}

static void userspace_exit_text(const struct kvm_tracepoint *point, char *text, size_t size)
{
    int64_t error = (int64_t)point->args[1];

    if (error < 0)
        snprintf(text, size, "kvm_userspace_exit: reason %s (%lld)",
                 error == -EINTR ? "restart" : "error", (long long)-error);
    else
        snprintf(text, size, "kvm_userspace_exit: reason %s (%llu)", exit_reason(point->args[0]),
                 (ull)point->args[0]);
}

/* Where kvm_arch_vcpu_ioctl_run@7.2 has its trace points: between preempt_disable and _enable. */
const char *kvm_tracepoint_flags(const struct kvm_tracepoint *point)
{
    bool counts = point->variant && point->variant->traces_preempt_count;

    switch (point->id) {
    case KVM_TP_ENTRY:
        return counts ? "d..1." : "d....";
    case KVM_TP_ARM_SETUP_DEBUG:
    case KVM_TP_ARM_CLEAR_DEBUG:
    case KVM_TP_ARM_SET_DREG32:
        return counts ? "d..1." : "d....";
    case KVM_TP_EXIT:
        return counts ? "...1." : ".....";
    default:
        return ".....";
    }
}

void kvm_tracepoint_text(const struct kvm_tracepoint *point, char *text, size_t size)
{
    const uint64_t *args = point->args;

    switch (point->id) {
    case KVM_TP_ENTRY:
        snprintf(text, size, "kvm_entry: PC: 0x%016llx", (ull)args[0]);
        break;
    case KVM_TP_EXIT:
        snprintf(text, size, "kvm_exit: %s: HSR_EC: 0x%04x (%s), PC: 0x%016llx", exit_name(args[2]),
                 esr_ec(args[0]), esr_ec_name(esr_ec(args[0])), (ull)args[1]);
        break;
    case KVM_TP_GUEST_FAULT:
        snprintf(text, size,
                 "kvm_guest_fault: ipa 0x%llx, hsr 0x%06llx, hxfar 0x%06llx, pc 0x%014llx",
                 (ull)args[0], (ull)args[1], (ull)args[2], (ull)args[3]);
        break;
    case KVM_TP_MMIO:
        mmio_text(point, text, size);
        break;
    case KVM_TP_MMIO_NISV:
        snprintf(text, size,
                 "kvm_mmio_nisv: ipa 0x%014llx, esr 0x%014llx, far 0x%014llx, pc 0x%014llx",
                 (ull)args[0], (ull)args[1], (ull)args[2], (ull)args[3]);
        break;
    case KVM_TP_HVC_ARM64:
        snprintf(text, size, "kvm_hvc_arm64: HVC at 0x%016llx (r0: 0x%016llx, imm: 0x%llx)",
                 (ull)args[0], (ull)args[1], (ull)args[2]);
        break;
    case KVM_TP_WFX_ARM64:
        snprintf(text, size, "kvm_wfx_arm64: guest executed wf%c at: 0x%016llx",
                 args[1] ? 'e' : 'i', (ull)args[0]);
        break;
    case KVM_TP_HANDLE_SYS_REG:
        snprintf(text, size, "kvm_handle_sys_reg: HSR 0x%08llx", (ull)args[0]);
        break;
    case KVM_TP_SYS_ACCESS:
        sys_access_text(point, text, size);
        break;
    case KVM_TP_USERSPACE_EXIT:
        userspace_exit_text(point, text, size);
        break;
    case KVM_TP_SET_GUEST_DEBUG: /* the kernel prints a hashed address: there is none here */
    case KVM_TP_ARM_SETUP_DEBUG:
        snprintf(text, size, "%s: vcpu: 0000000000000000, flags: 0x%08llx",
                 kvm_tracepoint_name(point->id), (ull)args[0]);
        break;
    case KVM_TP_ARM_CLEAR_DEBUG:
        snprintf(text, size, "kvm_arm_clear_debug: flags: 0x%08llx", (ull)args[0]);
        break;
    case KVM_TP_ARM_SET_DREG32:
        snprintf(text, size, "kvm_arm_set_dreg32: %s: 0x%llx",
                 kvm_tracepoint_dreg_name((enum kvm_tp_dreg)args[0]), (ull)args[1]);
        break;
    case KVM_TP_TRAP_REG:
        snprintf(text, size, "trap_reg: %s %s reg %llu (0x%016llx)",
                 kvm_tracepoint_trap_reg_name((enum kvm_tp_trap_reg)args[0]),
                 args[2] ? "write to" : "read from", (ull)args[1], (ull)args[3]);
        break;
    case KVM_TP_IRQ_LINE:
        snprintf(text, size,
                 "kvm_irq_line: Inject %s interrupt (%llu), vcpu->idx: %llu, num: %llu, level: "
                 "%llu",
                 irq_types[args[0] < IRQ_TYPE_COUNT ? args[0] : IRQ_TYPE_COUNT], (ull)args[0],
                 (ull)args[1], (ull)args[2], (ull)args[3]);
        break;
    case KVM_TP_VGIC_UPDATE_IRQ_PENDING:
        snprintf(text, size, "vgic_update_irq_pending: VCPU: %llu, IRQ %llu, level: %llu",
                 (ull)args[0], (ull)args[1], (ull)args[2]);
        break;
    case KVM_TP_COUNT:
        break;
    }
}
