/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside cpu/ only: a PE's GIC state, and the ICC_* registers of a guest, which are ICV_*. */
#ifndef CPU_GIC_PRIVATE_H
#define CPU_GIC_PRIVATE_H

#include "cpu/gic.h"
#include "cpu/insn.h"

struct gic {
    struct ich_regs ich;
    unsigned lr_count;
    bool virq, vfiq; /* the virtual CPU interface signals */
    struct {         /* bit n is INTID n */
        uint32_t level, latched, enabled, active;
    } private;
};

void gic_reset_cpu(struct gic *gic, unsigned lr_count);
/* ICH_* may have changed: derives the virtual lines and the maintenance interrupt. */
void gic_refresh(struct cpu *cpu);
/* What the physical CPU interface signals, a bit each. */
static inline uint32_t gic_signals(const struct gic *gic)
{
    return (gic->private.level | gic->private.latched) & gic->private.enabled &
           ~gic->private.active;
}
/* A device of the PE drives the input. */
void gic_set_level(struct gic *gic, unsigned intid, bool level);
/*
 * Executes an MRS or MSR of an ICC_* register that HCR_EL2.{IMO, FMO} make the virtual one; the PC
 * is not stepped. False: it is none.
 */
bool gic_virtual_access(struct cpu *cpu, const struct insn *insn);

#endif
