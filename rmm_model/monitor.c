/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rmm_model/monitor.h"

#include "rmm_model/el3_attest.h"
#include "rmm_model/rmi.h"
#include "rmm_model/rmm.h"

#include <stdlib.h>
#include <string.h>

#define SMCCC_VERSION_FID 0x80000000u
#define SMCCC_VERSION_1_2 0x10002u

static const struct field FID_SVE_HINT = {16,
                                          1}; /* SMCCC 1.3: no part of the function's identity */

struct monitor {
    struct physmem *mem;
    struct clock *clock;
    struct trace *trace;
    struct rmm *rmm;
    bool rmm_booting; /* until its RMM_BOOT_COMPLETE */
    bool rmm_started; /* it takes calls */
    struct el3_attest attest;
};

static uint32_t smc_fid(const struct smc_regs *regs)
{
    return (uint32_t)(regs->x[0] & ~field_mask(FID_SVE_HINT));
}

/* x0..x30 and SP_EL0, of each caller. */
#define EL3_GPRS 32u
/* System registers of EL2 in a world's context (TF-A cm_el2_sysregs_context_save). */
#define EL3_CONTEXT_REGS 36u

static void smc_enter(struct monitor *monitor, const struct smc_regs *regs, enum pas from,
                      enum pas to)
{
    clock_charge(monitor->clock, OP_EL3_ENTRY, 1);
    clock_charge(monitor->clock, OP_EL3_GPR_SAVE, EL3_GPRS);
    clock_charge(monitor->clock, OP_EL3_DISPATCH, 1);
    EMIT(monitor->trace, MONITOR_SMC, EL3, smc_fid(regs), EVENT_STR(pas_name(from)),
         EVENT_STR(pas_name(to)));
}

static void monitor_smc_return(struct monitor *monitor, const struct smc_regs *regs, enum pas to)
{
    clock_charge(monitor->clock, OP_EL3_GPR_RESTORE, EL3_GPRS);
    clock_charge(monitor->clock, OP_EL3_EXIT, 1);
    EMIT(monitor->trace, MONITOR_SMC_RETURN, EL3, regs->x[0], EVENT_STR(pas_name(to)));
}

/* --- Normal world ------------------------------------------------------------------------------
 */

static bool is_rmi(uint32_t fid)
{
    return fid >= RMI_FID_BASE && fid <= RMI_FID_RANGE_LAST;
}

/*
 * Each world has its own registers; of the caller's only these cross (TF-A
 * services/std_svc/rmmd/rmmd_main.c:rmmd_smc_forward). The host finds all others as it left them.
 */
#define ARGS_TO_RMM 8u   /* x0..x7 */
#define RESULTS_TO_NS 5u /* x0..x4 */

/* One world's context is saved, the other's restored (TF-A rmmd_rmm_sync_entry, _exit). */
static void switch_world(struct monitor *monitor)
{
    clock_charge(monitor->clock, OP_EL3_CONTEXT_SAVE, EL3_CONTEXT_REGS);
    clock_charge(monitor->clock, OP_EL3_CONTEXT_RESTORE, EL3_CONTEXT_REGS);
    clock_charge(monitor->clock, OP_WORLD_SWITCH, 1);
}

/* Into the Realm world and back. */
static void forward_to_rmm(struct monitor *monitor, struct smc_regs *regs)
{
    struct smc_regs realm = {0};

    memcpy(realm.x, regs->x, ARGS_TO_RMM * sizeof(realm.x[0]));
    switch_world(monitor);
    rmm_handle_smc(monitor->rmm, &realm);
    switch_world(monitor);
    memcpy(regs->x, realm.x, RESULTS_TO_NS * sizeof(realm.x[0]));
}

static void monitor_normal_smc(void *ctx, struct smc_regs *regs)
{
    struct monitor *monitor = ctx;
    uint32_t fid = smc_fid(regs);
    bool to_rmm = monitor->rmm && monitor->rmm_started && is_rmi(fid);

    smc_enter(monitor, regs, PAS_NON_SECURE, to_rmm ? PAS_REALM : PAS_ROOT);
    if (to_rmm)
        forward_to_rmm(monitor, regs);
    else
        regs->x[0] = fid == SMCCC_VERSION_FID ? SMCCC_VERSION_1_2 : SMC_NOT_SUPPORTED;
    monitor_smc_return(monitor, regs, PAS_NON_SECURE);
}

/* --- Realm world: services for the RMM ---------------------------------------------------------
 */

typedef void el3_service(struct monitor *monitor, struct smc_regs *regs);

