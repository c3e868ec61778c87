/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One file, many scenarios: cells, their order and names, what `$` stands for, and choosing. */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/scenario/scenario.h"
#include "tests/unit/check_main.h"

#define BODY                                                                                       \
    "memory:\n  - {name: ram, ipa: 0x4000_0000, size: 2M}\n"                                       \
    "guest:\n  code: {hex: [0xd4000002]}\n  regs: {x0: $((bits + 1))}\n"                           \
    "machine: {ipa_bits: $bits, kernel: $kernel}\n"

static const char two_axes[] =
    "sim: 1\nname: \"n ${bits}\"\nmatrix:\n  bits: [36, {from: 0x28, to: 0x2b, step: 2}]\n"
    "  kernel: [linux-6.12, linux-7.2]\n  exclude: [{bits: 0x24, kernel: linux-7.2}]\n"
    "  add: [{bits: 48, kernel: linux-4.19}]\n" BODY;

static char *messages;
static size_t messages_size;
static FILE *out;
static struct diag_options diag;
static char path[] = "/tmp/sim-matrix-XXXXXX";

static void set_up(void)
{
    int file;
    strcpy(path, "/tmp/sim-matrix-XXXXXX");
    file = mkstemp(path);
    ck_assert_int_ge(file, 0);
    close(file);
    out = open_memstream(&messages, &messages_size);
    diag = (struct diag_options){.out = out};
}

static void tear_down(void)
{
    fclose(out);
    free(messages);
    unlink(path);
}

static struct scenario_file *open_text(const char *text)
{
    FILE *file = fopen(path, "w");
    struct scenario_file *scenarios;

    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
    scenarios = scenario_file_open(path, &diag);
    fflush(out);
    ck_assert_msg(scenarios, "%s", messages);
    return scenarios;
}

static struct scenario *load(const struct scenario_file *file, size_t cell)
{
    const struct scenario_load_options options = {.diag = &diag, .code_cache = CODE_CACHE_KEEP};
    int status;
    struct scenario *scenario = scenario_file_load(file, cell, &options, &status);

    fflush(out);
    ck_assert_msg(scenario, "%s", messages);
    return scenario;
}

START_TEST(cells_in_order)
{
    static const char *const names[] = {"bits=36,kernel=linux-6.12",  "bits=0x28,kernel=linux-6.12",
                                        "bits=0x28,kernel=linux-7.2", "bits=0x2a,kernel=linux-6.12",
                                        "bits=0x2a,kernel=linux-7.2", "bits=48,kernel=linux-4.19"};
    static const unsigned bits[] = {36, 40, 40, 42, 42, 48};
    const size_t count = sizeof(names) / sizeof(names[0]);
    struct scenario_file *file = open_text(two_axes);

    ck_assert_uint_eq(scenario_file_cell_count(file), count);
    for (size_t i = 0; i < count; i++) {
        struct scenario *scenario = load(file, i);
        const char *name = scenario_file_cell_name(file, i);
        char whole[128];

        ck_assert_str_eq(name, names[i]);
        snprintf(whole, sizeof(whole), "n %.*s[%s]", (int)(strchr(name, ',') - name - 5), name + 5,
                 name);
        ck_assert_str_eq(scenario->name, whole);
        ck_assert_str_eq(scenario->cell, name);
        ck_assert_uint_eq(scenario->machine.ipa_bits, bits[i]);
        ck_assert_str_eq(scenario->machine.kernel, strchr(strchr(name, ','), '=') + 1);
        ck_assert_uint_eq(scenario->guest.start.regs[0], bits[i] + 1);
        scenario_free(scenario);
    }
    scenario_file_free(file);
}
END_TEST

static const struct {
    const char *text;
    size_t count, first;
    const char *error;
} choices[] = {
    {NULL, 6, 0, NULL},
    {"bits=40", 2, 1, NULL}, /* the same number */
    {"kernel=linux-7.2", 2, 2, NULL},
    {"kernel=linux-7.2,bits=0x2a", 1, 4, NULL},
    {"bits=48", 1, 5, NULL},
    {"bits=37", 0, 0, "there is no cell 'bits=37'"},
    {"bist=36", 0, 0, "'bist=36' names no axis; the matrix has bits: 36, 0x28, 0x2a; kernel:"},
    {"bits", 0, 0, "names no axis"},
};

START_TEST(choosing)
{
    struct scenario_file *file = open_text(two_axes);
    const size_t *cells;
    char error[256] = "";
    size_t count = scenario_file_choose(file, choices[_i].text, &cells, error, sizeof(error));

    ck_assert_uint_eq(count, choices[_i].count);
    if (count)
        ck_assert_uint_eq(cells[0], choices[_i].first);
    else
        ck_assert_msg(strstr(error, choices[_i].error), "%s", error);
    scenario_file_free(file);
}
END_TEST

/* A comma that no axis follows belongs to the value. */
START_TEST(values_with_commas)
{
    struct scenario_file *file =
        open_text("sim: 1\nmatrix:\n  insn: ['str w1, [x0]', 'ldr w1, [x0]']\n  n: [1, 2]\n"
                  "about: $insn\nmemory:\n  - {name: ram, ipa: 0x4000_0000, size: 2M}\n"
                  "guest:\n  code: {hex: [0xd4000002]}\n");
    const size_t *cells;
    char error[256];

    ck_assert_uint_eq(
        scenario_file_choose(file, "insn=ldr w1, [x0],n=2", &cells, error, sizeof(error)), 1);
    struct scenario *scenario = load(file, cells[0]);
    ck_assert_str_eq(scenario->about, "ldr w1, [x0]");
    scenario_free(scenario);
    scenario_file_free(file);
}
END_TEST

