/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * KVM's stage-2 tables: real descriptors in simulated memory, 4K granule
 * (arch/arm64/kvm/hyp/pgtable.c@7.2). The CPU's walker reads what is written here. Each change is
 * an event, with the TLB invalidation and the cache maintenance the kernel does for it.
 */
#ifndef KVM_MODEL_PGTABLE_H
#define KVM_MODEL_PGTABLE_H

#include "cpu/clock.h"
#include "cpu/event.h"
#include "cpu/types.h"
#include "kvm_model/host_mm.h"

enum kvm_pgtable_prot {
    KVM_PGTABLE_PROT_X = 1,
    KVM_PGTABLE_PROT_W = 2,
    KVM_PGTABLE_PROT_R = 4,
    KVM_PGTABLE_PROT_DEVICE = 8,     /* Device-nGnRE */
    KVM_PGTABLE_PROT_NORMAL_NC = 16, /* Normal, Non-cacheable */
};

struct kvm_pgtable {
    struct host_mm *mm;
    unsigned ia_bits;
    int start_level;
    pa_t pgd; /* up to 16 concatenated tables, aligned to their size */
    size_t pgd_pages;
    /* Set by the owner after init; all may stay 0. */
    bool fwb;            /* FEAT_S2FWB: guests are coherent, nothing is cleaned to the PoC */
    bool dic;            /* CTR_EL0.DIC: nor is the instruction cache invalidated */
    struct trace *trace; /* may be NULL */
    struct clock *clock; /* may be NULL: costs nothing */
    /* TLBI by IPA, at all CPUs: a TLB may have what was changed there; may be NULL */
    void (*flush_tlb)(void *ctx, ipa_t ipa, uint64_t size);
    void *flush_ctx;
};

#define KVM_PHYS_SHIFT_MIN 32
#define KVM_PHYS_SHIFT_MAX 48

/* Start level KVM picks for an IPA size (stage2_pgtable_levels), and pages of the initial table. */
int kvm_pgtable_start_level(unsigned ia_bits);
size_t kvm_pgtable_pgd_pages(unsigned ia_bits);
/* VTCR_EL2 for an IPA size on a CPU with pa_bits of physical address (kvm_get_vtcr). */
uint64_t kvm_pgtable_vtcr(unsigned ia_bits, unsigned pa_bits);
/* VTTBR_EL2 of the tables under a VMID. */
uint64_t kvm_pgtable_vttbr(const struct kvm_pgtable *pgt, unsigned vmid);
/* Bytes one entry maps at a level 0..3. */
uint64_t kvm_pgtable_granule(int level);

/* 0, -EINVAL for an IPA size out of range, -ENOMEM. destroy frees all tables, not what they map. */
int kvm_pgtable_stage2_init(struct kvm_pgtable *pgt, struct host_mm *mm, unsigned ia_bits);
void kvm_pgtable_stage2_destroy(struct kvm_pgtable *pgt);

/* --- pages for tables (struct kvm_mmu_memory_cache) ---------------------------------------- */

#define KVM_MMU_CACHE_OBJECTS 40 /* KVM_ARCH_NR_OBJS_PER_MEMORY_CACHE */

struct kvm_mmu_memory_cache {
    pa_t objects[KVM_MMU_CACHE_OBJECTS];
    unsigned count;
};

/*
 * Fills the cache up if it holds less than min (kvm_mmu_topup_memory_cache); -ENOMEM when it still
 * does after that.
 */
int kvm_mmu_topup_memory_cache(struct kvm_mmu_memory_cache *cache, struct host_mm *mm,
                               unsigned min);
void kvm_mmu_free_memory_cache(struct kvm_mmu_memory_cache *cache, struct host_mm *mm);
/* Tables that one fault may need (kvm_mmu_cache_min_pages). */
unsigned kvm_mmu_cache_min_pages(const struct kvm_pgtable *pgt);

/* --- mapping (pgtable_map.c) --------------------------------------------------------------- */

