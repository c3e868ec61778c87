/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Guest physical memory: virt/kvm/kvm_main.c (__kvm_set_memory_region) and its guest_memfd. */
#include <errno.h>
#include <stdlib.h>

#include "kvm_model/kvm_internal.h"

#define WORD_BITS 64

struct kvm_memory_slot *kvm_gpa_to_memslot(const struct kvm *kvm, ipa_t gpa)
{
    const struct kvm_memslots *memslots = &kvm->memslots;
    size_t low = 0, high = memslots->count;

    while (low < high) {
        size_t mid = low + (high - low) / 2;
        struct kvm_memory_slot *slot = &memslots->slots[mid];

        if (gpa.v < slot->base.v)
            high = mid;
        else if (gpa.v - slot->base.v >= slot->size)
            low = mid + 1;
        else
            return slot;
    }
    return NULL;
}

bool kvm_slot_page_is_private(const struct kvm_memory_slot *slot, ipa_t gpa)
{
    size_t page = kvm_slot_page(slot, gpa);

    return slot->private && slot->private[page / WORD_BITS] >> (page % WORD_BITS) & 1;
}

static void set_page_private(struct kvm_memory_slot *slot, size_t page, bool private)
{
    uint64_t bit = (uint64_t)1 << (page % WORD_BITS);
    uint64_t *word = &slot->private[page / WORD_BITS];

    *word = private ? *word | bit : *word & ~bit;
}

/* Stage 2 forgets a range of guest memory. */
static void unmap_range(struct kvm *kvm, ipa_t base, uint64_t size)
{
    if (kvm->config.realm) {
        realm_unmap_shared_range(kvm, base, size);
        realm_unmap_private_range(kvm, base, size);
        return;
    }
    kvm_pgtable_stage2_unmap(&kvm->pgt, base, size);
}

static void free_slot(struct kvm_memory_slot *slot)
{
    free(slot->gmem);
    free(slot->private);
    free(slot->dirty);
}

void kvm_memslots_free(struct kvm *kvm)
{
    for (size_t i = 0; i < kvm->memslots.count; i++)
        free_slot(&kvm->memslots.slots[i]);
    free(kvm->memslots.slots);
    kvm->memslots = (struct kvm_memslots){0};
}

/* Position of the slot with that id; count if there is none. */
static size_t find_id(const struct kvm_memslots *memslots, uint32_t id)
{
    size_t i = 0;

    while (i < memslots->count && memslots->slots[i].id != id)
        i++;
    return i;
}

static bool overlaps(const struct kvm_memslots *memslots, ipa_t base, uint64_t size, uint32_t id)
{
    for (size_t i = 0; i < memslots->count; i++) {
        const struct kvm_memory_slot *slot = &memslots->slots[i];

        if (slot->id != id && base.v < slot->base.v + slot->size && slot->base.v < base.v + size)
            return true;
    }
    return false;
}

static void remove_at(struct kvm *kvm, size_t at)
{
    struct kvm_memslots *memslots = &kvm->memslots;
    struct kvm_memory_slot *slot = &memslots->slots[at];

    unmap_range(kvm, slot->base, slot->size);
    free_slot(slot);
    memmove(slot, slot + 1, (memslots->count - at - 1) * sizeof(*slot));
    memslots->count--;
}

/* The arrays of a guest_memfd slot: its pages are private unless the RIPAS is to stay EMPTY. */
static int alloc_gmem(struct kvm_memory_slot *slot)
{
    size_t pages = (size_t)(slot->size >> HOST_PAGE_SHIFT);

    slot->gmem = calloc(pages, sizeof(*slot->gmem));
    slot->private = calloc(pages / WORD_BITS + 1, sizeof(*slot->private));
    if (!slot->gmem || !slot->private) {
        free_slot(slot);
        return -ENOMEM;
    }
    for (size_t i = 0; i < pages && !(slot->flags & KVM_MEM_RIPAS_EMPTY); i++)
        set_page_private(slot, i, true);
    return 0;
}

static int insert(struct kvm_memslots *memslots, const struct kvm_memory_slot *new)
{
    size_t at = 0;

    if (memslots->count == memslots->capacity) {
        size_t capacity = memslots->capacity ? memslots->capacity * 2 : 4;
        struct kvm_memory_slot *grown = realloc(memslots->slots, capacity * sizeof(*grown));

        if (!grown)
            return -ENOMEM;
        memslots->slots = grown;
        memslots->capacity = capacity;
    }
    while (at < memslots->count && memslots->slots[at].base.v < new->base.v)
        at++;
    memmove(&memslots->slots[at + 1], &memslots->slots[at],
            (memslots->count - at) * sizeof(memslots->slots[0]));
    memslots->slots[at] = *new;
    memslots->count++;
    return 0;
}

