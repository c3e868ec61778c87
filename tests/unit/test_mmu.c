/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Walks over hand-made tables: one case a row, for each stage, level and kind of fault. */
#include <check.h>
#include <stdlib.h>

#include "cpu/arch/descriptor.h"
#include "cpu/mmu.h"
#include "tests/unit/check_main.h"

#define BASE PHYS_DRAM_BASE
#define SIZE ((uint64_t)64 << 20)

/* Where the tables and the memory lie. */
#define S2_ROOT (BASE + 0x10000) /* level 1, two concatenated tables (40-bit IPA) */
#define S2_L2 (BASE + 0x12000)
#define S2_L3 (BASE + 0x13000)
#define RAM (BASE + 0x400000) /* IPA 0x40000000, a 2 MiB block */
#define PAGE (BASE + 0x200000)

/* Stage 1, in guest RAM (IPA), 4K, 39-bit halves: start level 1. */
#define S1_ROOT0 0x40100000u
#define S1_ROOT1 0x40101000u
#define S1_L2 0x40102000u
#define S1_L3 0x40103000u

#define S2_RW (field_mask(DESC_AF) | 3ull << 6 | field_put(S2_MEM_ATTR, S2_MEM_ATTR_NORMAL_WB))
#define S2_LEAF_RO (field_mask(DESC_AF) | 1ull << 6 | 0xfull << 2)
#define LEAF(addr, attrs, level) ((addr) | (attrs) | ((level) == 3 ? 3 : 1))
#define TABLE(addr) ((addr) | 3u)
#define S1_RW_EL1 (field_mask(DESC_AF) | 0u << 2)
#define S1_DEVICE (field_mask(DESC_AF) | 1u << 2)

static struct physmem *mem;
static struct mmu mmu;

static void put(enum pas pas, uint64_t pa, uint64_t desc)
{
    ck_assert_int_eq(physmem_write64(mem, pas, PA(pa), desc), PHYS_OK);
}

static void put_ipa(uint64_t ipa, uint64_t desc)
{
    put(PAS_NON_SECURE, ipa - 0x40000000u + RAM, desc);
}

