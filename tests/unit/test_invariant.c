/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Each invariant can fail: an RMM that breaks one promise, made from the real model by changing
 * what passes between it and the observer, is found out, and for that promise. And the fuzzer: the
 * same seed is the same run, and a failure is told with few steps.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/arch/esr.h"
#include "cpu/vreg.h"
#include "sim/fuzz/campaign.h"
#include "tests/unit/check_main.h"

#define SEED 11
#define ITERATIONS 150

struct mischief {
    const char *name;
    enum invariant_id broken;
    void (*act)(struct fuzz_target *target, struct smc_regs *regs, bool before);
};

/* What is remembered from before a command. */
static struct {
    struct smc_regs asked;
    uint8_t *gpt;
    size_t gpt_size;
} memory;

static uint32_t fid(void)
{
    return (uint32_t)memory.asked.x[0];
}

static struct rmi_rec_run *run_page(struct fuzz_target *target)
{
    enum phys_status status;

    return physmem_ptr(target->mem, PAS_NON_SECURE, PA(memory.asked.x[2]), GRANULE_SIZE, &status);
}

static struct rmi_rec_exit *exit_shown(struct fuzz_target *target, const struct smc_regs *regs,
                                       bool before)
{
    struct rmi_rec_run *page =
        !before && fid() == RMI_REC_ENTER && regs->x[0] == RMI_SUCCESS ? run_page(target) : NULL;

    return page ? &page->exit : NULL;
}

static struct cpu *entered_cpu(struct fuzz_target *target, bool before)
{
    return before && fid() == RMI_REC_ENTER ? rmm_rec_cpu(target->rmm, PA(memory.asked.x[1]))
                                            : NULL;
}

/* --- promises broken ---------------------------------------------------------------------------
 */

static void unused_field(struct fuzz_target *target, struct smc_regs *regs, bool before)
{
    struct rmi_rec_exit *exit = exit_shown(target, regs, before);

    if (exit)
        exit->pad1[8] = 1;
}

static void other_register(struct fuzz_target *target, struct smc_regs *regs, bool before)
{
    struct rmi_rec_exit *exit = exit_shown(target, regs, before);

    if (exit && exit->exit_reason == RMI_EXIT_SYNC)
        exit->gprs[9] = 0x5ec2e7;
}

static void register_number(struct fuzz_target *target, struct smc_regs *regs, bool before)
{
    struct rmi_rec_exit *exit = exit_shown(target, regs, before);

    if (exit && exit->exit_reason == RMI_EXIT_SYNC &&
        field_get(exit->esr, ESR_EC) == ESR_EC_DABT_LOW)
        exit->esr |= field_put(ESR_SRT, 9);
}

static void whole_far(struct fuzz_target *target, struct smc_regs *regs, bool before)
{
    struct rmi_rec_exit *exit = exit_shown(target, regs, before);

    if (exit && exit->exit_reason == RMI_EXIT_SYNC && field_get(exit->esr, ESR_ISV))
        exit->far |= GRANULE_SIZE;
}

static void wrong_store_data(struct fuzz_target *target, struct smc_regs *regs, bool before)
{
    struct rmi_rec_exit *exit = exit_shown(target, regs, before);

    if (exit && exit->exit_reason == RMI_EXIT_SYNC && field_get(exit->esr, ESR_ISV))
        exit->gprs[0] ^= 0x100;
}

static void wrong_reason(struct fuzz_target *target, struct smc_regs *regs, bool before)
{
    struct rmi_rec_exit *exit = exit_shown(target, regs, before);

    if (exit && exit->exit_reason == RMI_EXIT_IRQ)
        exit->exit_reason = RMI_EXIT_HOST_CALL;
}

static void register_changed(struct fuzz_target *target, struct smc_regs *regs, bool before)
{
    struct cpu *cpu = entered_cpu(target, before);

    (void)regs;
    if (cpu)
        cpu_set_x(cpu, 27, cpu_get_x(cpu, 27) ^ 1);
}

