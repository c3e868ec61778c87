/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The core models: chains whose steady state is known, and 1,200 blocks against llvm-mca. */
#include <check.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/timing/core.h"
#include "tests/unit/check_main.h"

#define BLOCKS "tests/vectors/llvm-mca/blocks.jsonl"
#define MAX_WORDS 64
#define ROUNDS 100
#define MAX_BLOCKS 2000

static double steady(const struct core_model *core, const uint32_t *words, size_t n)
{
    struct core_state state = {0};
    unsigned before = 0, cycles = 0;

    for (unsigned round = 0; round < 2 * ROUNDS; round++) {
        if (round == ROUNDS)
            before = cycles;
        for (size_t i = 0; i < n; i++) {
            struct uop uop;

            uop_decode(words[i], &uop);
            cycles += core_step(core, &state, &uop);
        }
    }
    return (double)(cycles - before) / ROUNDS;
}

/* Of llvm-mca 14, and of 19 for the N1: what it says of these loops, printed beside each. */
static const struct {
    const char *what;
    uint32_t words[4];
    size_t count;
    double in_order, wide, wide_3;
} chains[] = {
    {"add x0, x0, x1", {0x8b010000}, 1, 1, 1, 1},
    {"add x0, x1, x0, lsr #7", {0x8b401c20}, 1, 2, 2, 2},
    {"ldr x0, [x0]", {0xf9400000}, 1, 3, 4, 4},
    {"ldr x0, [x0]; add x0, x0, x1", {0xf9400000, 0x8b010000}, 2, 6, 5, 5},
    {"mul w0, w0, w1", {0x1b017c00}, 1, 3, 2, 3},
    {"madd w0, w1, w2, w0", {0x1b020020}, 1, 2, 2, 3},
    {"udiv x0, x0, x1", {0x9ac10800}, 1, 8, 20, 35},
    {"ldr x0, [x2]; ldr x1, [x3]", {0xf9400040, 0xf9400061}, 2, 2, 1, 2},
    {"fmadd d0, d1, d2, d0", {0x1f420020}, 1, 4, 4, 9},
    {"stp x0, x1, [x2]", {0xa9000440}, 1, 1, 1, 2},
};

START_TEST(chains_take_what_their_latencies_say)
{
    const double want[] = {chains[_i].in_order, chains[_i].wide, chains[_i].wide_3};
    const char *const names[] = {"in-order-2", "wide", "wide-3"};

    for (size_t i = 0; i < 3; i++) {
        double cycles = steady(core_find(names[i]), chains[_i].words, chains[_i].count);

        ck_assert_msg(fabs(cycles - want[i]) < 0.05, "%s on %s: %.2f, not %.2f", chains[_i].what,
                      names[i], cycles, want[i]);
    }
}
END_TEST

/* ldr x0, [x0]; isb: the load's 4 cycles are over before the ISB's 20 begin, and these before the
 * next load. */
START_TEST(what_follows_an_isb_waits_for_it)
{
    static const uint32_t words[] = {0xf9400000, 0xd5033fdf};
    static const char *const names[] = {"wide", "wide-3"};

    ck_assert_double_eq_tol(steady(core_find(names[_i]), words, 2), 24, 0.05);
}
END_TEST

/* An exception return of the guest empties the pipeline, in order or wide. */
START_TEST(an_eret_is_waited_for)
{
    static const uint32_t words[] = {0xd69f03e0, 0x8b010000};
    static const struct {
        const char *core;
        double least;
    } cores[] = {{"in-order-2", 40}, {"wide", 65}, {"wide-3", 65}};
    double cycles = steady(core_find(cores[_i].core), words, 2);

    ck_assert_double_ge(cycles, cores[_i].least);
    ck_assert_double_le(cycles, cores[_i].least + 3);
}
END_TEST

static bool stands_apart(const struct uop *uop)
{
    return uop_class_is_system((enum uop_class)uop->cls) || uop->cls == UOP_BRANCH_LINK ||
           uop->cls == UOP_BRANCH_LINK_REG;
}

