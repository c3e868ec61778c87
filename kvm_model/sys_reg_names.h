/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What KVM's table of system registers calls one. */
#ifndef KVM_MODEL_SYS_REG_NAMES_H
#define KVM_MODEL_SYS_REG_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * "SYS_ACTLR_EL1"; for what KVM hides "UNKN", or "S3_0_0_4_6". iss: of the trap, ESR_ELx.
 */
void sys_reg_trace_name(uint64_t iss, bool hidden_by_encoding, char *name, size_t size);

#endif
