/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The VMM's address space: mm/mmap.c, mm/mprotect.c as KVM meets them. */
#include <stdlib.h>
#include <string.h>

#include "kvm_model/host_mm_internal.h"

/* Where the VMM's mappings start; any canonical user address would do. */
#define HVA_BASE 0x0000aaaa00000000ull
#define WORD_BITS 64

static const uint8_t page_shifts[HOST_BACKINGS] = {
    [HOST_ANON] = HOST_PAGE_SHIFT,        [HOST_THP] = HOST_PAGE_SHIFT,
    [HOST_CONTPTE] = HOST_CONT_PTE_SHIFT, [HOST_HUGETLB_2M] = HOST_PMD_SHIFT,
    [HOST_CONTPMD] = HOST_CONT_PMD_SHIFT, [HOST_HUGETLB_1G] = HOST_PUD_SHIFT,
    [HOST_PFNMAP] = HOST_PAGE_SHIFT,
};

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
    mm->tagged = calloc(words, sizeof(*mm->tagged));
    if (!mm->used || !mm->soiled || !mm->tagged) {
        host_mm_free(mm);
        return NULL;
    }
    return mm;
}

void host_mm_free(struct host_mm *mm)
{
    if (!mm)
        return;
    for (size_t i = 0; i < mm->vma_count; i++)
        free(mm->vmas[i].ptes);
    host_swap_free(mm);
    free(mm->used);
    free(mm->soiled);
    free(mm->tagged);
    free(mm->vmas);
    free(mm->notifiers);
    free(mm);
}

/* --- VMAs ---------------------------------------------------------------------------------- */

unsigned host_vma_page_shift(const struct host_vma *vma)
{
    return page_shifts[vma->backing];
}

pa_t host_vma_pfn_base(const struct host_vma *vma)
{
    return PA(field_get(vma->ptes[0], HOST_PTE_ADDR) << HOST_PAGE_SHIFT);
}

