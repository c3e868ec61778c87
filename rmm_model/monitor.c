/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rmm_model/monitor.h"

#include "rmm_model/rmi.h"
#include "rmm_model/rmm.h"

#include <stdlib.h>

#define SMCCC_VERSION_FID 0x80000000u
#define SMCCC_VERSION_1_2 0x10002u

static const struct field FID_SVE_HINT = {16,
                                          1}; /* SMCCC 1.3: no part of the function's identity */

struct monitor {
    struct physmem *mem;
    struct clock *clock;
    struct trace *trace;
    struct rmm *rmm;
};

static uint32_t smc_fid(const struct smc_regs *regs)
{
    return (uint32_t)(regs->x[0] & ~field_mask(FID_SVE_HINT));
}

static void smc_enter(struct monitor *monitor, const struct smc_regs *regs, enum pas from,
                      enum pas to)
{
    clock_charge(monitor->clock, OP_SMC_EL3, 1);
    EMIT(monitor->trace, MONITOR_SMC, EL3, smc_fid(regs), EVENT_STR(pas_name(from)),
         EVENT_STR(pas_name(to)));
}

static void monitor_smc_return(struct monitor *monitor, const struct smc_regs *regs, enum pas to)
{
    EMIT(monitor->trace, MONITOR_SMC_RETURN, EL3, regs->x[0], EVENT_STR(pas_name(to)));
}

/* --- Normal world ------------------------------------------------------------------------------
 */

static bool is_rmi(uint32_t fid)
{
    return fid >= RMI_FID_BASE && fid <= RMI_FID_RANGE_LAST;
}

/* Into the Realm world and back. OP_SMC_EL3 is a round trip's: the way back costs the switch alone.
 */
static void forward_to_rmm(struct monitor *monitor, struct smc_regs *regs)
{
    clock_charge(monitor->clock, OP_WORLD_SWITCH, 1);
    rmm_handle_smc(monitor->rmm, regs);
    clock_charge(monitor->clock, OP_WORLD_SWITCH, 1);
}

static void monitor_normal_smc(void *ctx, struct smc_regs *regs)
{
    struct monitor *monitor = ctx;
    uint32_t fid = smc_fid(regs);
    bool to_rmm = monitor->rmm && is_rmi(fid);

    smc_enter(monitor, regs, PAS_NON_SECURE, to_rmm ? PAS_REALM : PAS_ROOT);
    if (to_rmm)
        forward_to_rmm(monitor, regs);
    else
        regs->x[0] = fid == SMCCC_VERSION_FID ? SMCCC_VERSION_1_2 : SMC_NOT_SUPPORTED;
    monitor_smc_return(monitor, regs, PAS_NON_SECURE);
}

/* --- Realm world: the granule transition service -----------------------------------------------
 */

/* Moves a granule from one PAS to another; it must be in the first. */
static uint64_t granule_transition(struct monitor *monitor, pa_t pa, enum pas from, enum pas to)
{
    enum pas owner;

    if (pa.v & GRANULE_MASK || pa.v >= physmem_limit(monitor->mem).v ||
        !gpt_lookup(monitor->mem, pa, &owner))
        return RMM_EL3_BAD_ADDR;
    if (owner != from || !gpt_set(monitor->mem, pa, to))
        return RMM_EL3_BAD_PAS;
    EMIT(monitor->trace, GPT_SET, EL3, pa.v, EVENT_STR(pas_name(from)), EVENT_STR(pas_name(to)));
    return RMM_EL3_OK;
}

static void monitor_realm_smc(void *ctx, struct smc_regs *regs)
{
    struct monitor *monitor = ctx;
    pa_t pa = PA(regs->x[1]);

    smc_enter(monitor, regs, PAS_REALM, PAS_ROOT);
    switch (smc_fid(regs)) {
    case RMM_EL3_GTSI_DELEGATE:
        regs->x[0] = granule_transition(monitor, pa, PAS_NON_SECURE, PAS_REALM);
        break;
    case RMM_EL3_GTSI_UNDELEGATE:
        regs->x[0] = granule_transition(monitor, pa, PAS_REALM, PAS_NON_SECURE);
        break;
    default:
        regs->x[0] = SMC_NOT_SUPPORTED;
        break;
    }
    monitor_smc_return(monitor, regs, PAS_REALM);
}

/* --- life ------------------------------------------------------------------------------------- */

struct monitor *monitor_new(const struct monitor_config *config)
{
    struct monitor *monitor = calloc(1, sizeof(*monitor));

    if (!monitor)
        return NULL;
    monitor->mem = config->mem;
    monitor->clock = config->clock;
    monitor->trace = config->trace;
    return monitor;
}

void monitor_free(struct monitor *monitor)
{
    free(monitor);
}

void monitor_set_rmm(struct monitor *monitor, struct rmm *rmm)
{
    monitor->rmm = rmm;
}

struct smc_port monitor_normal_port(struct monitor *monitor)
{
    return (struct smc_port){.call = monitor_normal_smc, .ctx = monitor};
}

struct smc_port monitor_realm_port(struct monitor *monitor)
{
    return (struct smc_port){.call = monitor_realm_smc, .ctx = monitor};
}
