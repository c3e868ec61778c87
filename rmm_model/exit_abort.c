/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rmm_model/exit_abort.h"

#include "cpu/arch/esr.h"
#include "cpu/arch/hpfar.h"
#include "cpu/arch/pstate.h"
#include "rmm_model/complete.h"
#include "rmm_model/host_view.h"
#include "rmm_model/inject.h"
#include "rmm_model/rtt.h"

#define SET_UER 0u
#define SET_UC 2u
#define SET_UEO 3u
#define FSC_EXTERNAL_WALK_FIRST 0x13u /* level -1 */
#define FSC_EXTERNAL_WALK_LAST 0x17u
#define LEVEL_FIELD 3u /* of a fault status code that has a level */

static void show(struct realm_run *run, struct host_view view)
{
    run->exit->esr = view.esr;
    run->exit->far = view.far;
    run->exit->hpfar = view.hpfar;
    run->exit->gprs[0] = view.gpr0;
}

static bool stay_with_sea(struct realm_run *run)
{
    const struct el2_regs *el2 = cpu_el2(run->cpu);
    struct injected injected = inject_sea(run->rmm, run->rec, run->cpu, el2->esr, el2->far);

    EMIT(run->rmm->trace, RMM_INJECT_SEA, RMM, injected.esr, injected.far, injected.elr,
         injected.vector);
    return true;
}

static bool is_external_abort(uint64_t esr)
{
    unsigned fsc = esr_fsc(esr);

    return fsc == ESR_FSC_EXTERNAL ||
           (fsc >= FSC_EXTERNAL_WALK_FIRST && fsc <= FSC_EXTERNAL_WALK_LAST);
}

/* The host hears of every external abort; the realm too, unless it can simply run again. */
static void handle_external_abort(struct realm_run *run, uint64_t esr)
{
    uint64_t set = field_get(esr, ESR_SET);

    if (set != SET_UER && set != SET_UEO) {
        bool asserts = set != SET_UC && run->rmm->variant->reserved_asserted;

        rmm_halt(run->rmm, "an external abort the RMM cannot contain",
                 asserts ? "handle_sync_external_abort" : run->rmm->variant->fatal_in);
        return;
    }
    if (set == SET_UER)
        stay_with_sea(run);
    show(run, host_view_external_abort(esr));
}

/* Nothing is or will be there: the realm's own affair. */
static bool is_empty(struct realm_run *run, uint64_t page)
{
    return (page >= realm_ipa_size(run->realm) && run->rmm->variant->ipa_beyond_is_empty) ||
           (realm_protects(run->realm, page) &&
            rtt_lookup(run->rmm, run->realm, page).ripas == RMI_EMPTY);
}

static uint64_t shown_ipa(const struct el2_regs *el2)
{
    uint64_t page = rmm_fault_page(el2->hpfar);

    return field_get(el2->esr, ESR_S1PTW) ? page : page | (el2->far & GRANULE_MASK);
}

bool rec_exit_data_abort(struct realm_run *run, uint64_t esr)
{
    const struct el2_regs *el2 = cpu_el2(run->cpu);
    uint64_t page = rmm_fault_page(el2->hpfar);
    bool emulatable;

    if (is_external_abort(esr)) {
        handle_external_abort(run, esr);
        return false;
    }
    if (is_empty(run, page))
        return stay_with_sea(run);
    emulatable = !field_get(el2->spsr, PSTATE_NRW) && !realm_protects(run->realm, page);
    if (emulatable && run->rmm->variant->unknown_abort_hidden && !field_get(esr, ESR_ISV)) {
        show(run, host_view_unknown_abort(esr, el2->hpfar));
    } else if (emulatable) {
        uint64_t rt = cpu_get_x(run->cpu, (unsigned)field_get(esr, ESR_SRT));

        show(run, host_view_emulatable_abort(esr, el2->far, el2->hpfar, rt));
    } else {
        show(run, host_view_abort(esr, el2->hpfar));
    }
    EMIT(run->rmm->trace, REC_EXIT_DATA_ABORT, RMM, shown_ipa(el2),
         emulatable && field_get(esr, ESR_ISV));
    return false;
}

static bool is_fault_with_level(uint64_t esr, unsigned first)
{
    return (esr_fsc(esr) & ~LEVEL_FIELD) == first;
}

bool rec_exit_insn_abort(struct realm_run *run, uint64_t esr)
{
    const struct rmm_variant *variant = run->rmm->variant;
    const struct el2_regs *el2 = cpu_el2(run->cpu);
    uint64_t page = rmm_fault_page(el2->hpfar);

    if (is_external_abort(esr)) {
        handle_external_abort(run, esr);
        return false;
    }
    /* A realm does not execute what the host can write. */
    if (!realm_protects(run->realm, page) || is_empty(run, page))
        return stay_with_sea(run);
    if (variant->insn_permission_sea && is_fault_with_level(esr, ESR_FSC_PERMISSION_L0))
        return stay_with_sea(run);
    if (is_fault_with_level(esr, ESR_FSC_TRANSLATION_L0) || variant->insn_other_faults_shown)
        show(run, host_view_abort(esr, el2->hpfar));
    return false;
}

void rec_exit_emulated_abort(struct realm_run *run, int level)
{
    run->exit->exit_reason = RMI_EXIT_SYNC;
    run->exit->esr = field_put(ESR_EC, ESR_EC_DABT_LOW) |
                     field_put(ESR_FSC, ESR_FSC_TRANSLATION_L0 + (unsigned)level);
    /* x1 as it is: a host call's may name more than the page. */
    run->exit->hpfar = cpu_get_x(run->cpu, 1) >> (GRANULE_SHIFT - HPFAR_FIPA.lo);
}
