/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The identification registers as a guest sees them: the host's, less what KVM does not virtualise
 * (arch/arm64/kvm/sys_regs.c:__kvm_read_sanitised_id_reg@7.2). For a plain VM without SVE, SME,
 * MTE, pointer authentication or PMU.
 */
#ifndef KVM_MODEL_ID_REGS_H
#define KVM_MODEL_ID_REGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kvm_model/host_cpu.h"
#include "kvm_model/variant.h"

/* ESR_ELx.ISS of an access, without Rt and direction: what names a register here. */
#define SYS_ISS(op0, op1, crn, crm, op2)                                                           \
    ((op0##u) << 20 | (op2##u) << 17 | (op1##u) << 14 | (crn##u) << 10 | (crm##u) << 1)

/* op0 3, op1 0, CRn 0, CRm 1..7: HCR_EL2.TID3 traps all of it, and what is not allocated reads 0.
 */
bool id_reg_space(uint64_t iss);
/* Of op0 3, op1 0, 1, 3, CRn 0, CRm 0..7 FEAT_IDST says how a read of nothing ends. */
bool id_feature_space(uint64_t iss);
/* The register there, ID_REG_COUNT if its value is always 0. */
enum id_reg id_reg_find(const struct kvm_variant *variant, uint64_t iss);
/* The value a guest reads; gicv3: the VM has one (kvm_finalize_sys_regs). */
uint64_t id_reg_guest_value(const struct kvm_host_cpu *host, enum id_reg reg, bool gicv3);
/* The kernel's name of an encoding in the space, "SYS_ID_PFR0_EL1"; NULL if it is not allocated. */
const char *id_reg_trace_name(const struct kvm_variant *variant, uint64_t iss);

/* CLIDR_EL1: the caches KVM makes up for a guest (reset_clidr). */
uint64_t id_clidr(uint64_t ctr);
/* CCSIDR_EL1 of any level: one set, one way, lines as in CTR_EL0 (get_ccsidr). */
uint64_t id_ccsidr(uint64_t ctr, bool instruction);

#endif
