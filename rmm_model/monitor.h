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

/* Services for the RMM (TF-A, RMM-EL3 communication interface, RMM_GTSI_*): x1 is a granule's PA.
 */
#define RMM_EL3_GTSI_DELEGATE 0xc40001b0u
#define RMM_EL3_GTSI_UNDELEGATE 0xc40001b1u

/* What they return in x0. */
#define RMM_EL3_OK ((uint64_t)0)
#define RMM_EL3_BAD_ADDR ((uint64_t)-2)
#define RMM_EL3_BAD_PAS ((uint64_t)-3)

struct monitor_config {
    struct physmem *mem;
    struct clock *clock;
    struct trace *trace; /* may be NULL */
};

/* NULL when memory is short. All the configuration names must outlive it. Freed by monitor_free. */
struct monitor *monitor_new(const struct monitor_config *config);
void monitor_free(struct monitor *monitor);

/* Who serves RMI from now on; NULL for nobody: RMI calls are then unknown. Not owned. */
void monitor_set_rmm(struct monitor *monitor, struct rmm *rmm);

/*
 * Where the Normal world's SMCs arrive: RMI commands go to the RMM, SMCCC_VERSION is answered, any
 * other FID gives x0 = -1.
 */
struct smc_port monitor_normal_port(struct monitor *monitor);
/* Where the RMM's own SMCs arrive: the services above, any other FID gives x0 = -1. */
struct smc_port monitor_realm_port(struct monitor *monitor);

#endif
