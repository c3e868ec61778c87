/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The detailed mode against the core model without it, and against arithmetic. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/timing/detail.h"
#include "tests/unit/check_main.h"

#define CODE 0x80000000u
#define DATA 0x90000000u
#define LDR_X1_X1 0xf9400021u /* the next address is what was read */
#define LDR_X2_X1 0xf9400022u
#define STR_X2_X1 0xf9000022u
#define ADD_X3_X3_X2 0x8b020063u
#define ADD_X3_X3_X4 0x8b040063u
#define B_NE_BACK 0x54ffffe1u
#define NOP 0xd503201fu

static struct detail detail;
static const struct core_model *core;

static void start(const char *name)
{
    core = core_find(name);
    ck_assert_ptr_nonnull(core);
    ck_assert(detail_init(&detail, core));
}

static void stop(void)
{
    struct detail_sum sum[DETAIL_ROWS];
    uint64_t now = detail.now, before = detail.collected, cycles = 0;

    detail_collect(&detail, sum); /* the rows are the whole */
    for (unsigned row = 0; row < DETAIL_ROWS; row++)
        cycles += sum[row].cycles;
    ck_assert_uint_eq(cycles, now - before);
    ck_assert_uint_eq(detail_cycles(&detail), 0);
    detail_free(&detail);
}

static void step_to(uint32_t word, uint64_t pc, const struct detail_access *access, uint64_t next)
{
    struct uop uop;

    uop_decode(word, &uop);
    detail_step(&detail, &(struct detail_insn){.pc = pc,
                                               .pa = pc,
                                               .word = word,
                                               .uop = &uop,
                                               .access = access,
                                               .accesses = access ? 1 : 0,
                                               .next = next});
}

static void step(uint32_t word, const struct detail_access *access)
{
    step_to(word, CODE, access, CODE + 4);
}

static void load(uint32_t word, uint64_t pa)
{
    step(word, &(struct detail_access){.pa = pa, .bytes = 8, .reads = true});
}

/* Everything in L1: the cycles are the core model's. */
START_TEST(hits_cost_what_the_core_model_says)
{
    static const uint32_t words[] = {LDR_X1_X1,  LDR_X2_X1,  STR_X2_X1,  ADD_X3_X3_X2, ADD_X3_X3_X4,
                                     0x9b017c00, 0xa9400c22, 0x1f420820, 0x9ac10c00,   0xf8408422};
    struct core_state state = {0};
    uint64_t cycles = 0, seed = 12345;

    start(core_number((unsigned)_i)->name);
    load(LDR_X2_X1, DATA);
    detail_drain(&detail);
    step(NOP, NULL);
    detail_drain(&detail);
    detail_collect(&detail, (struct detail_sum[DETAIL_ROWS]){0});
    for (unsigned i = 0; i < 5000; i++) {
        uint32_t word;
        struct uop uop;

        seed = seed * 6364136223846793005u + 1442695040888963407u;
        word = words[(seed >> 33) % (sizeof(words) / sizeof(words[0]))];
        uop_decode(word, &uop);
        cycles += core_step(core, &state, &uop);
        if ((word & 0x0a000000) == 0x08000000)
            step(word, &(struct detail_access){.pa = DATA,
                                               .bytes = 8,
                                               .reads = word != STR_X2_X1,
                                               .writes = word == STR_X2_X1});
        else
            step(word, NULL);
        ck_assert_uint_eq(detail_cycles(&detail), cycles);
    }
    stop();
}
END_TEST

/* A pointer chase: each round costs the latency of who answers. */
static uint64_t chase(uint64_t bytes, unsigned rounds)
{
    uint64_t before;

    for (unsigned round = 0; round < rounds; round++)
        for (uint64_t at = 0; at < bytes; at += CACHE_LINE)
            load(LDR_X1_X1, DATA + at);
    detail_drain(&detail);
    before = detail.now;
    for (uint64_t at = 0; at < bytes; at += CACHE_LINE)
        load(LDR_X1_X1, DATA + at);
    detail_drain(&detail);
    return (detail.now - before) * 100 / (bytes / CACHE_LINE);
}

