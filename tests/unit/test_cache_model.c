/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The caches against what can be counted by hand, and against a plain list of lines by last use. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/timing/cache_model.h"
#include "tests/unit/check_main.h"

/* L1I 1 KiB, 2 ways; L1D 2 KiB, 4 ways; L2 16 KiB, 8 ways; L3 64 KiB, 16 ways */
static const struct cache_geometry small[CACHE_UNITS] = {{8, 2}, {8, 4}, {32, 8}, {64, 16}};

#define L1D_LINES 32u
#define L2_LINES 256u
#define L3_LINES 1024u

static struct cache_model model;

static void setup(void)
{
    ck_assert(cache_model_init(&model, small));
}

static void teardown(void)
{
    cache_model_free(&model);
}

static uint64_t line(uint64_t n)
{
    return n * CACHE_LINE;
}

/* Loads n lines in order, rounds times; how many of them were answered by whom. */
static void walk_over(unsigned n, unsigned rounds, unsigned answers[CACHE_ANSWERS])
{
    memset(answers, 0, CACHE_ANSWERS * sizeof(*answers));
    for (unsigned round = 0; round < rounds; round++)
        for (unsigned i = 0; i < n; i++)
            answers[cache_model_load(&model, line(i))]++;
}

START_TEST(working_sets)
{
    static const struct {
        unsigned lines;
        enum cache_answer first, then; /* of a line not yet or no longer in L1 */
    } cases[] = {
        {1, ANSWER_MEMORY, ANSWER_L1},
        {L1D_LINES, ANSWER_MEMORY, ANSWER_L1},
        {L1D_LINES * 2, ANSWER_MEMORY, ANSWER_L2},
        {L2_LINES, ANSWER_MEMORY, ANSWER_L2},
        {L2_LINES * 2, ANSWER_MEMORY, ANSWER_L3},
        {L3_LINES, ANSWER_MEMORY, ANSWER_L3},
        {L3_LINES * 2, ANSWER_MEMORY, ANSWER_MEMORY},
    };
    unsigned n = cases[_i].lines, answers[CACHE_ANSWERS];

    walk_over(n, 1, answers);
    ck_assert_uint_eq(answers[cases[_i].first], n);
    for (unsigned round = 0; round < 3; round++) {
        walk_over(n, 1, answers);
        ck_assert_uint_eq(answers[cases[_i].then], n);
    }
}
END_TEST

/* One line too many: by LRU every access of its set misses, and of the other sets none does. */
START_TEST(one_line_too_many)
{
    unsigned answers[CACHE_ANSWERS];

    walk_over(L1D_LINES + 1, 1, answers);
    walk_over(L1D_LINES + 1, 1, answers);
    ck_assert_uint_eq(answers[ANSWER_L2], 5);
    ck_assert_uint_eq(answers[ANSWER_L1], L1D_LINES - 4);
}
END_TEST

START_TEST(stride_of_the_sets_conflicts)
{
    for (unsigned round = 0; round < 3; round++)
        for (unsigned i = 0; i < 5; i++) {
            enum cache_answer answer = cache_model_load(&model, line(8 * i));

            ck_assert_int_eq(answer, round ? ANSWER_L2 : ANSWER_MEMORY);
        }
}
END_TEST

START_TEST(least_recently_used_goes)
{
    for (unsigned i = 0; i < 4; i++)
        cache_model_load(&model, line(8 * i));
    cache_model_load(&model, line(0));
    cache_model_load(&model, line(8 * 4)); /* line 8 was used longest ago */
    ck_assert(cache_model_has(&model, CACHE_L1D, line(0)));
    ck_assert(!cache_model_has(&model, CACHE_L1D, line(8)));
    ck_assert(cache_model_has(&model, CACHE_L1D, line(16)));
    ck_assert_int_eq(cache_model_load(&model, line(8)), ANSWER_L2);
    ck_assert(!cache_model_has(&model, CACHE_L1D, line(16)));
}
END_TEST

START_TEST(dirty_lines_are_written_back_once)
{
    cache_model_store(&model, line(0));
    for (unsigned i = 1; i < 5; i++)
        cache_model_load(&model, line(8 * i));
    ck_assert_uint_eq(model.written_back[CACHE_L1D], 1);
    ck_assert_int_eq(cache_model_load(&model, line(0)), ANSWER_L2);
    cache_model_clean(&model, line(0)); /* in L2 it is still dirty */
    ck_assert_uint_eq(model.written_back[CACHE_L2], 1);
    cache_model_clean(&model, line(0));
    ck_assert_uint_eq(model.written_back[CACHE_L2], 1);
    ck_assert_uint_eq(model.written_back[CACHE_L1D], 1);
}
END_TEST

