/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PSCI 1.x: arch/arm64/kvm/psci.c (kvm_psci_1_x_call, kvm_psci_0_2_call). */
#include "cpu/arch/descriptor.h"
#include "kvm_model/kvm_internal.h"
#include "kvm_model/smccc.h"

/* MPIDR_HWID_BITMASK: Aff3, Aff2, Aff1, Aff0. */
#define MPIDR_AFFINITY 0xff00ffffffull
#define MPIDR_LEVEL_BITS 8
#define AFFINITY_LEVELS 4

/* Arguments as the call's width has them, and the result. */
struct psci_call {
    uint64_t x1, x2, x3;
    int64_t result;
    bool exit;   /* to user space, run->exit_reason is set */
    bool keep_x; /* x1..x3 stay as they were */
};

typedef void psci_fn_handler(struct kvm_vcpu *vcpu, struct psci_call *call);

static void psci_version(struct kvm_vcpu *vcpu, struct psci_call *call)
{
    call->result = (1 << 16) | vcpu->kvm->variant->psci_minor;
}

/* Suspending is waiting for an interrupt (kvm_psci_vcpu_suspend). */
static void psci_cpu_suspend(struct kvm_vcpu *vcpu, struct psci_call *call)
{
    kvm_vcpu_wait(vcpu);
    call->result = PSCI_SUCCESS;
}

static void psci_cpu_off(struct kvm_vcpu *vcpu, struct psci_call *call)
{
    vcpu->power_off = true;
    call->result = PSCI_SUCCESS;
}

static struct kvm_vcpu *mpidr_to_vcpu(const struct kvm *kvm, uint64_t mpidr)
{
    for (size_t i = 0; i < kvm->vcpu_count; i++)
        if (kvm_vcpu_mpidr(kvm->vcpus[i]) == mpidr)
            return kvm->vcpus[i];
    return NULL;
}

static void psci_cpu_on(struct kvm_vcpu *vcpu, struct psci_call *call)
{
    struct kvm_vcpu *target = mpidr_to_vcpu(vcpu->kvm, call->x1);

    call->result = PSCI_INVALID_PARAMETERS;
    if (!target)
        return;
    call->result = PSCI_ALREADY_ON;
    if (vcpu_is_rec(vcpu) && target != vcpu)
        (void)realm_psci_complete(vcpu, target, PSCI_SUCCESS);
    if (!target->power_off)
        return;
    call->result = PSCI_SUCCESS;
    if (!vcpu_is_rec(vcpu)) {
        bool big_endian = kvm_vcpu_is_be(vcpu);

        kvm_arm_vcpu_init(target);
        if (big_endian) /* kvm_reset_vcpu: the caller's, reset_state.be */
            kvm_vcpu_set_sysreg(target, SYSREG_SCTLR_EL1,
                                kvm_vcpu_get_sysreg(target, SYSREG_SCTLR_EL1) |
                                    field_mask(SCTLR_EE));
        kvm_vcpu_set_pc(target, call->x2);
        kvm_vcpu_set_x(target, 0, call->x3);
        kvm_vcpu_set_pstate(target, PSTATE_EL1H | field_mask(PSTATE_DAIF));
    }
    target->power_off = false;
    kvm_vcpu_kick(target); /* it sleeps: woken (kvm_vcpu_wake_up) */
}

static void psci_affinity_info(struct kvm_vcpu *vcpu, struct psci_call *call)
{
    struct kvm *kvm = vcpu->kvm;
    uint64_t mask;

    call->result = PSCI_INVALID_PARAMETERS;
    if (call->x1 & ~MPIDR_AFFINITY || call->x2 >= AFFINITY_LEVELS)
        return;
    mask = MPIDR_AFFINITY & ~(((uint64_t)1 << (call->x2 * MPIDR_LEVEL_BITS)) - 1);
    for (size_t i = 0; i < kvm->vcpu_count; i++) {
        struct kvm_vcpu *target = kvm->vcpus[i];

        if ((kvm_vcpu_mpidr(target) & mask) != (call->x1 & mask))
            continue;
        if (vcpu_is_rec(vcpu) && target != vcpu)
            (void)realm_psci_complete(vcpu, target, PSCI_SUCCESS);
        if (call->result != PSCI_AFFINITY_ON)
            call->result = target->power_off ? PSCI_AFFINITY_OFF : PSCI_AFFINITY_ON;
    }
}

static void psci_migrate_info_type(struct kvm_vcpu *vcpu, struct psci_call *call)
{
    (void)vcpu;
    call->result = PSCI_TOS_MP;
}

/* All vCPUs stop; should user space run one again, its call has failed (kvm_prepare_system_event).
 */
static void system_event(struct kvm_vcpu *vcpu, struct psci_call *call, uint32_t type,
                         uint64_t flags)
{
    struct kvm *kvm = vcpu->kvm;
    struct kvm_run *run = vcpu->run;

    for (size_t i = 0; i < kvm->vcpu_count; i++)
        kvm->vcpus[i]->power_off = true;
    memset(&run->system_event, 0, sizeof(run->system_event));
    run->system_event.type = type;
    run->system_event.ndata = 1;
    run->system_event.data[0] = flags;
    run->exit_reason = KVM_EXIT_SYSTEM_EVENT;
    call->result = PSCI_INTERNAL_FAILURE;
    call->exit = true;
}