static void sysreg_changed(struct fuzz_target *target, struct smc_regs *regs, bool before)
{
    struct cpu *cpu = entered_cpu(target, before);

    (void)regs;
    if (cpu)
        cpu_set_sysreg(cpu, SYSREG_TPIDR_EL1, 0x1234);
}

static void pc_changed(struct fuzz_target *target, struct smc_regs *regs, bool before)
{
    struct cpu *cpu = entered_cpu(target, before);

    (void)regs;
    if (cpu)
        cpu_el2(cpu)->elr += 4;
}

static void stack_changed(struct fuzz_target *target, struct smc_regs *regs, bool before)
{
    struct cpu *cpu = entered_cpu(target, before);

    (void)regs;
    if (cpu)
        cpu_set_sp(cpu, 0, 0x1000);
}

/* Where another REC had the PE, so that they are compared. */
static void vector_changed(struct fuzz_target *target, struct smc_regs *regs, bool before)
{
    static const uint64_t value[2] = {1, 2};

    (void)regs;
    if (before && fid() == RMI_PSCI_COMPLETE)
        for (unsigned i = 0; i < FUZZ_CPUS; i++)
            vreg_set(target->cpus[i], 5, value);
}

static void other_tables(struct fuzz_target *target, struct smc_regs *regs, bool before)
{
    struct cpu *cpu = entered_cpu(target, before);

    (void)regs;
    if (cpu)
        cpu_el2(cpu)->vttbr ^= (uint64_t)1 << 48; /* VMID */
}

/* The RMM never sees that the host answers what was not asked, and lets it in. */
static void answer_accepted(struct fuzz_target *target, struct smc_regs *regs, bool before)
{
    const struct fuzz_exit *last = &target->exits[0][0];
    struct rmi_rec_run *page = before && fid() == RMI_REC_ENTER ? run_page(target) : NULL;

    (void)regs;
    if (page && last->present && memory.asked.x[1] == FUZZ_REC(0, 0) &&
        !field_get(last->exit.esr, ESR_ISV) && (page->enter.flags & 3) == 1)
        page->enter.flags = 0;
}

static void pending_entered(struct fuzz_target *target, struct smc_regs *regs, bool before)
{
    (void)target;
    if (!before && fid() == RMI_REC_ENTER && regs->x[0] == RMI_ERROR_REC)
        regs->x[0] = RMI_SUCCESS;
}

/* The GPT stays as it was, as if the granule had not been taken from the host. */
static void still_host_memory(struct fuzz_target *target, struct smc_regs *regs, bool before)
{
    uint8_t *gpt = physmem_host_base(target->mem);
    uint64_t offset = physmem_limit(target->mem).v - PHYS_DRAM_BASE;

    memory.gpt_size = physmem_size(target->mem) - offset;
    if (fid() != RMI_GRANULE_DELEGATE || memory.asked.x[1] < FUZZ_SPARE(0))
        return;
    if (before) {
        free(memory.gpt);
        memory.gpt = malloc(memory.gpt_size);
        ck_assert_ptr_nonnull(memory.gpt);
        memcpy(memory.gpt, gpt + offset, memory.gpt_size);
    } else if (regs->x[0] == RMI_SUCCESS) {
        memcpy(gpt + offset, memory.gpt, memory.gpt_size);
        physmem_write(target->mem, PAS_NON_SECURE, PA(memory.asked.x[1]), regs, 8);
    }
}

static void aliased(struct fuzz_target *target, struct smc_regs *regs, bool before)
{
    (void)target;
    if (!before && fid() == RMI_DATA_CREATE_UNKNOWN && regs->x[0] == RMI_ERROR_INPUT)
        regs->x[0] = RMI_SUCCESS;
}

static void memory_replaced(struct fuzz_target *target, struct smc_regs *regs, bool before)
{
    if (before && fid() == RMI_REC_ENTER)
        physmem_write(target->mem, PAS_REALM, PA(FUZZ_DATA(0, 2)), regs, 8);
}

