/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Exit dispatch of a plain VM: arch/arm64/kvm/handle_exit.c (arm_exit_handlers, handle_exit). */
#include "cpu/arch/descriptor.h"
#include "cpu/insn.h"
#include "kvm_model/kvm_internal.h"

typedef int exit_handle_fn(struct kvm_vcpu *vcpu);

static int kvm_handle_unknown_ec(struct kvm_vcpu *vcpu)
{
    return kvm_inject_undefined(vcpu);
}

/* HVC's preferred return address is the next instruction; its immediate is ignored. */
static int handle_hvc(struct kvm_vcpu *vcpu)
{
    KVM_TRACE(vcpu, HVC_ARM64, kvm_vcpu_get_pc(vcpu), kvm_vcpu_get_x(vcpu, 0),
              field_get(vcpu->fault.esr, ESR_IMM16));
    vcpu->stat.hvc_exit_stat++;
    return kvm_smccc_call_handler(vcpu);
}

/* A trapped SMC returns to itself, so it is stepped over; DEN0028E 2.9 reserves the immediates. */
static int handle_smc(struct kvm_vcpu *vcpu)
{
    kvm_incr_pc(vcpu);
    if (field_get(vcpu->fault.esr, ESR_IMM16) || !vcpu->kvm->variant->smc_is_smccc) {
        kvm_vcpu_set_x(vcpu, 0, ~(uint64_t)0);
        return 1;
    }
    return kvm_smccc_call_handler(vcpu);
}

/* Something is pending for the vCPU: an interrupt, a timer's with it, or an SError. */
bool kvm_vcpu_has_work(struct kvm_vcpu *vcpu)
{
    uint64_t lines = field_mask(HCR_VI) | field_mask(HCR_VF);

    return vcpu->serror_pending || kvm_vgic_pending_irq(vcpu) || kvm_timer_is_pending(vcpu) ||
           kvm_timer_should_notify_user(vcpu) || (vcpu->cpu && cpu_el2(vcpu->cpu)->hcr & lines);
}

/* Sleeps until something is pending, or user space's signal (kvm_vcpu_wfi). */
void kvm_vcpu_wait(struct kvm_vcpu *vcpu)
{
    const struct kvm_config *config = &vcpu->kvm->config;

    if (kvm_vcpu_has_work(vcpu))
        return;
    if (config->host.take_interrupts)
        vcpu->waits = true;
    else if (config->wait_observer && config->wait_observer(config->observer_ctx))
        vcpu->signal = true;
}

/*
 * WFIT and WFET of a CPU that has them: whether the deadline has passed. Else a WFIT will wait for
 * it, if the register that has it is valid.
 */
static bool wfxt_is_over(struct kvm_vcpu *vcpu)
{
    uint64_t esr = vcpu->fault.esr, ti = field_get(esr, ESR_WFX_TI);
    uint64_t deadline;

    if (ti < INSN_WFX_TIMED || !vcpu->kvm->variant->wfxt || !field_get(esr, ESR_WFX_RV))
        return false;
    deadline = kvm_vcpu_get_x(vcpu, (unsigned)field_get(esr, ESR_WFX_RN));
    if (kvm_timer_virtual_count(vcpu) >= deadline)
        return true;
    vcpu->wfit = !(ti & 1);
    vcpu->wfit_deadline = deadline;
    return false;
}

/* WFE yields the CPU and goes on. */
static int kvm_handle_wfx(struct kvm_vcpu *vcpu)
{
    bool wfe = field_get(vcpu->fault.esr, ESR_WFX_TI) & 1, over = wfxt_is_over(vcpu);

    clock_charge(vcpu->kvm->clock, OP_KVM_WFX, 1);
    KVM_TRACE(vcpu, WFX_ARM64, kvm_vcpu_get_pc(vcpu), wfe);
    if (wfe) {
        vcpu->stat.wfe_exit_stat++;
    } else {
        vcpu->stat.wfi_exit_stat++;
        if (!over)
            kvm_vcpu_wait(vcpu);
    }
    kvm_incr_pc(vcpu);
    return 1;
}

/*
 * By EC; NULL is kvm_handle_unknown_ec, which injects UNDEFINED. So do those of SVE, SIMD&FP,
 * pointer authentication, ERET, SVC, GCS and LS64, for a VM that has none of that.
 */
static exit_handle_fn *const arm_exit_handlers[ESR_EC_COUNT] = {
    [ESR_EC_WFX] = kvm_handle_wfx,
    [ESR_EC_HVC64] = handle_hvc,
    [ESR_EC_SMC64] = handle_smc,
    [ESR_EC_SYS64] = kvm_handle_sys_reg,
    [ESR_EC_IABT_LOW] = kvm_handle_guest_abort,
    [ESR_EC_DABT_LOW] = kvm_handle_guest_abort,
    [ESR_EC_SOFTSTP_LOW] = kvm_handle_guest_debug,
    [ESR_EC_WATCHPT_LOW] = kvm_handle_guest_debug,
    [ESR_EC_BREAKPT_LOW] = kvm_handle_guest_debug,
    [ESR_EC_BRK64] = kvm_handle_guest_debug,
};

_Static_assert(ESR_EC_COUNT == 64, "EC has six bits");

static exit_handle_fn *kvm_get_exit_handler(unsigned ec)
{
    return arm_exit_handlers[ec] ? arm_exit_handlers[ec] : kvm_handle_unknown_ec;
}

static const char *const exit_names[] = {
    [CPU_EXIT_SYNC] = "trap",
    [CPU_EXIT_IRQ] = "irq",
    [CPU_EXIT_FIQ] = "fiq",
    [CPU_EXIT_SERROR] = "serror",
};

int handle_exit(struct kvm_vcpu *vcpu, enum cpu_exit exit)
{
    unsigned ec = esr_ec(vcpu->fault.esr);

    EMIT(vcpu_trace(vcpu), KVM_HANDLE_EXIT, HOST, EVENT_STR(exit_names[exit]),
         exit == CPU_EXIT_IRQ || exit == CPU_EXIT_FIQ ? 0 : vcpu->fault.esr,
         EVENT_STR(exit == CPU_EXIT_SYNC ? esr_ec_name(ec) : ""));
    switch (exit) {
    case CPU_EXIT_SYNC:
        return kvm_get_exit_handler(ec)(vcpu);
    case CPU_EXIT_SERROR:
        return kvm_inject_serror(vcpu);
    default: /* the host's own interrupt: handled with interrupts on, then back */
        return 1;
    }
}
