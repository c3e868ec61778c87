/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The generic timer (Arm ARM D12): registers, the condition, and the cycle in which EL2 takes the
 * interrupt. The fixture's profile has 16 cycles a count and 1 cycle an instruction.
 */
#include "tests/unit/test_cpu_fixture.h"

#include "cpu/generic_timer.h"
#include "cpu/gic.h"
#include "tests/unit/check_main.h"

#define MRS(reg) (0xd5300001u | (reg))
#define MSR(reg) (0xd5100001u | (reg))
#define CNTPCT 0xbe020u
#define CNTVCT 0xbe040u
#define CNTP_TVAL 0xbe200u
#define CNTP_CTL 0xbe220u
#define CNTP_CVAL 0xbe240u
#define CNTV_TVAL 0xbe300u
#define CNTV_CTL 0xbe320u
#define CNTV_CVAL 0xbe340u
#define COUNT 16u /* cycles */

static const struct {
    enum cpu_timer timer;
    uint32_t tval, ctl, cval, counter;
    unsigned intid;
} both[] = {
    {CPU_TIMER_VIRTUAL, CNTV_TVAL, CNTV_CTL, CNTV_CVAL, CNTVCT, 27},
    {CPU_TIMER_PHYSICAL, CNTP_TVAL, CNTP_CTL, CNTP_CVAL, CNTPCT, 30},
};

static uint64_t read_reg(uint32_t reg)
{
    CODE(RAM_IPA, MRS(reg), HVC0);
    el2->elr = RAM_IPA;
    ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_SYNC);
    return cpu_get_x(cpu, 1);
}

static void write_reg(uint32_t reg, uint64_t value)
{
    CODE(RAM_IPA, MSR(reg), HVC0);
    el2->elr = RAM_IPA;
    cpu_set_x(cpu, 1, value);
    ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_SYNC);
}

static void at_count(uint64_t count)
{
    sim_clock.now = CYCLES(count * COUNT);
}

START_TEST(registers_show_the_condition)
{
    at_count(1000);
    write_reg(both[_i].cval, 2000);
    ck_assert_uint_eq(read_reg(both[_i].cval), 2000);
    write_reg(both[_i].ctl, 0xff);
    ck_assert_uint_eq(read_reg(both[_i].ctl), 3); /* ISTATUS is read only and clear */
    at_count(1500);
    ck_assert_uint_eq(read_reg(both[_i].tval), 500);
    ck_assert_uint_eq(read_reg(both[_i].counter), 1500);
    at_count(2000);
    ck_assert_uint_eq(read_reg(both[_i].ctl), 7);
    write_reg(both[_i].ctl, 0);
    ck_assert_uint_eq(read_reg(both[_i].ctl), 0);
    at_count(3000);
    write_reg(both[_i].tval, (uint32_t)-100); /* signed, of 32 bits */
    ck_assert_uint_eq(read_reg(both[_i].cval), 2900);
    ck_assert_uint_eq(read_reg(both[_i].tval), (uint32_t)-100);
}
END_TEST

START_TEST(the_virtual_counter_is_behind)
{
    at_count(1000);
    cpu_timer_set_voffset(cpu, 900);
    ck_assert_uint_eq(read_reg(CNTVCT), 100);
    ck_assert_uint_eq(read_reg(CNTPCT), 1000);
    write_reg(CNTV_TVAL, 50);
    ck_assert_uint_eq(read_reg(CNTV_CVAL), 150);
    at_count(1049);
    write_reg(CNTV_CTL, 1);
    ck_assert_uint_eq(cpu_timer_ctl(cpu, CPU_TIMER_VIRTUAL), 1);
    at_count(1050);
    ck_assert_uint_eq(cpu_timer_ctl(cpu, CPU_TIMER_VIRTUAL), 5);
    ck_assert_uint_eq(cpu_timer_voffset(cpu), 900);
}
END_TEST

/* The guest starts the timer and loops; EL2 takes its interrupt in the cycle the condition is met.
 */
