/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A run against the trace kept beside its scenario: compared, written, replaced, left alone. */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/session.h"
#include "tests/unit/check_main.h"

#define GOLDEN "kept/golden.linux-7.2.trace" /* the folder is made with it */

/* ldrsb x2, [x0] or another load; hvc #0 */
static const char text[] =
    "sim: 1\nname: golden\nmatrix: {kernel: [linux-7.2]}\nmachine: {kernel: $kernel}\n"
    "memory:\n  - {name: ram, ipa: 0x4000_0000, size: 2M}\n"
    "devices:\n  - {name: regs, type: registers, ipa: 0x0900_0000, values: {0: 0x90}}\n"
    "guest:\n  regs: {x0: regs}\n  code: {hex: [%s, 0xd4000002]}\n"
    "expect: {end: {reason: hvc}, exits: {MMIO: %d}}\n"
    "golden: {trace: \"kept/${name}.${kernel}.trace\", events: [\"*mmio*\", exit_to_vmm]}\n";

#define LOAD_BYTE "0x39800002"
#define LOAD_HALF "0x79800002"

static char folder[] = "/tmp/sim-golden-XXXXXX";
static struct session session;

static void set_up(void)
{
    strcpy(folder, "/tmp/sim-golden-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0);
}

static void tear_down(void)
{
    unlink("a.yaml");
    unlink(GOLDEN);
    ck_assert_int_eq(rmdir("kept"), 0);
    ck_assert_int_eq(chdir("/"), 0);
    ck_assert_int_eq(rmdir(folder), 0); /* nothing else is left behind */
}

static void run(const char *load, int mmio, enum golden_use use, enum verdict verdict)
{
    const struct session_options options = {.diag = {.out = stderr, .format = DIAG_HUMAN},
                                            .code_cache = CODE_CACHE_KEEP,
                                            .golden = use};
    FILE *file = fopen("a.yaml", "w");

    ck_assert_ptr_nonnull(file);
    fprintf(file, text, load, mmio);
    fclose(file);
    session_open(&session, "a.yaml", &options);
    ck_assert_msg(session.ran, "%s", session.error);
    ck_assert_str_eq(verdict_name(session.report.outcome.verdict), verdict_name(verdict));
}

static void told(const char *part)
{
    ck_assert_msg(strstr(session.report.told, part), "'%s' is not in: %s", part,
                  session.report.told);
}

START_TEST(missing)
{
    run(LOAD_BYTE, 1, GOLDEN_COMPARE, VERDICT_FAIL);
    ck_assert_str_eq(session.report.judgement.failures[0].what, "golden " GOLDEN);
    session_close(&session);
    run(LOAD_BYTE, 2, GOLDEN_UPDATE_MISSING, VERDICT_FAIL); /* another expectation fails */
    told("is kept: other expectations failed");
    session_close(&session);
    ck_assert_int_ne(access(GOLDEN, F_OK), 0);
    run(LOAD_BYTE, 1, GOLDEN_UPDATE_MISSING, VERDICT_PASS);
    told("golden " GOLDEN " written\n");
    session_close(&session);
    run(LOAD_BYTE, 1, GOLDEN_COMPARE, VERDICT_PASS);
    ck_assert_str_eq(session.report.told, "");
    session_close(&session);
}
END_TEST

START_TEST(another_trace)
{
    run(LOAD_BYTE, 1, GOLDEN_UPDATE, VERDICT_PASS);
    session_close(&session);
    run(LOAD_HALF, 1, GOLDEN_UPDATE_MISSING, VERDICT_FAIL);
    const struct failure *failure = &session.report.judgement.failures[0];
    ck_assert_str_eq(failure->what, "golden " GOLDEN ":3");
    ck_assert_ptr_nonnull(strstr(failure->expected, "len=1"));
    ck_assert_ptr_nonnull(strstr(failure->actual, "len=2"));
    session_close(&session);
    run(LOAD_HALF, 2, GOLDEN_UPDATE, VERDICT_FAIL);
    ck_assert_uint_eq(session.report.judgement.failure_count, 2);
    session_close(&session);
    run(LOAD_HALF, 1, GOLDEN_UPDATE, VERDICT_PASS);
    told("golden " GOLDEN " updated\n");
    session_close(&session);
    run(LOAD_HALF, 1, GOLDEN_COMPARE, VERDICT_PASS);
    session_close(&session);
}
END_TEST

/* Under another cost table the cycles are not compared, and nothing fails. */
START_TEST(another_cost_table)
{
    run(LOAD_BYTE, 1, GOLDEN_UPDATE, VERDICT_PASS);
    session_close(&session);
    ck_assert_int_eq(system("sed -i -e 's/^# costs default ..../# costs default zzzz/' "
                            "-e 's/^      [ 0-9]*/         123 /' " GOLDEN),
                     0);
    run(LOAD_BYTE, 1, GOLDEN_UPDATE_MISSING, VERDICT_PASS);
    told("the cost table changed, cycles are not compared");
    session_close(&session);
    run(LOAD_HALF, 1, GOLDEN_COMPARE, VERDICT_FAIL);
    session_close(&session);
    run(LOAD_BYTE, 1, GOLDEN_UPDATE, VERDICT_PASS);
    told("updated");
    session_close(&session);
    ck_assert_int_eq(system("sed -i -e 's/^      [ 0-9]*/         123 /' " GOLDEN), 0);
    run(LOAD_BYTE, 1, GOLDEN_COMPARE, VERDICT_FAIL); /* the same table: exact */
    session_close(&session);
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("golden traces");
    TCase *tests = tcase_create("all");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, missing);
    tcase_add_test(tests, another_trace);
    tcase_add_test(tests, another_cost_table);
    suite_add_tcase(suite, tests);
    return suite;
}
