/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cost profiles: those built in, files of the user's, what is told of a wrong one; the clock. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/profile.h"
#include "sim/scenario/diag.h"
#include "tests/unit/check_main.h"

static struct arena *arena;
static struct diag *diag;
static char path[] = "/tmp/profile-XXXXXX.yaml";
static char told[4096];

static void setup(void)
{
    strcpy(path, "/tmp/profile-XXXXXX.yaml");
    arena = arena_new();
    diag = diag_new(arena);
    ck_assert_int_ge(mkstemps(path, 5), 0);
}

static void teardown(void)
{
    unlink(path);
    arena_free(arena);
}

static const struct profile *load(const char *text)
{
    const struct source_pos nowhere = {path, 0, 0};
    const struct profile *profile;
    FILE *file = fopen(path, "w"), *out;

    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
    profile = profile_find(arena, diag, path, &nowhere, 0);
    memset(told, 0, sizeof(told));
    out = fmemopen(told, sizeof(told) - 1, "w");
    diag_print(diag, &(struct diag_options){.out = out, .format = DIAG_SHORT});
    fclose(out);
    return profile;
}

/* A profile that names a core is timed by it, whatever its base is. */
START_TEST(a_core_is_modelled_unless_the_profile_says_otherwise)
{
    ck_assert_int_eq(profile_by_name("default")->cost.timing, TIMING_FLAT);
    ck_assert_str_eq(profile_by_name("a55-opencca-2025")->base, "default");
    ck_assert_int_eq(profile_by_name("a55-opencca-2025")->cost.timing, TIMING_PROFILE);
    ck_assert_str_eq(profile_by_name("a55-opencca-2025")->cost.core, "in-order-2");
}
END_TEST

START_TEST(what_is_built_in_is_whole)
{
    const struct profile *profile;
    size_t count = 0;

    for (; (profile = profile_at(count)); count++) {
        ck_assert_ptr_eq(profile_by_name(profile->cost.name), profile);
        ck_assert_ptr_eq(profile_of(&profile->cost), profile);
        ck_assert_uint_ge(profile->cost.core_hz, CLOCK_COUNTER_HZ);
        ck_assert(*profile->about);
        for (unsigned op = 0; op < OP_COUNT; op++) {
            if (op_is_modelled((enum op)op)) {
                ck_assert_uint_eq(profile->cost.cycles[op], 0);
                continue;
            }
            ck_assert_msg(profile->ops[op].source && *profile->ops[op].source, "%s: %s",
                          profile->cost.name, op_key((enum op)op));
            ck_assert_msg(profile->ops[op].min <= profile->cost.cycles[op] &&
                              profile->cost.cycles[op] <= profile->ops[op].max,
                          "%s: %s", profile->cost.name, op_key((enum op)op));
        }
    }
    ck_assert_uint_eq(count, 5);
    ck_assert_str_eq(profile_default()->name, "default");
    ck_assert_ptr_null(profile_by_name("pentium"));
}
END_TEST

START_TEST(a_file_is_derived)
{
    const struct profile *base = profile_by_name("a55-opencca-2025");
    const struct profile *mine = load("name: mine\nabout: Mine.\nbase: a55-opencca-2025\n"
                                      "scale: {rmm: 50}\n"
                                      "operations:\n"
                                      "  eret: {cycles: 7, confidence: guess, source: \"me\"}\n");

    ck_assert_msg(mine != NULL, "%s", told);
    ck_assert_str_eq(mine->base, "a55-opencca-2025");
    ck_assert_uint_eq(mine->cost.cycles[OP_ERET], 7);
    ck_assert_uint_eq(mine->ops[OP_ERET].max, 7);
    ck_assert_uint_eq(mine->cost.cycles[OP_RMM_MAP], base->cost.cycles[OP_RMM_MAP] / 2);
    ck_assert_int_eq(mine->ops[OP_RMM_MAP].confidence, CONFIDENCE_GUESS);
    ck_assert_uint_eq(mine->cost.cycles[OP_KVM_SMCCC], base->cost.cycles[OP_KVM_SMCCC]);
    ck_assert_uint_eq(mine->cost.core_hz, 1800000000);
}
END_TEST

