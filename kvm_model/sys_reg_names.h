/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What KVM's table of system registers calls one. */
#ifndef KVM_MODEL_SYS_REG_NAMES_H
#define KVM_MODEL_SYS_REG_NAMES_H

#include <stddef.h>
#include <stdint.h>

struct kvm_variant;

/*
 * "SYS_ACTLR_EL1", "SYS_DBGBVRn_EL1(0)"; for what KVM has no name for "UNKN", or "S3_0_0_4_6". iss:
 * of the trap, ESR_ELx. Cut to size.
 */
void sys_reg_trace_name(const struct kvm_variant *variant, uint64_t iss, char *name, size_t size);

#endif
