/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rmm_model/inject.h"

#include "cpu/arch/esr.h"
#include "cpu/arch/pstate.h"
#include "cpu/syndrome.h"
#include "rmm_model/rec.h"

uint64_t inject_sea_esr(uint64_t esr_el2, uint64_t pstate)
{
    uint64_t ec = field_get(esr_el2, ESR_EC);
    uint64_t esr = esr_el2 & ~(field_mask(ESR_FNV) | field_mask(ESR_S1PTW));

    /* The class "from the same Exception level" is the one after "from a lower". */
    if (field_get(pstate, PSTATE_M) != PSTATE_EL0T)
        ec++;
    return field_set(field_set(esr, ESR_EC, ec), ESR_FSC, ESR_FSC_EXTERNAL) | field_mask(ESR_EA);
}

static struct injected take(struct rmm *rmm, struct cpu *cpu, uint64_t esr, const uint64_t *far)
{
    struct el2_regs *el2 = cpu_el2(cpu);
    struct injected injected = {.esr = esr, .elr = el2->elr};

    exception_take_el1(cpu, EL1_SYNC, esr, far);
    if (rmm->variant->injected_pstate_fixed)
        el2->spsr = REC_PSTATE_RESET;
    injected.far = cpu_get_sysreg(cpu, SYSREG_FAR_EL1);
    injected.vector = el2->elr;
    return injected;
}

struct injected inject_sea(struct rmm *rmm, struct cpu *cpu, uint64_t esr_el2, uint64_t far)
{
    return take(rmm, cpu, inject_sea_esr(esr_el2, cpu_el2(cpu)->spsr), &far);
}

struct injected inject_undef(struct rmm *rmm, struct cpu *cpu)
{
    return take(rmm, cpu, syndrome_undefined(), NULL);
}
