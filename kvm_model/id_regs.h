/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The identification registers as a guest sees them: those of the modelled CPU, less what KVM does
 * not virtualise (arch/arm64/kvm/sys_regs.c:__kvm_read_sanitised_id_reg@7.2).
 */
#ifndef KVM_MODEL_ID_REGS_H
#define KVM_MODEL_ID_REGS_H

#include <stdbool.h>
#include <stdint.h>

struct id_reg {
    const char *name; /* NULL: not allocated, or of AArch32, which guests have not */
    uint32_t iss;     /* as in ESR_ELx.ISS, without Rt and direction */
    uint64_t value;
};

/* IDC; 64-byte lines: DminLine and IminLine 4, CWG and ERG 4. */
#define ID_CTR 0x9444c004u
/* One unified level behind an instruction and a data cache. */
#define ID_CLIDR 0xc200003u

/* The row of an encoding, or NULL. */
const struct id_reg *id_reg_find(uint64_t iss);
/* op0 3, op1 0, CRn 0, CRm 1..7: HCR_EL2.TID3 traps all of it, and what is not allocated reads 0.
 */
bool id_reg_space(uint64_t iss);
/* CCSIDR_EL1 for a level 0.. and kind; 0 for a cache there is not. */
uint64_t id_ccsidr(unsigned level, bool instruction);

#endif
