/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guest's registers as a debugger numbers them, and the target description that tells it so
 * (GDB manual, appendix "Target Descriptions"): org.gnu.gdb.aarch64.core, .fpu, and the system
 * registers of EL1 and of the last exception to EL2 as features of our own.
 */
#ifndef SIM_GDB_TARGET_H
#define SIM_GDB_TARGET_H

#include "cpu/cpu.h"

#define GDB_REGISTER_MAX 16 /* bytes of the widest */

/* How many there are, and how many of them, from the first, a `g` packet carries. */
unsigned gdb_register_count(void);
unsigned gdb_register_general_count(void);
/* Bytes of register n; 0 when there is none. */
unsigned gdb_register_size(unsigned n);
/* In target byte order (little endian). False: there is none, or it can only be read. */
bool gdb_register_read(struct cpu *cpu, unsigned n, uint8_t *value);
bool gdb_register_write(struct cpu *cpu, unsigned n, const uint8_t *value);

/* The description as XML; to be freed by the caller, NULL when memory is short. */
char *gdb_target_xml(void);

#endif