static const struct {
    const char *written, *stands_for; /* NULL: it is wrong */
} texts[] = {
    {"$kernel", "linux-7.2"},
    {"'$kernel'", "linux-7.2"},
    {"\"a ${kernel} b ${bits}c\"", "a linux-7.2 b 36c"},
    {"\"${twice} ${bits + 1}\"", "72 37"},
    {"$((bits << 1))", "72"},
    {"$twice", "72"},
    {"$$kernel", "$kernel"},
    {"\"a $${kernel}\"", "a ${kernel}"},
    {"costs $5", "costs $5"},
    {"$5", "$5"},
    {"\"${none}\"", NULL},
    {"\"${bits\"", NULL},
    {"$none", NULL},
    {"$((kernel + 1))", NULL},
    {"$((kernel == 'linux-7.2'))", "1"},
    {"$((kernel != \"linux-7.2\"))", "0"},
    {"$(('linux-6.12' == kernel))", "0"},
    {"$((1 + (kernel == 'linux-7.2') << 4))", "32"},
    {"$((kernel == 'linux-7.2' | bits == 36))", "1"},
    {"$((bits == '0x24'))", "1"}, /* the same number */
    {"$((bits == bits + 1))", "0"},
    {"$((kernel == bits))", "0"},
    {"\"${'a' == 'b'}\"", "0"},
    {"$((kernel == linux))", NULL},
    {"$((kernel < 'linux-7.2'))", NULL},
    {"$(('linux-7.2' + 1))", NULL},
    {"$(('linux-7.2))", NULL},
};

START_TEST(texts_with_variables)
{
    char text[512];
    const struct scenario_load_options options = {.diag = &diag, .code_cache = CODE_CACHE_KEEP};
    int status;

    snprintf(text, sizeof(text),
             "sim: 1\nmatrix: {bits: [36], kernel: [linux-7.2]}\nvars: {twice: 2 * bits}\n"
             "about: %s\n" BODY,
             texts[_i].written);
    struct scenario_file *file = open_text(text);
    struct scenario *scenario = scenario_file_load(file, 0, &options, &status);
    fflush(out);
    if (texts[_i].stands_for) {
        ck_assert_msg(scenario, "%s", messages);
        ck_assert_str_eq(scenario->about, texts[_i].stands_for);
    } else {
        ck_assert_ptr_null(scenario);
        ck_assert_ptr_nonnull(strstr(messages, "error[E0110]"));
        ck_assert_ptr_nonnull(strstr(messages, "in cell bits=36,kernel=linux-7.2"));
    }
    scenario_free(scenario);
    scenario_file_free(file);
}
END_TEST

/* What several cells have wrong is told once, with the number of the others. */
START_TEST(mistakes_are_told_once)
{
    struct scenario_file *file =
        open_text("sim: 1\nmatrix: {bits: [31, 36, 40], kernel: [linux-6.13, linux-7.2]}\n" BODY);
    const struct scenario_load_options options = {.diag = &diag, .code_cache = CODE_CACHE_KEEP};

    ck_assert_int_eq(scenario_file_check(file, &options), SCENARIO_INVALID);
    fflush(out);
    ck_assert_ptr_nonnull(strstr(messages, "in cell bits=31,kernel=linux-6.13 and 1 more\n"));
    ck_assert_ptr_nonnull(strstr(messages, "in cell bits=31,kernel=linux-6.13 and 2 more\n"));
    ck_assert_ptr_nonnull(strstr(messages, "\n2 errors\n"));
    scenario_file_free(file);
}
END_TEST

START_TEST(one_must_be_chosen)
{
    static const struct {
        const char *cell, *error;
    } rows[] = {{NULL, "error[E0121]: the scenario has 6 cells: choose one, as with --cell 'bits="},
                {"bits=40", "the scenario has 2 cells like that"},
                {"bits=41", "there is no cell 'bits=41'"}};
    struct scenario_load_options options = {.diag = &diag, .code_cache = CODE_CACHE_KEEP};
    int status;

    scenario_file_free(open_text(two_axes));
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        options.cell = rows[i].cell;
        ck_assert_ptr_null(scenario_load_with(path, &options, &status));
        ck_assert_int_eq(status, SCENARIO_INVALID);
        fflush(out);
        ck_assert_msg(strstr(messages, rows[i].error), "%s", messages);
    }
    options.cell = "bits=36";
    struct scenario *scenario = scenario_load_with(path, &options, &status);
    ck_assert_ptr_nonnull(scenario);
    ck_assert_uint_eq(scenario->machine.ipa_bits, 36);
    scenario_free(scenario);
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("matrix");
    TCase *tests = tcase_create("all");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, cells_in_order);
    tcase_add_loop_test(tests, choosing, 0, sizeof(choices) / sizeof(choices[0]));
    tcase_add_test(tests, values_with_commas);
    tcase_add_loop_test(tests, texts_with_variables, 0, sizeof(texts) / sizeof(texts[0]));
    tcase_add_test(tests, mistakes_are_told_once);
    tcase_add_test(tests, one_must_be_chosen);
    suite_add_tcase(suite, tests);
    return suite;
}
