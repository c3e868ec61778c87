/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PSTATE as SPSR_ELx holds it for AArch64 (Arm ARM C5.2, SPSR_EL2). */
#ifndef CPU_ARCH_PSTATE_H
#define CPU_ARCH_PSTATE_H

#include "cpu/arch/field.h"

static const struct field PSTATE_M = {0, 4}; /* EL and SP: see PSTATE_EL0T.. */
static const struct field PSTATE_NRW = {4, 1};
static const struct field PSTATE_F = {6, 1};
static const struct field PSTATE_I = {7, 1};
static const struct field PSTATE_A = {8, 1};
static const struct field PSTATE_D = {9, 1};
static const struct field PSTATE_DAIF = {6, 4};
static const struct field PSTATE_BTYPE = {10, 2};
static const struct field PSTATE_SSBS = {12, 1};
static const struct field PSTATE_IL = {20, 1};
static const struct field PSTATE_SS = {21, 1};
static const struct field PSTATE_PAN = {22, 1};
static const struct field PSTATE_UAO = {23, 1};
static const struct field PSTATE_DIT = {24, 1};
static const struct field PSTATE_TCO = {25, 1};
static const struct field PSTATE_NZCV = {28, 4};

#define PSTATE_EL0T 0x0u
#define PSTATE_EL1T 0x4u
#define PSTATE_EL1H 0x5u

#endif
