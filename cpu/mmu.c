/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The nested walk, in the order of the Arm ARM's pseudocode (AArch64.S1Translate,
 * AArch64.S2Translate): stage 1 calls stage 2 for every descriptor it reads and once more for its
 * output. No cache in here.
 */
#include "cpu/mmu.h"

#include "cpu/arch/descriptor.h"

#define LEVEL_LAST 3
#define DESC_SHIFT 3 /* a descriptor is 8 bytes */
#define ADDRESS_BITS 48

/* Shape of a translation table: everything follows from the granule, the input size and the start.
 */
struct table_shape {
    unsigned granule_shift; /* 12, 14 or 16 */
    unsigned input_bits;
    int start_level;
    unsigned output_bits;
};

static unsigned level_shift(const struct table_shape *shape, int level)
{
    unsigned stride = shape->granule_shift - DESC_SHIFT;

    return shape->granule_shift + (unsigned)(LEVEL_LAST - level) * stride;
}

/* Blocks exist at levels 1 and 2 with 4K, at level 2 alone with 16K and 64K (no 52-bit addresses).
 */
static bool block_allowed(const struct table_shape *shape, int level)
{
    return level == 2 || (level == 1 && shape->granule_shift == 12);
}

static uint64_t low_bits(uint64_t value, unsigned bits)
{
    return bits >= 64 ? value : value & (((uint64_t)1 << bits) - 1);
}

static bool exceeds(uint64_t address, unsigned bits)
{
    return low_bits(address, bits) != address;
}

/* Base of the table at the start level: the register's bits below the table's size are RES0. */
static uint64_t table_base(uint64_t baddr, const struct table_shape *shape)
{
    unsigned index_bits = shape->input_bits - level_shift(shape, shape->start_level);

    return baddr & ~(((uint64_t)1 << (index_bits + DESC_SHIFT)) - 1);
}

static uint64_t descriptor_address(uint64_t table, uint64_t input, const struct table_shape *shape,
                                   int level)
{
    unsigned shift = level_shift(shape, level);
    unsigned bits = shape->granule_shift - DESC_SHIFT;

    if (level == shape->start_level)
        bits = shape->input_bits - shift;
    return table + (low_bits(input >> shift, bits) << DESC_SHIFT);
}

enum desc_kind { DESC_INVALID, DESC_TABLE, DESC_LEAF };

static enum desc_kind classify(uint64_t desc, const struct table_shape *shape, int level)
{
    if (!field_get(desc, DESC_VALID))
        return DESC_INVALID;
    if (level == LEVEL_LAST)
        return field_get(desc, DESC_TYPE) == DESC_TYPE_PAGE ? DESC_LEAF : DESC_INVALID;
    if (field_get(desc, DESC_TYPE) == DESC_TYPE_TABLE)
        return DESC_TABLE;
    return block_allowed(shape, level) ? DESC_LEAF : DESC_INVALID;
}

static uint64_t next_table(uint64_t desc, const struct table_shape *shape)
{
    return desc & field_mask(DESC_ADDR) & ~(((uint64_t)1 << shape->granule_shift) - 1);
}

static bool fail(struct fault *fault, enum fault_kind kind, int level)
{
    fault->kind = kind;
    fault->level = (int8_t)level;
    return false;
}

static bool fail_phys(struct fault *fault, enum phys_status status, pa_t pa, bool walk, int level)
{
    fault->pa = pa;
    if (status == PHYS_GPF)
        return fail(fault, walk ? FAULT_GPF_WALK : FAULT_GPF, level);
    return fail(fault, walk ? FAULT_EXTERNAL_WALK : FAULT_EXTERNAL, level);
}

/* --- stage 2 -----------------------------------------------------------------------------------
 */

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
    shift = level_shift(shape, shape->start_level);
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

