/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kvm_model/stage2_setup.h"

#include <errno.h>

#include "kvm_model/kvm_internal.h"
#include "kvm_model/pgtable_internal.h"

/* One piece that is contiguous on both sides: a block of the host's, or a page. */
static int premap_piece(struct kvm *kvm, ipa_t ipa, uint64_t room, enum kvm_pgtable_prot prot,
                        uint64_t *size)
{
    const struct kvm_memory_slot *slot = kvm_gpa_to_memslot(kvm, ipa);
    struct host_page page;
    uint64_t block;
    hva_t hva;
    int ret;

    if (!slot)
        return -EFAULT;
    hva = HVA(slot->hva.v + (ipa.v - slot->base.v));
    if (host_mm_get_page(kvm->config.mm, hva, prot & KVM_PGTABLE_PROT_W, &page) != HOST_FAULT_OK)
        return -EFAULT;
    block = host_mm_mapping_size(kvm->config.mm, hva);
    *size = !((ipa.v | hva.v) & (block - 1)) && block <= room ? block : HOST_PAGE_SIZE;
    ret = kvm_mmu_topup_memory_cache(&kvm->split_page_cache, kvm->config.mm,
                                     kvm_mmu_cache_min_pages(&kvm->pgt));
    if (ret)
        return ret;
    ret = kvm_pgtable_stage2_map(&kvm->pgt, ipa, *size, page.pa, prot, &kvm->split_page_cache);
    return ret == -EAGAIN ? 0 : ret;
}

int kvm_stage2_premap(struct kvm *kvm, ipa_t ipa, uint64_t size, enum kvm_pgtable_prot prot)
{
    while (size) {
        uint64_t done = 0;
        int ret = premap_piece(kvm, ipa, size, prot, &done);

        if (ret)
            return ret;
        ipa.v += done;
        size -= done;
    }
    return 0;
}

/* Address of the descriptor for ipa at a level; -ENOENT when the walk ends before. */
static int find_entry(struct kvm_pgtable *pgt, ipa_t ipa, int level, pa_t *at, uint64_t *desc)
{
    pa_t table = pgt->pgd;

    if (!s2_in_range(pgt, ipa, 1))
        return -ERANGE;
    for (int walk = pgt->start_level; walk <= level; walk++) {
        int ret;

        *at = s2_desc_at(pgt, table, ipa, walk);
        ret = s2_read(pgt, *at, desc);
        if (ret || walk == level)
            return ret;
        if (!s2_is_table(*desc, walk))
            return -ENOENT;
        table = s2_pa(*desc);
    }
    return -ENOENT;
}

int kvm_stage2_make_tables(struct kvm *kvm, ipa_t ipa, int level)
{
    struct kvm_pgtable *pgt = &kvm->pgt;

    for (int above = pgt->start_level; above < level; above++) {
        uint64_t desc;
        pa_t at, table;
        int ret = find_entry(pgt, ipa, above, &at, &desc);

        if (ret)
            return ret;
        if (s2_is_table(desc, above))
            continue;
        if (s2_is_valid(desc))
            return -EEXIST;
        if (!host_mm_alloc_pages(pgt->mm, 1, 1, &table))
            return -ENOMEM;
        ret = s2_write(pgt, at, table.v | field_put(DESC_TYPE, DESC_TYPE_TABLE));
        if (ret)
            return ret;
    }
    return 0;
}

int kvm_stage2_edit(struct kvm *kvm, ipa_t ipa, int level, uint64_t clear, uint64_t set)
{
    uint64_t desc;
    pa_t at;
    int ret = find_entry(&kvm->pgt, ipa, level, &at, &desc);

    if (ret)
        return ret;
    ret = s2_write(&kvm->pgt, at, (desc & ~clear) | set);
    kvm_flush_tlb(kvm);
    return ret;
}

bool kvm_dirty_log_has(const struct kvm *kvm, uint32_t id, uint64_t page)
{
    for (size_t i = 0; i < kvm->memslots.count; i++) {
        const struct kvm_memory_slot *slot = &kvm->memslots.slots[i];

        if (slot->id == id && slot->dirty && page < slot->size >> HOST_PAGE_SHIFT)
            return slot->dirty[page / 64] >> (page % 64) & 1;
    }
    return false;
}
