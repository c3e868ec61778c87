/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stage 2 of a plain VM as an experiment wants it, in place of what faults would make of it. Not
 * the kernel's: a debugger's hand in the tables.
 */
#ifndef KVM_MODEL_STAGE2_SETUP_H
#define KVM_MODEL_STAGE2_SETUP_H

#include "kvm_model/kvm.h"
#include "kvm_model/pgtable.h"

/*
 * Maps what the slots have at [ipa, ipa + size), pages each; blocks where both sides allow it.
 * -EFAULT: no slot, or no page of the host there; others as kvm_pgtable_stage2_map.
 */
int kvm_stage2_premap(struct kvm *kvm, ipa_t ipa, uint64_t size, enum kvm_pgtable_prot prot);
/* Tables on the way to ipa down to that level, 1..3; -EEXIST: a block is in the way. */
int kvm_stage2_make_tables(struct kvm *kvm, ipa_t ipa, int level);
/*
 * Changes bits of the descriptor for ipa at a level, and invalidates the TLB. -ENOENT: the walk
 * ends before that level.
 */
int kvm_stage2_edit(struct kvm *kvm, ipa_t ipa, int level, uint64_t clear, uint64_t set);
/* Whether the log of a slot has a page, without taking it; false for a slot without a log. */
bool kvm_dirty_log_has(const struct kvm *kvm, uint32_t slot, uint64_t page);

#endif