static void setup(void)
{
    mem = physmem_new(SIZE);
    ck_assert_ptr_nonnull(mem);
    mmu = (struct mmu){
        .mem = mem,
        .regs = {
            .hcr_el2 = field_mask(HCR_VM) | field_mask(HCR_RW),
            .vtcr_el2 = field_put(VTCR_T0SZ, 24) | field_put(VTCR_SL0, 1) | field_put(VTCR_PS, 2),
            .vttbr_el2 = S2_ROOT,
            .tcr_el1 = field_put(TCR_T0SZ, 25) | field_put(TCR_T1SZ, 25) | field_put(TCR_TG1, 2) |
                       field_put(TCR_IPS, 2),
            .ttbr0_el1 = S1_ROOT0,
            .ttbr1_el1 = S1_ROOT1,
            .mair_el1 = 0x04ff,
            .pas = PAS_NON_SECURE,
        }};
    /* stage 2: 0x40000000 a block of RAM; 0x00000000.. a level-3 table with one page of each kind
     */
    put(PAS_NON_SECURE, S2_ROOT, TABLE(S2_L2));
    put(PAS_NON_SECURE, S2_L2, TABLE(S2_L3));
    put(PAS_NON_SECURE, S2_ROOT + 8, TABLE(S2_L2 + 0x2000));
    put(PAS_NON_SECURE, S2_L2 + 0x2000, LEAF(RAM, S2_RW, 2));
    put(PAS_NON_SECURE, S2_L3 + 8 * 1, LEAF(PAGE, S2_RW, 3));
    put(PAS_NON_SECURE, S2_L3 + 8 * 2, LEAF(PAGE, S2_LEAF_RO, 3));
    put(PAS_NON_SECURE, S2_L3 + 8 * 3, LEAF(PAGE, S2_RW & ~field_mask(DESC_AF), 3));
    put(PAS_NON_SECURE, S2_L3 + 8 * 4, LEAF(PAGE, S2_RW | field_mask(S2_XN1), 3));
    put(PAS_NON_SECURE, S2_L3 + 8 * 5, LEAF((uint64_t)1 << 42, S2_RW, 3));
    put(PAS_NON_SECURE, S2_L3 + 8 * 6, LEAF(PAGE, S2_RW & ~field_mask(S2_MEM_ATTR), 3));
    put(PAS_NON_SECURE, S2_L3 + 8 * 7, LEAF(PAGE, S2_RW | field_mask(S2_XN0), 3));
    put(PAS_NON_SECURE, S2_L2 + 8, LEAF(PAGE, S2_LEAF_RO, 2));
    put(PAS_NON_SECURE, S2_ROOT + 8 * 2, LEAF((uint64_t)0x80000000u, S2_LEAF_RO, 1));

    /* stage 1, low half: VA 0.. -> L2 -> L3 */
    put_ipa(S1_ROOT0, TABLE(S1_L2));
    put_ipa(S1_ROOT0 + 8, TABLE(0x7000u));    /* the table's page has no right to be... */
    put_ipa(S1_ROOT0 + 16, TABLE(0x300000u)); /* not mapped at stage 2, level 2 */
    put_ipa(S1_ROOT0 + 24, TABLE(S1_L2) | field_mask(S1_TABLE_RO));
    put_ipa(S1_ROOT1, LEAF(0x40000000u, S1_RW_EL1, 1));
    put_ipa(S1_L2, TABLE(S1_L3));
    put_ipa(S1_L3 + 8 * 1, LEAF(0x1000u, S1_RW_EL1, 3));
    put_ipa(S1_L3 + 8 * 2, LEAF(0x1000u, S1_RW_EL1 | field_mask(S1_AP_RO), 3));
    put_ipa(S1_L3 + 8 * 3, LEAF(0x1000u, S1_RW_EL1 | field_mask(S1_AP_EL0), 3));
    put_ipa(S1_L3 + 8 * 4, LEAF(0x1000u, S1_RW_EL1 & ~field_mask(DESC_AF), 3));
    put_ipa(S1_L3 + 8 * 5, LEAF(0x1000u, S1_DEVICE, 3));
    put_ipa(S1_L3 + 8 * 6, LEAF(0x1000u, S1_RW_EL1 | field_mask(S1_PXN), 3));
    put_ipa(S1_L3 + 8 * 7, LEAF((uint64_t)1 << 45, S1_RW_EL1, 3));
    put_ipa(S1_L3 + 8 * 8, LEAF(0x8000u, S1_RW_EL1, 3)); /* nothing at stage 2 */
    put_ipa(S1_L3 + 8 * 9, LEAF(0x2000u, S1_RW_EL1, 3)); /* read-only at stage 2 */
}

static void teardown(void)
{
    physmem_free(mem);
}

struct walk_case {
    uint64_t va;
    struct mmu_access access;
    bool s1;
    enum fault_kind kind; /* FAULT_NONE: translated to pa */
    int stage, level;
    bool s1ptw;
    uint64_t pa;
};

#define READ                                                                                       \
    {                                                                                              \
        .type = ACCESS_READ                                                                        \
    }
#define WRITE                                                                                      \
    {                                                                                              \
        .type = ACCESS_WRITE                                                                       \
    }
#define FETCH                                                                                      \
    {                                                                                              \
        .type = ACCESS_FETCH                                                                       \
    }

