/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The SIMD&FP registers V0..V31 of a CPU, 128 bits each, low half first. */
#ifndef CPU_VREG_H
#define CPU_VREG_H

#include "cpu/cpu.h"

/* n 0..31. */
void vreg_get(struct cpu *cpu, unsigned n, uint64_t value[2]);
void vreg_set(struct cpu *cpu, unsigned n, const uint64_t value[2]);

#endif
