/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The dirty log of a slot: virt/kvm/kvm_main.c (kvm_get_dirty_log_protect, mark_page_dirty). */
#include <errno.h>

#include "kvm_model/kvm_internal.h"

#define WORD_BITS 64

void kvm_mark_page_dirty(struct kvm_memory_slot *slot, ipa_t gpa)
{
    size_t page = kvm_slot_page(slot, gpa);

    if (slot->dirty)
        slot->dirty[page / WORD_BITS] |= (uint64_t)1 << (page % WORD_BITS);
}

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
    size_t needed;

    if (!slot || !slot->dirty)
        return -ENOENT;
    needed = (size_t)(slot->size >> HOST_PAGE_SHIFT) / WORD_BITS + 1;
    if (count < needed - 1)
        return -EINVAL;
    for (size_t i = 0; i < needed && i < count; i++) {
        words[i] = slot->dirty[i];
        /* The next write to a page that was dirty faults again. */
        for (unsigned bit = 0; bit < WORD_BITS; bit++)
            if (words[i] >> bit & 1)
                kvm_pgtable_stage2_wrprotect(
                    &kvm->pgt, IPA(slot->base.v + (i * WORD_BITS + bit) * HOST_PAGE_SIZE));
        slot->dirty[i] = 0;
    }
    kvm_flush_tlb(kvm);
    return 0;
}
