/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Iterations of the hostile-host fuzzer, and the smallest one that shows what went wrong. */
#ifndef SIM_FUZZ_CAMPAIGN_H
#define SIM_FUZZ_CAMPAIGN_H

#include "sim/fuzz/target.h"

struct fuzz_steps {
    struct fuzz_step step[FUZZ_MAX_STEPS];
    unsigned count;
};

/*
 * One iteration: a machine and its steps, all from seed and iteration. false: it failed, and
 * target->failure says how. steps gets what was done.
 */
bool fuzz_iteration(struct fuzz_target *target, uint64_t seed, uint64_t iteration,
                    struct fuzz_steps *steps);

/* Those steps once more, on a new machine. false: it failed. */
bool fuzz_replay(struct fuzz_target *target, uint64_t seed, uint64_t iteration,
                 const struct fuzz_steps *steps);

/*
 * Leaves out every step without which the same kind of failure comes all the same (one at a time,
 * after runs of halving length). steps of a failed iteration.
 */
void fuzz_minimise(struct fuzz_target *target, uint64_t seed, uint64_t iteration,
                   struct fuzz_steps *steps);

/* The table of commands and what they returned; exits and totals. rmm names the commands. */
void fuzz_coverage_print(FILE *out, const struct rmm_variant *rmm,
                         const struct fuzz_coverage *coverage);
void fuzz_coverage_add(struct fuzz_coverage *sum, const struct fuzz_coverage *more);

#endif