START_TEST(sides_share_l2)
{
    ck_assert_int_eq(cache_model_fetch(&model, line(3)), ANSWER_MEMORY);
    ck_assert_int_eq(cache_model_load(&model, line(3)), ANSWER_L2);
    ck_assert_int_eq(cache_model_walk(&model, line(4)), ANSWER_MEMORY);
    ck_assert(!cache_model_has(&model, CACHE_L1D, line(4)));
    ck_assert_int_eq(cache_model_load(&model, line(4)), ANSWER_L2);
    ck_assert_int_eq(cache_model_walk(&model, line(4)), ANSWER_L2);
}
END_TEST

START_TEST(maintenance)
{
    cache_model_store(&model, line(1));
    cache_model_fetch(&model, line(1));
    cache_model_invalidate(&model, line(1) + 7);
    for (enum cache_unit unit = CACHE_L1D; unit < CACHE_UNITS; unit++)
        ck_assert(!cache_model_has(&model, unit, line(1)));
    ck_assert(cache_model_has(&model, CACHE_L1I, line(1)));
    cache_model_invalidate_fetch(&model, line(1) + 4);
    ck_assert(!cache_model_has(&model, CACHE_L1I, line(1)));
    cache_model_fetch(&model, line(2));
    cache_model_invalidate_all_fetch(&model);
    ck_assert(!cache_model_has(&model, CACHE_L1I, line(2)));

    cache_model_zero(&model, line(9));
    ck_assert(cache_model_has(&model, CACHE_L1D, line(9)));
    ck_assert(!cache_model_has(&model, CACHE_L2, line(9)));
    cache_model_set_way(&model, CACHE_L1D, 1, 0, true);
    ck_assert(!cache_model_has(&model, CACHE_L1D, line(9)));
    ck_assert(cache_model_has(&model, CACHE_L2, line(9)));
    cache_model_set_way(&model, CACHE_L1D, 99, 99, true); /* there is no such way */
}
END_TEST

/* --- random accesses, against lists --- */

#define REFERENCE_WAYS 16

struct reference {
    uint64_t used[64][REFERENCE_WAYS]; /* line numbers plus 1, the last used first */
};

static bool reference_use(struct reference *reference, const struct cache_geometry *geometry,
                          uint64_t number)
{
    uint64_t *set = reference->used[number % geometry->sets];
    uint32_t way = 0;
    bool hit;

    while (way < geometry->ways && set[way] != number + 1)
        way++;
    hit = way < geometry->ways;
    for (way = hit ? way : geometry->ways - 1; way > 0; way--)
        set[way] = set[way - 1];
    set[0] = number + 1;
    return hit;
}

START_TEST(random_loads_as_lists_say)
{
    static struct reference l1, l2, l3;
    uint64_t seed = 88172645463325252u + (uint64_t)_i;

    memset(&l1, 0, sizeof(l1));
    memset(&l2, 0, sizeof(l2));
    memset(&l3, 0, sizeof(l3));
    for (unsigned i = 0; i < 200000; i++) {
        enum cache_answer want = ANSWER_L1;
        uint64_t number;

        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        number = (seed >> 20) % (seed & 1 ? 2048 : seed & 2 ? 300 : 40);
        if (!reference_use(&l1, &small[CACHE_L1D], number)) {
            want = ANSWER_L2;
            if (!reference_use(&l2, &small[CACHE_L2], number))
                want = reference_use(&l3, &small[CACHE_L3], number) ? ANSWER_L3 : ANSWER_MEMORY;
        }
        ck_assert_int_eq(cache_model_load(&model, line(number) + (seed >> 40) % CACHE_LINE), want);
    }
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("cache_model");
    TCase *tests = tcase_create("cache_model");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, working_sets, 0, 7);
    tcase_add_test(tests, one_line_too_many);
    tcase_add_test(tests, stride_of_the_sets_conflicts);
    tcase_add_test(tests, least_recently_used_goes);
    tcase_add_test(tests, dirty_lines_are_written_back_once);
    tcase_add_test(tests, sides_share_l2);
    tcase_add_test(tests, maintenance);
    tcase_add_loop_test(tests, random_loads_as_lists_say, 0, 3);
    suite_add_tcase(suite, tests);
    return suite;
}