/* The walk proper: the leaf that maps ipa, and the level it stands at. */
static bool stage2_walk(const struct mmu *mmu, ipa_t ipa, const struct table_shape *shape,
                        uint64_t *leaf, int *level, struct fault *fault, struct trace *trace)
{
    uint64_t table = table_base(mmu->regs.vttbr_el2 & field_mask(VTTBR_BADDR), shape);

    if (exceeds(ipa.v, shape->input_bits))
        return fail(fault, FAULT_TRANSLATION, 0);
    if (exceeds(table, shape->output_bits))
        return fail(fault, FAULT_ADDRESS_SIZE, 0);
    for (*level = shape->start_level;; ++*level) {
        pa_t at = PA(descriptor_address(table, ipa.v, shape, *level));
        enum phys_status status = physmem_read64(mmu->mem, mmu->regs.pas, at, leaf);

        fault->reads++;
        if (status != PHYS_OK)
            return fail_phys(fault, status, at, true, *level);
        EMIT(trace, WALK_STEP, GUEST, 2, (uint64_t)*level, at.v, *leaf);
        switch (classify(*leaf, shape, *level)) {
        case DESC_INVALID:
            return fail(fault, FAULT_TRANSLATION, *level);
        case DESC_TABLE:
            table = next_table(*leaf, shape);
            break;
        case DESC_LEAF:
            table = *leaf & field_mask(DESC_ADDR);
            break;
        }
        if (exceeds(table, shape->output_bits))
            return fail(fault, FAULT_ADDRESS_SIZE, *level);
        if (classify(*leaf, shape, *level) == DESC_LEAF)
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

static bool stage2_translate(const struct mmu *mmu, ipa_t ipa, const struct mmu_access *access,
                             bool s1ptw, struct translation *out, struct fault *fault,
                             struct trace *trace)
{
    struct table_shape shape;
    uint64_t leaf;
    int level = 0;
    unsigned shift;

    fault->stage = 2;
    fault->s1ptw = s1ptw;
    fault->ipa = ipa;
    fault->ipa_valid = true;
    if (!stage2_shape(mmu->regs.vtcr_el2, &shape))
        return fail(fault, FAULT_TRANSLATION, 0);
    if (!stage2_walk(mmu, ipa, &shape, &leaf, &level, fault, trace))
        return false;
    if (!field_get(leaf, DESC_AF))
        return fail(fault, FAULT_ACCESS_FLAG, level);

    shift = level_shift(&shape, level);
    out->pas =
        mmu->regs.pas == PAS_REALM && field_get(leaf, S2_NS) ? PAS_NON_SECURE : mmu->regs.pas;
    out->s2_device = stage2_is_device(leaf, mmu->regs.hcr_el2);
    if (access->unaligned && out->s2_device)
        return fail(fault, FAULT_ALIGNMENT, level);
    if (!stage2_permitted(mmu, leaf, access, s1ptw, out->pas))
        return fail(fault, FAULT_PERMISSION, level);
    out->pa =
        PA((leaf & field_mask(DESC_ADDR) & ~(((uint64_t)1 << shift) - 1)) | low_bits(ipa.v, shift));
    out->write = out->write && field_get(leaf, S2_AP_WRITE);
    fault->level = (int8_t)level;
    return true;
}

/* Stage 2 of a regime that may have it off, with its line in the trace. */
static bool translate_ipa(const struct mmu *mmu, ipa_t ipa, const struct mmu_access *access,
                          bool s1ptw, struct translation *out, struct fault *fault,
                          struct trace *trace)
{
    if (!field_get(mmu->regs.hcr_el2, HCR_VM)) {
        out->pa = PA(ipa.v);
        out->pas = mmu->regs.pas;
        return true;
    }
    if (stage2_translate(mmu, ipa, access, s1ptw, out, fault, trace)) {
        stage2_trace(trace, ipa, out->pa.v, fault->level, s1ptw, "mapped");
        return true;
    }
    stage2_trace(trace, ipa, 0, fault->level, s1ptw, fault_kind_name(fault->kind));
    return false;
}

/* --- stage 1 -----------------------------------------------------------------------------------
 */

/* Permissions gathered on the way down; each bit takes something away. */
struct s1_attrs {
    bool no_el0, read_only, pxn, uxn;
};

struct s1_regime {
    struct table_shape shape;
    uint64_t ttbr;
    bool high; /* TTBR1's half */
    bool hierarchy_off;
};

/* Which half va is in, and the shape of its tables; false when no table covers it. */
static bool s1_regime(const struct mmu_regs *regs, va_t va, struct s1_regime *regime)
{
    static const uint8_t granule0[4] = {12, 16, 14, 12};
    static const uint8_t granule1[4] = {12, 14, 12, 16};
    bool high = va.v >> 55 & 1;
    uint64_t tcr = regs->tcr_el1;
    uint64_t tsz = field_get(tcr, high ? TCR_T1SZ : TCR_T0SZ);
    bool tbi = field_get(tcr, high ? TCR_TBI1 : TCR_TBI0);
    struct table_shape *shape = &regime->shape;
    unsigned stride, levels;
    uint64_t upper;

    regime->high = high;
    regime->ttbr = high ? regs->ttbr1_el1 : regs->ttbr0_el1;
    regime->hierarchy_off = field_get(tcr, high ? TCR_HPD1 : TCR_HPD0);
    shape->granule_shift =
        high ? granule1[field_get(tcr, TCR_TG1)] : granule0[field_get(tcr, TCR_TG0)];
    /* Out of range sizes are as if at the limit (CONSTRAINED UNPREDICTABLE, D19.2.139). */
    shape->input_bits = 64 - (unsigned)(tsz < 16 ? 16 : tsz > 39 ? 39 : tsz);
    shape->output_bits = ps_bits(field_get(tcr, TCR_IPS));
    if (!shape->output_bits || shape->output_bits > ADDRESS_BITS)
        shape->output_bits = ADDRESS_BITS;
    stride = shape->granule_shift - DESC_SHIFT;
    levels = (shape->input_bits - shape->granule_shift + stride - 1) / stride;
    shape->start_level = LEVEL_LAST + 1 - (int)levels;

    upper = tbi ? va.v << 8 >> 8 : va.v;
    upper = low_bits(upper, tbi ? 56 : 64) >> shape->input_bits;
    if (upper != (high ? low_bits(~(uint64_t)0, (tbi ? 56 : 64) - shape->input_bits) : 0))
        return false;
    return !field_get(tcr, high ? TCR_EPD1 : TCR_EPD0);
}

static bool s1_permitted(const struct mmu_regs *regs, uint64_t leaf, const struct s1_attrs *table,
                         const struct mmu_access *access, bool *write)
{
    bool el0_ok = field_get(leaf, S1_AP_EL0) && !table->no_el0;
    bool writable = !field_get(leaf, S1_AP_RO) && !table->read_only;
    bool wxn = field_get(regs->sctlr_el1, SCTLR_WXN);
    bool xn;

    *write = writable && (!access->el0 || el0_ok);
    if (access->type == ACCESS_FETCH) {
        if (access->el0)
            xn = field_get(leaf, S1_UXN) || table->uxn || (wxn && el0_ok && writable);
        else /* what EL0 may write, EL1 must not execute */
            xn = field_get(leaf, S1_PXN) || table->pxn || (el0_ok && writable) || (wxn && writable);
        return !xn;
    }
    if (access->el0 ? !el0_ok : access->pan && el0_ok)
        return false;
    return access->type == ACCESS_READ || writable;
}

static bool s1_is_device(const struct mmu_regs *regs, uint64_t leaf)
{
    uint64_t attr = regs->mair_el1 >> (field_get(leaf, S1_ATTR_INDX) * 8) & 0xff;

    /* 0b0000xx0x is Device; 0x40 and 0xf0 aside, a high nibble of 0 never is Normal. */
    return field_get(attr, MAIR_ATTR_HIGH) == 0;
}

/* Reads, and for the hardware access flag writes back, one stage-1 descriptor through stage 2. */
static bool s1_descriptor(const struct mmu *mmu, ipa_t at, int level, uint64_t *desc, bool set_af,
                          struct fault *fault, struct trace *trace)
{
    struct mmu_access read = {.type = set_af ? ACCESS_WRITE : ACCESS_READ};
    struct translation where = {.write = true};
    enum phys_status status;

    if (!translate_ipa(mmu, at, &read, true, &where, fault, trace))
        return false;
    if (set_af) {
        *desc |= field_mask(DESC_AF);
        status = physmem_write64(mmu->mem, where.pas, where.pa, *desc);
    } else {
        status = physmem_read64(mmu->mem, where.pas, where.pa, desc);
    }
    fault->stage = 1;
    fault->s1ptw = false;
    fault->ipa_valid = false;
    fault->reads++;
    if (status != PHYS_OK) {
        fault->ipa = at;
        return fail_phys(fault, status, where.pa, true, level);
    }
    if (!set_af)
        EMIT(trace, WALK_STEP, GUEST, 1, (uint64_t)level, where.pa.v, *desc);
    return true;
}

static void gather(struct s1_attrs *attrs, uint64_t desc, bool hierarchy_off)
{
    if (hierarchy_off)
        return;
    attrs->no_el0 |= (bool)field_get(desc, S1_TABLE_NO_EL0);
    attrs->read_only |= (bool)field_get(desc, S1_TABLE_RO);
    attrs->pxn |= (bool)field_get(desc, S1_TABLE_PXN);
    attrs->uxn |= (bool)field_get(desc, S1_TABLE_UXN);
}

static bool stage1_walk(const struct mmu *mmu, va_t va, const struct mmu_access *access,
                        struct translation *out, struct fault *fault, struct trace *trace)
{
    const struct mmu_regs *regs = &mmu->regs;
    struct s1_regime regime;
    struct s1_attrs attrs = {0};
    uint64_t table, desc = 0;
    ipa_t at = IPA(0);
    enum desc_kind kind;
    unsigned shift;
    int level;

    if (!s1_regime(regs, va, &regime))
        return fail(fault, FAULT_TRANSLATION, 0);
    table = table_base(regime.ttbr & field_mask(TTBR_BADDR), &regime.shape);
    if (exceeds(table, regime.shape.output_bits))
        return fail(fault, FAULT_ADDRESS_SIZE, 0);
    for (level = regime.shape.start_level;; level++) {
        at = IPA(descriptor_address(table, va.v, &regime.shape, level));
        if (!s1_descriptor(mmu, at, level, &desc, false, fault, trace))
            return false;
        kind = classify(desc, &regime.shape, level);
        if (kind == DESC_INVALID)
            return fail(fault, FAULT_TRANSLATION, level);
        table = kind == DESC_TABLE ? next_table(desc, &regime.shape) : desc & field_mask(DESC_ADDR);
        if (exceeds(table, regime.shape.output_bits))
            return fail(fault, FAULT_ADDRESS_SIZE, level);
        if (kind == DESC_LEAF)
            break;
        gather(&attrs, desc, regime.hierarchy_off);
    }
    shift = level_shift(&regime.shape, level);
    out->ipa = IPA((table & ~(((uint64_t)1 << shift) - 1)) | low_bits(va.v, shift));
    if (!field_get(desc, DESC_AF)) {
        if (!field_get(regs->tcr_el1, TCR_HA))
            return fail(fault, FAULT_ACCESS_FLAG, level);
        if (!s1_descriptor(mmu, at, level, &desc, true, fault, trace))
            return false;
    }
    out->s1_device = s1_is_device(regs, desc);
    if (access->unaligned && out->s1_device)
        return fail(fault, FAULT_ALIGNMENT, level);
    if (!s1_permitted(regs, desc, &attrs, access, &out->write))
        return fail(fault, FAULT_PERMISSION, level);
    fault->level = (int8_t)level;
    return true;
}

static bool stage1_translate(const struct mmu *mmu, va_t va, const struct mmu_access *access,
                             struct translation *out, struct fault *fault, struct trace *trace)
{
    if (stage1_walk(mmu, va, access, out, fault, trace)) {
        EMIT(trace, S1_WALK, GUEST, va.v, out->ipa.v, (uint64_t)(int64_t)fault->level,
             EVENT_STR("mapped"));
        return true;
    }
    EMIT(trace, S1_WALK, GUEST, va.v, 0, (uint64_t)(int64_t)fault->level,
         EVENT_STR(fault->s1ptw ? "stage-2 fault on a descriptor" : fault_kind_name(fault->kind)));
    return false;
}

/* Stage 1 off: flat, Device-nGnRnE for data, and addresses beyond the implemented size fault. */
static bool stage1_off(va_t va, const struct mmu_access *access, struct translation *out,
                       struct fault *fault)
{
    if (exceeds(va.v, ADDRESS_BITS))
        return fail(fault, FAULT_ADDRESS_SIZE, 0);
    out->ipa = IPA(va.v);
    out->s1_device = access->type != ACCESS_FETCH;
    if (access->unaligned && out->s1_device)
        return fail(fault, FAULT_ALIGNMENT, 0);
    return true;
}

static bool check_gpt(const struct mmu *mmu, struct translation *out, struct fault *fault)
{
    enum phys_status status;

    if (physmem_ptr(mmu->mem, out->pas, out->pa, 1, &status))
        return true;
    fault->stage = 0;
    return fail_phys(fault, status, out->pa, false, 0);
}

bool mmu_translate_stage2(const struct mmu *mmu, ipa_t ipa, struct mmu_access access, bool s1ptw,
                          struct translation *out, struct fault *fault, struct trace *trace)
{
    *fault = (struct fault){.type = access.type, .va = VA(ipa.v)};
    *out = (struct translation){.ipa = ipa, .write = true};
    return translate_ipa(mmu, ipa, &access, s1ptw, out, fault, trace) && check_gpt(mmu, out, fault);
}

bool mmu_translate(const struct mmu *mmu, va_t va, struct mmu_access access,
                   struct translation *out, struct fault *fault, struct trace *trace)
{
    bool ok;

    *fault = (struct fault){.type = access.type, .stage = 1, .va = va};
    *out = (struct translation){.write = true};
    if (field_get(mmu->regs.sctlr_el1, SCTLR_M))
        ok = stage1_translate(mmu, va, &access, out, fault, trace);
    else
        ok = stage1_off(va, &access, out, fault);
    return ok && translate_ipa(mmu, out->ipa, &access, false, out, fault, trace) &&
           check_gpt(mmu, out, fault);
}
