/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rows of arch/arm64/kvm/sys_regs.c (sys_reg_descs, sys_insn_descs) that a plain VM at EL1 can
 * reach, in its order, and which of them a kernel makes UNDEFINED before it looks there: 6.12 by
 * the list in kvm_calculate_traps, 7.2 by the feature maps of config.c. Rows that KVM hides for
 * want of a feature (sysreg_hidden) end as undef_access does.
 */
#include "kvm_model/sys_regs.h"

#define K419 KVM_SYS_REGS_4_19
#define K612 KVM_SYS_REGS_6_12
#define K72 KVM_SYS_REGS_7_2
#define ALL (K419 | K612 | K72)
#define SINCE612 (K612 | K72)

/* clang-format off */
#define ROW(name, access, arg, kernels, fgu, ...) \
    {"SYS_" name, SYS_ISS(__VA_ARGS__), access, arg, kernels, fgu, false, SYS_REG_SINGLE, 1}
#define FAMILY(name, access, arg, kernels, fgu, by, count, ...) \
    {"SYS_" name, SYS_ISS(__VA_ARGS__), access, arg, kernels, fgu, false, SYS_REG_BY_##by, count}
#define RAZ_WI(name, ...) ROW(#name, trap_raz_wi, 0, ALL, 0, __VA_ARGS__)
#define UNDEF(name, kernels, fgu, ...) ROW(#name, undef_access, 0, kernels, fgu, __VA_ARGS__)
#define VM(name, ...) ROW(#name, access_vm_reg, SYSREG_##name, ALL, 0, __VA_ARGS__)
#define DCSW(name, ...) ROW(#name, access_dcsw, 0, ALL, 0, __VA_ARGS__)
#define RAS(name, least, ...) \
    ROW(#name, access_ras, least, K72, 0, __VA_ARGS__)
/* trap_raz_wi until KVM looked at the VM's RAS version */
#define RAS_OLD(name, ...) ROW(#name, trap_raz_wi, 0, K419 | K612, 0, __VA_ARGS__)
#define PMU(name, ...) UNDEF(name, ALL, K72, __VA_ARGS__)
#define KEY(name, ...) UNDEF(name, ALL, K72, __VA_ARGS__)
#define ICC(name, ...) UNDEF(name, SINCE612, 0, __VA_ARGS__)
/* FEAT_GICv3 of the VM */
#define ICC_IGRPEN(name, ...) \
    {"SYS_" #name, SYS_ISS(__VA_ARGS__), undef_access, 0, SINCE612, K72, true, SYS_REG_SINGLE, 1}

const struct sys_reg_row sys_reg_rows[] = {
    DCSW(DC_ISW, 1, 0, 7, 6, 2),
    UNDEF(DC_IGSW, SINCE612, 0, 1, 0, 7, 6, 4),
    UNDEF(DC_IGDSW, SINCE612, 0, 1, 0, 7, 6, 6),
    DCSW(DC_CSW, 1, 0, 7, 10, 2),
    UNDEF(DC_CGSW, SINCE612, 0, 1, 0, 7, 10, 4),
    UNDEF(DC_CGDSW, SINCE612, 0, 1, 0, 7, 10, 6),
    DCSW(DC_CISW, 1, 0, 7, 14, 2),
    UNDEF(DC_CIGSW, SINCE612, 0, 1, 0, 7, 14, 4),
    UNDEF(DC_CIGDSW, SINCE612, 0, 1, 0, 7, 14, 6),

    FAMILY("DBGBVRn_EL1", trap_dbg_wb_reg, DBG_BVR, ALL, 0, CRM, 16, 2, 0, 0, 0, 4),
    FAMILY("DBGBCRn_EL1", trap_dbg_wb_reg, DBG_BCR, ALL, 0, CRM, 16, 2, 0, 0, 0, 5),
    FAMILY("DBGWVRn_EL1", trap_dbg_wb_reg, DBG_WVR, ALL, 0, CRM, 16, 2, 0, 0, 0, 6),
    FAMILY("DBGWCRn_EL1", trap_dbg_wb_reg, DBG_WCR, ALL, 0, CRM, 16, 2, 0, 0, 0, 7),
    ROW("MDCCINT_EL1", trap_debug_regs, DBG_MDCCINT, ALL, 0, 2, 0, 0, 2, 0),
    ROW("MDSCR_EL1", trap_debug_regs, DBG_MDSCR, ALL, 0, 2, 0, 0, 2, 2),
    RAZ_WI(MDRAR_EL1, 2, 0, 1, 0, 0),
    ROW("OSLAR_EL1", trap_raz_wi, 0, K419, 0, 2, 0, 1, 0, 4),
    ROW("OSLAR_EL1", trap_oslar_el1, 0, SINCE612, 0, 2, 0, 1, 0, 4),
    ROW("OSLSR_EL1", trap_oslsr_el1, 0, ALL, 0, 2, 0, 1, 1, 4),
    RAZ_WI(OSDLR_EL1, 2, 0, 1, 3, 4),
    RAZ_WI(DBGPRCR_EL1, 2, 0, 1, 4, 4),
    RAZ_WI(DBGCLAIMSET_EL1, 2, 0, 7, 8, 6),
    RAZ_WI(DBGCLAIMCLR_EL1, 2, 0, 7, 9, 6),
    ROW("DBGAUTHSTATUS_EL1", trap_dbgauthstatus_el1, 0, ALL, 0, 2, 0, 7, 14, 6),
    RAZ_WI(MDCCSR_EL0, 2, 3, 0, 1, 0),
    RAZ_WI(DBGDTR_EL0, 2, 3, 0, 4, 0),
    RAZ_WI(DBGDTRTX_EL0, 2, 3, 0, 5, 0),

    /* HCR_EL2.TID1 is set since 7.2 */
    ROW("REVIDR_EL1", access_imp_id_reg, IMP_ID_REVIDR, K72, 0, 3, 0, 0, 0, 6),

    VM(SCTLR_EL1, 3, 0, 1, 0, 0),
    ROW("ACTLR_EL1", access_actlr, 0, ALL, 0, 3, 0, 1, 0, 1),
    UNDEF(SCTLR2_EL1, K72, 0, 3, 0, 1, 0, 3),
    UNDEF(RGSR_EL1, SINCE612, 0, 3, 0, 1, 0, 5),
    UNDEF(GCR_EL1, SINCE612, 0, 3, 0, 1, 0, 6),
    UNDEF(ZCR_EL1, ALL, 0, 3, 0, 1, 2, 0),
    UNDEF(TRFCR_EL1, SINCE612, 0, 3, 0, 1, 2, 1),
    UNDEF(SMPRI_EL1, SINCE612, SINCE612, 3, 0, 1, 2, 4),
    UNDEF(SMCR_EL1, SINCE612, 0, 3, 0, 1, 2, 6),
    VM(TTBR0_EL1, 3, 0, 2, 0, 0),
    VM(TTBR1_EL1, 3, 0, 2, 0, 1),
    VM(TCR_EL1, 3, 0, 2, 0, 2),
    UNDEF(TCR2_EL1, SINCE612, 0, 3, 0, 2, 0, 3),
    KEY(APIAKEYLO_EL1, 3, 0, 2, 1, 0),
    KEY(APIAKEYHI_EL1, 3, 0, 2, 1, 1),
    KEY(APIBKEYLO_EL1, 3, 0, 2, 1, 2),
    KEY(APIBKEYHI_EL1, 3, 0, 2, 1, 3),
    KEY(APDAKEYLO_EL1, 3, 0, 2, 2, 0),
    KEY(APDAKEYHI_EL1, 3, 0, 2, 2, 1),
    KEY(APDBKEYLO_EL1, 3, 0, 2, 2, 2),
    KEY(APDBKEYHI_EL1, 3, 0, 2, 2, 3),
    KEY(APGAKEYLO_EL1, 3, 0, 2, 3, 0),
    KEY(APGAKEYHI_EL1, 3, 0, 2, 3, 1),
    ICC(ICC_PMR_EL1, 3, 0, 4, 6, 0),
    VM(AFSR0_EL1, 3, 0, 5, 1, 0),
    VM(AFSR1_EL1, 3, 0, 5, 1, 1),
    VM(ESR_EL1, 3, 0, 5, 2, 0),
    RAS_OLD(ERRIDR_EL1, 3, 0, 5, 3, 0),
    RAS_OLD(ERRSELR_EL1, 3, 0, 5, 3, 1),
    RAS_OLD(ERXFR_EL1, 3, 0, 5, 4, 0),
    RAS_OLD(ERXCTLR_EL1, 3, 0, 5, 4, 1),
    RAS_OLD(ERXSTATUS_EL1, 3, 0, 5, 4, 2),
    RAS_OLD(ERXADDR_EL1, 3, 0, 5, 4, 3),
    RAS_OLD(ERXMISC0_EL1, 3, 0, 5, 5, 0),
    RAS_OLD(ERXMISC1_EL1, 3, 0, 5, 5, 1),
    RAS(ERRIDR_EL1, RAS_1_0, 3, 0, 5, 3, 0),
    RAS(ERRSELR_EL1, RAS_1_0, 3, 0, 5, 3, 1),
    RAS(ERXFR_EL1, RAS_1_0, 3, 0, 5, 4, 0),
    RAS(ERXCTLR_EL1, RAS_1_0, 3, 0, 5, 4, 1),
    RAS(ERXSTATUS_EL1, RAS_1_0, 3, 0, 5, 4, 2),
    RAS(ERXADDR_EL1, RAS_1_0, 3, 0, 5, 4, 3),
    RAS(ERXPFGF_EL1, RAS_1_1, 3, 0, 5, 4, 4),
    RAS(ERXPFGCTL_EL1, RAS_1_1, 3, 0, 5, 4, 5),
    RAS(ERXPFGCDN_EL1, RAS_1_1, 3, 0, 5, 4, 6),
    RAS(ERXMISC0_EL1, RAS_1_0, 3, 0, 5, 5, 0),
    RAS(ERXMISC1_EL1, RAS_1_0, 3, 0, 5, 5, 1),
    RAS(ERXMISC2_EL1, RAS_1_1, 3, 0, 5, 5, 2),
    RAS(ERXMISC3_EL1, RAS_1_1, 3, 0, 5, 5, 3),
    UNDEF(TFSR_EL1, SINCE612, 0, 3, 0, 5, 6, 0),
    UNDEF(TFSRE0_EL1, SINCE612, 0, 3, 0, 5, 6, 1),
    VM(FAR_EL1, 3, 0, 6, 0, 0),

    /* no statistical profiling */
    UNDEF(PMSCR_EL1, SINCE612, K72, 3, 0, 9, 9, 0),
    UNDEF(PMSNEVFR_EL1, SINCE612, K72, 3, 0, 9, 9, 1),
    UNDEF(PMSICR_EL1, SINCE612, K72, 3, 0, 9, 9, 2),
    UNDEF(PMSIRR_EL1, SINCE612, K72, 3, 0, 9, 9, 3),
    UNDEF(PMSFCR_EL1, SINCE612, K72, 3, 0, 9, 9, 4),
    UNDEF(PMSEVFR_EL1, SINCE612, K72, 3, 0, 9, 9, 5),
    UNDEF(PMSLATFR_EL1, SINCE612, K72, 3, 0, 9, 9, 6),
    UNDEF(PMSIDR_EL1, SINCE612, K72, 3, 0, 9, 9, 7),
    UNDEF(PMBLIMITR_EL1, SINCE612, K72, 3, 0, 9, 10, 0),
    UNDEF(PMBPTR_EL1, SINCE612, K72, 3, 0, 9, 10, 1),
    UNDEF(PMBSR_EL1, SINCE612, K72, 3, 0, 9, 10, 3),

    /* without KVM_ARM_VCPU_PMU_V3 (pmu_visibility) */
    PMU(PMINTENSET_EL1, 3, 0, 9, 14, 1),
    PMU(PMINTENCLR_EL1, 3, 0, 9, 14, 2),
    ROW("PMMIR_EL1", trap_raz_wi, 0, SINCE612, K72, 3, 0, 9, 14, 6),

    VM(MAIR_EL1, 3, 0, 10, 2, 0),
    VM(AMAIR_EL1, 3, 0, 10, 3, 0),
    RAZ_WI(LORSA_EL1, 3, 0, 10, 4, 0),
    RAZ_WI(LOREA_EL1, 3, 0, 10, 4, 1),
    RAZ_WI(LORN_EL1, 3, 0, 10, 4, 2),
    RAZ_WI(LORC_EL1, 3, 0, 10, 4, 3),
    ROW("LORID_EL1", trap_lorid, 0, ALL, 0, 3, 0, 10, 4, 7),
    UNDEF(MPAMIDR_EL1, K72, 0, 3, 0, 10, 4, 4),
    UNDEF(MPAM1_EL1, K72, 0, 3, 0, 10, 5, 0),
    UNDEF(MPAM0_EL1, K72, 0, 3, 0, 10, 5, 1),
    UNDEF(MPAMSM_EL1, K72, 0, 3, 0, 10, 5, 3),

    ICC(ICC_IAR0_EL1, 3, 0, 12, 8, 0),
    ICC(ICC_EOIR0_EL1, 3, 0, 12, 8, 1),
    ICC(ICC_HPPIR0_EL1, 3, 0, 12, 8, 2),
    ICC(ICC_BPR0_EL1, 3, 0, 12, 8, 3),
    ICC(ICC_AP0R0_EL1, 3, 0, 12, 8, 4),
    ICC(ICC_AP0R1_EL1, 3, 0, 12, 8, 5),
    ICC(ICC_AP0R2_EL1, 3, 0, 12, 8, 6),
    ICC(ICC_AP0R3_EL1, 3, 0, 12, 8, 7),
    ICC(ICC_AP1R0_EL1, 3, 0, 12, 9, 0),
    ICC(ICC_AP1R1_EL1, 3, 0, 12, 9, 1),
    ICC(ICC_AP1R2_EL1, 3, 0, 12, 9, 2),
    ICC(ICC_AP1R3_EL1, 3, 0, 12, 9, 3),
    UNDEF(ICC_DIR_EL1, K612, 0, 3, 0, 12, 11, 1),
    ROW("ICC_DIR_EL1", access_gic_dir, 0, K72, 0, 3, 0, 12, 11, 1),
    ICC(ICC_RPR_EL1, 3, 0, 12, 11, 3),
    ROW("ICC_SGI1R_EL1", access_gic_sgi, true, ALL, 0, 3, 0, 12, 11, 5),
    ROW("ICC_ASGI1R_EL1", access_gic_sgi, 0, ALL, 0, 3, 0, 12, 11, 6),
    ROW("ICC_SGI0R_EL1", access_gic_sgi, 0, ALL, 0, 3, 0, 12, 11, 7),
    ICC(ICC_IAR1_EL1, 3, 0, 12, 12, 0),
    ICC(ICC_EOIR1_EL1, 3, 0, 12, 12, 1),
    ICC(ICC_HPPIR1_EL1, 3, 0, 12, 12, 2),
    ICC(ICC_BPR1_EL1, 3, 0, 12, 12, 3),
    ICC(ICC_CTLR_EL1, 3, 0, 12, 12, 4),
    ROW("ICC_SRE_EL1", access_gic_sre, 0, ALL, 0, 3, 0, 12, 12, 5),
    ICC_IGRPEN(ICC_IGRPEN0_EL1, 3, 0, 12, 12, 6),
    ICC_IGRPEN(ICC_IGRPEN1_EL1, 3, 0, 12, 12, 7),

    VM(CONTEXTIDR_EL1, 3, 0, 13, 0, 1),
    UNDEF(ACCDATA_EL1, SINCE612, SINCE612, 3, 0, 13, 0, 5),
    UNDEF(SCXTNUM_EL1, SINCE612, K72, 3, 0, 13, 0, 7),

    ROW("CCSIDR_EL1", access_ccsidr, 0, ALL, 0, 3, 1, 0, 0, 0),
    ROW("CLIDR_EL1", access_clidr, 0, ALL, 0, 3, 1, 0, 0, 1),
    UNDEF(CCSIDR2_EL1, K612, 0, 3, 1, 0, 0, 2),
    UNDEF(SMIDR_EL1, K612, 0, 3, 1, 0, 0, 6),
    ROW("AIDR_EL1", access_imp_id_reg, IMP_ID_AIDR, K72, 0, 3, 1, 0, 0, 7),
    ROW("CSSELR_EL1", access_csselr, 0, ALL, 0, 3, 2, 0, 0, 0),
    ROW("CTR_EL0", access_ctr, 0, ALL, 0, 3, 3, 0, 0, 1),
    UNDEF(SVCR, SINCE612, 0, 3, 3, 4, 2, 2),
    UNDEF(FPMR, SINCE612, 0, 3, 3, 4, 4, 2),

    PMU(PMCR_EL0, 3, 3, 9, 12, 0),
    PMU(PMCNTENSET_EL0, 3, 3, 9, 12, 1),
    PMU(PMCNTENCLR_EL0, 3, 3, 9, 12, 2),
    PMU(PMOVSCLR_EL0, 3, 3, 9, 12, 3),
    PMU(PMSWINC_EL0, 3, 3, 9, 12, 4),
    PMU(PMSELR_EL0, 3, 3, 9, 12, 5),
    PMU(PMCEID0_EL0, 3, 3, 9, 12, 6),
    PMU(PMCEID1_EL0, 3, 3, 9, 12, 7),
    PMU(PMCCNTR_EL0, 3, 3, 9, 13, 0),
    PMU(PMXEVTYPER_EL0, 3, 3, 9, 13, 1),
    PMU(PMXEVCNTR_EL0, 3, 3, 9, 13, 2),
    PMU(PMUSERENR_EL0, 3, 3, 9, 14, 0),
    PMU(PMOVSSET_EL0, 3, 3, 9, 14, 3),
    UNDEF(TPIDR2_EL0, SINCE612, SINCE612, 3, 3, 13, 0, 5),
    UNDEF(SCXTNUM_EL0, SINCE612, K72, 3, 3, 13, 0, 7),

    /* no activity monitors */
    UNDEF(AMCR_EL0, SINCE612, 0, 3, 3, 13, 2, 0),
    UNDEF(AMCFGR_EL0, SINCE612, 0, 3, 3, 13, 2, 1),
    UNDEF(AMCGCR_EL0, SINCE612, 0, 3, 3, 13, 2, 2),
    UNDEF(AMUSERENR_EL0, SINCE612, 0, 3, 3, 13, 2, 3),
    UNDEF(AMCNTENCLR0_EL0, SINCE612, SINCE612, 3, 3, 13, 2, 4),
    UNDEF(AMCNTENSET0_EL0, SINCE612, SINCE612, 3, 3, 13, 2, 5),
    UNDEF(AMCNTENCLR1_EL0, SINCE612, SINCE612, 3, 3, 13, 3, 0),
    UNDEF(AMCNTENSET1_EL0, SINCE612, SINCE612, 3, 3, 13, 3, 1),
    FAMILY("AMEVCNTR0_EL0", undef_access, 0, SINCE612, SINCE612, CRM1_OP2, 16, 3, 3, 13, 4, 0),
    FAMILY("AMEVTYPER0_EL0", undef_access, 0, SINCE612, SINCE612, CRM1_OP2, 16, 3, 3, 13, 6, 0),
    FAMILY("AMEVCNTR1_EL0", undef_access, 0, SINCE612, SINCE612, CRM1_OP2, 16, 3, 3, 13, 12, 0),
    FAMILY("AMEVTYPER1_EL0", undef_access, 0, SINCE612, SINCE612, CRM1_OP2, 16, 3, 3, 13, 14, 0),

    FAMILY("PMEVCNTRn_EL0", undef_access, 0, ALL, K72, CRM2_OP2, 31, 3, 3, 14, 8, 0),
    PMU(PMCCFILTR_EL0, 3, 3, 14, 15, 7),
    FAMILY("PMEVTYPERn_EL0", undef_access, 0, ALL, K72, CRM2_OP2, 31, 3, 3, 14, 12, 0),
};
/* clang-format on */

const size_t sys_reg_row_count = sizeof(sys_reg_rows) / sizeof(sys_reg_rows[0]);
