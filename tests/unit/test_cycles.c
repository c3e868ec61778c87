/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Accounts of cycles: the parts are the whole, in every scenario; published figures are met. */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/cycle_account.h"
#include "sim/find_scenarios.h"
#include "sim/published.h"
#include "sim/scenario/arena.h"
#include "sim/scenario/builtin.h"
#include "sim/scenario/code_cache.h"
#include "sim/scenario/diag.h"
#include "sim/session.h"
#include "tests/unit/check_main.h"

#define PUBLISHED "cpu/timing/published.yaml"

static void begin(void *ctx, struct machine *machine)
{
    cycle_account_init(ctx, machine_trace(machine)->clock);
}

static void open_with(struct session *session, struct cycle_account *account, const char *path,
                      const struct cost_profile *profile, uint64_t chaos)
{
    memset(account, 0, sizeof(*account));
    session_open(session, path,
                 &(struct session_options){.diag = {.out = stderr, .format = DIAG_SHORT},
                                           .code_cache = CODE_CACHE_KEEP,
                                           .profile = profile,
                                           .chaos = chaos,
                                           .on_machine = begin,
                                           .reader = cycle_account_event,
                                           .reader_ctx = account});
}

/* The phases, the traps and the instructions that trapped each make the same whole. */
static void check_groups(const struct session *session, const struct cycle_account *account)
{
    const struct profile *profile = profile_of(session->report.profile);
    const struct account_choice run = {.phase = ACCOUNT_RUN}, setup = {.phase = ACCOUNT_SETUP};
    uint64_t whole = account_sum(account, profile, (struct account_choice){0}, ACCOUNT_ALL).cycles;
    uint64_t of_run = account_sum(account, profile, run, ACCOUNT_ALL).cycles, sums[2] = {0};

    ck_assert_uint_eq(account_sum(account, profile, setup, ACCOUNT_ALL).cycles + of_run, whole);
    ck_assert_uint_eq(account->clock->start.v + whole - of_run, session->log.setup_end.v);
    for (unsigned n = 0; n < 2; n++) {
        struct account_group *groups;
        size_t count = n ? account_by_instruction(account, run, &groups)
                         : account_by_trap(account, run, &groups);
        uint64_t traps = 0;

        for (size_t i = 0; i < count; i++) {
            uint64_t parts = groups[i].idle;

            for (unsigned world = 0; world < WORLD_COUNT; world++)
                parts += groups[i].world[world];
            ck_assert_uint_eq(parts, groups[i].cycles);
            sums[n] += parts;
            traps += groups[i].traps;
        }
        ck_assert_uint_le(traps, account->traps); /* one may cost nothing */
        free(groups);
    }
    ck_assert_uint_eq(sums[0], of_run);
    ck_assert_uint_eq(sums[1], of_run);
}

static void check_whole(const struct session *session, const struct cycle_account *account)
{
    const struct clock *clock = account->clock;
    const struct profile *profile = profile_of(session->report.profile);
    uint64_t whole = machine_cpu_cycles(session->machine), sum = clock->idle;

    struct clock_account accounts[OP_COUNT];

    clock_accounts(clock, accounts);
    for (unsigned op = 0; op < OP_COUNT; op++)
        sum += accounts[op].cycles;
    ck_assert_msg(sum == clock->now.v - clock->start.v, "%s", session->scenario->path);
    ck_assert_msg(account_sum(account, profile, (struct account_choice){0}, ACCOUNT_ALL).cycles ==
                      whole,
                  "%s", session->scenario->path);
}

START_TEST(the_parts_are_the_whole_in_every_scenario)
{
    struct scenario_list list = {0};
    struct arena *arena = arena_new();
    size_t ran = 0;

    ck_assert_int_eq(find_scenarios(arena, "scenarios", &list), 0);
    for (size_t i = 0; i < list.count; i++) {
        struct cycle_account account;
        struct session session;

        if (strstr(list.paths[i], "matrix"))
            continue; /* cells are chosen by name */
        open_with(&session, &account, list.paths[i], NULL, 0);
        if (session.ran) {
            check_whole(&session, &account);
            check_groups(&session, &account);
            ran++;
        }
        cycle_account_free(&account);
        session_close(&session);
    }
    ck_assert_uint_gt(ran, 200);
    arena_free(arena);
}
END_TEST

