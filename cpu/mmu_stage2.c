/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stage 2 of the nested walk, in the order of the Arm ARM's pseudocode (AArch64.S2Translate). */
#include "cpu/mmu_table.h"

static bool stage2_shape(uint64_t vtcr, struct table_shape *shape)
{
    static const uint8_t granule[4] = {12, 16, 14, 0};
    /* Start level by SL0, for 4K and for the larger granules; -1 where the encoding is reserved. */
    static const int8_t start_4k[4] = {2, 1, 0, 3};
    static const int8_t start_large[4] = {3, 2, 1, -1};
    uint64_t sl0 = field_get(vtcr, VTCR_SL0);
    uint64_t t0sz = field_get(vtcr, VTCR_T0SZ);
    unsigned shift;

    shape->granule_shift = granule[field_get(vtcr, VTCR_TG0)];
    shape->start_level = shape->granule_shift == 12 ? start_4k[sl0] : start_large[sl0];
    shape->input_bits = 64 - (unsigned)t0sz;
    shape->output_bits = ps_bits(field_get(vtcr, VTCR_PS));
    if (shape->output_bits > ADDRESS_BITS)
        shape->output_bits = ADDRESS_BITS;
    if (!shape->granule_shift || shape->start_level < 0 || shape->input_bits > ADDRESS_BITS)
        return false;
    shift = mmu_level_shift(shape, shape->start_level);
    /* Up to 16 tables may be concatenated at the start level. */
    return shape->input_bits > shift &&
           shape->input_bits - shift <= shape->granule_shift - DESC_SHIFT + 4;
}

static bool stage2_is_device(uint64_t desc, uint64_t hcr)
{
    uint64_t attr = field_get(desc, S2_MEM_ATTR);

    /* With FWB bit 2 of MemAttr says Normal; without, MemAttr[3:2] of 0 says Device. */
    return field_get(hcr, HCR_FWB) ? !(attr & 4) : !(attr & 0xc);
}

static bool stage2_may_execute(uint64_t desc, bool el0)
{
    bool xn0 = field_get(desc, S2_XN0), xn1 = field_get(desc, S2_XN1);

    /* FEAT_XNX: 00 both, 01 EL0 only, 10 neither, 11 EL1 only. */
    return el0 ? !xn1 : xn0 == xn1;
}

static void stage2_trace(struct trace *trace, ipa_t ipa, uint64_t pa, int level, bool s1ptw,
                         const char *result)
{
    EMIT(trace, S2_WALK, GUEST, ipa.v, pa, (uint64_t)(int64_t)level, EVENT_STR(result), s1ptw);
}

/* A walk begins; NULL: nobody wants to know. */
static struct tlb_walk_s2 *record_walk(const struct mmu *mmu, ipa_t ipa,
                                       const struct table_shape *shape)
{
    struct tlb_walk *walk = mmu_record(mmu);

    if (!walk || walk->s2_walks > TLB_WALK_S1_MAX)
        return NULL;
    walk->s2[walk->s2_walks] =
        (struct tlb_walk_s2){.ipa = ipa.v, .stride = (uint8_t)(shape->granule_shift - DESC_SHIFT)};
    return &walk->s2[walk->s2_walks++];
}

/* The walk proper: the leaf that maps ipa, where it is, and the level it stands at. */
static bool stage2_walk(const struct mmu *mmu, ipa_t ipa, const struct table_shape *shape, pa_t *at,
                        uint64_t *leaf, int *level, struct fault *fault, struct trace *trace)
{
    uint64_t table = mmu_table_base(mmu->regs.vttbr_el2 & field_mask(VTTBR_BADDR), shape);
    struct tlb_walk_s2 *record = record_walk(mmu, ipa, shape);

    if (mmu_exceeds(ipa.v, shape->input_bits))
        return mmu_fail(fault, FAULT_TRANSLATION, 0);
    if (mmu_exceeds(table, shape->output_bits))
        return mmu_fail(fault, FAULT_ADDRESS_SIZE, 0);
    for (*level = shape->start_level;; ++*level) {
        enum phys_status status;

        *at = PA(mmu_descriptor_address(table, ipa.v, shape, *level));
        status = physmem_read64(mmu->mem, mmu->regs.pas, *at, leaf);
        fault->reads++;
        if (status != PHYS_OK)
            return mmu_fail_phys(fault, status, *at, true, *level);
        EMIT(trace, WALK_STEP, GUEST, 2, (uint64_t)*level, at->v, *leaf);
        if (record) {
            record->reads++;
            record->shift = (uint8_t)mmu_level_shift(shape, *level);
            record->complete = mmu_classify(*leaf, shape, *level) == DESC_LEAF;
        }
        switch (mmu_classify(*leaf, shape, *level)) {
        case DESC_INVALID:
            return mmu_fail(fault, FAULT_TRANSLATION, *level);
        case DESC_TABLE:
            table = mmu_next_table(*leaf, shape);
            break;
        case DESC_LEAF:
            table = *leaf & field_mask(DESC_ADDR);
            break;
        }
        if (mmu_exceeds(table, shape->output_bits))
            return mmu_fail(fault, FAULT_ADDRESS_SIZE, *level);
        if (mmu_classify(*leaf, shape, *level) == DESC_LEAF)
            return true;
    }
}