static const struct walk_case cases[] = {
    /* stage 1 off */
    {0x40000123, READ, false, FAULT_NONE, 0, 0, false, RAM + 0x123},
    {0x1008, WRITE, false, FAULT_NONE, 0, 0, false, PAGE + 8},
    {0x0, READ, false, FAULT_TRANSLATION, 2, 3, false, 0},
    {0x400000, READ, false, FAULT_TRANSLATION, 2, 2, false, 0},
    {0x180000000, READ, false, FAULT_TRANSLATION, 2, 1, false, 0},
    {0x10000000000, READ, false, FAULT_TRANSLATION, 2, 0, false, 0},
    {0x1000000000000, READ, false, FAULT_ADDRESS_SIZE, 1, 0, false, 0},
    {0x2000, READ, false, FAULT_NONE, 0, 0, false, PAGE},
    {0x2000, WRITE, false, FAULT_PERMISSION, 2, 3, false, 0},
    {0x200000, WRITE, false, FAULT_PERMISSION, 2, 2, false, 0},
    {0x80000000, WRITE, false, FAULT_PERMISSION, 2, 1, false, 0},
    {0x3000, READ, false, FAULT_ACCESS_FLAG, 2, 3, false, 0},
    {0x4000, READ, false, FAULT_NONE, 0, 0, false, PAGE},
    {0x4000, FETCH, false, FAULT_PERMISSION, 2, 3, false, 0},
    {0x4000, {.type = ACCESS_FETCH, .el0 = true}, false, FAULT_PERMISSION, 2, 3, false, 0},
    {0x7000, FETCH, false, FAULT_PERMISSION, 2, 3, false, 0}, /* XN 01: EL0 alone */
    {0x7000, {.type = ACCESS_FETCH, .el0 = true}, false, FAULT_NONE, 0, 0, false, PAGE},
    {0x5000, READ, false, FAULT_ADDRESS_SIZE, 2, 3, false, 0},
    {0x1001, {.type = ACCESS_READ, .unaligned = true}, false, FAULT_ALIGNMENT, 1, 0, false, 0},
    /* stage 1 on */
    {0x1010, WRITE, true, FAULT_NONE, 0, 0, false, PAGE + 0x10},
    {0xffffff8000000040, READ, true, FAULT_NONE, 0, 0, false, RAM + 0x40},
    {0xffffff0000000000, READ, true, FAULT_TRANSLATION, 1, 0, false, 0}, /* between the halves */
    {0x8000000000, READ, true, FAULT_TRANSLATION, 1, 0, false, 0},
    {0x0, READ, true, FAULT_TRANSLATION, 1, 3, false, 0},
    {0x200000, READ, true, FAULT_TRANSLATION, 1, 2, false, 0},
    {0x100000000, READ, true, FAULT_TRANSLATION, 1, 1, false, 0},
    {0x2000, WRITE, true, FAULT_PERMISSION, 1, 3, false, 0},
    {0x2000, READ, true, FAULT_NONE, 0, 0, false, PAGE},
    {0x1000, {.type = ACCESS_READ, .el0 = true}, true, FAULT_PERMISSION, 1, 3, false, 0},
    {0x3000, {.type = ACCESS_WRITE, .el0 = true}, true, FAULT_NONE, 0, 0, false, PAGE},
    {0x3000, {.type = ACCESS_READ, .pan = true}, true, FAULT_PERMISSION, 1, 3, false, 0},
    {0x3000, FETCH, true, FAULT_PERMISSION, 1, 3, false, 0}, /* EL0 may write it */
    {0x6000, FETCH, true, FAULT_PERMISSION, 1, 3, false, 0},
    {0x1000, FETCH, true, FAULT_NONE, 0, 0, false, PAGE},
    {0x4000, READ, true, FAULT_ACCESS_FLAG, 1, 3, false, 0},
    {0x7000, READ, true, FAULT_ADDRESS_SIZE, 1, 3, false, 0},
    {0x5001, {.type = ACCESS_READ, .unaligned = true}, true, FAULT_ALIGNMENT, 1, 3, false, 0},
    {0x1001, {.type = ACCESS_READ, .unaligned = true}, true, FAULT_NONE, 0, 0, false, PAGE + 1},
    {0x8000, READ, true, FAULT_TRANSLATION, 2, 3, false, 0},
    {0x9000, WRITE, true, FAULT_PERMISSION, 2, 3, false, 0},
    {0xc0001000, WRITE, true, FAULT_PERMISSION, 1, 3, false, 0}, /* APTable */
    {0xc0001000, READ, true, FAULT_NONE, 0, 0, false, PAGE},
    /* the walk itself fails at stage 2: level of stage 2, IPA of the descriptor */
    {0x80000000, READ, true, FAULT_TRANSLATION, 2, 2, true, 0},
    {0x80000000, FETCH, true, FAULT_TRANSLATION, 2, 2, true, 0},
};

