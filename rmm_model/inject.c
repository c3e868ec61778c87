/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rmm_model/inject.h"

#include "cpu/arch/descriptor.h"
#include "cpu/arch/esr.h"
#include "cpu/arch/pstate.h"
#include "cpu/syndrome.h"

/* Arm ARM: SCTLR_EL1.SPINTMASK (FEAT_NMI), SCTLR2_EL1.EASE (FEAT_DoubleFault2), GCSCR_EL1.EXLOCKEN
 * (FEAT_GCS), and the bits of PSTATE they go with. */
static const struct field SCTLR_SPINTMASK = {62, 1};
static const struct field SCTLR2_EASE = {5, 1};
static const struct field GCSCR_EXLOCKEN = {6, 1};
static const struct field PSTATE_ALLINT = {13, 1};
static const struct field PSTATE_PM = {32, 1};
static const struct field PSTATE_EXLOCK = {34, 1};

uint64_t inject_sea_esr(uint64_t esr_el2, uint64_t pstate)
{
    uint64_t ec = field_get(esr_el2, ESR_EC);
    uint64_t esr = esr_el2 & ~(field_mask(ESR_FNV) | field_mask(ESR_S1PTW));

    /* The class "from the same Exception level" is the one after "from a lower". */
    if (field_get(pstate, PSTATE_M) != PSTATE_EL0T)
        ec++;
    return field_set(field_set(esr, ESR_EC, ec), ESR_FSC, ESR_FSC_EXTERNAL) | field_mask(ESR_EA);
}

/* PSTATE that the realm finds in its handler (TF-RMM runtime/core/inject_exp.c:calc_pstate). */
static uint64_t handler_pstate(const struct rmm *rmm, const struct rec *rec, struct cpu *cpu,
                               uint64_t from)
{
    const struct rmm_features *features = &rmm->features;
    uint64_t sctlr = cpu_get_sysreg(cpu, SYSREG_SCTLR_EL1);
    uint64_t pstate = REC_PSTATE_RESET;

    if (rmm->variant->injected_pstate_fixed)
        return pstate;
    pstate |= from & (field_mask(PSTATE_NZCV) | field_mask(PSTATE_DIT));
    pstate |= field_put(PSTATE_SSBS, features->ssbs && field_get(sctlr, SCTLR_DSSBS));
    pstate |= field_put(PSTATE_ALLINT, features->nmi && !field_get(sctlr, SCTLR_SPINTMASK));
    /* Set or clear, never as it was: not what AArch64.TakeException does. */
    pstate |= field_put(PSTATE_PAN, !field_get(sctlr, SCTLR_SPAN));
    pstate |= field_put(PSTATE_TCO, features->mte2);
    pstate |= field_put(PSTATE_PM, features->ebep);
    pstate |= field_put(PSTATE_EXLOCK, features->gcs && field_get(rec->gcscr_el1, GCSCR_EXLOCKEN));
    return pstate;
}

static struct injected take(struct rmm *rmm, const struct rec *rec, struct cpu *cpu, uint64_t esr,
                            const uint64_t *far, enum el1_vector which)
{
    struct el2_regs *el2 = cpu_el2(cpu);
    struct injected injected = {.esr = esr, .elr = el2->elr};
    uint64_t pstate = handler_pstate(rmm, rec, cpu, el2->spsr);

    exception_take_el1(cpu, which, esr, far);
    el2->spsr = pstate;
    injected.far = cpu_get_sysreg(cpu, SYSREG_FAR_EL1);
    injected.vector = el2->elr;
    return injected;
}

struct injected inject_sea(struct rmm *rmm, const struct rec *rec, struct cpu *cpu,
                           uint64_t esr_el2, uint64_t far)
{
    uint64_t from = cpu_el2(cpu)->spsr;
    bool as_serror = rmm->variant->sea_vector_by_ease && field_get(rec->sctlr2_el1, SCTLR2_EASE) &&
                     !field_get(from, PSTATE_NRW);

    return take(rmm, rec, cpu, inject_sea_esr(esr_el2, from), &far,
                as_serror ? EL1_SERROR : EL1_SYNC);
}

struct injected inject_undef(struct rmm *rmm, const struct rec *rec, struct cpu *cpu)
{
    return take(rmm, rec, cpu, syndrome_undefined(), NULL, EL1_SYNC);
}