static int check_region(const struct kvm *kvm, const struct kvm_userspace_memory_region *region)
{
    const uint32_t plain = KVM_MEM_READONLY | KVM_MEM_LOG_DIRTY_PAGES,
                   realm = KVM_MEM_GUEST_MEMFD | KVM_MEM_RIPAS_EMPTY;
    unsigned bits = kvm->config.realm ? kvm->config.ipa_bits - 1 : kvm->config.ipa_bits;
    uint64_t limit = (uint64_t)1 << bits;

    if ((region->guest_phys_addr | region->memory_size | region->userspace_addr) &
        (HOST_PAGE_SIZE - 1))
        return -EINVAL;
    /* A realm's memory is never read-only (kvm_arch_prepare_memory_region@v12). */
    if (region->flags & ~(kvm->config.realm ? realm : plain))
        return -EINVAL;
    if ((region->flags & KVM_MEM_RIPAS_EMPTY) && !(region->flags & KVM_MEM_GUEST_MEMFD))
        return -EINVAL;
    if (region->guest_phys_addr >= limit || region->memory_size > limit - region->guest_phys_addr)
        return -EFAULT;
    return 0;
}

/*
 * Whether the VMAs behind a slot can be the guest's (kvm_arch_prepare_memory_region). Holes are
 * fine; who touches one will see.
 */
static int check_vmas(const struct kvm *kvm, const struct kvm_memory_slot *slot)
{
    uint64_t at = slot->hva.v, end = slot->hva.v + slot->size;
    const struct host_vma *vma;

    while (at < end && (vma = host_mm_next_vma(kvm->config.mm, HVA(at))) && vma->start.v < end) {
        if (kvm->mte && !vma->mte_allowed)
            return -EINVAL;
        if (vma->backing == HOST_PFNMAP && slot->flags & KVM_MEM_LOG_DIRTY_PAGES)
            return -EINVAL;
        if (vma->backing == HOST_PFNMAP && vma->cacheable && kvm->variant->s2_cacheable_pfnmap &&
            !kvm_supports_cacheable_pfnmap(kvm))
            return -EINVAL;
        at = vma->start.v + vma->size;
    }
    return 0;
}

/*
 * Kernels before 5.10 map a device's memory when the slot is made (kvm_phys_addr_ioremap). What
 * fails is found by the guest's fault.
 */
static void map_devices(struct kvm *kvm, const struct kvm_memory_slot *slot)
{
    uint64_t at = slot->hva.v, end = slot->hva.v + slot->size;
    const struct host_vma *vma;

    if (kvm->variant->s2_pfnmap != KVM_S2_PFNMAP_PAGES || kvm->config.realm)
        return;
    for (; at < end; at += HOST_PAGE_SIZE) {
        ipa_t ipa = IPA(slot->base.v + (at - slot->hva.v));
        enum kvm_pgtable_prot prot = KVM_PGTABLE_PROT_R | KVM_PGTABLE_PROT_DEVICE;
        struct host_page page;

        vma = host_mm_vma(kvm->config.mm, HVA(at));
        if (!vma || vma->backing != HOST_PFNMAP)
            continue;
        if (vma->writable && !(slot->flags & KVM_MEM_READONLY))
            prot |= KVM_PGTABLE_PROT_W;
        if (host_mm_get_page(kvm->config.mm, HVA(at), false, &page) != HOST_FAULT_OK ||
            kvm_mmu_topup_memory_cache(&kvm->split_page_cache, kvm->config.mm,
                                       kvm_mmu_cache_min_pages(&kvm->pgt)) ||
            kvm_pgtable_stage2_set_leaf(&kvm->pgt, ipa, HOST_PAGE_SIZE, page.pa, prot,
                                        &kvm->split_page_cache))
            return;
    }
}

/* The bitmap of a slot that is to have a log, and where the slot is new, its arrays. */
static int alloc_arrays(struct kvm_memory_slot *slot)
{
    int ret = slot->flags & KVM_MEM_GUEST_MEMFD ? alloc_gmem(slot) : 0;

    if (ret == 0 && slot->flags & KVM_MEM_LOG_DIRTY_PAGES) {
        slot->dirty =
            calloc((size_t)(slot->size >> HOST_PAGE_SHIFT) / WORD_BITS + 1, sizeof(*slot->dirty));
        ret = slot->dirty ? 0 : -ENOMEM;
    }
    return ret;
}