START_TEST(walks)
{
    const struct walk_case *c = &cases[_i];
    struct translation out;
    struct fault fault;
    bool ok;

    mmu.regs.sctlr_el1 = c->s1 ? field_mask(SCTLR_M) : 0;
    if (c->s1)
        put(PAS_NON_SECURE, S2_L2 + 8, 0);
    ok = mmu_translate(&mmu, VA(c->va), c->access, &out, &fault, NULL);
    if (c->kind == FAULT_NONE) {
        ck_assert_msg(ok, "case %d: unexpected fault %s, stage %u level %d", _i,
                      fault_kind_name(fault.kind), fault.stage, fault.level);
        ck_assert_uint_eq(out.pa.v, c->pa);
        ck_assert_int_eq(out.pas, PAS_NON_SECURE);
        return;
    }
    ck_assert_msg(!ok, "case %d: translated to 0x%lx", _i, out.pa.v);
    ck_assert_msg(fault.kind == c->kind && fault.stage == c->stage && fault.level == c->level &&
                      fault.s1ptw == c->s1ptw,
                  "case %d: %s, stage %u, level %d, s1ptw %d", _i, fault_kind_name(fault.kind),
                  fault.stage, fault.level, fault.s1ptw);
    ck_assert_uint_eq(fault.va.v, c->va);
    ck_assert_int_eq(fault.ipa_valid, c->stage == 2);
}
END_TEST

START_TEST(a_failed_walk_names_the_descriptor)
{
    struct translation out;
    struct fault fault;

    mmu.regs.sctlr_el1 = field_mask(SCTLR_M);
    put(PAS_NON_SECURE, S2_L2 + 8, 0);
    ck_assert(!mmu_translate(&mmu, VA(0x80605000), (struct mmu_access)READ, &out, &fault, NULL));
    ck_assert(fault.s1ptw);
    ck_assert_uint_eq(fault.ipa.v, 0x300000 + 3 * 8);
    ck_assert_uint_eq(fault.va.v, 0x80605000);
}
END_TEST

START_TEST(stage1_tables_in_stage2_device_memory_fault_with_ptw)
{
    struct translation out;
    struct fault fault;

    mmu.regs.sctlr_el1 = field_mask(SCTLR_M);
    put_ipa(S1_ROOT0 + 8, TABLE(0x6000u));
    ck_assert(!mmu_translate(&mmu, VA(0x40000000), (struct mmu_access)READ, &out, &fault, NULL));
    ck_assert_int_eq(fault.stage, 1); /* a zero descriptor: read fine */
    mmu.regs.hcr_el2 |= field_mask(HCR_PTW);
    ck_assert(!mmu_translate(&mmu, VA(0x40000000), (struct mmu_access)READ, &out, &fault, NULL));
    ck_assert_int_eq(fault.kind, FAULT_PERMISSION);
    ck_assert(fault.s1ptw);
    ck_assert_int_eq(fault.level, 3);
}
END_TEST

START_TEST(hardware_sets_the_access_flag)
{
    struct translation out;
    struct fault fault;
    uint64_t desc;

    mmu.regs.sctlr_el1 = field_mask(SCTLR_M);
    mmu.regs.tcr_el1 |= field_mask(TCR_HA);
    ck_assert(mmu_translate(&mmu, VA(0x4000), (struct mmu_access)READ, &out, &fault, NULL));
    physmem_read64(mem, PAS_NON_SECURE, PA(S1_L3 + 8 * 4 - 0x40000000u + RAM), &desc);
    ck_assert(field_get(desc, DESC_AF));
}
END_TEST

START_TEST(the_gpt_has_the_last_word)
{
    struct translation out;
    struct fault fault;

    mmu.regs.sctlr_el1 = 0;
    gpt_set(mem, PA(PAGE), PAS_REALM);
    ck_assert(!mmu_translate(&mmu, VA(0x1000), (struct mmu_access)READ, &out, &fault, NULL));
    ck_assert_int_eq(fault.kind, FAULT_GPF);
    ck_assert_uint_eq(fault.pa.v, PAGE);
    gpt_set(mem, PA(PAGE), PAS_NON_SECURE);
    gpt_set(mem, PA(S2_L3), PAS_ROOT);
    ck_assert(!mmu_translate(&mmu, VA(0x1000), (struct mmu_access)READ, &out, &fault, NULL));
    ck_assert_int_eq(fault.kind, FAULT_GPF_WALK);
    ck_assert_int_eq(fault.level, 3);
}
END_TEST

