/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the files of the host's memory. */
#ifndef KVM_MODEL_HOST_MM_INTERNAL_H
#define KVM_MODEL_HOST_MM_INTERNAL_H

#include "cpu/arch/field.h"
#include "kvm_model/host_mm.h"

/* The host's own entries: ours, not a format of the architecture. */
static const struct field HOST_PTE_PRESENT = {0, 1};
static const struct field HOST_PTE_WRITE = {1, 1};
static const struct field HOST_PTE_ZERO = {2, 1};   /* the shared zero page, or the huge one */
static const struct field HOST_PTE_POISON = {3, 1}; /* a hwpoison entry */
static const struct field HOST_PTE_SWAP = {4, 1};   /* ADDR is a number of a swapped page */
static const struct field HOST_PTE_LEAF = {5, 2};   /* what the entry is part of */
#define HOST_LEAF_PTE 0u
#define HOST_LEAF_PMD 1u
#define HOST_LEAF_PUD 2u
static const struct field HOST_PTE_ADDR = {12, 52};

struct host_swapped {
    uint8_t *bytes; /* NULL: a free number */
};

struct host_mm {
    struct physmem *mem;
    uint64_t first_page; /* page number of PHYS_DRAM_BASE */
    size_t page_count;
    size_t free_count;
    size_t hint;           /* where the next search starts */
    uint64_t *used;        /* one bit a page */
    uint64_t *soiled;      /* has been used before: zero it when handed out again */
    uint64_t *tagged;      /* PG_mte_tagged */
    struct host_vma *vmas; /* by address */
    size_t vma_count, vma_capacity;
    uint64_t next_hva;
    pa_t zero_page, huge_zero_page; /* 0: not needed so far */
    struct host_swapped *swap;
    size_t swap_count, swap_capacity;
    struct host_mmu_notifier *notifiers;
    size_t notifier_count;
};

static inline uint64_t *host_pte(const struct host_vma *vma, hva_t hva)
{
    return &vma->ptes[(hva.v - vma->start.v) >> HOST_PAGE_SHIFT];
}

/* host_mm_vma, to change. */
struct host_vma *host_mm_find_vma(const struct host_mm *mm, hva_t hva);
/* What a leaf of that kind maps. */
uint64_t host_leaf_size(uint64_t leaf);
/* Takes away all of the VMA's entries in [start, end), page by page, with what they hold. */
void host_zap(struct host_mm *mm, struct host_vma *vma, uint64_t start, uint64_t end);
/* Makes pages of the huge leaf that holds hva, if one does and hva is not its start. */
void host_split_leaf(struct host_mm *mm, struct host_vma *vma, hva_t hva);
/* Gives a page of its own (or a huge one) to the entry at hva, as a write does. */
bool host_populate(struct host_mm *mm, struct host_vma *vma, hva_t hva, struct host_page *page);
void host_invalidate(struct host_mm *mm, hva_t start, uint64_t size);
void host_swap_free(struct host_mm *mm);

#endif
