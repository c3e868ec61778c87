/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RMI_REC_ENTER. */
#include "cpu/arch/descriptor.h"
#include "cpu/gic.h"
#include "rmm_model/complete.h"
#include "rmm_model/exit.h"
#include "rmm_model/plane.h"
#include "rmm_model/rsi.h"
#include "rmm_model/timers.h"

#include <string.h>

/*
 * HCR_EL2 while a realm runs (TF-RMM lib/arch/include/arch.h:HCR_REALM_FLAGS). TID3 is left out:
 * the model's ID registers are those a realm may see.
 */
static uint64_t realm_hcr(struct rec *rec, uint64_t flags)
{
    uint64_t hcr = field_mask(HCR_VM) | field_mask(HCR_SWIO) | field_mask(HCR_PTW) |
                   field_mask(HCR_FMO) | field_mask(HCR_IMO) | field_mask(HCR_AMO) |
                   field_put(HCR_BSU, HCR_BSU_INNER) | field_mask(HCR_TSC) | field_mask(HCR_RW) |
                   field_mask(HCR_TEA) | field_mask(HCR_APK) | field_mask(HCR_API) |
                   field_mask(HCR_FWB);

    hcr |= field_put(HCR_TWI, field_get(flags, RMI_ENTER_TRAP_WFI));
    hcr |= field_put(HCR_TWE, field_get(flags, RMI_ENTER_TRAP_WFE));
    hcr |= field_put(HCR_VSE, rec->serror_pending);
    rec->serror_pending = false;
    return hcr;
}

static uint64_t realm_state_check(const struct rmm *rmm, const struct realm *realm)
{
    if (realm->state == REALM_ACTIVE)
        return RMI_SUCCESS;
    if (realm->state == REALM_SYSTEM_OFF && rmm->variant->system_off_index)
        return rmi_return(RMI_ERROR_REALM, 1);
    return rmi_return(RMI_ERROR_REALM, 0);
}

/* The host's virtual interrupts: checked, and where it hands them over also taken. */
static bool enter_gic(const struct realm_run *run, const struct rmi_rec_enter *enter)
{
    struct rmm *rmm = run->rmm;
    bool copy_first = rmm->variant->gic_entry == GIC_COPIED_THEN_CHECKED;

    if (rmm->variant->gic_entry == GIC_IN_REGISTERS)
        return gic_validate_registers(&rmm->gic, cpu_ich(rec_pe(rmm, run->rec)->cpu)->lr);
    if (copy_first)
        gic_copy_in(&rmm->gic, &run->rec->gic, enter);
    if (!gic_validate(&rmm->gic, enter->gicv3_hcr, copy_first, enter->gicv3_lrs))
        return false;
    if (!copy_first)
        gic_copy_in(&rmm->gic, &run->rec->gic, enter);
    return true;
}

/* What must hold of realm, REC and entry before the realm changes, in the order it is looked at. */
static uint64_t entry_check(const struct realm_run *run, const struct rmi_rec_enter *enter)
{
    uint64_t status = realm_state_check(run->rmm, run->realm);

    if (status != RMI_SUCCESS)
        return status;
    if (!run->rec->runnable || run->rec->psci_pending || !enter_gic(run, enter))
        return RMI_ERROR_REC;
    return RMI_SUCCESS;
}

/* The host's answer to a data abort. */
static bool complete_abort(struct realm_run *run, const struct rmi_rec_enter *enter)
{
    if (run->rmm->variant->sea_before_mmio)
        return complete_sea_insertion(run->rmm, run->rec, run->cpu, enter) &&
               complete_mmio_emulation(run->rmm, run->rec, run->cpu, enter);
    return complete_mmio_emulation(run->rmm, run->rec, run->cpu, enter) &&
           complete_sea_insertion(run->rmm, run->rec, run->cpu, enter);
}

#define CONTEXT_GPRS 31u /* x0..x30 */

/* Runs the realm once, until an exception to R-EL2. */
static enum cpu_exit run_realm(struct realm_run *run)
{
    const struct realm_port *realm = &run->rmm->realm;
    struct clock *clock = run->rmm->clock;
    enum cpu_exit kind;

    clock_charge(clock, OP_RMM_GPR_RESTORE, CONTEXT_GPRS);
    clock_charge(clock, OP_BARRIER, 1);
    kind = realm->run ? realm->run(realm->ctx, run->cpu) : cpu_run(run->cpu);
    clock_charge(clock, OP_RMM_GPR_SAVE, CONTEXT_GPRS);
    clock_charge(clock, OP_RMM_EXCEPTION, 1);
    return kind;
}