START_TEST(a_pointer_chase_costs_the_latency)
{
    static const struct {
        uint64_t bytes;
        enum cache_answer answer;
    } plateaus[] = {{16 << 10, ANSWER_L1},
                    {96 << 10, ANSWER_L2},
                    {2 << 20, ANSWER_L3},
                    {64 << 20, ANSWER_MEMORY}};

    start(core_number((unsigned)_i)->name);
    for (unsigned n = 0; n < sizeof(plateaus) / sizeof(plateaus[0]); n++) {
        uint64_t each = chase(plateaus[n].bytes, 1);
        uint64_t want = core->memory.latency[plateaus[n].answer] * 100u;

        ck_assert_msg(each >= want - want / 50 && each <= want + want / 50,
                      "%s: %lu, not %lu hundredths", core->name, (unsigned long)each,
                      (unsigned long)want);
    }
    stop();
}
END_TEST

/* In order: what does not need the result goes on, what does waits. */
START_TEST(an_in_order_core_stalls_at_the_first_reader)
{
    uint64_t began, extra;

    start("in-order-2");
    step(NOP, NULL);
    detail_drain(&detail);
    step(NOP, NULL);
    began = detail.now;
    load(LDR_X2_X1, DATA);
    for (unsigned i = 0; i < 20; i++)
        step(ADD_X3_X3_X4, NULL);
    ck_assert_uint_le(detail.now - began, 25);
    step(ADD_X3_X3_X2, NULL);
    extra = core->memory.latency[ANSWER_MEMORY];
    ck_assert_uint_ge(detail.now - began, extra);
    ck_assert_uint_le(detail.now - began, extra + 3);
    stop();
}
END_TEST

/* Wide: misses that do not depend on each other go on at a time, as many as there is room for. */
START_TEST(a_wide_core_overlaps_misses)
{
    uint64_t began, memory;

    start("wide");
    memory = core->memory.latency[ANSWER_MEMORY];
    step(NOP, NULL);
    detail_drain(&detail);
    step(NOP, NULL);
    began = detail.now;
    for (unsigned i = 0; i < core->memory.misses; i++)
        load(LDR_X2_X1, DATA + i * 4096);
    detail_drain(&detail);
    ck_assert_uint_ge(detail.now - began, memory);
    ck_assert_uint_le(detail.now - began, memory + 2u * core->memory.misses);
    began = detail.now;
    for (unsigned i = 0; i < 2u * core->memory.misses; i++)
        load(LDR_X2_X1, DATA + (1 << 24) + i * 4096);
    detail_drain(&detail);
    ck_assert_uint_ge(detail.now - began, 2 * memory - 10);
    ck_assert_uint_le(detail.now - began, 2 * memory + 4u * core->memory.misses);
    stop();
}
END_TEST

/* The reorder buffer hides what fits in it: 128 instructions at 4 loads' worth of width. */
START_TEST(a_wide_core_runs_on_until_its_buffer_is_full)
{
    uint64_t began;

    start("wide");
    step(NOP, NULL);
    detail_drain(&detail);
    step(NOP, NULL);
    began = detail.now;
    load(LDR_X2_X1, DATA);
    for (unsigned i = 0; i + 1u < core->memory.window; i++)
        step(NOP, NULL);
    ck_assert_uint_le(detail.now - began, 40);
    step(NOP, NULL);
    ck_assert_uint_ge(detail.now - began, core->memory.latency[ANSWER_MEMORY] - 1u);
    stop();
}
END_TEST

/* The second word of a line that is on its way waits for the line, not for one of its own. */
START_TEST(a_line_is_fetched_once)
{
    struct detail_sum sum[DETAIL_ROWS];

    start("wide");
    for (unsigned i = 0; i < 8; i++)
        load(LDR_X2_X1, DATA + 8 * i);
    detail_drain(&detail);
    detail_collect(&detail, sum);
    ck_assert_uint_eq(sum[DETAIL_L1D_MISS].count, 1);
    ck_assert_uint_eq(sum[DETAIL_L1I_MISS].count, 1);
    ck_assert_uint_eq(sum[DETAIL_L2_MISS].count, 2);
    ck_assert_uint_eq(sum[DETAIL_ISSUE].count, 8);
    stop();
}
END_TEST

