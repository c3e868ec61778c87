/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The nested walk, in the order of the Arm ARM's pseudocode (AArch64.S1Translate): stage 1 calls
 * stage 2 for every descriptor it reads and once more for its output. No cache in here.
 */
#include "cpu/mmu.h"

#include "cpu/mmu_table.h"
#include "cpu/quirks.h"

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
    upper = mmu_low_bits(upper, tbi ? 56 : 64) >> shape->input_bits;
    if (upper != (high ? mmu_low_bits(~(uint64_t)0, (tbi ? 56 : 64) - shape->input_bits) : 0))
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
    if (access->el0 ? !el0_ok : access->pan && el0_ok && !access->maintenance)
        return false;
    return access->type == ACCESS_READ || writable;
}

#define ATTR_DEVICE_NGNRNE 0x00u
#define ATTR_NORMAL_NC 0x44u
#define ATTR_NORMAL_WB 0xffu
#define SH_NONE 0u
#define SH_OUTER 2u

/* 0b0000xx0x is Device; 0x40 and 0xf0 aside, a high nibble of 0 never is Normal. */
static bool attr_is_device(uint64_t attr)
{
    return field_get(attr, MAIR_ATTR_HIGH) == 0;
}

/* What stage 1 makes of the memory; Device and Non-cacheable memory is Outer Shareable. */
static void s1_attributes(const struct mmu_regs *regs, uint64_t leaf, struct translation *out)
{
    uint64_t attr = regs->mair_el1 >> (field_get(leaf, S1_ATTR_INDX) * 8) & 0xff;

    out->s1_device = attr_is_device(attr);
    if (!out->s1_device && !field_get(regs->sctlr_el1, SCTLR_C))
        attr = ATTR_NORMAL_NC;
    out->s1_attr = (uint8_t)attr;
    out->s1_sh =
        (uint8_t)(out->s1_device || attr == ATTR_NORMAL_NC ? SH_OUTER : field_get(leaf, DESC_SH));
}

/* Reads one stage-1 descriptor through stage 2; or writes it back, for a hardware update. */
static bool s1_descriptor(const struct mmu *mmu, ipa_t at, int level, uint64_t *desc, bool write,
                          struct fault *fault, struct trace *trace)
{
    struct mmu_access access = {.type = write ? ACCESS_WRITE : ACCESS_READ};
    struct translation where = {.write = true};
    struct mmu again; /* of a descriptor that was read: its stage 2 is known */
    bool big_endian = field_get(mmu->regs.sctlr_el1, SCTLR_EE);
    enum phys_status status;

    if (write && mmu->walk) {
        again = *mmu;
        again.walk = NULL;
        mmu = &again;
    }
    if (!mmu_stage2(mmu, at, &access, true, &where, fault, trace)) {
        if (mmu->quirks & CPU_QUIRK_S1PTW_LEVEL)
            fault->level = (int8_t)level;
        return false;
    }
    if (write) {
        status = physmem_write64(mmu->mem, where.pas, where.pa,
                                 big_endian ? __builtin_bswap64(*desc) : *desc);
    } else {
        status = physmem_read64(mmu->mem, where.pas, where.pa, desc);
        if (big_endian)
            *desc = __builtin_bswap64(*desc);
    }
    fault->stage = 1;
    fault->s1ptw = false;
    fault->ipa_valid = false;
    fault->reads++;
    if (status != PHYS_OK) {
        fault->ipa = at;
        return mmu_fail_phys(fault, status, where.pa, true, level);
    }
    if (!write)
        EMIT(trace, WALK_STEP, GUEST, 1, (uint64_t)level, where.pa.v, *desc);
    return true;
}

