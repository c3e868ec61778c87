/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records each instruction of the guest, and what it did: registers that changed and memory that it
 * read or wrote. It stands where a debugger stands (cpu/debug.h) and only looks, so the run is the
 * same, but slow: one instruction at a time. An instruction that faults and is executed again is
 * told once. SIMD&FP registers are not told, their accesses of memory are.
 */
#ifndef SIM_TRACE_INSN_RECORDER_H
#define SIM_TRACE_INSN_RECORDER_H

#include "cpu/cpu.h"
#include "cpu/event.h"

struct insn_recorder;

/*
 * Sends to trace from now on; takes the place of the engine's debugger. NULL when memory is short.
 * To be freed before the engine.
 */
struct insn_recorder *insn_recorder_new(struct engine *engine, struct trace *trace);
void insn_recorder_free(struct insn_recorder *recorder);

#endif