START_TEST(a_mispredict_costs_its_penalty)
{
    struct detail_sum sum[DETAIL_ROWS];

    start(core_number((unsigned)_i)->name);
    for (unsigned pass = 0; pass < 10; pass++)
        for (unsigned i = 0; i < 100; i++)
            step_to(B_NE_BACK, CODE, NULL, i < 99 ? CODE - 4 : CODE + 4);
    detail_collect(&detail, sum);
    ck_assert_uint_eq(sum[DETAIL_MISPREDICT].count, 10);
    ck_assert_uint_eq(sum[DETAIL_MISPREDICT].cycles, 10u * core->memory.mispredict);
    ck_assert_uint_eq(sum[DETAIL_BTB_MISS].count, 1);
    ck_assert_uint_eq(sum[DETAIL_BTB_MISS].cycles, core->memory.redirect);
    stop();
}
END_TEST

/* Each access on its own: memory's latency; and no line of it stays. */
START_TEST(uncached_accesses_go_to_memory)
{
    struct detail_access access = {.pa = DATA, .bytes = 4, .reads = true, .uncached = true};
    struct detail_sum sum[DETAIL_ROWS];
    uint64_t began;

    start("in-order-2");
    step(NOP, NULL);
    began = detail.now;
    for (unsigned i = 0; i < 10; i++)
        step(LDR_X1_X1, &access);
    ck_assert_uint_ge(detail.now - began, 9u * core->memory.latency[ANSWER_MEMORY]);
    detail_collect(&detail, sum);
    ck_assert_uint_eq(sum[DETAIL_UNCACHED].count, 10);
    ck_assert(!cache_model_has(&detail.cache, CACHE_L1D, DATA));
    stop();
}
END_TEST

/* A walk reads through L2; what follows on the same line does not walk. */
START_TEST(walks_read_through_l2)
{
    struct detail_access access = {.pa = DATA, .bytes = 8, .reads = true};
    struct detail_sum sum[DETAIL_ROWS];
    uint64_t began;

    start("in-order-2");
    ck_assert_uint_eq(detail_walk_read(&detail, DATA + 4096), core->memory.latency[ANSWER_MEMORY]);
    access.walk = detail_walk_read(&detail, DATA + 4096);
    ck_assert_uint_eq(access.walk, core->memory.latency[ANSWER_L2]);
    detail_count_walk(&detail);
    step(LDR_X1_X1, NULL);
    detail_drain(&detail);
    load(LDR_X1_X1, DATA);
    detail_drain(&detail);
    step(NOP, NULL);
    detail_drain(&detail);
    detail_collect(&detail, sum);
    began = detail.now;
    step(LDR_X1_X1, &access);
    detail_drain(&detail);
    ck_assert_uint_eq(detail.now - began, access.walk + core->memory.latency[ANSWER_L1]);
    detail_collect(&detail, sum);
    ck_assert_uint_eq(sum[DETAIL_TLB_WALK].cycles, access.walk);
    stop();
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("detail");
    TCase *tests = tcase_create("detail");

    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, hits_cost_what_the_core_model_says, 0, 3);
    tcase_add_loop_test(tests, a_pointer_chase_costs_the_latency, 0, 3);
    tcase_add_test(tests, an_in_order_core_stalls_at_the_first_reader);
    tcase_add_test(tests, a_wide_core_overlaps_misses);
    tcase_add_test(tests, a_wide_core_runs_on_until_its_buffer_is_full);
    tcase_add_test(tests, a_line_is_fetched_once);
    tcase_add_loop_test(tests, a_mispredict_costs_its_penalty, 0, 3);
    tcase_add_test(tests, uncached_accesses_go_to_memory);
    tcase_add_test(tests, walks_read_through_l2);
    suite_add_tcase(suite, tests);
    return suite;
}