/*
 * Runs the realm until the host is to see an exit. A realm whose vectors fault as well would be
 * handled in here for ever; on hardware the host's tick gets it out, and so it does here.
 */
static void run_loop(struct realm_run *run)
{
    for (uint32_t n = 0; n <= run->rmm->realm_traps; n++) {
        if (timers_check_pending(run->rec, run->cpu))
            break;
        if (!rmm_handle_exception(run, run_realm(run)))
            return;
    }
    run->exit->exit_reason = RMI_EXIT_IRQ;
}

/* The realm's timers and interrupts are on the PE from here on until the loop ends. */
static void run_on_pe(struct realm_run *run)
{
    struct rmm *rmm = run->rmm;
    struct rec *rec = run->rec;
    bool handed_over = rmm->variant->gic_entry != GIC_IN_REGISTERS;
    bool real_pe = !rmm->realm.played;
    struct rec_timer host[CPU_TIMER_COUNT];

    timers_enter(rec, run->cpu, host);
    if (handed_over && real_pe)
        interface_enter(rec, run->cpu);
    run_loop(run);
    if (handed_over && real_pe)
        interface_leave(rec, run->cpu);
    else if (real_pe)
        interface_disable(run->cpu);
    if (handed_over)
        gic_copy_out(&rmm->gic, &rec->gic, run->exit);
    timers_leave(rec, run->cpu, host, run->exit);
}

static void complete_calls(struct realm_run *run, const struct rmi_rec_enter *enter)
{
    complete_set_ripas(run->rmm, run->rec, run->cpu, enter);
    complete_sysreg_emulation(run->rec, run->cpu, enter);
}

/* false: the page of a host call is gone, and *run->exit shows it. */
static bool complete_pending(struct realm_run *run, const struct rmi_rec_enter *enter)
{
    bool first = run->rmm->variant->host_call_first;

    if (!first)
        complete_calls(run, enter);
    if (!complete_host_call(run, enter))
        return false;
    if (first)
        complete_calls(run, enter);
    return true;
}

/*
 * EL1's registers are one set, so those of the host's other VMs make room for the realm's: TF-RMM
 * runtime/core/run.c, save_ns_state, restore_realm_state and back. Of EL2 only the realm's control
 * is written.
 */
#define EL1_CONTEXT_REGS 26u
#define EL2_CONTROL_REGS 6u
#define GIC_CONTROL_REGS 5u /* ICH_HCR_EL2, ICH_VMCR_EL2, and ICH_AP1R0 .. 2 */

static void charge_entry(const struct rmm *rmm)
{
    clock_charge(rmm->clock, OP_RMM_REC_ENTER, 1);
    clock_charge(rmm->clock, OP_RMM_GRANULE, 2); /* the run page and the REC */
    clock_charge(rmm->clock, OP_RMM_MAP, 2);     /* the REC and its realm's descriptor */
    clock_charge(rmm->clock, OP_RMM_AUX_MAP, rmm->variant->rec_aux_count);
    clock_charge(rmm->clock, OP_RMM_SYSREG_SAVE, EL1_CONTEXT_REGS);
    clock_charge(rmm->clock, OP_RMM_SYSREG_RESTORE, EL1_CONTEXT_REGS + EL2_CONTROL_REGS);
    clock_charge(rmm->clock, OP_RMM_TIMER_RESTORE, CPU_TIMER_COUNT);
    clock_charge(rmm->clock, OP_RMM_GIC_RESTORE, GIC_CONTROL_REGS + rmm->gic.num_lrs);
}

static void charge_exit(const struct rmm *rmm)
{
    clock_charge(rmm->clock, OP_RMM_REC_EXIT, 1);
    clock_charge(rmm->clock, OP_RMM_HOST_VIEW, 1);
    clock_charge(rmm->clock, OP_RMM_SYSREG_SAVE, EL1_CONTEXT_REGS);
    clock_charge(rmm->clock, OP_RMM_SYSREG_RESTORE, EL1_CONTEXT_REGS + EL2_CONTROL_REGS);
    clock_charge(rmm->clock, OP_RMM_TIMER_SAVE, CPU_TIMER_COUNT);
    clock_charge(rmm->clock, OP_RMM_GIC_SAVE, GIC_CONTROL_REGS + rmm->gic.num_lrs);
}