/* Every profile, and whatever the translation cache does. */
START_TEST(a_realm_read_is_whole_under_each_profile)
{
    const struct profile *profile = profile_at((size_t)_i);
    struct cycle_account accounts[2];
    struct account_sum sums[2];

    for (unsigned n = 0; n < 2; n++) {
        struct session session;

        open_with(&session, &accounts[n], "scenarios/bench/realm-mmio.yaml", &profile->cost,
                  n ? 7 : 0);
        ck_assert(session.ran);
        check_whole(&session, &accounts[n]);
        sums[n] =
            account_sum(&accounts[n], profile, (struct account_choice){.trap = 2}, ACCOUNT_ALL);
        ck_assert_uint_lt(sums[n].min, sums[n].cycles);
        ck_assert_uint_gt(sums[n].max, sums[n].cycles);
        /* KVM's part and the RMM's are there */
        ck_assert_uint_eq(
            account_sum(&accounts[n], profile, (struct account_choice){.trap = 2}, OP_KVM_REC_ENTER)
                .count,
            1);
        ck_assert_uint_eq(
            account_sum(&accounts[n], profile, (struct account_choice){.trap = 2}, OP_RMM_AUX_MAP)
                .count,
            16);
        ck_assert_uint_eq(
            account_sum(&accounts[n], profile, (struct account_choice){.trap = 2}, OP_WORLD_SWITCH)
                .count,
            2);
        cycle_account_free(&accounts[n]);
        session_close(&session);
    }
    ck_assert_uint_eq(sums[0].cycles, sums[1].cycles);
}
END_TEST

START_TEST(published_figures_are_met_or_their_misses_known)
{
    struct arena *arena = arena_new();
    struct diag *diag = diag_new(arena);
    struct published published;
    unsigned uses[USE_COUNT] = {0};
    char error[256] = "";

    ck_assert(published_load(arena, diag, PUBLISHED, &published));
    ck_assert_msg(published_measure(&published, error, sizeof(error)), "%s", error);
    for (size_t i = 0; i < published.count; i++) {
        const struct published_row *row = &published.rows[i];

        ck_assert_msg(row->verdict != PUBLISHED_MISSED, "%s: %.1f %%", row->id,
                      published_error(row));
        uses[row->use]++;
    }
    ck_assert_uint_ge(uses[USE_HELD_OUT], 10);
    ck_assert_uint_ge(uses[USE_FIT], 5);
    arena_free(arena);
}
END_TEST

static const char *const wrong[] = {
    "rows:\n  - {id: a, name: a, profile: default, smc: 1, cycles: 1, use: sure, source: x}\n",
    "rows:\n  - {id: a, name: a, profile: default, cycles: 1, use: fit, source: x}\n",
    "rows:\n  - {id: a, name: a, profile: default, smc: 1, cycles: 1, ns: 1, use: fit, source: "
    "x}\n",
    "rows:\n  - {id: a, name: a, profile: default, smc: 1, cycles: 0, use: fit, source: x}\n",
    "rows:\n  - {id: a, name: a, profile: none, smc: 1, cycles: 1, use: fit, source: x}\n",
    "rows:\n  - {id: a, name: a, ratio: [b, c], use: ratio}\n",
    "rows:\n  - {id: a, name: a, profile: default, smc: 1, cycle: 1, use: fit, source: x}\n",
    "rows: 3\n",
};

START_TEST(wrong_tables_are_refused)
{
    struct arena *arena = arena_new();
    struct diag *diag = diag_new(arena);
    char path[] = "/tmp/published-XXXXXX";
    int fd = mkstemp(path);
    struct published published;

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, wrong[_i], strlen(wrong[_i])), (ssize_t)strlen(wrong[_i]));
    close(fd);
    ck_assert(!published_load(arena, diag, path, &published));
    ck_assert_uint_ge(diag_count(diag), 1);
    unlink(path);
    arena_free(arena);
}
END_TEST

