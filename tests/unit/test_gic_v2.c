/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A GICv2's virtual CPU interface: the GICV frame by a guest's loads and stores, GICH_LR<n> (Arm
 * IHI 0048B, 5.3 and 5.5).
 */
#include "tests/unit/test_cpu_fixture.h"

#include "cpu/gic.h"
#include "tests/unit/check_main.h"

#define GICV_PA 0x08040000u
#define GICC_IPA 0x08010000u
#define S2_L2_LOW (S2_L2 + 0x2000u)
#define S2_L3_LOW (S2_L2 + 0x3000u)
#define LDR_W1_X2 0xb9400041u
#define STR_W1_X2 0xb9000041u
#define LDRB_W1_X2 0x39400041u
#define LDR_X1_X2 0xf9400041u
#define LDRSW_X1_X2 0xb9800041u
#define LDP_W1_W3_X2 0x29400c41u
#define LDR_W1_X2_POST 0xb8404441u
#define MRS_ICC_IAR1 0xd538cc01u

enum { CTLR = 0, PMR = 4, BPR = 8, IAR = 0xc, EOIR = 0x10, RPR = 0x14, HPPIR = 0x18, ABPR = 0x1c };
enum { AIAR = 0x20, AEOIR = 0x24, AHPPIR = 0x28, APR0 = 0xd0, IIDR = 0xfc, DIR = 0x1000 };

static void v2_setup(void)
{
    engine_gicv = PA(GICV_PA);
    setup();
    engine_gicv = PA(0);
    physmem_write64(mem, PAS_NON_SECURE, PA(S2_ROOT), S2_L2_LOW | 3);
    physmem_write64(mem, PAS_NON_SECURE, PA(S2_L2_LOW + 8 * (GICC_IPA >> 21)), S2_L3_LOW | 3);
    for (unsigned page = 0; page < 3; page++) /* AF, read and write, Device-nGnRE */
        physmem_write64(mem, PAS_NON_SECURE, PA(S2_L3_LOW + 8 * ((GICC_IPA >> 12 & 0x1ff) + page)),
                        (GICV_PA + page * 0x1000) | 1u << 10 | 3u << 6 | 1u << 2 | 3);
    el2->hcr |= field_mask(HCR_IMO) | field_mask(HCR_FMO);
    el2->ich_hcr = field_mask(ICH_HCR_EN);
}

static uint64_t access(uint32_t word, uint64_t offset, uint64_t value)
{
    CODE(RAM_IPA, word, HVC0);
    el2->elr = RAM_IPA;
    el2->spsr = EL1H_MASKED;
    cpu_set_x(cpu, 1, value);
    cpu_set_x(cpu, 2, GICC_IPA + offset);
    ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_SYNC);
    return cpu_get_x(cpu, 1);
}

static uint64_t get(uint64_t offset)
{
    uint64_t value = access(LDR_W1_X2, offset, UINT64_MAX);

    ck_assert_uint_eq(el2->elr, RAM_IPA + 8);
    return value;
}

static void put(uint64_t offset, uint64_t value)
{
    access(STR_W1_X2, offset, value);
    ck_assert_uint_eq(el2->elr, RAM_IPA + 8);
}

static uint32_t lr(unsigned intid, unsigned priority, unsigned group, unsigned state)
{
    return (uint32_t)(intid | field_put(GICH_LR_PRIORITY, priority >> 3) |
                      field_put(GICH_LR_GRP1, group) | field_put(GICH_LR_STATE, state));
}

START_TEST(list_registers_keep_what_is_written)
{
    const uint32_t words[] = {
        lr(40, 0x80, 0, 1),
        lr(1019, 0xf8, 1, 2) | 1u << 19,              /* EOI */
        lr(3, 0, 0, 3) | 7u << 10,                    /* an SGI of vCPU 7 */
        lr(27, 0x20, 0, 1) | 1u << 31 | 0x3ffu << 10, /* HW, PhysicalID 1023 */
        lr(15, 0x20, 1, 1) | 1u << 19 | 1u << 10,
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        cpu_set_gich_lr(cpu, 2, words[i]);
        ck_assert_uint_eq(cpu_gich_lr(cpu, 2), words[i]);
    }
}
END_TEST

