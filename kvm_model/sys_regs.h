/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside kvm_model/ only: KVM's table of trapped system registers (sys_regs.c:sys_reg_descs). */
#ifndef KVM_MODEL_SYS_REGS_H
#define KVM_MODEL_SYS_REGS_H

#include "kvm_model/id_regs.h"
#include "kvm_model/kvm_internal.h"
#include "kvm_model/sys_reg_names.h"

/* One access: the value to write, or the one read (before it is, what Rt holds). */
struct sys_reg_params {
    uint64_t value;
    unsigned number; /* of a family's register */
    bool is_write;
};

struct sys_reg_row;

/* False: the instruction is UNDEFINED to the guest. */
typedef bool sys_reg_access_fn(struct kvm_vcpu *vcpu, struct sys_reg_params *p,
                               const struct sys_reg_row *row);

/* Rows of families: the bits of the encoding that number the registers. */
enum sys_reg_number {
    SYS_REG_SINGLE,
    SYS_REG_BY_CRM,      /* DBGBVR<n>_EL1 */
    SYS_REG_BY_CRM1_OP2, /* AMEVCNTR0<n>_EL0 */
    SYS_REG_BY_CRM2_OP2, /* PMEVCNTR<n>_EL0 */
};

struct sys_reg_row {
    const char *name; /* as the trace has it; of a family without the number */
    uint32_t iss;     /* the encoding: ESR_ELx.ISS without Rt and direction */
    sys_reg_access_fn *access;
    uint64_t arg;           /* for access: enum sysreg, or what it is the register's */
    uint8_t kernels;        /* enum kvm_sys_reg_table bits that have the row */
    uint8_t fine_undefined; /* those in which the feature is a fine-grained UNDEF */
    bool fine_with_vgic;    /* unless the VM has a vGIC */
    enum sys_reg_number number;
    unsigned count; /* of a family; 1 */
};

#define SYS_ISS_ENCODING 0x3ffc1eu

extern const struct sys_reg_row sys_reg_rows[];
extern const size_t sys_reg_row_count;

/* Debug registers of a breakpoint or watchpoint: row->arg of DBG_WB_ROW. */
enum dbg_wb { DBG_BVR, DBG_BCR, DBG_WVR, DBG_WCR };
/* row->arg of trap_debug_regs, access_imp_id_reg and access_ras (the least ID_AA64PFR0_EL1.RAS). */
enum dbg_reg { DBG_MDCCINT, DBG_MDSCR };
enum imp_id { IMP_ID_REVIDR, IMP_ID_AIDR };
enum ras_version { RAS_1_0 = 1, RAS_1_1 = 2 };
/* of access_gic_sgi: whether SGIs of group 1 may be raised */

sys_reg_access_fn undef_access, trap_raz_wi, access_actlr, trap_oslar_el1, trap_oslsr_el1,
    trap_dbgauthstatus_el1, trap_debug_regs, trap_dbg_wb_reg, access_csselr, access_ccsidr,
    access_clidr, access_ctr, access_imp_id_reg, access_dcsw, access_vm_reg, access_ras,
    access_gic_sgi, access_gic_dir, access_gic_sre, trap_lorid;

#endif