/* A realm's tables are Realm memory; its NS bit leads to Non-secure memory, for data alone. */
START_TEST(realm_stage2_selects_the_output_space)
{
    struct translation out;
    struct fault fault;
    const uint64_t tables[] = {S2_ROOT, S2_ROOT + 0x1000, S2_L2, S2_L3};

    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
        gpt_set(mem, PA(tables[i]), PAS_REALM);
    mmu.regs.pas = PAS_REALM;
    mmu.regs.sctlr_el1 = 0;
    ck_assert(!mmu_translate(&mmu, VA(0x1000), (struct mmu_access)READ, &out, &fault, NULL));
    ck_assert_int_eq(fault.kind, FAULT_GPF);
    put(PAS_REALM, S2_L3 + 8, LEAF(PAGE, S2_RW | field_mask(S2_NS), 3));
    ck_assert(mmu_translate(&mmu, VA(0x1000), (struct mmu_access)READ, &out, &fault, NULL));
    ck_assert_int_eq(out.pas, PAS_NON_SECURE);
    ck_assert(!mmu_translate(&mmu, VA(0x1000), (struct mmu_access)FETCH, &out, &fault, NULL));
    ck_assert_int_eq(fault.kind, FAULT_PERMISSION);
}
END_TEST

/* --- what registers change --- */

/* One access under registers that differ from those of setup; stage 1 is on. */
static const struct {
    uint64_t va;
    struct mmu_access access;
    uint64_t sctlr, tcr, hcr, vtcr; /* bits set besides */
    enum fault_kind kind;
    int stage, level;
} settings[] = {
    /* TBI: the top byte is not looked at, but bit 55 still chooses the half */
    {0x5a00000000001000, READ, 0, 0, 0, 0, FAULT_TRANSLATION, 1, 0},
    {0x5a00000000001000, READ, 0, 1ull << 37, 0, 0, FAULT_NONE, 0, 0},
    {0x5affff8000000000, READ, 0, 1ull << 37, 0, 0, FAULT_TRANSLATION, 1, 0},
    {0x5affff8000000000, READ, 0, 1ull << 38, 0, 0, FAULT_NONE, 0, 0},
    /* EPD */
    {0x1000, READ, 0, 1ull << 7, 0, 0, FAULT_TRANSLATION, 1, 0},
    {0xffffff8000000000, READ, 0, 1ull << 23, 0, 0, FAULT_TRANSLATION, 1, 0},
    {0xffffff8000000000, READ, 0, 1ull << 7, 0, 0, FAULT_NONE, 0, 0},
    /* hierarchical permissions, and HPD0, which takes them away */
    {0xc0001000, WRITE, 0, 0, 0, 0, FAULT_PERMISSION, 1, 3},
    {0xc0001000, WRITE, 0, 1ull << 41, 0, 0, FAULT_NONE, 0, 0},
    /* WXN */
    {0x1000, FETCH, 0, 0, 0, 0, FAULT_NONE, 0, 0},
    {0x1000, FETCH, 1ull << 19, 0, 0, 0, FAULT_PERMISSION, 1, 3},
    {0x2000, FETCH, 1ull << 19, 0, 0, 0, FAULT_NONE, 0, 0}, /* read only */
    /* HCR_EL2.DC: as if stage 1 were off, and Normal memory */
    {0x8000, READ, 0, 0, 1ull << 12, 0, FAULT_TRANSLATION, 2, 3},
    {0x1001, {.type = ACCESS_READ, .unaligned = true}, 0, 0, 1ull << 12, 0, FAULT_NONE, 0, 0},
    {0x5001,
     {.type = ACCESS_READ, .unaligned = true},
     0,
     0,
     1ull << 12,
     0,
     FAULT_ADDRESS_SIZE,
     2,
     3},
    /* stage 2: the access flag by hardware */
    {0xb000, READ, 0, 0, 0, 0, FAULT_ACCESS_FLAG, 2, 3},
    {0xb000, READ, 0, 0, 0, 1ull << 21, FAULT_NONE, 0, 0},
    /* dirty state, stage 1: HA and HD, and a write */
    {0xa000, WRITE, 0, 0, 0, 0, FAULT_PERMISSION, 1, 3},
    {0xa000, WRITE, 0, 1ull << 39, 0, 0, FAULT_PERMISSION, 1, 3},
    {0xa000, WRITE, 0, 3ull << 39, 0, 0, FAULT_NONE, 0, 0},
    {0x2000, WRITE, 0, 3ull << 39, 0, 0, FAULT_PERMISSION, 1, 3},
    /* ... stage 2 */
    {0xc000, WRITE, 0, 0, 0, 0, FAULT_PERMISSION, 2, 3},
    {0xc000, WRITE, 0, 0, 0, 3ull << 21, FAULT_NONE, 0, 0},
    {0x9000, WRITE, 0, 0, 0, 3ull << 21, FAULT_PERMISSION, 2, 3},
    /* maintenance by address: EL0 reads, DC IVAC writes, stage 2 has no say but for the mapping */
    {0x2000, {.type = ACCESS_READ, .maintenance = true}, 0, 0, 0, 0, FAULT_NONE, 0, 0},
    {0x2000, {.type = ACCESS_WRITE, .maintenance = true}, 0, 0, 0, 0, FAULT_PERMISSION, 1, 3},
    {0x9000, {.type = ACCESS_WRITE, .maintenance = true}, 0, 0, 0, 0, FAULT_NONE, 0, 0},
    {0x1000,
     {.type = ACCESS_READ, .el0 = true, .maintenance = true},
     0,
     0,
     0,
     0,
     FAULT_PERMISSION,
     1,
     3},
    {0x3000, {.type = ACCESS_READ, .pan = true, .maintenance = true}, 0, 0, 0, 0, FAULT_NONE, 0, 0},
    {0x8000, {.type = ACCESS_READ, .maintenance = true}, 0, 0, 0, 0, FAULT_TRANSLATION, 2, 3},
};

