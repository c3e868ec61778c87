/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes that user space collects later: virt/kvm/coalesced_mmio.c. */
#include <errno.h>
#include <stdlib.h>

#include "kvm_model/kvm_internal.h"

#define ZONES_MAX 100 /* far more than a VMM asks for */

struct kvm_coalesced {
    struct kvm_coalesced_ring ring;
    struct kvm_coalesced_mmio_zone zones[ZONES_MAX];
    unsigned zone_count;
};

static struct kvm_coalesced *get(struct kvm *kvm)
{
    if (!kvm->coalesced)
        kvm->coalesced = calloc(1, sizeof(*kvm->coalesced));
    return kvm->coalesced;
}

int kvm_register_coalesced_mmio(struct kvm *kvm, const struct kvm_coalesced_mmio_zone *zone)
{
    struct kvm_coalesced *coalesced = get(kvm);

    if (!coalesced)
        return -ENOMEM;
    if (!zone->size || zone->addr + zone->size < zone->addr || zone->pio)
        return -EINVAL;
    if (coalesced->zone_count == ZONES_MAX)
        return -ENOSPC;
    coalesced->zones[coalesced->zone_count++] = *zone;
    return 0;
}

struct kvm_coalesced_ring *kvm_coalesced_ring(struct kvm *kvm)
{
    return kvm->coalesced ? &kvm->coalesced->ring : NULL;
}

static bool in_zone(const struct kvm_coalesced *coalesced, uint64_t gpa, unsigned len)
{
    for (unsigned i = 0; i < coalesced->zone_count; i++) {
        const struct kvm_coalesced_mmio_zone *zone = &coalesced->zones[i];

        if (gpa >= zone->addr && gpa + len >= gpa && gpa + len <= zone->addr + zone->size)
            return true;
    }
    return false;
}

/* User space owns first and last too, so both are read as anything; a full ring exits instead. */
bool kvm_coalesced_write(struct kvm *kvm, uint64_t gpa, unsigned len, const void *data)
{
    struct kvm_coalesced *coalesced = kvm->coalesced;
    struct kvm_coalesced_mmio *entry;
    uint32_t last, next;

    if (!coalesced || len > sizeof(entry->data) || !in_zone(coalesced, gpa, len))
        return false;
    last = coalesced->ring.last;
    next = (last + 1) % KVM_COALESCED_ENTRIES;
    if (last >= KVM_COALESCED_ENTRIES || next == coalesced->ring.first)
        return false;
    entry = &coalesced->ring.entries[last];
    entry->phys_addr = gpa;
    entry->len = len;
    memcpy(entry->data, data, len);
    entry->pio = 0;
    coalesced->ring.last = next;
    return true;
}