static int delete_slot(struct kvm *kvm, size_t at)
{
    if (at == kvm->memslots.count)
        return -EINVAL;
    remove_at(kvm, at);
    return 0;
}

/* KVM_MR_FLAGS_ONLY: a log starts, or ends; what is mapped stays as it is then. */
static int change_flags(struct kvm *kvm, struct kvm_memory_slot *slot,
                        const struct kvm_memory_slot *new)
{
    struct kvm_memory_slot changed = *new;
    int ret = check_vmas(kvm, &changed);

    if (ret == 0)
        ret = alloc_arrays(&changed);
    if (ret)
        return ret;
    free(slot->dirty);
    slot->dirty = changed.dirty;
    slot->flags = changed.flags;
    if (slot->dirty)
        kvm_mmu_start_dirty_log(kvm, slot);
    return 0;
}

static int create_slot(struct kvm *kvm, struct kvm_memory_slot *new, size_t old)
{
    struct kvm_memory_slot *slot;
    int ret;

    if (overlaps(&kvm->memslots, new->base, new->size, new->id))
        return -EEXIST;
    ret = check_vmas(kvm, new);
    if (ret == 0)
        ret = alloc_arrays(new);
    if (ret == 0) {
        if (old < kvm->memslots.count)
            remove_at(kvm, old);
        ret = insert(&kvm->memslots, new);
    }
    if (ret) {
        free_slot(new);
        return ret;
    }
    slot = kvm_gpa_to_memslot(kvm, new->base);
    if (slot->dirty)
        kvm_mmu_start_dirty_log(kvm, slot);
    map_devices(kvm, slot);
    return 0;
}

int kvm_set_user_memory_region(struct kvm *kvm, const struct kvm_userspace_memory_region *region)
{
    struct kvm_memory_slot new = {
        .id = region->slot,
        .flags = region->flags,
        .base = IPA(region->guest_phys_addr),
        .size = region->memory_size,
        .hva = HVA(region->userspace_addr),
    };
    size_t at = find_id(&kvm->memslots, region->slot);
    struct kvm_memory_slot *old = at < kvm->memslots.count ? &kvm->memslots.slots[at] : NULL;
    int ret = check_region(kvm, region);

    if (ret)
        return ret;
    if (!region->memory_size)
        return delete_slot(kvm, at);
    if (!old)
        return create_slot(kvm, &new, at);
    /* Private slots are immutable; of others only base and log may change. */
    if (kvm_slot_has_gmem(old) || old->size != new.size || old->hva.v != new.hva.v ||
        (old->flags ^ new.flags) & ~(uint32_t)KVM_MEM_LOG_DIRTY_PAGES)
        return -EINVAL;
    if (old->base.v != new.base.v)
        return create_slot(kvm, &new, at);
    return old->flags == new.flags ? 0 : change_flags(kvm, old, &new);
}

int kvm_set_memory_attributes(struct kvm *kvm, uint64_t gpa, uint64_t size, uint64_t attributes)
{
    bool private = attributes & KVM_MEMORY_ATTRIBUTE_PRIVATE;
    uint64_t limit = (uint64_t)1 << (kvm->config.ipa_bits - 1);

    if (!kvm->config.realm || attributes & ~KVM_MEMORY_ATTRIBUTE_PRIVATE || !size ||
        (gpa | size) & (HOST_PAGE_SIZE - 1) || gpa >= limit || size > limit - gpa)
        return -EINVAL;
    for (size_t i = 0; i < kvm->memslots.count; i++) {
        struct kvm_memory_slot *slot = &kvm->memslots.slots[i];
        uint64_t start = gpa > slot->base.v ? gpa : slot->base.v;
        uint64_t slot_end = slot->base.v + slot->size;
        uint64_t end = gpa + size < slot_end ? gpa + size : slot_end;

        if (!kvm_slot_has_gmem(slot) || start >= end)
            continue;
        if (private)
            realm_unmap_shared_range(kvm, IPA(start), end - start);
        else
            realm_unmap_private_range(kvm, IPA(start), end - start);
        for (uint64_t at = start; at < end; at += HOST_PAGE_SIZE)
            set_page_private(slot, kvm_slot_page(slot, IPA(at)), private);
    }
    return 0;
}
