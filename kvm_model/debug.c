/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A debugger in user space: KVM_SET_GUEST_DEBUG and the guest's software step state, which KVM
 * takes over for it (arch/arm64/kvm/debug.c: kvm_arm_setup_debug, kvm_arm_clear_debug@6.12;
 * kvm_vcpu_load_debug, kvm_vcpu_put_debug@7.2).
 */
#include <errno.h>

#include "kvm_model/kvm_internal.h"

static const struct field MDSCR_SS = {0, 1}, MDSCR_MDE = {15, 1};

#define GUESTDBG_VALID                                                                             \
    ((uint32_t)(KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_USE_SW_BP | KVM_GUESTDBG_SINGLESTEP))

/* MDCR_EL2 follows (kvm_arm_setup_mdcr_el2). */
int kvm_vcpu_set_guest_debug(struct kvm_vcpu *vcpu, uint32_t control)
{
    if (vcpu_is_rec(vcpu) || control & ~GUESTDBG_VALID)
        return -EINVAL;
    KVM_TRACE(vcpu, SET_GUEST_DEBUG, control);
    vcpu->guest_debug = control & KVM_GUESTDBG_ENABLE ? control : 0;
    if (!vcpu->guest_debug)
        vcpu->debug.step_pending = false;
    kvm_vcpu_set_mdcr(vcpu);
    return 0;
}

static bool steps(const struct kvm_vcpu *vcpu)
{
    return vcpu->guest_debug & KVM_GUESTDBG_SINGLESTEP;
}

static bool step_bit(struct kvm_vcpu *vcpu)
{
    return field_get(kvm_vcpu_get_pstate(vcpu), PSTATE_SS);
}

static void set_step_bit(struct kvm_vcpu *vcpu, bool set)
{
    kvm_vcpu_set_pstate(vcpu, (kvm_vcpu_get_pstate(vcpu) & ~field_mask(PSTATE_SS)) |
                                  field_put(PSTATE_SS, set));
}

/* The instruction may be stepped, unless the exception of the last step is still to come. */
static void take_step_state(struct kvm_vcpu *vcpu)
{
    set_step_bit(vcpu, !vcpu->debug.step_pending);
}

static void leave_step_state(struct kvm_vcpu *vcpu)
{
    vcpu->debug.step_pending = !step_bit(vcpu);
}

void kvm_debug_load(struct kvm_vcpu *vcpu)
{
    if (!steps(vcpu) || !vcpu->kvm->variant->step_state_per_run)
        return;
    vcpu->debug.guest_step_bit = step_bit(vcpu);
    take_step_state(vcpu);
}

void kvm_debug_put(struct kvm_vcpu *vcpu)
{
    if (!steps(vcpu) || !vcpu->kvm->variant->step_state_per_run)
        return;
    leave_step_state(vcpu);
    set_step_bit(vcpu, vcpu->debug.guest_step_bit);
}

#define TRACE_DREG(vcpu_, dreg_, value_)                                                           \
    KVM_TRACE(vcpu_, ARM_SET_DREG32, KVM_TP_DREG_##dreg_, value_)

/* The guest must neither see nor use software step while the debugger does; OS Lock clears MDE. */
static void debug_enter(struct kvm_vcpu *vcpu)
{
    uint64_t mdscr;

    if (!vcpu->guest_debug && !vcpu->os_lock)
        return;
    mdscr = kvm_vcpu_get_sysreg(vcpu, SYSREG_MDSCR_EL1);
    vcpu->debug.saved_mdscr = mdscr;
    TRACE_DREG(vcpu, SAVED_MDSCR, mdscr);
    mdscr = (mdscr & ~field_mask(MDSCR_SS)) | field_put(MDSCR_SS, steps(vcpu));
    if (vcpu->os_lock)
        mdscr &= ~field_mask(MDSCR_MDE);
    kvm_vcpu_set_sysreg(vcpu, SYSREG_MDSCR_EL1, mdscr);
    if (steps(vcpu) && !vcpu->kvm->variant->step_state_per_run)
        take_step_state(vcpu);
    TRACE_DREG(vcpu, SPSR, kvm_vcpu_get_pstate(vcpu));
}

void kvm_debug_enter(struct kvm_vcpu *vcpu)
{
    KVM_TRACE(vcpu, ARM_SETUP_DEBUG, vcpu->guest_debug);
    debug_enter(vcpu);
    TRACE_DREG(vcpu, MDSCR, kvm_vcpu_get_sysreg(vcpu, SYSREG_MDSCR_EL1));
}

void kvm_debug_exit(struct kvm_vcpu *vcpu)
{
    KVM_TRACE(vcpu, ARM_CLEAR_DEBUG, vcpu->guest_debug);
    if (!vcpu->guest_debug && !vcpu->os_lock)
        return;
    if (steps(vcpu) && !vcpu->kvm->variant->step_state_per_run && !step_bit(vcpu))
        vcpu->debug.step_pending = true;
    kvm_vcpu_set_sysreg(vcpu, SYSREG_MDSCR_EL1, vcpu->debug.saved_mdscr);
    TRACE_DREG(vcpu, RESTORED_MDSCR, vcpu->debug.saved_mdscr);
}

/* BRK, breakpoints, watchpoints, steps of a guest under a debugger (handle_exit.c). */
int kvm_handle_guest_debug(struct kvm_vcpu *vcpu)
{
    struct kvm_arm_debug_exit debug = {.hsr = (uint32_t)vcpu->fault.esr,
                                       .hsr_high = (uint32_t)(vcpu->fault.esr >> 32)};

    vcpu->run->exit_reason = KVM_EXIT_DEBUG;
    if (esr_ec(vcpu->fault.esr) == ESR_EC_WATCHPT_LOW)
        debug.far = vcpu->fault.far;
    if (esr_ec(vcpu->fault.esr) == ESR_EC_SOFTSTP_LOW) {
        vcpu->debug.step_pending = false;
        if (vcpu->kvm->variant->step_state_per_run)
            set_step_bit(vcpu, true);
    }
    kvm_run_set_debug(vcpu->run, &debug);
    return 0;
}
