/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The virtual CPU interface as a guest's MRS and MSR see it (Arm IHI 0069, chapters 6 and 12), and
 * the interrupts that its list registers make pending.
 */
#include "tests/unit/test_cpu_fixture.h"

#include "cpu/gic.h"
#include "tests/unit/check_main.h"

/* MRS and MSR of x1. */
#define MRS(reg) (0xd5300001u | (reg))
#define MSR(reg) (0xd5100001u | (reg))
#define ICC_PMR 0x84600u
#define ICC_IAR0 0x8c800u
#define ICC_EOIR0 0x8c820u
#define ICC_HPPIR0 0x8c840u
#define ICC_BPR0 0x8c860u
#define ICC_AP1R0 0x8c900u
#define ICC_DIR 0x8cb20u
#define ICC_RPR 0x8cb60u
#define ICC_IAR1 0x8cc00u
#define ICC_EOIR1 0x8cc20u
#define ICC_HPPIR1 0x8cc40u
#define ICC_BPR1 0x8cc60u
#define ICC_CTLR 0x8cc80u
#define ICC_IGRPEN0 0x8ccc0u
#define ICC_IGRPEN1 0x8cce0u
#define ISR_EL1 0x8c100u
#define MSR_DAIFCLR_IF 0xd50343ffu
#define VECTOR_IRQ (RAM_IPA + 0x8280u)
#define VECTOR_FIQ (RAM_IPA + 0x8300u)

static struct ich_regs *ich;

static uint64_t lr(uint64_t intid, unsigned priority, unsigned group, unsigned state)
{
    return intid | field_put(ICH_LR_PRIORITY, priority) | field_put(ICH_LR_GROUP, group) |
           field_put(ICH_LR_STATE, state);
}

static void gic_setup(void)
{
    setup();
    ich = cpu_ich(cpu);
    el2->hcr |= field_mask(HCR_IMO) | field_mask(HCR_FMO);
    el2->ich_hcr = field_mask(ICH_HCR_EN);
    ich->vmcr =
        field_mask(ICH_VMCR_VENG0) | field_mask(ICH_VMCR_VENG1) | field_put(ICH_VMCR_VPMR, 0xf8);
}

static uint64_t read_reg(uint32_t reg)
{
    CODE(RAM_IPA, MRS(reg), HVC0);
    el2->elr = RAM_IPA;
    el2->spsr = EL1H_MASKED;
    ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_SYNC);
    ck_assert_uint_eq(el2->elr, RAM_IPA + 8);
    return cpu_get_x(cpu, 1);
}

static void write_reg(uint32_t reg, uint64_t value)
{
    CODE(RAM_IPA, MSR(reg), HVC0);
    el2->elr = RAM_IPA;
    el2->spsr = EL1H_MASKED;
    cpu_set_x(cpu, 1, value);
    ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_SYNC);
    ck_assert_uint_eq(el2->elr, RAM_IPA + 8);
}

/* Where the guest goes when it unmasks interrupts: a vector, or 0. */
static uint64_t taken(void)
{
    CODE(RAM_IPA, MSR_DAIFCLR_IF, NOP, HVC0);
    el2->elr = RAM_IPA;
    el2->spsr = EL1H_MASKED;
    ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_SYNC);
    return el2->elr == RAM_IPA + 12 ? 0 : el2->elr - 4;
}

START_TEST(acknowledge_end_and_deactivate)
{
    ich->lr[1] = lr(40, 0x80, 1, 1);
    ck_assert_uint_eq(read_reg(ICC_HPPIR1), 40);
    ck_assert_uint_eq(read_reg(ICC_HPPIR0), 1023);
    ck_assert_uint_eq(read_reg(ISR_EL1), 0x80);
    ck_assert_uint_eq(taken(), VECTOR_IRQ);
    ck_assert_uint_eq(read_reg(ICC_IAR0), 1023); /* of the other group */
    ck_assert_uint_eq(read_reg(ICC_IAR1), 40);
    ck_assert_uint_eq(field_get(ich->lr[1], ICH_LR_STATE), 2);
    ck_assert_uint_eq(ich->ap1r0, 1u << 16);
    ck_assert_uint_eq(read_reg(ICC_RPR), 0x80);
    ck_assert_uint_eq(read_reg(ICC_IAR1), 1023);
    ck_assert_uint_eq(read_reg(ISR_EL1), 0);
    ck_assert_uint_eq(taken(), 0);
    write_reg(ICC_EOIR1, 40);
    ck_assert_uint_eq(field_get(ich->lr[1], ICH_LR_STATE), 0);
    ck_assert_uint_eq(ich->ap1r0, 0);
    ck_assert_uint_eq(read_reg(ICC_RPR), 0xff);
}
END_TEST

