/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside cpu/ only: where the run loop asks the debugger (cpu/debug.h). */
#ifndef CPU_DEBUG_INTERNAL_H
#define CPU_DEBUG_INTERNAL_H

#include "cpu/engine.h"

/*
 * In front of the instruction at el2.elr: stops there if there is a reason. Returns whether the
 * engine is to run no more than one instruction.
 */
bool debugger_before_instruction(struct debugger *debugger, struct cpu *cpu);
/* The instruction at el2.elr is replaced in the engine: is that, now, for a breakpoint to stop at?
 */
bool debugger_stops_at(const struct debugger *debugger, const struct cpu *cpu);
/* Of executed instructions: where the engine is to come back so that the debugger can poll. */
uint64_t debugger_poll_line(const struct debugger *debugger, const struct cpu *cpu);

#endif
