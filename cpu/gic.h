/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The GICv3 of one PE, as the software at EL2 sees it (Arm IHI 0069): the list registers it gives
 * the guest's virtual interrupts in, and the PE's private physical interrupts (PPIs), of which the
 * timers' and the maintenance interrupt are wired. ICH_HCR_EL2 is in struct el2_regs. Or a GICv2
 * (IHI 0048B), whose virtual CPU interface a guest accesses in a frame of physical memory.
 */
#ifndef CPU_GIC_H
#define CPU_GIC_H

#include "cpu/arch/gic.h"
#include "cpu/types.h"

struct cpu;

/* The state of the virtual CPU interface; five bits of priority, so one register of active
 * priorities a group. Bits are those of the registers. */
struct ich_regs {
    uint64_t lr[ICH_LR_COUNT];
    uint64_t vmcr;
    uint32_t ap0r0, ap1r0;
};

/* Written before cpu_run, read after it; list registers from cpu_ich_lr_count on do not exist. */
struct ich_regs *cpu_ich(struct cpu *cpu);
/* ICH_VTR_EL2.ListRegs + 1: 1..16. */
unsigned cpu_ich_lr_count(const struct cpu *cpu);

/* ICH_MISR_EL2, ICH_EISR_EL2, ICH_ELRSR_EL2 of that state (IHI 0069, 12.4). */
uint64_t ich_misr(const struct ich_regs *ich, uint64_t hcr, unsigned lr_count);
uint64_t ich_eisr(const struct ich_regs *ich, unsigned lr_count);
uint64_t ich_elrsr(const struct ich_regs *ich, unsigned lr_count);

/*
 * --- a GICv2's virtual interface control registers (engine_config.gicv; IHI 0048B, 5.3) ---
 *
 * GICH_HCR is el2_regs.ich_hcr and GICH_VMCR is ich_regs.vmcr, which have the same fields. GICH_LR<n>
 * is another view of ich_regs.lr[n], whose vINTID has an SGI's CPUID above its INTID.
 */
uint32_t cpu_gich_lr(const struct cpu *cpu, unsigned n);
void cpu_set_gich_lr(struct cpu *cpu, unsigned n, uint32_t lr);

/* --- private physical interrupts: SGIs, INTID 0..15, and PPIs, 16..31 --- */

/* GICR_ISENABLER0, GICR_ICENABLER0. None is enabled at reset. */
void cpu_gic_enable(struct cpu *cpu, unsigned intid, bool enable);
/* GICR_ISACTIVER0, GICR_ICACTIVER0: an active interrupt is not signalled. */
void cpu_gic_set_active(struct cpu *cpu, unsigned intid, bool active);
bool cpu_gic_is_active(const struct cpu *cpu, unsigned intid);
/* ICC_SGI1R_EL1 of another PE, or this one. */
void cpu_gic_send_sgi(struct cpu *cpu, unsigned intid);
/* The input's level. */
bool cpu_gic_level(const struct cpu *cpu, unsigned intid);
/*
 * What EL2 does on CPU_EXIT_IRQ: ICC_IAR1_EL1. The lowest INTID that is signalled, which becomes
 * active; GIC_INTID_SPURIOUS if there is none. Its priority drops at once (ICC_CTLR_EL1.EOImode 1,
 * as Linux at EL2 runs it), deactivation is cpu_gic_set_active or an HW list register's.
 */
unsigned cpu_gic_acknowledge(struct cpu *cpu);

#endif