START_TEST(group_0_is_a_fiq)
{
    ich->lr[0] = lr(41, 0x40, 0, 1);
    ck_assert_uint_eq(read_reg(ISR_EL1), 0x40);
    ck_assert_uint_eq(taken(), VECTOR_FIQ);
    ck_assert_uint_eq(read_reg(ICC_IAR1), 1023);
    ck_assert_uint_eq(read_reg(ICC_IAR0), 41);
    ck_assert_uint_eq(ich->ap0r0, 1u << 8);
    write_reg(ICC_EOIR0, 41);
    ck_assert_uint_eq(ich->ap0r0, 0);
    ck_assert_uint_eq(ich->lr[0], lr(41, 0x40, 0, 0));
}
END_TEST

/* Each row makes one condition false under which the interrupt of priority 0x80 is signalled. */
START_TEST(what_keeps_an_interrupt_away)
{
    static const struct {
        uint64_t vmcr_clear, vmcr_set;
        uint32_t ap1r0;
        unsigned state;
        bool off, taken;
    } rows[] = {
        {0, 0, 0, 1, false, true},
        {0, 0, 0, 1, true, false},                      /* ICH_HCR_EL2.En */
        {1u << 1, 0, 0, 1, false, false},               /* VENG1 */
        {0xffu << 24, 0x80u << 24, 0, 1, false, false}, /* VPMR: not below it */
        {0xffu << 24, 0x88u << 24, 0, 1, false, true},  /* one step more */
        {0, 0, 1u << 16, 1, false, false},              /* the same is active */
        {0, 0, 1u << 17, 1, false, true},               /* a lower one is */
        {7u << 18, 5u << 18, 1u << 17, 1, false, true}, /* 0x80 and 0xa0 differ */
        {7u << 18, 6u << 18, 1u << 17, 1, false, true},
        {7u << 18, 7u << 18, 1u << 16, 1, false, false},
        {0, 0, 0, 2, false, false}, /* active */
        {0, 0, 0, 3, false, false}, /* active and pending */
    };

    ich->vmcr = (ich->vmcr & ~rows[_i].vmcr_clear) | rows[_i].vmcr_set;
    ich->ap1r0 = rows[_i].ap1r0;
    ich->lr[0] = lr(40, 0x80, 1, rows[_i].state);
    if (rows[_i].off)
        el2->ich_hcr = 0;
    ck_assert_uint_eq(taken(), rows[_i].taken ? VECTOR_IRQ : 0);
    ck_assert_uint_eq(read_reg(ICC_IAR1), rows[_i].taken ? 40 : 1023);
}
END_TEST
#define KEEPS_AWAY_ROWS 12

START_TEST(a_higher_priority_preempts_and_they_end_in_turn)
{
    ich->lr[0] = lr(40, 0x80, 1, 1);
    ck_assert_uint_eq(read_reg(ICC_IAR1), 40);
    ich->lr[1] = lr(41, 0x40, 1, 1);
    ich->lr[2] = lr(42, 0x48, 1, 1);
    ck_assert_uint_eq(read_reg(ICC_HPPIR1), 41);
    ck_assert_uint_eq(read_reg(ICC_IAR1), 41);
    ck_assert_uint_eq(ich->ap1r0, 1u << 16 | 1u << 8);
    ck_assert_uint_eq(taken(), 0); /* 0x48 does not preempt 0x40 */
    write_reg(ICC_EOIR1, 41);
    ck_assert_uint_eq(read_reg(ICC_IAR1), 42);
    write_reg(ICC_EOIR1, 42);
    ck_assert_uint_eq(read_reg(ICC_RPR), 0x80);
    write_reg(ICC_EOIR1, 40);
    ck_assert_uint_eq(read_reg(ICC_RPR), 0xff);
    for (unsigned i = 0; i < 3; i++)
        ck_assert_uint_eq(field_get(ich->lr[i], ICH_LR_STATE), 0);
}
END_TEST

