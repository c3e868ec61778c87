/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The runner of sim conform is itself tested: a wrong expectation must fail, in the right field. */
#include <check.h>
#include <lzma.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cpu/count.h"
#include "sim/conform/line_reader.h"
#include "sim/conform/runner.h"
#include "tests/unit/check_main.h"
#include "tests/unit/test_conform_fixture.h"

/* --- records that hold, and one wrong thing in each --- */

/* A load from a hole of stage 2. */
#define LOAD                                                                                       \
    "{\"insn\":\"0xb9400403\",\"asm\":\"ldr w3, [x0, #4]\",\"class\":\"ldr_imm\","                 \
    "\"case\":\"dev_l3_unmapped\",\"s1\":\"on\",\"regs\":{\"x0\":\"0xffff8000126000fc\"},"         \
    "\"pc\":\"0xffff80001260a100\",\"trapped\":true,\"esr_el2\":\"0x93830007\","                   \
    "\"far_el2\":\"0xffff800012600100\",\"hpfar_el2\":\"0x90000\","                                \
    "\"elr_el2\":\"0xffff80001260a100\",\"spsr_el2\":\"0x3c5\"}"
/* A load that does not trap, with write-back. */
#define MAPPED                                                                                     \
    "{\"insn\":\"0x78c08403\",\"asm\":\"ldrsh w3, [x0], #8\",\"class\":\"ldr_post\","              \
    "\"case\":\"mapped\",\"s1\":\"on\",\"regs\":{\"x0\":\"0xffff800012601740\"},"                  \
    "\"pc\":\"0xffff80001260a100\",\"trapped\":false,"                                             \
    "\"changed\":{\"x0\":\"0xffff800012601748\",\"x3\":\"0xffff8003\"}}"
/* A pair of vector registers, the second of them behind a page's end. */
#define PAIR                                                                                       \
    "{\"insn\":\"0x6d401003\",\"asm\":\"ldp d3, d4, [x0]\",\"class\":\"ldp_simd\","                \
    "\"case\":\"cross_into_hole\",\"s1\":\"on\",\"regs\":{\"x0\":\"0xffff800012602ff8\"},"         \
    "\"pc\":\"0xffff80001260a100\",\"trapped\":true,\"esr_el2\":\"0x92000007\","                   \
    "\"far_el2\":\"0xffff800012603000\",\"hpfar_el2\":\"0x90030\","                                \
    "\"elr_el2\":\"0xffff80001260a100\",\"spsr_el2\":\"0x3c5\",\"v_changed\":[3]}"
#define STORE_PAIR                                                                                 \
    "{\"insn\":\"0xa9001003\",\"asm\":\"stp x3, x4, [x0]\",\"class\":\"stp\","                     \
    "\"case\":\"cross_into_hole\",\"s1\":\"on\",\"regs\":{\"x0\":\"0xffff800012602ff8\"},"         \
    "\"pc\":\"0xffff80001260a100\",\"trapped\":true,\"esr_el2\":\"0x92000047\","                   \
    "\"far_el2\":\"0xffff800012603000\",\"hpfar_el2\":\"0x90030\","                                \
    "\"elr_el2\":\"0xffff80001260a100\",\"spsr_el2\":\"0x3c5\",\"before_hole_written\":true}"
/* An alignment fault at EL1, in EL0. */
#define EL0_FAULT                                                                                  \
    "{\"insn\":\"0xc85f7c03\",\"asm\":\"ldxr x3, [x0]\",\"class\":\"ldxr\","                       \
    "\"case\":\"dev_l3_unaligned\",\"s1\":\"on\",\"el\":0,"                                        \
    "\"regs\":{\"x0\":\"0x400012600103\"},\"pc\":\"0x40001260a100\",\"trapped\":false,"            \
    "\"to_el1\":{\"esr_el1\":\"0x92000021\",\"far_el1\":\"0x400012600103\","                       \
    "\"elr_el1\":\"0x40001260a100\",\"spsr_el1\":\"0x3c0\"}}"

