/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `suite.yaml`: what the scenarios below a folder have in common. */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/scenario/layout.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/text.h"
#include "sim/scenario/yaml_tree.h"
#include "tests/unit/check_folder.h"
#include "tests/unit/check_main.h"

#define OUTER                                                                                      \
    "machine: {kernel: linux-7.2, ipa_bits: 36}\n"                                                 \
    "memory: [{name: ram, ipa: 0x4000_0000, size: 2M}]\ntags: [outer]\n"
#define OWN "sim: 1\nguest: {code: {hex: [0xd4000002]}}\n"

static const char *const folders[] = {"top", "top/bare", "top/project", "top/project/in",
                                      "top/project/in/deep"};

static const struct {
    const char *path, *text;
} files[] = {
    {"top/suite.yaml", "machine: {ipa_bits: 48}\nabout: not of the project\n"},
    {"top/project/sim.yaml", ""}, /* where it ends */
    {"top/project/suite.yaml", OUTER},
    {"top/project/in/deep/suite.yaml", "machine: {ipa_bits: 40}\nmatrix: {n: [1, 2]}\n"},
    {"top/project/one.yaml", OWN},
    {"top/project/in/deep/two.yaml", OWN "machine: {kernel: linux-6.12}\ntags: [own]\n"},
    {"top/project/in/suite.yaml", OWN "memory: [{name: ram, ipa: 0x5000_0000, size: 2M}]\n"},
};

static char *messages;
static size_t messages_size;
static FILE *out;
static struct diag_options diag;

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    ck_assert_int_eq(fclose(file), 0);
}

static void set_up(void)
{
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
        (void)mkdir(folders[i], 0700);
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
        write_file(files[i].path, files[i].text);
    out = open_memstream(&messages, &messages_size);
    diag = (struct diag_options){.out = out, .format = DIAG_HUMAN};
}

static void tear_down(void)
{
    fclose(out);
    free(messages);
}

static struct scenario *load(const char *path, const char *cell)
{
    const struct scenario_load_options options = {
        .diag = &diag, .code_cache = CODE_CACHE_KEEP, .cell = cell};
    int status;
    struct scenario *scenario = scenario_load_with(path, &options, &status);
    fflush(out);
    return scenario;
}

START_TEST(folders_from_the_project_down)
{
    struct scenario *scenario = load("top/project/one.yaml", NULL);
    ck_assert_msg(scenario, "%s", messages);
    ck_assert_uint_eq(scenario->machine.ipa_bits, 36);
    ck_assert_ptr_null(scenario->about);
    ck_assert_str_eq(scenario->tags[0], "outer");
    scenario_free(scenario);

    scenario = load("top/project/in/deep/two.yaml", "n=2");
    ck_assert_msg(scenario, "%s", messages);
    ck_assert_uint_eq(scenario->machine.ipa_bits, 40);        /* the nearer one */
    ck_assert_str_eq(scenario->machine.kernel, "linux-6.12"); /* its own */
    ck_assert_uint_eq(scenario->tag_count, 1);                /* lists are replaced */
    ck_assert_uint_eq(scenario->memory[0].ipa.v, 0x40000000); /* in/suite.yaml is a scenario */
    ck_assert_str_eq(scenario->cell, "n=2");
    scenario_free(scenario);

    scenario = load("top/project/in/suite.yaml", NULL);
    ck_assert_msg(scenario, "%s", messages);
    ck_assert_uint_eq(scenario->memory[0].ipa.v, 0x50000000);
    scenario_free(scenario);
}
END_TEST

START_TEST(from_within_the_folder)
{
    ck_assert_int_eq(chdir("top/project/in/deep"), 0);
    struct scenario *scenario = load("two.yaml", "n=1");
    ck_assert_msg(scenario, "%s", messages);
    ck_assert_uint_eq(scenario->memory[0].ipa.v, 0x40000000);
    scenario_free(scenario);
    ck_assert(scenario_inherits("two.yaml"));
    ck_assert(scenario_inherits("./two.yaml"));
    ck_assert(scenario_inherits("../deep/two.yaml"));
    ck_assert(!scenario_inherits("-"));
    ck_assert(!scenario_inherits("../../../../none.yaml"));
}
END_TEST

START_TEST(own_folder_alone_outside_a_project)
{
    write_file("top/bare/one.yaml", OWN "memory: [{name: ram, ipa: 0x4000_0000, size: 2M}]\n");
    ck_assert(!scenario_inherits("top/bare/one.yaml")); /* top/suite.yaml is nobody's */
    write_file("top/bare/suite.yaml", "machine: {ipa_bits: 44}\n");

    struct scenario *scenario = load("top/bare/one.yaml", NULL);
    ck_assert_msg(scenario, "%s", messages);
    ck_assert_uint_eq(scenario->machine.ipa_bits, 44);
    ck_assert_ptr_null(scenario->about);
    scenario_free(scenario);
    ck_assert_int_eq(unlink("top/bare/suite.yaml"), 0);
}
END_TEST