/* Moves a granule from one PAS to another; it must be in the first. */
static uint64_t granule_transition(struct monitor *monitor, pa_t pa, enum pas from, enum pas to)
{
    enum pas owner;

    if (pa.v & GRANULE_MASK || pa.v >= physmem_limit(monitor->mem).v ||
        !gpt_lookup(monitor->mem, pa, &owner))
        return RMM_EL3_BAD_ADDR;
    if (owner != from || !gpt_set(monitor->mem, pa, to))
        return RMM_EL3_BAD_PAS;
    clock_charge(monitor->clock, OP_GPT_CHANGE, 1);
    EMIT(monitor->trace, GPT_SET, EL3, pa.v, EVENT_STR(pas_name(from)), EVENT_STR(pas_name(to)));
    return RMM_EL3_OK;
}

static void gtsi_delegate(struct monitor *monitor, struct smc_regs *regs)
{
    regs->x[0] = granule_transition(monitor, PA(regs->x[1]), PAS_NON_SECURE, PAS_REALM);
}

static void gtsi_undelegate(struct monitor *monitor, struct smc_regs *regs)
{
    regs->x[0] = granule_transition(monitor, PA(regs->x[1]), PAS_REALM, PAS_NON_SECURE);
}

static void get_realm_attest_key(struct monitor *monitor, struct smc_regs *regs)
{
    el3_get_realm_attest_key(&monitor->attest, regs);
}

static void get_platform_token(struct monitor *monitor, struct smc_regs *regs)
{
    el3_get_platform_token(&monitor->attest, regs);
}

static void get_features(struct monitor *monitor, struct smc_regs *regs)
{
    (void)monitor;
    regs->x[0] = regs->x[1] == 0 ? RMM_EL3_OK : RMM_EL3_INVALID;
    regs->x[1] = regs->x[1] == 0 ? RMM_EL3_FEATURE0_TOKEN_SIGN : 0;
}

static void token_sign(struct monitor *monitor, struct smc_regs *regs)
{
    el3_token_sign(&monitor->attest, regs);
}

/* Once, and only when EL3 waits for it. An RMM that failed gets no call of the host's. */
static void boot_complete(struct monitor *monitor, struct smc_regs *regs)
{
    if (!monitor->rmm_booting) {
        regs->x[0] = RMM_EL3_UNKNOWN;
        return;
    }
    monitor->rmm_booting = false;
    monitor->rmm_started = regs->x[1] == RMM_EL3_BOOT_SUCCESS;
    regs->x[0] = RMM_EL3_OK;
}

static el3_service *const services[] = {
    [RMM_EL3_GTSI_DELEGATE - RMM_EL3_FID_BASE] = gtsi_delegate,
    [RMM_EL3_GTSI_UNDELEGATE - RMM_EL3_FID_BASE] = gtsi_undelegate,
    [RMM_EL3_GET_REALM_ATTEST_KEY - RMM_EL3_FID_BASE] = get_realm_attest_key,
    [RMM_EL3_GET_PLAT_TOKEN - RMM_EL3_FID_BASE] = get_platform_token,
    [RMM_EL3_FEATURES - RMM_EL3_FID_BASE] = get_features,
    [RMM_EL3_TOKEN_SIGN - RMM_EL3_FID_BASE] = token_sign,
    [RMM_EL3_BOOT_COMPLETE - RMM_EL3_FID_BASE] = boot_complete,
};

static el3_service *find_service(uint32_t fid)
{
    uint32_t n = fid - RMM_EL3_FID_BASE;

    return n < sizeof(services) / sizeof(services[0]) ? services[n] : NULL;
}

static void monitor_realm_smc(void *ctx, struct smc_regs *regs)
{
    struct monitor *monitor = ctx;
    el3_service *service = find_service(smc_fid(regs));

    smc_enter(monitor, regs, PAS_REALM, PAS_ROOT);
    if (service)
        service(monitor, regs);
    else
        regs->x[0] = SMC_NOT_SUPPORTED;
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
    monitor->attest.mem = config->mem;
    monitor->attest.shared_buffer = physmem_limit(config->mem).v;
    gpt_set(config->mem, PA(monitor->attest.shared_buffer), PAS_REALM);
    return monitor;
}

void monitor_free(struct monitor *monitor)
{
    free(monitor);
}

void monitor_set_rmm(struct monitor *monitor, struct rmm *rmm)
{
    const struct rmm_boot_args args = {
        .version = RMM_EL3_IFC_VERSION,
        .shared_buffer = monitor->attest.shared_buffer,
    };
    const cycles_t now = monitor->clock->now;

    monitor->rmm = rmm;
    monitor->rmm_started = false;
    if (!rmm)
        return;
    monitor->rmm_booting = true;
    rmm_boot(rmm, &args);
    clock_restart(monitor->clock, now); /* the machine is on for long when a run begins */
}

struct smc_port monitor_normal_port(struct monitor *monitor)
{
    return (struct smc_port){.call = monitor_normal_smc, .ctx = monitor};
}

struct smc_port monitor_realm_port(struct monitor *monitor)
{
    return (struct smc_port){.call = monitor_realm_smc, .ctx = monitor};
}
