/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The event table is sane, look-ups round trip, and readers get what was sent. */
#include <check.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/clock.h"
#include "cpu/event.h"
#include "cpu/types.h"
#include "tests/unit/check_main.h"

static bool is_snake_case(const char *name)
{
    if (!name || !islower((unsigned char)*name))
        return false;
    for (const char *c = name; *c; c++)
        if (!islower((unsigned char)*c) && !isdigit((unsigned char)*c) && *c != '_')
            return false;
    return true;
}

START_TEST(every_row_is_complete)
{
    const struct event_desc *row = &event_table[_i];
    ck_assert_msg(is_snake_case(row->name), "row %d", _i);
    ck_assert_ptr_nonnull(row->doc);
    ck_assert_uint_gt(strlen(row->doc), 0);
    ck_assert_uint_le(event_field_count((enum event_kind)_i), EVENT_MAX_ARGS);
    ck_assert_uint_gt(event_field_count((enum event_kind)_i), 0);
    for (unsigned f = 0; f < event_field_count((enum event_kind)_i); f++) {
        ck_assert_msg(is_snake_case(row->fields[f].name), "%s field %u", row->name, f);
        ck_assert_int_le(row->fields[f].type, EVENT_FIELD_STR);
        for (unsigned g = 0; g < f; g++)
            ck_assert_str_ne(row->fields[f].name, row->fields[g].name);
    }
}
END_TEST

START_TEST(names_are_unique_and_found)
{
    ck_assert_int_eq(event_by_name(event_table[_i].name), _i);
}
END_TEST

START_TEST(unknown_names)
{
    ck_assert_int_eq(event_by_name(""), EV_COUNT);
    ck_assert_int_eq(event_by_name("no_such_event"), EV_COUNT);
    struct event event = {.kind = EV_ERET, .args = {1, 2}};
    ck_assert_uint_eq(event_arg(&event, "no_such_field"), 0);
}
END_TEST

START_TEST(fields_are_found_by_name)
{
    struct event event = {.kind = (enum event_kind)_i};
    for (unsigned f = 0; f < EVENT_MAX_ARGS; f++)
        event.args[f] = 100 + f;
    for (unsigned f = 0; f < event_field_count(event.kind); f++)
        ck_assert_uint_eq(event_arg(&event, event_table[_i].fields[f].name), 100 + f);
}
END_TEST

struct seen {
    unsigned count;
    struct event last;
};

static void see(void *ctx, const struct event *event)
{
    struct seen *seen = ctx;
    seen->count++;
    seen->last = *event;
}

START_TEST(every_reader_hears)
{
    struct cost_profile profile = {.name = "test", .cycles = {[OP_ERET] = 65}};
    struct clock clock = {.profile = &profile};
    struct trace trace = {.clock = &clock, .vcpu = 3};
    struct seen seen[TRACE_MAX_READERS] = {0};

    EMIT(&trace, ERET, GUEST, 1, 2); /* nobody listens */
    EMIT((struct trace *)NULL, ERET, GUEST, 1, 2);
    for (unsigned i = 0; i < TRACE_MAX_READERS; i++)
        ck_assert(trace_add_reader(&trace, see, &seen[i]));
    ck_assert(!trace_add_reader(&trace, see, &seen[0]));

    clock_charge(&clock, OP_ERET, 2);
    EMIT(&trace, REC_EXIT, RMM, EVENT_STR("sync"), 0x91800047, 0, 0x90000, 0x41);
    for (unsigned i = 0; i < TRACE_MAX_READERS; i++) {
        ck_assert_uint_eq(seen[i].count, 1);
        ck_assert_int_eq(seen[i].last.kind, EV_REC_EXIT);
        ck_assert_int_eq(seen[i].last.world, WORLD_RMM);
        ck_assert_uint_eq(seen[i].last.vcpu, 3);
        ck_assert_uint_eq(seen[i].last.cycle.v, 130);
        ck_assert_str_eq((const char *)(uintptr_t)event_arg(&seen[i].last, "reason"), "sync");
        ck_assert_uint_eq(event_arg(&seen[i].last, "gpr0"), 0x41);
        for (unsigned a = 5; a < EVENT_MAX_ARGS; a++)
            ck_assert_uint_eq(seen[i].last.args[a], 0);
    }
}
END_TEST

START_TEST(operations_have_unique_keys)
{
    ck_assert(is_snake_case(op_key((enum op)_i)));
    ck_assert_uint_gt(strlen(op_doc((enum op)_i)), 0);
    for (int other = 0; other < _i; other++)
        ck_assert_str_ne(op_key((enum op)_i), op_key((enum op)other));
}
END_TEST

START_TEST(worlds_and_spaces_have_names)
{
    for (int a = 0; a < WORLD_COUNT; a++)
        for (int b = 0; b < a; b++)
            ck_assert_str_ne(world_name((enum world)a), world_name((enum world)b));
    for (int a = 0; a < PAS_COUNT; a++)
        for (int b = 0; b < a; b++)
            ck_assert_str_ne(pas_name((enum pas)a), pas_name((enum pas)b));
    ck_assert_str_eq(world_name(WORLD_HOST), "kvm");
    ck_assert_str_eq(pas_name(PAS_NON_SECURE), "non-secure");
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("event");
    TCase *tc = tcase_create("event");
    tcase_add_loop_test(tc, every_row_is_complete, 0, EV_COUNT);
    tcase_add_loop_test(tc, names_are_unique_and_found, 0, EV_COUNT);
    tcase_add_loop_test(tc, fields_are_found_by_name, 0, EV_COUNT);
    tcase_add_test(tc, unknown_names);
    tcase_add_test(tc, every_reader_hears);
    tcase_add_loop_test(tc, operations_have_unique_keys, 0, OP_COUNT);
    tcase_add_test(tc, worlds_and_spaces_have_names);
    suite_add_tcase(suite, tc);
    return suite;
}
