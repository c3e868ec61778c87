/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PAR_EL1, the result of AT, 64-bit format (Arm ARM D19.2, PAR_EL1). */
#ifndef CPU_ARCH_PAR_H
#define CPU_ARCH_PAR_H

#include "cpu/arch/field.h"

static const struct field PAR_F = {0, 1}; /* the translation failed */
static const struct field PAR_RES1 = {11, 1};
/* F is 0 */
static const struct field PAR_SH = {7, 2};
static const struct field PAR_NS = {9, 1}; /* UNKNOWN outside Secure state */
static const struct field PAR_PA = {12, 36};
static const struct field PAR_ATTR = {56, 8};
/* F is 1 */
static const struct field PAR_FST = {1, 6};
static const struct field PAR_PTW = {8, 1};
static const struct field PAR_S = {9, 1};

#endif
