/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim conform --format ftrace: the trace of 16 records in both kernels, as tracefs printed it there
 * (tests/vectors/linux-kvm/traces), down to the flags. Left out: the time, the events of timers and
 * of debug state, which are not modelled, and the host's own interrupts with the entry after them.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "sim/conform/runner.h"
#include "tests/unit/check_main.h"

#define VECTORS "tests/vectors/linux-kvm/" /* from the top of the tree, where tests run */
#define LINES 64
#define LINE_SIZE 256

struct lines {
    char text[LINES][LINE_SIZE];
    unsigned count;
};

static const char *const cases[] = {
    "hvc.filter_fwd",
    "hvc.version",
    "ifetch.mmuoff",
    "wfx.wfi",
    "load.ldr_w1.80",
    "inject.sea_after_mmio.ldr",
    "load.ldrsb_x1.80",
    "romem.str_x1",
    "ipa.36.first_beyond.ldr",
    "store.str_x1.rnd",
    "sysreg.midr",
    "s1ptw.l2_unmapped.load",
    "sysreg.pmcr_el0",
    "sysreg.impdef_rd",
    "smc.unknown_deadbeef",
    "vgic.gicd_typer.ldr_w",
};
#define CASES (sizeof(cases) / sizeof(cases[0]))

static const char *const kernels[] = {"6.12.107", "7.2.13"};

static bool is_compared(const char *event)
{
    static const char *const names[] = {
        "kvm_entry: ",      "kvm_exit: ",          "kvm_guest_fault: ", "kvm_mmio: ",
        "kvm_mmio_nisv: ",  "kvm_hvc_arm64: ",     "kvm_wfx_arm64: ",   "kvm_handle_sys_reg: ",
        "kvm_sys_access: ", "kvm_userspace_exit: "};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strncmp(event, names[i], strlen(names[i])) == 0)
            return true;
    return false;
}

/* "init-1 [000] d..1.    67.896662: kvm_entry: ..." without the time. */
static void read_lines(FILE *file, struct lines *lines)
{
    char line[LINE_SIZE];
    bool skip = false;

    lines->count = 0;
    while (fgets(line, sizeof(line), file)) {
        char *flags = strstr(line, "] "), *event = strstr(line, ": ");

        if (line[0] == '#' || !flags || !event || !is_compared(event + 2))
            continue;
        if (strncmp(event + 2, "kvm_exit: IRQ", 13) == 0) {
            skip = true;
            continue;
        }
        if (skip) {
            skip = false;
            continue;
        }
        ck_assert_uint_lt(lines->count, LINES);
        snprintf(lines->text[lines->count++], LINE_SIZE, "%.*s %s", (int)(flags + 7 - line), line,
                 event + 2);
    }
}

START_TEST(traces_as_recorded)
{
    const char *kernel = kernels[(size_t)_i / CASES], *name = cases[(size_t)_i % CASES];
    static struct lines expected, actual;
    struct reasons reasons = {0};
    struct tally tally = {0};
    struct runner_options options = {.reasons = &reasons, .case_name = name};
    char path[512], message[256];
    FILE *file;

    snprintf(path, sizeof(path), VECTORS "traces/%s/%s.txt", kernel, name);
    file = fopen(path, "r");
    ck_assert_msg(file != NULL, "%s cannot be read", path);
    read_lines(file, &expected);
    fclose(file);
    ck_assert_uint_gt(expected.count, 3);

    options.trace = tmpfile();
    ck_assert_ptr_nonnull(options.trace);
    snprintf(path, sizeof(path), VECTORS "%s.jsonl.xz", kernel);
    ck_assert_msg(runner_file(path, &options, &tally, message, sizeof(message)), "%s", message);
    ck_assert_uint_eq(tally.traced, 1);
    rewind(options.trace);
    read_lines(options.trace, &actual);
    fclose(options.trace);
    tally_free(&tally);

    for (unsigned i = 0; i < expected.count && i < actual.count; i++)
        ck_assert_str_eq(actual.text[i], expected.text[i]);
    ck_assert_uint_eq(actual.count, expected.count);
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("conform_trace");
    TCase *tc = tcase_create("traces");

    tcase_add_loop_test(tc, traces_as_recorded, 0, (int)(2 * CASES));
    tcase_set_timeout(tc, 60);
    suite_add_tcase(suite, tc);
    return suite;
}
