/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TLB misses of guest code: how many, how many descriptors of each stage they read, in which cycle
 * they are paid, and that nothing of it depends on what the engine forgets.
 */
#include "tests/unit/check_main.h"
#include "tests/unit/test_cpu_fixture.h"

#define TABLES (RAM_IPA + 0x40000) /* level 1, 2 and 3 of stage 1, a page each */
#define PAGES 64u                  /* VA n * 4K is at IPA RAM_IPA + n * 4K */
#define DEVICE_VA 0x50000u         /* its IPA is not mapped by stage 2 */
#define FIRST 0x10000u
#define SECOND 0x11000u

#define LDR_X2_X1 0xf9400022u
#define LDR_X4_X3 0xf9400064u
#define LDAXR_W2_X1 0x885ffc22u
#define TLBI_VMALLE1 0xd508871fu
#define TLBI_VMALLE1IS 0xd508831fu
#define TLBI_VAE1_X0 0xd5088720u
#define TLBI_VAE1IS_X0 0xd5088320u
#define TLBI_ASIDE1_X0 0xd5088740u
#define TLBI_VAAE1_X0 0xd5088760u
#define TLBI_VALE1_X0 0xd50887a0u
#define TLBI_RVAE1_X0 0xd5088620u
#define TLBI_RVAAE1OS_X0 0xd5088560u
#define MSR_TTBR0_X5 0xd5182005u
#define ISB 0xd5033fdfu

static const uint64_t seeds[] = {0, 1, 0x9e3779b97f4a7c15, 20261120};
#define SEEDS (sizeof(seeds) / sizeof(seeds[0]))

struct counts {
    uint64_t misses, s1, s2;
};

static struct counts counts_now(void)
{
    struct clock_account account[OP_COUNT];

    clock_accounts(&sim_clock, account);
    return (struct counts){account[OP_TLB_MISS].count, account[OP_S1_WALK_LEVEL].count,
                           account[OP_S2_WALK_LEVEL].count};
}

/* Runs the guest from va until it leaves, and compares what it has cost. */
static void run_from(uint64_t va, struct counts want)
{
    struct counts before = counts_now(), after;
    uint64_t cycles = sim_clock.now.v, instructions = cpu_instructions(cpu);

    el2->elr = va;
    el2->spsr = EL1H_MASKED;
    ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_SYNC);
    after = counts_now();
    ck_assert_uint_eq(after.misses - before.misses, want.misses);
    ck_assert_uint_eq(after.s1 - before.s1, want.s1);
    ck_assert_uint_eq(after.s2 - before.s2, want.s2);
    /* ERET and the exception are a cycle each */
    ck_assert_uint_eq(sim_clock.now.v - cycles,
                      2 + cpu_instructions(cpu) - instructions +
                          (uint64_t)walk_cycles * (want.misses + want.s1 + want.s2));
}

static void put_desc(uint64_t ipa, uint64_t desc)
{
    ck_assert_int_eq(physmem_write64(mem, PAS_NON_SECURE, PA(RAM + ipa - RAM_IPA), desc), PHYS_OK);
}

#define LEAF (field_mask(DESC_AF) | field_mask(S1_NG) | 3u << 8 | 3)

/* Stage 1 of three levels over the fixture's stage 2, which is one block for all of it. */
static void start(uint64_t seed)
{
    engine_chaos = seed;
    walk_cycles = 10;
    setup();
    put_desc(TABLES, (TABLES + 0x1000) | 3);
    put_desc(TABLES + 0x1000, (TABLES + 0x2000) | 3);
    for (uint64_t n = 0; n < PAGES; n++)
        put_desc(TABLES + 0x2000 + n * 8, (RAM_IPA + n * GRANULE_SIZE) | LEAF);
    put_desc(TABLES + 0x2000 + DEVICE_VA / GRANULE_SIZE * 8, 0x09000000 | LEAF);
    cpu_set_sysreg(cpu, SYSREG_MAIR_EL1, 0xff);
    cpu_set_sysreg(cpu, SYSREG_TCR_EL1,
                   field_put(TCR_T0SZ, 25) | field_put(TCR_EPD1, 1) | field_put(TCR_IPS, 2) |
                       field_put(TCR_AS, 1));
    cpu_set_sysreg(cpu, SYSREG_TTBR0_EL1, TABLES | field_put(TTBR_ASID, 1));
    cpu_set_sysreg(cpu, SYSREG_SCTLR_EL1,
                   cpu_get_sysreg(cpu, SYSREG_SCTLR_EL1) | field_mask(SCTLR_M));
    cpu_set_sysreg(cpu, SYSREG_VBAR_EL1, 0x8000);
    cpu_set_x(cpu, 1, FIRST);
    cpu_set_x(cpu, 3, SECOND);
    CODE(RAM_IPA, LDR_X2_X1, LDR_X4_X3, HVC0);
}