/* Words of a record; 0 when llvm-mca has no figure for one of them. */
static size_t parse(const char *text, uint32_t *words)
{
    size_t n = 0;

    while (*text && n < MAX_WORDS) {
        struct uop uop;
        char *end;

        words[n] = (uint32_t)strtoul(text, &end, 16);
        text = end;
        uop_decode(words[n++], &uop);
        if (stands_apart(&uop))
            return 0;
    }
    return n;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static const struct {
    const char *core, *key;
} pairs[] = {
    {"in-order-2", "cortex-a55@14"},
    {"wide", "neoverse-n1@19"},
    {"wide-3", "neoverse-n1@14"},
};

/* Bars: median at most 5 %, 90th percentile at most 15 %, of the half nobody fitted to. */
START_TEST(blocks_take_what_llvm_mca_says)
{
    static double errors[MAX_BLOCKS];
    const struct core_model *core = core_find(pairs[_i].core);
    FILE *file = fopen(BLOCKS, "r");
    char line[4096];
    size_t n = 0;

    ck_assert_ptr_nonnull(file);
    while (fgets(line, sizeof(line), file) && n < MAX_BLOCKS) {
        json_t *record = json_loads(line, 0, NULL);
        double theirs =
            json_number_value(json_object_get(json_object_get(record, "mca"), pairs[_i].key));
        uint32_t words[MAX_WORDS];
        size_t count = parse(json_string_value(json_object_get(record, "words")), words);

        if (count && theirs > 0 &&
            strcmp(json_string_value(json_object_get(record, "half")), "held-out") == 0)
            errors[n++] = fabs(steady(core, words, count) - theirs) / theirs;
        json_decref(record);
    }
    fclose(file);
    ck_assert_uint_ge(n, 300);
    qsort(errors, n, sizeof(errors[0]), by_value);
    ck_assert_msg(errors[n / 2] <= 0.05, "median %.3f", errors[n / 2]);
    ck_assert_msg(errors[n * 9 / 10] <= 0.15, "90th percentile %.3f", errors[n * 9 / 10]);
}
END_TEST

/* Every word, instruction or not, from every core: an end, and registers that exist. */
START_TEST(any_word_is_stepped)
{
    uint64_t seed = 0x9e3779b97f4a7c15;

    for (unsigned n = 0; core_number(n); n++) {
        struct core_state state = {0};

        for (unsigned i = 0; i < 200000; i++) {
            struct uop uop;

            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            uop_decode((uint32_t)(seed >> 16), &uop);
            for (unsigned r = 0; r < uop.reads; r++)
                ck_assert_uint_lt(uop.read[r], UOP_REGS);
            for (unsigned w = 0; w < uop.writes; w++)
                ck_assert_uint_lt(uop.write[w], UOP_REGS);
            ck_assert_uint_lt(core_step(core_number(n), &state, &uop), 256);
        }
        ck_assert_uint_lt(core_drain(core_number(n), &state), 128);
        ck_assert_mem_eq(&state, &(struct core_state){0}, sizeof(state));
    }
}
END_TEST

START_TEST(operands_by_name)
{
    struct uop uop;

    uop_decode(0xa9bf7bfd, &uop); /* stp x29, x30, [sp, #-16]! */
    ck_assert_uint_eq(uop.cls, UOP_STORE_PAIR);
    ck_assert_uint_eq(uop.reads, 3);
    ck_assert_uint_eq(uop.read[2], UOP_SP);
    ck_assert_uint_eq(uop.writes, 1);
    ck_assert(uop.updates_base);
    ck_assert_uint_eq(uop.write[0], UOP_SP);
    uop_decode(0xeb01001f, &uop); /* cmp x0, x1 */
    ck_assert_uint_eq(uop.writes, 1);
    ck_assert_uint_eq(uop.write[0], UOP_NZCV);
    uop_decode(0x54000041, &uop); /* b.ne */
    ck_assert(uop.is_branch);
    ck_assert_uint_eq(uop.read[0], UOP_NZCV);
    uop_decode(0x00000000, &uop); /* udf */
    ck_assert_uint_eq(uop.cls, UOP_OTHER);
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("core");
    TCase *tests = tcase_create("core");

    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, an_eret_is_waited_for, 0, 3);
    tcase_add_loop_test(tests, what_follows_an_isb_waits_for_it, 0, 2);
    tcase_add_loop_test(tests, chains_take_what_their_latencies_say, 0,
                        sizeof(chains) / sizeof(chains[0]));
    tcase_add_loop_test(tests, blocks_take_what_llvm_mca_says, 0, sizeof(pairs) / sizeof(pairs[0]));
    tcase_add_test(tests, any_word_is_stepped);
    tcase_add_test(tests, operands_by_name);
    suite_add_tcase(suite, tests);
    return suite;
}
