/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RMI commands through the monitor, as a host gives them; no realm runs here. */
#include "tests/unit/check_main.h"
#include "tests/unit/test_rmm_fixture.h"

#define GRANULE (FIXTURE_BASE + 0x100000)
#define UNTRACKED 0x1000u

static struct fixture *f;

static void setup(void)
{
    f = fixture_new(FIXTURE_CPUS);
}

static void teardown(void)
{
    fixture_free(f);
}

/* --- the monitor -------------------------------------------------------------------------------
 */

START_TEST(unknown_functions_are_refused)
{
    static const uint64_t unknown[] = {
        0,          RMI_FID_BASE + 0x06, RMI_FID_LAST + 1, RMI_FID_RANGE_LAST + 1,
        0xc4000190, /* RSI is no business of the host */
    };

    for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
        ck_assert_uint_eq(SMC(f, unknown[i], 1, 2, 3), SMC_NOT_SUPPORTED);
    ck_assert_uint_eq(SMC(f, 0x80000000), 0x10002);
    /* the SVE hint is no part of a function's identity */
    ck_assert_uint_eq(SMC(f, RMI_VERSION | 0x10000, RMI_ABI_1_0), RMI_SUCCESS);
}
END_TEST

START_TEST(version_is_exact)
{
    ck_assert_uint_eq(SMC(f, RMI_VERSION, RMI_ABI_1_0), RMI_SUCCESS);
    ck_assert_uint_eq(f->regs.x[1], RMI_ABI_1_0);
    ck_assert_uint_eq(SMC(f, RMI_VERSION, RMI_ABI_VERSION(1, 1)), RMI_ERROR_INPUT);
    ck_assert_uint_eq(f->regs.x[2], RMI_ABI_1_0);
}
END_TEST

START_TEST(only_the_rmm_may_ask_for_the_gpt)
{
    enum pas pas;

    ck_assert_uint_eq(SMC(f, RMM_EL3_GTSI_DELEGATE, GRANULE), SMC_NOT_SUPPORTED);
    ck_assert(gpt_lookup(f->mem, PA(GRANULE), &pas) && pas == PAS_NON_SECURE);
    fixture_delegate(f, GRANULE);
    ck_assert_uint_eq(SMC(f, RMM_EL3_GTSI_UNDELEGATE, GRANULE), SMC_NOT_SUPPORTED);
    ck_assert(gpt_lookup(f->mem, PA(GRANULE), &pas) && pas == PAS_REALM);
}
END_TEST

START_TEST(delegation_moves_and_scrubs_the_granule)
{
    uint64_t secret = 0x5ec2e7, value = 1;

    fixture_write(f, GRANULE + 8, &secret, sizeof(secret));
    fixture_delegate(f, GRANULE);
    ck_assert_int_eq(physmem_read64(f->mem, PAS_NON_SECURE, PA(GRANULE + 8), &value), PHYS_GPF);
    ck_assert_int_eq(physmem_read64(f->mem, PAS_REALM, PA(GRANULE + 8), &value), PHYS_OK);
    ck_assert_uint_eq(value, 0);
    ck_assert_uint_eq(SMC(f, RMI_GRANULE_DELEGATE, GRANULE), RMI_ERROR_INPUT);

    ck_assert_int_eq(physmem_write64(f->mem, PAS_REALM, PA(GRANULE + 8), secret), PHYS_OK);
    ck_assert_uint_eq(SMC(f, RMI_GRANULE_UNDELEGATE, GRANULE), RMI_SUCCESS);
    ck_assert_int_eq(physmem_read64(f->mem, PAS_NON_SECURE, PA(GRANULE + 8), &value), PHYS_OK);
    ck_assert_uint_eq(value, 0);
    ck_assert_uint_eq(SMC(f, RMI_GRANULE_UNDELEGATE, GRANULE), RMI_ERROR_INPUT);
}
END_TEST

START_TEST(addresses_a_host_makes_up_are_refused)
{
    const uint64_t bad[] = {0,
                            UNTRACKED,
                            GRANULE + 8,
                            physmem_limit(f->mem).v, /* the GPT itself */
                            FIXTURE_BASE + FIXTURE_SIZE,
                            UINT64_MAX,
                            UINT64_MAX & ~GRANULE_MASK};

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        for (uint64_t fid = RMI_GRANULE_DELEGATE; fid <= RMI_FID_LAST; fid++) {
            uint64_t x0;

            if (fid == RMI_FEATURES)
                continue;
            x0 = SMC(f, fid, bad[i], bad[i], bad[i], bad[i], bad[i], bad[i]);
            ck_assert_msg(x0 == RMI_ERROR_INPUT || x0 == SMC_NOT_SUPPORTED, "%#lx(%#lx) = %#lx",
                          (unsigned long)fid, (unsigned long)bad[i], (unsigned long)x0);
        }
    }
}
END_TEST

/* --- what is charged and told ------------------------------------------------------------------
 */

struct seen {
    enum event_kind kinds[16];
    unsigned count;
};

static void see(void *ctx, const struct event *event)
{
    struct seen *seen = ctx;

    if (seen->count < 16)
        seen->kinds[seen->count++] = event->kind;
}

START_TEST(a_command_is_charged_and_told)
{
    static const enum event_kind want[] = {
        EV_MONITOR_SMC, /* the host's */
        EV_MONITOR_SMC, /* the RMM's, for the GPT */
        EV_GPT_SET,     EV_MONITOR_SMC_RETURN, EV_RMI, EV_MONITOR_SMC_RETURN,
    };
    struct seen seen = {.count = 0};

    for (unsigned op = 0; op < OP_COUNT; op++)
        f->profile.cycles[op] = 0;
    f->profile.cycles[OP_EL3_DISPATCH] = 1;
    f->profile.cycles[OP_WORLD_SWITCH] = 100;
    f->profile.cycles[OP_RMM_DISPATCH] = 10000;
    ck_assert(trace_add_reader(&f->trace, see, &seen));
    fixture_delegate(f, GRANULE);
    ck_assert_uint_eq(f->clock.now.v, 10202);
    ck_assert_uint_eq(seen.count, sizeof(want) / sizeof(want[0]));
    for (unsigned i = 0; i < seen.count; i++)
        ck_assert_str_eq(event_table[seen.kinds[i]].name, event_table[want[i]].name);
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("rmm_commands");
    TCase *tcase = tcase_create("commands");

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, unknown_functions_are_refused);
    tcase_add_test(tcase, version_is_exact);
    tcase_add_test(tcase, only_the_rmm_may_ask_for_the_gpt);
    tcase_add_test(tcase, delegation_moves_and_scrubs_the_granule);
    tcase_add_test(tcase, addresses_a_host_makes_up_are_refused);
    tcase_add_test(tcase, a_command_is_charged_and_told);
    suite_add_tcase(suite, tcase);
    return suite;
}
