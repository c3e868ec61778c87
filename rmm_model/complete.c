/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rmm_model/complete.h"

#include "cpu/arch/esr.h"
#include "rmm_model/host_view.h"
#include "rmm_model/inject.h"

#define INSN_SIZE 4u
#define XZR 31u

/* HPFAR_EL2.FIPA without FEAT_LPA2: IPA[47:12] (and the bits above that are RES0). */
static const struct field FIPA = {4, 40};

uint64_t rmm_fault_page(uint64_t hpfar)
{
    return field_get(hpfar, FIPA) << GRANULE_SHIFT;
}

/*
 * The value a load leaves in its register. SF only matters when the load sign-extends; a
 * zero-extended value has no upper half to cut.
 */
static uint64_t load_value(uint64_t esr, uint64_t data)
{
    uint64_t mask = abort_access_mask(esr);
    uint64_t sign = mask ^ (mask >> 1);
    uint64_t value = data & mask;

    if (!field_get(esr, ESR_SSE))
        return value;
    value = (value ^ sign) - sign;
    return field_get(esr, ESR_SF) ? value : (uint32_t)value;
}

bool mmio_completion(const struct rmm_variant *variant, uint64_t esr, uint64_t flags, uint64_t gpr0,
                     struct mmio_completion *out)
{
    struct mmio_completion done = {.rt = (unsigned)field_get(esr, ESR_SRT)};

    if (!field_get(flags, RMI_ENTER_EMUL_MMIO) ||
        (variant->sea_before_mmio && field_get(flags, RMI_ENTER_INJECT_SEA))) {
        *out = done;
        return true;
    }
    if (esr_ec(esr) != ESR_EC_DABT_LOW || !field_get(esr, ESR_ISV))
        return false;
    done.apply = true;
    done.writes_rt = !field_get(esr, ESR_WNR) && done.rt != XZR;
    done.sign_extend = !field_get(esr, ESR_WNR) && field_get(esr, ESR_SSE);
    if (done.writes_rt)
        done.value = load_value(esr, gpr0);
    *out = done;
    return true;
}

bool complete_mmio_emulation(struct rmm *rmm, const struct rec *rec, struct cpu *cpu,
                             const struct rmi_rec_enter *enter)
{
    struct mmio_completion done;

    if (!mmio_completion(rmm->variant, rec->last_run.esr, enter->flags, enter->gprs[0], &done))
        return false;
    if (!done.apply)
        return true;
    if (done.writes_rt)
        cpu_set_x(cpu, done.rt, done.value);
    cpu_el2(cpu)->elr += INSN_SIZE;
    clock_charge(rmm->clock, OP_RMM_MMIO_COMPLETE, 1);
    EMIT(rmm->trace, COMPLETE_MMIO_EMULATION, RMM, done.rt, done.value, done.sign_extend,
         cpu_el2(cpu)->elr);
    return true;
}

bool sea_insertion_allowed(uint64_t esr, uint64_t hpfar, unsigned ipa_bits)
{
    return esr_ec(esr) == ESR_EC_DABT_LOW && rmm_fault_page(hpfar) >> (ipa_bits - 1) != 0;
}

bool complete_sea_insertion(struct rmm *rmm, struct rec *rec, struct cpu *cpu,
                            const struct rmi_rec_enter *enter)
{
    const struct last_run_info *last = &rec->last_run;
    struct injected injected;

    if (!field_get(enter->flags, RMI_ENTER_INJECT_SEA))
        return true;
    if (!sea_insertion_allowed(last->esr, last->hpfar, rec_realm(rmm, rec)->ipa_bits))
        return false;
    injected = inject_sea(rmm, rec, cpu, last->esr, last->far);
    EMIT(rmm->trace, COMPLETE_SEA_INSERTION, RMM, injected.esr, injected.far, injected.elr,
         injected.vector);
    return true;
}

void complete_set_ripas(const struct rmm *rmm, struct rec *rec, struct cpu *cpu,
                        const struct rmi_rec_enter *enter)
{
    struct set_ripas *request = &rec->set_ripas;
    bool rejected = rmm->variant->ripas_response &&
                    field_get(enter->flags, RMI_ENTER_RIPAS_RESPONSE) == RMI_REJECT &&
                    request->ripas == RMI_RAM && request->next != request->top;

    if (request->base == request->top)
        return;
    cpu_set_x(cpu, 0, 0); /* RSI_SUCCESS */
    cpu_set_x(cpu, 1, request->next);
    if (!rmm->variant->ripas_by_size)
        cpu_set_x(cpu, 2, rejected ? RMI_REJECT : RMI_ACCEPT);
    request->base = 0;
    request->top = 0;
}

void complete_sysreg_emulation(const struct rec *rec, struct cpu *cpu,
                               const struct rmi_rec_enter *enter)
{
    uint64_t esr = rec->last_run.esr;

    if (esr_ec(esr) == ESR_EC_SYS64 && field_get(esr, ESR_SYS_DIRECTION))
        cpu_set_x(cpu, (unsigned)field_get(esr, ESR_SYS_RT), enter->gprs[0]);
}
