/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rmm_model/psci.h"

#include "cpu/arch/descriptor.h"

#define PSCI_FID(n) (0x84000000u + (n))
#define PSCI_FID64(n) (0xc4000000u + (n))
#define PSCI_VERSION_1_1 0x10001u
#define SMCCC_VERSION_FID 0x80000000u

enum psci_fid {
    PSCI_VERSION = PSCI_FID(0x0),
    PSCI_CPU_SUSPEND = PSCI_FID(0x1),
    PSCI_CPU_OFF = PSCI_FID(0x2),
    PSCI_CPU_ON = PSCI_FID(0x3),
    PSCI_AFFINITY_INFO = PSCI_FID(0x4),
    PSCI_SYSTEM_OFF = PSCI_FID(0x8),
    PSCI_SYSTEM_RESET = PSCI_FID(0x9),
    PSCI_FEATURES = PSCI_FID(0xa),
    PSCI_CPU_SUSPEND64 = PSCI_FID64(0x1),
    PSCI_CPU_ON64 = PSCI_FID64(0x3),
    PSCI_AFFINITY_INFO64 = PSCI_FID64(0x4),
};

/* Arm PSCI (DEN0022), 5.2: return values, as x0 holds them. */
#define PSCI_SUCCESS ((uint64_t)0)
#define PSCI_NOT_SUPPORTED ((uint64_t)-1)
#define PSCI_INVALID_PARAMETERS ((uint64_t)-2)
#define PSCI_DENIED ((uint64_t)-3)
#define PSCI_ALREADY_ON ((uint64_t)-4)
#define PSCI_INVALID_ADDRESS ((uint64_t)-9)
#define PSCI_AFFINITY_ON ((uint64_t)0)
#define PSCI_AFFINITY_OFF ((uint64_t)1)

/* The host is shown the call's FID and that many registers after it. */
static void exit_to_host(struct realm_run *run, unsigned args)
{
    run->exit->exit_reason = RMI_EXIT_PSCI;
    for (unsigned i = 0; i <= args; i++)
        run->exit->gprs[i] = cpu_get_x(run->cpu, i);
}

static void psci_version(struct realm_run *run, struct rsi_result *result)
{
    (void)run;
    result->x[0] = PSCI_VERSION_1_1;
}

static void psci_cpu_suspend(struct realm_run *run, struct rsi_result *result)
{
    exit_to_host(run, 0);
    result->action = RSI_EXIT;
}

static void psci_cpu_off(struct realm_run *run, struct rsi_result *result)
{
    run->rec->runnable = false;
    exit_to_host(run, 0);
    result->action = RSI_EXIT;
}

static void psci_system_off(struct realm_run *run, struct rsi_result *result)
{
    run->realm->state = REALM_SYSTEM_OFF;
    exit_to_host(run, 0);
    result->action = RSI_EXIT_PENDING;
}

/* The host must name the target REC, with RMI_PSCI_COMPLETE. */
static void psci_ask_host(struct realm_run *run, struct rsi_result *result)
{
    run->rec->psci_pending = true;
    exit_to_host(run, 1);
    result->action = RSI_EXIT_PENDING;
}

static void psci_cpu_on(struct realm_run *run, struct rsi_result *result)
{
    uint64_t target = rec_index_of_mpidr_el1(cpu_get_x(run->cpu, 1));

    if (!realm_protects(run->realm, cpu_get_x(run->cpu, 2)))
        result->x[0] = PSCI_INVALID_ADDRESS;
    else if (target >= run->realm->rec_count)
        result->x[0] = PSCI_INVALID_PARAMETERS;
    else if (target == run->rec->index)
        result->x[0] = PSCI_ALREADY_ON;
    else
        psci_ask_host(run, result);
}

static void psci_affinity_info(struct realm_run *run, struct rsi_result *result)
{
    uint64_t target = rec_index_of_mpidr_el1(cpu_get_x(run->cpu, 1));

    if (cpu_get_x(run->cpu, 2) != 0 || target >= run->realm->rec_count)
        result->x[0] = PSCI_INVALID_PARAMETERS;
    else if (target == run->rec->index)
        result->x[0] = PSCI_AFFINITY_ON;
    else
        psci_ask_host(run, result);
}

static void psci_features(struct realm_run *run, struct rsi_result *result);