/* Stage 1 has read the descriptor of that level. */
static void record_s1(const struct mmu *mmu, const struct table_shape *shape, int level,
                      uint64_t desc)
{
    struct tlb_walk *walk = mmu_record(mmu);

    if (!walk)
        return;
    walk->s1_reads++;
    walk->s1_shift = (uint8_t)mmu_level_shift(shape, level);
    walk->s1_stride = (uint8_t)(shape->granule_shift - DESC_SHIFT);
    walk->global = !field_get(desc, S1_NG);
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

/*
 * What a hardware update makes of a leaf (FEAT_HAFDBS, TCR_EL1.HA, HD): the access flag set, and on
 * a write to a page that only its dirty state keeps from being writable, AP[2] clear.
 */
static uint64_t s1_updated(const struct mmu_regs *regs, uint64_t leaf, const struct s1_attrs *table,
                           const struct mmu_access *access)
{
    if (!field_get(regs->tcr_el1, TCR_HA))
        return leaf;
    leaf |= field_mask(DESC_AF);
    if (field_get(regs->tcr_el1, TCR_HD) && field_get(leaf, DESC_DBM) &&
        access->type == ACCESS_WRITE && !access->maintenance && !table->read_only)
        leaf &= ~field_mask(S1_AP_RO);
    return leaf;
}

static bool stage1_walk(const struct mmu *mmu, va_t va, const struct mmu_access *access,
                        struct translation *out, struct fault *fault, struct trace *trace)
{
    const struct mmu_regs *regs = &mmu->regs;
    struct s1_regime regime;
    struct s1_attrs attrs = {0};
    uint64_t table, updated, desc = 0;
    ipa_t at = IPA(0);
    enum desc_kind kind;
    unsigned shift;
    int level;

    if (!s1_regime(regs, va, &regime))
        return mmu_fail(fault, FAULT_TRANSLATION, 0);
    table = mmu_table_base(regime.ttbr & field_mask(TTBR_BADDR), &regime.shape);
    if (mmu_exceeds(table, regime.shape.output_bits))
        return mmu_fail(fault, FAULT_ADDRESS_SIZE, 0);
    for (level = regime.shape.start_level;; level++) {
        at = IPA(mmu_descriptor_address(table, va.v, &regime.shape, level));
        if (!s1_descriptor(mmu, at, level, &desc, false, fault, trace))
            return false;
        record_s1(mmu, &regime.shape, level, desc);
        kind = mmu_classify(desc, &regime.shape, level);
        if (kind == DESC_INVALID)
            return mmu_fail(fault, FAULT_TRANSLATION, level);
        table =
            kind == DESC_TABLE ? mmu_next_table(desc, &regime.shape) : desc & field_mask(DESC_ADDR);
        if (mmu_exceeds(table, regime.shape.output_bits))
            return mmu_fail(fault, FAULT_ADDRESS_SIZE, level);
        if (kind == DESC_LEAF)
            break;
        gather(&attrs, desc, regime.hierarchy_off);
    }
    shift = mmu_level_shift(&regime.shape, level);
    out->ipa = IPA((table & ~(((uint64_t)1 << shift) - 1)) | mmu_low_bits(va.v, shift));
    updated = mmu->peek ? desc | field_mask(DESC_AF) : s1_updated(regs, desc, &attrs, access);
    if (!field_get(updated, DESC_AF))
        return mmu_fail(fault, FAULT_ACCESS_FLAG, level);
    if (updated != desc && !mmu->peek &&
        !s1_descriptor(mmu, at, level, &updated, true, fault, trace))
        return false;
    desc = updated;
    s1_attributes(regs, desc, out);
    if (mmu->quirks & CPU_QUIRK_PAR_SH && out->s1_device)
        out->s1_sh = (uint8_t)field_get(desc, DESC_SH);
    if (access->unaligned && out->s1_device)
        return mmu_fail(fault, FAULT_ALIGNMENT, level);
    if (!s1_permitted(regs, desc, &attrs, access, &out->write))
        return mmu_fail(fault, FAULT_PERMISSION, level);
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

/*
 * Stage 1 off: flat, and addresses beyond the implemented size fault. Data are Device-nGnRnE, with
 * HCR_EL2.DC Normal Write-Back (D8.2.12).
 */
static bool stage1_off(const struct mmu *mmu, va_t va, const struct mmu_access *access,
                       struct translation *out, struct fault *fault)
{
    const struct mmu_regs *regs = &mmu->regs;
    bool cached = field_get(regs->hcr_el2, HCR_DC);

    if (mmu_exceeds(va.v, ADDRESS_BITS))
        return mmu_fail(fault, FAULT_ADDRESS_SIZE, 0);
    out->ipa = IPA(va.v);
    out->s1_device = access->type != ACCESS_FETCH && !cached;
    out->s1_attr = cached ? ATTR_NORMAL_WB : ATTR_DEVICE_NGNRNE;
    out->s1_sh = cached || mmu->quirks & CPU_QUIRK_PAR_SH ? SH_NONE : SH_OUTER;
    if (access->unaligned && out->s1_device)
        return mmu_fail(fault, FAULT_ALIGNMENT, 0);
    return true;
}

static bool check_gpt(const struct mmu *mmu, struct translation *out, struct fault *fault)
{
    enum phys_status status;

    if (physmem_ptr(mmu->mem, out->pas, out->pa, 1, &status))
        return true;
    fault->stage = 0;
    return mmu_fail_phys(fault, status, out->pa, false, 0);
}

bool mmu_translate_stage2(const struct mmu *mmu, ipa_t ipa, struct mmu_access access, bool s1ptw,
                          struct translation *out, struct fault *fault, struct trace *trace)
{
    if (mmu_record(mmu))
        mmu->walk->s1_reads = mmu->walk->s2_walks = 0;
    *fault = (struct fault){.type = access.type, .va = VA(ipa.v)};
    *out = (struct translation){.ipa = ipa, .write = true};
    return mmu_stage2(mmu, ipa, &access, s1ptw, out, fault, trace) && check_gpt(mmu, out, fault);
}

bool mmu_translate_stage1(const struct mmu *mmu, va_t va, struct mmu_access access,
                          struct translation *out, struct fault *fault, struct trace *trace)
{
    const struct mmu_regs *regs = &mmu->regs;

    if (mmu_record(mmu))
        mmu->walk->s1_reads = mmu->walk->s2_walks = 0;
    *fault = (struct fault){.type = access.type, .stage = 1, .va = va};
    *out = (struct translation){.write = true};
    /* HCR_EL2.DC makes SCTLR_EL1.M behave as 0. */
    if (field_get(regs->sctlr_el1, SCTLR_M) && !field_get(regs->hcr_el2, HCR_DC))
        return stage1_translate(mmu, va, &access, out, fault, trace);
    return stage1_off(mmu, va, &access, out, fault);
}

bool mmu_translate(const struct mmu *mmu, va_t va, struct mmu_access access,
                   struct translation *out, struct fault *fault, struct trace *trace)
{
    bool done = mmu_translate_stage1(mmu, va, access, out, fault, trace) &&
                mmu_stage2(mmu, out->ipa, &access, false, out, fault, trace) &&
                check_gpt(mmu, out, fault);

    if (mmu_record(mmu))
        mmu->walk->complete = done;
    return done;
}
