/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events of the clock meet the guest in front of the instruction with which they fall due. */
#include "tests/unit/check_main.h"
#include "tests/unit/test_cpu_fixture.h"

#define ADD_X0 0x91000400u /* add x0, x0, #1 */
#define LDR_X2_X1 0xf9400022u

/* Each is run without chaos and with it: nothing may differ. */
static const uint64_t seeds[] = {0, 1, 2, 20261120, 77};
#define SEEDS (sizeof(seeds) / sizeof(seeds[0]))

static struct timed_event event;
static uint64_t at_pc, at_x0, at_cycle, period;
static unsigned times;

static void on_event(void *ctx, cycles_t late)
{
    (void)ctx;
    times++;
    at_pc = el2->elr;
    at_x0 = cpu_get_x(cpu, 0);
    at_cycle = sim_clock.now.v - late.v;
    if (period)
        clock_schedule(&sim_clock, &event, CYCLES(at_cycle + period));
    else
        cpu_set_line(cpu, CPU_LINE_IRQ, true);
}

static void start(uint64_t chaos)
{
    engine_chaos = chaos;
    setup();
    el2->hcr |= field_mask(HCR_IMO);
    event = (struct timed_event){.name = "test", .fn = on_event};
    ck_assert(event_queue_add(&sim_clock.events, &event));
    times = 0;
    period = 0;
}

static void end(void)
{
    event_queue_remove(&sim_clock.events, &event);
    teardown();
    engine_chaos = 0;
}

/* The guest's first instruction starts at cycle 1: the ERET has cost one. */
START_TEST(it_stops_in_front_of_its_instruction)
{
    uint64_t due = 2 + (uint64_t)_i / SEEDS;

    start(seeds[(size_t)_i % SEEDS]);
    /* ten adds and back: a block of eleven */
    CODE(RAM_IPA, ADD_X0, ADD_X0, ADD_X0, ADD_X0, ADD_X0, ADD_X0, ADD_X0, ADD_X0, ADD_X0, ADD_X0,
         0x17fffff6 /* b -40 */);
    clock_schedule(&sim_clock, &event, CYCLES(due));
    ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_IRQ);
    ck_assert_uint_eq(times, 1);
    ck_assert_uint_eq(at_cycle, due);
    ck_assert_uint_eq(cpu_instructions(cpu), due - 1);
    ck_assert_uint_eq(at_pc, RAM_IPA + (due - 1) % 11 * 4);
    ck_assert_uint_eq(el2->elr, at_pc);
    ck_assert_uint_eq(at_x0, (due - 1) - (due - 1) / 11);
    end();
}
END_TEST

/* Due in front of a load that faults: the event comes first, then the trap. */
START_TEST(it_comes_before_the_fault_of_its_instruction)
{
    start(seeds[_i]);
    CODE(RAM_IPA, ADD_X0, ADD_X0, LDR_X2_X1, HVC0);
    cpu_set_x(cpu, 1, 0x09000000);
    clock_schedule(&sim_clock, &event, CYCLES(3));
    ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_IRQ);
    ck_assert_uint_eq(el2->elr, RAM_IPA + 8);
    ck_assert_uint_eq(el2->esr, 0);
    cpu_set_line(cpu, CPU_LINE_IRQ, false);
    ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_SYNC);
    ck_assert_uint_eq(field_get(el2->esr, ESR_EC), ESR_EC_DABT_LOW);
    ck_assert_uint_eq(el2->elr, RAM_IPA + 8);
    ck_assert_uint_eq(times, 1);
    end();
}
END_TEST

/* Due as the guest calls: the call was made, and the event comes at the next entry. */
START_TEST(a_call_that_was_made_is_taken_first)
{
    start(seeds[_i]);
    CODE(RAM_IPA, ADD_X0, HVC0, NOP);
    clock_schedule(&sim_clock, &event, CYCLES(3));
    ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_SYNC);
    ck_assert_uint_eq(times, 0);
    ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_IRQ);
    ck_assert_uint_eq(at_pc, RAM_IPA + 8);
    end();
}
END_TEST