static const struct psci_function {
    uint32_t fid;
    rsi_handler *handler;
} functions[] = {
    {PSCI_VERSION, psci_version},
    {PSCI_CPU_SUSPEND, psci_cpu_suspend},
    {PSCI_CPU_SUSPEND64, psci_cpu_suspend},
    {PSCI_CPU_OFF, psci_cpu_off},
    {PSCI_CPU_ON, psci_cpu_on},
    {PSCI_CPU_ON64, psci_cpu_on},
    {PSCI_AFFINITY_INFO, psci_affinity_info},
    {PSCI_AFFINITY_INFO64, psci_affinity_info},
    {PSCI_SYSTEM_OFF, psci_system_off},
    {PSCI_SYSTEM_RESET, psci_system_off},
    {PSCI_FEATURES, psci_features},
};

static const struct psci_function *find_function(uint32_t fid)
{
    for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
        if (functions[i].fid == fid)
            return &functions[i];
    return NULL;
}

static void psci_features(struct realm_run *run, struct rsi_result *result)
{
    uint32_t fid = (uint32_t)cpu_get_x(run->cpu, 1);
    const struct psci_function *function = find_function(fid);
    bool hidden =
        fid == PSCI_VERSION && rmm_has_defect(run->rmm, RMM_DEFECT(PSCI_VERSION_UNLISTED));
    bool listed = (function && !hidden) || fid == SMCCC_VERSION_FID;

    result->x[0] = listed ? PSCI_SUCCESS : PSCI_NOT_SUPPORTED;
}

rsi_handler *psci_find_handler(uint32_t fid)
{
    const struct psci_function *function = find_function(fid);

    return function ? function->handler : NULL;
}

/* --- RMI_PSCI_COMPLETE -------------------------------------------------------------------------
 */

/* What the caller asked for, read before the target's registers take the PE. */
struct psci_request {
    uint32_t fid;
    uint64_t mpidr, entry, context, sctlr;
};

static struct psci_request read_request(struct cpu *caller)
{
    return (struct psci_request){
        .fid = (uint32_t)cpu_get_x(caller, 0),
        .mpidr = cpu_get_x(caller, 1),
        .entry = cpu_get_x(caller, 2),
        .context = cpu_get_x(caller, 3),
        .sctlr = cpu_get_sysreg(caller, SYSREG_SCTLR_EL1),
    };
}

static bool is_on(const struct rmm *rmm, const struct rec *rec)
{
    return rec_running(rmm, rec) || rec->runnable;
}

static void start_target(struct rmm *rmm, struct rec *target, const struct psci_request *request)
{
    struct cpu *cpu = rec_load(rmm, target);
    uint64_t sctlr = sysreg_table[SYSREG_SCTLR_EL1].reset;

    cpu_set_sysreg(cpu, SYSREG_SCTLR_EL1,
                   field_set(sctlr, SCTLR_EE, field_get(request->sctlr, SCTLR_EE)));
    cpu_set_x(cpu, 0, request->context);
    cpu_el2(cpu)->elr = request->entry;
    cpu_el2(cpu)->spsr = REC_PSTATE_RESET;
    target->runnable = true;
}

void smc_psci_complete(struct rmm *rmm, const uint64_t *arg, uint64_t *result)
{
    struct rec *caller = rec_find(rmm, arg[0]), *target = rec_find(rmm, arg[1]);
    uint64_t status = arg[2], answer;
    struct psci_request request;
    struct cpu *cpu;
    bool cpu_on;

    result[0] = RMI_ERROR_INPUT;
    if (!caller || !target || caller == target || rec_running(rmm, caller) ||
        !caller->psci_pending || caller->rd != target->rd)
        return;
    request = read_request(rec_load(rmm, caller));
    cpu_on = request.fid == PSCI_CPU_ON || request.fid == PSCI_CPU_ON64;
    if (rec_index_of_mpidr_el1(request.mpidr) != target->index ||
        (status != PSCI_SUCCESS && !(cpu_on && status == PSCI_DENIED)))
        return;

    if (cpu_on && status == PSCI_DENIED && is_on(rmm, target) &&
        !rmm_has_defect(rmm, RMM_DEFECT(DENIED_ON_RUNNING)))
        return;
    result[0] = RMI_SUCCESS;
    if (!cpu_on) {
        answer = is_on(rmm, target) ? PSCI_AFFINITY_ON : PSCI_AFFINITY_OFF;
    } else if (is_on(rmm, target)) {
        answer = PSCI_ALREADY_ON;
        /* A host that denies what is already so gets an error; the realm is answered all the same.
         */
        if (status == PSCI_DENIED)
            result[0] = RMI_ERROR_INPUT;
    } else {
        answer = status;
        if (status == PSCI_SUCCESS)
            start_target(rmm, target, &request);
    }
    cpu = rec_load(rmm, caller);
    cpu_set_x(cpu, 0, answer);
    for (unsigned i = 1; i < RSI_RESULTS; i++)
        cpu_set_x(cpu, i, 0);
    caller->psci_pending = false;
}