/*
 * Maps size bytes from ipa to pa: each entry as large as both sides and the size allow, 1 GiB at
 * most. A table in the way of a block is torn down; a block in the way of a page is replaced by an
 * empty table, the rest of it faults in again. Tables come from cache. -EAGAIN: the entry is there
 * and differs in permissions at most. -ENOMEM (cache empty or NULL), -ERANGE beyond the IPA size,
 * -EINVAL (executable Device memory), -EIO if a table is no longer Non-secure memory.
 */
int kvm_pgtable_stage2_map(struct kvm_pgtable *pgt, ipa_t ipa, uint64_t size, pa_t pa,
                           enum kvm_pgtable_prot prot, struct kvm_mmu_memory_cache *cache);
/*
 * One leaf of that size, whatever is aligned or there (stage2_set_pud_huge, stage2_set_pmd_huge,
 * stage2_set_pte of kernels before 5.10): address bits below the size are RES0. Errors as above, 0
 * when the very same entry is there. Caches are the caller's to maintain.
 */
int kvm_pgtable_stage2_set_leaf(struct kvm_pgtable *pgt, ipa_t ipa, uint64_t size, pa_t pa,
                                enum kvm_pgtable_prot prot, struct kvm_mmu_memory_cache *cache);
/*
 * What a guest is about to see of size bytes at pa, mapped with prot: data cleaned to the PoC,
 * instructions invalidated, each where that mapping and this CPU need it (clean_dcache_guest_page,
 * invalidate_icache_guest_page of kernels before 5.10).
 */
void kvm_pgtable_stage2_maintain(struct kvm_pgtable *pgt, uint64_t size, pa_t pa,
                                 enum kvm_pgtable_prot prot, bool dcache, bool icache);
/*
 * Makes pages of the blocks in a range, as far as the cache lasts (kvm_pgtable_stage2_split):
 * -ENOMEM when it is empty.
 */
int kvm_pgtable_stage2_split(struct kvm_pgtable *pgt, ipa_t ipa, uint64_t size,
                             struct kvm_mmu_memory_cache *cache);
/* Makes size bytes from ipa fault again, and frees tables that are no longer needed. */
int kvm_pgtable_stage2_unmap(struct kvm_pgtable *pgt, ipa_t ipa, uint64_t size);

/* --- leaves (pgtable_attr.c) --------------------------------------------------------------- */

/* The descriptor where a walk for ipa ends, valid or not, and its level. -ERANGE, -EIO as above. */
int kvm_pgtable_get_leaf(const struct kvm_pgtable *pgt, ipa_t ipa, uint64_t *desc, int *level);
/* What a leaf permits, and its memory type; 0 when it is not valid. */
enum kvm_pgtable_prot kvm_pgtable_stage2_pte_prot(const struct kvm_pgtable *pgt, uint64_t desc);
/* "r", "rw", "rwx", ...; never NULL. */
const char *kvm_pgtable_prot_text(enum kvm_pgtable_prot prot);
/* "normal", "device", "normal-nc". */
const char *kvm_pgtable_attr_text(enum kvm_pgtable_prot prot);
/* Adds permissions to a valid leaf; -EAGAIN if there is none. */
int kvm_pgtable_stage2_relax_perms(struct kvm_pgtable *pgt, ipa_t ipa, enum kvm_pgtable_prot prot);
/* Takes away the permission to write all leaves of a range. The caller flushes the TLB. */
int kvm_pgtable_stage2_wrprotect(struct kvm_pgtable *pgt, ipa_t ipa, uint64_t size);
/* Sets the access flag of a valid leaf; -EAGAIN if there is none. */
int kvm_pgtable_stage2_mkyoung(struct kvm_pgtable *pgt, ipa_t ipa);
/* Whether a leaf of the range has its access flag; clear: clears them. The caller flushes. */
bool kvm_pgtable_stage2_test_clear_young(struct kvm_pgtable *pgt, ipa_t ipa, uint64_t size,
                                         bool clear);

#endif
