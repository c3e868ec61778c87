/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Entering a REC: arch/arm64/kvm/rmi.c (kvm_rec_pre_enter, kvm_rec_enter) of the CCA series. */
#include <errno.h>

#include "cpu/arch/gic.h"
#include "kvm_model/kvm_internal.h"
#include "kvm_model/realm.h"

void kvm_complete_ripas_change(struct kvm_vcpu *vcpu)
{
    struct rmi_rec_exit *exit = &vcpu->rec.run->exit;
    ipa_t top = IPA(exit->ripas_base);

    uint64_t end = vcpu->kvm->rmi.cmds->exit_ripas_top(exit);

    if (exit->ripas_base < end)
        (void)realm_set_ipa_state(vcpu, IPA(exit->ripas_base), IPA(end), exit->ripas_value, &top);
    /* Not again for the part that is done, should the entry not happen. */
    vcpu->kvm->rmi.cmds->exit_ripas_done(exit, top.v);
}

int kvm_rec_pre_enter(struct kvm_vcpu *vcpu)
{
    struct realm_rec *rec = &vcpu->rec;
    enum phys_status status;

    if (vcpu->kvm->realm.state != REALM_STATE_ACTIVE || !rec->created)
        return -EINVAL;
    /* The page is the host's as long as the host did not give it away. */
    rec->run =
        physmem_ptr(vcpu->kvm->mem, PAS_NON_SECURE, rec->run_page, sizeof(*rec->run), &status);
    if (!rec->run)
        return -EFAULT;
    switch ((uint8_t)rec->run->exit.exit_reason) {
    case RMI_EXIT_HOST_CALL:
    case RMI_EXIT_PSCI:
        for (unsigned i = 0; i < RMI_GPR_COUNT; i++)
            rec->run->enter.gprs[i] = vcpu->shadow.x[i];
        clock_charge(vcpu->kvm->clock, OP_KVM_REC_GPR, RMI_GPR_COUNT);
        break;
    case RMI_EXIT_RIPAS_CHANGE:
        kvm_complete_ripas_change(vcpu);
        break;
    default:
        break;
    }
    return 1;
}

/* RMI_PERMITTED_GICV3_HCR_BITS */
static uint64_t permitted_hcr(void)
{
    const struct field bits[] = {
        ICH_HCR_UIE,      ICH_HCR_LRENPIE,  ICH_HCR_NPIE,     ICH_HCR_VGRP0EIE,
        ICH_HCR_VGRP0DIE, ICH_HCR_VGRP1EIE, ICH_HCR_VGRP1DIE, ICH_HCR_TDIR,
    };
    uint64_t mask = 0;

    for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
        mask |= field_mask(bits[i]);
    return mask;
}

/* The exit gets them too: should the realm not be entered after all, they are read back. */
void kvm_rec_set_gic(struct kvm_vcpu *vcpu, uint64_t hcr, const uint64_t lr[])
{
    struct rmi_rec_run *run = vcpu->rec.run;

    run->enter.gicv3_hcr = hcr & permitted_hcr();
    for (unsigned n = 0; n < vcpu->kvm->realm.num_lrs; n++) {
        run->enter.gicv3_lrs[n] = lr[n];
        run->exit.gicv3_lrs[n] = lr[n];
    }
}

void kvm_rec_get_gic(const struct kvm_vcpu *vcpu, uint64_t *hcr, uint64_t lr[], uint64_t *vmcr)
{
    const struct rmi_rec_exit *exit = &vcpu->rec.run->exit;

    *hcr = exit->gicv3_hcr;
    *vmcr = exit->gicv3_vmcr;
    for (unsigned n = 0; n < vcpu->kvm->realm.num_lrs; n++)
        lr[n] = exit->gicv3_lrs[n];
}

uint64_t kvm_rec_enter(struct kvm_vcpu *vcpu)
{
    return rmi_rec_enter(&vcpu->kvm->rmi, vcpu->rec.rec_page, vcpu->rec.run_page);
}

int realm_psci_complete(struct kvm_vcpu *source, struct kvm_vcpu *target, int64_t status)
{
    const struct rmi_host *rmi = &source->kvm->rmi;
    uint64_t ret =
        rmi->cmds->psci_complete(rmi, source->rec.rec_page, target->rec.rec_page, (uint64_t)status);

    return ret == RMI_SUCCESS ? 0 : -EINVAL;
}
