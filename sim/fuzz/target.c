/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/fuzz/target.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rmm_model/monitor.h"
#include "sim/fuzz/setup.h"
#include "sim/profile.h"

#define DRAM ((uint64_t)32 << 20)
#define ENTER_INSTRUCTIONS 600 /* of a realm in one entry before the host's tick */
#define ENTER_TRAPS 24         /* ... and exceptions that the RMM handles by itself */
#define MAX_TRANSFER 64u
#define LR_PENDING_GROUP1 0x5000000000000000u
#define GIC_HCR_HOST_BITS 0x40feu

uint64_t fuzz_unprotected(const struct fuzz_target *target)
{
    return (uint64_t)1 << (target->ipa_bits - 1);
}

/* --- the chain: fuzzer -> observer -> (mischief) -> EL3 ----------------------------------------
 */

static void to_el3(void *ctx, struct smc_regs *regs)
{
    struct fuzz_target *target = ctx;

    if (target->mischief)
        target->mischief(target->mischief_ctx, target, regs, true);
    target->monitor_port.call(target->monitor_port.ctx, regs);
    if (target->mischief)
        target->mischief(target->mischief_ctx, target, regs, false);
}

static void take_meanwhile(struct fuzz_target *target, enum fuzz_when when)
{
    for (unsigned i = 0; i < target->meanwhile_count; i++) {
        const struct fuzz_step *step = target->meanwhile[i];

        if (!step || step->when != when)
            continue;
        target->meanwhile[i] = NULL;
        if (target->log)
            fputs("  meanwhile:\n", target->log);
        fuzz_target_step(target,
                         &(struct fuzz_step){.kind = step->kind,
                                             .params = step->params,
                                             .seed = step->seed,
                                             .x = {step->x[0], step->x[1], step->x[2], step->x[3],
                                                   step->x[4], step->x[5], step->x[6]}});
    }
}

/* The realm runs; another CPU of the host does what it likes. */
static enum cpu_exit run_realm(void *ctx, struct cpu *cpu)
{
    struct fuzz_target *target = ctx;
    enum cpu_exit kind;

    take_meanwhile(target, FUZZ_BEFORE_RUN);
    kind = cpu_run(cpu);
    take_meanwhile(target, FUZZ_AFTER_RUN);
    return kind;
}

/* --- life --------------------------------------------------------------------------------------
 */

static void stop_machine(struct fuzz_target *target)
{
    rmm_free(target->rmm);
    invariants_free(target->invariants);
    monitor_free(target->monitor);
    for (unsigned i = 0; i < FUZZ_CPUS; i++) {
        if (target->cpus[i])
            cpu_free(target->cpus[i]);
        target->cpus[i] = NULL;
    }
    target->rmm = NULL;
    target->invariants = NULL;
    target->monitor = NULL;
}

static bool start_machine(struct fuzz_target *target)
{
    for (unsigned i = 0; i < FUZZ_CPUS; i++) {
        target->cpus[i] = cpu_new(target->engine, i, target->failure, sizeof(target->failure));
        if (!target->cpus[i])
            return false;
    }
    target->monitor = monitor_new(&(struct monitor_config){
        .mem = target->mem, .clock = &target->clock, .trace = &target->trace});
    if (!target->monitor)
        return false;
    target->monitor_port = monitor_normal_port(target->monitor);
    target->invariants =
        invariants_new(&(struct invariants_config){.mem = target->mem,
                                                   .rmm = target->rmm_name,
                                                   .host = {.call = to_el3, .ctx = target},
                                                   .run = {.run = run_realm, .ctx = target}});
    if (!target->invariants)
        return false;
    target->port = invariants_port(target->invariants);
    target->rmm = rmm_new(&(struct rmm_config){.mem = target->mem,
                                               .clock = &target->clock,
                                               .trace = &target->trace,
                                               .el3 = monitor_realm_port(target->monitor),
                                               .cpus = target->cpus,
                                               .cpu_count = FUZZ_CPUS,
                                               .variant = target->rmm_name,
                                               .realm = invariants_realm_port(target->invariants),
                                               .realm_traps = ENTER_TRAPS});
    if (!target->rmm)
        return false;
    monitor_set_rmm(target->monitor, target->rmm);
    return true;
}