static const struct wrong_record wrongs[] = {
    {LOAD, NULL, NULL, NULL},
    {LOAD, "0x93830007", "0x93830006", "esr_el2"},
    {LOAD, "0x93830007", "0x93800007", "esr_el2"},
    {LOAD, "\"far_el2\":\"0xffff800012600100", "\"far_el2\":\"0xffff800012600101", "far_el2"},
    {LOAD, "\"hpfar_el2\":\"0x90000", "\"hpfar_el2\":\"0x90010", "hpfar_el2"},
    {LOAD, "\"elr_el2\":\"0xffff80001260a100", "\"elr_el2\":\"0xffff80001260a104", "elr_el2"},
    {LOAD, "\"spsr_el2\":\"0x3c5", "\"spsr_el2\":\"0x3c4", "spsr_el2"},
    {LOAD, "\"trapped\":true", "\"trapped\":false", "outcome"},
    {LOAD, "\"spsr_el2\":\"0x3c5\"", "\"spsr_el2\":\"0x3c5\",\"changed\":{\"x3\":\"0x1\"}", "x3"},
    {LOAD, "\"spsr_el2\":\"0x3c5\"", "\"spsr_el2\":\"0x3c5\",\"v_changed\":[1]", "v_changed"},
    {LOAD, "\"spsr_el2\":\"0x3c5\"", "\"spsr_el2\":\"0x3c5\",\"before_hole_written\":true",
     "before_hole"},
    {LOAD, "\"spsr_el2\":\"0x3c5\"",
     "\"spsr_el2\":\"0x3c5\",\"dev\":\"D-X\","
     "\"want_esr_el2\":\"0x93830006\"",
     "esr_el2"},
    {MAPPED, NULL, NULL, NULL},
    {MAPPED, "0xffff800012601748", "0xffff800012601747", "x0"},
    {MAPPED, "0xffff8003", "0x8003", "x3"},
    {MAPPED, "\"trapped\":false", "\"trapped\":true", "outcome"},
    {PAIR, NULL, NULL, NULL},
    {PAIR, "[3]", "[3,4]", "v_changed"},
    {PAIR, "[3]", "[]", "v_changed"},
    {STORE_PAIR, NULL, NULL, NULL},
    {STORE_PAIR, "_written\":true", "_written\":false", "before_hole"},
    {EL0_FAULT, NULL, NULL, NULL},
    {EL0_FAULT, "0x92000021", "0x96000021", "esr_el1"},
    {EL0_FAULT, "\"far_el1\":\"0x400012600103", "\"far_el1\":\"0x400012600100", "far_el1"},
    {EL0_FAULT, "\"elr_el1\":\"0x40001260a100", "\"elr_el1\":\"0x40001260a104", "elr_el1"},
    {EL0_FAULT, "\"spsr_el1\":\"0x3c0", "\"spsr_el1\":\"0x3c5", "spsr_el1"},
};

START_TEST(test_wrong_expectation)
{
    check_wrong_record(&wrongs[_i]);
}
END_TEST

/* State must not pass from one record to the next. */
START_TEST(test_order_does_not_matter)
{
    ck_assert(run_text(STORE_PAIR "\n" LOAD "\n" MAPPED "\n" PAIR "\n" EL0_FAULT "\n" STORE_PAIR
                                  "\n" PAIR "\n" MAPPED "\n" LOAD "\n"));
    ck_assert_uint_eq(tally.passed, 9);
    ck_assert_uint_eq(tally.failed, 0);
}
END_TEST

/* --- what is no record --- */

static const struct {
    const char *text, *message; /* begins what is behind "PATH:LINE: error: " */
    unsigned line;
} malformed[] = {
    {"{", "column 1: ", 1},
    {LOAD "\n{\"insn\":}\n", "column 9: ", 2},
    {LOAD "\n\n[1]\n", "no record of a known family", 3},
    {"{\"a\":1}", "no record of a known family", 1},
    {"17", "column 2: ", 1},
};

START_TEST(test_malformed)
{
    char expected[512];

    ck_assert(!run_text(malformed[_i].text));
    snprintf(expected, sizeof(expected), "%s:%u: error: %s", path, malformed[_i].line,
             malformed[_i].message);
    ck_assert_msg(strncmp(message, expected, strlen(expected)) == 0, "%s", message);
    ck_assert_uint_eq(tally.passed, malformed[_i].line - 1 > 0 ? 1 : 0);
}
END_TEST

