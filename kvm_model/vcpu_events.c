/* SPDX-License-Identifier: GPL-2.0-or-later */
/* KVM_GET_VCPU_EVENTS, KVM_SET_VCPU_EVENTS: arch/arm64/kvm/guest.c (__kvm_arm_vcpu_set_events). */
#include <errno.h>

#include "kvm_model/kvm_internal.h"

/*
 * The exception is taken before user space looks again, and the access that was waiting for an
 * answer is no longer there (commit_pending_events@7.2).
 */
static void commit_pending_events(struct kvm_vcpu *vcpu)
{
    if (vcpu->kvm->variant->events != KVM_EVENTS_AT_ONCE || !vcpu->exception.pending)
        return;
    vcpu->mmio_needed = false;
    kvm_adjust_pc(vcpu);
}

/*
 * The RMM injects no SError, and an external abort only in the place of the answer to an access
 * (__kvm_arm_vcpu_set_events of the CCA series since v5).
 */
static int rec_set_events(struct kvm_vcpu *vcpu, const struct kvm_arm_vcpu_events *events)
{
    uint64_t *flags = vcpu->rec.run ? &vcpu->rec.run->enter.flags : NULL;

    if (events->serror_pending)
        return -EINVAL;
    if (!events->ext_dabt_pending)
        return 0;
    if (vcpu->kvm->variant->rec_mmio != KVM_REC_MMIO_AT_MMIO_RETURN || !flags ||
        !(*flags & field_mask(RMI_ENTER_EMUL_MMIO)))
        return -EINVAL;
    *flags &= ~field_mask(RMI_ENTER_EMUL_MMIO);
    kvm_inject_sea(vcpu, false, vcpu->fault.far);
    return 0;
}

int kvm_vcpu_set_events(struct kvm_vcpu *vcpu, const struct kvm_arm_vcpu_events *events)
{
    bool bad_esr;

    if (vcpu_is_rec(vcpu))
        return rec_set_events(vcpu, events);
    if (events->ext_dabt_pending && !vcpu->kvm->variant->ext_dabt_event)
        return -EINVAL;
    bad_esr = events->serror_pending && events->serror_has_esr &&
              events->serror_esr & ~field_mask(ESR_ISS);
    if (bad_esr && vcpu->kvm->variant->events == KVM_EVENTS_AT_ENTRY)
        return -EINVAL;
    if (events->ext_dabt_pending)
        kvm_inject_sea(vcpu, false, vcpu->fault.far);
    commit_pending_events(vcpu);
    if (bad_esr) /* the abort stays taken */
        return -EINVAL;
    if (events->serror_pending && events->serror_has_esr)
        kvm_inject_serror_esr(vcpu, events->serror_esr);
    else if (events->serror_pending)
        kvm_inject_serror(vcpu);
    commit_pending_events(vcpu);
    return 0;
}

void kvm_vcpu_get_events(const struct kvm_vcpu *vcpu, struct kvm_arm_vcpu_events *events)
{
    *events = (struct kvm_arm_vcpu_events){
        .serror_pending = vcpu->serror_pending,
        .serror_has_esr = true, /* the host has FEAT_RAS */
        .serror_esr = vcpu->serror_pending ? vcpu->serror_esr : 0,
    };
}
