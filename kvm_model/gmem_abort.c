/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Private memory of a realm: arch/arm64/kvm/mmu.c (gmem_abort) and virt/kvm/guest_memfd.c. */
#include <errno.h>

#include "kvm_model/kvm_internal.h"

/* User space is to convert the page to what the realm used it as (kvm_prepare_memory_fault_exit).
 */
static int memory_fault_exit(struct kvm_vcpu *vcpu, ipa_t gpa, bool private)
{
    struct kvm_exit_memory_fault fault = {
        .flags = private ? KVM_MEMORY_EXIT_FLAG_PRIVATE : 0,
        .gpa = gpa.v,
        .size = HOST_PAGE_SIZE,
    };

    vcpu->run->exit_reason = KVM_EXIT_MEMORY_FAULT;
    kvm_run_set_memory_fault(vcpu->run, &fault);
    return -EFAULT;
}

int gmem_abort(struct kvm_vcpu *vcpu, ipa_t fault_ipa, struct kvm_memory_slot *slot)
{
    struct kvm *kvm = vcpu->kvm;
    ipa_t gpa = kvm_gpa_from_fault(kvm, fault_ipa);
    bool private = kvm_realm_is_private_address(kvm, fault_ipa);
    pa_t *page = &slot->gmem[kvm_slot_page(slot, gpa)];
    int ret;

    clock_charge(kvm->clock, OP_KVM_USER_MEM_ABORT, 1);
    if (private != kvm_slot_page_is_private(slot, gpa))
        return memory_fault_exit(vcpu, gpa, private);
    if (!page->v && !host_mm_alloc_pages(kvm->config.mm, 1, 1, page))
        return -ENOMEM;
    ret = realm_map_ipa(kvm, fault_ipa, *page, KVM_PGTABLE_PROT_R | KVM_PGTABLE_PROT_W);
    EMIT(kvm->trace, USER_MEM_ABORT, HOST, fault_ipa.v, true, kvm_vcpu_trap_is_exec_fault(vcpu),
         HOST_PAGE_SIZE, page->v);
    return ret;
}
