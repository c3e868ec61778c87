/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The controls that decide what traps: those of EL2, which its software writes, and those of EL1,
 * which the guest writes. Code pages are scanned for them, and again when they change.
 */
#include "cpu/arch/descriptor.h"
#include "cpu/engine.h"
#include "cpu/quirks.h"

#define ICC_SRE_SYSTEM_REGISTERS 7u /* SRE, DFB, DIB: the only interface this CPU has */
#define ICC_SRE_EL2_ENABLE 8u
#define CNTHCTL_EL1_COUNTERS                                                                       \
    3u /* EL1PCTEN, EL1PCEN: the physical counter and timer do not trap                            \
        */

/* EL1 registers that decide what traps. */
static const enum sysreg controlling[] = {
    SYSREG_CPACR_EL1, SYSREG_SCTLR_EL1, SYSREG_CNTKCTL_EL1, SYSREG_PMUSERENR_EL0, SYSREG_MDSCR_EL1,
};

bool engine_controls_traps(const struct sysreg_desc *reg)
{
    for (size_t i = 0; i < sizeof(controlling) / sizeof(controlling[0]); i++) {
        const struct sysreg_desc *row = &sysreg_table[controlling[i]];

        if (row->op0 == reg->op0 && row->op1 == reg->op1 && row->crn == reg->crn &&
            row->crm == reg->crm && row->op2 == reg->op2)
            return true;
    }
    return false;
}

void engine_reset_controls(struct cpu *cpu)
{
    cpu->el2.cnthctl = CNTHCTL_EL1_COUNTERS;
    cpu->el2.icc_sre = ICC_SRE_SYSTEM_REGISTERS | ICC_SRE_EL2_ENABLE;
}

struct trap_context engine_trap_context(const struct cpu *cpu)
{
    struct trap_context context = cpu->engine->controls.context;

    context.el2 = &cpu->el2;
    context.pstate = cpu->el2.spsr;
    return context;
}

/* The controls lie in front of the return state; pending virtual interrupts trap nothing. */
static bool same_controls(const struct el2_regs *a, const struct el2_regs *b)
{
    const uint64_t pending = field_mask(HCR_VF) | field_mask(HCR_VI) | field_mask(HCR_VSE);
    const uint64_t ich_traps = field_mask(ICH_HCR_TC) | field_mask(ICH_HCR_TALL0) |
                               field_mask(ICH_HCR_TALL1) | field_mask(ICH_HCR_TDIR);

    return !((a->hcr ^ b->hcr) & ~pending) && a->cptr == b->cptr && a->mdcr == b->mdcr &&
           a->cnthctl == b->cnthctl && a->hcrx == b->hcrx &&
           !((a->ich_hcr ^ b->ich_hcr) & ich_traps) && a->icc_sre == b->icc_sre &&
           a->hfgrtr == b->hfgrtr && a->hfgwtr == b->hfgwtr && a->hfgitr == b->hfgitr &&
           a->hdfgrtr == b->hdfgrtr && a->hdfgwtr == b->hdfgwtr;
}

static bool same_el1_controls(const struct trap_context *a, const struct trap_context *b)
{
    return a->cpacr_el1 == b->cpacr_el1 && a->sctlr_el1 == b->sctlr_el1 &&
           a->cntkctl_el1 == b->cntkctl_el1 && a->pmuserenr_el0 == b->pmuserenr_el0 &&
           a->mdscr_el1 == b->mdscr_el1;
}

static uint64_t absent_features(const struct engine *engine)
{
    unsigned quirks = engine->quirks;

    return (engine->gicv.v ? TRAP_FEATURE(GICV3) : 0) |
           (quirks & CPU_QUIRK_NO_TIDCP ? TRAP_FEATURE(TIDCP) : 0) |
           (quirks & CPU_QUIRK_NO_EXTERNAL_DEBUG ? TRAP_FEATURE(EXTDEBUG) : 0) |
           (quirks & CPU_QUIRK_NO_TAGS ? TRAP_FEATURE(MTE) : 0);
}

void engine_refresh_controls(struct cpu *cpu)
{
    struct engine *engine = cpu->engine;
    struct trap_context now = engine->controls.context;
    bool same = engine->controls.valid && same_controls(&engine->controls.el2, &cpu->el2);

    if (same && !engine->controls_stale)
        return;
    now.features = (trap_modelled_features & ~absent_features(engine)) |
                   (engine->ls64 ? TRAP_FEATURE(LS64) : 0) |
                   (engine->wfxt ? TRAP_FEATURE(WFXT) : 0);
    now.cpacr_el1 = cpu_get_sysreg(cpu, SYSREG_CPACR_EL1);
    now.sctlr_el1 = cpu_get_sysreg(cpu, SYSREG_SCTLR_EL1);
    now.cntkctl_el1 = cpu_get_sysreg(cpu, SYSREG_CNTKCTL_EL1);
    now.pmuserenr_el0 = cpu_get_sysreg(cpu, SYSREG_PMUSERENR_EL0);
    now.mdscr_el1 = cpu_get_sysreg(cpu, SYSREG_MDSCR_EL1);
    now.icc_sre_el1 = ICC_SRE_SYSTEM_REGISTERS;
    engine->controls_stale = false;
    if (same && same_el1_controls(&engine->controls.context, &now))
        return;
    engine->controls.valid = true;
    engine->controls.el2 = cpu->el2;
    engine->controls.context = now;
    code_pages_clear(engine->code);
    engine->code_stale = true;
}
