/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Expectations of a run as a whole: events, memory, cycles, registers around a trap. */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/session.h"
#include "tests/unit/check_folder.h"
#include "tests/unit/check_main.h"

/* ldrsb x2, [x0]; strb w1, [x0, #8]; str x2, [x3]; mov x0, #0x84000000; add x0, x0, #8; smc #0 */
static const char realm[] =
    "sim: 1\nmachine: {world: cca}\nmemory:\n  - {name: ram, ipa: 0x4000_0000, size: 2M}\n"
    "devices:\n  - {name: sensor, type: registers, ipa: 0x80_0900_0000, size: 4K, values: {0: "
    "0x90}}\n"
    "guest:\n  regs: {x0: sensor, x1: 0x41, x3: ram+0x1000}\n"
    "  code: {hex: [0x39800002, 0x39002001, 0xf9000062, 0xd2b08000, 0x91002000, 0xd4000003]}\n"
    "expect:\n  end: {reason: psci}\n  %s\n";

static const struct {
    const char *expect;
    const char *what, *expected, *actual; /* of the one failure; NULL: all is met */
} rows[] = {
    {"traps: [{at: ram, after: {x2: 0xffff_ffff_ffff_ff90, x1: unchanged, pc: ram+4}}]", NULL, NULL,
     NULL},
    {"traps: [{at: ram, after: {x2: unchanged}}]", "trap 1, after.x2", "0x0, as it trapped",
     "0xffffffffffffff90"},
    {"traps: [{at: ram+4, after: {x0: unchanged, x1: unchanged, x2: unchanged}}]", NULL, NULL,
     NULL},
    {"traps: [{at: ram+4, after: {pc: unchanged}}]", "trap 2, after.pc",
     "0x40000004, as it trapped", "0x40000008"},
    {"traps: [{ec: SMC64, after: {x0: null}}]", NULL, NULL, NULL}, /* it does not go on */
    {"memory: [{ipa: ram+0x1000, value: 0xffff_ffff_ffff_ff90}]", NULL, NULL, NULL},
    {"memory: [{ipa: ram+0x1000, size: 2, value: 0xff90}]", NULL, NULL, NULL},
    {"memory: [{ipa: ram+0x1000, value: 1}]", "memory.value", "0x1", "0xffffffffffffff90"},
    {"memory: [{ipa: ram+0xfff, bytes: \"00 90 FF\"}]", NULL, NULL, NULL}, /* over a page's end */
    {"memory: [{ipa: ram+0xfff, bytes: \"00 91\"}]", "memory.bytes", "0091", "0090"},
    {"memory: [{ipa: ram+0x1000, bytes: {in: [\"00\", \"90\"]}}]", NULL, NULL, NULL},
    {"cycles: {total: {min: 1, max: 1_000_000}, setup: {not: 0}}", NULL, NULL, NULL},
    {"cycles: {total: {not: [0, 1]}}\n  traps: [{at: ram, ec: {not: [SVC64, IABT_LOW]}}]", NULL,
     NULL, NULL},
    {"traps: [{at: ram, ec: {not: [SVC64, DABT_LOW]}}]", "trap 1, ec",
     "none of 21 (SVC64), 36 (DABT_LOW)", "36 (DABT_LOW)"},
    {"memory: [{ipa: ram+0xfff, size: 1, value: {not: [1, 0]}}]", "memory.value",
     "none of 0x1, 0x0", "0x0"},
    {"never: [{event: exit_to_vmm, is_write: true, data: {not: [0x40, 0x41]}}]", NULL, NULL, NULL},
    {"never: [{event: exit_to_vmm, is_write: true, data: {not: [0x40, 0x42]}}]",
     "never, exit_to_vmm", "never", "once, first in trap "},
    {"cycles: {guest: {max: 1}}", "cycles.guest", "at most 1", NULL},
    {"events: [{event: gpt_set, to: realm, times: {min: 10}}]", NULL, NULL, NULL},
    {"events: [{event: exit_to_vmm, is_write: true, data: 0x41, times: 1}]", NULL, NULL, NULL},
    {"events: [{event: exit_to_vmm, is_write: true, data: 0x42}]", "events, exit_to_vmm",
     "times: at least 1", "never"},
    {"events: [{event: gpf}]", "events, gpf", "times: at least 1", "never"},
    {"never: [{event: gpf}, {event: rmi, command: RMI_REALM_DESTROY, x0: {not: 0}}]", NULL, NULL,
     NULL},
    {"never: [{event: host_sees, field: srt}, {event: host_sees, field: far}]", NULL, NULL, NULL},
    {"never: [{event: host_sees, field: sf}]", "never, host_sees sf", "never",
     "once, first in trap 1: "},
    {"never: [{event: rec_exit, world: rmm}]", "never, rec_exit", "never", "times, first in trap "},
    {"never: [{event: rec_exit, world: kvm}, {event: kvm_run, vcpu: 1}]", NULL, NULL, NULL},
};

START_TEST(what_a_run_leaves)
{
    char path[] = "expect-XXXXXX";
    int file = mkstemp(path);
    FILE *out = fdopen(file, "w");
    const struct session_options options = {.diag = {.out = stderr, .format = DIAG_HUMAN},
                                            .code_cache = CODE_CACHE_KEEP};
    struct session session;

    ck_assert_ptr_nonnull(out);
    fprintf(out, realm, rows[_i].expect);
    fclose(out);
    session_open(&session, path, &options);
    unlink(path);
    ck_assert(session.ran);

    const struct judgement *judgement = &session.report.judgement;
    if (!rows[_i].what) {
        ck_assert_msg(judgement->failure_count == 0, "%s: %s, not %s",
                      judgement->failure_count ? judgement->failures[0].what : "",
                      judgement->failure_count ? judgement->failures[0].actual : "",
                      judgement->failure_count ? judgement->failures[0].expected : "");
    } else {
        ck_assert_uint_eq(judgement->failure_count, 1);
        ck_assert_str_eq(judgement->failures[0].what, rows[_i].what);
        ck_assert_str_eq(judgement->failures[0].expected, rows[_i].expected);
        if (rows[_i].actual)
            ck_assert_msg(strstr(judgement->failures[0].actual, rows[_i].actual), "%s",
                          judgement->failures[0].actual);
    }
    session_close(&session);
}
END_TEST

Suite *check_suite(void)
{
    check_in_folder();
    Suite *suite = suite_create("expectations of a run");
    TCase *tests = tcase_create("all");
    tcase_add_loop_test(tests, what_a_run_leaves, 0, sizeof(rows) / sizeof(rows[0]));
    suite_add_tcase(suite, tests);
    return suite;
}
