/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every granule, input size, start level and leaf level of both stages: a chain of tables is built
 * for one address, walked, and cut at each level.
 */
#include <check.h>
#include <stdlib.h>

#include "cpu/arch/descriptor.h"
#include "cpu/mmu.h"
#include "tests/unit/check_main.h"

#define BASE PHYS_DRAM_BASE
#define SIZE ((uint64_t)64 << 20)
#define TABLES (BASE + 0x100000) /* aligned for any granule and 16 concatenated tables */
#define TABLE_STEP 0x100000u
#define LEVELS 4

static struct physmem *mem;
static struct mmu mmu;

static void setup(void)
{
    mem = physmem_new(SIZE);
    ck_assert_ptr_nonnull(mem);
    mmu = (struct mmu){.mem = mem, .regs.pas = PAS_NON_SECURE};
}

static void teardown(void)
{
    physmem_free(mem);
}

/* --- a chain of tables, from the definition of a level --- */

/* Lowest input bit that a level resolves. */
static unsigned level_low(unsigned granule, int level)
{
    return granule + (unsigned)(3 - level) * (granule - 3);
}

static uint64_t bits(uint64_t value, unsigned high, unsigned low)
{
    return value >> low & (((uint64_t)1 << (high - low)) - 1);
}

struct chain {
    unsigned granule, size; /* log2 of the granule; bits of the input */
    int start, leaf;
    uint64_t entry[LEVELS]; /* where each level's descriptor is */
};

static void build(struct chain *chain, uint64_t input, uint64_t output, uint64_t attributes)
{
    uint64_t table = TABLES;
    unsigned high = chain->size;

    for (int level = chain->start; level <= chain->leaf; level++) {
        unsigned low = level_low(chain->granule, level);
        uint64_t next = table + TABLE_STEP;

        chain->entry[level] = table + bits(input, high, low) * 8;
        if (level < chain->leaf)
            physmem_write64(mem, PAS_NON_SECURE, PA(chain->entry[level]), next | DESC_TYPE_TABLE);
        else
            physmem_write64(mem, PAS_NON_SECURE, PA(chain->entry[level]),
                            output | attributes | (level == 3 ? DESC_TYPE_PAGE : DESC_TYPE_BLOCK));
        table = next;
        high = low;
    }
}

static bool has_block(unsigned granule, int level)
{
    return level == 3 || level == 2 || (level == 1 && granule == 12);
}

/* The walk of va works; with the descriptor of a level gone it fails there. */
static void check_chain(const struct chain *chain, uint64_t va, uint64_t output, unsigned stage)
{
    struct mmu_access read = {.type = ACCESS_READ};
    uint64_t offset = bits(va, level_low(chain->granule, chain->leaf), 0), saved;
    struct translation out;
    struct fault fault;
    bool ok = mmu_translate(&mmu, VA(va), read, &out, &fault, NULL);

    ck_assert_msg(ok || fault.kind == FAULT_EXTERNAL, "granule %u, %u bits, start %d: %s level %d",
                  chain->granule, chain->size, chain->start, fault_kind_name(fault.kind),
                  fault.level);
    ck_assert_uint_eq(out.pa.v, output + offset);
    for (int level = chain->start; level <= chain->leaf; level++) {
        pa_t entry = PA(chain->entry[level]);

        physmem_read64(mem, PAS_NON_SECURE, entry, &saved);
        physmem_write64(mem, PAS_NON_SECURE, entry, saved & ~field_mask(DESC_VALID));
        ck_assert(!mmu_translate(&mmu, VA(va), read, &out, &fault, NULL));
        ck_assert_int_eq(fault.kind, FAULT_TRANSLATION);
        ck_assert_uint_eq(fault.stage, stage);
        ck_assert_int_eq(fault.level, level);
        physmem_write64(mem, PAS_NON_SECURE, entry, saved);
    }
    physmem_write64(mem, PAS_NON_SECURE, PA(chain->entry[chain->leaf]), 0);
}

/* A block where there is none, and the reserved type at level 3, are no mapping. */
static void check_reserved(const struct chain *chain, uint64_t va)
{
    struct translation out;
    struct fault fault;

    for (int level = chain->start; level <= chain->leaf; level++) {
        uint64_t saved;

        physmem_read64(mem, PAS_NON_SECURE, PA(chain->entry[level]), &saved);
        if (level < 3 && has_block(chain->granule, level))
            continue;
        physmem_write64(mem, PAS_NON_SECURE, PA(chain->entry[level]),
                        BASE | field_mask(DESC_AF) | DESC_TYPE_BLOCK);
        ck_assert(!mmu_translate(&mmu, VA(va), (struct mmu_access){.type = ACCESS_READ}, &out,
                                 &fault, NULL));
        ck_assert_int_eq(fault.kind, FAULT_TRANSLATION);
        ck_assert_int_eq(fault.level, level);
        physmem_write64(mem, PAS_NON_SECURE, PA(chain->entry[level]), saved);
    }
}

/* --- stage 1 --- */

static const struct {
    unsigned shift, tg0, tg1;
} granules[] = {{12, 0, 2}, {14, 2, 1}, {16, 1, 3}};

