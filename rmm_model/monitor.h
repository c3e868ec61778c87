/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The monitor at EL3: routes SMCs between the worlds, switches between them, and alone changes the
 * granule protection table. The caller's world is known from the port it calls, never from what it
 * says.
 */
#ifndef RMM_MODEL_MONITOR_H
#define RMM_MODEL_MONITOR_H

#include "cpu/clock.h"
#include "cpu/event.h"
#include "cpu/physmem.h"
#include "cpu/smc.h"

struct monitor;
struct rmm;

struct monitor_config {
    struct physmem *mem;
    struct clock *clock;
    struct trace *trace; /* may be NULL */
};

/* NULL when memory is short. All the configuration names must outlive it. Freed by monitor_free. */
struct monitor *monitor_new(const struct monitor_config *config);
void monitor_free(struct monitor *monitor);

/*
 * Starts the RMM, which serves RMI from now on; NULL for nobody: RMI calls are then unknown, as
 * they are when the RMM reports that it failed. Boot takes no simulated time. Not owned.
 */
void monitor_set_rmm(struct monitor *monitor, struct rmm *rmm);

/*
 * Where the Normal world's SMCs arrive: RMI commands go to the RMM, SMCCC_VERSION is answered, any
 * other FID gives x0 = -1.
 */
struct smc_port monitor_normal_port(struct monitor *monitor);
/* Where the RMM's own SMCs arrive: the services of rmm_model/el3.h, any other FID gives x0 = -1. */
struct smc_port monitor_realm_port(struct monitor *monitor);

#endif