START_TEST(mistakes_name_the_suite_file)
{
    write_file("top/project/suite.yaml", OUTER "limts: {exits: 1}\n");
    ck_assert_ptr_null(load("top/project/one.yaml", NULL));
    ck_assert_ptr_nonnull(
        strstr(messages, "top/project/suite.yaml:4:1: error[E0107]: unknown key 'limts'"));
    ck_assert_ptr_nonnull(
        strstr(messages, "top/project/one.yaml:1:1: note: top/project/suite.yaml is included"));
}
END_TEST

static int check(const char *path)
{
    ck_assert(scenario_is_suite_file(path));
    int status = scenario_suite_file_check(path, &diag);
    fflush(out);
    return status;
}

START_TEST(a_suite_file_alone)
{
    ck_assert_msg(check("top/project/suite.yaml") == 0, "%s", messages);
    ck_assert_msg(check("top/project/in/deep/suite.yaml") == 0, "%s", messages);
    ck_assert(!scenario_is_suite_file("top/project/in/suite.yaml")); /* a scenario */
    ck_assert(!scenario_is_suite_file("top/project/one.yaml"));

    /* a scenario's variables and cells, and what it adds to maps */
    write_file(
        "top/suite.yaml",
        "machine: {ipa_bits: $bits}\nmatrix: {exclude: [{bits: 36}]}\nvars: {a: bits + 1}\n"
        "memory: [{name: ram, size: $size}]\nguest: {regs: {x0: $a}}\ninclude: [more.inc]\n");
    write_file("top/more.inc", "limits: {exits: 10}\n");
    ck_assert_msg(check("top/suite.yaml") == 0, "%s", messages);

    write_file("top/more.inc", "limits: {exits: ten}\n");
    ck_assert_int_eq(check("top/suite.yaml"), SCENARIO_INVALID);
    ck_assert_ptr_nonnull(strstr(messages, "top/more.inc:1:17: error["));
    write_file("top/suite.yaml", "machine: {kernl: linux-7.2, ipa_bits: 7}\nmatrix: {n: []}\n");
    ck_assert_int_eq(check("top/suite.yaml"), SCENARIO_INVALID);
    ck_assert_ptr_nonnull(strstr(messages, "top/suite.yaml:1:11: error[E0107]"));
    ck_assert_ptr_nonnull(strstr(messages, "top/suite.yaml:1:39: error["));
    ck_assert_ptr_nonnull(strstr(messages, "top/suite.yaml:2:"));
}
END_TEST

START_TEST(a_suite_file_in_its_layout)
{
    struct arena *arena = arena_new();
    write_file("top/suite.yaml", "memory: []  \n\n\n\nmachine: {}\n");
    struct layout layout = layout_canonical(arena, "top/suite.yaml", &diag);
    ck_assert(layout.changed);
    ck_assert_str_eq(layout.text, "machine: {}\nmemory: []\n");
    arena_free(arena);
}
END_TEST

static uint64_t hash_of(const char *path)
{
    struct scenario_file *file = scenario_file_open(path, &diag);
    fflush(out);
    ck_assert_msg(file, "%s", messages);
    uint64_t hash = scenario_file_hash(file);
    scenario_file_free(file);
    return hash;
}

START_TEST(all_that_is_read_counts_in_the_hash)
{
    static const char own[] = OWN "include: [a.inc, b.inc]\ncases: c.ndjson\n";
    static const struct {
        const char *path, *text;
    } parts[] = {
        {"top/project/a.inc", "limits: {exits: 10}\n"},
        {"top/project/b.inc", "limits: {cycles: 1_000_000}\n"},
        {"top/project/c.ndjson", "{}\n"},
        {"top/project/suite.yaml", OUTER},
    };
    ck_assert_int_eq(unlink("top/project/suite.yaml"), 0);
    ck_assert_uint_eq(hash_of("top/project/one.yaml"),
                      hash_bytes(HASH_START, OWN, strlen(OWN))); /* a file alone */

    write_file("top/project/one.yaml", own);
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        write_file(parts[i].path, parts[i].text);
    uint64_t hash = hash_of("top/project/one.yaml");
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        char longer[256];
        snprintf(longer, sizeof(longer), "%s\n", parts[i].text);
        write_file(parts[i].path, longer);
        ck_assert_uint_ne(hash_of("top/project/one.yaml"), hash);
        write_file(parts[i].path, parts[i].text);
        ck_assert_uint_eq(hash_of("top/project/one.yaml"), hash);
    }
    ck_assert_int_eq(chdir("top/project"), 0); /* where it is read from does not count */
    ck_assert_uint_eq(hash_of("one.yaml"), hash);
}
END_TEST

Suite *check_suite(void)
{
    check_in_folder();
    Suite *suite = suite_create("suite file");
    TCase *tests = tcase_create("all");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, folders_from_the_project_down);
    tcase_add_test(tests, from_within_the_folder);
    tcase_add_test(tests, own_folder_alone_outside_a_project);
    tcase_add_test(tests, mistakes_name_the_suite_file);
    tcase_add_test(tests, a_suite_file_alone);
    tcase_add_test(tests, a_suite_file_in_its_layout);
    tcase_add_test(tests, all_that_is_read_counts_in_the_hash);
    suite_add_tcase(suite, tests);
    return suite;
}
