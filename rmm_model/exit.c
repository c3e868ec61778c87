/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The dispatch of exceptions, and all of them but aborts (exit_abort.c) and calls (rsi.c). */
#include "rmm_model/exit.h"

#include "cpu/arch/esr.h"
#include "rmm_model/exit_abort.h"
#include "rmm_model/host_view.h"
#include "rmm_model/inject.h"
#include "rmm_model/rsi.h"

/* The DFSC of an asynchronous SError (Arm ARM, ESR_ELx), and what releases took for it. */
#define DFSC_ASYNC_SERROR 0x11u
#define DFSC_MISREAD 0x01u

#define SERROR_AET_UC 0u
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
    struct injected injected = inject_undef(run->rmm, run->rec, run->cpu);

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

enum sysreg_action { SYSREG_RAZ_WI, SYSREG_TO_HOST, SYSREG_ICC, SYSREG_UNUSED };

#define ANY (-1)

struct sysreg_trap {
    uint8_t op0, op1, crn;
    uint8_t crm_first, crm_last;
    int8_t op2, direction; /* or ANY; direction 0: written */
    enum sysreg_action action;
};

/* First match; what matches none reads as zero and ignores writes. */
static const struct sysreg_trap sysreg_traps[] = {
    /* ID registers: the PE's own are the realm's, the rest is RAZ */
    {3, 0, 0, 0, 15, ANY, ANY, SYSREG_RAZ_WI},
    {3, 0, 12, 11, 11, 1, 0, SYSREG_TO_HOST},  /* ICC_DIR_EL1 */
    {3, 0, 12, 11, 11, 5, 0, SYSREG_TO_HOST},  /* ICC_SGI1R_EL1 */
    {3, 0, 12, 11, 11, 7, 0, SYSREG_TO_HOST},  /* ICC_SGI0R_EL1 */
    {3, 0, 12, 8, 15, ANY, ANY, SYSREG_ICC},   /* the other ICC_*_EL1 */
    {3, 0, 4, 6, 6, 0, ANY, SYSREG_ICC},       /* ICC_PMR_EL1 */
    {2, 1, 8, 0, 15, ANY, ANY, SYSREG_UNUSED}, /* BRB*<n>_EL1 */
    {2, 1, 9, 0, 2, ANY, ANY, SYSREG_UNUSED},  /* BRBCR_EL1, BRBFCR_EL1, ... */
    {3, 0, 10, 4, 5, ANY, ANY, SYSREG_UNUSED}, /* MPAM */
    {3, 0, 10, 2, 2, 5, ANY, SYSREG_UNUSED},   /* S2POR_EL1 */
};

static bool any_or(int8_t wanted, uint64_t value)
{
    return wanted == ANY || (uint64_t)wanted == value;
}

static bool sysreg_matches(const struct sysreg_trap *trap, uint64_t esr)
{
    uint64_t crm = field_get(esr, ESR_SYS_CRM);

    return field_get(esr, ESR_SYS_OP0) == trap->op0 && field_get(esr, ESR_SYS_OP1) == trap->op1 &&
           field_get(esr, ESR_SYS_CRN) == trap->crn && crm >= trap->crm_first &&
           crm <= trap->crm_last && any_or(trap->op2, field_get(esr, ESR_SYS_OP2)) &&
           any_or(trap->direction, field_get(esr, ESR_SYS_DIRECTION));
}

static enum sysreg_action sysreg_action(const struct rmm_variant *variant, uint64_t esr)
{
    enum sysreg_action action = SYSREG_RAZ_WI;

    for (size_t i = 0; i < sizeof(sysreg_traps) / sizeof(sysreg_traps[0]); i++)
        if (sysreg_matches(&sysreg_traps[i], esr)) {
            action = sysreg_traps[i].action;
            break;
        }
    if (action == SYSREG_UNUSED && !variant->unused_sysregs_undefined)
        return SYSREG_RAZ_WI;
    return action == SYSREG_ICC && !variant->icc_write_asserted ? SYSREG_TO_HOST : action;
}

static bool handle_sysreg(struct realm_run *run, uint64_t esr)
{
    unsigned rt = (unsigned)field_get(esr, ESR_SYS_RT);
    struct host_view view;
    uint64_t value;

    switch (sysreg_action(run->rmm->variant, esr)) {
    case SYSREG_UNUSED:
        return handle_undefined(run, esr);
    case SYSREG_ICC:
        rmm_halt(run->rmm, "a trap of an ICC register that should not trap",
                 "handle_icc_el1_sysreg_trap");
        return false;
    case SYSREG_RAZ_WI:
        if (field_get(esr, ESR_SYS_DIRECTION))
            cpu_set_x(run->cpu, rt, 0);
        cpu_el2(run->cpu)->elr += A64_INSN_SIZE;
        return true;
    case SYSREG_TO_HOST:
        break;
    }
    cpu_el2(run->cpu)->elr += A64_INSN_SIZE;
    value = cpu_get_x(run->cpu, rt);
    view = run->rmm->variant->sysreg_rt_hidden ? host_view_sysreg_without_rt(esr, value)
                                               : host_view_sysreg(esr, value);
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
    if (!rmm_has_defect(run->rmm, RMM_DEFECT(EMUL_MMIO_ANY_ISV)) &&
        !field_get(run->exit->esr, ESR_ISV))
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

static bool serror_uninformative(const struct rmm *rmm, uint64_t esr)
{
    uint64_t async =
        rmm_has_defect(rmm, RMM_DEFECT(SERROR_DFSC_MISREAD)) ? DFSC_MISREAD : DFSC_ASYNC_SERROR;

    return field_get(esr, ESR_SERROR_IDS) || field_get(esr, ESR_DFSC) != async ||
           field_get(esr, ESR_SERROR_AET) == SERROR_AET_UC;
}

static void handle_serror(struct realm_run *run)
{
    const struct el2_regs *el2 = cpu_el2(run->cpu);
    const struct rmm_variant *variant = run->rmm->variant;
    uint64_t aet = field_get(el2->esr, ESR_SERROR_AET);

    EMIT(run->rmm->trace, RMM_HANDLE_EXCEPTION, RMM, el2->esr, el2->far, el2->hpfar);
    if (serror_uninformative(run->rmm, el2->esr)) {
        rmm_halt(run->rmm, "an SError the RMM cannot contain", variant->fatal_in);
        return;
    }
    switch (aet) {
    case SERROR_AET_UEU:
    case SERROR_AET_UER:
        run->rec->serror_pending = true;
        run->rec->vsesr = el2->esr;
        break;
    case SERROR_AET_UEO:
    case SERROR_AET_CE:
        break;
    default:
        rmm_halt(run->rmm, "an SError of a reserved severity",
                 variant->reserved_asserted ? "handle_exception_serror_lel" : variant->fatal_in);
        return;
    }
    run->exit->exit_reason = RMI_EXIT_SERROR;
    run->exit->esr = variant->serror_shows_ec ? host_view_serror_with_class(el2->esr).esr
                                              : host_view_serror(el2->esr).esr;
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
    case CPU_EXIT_PAUSE:   /* the CPUs of realms do not pause */
    case CPU_EXIT_LIMIT:   /* as if the host's tick had come: whoever set the budget looks at it */
    case CPU_EXIT_FAILURE: /* likewise: the machine asks cpu_failure */
        run->exit->exit_reason = RMI_EXIT_IRQ;
        return false;
    }
    return false; /* no vector of R-EL2: an exit that says nothing */
}
