/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside cpu/ only: the detailed mode (cpu/timing/detail.h) of a CPU in the engine. Each
 * instruction is asked about before it is executed, its address of memory taken from the registers
 * as they are then; it counts when the next one begins, or when the engine stops behind it. An
 * instruction that faults leaves no trace in caches and predictor.
 */
#ifndef CPU_ENGINE_DETAIL_H
#define CPU_ENGINE_DETAIL_H

#include <unicorn/unicorn.h>

#include "cpu/timing/detail.h"
#include "cpu/types.h"

struct cpu;
struct engine_detail;

/* NULL when memory is short. */
struct engine_detail *engine_detail_new(struct cpu *cpu, const struct core_model *core);
void engine_detail_free(struct engine_detail *detail);

/* Hooks of the engine: in front of each instruction, and of each block; user is the engine. */
void engine_detail_on_insn(uc_engine *uc, uint64_t address, uint32_t size, void *user);
void engine_detail_on_block(uc_engine *uc, uint64_t address, uint32_t size, void *user);

/* The engine stopped at pc; executed: the last instruction that was asked about is done. */
void engine_detail_end(struct engine_detail *detail, uint64_t pc, bool executed);
/* A model does the instruction at the PC, which accesses va: told before registers change. */
void engine_detail_access(struct engine_detail *detail, va_t va);
/* It did it. */
void engine_detail_instruction(struct engine_detail *detail, uint64_t pc);
/* The walk in cpu->walk, of va, faults: reads are those that no walk cache saves. */
void engine_detail_walk_fault(struct engine_detail *detail, va_t va, const struct tlb_reads *reads);
/* An exception is taken. */
void engine_detail_drain(struct engine_detail *detail);

/* A translation may have changed: of va's page, or any. */
void engine_detail_forget_page(struct engine_detail *detail, uint64_t va);
void engine_detail_forget_pages(struct engine_detail *detail);

/* Cycles that the clock does not know of, and what they were; then it knows of them. */
uint64_t engine_detail_cycles(const struct engine_detail *detail);
void engine_detail_charge(struct engine_detail *detail);

#endif
