/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `cases:`: each line of a file is a cell, its parts go where they belong, its mistakes have
 * places. */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/scenario/scenario.h"
#include "tests/unit/check_folder.h"
#include "tests/unit/check_main.h"

#define SCENARIO "s.yaml"
#define CASES "c.ndjson"

#define HEAD "sim: 1\nname: s\nabout: all\ncases: " CASES "\n"
#define BODY                                                                                       \
    "machine: {kernel: linux-7.2}\n"                                                               \
    "memory: [{name: ram, ipa: 0x4000_0000, size: 2M}]\n"                                          \
    "guest: {regs: {x0: $value, x1: $twice, x2: 3}, code: {hex: [0xd4000002]}}\n"
#define VARS "vars: {value: 1, twice: 2 * value}\n"

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
    out = open_memstream(&messages, &messages_size);
    diag = (struct diag_options){.out = out, .format = DIAG_HUMAN};
}

static void tear_down(void)
{
    fclose(out);
    free(messages);
    unlink(SCENARIO);
    unlink(CASES);
}

static struct scenario_file *open_cases(const char *scenario, const char *lines)
{
    write_file(SCENARIO, scenario);
    write_file(CASES, lines);
    struct scenario_file *file = scenario_file_open(SCENARIO, &diag);
    fflush(out);
    return file;
}

static struct scenario *load(const struct scenario_file *file, size_t cell)
{
    const struct scenario_load_options options = {.diag = &diag, .code_cache = CODE_CACHE_KEEP};
    int status;
    struct scenario *scenario = scenario_file_load(file, cell, &options, &status);
    fflush(out);
    return scenario;
}

/* Blank lines count, and are no cases; a case that says nothing is the scenario itself. */
static const char lines[] =
    "{\"name\": \"first\", \"vars\": {\"value\": \"0x10\"}}\n"
    "\n"
    "{\"initial\": {\"el\": \"EL0\", \"regs\": {\"x2\": 9, \"x3\": \"ram+4\"}}}\r\n"
    "\t\r\n"
    "{}";

START_TEST(lines_are_cells)
{
    struct scenario_file *file = open_cases(HEAD VARS BODY, lines);
    ck_assert_msg(file, "%s", messages);
    ck_assert_uint_eq(scenario_file_cell_count(file), 3);
    ck_assert_str_eq(scenario_file_cell_name(file, 0), "case=1");
    ck_assert_str_eq(scenario_file_cell_name(file, 1), "case=3");
    ck_assert_str_eq(scenario_file_cell_name(file, 2), "case=5");

    struct scenario *scenario = load(file, 0);
    ck_assert_msg(scenario, "%s", messages);
    ck_assert_str_eq(scenario->name, "s[case=1]");
    ck_assert_str_eq(scenario->about, "first");
    ck_assert_uint_eq(scenario->guest.start.regs[0], 0x10);
    ck_assert_uint_eq(scenario->guest.start.regs[1], 0x20); /* of the case's value */
    scenario_free(scenario);

    scenario = load(file, 1);
    ck_assert_msg(scenario, "%s", messages);
    ck_assert_str_eq(scenario->about, "all");
    ck_assert_int_eq(scenario->guest.el, 0);
    ck_assert_uint_eq(scenario->guest.start.regs[0], 1);
    ck_assert_uint_eq(scenario->guest.start.regs[2], 9);
    ck_assert_uint_eq(scenario->guest.start.regs[3], 0x40000004);
    scenario_free(scenario);

    scenario = load(file, 2);
    ck_assert_msg(scenario, "%s", messages);
    ck_assert_uint_eq(scenario->guest.start.regs[2], 3);
    scenario_free(scenario);
    scenario_file_free(file);
}
END_TEST