/* The binary point: with BPR1 7 only bit 7 preempts; it is the group priority that becomes active.
 */
START_TEST(the_binary_point_groups_priorities)
{
    write_reg(ICC_BPR1, 7);
    ich->lr[0] = lr(40, 0x70, 1, 1);
    ck_assert_uint_eq(read_reg(ICC_IAR1), 40);
    ck_assert_uint_eq(ich->ap1r0, 1);
    ich->lr[1] = lr(41, 0x10, 1, 1);
    ck_assert_uint_eq(read_reg(ICC_IAR1), 1023);
    write_reg(ICC_EOIR1, 40);
    ck_assert_uint_eq(read_reg(ICC_IAR1), 41);
}
END_TEST

START_TEST(fields_have_their_widths_and_minima)
{
    write_reg(ICC_PMR, 0xff);
    ck_assert_uint_eq(read_reg(ICC_PMR), 0xf8);
    write_reg(ICC_BPR0, 0);
    ck_assert_uint_eq(read_reg(ICC_BPR0), 2);
    write_reg(ICC_BPR1, 0);
    ck_assert_uint_eq(read_reg(ICC_BPR1), 3);
    write_reg(ICC_BPR1, 6);
    ck_assert_uint_eq(read_reg(ICC_BPR1), 6);
    ck_assert_uint_eq(read_reg(ICC_CTLR), 0x8c00);
    write_reg(ICC_CTLR, 1); /* CBPR: BPR1 follows BPR0, one above, and is not writable */
    ck_assert_uint_eq(read_reg(ICC_CTLR), 0x8c01);
    ck_assert_uint_eq(read_reg(ICC_BPR1), 3);
    write_reg(ICC_BPR1, 7);
    write_reg(ICC_BPR0, 7);
    ck_assert_uint_eq(read_reg(ICC_BPR1), 7);
    write_reg(ICC_CTLR, 2);
    ck_assert_uint_eq(read_reg(ICC_CTLR), 0x8c02);
    ck_assert_uint_eq(read_reg(ICC_BPR1), 6);
    write_reg(ICC_IGRPEN0, 0);
    ck_assert_uint_eq(read_reg(ICC_IGRPEN0), 0);
    ck_assert_uint_eq(read_reg(ICC_IGRPEN1), 1);
    ck_assert(!field_get(ich->vmcr, ICH_VMCR_VENG0));
    write_reg(ICC_AP1R0, 0x10);
    ck_assert_uint_eq(read_reg(ICC_RPR), 0x20);
}
END_TEST

START_TEST(eoi_mode_1_needs_dir)
{
    write_reg(ICC_CTLR, 2);
    ich->lr[0] = lr(40, 0x80, 1, 1);
    ck_assert_uint_eq(read_reg(ICC_IAR1), 40);
    write_reg(ICC_EOIR1, 40);
    ck_assert_uint_eq(read_reg(ICC_RPR), 0xff);
    ck_assert_uint_eq(field_get(ich->lr[0], ICH_LR_STATE), 2);
    write_reg(ICC_DIR, 41);
    ck_assert_uint_eq(field_get(ich->lr[0], ICH_LR_STATE), 2);
    ck_assert_uint_eq(field_get(el2->ich_hcr, ICH_HCR_EOICOUNT), 1); /* it is in no LR */
    write_reg(ICC_DIR, 40);
    ck_assert_uint_eq(field_get(ich->lr[0], ICH_LR_STATE), 0);
    write_reg(ICC_CTLR, 0);
    ich->lr[0] = lr(40, 0x80, 1, 2);
    write_reg(ICC_DIR, 40); /* nothing with EOImode 0 */
    ck_assert_uint_eq(field_get(ich->lr[0], ICH_LR_STATE), 2);
}
END_TEST