static uint64_t enter_realm(struct realm_run *run, const struct rmi_rec_enter *enter)
{
    struct rmm *rmm = run->rmm;
    struct rec *rec = run->rec;
    uint64_t status = entry_check(run, enter);

    if (status != RMI_SUCCESS)
        return status;
    run->cpu = rec_load(rmm, rec);
    if (!rmm_has_defect(rmm, RMM_DEFECT(REFUSED_ENTRY_COMPLETES)) && !plane_can_leave(run, enter))
        return RMI_ERROR_INPUT;
    if (!complete_abort(run, enter))
        return RMI_ERROR_REC;
    if (!complete_pending(run, enter))
        return RMI_SUCCESS;
    if (!plane_can_leave(run, enter))
        return RMI_ERROR_INPUT;
    plane_entry(run, enter);
    rec->last_run.esr = 0;
    cpu_el2(run->cpu)->hcr = realm_hcr(rec, enter->flags);
    charge_entry(rmm);
    run_on_pe(run);
    return RMI_SUCCESS;
}

/* Tells of what the host will read. */
static void emit_exit(struct rmm *rmm, const struct rmi_rec_exit *exit)
{
    bool call = exit->exit_reason == RMI_EXIT_PSCI || exit->exit_reason == RMI_EXIT_HOST_CALL;

    EMIT(rmm->trace, REC_EXIT, RMM, EVENT_STR(rmi_exit_reason_name(exit->exit_reason)), exit->esr,
         exit->far, exit->hpfar, exit->gprs[0]);
    if (call)
        EMIT(rmm->trace, REC_EXIT_CALL, RMM, exit->imm, exit->gprs[1], exit->gprs[2], exit->gprs[3],
             exit->gprs[4], exit->gprs[5], exit->gprs[6], exit->gprs[7]);
    if (exit->cntp_ctl | exit->cntp_cval | exit->cntv_ctl | exit->cntv_cval)
        EMIT(rmm->trace, REC_EXIT_TIMERS, RMM, exit->cntp_ctl, exit->cntp_cval, exit->cntv_ctl,
             exit->cntv_cval);
    if (exit->exit_reason == RMI_EXIT_RIPAS_CHANGE)
        EMIT(rmm->trace, REC_EXIT_RIPAS, RMM, exit->ripas_base, exit->ripas_top, exit->ripas_value);
}

/* The entry is copied in once, the exit written whole: the RmiCommandReturnCode. */
static uint64_t enter_by_page(struct rmm *rmm, uint64_t rec_addr, uint64_t run_addr)
{
    struct rmi_rec_enter enter;
    struct rmi_rec_exit exit;
    struct realm_run run = {.rmm = rmm, .exit = &exit};
    uint64_t status, outer;

    if (!rmm_ns_read(rmm, run_addr, &enter, sizeof(enter)))
        return RMI_ERROR_INPUT;
    EMIT(rmm->trace, SMC_REC_ENTER, RMM, rec_addr, run_addr, enter.flags, enter.gprs[0]);

    memset(&exit, 0, sizeof(exit));
    run.rec = rec_find(rmm, rec_addr);
    run.realm = rec_realm(rmm, run.rec);
    outer = rec_pe(rmm, run.rec)->running;
    rec_pe(rmm, run.rec)->running = rec_addr;
    run.realm->running++;
    rmm->entries++;
    status = enter_realm(&run, &enter);
    rmm->entries--;
    run.realm->running--;
    rec_pe(rmm, run.rec)->running = outer;
    if (status != RMI_SUCCESS || rmm->halted)
        return status;

    charge_exit(rmm);
    emit_exit(rmm, &exit);
    if (!rmm_ns_write(rmm, run_addr + offsetof(struct rmi_rec_run, exit), &exit, sizeof(exit)))
        return RMI_ERROR_INPUT;
    return status;
}

void smc_rec_enter(struct rmm *rmm, const uint64_t *arg, uint64_t *result)
{
    uint64_t rec_addr = arg[0], run_addr = arg[1];
    struct granule *granule;

    result[0] = RMI_ERROR_INPUT;
    if (!granule_find_state(&rmm->granules, run_addr, GRANULE_NS) ||
        !granule_find_state(&rmm->granules, rec_addr, GRANULE_REC))
        return;
    granule = granule_find(&rmm->granules, rec_addr);
    if (granule->refcount) {
        result[0] = rmm_busy(rmm, RMI_ERROR_REC);
        return;
    }
    granule->refcount = 1; /* held from before the page is read until the exit is written */
    result[0] = enter_by_page(rmm, rec_addr, run_addr);
    granule->refcount = 0;
}
