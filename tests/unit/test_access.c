/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What must be asked before the engine executes a word, and the answers that no fault of the engine
 * leads to: alignment on mapped memory, SP alignment, AT. The rest of cpu/access.c is in the
 * qemu-el2 vectors.
 */
#include <check.h>
#include <stdlib.h>

#include "cpu/access.h"
#include "cpu/arch/descriptor.h"
#include "cpu/arch/pstate.h"
#include "cpu/count.h"
#include "cpu/engine_words.h"
#include "tests/unit/check_main.h"

#define SIZE ((uint64_t)16 << 20)
#define TABLE PHYS_DRAM_BASE /* stage 1, level 1: VA 0..1 GiB is PA 0x80000000.. */
#define PAGE (PHYS_DRAM_BASE + 0x200000)
#define DATA_VA 0x200000u

static struct physmem *mem;
static struct engine *engine;
static struct cpu *cpu;
static struct cost_profile profile = {.name = "test", .core_hz = 1000000000};
static struct clock sim_clock;

static void setup(void)
{
    char error[200] = "";

    mem = physmem_new(SIZE);
    ck_assert_ptr_nonnull(mem);
    sim_clock = (struct clock){.profile = &profile};
    engine =
        engine_new(&(struct engine_config){.mem = mem, .clock = &sim_clock}, error, sizeof(error));
    ck_assert_msg(engine != NULL, "%s", error);
    cpu = cpu_new(engine, 0, error, sizeof(error));
    ck_assert_msg(cpu != NULL, "%s", error);
    physmem_write64(mem, PAS_NON_SECURE, PA(TABLE),
                    PHYS_DRAM_BASE | field_mask(DESC_AF) | field_mask(DESC_SH) | DESC_TYPE_BLOCK);
    physmem_write64(mem, PAS_NON_SECURE, PA(TABLE + 8),
                    PHYS_DRAM_BASE | field_mask(DESC_AF) | 1u << 2 | DESC_TYPE_BLOCK);
    physmem_write64(mem, PAS_NON_SECURE, PA(TABLE + 16), DESC_TYPE_BLOCK);
    cpu_set_sysreg(cpu, SYSREG_TCR_EL1, 25 | 25u << 16 | 5ull << 32);
    cpu_set_sysreg(cpu, SYSREG_TTBR0_EL1, TABLE);
    cpu_set_sysreg(cpu, SYSREG_MAIR_EL1, 0x04ff);
    cpu_set_sysreg(cpu, SYSREG_SCTLR_EL1, field_mask(SCTLR_M) | field_mask(SCTLR_C));
}

static void teardown(void)
{
    cpu_free(cpu);
    engine_free(engine);
    physmem_free(mem);
}

static struct insn decoded(uint32_t word)
{
    struct insn insn;

    insn_decode(word, &insn);
    return insn;
}

#define NO_FAULT FAULT_NONE

/* x0 or SP is DATA_VA + offset; all of it is mapped. */
static const struct {
    uint32_t word;
    unsigned offset;
    uint64_t sctlr; /* bits set besides M and C */
    bool device;
    enum fault_kind kind;
} alignments[] = {
    {0xf9400003, 0, 2, false, NO_FAULT}, /* ldr x3, [x0] */
    {0xf9400003, 4, 0, false, NO_FAULT},
    {0xf9400003, 4, 2, false, FAULT_ALIGNMENT},
    {0xf9400003, 4, 0, true, FAULT_ALIGNMENT},
    {0xf9400003, 8, 0, true, NO_FAULT},
    {0xc8dffc03, 4, 0, false, FAULT_ALIGNMENT}, /* ldar x3, [x0] */
    {0xc8dffc03, 8, 0, false, NO_FAULT},
    {0xc8047c03, 4, 0, false, FAULT_ALIGNMENT}, /* stxr w4, x3, [x0] */
    {0xa9401003, 8, 2, false, NO_FAULT},        /* ldp x3, x4, [x0]: each of the pair by itself */
    {0xa9401003, 8, 0, true, NO_FAULT},
    {0xa9401003, 4, 2, false, FAULT_ALIGNMENT},
    {0xc87f1003, 8, 0, false, FAULT_ALIGNMENT}, /* ldxp x3, x4, [x0]: both together */
    {0x3dc00003, 8, 2, false, FAULT_ALIGNMENT}, /* ldr q3, [x0] */
    {0x4c407800, 4, 2, false, NO_FAULT},        /* ld1 {v0.4s}, [x0]: by element */
    {0x4c407800, 2, 2, false, FAULT_ALIGNMENT},
    {0xd50b7420, 3, 2, false, NO_FAULT}, /* dc zva, x0 */
    {0xd50b7420, 0, 0, true, FAULT_ALIGNMENT},
    {0xd50b7e20, 3, 2, true, NO_FAULT}, /* dc civac, x0 */
};

