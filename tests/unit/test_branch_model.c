/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The predictor on branches whose mistakes can be counted by hand. */
#include <check.h>
#include <stdlib.h>

#include "cpu/timing/branch_model.h"
#include "tests/unit/check_main.h"

#define PC 0x40001000u
#define B_BACK 0x17ffffffu
#define B_NE_BACK 0x54ffffe1u
#define B_NE_FORWARD 0x54000101u
#define TBNZ_BACK 0x3707ffe0u
#define BL 0x94000010u
#define BR 0xd61f0000u
#define BLR 0xd63f0000u
#define RET 0xd65f03c0u
#define RETAA 0xd65f0bffu
#define BLRAAZ 0xd63f081fu
#define ERET 0xd69f03e0u
#define ADD 0x8b010000u

static const struct branch_geometry geometry = {
    .direction = 1024, .history = 8, .targets = 16, .ways = 2, .returns = 4};

static struct branch_model model;

static void setup(void)
{
    ck_assert(branch_model_init(&model, &geometry));
}

static void teardown(void)
{
    branch_model_free(&model);
}

/* A loop of n rounds, left by its branch back not being taken. Returns its mistakes. */
static unsigned loop(unsigned n)
{
    unsigned mistakes = 0;

    for (unsigned i = 0; i < n; i++) {
        uint64_t next = i + 1 < n ? PC - 64 : PC + 4;

        mistakes += branch_model_execute(&model, BRANCH_CONDITIONAL, PC, B_NE_BACK, next) ==
                    BRANCH_MISTAKEN;
    }
    return mistakes;
}

START_TEST(kinds)
{
    ck_assert_int_eq(branch_kind(B_BACK), BRANCH_DIRECT);
    ck_assert_int_eq(branch_kind(B_NE_BACK), BRANCH_CONDITIONAL);
    ck_assert_int_eq(branch_kind(TBNZ_BACK), BRANCH_CONDITIONAL);
    ck_assert_int_eq(branch_kind(0xb4000040), BRANCH_CONDITIONAL); /* CBZ X */
    ck_assert_int_eq(branch_kind(BL), BRANCH_CALL);
    ck_assert_int_eq(branch_kind(BR), BRANCH_INDIRECT);
    ck_assert_int_eq(branch_kind(BLR), BRANCH_INDIRECT_CALL);
    ck_assert_int_eq(branch_kind(BLRAAZ), BRANCH_INDIRECT_CALL);
    ck_assert_int_eq(branch_kind(RET), BRANCH_RETURN);
    ck_assert_int_eq(branch_kind(RETAA), BRANCH_RETURN);
    ck_assert_int_eq(branch_kind(ERET), BRANCH_NONE);
    ck_assert_int_eq(branch_kind(ADD), BRANCH_NONE);
}
END_TEST

/* Longer than the history: the end of each pass is a mistake, and nothing else. */
START_TEST(a_long_loop_is_mistaken_once_a_pass)
{
    for (unsigned pass = 0; pass < 20; pass++)
        ck_assert_uint_eq(loop(100), 1);
}
END_TEST

/* Within the history: its end is learned. */
START_TEST(a_short_loop_is_learned)
{
    unsigned mistakes = 0;

    for (unsigned pass = 0; pass < 30; pass++)
        mistakes += loop(5);
    ck_assert_uint_le(mistakes, 16);
    for (unsigned pass = 0; pass < 30; pass++)
        ck_assert_uint_eq(loop(5), 0);
}
END_TEST

START_TEST(unknown_branches_are_taken_back_only)
{
    ck_assert_int_eq(branch_model_execute(&model, BRANCH_CONDITIONAL, PC, TBNZ_BACK, PC - 4),
                     BRANCH_LATE);
    ck_assert_int_eq(branch_model_execute(&model, BRANCH_CONDITIONAL, PC, TBNZ_BACK, PC - 4),
                     BRANCH_RIGHT);
    ck_assert_int_eq(
        branch_model_execute(&model, BRANCH_CONDITIONAL, PC + 8, B_NE_FORWARD, PC + 12),
        BRANCH_RIGHT);
    ck_assert_int_eq(
        branch_model_execute(&model, BRANCH_CONDITIONAL, PC + 16, B_NE_FORWARD, PC + 48),
        BRANCH_MISTAKEN);
}
END_TEST

START_TEST(targets_of_indirect_branches)
{
    ck_assert_int_eq(branch_model_execute(&model, BRANCH_INDIRECT, PC, BR, 0x1000),
                     BRANCH_MISTAKEN);
    ck_assert_int_eq(branch_model_execute(&model, BRANCH_INDIRECT, PC, BR, 0x1000), BRANCH_RIGHT);
    ck_assert_int_eq(branch_model_execute(&model, BRANCH_INDIRECT, PC, BR, 0x2000),
                     BRANCH_MISTAKEN);
    ck_assert_int_eq(branch_model_execute(&model, BRANCH_INDIRECT, PC, BR, 0x2000), BRANCH_RIGHT);
}
END_TEST

/* A set has two ways: of three branches of one set in turn none is ever known, of two both are. */
START_TEST(targets_conflict)
{
    for (unsigned round = 0; round < 4; round++) {
        for (unsigned i = 0; i < 3; i++) {
            uint64_t pc = PC + i * 4 * 16;

            ck_assert_int_eq(branch_model_execute(&model, BRANCH_DIRECT, pc, B_BACK, pc - 4),
                             BRANCH_LATE);
        }
    }
    for (unsigned round = 0; round < 4; round++) {
        for (unsigned i = 0; i < 2; i++) {
            uint64_t pc = PC + 4 + i * 4 * 16;

            ck_assert_int_eq(branch_model_execute(&model, BRANCH_DIRECT, pc, B_BACK, pc - 4),
                             round ? BRANCH_RIGHT : BRANCH_LATE);
        }
    }
}
END_TEST

/* Calls nested one deeper than the stack: the outermost return has lost its address. */
START_TEST(returns_as_deep_as_the_stack)
{
    unsigned depth = geometry.returns + (unsigned)_i;

    for (unsigned pass = 0; pass < 3; pass++) {
        for (unsigned i = 0; i < depth; i++)
            branch_model_execute(&model, i & 1 ? BRANCH_CALL : BRANCH_INDIRECT_CALL, PC + 64 * i,
                                 i & 1 ? BL : BLR, PC + 64 * (i + 1));
        for (unsigned i = depth; i-- > 0;)
            ck_assert_int_eq(branch_model_execute(&model, BRANCH_RETURN, PC + 64 * (i + 1) + 8, RET,
                                                  PC + 64 * i + 4),
                             i + geometry.returns < depth ? BRANCH_MISTAKEN : BRANCH_RIGHT);
    }
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("branch_model");
    TCase *tests = tcase_create("branch_model");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, kinds);
    tcase_add_test(tests, a_long_loop_is_mistaken_once_a_pass);
    tcase_add_test(tests, a_short_loop_is_learned);
    tcase_add_test(tests, unknown_branches_are_taken_back_only);
    tcase_add_test(tests, targets_of_indirect_branches);
    tcase_add_test(tests, targets_conflict);
    tcase_add_loop_test(tests, returns_as_deep_as_the_stack, 0, 4);
    suite_add_tcase(suite, tests);
    return suite;
}
