/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The event queue: order, ties, moving, cancelling, and how time reaches an event. */
#include <check.h>
#include <stdlib.h>

#include "cpu/clock.h"
#include "tests/unit/check_main.h"

#define MANY 40

static struct cost_profile profile = {.name = "test", .core_hz = 1000000000};
static struct clock sim_clock;
static struct timed_event events[MANY];
static unsigned called[1000], called_count;
static uint64_t lateness;

static void note(void *ctx, cycles_t late)
{
    called[called_count++] = (unsigned)((struct timed_event *)ctx - events);
    lateness = late.v;
}

static void setup(void)
{
    profile.cycles[OP_GUEST_INSN] = 3;
    sim_clock = (struct clock){.profile = &profile};
    called_count = 0;
    for (unsigned i = 0; i < MANY; i++) {
        events[i] = (struct timed_event){.name = "test", .fn = note, .ctx = &events[i]};
        ck_assert(event_queue_add(&sim_clock.events, &events[i]));
    }
}

static void teardown(void)
{
    for (unsigned i = 0; i < MANY; i++)
        event_queue_remove(&sim_clock.events, &events[i]);
    ck_assert_ptr_null(sim_clock.events.heap);
}

static void schedule(unsigned i, uint64_t due)
{
    clock_schedule(&sim_clock, &events[i], CYCLES(due));
}

START_TEST(ties_are_called_as_they_were_scheduled)
{
    for (unsigned i = 0; i < MANY; i++)
        schedule((i * 7) % MANY, 100);
    schedule(0, 100); /* moved: now it comes last */
    sim_clock.now = CYCLES(99);
    ck_assert(!clock_run_events(&sim_clock));
    sim_clock.now = CYCLES(107);
    ck_assert(clock_run_events(&sim_clock));
    ck_assert_uint_eq(called_count, MANY);
    for (unsigned i = 1; i < MANY; i++)
        ck_assert_uint_eq(called[i - 1], (i * 7) % MANY);
    ck_assert_uint_eq(called[MANY - 1], 0);
    ck_assert_uint_eq(lateness, 7);
    ck_assert_uint_eq(event_queue_next_due(&sim_clock.events).v, UINT64_MAX);
}
END_TEST

/* Whatever is scheduled, moved and cancelled: the same as a list that is searched. */
START_TEST(any_sequence_keeps_the_order)
{
    struct {
        uint64_t due, order;
        bool there;
    } model[MANY] = {{0, 0, false}};
    uint64_t random = 0x2545f4914f6cdd1dull + (unsigned)_i, order = 0;

    for (unsigned n = 0; n < 5000; n++) {
        unsigned which;
        size_t first = MANY;

        random = random * 6364136223846793005ull + 1442695040888963407ull;
        which = (unsigned)(random >> 33) % MANY;
        switch (random >> 60) {
        case 0:
            event_queue_cancel(&sim_clock.events, &events[which]);
            model[which].there = false;
            break;
        case 1:
        case 2:
            for (size_t i = 0; i < MANY; i++)
                if (model[i].there &&
                    (first == MANY || model[i].due < model[first].due ||
                     (model[i].due == model[first].due && model[i].order < model[first].order)))
                    first = i;
            ck_assert_ptr_eq(event_queue_first(&sim_clock.events),
                             first == MANY ? NULL : &events[first]);
            if (first == MANY)
                break;
            ck_assert_uint_eq(event_queue_next_due(&sim_clock.events).v, model[first].due);
            event_queue_cancel(&sim_clock.events, &events[first]);
            model[first].there = false;
            break;
        default:
            model[which].due = (random >> 40) % 16 + 1;
            model[which].order = order++;
            model[which].there = true;
            schedule(which, model[which].due);
            break;
        }
        for (size_t i = 0; i < MANY; i++)
            ck_assert_int_eq(timed_event_is_scheduled(&events[i]), model[i].there);
    }
}
END_TEST

static void again(void *ctx, cycles_t late)
{
    note(ctx, late);
    clock_schedule(&sim_clock, ctx, CYCLES(0));
}

START_TEST(an_event_cannot_stop_time)
{
    events[3].fn = again;
    schedule(3, 0);
    ck_assert_uint_eq(event_queue_next_due(&sim_clock.events).v, 1);
    sim_clock.now = CYCLES(5);
    ck_assert(clock_run_events(&sim_clock));
    ck_assert_uint_eq(called_count, 1);
    ck_assert(!clock_event_is_due(&sim_clock));
    ck_assert_uint_eq(event_queue_next_due(&sim_clock.events).v, 6);
}
END_TEST

static void cancels_the_next(void *ctx, cycles_t late)
{
    note(ctx, late);
    event_queue_cancel(&sim_clock.events, (struct timed_event *)ctx + 1);
}

START_TEST(an_event_may_cancel_another)
{
    events[4].fn = cancels_the_next;
    schedule(4, 10);
    schedule(5, 10);
    schedule(6, 10);
    ck_assert(clock_skip_to_event(&sim_clock));
    ck_assert_uint_eq(sim_clock.now.v, 10);
    ck_assert_uint_eq(called_count, 2);
    ck_assert_uint_eq(called[1], 6);
    ck_assert(!clock_skip_to_event(&sim_clock));
    ck_assert_uint_eq(sim_clock.now.v, 10);
}
END_TEST

START_TEST(instructions_until_an_event)
{
    ck_assert_uint_eq(clock_instructions_to_event(&sim_clock), UINT64_MAX);
    schedule(0, 9);
    ck_assert_uint_eq(clock_instructions_to_event(&sim_clock), 3);
    schedule(0, 10);
    ck_assert_uint_eq(clock_instructions_to_event(&sim_clock), 4);
    schedule(0, UINT64_MAX);
    ck_assert_uint_eq(clock_instructions_to_event(&sim_clock), UINT64_MAX / 3);
    sim_clock.now = CYCLES(20);
    schedule(0, 2);
    ck_assert_uint_eq(clock_instructions_to_event(&sim_clock), 1);
    profile.cycles[OP_GUEST_INSN] = 0;
    ck_assert_uint_eq(clock_instructions_to_event(&sim_clock), UINT64_MAX);
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("event_queue");
    TCase *tc = tcase_create("queue");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, ties_are_called_as_they_were_scheduled);
    tcase_add_loop_test(tc, any_sequence_keeps_the_order, 0, 4);
    tcase_add_test(tc, an_event_cannot_stop_time);
    tcase_add_test(tc, an_event_may_cancel_another);
    tcase_add_test(tc, instructions_until_an_event);
    suite_add_tcase(suite, tc);
    return suite;
}