static bool stage2_permitted(const struct mmu *mmu, uint64_t leaf, const struct mmu_access *access,
                             bool s1ptw, enum pas output)
{
    if (s1ptw && field_get(mmu->regs.hcr_el2, HCR_PTW) && stage2_is_device(leaf, mmu->regs.hcr_el2))
        return false;
    /* A realm neither fetches instructions nor reads stage-1 tables from Non-secure memory. */
    if (output != mmu->regs.pas && (s1ptw || access->type == ACCESS_FETCH))
        return false;
    if (access->maintenance && !s1ptw)
        return true;
    switch (access->type) {
    case ACCESS_READ:
        return field_get(leaf, S2_AP_READ);
    case ACCESS_WRITE:
        return field_get(leaf, S2_AP_WRITE);
    case ACCESS_FETCH:
        return stage2_may_execute(leaf, access->el0);
    }
    return false;
}

/*
 * Hardware update of the access flag and of the dirty state (FEAT_HAFDBS, VTCR_EL2.HA, HD). False
 * when the access flag is clear and stays so.
 */
static bool stage2_update(const struct mmu *mmu, pa_t at, uint64_t *leaf,
                          const struct mmu_access *access)
{
    uint64_t vtcr = mmu->regs.vtcr_el2, updated = *leaf;

    if (mmu->peek)
        return true;
    if (field_get(vtcr, VTCR_HA)) {
        updated |= field_mask(DESC_AF);
        if (field_get(vtcr, VTCR_HD) && field_get(*leaf, DESC_DBM) &&
            access->type == ACCESS_WRITE && !access->maintenance)
            updated |= field_mask(S2_AP_WRITE);
    }
    if (updated != *leaf)
        physmem_write64(mmu->mem, mmu->regs.pas, at, updated);
    *leaf = updated;
    return field_get(updated, DESC_AF);
}

static bool stage2_translate(const struct mmu *mmu, ipa_t ipa, const struct mmu_access *access,
                             bool s1ptw, struct translation *out, struct fault *fault,
                             struct trace *trace)
{
    struct table_shape shape;
    uint64_t leaf;
    int level = 0;
    unsigned shift;
    pa_t at;

    fault->stage = 2;
    fault->s1ptw = s1ptw;
    fault->ipa = ipa;
    fault->ipa_valid = true;
    if (!stage2_shape(mmu->regs.vtcr_el2, &shape))
        return mmu_fail(fault, FAULT_TRANSLATION, 0);
    if (!stage2_walk(mmu, ipa, &shape, &at, &leaf, &level, fault, trace))
        return false;
    if (!stage2_update(mmu, at, &leaf, access))
        return mmu_fail(fault, FAULT_ACCESS_FLAG, level);

    shift = mmu_level_shift(&shape, level);
    out->pas =
        mmu->regs.pas == PAS_REALM && field_get(leaf, S2_NS) ? PAS_NON_SECURE : mmu->regs.pas;
    out->s2_device = stage2_is_device(leaf, mmu->regs.hcr_el2);
    if (access->unaligned && out->s2_device)
        return mmu_fail(fault, FAULT_ALIGNMENT, level);
    if (!stage2_permitted(mmu, leaf, access, s1ptw, out->pas))
        return mmu_fail(fault, FAULT_PERMISSION, level);
    out->pa = PA((leaf & field_mask(DESC_ADDR) & ~(((uint64_t)1 << shift) - 1)) |
                 mmu_low_bits(ipa.v, shift));
    out->write = out->write && field_get(leaf, S2_AP_WRITE);
    fault->level = (int8_t)level;
    return true;
}

bool mmu_stage2(const struct mmu *mmu, ipa_t ipa, const struct mmu_access *access, bool s1ptw,
                struct translation *out, struct fault *fault, struct trace *trace)
{
    if (!field_get(mmu->regs.hcr_el2, HCR_VM) && !field_get(mmu->regs.hcr_el2, HCR_DC)) {
        out->pa = PA(ipa.v);
        out->pas = mmu->regs.pas;
        return true;
    }
    if (stage2_translate(mmu, ipa, access, s1ptw, out, fault, trace)) {
        stage2_trace(trace, ipa, out->pa.v, fault->level, s1ptw, "mapped");
        return true;
    }
    stage2_trace(trace, ipa, 0, fault->level, s1ptw, fault_kind_name(fault->kind));
    return mmu->peek && mmu->peek->find &&
           mmu->peek->find(mmu->peek->ctx, ipa, &out->pa, &out->pas);
}
