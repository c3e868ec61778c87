/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What EL2 sees of a PE's GIC: maintenance status, private physical interrupts. */
#include "cpu/gic.h"

#include "cpu/engine.h"

struct ich_regs *cpu_ich(struct cpu *cpu)
{
    return &cpu->gic.ich;
}

unsigned cpu_ich_lr_count(const struct cpu *cpu)
{
    return cpu->gic.lr_count;
}

void gic_reset_cpu(struct gic *gic, unsigned lr_count, bool v2)
{
    *gic = (struct gic){.lr_count = lr_count, .v2 = v2};
}

/* --- maintenance status --- */

uint64_t ich_eisr(const struct ich_regs *ich, unsigned lr_count)
{
    uint64_t eisr = 0;

    for (unsigned i = 0; i < lr_count; i++) {
        uint64_t lr = ich->lr[i];
        bool ended = !field_get(lr, ICH_LR_STATE) && !field_get(lr, ICH_LR_HW);

        eisr |= (uint64_t)(ended && field_get(lr, ICH_LR_EOI)) << i;
    }
    return eisr;
}

/* Empty and without an EOI maintenance interrupt to report. */
uint64_t ich_elrsr(const struct ich_regs *ich, unsigned lr_count)
{
    uint64_t elrsr = 0;

    for (unsigned i = 0; i < lr_count; i++) {
        uint64_t lr = ich->lr[i];
        bool reports = !field_get(lr, ICH_LR_HW) && field_get(lr, ICH_LR_EOI);

        elrsr |= (uint64_t)(!field_get(lr, ICH_LR_STATE) && !reports) << i;
    }
    return elrsr;
}

static unsigned count_state(const struct ich_regs *ich, unsigned lr_count, bool pending_only)
{
    unsigned count = 0;

    for (unsigned i = 0; i < lr_count; i++) {
        uint64_t state = field_get(ich->lr[i], ICH_LR_STATE);

        count += pending_only ? state == ICH_LR_STATE_PENDING : state != 0;
    }
    return count;
}

uint64_t ich_misr(const struct ich_regs *ich, uint64_t hcr, unsigned lr_count)
{
    bool group0 = field_get(ich->vmcr, ICH_VMCR_VENG0);
    bool group1 = field_get(ich->vmcr, ICH_VMCR_VENG1);
    uint64_t misr = field_put(ICH_MISR_EOI, ich_eisr(ich, lr_count) != 0);

    if (!field_get(hcr, ICH_HCR_MAINTENANCE)) /* as nearly always */
        return misr;
    return misr |
           field_put(ICH_MISR_U,
                     field_get(hcr, ICH_HCR_UIE) && count_state(ich, lr_count, false) <= 1) |
           field_put(ICH_MISR_LRENP,
                     field_get(hcr, ICH_HCR_LRENPIE) && field_get(hcr, ICH_HCR_EOICOUNT)) |
           field_put(ICH_MISR_NP,
                     field_get(hcr, ICH_HCR_NPIE) && !count_state(ich, lr_count, true)) |
           field_put(ICH_MISR_VGRP0E, field_get(hcr, ICH_HCR_VGRP0EIE) && group0) |
           field_put(ICH_MISR_VGRP0D, field_get(hcr, ICH_HCR_VGRP0DIE) && !group0) |
           field_put(ICH_MISR_VGRP1E, field_get(hcr, ICH_HCR_VGRP1EIE) && group1) |
           field_put(ICH_MISR_VGRP1D, field_get(hcr, ICH_HCR_VGRP1DIE) && !group1);
}

/* --- private physical interrupts --- */

static uint32_t bit_of(unsigned intid)
{
    return intid < GIC_NR_PRIVATE ? (uint32_t)1 << intid : 0;
}

static void assign(uint32_t *bits, unsigned intid, bool value)
{
    *bits = value ? *bits | bit_of(intid) : *bits & ~bit_of(intid);
}

void gic_set_level(struct gic *gic, unsigned intid, bool level)
{
    assign(&gic->private.level, intid, level);
}

void cpu_gic_enable(struct cpu *cpu, unsigned intid, bool enable)
{
    assign(&cpu->gic.private.enabled, intid, enable);
}

void cpu_gic_set_active(struct cpu *cpu, unsigned intid, bool active)
{
    assign(&cpu->gic.private.active, intid, active);
}

bool cpu_gic_is_active(const struct cpu *cpu, unsigned intid)
{
    return cpu->gic.private.active & bit_of(intid);
}

void cpu_gic_send_sgi(struct cpu *cpu, unsigned intid)
{
    assign(&cpu->gic.private.latched, intid, true);
    cpu->stop_line = 0;
}

bool cpu_gic_level(const struct cpu *cpu, unsigned intid)
{
    return cpu->gic.private.level & bit_of(intid);
}

unsigned cpu_gic_acknowledge(struct cpu *cpu)
{
    uint32_t signals;
    unsigned intid;

    gic_refresh(cpu);
    signals = gic_signals(&cpu->gic);
    if (!signals)
        return GIC_INTID_SPURIOUS;
    intid = (unsigned)__builtin_ctz(signals);
    assign(&cpu->gic.private.latched, intid, false);
    cpu_gic_set_active(cpu, intid, true);
    return intid;
}
