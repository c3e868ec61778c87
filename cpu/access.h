/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The memory access of one instruction, checked as the architecture orders the checks. The engine
 * only says "a miss near here"; this says which byte faults, at which stage and level, and why.
 *
 * For some instructions the engine says nothing at all: it checks no alignment (but that of
 * exclusives and LSE atomics), lets cache maintenance pass, walks AT by itself, fails a
 * store-exclusive without a reservation before it looks at the address, and does not have SVE or
 * memory tags. cpu/code_pages.h has those that are looked at before the engine executes them.
 */
#ifndef CPU_ACCESS_H
#define CPU_ACCESS_H

#include "cpu/engine.h"
#include "cpu/fault.h"
#include "cpu/insn.h"

#define ACCESS_ZVA_BLOCK 64u /* bytes DC ZVA clears: DCZID_EL0.BS of the modelled CPU */

/* What the walker is to check of insn's access at va; of an atomic its read, which comes first. */
struct mmu_access access_of(const struct cpu *cpu, const struct insn *insn, va_t va);

/* First byte of insn's access with the CPU's registers. */
va_t access_address(struct cpu *cpu, const struct insn *insn);

/*
 * Would insn's access fault? Fills *fault and returns true; false when every byte of it is
 * accessible, or insn makes no access. Of AT only what is taken as an exception counts. Of an
 * access that the engine does not have (SVE, memory tags, LS64, LSE128, LRCPC3) it is the fault
 * that a CPU with it takes. trace, if not NULL, gets the walks.
 */
bool access_faults(struct cpu *cpu, const struct insn *insn, struct fault *fault,
                   struct trace *trace);

/* Would fetching at va fault? On false, *word is the instruction there. */
bool access_fetch_faults(struct cpu *cpu, va_t va, uint32_t *word, struct fault *fault,
                         struct trace *trace);

/*
 * Executes AT S1E* (insn->at; Arm ARM D8.15.5, AArch64.AT): false with the value of PAR_EL1 in
 * *par, or true with the fault that is taken instead: stage 2, or an external abort, on a
 * descriptor read.
 */
bool access_address_translation(struct cpu *cpu, const struct insn *insn, uint64_t *par,
                                struct fault *fault, struct trace *trace);

/* DC CVAP, DC CVADP. */
bool access_cleans_to_persistence(const struct insn *insn);
/*
 * CheckSPAlignment (Arm ARM, D1.3.10 SP alignment checking): the base of insn's access is SP, its
 * alignment is checked (SCTLR_EL1.SA, at EL0 SA0), and it is off. It comes before what
 * access_faults says.
 */
bool access_sp_misaligned(struct cpu *cpu, const struct insn *insn);

#endif