/* Index of the first VMA that ends behind hva. */
static size_t vma_index(const struct host_mm *mm, uint64_t hva)
{
    size_t low = 0, high = mm->vma_count;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (mm->vmas[mid].start.v + mm->vmas[mid].size <= hva)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

struct host_vma *host_mm_find_vma(const struct host_mm *mm, hva_t hva)
{
    size_t i = vma_index(mm, hva.v);

    return i < mm->vma_count && mm->vmas[i].start.v <= hva.v ? &mm->vmas[i] : NULL;
}

const struct host_vma *host_mm_vma(const struct host_mm *mm, hva_t hva)
{
    return host_mm_find_vma(mm, hva);
}

const struct host_vma *host_mm_next_vma(const struct host_mm *mm, hva_t hva)
{
    size_t i = vma_index(mm, hva.v);

    return i < mm->vma_count ? &mm->vmas[i] : NULL;
}

/* Room for one VMA at an index; NULL when out of memory. */
static struct host_vma *insert_vma(struct host_mm *mm, size_t at)
{
    if (mm->vma_count == mm->vma_capacity) {
        size_t capacity = mm->vma_capacity ? mm->vma_capacity * 2 : 8;
        struct host_vma *grown = realloc(mm->vmas, capacity * sizeof(*grown));

        if (!grown)
            return NULL;
        mm->vmas = grown;
        mm->vma_capacity = capacity;
    }
    memmove(&mm->vmas[at + 1], &mm->vmas[at], (mm->vma_count - at) * sizeof(mm->vmas[0]));
    mm->vma_count++;
    mm->vmas[at] = (struct host_vma){0};
    return &mm->vmas[at];
}

static void remove_vma(struct host_mm *mm, size_t at)
{
    free(mm->vmas[at].ptes);
    memmove(&mm->vmas[at], &mm->vmas[at + 1], (mm->vma_count - at - 1) * sizeof(mm->vmas[0]));
    mm->vma_count--;
}

/* A device's memory is one run, mapped with the largest leaf that fits (huge_fault). */
static bool map_device(struct host_mm *mm, struct host_vma *vma)
{
    size_t count = (size_t)(vma->size >> HOST_PAGE_SHIFT);
    size_t align = vma->size >= HOST_PUD_SIZE ? HOST_PUD_SIZE >> HOST_PAGE_SHIFT
                                              : HOST_PMD_SIZE >> HOST_PAGE_SHIFT;
    uint64_t lead = vma->start.v & ((uint64_t)align * HOST_PAGE_SIZE - 1);
    size_t skip = (size_t)(lead >> HOST_PAGE_SHIFT); /* so that both sides are congruent */
    pa_t pa;

    if (!host_mm_alloc_pages(mm, skip + count, align, &pa))
        return false;
    host_mm_free_pages(mm, pa, skip);
    pa.v += lead;
    for (size_t i = 0; i < count; i++) {
        uint64_t hva = vma->start.v + i * HOST_PAGE_SIZE, pmd = hva & ~(HOST_PMD_SIZE - 1);
        bool fits = pmd >= vma->start.v && pmd + HOST_PMD_SIZE <= vma->start.v + vma->size;

        vma->ptes[i] = field_put(HOST_PTE_ADDR, (pa.v >> HOST_PAGE_SHIFT) + i) |
                       field_put(HOST_PTE_PRESENT, 1) | field_put(HOST_PTE_WRITE, vma->writable) |
                       field_put(HOST_PTE_LEAF, fits ? HOST_LEAF_PMD : HOST_LEAF_PTE);
    }
    return true;
}

static bool populate_all(struct host_mm *mm, struct host_vma *vma)
{
    for (uint64_t at = 0; at < vma->size; at += HOST_PAGE_SIZE) {
        struct host_page page;

        if (!vma->ptes[at >> HOST_PAGE_SHIFT] &&
            !host_populate(mm, vma, HVA(vma->start.v + at), &page))
            return false;
    }
    return true;
}

/* Where a mapping comes to lie; false when the request is wrong. */
static bool place(struct host_mm *mm, const struct host_mapping *mapping, uint64_t size,
                  uint64_t *start)
{
    uint64_t unit = 1ull << page_shifts[mapping->backing];
    uint64_t align = unit > HOST_PMD_SIZE ? unit : HOST_PMD_SIZE;

    if (mapping->at.v) {
        *start = mapping->at.v;
        return !(*start & (unit - 1)) && host_mm_munmap_range(mm, mapping->at, size);
    }
    if (mapping->offset >= align || mapping->offset & (unit - 1))
        return false;
    if (mapping->backing == HOST_PFNMAP && size >= HOST_PUD_SIZE)
        align = HOST_PUD_SIZE;
    *start = ((mm->next_hva + align - 1) & ~(align - 1)) + mapping->offset;
    /* Every mapping is followed by a hole, so that overruns are seen. */
    mm->next_hva = (*start + size + 2 * HOST_PMD_SIZE - 1) & ~(HOST_PMD_SIZE - 1);
    return true;
}

static bool fill(struct host_mm *mm, struct host_vma *vma)
{
    if (!vma->ptes)
        return false;
    if (vma->backing == HOST_PFNMAP)
        return map_device(mm, vma);
    return !vma->populated || populate_all(mm, vma);
}

bool host_mm_map(struct host_mm *mm, const struct host_mapping *mapping, hva_t *hva)
{
    uint64_t unit = 1ull << page_shifts[mapping->backing], start;
    uint64_t size = (mapping->size + unit - 1) & ~(unit - 1);
    struct host_vma *vma;
    size_t at;

    if (!mapping->size || mapping->size > (uint64_t)mm->page_count << HOST_PAGE_SHIFT ||
        !place(mm, mapping, size, &start))
        return false;
    at = vma_index(mm, start);
    vma = insert_vma(mm, at);
    if (!vma)
        return false;
    *vma = (struct host_vma){
        .start = HVA(start),
        .size = size,
        .backing = mapping->backing,
        .writable = !mapping->readonly,
        .mte_allowed = !mapping->no_mte && mapping->backing != HOST_PFNMAP,
        .cacheable = mapping->backing != HOST_PFNMAP || mapping->cacheable,
        .any_uncached = mapping->any_uncached,
        .populated = !mapping->lazy,
        .ptes = calloc((size_t)(size >> HOST_PAGE_SHIFT), sizeof(*vma->ptes)),
    };
    if (!fill(mm, vma)) {
        if (vma->ptes)
            host_zap(mm, vma, start, start + size);
        remove_vma(mm, at);
        return false;
    }
    *hva = vma->start;
    return true;
}

bool host_mm_mmap(struct host_mm *mm, uint64_t size, unsigned flags, hva_t *hva)
{
    return host_mm_map(
        mm,
        &(struct host_mapping){.backing = flags & HOST_MMAP_HUGE ? HOST_HUGETLB_2M : HOST_ANON,
                               .size = size,
                               .readonly = flags & HOST_MMAP_READONLY},
        hva);
}

/* Makes an end of a VMA at hva; false when that is not possible. */
static bool split_vma(struct host_mm *mm, uint64_t hva)
{
    struct host_vma *vma = host_mm_find_vma(mm, HVA(hva)), *upper;
    uint64_t unit;
    size_t kept, moved, at;
    uint64_t *ptes;

    if (!vma || vma->start.v == hva)
        return true;
    unit = 1ull << host_vma_page_shift(vma);
    if (hva & (unit - 1))
        return false;
    host_split_leaf(mm, vma, HVA(hva));
    kept = (size_t)((hva - vma->start.v) >> HOST_PAGE_SHIFT);
    moved = (size_t)(vma->size >> HOST_PAGE_SHIFT) - kept;
    ptes = calloc(moved, sizeof(*ptes));
    at = (size_t)(vma - mm->vmas);
    upper = ptes ? insert_vma(mm, at + 1) : NULL;
    if (!upper) {
        free(ptes);
        return false;
    }
    vma = &mm->vmas[at];
    memcpy(ptes, &vma->ptes[kept], moved * sizeof(*ptes));
    *upper = *vma;
    upper->start = HVA(hva);
    upper->size = (uint64_t)moved << HOST_PAGE_SHIFT;
    upper->ptes = ptes;
    vma->size = (uint64_t)kept << HOST_PAGE_SHIFT;
    return true;
}

/* The VMAs of [hva, hva + size) begin and end with it. */
static bool isolate(struct host_mm *mm, hva_t hva, uint64_t size)
{
    if (!size || (hva.v | size) & (HOST_PAGE_SIZE - 1) || hva.v + size < hva.v)
        return false;
    return split_vma(mm, hva.v) && split_vma(mm, hva.v + size);
}

bool host_mm_munmap_range(struct host_mm *mm, hva_t hva, uint64_t size)
{
    size_t i;

    if (!isolate(mm, hva, size))
        return false;
    host_invalidate(mm, hva, size);
    i = vma_index(mm, hva.v);
    while (i < mm->vma_count && mm->vmas[i].start.v < hva.v + size) {
        struct host_vma *vma = &mm->vmas[i];

        host_zap(mm, vma, vma->start.v, vma->start.v + vma->size);
        remove_vma(mm, i);
    }
    return true;
}

bool host_mm_munmap(struct host_mm *mm, hva_t hva)
{
    const struct host_vma *vma = host_mm_find_vma(mm, hva);

    return vma && vma->start.v == hva.v && host_mm_munmap_range(mm, hva, vma->size);
}

bool host_mm_mprotect(struct host_mm *mm, hva_t hva, uint64_t size, bool writable)
{
    if (!isolate(mm, hva, size))
        return false;
    for (size_t i = vma_index(mm, hva.v); i < mm->vma_count && mm->vmas[i].start.v < hva.v + size;
         i++) {
        struct host_vma *vma = &mm->vmas[i];

        vma->writable = writable;
        if (writable)
            continue; /* entries become writable when they are written */
        host_invalidate(mm, vma->start, vma->size);
        for (size_t page = 0; page < vma->size >> HOST_PAGE_SHIFT; page++)
            vma->ptes[page] &= ~field_mask(HOST_PTE_WRITE);
    }
    return true;
}

/* --- notifiers ----------------------------------------------------------------------------- */

bool host_mm_register_notifier(struct host_mm *mm, const struct host_mmu_notifier *notifier)
{
    struct host_mmu_notifier *grown =
        realloc(mm->notifiers, (mm->notifier_count + 1) * sizeof(*grown));

    if (!grown)
        return false;
    mm->notifiers = grown;
    mm->notifiers[mm->notifier_count++] = *notifier;
    return true;
}

void host_mm_unregister_notifier(struct host_mm *mm, const void *ctx)
{
    size_t kept = 0;

    for (size_t i = 0; i < mm->notifier_count; i++)
        if (mm->notifiers[i].ctx != ctx)
            mm->notifiers[kept++] = mm->notifiers[i];
    mm->notifier_count = kept;
}

void host_invalidate(struct host_mm *mm, hva_t start, uint64_t size)
{
    for (size_t i = 0; i < mm->notifier_count; i++)
        mm->notifiers[i].invalidate(mm->notifiers[i].ctx, start, size);
}

bool host_mm_young(struct host_mm *mm, hva_t start, uint64_t size, bool clear)
{
    bool young = false;

    for (size_t i = 0; i < mm->notifier_count; i++)
        young |= mm->notifiers[i].young(mm->notifiers[i].ctx, start, size, clear);
    return young;
}
