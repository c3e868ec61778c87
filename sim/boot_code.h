/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A64 code that gives a realm the registers a scenario asks for, as its firmware would: system
 * registers, SP, then x0..x30, and an ERET to the entry. It leaves ELR_EL1 and SPSR_EL1 as the ERET
 * needs them.
 */
#ifndef SIM_BOOT_CODE_H
#define SIM_BOOT_CODE_H

#include "sim/scenario/scenario.h"

/* One page holds the longest: 31 + SYSREG_COUNT + 3 constants of four instructions each. */
#define BOOT_CODE_SIZE GRANULE_SIZE

/* Writes BOOT_CODE_SIZE bytes. sp becomes SP_EL0 when pstate is EL0's, else SP_EL1. */
void boot_code_write(uint8_t *bytes, const uint64_t regs[31], uint64_t sp,
                     const struct scn_sysreg_value *sysregs, size_t sysreg_count, uint64_t entry,
                     uint64_t pstate);

#endif
