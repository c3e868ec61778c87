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

/* What the guest learns of a workaround that the host applies by itself. */
static uint64_t workaround(enum spectre_state state)
{
    static const uint64_t answers[] = {
        [SPECTRE_UNAFFECTED] = SMCCC_RET_UNAFFECTED,
        [SPECTRE_MITIGATED] = 0,
        [SPECTRE_VULNERABLE] = SMCCC_NOT_SUPPORTED,
    };

    return answers[state];
}

/* Spectre v4: with PSTATE.SSBS the guest needs no firmware, and is told of none. */
static uint64_t workaround_2(const struct kvm_host_cpu *host)
{
    static const struct field ssbs = {4, 4};
    bool has_ssbs = field_get(host->id[ID_REG_ID_AA64PFR1_EL1], ssbs);

    if (host->spectre_v4 == SPECTRE_VULNERABLE ||
        (host->spectre_v4 == SPECTRE_MITIGATED && has_ssbs))
        return SMCCC_NOT_SUPPORTED;
    return SMCCC_RET_NOT_REQUIRED;
}

static uint64_t arch_features(const struct kvm *kvm, uint32_t fid)
{
    const struct kvm_host_cpu *host = kvm->host_cpu;

    switch (fid) {
    case SMCCC_ARCH_WORKAROUND_1:
        return workaround(host->spectre_v2);
    case SMCCC_ARCH_WORKAROUND_2:
        return workaround_2(host);
    case SMCCC_ARCH_WORKAROUND_3:
        return kvm->variant->smccc_services ? workaround(host->spectre_bhb) : SMCCC_NOT_SUPPORTED;
    case SMCCC_PV_TIME_FEATURES:
        return kvm->variant->smccc_services ? 0 : SMCCC_NOT_SUPPORTED;
    default:
        return SMCCC_NOT_SUPPORTED;
    }
}

/*
 * The calls that the exit vector answers without KVM (hyp/hyp-entry.S:el1_hvc_guest): entering EL2
 * was the workaround. x1 is clobbered.
 */
bool kvm_smccc_fast_call(struct kvm_vcpu *vcpu, uint64_t esr)
{
    uint32_t fid = (uint32_t)kvm_vcpu_get_x(vcpu, 0);

    if (esr_ec(esr) != ESR_EC_HVC64 ||
        (fid != SMCCC_ARCH_WORKAROUND_1 && fid != SMCCC_ARCH_WORKAROUND_2 &&
         (fid != SMCCC_ARCH_WORKAROUND_3 || !vcpu->kvm->variant->smccc_services)))
        return false;
    kvm_vcpu_set_x(vcpu, 0, 0);
    kvm_vcpu_set_x(vcpu, 1, 0);
    return true;
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
        x0 = arch_features(vcpu->kvm, (uint32_t)kvm_vcpu_get_x(vcpu, 1));
    kvm_smccc_set_retval(vcpu, x0, false);
    return 1;
}
