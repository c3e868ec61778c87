/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kvm_model/vmm/address_space.h"

#include <endian.h>
#include <string.h>

#define MAX_DEVICE_ACCESS 8

bool address_space_init(struct address_space *as, const struct memory_region *root,
                        struct host_mm *mm, struct trace *trace, struct clock *clock)
{
    *as = (struct address_space){.mm = mm, .trace = trace, .clock = clock};
    return flat_view_render(&as->view, root);
}

void address_space_free(struct address_space *as)
{
    flat_view_free(&as->view);
}

/* Largest access a device gets at once for len bytes: a power of two (memory_access_size). */
static unsigned access_size(const struct device_ops *ops, uint64_t offset, unsigned len)
{
    unsigned size = MAX_DEVICE_ACCESS;

    while (size > len || (!ops->unaligned && offset & (size - 1)))
        size /= 2;
    return size;
}

/* At most one device access from the start of the piece; returns the bytes it took. */
static unsigned device_rw(struct address_space *as, const struct memory_region *region,
                          uint64_t offset, uint8_t *buf, unsigned len, bool is_write)
{
    unsigned size = access_size(region->device.ops, offset, len);
    uint64_t value = 0;

    clock_charge(as->clock, OP_DEVICE_ACCESS, 1);
    if (is_write) {
        memcpy(&value, buf, size);
        value = le64toh(value);
        device_write(&region->device, offset, value, size);
    } else {
        uint64_t bytes;

        value = device_read(&region->device, offset, size);
        bytes = htole64(value);
        memcpy(buf, &bytes, size);
    }
    EMIT(as->trace, VMM_HANDLE, VMM, EVENT_STR(region->name), offset, size, is_write, value);
    return size;
}

static bool ram_rw(struct address_space *as, const struct memory_region *region, uint64_t offset,
                   uint8_t *buf, unsigned len, bool is_write)
{
    hva_t hva = HVA(region->hva.v + offset);

    if (!is_write)
        return host_mm_read(as->mm, hva, buf, len);
    return region->readonly || host_mm_write(as->mm, hva, buf, len);
}

static void unassigned(struct address_space *as, uint64_t addr, uint8_t *buf, unsigned len,
                       bool is_write)
{
    if (is_write) {
        as->unassigned_writes++;
    } else {
        as->unassigned_reads++;
        memset(buf, 0, len);
    }
    as->last_unassigned = addr;
    EMIT(as->trace, VMM_HANDLE, VMM, EVENT_STR("unassigned"), addr, len, is_write, 0);
}

bool address_space_rw(struct address_space *as, uint64_t addr, void *buf, unsigned len,
                      bool is_write)
{
    uint8_t *bytes = buf;
    bool all = true;

    EMIT(as->trace, ADDRESS_SPACE_RW, VMM, addr, len, is_write);
    while (len) {
        uint64_t gap_last;
        const struct flat_range *range = flat_view_lookup(&as->view, addr, &gap_last);
        uint64_t room = (range ? range->last : gap_last) - addr; /* bytes after this one */
        unsigned n = room < len - 1 ? (unsigned)room + 1 : len;
        bool done = false;

        if (range && range->region->type == MEMORY_REGION_IO) {
            n = device_rw(as, range->region, range->offset + (addr - range->start), bytes, n,
                          is_write);
            done = true;
        } else if (range) {
            done = ram_rw(as, range->region, range->offset + (addr - range->start), bytes, n,
                          is_write);
        }
        if (!done)
            unassigned(as, addr, bytes, n, is_write);
        all = all && done;
        addr += n;
        bytes += n;
        len -= n;
    }
    return all;
}
