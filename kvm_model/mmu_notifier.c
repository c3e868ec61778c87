/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the host does to the VMM's pages reaches stage 2: virt/kvm/kvm_main.c (kvm_mmu_notifier_*)
 * and arch/arm64/kvm/mmu.c (kvm_unmap_gfn_range, kvm_age_gfn, kvm_test_age_gfn).
 */
#include <errno.h>

#include "kvm_model/kvm_internal.h"

/* The part of a slot that [start, start + size) of the VMM backs; false when none is. */
static bool slot_part(const struct kvm_memory_slot *slot, hva_t start, uint64_t size, ipa_t *gpa,
                      uint64_t *bytes)
{
    uint64_t end = start.v + size, slot_end = slot->hva.v + slot->size;
    uint64_t first = start.v > slot->hva.v ? start.v : slot->hva.v;
    uint64_t last = end < slot_end ? end : slot_end;

    if (first >= last)
        return false;
    *gpa = IPA(slot->base.v + (first - slot->hva.v));
    *bytes = last - first;
    return true;
}

static void invalidate(void *ctx, hva_t start, uint64_t size)
{
    struct kvm *kvm = ctx;

    for (size_t i = 0; i < kvm->memslots.count; i++) {
        const struct kvm_memory_slot *slot = &kvm->memslots.slots[i];
        uint64_t bytes;
        ipa_t gpa;

        if (!slot_part(slot, start, size, &gpa, &bytes))
            continue;
        if (kvm->config.realm)
            realm_unmap_shared_range(kvm, gpa, bytes);
        else
            kvm_pgtable_stage2_unmap(&kvm->pgt, gpa, bytes);
    }
    kvm->mmu_invalidate_seq++;
    EMIT(kvm->trace, HOST_INVALIDATE, HOST, start.v, size, kvm->mmu_invalidate_seq);
}

static bool young(void *ctx, hva_t start, uint64_t size, bool clear)
{
    struct kvm *kvm = ctx;
    bool result = false;

    if (kvm->config.realm)
        return false; /* KVM has no look at a realm's access flags */
    for (size_t i = 0; i < kvm->memslots.count; i++) {
        uint64_t bytes;
        ipa_t gpa;

        if (slot_part(&kvm->memslots.slots[i], start, size, &gpa, &bytes))
            result |= kvm_pgtable_stage2_test_clear_young(&kvm->pgt, gpa, bytes, clear);
    }
    if (result && clear)
        kvm_flush_remote_tlbs(kvm);
    return result;
}

int kvm_init_mmu_notifier(struct kvm *kvm)
{
    const struct host_mmu_notifier notifier = {
        .ctx = kvm, .invalidate = invalidate, .young = young};

    return host_mm_register_notifier(kvm->config.mm, &notifier) ? 0 : -ENOMEM;
}
