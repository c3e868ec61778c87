/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cpu/interrupt.h"

#include "cpu/arch/descriptor.h"
#include "cpu/arch/pstate.h"

/* Each with what makes it pending, what routes it, and the PSTATE bit that masks it. */
struct row {
    enum interrupt interrupt;
    enum cpu_line line;          /* a physical one; CPU_LINE_COUNT: virtual */
    const struct field *pending; /* a virtual one: in HCR_EL2 */
    const struct field *route;   /* in HCR_EL2: to EL2, and so that there can be virtual ones */
    const struct field *mask;    /* a virtual one: in PSTATE. Nothing at EL1 masks what EL2 takes */
};

static const struct row rows[] = {
    {INTERRUPT_EL2_FIQ, CPU_LINE_FIQ, NULL, &HCR_FMO, NULL},
    {INTERRUPT_EL2_IRQ, CPU_LINE_IRQ, NULL, &HCR_IMO, NULL},
    {INTERRUPT_EL2_SERROR, CPU_LINE_SERROR, NULL, &HCR_AMO, NULL},
    {INTERRUPT_VFIQ, CPU_LINE_COUNT, &HCR_VF, &HCR_FMO, &PSTATE_F},
    {INTERRUPT_VIRQ, CPU_LINE_COUNT, &HCR_VI, &HCR_IMO, &PSTATE_I},
    {INTERRUPT_VSERROR, CPU_LINE_COUNT, &HCR_VSE, &HCR_AMO, &PSTATE_A},
};

/* The virtual CPU interface's part of a virtual interrupt. */
static bool gic_asserts(const struct cpu *cpu, enum interrupt interrupt)
{
    return (interrupt == INTERRUPT_VIRQ && cpu->gic.virq) ||
           (interrupt == INTERRUPT_VFIQ && cpu->gic.vfiq);
}

static bool is_pending(const struct row *row, const struct cpu *cpu, uint64_t pstate)
{
    if (row->line != CPU_LINE_COUNT)
        return cpu->lines >> row->line & 1 ||
               (row->line == CPU_LINE_IRQ && gic_signals(&cpu->gic) != 0);
    return (field_get(cpu->el2.hcr, *row->pending) || gic_asserts(cpu, row->interrupt)) &&
           !field_get(pstate, *row->mask);
}

/* Is there nothing at all that could be pending? The common case, asked in front of each block. */
static bool is_quiet(const struct cpu *cpu)
{
    const uint64_t by_hcr = field_mask(HCR_VF) | field_mask(HCR_VI) | field_mask(HCR_VSE);

    return !cpu->lines && !gic_signals(&cpu->gic) && !cpu->gic.virq && !cpu->gic.vfiq &&
           !(cpu->el2.hcr & by_hcr);
}

enum interrupt interrupt_next(const struct cpu *cpu, uint64_t pstate)
{
    if (is_quiet(cpu))
        return INTERRUPT_NONE;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (field_get(cpu->el2.hcr, *rows[i].route) && is_pending(&rows[i], cpu, pstate))
            return rows[i].interrupt;
    return INTERRUPT_NONE;
}

uint64_t interrupt_status(const struct cpu *cpu)
{
    /* A, I and F of PSTATE stand where ISR_EL1 has them (Arm ARM D19.2, ISR_EL1). */
    uint64_t status = 0;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].mask && field_get(cpu->el2.hcr, *rows[i].route) && is_pending(&rows[i], cpu, 0))
            status |= field_mask(*rows[i].mask);
    return status;
}

bool interrupt_pending(const struct cpu *cpu)
{
    return interrupt_next(cpu, 0) != INTERRUPT_NONE;
}
