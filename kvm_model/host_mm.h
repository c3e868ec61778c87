/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The host kernel's memory: a page allocator over the Non-secure granules of simulated DRAM, and
 * the address space of the VMM process as far as memslots need it: VMAs with what backs them, a
 * page table entry for each page, faults of the host itself, and MMU notifiers. One per host; a VM
 * borrows it. Host virtual addresses are simulated ones.
 */
#ifndef KVM_MODEL_HOST_MM_H
#define KVM_MODEL_HOST_MM_H

#include "cpu/physmem.h"
#include "cpu/types.h"

#define HOST_PAGE_SHIFT GRANULE_SHIFT
#define HOST_PAGE_SIZE GRANULE_SIZE
#define HOST_CONT_PTE_SHIFT 16u
#define HOST_PMD_SHIFT 21u
#define HOST_CONT_PMD_SHIFT 25u
#define HOST_PUD_SHIFT 30u
#define HOST_PMD_SIZE (1ull << HOST_PMD_SHIFT)
#define HOST_PUD_SIZE (1ull << HOST_PUD_SHIFT)

typedef struct {
    uint64_t v;
} hva_t; /* virtual address in the VMM process */

#define HVA(x) ((hva_t){(x)})

struct host_mm;

/* Takes all of DRAM up to physmem_limit. NULL when out of host memory. mem must outlive it. */
struct host_mm *host_mm_new(struct physmem *mem);
void host_mm_free(struct host_mm *mm);
struct physmem *host_mm_physmem(const struct host_mm *mm);

/* --- pages (host_pages.c) ------------------------------------------------------------------ */

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
/* Marks a page as having initialised memory tags (PG_mte_tagged); true if it had none. */
bool host_mm_try_tag(struct host_mm *mm, pa_t pa);

/* --- VMAs (host_mm.c) ---------------------------------------------------------------------- */

enum host_backing {
    HOST_ANON,       /* anonymous memory in 4K pages */
    HOST_THP,        /* anonymous memory, huge pages wherever 2 MiB fit (madvise) */
    HOST_CONTPTE,    /* hugetlbfs, 64 KiB */
    HOST_HUGETLB_2M, /* hugetlbfs, PMD */
    HOST_CONTPMD,    /* hugetlbfs, 32 MiB */
    HOST_HUGETLB_1G, /* hugetlbfs, PUD */
    HOST_PFNMAP,     /* VM_PFNMAP | VM_IO: memory of a device, without struct page */
    HOST_BACKINGS
};

/* What mmap is asked for. */
struct host_mapping {
    enum host_backing backing;
    uint64_t size;     /* bytes; rounded up to the size of the backing's pages */
    uint64_t offset;   /* the address is this far behind one aligned to max(2 MiB, backing's page);
                          a multiple of 4K; 0 for hugetlbfs */
    hva_t at;          /* not 0: MAP_FIXED there, in place of what is mapped; no offset */
    bool readonly;     /* no VM_WRITE */
    bool lazy;         /* pages appear when they are touched; else they are there (MAP_POPULATE) */
    bool no_mte;       /* no VM_MTE_ALLOWED: a file, say */
    bool cacheable;    /* HOST_PFNMAP: Normal write-back for the VMM, else Device */
    bool any_uncached; /* HOST_PFNMAP: VM_ALLOW_ANY_UNCACHED */
};

struct host_vma {
    hva_t start;
    uint64_t size;
    enum host_backing backing;
    bool writable;
    bool mte_allowed;
    bool cacheable;
    bool any_uncached;
    bool populated; /* its pages came with it */
    uint64_t *ptes; /* HOST_PTE_*, one a page */
};

/*
 * A new mapping with a hole behind it. False when size is 0, offset or at is wrong (for hugetlbfs
 * both are multiples of its pages), or memory is short; what was mapped at `at` is gone then. The
 * physical pages of HOST_PFNMAP are one aligned run.
 */
bool host_mm_map(struct host_mm *mm, const struct host_mapping *mapping, hva_t *hva);

