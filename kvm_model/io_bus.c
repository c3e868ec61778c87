/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kvm_model/io_bus.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kvm_model/kvm_internal.h"
#include "kvm_model/mmio.h"

/* Index of the first range that ends above gpa: the one that may hold it. */
static size_t bus_find(const struct kvm_io_bus *bus, uint64_t gpa)
{
    size_t low = 0, high = bus->count;

    while (low < high) {
        size_t mid = low + (high - low) / 2;
        const struct kvm_io_range *range = &bus->ranges[mid];

        if (range->gpa + (range->size - 1) < gpa)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

int kvm_io_bus_register(struct kvm_io_bus *bus, uint64_t gpa, uint64_t size,
                        const struct kvm_io_device *device)
{
    size_t at;

    if (!size || gpa + (size - 1) < gpa)
        return -EINVAL;
    if (bus->count == KVM_IO_BUS_MAX)
        return -ENOSPC;
    at = bus_find(bus, gpa);
    if (at < bus->count && bus->ranges[at].gpa <= gpa + (size - 1))
        return -EEXIST;
    if (bus->count == bus->capacity) {
        size_t capacity = bus->capacity ? bus->capacity * 2 : 8;
        struct kvm_io_range *grown = realloc(bus->ranges, capacity * sizeof(*grown));

        if (!grown)
            return -ENOMEM;
        bus->ranges = grown;
        bus->capacity = capacity;
    }
    memmove(&bus->ranges[at + 1], &bus->ranges[at], (bus->count - at) * sizeof(bus->ranges[0]));
    bus->ranges[at] = (struct kvm_io_range){.gpa = gpa, .size = size, .device = *device};
    bus->count++;
    return 0;
}

void kvm_io_bus_free(struct kvm_io_bus *bus)
{
    free(bus->ranges);
    *bus = (struct kvm_io_bus){0};
}

/* The range that holds all of the access, or NULL. */
static const struct kvm_io_range *bus_lookup(struct kvm_vcpu *vcpu, uint64_t gpa, unsigned len)
{
    const struct kvm_io_bus *bus = &vcpu->kvm->mmio_bus;
    size_t at = bus_find(bus, gpa);
    const struct kvm_io_range *range = at < bus->count ? &bus->ranges[at] : NULL;

    clock_charge(vcpu->kvm->clock, OP_KVM_IO_BUS_LOOKUP, 1);
    if (!range || gpa < range->gpa || gpa + (len - 1) < gpa ||
        gpa + (len - 1) > range->gpa + (range->size - 1))
        return NULL;
    return range;
}

/* As the event says it. */
static const char *result_name(enum kvm_io_result result)
{
    static const char *const names[] = {
        [KVM_IO_UNHANDLED] = "unhandled",
        [KVM_IO_OK] = "ok",
        [KVM_IO_DECODE_ERROR] = "decode_error",
        [KVM_IO_ERROR] = "error",
    };

    return names[result];
}

bool kvm_io_bus_read(struct kvm_vcpu *vcpu, uint64_t gpa, unsigned len, void *data)
{
    const struct kvm_io_range *range = bus_lookup(vcpu, gpa, len);
    enum kvm_io_result result =
        range ? range->device.ops->read(vcpu, range->device.ctx, gpa - range->gpa, len, data)
              : KVM_IO_UNHANDLED;
    bool handled = result != KVM_IO_UNHANDLED;

    EMIT(vcpu_trace(vcpu), KVM_IO_BUS_READ, HOST, gpa, len, handled,
         handled ? kvm_mmio_read_buf(data, len) : 0, EVENT_STR(result_name(result)));
    return handled;
}

bool kvm_io_bus_write(struct kvm_vcpu *vcpu, uint64_t gpa, unsigned len, const void *data)
{
    const struct kvm_io_range *range = bus_lookup(vcpu, gpa, len);
    struct kvm *kvm = vcpu->kvm;
    enum kvm_io_result result = KVM_IO_UNHANDLED;

    if (kvm_ioeventfd_write(kvm, gpa, len, kvm_mmio_read_buf(data, len)) ||
        kvm_coalesced_write(kvm, gpa, len, data))
        result = KVM_IO_OK;
    else if (range)
        result = range->device.ops->write(vcpu, range->device.ctx, gpa - range->gpa, len, data);
    EMIT(vcpu_trace(vcpu), KVM_IO_BUS_WRITE, HOST, gpa, len, result != KVM_IO_UNHANDLED,
         kvm_mmio_read_buf(data, len), EVENT_STR(result_name(result)));
    return result != KVM_IO_UNHANDLED;
}
