/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SMCCC calls: arch/arm64/kvm/hypercalls.c (kvm_smccc_call_handler). */
#include "kvm_model/smccc.h"
#include "kvm_model/kvm_internal.h"

void kvm_smccc_set_retval(struct kvm_vcpu *vcpu, uint64_t x0, bool keep)
{
    kvm_vcpu_set_x(vcpu, 0, x0);
    for (unsigned n = 1; n < SMCCC_RESULTS && !keep; n++)
        kvm_vcpu_set_x(vcpu, n, 0);
    EMIT(vcpu_trace(vcpu), KVM_SMCCC, HOST, vcpu->smccc_fid, x0);
}

/* PSCI takes all of the standard service range but what other services have there. */
static bool is_psci(uint32_t fid)
{
    return (fid & ~(SMCCC_FID_64 | PSCI_FID_NUMBER)) == PSCI_FID_BASE;
}

static uint64_t arch_features(const struct kvm_variant *variant, uint32_t fid)
{
    /* Spectre and SSBD workarounds are not advertised: the CPU is taken as unaffected. */
    return variant->smccc_services && fid == SMCCC_PV_TIME_FEATURES ? 0 : SMCCC_NOT_SUPPORTED;
}

/* User space answers; x0.. are its (kvm_prepare_hypercall_exit). */
static int hypercall_exit(struct kvm_vcpu *vcpu, uint32_t fid)
{
    bool smc = !vcpu_is_rec(vcpu) && esr_ec(vcpu->fault.esr) == ESR_EC_SMC64;
    struct kvm_arm_hypercall_exit hypercall = {.nr = fid,
                                               .flags = smc ? KVM_HYPERCALL_EXIT_SMC : 0};

    vcpu->run->exit_reason = KVM_EXIT_HYPERCALL;
    kvm_run_set_hypercall(vcpu->run, &hypercall);
    return 0;
}

int kvm_smccc_call_handler(struct kvm_vcpu *vcpu)
{
    uint32_t fid = (uint32_t)kvm_vcpu_get_x(vcpu, 0);
    uint64_t x0 = SMCCC_NOT_SUPPORTED, results[SMCCC_RESULTS];

    vcpu->smccc_fid = fid;
    clock_charge(vcpu->kvm->clock, OP_KVM_SMCCC, 1);
    switch (kvm_smccc_get_action(vcpu->kvm, fid)) {
    case KVM_SMCCC_FILTER_FWD_TO_USER:
        return hypercall_exit(vcpu, fid);
    case KVM_SMCCC_FILTER_DENY:
        kvm_smccc_set_retval(vcpu, x0, false);
        return 1;
    default:
        break;
    }
    if (vcpu->kvm->variant->smccc_services && kvm_smccc_service(vcpu, fid, results)) {
        kvm_smccc_set_retval(vcpu, results[0], true);
        for (unsigned n = 1; n < SMCCC_RESULTS; n++)
            kvm_vcpu_set_x(vcpu, n, results[n]);
        return 1;
    }
    if (is_psci(fid))
        return kvm_psci_call(vcpu);
    if (fid == SMCCC_VERSION)
        x0 = SMCCC_VERSION_1_1;
    else if (fid == SMCCC_ARCH_FEATURES)
        x0 = arch_features(vcpu->kvm->variant, (uint32_t)kvm_vcpu_get_x(vcpu, 1));
    kvm_smccc_set_retval(vcpu, x0, false);
    return 1;
}