START_TEST(a_period_of_one_cycle_lets_the_guest_go_on)
{
    start(seeds[_i]);
    CODE(RAM_IPA, ADD_X0, ADD_X0, ADD_X0, LDR_X2_X1, HVC0);
    cpu_set_x(cpu, 1, RAM_IPA);
    period = 1;
    clock_schedule(&sim_clock, &event, CYCLES(2));
    ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_SYNC);
    ck_assert_uint_eq(field_get(el2->esr, ESR_EC), ESR_EC_HVC64);
    ck_assert_uint_eq(times, 4);
    ck_assert_uint_eq(cpu_instructions(cpu), 5);
    end();
}
END_TEST

/* Also within a block that has run before. */
START_TEST(the_budget_ends_within_a_block)
{
    start(seeds[_i]);
    CODE(RAM_IPA, ADD_X0, ADD_X0, ADD_X0, ADD_X0, 0x17fffffc /* b -16 */);
    cpu_set_budget(cpu, 53);
    ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_LIMIT);
    ck_assert_uint_eq(cpu_instructions(cpu), 53);
    ck_assert_uint_eq(el2->elr, RAM_IPA + 12);
    ck_assert_uint_eq(cpu_get_x(cpu, 0), 43);
    end();
}
END_TEST

START_TEST(the_budget_holds_with_events)
{
    start(seeds[_i]);
    CODE(RAM_IPA, ADD_X0, 0x17ffffff /* b -4 */);
    period = 7;
    clock_schedule(&sim_clock, &event, CYCLES(8));
    cpu_set_budget(cpu, 1000);
    ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_LIMIT);
    ck_assert_uint_eq(cpu_instructions(cpu), 1000);
    ck_assert_uint_eq(times, 142); /* cycles 8, 15, .. 995 */
    end();
}
END_TEST

/* An event wakes a virtual interrupt: it is taken at that instruction. */
static void raise_virtual(void *ctx, cycles_t late)
{
    (void)ctx;
    (void)late;
    el2->hcr |= field_mask(HCR_VI);
}

START_TEST(a_virtual_interrupt_is_taken_where_the_event_is)
{
    start(seeds[_i]);
    CODE(RAM_IPA, ADD_X0, ADD_X0, ADD_X0, ADD_X0, 0x17fffffc /* b -16 */);
    el2->spsr = EL1H_MASKED & ~(uint64_t)0x80; /* PSTATE.I clear */
    event.fn = raise_virtual;
    clock_schedule(&sim_clock, &event, CYCLES(9));
    ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_SYNC); /* the vector's HVC */
    ck_assert_uint_eq(el2->elr, RAM_IPA + 0x8000 + 0x284);
    ck_assert_uint_eq(cpu_get_sysreg(cpu, SYSREG_ELR_EL1), RAM_IPA + 12);
    end();
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("cpu_events");
    TCase *tc = tcase_create("events");

    tcase_add_loop_test(tc, it_stops_in_front_of_its_instruction, 0, 30 * (int)SEEDS);
    tcase_add_loop_test(tc, it_comes_before_the_fault_of_its_instruction, 0, (int)SEEDS);
    tcase_add_loop_test(tc, a_call_that_was_made_is_taken_first, 0, (int)SEEDS);
    tcase_add_loop_test(tc, a_period_of_one_cycle_lets_the_guest_go_on, 0, (int)SEEDS);
    tcase_add_loop_test(tc, the_budget_ends_within_a_block, 0, (int)SEEDS);
    tcase_add_loop_test(tc, the_budget_holds_with_events, 0, (int)SEEDS);
    tcase_add_loop_test(tc, a_virtual_interrupt_is_taken_where_the_event_is, 0, (int)SEEDS);
    suite_add_tcase(suite, tc);
    return suite;
}