static void check_stage1(unsigned row, unsigned tsz, bool high, int leaf)
{
    struct chain chain = {.granule = granules[row].shift, .size = 64 - tsz, .leaf = leaf};
    uint64_t output = BASE + ((uint64_t)2 << 30), va;
    uint64_t input = 0x0000a5c3d2e1f678u & (((uint64_t)1 << chain.size) - 1);

    while (level_low(chain.granule, chain.start) >= chain.size)
        chain.start++;
    if (chain.start > leaf || !has_block(chain.granule, leaf))
        return;
    output &= ~(((uint64_t)1 << level_low(chain.granule, leaf)) - 1);
    va = high ? input | ~(((uint64_t)1 << chain.size) - 1) : input;
    mmu.regs = (struct mmu_regs){
        .sctlr_el1 = field_mask(SCTLR_M),
        .tcr_el1 = field_put(high ? TCR_T1SZ : TCR_T0SZ, tsz) |
                   field_put(high ? TCR_T0SZ : TCR_T1SZ, 25) |
                   field_put(TCR_TG0, granules[row].tg0) | field_put(TCR_TG1, granules[row].tg1) |
                   field_put(TCR_IPS, 5),
        .ttbr0_el1 = high ? 0 : TABLES,
        .ttbr1_el1 = high ? TABLES : 0,
        .mair_el1 = 0xff,
        .pas = PAS_NON_SECURE,
    };
    build(&chain, input, output, field_mask(DESC_AF));
    check_reserved(&chain, va);
    check_chain(&chain, va, output, 1);
}

START_TEST(stage1_shapes)
{
    for (unsigned tsz = 16; tsz <= 39; tsz++)
        for (int leaf = 1; leaf <= 3; leaf++) {
            check_stage1((unsigned)_i, tsz, false, leaf);
            check_stage1((unsigned)_i, tsz, true, leaf);
        }
}
END_TEST

/* --- stage 2 --- */

/* SL0 of a start level, by granule row; the start levels there are. */
static const int8_t sl0_of[3][LEVELS] = {{2, 1, 0, 3}, {-1, 2, 1, 0}, {-1, 2, 1, 0}};

static void check_stage2(unsigned row, unsigned size, int start, int leaf)
{
    struct chain chain = {
        .granule = granules[row].shift, .size = size, .start = start, .leaf = leaf};
    uint64_t input = 0x0000a5c3d2e1f678u & (((uint64_t)1 << size) - 1);
    uint64_t output = BASE + ((uint64_t)2 << 30);
    unsigned low = level_low(chain.granule, start);

    if (size <= low || size - low > chain.granule - 3 + 4 || start > leaf ||
        !has_block(chain.granule, leaf) || sl0_of[row][start] < 0)
        return;
    output &= ~(((uint64_t)1 << level_low(chain.granule, leaf)) - 1);
    mmu.regs = (struct mmu_regs){
        .hcr_el2 = field_mask(HCR_VM),
        .vtcr_el2 = field_put(VTCR_T0SZ, 64 - size) |
                    field_put(VTCR_SL0, (uint64_t)sl0_of[row][start]) |
                    field_put(VTCR_TG0, granules[row].tg0) | field_put(VTCR_PS, 5),
        .vttbr_el2 = TABLES,
        .pas = PAS_NON_SECURE,
    };
    build(&chain, input, output,
          field_mask(DESC_AF) | field_mask(S2_AP_READ) | field_mask(S2_MEM_ATTR));
    check_reserved(&chain, input);
    check_chain(&chain, input, output, 2);
}

START_TEST(stage2_shapes)
{
    for (unsigned size = 25; size <= 48; size++)
        for (int start = 0; start <= 3; start++)
            for (int leaf = 1; leaf <= 3; leaf++)
                check_stage2((unsigned)_i, size, start, leaf);
}
END_TEST

/* A start level that the input size does not fit is a level 0 translation fault. */
START_TEST(stage2_start_level_and_size_disagree)
{
    static const struct {
        unsigned t0sz, sl0, tg0;
    } bad[] = {{24, 0, 0}, {16, 1, 0}, {34, 1, 0}, {24, 3, 1}, {24, 1, 3}, {12, 2, 0}};
    struct translation out;
    struct fault fault;

    mmu.regs.hcr_el2 = field_mask(HCR_VM);
    mmu.regs.vttbr_el2 = TABLES;
    mmu.regs.vtcr_el2 = field_put(VTCR_T0SZ, bad[_i].t0sz) | field_put(VTCR_SL0, bad[_i].sl0) |
                        field_put(VTCR_TG0, bad[_i].tg0) | field_put(VTCR_PS, 5);
    ck_assert(
        !mmu_translate(&mmu, VA(0), (struct mmu_access){.type = ACCESS_READ}, &out, &fault, NULL));
    ck_assert_int_eq(fault.kind, FAULT_TRANSLATION);
    ck_assert_uint_eq(fault.stage, 2);
    ck_assert_int_eq(fault.level, 0);
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("mmu_shapes");
    TCase *tc = tcase_create("shapes");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc, stage1_shapes, 0, 3);
    tcase_add_loop_test(tc, stage2_shapes, 0, 3);
    tcase_add_loop_test(tc, stage2_start_level_and_size_disagree, 0, 6);
    suite_add_tcase(suite, tc);
    return suite;
}
