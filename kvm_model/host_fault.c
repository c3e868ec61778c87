/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Faults of the host itself: mm/memory.c, mm/gup.c, mm/memory-failure.c as KVM meets them. */
#include <stdlib.h>
#include <string.h>

#include "kvm_model/host_mm_internal.h"

#define PAGES(size) ((size_t)((size) >> HOST_PAGE_SHIFT))

uint64_t host_leaf_size(uint64_t leaf)
{
    static const uint64_t sizes[] = {HOST_PAGE_SIZE, HOST_PMD_SIZE, HOST_PUD_SIZE, HOST_PAGE_SIZE};

    return sizes[leaf];
}

static pa_t pte_pa(uint64_t pte)
{
    return PA(field_get(pte, HOST_PTE_ADDR) << HOST_PAGE_SHIFT);
}

static bool is_present(uint64_t pte)
{
    return field_get(pte, HOST_PTE_PRESENT);
}

/* The [start, end) of one size around hva, within the VMA; false if it does not fit. */
static bool leaf_range(const struct host_vma *vma, hva_t hva, uint64_t size, uint64_t *start)
{
    *start = hva.v & ~(size - 1);
    return *start >= vma->start.v && *start + size <= vma->start.v + vma->size;
}

/* --- swap ---------------------------------------------------------------------------------- */

void host_swap_free(struct host_mm *mm)
{
    for (size_t i = 0; i < mm->swap_count; i++)
        free(mm->swap[i].bytes);
    free(mm->swap);
}

static void swap_drop(struct host_mm *mm, uint64_t pte)
{
    struct host_swapped *swapped = &mm->swap[field_get(pte, HOST_PTE_ADDR)];

    free(swapped->bytes);
    swapped->bytes = NULL;
}

/* Keeps a page's bytes; false when out of memory or the page is not the host's. */
static bool swap_store(struct host_mm *mm, pa_t pa, uint64_t *pte)
{
    uint8_t *bytes = malloc(HOST_PAGE_SIZE);
    size_t slot = 0;

    while (slot < mm->swap_count && mm->swap[slot].bytes)
        slot++;
    if (bytes && slot == mm->swap_capacity) {
        size_t capacity = mm->swap_capacity ? mm->swap_capacity * 2 : 8;
        struct host_swapped *grown = realloc(mm->swap, capacity * sizeof(*grown));

        if (grown) {
            mm->swap = grown;
            mm->swap_capacity = capacity;
        }
    }
    if (!bytes || slot == mm->swap_capacity ||
        physmem_read(mm->mem, PAS_NON_SECURE, pa, bytes, HOST_PAGE_SIZE) != PHYS_OK) {
        free(bytes);
        return false;
    }
    if (slot == mm->swap_count)
        mm->swap_count++;
    mm->swap[slot].bytes = bytes;
    *pte = field_put(HOST_PTE_SWAP, 1) | field_put(HOST_PTE_ADDR, slot);
    return true;
}

/* --- entries ------------------------------------------------------------------------------- */

static void drop_entry(struct host_mm *mm, uint64_t *pte)
{
    if (is_present(*pte) && !field_get(*pte, HOST_PTE_ZERO))
        host_mm_free_pages(mm, pte_pa(*pte), 1);
    if (field_get(*pte, HOST_PTE_SWAP))
        swap_drop(mm, *pte);
    *pte = 0;
}

void host_zap(struct host_mm *mm, struct host_vma *vma, uint64_t start, uint64_t end)
{
    for (; start < end; start += HOST_PAGE_SIZE)
        drop_entry(mm, host_pte(vma, HVA(start)));
}

void host_split_leaf(struct host_mm *mm, struct host_vma *vma, hva_t hva)
{
    uint64_t size = host_leaf_size(field_get(*host_pte(vma, hva), HOST_PTE_LEAF)), start;

    if (size == HOST_PAGE_SIZE || !(hva.v & (size - 1)) || !leaf_range(vma, hva, size, &start))
        return;
    host_invalidate(mm, HVA(start), size);
    for (uint64_t at = start; at < start + size; at += HOST_PAGE_SIZE)
        *host_pte(vma, HVA(at)) &= ~field_mask(HOST_PTE_LEAF);
}

/* One entry for each page of a run, all parts of leaves of a kind. */
static void set_entries(struct host_vma *vma, uint64_t start, uint64_t size, pa_t pa,
                        uint64_t attributes)
{
    for (uint64_t at = 0; at < size; at += HOST_PAGE_SIZE)
        *host_pte(vma, HVA(start + at)) = field_put(HOST_PTE_ADDR, (pa.v + at) >> HOST_PAGE_SHIFT) |
                                          field_put(HOST_PTE_PRESENT, 1) | attributes;
}