START_TEST(alignment_on_mapped_memory)
{
    struct insn insn = decoded(alignments[_i].word);
    struct fault fault = {.kind = FAULT_NONE};

    cpu_set_sysreg(cpu, SYSREG_SCTLR_EL1,
                   field_mask(SCTLR_M) | field_mask(SCTLR_C) | alignments[_i].sctlr);
    cpu_set_x(cpu, 0,
              DATA_VA + alignments[_i].offset + (alignments[_i].device ? (uint64_t)1 << 30 : 0));
    ck_assert_int_eq(access_faults(cpu, &insn, &fault, NULL), alignments[_i].kind != NO_FAULT);
    ck_assert_int_eq(fault.kind, alignments[_i].kind);
}
END_TEST

START_TEST(sp_alignment)
{
    struct insn by_sp = decoded(0xf94003e3), by_x0 = decoded(0xf9400003);
    struct insn zr = decoded(0xd50b7e3f); /* dc civac, xzr: 31 is not SP here */
    struct insn literal = decoded(0x5800001f), prefetch = decoded(0xf98003e0); /* prfm, [sp] */

    cpu_set_x(cpu, 0, DATA_VA + 8);
    cpu_set_sp(cpu, 1, DATA_VA + 8);
    ck_assert(!access_sp_misaligned(cpu, &by_sp));
    cpu_set_sysreg(cpu, SYSREG_SCTLR_EL1, field_mask(SCTLR_M) | field_mask(SCTLR_SA));
    ck_assert(access_sp_misaligned(cpu, &by_sp));
    ck_assert(!access_sp_misaligned(cpu, &by_x0));
    ck_assert(!access_sp_misaligned(cpu, &zr));
    ck_assert(!access_sp_misaligned(cpu, &literal));
    ck_assert(!access_sp_misaligned(cpu, &prefetch));
    cpu_set_sp(cpu, 1, DATA_VA + 16);
    ck_assert(!access_sp_misaligned(cpu, &by_sp));
    cpu_set_sp(cpu, 1, DATA_VA + 8);
    cpu_set_sysreg(cpu, SYSREG_SCTLR_EL1, field_mask(SCTLR_M) | field_mask(SCTLR_SA0));
    ck_assert(!access_sp_misaligned(cpu, &by_sp));
}
END_TEST

static const struct {
    uint32_t word;
    uint64_t va, par;
} translations[] = {
    {0xd5087800, DATA_VA + 0x123, 0xff00000000000b80 | PAGE}, /* AT S1E1R: Normal, Inner */
    {0xd5087820, DATA_VA, 0xff00000000000b80 | PAGE},         /* S1E1W */
    {0xd5087840, DATA_VA, 0x81b},                             /* S1E0R: permission, level 1 */
    {0xd5087800, 0x40200000, 0x0400000000000b00 | PAGE},      /* Device-nGnRE, Outer */
    {0xd5087800, 0x80000000, 0x813},                          /* access flag, level 1 */
    {0xd5087800, 0xc0000000, 0x80b},                          /* translation, level 1 */
    {0xd5087800, 0xff00000000000000, 0x809},                  /* translation, level 0 */
};

START_TEST(address_translation)
{
    struct insn insn = decoded(translations[_i].word);
    struct fault fault;
    uint64_t par = 0;

    cpu_set_x(cpu, 0, translations[_i].va);
    ck_assert(!access_address_translation(cpu, &insn, &par, &fault, NULL));
    ck_assert_uint_eq(par, translations[_i].par);
    ck_assert(!access_faults(cpu, &insn, &fault, NULL));
}
END_TEST

/* Unallocated words that must not reach the translator, each beside an allocated neighbour. */
static const struct {
    uint32_t word;
    bool fatal;
} engine_words[] = {
    {0x0e412c43, true},  {0x0e413c43, false}, /* three registers: 5; 7 FRECPS */
    {0x6ec13c43, true},  {0x6e413c43, false}, /* 0x1f; 0x17 FDIV */
    {0x4ef97834, true},  {0x4ef98834, false}, /* two registers: 0x37; 0x38 FRINTP */
    {0x7ef92a03, true},  {0x7e79da03, false}, /* scalar: 0x72; 0x5d UCVTF */
    {0x5ef8f843, true},  {0x0ef8f843, false}, /* scalar 0x2f; vector 0x2f FABS */
    {0xd503201f, false}, {0xf9400003, false},
};

START_TEST(words_fatal_to_the_engine)
{
    ck_assert_int_eq(engine_word_is_fatal(engine_words[_i].word), engine_words[_i].fatal);
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("access");
    TCase *tc = tcase_create("access");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc, alignment_on_mapped_memory, 0, COUNT(alignments));
    tcase_add_test(tc, sp_alignment);
    tcase_add_loop_test(tc, address_translation, 0, COUNT(translations));
    tcase_add_loop_test(tc, words_fatal_to_the_engine, 0, COUNT(engine_words));
    suite_add_tcase(suite, tc);
    return suite;
}
