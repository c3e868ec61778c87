/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Real guest code in detailed timing: its misses and mistakes are those that can be counted by hand
 * from the code and the core's description, on the clock's accounts.
 */
#include <check.h>
#include <stdlib.h>

#include "cpu/timing/core.h"
#include "sim/machine.h"
#include "sim/profile.h"
#include "sim/scenario/scenario.h"
#include "tests/unit/check_main.h"

static void run(const char *path, const char *cell, uint64_t chaos,
                struct clock_account account[OP_COUNT])
{
    const struct diag_options diag = {.out = stderr};
    const struct scenario_load_options load = {
        .diag = &diag, .code_cache = CODE_CACHE_KEEP, .cell = cell, .timing = "detailed"};
    struct machine_options options = {.chaos = chaos};
    struct scenario *scenario;
    struct machine *machine;
    const struct clock *clock;
    uint64_t cycles = 0;
    char error[256];
    int status;

    scenario = scenario_load_with(path, &load, &status);
    ck_assert_ptr_nonnull(scenario);
    options.profile = scenario->machine.profile;
    options.timing = scenario->machine.timing;
    ck_assert_int_eq(options.timing, TIMING_DETAILED);
    machine = machine_new(scenario, &options, error, sizeof(error));
    ck_assert_msg(machine != NULL, "%s", error);
    ck_assert_int_eq(machine_run(machine).reason, END_PSCI);
    clock = machine_trace(machine)->clock;
    clock_accounts(clock, account);
    for (unsigned op = 0; op < OP_COUNT; op++)
        cycles += account[op].cycles;
    ck_assert_uint_eq(cycles + clock->idle, clock->now.v - clock->start.v);
    ck_assert_uint_eq(account[OP_GUEST_INSN].count, machine_instructions(machine));
    machine_free(machine);
    scenario_free(scenario);
}

/* 2 * 98304 loads over a ring of so many lines, each of which was stored to once before. */
#define CHASES 196608u

#define MMIO_READS "scenarios/bench/mmio-user.yaml"

#define MAIN_TLB 1024u /* entries of a Cortex-A55 */

static void check_within(uint64_t value, uint64_t least, uint64_t more)
{
    ck_assert_uint_ge(value, least);
    ck_assert_uint_le(value, least + more);
}

START_TEST(a_pointer_chase_misses_where_it_must)
{
    static const struct {
        const char *cell;
        uint64_t lines;
        bool l1d, l2, l3; /* every load of the chase misses there */
    } cells[] = {
        {"kib=16", 256, false, false, false},
        {"kib=96", 1536, true, false, false},
        {"kib=512", 8192, true, true, false},
        {"kib=6144", 98304, true, true, true},
    };
    struct clock_account account[OP_COUNT];
    uint64_t lines = cells[_i].lines, pages = lines * 64 / 4096, walks, code = 3, reads;

    run("scenarios/bench/pointer-chase-a55.yaml", cells[_i].cell, 0, account);
    walks = account[OP_GUEST_TLB_WALK].count;
    reads = 4 * walks; /* lines of tables, at most */
    ck_assert_uint_ge(account[OP_GUEST_L1I_MISS].count, code);
    ck_assert_uint_eq(account[OP_GUEST_L1D_MISS].count, lines + (cells[_i].l1d ? CHASES : 0));
    check_within(account[OP_GUEST_L2_MISS].count, lines + code + (cells[_i].l2 ? CHASES : 0),
                 reads);
    check_within(account[OP_GUEST_L3_MISS].count, lines + code + (cells[_i].l3 ? CHASES : 0),
                 reads);
    ck_assert_uint_eq(account[OP_GUEST_UNCACHED].count, 0);
    if (pages < MAIN_TLB)
        check_within(walks, 2 * (pages + 1),
                     4); /* of each page one, after one that KVM maps it at */
    else
        ck_assert_uint_ge(walks, 4 * pages);
}
END_TEST

START_TEST(loops_are_mistaken_as_often_as_they_must)
{
    const struct core_model *core = core_find("in-order-2");
    struct clock_account account[OP_COUNT];

    run("scenarios/bench/loop-branches.yaml", "rounds=100", 0, account);
    ck_assert_uint_eq(account[OP_GUEST_MISPREDICT].count, 64 + 1);
    ck_assert_uint_eq(account[OP_GUEST_MISPREDICT].cycles, 65u * core->memory.mispredict);
    ck_assert_uint_eq(account[OP_GUEST_BTB_MISS].count, 2);
    run("scenarios/bench/loop-branches.yaml", "rounds=4", 0, account);
    ck_assert_uint_le(account[OP_GUEST_MISPREDICT].count, 8);
}
END_TEST

/* Each MMIO read is a walk that faults, through the caches: of the profile's figures for walks none
 * is used. */
START_TEST(a_walk_that_faults_reads_through_l2)
{
    const struct core_model *core = core_find("wide");
    struct clock_account account[OP_COUNT];
    uint64_t walks, reads, l2;

    run(MMIO_READS, NULL, 0, account);
    walks = account[OP_GUEST_TLB_WALK].count;
    reads = account[OP_KVM_USER_EXIT].count - 1; /* all but the last exit, PSCI */
    ck_assert_uint_gt(reads, 1000);
    l2 = core->tlb.main.latency + core->memory.latency[ANSWER_L2];
    ck_assert_uint_eq(account[OP_TLB_MISS].count, 0);
    ck_assert_uint_eq(account[OP_S1_WALK_LEVEL].count, 0);
    ck_assert_uint_eq(account[OP_S2_WALK_LEVEL].count, 0);
    check_within(walks, reads, 4);
    check_within(account[OP_GUEST_TLB_WALK].cycles, reads * l2,
                 20 * core->memory.latency[ANSWER_MEMORY]);
}
END_TEST

/* Every row of the account, whatever the engine forgets. */
START_TEST(chaos_changes_no_row)
{
    static const struct {
        const char *path, *cell;
    } paths[] = {{"scenarios/bench/loop-branches.yaml", "rounds=100"}, {MMIO_READS, NULL}};
    struct clock_account plain[OP_COUNT], other[OP_COUNT];

    run(paths[_i].path, paths[_i].cell, 0, plain);
    run(paths[_i].path, paths[_i].cell, 7919, other);
    for (unsigned op = 0; op < OP_COUNT; op++) {
        ck_assert_msg(plain[op].count == other[op].count, "%s", op_key((enum op)op));
        ck_assert_msg(plain[op].cycles == other[op].cycles, "%s", op_key((enum op)op));
    }
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("guest_detail");
    TCase *tests = tcase_create("guest_detail");

    tcase_set_timeout(tests, 100);
    tcase_add_loop_test(tests, a_pointer_chase_misses_where_it_must, 0, 4);
    tcase_add_test(tests, loops_are_mistaken_as_often_as_they_must);
    tcase_add_test(tests, a_walk_that_faults_reads_through_l2);
    tcase_add_loop_test(tests, chaos_changes_no_row, 0, 2);
    suite_add_tcase(suite, tests);
    return suite;
}
