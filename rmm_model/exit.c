/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The dispatch of exceptions, and all of them but aborts (exit_abort.c) and calls (rsi.c). */
#include "rmm_model/exit.h"

#include "cpu/arch/esr.h"
#include "rmm_model/exit_abort.h"
#include "rmm_model/host_view.h"
#include "rmm_model/inject.h"
#include "rmm_model/rsi.h"

#define SERROR_AET_UEU 1u
#define SERROR_AET_UEO 2u
#define SERROR_AET_UER 3u
#define SERROR_AET_CE 6u

/* true: back to the realm. */
typedef bool exception_handler(struct realm_run *run, uint64_t esr);

static bool handle_wfx(struct realm_run *run, uint64_t esr)
{
    run->exit->esr = host_view_wfx(esr).esr;
    cpu_el2(run->cpu)->elr += A64_INSN_SIZE;
    return false;
}

/* A realm has nothing to call with HVC, and no use for what the RMM does not enable. */
static bool handle_undefined(struct realm_run *run, uint64_t esr)
{
    struct injected injected = inject_undef(run->rmm, run->cpu);

    (void)esr;
    EMIT(run->rmm->trace, RMM_INJECT_UNDEF, RMM, injected.elr, injected.vector);
    return true;
}

/* Lazy switch of the FP registers: the model's PE holds the realm's already. */
static bool handle_fp(struct realm_run *run, uint64_t esr)
{
    (void)run;
    (void)esr;
    return true;
}

/* --- system registers --------------------------------------------------------------------------
 */

struct sysreg_trap {
    uint8_t op0, op1, crn;
    uint8_t crm_first, crm_last;
    int8_t op2; /* -1: any */
    bool to_host;
};

/* First match; what matches none reads as zero and ignores writes. */
static const struct sysreg_trap sysreg_traps[] = {
    {3, 0, 0, 0, 15, -1, false}, /* ID registers: the PE's own are the realm's, the rest is RAZ */
    {3, 0, 12, 8, 15, -1, true}, /* ICC_*_EL1 */
    {3, 0, 4, 6, 6, 0, true},    /* ICC_PMR_EL1 */
};

static bool sysreg_matches(const struct sysreg_trap *trap, uint64_t esr)
{
    uint64_t crm = field_get(esr, ESR_SYS_CRM);

    return field_get(esr, ESR_SYS_OP0) == trap->op0 && field_get(esr, ESR_SYS_OP1) == trap->op1 &&
           field_get(esr, ESR_SYS_CRN) == trap->crn && crm >= trap->crm_first &&
           crm <= trap->crm_last &&
           (trap->op2 < 0 || field_get(esr, ESR_SYS_OP2) == (uint64_t)trap->op2);
}

static bool sysreg_to_host(uint64_t esr)
{
    for (size_t i = 0; i < sizeof(sysreg_traps) / sizeof(sysreg_traps[0]); i++)
        if (sysreg_matches(&sysreg_traps[i], esr))
            return sysreg_traps[i].to_host;
    return false;
}

static bool handle_sysreg(struct realm_run *run, uint64_t esr)
{
    unsigned rt = (unsigned)field_get(esr, ESR_SYS_RT);
    struct host_view view;

    cpu_el2(run->cpu)->elr += A64_INSN_SIZE;
    if (!sysreg_to_host(esr)) {
        if (field_get(esr, ESR_SYS_DIRECTION))
            cpu_set_x(run->cpu, rt, 0);
        return true;
    }
    view = host_view_sysreg(esr, cpu_get_x(run->cpu, rt));
    run->exit->esr = view.esr;
    run->exit->gprs[0] = view.gpr0;
    return false;
}

/* --- dispatch ----------------------------------------------------------------------------------
 */

static bool handle_smc(struct realm_run *run, uint64_t esr)
{
    (void)esr;
    return rsi_handle_call(run);
}

