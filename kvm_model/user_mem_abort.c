/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory is found and mapped: arch/arm64/kvm/mmu.c (user_mem_abort, gmem_abort). */
#include <errno.h>

#include "kvm_model/kvm_internal.h"

/* Whether the 2 MiB around hva may be mapped as one block (fault_supports_stage2_huge_mapping). */
static bool supports_huge(const struct kvm_memory_slot *slot, const struct host_vma *vma, hva_t hva)
{
    uint64_t start = hva.v & ~(HOST_PMD_SIZE - 1);

    if (!vma->huge || (slot->base.v ^ slot->hva.v) & (HOST_PMD_SIZE - 1))
        return false;
    return start >= slot->hva.v && start + HOST_PMD_SIZE <= slot->hva.v + slot->size;
}

/* Size of the mapping that a permission fault was about (kvm_vcpu_trap_get_perm_fault_granule). */
static uint64_t perm_fault_granule(const struct kvm_vcpu *vcpu)
{
    return kvm_pgtable_granule(fsc_table[esr_fsc(vcpu->fault.esr)].level);
}

static enum kvm_pgtable_prot fault_prot(const struct kvm_vcpu *vcpu, bool writable)
{
    enum kvm_pgtable_prot prot = KVM_PGTABLE_PROT_R;

    if (writable)
        prot |= KVM_PGTABLE_PROT_W;
    if (kvm_vcpu_trap_is_exec_fault(vcpu) || vcpu->kvm->config.cache_dic)
        prot |= KVM_PGTABLE_PROT_X;
    return prot;
}

/* Puts the page, or the block, into the tables of a plain VM. */
static int map_plain(struct kvm_vcpu *vcpu, ipa_t ipa, uint64_t size, pa_t pa,
                     enum kvm_pgtable_prot prot)
{
    struct kvm_pgtable *pgt = &vcpu->kvm->pgt;
    bool flush = true;
    int ret;

    if (kvm_vcpu_trap_is_permission_fault(vcpu) && size == perm_fault_granule(vcpu))
        ret = kvm_pgtable_stage2_relax_perms(pgt, ipa, prot);
    else
        ret = kvm_pgtable_stage2_map(pgt, ipa, size, pa, prot, &flush);
    if (flush)
        kvm_flush_tlb(vcpu->kvm);
    return ret == -EAGAIN ? 0 : ret;
}

int user_mem_abort(struct kvm_vcpu *vcpu, ipa_t fault_ipa, struct kvm_memory_slot *slot, hva_t hva)
{
    struct kvm *kvm = vcpu->kvm;
    /* A REC's direction is hidden, and realms have no read-only mappings. */
    bool write_fault = vcpu_is_rec(vcpu) || kvm_is_write_fault(vcpu);
    bool exec_fault = kvm_vcpu_trap_is_exec_fault(vcpu);
    const struct host_vma *vma = host_mm_vma(kvm->config.mm, hva);
    uint64_t size = HOST_PAGE_SIZE;
    enum kvm_pgtable_prot prot;
    bool writable;
    int ret;
    pa_t pa;

    clock_charge(kvm->clock, OP_KVM_USER_MEM_ABORT, 1);
    if (kvm_vcpu_trap_is_permission_fault(vcpu) && !write_fault && !exec_fault)
        return -EFAULT; /* KVM never maps without read permission */
    if (!vma || (write_fault && !vma->writable))
        return -EFAULT;
    if (vcpu_is_rec(vcpu) && kvm_realm_is_private_address(kvm, fault_ipa))
        return -EINVAL;
    /* With a log, writes are to fault page by page. */
    if (!vcpu_is_rec(vcpu) && !slot->dirty && supports_huge(slot, vma, hva))
        size = HOST_PMD_SIZE;
    fault_ipa.v &= ~(size - 1);
    hva.v &= ~(size - 1);
    pa = PA(vma->pa.v + (hva.v - vma->start.v));
    writable = vma->writable && !(slot->flags & KVM_MEM_READONLY) && (!slot->dirty || write_fault);
    prot = fault_prot(vcpu, writable);

    if (vcpu_is_rec(vcpu))
        ret = realm_map_ipa(kvm, fault_ipa, pa, prot);
    else
        ret = map_plain(vcpu, fault_ipa, size, pa, prot);
    if (ret == 0 && write_fault)
        kvm_mark_page_dirty(slot, kvm_gpa_from_fault(kvm, fault_ipa));
    EMIT(kvm->trace, USER_MEM_ABORT, HOST, fault_ipa.v, write_fault, exec_fault, size, pa.v);
    return ret;
}

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