struct fuzz_target *fuzz_target_new(const char *rmm, char *error, size_t size)
{
    struct fuzz_target *target = calloc(1, sizeof(*target));
    const struct rmm_variant *variant = rmm_variant_find(rmm);

    if (!target || !variant) {
        snprintf(error, size, "%s", variant ? "out of memory" : "no such profile");
        free(target);
        return NULL;
    }
    target->rmm_name = variant->name;
    target->ranges = !strcmp(variant->name, "2.0");
    target->beta = !strcmp(variant->name, "eac");
    target->clock.profile = profile_default();
    target->trace.clock = &target->clock;
    target->mem = physmem_new(DRAM);
    if (target->mem)
        target->engine = engine_new(&(struct engine_config){.mem = target->mem,
                                                            .clock = &target->clock,
                                                            .trace = &target->trace},
                                    error, size);
    else
        snprintf(error, size, "out of memory");
    if (target->engine)
        return target;
    fuzz_target_free(target);
    return NULL;
}

void fuzz_target_free(struct fuzz_target *target)
{
    if (!target)
        return;
    stop_machine(target);
    engine_free(target->engine);
    physmem_free(target->mem);
    free(target);
}

/* All memory that steps can name is the host's again, and empty. */
static void clear_memory(struct fuzz_target *target)
{
    static const uint8_t zeros[GRANULE_SIZE];

    for (unsigned page = 0; page < FUZZ_PAGES; page++) {
        pa_t pa = PA(FUZZ_PA(page));
        enum pas pas;

        if (gpt_lookup(target->mem, pa, &pas) && pas != PAS_NON_SECURE)
            gpt_set(target->mem, pa, PAS_NON_SECURE);
        physmem_write(target->mem, PAS_NON_SECURE, pa, zeros, sizeof(zeros));
    }
}

bool fuzz_target_reset(struct fuzz_target *target, uint64_t seed, uint64_t iteration)
{
    stop_machine(target);
    clear_memory(target);
    target->failure[0] = '\0';
    clock_restart(&target->clock, CYCLES(0));
    target->setup = rng_fork(seed, 2 * iteration);
    target->meanwhile_count = 0;
    target->running = false;
    memset(target->exits, 0, sizeof(target->exits));
    if (target->coverage)
        target->coverage->iterations++;
    if (!start_machine(target)) {
        if (!target->failure[0])
            snprintf(target->failure, sizeof(target->failure), "the machine could not be built");
        return false;
    }
    fuzz_setup(target);
    return target->failure[0] == '\0';
}

bool fuzz_target_halted(const struct fuzz_target *target)
{
    return rmm_halted(target->rmm) != NULL;
}

/* --- steps -------------------------------------------------------------------------------------
 */

static void count_command(struct fuzz_target *target, uint32_t fid, uint64_t x0)
{
    struct fuzz_coverage *coverage = target->coverage;
    uint32_t row = fid - RMI_FID_BASE;

    if (!coverage)
        return;
    if (row > RMI_FID_LAST - RMI_FID_BASE)
        row = RMI_FID_LAST - RMI_FID_BASE + 1;
    coverage->commands++;
    coverage->status[row][x0 >> 16 ? FUZZ_STATUSES - 1 : rmi_return_status(x0) % FUZZ_STATUSES]++;
}

static void smc(struct fuzz_target *target, struct smc_regs *regs)
{
    uint32_t fid = (uint32_t)regs->x[0];

    target->port.call(target->port.ctx, regs);
    count_command(target, fid, regs->x[0]);
    if (target->log)
        fprintf(target->log, "    -> x0 0x%" PRIx64 " x1 0x%" PRIx64 " x2 0x%" PRIx64 "\n",
                regs->x[0], regs->x[1], regs->x[2]);
}

