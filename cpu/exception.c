/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Delivery of exceptions: the one place that writes ESR, FAR, HPFAR, ELR and SPSR of EL1. */
#include "cpu/arch/descriptor.h"
#include "cpu/arch/pstate.h"
#include "cpu/cpu.h"
#include "cpu/engine.h"

/* Offsets from VBAR_EL1 of the four groups of vectors (Arm ARM D1.3.1). */
#define VECTOR_CURRENT_SP0 0x000u
#define VECTOR_CURRENT_SPX 0x200u
#define VECTOR_LOWER_A64 0x400u
#define VECTOR_LOWER_A32 0x600u

uint64_t exception_vector(uint64_t vbar_el1, uint64_t pstate, enum el1_vector which)
{
    unsigned group;

    if (field_get(pstate, PSTATE_NRW))
        group = VECTOR_LOWER_A32;
    else if (field_get(pstate, PSTATE_M) == PSTATE_EL1H)
        group = VECTOR_CURRENT_SPX;
    else if (field_get(pstate, PSTATE_M) == PSTATE_EL1T)
        group = VECTOR_CURRENT_SP0;
    else
        group = VECTOR_LOWER_A64;
    return vbar_el1 + group + (unsigned)which;
}

/* AArch64.TakeException: what is kept, what is set; the rest (BTYPE, IL, SS, UAO) becomes 0. */
uint64_t exception_entry_pstate(uint64_t pstate, uint64_t sctlr_el1)
{
    uint64_t entry = field_put(PSTATE_M, PSTATE_EL1H) | field_mask(PSTATE_DAIF);

    entry |= pstate & (field_mask(PSTATE_NZCV) | field_mask(PSTATE_DIT) | field_mask(PSTATE_PAN));
    if (!field_get(sctlr_el1, SCTLR_SPAN))
        entry |= field_mask(PSTATE_PAN);
    if (field_get(sctlr_el1, SCTLR_DSSBS))
        entry |= field_mask(PSTATE_SSBS);
    return entry;
}

void exception_take_el1(struct cpu *cpu, enum el1_vector which, uint64_t esr, const uint64_t *far)
{
    struct el2_regs *el2 = &cpu->el2;
    uint64_t sctlr = cpu_get_sysreg(cpu, SYSREG_SCTLR_EL1);
    uint64_t vector = exception_vector(cpu_get_sysreg(cpu, SYSREG_VBAR_EL1), el2->spsr, which);

    cpu_set_sysreg(cpu, SYSREG_ELR_EL1, el2->elr);
    cpu_set_sysreg(cpu, SYSREG_SPSR_EL1, el2->spsr);
    if (which == EL1_SYNC || which == EL1_SERROR)
        cpu_set_sysreg(cpu, SYSREG_ESR_EL1, esr);
    if (far)
        cpu_set_sysreg(cpu, SYSREG_FAR_EL1, *far);
    EMIT(cpu->engine->trace, EL1_VECTOR, GUEST, esr, far ? *far : 0, el2->elr, el2->spsr, vector);
    el2->spsr = exception_entry_pstate(el2->spsr, sctlr);
    el2->elr = vector;
    cpu->el1_taken++;
    cpu->monitor.armed = false; /* cleared on the way back, at the latest (Arm ARM D1.4.4) */
    engine_drain(cpu);
    clock_charge(cpu->engine->clock, OP_EXCEPTION_ENTRY, 1);
}
