/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside cpu/ only: asynchronous exceptions. Physical ones come by a line and are taken to EL2,
 * which routes them there (HCR_EL2.{IMO, FMO, AMO}); virtual ones are made pending by HCR_EL2.{VI,
 * VF, VSE} or by the virtual CPU interface (cpu/gic_virtual.c), and are taken to EL1 when PSTATE
 * lets them (Arm ARM D1.3.6).
 */
#ifndef CPU_INTERRUPT_H
#define CPU_INTERRUPT_H

#include "cpu/engine.h"

enum interrupt {
    INTERRUPT_NONE,
    INTERRUPT_EL2_FIQ,
    INTERRUPT_EL2_IRQ,
    INTERRUPT_EL2_SERROR,
    INTERRUPT_VFIQ,
    INTERRUPT_VIRQ,
    INTERRUPT_VSERROR,
};

/* ISR_EL1 as the guest reads it: the virtual ones that are pending, masked or not. */
uint64_t interrupt_status(const struct cpu *cpu);
/* Can one be taken at all, whatever PSTATE says? Then each block asks. */
bool interrupt_pending(const struct cpu *cpu);
/* The one to take in that PSTATE: those to EL2 first; FIQ before IRQ before SError. */
enum interrupt interrupt_next(const struct cpu *cpu, uint64_t pstate);

#endif