static void end(void)
{
    teardown();
    engine_chaos = 0;
    walk_cycles = 0;
}

/* 3 of stage 1 and 2 of stage 2 for the code, 1 for each page of data: all is known above it. */
static const struct counts COLD = {3, 5, 2}, NOTHING = {0};

START_TEST(a_page_costs_a_walk_once)
{
    start(seeds[_i]);
    run_from(0, COLD);
    run_from(0, NOTHING);
    /* what is no TLBI changes nothing */
    cpu_tlb_invalidate(cpu);
    run_from(0, NOTHING);
    end();
}
END_TEST

static const struct {
    uint32_t word;
    uint64_t x0;
    struct counts want; /* of the TLBI and both loads */
} tlbi_rows[] = {
    {TLBI_VAE1_X0, FIRST >> 12 | (uint64_t)1 << 48, {1, 3, 0}},
    {TLBI_VAE1IS_X0, FIRST >> 12 | (uint64_t)1 << 48, {1, 3, 0}},
    {TLBI_VAE1_X0, FIRST >> 12 | (uint64_t)2 << 48, {0, 0, 0}}, /* another ASID's */
    {TLBI_VAE1_X0, 0x3f | (uint64_t)1 << 48, {0, 0, 0}},        /* no entry, but its tables */
    {TLBI_VALE1_X0, FIRST >> 12 | (uint64_t)1 << 48, {1, 1, 0}},
    {TLBI_VAAE1_X0, SECOND >> 12, {1, 3, 0}},
    {TLBI_VAE1_X0, (uint64_t)1 << 48, {1, 3, 0}}, /* the page it runs from */
    {TLBI_ASIDE1_X0, (uint64_t)1 << 48, {3, 5, 0}},
    {TLBI_ASIDE1_X0, (uint64_t)2 << 48, {0, 0, 0}},
    {TLBI_VMALLE1, 0, {3, 5, 0}},
    {TLBI_VMALLE1IS, 0, {3, 5, 0}},
    {TLBI_RVAE1_X0, FIRST >> 12 | (uint64_t)1 << 46 | (uint64_t)1 << 48, {2, 4, 0}},
    {TLBI_RVAAE1OS_X0, SECOND >> 12 | (uint64_t)1 << 46, {1, 3, 0}},
    {NOP, 0, {0, 0, 0}},
};

START_TEST(a_tlbi_of_the_guest_takes_what_it_names)
{
    size_t row = (size_t)_i / SEEDS;

    start(seeds[(size_t)_i % SEEDS]);
    CODE(RAM_IPA + 0x100, tlbi_rows[row].word, ISB, LDR_X2_X1, LDR_X4_X3, HVC0);
    cpu_set_x(cpu, 0, tlbi_rows[row].x0);
    run_from(0, COLD);
    run_from(0x100, tlbi_rows[row].want);
    run_from(0, NOTHING);
    end();
}
END_TEST

START_TEST(an_asid_that_comes_back_finds_its_entries)
{
    start(seeds[_i]);
    CODE(RAM_IPA + 0x100, MSR_TTBR0_X5, ISB, LDR_X2_X1, LDR_X4_X3, HVC0);
    run_from(0, COLD);
    cpu_set_x(cpu, 5, TABLES | field_put(TTBR_ASID, 2));
    run_from(0x100, (struct counts){3, 5, 0});
    cpu_set_x(cpu, 5, TABLES | field_put(TTBR_ASID, 1));
    run_from(0x100, NOTHING);
    cpu_set_x(cpu, 5, TABLES | field_put(TTBR_ASID, 2));
    run_from(0x100, NOTHING);
    /* reused after a TLBI of it */
    CODE(RAM_IPA + 0x200, TLBI_ASIDE1_X0, LDR_X2_X1, HVC0);
    cpu_set_x(cpu, 0, (uint64_t)2 << 48);
    run_from(0x200, (struct counts){2, 4, 0});
    end();
}
END_TEST

