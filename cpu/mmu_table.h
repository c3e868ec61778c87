/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What both stages share: the geometry of VMSAv8-64 translation tables (Arm ARM D8.2), without
 * 52-bit addresses. Inside cpu/mmu*.c only.
 */
#ifndef CPU_MMU_TABLE_H
#define CPU_MMU_TABLE_H

#include "cpu/arch/descriptor.h"
#include "cpu/mmu.h"

#define LEVEL_LAST 3
#define DESC_SHIFT 3 /* a descriptor is 8 bytes */
#define ADDRESS_BITS 48
#define TABLE_ALIGN_SHIFT 6 /* of a table, however small */

/* Shape of a translation table: everything follows from the granule, the input size and the start.
 */
struct table_shape {
    unsigned granule_shift; /* 12, 14 or 16 */
    unsigned input_bits;
    int start_level;
    unsigned output_bits;
};

static inline unsigned mmu_level_shift(const struct table_shape *shape, int level)
{
    unsigned stride = shape->granule_shift - DESC_SHIFT;

    return shape->granule_shift + (unsigned)(LEVEL_LAST - level) * stride;
}

/* Blocks exist at levels 1 and 2 with 4K, at level 2 alone with 16K and 64K (no 52-bit addresses).
 */
static inline bool mmu_block_allowed(const struct table_shape *shape, int level)
{
    return level == 2 || (level == 1 && shape->granule_shift == 12);
}

static inline uint64_t mmu_low_bits(uint64_t value, unsigned bits)
{
    return bits >= 64 ? value : value & (((uint64_t)1 << bits) - 1);
}

static inline bool mmu_exceeds(uint64_t address, unsigned bits)
{
    return mmu_low_bits(address, bits) != address;
}

/* Base of the table at the start level: the register's bits below the table's size are RES0. */
static inline uint64_t mmu_table_base(uint64_t baddr, const struct table_shape *shape)
{
    unsigned bits = shape->input_bits - mmu_level_shift(shape, shape->start_level) + DESC_SHIFT;

    return baddr & ~(((uint64_t)1 << (bits < TABLE_ALIGN_SHIFT ? TABLE_ALIGN_SHIFT : bits)) - 1);
}

static inline uint64_t mmu_descriptor_address(uint64_t table, uint64_t input,
                                              const struct table_shape *shape, int level)
{
    unsigned shift = mmu_level_shift(shape, level);
    unsigned bits = shape->granule_shift - DESC_SHIFT;

    if (level == shape->start_level)
        bits = shape->input_bits - shift;
    return table + (mmu_low_bits(input >> shift, bits) << DESC_SHIFT);
}

enum desc_kind { DESC_INVALID, DESC_TABLE, DESC_LEAF };

static inline enum desc_kind mmu_classify(uint64_t desc, const struct table_shape *shape, int level)
{
    if (!field_get(desc, DESC_VALID))
        return DESC_INVALID;
    if (level == LEVEL_LAST)
        return field_get(desc, DESC_TYPE) == DESC_TYPE_PAGE ? DESC_LEAF : DESC_INVALID;
    if (field_get(desc, DESC_TYPE) == DESC_TYPE_TABLE)
        return DESC_TABLE;
    return mmu_block_allowed(shape, level) ? DESC_LEAF : DESC_INVALID;
}

static inline uint64_t mmu_next_table(uint64_t desc, const struct table_shape *shape)
{
    return desc & field_mask(DESC_ADDR) & ~(((uint64_t)1 << shape->granule_shift) - 1);
}

static inline bool mmu_fail(struct fault *fault, enum fault_kind kind, int level)
{
    fault->kind = kind;
    fault->level = (int8_t)level;
    return false;
}

static inline bool mmu_fail_phys(struct fault *fault, enum phys_status status, pa_t pa, bool walk,
                                 int level)
{
    fault->pa = pa;
    if (status == PHYS_GPF)
        return mmu_fail(fault, walk ? FAULT_GPF_WALK : FAULT_GPF, level);
    return mmu_fail(fault, walk ? FAULT_EXTERNAL_WALK : FAULT_EXTERNAL, level);
}

/* Where to write down what is read; NULL: nowhere. */
static inline struct tlb_walk *mmu_record(const struct mmu *mmu)
{
    return mmu->peek ? NULL : mmu->walk;
}

/*
 * Stage 2 of a regime that may have it off (cpu/mmu_stage2.c): *out's pa, pas and s2_device, and
 * its write cleared if stage 2 does not allow one; or *fault. s1ptw: ipa is a stage-1 descriptor's.
 */
bool mmu_stage2(const struct mmu *mmu, ipa_t ipa, const struct mmu_access *access, bool s1ptw,
                struct translation *out, struct fault *fault, struct trace *trace);

#endif