static const struct {
    const char *text, *message;
} wrong[] = {
    {"name: m\nabout: x\nbase: n1\n", ":3:7: error[E0231]: there is no cost profile 'n1'"},
    {"name: m\nabout: x\nbase: default\noperations:\n  erret: {cycles: 1}\n",
     ":5:3: error[E0107]: unknown key 'erret' in operations"},
    {"name: m\nabout: x\nbase: default\noperations:\n"
     "  eret: {cycles: 9, range: [10, 20], confidence: guess, source: y}\n",
     ":5:28: error[E0230]: the cycles, 9, are not within the range 10..20"},
    {"name: m\nabout: x\nbase: default\noperations:\n  eret: {cycles: 9, confidence: sure, "
     "source: y}\n",
     ":5:33: error[E0106]"},
    {"name: m\nabout: x\nbase: default\noperations:\n  eret: {cycles: 9, confidence: guess}\n",
     ":5:9: error[E0103]: 'source' is missing"},
    {"name: m\nabout: x\nbase: default\noperations:\n"
     "  eret: {cycles: 0x100000000, confidence: guess, source: y}\n",
     ":5:18: error[E0105]"},
    {"name: m\nabout: x\nbase: default\nchecks:\n  two: {cycles: 3, sum: 2 * rmm_gpr_save}\n",
     ":5:25: error[E0230]: the sum of 'two' is 2, not 3"},
    {"name: m\nabout: x\nbase: default\nchecks:\n  two: {cycles: 3, sum: 2 * nothing}\n",
     ":5:25: error[E0230]: 'nothing' is no operation"},
    /* sizes are the core's: cpu/timing/cores */
    {"name: m\nabout: x\nbase: default\ntlb: {l1: 32}\n",
     ":4:1: error[E0107]: unknown key 'tlb' in a cost profile"},
    {"name: m\nabout: x\nbase: default\ncore_hz: 1000\n", ":4:10: error[E0230]: a core is not"},
    {"name: m\nabout: x\ncore_hz: 1G\n", "error[E0103]: the operation 'guest_insn' is missing"},
    {"name: M M\nabout: x\nbase: default\n", ":1:7: error[E0230]: a name has"},
    {"name: m\nabout: x\nbase: default\nkvm_switches: never\n", ":4:15: error[E0106]"},
    {"name: m\nabout: x\nbase: default\nscale: {kwm: 2}\n", ":4:9: error[E0107]"},
    {"- m\n", "error[E0102]"},
};

START_TEST(what_is_wrong_is_told_with_its_place)
{
    ck_assert_ptr_null(load(wrong[_i].text));
    ck_assert_msg(strstr(told, wrong[_i].message) != NULL, "not '%s' but\n%s", wrong[_i].message,
                  told);
}
END_TEST

START_TEST(accounts_add_up)
{
    struct clock clock = {.profile = profile_default()};
    struct clock_bundle bundle = {.rows = {{OP_ERET, 2}, {OP_RMM_COPY, 5}}, .row_count = 2};
    struct clock_account accounts[OP_COUNT];
    uint64_t sum = 0;

    clock_restart(&clock, CYCLES(100));
    clock_add_bundle(&clock, &bundle);
    clock_charge_bundle(&clock, &bundle);
    clock_accounts(&clock, accounts);
    ck_assert_uint_eq(accounts[OP_RMM_COPY].count, 5);
    ck_assert_uint_eq(accounts[OP_RMM_COPY].cycles, clock.profile->cycles[OP_RMM_COPY] * 5ull);
    clock_charge_bundle(&clock, &bundle);
    clock_remove_bundle(&clock, &bundle);
    ck_assert_uint_eq(clock.account[OP_ERET].count, 4);
    clock_charge(&clock, OP_ERET, 3);
    clock_charge(&clock, OP_RMM_COPY, 64);
    clock_charge_cycles(&clock, OP_GUEST_INSN, 10, 7);
    ck_assert_uint_eq(clock.account[OP_ERET].count, 7);
    ck_assert_uint_eq(clock.account[OP_GUEST_INSN].cycles, 7);
    for (unsigned op = 0; op < OP_COUNT; op++)
        sum += clock.account[op].cycles;
    ck_assert_uint_eq(clock.now.v - clock.start.v, sum + clock.idle);
}
END_TEST

/* 1.8 GHz is no multiple of the counter's rate: 28.8 cycles a count. */
START_TEST(the_counter_is_a_ratio)
{
    struct clock clock = {.profile = &profile_by_name("a55-opencca-2025")->cost};

    for (uint64_t count = 0; count < 2000; count++) {
        clock.now = clock_cycle_of_counter(&clock, count);
        ck_assert_uint_eq(clock_counter(&clock, 0), count);
        if (count) {
            clock.now.v--;
            ck_assert_uint_eq(clock_counter(&clock, 0), count - 1);
        }
    }
    ck_assert_uint_eq(clock_cycle_of_counter(&clock, CLOCK_COUNTER_HZ).v, 1800000000);
    ck_assert_uint_eq(clock_cycle_of_counter(&clock, UINT64_MAX).v, EVENT_QUEUE_NEVER.v);
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("profile");
    TCase *tcase = tcase_create("profile");

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, what_is_built_in_is_whole);
    tcase_add_test(tcase, a_core_is_modelled_unless_the_profile_says_otherwise);
    tcase_add_test(tcase, a_file_is_derived);
    tcase_add_loop_test(tcase, what_is_wrong_is_told_with_its_place, 0,
                        (int)(sizeof(wrong) / sizeof(wrong[0])));
    tcase_add_test(tcase, accounts_add_up);
    tcase_add_test(tcase, the_counter_is_a_ratio);
    suite_add_tcase(suite, tcase);
    return suite;
}