START_TEST(software_at_el2_takes_an_ipa_or_a_vmid)
{
    const uint64_t other = S2_ROOT | field_put(VTTBR_VMID, 5);

    start(seeds[_i]);
    run_from(0, COLD);
    cpu_tlbi_ipa(cpu, S2_ROOT, IPA(RAM_IPA + 0x3000), GRANULE_SIZE); /* in the block of all */
    run_from(0, COLD);
    cpu_tlbi_ipa(cpu, S2_ROOT, IPA(RAM_IPA + 0x40000000), GRANULE_SIZE);
    run_from(0, (struct counts){3, 5, 0}); /* VMALLE1 comes with it; stage 2 stays */
    cpu_tlbi_vmid(cpu, S2_ROOT, false);
    run_from(0, (struct counts){3, 5, 0});
    cpu_tlbi_vmid(cpu, S2_ROOT, true);
    run_from(0, COLD);
    cpu_tlbi_vmid(cpu, other, true);
    run_from(0, NOTHING);
    el2->vttbr = other; /* another VM on this CPU, and back */
    run_from(0, COLD);
    el2->vttbr = S2_ROOT;
    run_from(0, NOTHING);
    end();
}
END_TEST

/* LDAXR is executed by our own code, without the engine's TLB. */
START_TEST(an_access_that_the_engine_does_not_make_counts_too)
{
    start(seeds[_i]);
    CODE(RAM_IPA + 0x100, LDAXR_W2_X1, HVC0);
    run_from(0x100, (struct counts){2, 4, 2});
    run_from(0x100, NOTHING);
    run_from(0, (struct counts){1, 1, 0});
    end();
}
END_TEST

/* A fault is found anew each time, but the tables above it are known. */
START_TEST(a_walk_that_faults_is_paid_each_time)
{
    start(seeds[_i]);
    CODE(RAM_IPA + 0x100, LDR_X2_X1, HVC0);
    cpu_set_x(cpu, 1, DEVICE_VA);
    run_from(0, (struct counts){2, 4, 3}); /* the code, and the load at once */
    run_from(0x100, (struct counts){1, 1, 1});
    run_from(0x100, (struct counts){1, 1, 1});
    end();
}
END_TEST

static struct timed_event event;
static uint64_t at_cycle, at_pc;

static void on_event(void *ctx, cycles_t late)
{
    (void)ctx, (void)late;
    at_cycle = sim_clock.now.v;
    at_pc = el2->elr;
    cpu_set_line(cpu, CPU_LINE_IRQ, true);
}

/*
 * What is due when comes in front of the first instruction that begins no earlier; a load begins
 * when its walk is done. Cycle 1 is the ERET's end.
 */
START_TEST(an_event_comes_in_front_of_the_access_whose_walk_reaches_it)
{
    /* nop, nop, ldr, nop, ldr, hvc: when each begins; walks of 6 and of 2 reads, and a miss each */
    const uint64_t before_load[] = {61 + 2, 61 + 2 + 20 + 2};
    const uint64_t begins[] = {61, 62, 61 + 2 + 20, 84, 85 + 20, 106};
    uint64_t due = 2 + (uint64_t)_i / SEEDS, want = 0, pc = 0;

    start(seeds[(size_t)_i % SEEDS]);
    CODE(RAM_IPA, NOP, NOP, LDR_X2_X1, NOP, LDR_X4_X3, HVC0);
    event = (struct timed_event){.name = "test", .fn = on_event};
    ck_assert(event_queue_add(&sim_clock.events, &event));
    el2->hcr |= field_mask(HCR_IMO);
    el2->elr = 0;
    clock_schedule(&sim_clock, &event, CYCLES(due));
    ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_IRQ);
    for (size_t i = 0; i < 6; i++)
        if (begins[i] >= due) {
            want = begins[i];
            pc = i * 4;
            break;
        }
    for (size_t i = 0; i < 2; i++) /* due just then: the walk is not begun */
        if (due == before_load[i])
            want = due;
    ck_assert_uint_eq(at_cycle, want);
    ck_assert_uint_eq(at_pc, pc);
    event_queue_remove(&sim_clock.events, &event);
    end();
}
END_TEST

/* Code that runs from one page into the next: the second one is paid when it is reached. */
START_TEST(a_fetch_is_paid_by_the_instruction_that_is_executed)
{
    start(seeds[_i]);
    CODE(RAM_IPA + 0x1ff8, NOP, NOP, NOP, HVC0);
    run_from(0x1ff8, (struct counts){2, 4, 2});
    cpu_set_budget(cpu, 2);
    cpu_tlbi_vmid(cpu, S2_ROOT, true);
    el2->elr = 0x1ff8;
    ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_LIMIT); /* both NOPs of the first page, and no more */
    ck_assert_uint_eq(counts_now().misses, 3);
    cpu_set_budget(cpu, 100);
    run_from(0x2000, (struct counts){1, 1, 0});
    end();
}
END_TEST