/*
 * Each vCPU on a CPU of its own: what an SGI takes on its way is what a round takes more, to within
 * a step of the simulation, and nobody's work. x10 has the counts of x11 rounds.
 */
START_TEST(an_ipi_takes_the_time_of_its_way)
{
    enum { NEAR = 1000, FAR = 9000, COUNT_CYCLES = 48, STEP = 2 * 64 };
    const struct profile *profile = profile_of(profile_default());
    uint64_t cycles[2], kicks[2], rounds = 0;

    for (unsigned n = 0; n < 2; n++) {
        struct cost_profile cost = profile->cost;
        struct cycle_account account;
        struct session session;

        cost.cycles[OP_GIC_SGI] = n ? FAR : NEAR;
        open_with(&session, &account, "scenarios/bench/ipi.yaml", &cost, 0);
        ck_assert(session.ran);
        ck_assert_int_eq(session.report.outcome.verdict, VERDICT_PASS);
        rounds = session.result.vcpus[0].x[11];
        cycles[n] = session.result.vcpus[0].x[10] * COUNT_CYCLES / rounds;
        kicks[n] = account_sum(&account, profile, (struct account_choice){0}, OP_KVM_KICK).count;
        ck_assert_uint_eq(
            account_sum(&account, profile, (struct account_choice){0}, OP_GIC_SGI).count, 0);
        ck_assert_uint_eq(machine_cpu_cycles(session.machine),
                          2 * (account.clock->now.v - account.clock->start.v));
        cycle_account_free(&account);
        session_close(&session);
    }
    ck_assert_uint_ge(kicks[0], rounds);
    ck_assert_uint_eq(kicks[0], kicks[1]);
    ck_assert_uint_ge(cycles[1] - cycles[0], FAR - NEAR - STEP);
    ck_assert_uint_le(cycles[1] - cycles[0], FAR - NEAR + STEP);
}
END_TEST

/* The program has the rows and every scenario they name with it, wherever it is. */
START_TEST(the_published_rows_need_no_source_tree)
{
    struct arena *arena = arena_new();
    struct diag *diag = diag_new(arena);
    struct published published;

    ck_assert(published_load(arena, diag, BUILTIN_PREFIX PUBLISHED, &published));
    ck_assert_uint_gt(published.count, 30);
    for (size_t i = 0; i < published.count; i++) {
        const char *path = published.rows[i].scenario;

        if (!path)
            continue;
        ck_assert_msg(builtin_find(path) != NULL, "%s", path);
        ck_assert_ptr_nonnull(builtin_find(code_cache_path(arena, path, NULL)));
    }
    ck_assert_ptr_null(builtin_find(PUBLISHED)); /* a path of the tree is a file of the user's */
    ck_assert_ptr_null(builtin_find(BUILTIN_PREFIX "../" PUBLISHED));
    ck_assert_ptr_null(builtin_find(BUILTIN_PREFIX "cpu/timing"));
    ck_assert_ptr_nonnull(builtin_find(BUILTIN_PREFIX "cpu/x/../timing/y/z/../../published.yaml"));
    arena_free(arena);
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("cycles");
    TCase *tcase = tcase_create("cycles");

    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, the_parts_are_the_whole_in_every_scenario);
    tcase_add_loop_test(tcase, a_realm_read_is_whole_under_each_profile, 0, 5);
    tcase_add_test(tcase, published_figures_are_met_or_their_misses_known);
    tcase_add_test(tcase, an_ipi_takes_the_time_of_its_way);
    tcase_add_test(tcase, the_published_rows_need_no_source_tree);
    tcase_add_loop_test(tcase, wrong_tables_are_refused, 0,
                        (int)(sizeof(wrong) / sizeof(wrong[0])));
    suite_add_tcase(suite, tcase);
    return suite;
}
