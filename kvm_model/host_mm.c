/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kvm_model/host_mm.h"

#include <stdlib.h>
#include <string.h>

/* Where the VMM's mappings start; any canonical user address would do. */
#define HVA_BASE 0x0000aaaa00000000ull
#define WORD_BITS 64

struct host_mm {
    struct physmem *mem;
    uint64_t first_page; /* page number of PHYS_DRAM_BASE */
    size_t page_count;
    size_t free_count;
    size_t hint;           /* where the next search starts */
    uint64_t *used;        /* one bit a page */
    uint64_t *soiled;      /* has been used before: zero it when handed out again */
    struct host_vma *vmas; /* by address */
    size_t vma_count, vma_capacity;
    uint64_t next_hva;
};

static bool bit_get(const uint64_t *map, size_t i)
{
    return map[i / WORD_BITS] >> (i % WORD_BITS) & 1;
}

static void bit_put(uint64_t *map, size_t i, bool value)
{
    uint64_t bit = (uint64_t)1 << (i % WORD_BITS);

    map[i / WORD_BITS] = value ? map[i / WORD_BITS] | bit : map[i / WORD_BITS] & ~bit;
}

struct host_mm *host_mm_new(struct physmem *mem)
{
    struct host_mm *mm = calloc(1, sizeof(*mm));
    size_t words;

    if (!mm)
        return NULL;
    mm->mem = mem;
    mm->first_page = PHYS_DRAM_BASE >> HOST_PAGE_SHIFT;
    mm->page_count = (size_t)((physmem_limit(mem).v - PHYS_DRAM_BASE) >> HOST_PAGE_SHIFT);
    mm->free_count = mm->page_count;
    mm->next_hva = HVA_BASE;
    words = mm->page_count / WORD_BITS + 1;
    mm->used = calloc(words, sizeof(*mm->used));
    mm->soiled = calloc(words, sizeof(*mm->soiled));
    if (!mm->used || !mm->soiled) {
        host_mm_free(mm);
        return NULL;
    }
    return mm;
}

void host_mm_free(struct host_mm *mm)
{
    if (!mm)
        return;
    free(mm->used);
    free(mm->soiled);
    free(mm->vmas);
    free(mm);
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
        mm->free_count++;
    }
    if (first < mm->hint)
        mm->hint = (size_t)first;
}

/* --- the VMM's address space --------------------------------------------------------------- */

bool host_mm_mmap(struct host_mm *mm, uint64_t size, unsigned flags, hva_t *hva)
{
    uint64_t unit = flags & HOST_MMAP_HUGE ? HOST_PMD_SIZE : HOST_PAGE_SIZE;
    struct host_vma *vma;
    pa_t pa;

    if (!size || size > (uint64_t)mm->page_count << HOST_PAGE_SHIFT)
        return false;
    size = (size + unit - 1) & ~(unit - 1);
    if (mm->vma_count == mm->vma_capacity) {
        size_t capacity = mm->vma_capacity ? mm->vma_capacity * 2 : 8;
        struct host_vma *grown = realloc(mm->vmas, capacity * sizeof(*grown));

        if (!grown)
            return false;
        mm->vmas = grown;
        mm->vma_capacity = capacity;
    }
    if (!host_mm_alloc_pages(mm, (size_t)(size >> HOST_PAGE_SHIFT),
                             (size_t)(unit >> HOST_PAGE_SHIFT), &pa))
        return false;
    /* Every mapping starts on a new 2 MiB and is followed by a hole, so that overruns are seen. */
    *hva = HVA(mm->next_hva);
    mm->next_hva += (size + 2 * HOST_PMD_SIZE - 1) & ~(HOST_PMD_SIZE - 1);
    vma = &mm->vmas[mm->vma_count++];
    *vma = (struct host_vma){
        .start = *hva,
        .size = size,
        .pa = pa,
        .huge = flags & HOST_MMAP_HUGE,
        .writable = !(flags & HOST_MMAP_READONLY),
    };
    return true;
}

bool host_mm_munmap(struct host_mm *mm, hva_t hva)
{
    for (size_t i = 0; i < mm->vma_count; i++) {
        if (mm->vmas[i].start.v != hva.v)
            continue;
        host_mm_free_pages(mm, mm->vmas[i].pa, (size_t)(mm->vmas[i].size >> HOST_PAGE_SHIFT));
        memmove(&mm->vmas[i], &mm->vmas[i + 1], (mm->vma_count - i - 1) * sizeof(mm->vmas[0]));
        mm->vma_count--;
        return true;
    }
    return false;
}

const struct host_vma *host_mm_vma(const struct host_mm *mm, hva_t hva)
{
    size_t low = 0, high = mm->vma_count;

    while (low < high) {
        size_t mid = low + (high - low) / 2;
        const struct host_vma *vma = &mm->vmas[mid];

        if (hva.v < vma->start.v)
            high = mid;
        else if (hva.v - vma->start.v >= vma->size)
            low = mid + 1;
        else
            return vma;
    }
    return NULL;
}

bool host_mm_hva_to_pa(const struct host_mm *mm, hva_t hva, pa_t *pa)
{
    const struct host_vma *vma = host_mm_vma(mm, hva);

    if (!vma)
        return false;
    *pa = PA(vma->pa.v + (hva.v - vma->start.v));
    return true;
}

/* One copy within a page at a time: each page is looked up for itself. */
static bool copy(struct host_mm *mm, hva_t hva, uint8_t *to, const uint8_t *from, size_t len)
{
    while (len) {
        size_t room = (size_t)(HOST_PAGE_SIZE - (hva.v & (HOST_PAGE_SIZE - 1)));
        size_t n = len < room ? len : room;
        enum phys_status status;
        pa_t pa;

        if (!host_mm_hva_to_pa(mm, hva, &pa))
            return false;
        status = to ? physmem_read(mm->mem, PAS_NON_SECURE, pa, to, n)
                    : physmem_write(mm->mem, PAS_NON_SECURE, pa, from, n);
        if (status != PHYS_OK)
            return false;
        hva.v += n;
        len -= n;
        to = to ? to + n : NULL;
        from = from ? from + n : NULL;
    }
    return true;
}

bool host_mm_read(struct host_mm *mm, hva_t hva, void *buf, size_t len)
{
    return copy(mm, hva, buf, NULL, len);
}

bool host_mm_write(struct host_mm *mm, hva_t hva, const void *buf, size_t len)
{
    return copy(mm, hva, NULL, buf, len);
}
