/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The generic timer of a PE (Arm ARM D12): the system counter, and the EL1 virtual and physical
 * timers, whose outputs are PPIs 27 and 30 of its GIC.
 *
 * The counter runs at CLOCK_COUNTER_HZ and is derived from simulated cycles (clock_counter). A timer
 * that will fire is an event in the machine's queue, at the first cycle in which its condition is met.
 */
#ifndef CPU_GENERIC_TIMER_H
#define CPU_GENERIC_TIMER_H

#include "cpu/arch/field.h"
#include "cpu/types.h"

struct cpu;

enum cpu_timer { CPU_TIMER_VIRTUAL, CPU_TIMER_PHYSICAL, CPU_TIMER_COUNT };

/* CNTV_CTL_EL0, CNTP_CTL_EL0 */
static const struct field CNT_CTL_ENABLE = {0, 1};
static const struct field CNT_CTL_IMASK = {1, 1};
static const struct field CNT_CTL_ISTATUS = {2, 1}; /* read only */

/* CNTPCT_EL0 at the end of the last guest instruction. */
uint64_t cpu_counter(const struct cpu *cpu);
/* CNTVOFF_EL2: what CNTVCT_EL0 and the virtual timer are behind the physical counter. */
uint64_t cpu_timer_voffset(const struct cpu *cpu);
void cpu_timer_set_voffset(struct cpu *cpu, uint64_t offset);

/* CNTHCTL_EL2.CNT<V|P>MASK (FEAT_RME): the timer's output does not reach the GIC. */
void cpu_timer_mask(struct cpu *cpu, enum cpu_timer timer, bool mask);

/* The registers, whatever traps the guest's own accesses. */
uint64_t cpu_timer_ctl(const struct cpu *cpu, enum cpu_timer timer);
void cpu_timer_set_ctl(struct cpu *cpu, enum cpu_timer timer, uint64_t ctl);
uint64_t cpu_timer_cval(const struct cpu *cpu, enum cpu_timer timer);
void cpu_timer_set_cval(struct cpu *cpu, enum cpu_timer timer, uint64_t cval);
/* Both at once: an enabled timer does not see the old comparator. */
void cpu_timer_set(struct cpu *cpu, enum cpu_timer timer, uint64_t ctl, uint64_t cval);
/* CTL has ENABLE and ISTATUS, not IMASK. */
bool cpu_timer_asserted(const struct cpu *cpu, enum cpu_timer timer);

#endif
