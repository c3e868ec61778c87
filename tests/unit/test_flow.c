/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The flow against the core model stepped by hand: random code, walked in random blocks that are
 * cut, forgotten and met again. More blocks than are remembered, so that all is forgotten as well.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/timing/flow.h"
#include "tests/unit/check_main.h"

#define BASE 0x40000000u
#define CODE 4096u /* words */
#define STEPS 60000u

struct guest {
    uint32_t code[CODE];
    uint64_t seed;
    const struct core_model *core;
    struct core_state state;
    uint64_t cycles;
    uint64_t end; /* behind the last instruction */
    bool branch;  /* which may go elsewhere */
};

static uint64_t chance(struct guest *guest)
{
    guest->seed ^= guest->seed << 13;
    guest->seed ^= guest->seed >> 7;
    guest->seed ^= guest->seed << 17;
    return guest->seed >> 8;
}

/* ADD, LDR, MUL, STP, B.NE, FMADD, CMP, LDR with write-back */
static uint32_t word_of(struct guest *guest)
{
    static const uint32_t words[] = {0x8b010000, 0xf9400041, 0x9b017c00, 0xa9000fe2,
                                     0x54ffffe1, 0x1f420820, 0xeb01001f, 0xf8408441};

    return words[chance(guest) % (sizeof(words) / sizeof(words[0]))];
}

static bool words_at(void *ctx, uint64_t pc, uint32_t *words, size_t n)
{
    struct guest *guest = ctx;

    memcpy(words, &guest->code[(pc - BASE) / 4], n * sizeof(*words));
    return true;
}

static void step_by_hand(struct guest *guest, uint64_t pc, unsigned n)
{
    if (n && guest->branch && pc != guest->end)
        guest->cycles += core_branch_taken(guest->core, &guest->state);
    for (unsigned i = 0; i < n; i++) {
        struct uop uop;

        uop_decode(guest->code[(pc - BASE) / 4 + i], &uop);
        guest->cycles += core_step(guest->core, &guest->state, &uop);
        guest->branch = uop.is_branch;
        guest->end = pc + 4 * (i + 1);
    }
}

/* The event line of a block that passes it: the first instruction behind which it is due. */
static void check_due(struct flow *flow, const struct guest *guest, struct flow_block *block)
{
    struct guest ahead = *guest;
    unsigned n = 0, want;

    flow->due = flow->cycles + block->cycles / 2;
    if (flow->cycles + block->cycles >= flow->due) {
        want = flow_instructions_to_due(flow, block);
        do {
            step_by_hand(&ahead, block->pc + 4 * n, 1);
            n++;
        } while (n < block->size / 4u && ahead.cycles < flow->due);
        ck_assert_uint_eq(n, want);
    }
    flow->due = UINT64_MAX;
}

START_TEST(cycles_follow_from_the_instructions)
{
    static struct guest guest;
    struct flow flow;
    uint64_t pc = BASE;

    guest = (struct guest){.seed = 0x1234567 + (uint64_t)_i, .core = core_number((unsigned)_i)};
    for (unsigned i = 0; i < CODE; i++)
        guest.code[i] = word_of(&guest);
    ck_assert(flow_init(&flow, guest.core, &(struct flow_source){words_at, &guest}));
    for (unsigned i = 0; i < STEPS; i++) {
        unsigned n = 1 + (unsigned)(chance(&guest) % 12), done = n;
        struct flow_block *block;

        if (chance(&guest) % 4 == 0 || (pc - BASE) / 4 + 12 > CODE)
            pc = BASE + 4 * (chance(&guest) % (i % 2 ? 64 : CODE - 16));
        if (chance(&guest) % 64 == 0) {
            guest.code[(pc - BASE) / 4] = word_of(&guest);
            flow_forget_addresses(&flow);
        }
        block = flow_next(&flow, pc, n * 4);
        check_due(&flow, &guest, block);
        flow_enter(&flow, block);
        if (chance(&guest) % 3 == 0) {
            struct guest ahead = guest;

            done = (unsigned)(chance(&guest) % (n + 1));
            step_by_hand(&ahead, pc, done);
            ck_assert_uint_eq(flow_cycles_at(&flow, done), ahead.cycles);
            flow_cut(&flow, done);
        }
        step_by_hand(&guest, pc, done);
        ck_assert_uint_eq(flow.cycles, guest.cycles);
        pc += 4 * done;
        if (chance(&guest) % 50 == 0) {
            flow_drain(&flow);
            guest.cycles += core_drain(guest.core, &guest.state);
            guest.branch = false;
            ck_assert_uint_eq(flow.cycles, guest.cycles);
        }
    }
    flow_free(&flow);
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("flow");
    TCase *tests = tcase_create("flow");

    tcase_set_timeout(tests, 100);
    tcase_add_loop_test(tests, cycles_follow_from_the_instructions, 0, 3);
    suite_add_tcase(suite, tests);
    return suite;
}
