/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kvm_model/vmm/vmm.h"

#include <errno.h>

#define MMIO_DATA_MAX 8

static bool serve_mmio(struct vmm *vmm, struct kvm_run *run)
{
    unsigned len = run->mmio.len <= MMIO_DATA_MAX ? run->mmio.len : MMIO_DATA_MAX;

    clock_charge(vmm->clock, OP_VMM_DISPATCH, 1);
    (void)address_space_rw(vmm->as, run->mmio.phys_addr, run->mmio.data, len, run->mmio.is_write);
    return true;
}

/* The guest uses pages as the other kind: they are converted (KVM_SET_MEMORY_ATTRIBUTES). */
static bool convert_memory(struct vmm *vmm, const struct kvm_run *run)
{
    struct kvm_exit_memory_fault fault = kvm_run_memory_fault(run);
    uint64_t attributes =
        fault.flags & KVM_MEMORY_EXIT_FLAG_PRIVATE ? KVM_MEMORY_ATTRIBUTE_PRIVATE : 0;

    clock_charge(vmm->clock, OP_VMM_DISPATCH, 1);
    return kvm_set_memory_attributes(vmm->kvm, fault.gpa, fault.size, attributes) == 0;
}

static struct vmm_result end(enum vmm_end reason, uint64_t detail)
{
    return (struct vmm_result){.reason = reason, .detail = detail};
}

static struct vmm_result end_of_exit(const struct kvm_run *run)
{
    switch (run->exit_reason) {
    case KVM_EXIT_SYSTEM_EVENT:
        return end(VMM_END_SYSTEM_EVENT, run->system_event.type);
    case KVM_EXIT_SHUTDOWN:
        return end(VMM_END_SHUTDOWN, 0);
    case KVM_EXIT_INTERNAL_ERROR:
        return end(VMM_END_INTERNAL_ERROR, run->internal.suberror);
    default:
        return end(VMM_END_UNHANDLED, run->exit_reason);
    }
}

struct vmm_result vmm_run(struct vmm *vmm)
{
    struct kvm_run *run = kvm_vcpu_kvm_run(vmm->vcpu);

    for (;;) {
        int ret = kvm_vcpu_run(vmm->vcpu);
        bool go_on = false;

        if (ret == -EFAULT && run->exit_reason == KVM_EXIT_MEMORY_FAULT)
            go_on = convert_memory(vmm, run);
        else if (ret == 0 && run->exit_reason == KVM_EXIT_MMIO)
            go_on = serve_mmio(vmm, run);
        if (go_on)
            continue;
        if (ret == -EINTR)
            return end(VMM_END_INTERRUPTED, 0);
        return ret ? end(VMM_END_ERRNO, (uint64_t)-ret) : end_of_exit(run);
    }
}
