/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * KVM's own look at the guest's stage-1 tables, to tell at which level a walk failed
 * (arch/arm64/kvm/at.c:__kvm_find_s1_desc_level@7.2). It reads them through the memslots.
 */
#include <errno.h>

#include "cpu/arch/descriptor.h"
#include "kvm_model/kvm_internal.h"

#define LAST_LEVEL 3
#define DESC_SHIFT 3
#define TSZ_MIN 16
#define TSZ_MAX 39

struct s1_walk {
    unsigned granule_shift; /* 12, 14, 16 */
    unsigned input_bits;
    int level;
    ipa_t table;
};

static bool walk_start(struct kvm_vcpu *vcpu, uint64_t va, struct s1_walk *walk)
{
    static const uint8_t granule0[4] = {12, 16, 14, 12}, granule1[4] = {12, 14, 12, 16};
    uint64_t tcr = kvm_vcpu_get_sysreg(vcpu, SYSREG_TCR_EL1);
    bool high = va >> 55 & 1;
    uint64_t tsz = field_get(tcr, high ? TCR_T1SZ : TCR_T0SZ);
    uint64_t ttbr = kvm_vcpu_get_sysreg(vcpu, high ? SYSREG_TTBR1_EL1 : SYSREG_TTBR0_EL1);
    unsigned stride, levels;

    if (!field_get(kvm_vcpu_get_sysreg(vcpu, SYSREG_SCTLR_EL1), SCTLR_M) || tsz < TSZ_MIN ||
        tsz > TSZ_MAX || field_get(tcr, high ? TCR_EPD1 : TCR_EPD0))
        return false;
    walk->granule_shift =
        high ? granule1[field_get(tcr, TCR_TG1)] : granule0[field_get(tcr, TCR_TG0)];
    walk->input_bits = 64 - (unsigned)tsz;
    if (!high && va >> walk->input_bits && !field_get(tcr, TCR_TBI0))
        return false;
    stride = walk->granule_shift - DESC_SHIFT;
    levels = (walk->input_bits - walk->granule_shift + stride - 1) / stride;
    walk->level = LAST_LEVEL + 1 - (int)levels;
    walk->table = IPA(ttbr & field_mask(TTBR_BADDR));
    return true;
}

/* Address of the descriptor for va at the walk's level. */
static ipa_t desc_ipa(const struct s1_walk *walk, uint64_t va)
{
    unsigned stride = walk->granule_shift - DESC_SHIFT;
    unsigned shift = walk->granule_shift + (unsigned)(LAST_LEVEL - walk->level) * stride;
    unsigned bits = walk->input_bits - shift < stride ? walk->input_bits - shift : stride;
    uint64_t index = va >> shift & (((uint64_t)1 << bits) - 1);

    return IPA(walk->table.v + (index << DESC_SHIFT));
}

/* kvm_read_guest of one descriptor. */
static bool read_desc(struct kvm_vcpu *vcpu, ipa_t at, uint64_t *desc)
{
    struct kvm_memory_slot *slot = kvm_gpa_to_memslot(vcpu->kvm, at);
    uint8_t bytes[sizeof(*desc)];

    if (!slot || !host_mm_read(vcpu->kvm->config.mm, HVA(slot->hva.v + (at.v - slot->base.v)),
                               bytes, sizeof(bytes)))
        return false;
    *desc = 0;
    for (unsigned i = 0; i < sizeof(bytes); i++)
        *desc |= (uint64_t)bytes[kvm_vcpu_is_be(vcpu) ? sizeof(bytes) - 1 - i : i] << (i * 8);
    return true;
}

int kvm_find_s1_desc_level(struct kvm_vcpu *vcpu, uint64_t va, ipa_t desc_page)
{
    struct s1_walk walk;

    if (!walk_start(vcpu, va, &walk))
        return -EAGAIN;
    for (;; walk.level++) {
        ipa_t at = desc_ipa(&walk, va);
        uint64_t desc;

        if ((at.v & ~GRANULE_MASK) == desc_page.v)
            return walk.level;
        if (walk.level == LAST_LEVEL || !read_desc(vcpu, at, &desc) ||
            field_get(desc, DESC_TYPE) != DESC_TYPE_TABLE)
            return -EAGAIN;
        walk.table = IPA(desc & field_mask(DESC_ADDR) & ~(((uint64_t)1 << walk.granule_shift) - 1));
    }
}