START_TEST(the_interrupt_comes_in_time)
{
    el2->hcr |= field_mask(HCR_IMO);
    cpu_gic_enable(cpu, both[_i].intid, true);
    CODE(RAM_IPA, MSR(both[_i].ctl), NOP, 0x17ffffff /* b -4 */);
    cpu_timer_set_cval(cpu, both[_i].timer, 100);
    cpu_set_x(cpu, 1, 1);
    ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_IRQ);
    /* 1 cycle for ERET before, 1 for the exception after */
    ck_assert_uint_eq(sim_clock.now.v, 100 * COUNT + 1);
    ck_assert_uint_eq(cpu_instructions(cpu), 100 * COUNT - 1);
    ck_assert_uint_eq(cpu_gic_acknowledge(cpu), both[_i].intid);
    ck_assert_uint_eq(cpu_gic_acknowledge(cpu), GIC_INTID_SPURIOUS);
    ck_assert(cpu_gic_level(cpu, both[_i].intid));
    cpu_timer_set_ctl(cpu, both[_i].timer, 3); /* IMASK takes the level away */
    ck_assert(!cpu_gic_level(cpu, both[_i].intid));
}
END_TEST

START_TEST(masked_or_off_it_is_silent)
{
    static const uint64_t ctl[] = {0, 2, 3};

    el2->hcr |= field_mask(HCR_IMO);
    cpu_gic_enable(cpu, 27, true);
    CODE(RAM_IPA, MSR(CNTV_CTL), NOP, 0x17ffffff /* b -4 */);
    cpu_timer_set_cval(cpu, CPU_TIMER_VIRTUAL, 10);
    cpu_set_x(cpu, 1, ctl[_i]);
    cpu_set_budget(cpu, 1000);
    ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_LIMIT);
    ck_assert(!cpu_gic_level(cpu, 27));
}
END_TEST

START_TEST(a_far_compare_value_never_fires)
{
    cpu_gic_enable(cpu, 27, true);
    cpu_timer_set_cval(cpu, CPU_TIMER_VIRTUAL, UINT64_MAX);
    cpu_timer_set_ctl(cpu, CPU_TIMER_VIRTUAL, 1);
    ck_assert_uint_eq(event_queue_next_due(&sim_clock.events).v, EVENT_QUEUE_NEVER.v);
    cpu_timer_set_cval(cpu, CPU_TIMER_VIRTUAL, 7);
    ck_assert_uint_eq(event_queue_next_due(&sim_clock.events).v, 7 * COUNT);
    /* moved away again, the event goes with it */
    cpu_timer_set_cval(cpu, CPU_TIMER_VIRTUAL, 9);
    ck_assert_uint_eq(event_queue_next_due(&sim_clock.events).v, 9 * COUNT);
    cpu_timer_set_ctl(cpu, CPU_TIMER_VIRTUAL, 0);
    ck_assert_uint_eq(event_queue_next_due(&sim_clock.events).v, EVENT_QUEUE_NEVER.v);
}
END_TEST

/* CNTHCTL_EL2.{EL1PCTEN, EL1PCEN} 0: counter and timer trap, and nothing is written. */
START_TEST(the_physical_timer_can_trap)
{
    el2->cnthctl = 0;
    CODE(RAM_IPA, MSR(CNTP_CVAL), HVC0);
    cpu_set_x(cpu, 1, 77);
    ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_SYNC);
    ck_assert_uint_eq(field_get(el2->esr, ESR_EC), ESR_EC_SYS64);
    ck_assert_uint_eq(el2->elr, RAM_IPA);
    ck_assert_uint_eq(cpu_timer_cval(cpu, CPU_TIMER_PHYSICAL), 0);
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("generic_timer");
    TCase *tcase = tcase_create("timer");

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(tcase, registers_show_the_condition, 0, 2);
    tcase_add_test(tcase, the_virtual_counter_is_behind);
    tcase_add_loop_test(tcase, the_interrupt_comes_in_time, 0, 2);
    tcase_add_loop_test(tcase, masked_or_off_it_is_silent, 0, 3);
    tcase_add_test(tcase, a_far_compare_value_never_fires);
    tcase_add_test(tcase, the_physical_timer_can_trap);
    suite_add_tcase(suite, tcase);
    return suite;
}
