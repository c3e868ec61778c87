/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/fuzz/campaign.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sim/fuzz/host.h"

#define MIN_STEPS 32u

bool fuzz_iteration(struct fuzz_target *target, uint64_t seed, uint64_t iteration,
                    struct fuzz_steps *steps)
{
    struct rng rng = rng_fork(seed, 2 * iteration + 1);
    unsigned wanted = MIN_STEPS + (unsigned)rng_below(&rng, FUZZ_MAX_STEPS - MIN_STEPS + 1);
    bool good = fuzz_target_reset(target, seed, iteration);

    steps->count = 0;
    while (good && steps->count < wanted) {
        struct fuzz_step *step = &steps->step[steps->count++];

        *step = fuzz_host_next(target, &rng);
        good = fuzz_target_step(target, step);
        if (fuzz_target_halted(target))
            break;
    }
    if (target->coverage) {
        target->coverage->halts += target->rmm && fuzz_target_halted(target);
        if (target->invariants)
            target->coverage->faults += invariants_counts(target->invariants)->faults;
    }
    return good;
}

bool fuzz_replay(struct fuzz_target *target, uint64_t seed, uint64_t iteration,
                 const struct fuzz_steps *steps)
{
    bool good = fuzz_target_reset(target, seed, iteration);

    for (unsigned n = 0; good && n < steps->count; n++)
        good = fuzz_target_step(target, &steps->step[n]);
    return good;
}

/* "invariant registers", as far as the numbers. */
static size_t kind_length(const char *failure)
{
    const char *colon = strchr(failure, ':');

    return colon ? (size_t)(colon - failure) : strlen(failure);
}

void fuzz_minimise(struct fuzz_target *target, uint64_t seed, uint64_t iteration,
                   struct fuzz_steps *steps)
{
    struct fuzz_coverage *coverage = target->coverage;
    char wanted[FUZZ_TEXT];
    size_t length;

    memcpy(wanted, target->failure, sizeof(wanted));
    length = kind_length(wanted);
    target->coverage = NULL;
    for (unsigned size = steps->count / 2; size; size /= 2) {
        for (unsigned first = 0; first + size <= steps->count;) {
            struct fuzz_steps less = *steps;

            memmove(less.step + first, less.step + first + size,
                    (less.count - first - size) * sizeof(less.step[0]));
            less.count -= size;
            if (!fuzz_replay(target, seed, iteration, &less) &&
                !strncmp(target->failure, wanted, length))
                *steps = less;
            else
                first += size;
        }
    }
    (void)fuzz_replay(target, seed, iteration, steps);
    target->coverage = coverage;
}

/* --- coverage ----------------------------------------------------------------------------------
 */

static const char *without_rmi(const char *name)
{
    return name + (strncmp(name, "RMI_", 4) == 0 ? 4 : 0);
}

/* "ERROR_INPUT 3 SUCCESS 7": how often each status was answered; nothing without one. */
static void print_statuses(FILE *out, const char *name, const uint64_t status[FUZZ_STATUSES])
{
    uint64_t any = 0;

    for (unsigned s = 0; s < FUZZ_STATUSES; s++)
        any += status[s];
    if (!any)
        return;
    fprintf(out, "  %-22s", name);
    for (unsigned s = 0; s < FUZZ_STATUSES - 1; s++)
        if (status[s])
            fprintf(out, " %s %" PRIu64, without_rmi(rmi_status_name(s)), status[s]);
    if (status[FUZZ_STATUSES - 1])
        fprintf(out, " not supported %" PRIu64, status[FUZZ_STATUSES - 1]);
    fputc('\n', out);
}

void fuzz_coverage_print(FILE *out, const struct rmm_variant *rmm,
                         const struct fuzz_coverage *coverage)
{
    uint64_t no_command[FUZZ_STATUSES] = {0};

    fprintf(out, "command x status:\n");
    for (uint32_t row = 0; row < sizeof(coverage->status) / sizeof(coverage->status[0]); row++) {
        const char *name = rmi_command_name(rmm, RMI_FID_BASE + row);

        if (name)
            print_statuses(out, without_rmi(name), coverage->status[row]);
        else
            for (unsigned s = 0; s < FUZZ_STATUSES; s++)
                no_command[s] += coverage->status[row][s];
    }
    print_statuses(out, "none of this RMM", no_command);
    fprintf(out, "exit reasons:\n ");
    for (unsigned reason = 0; reason < RMI_EXIT_REASON_COUNT; reason++)
        fprintf(out, " %s %" PRIu64, rmi_exit_reason_name(reason), coverage->reason[reason]);
    fprintf(out,
            "\n%" PRIu64 " iterations, %" PRIu64 " RMI commands, %" PRIu64 " REC entries, %" PRIu64
            " granule protection faults, %" PRIu64 " ended by a known defect that stops the RMM\n",
            coverage->iterations, coverage->commands, coverage->entries, coverage->faults,
            coverage->halts);
}

void fuzz_coverage_add(struct fuzz_coverage *sum, const struct fuzz_coverage *more)
{
    sum->entries += more->entries;
    sum->commands += more->commands;
    sum->faults += more->faults;
    sum->halts += more->halts;
    sum->iterations += more->iterations;
    for (size_t row = 0; row < sizeof(sum->status) / sizeof(sum->status[0]); row++)
        for (unsigned s = 0; s < FUZZ_STATUSES; s++)
            sum->status[row][s] += more->status[row][s];
    for (unsigned reason = 0; reason < RMI_EXIT_REASON_COUNT; reason++)
        sum->reason[reason] += more->reason[reason];
}