static bool range_is_empty(const struct host_vma *vma, uint64_t start, uint64_t size)
{
    for (uint64_t at = start; at < start + size; at += HOST_PAGE_SIZE)
        if (*host_pte(vma, HVA(at)))
            return false;
    return true;
}

/* Size of the run one fault of the VMA gives at hva, and where it starts. */
static uint64_t fault_size(const struct host_vma *vma, hva_t hva, uint64_t *start)
{
    uint64_t pte = *host_pte(vma, hva);
    bool whole = vma->backing == HOST_THP && leaf_range(vma, hva, HOST_PMD_SIZE, start);

    /* A huge page comes where nothing is, or in place of the huge zero page. */
    if (whole && (field_get(pte, HOST_PTE_LEAF) == HOST_LEAF_PMD ||
                  range_is_empty(vma, *start, HOST_PMD_SIZE)))
        return HOST_PMD_SIZE;
    *start = hva.v & ~((1ull << host_vma_page_shift(vma)) - 1);
    return 1ull << host_vma_page_shift(vma);
}

/* Leaf kind of a run that a fault gave. */
static uint64_t leaf_of(uint64_t size)
{
    return size >= HOST_PUD_SIZE   ? HOST_LEAF_PUD
           : size >= HOST_PMD_SIZE ? HOST_LEAF_PMD
                                   : HOST_LEAF_PTE;
}

bool host_populate(struct host_mm *mm, struct host_vma *vma, hva_t hva, struct host_page *page)
{
    uint64_t start, size = fault_size(vma, hva, &start);
    bool was_zero = field_get(*host_pte(vma, hva), HOST_PTE_ZERO);
    pa_t pa;

    while (!host_mm_alloc_pages(mm, PAGES(size), PAGES(size), &pa)) {
        if (size == HOST_PAGE_SIZE || vma->backing != HOST_THP)
            return false;
        host_split_leaf(mm, vma, HVA(hva.v | HOST_PAGE_SIZE));
        start = hva.v & ~(HOST_PAGE_SIZE - 1);
        size = HOST_PAGE_SIZE;
    }
    if (was_zero)
        host_invalidate(mm, HVA(start), size); /* a page takes the zero page's place */
    set_entries(vma, start, size, pa,
                field_put(HOST_PTE_WRITE, vma->writable) | field_put(HOST_PTE_LEAF, leaf_of(size)));
    page->cleared_pages = PAGES(size);
    return true;
}

/* The first read of anonymous memory: the zero page, or the huge one. */
static bool map_zero(struct host_mm *mm, struct host_vma *vma, hva_t hva)
{
    uint64_t start, size = fault_size(vma, hva, &start);
    pa_t *zero = size == HOST_PMD_SIZE ? &mm->huge_zero_page : &mm->zero_page;

    if (!zero->v && !host_mm_alloc_pages(mm, PAGES(size), PAGES(size), zero))
        return false;
    set_entries(vma, start, size, *zero,
                field_put(HOST_PTE_ZERO, 1) | field_put(HOST_PTE_LEAF, leaf_of(size)));
    return true;
}

static bool swap_in(struct host_mm *mm, struct host_vma *vma, hva_t hva)
{
    uint64_t *pte = host_pte(vma, hva);
    pa_t pa;

    if (!host_mm_alloc_pages(mm, 1, 1, &pa))
        return false;
    if (physmem_write(mm->mem, PAS_NON_SECURE, pa, mm->swap[field_get(*pte, HOST_PTE_ADDR)].bytes,
                      HOST_PAGE_SIZE) != PHYS_OK)
        return false;
    swap_drop(mm, *pte);
    set_entries(vma, hva.v & ~(HOST_PAGE_SIZE - 1), HOST_PAGE_SIZE, pa,
                field_put(HOST_PTE_WRITE, vma->writable));
    return true;
}

/* Makes the entry present, and writable if asked (handle_mm_fault). */
static bool handle_fault(struct host_mm *mm, struct host_vma *vma, hva_t hva, bool write,
                         struct host_page *page)
{
    uint64_t *pte = host_pte(vma, hva);
    bool anonymous = vma->backing == HOST_ANON || vma->backing == HOST_THP;

    if (field_get(*pte, HOST_PTE_SWAP)) {
        page->major = true;
        return swap_in(mm, vma, hva);
    }
    page->minor = true;
    if (!is_present(*pte) && !write && anonymous)
        return map_zero(mm, vma, hva);
    if (!is_present(*pte) || field_get(*pte, HOST_PTE_ZERO))
        return host_populate(mm, vma, hva, page);
    /* The page is the VMM's alone: it becomes writable where it is (wp_page_reuse). */
    for (uint64_t start, size = host_leaf_size(field_get(*pte, HOST_PTE_LEAF)), at = 0;
         leaf_range(vma, hva, size, &start) && at < size; at += HOST_PAGE_SIZE)
        *host_pte(vma, HVA(start + at)) |= field_mask(HOST_PTE_WRITE);
    return true;
}

