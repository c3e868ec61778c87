/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Host kernels and RMMs of a scenario: which go together, and expectations for some of them. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kvm_model/rmi_cmds.h"
#include "kvm_model/variant.h"
#include "rmm_model/variant.h"
#include "sim/scenario/host_pairs.h"
#include "sim/scenario/scenario.h"
#include "tests/unit/check_main.h"

#define HEAD "sim: 1\nmemory:\n  - {name: ram, ipa: 0x4000_0000, size: 2M}\n"
#define CODE "guest:\n  code: {hex: [0xd503201f, 0xd4000002]}\n"
#define REALM(rest) HEAD CODE "machine: {world: cca" rest "}\n"

static char *messages;

/* NULL, with what was said in messages, if the file is wrong. */
static struct scenario *load(const char *text, const char *kernel, const char *rmm)
{
    char path[] = "/tmp/variants-XXXXXX.yaml";
    struct scenario *scenario;
    size_t size;
    FILE *out, *file;
    int fd = mkstemps(path, 5), status;

    ck_assert_int_ge(fd, 0);
    file = fdopen(fd, "w");
    ck_assert(file && fputs(text, file) >= 0 && fclose(file) == 0);
    free(messages);
    messages = NULL;
    out = open_memstream(&messages, &size);
    ck_assert_ptr_nonnull(out);
    const struct diag_options diag = {.out = out, .format = DIAG_SHORT};
    scenario = scenario_load_with(
        path,
        &(struct scenario_load_options){
            .diag = &diag, .code_cache = CODE_CACHE_KEEP, .kernel = kernel, .rmm = rmm},
        &status);
    fclose(out);
    unlink(path);
    return scenario;
}

static void good(const char *text, const char *kernel, const char *rmm, const char *want_kernel,
                 const char *want_rmm)
{
    struct scenario *scenario = load(text, kernel, rmm);

    ck_assert_msg(scenario, "%s", messages);
    ck_assert_str_eq(scenario->machine.kernel, want_kernel);
    ck_assert_str_eq(scenario->machine.rmm ? scenario->machine.rmm : "none", want_rmm);
    scenario_free(scenario);
}

static void bad(const char *text, const char *kernel, const char *rmm, const char *message)
{
    ck_assert_ptr_null(load(text, kernel, rmm));
    ck_assert_msg(strstr(messages, message), "'%s' is not in:\n%s", message, messages);
}

/* The table says no more and no less than the two sides' own tables of versions. */
START_TEST(pairs_speak_one_revision)
{
    const struct kvm_variant *kernel;
    const struct rmm_variant *rmm;
    unsigned pairs = 0;

    for (size_t i = 0; (kernel = kvm_variant_at(i)); i++) {
        for (unsigned j = 0; (rmm = rmm_variant_at(j)); j++) {
            bool same = kernel->rmi && kernel->rmi->version == rmm->rmi_version;

            ck_assert_msg(host_pair_exists(kernel->name, rmm->name) == same, "%s, %s", kernel->name,
                          rmm->name);
            pairs += same;
        }
        if (kernel->rmi)
            ck_assert_ptr_nonnull(host_pair_rmm(kernel->name));
    }
    ck_assert_uint_eq(pairs, 3);
    for (size_t i = 0; host_pair_at(i); i++)
        ck_assert(host_pair_at(i)->source[0]);
}
END_TEST

START_TEST(one_choice_makes_the_other)
{
    good(REALM(""), NULL, NULL, "cca-v12", "1.0");
    good(REALM(", kernel: cca-rfc"), NULL, NULL, "cca-rfc", "eac");
    good(REALM(", kernel: cca-v14"), NULL, NULL, "cca-v14", "2.0");
    good(REALM(", rmm: \"2.0\""), NULL, NULL, "cca-v14", "2.0");
    good(REALM(", rmm: eac"), NULL, NULL, "cca-rfc", "eac");
    good(REALM(", kernel: cca-v12, rmm: v1.0-rel0"), NULL, NULL, "cca-v12", "1.0");
    good(HEAD CODE, NULL, NULL, "linux-6.12", "none");
}
END_TEST