enum host_mmap_flags {
    HOST_MMAP_HUGE = 1, /* HOST_HUGETLB_2M, else HOST_ANON */
    HOST_MMAP_READONLY = 2,
};
/* host_mm_map of populated memory, in short. */
bool host_mm_mmap(struct host_mm *mm, uint64_t size, unsigned flags, hva_t *hva);
/* Unmaps the VMA that starts at hva. */
bool host_mm_munmap(struct host_mm *mm, hva_t hva);
/*
 * munmap(2) and mprotect(2) of whole pages: VMAs are split at the ends. False (EINVAL): alignment,
 * also to the pages of hugetlbfs; ENOMEM.
 */
bool host_mm_munmap_range(struct host_mm *mm, hva_t hva, uint64_t size);
bool host_mm_mprotect(struct host_mm *mm, hva_t hva, uint64_t size, bool writable);

/* The VMA that holds hva, or NULL. Valid until the next mmap, munmap or mprotect. */
const struct host_vma *host_mm_vma(const struct host_mm *mm, hva_t hva);
/* The first VMA that ends behind hva, or NULL (find_vma). */
const struct host_vma *host_mm_next_vma(const struct host_mm *mm, hva_t hva);
/* log2 of the size of the VMA's pages (huge_page_shift of hugetlbfs, else 12). */
unsigned host_vma_page_shift(const struct host_vma *vma);
/* HOST_PFNMAP: the physical address behind its first byte (vm_pgoff). */
pa_t host_vma_pfn_base(const struct host_vma *vma);

/* --- faults (host_fault.c) ----------------------------------------------------------------- */

enum host_fault {
    HOST_FAULT_OK,
    HOST_FAULT_BAD,    /* no VMA, a write to a read-only one, no memory: -EFAULT */
    HOST_FAULT_POISON, /* -EHWPOISON */
};

struct host_page {
    pa_t pa; /* of the 4K page that holds the address */
    bool writable;
    bool map_memory;        /* pfn_is_map_memory: DRAM the kernel knows, not a device's */
    bool minor, major;      /* the host took a fault for it; it was read back from swap */
    uint64_t cleared_pages; /* 4K pages that were zeroed */
};

/*
 * get_user_pages: the page at hva, for a write or a read. The first read of anonymous memory gives
 * the shared zero page, read-only; the first write gives a page of its own and tells the notifiers.
 */
enum host_fault host_mm_get_page(struct host_mm *mm, hva_t hva, bool write, struct host_page *page);
/* Bytes the host's own leaf entry maps there: 4K, 2M, 1G; 0 when there is none. */
uint64_t host_mm_mapping_size(const struct host_mm *mm, hva_t hva);
/* Reclaim writes the page to swap. False: no such page, or none that can be swapped. */
bool host_mm_swap_out(struct host_mm *mm, hva_t hva);
/* memory_failure: the page (of hugetlbfs the huge page) is lost. */
bool host_mm_poison(struct host_mm *mm, hva_t hva);

/* Physical address of the byte at hva, faulted in for a read; false when that is not possible. */
bool host_mm_hva_to_pa(struct host_mm *mm, hva_t hva, pa_t *pa);
/*
 * The VMM's own loads and stores, made from the Non-secure world. False when a byte is unmapped,
 * read-only (write), poisoned, or its granule has left the Non-secure PAS; bytes before it may have
 * been copied.
 */
bool host_mm_read(struct host_mm *mm, hva_t hva, void *buf, size_t len);
bool host_mm_write(struct host_mm *mm, hva_t hva, const void *buf, size_t len);

/* --- MMU notifiers ------------------------------------------------------------------------- */

struct host_mmu_notifier {
    void *ctx;
    /* Before the pages of [start, start + size) lose an entry, or permissions. */
    void (*invalidate)(void *ctx, hva_t start, uint64_t size);
    /* Whether the secondary MMU used the range; clear: forget that it did. */
    bool (*young)(void *ctx, hva_t start, uint64_t size, bool clear);
};

/* False when out of memory. The notifier is copied; unregistered by its ctx. */
bool host_mm_register_notifier(struct host_mm *mm, const struct host_mmu_notifier *notifier);
void host_mm_unregister_notifier(struct host_mm *mm, const void *ctx);
/* Asks all of them: clear_flush_young (clear) or test_young. */
bool host_mm_young(struct host_mm *mm, hva_t start, uint64_t size, bool clear);

#endif
