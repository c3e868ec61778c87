/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * KVM's stage-2 tables: real descriptors in simulated memory, 4K granule
 * (arch/arm64/kvm/hyp/pgtable.c@7.2). The CPU's walker reads what is written here.
 */
#ifndef KVM_MODEL_PGTABLE_H
#define KVM_MODEL_PGTABLE_H

#include "cpu/types.h"
#include "kvm_model/host_mm.h"

enum kvm_pgtable_prot {
    KVM_PGTABLE_PROT_X = 1,
    KVM_PGTABLE_PROT_W = 2,
    KVM_PGTABLE_PROT_R = 4,
    KVM_PGTABLE_PROT_DEVICE = 8,
};

struct kvm_pgtable {
    struct host_mm *mm;
    unsigned ia_bits;
    int start_level;
    pa_t pgd; /* up to 16 concatenated tables, aligned to their size */
    size_t pgd_pages;
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

/*
 * Maps size bytes (pages; a 2 MiB block where both sides are aligned and the size allows it) from
 * ipa to pa. A table in the way of a block is torn down; a block in the way of a page is replaced
 * by an empty table, the rest of it faults in again. 0, -ENOMEM, -ERANGE beyond the IPA size, -EIO
 * if a table is no longer Non-secure memory. *changed_valid is set when a valid entry was replaced:
 * the caller invalidates the TLB.
 */
int kvm_pgtable_stage2_map(struct kvm_pgtable *pgt, ipa_t ipa, uint64_t size, pa_t pa,
                           enum kvm_pgtable_prot prot, bool *changed_valid);
/* Makes size bytes from ipa fault again, and frees tables that are no longer needed. */
int kvm_pgtable_stage2_unmap(struct kvm_pgtable *pgt, ipa_t ipa, uint64_t size);

/* The descriptor where a walk for ipa ends, valid or not, and its level. -ERANGE, -EIO as above. */
int kvm_pgtable_get_leaf(const struct kvm_pgtable *pgt, ipa_t ipa, uint64_t *desc, int *level);
/* Adds permissions to a valid leaf and sets its access flag; -EAGAIN if there is none. */
int kvm_pgtable_stage2_relax_perms(struct kvm_pgtable *pgt, ipa_t ipa, enum kvm_pgtable_prot prot);
/* Takes away the permission to write a valid leaf; -EAGAIN if there is none. */
int kvm_pgtable_stage2_wrprotect(struct kvm_pgtable *pgt, ipa_t ipa);
/* Sets (or, for ageing, clears) the access flag of a valid leaf; -EAGAIN if there is none. */
int kvm_pgtable_stage2_mkyoung(struct kvm_pgtable *pgt, ipa_t ipa);
int kvm_pgtable_stage2_mkold(struct kvm_pgtable *pgt, ipa_t ipa);

#endif