START_TEST(an_eoi_without_its_list_register_is_counted)
{
    write_reg(ICC_EOIR1, 40); /* nothing is active */
    ck_assert_uint_eq(field_get(el2->ich_hcr, ICH_HCR_EOICOUNT), 0);
    ich->ap1r0 = 1u << 16;
    el2->ich_hcr |= field_mask(ICH_HCR_LRENPIE);
    cpu_gic_enable(cpu, GIC_INTID_MAINTENANCE, true);
    CODE(RAM_IPA, MSR(ICC_EOIR1), HVC0);
    el2->elr = RAM_IPA;
    cpu_set_x(cpu, 1, 40);
    ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_IRQ);
    ck_assert_uint_eq(el2->elr, RAM_IPA + 4);
    ck_assert_uint_eq(field_get(el2->ich_hcr, ICH_HCR_EOICOUNT), 1);
    ck_assert_uint_eq(ich_misr(ich, el2->ich_hcr, 4), field_mask(ICH_MISR_LRENP));
    ck_assert_uint_eq(cpu_gic_acknowledge(cpu), GIC_INTID_MAINTENANCE);
    ck_assert_uint_eq(cpu_gic_acknowledge(cpu), GIC_INTID_SPURIOUS);
}
END_TEST

START_TEST(special_intids_are_not_ended)
{
    ich->ap1r0 = 1u << 16;
    write_reg(ICC_EOIR1, 1023);
    ck_assert_uint_eq(ich->ap1r0, 1u << 16);
}
END_TEST

START_TEST(hw_deactivates_the_physical_interrupt)
{
    ich->lr[0] = lr(27, 0x80, 1, 1) | field_mask(ICH_LR_HW) | field_put(ICH_LR_PINTID, 27);
    cpu_gic_set_active(cpu, 27, true);
    ck_assert_uint_eq(read_reg(ICC_IAR1), 27);
    ck_assert(cpu_gic_is_active(cpu, 27));
    write_reg(ICC_EOIR1, 27);
    ck_assert(!cpu_gic_is_active(cpu, 27));
}
END_TEST

START_TEST(active_and_pending_becomes_pending_again)
{
    ich->lr[0] = lr(40, 0x80, 1, 3);
    ich->ap1r0 = 1u << 16;
    write_reg(ICC_EOIR1, 40);
    ck_assert_uint_eq(field_get(ich->lr[0], ICH_LR_STATE), 1);
    ck_assert_uint_eq(read_reg(ICC_IAR1), 40);
}
END_TEST

START_TEST(an_lpi_is_never_active)
{
    ich->lr[0] = lr(8192, 0x80, 1, 1);
    ck_assert_uint_eq(read_reg(ICC_IAR1), 8192);
    ck_assert_uint_eq(field_get(ich->lr[0], ICH_LR_STATE), 0);
    ck_assert_uint_eq(read_reg(ICC_RPR), 0x80);
    write_reg(ICC_EOIR1, 8192);
    ck_assert_uint_eq(read_reg(ICC_RPR), 0xff);
    ck_assert_uint_eq(field_get(el2->ich_hcr, ICH_HCR_EOICOUNT), 0);
}
END_TEST