static void psci_system_off(struct kvm_vcpu *vcpu, struct psci_call *call)
{
    system_event(vcpu, call, KVM_SYSTEM_EVENT_SHUTDOWN, 0);
}

static void psci_system_reset(struct kvm_vcpu *vcpu, struct psci_call *call)
{
    system_event(vcpu, call, KVM_SYSTEM_EVENT_RESET, 0);
}

static void psci_system_reset2(struct kvm_vcpu *vcpu, struct psci_call *call)
{
    uint32_t type = (uint32_t)call->x1;

    call->result = PSCI_INVALID_PARAMETERS;
    if (type > PSCI_RESET2_WARM && type < PSCI_RESET2_VENDOR)
        return;
    system_event(vcpu, call, KVM_SYSTEM_EVENT_RESET, KVM_SYSTEM_EVENT_RESET_FLAG_PSCI_RESET2);
    call->keep_x = true;
}

static void psci_system_off2(struct kvm_vcpu *vcpu, struct psci_call *call)
{
    call->result = PSCI_NOT_SUPPORTED;
    if (!vcpu->kvm->variant->psci_system_off2)
        return;
    call->result = PSCI_INVALID_PARAMETERS;
    if (((uint32_t)call->x1 != 0 && (uint32_t)call->x1 != PSCI_OFF2_HIBERNATE) || call->x2 != 0)
        return;
    system_event(vcpu, call, KVM_SYSTEM_EVENT_SHUTDOWN, KVM_SYSTEM_EVENT_SHUTDOWN_FLAG_PSCI_OFF2);
}

static psci_fn_handler psci_features;

static const struct psci_row {
    uint32_t fid;
    psci_fn_handler *handler;
} psci_table[] = {
    {PSCI_VERSION, psci_version},
    {PSCI_CPU_SUSPEND, psci_cpu_suspend},
    {PSCI_CPU_SUSPEND_64, psci_cpu_suspend},
    {PSCI_CPU_OFF, psci_cpu_off},
    {PSCI_CPU_ON, psci_cpu_on},
    {PSCI_CPU_ON_64, psci_cpu_on},
    {PSCI_AFFINITY_INFO, psci_affinity_info},
    {PSCI_AFFINITY_INFO_64, psci_affinity_info},
    {PSCI_MIGRATE_INFO_TYPE, psci_migrate_info_type},
    {PSCI_SYSTEM_OFF, psci_system_off},
    {PSCI_SYSTEM_RESET, psci_system_reset},
    {PSCI_FEATURES, psci_features},
    {PSCI_SYSTEM_RESET2, psci_system_reset2},
    {PSCI_SYSTEM_RESET2_64, psci_system_reset2},
    {PSCI_SYSTEM_OFF2, psci_system_off2},
    {PSCI_SYSTEM_OFF2_64, psci_system_off2},
};

static psci_fn_handler *psci_find(const struct kvm_variant *variant, uint32_t fid)
{
    for (size_t i = 0; i < sizeof(psci_table) / sizeof(psci_table[0]); i++)
        if (psci_table[i].fid == fid &&
            (psci_table[i].handler != psci_system_reset2 || variant->psci_system_reset2))
            return psci_table[i].handler;
    return NULL;
}

static void psci_features(struct kvm_vcpu *vcpu, struct psci_call *call)
{
    uint32_t fid = (uint32_t)call->x1;
    psci_fn_handler *handler = psci_find(vcpu->kvm->variant, fid);

    call->result = handler || fid == SMCCC_VERSION ? 0 : PSCI_NOT_SUPPORTED;
    if (handler != psci_system_off2)
        return;
    call->result = PSCI_NOT_SUPPORTED;
    if (vcpu->kvm->variant->psci_system_off2)
        call->result = PSCI_OFF2_HIBERNATE; /* the types of it that exist */
}

static uint64_t argument(struct kvm_vcpu *vcpu, unsigned n, uint32_t fid)
{
    uint64_t value = kvm_vcpu_get_x(vcpu, n);

    return fid & SMCCC_FID_64 ? value : (uint32_t)value;
}

int kvm_psci_call(struct kvm_vcpu *vcpu)
{
    uint32_t fid = vcpu->smccc_fid;
    psci_fn_handler *handler = psci_find(vcpu->kvm->variant, fid);
    struct psci_call call = {
        .x1 = argument(vcpu, 1, fid),
        .x2 = argument(vcpu, 2, fid),
        .x3 = argument(vcpu, 3, fid),
        .result = PSCI_NOT_SUPPORTED,
    };

    if (handler)
        handler(vcpu, &call);
    /* kvm_psci_narrow_to_32bit; all but SYSTEM_RESET2 clear them afterwards */
    if (call.keep_x && !(fid & SMCCC_FID_64)) {
        kvm_vcpu_set_x(vcpu, 1, call.x1);
        kvm_vcpu_set_x(vcpu, 2, call.x2);
        kvm_vcpu_set_x(vcpu, 3, call.x3);
    }
    kvm_smccc_set_retval(vcpu, (uint64_t)call.result, call.keep_x);
    return call.exit ? 0 : 1;
}