/* A matrix has the cases as its last axis; all that is expected holds, and code is one kind. */
START_TEST(cases_of_a_matrix)
{
    struct scenario_file *file = open_cases(
        HEAD VARS "matrix: {kernel: [linux-6.12, linux-7.2], exclude: [{kernel: linux-6.12, case: "
                  "2}]}\n"
                  "machine: {kernel: $kernel}\n"
                  "memory: [{name: ram, ipa: 0x4000_0000, size: 2M}]\n"
                  "guest: {regs: {x0: $value}, code: {hex: [0xd4000002]}}\n"
                  "expect: [{regs: {x0: 1}}, {when: {kernel: linux-6.12}, regs: {x2: 0}}]\n",
        "{\"final\": {\"regs\": {\"x1\": \"unchanged\", \"x3\": null}}, \"traps\": [{\"at\": "
        "\"ram\"}]}\n"
        "{\"initial\": {\"code\": {\"asm\": \"nop\"}}}\n");
    ck_assert_msg(file, "%s", messages);
    ck_assert_uint_eq(scenario_file_cell_count(file), 3);
    ck_assert_str_eq(scenario_file_cell_name(file, 1), "kernel=linux-7.2,case=1");
    struct scenario *scenario = load(file, 0);
    ck_assert_msg(scenario, "%s", messages);
    ck_assert_uint_eq(scenario->expect.trap_count, 1);
    ck_assert_uint_eq(scenario->expect.reg_count, 4);
    scenario_free(scenario);
    scenario_file_free(file);
}
END_TEST

static const struct {
    const char *lines, *error;
} wrong[] = {
    {"", "s.yaml:4:8: error[E0123]: c.ndjson holds no case"},
    {" \n\n", "s.yaml:4:8: error[E0123]: c.ndjson holds no case"},
    {"\n{\"vars\": {\"valu\": 1}}",
     "c.ndjson:2:11: error[E0110]: nothing in the scenario uses '$valu'"},
    {"{\"vars\": {\"valu\": 1}}", "did you mean 'value'?"},
    {"{\"finall\": {}}", "c.ndjson:1:2: error[E0107]: unknown key 'finall' in a case"},
    {"{\"initial\": {\"reg\": {}}}",
     "c.ndjson:1:14: error[E0107]: unknown key 'reg' in 'initial' of a case"},
    {"{\"final\": {\"regs\": {\"x1\": \"y\"}}}", "c.ndjson:1:27: error[E0"},
    {"{\"final\": [1]}", "c.ndjson:1:11: error[E0102]: 'final' of a case is an object, got a list"},
    {"[1, 2]", "c.ndjson:1:1: error[E0123]: a case is a JSON object, got a list"},
    {"{\"final\": {}\n{}\n", "c.ndjson:1:13: error[E0004]: this is not YAML"},
    {"{\"final\": {}, \"final\": {}}", "c.ndjson:1:15: error[E0101]"},
    {"{\"vars\": {\"value\": [1]}}",
     "c.ndjson:1:20: error[E0123]: a variable of a case is a word, a number or a text, got a list"},
    {"{\"vars\": {\"case\": 1}}",
     "c.ndjson:1:11: error[E0123]: 'case' is an axis of the matrix already"},
    {"{\"final\": {\"traps\": []}, \"traps\": []}",
     "c.ndjson:1:35: error[E0123]: the traps of a case stand in 'traps' or in 'final', not in "
     "both"},
    {"{\"vars\": {\"value\": \"\xff\"}}", "c.ndjson:1:21: error[E0004]"},
};

START_TEST(mistakes_have_places)
{
    struct scenario_file *file = open_cases(HEAD VARS BODY, wrong[_i].lines);
    if (file)
        ck_assert_ptr_null(load(file, 0));
    scenario_file_free(file);
    ck_assert_msg(strstr(messages, wrong[_i].error), "%s", messages);
}
END_TEST

START_TEST(files_that_are_none)
{
    ck_assert_ptr_null(open_cases("sim: 1\ncases: none.ndjson\n" BODY, "{}"));
    ck_assert_ptr_nonnull(strstr(messages, "s.yaml:2:8: error[E0123]: cannot read none.ndjson"));
    ck_assert_ptr_null(open_cases("sim: 1\ncases: [a]\n" BODY, "{}"));
    ck_assert_ptr_nonnull(strstr(messages, "s.yaml:2:8: error[E0102]: 'cases' names a file"));
    ck_assert_ptr_null(open_cases(HEAD "matrix: {case: [1]}\n" BODY, "{}"));
    ck_assert_ptr_nonnull(strstr(messages, "an axis 'case' of a scenario with cases is theirs"));
}
END_TEST

Suite *check_suite(void)
{
    check_in_folder();
    Suite *suite = suite_create("cases");
    TCase *tests = tcase_create("all");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, lines_are_cells);
    tcase_add_test(tests, cases_of_a_matrix);
    tcase_add_loop_test(tests, mistakes_have_places, 0, sizeof(wrong) / sizeof(wrong[0]));
    tcase_add_test(tests, files_that_are_none);
    suite_add_tcase(suite, tests);
    return suite;
}