/* The reasons of ICH_MISR_EL2, each by itself. */
START_TEST(maintenance_reasons)
{
    const uint64_t eoi = lr(40, 0, 1, 0) | field_mask(ICH_LR_EOI);
    const struct {
        uint64_t hcr, vmcr, lr0, lr1, misr;
    } rows[] = {
        {1, 0, eoi, 0, 1},
        {1, 0, eoi | field_mask(ICH_LR_HW), 0, 0},
        {1 | 1u << 1, 0, lr(40, 0, 1, 2), 0, 1u << 1},
        {1 | 1u << 1, 0, lr(40, 0, 1, 2), lr(41, 0, 1, 1), 0},
        {1 | 1u << 2, 0, 0, 0, 0},
        {1 | 1u << 2 | 1u << 27, 0, 0, 0, 1u << 2},
        {1 | 1u << 3, 0, lr(40, 0, 1, 2), 0, 1u << 3},
        {1 | 1u << 3, 0, lr(40, 0, 1, 1), 0, 0},
        {1 | 1u << 4, 1, 0, 0, 1u << 4},
        {1 | 1u << 5, 0, 0, 0, 1u << 5},
        {1 | 1u << 6, 2, 0, 0, 1u << 6},
        {1 | 1u << 7, 0, 0, 0, 1u << 7},
        {1 | 0xf0, 3, 0, 0, 1u << 4 | 1u << 6},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ich_regs regs = {.vmcr = rows[i].vmcr, .lr = {rows[i].lr0, rows[i].lr1}};

        ck_assert_msg(ich_misr(&regs, rows[i].hcr, 4) == rows[i].misr, "row %zu", i);
    }
    ck_assert_uint_eq(ich_eisr(&(struct ich_regs){.lr = {0, eoi}}, 4), 2);
    ck_assert_uint_eq(ich_elrsr(&(struct ich_regs){.lr = {lr(1, 0, 1, 1), eoi}}, 4), 0xc);
    ck_assert_uint_eq(ich_eisr(&(struct ich_regs){.lr = {[5] = eoi}}, 4), 0); /* not implemented */
}
END_TEST

/* Without the routing bits ICC_* is the physical interface, to which nothing is pending. */
START_TEST(without_routing_nothing_is_virtual)
{
    ich->lr[0] = lr(40, 0x80, 1, 1);
    el2->hcr &= ~(field_mask(HCR_IMO) | field_mask(HCR_FMO));
    ck_assert_uint_eq(read_reg(ICC_IAR1), 1023);
    ck_assert_uint_eq(taken(), 0);
    write_reg(ICC_PMR, 0x40);
    ck_assert_uint_eq(field_get(ich->vmcr, ICH_VMCR_VPMR), 0xf8);
}
END_TEST

START_TEST(the_host_acknowledges_what_is_enabled)
{
    cpu_gic_enable(cpu, GIC_INTID_MAINTENANCE, true);
    el2->ich_hcr |= field_mask(ICH_HCR_UIE);
    CODE(RAM_IPA, HVC0);
    ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_IRQ);
    ck_assert(cpu_gic_level(cpu, GIC_INTID_MAINTENANCE));
    ck_assert_uint_eq(cpu_gic_acknowledge(cpu), GIC_INTID_MAINTENANCE);
    /* while it is active it does not come again */
    ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_SYNC);
    cpu_gic_set_active(cpu, GIC_INTID_MAINTENANCE, false);
    cpu_gic_enable(cpu, GIC_INTID_MAINTENANCE, false);
    el2->elr = RAM_IPA;
    ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_SYNC);
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("gic");
    TCase *tcase = tcase_create("virtual CPU interface");

    tcase_add_checked_fixture(tcase, gic_setup, teardown);
    tcase_add_test(tcase, acknowledge_end_and_deactivate);
    tcase_add_test(tcase, group_0_is_a_fiq);
    tcase_add_loop_test(tcase, what_keeps_an_interrupt_away, 0, KEEPS_AWAY_ROWS);
    tcase_add_test(tcase, a_higher_priority_preempts_and_they_end_in_turn);
    tcase_add_test(tcase, the_binary_point_groups_priorities);
    tcase_add_test(tcase, fields_have_their_widths_and_minima);
    tcase_add_test(tcase, eoi_mode_1_needs_dir);
    tcase_add_test(tcase, an_eoi_without_its_list_register_is_counted);
    tcase_add_test(tcase, special_intids_are_not_ended);
    tcase_add_test(tcase, hw_deactivates_the_physical_interrupt);
    tcase_add_test(tcase, active_and_pending_becomes_pending_again);
    tcase_add_test(tcase, an_lpi_is_never_active);
    tcase_add_test(tcase, maintenance_reasons);
    tcase_add_test(tcase, without_routing_nothing_is_virtual);
    tcase_add_test(tcase, the_host_acknowledges_what_is_enabled);
    suite_add_tcase(suite, tcase);
    return suite;
}