/* By class; what has no handler goes to the host as an exit that says nothing, PC unmoved. */
static exception_handler *const sync_handlers[ESR_EC_COUNT] = {
    [ESR_EC_WFX] = handle_wfx,
    [ESR_EC_FP_ASIMD] = handle_fp,
    [ESR_EC_HVC64] = handle_undefined,
    [ESR_EC_SMC64] = handle_smc,
    [ESR_EC_SYS64] = handle_sysreg,
    [ESR_EC_SVE] = handle_undefined,
    [ESR_EC_SME] = handle_undefined,
    [ESR_EC_IABT_LOW] = rec_exit_insn_abort,
    [ESR_EC_DABT_LOW] = rec_exit_data_abort,
};

static void remember_syndrome(struct realm_run *run)
{
    const struct el2_regs *el2 = cpu_el2(run->cpu);
    struct last_run_info *last = &run->rec->last_run;

    last->esr = el2->esr;
    last->far = el2->far;
    last->hpfar = el2->hpfar;
    /* What the host did not see as emulatable it cannot complete as such. */
    if (run->rmm->variant->isv_bound_to_exit && !field_get(run->exit->esr, ESR_ISV))
        last->esr &= ~field_mask(ESR_ISV);
}

static bool handle_sync(struct realm_run *run)
{
    const struct el2_regs *el2 = cpu_el2(run->cpu);
    exception_handler *handler = sync_handlers[esr_ec(el2->esr)];

    EMIT(run->rmm->trace, RMM_HANDLE_EXCEPTION, RMM, el2->esr, el2->far, el2->hpfar);
    run->exit->exit_reason = RMI_EXIT_SYNC;
    if (handler && handler(run, el2->esr))
        return true;
    remember_syndrome(run);
    return false;
}

/* An error the platform cannot contain, or one whose syndrome says nothing, stops the RMM. */
static bool serror_fatal(const struct rmm *rmm, uint64_t esr)
{
    uint64_t aet = field_get(esr, ESR_SERROR_AET);

    return field_get(esr, ESR_SERROR_IDS) ||
           field_get(esr, ESR_DFSC) != rmm->variant->serror_async_dfsc ||
           !(aet == SERROR_AET_UEU || aet == SERROR_AET_UEO || aet == SERROR_AET_UER ||
             aet == SERROR_AET_CE);
}

static void handle_serror(struct realm_run *run)
{
    const struct el2_regs *el2 = cpu_el2(run->cpu);
    uint64_t aet = field_get(el2->esr, ESR_SERROR_AET);

    EMIT(run->rmm->trace, RMM_HANDLE_EXCEPTION, RMM, el2->esr, el2->far, el2->hpfar);
    if (serror_fatal(run->rmm, el2->esr)) {
        run->rmm->halted = "an SError the RMM cannot contain";
        return;
    }
    if (aet == SERROR_AET_UEU || aet == SERROR_AET_UER)
        run->rec->serror_pending = true;
    run->exit->exit_reason = RMI_EXIT_SERROR;
    run->exit->esr = host_view_serror(el2->esr).esr;
    run->rec->last_run = (struct last_run_info){el2->esr, el2->far, el2->hpfar};
}

bool rmm_handle_exception(struct realm_run *run, enum cpu_exit kind)
{
    switch (kind) {
    case CPU_EXIT_SYNC:
        return handle_sync(run);
    case CPU_EXIT_SERROR:
        handle_serror(run);
        return false;
    case CPU_EXIT_FIQ:
        run->exit->exit_reason = RMI_EXIT_FIQ;
        return false;
    case CPU_EXIT_IRQ:
    case CPU_EXIT_LIMIT:   /* as if the host's tick had come: whoever set the budget looks at it */
    case CPU_EXIT_FAILURE: /* likewise: the machine asks cpu_failure */
        break;
    }
    run->exit->exit_reason = RMI_EXIT_IRQ;
    return false;
}
