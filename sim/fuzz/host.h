/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A random hostile host: what it does next, given what it has seen. */
#ifndef SIM_FUZZ_HOST_H
#define SIM_FUZZ_HOST_H

#include "sim/fuzz/target.h"

/*
 * The next step. Most are what gets realms on: entries with the answer the last exit asks for; the
 * others are mutations of that, commands with arguments of the right and of the wrong kind, and
 * accesses. Draws from rng only.
 */
struct fuzz_step fuzz_host_next(const struct fuzz_target *target, struct rng *rng);

#endif