START_TEST(registers_have_their_bits)
{
    static const struct {
        uint64_t offset, written, read;
    } rows[] = {
        {CTLR, UINT32_MAX, 0x21f},
        {CTLR, 0, 0},
        {PMR, 0xff, 0xf8},
        {PMR, 0x7, 0},
        {BPR, 0, 2},
        {BPR, 7, 7},
        {ABPR, 0, 3},
        {ABPR, 6, 6},
        {APR0, 0x80000001, 0x80000001},
        {APR0, 0, 0},
        {IIDR, 0, 0x202143b},
        {IAR, 1, 1023},
        {HPPIR, 1, 1023},
        {AIAR, 1, 1023},
        {EOIR, 1023, 0},
        {RPR, 1, 0xff},
        {DIR, 40, 0},
        {0x40, 1, 0},
        {0x1ffc, 1, 0},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        put(rows[i].offset, rows[i].written);
        ck_assert_msg(get(rows[i].offset) == rows[i].read, "offset 0x%x", (unsigned)rows[i].offset);
    }
}
END_TEST

START_TEST(group_0_is_acknowledged_with_its_cpuid)
{
    put(CTLR, 1);
    put(PMR, 0xf8);
    cpu_set_gich_lr(cpu, 0, lr(3, 0x80, 0, 1) | 5u << 10);
    ck_assert_uint_eq(get(HPPIR), 0x1403);
    ck_assert_uint_eq(get(AIAR), 1023);
    ck_assert_uint_eq(get(IAR), 0x1403);
    ck_assert_uint_eq(get(RPR), 0x80);
    ck_assert_uint_eq(get(APR0), 1u << 16);
    ck_assert_uint_eq(field_get(cpu_gich_lr(cpu, 0), GICH_LR_STATE), 2);
    put(EOIR, 3); /* without the CPUID it is none that is active */
    ck_assert_uint_eq(field_get(cpu_gich_lr(cpu, 0), GICH_LR_STATE), 2);
    ck_assert_uint_eq(field_get(el2->ich_hcr, ICH_HCR_EOICOUNT), 1);
    put(APR0, 1u << 16);
    put(EOIR, 0x1403);
    ck_assert_uint_eq(field_get(cpu_gich_lr(cpu, 0), GICH_LR_STATE), 0);
    ck_assert_uint_eq(get(RPR), 0xff);
}
END_TEST

START_TEST(group_1_by_the_aliases_or_ack_ctl)
{
    put(CTLR, 2);
    put(PMR, 0xf8);
    cpu_set_gich_lr(cpu, 1, lr(40, 0x80, 1, 1));
    ck_assert_uint_eq(get(HPPIR), 1022);
    ck_assert_uint_eq(get(IAR), 1022);
    ck_assert_uint_eq(get(AHPPIR), 40);
    ck_assert_uint_eq(get(AIAR), 40);
    put(AEOIR, 40);
    ck_assert_uint_eq(field_get(cpu_gich_lr(cpu, 1), GICH_LR_STATE), 0);
    put(CTLR, 6); /* AckCtl */
    cpu_set_gich_lr(cpu, 1, lr(41, 0x80, 1, 1));
    ck_assert_uint_eq(get(IAR), 41);
    put(EOIR, 41);
    ck_assert_uint_eq(field_get(cpu_gich_lr(cpu, 1), GICH_LR_STATE), 0);
}
END_TEST

