/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Exits of a REC: arch/arm64/kvm/rmi-exit.c:handle_rec_exit@v12. */
#include <errno.h>

#include "kvm_model/kvm_internal.h"
#include "kvm_model/realm.h"

typedef int rec_exit_fn(struct kvm_vcpu *vcpu);

/* The value stored is in gprs[0], whatever register the realm used; SRT, which the RMM hides, is 0.
 */
static int rec_exit_sync_dabt(struct kvm_vcpu *vcpu)
{
    if (kvm_vcpu_dabt_iswrite(vcpu) && kvm_vcpu_dabt_isvalid(vcpu))
        kvm_vcpu_set_x(vcpu, kvm_vcpu_dabt_get_rd(vcpu), vcpu->rec.run->exit.gprs[0]);
    return kvm_handle_guest_abort(vcpu);
}

/* The RMM has stepped over the instruction; a read's value goes back through gprs[0]. */
static int rec_exit_sys_reg(struct kvm_vcpu *vcpu)
{
    unsigned rt = (unsigned)field_get(vcpu->fault.esr, ESR_SYS_RT);
    bool is_write = !field_get(vcpu->fault.esr, ESR_SYS_DIRECTION);
    int ret;

    if (is_write)
        kvm_vcpu_set_x(vcpu, rt, vcpu->rec.run->exit.gprs[0]);
    ret = kvm_handle_sys_reg(vcpu);
    if (!is_write)
        vcpu->rec.run->enter.gprs[0] = kvm_vcpu_get_x(vcpu, rt);
    return ret;
}

/* By EC of a RMI_EXIT_SYNC; the others, instruction aborts among them, end KVM_RUN with -ENXIO. */
static rec_exit_fn *const rec_exit_handlers[ESR_EC_COUNT] = {
    [ESR_EC_SYS64] = rec_exit_sys_reg,
    [ESR_EC_DABT_LOW] = rec_exit_sync_dabt,
};

static int rec_exit_sync(struct kvm_vcpu *vcpu)
{
    rec_exit_fn *handler;

    /* HPFAR means something in these exits alone. */
    vcpu->fault.hpfar = vcpu->rec.run->exit.hpfar;
    handler = rec_exit_handlers[esr_ec(vcpu->fault.esr)];
    return handler ? handler(vcpu) : -ENXIO;
}

static int rec_exit_interrupt(struct kvm_vcpu *vcpu)
{
    (void)vcpu;
    return 1;
}

static int rec_exit_psci(struct kvm_vcpu *vcpu)
{
    for (unsigned i = 0; i < RMI_GPR_COUNT; i++)
        kvm_vcpu_set_x(vcpu, i, vcpu->rec.run->exit.gprs[i]);
    clock_charge(vcpu->kvm->clock, OP_KVM_REC_GPR, RMI_GPR_COUNT);
    return kvm_smccc_call_handler(vcpu);
}

static int rec_exit_ripas_change(struct kvm_vcpu *vcpu)
{
    const struct rmi_rec_exit *exit = &vcpu->rec.run->exit;
    uint64_t top = vcpu->kvm->rmi.cmds->exit_ripas_top(exit);
    struct kvm_exit_memory_fault fault = {
        .flags = exit->ripas_value == RMI_RAM ? KVM_MEMORY_EXIT_FLAG_PRIVATE : 0,
        .gpa = exit->ripas_base,
        .size = top - exit->ripas_base,
    };

    if (top <= exit->ripas_base ||
        !kvm_realm_is_private_address(vcpu->kvm, IPA(exit->ripas_base)) ||
        !kvm_realm_is_private_address(vcpu->kvm, IPA(top - 1))) {
        vcpu->rec.run->enter.flags = field_mask(RMI_ENTER_RIPAS_RESPONSE);
        return -EINVAL;
    }
    if (vcpu->kvm->variant->ripas == KVM_RIPAS_AT_ONCE) {
        kvm_complete_ripas_change(vcpu);
        return 1;
    }
    vcpu->run->exit_reason = KVM_EXIT_MEMORY_FAULT;
    kvm_run_set_memory_fault(vcpu->run, &fault);
    return -EFAULT;
}

static int rec_exit_unsupported(struct kvm_vcpu *vcpu)
{
    vcpu->run->exit_reason = KVM_EXIT_INTERNAL_ERROR;
    memset(&vcpu->run->internal, 0, sizeof(vcpu->run->internal));
    return 0;
}

static int rec_exit_host_call(struct kvm_vcpu *vcpu)
{
    if (!vcpu->kvm->variant->rec_host_call)
        return rec_exit_unsupported(vcpu);
    vcpu->stat.hvc_exit_stat++;
    return rec_exit_psci(vcpu);
}

/* By exit reason; the others, SError among them, are not supported. */
static rec_exit_fn *const rec_exit_reasons[RMI_EXIT_REASON_COUNT] = {
    [RMI_EXIT_SYNC] = rec_exit_sync,
    [RMI_EXIT_IRQ] = rec_exit_interrupt,
    [RMI_EXIT_FIQ] = rec_exit_interrupt,
    [RMI_EXIT_PSCI] = rec_exit_psci,
    [RMI_EXIT_RIPAS_CHANGE] = rec_exit_ripas_change,
    [RMI_EXIT_HOST_CALL] = rec_exit_host_call,
};

/* The RMM did not run the REC. */
static int rec_enter_failed(struct kvm_vcpu *vcpu, uint64_t ret)
{
    const struct kvm_variant *variant = vcpu->kvm->variant;
    unsigned status = rmi_return_status(ret);

    /* The realm was switched off while this vCPU was on its way in. */
    if (status == RMI_ERROR_REALM && (variant->rec_error_realm_any || rmi_return_index(ret) == 1)) {
        vcpu->run->exit_reason = KVM_EXIT_SHUTDOWN;
        return 0;
    }
    return status == RMI_ERROR_REC ? -variant->rec_error_errno : -ENXIO;
}

int handle_rec_exit(struct kvm_vcpu *vcpu, uint64_t rec_run_ret)
{
    struct rmi_rec_run *run = vcpu->rec.run;
    unsigned reason = (uint8_t)run->exit.exit_reason;
    rec_exit_fn *handler;

    EMIT(vcpu_trace(vcpu), HANDLE_REC_EXIT, HOST, rec_run_ret,
         EVENT_STR(rec_run_ret ? rmi_status_name(rec_run_ret) : rmi_exit_reason_name(reason)),
         rec_run_ret ? 0 : run->exit.esr);
    if (rec_run_ret)
        return rec_enter_failed(vcpu, rec_run_ret);
    vcpu->fault = (struct kvm_vcpu_fault){.esr = run->exit.esr, .far = run->exit.far};
    run->enter.flags = 0;
    handler = reason < RMI_EXIT_REASON_COUNT ? rec_exit_reasons[reason] : NULL;
    return handler ? handler(vcpu) : rec_exit_unsupported(vcpu);
}
