/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside cpu/ only: instructions that are executed here because the engine does not check what the
 * architecture checks first: exclusives (the engine's store-exclusive fails before it looks at the
 * address), loads and stores of one general register with acquire or release or under SCTLR_EL1.A,
 * DC ZVA, cache maintenance.
 */
#ifndef CPU_EXECUTE_H
#define CPU_EXECUTE_H

#include "cpu/insn.h"
#include "cpu/types.h"

struct cpu;

/*
 * Must insn be stopped at, under these controls, to be checked before it executes? Of the word and
 * of SCTLR_EL1 alone; what trap_may_stop says comes on top.
 */
bool execute_must_check(const struct insn *insn, uint64_t sctlr_el1);

/*
 * Executes insn, of which access_faults is false, and steps the PC; false if it is none of the
 * above: the engine has to.
 */
bool execute_access(struct cpu *cpu, const struct insn *insn);

/*
 * Executes an MRS, MSR or TLBI, which does not trap, of what the engine has not, and steps the PC;
 * false if the CPU has not got it either.
 */
bool execute_sysreg(struct cpu *cpu, const struct insn *insn);

/* A load or store of one general register without write-back. */
bool execute_is_single_register(const struct insn *insn);

/* The instruction at the PC is done: counts it and goes to the next. */
void execute_step_pc(struct cpu *cpu);

#endif
