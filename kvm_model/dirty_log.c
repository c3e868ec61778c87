/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The dirty log of a slot: virt/kvm/kvm_main.c (kvm_get_dirty_log_protect,
 * kvm_clear_dirty_log_protect, mark_page_dirty_in_slot) and arch/arm64/kvm/mmu.c
 * (kvm_arch_mmu_enable_log_dirty_pt_masked, kvm_arch_commit_memory_region).
 */
#include <errno.h>

#include "kvm_model/kvm_internal.h"

#define WORD_BITS 64

static ipa_t page_gpa(const struct kvm_memory_slot *slot, size_t page)
{
    return IPA(slot->base.v + (uint64_t)page * HOST_PAGE_SIZE);
}

static size_t slot_pages(const struct kvm_memory_slot *slot)
{
    return (size_t)(slot->size >> HOST_PAGE_SHIFT);
}

void kvm_mark_page_dirty(struct kvm *kvm, struct kvm_memory_slot *slot, ipa_t gpa)
{
    size_t page = kvm_slot_page(slot, gpa);

    if (!slot->dirty)
        return;
    slot->dirty[page / WORD_BITS] |= (uint64_t)1 << (page % WORD_BITS);
    EMIT(kvm->trace, DIRTY_PAGE, HOST, gpa.v);
}

static bool init_set(const struct kvm *kvm)
{
    return kvm->dirty_log_flags & KVM_DIRTY_LOG_INITIALLY_SET;
}

/* --- splitting ahead ----------------------------------------------------------------------- */

/* kvm_mmu_split_nr_page_tables: one for each 1 GiB, one for each 2 MiB. */
static unsigned tables_for(uint64_t range)
{
    uint64_t count =
        (range + HOST_PUD_SIZE - 1) / HOST_PUD_SIZE + (range + HOST_PMD_SIZE - 1) / HOST_PMD_SIZE;

    return count < KVM_MMU_CACHE_OBJECTS ? (unsigned)count : KVM_MMU_CACHE_OBJECTS;
}

/* Blocks become pages before a write asks for it, in chunks; what memory does not allow is left
 * (kvm_mmu_split_huge_pages). */
static void split_huge_pages(struct kvm *kvm, ipa_t start, uint64_t size)
{
    uint64_t chunk = kvm->split_chunk_size, end = start.v + size;

    while (chunk && start.v < end) {
        uint64_t next = (start.v & ~(chunk - 1)) + chunk, stop = next < end ? next : end;

        if (kvm_mmu_topup_memory_cache(&kvm->split_page_cache, kvm->config.mm, tables_for(chunk)) ||
            kvm_pgtable_stage2_split(&kvm->pgt, start, stop - start.v, &kvm->split_page_cache))
            break;
        start = IPA(stop);
    }
}

/* --- starting ------------------------------------------------------------------------------ */

void kvm_mmu_start_dirty_log(struct kvm *kvm, struct kvm_memory_slot *slot)
{
    if (init_set(kvm)) {
        /* Every page counts as dirty; CLEAR write-protects bit by bit. */
        for (size_t page = 0; page < slot_pages(slot); page++)
            slot->dirty[page / WORD_BITS] |= (uint64_t)1 << (page % WORD_BITS);
        return;
    }
    kvm_pgtable_stage2_wrprotect(&kvm->pgt, slot->base, slot->size);
    kvm_flush_remote_tlbs(kvm);
    split_huge_pages(kvm, slot->base, slot->size);
}

/* The pages of one word's mask, from the first to the last: the next write to them faults. */
static void protect_masked(struct kvm *kvm, const struct kvm_memory_slot *slot, size_t word,
                           uint64_t mask)
{
    size_t first = word * WORD_BITS + (size_t)__builtin_ctzll(mask);
    size_t last = word * WORD_BITS + (WORD_BITS - 1) - (size_t)__builtin_clzll(mask);
    uint64_t size = (uint64_t)(last + 1 - first) * HOST_PAGE_SIZE;

    kvm_pgtable_stage2_wrprotect(&kvm->pgt, page_gpa(slot, first), size);
    /* Without the initial set they are split already. */
    if (init_set(kvm))
        split_huge_pages(kvm, page_gpa(slot, first), size);
}

/* --- ioctls -------------------------------------------------------------------------------- */

static struct kvm_memory_slot *find_slot(struct kvm *kvm, uint32_t id)
{
    for (size_t i = 0; i < kvm->memslots.count; i++)
        if (kvm->memslots.slots[i].id == id)
            return &kvm->memslots.slots[i];
    return NULL;
}

int kvm_get_dirty_log(struct kvm *kvm, uint32_t id, uint64_t *words, size_t count)
{
    struct kvm_memory_slot *slot = find_slot(kvm, id);
    bool manual = kvm->dirty_log_flags & KVM_DIRTY_LOG_MANUAL_PROTECT_ENABLE, flush = false;
    size_t needed;

    if (!slot || !slot->dirty)
        return -ENOENT;
    needed = (slot_pages(slot) + WORD_BITS - 1) / WORD_BITS;
    if (count < needed)
        return -EINVAL;
    for (size_t i = 0; i < needed; i++) {
        words[i] = slot->dirty[i];
        if (manual || !words[i])
            continue;
        slot->dirty[i] = 0;
        protect_masked(kvm, slot, i, words[i]);
        flush = true;
    }
    if (flush)
        kvm_flush_remote_tlbs(kvm);
    return 0;
}

int kvm_clear_dirty_log(struct kvm *kvm, uint32_t id, uint64_t first_page, uint64_t num_pages,
                        const uint64_t *words)
{
    struct kvm_memory_slot *slot = find_slot(kvm, id);
    uint64_t pages;
    bool flush = false;

    if (!kvm->variant->dirty_manual_protect)
        return -ENOTTY;
    if (first_page % WORD_BITS)
        return -EINVAL;
    if (!slot || !slot->dirty)
        return -ENOENT;
    pages = slot_pages(slot);
    if (first_page > pages || num_pages > pages - first_page ||
        (num_pages < pages - first_page && num_pages % WORD_BITS))
        return -EINVAL;
    for (size_t i = 0; i < (num_pages + WORD_BITS - 1) / WORD_BITS; i++) {
        size_t word = (size_t)(first_page / WORD_BITS) + i;
        uint64_t mask = words[i] & slot->dirty[word];

        if (!mask)
            continue;
        slot->dirty[word] &= ~mask;
        protect_masked(kvm, slot, word, mask);
        flush = true;
    }
    if (flush)
        kvm_flush_remote_tlbs(kvm);
    return 0;
}