START_TEST(pairs_that_do_not_exist)
{
    bad(REALM(", kernel: cca-rfc, rmm: \"2.0\""), NULL, NULL,
        "the kernel cca-rfc does not go with the RMM 2.0");
    ck_assert_msg(strstr(messages, ":6:"), "%s", messages);
    bad(REALM(", kernel: linux-7.2"), NULL, NULL, "the kernel linux-7.2 cannot host a realm");
    bad(HEAD CODE "machine: {world: kvm-vhe, rmm: eac}\n", NULL, NULL,
        "only a realm has an RMM, and this is a plain VM (world: kvm-vhe)");
    bad(HEAD CODE "machine: {rmm: eac}\n", NULL, NULL,
        "only a realm has an RMM, and world defaults to kvm-vhe");
}
END_TEST

START_TEST(the_command_line_changes_them)
{
    good(REALM(", kernel: cca-v12"), "cca-rfc", NULL, "cca-rfc", "eac");
    good(REALM(""), NULL, "2.0", "cca-v14", "2.0");
    good(REALM(", kernel: cca-v12, rmm: \"1.0\""), "cca-v14", "2.0", "cca-v14", "2.0");
    good(HEAD CODE, "linux-7.2", NULL, "linux-7.2", "none");
    bad(REALM(", rmm: \"1.0\""), "cca-v14", NULL,
        "the kernel cca-v14 does not go with the RMM 1.0");
    bad(REALM(", kernel: cca-v12"), NULL, "eac", "the kernel cca-v12 does not go with the RMM eac");
    bad(REALM(""), "cca-v13", NULL, "--kernel cca-v13");
    bad(HEAD CODE, "cca-v14", NULL, "is for realms, and world defaults to kvm-vhe");
    bad(HEAD CODE, NULL, "eac", "only a realm has an RMM, and world defaults to kvm-vhe");
}
END_TEST

#define ENTRIES                                                                                    \
    "expect:\n"                                                                                    \
    "  - exits: {MMIO: 0}\n"                                                                       \
    "  - when: {rmm: eac}\n"                                                                       \
    "    traps: [{ec: SMC64}]\n"                                                                   \
    "  - when: {rmm: [\"1.0\", \"2.0\"], kernel: cca-v14}\n"                                       \
    "    regs: {x0: 1, x1: 2}\n"                                                                   \
    "    traps: [{ec: SMC64}, {ec: DABT_LOW}]\n"

START_TEST(entries_hold_for_some)
{
    static const struct {
        const char *kernel;
        size_t regs, traps;
    } cases[] = {{"cca-rfc", 0, 1}, {"cca-v12", 0, 0}, {"cca-v14", 2, 2}};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct scenario *scenario = load(REALM("") ENTRIES, cases[i].kernel, NULL);

        ck_assert_msg(scenario, "%s", messages);
        ck_assert_uint_eq(scenario->expect.exit_count, 1);
        ck_assert_uint_eq(scenario->expect.reg_count, cases[i].regs);
        ck_assert_uint_eq(scenario->expect.trap_count, cases[i].traps);
        scenario_free(scenario);
    }
}
END_TEST

START_TEST(entries_that_cannot_be)
{
    bad(REALM("") "expect:\n  - when: {rmm: eac}\n    exits: {MMIO: 0}\n", NULL, NULL,
        "no entry of 'expect' holds for the kernel cca-v12, the RMM 1.0");
    bad(REALM("") "expect: {when: {kernel: cca-v14}, exits: {MMIO: 0}}\n", NULL, NULL,
        "'expect' does not hold for the machine");
    bad(REALM("") "expect:\n  - {exact: true, traps: []}\n  - {when: {rmm: \"1.0\"}, traps: []}\n",
        NULL, NULL, "two entries of 'expect' that hold have 'traps'");
    bad(REALM("") "expect:\n  - when: {rmm: \"3.0\"}\n", NULL, NULL, "an RMM version");
    bad(REALM("") "expect:\n  - when: {host: honest}\n", NULL, NULL, "'host' is not an axis");
    bad(REALM("") "expect: [1]\n", NULL, NULL, "expect[0]");
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("scenario_variants");
    TCase *tc = tcase_create("all");

    tcase_add_test(tc, pairs_speak_one_revision);
    tcase_add_test(tc, one_choice_makes_the_other);
    tcase_add_test(tc, pairs_that_do_not_exist);
    tcase_add_test(tc, the_command_line_changes_them);
    tcase_add_test(tc, entries_hold_for_some);
    tcase_add_test(tc, entries_that_cannot_be);
    suite_add_tcase(suite, tc);
    return suite;
}
