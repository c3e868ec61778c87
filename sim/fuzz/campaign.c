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

static const char *command_name(uint32_t row)
{
    static const char *const names[] = {
#define N(name) [RMI_##name - RMI_FID_BASE] = #name
        N(VERSION),
        N(GRANULE_DELEGATE),
        N(GRANULE_UNDELEGATE),
        N(DATA_CREATE),
        N(DATA_CREATE_UNKNOWN),
        N(DATA_DESTROY),
        N(REALM_ACTIVATE),
        N(REALM_CREATE),
        N(REALM_DESTROY),
        N(REC_CREATE),
        N(REC_DESTROY),
        N(REC_ENTER),
        N(RTT_CREATE),
        N(RTT_DESTROY),
        N(RTT_MAP_UNPROTECTED),
        N(RTT_READ_ENTRY),
        N(RTT_UNMAP_UNPROTECTED),
        N(PSCI_COMPLETE),
        N(FEATURES),
        N(RTT_FOLD),
        N(REC_AUX_COUNT),
        N(RTT_INIT_RIPAS),
        N(RTT_SET_RIPAS),
        N(RMM_CONFIG_SET),
        N(GRANULE_TRACKING_GET),
        N(RMM_CONFIG_GET),
        N(GRANULE_RANGE_DELEGATE),
        N(GRANULE_RANGE_UNDELEGATE),
        N(GPT_L1_CREATE),
        N(RTT_DATA_MAP),
        N(RTT_DATA_UNMAP),
        N(RTT_UNPROT_MAP),
        N(RTT_UNPROT_UNMAP),
        N(REALM_TERMINATE),
        N(RMM_ACTIVATE),
        N(OP_CONTINUE),
        N(OP_MEM_DONATE),
        N(OP_MEM_RECLAIM),
        N(OP_CANCEL),
#undef N
    };

    return row < sizeof(names) / sizeof(names[0]) && names[row] ? names[row] : "unknown FID";
}

static const char *status_name(unsigned status)
{
    static const char *const names[FUZZ_STATUSES] = {
        [RMI_SUCCESS] = "success",
        [RMI_ERROR_INPUT] = "input",
        [RMI_ERROR_REALM] = "realm",
        [RMI_ERROR_REC] = "rec",
        [RMI_ERROR_RTT] = "rtt",
        [RMI_ERROR_IN_USE] = "in_use",
        [RMI_BUSY] = "busy",
        [RMI_ERROR_GLOBAL] = "global",
        [RMI_INCOMPLETE] = "incomplete",
        [RMI_BLOCKED] = "blocked",
        [RMI_ERROR_GPT] = "gpt",
        [FUZZ_STATUSES - 1] = "not supported",
    };

    return names[status] ? names[status] : "other";
}

void fuzz_coverage_print(FILE *out, const struct fuzz_coverage *coverage)
{
    fprintf(out, "command x status:\n");
    for (uint32_t row = 0; row < sizeof(coverage->status) / sizeof(coverage->status[0]); row++) {
        const uint64_t *status = coverage->status[row];
        uint64_t any = 0;

        for (unsigned s = 0; s < FUZZ_STATUSES; s++)
            any += status[s];
        if (!any)
            continue;
        fprintf(out, "  %-22s", command_name(row));
        for (unsigned s = 0; s < FUZZ_STATUSES; s++)
            if (status[s])
                fprintf(out, " %s %" PRIu64, status_name(s), status[s]);
        fputc('\n', out);
    }
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
