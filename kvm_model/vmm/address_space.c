/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kvm_model/vmm/address_space.h"

#include <endian.h>
#include <string.h>

/* Takes nothing: what a hole, a write to ROM or to a container comes to (unassigned_mem_ops). */
static bool unassigned_accepts(void *device, uint64_t offset, unsigned size, bool is_write)
{
    (void)device;
    (void)offset;
    (void)size;
    (void)is_write;
    return false;
}

static const struct device_ops unassigned_ops = {.accepts = unassigned_accepts};
static const struct device unassigned = {.name = ADDRESS_SPACE_UNASSIGNED, .ops = &unassigned_ops};

bool address_space_init(struct address_space *as, const struct memory_region *root,
                        struct host_mm *mm, struct trace *trace, struct clock *clock)
{
    *as = (struct address_space){.root = root, .mm = mm, .trace = trace, .clock = clock};
    return flat_view_render(&as->view, root);
}

void address_space_free(struct address_space *as)
{
    flat_view_free(&as->view);
}

bool address_space_commit(struct address_space *as)
{
    struct flat_view view;

    if (!flat_view_render(&view, as->root))
        return false;
    flat_view_free(&as->view);
    as->view = view;
    return true;
}

static void note_unassigned(struct address_space *as, uint64_t addr, bool is_write)
{
    if (is_write)
        as->unassigned_writes++;
    else
        as->unassigned_reads++;
    as->last_unassigned = addr;
}

/* The device behind an access that does not reach memory. */
static const struct device *device_of(const struct flat_range *range)
{
    if (range && (range->region->type == MEMORY_REGION_IO ||
                  range->region->type == MEMORY_REGION_ROM_DEVICE))
        return &range->region->device;
    return &unassigned;
}

/* One access of a device; the bytes in buf are in memory order. */
static enum memtx_result device_rw(struct address_space *as, const struct flat_range *range,
                                   const struct device *device, uint64_t offset, uint8_t *buf,
                                   unsigned size, bool is_write)
{
    enum memtx_result result;
    uint64_t value = 0, bytes = 0;

    clock_charge(as->clock, OP_DEVICE_ACCESS, 1);
    clock_charge(as->clock, OP_DEVICE_LATENCY, range ? range->region->latency : 0);
    if (is_write) {
        memcpy(&bytes, buf, size);
        value = le64toh(bytes);
        result = device_dispatch_write(device, offset, value, size);
    } else {
        result = device_dispatch_read(device, offset, size, &value);
        bytes = htole64(value);
        memcpy(buf, &bytes, size);
    }
    EMIT(as->trace, VMM_HANDLE, VMM, EVENT_STR(device->name), offset, size, is_write, value,
         EVENT_STR(memtx_result_name(result)));
    return result;
}

/* RAM up to its end; the VMM's own page may be gone (a realm's private memory). */
static enum memtx_result ram_rw(struct address_space *as, const struct flat_range *range,
                                uint64_t offset, uint8_t *buf, unsigned len, bool is_write)
{
    hva_t hva = HVA(range->region->hva.v + offset);
    bool done =
        is_write ? host_mm_write(as->mm, hva, buf, len) : host_mm_read(as->mm, hva, buf, len);

    if (done)
        return MEMTX_OK;
    if (!is_write)
        memset(buf, 0, len);
    return MEMTX_ERROR;
}

enum memtx_result address_space_rw(struct address_space *as, uint64_t addr, void *buf, unsigned len,
                                   bool is_write)
{
    uint8_t *bytes = buf;
    unsigned result = MEMTX_OK;

    EMIT(as->trace, ADDRESS_SPACE_RW, VMM, addr, len, is_write);
    while (len) {
        uint64_t gap_last;
        const struct flat_range *range = flat_view_lookup(&as->view, addr, &gap_last);
        uint64_t offset = range ? range->offset + (addr - range->start) : addr;
        unsigned n;

        if (range && memory_region_is_direct(range->region, is_write)) {
            n = range->last - addr < len - 1 ? (unsigned)(range->last - addr) + 1 : len;
            result |= ram_rw(as, range, offset, bytes, n, is_write);
        } else {
            const struct device *device = device_of(range);

            if (range && range->region->flush_coalesced && as->flush_coalesced)
                as->flush_coalesced(as->flush_ctx);
            if (device == &unassigned)
                note_unassigned(as, addr, is_write);
            n = device_access_size(device->ops, offset, len);
            result |= device_rw(as, range, device, offset, bytes, n, is_write);
        }
        addr += n;
        bytes += n;
        len -= n;
    }
    return (enum memtx_result)result;
}

enum memtx_result address_space_rw_whole(struct address_space *as, uint64_t addr, void *buf,
                                         unsigned len, bool is_write)
{
    uint64_t gap_last;
    const struct flat_range *range = flat_view_lookup(&as->view, addr, &gap_last);

    EMIT(as->trace, ADDRESS_SPACE_RW, VMM, addr, len, is_write);
    if (!range || range->region->type != MEMORY_REGION_IO || range->last - addr < len - 1) {
        note_unassigned(as, addr, is_write);
        EMIT(as->trace, VMM_HANDLE, VMM, EVENT_STR(ADDRESS_SPACE_IGNORED), addr, len, is_write, 0,
             EVENT_STR(memtx_result_name(MEMTX_DECODE_ERROR)));
        return MEMTX_DECODE_ERROR;
    }
    return device_rw(as, range, &range->region->device, range->offset + (addr - range->start), buf,
                     len, is_write);
}