/* Parameters: what an honest host would write, and with some steps something else in one place. */
static void write_params(struct fuzz_target *target, const struct fuzz_step *step)
{
    struct rng rng = {.state = step->seed};
    uint32_t fid = (uint32_t)step->x[0];
    uint64_t page[GRANULE_SIZE / sizeof(uint64_t)];
    unsigned realm = (unsigned)rng_below(&rng, FUZZ_REALMS);
    unsigned rec = (unsigned)rng_below(&rng, FUZZ_RECS);

    if (fid == RMI_REALM_CREATE)
        fuzz_realm_params(target, realm, page);
    else
        fuzz_rec_params(target, realm, rec, page);
    if (rng_percent(&rng, 60))
        page[rng_below(&rng, sizeof(page) / sizeof(page[0]))] =
            rng_next(&rng) >> rng_below(&rng, 64);
    physmem_write(target->mem, PAS_NON_SECURE, PA(step->x[fid == RMI_REALM_CREATE ? 2 : 3]), page,
                  sizeof(page));
}

static void do_smc(struct fuzz_target *target, const struct fuzz_step *step)
{
    struct smc_regs regs = {{0}};

    if (step->params)
        write_params(target, step);
    memcpy(regs.x, step->x, sizeof(step->x));
    smc(target, &regs);
}

static void fill_enter(const struct fuzz_step *step, struct rmi_rec_enter *enter)
{
    struct rng rng = {.state = step->seed};
    uint64_t style = step->x[4];

    enter->flags = step->x[2];
    for (unsigned n = 1; n < RMI_GPR_COUNT; n++)
        enter->gprs[n] = style & FUZZ_GPRS ? rng_next(&rng) : 0;
    enter->gprs[0] = step->x[3];
    if (style & FUZZ_IRQ)
        enter->gicv3_lrs[0] = LR_PENDING_GROUP1 | (27 + rng_below(&rng, 40));
    for (unsigned n = 0; style & FUZZ_LRS && n < RMI_GICV3_LR_COUNT; n++)
        enter->gicv3_lrs[n] = rng_next(&rng) & ~(rng_percent(&rng, 70) ? UINT64_MAX << 61 : 0);
    if (style & FUZZ_HCR)
        enter->gicv3_hcr = (uint64_t)1 << rng_below(&rng, 64);
    if (style & FUZZ_HCR_GOOD)
        enter->gicv3_hcr = rng_next(&rng) & GIC_HCR_HOST_BITS;
}

/* The exit belongs to the REC that page is usually for. */
static struct fuzz_exit *exit_of(struct fuzz_target *target, uint64_t rec_pa)
{
    for (unsigned realm = 0; realm < FUZZ_REALMS; realm++)
        for (unsigned rec = 0; rec < FUZZ_RECS; rec++)
            if (rec_pa == FUZZ_REC(realm, rec))
                return &target->exits[realm][rec];
    return &target->exits[0][0];
}

static void after_enter(struct fuzz_target *target, const struct fuzz_step *step, uint64_t status)
{
    struct fuzz_exit *last = exit_of(target, step->x[0]);
    struct rmi_rec_exit *exit = &last->exit;

    if (status != RMI_SUCCESS || physmem_read(target->mem, PAS_NON_SECURE,
                                              PA(step->x[1] + offsetof(struct rmi_rec_run, exit)),
                                              exit, sizeof(*exit)) != PHYS_OK)
        return;
    last->present = true;
    if (target->coverage) {
        target->coverage->entries++;
        target->coverage->reason[exit->exit_reason % RMI_EXIT_REASON_COUNT]++;
    }
    if (target->log)
        fprintf(target->log,
                "    exit %s esr 0x%" PRIx64 " far 0x%" PRIx64 " hpfar 0x%" PRIx64
                " gprs[0] 0x%" PRIx64 "\n",
                rmi_exit_reason_name(exit->exit_reason), exit->esr, exit->far, exit->hpfar,
                exit->gprs[0]);
}

