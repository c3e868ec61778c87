/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The host's page allocator. */
#include "kvm_model/host_mm_internal.h"

#define WORD_BITS 64

static bool bit_get(const uint64_t *map, size_t i)
{
    return map[i / WORD_BITS] >> (i % WORD_BITS) & 1;
}

static void bit_put(uint64_t *map, size_t i, bool value)
{
    uint64_t bit = (uint64_t)1 << (i % WORD_BITS);

    map[i / WORD_BITS] = value ? map[i / WORD_BITS] | bit : map[i / WORD_BITS] & ~bit;
}

struct physmem *host_mm_physmem(const struct host_mm *mm)
{
    return mm->mem;
}

size_t host_mm_free_count(const struct host_mm *mm)
{
    return mm->free_count;
}

/* First run of count free pages at or after from, aligned in physical address; page_count if none.
 */
static size_t find_run(const struct host_mm *mm, size_t from, size_t count, size_t align)
{
    size_t start = from;

    while (start < mm->page_count) {
        size_t misfit = (size_t)((mm->first_page + start) & (align - 1));
        size_t n;

        if (misfit) {
            start += align - misfit;
            continue;
        }
        if (count > mm->page_count - start)
            break;
        for (n = 0; n < count && !bit_get(mm->used, start + n); n++)
            ;
        if (n == count)
            return start;
        start += n + 1;
    }
    return mm->page_count;
}

/* A page that was in use may hold old bytes; one that never was is still zero. */
static bool clean_page(struct host_mm *mm, size_t page)
{
    static const uint8_t zero[HOST_PAGE_SIZE];
    pa_t pa = PA((mm->first_page + page) << HOST_PAGE_SHIFT);

    if (!bit_get(mm->soiled, page)) {
        bit_put(mm->soiled, page, true);
        return true;
    }
    return physmem_write(mm->mem, PAS_NON_SECURE, pa, zero, sizeof(zero)) == PHYS_OK;
}

bool host_mm_try_tag(struct host_mm *mm, pa_t pa)
{
    size_t page = (size_t)((pa.v >> HOST_PAGE_SHIFT) - mm->first_page);

    if (page >= mm->page_count || bit_get(mm->tagged, page))
        return false;
    bit_put(mm->tagged, page, true);
    return true;
}

static void take(struct host_mm *mm, size_t page)
{
    bit_put(mm->used, page, true);
    mm->free_count--;
}

/* Zeroes a free run; a page that refuses is not the host's any more and is never offered again. */
static bool clean_run(struct host_mm *mm, size_t start, size_t count)
{
    for (size_t i = start; i < start + count; i++) {
        if (clean_page(mm, i))
            continue;
        take(mm, i);
        return false;
    }
    return true;
}

bool host_mm_alloc_pages(struct host_mm *mm, size_t count, size_t align, pa_t *pa)
{
    size_t start;

    if (!count || !align || align & (align - 1))
        return false;
    do {
        if (count > mm->free_count)
            return false;
        start = find_run(mm, mm->hint, count, align);
        if (start == mm->page_count)
            start = find_run(mm, 0, count, align);
        if (start == mm->page_count)
            return false;
    } while (!clean_run(mm, start, count));
    for (size_t i = 0; i < count; i++)
        take(mm, start + i);
    mm->hint = start + count;
    *pa = PA((mm->first_page + start) << HOST_PAGE_SHIFT);
    return true;
}

void host_mm_free_pages(struct host_mm *mm, pa_t pa, size_t count)
{
    uint64_t first = (pa.v >> HOST_PAGE_SHIFT) - mm->first_page;

    for (size_t i = 0; i < count && first + i < mm->page_count; i++) {
        if (!bit_get(mm->used, (size_t)first + i))
            continue;
        bit_put(mm->used, (size_t)first + i, false);
        bit_put(mm->tagged, (size_t)first + i, false);
        mm->free_count++;
    }
    if (first < mm->hint)
        mm->hint = (size_t)first;
}
