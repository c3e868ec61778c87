/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A realm's EL1 timers and its virtual CPU interface: on the PE while the realm runs, with the RMM
 * otherwise (TF-RMM runtime/core/timers.c, run.c; lib/gic/src/gic.c).
 */
#ifndef RMM_MODEL_TIMERS_H
#define RMM_MODEL_TIMERS_H

#include "rmm_model/exit.h"

/* Puts rec's timers on its PE; *host gets what was there. */
void timers_enter(const struct rec *rec, struct cpu *cpu, struct rec_timer host[CPU_TIMER_COUNT]);
/* Takes them off again: the REC and the exit get their state, the PE gets the host's. */
void timers_leave(struct rec *rec, struct cpu *cpu, const struct rec_timer host[CPU_TIMER_COUNT],
                  struct rmi_rec_exit *exit);

/*
 * Before each run of the realm: an asserted timer no longer interrupts it, one that is not may
 * again. true: an output is not what the last exit told the host, who must hear of it first.
 */
bool timers_check_pending(const struct rec *rec, struct cpu *cpu);

/* The list registers and ICH_HCR_EL2 that the host asked for, and back what the realm made of them.
 */
void interface_enter(const struct rec *rec, struct cpu *cpu);
void interface_leave(struct rec *rec, struct cpu *cpu);
/* What the host finds: ICH_HCR_EL2.En is clear (TF-RMM lib/gic: gic_disable_virtual_cpuif). */
void interface_disable(struct cpu *cpu);

#endif