static void do_enter(struct fuzz_target *target, const struct fuzz_step *step)
{
    struct smc_regs regs = {.x = {RMI_REC_ENTER, step->x[0], step->x[1]}};
    struct rmi_rec_run page = {0};
    bool nested = target->running;

    fill_enter(step, &page.enter);
    memset(&page.exit, (int)(step->seed & 0xff), sizeof(page.exit));
    physmem_write(target->mem, PAS_NON_SECURE, PA(step->x[1] & ~GRANULE_MASK), &page, sizeof(page));
    for (unsigned i = 0; i < FUZZ_CPUS && !nested; i++)
        cpu_set_budget(target->cpus[i], ENTER_INSTRUCTIONS);
    target->running = true;
    smc(target, &regs);
    target->running = nested;
    if (!nested)
        target->meanwhile_count = 0;
    after_enter(target, step, regs.x[0]);
}

static void do_transfer(struct fuzz_target *target, const struct fuzz_step *step)
{
    struct rng rng = {.state = step->seed};
    uint64_t words[MAX_TRANSFER / sizeof(uint64_t)];
    size_t size = step->x[1] % MAX_TRANSFER + 1;

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        words[i] = rng_next(&rng);
    if (step->kind == FUZZ_WRITE)
        physmem_write(target->mem, PAS_NON_SECURE, PA(step->x[0]), words, size);
    else
        physmem_read(target->mem, PAS_NON_SECURE, PA(step->x[0]), words, size);
}

static void look_for_failure(struct fuzz_target *target)
{
    const char *violation = invariants_violation(target->invariants);

    if (target->failure[0])
        return;
    if (violation)
        snprintf(target->failure, sizeof(target->failure), "%s", violation);
    for (unsigned i = 0; i < FUZZ_CPUS && !target->failure[0]; i++)
        if (cpu_failure(target->cpus[i])[0])
            snprintf(target->failure, sizeof(target->failure), "the CPU model failed: %s",
                     cpu_failure(target->cpus[i]));
}

bool fuzz_target_step(struct fuzz_target *target, const struct fuzz_step *step)
{
    static void (*const doers[])(struct fuzz_target *, const struct fuzz_step *) = {
        [FUZZ_SMC] = do_smc,
        [FUZZ_ENTER] = do_enter,
        [FUZZ_WRITE] = do_transfer,
        [FUZZ_READ] = do_transfer,
    };

    if (target->failure[0])
        return false;
    if (step->when != FUZZ_NOW && !target->running) {
        if (target->meanwhile_count < FUZZ_MAX_MEANWHILE)
            target->meanwhile[target->meanwhile_count++] = step;
        return true;
    }
    if (target->log) {
        fputs("  ", target->log);
        fuzz_step_print(target->log, step);
        fputc('\n', target->log);
    }
    doers[step->kind](target, step);
    look_for_failure(target);
    return target->failure[0] == '\0';
}

void fuzz_step_print(FILE *out, const struct fuzz_step *step)
{
    static const char *const whens[] = {[FUZZ_NOW] = "",
                                        [FUZZ_BEFORE_RUN] = "(as the next REC starts) ",
                                        [FUZZ_AFTER_RUN] = "(as the next REC stops) "};

    fputs(whens[step->when], out);
    switch ((enum fuzz_kind)step->kind) {
    case FUZZ_SMC:
        fprintf(out, "SMC 0x%" PRIx64, step->x[0]);
        for (unsigned n = 1; n < 7; n++)
            fprintf(out, " 0x%" PRIx64, step->x[n]);
        break;
    case FUZZ_ENTER:
        fprintf(out,
                "REC_ENTER rec 0x%" PRIx64 " run 0x%" PRIx64 " flags 0x%" PRIx64
                " gprs[0] 0x%" PRIx64 " style 0x%" PRIx64,
                step->x[0], step->x[1], step->x[2], step->x[3], step->x[4]);
        break;
    case FUZZ_WRITE:
    case FUZZ_READ:
        fprintf(out, "host %s 0x%" PRIx64 " %" PRIu64 " bytes",
                step->kind == FUZZ_WRITE ? "writes" : "reads", step->x[0],
                step->x[1] % MAX_TRANSFER + 1);
        break;
    }
}
