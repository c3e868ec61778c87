/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the files of KVM's stage-2 tables. */
#ifndef KVM_MODEL_PGTABLE_INTERNAL_H
#define KVM_MODEL_PGTABLE_INTERNAL_H

#include <errno.h>

#include "cpu/arch/descriptor.h"
#include "kvm_model/pgtable.h"

#define S2_LAST_LEVEL 3
#define S2_MIN_BLOCK_LEVEL 1 /* KVM_PGTABLE_MIN_BLOCK_LEVEL of a 4K granule */
#define S2_ENTRIES 512

static inline bool s2_is_valid(uint64_t desc)
{
    return field_get(desc, DESC_VALID);
}

static inline bool s2_is_table(uint64_t desc, int level)
{
    return level < S2_LAST_LEVEL && field_get(desc, DESC_TYPE) == DESC_TYPE_TABLE;
}

static inline pa_t s2_pa(uint64_t desc)
{
    return PA(desc & field_mask(DESC_ADDR));
}

static inline int s2_read(const struct kvm_pgtable *pgt, pa_t at, uint64_t *desc)
{
    return physmem_read64(host_mm_physmem(pgt->mm), PAS_NON_SECURE, at, desc) == PHYS_OK ? 0 : -EIO;
}

static inline int s2_write(const struct kvm_pgtable *pgt, pa_t at, uint64_t desc)
{
    return physmem_write64(host_mm_physmem(pgt->mm), PAS_NON_SECURE, at, desc) == PHYS_OK ? 0
                                                                                          : -EIO;
}

static inline void s2_charge(struct kvm_pgtable *pgt, enum op op, uint64_t count)
{
    if (pgt->clock)
        clock_charge(pgt->clock, op, count);
}

/* Address of the descriptor for ipa in a table of that level; the start level is wider. */
pa_t s2_desc_at(const struct kvm_pgtable *pgt, pa_t table, ipa_t ipa, int level);

/* One descriptor on the way from one IPA to another. */
struct s2_slot {
    pa_t at;
    uint64_t desc;
    uint64_t stop; /* where what it maps ends, or the range does */
};

/* The slot for start in a table of that level, of a range that goes to end; 0 or -errno. */
int s2_read_slot(const struct kvm_pgtable *pgt, pa_t table, int level, uint64_t start, uint64_t end,
                 struct s2_slot *slot);
bool s2_in_range(const struct kvm_pgtable *pgt, ipa_t ipa, uint64_t size);
/* Frees the tables below a table descriptor, then the table itself. */
void s2_free_table(struct kvm_pgtable *pgt, pa_t table, int level);

/* TLB invalidation: of one entry (level 0..3, -1: any), or of a range. */
void s2_tlbi_ipa(struct kvm_pgtable *pgt, ipa_t ipa, int level);
void s2_tlbi_range(struct kvm_pgtable *pgt, ipa_t ipa, uint64_t size);
/* Maintenance a leaf needs before it is seen, and before its memory is the host's again. */
void s2_clean_dcache(struct kvm_pgtable *pgt, uint64_t desc, int level);
void s2_invalidate_icache(struct kvm_pgtable *pgt, uint64_t desc, int level);

/* MemAttr[3:0] of a memory type, with or without FEAT_S2FWB. */
uint64_t s2_mem_attr(const struct kvm_pgtable *pgt, enum kvm_pgtable_prot prot);
/* Permission bits of a leaf (stage2_set_prot_attr). */
uint64_t s2_prot_bits(enum kvm_pgtable_prot prot);

/* Called for each leaf, valid or not, of a range; what is not 0 ends the walk. */
typedef int s2_leaf_fn(struct kvm_pgtable *pgt, pa_t at, uint64_t desc, ipa_t ipa, int level,
                       void *arg);
int s2_walk_leaves(struct kvm_pgtable *pgt, ipa_t ipa, uint64_t size, s2_leaf_fn *fn, void *arg);

#endif