static const struct {
    const char *instead_of, *put, *message;
} bad_values[] = {
    {"\"0xb9400403\"", "\"b9400403\"",
     "'insn' is no number (an integer, or a string \"0x...\" of 64 bits)"},
    {"\"0xb9400403\"", "\"0x1b9400403\"", "'insn' is more than 4294967295"},
    {"\"0x93830007\"", "\"0x93830007g\"",
     "'esr_el2' is no number (an integer, or a string \"0x...\" of 64 bits)"},
    {"\"0x93830007\"", "\"0x193830007193830007\"",
     "'esr_el2' is no number (an integer, or a string \"0x...\" of 64 bits)"},
    {"\"x0\"", "\"x31\"", "'regs' names no register: 'x31'"},
    {"\"on\"", "\"maybe\"", "'s1' is neither \"on\" nor \"off\""},
    {"\"trapped\":true", "\"trapped\":1", "'trapped' is missing, or neither true nor false"},
    {"\"s1\":\"on\"", "\"s1\":\"on\",\"cfg\":{\"hrc\":\"0x1\"}",
     "'cfg' names no control register: 'hrc'"},
    {"\"s1\":\"on\"", "\"s1\":\"on\",\"pre\":[7]", "'pre' has something that is no instruction"},
    {"\"s1\":\"on\"", "\"s1\":\"on\",\"el\":2", "'el' is more than 1"},
    {"ldr w3", "ldr\\u001bw3", "'asm' has a control character"},
    {"\"s1\":\"on\"", "\"s1\":\"on\",\"v_changed\":[32]",
     "'v_changed' is no list of register numbers"},
};

START_TEST(test_bad_value)
{
    char text[2048], expected[512];

    replace(text, sizeof(text), LOAD, bad_values[_i].instead_of, bad_values[_i].put);
    ck_assert(!run_text(text));
    snprintf(expected, sizeof(expected), "%s:1: error: %s", path, bad_values[_i].message);
    ck_assert_str_eq(message, expected);
}
END_TEST

START_TEST(test_line_too_long)
{
    size_t size = LINE_READER_MAX + 2;
    char *text = malloc(size);

    ck_assert_ptr_nonnull(text);
    memset(text, ' ', size);
    put_bytes(text, size);
    free(text);
    ck_assert(!runner_file(path, &options, &tally, message, sizeof(message)));
    ck_assert_ptr_nonnull(strstr(message, ":1: error: the line is longer than"));
}
END_TEST

START_TEST(test_missing_and_empty_file)
{
    ck_assert(run_text(""));
    ck_assert_uint_eq(tally.passed + tally.failed + tally.skipped, 0);
    unlink(path);
    ck_assert(!runner_file(path, &options, &tally, message, sizeof(message)));
    ck_assert_ptr_nonnull(strstr(message, ": error: cannot be opened: "));
}
END_TEST

/* --- .xz --- */

static size_t compress(const char *text, uint8_t *out, size_t room)
{
    size_t size = 0;

    ck_assert_int_eq(lzma_easy_buffer_encode(6, LZMA_CHECK_CRC64, NULL, (const uint8_t *)text,
                                             strlen(text), out, &size, room),
                     LZMA_OK);
    return size;
}

START_TEST(test_xz)
{
    uint8_t data[4096];
    size_t size = compress(LOAD "\n" MAPPED "\n" PAIR, data, sizeof(data));

    put_bytes(data, size);
    ck_assert_msg(runner_file(path, &options, &tally, message, sizeof(message)), "%s", message);
    ck_assert_uint_eq(tally.passed, 3);
}
END_TEST

START_TEST(test_xz_damaged)
{
    uint8_t data[4096];
    size_t size = compress(LOAD "\n" MAPPED "\n", data, sizeof(data));

    put_bytes(data, size / 2);
    ck_assert(!runner_file(path, &options, &tally, message, sizeof(message)));
    ck_assert_ptr_nonnull(strstr(message, "the compressed data end too early"));
    data[size / 2] ^= 0x55;
    put_bytes(data, size);
    ck_assert(!runner_file(path, &options, &tally, message, sizeof(message)));
    ck_assert_ptr_nonnull(strstr(message, "the compressed data are damaged"));
}
END_TEST

/* --- what is left out --- */

static const struct {
    const char *mark, *reason; /* the reason NULL: it counts */
} marks[] = {
    {"\"checked\":false", "the record has no rule (checked: false)"},
    {"\"lacks\":\"evt\",\"checked\":false", "the recorder lacks it: evt"},
    {"\"arm_arm_differs\":[\"x\"],\"dev\":\"D-X\"", "the recorder deviates from the Arm ARM: D-X"},
    {"\"arm_arm_differs\":[\"x\"],\"dev\":\"D-X\",\"want_esr_el2\":\"0x93830007\"", NULL},
    {"\"open\":\"a question\"", NULL},
};

