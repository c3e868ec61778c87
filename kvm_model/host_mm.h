/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The host kernel's memory: a page allocator over the Non-secure granules of simulated DRAM, and
 * the address space of the VMM process (its VMAs) as far as memslots need it. One per host; a VM
 * borrows it. Host virtual addresses are simulated ones.
 */
#ifndef KVM_MODEL_HOST_MM_H
#define KVM_MODEL_HOST_MM_H

#include "cpu/physmem.h"
#include "cpu/types.h"

#define HOST_PAGE_SHIFT GRANULE_SHIFT
#define HOST_PAGE_SIZE GRANULE_SIZE
#define HOST_PMD_SIZE (2ull << 20)

typedef struct {
    uint64_t v;
} hva_t; /* virtual address in the VMM process */

#define HVA(x) ((hva_t){(x)})

struct host_mm;

/* Takes all of DRAM up to physmem_limit. NULL when out of host memory. mem must outlive it. */
struct host_mm *host_mm_new(struct physmem *mem);
void host_mm_free(struct host_mm *mm);
struct physmem *host_mm_physmem(const struct host_mm *mm);

/*
 * count contiguous zeroed pages, the first aligned to align pages (a power of two); false when
 * there are none.
 */
bool host_mm_alloc_pages(struct host_mm *mm, size_t count, size_t align, pa_t *pa);
/*
 * Gives pages back. The caller vouches that they are Non-secure again; a page a realm still owns is
 * leaked by never being given back, as Linux does when undelegation fails.
 */
void host_mm_free_pages(struct host_mm *mm, pa_t pa, size_t count);
size_t host_mm_free_count(const struct host_mm *mm);

/* The VMM's mapping of anonymous memory. */
struct host_vma {
    hva_t start;
    uint64_t size;
    pa_t pa;
    bool huge; /* backed by 2 MiB pages (hugetlbfs, or THP that came out so) */
    bool writable;
};

enum host_mmap_flags {
    HOST_MMAP_HUGE = 1, /* 2 MiB pages: start, size and backing are aligned to them */
    HOST_MMAP_READONLY = 2,
};

/*
 * size bytes (rounded up to pages) of zeroed, populated anonymous memory; false when size is 0 or
 * memory is short. munmap takes the start that mmap gave.
 */
bool host_mm_mmap(struct host_mm *mm, uint64_t size, unsigned flags, hva_t *hva);
bool host_mm_munmap(struct host_mm *mm, hva_t hva);

/* The VMA that holds hva, or NULL. Valid until the next mmap or munmap. */
const struct host_vma *host_mm_vma(const struct host_mm *mm, hva_t hva);
/* Physical address of the byte at hva; false when no VMA holds it. */
bool host_mm_hva_to_pa(const struct host_mm *mm, hva_t hva, pa_t *pa);

/*
 * The VMM's own loads and stores, made from the Non-secure world. False when a byte is unmapped or
 * its granule has left the Non-secure PAS; bytes before it may have been copied.
 */
bool host_mm_read(struct host_mm *mm, hva_t hva, void *buf, size_t len);
bool host_mm_write(struct host_mm *mm, hva_t hva, const void *buf, size_t len);

#endif