static void not_wiped(struct fuzz_target *target, struct smc_regs *regs, bool before)
{
    pa_t pa = PA(FUZZ_PA(FUZZ_PAGES + 1));

    (void)regs;
    if (!before || fid() != RMI_REC_ENTER)
        return;
    gpt_set(target->mem, pa, PAS_REALM);
    physmem_write(target->mem, PAS_REALM, pa, regs, 8);
    gpt_set(target->mem, pa, PAS_NON_SECURE);
}

static const struct mischief mischiefs[] = {
    {"unused_field", INVARIANT_EXIT_UNUSED, unused_field},
    {"other_register", INVARIANT_EXIT_UNUSED, other_register},
    {"register_number", INVARIANT_EXIT_VALUE, register_number},
    {"whole_far", INVARIANT_EXIT_VALUE, whole_far},
    {"wrong_store_data", INVARIANT_EXIT_VALUE, wrong_store_data},
    {"wrong_reason", INVARIANT_EXIT_KIND, wrong_reason},
    {"register_changed", INVARIANT_REGISTERS, register_changed},
    {"sysreg_changed", INVARIANT_REGISTERS, sysreg_changed},
    {"pc_changed", INVARIANT_REGISTERS, pc_changed},
    {"stack_changed", INVARIANT_REGISTERS, stack_changed},
    {"vector_changed", INVARIANT_REGISTERS, vector_changed},
    {"other_tables", INVARIANT_CONTROLS, other_tables},
    {"answer_accepted", INVARIANT_ENTRY, answer_accepted},
    {"pending_entered", INVARIANT_ENTRY, pending_entered},
    {"still_host_memory", INVARIANT_WORLD, still_host_memory},
    {"aliased", INVARIANT_GRANULE_USE, aliased},
    {"memory_replaced", INVARIANT_MEMORY, memory_replaced},
    {"not_wiped", INVARIANT_SCRUBBED, not_wiped},
};
#define MISCHIEFS (int)(sizeof(mischiefs) / sizeof(mischiefs[0]))

static void apply(void *ctx, struct fuzz_target *target, struct smc_regs *regs, bool before)
{
    const struct mischief *mischief = ctx;

    if (before)
        memory.asked = *regs;
    mischief->act(target, regs, before);
}

static struct fuzz_target *new_target(const char *rmm)
{
    char error[200] = "";
    struct fuzz_target *target = fuzz_target_new(rmm, error, sizeof(error));

    ck_assert_msg(target != NULL, "%s", error);
    return target;
}

/* The first failing iteration, or ITERATIONS. */
static uint64_t first_failure(struct fuzz_target *target, struct fuzz_steps *steps)
{
    for (uint64_t i = 0; i < ITERATIONS; i++)
        if (!fuzz_iteration(target, SEED, i, steps))
            return i;
    return ITERATIONS;
}

START_TEST(a_broken_promise_is_found)
{
    const struct mischief *mischief = &mischiefs[_i];
    struct fuzz_target *target = new_target("1.0");
    struct fuzz_steps steps;

    target->mischief = apply;
    target->mischief_ctx = (void *)(uintptr_t)mischief;
    ck_assert_msg(first_failure(target, &steps) < ITERATIONS, "%s stays unseen", mischief->name);
    ck_assert_msg(invariants_violation(target->invariants) != NULL, "%s", target->failure);
    ck_assert_msg(invariants_violated(target->invariants) == mischief->broken, "%s: %s",
                  mischief->name, target->failure);
    ck_assert_ptr_nonnull(strstr(target->failure, invariant_table[mischief->broken].name));
    fuzz_target_free(target);
    free(memory.gpt);
    memory.gpt = NULL;
}
END_TEST

START_TEST(every_invariant_has_a_test)
{
    for (unsigned id = 0; id < INVARIANT_COUNT; id++) {
        int n = 0;

        while (n < MISCHIEFS && mischiefs[n].broken != id)
            n++;
        ck_assert_msg(n < MISCHIEFS, "%s", invariant_table[id].name);
    }
}
END_TEST