START_TEST(fiq_enable_makes_group_0_a_fiq)
{
    cpu_set_gich_lr(cpu, 0, lr(40, 0x80, 0, 1));
    for (unsigned fiqen = 0; fiqen < 2; fiqen++) {
        put(PMR, 0xf8);
        put(CTLR, 1 | fiqen << 3);
        CODE(RAM_IPA, 0xd50343ffu, NOP, HVC0); /* MSR DAIFClr, #3 */
        el2->elr = RAM_IPA;
        el2->spsr = EL1H_MASKED;
        ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_SYNC);
        ck_assert_uint_eq(el2->elr, RAM_IPA + (fiqen ? 0x8304 : 0x8284));
    }
}
END_TEST

START_TEST(eoi_mode_splits_the_end)
{
    put(CTLR, 0x201);
    put(PMR, 0xf8);
    cpu_set_gich_lr(cpu, 0, lr(27, 0x80, 0, 1) | 1u << 31 | 27u << 10);
    cpu_gic_set_active(cpu, 27, true);
    ck_assert_uint_eq(get(IAR), 27);
    put(EOIR, 27);
    ck_assert_uint_eq(get(RPR), 0xff);
    ck_assert_uint_eq(field_get(cpu_gich_lr(cpu, 0), GICH_LR_STATE), 2);
    ck_assert(cpu_gic_is_active(cpu, 27));
    put(DIR, 27);
    ck_assert_uint_eq(field_get(cpu_gich_lr(cpu, 0), GICH_LR_STATE), 0);
    ck_assert(!cpu_gic_is_active(cpu, 27));
}
END_TEST

/* What the frame does not answer is an external abort to EL1. */
START_TEST(only_single_words_are_answered)
{
    static const uint32_t words[] = {LDRB_W1_X2, LDR_X1_X2, LDP_W1_W3_X2, LDR_W1_X2_POST};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        access(words[i], IIDR & ~7u, 0);
        ck_assert_uint_eq(el2->elr, RAM_IPA + 0x8204);
        ck_assert_uint_eq(cpu_get_sysreg(cpu, SYSREG_ESR_EL1) & 0x3f, 0x10);
    }
    access(LDR_W1_X2, 0x2000, 0); /* mapped, and behind the frame */
    ck_assert_uint_eq(el2->elr, RAM_IPA + 0x8204);
    put(APR0, 0x80000000);
    ck_assert_uint_eq(access(LDRSW_X1_X2, APR0, 0), 0xffffffff80000000);
}
END_TEST

START_TEST(a_big_endian_guest_sees_words_swapped)
{
    cpu_set_sysreg(cpu, SYSREG_SCTLR_EL1,
                   cpu_get_sysreg(cpu, SYSREG_SCTLR_EL1) | field_mask(SCTLR_EE));
    ck_assert_uint_eq(get(IIDR), 0x3b140202);
}
END_TEST

START_TEST(system_registers_are_undefined)
{
    access(MRS_ICC_IAR1, 0, 0);
    ck_assert_uint_eq(el2->elr, RAM_IPA + 0x8204);
    ck_assert_uint_eq(cpu_get_sysreg(cpu, SYSREG_ESR_EL1), 0x02000000);
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("gic_v2");
    TCase *tcase = tcase_create("gicv");

    tcase_add_checked_fixture(tcase, v2_setup, teardown);
    tcase_add_test(tcase, list_registers_keep_what_is_written);
    tcase_add_test(tcase, registers_have_their_bits);
    tcase_add_test(tcase, group_0_is_acknowledged_with_its_cpuid);
    tcase_add_test(tcase, group_1_by_the_aliases_or_ack_ctl);
    tcase_add_test(tcase, fiq_enable_makes_group_0_a_fiq);
    tcase_add_test(tcase, eoi_mode_splits_the_end);
    tcase_add_test(tcase, only_single_words_are_answered);
    tcase_add_test(tcase, a_big_endian_guest_sees_words_swapped);
    tcase_add_test(tcase, system_registers_are_undefined);
    suite_add_tcase(suite, tcase);
    return suite;
}