START_TEST(registers)
{
    struct translation out;
    struct fault fault;
    bool ok;

    mmu.regs.sctlr_el1 = field_mask(SCTLR_M) | settings[_i].sctlr;
    mmu.regs.tcr_el1 |= settings[_i].tcr;
    mmu.regs.hcr_el2 |= settings[_i].hcr;
    mmu.regs.vtcr_el2 |= settings[_i].vtcr;
    put_ipa(S1_L3 + 8 * 10,
            LEAF(0x1000u, S1_RW_EL1 | field_mask(S1_AP_RO) | field_mask(DESC_DBM), 3));
    put_ipa(S1_L3 + 8 * 11, LEAF(0x3000u, S1_RW_EL1, 3)); /* access flag clear at stage 2 */
    put_ipa(S1_L3 + 8 * 12, LEAF(0x8000u, S1_RW_EL1, 3));
    if (settings[_i].va == 0xc000)
        put(PAS_NON_SECURE, S2_L3 + 8 * 8, LEAF(PAGE, S2_LEAF_RO | field_mask(DESC_DBM), 3));
    ok = mmu_translate(&mmu, VA(settings[_i].va), settings[_i].access, &out, &fault, NULL);
    ck_assert_msg(ok == (settings[_i].kind == FAULT_NONE), "case %d: %s, stage %u, level %d", _i,
                  fault_kind_name(fault.kind), fault.stage, fault.level);
    if (ok)
        return;
    ck_assert_msg(fault.kind == settings[_i].kind && fault.stage == settings[_i].stage &&
                      fault.level == settings[_i].level,
                  "case %d: %s, stage %u, level %d", _i, fault_kind_name(fault.kind), fault.stage,
                  fault.level);
}
END_TEST