enum host_fault host_mm_get_page(struct host_mm *mm, hva_t hva, bool write, struct host_page *page)
{
    struct host_vma *vma = host_mm_find_vma(mm, hva);
    uint64_t *pte;

    *page = (struct host_page){0};
    if (!vma || (write && !vma->writable))
        return HOST_FAULT_BAD;
    pte = host_pte(vma, hva);
    if (field_get(*pte, HOST_PTE_POISON))
        return HOST_FAULT_POISON;
    if ((!is_present(*pte) || (write && !field_get(*pte, HOST_PTE_WRITE))) &&
        !handle_fault(mm, vma, hva, write, page))
        return HOST_FAULT_BAD;
    page->pa = pte_pa(*pte);
    page->writable = field_get(*pte, HOST_PTE_WRITE);
    page->map_memory = vma->backing != HOST_PFNMAP;
    return HOST_FAULT_OK;
}

uint64_t host_mm_mapping_size(const struct host_mm *mm, hva_t hva)
{
    const struct host_vma *vma = host_mm_find_vma(mm, hva);
    uint64_t pte = vma ? *host_pte(vma, hva) : 0;

    return is_present(pte) ? host_leaf_size(field_get(pte, HOST_PTE_LEAF)) : 0;
}

/* --- what the kernel does on its own ------------------------------------------------------- */

bool host_mm_swap_out(struct host_mm *mm, hva_t hva)
{
    struct host_vma *vma = host_mm_find_vma(mm, hva);
    hva_t start = HVA(hva.v & ~(HOST_PAGE_SIZE - 1));
    uint64_t *pte, swapped;
    pa_t pa;

    if (!vma || (vma->backing != HOST_ANON && vma->backing != HOST_THP))
        return false;
    pte = host_pte(vma, start);
    if (!is_present(*pte) || field_get(*pte, HOST_PTE_ZERO))
        return false;
    host_split_leaf(mm, vma, HVA(start.v | HOST_PAGE_SIZE));
    host_invalidate(mm, start, HOST_PAGE_SIZE);
    pa = pte_pa(*pte);
    if (!swap_store(mm, pa, &swapped))
        return false;
    host_mm_free_pages(mm, pa, 1);
    *pte = swapped;
    return true;
}

bool host_mm_poison(struct host_mm *mm, hva_t hva)
{
    struct host_vma *vma = host_mm_find_vma(mm, hva);
    uint64_t start, size;

    if (!vma || vma->backing == HOST_PFNMAP || !is_present(*host_pte(vma, hva)) ||
        field_get(*host_pte(vma, hva), HOST_PTE_ZERO))
        return false;
    size = 1ull << host_vma_page_shift(vma);
    start = hva.v & ~(size - 1);
    if (size == HOST_PAGE_SIZE)
        host_split_leaf(mm, vma, HVA(start | HOST_PAGE_SIZE));
    host_invalidate(mm, HVA(start), size);
    for (uint64_t at = start; at < start + size; at += HOST_PAGE_SIZE)
        *host_pte(vma, HVA(at)) = field_put(HOST_PTE_POISON, 1); /* the frame is never used again */
    return true;
}

/* --- the VMM's own accesses ---------------------------------------------------------------- */

bool host_mm_hva_to_pa(struct host_mm *mm, hva_t hva, pa_t *pa)
{
    struct host_page page;

    if (host_mm_get_page(mm, hva, false, &page) != HOST_FAULT_OK)
        return false;
    *pa = PA(page.pa.v | (hva.v & (HOST_PAGE_SIZE - 1)));
    return true;
}

/* One copy within a page at a time: each page is looked up for itself. */
static bool copy(struct host_mm *mm, hva_t hva, uint8_t *to, const uint8_t *from, size_t len)
{
    while (len) {
        uint64_t offset = hva.v & (HOST_PAGE_SIZE - 1);
        size_t room = (size_t)(HOST_PAGE_SIZE - offset), n = len < room ? len : room;
        struct host_page page;
        enum phys_status status;

        if (host_mm_get_page(mm, hva, !to, &page) != HOST_FAULT_OK)
            return false;
        page.pa.v |= offset;
        status = to ? physmem_read(mm->mem, PAS_NON_SECURE, page.pa, to, n)
                    : physmem_write(mm->mem, PAS_NON_SECURE, page.pa, from, n);
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
