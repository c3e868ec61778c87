/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kvm_model/vmm/dma.h"

#include <endian.h>
#include <string.h>

/* How many of len bytes at gpa lie in one range of RAM, and where; 0: it is no RAM. */
static size_t ram_at(const struct dma *dma, uint64_t gpa, size_t len, bool is_write, hva_t *hva)
{
    uint64_t gap_last;
    const struct flat_range *range;

    gpa &= ~dma->ignored;
    range = flat_view_lookup(&dma->as->view, gpa, &gap_last);
    if (!range || range->region->type != MEMORY_REGION_RAM ||
        !memory_region_is_direct(range->region, is_write))
        return 0;
    *hva = HVA(range->region->hva.v + range->offset + (gpa - range->start));
    return range->last - gpa < len - 1 ? (size_t)(range->last - gpa) + 1 : len;
}

bool dma_read(const struct dma *dma, uint64_t gpa, void *buf, size_t len)
{
    uint8_t *bytes = buf;

    while (len) {
        hva_t hva;
        size_t n = ram_at(dma, gpa, len, false, &hva);

        if (!n || !host_mm_read(dma->as->mm, hva, bytes, n))
            return false;
        gpa += n;
        bytes += n;
        len -= n;
    }
    return true;
}

bool dma_write(const struct dma *dma, uint64_t gpa, const void *buf, size_t len)
{
    const uint8_t *bytes = buf;

    while (len) {
        hva_t hva;
        size_t n = ram_at(dma, gpa, len, true, &hva);

        if (!n || !host_mm_write(dma->as->mm, hva, bytes, n))
            return false;
        gpa += n;
        bytes += n;
        len -= n;
    }
    return true;
}

bool dma_load(const struct dma *dma, uint64_t gpa, unsigned size, uint64_t *value)
{
    uint64_t bytes = 0;

    if (!dma_read(dma, gpa, &bytes, size))
        return false;
    *value = le64toh(bytes);
    return true;
}

bool dma_store(const struct dma *dma, uint64_t gpa, unsigned size, uint64_t value)
{
    uint64_t bytes = htole64(value);

    return dma_write(dma, gpa, &bytes, size);
}