/* The dirty state is set in the descriptor by a write, and by nothing else. */
START_TEST(hardware_sets_the_dirty_state)
{
    const uint64_t entry = S1_L3 + 8 * 10 - 0x40000000u + RAM;
    struct translation out;
    struct fault fault;
    uint64_t desc;

    mmu.regs.sctlr_el1 = field_mask(SCTLR_M);
    mmu.regs.tcr_el1 |= field_mask(TCR_HA) | field_mask(TCR_HD);
    put_ipa(S1_L3 + 8 * 10,
            LEAF(0x1000u, S1_RW_EL1 | field_mask(S1_AP_RO) | field_mask(DESC_DBM), 3));
    ck_assert(mmu_translate(&mmu, VA(0xa000), (struct mmu_access)READ, &out, &fault, NULL));
    ck_assert(!out.write);
    physmem_read64(mem, PAS_NON_SECURE, PA(entry), &desc);
    ck_assert(field_get(desc, S1_AP_RO));
    ck_assert(mmu_translate(&mmu, VA(0xa000), (struct mmu_access)WRITE, &out, &fault, NULL));
    ck_assert(out.write);
    physmem_read64(mem, PAS_NON_SECURE, PA(entry), &desc);
    ck_assert(!field_get(desc, S1_AP_RO));
}
END_TEST

START_TEST(big_endian_descriptors)
{
    struct translation out;
    struct fault fault;

    mmu.regs.sctlr_el1 = field_mask(SCTLR_M) | field_mask(SCTLR_EE);
    ck_assert(!mmu_translate(&mmu, VA(0x1000), (struct mmu_access)READ, &out, &fault, NULL));
    put_ipa(S1_ROOT0, __builtin_bswap64(TABLE(S1_L2)));
    put_ipa(S1_L2, __builtin_bswap64(TABLE(S1_L3)));
    put_ipa(S1_L3 + 8, __builtin_bswap64(LEAF(0x1000u, S1_RW_EL1, 3)));
    ck_assert(mmu_translate(&mmu, VA(0x1000), (struct mmu_access)READ, &out, &fault, NULL));
    ck_assert_uint_eq(out.pa.v, PAGE);
}
END_TEST

static const struct {
    uint64_t va, sctlr, hcr;
    unsigned attr, sh;
} attributes[] = {
    {0x1000, 1ull | 1ull << 2, 0, 0xff, 3}, /* Normal, as the descriptor says */
    {0x1000, 1ull, 0, 0x44, 2},             /* SCTLR_EL1.C clear */
    {0x5000, 1ull | 1ull << 2, 0, 0x04, 2}, /* Device */
    {0x1000, 0, 0, 0x00, 2},                /* stage 1 off */
    {0x1000, 0, 1ull << 12, 0xff, 0},       /* HCR_EL2.DC */
};

START_TEST(stage1_attributes)
{
    struct translation out;
    struct fault fault;

    mmu.regs.sctlr_el1 = attributes[_i].sctlr;
    mmu.regs.hcr_el2 |= attributes[_i].hcr;
    put_ipa(S1_L3 + 8, LEAF(0x1000u, S1_RW_EL1 | field_mask(DESC_SH), 3));
    ck_assert(mmu_translate_stage1(&mmu, VA(attributes[_i].va), (struct mmu_access)READ, &out,
                                   &fault, NULL));
    ck_assert_uint_eq(out.s1_attr, attributes[_i].attr);
    ck_assert_uint_eq(out.s1_sh, attributes[_i].sh);
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("mmu");
    TCase *tc = tcase_create("walks");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc, walks, 0, sizeof(cases) / sizeof(cases[0]));
    tcase_add_test(tc, a_failed_walk_names_the_descriptor);
    tcase_add_test(tc, stage1_tables_in_stage2_device_memory_fault_with_ptw);
    tcase_add_test(tc, hardware_sets_the_access_flag);
    tcase_add_test(tc, the_gpt_has_the_last_word);
    tcase_add_test(tc, realm_stage2_selects_the_output_space);
    tcase_add_loop_test(tc, registers, 0, sizeof(settings) / sizeof(settings[0]));
    tcase_add_test(tc, hardware_sets_the_dirty_state);
    tcase_add_test(tc, big_endian_descriptors);
    tcase_add_loop_test(tc, stage1_attributes, 0, sizeof(attributes) / sizeof(attributes[0]));
    suite_add_tcase(suite, tc);
    return suite;
}
