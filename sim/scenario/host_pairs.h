/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which host kernel goes with which RMM: a posting of KVM's CCA series was written for one revision
 * of RMI, and finds no RMM where another answers.
 */
#ifndef SIM_SCENARIO_HOST_PAIRS_H
#define SIM_SCENARIO_HOST_PAIRS_H

#include <stdbool.h>
#include <stddef.h>

struct host_pair {
    const char *kernel, *rmm; /* canonical names */
    const char *source;       /* what says so */
};

/* Pairs in the order of the series; NULL past the last one. A kernel's first one is its default. */
const struct host_pair *host_pair_at(size_t index);
bool host_pair_exists(const char *kernel, const char *rmm);
/* The first RMM of a kernel, the first kernel of an RMM; NULL if none is known. */
const char *host_pair_rmm(const char *kernel);
const char *host_pair_kernel(const char *rmm);

#endif