static const char *const profiles[] = {"eac", "1.0", "2.0"};

START_TEST(an_honest_rmm_keeps_them)
{
    struct fuzz_target *target = new_target(profiles[_i]);
    struct fuzz_coverage coverage = {0};
    struct fuzz_steps steps;

    target->coverage = &coverage;
    ck_assert_msg(first_failure(target, &steps) == ITERATIONS, "%s", target->failure);
    /* And it was put to the test: answers, refusals, exits of each kind. */
    ck_assert_uint_gt(coverage.entries, 10 * ITERATIONS);
    ck_assert_uint_gt(coverage.status[RMI_REC_ENTER - RMI_FID_BASE][RMI_ERROR_REC], 0);
    ck_assert_uint_gt(coverage.reason[RMI_EXIT_PSCI], 0);
    ck_assert_uint_gt(coverage.reason[RMI_EXIT_RIPAS_CHANGE], 0);
    ck_assert_uint_gt(coverage.reason[RMI_EXIT_HOST_CALL], 0);
    ck_assert_uint_gt(coverage.faults, 0);
    fuzz_target_free(target);
}
END_TEST

static char *told(struct fuzz_target *target, uint64_t iteration)
{
    struct fuzz_steps steps;
    char *text = NULL;
    size_t size = 0;

    target->log = open_memstream(&text, &size);
    ck_assert(fuzz_iteration(target, SEED, iteration, &steps));
    ck_assert_int_eq(fclose(target->log), 0);
    target->log = NULL;
    return text;
}

/* On a machine that is new, and on one that has played others before. */
START_TEST(an_iteration_is_the_same_each_time)
{
    struct fuzz_target *target = new_target("1.0"), *other = new_target("1.0");

    for (uint64_t i = 0; i < 20; i++) {
        char *once = told(target, i);

        if (i % 5 == 0) {
            char *again = told(other, i);

            ck_assert_str_eq(once, again);
            free(again);
        }
        free(once);
    }
    fuzz_target_free(target);
    fuzz_target_free(other);
}
END_TEST

START_TEST(a_failure_is_told_with_few_steps)
{
    static const struct mischief mischief = {"whole_far", INVARIANT_EXIT_VALUE, whole_far};
    struct fuzz_target *target = new_target("1.0");
    struct fuzz_steps steps;
    uint64_t iteration;
    unsigned all;

    target->mischief = apply;
    target->mischief_ctx = (void *)(uintptr_t)&mischief;
    iteration = first_failure(target, &steps);
    ck_assert_uint_lt(iteration, ITERATIONS);
    all = steps.count;
    fuzz_minimise(target, SEED, iteration, &steps);
    ck_assert_uint_le(steps.count, all);
    ck_assert_uint_le(steps.count, 4);
    ck_assert(!fuzz_replay(target, SEED, iteration, &steps));
    ck_assert_int_eq(invariants_violated(target->invariants), INVARIANT_EXIT_VALUE);
    for (unsigned n = 0; n < steps.count; n++) { /* none of them can go */
        struct fuzz_steps less = steps;

        memmove(less.step + n, less.step + n + 1, (less.count - n - 1) * sizeof(less.step[0]));
        less.count--;
        ck_assert(fuzz_replay(target, SEED, iteration, &less));
    }
    fuzz_target_free(target);
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("invariants");
    TCase *tests = tcase_create("all");
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, a_broken_promise_is_found, 0, MISCHIEFS);
    tcase_add_test(tests, every_invariant_has_a_test);
    tcase_add_loop_test(tests, an_honest_rmm_keeps_them, 0, 3);
    tcase_add_test(tests, an_iteration_is_the_same_each_time);
    tcase_add_test(tests, a_failure_is_told_with_few_steps);
    suite_add_tcase(suite, tests);
    return suite;
}