START_TEST(test_own_marks)
{
    char text[2048], put[256];

    snprintf(put, sizeof(put), "\"s1\":\"on\",%s", marks[_i].mark);
    replace(text, sizeof(text), LOAD, "\"s1\":\"on\"", put);
    ck_assert_msg(run_text(text), "%s", message);
    ck_assert_uint_eq(tally.passed, marks[_i].reason ? 0 : 1);
    ck_assert_uint_eq(tally.skipped, marks[_i].reason ? 1 : 0);
    if (!marks[_i].reason)
        return;
    ck_assert_uint_eq(tally.reason_count, 1);
    ck_assert_str_eq(tally.reasons[0].text, marks[_i].reason);
    ck_assert(!tally.reasons[0].listed);
    ck_assert_uint_eq(tally.reasons[0].count, 1);
}
END_TEST

START_TEST(test_listed_reasons)
{
    ck_assert(reasons_parse(&reasons,
                            "# a comment\n"
                            "\n"
                            "ldr_post/*  *  left out for a test\n"
                            "ldr_imm/*/s1-on/normal/aligned/el2 hpfar_el2&0xf0 a part\n",
                            message, sizeof(message)));
    ck_assert(run_text(LOAD "\n" MAPPED "\n" MAPPED "\n" PAIR "\n"));
    ck_assert_uint_eq(tally.passed, 2);
    ck_assert_uint_eq(tally.skipped, 2);
    ck_assert_uint_eq(tally.reason_count, 1);
    ck_assert_str_eq(tally.reasons[0].text, "left out for a test");
    ck_assert(tally.reasons[0].listed && !tally.reasons[0].partial);
    ck_assert_uint_eq(tally.reasons[0].count, 2);
}
END_TEST

/* The bits named are left out and counted; any other bit of the field still fails. */
START_TEST(test_part_of_a_field)
{
    char text[2048];

    ck_assert(
        reasons_parse(&reasons, "ldr_imm/* hpfar_el2&0xf0 a part\n", message, sizeof(message)));
    replace(text, sizeof(text), LOAD, "\"hpfar_el2\":\"0x90000", "\"hpfar_el2\":\"0x90010");
    ck_assert(run_text(text));
    ck_assert_uint_eq(tally.passed, 1);
    ck_assert_uint_eq(tally.reason_count, 1);
    ck_assert(tally.reasons[0].listed && tally.reasons[0].partial);
    replace(text, sizeof(text), LOAD, "\"hpfar_el2\":\"0x90000", "\"hpfar_el2\":\"0x90110");
    ck_assert(run_text(text));
    ck_assert_uint_eq(tally.failed, 1);
}
END_TEST

static const struct {
    const char *text, *message;
} bad_lists[] = {
    {"a/* *", "line 1: expected PATTERN FIELD REASON"},
    {"# x\na/* esr why\n", "line 2: FIELD is neither * nor NAME&MASK"},
    {"a/* esr& why\n", "line 1: FIELD is neither * nor NAME&MASK"},
    {"a/* esr&0xzz why\n", "line 1: FIELD is neither * nor NAME&MASK"},
};

START_TEST(test_bad_list)
{
    ck_assert(!reasons_parse(&reasons, bad_lists[_i].text, message, sizeof(message)));
    ck_assert_str_eq(message, bad_lists[_i].message);
    ck_assert_ptr_null(reasons.rows);
}
END_TEST

/* The list that the program carries: each line parses, none leaves out everything. */
START_TEST(test_built_in_list)
{
    ck_assert_msg(reasons_parse(&reasons, reasons_built_in(), message, sizeof(message)), "%s",
                  message);
    ck_assert_uint_gt(reasons.count, 0);
    ck_assert(run_text(LOAD "\n" MAPPED "\n" PAIR "\n" STORE_PAIR "\n" EL0_FAULT "\n"));
    ck_assert_uint_eq(tally.passed, 5);
}
END_TEST

/* What stands in front of the instruction is run too; of an unknown one the record is left out. */
static const struct {
    const char *pre;
    bool known;
} pres[] = {
    {"ldxr x9, [x0]", true},  {"ldaxr x9, [x0]", true},  {"ldxp x9, w10, [x0]", false},
    {"fly", false},           {"ldxr w9", false},        {"ldxrb x9, [x0]", false},
    {"ldxp x9, [x0]", false}, {"ldxr w31, [x0]", false}, {"ldxr w9, [x0], #4", false},
    {"ldxr w9, [x0", false},  {"ldxr", false},           {"", false},
};