/* An instruction at a time, as under a debugger: the same walks, in the same places. */
START_TEST(steps_cost_what_a_run_costs)
{
    const uint32_t code[] = {LDR_X2_X1, TLBI_VAE1_X0,  LDAXR_W2_X1, TLBI_VMALLE1,
                             LDR_X4_X3, TLBI_RVAE1_X0, LDR_X2_X1,   HVC0};
    const size_t count = sizeof(code) / sizeof(code[0]);
    uint64_t whole, entries = 0;
    struct counts want, seen;

    start(seeds[_i]);
    put_code(RAM_IPA, code, count);
    cpu_set_x(cpu, 0, FIRST >> 12 | (uint64_t)1 << 46 | (uint64_t)1 << 48);
    el2->elr = 0;
    ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_SYNC);
    whole = sim_clock.now.v - 1;
    want = counts_now();
    ck_assert_uint_eq(want.misses, 6); /* 2, then 1, then 2, then 1 */
    end();

    start(seeds[_i]);
    put_code(RAM_IPA, code, count);
    cpu_set_x(cpu, 0, FIRST >> 12 | (uint64_t)1 << 46 | (uint64_t)1 << 48);
    el2->elr = 0;
    do {
        cpu_set_budget(cpu, 1);
        entries++;
    } while (cpu_run(cpu) == CPU_EXIT_LIMIT);
    seen = counts_now();
    ck_assert_mem_eq(&seen, &want, sizeof(want));
    ck_assert_uint_eq(sim_clock.now.v - entries, whole);
    end();
}
END_TEST

/* Each of two CPUs has its own; what is Inner Shareable, or made so by HCR_EL2.FB, is for both. */
START_TEST(a_tlbi_reaches_the_other_cpu_if_it_is_shareable)
{
    struct cpu *first, *other;
    struct el2_regs regs;
    char error[200];

    start(seeds[_i]);
    first = cpu;
    regs = *el2;
    other = cpu_new(engine, 1, error, sizeof(error));
    ck_assert_ptr_nonnull(other);
    cpu_set_budget(other, 1000);
    *cpu_el2(other) = regs; /* its MMU is off: stage 2 alone, a block */
    cpu = other;
    el2 = cpu_el2(other);
    cpu_set_x(cpu, 1, RAM_IPA + FIRST);
    cpu_set_x(cpu, 3, RAM_IPA + SECOND);
    run_from(RAM_IPA, (struct counts){1, 0, 2});
    cpu = first;
    el2 = cpu_el2(first);
    CODE(RAM_IPA + 0x100, TLBI_VMALLE1, HVC0, TLBI_VMALLE1IS, HVC0);
    run_from(0x100, (struct counts){2, 6, 2});
    cpu = other;
    el2 = cpu_el2(other);
    run_from(RAM_IPA, NOTHING);
    cpu = first;
    el2 = cpu_el2(first);
    run_from(0x108, (struct counts){1, 3, 0});
    cpu = other;
    el2 = cpu_el2(other);
    run_from(RAM_IPA, (struct counts){1, 0, 0});
    cpu = first;
    el2 = cpu_el2(first);
    el2->hcr |= field_mask(HCR_FB);
    run_from(0x100, (struct counts){1, 3, 0});
    cpu = other;
    el2 = cpu_el2(other);
    run_from(RAM_IPA, (struct counts){1, 0, 0});
    cpu = first;
    cpu_free(other);
    end();
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("guest_tlb");
    TCase *tc = tcase_create("guest_tlb");

    tcase_add_loop_test(tc, a_page_costs_a_walk_once, 0, (int)SEEDS);
    tcase_add_loop_test(tc, a_tlbi_of_the_guest_takes_what_it_names, 0,
                        (int)(SEEDS * sizeof(tlbi_rows) / sizeof(tlbi_rows[0])));
    tcase_add_loop_test(tc, an_asid_that_comes_back_finds_its_entries, 0, (int)SEEDS);
    tcase_add_loop_test(tc, software_at_el2_takes_an_ipa_or_a_vmid, 0, (int)SEEDS);
    tcase_add_loop_test(tc, an_access_that_the_engine_does_not_make_counts_too, 0, (int)SEEDS);
    tcase_add_loop_test(tc, a_walk_that_faults_is_paid_each_time, 0, (int)SEEDS);
    tcase_add_loop_test(tc, an_event_comes_in_front_of_the_access_whose_walk_reaches_it, 0,
                        105 * (int)SEEDS);
    tcase_add_loop_test(tc, a_fetch_is_paid_by_the_instruction_that_is_executed, 0, (int)SEEDS);
    tcase_add_loop_test(tc, a_tlbi_reaches_the_other_cpu_if_it_is_shareable, 0, (int)SEEDS);
    tcase_add_loop_test(tc, steps_cost_what_a_run_costs, 0, (int)SEEDS);
    suite_add_tcase(suite, tc);
    return suite;
}
