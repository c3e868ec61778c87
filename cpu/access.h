/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The memory access of one instruction, checked as the architecture orders the checks. The engine
 * only says "a miss near here"; this says which byte faults, at which stage and level, and why.
 */
#ifndef CPU_ACCESS_H
#define CPU_ACCESS_H

#include "cpu/engine.h"
#include "cpu/fault.h"
#include "cpu/insn.h"

/* First byte of insn's access with the CPU's registers. */
va_t access_address(struct cpu *cpu, const struct insn *insn);

/*
 * Would insn's access fault? Fills *fault and returns true; false when every byte of it is
 * accessible. trace, if not NULL, gets the walks.
 */
bool access_faults(struct cpu *cpu, const struct insn *insn, struct fault *fault,
                   struct trace *trace);

/* Would fetching at va fault? On false, *word is the instruction there. */
bool access_fetch_faults(struct cpu *cpu, va_t va, uint32_t *word, struct fault *fault,
                         struct trace *trace);

#endif
