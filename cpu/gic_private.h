/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside cpu/ only: a PE's GIC state, and the ICC_* registers of a guest, which are ICV_*. */
#ifndef CPU_GIC_PRIVATE_H
#define CPU_GIC_PRIVATE_H

#include "cpu/gic.h"
#include "cpu/insn.h"

struct gic {
    struct ich_regs ich;
    unsigned lr_count;
    bool v2;
    bool virq, vfiq; /* the virtual CPU interface signals */
    struct {         /* bit n is INTID n */
        uint32_t level, latched, enabled, active;
    } private;
};

void gic_reset_cpu(struct gic *gic, unsigned lr_count, bool v2);
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

/* --- parts of the virtual CPU interface that both ways to it share (gic_virtual.c) --- */

#define GIC_NO_LR UINT32_MAX
/* Highest priority pending virtual interrupt of an enabled group: its list register, or none. */
unsigned gic_highest_pending(const struct gic *gic);
/* It passes the priority mask and preempts what is active. */
bool gic_can_signal(const struct gic *gic, unsigned n);
unsigned gic_find_active(const struct gic *gic, uint64_t vintid);
/* ICV_RPR_EL1 */
unsigned gic_running_priority(const struct gic *gic);
/* The interrupt in list register n becomes active: its vINTID. */
uint64_t gic_acknowledge(struct cpu *cpu, unsigned n);
/* Priority drop, and with EOImode 0 deactivation. */
void gic_end_of_interrupt(struct cpu *cpu, unsigned group, uint64_t vintid);
/* ICV_DIR_EL1, with EOImode 1. */
void gic_deactivate_interrupt(struct cpu *cpu, uint64_t vintid);
/* ICV_BPR0_EL1, ICV_BPR1_EL1 */
uint64_t gic_read_bpr(const struct gic *gic, unsigned group);
void gic_write_bpr(struct gic *gic, unsigned group, uint64_t value);

/* --- a GICv2's frame (gic_v2.c) --- */

struct fault;
/*
 * Executes insn if it is a load or store of one general register in the GICV frame and steps the
 * PC: fault is the external abort that is taken where no memory is. False: it is another place, or
 * an access the frame does not answer.
 */
bool gic_frame_access(struct cpu *cpu, const struct insn *insn, const struct fault *fault);

#endif