START_TEST(test_instruction_in_front)
{
    static const char record[] =
        "{\"insn\":\"0xc8047c03\",\"asm\":\"stxr w4, x3, [x0]\",\"class\":\"stxr_armed\","
        "\"case\":\"mapped\",\"s1\":\"on\",\"regs\":{\"x0\":\"0xffff800012601740\"},"
        "\"pc\":\"0xffff80001260a100\",\"trapped\":false,\"changed\":{\"x4\":\"0x0\"}}";
    char text[2048], put[128];

    snprintf(put, sizeof(put), "\"trapped\":false,\"pre\":[\"%s\"]", pres[_i].pre);
    replace(text, sizeof(text), record, "\"trapped\":false", put);
    ck_assert_msg(run_text(text), "%s", message);
    ck_assert_uint_eq(tally.passed, pres[_i].known ? 1 : 0);
    ck_assert_uint_eq(tally.failed, 0);
    ck_assert_uint_eq(tally.skipped, pres[_i].known ? 0 : 1);
}
END_TEST

/* --- choice --- */

static const struct {
    const char *filter;
    unsigned line, records;
} choices[] = {
    {NULL, 0, 3},    {"ldr", 0, 2},     {"ldr_imm/dev_l3_unmapped", 0, 1}, {"*/mapped", 0, 1},
    {"ldr_*", 0, 2}, {"nothing", 0, 0}, {"*/cross_into_hole", 0, 1},       {NULL, 2, 1},
    {NULL, 4, 0},
};

START_TEST(test_choice)
{
    options.filter = choices[_i].filter;
    options.line = choices[_i].line;
    ck_assert(run_text(LOAD "\n" MAPPED "\n" PAIR "\n"));
    ck_assert_uint_eq(tally.passed, choices[_i].records);
    ck_assert_uint_eq(tally.failed + tally.skipped, 0);
}
END_TEST

/* --- the report --- */

static char *printed(void (*print)(FILE *out, struct tally *tally))
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    ck_assert_ptr_nonnull(out);
    print(out, &tally);
    ck_assert_int_eq(fclose(out), 0);
    return text;
}

START_TEST(test_report)
{
    char text[8192], record[2048], *report, *json;
    const char *last;

    replace(record, sizeof(record), LOAD, "0x93830007", "0x93830047");
    snprintf(text, sizeof(text), "%s\n%s\n%s\n%s\n", LOAD, record, record, MAPPED);
    tally.failure_limit = 1;
    ck_assert(run_text(text));
    report = printed(tally_print);
    json = printed(tally_print_json);
    last = strrchr(report, '\n');
    ck_assert_ptr_nonnull(last);
    ck_assert_str_eq(last, "\n");
    ck_assert_ptr_nonnull(strstr(report, "\n2 passed, 2 failed, 0 skipped\n"));
    ck_assert_ptr_nonnull(strstr(report, ":2: ldr_imm/dev_l3_unmapped: ldr w3, [x0, #4]\n"));
    ck_assert_ptr_nonnull(strstr(report, "expected 0x93830047  DABT_LOW"));
    ck_assert_ptr_nonnull(strstr(report, "1 more failures\n"));
    ck_assert_ptr_nonnull(strstr(json, "\"failed\": 2"));
    ck_assert_ptr_nonnull(strstr(json, "\"field\": \"esr_el2\""));
    free(report);
    free(json);
}
END_TEST

Suite *check_suite(void)
{
    Suite *s = suite_create("conform");
    TCase *tc = tcase_create("conform");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc, test_wrong_expectation, 0, COUNT(wrongs));
    tcase_add_test(tc, test_order_does_not_matter);
    tcase_add_loop_test(tc, test_malformed, 0, COUNT(malformed));
    tcase_add_loop_test(tc, test_bad_value, 0, COUNT(bad_values));
    tcase_add_test(tc, test_line_too_long);
    tcase_add_test(tc, test_missing_and_empty_file);
    tcase_add_test(tc, test_xz);
    tcase_add_test(tc, test_xz_damaged);
    tcase_add_loop_test(tc, test_own_marks, 0, COUNT(marks));
    tcase_add_test(tc, test_listed_reasons);
    tcase_add_test(tc, test_part_of_a_field);
    tcase_add_loop_test(tc, test_bad_list, 0, COUNT(bad_lists));
    tcase_add_test(tc, test_built_in_list);
    tcase_add_loop_test(tc, test_instruction_in_front, 0, COUNT(pres));
    tcase_add_loop_test(tc, test_choice, 0, COUNT(choices));
    tcase_add_test(tc, test_report);
    suite_add_tcase(s, tc);
    return s;
}
