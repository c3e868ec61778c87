/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * System registers and instructions by op0, op1, CRn, CRm, op2 (Arm ARM C5, D19; GIC: IHI 0069
 * chapter 12): who may access them, and what traps that. A group's comment names the control
 * register whose description lists it.
 */
#include "cpu/trap_rows.h"

/* mask and value of an encoding; the direction and Rt are free. Of CRm and op2, free_crm and
 * free_op2 are bits that may be anything. */
#define ENC_FREE(op0, op1, crn, crm, op2, free_crm, free_op2)                                      \
    0xffdfffe0u & ~((free_crm##u) << 8 | (free_op2##u) << 5),                                      \
        0xd5000000u | (op0##u) << 19 | (op1##u) << 16 | (crn##u) << 12 | (crm##u) << 8 |           \
            (op2##u) << 5
#define ENC(op0, op1, crn, crm, op2) ENC_FREE(op0, op1, crn, crm, op2, 0, 0)
/* All of CRn 11 and 15: op1, CRm, op2 and the bit in which the two differ are free. */
#define IMPDEF(op0) 0xffd8b000u, 0xd500b000u | (op0##u) << 19
/* All of op0 2, op1 1. */
#define TRACE 0xffdf0000u, 0xd5110000u
/* MSR (immediate): CRm is the immediate, of which free_crm may be anything. */
#define IMM_FREE(op1, crm, op2, free_crm)                                                          \
    0xffffffffu & ~((free_crm##u) << 8),                                                           \
        0xd500401fu | (op1##u) << 16 | (crm##u) << 8 | (op2##u) << 5
#define IMM(op1, op2) IMM_FREE(op1, 0, op2, 15)

/* clang-format off */
#define ROW(name, encoding, access, feature, fine, ...) \
    {name, encoding, access, TRAP_FEAT_##feature, fine, {__VA_ARGS__}}
#define NO_FINE {TRAP_FINE_NONE, 0}
#define HFG(bit) {TRAP_FINE_REG, bit}
#define HFG_CLEAR(bit) {TRAP_FINE_REG_CLEAR, bit}
#define HDFG(bit) {TRAP_FINE_DEBUG, bit}
#define HDFG_W(bit) {TRAP_FINE_DEBUG_W, bit}
#define HFGI(bit) {TRAP_FINE_INSN, bit}
#define NONE CTL_END

/* Rows of a group. Their encoding is expanded before it gets here, so they cannot use ROW. */
#define VM_ROW(name, encoding, bit) \
    {name, encoding, TRAP_RW1, TRAP_FEAT_BASE, HFG(bit), {CTL_TVM, CTL_TRVM}}
#define KEY_ROW(name, encoding, bit) \
    {name, encoding, TRAP_RW1, TRAP_FEAT_PAUTH, HFG(bit), {CTL_APK}}
#define ICC_ROW(name, encoding, access, ...) \
    {name, encoding, access, TRAP_FEAT_GICV3, NO_FINE, {CTL_ICC_SRE, __VA_ARGS__}}
#define PMU_ROW(name, encoding, access, fine, ...) \
    {name, encoding, access, TRAP_FEAT_PMU, fine, {__VA_ARGS__, CTL_TPM}}
/* clang-format on */
/* TLBI of one shareability: suffix of its name, CRm, feature, the lowest of its HFGITR_EL2 bits. */
#define TLBI_ROW(name, crm, op2, feature, bit, ...)                                                \
    ROW(name, ENC(1, 0, 8, crm, op2), TRAP_W1, feature, HFGI(bit), __VA_ARGS__)
#define TLBI_ROWS(suffix, crm, feature, bit, ...)                                                  \
    TLBI_ROW("TLBI VMALLE1" suffix, crm, 0, feature, bit, __VA_ARGS__),                            \
        TLBI_ROW("TLBI VAE1" suffix, crm, 1, feature, (bit) + 1, __VA_ARGS__),                     \
        TLBI_ROW("TLBI ASIDE1" suffix, crm, 2, feature, (bit) + 2, __VA_ARGS__),                   \
        TLBI_ROW("TLBI VAAE1" suffix, crm, 3, feature, (bit) + 3, __VA_ARGS__),                    \
        TLBI_ROW("TLBI VALE1" suffix, crm, 5, feature, (bit) + 4, __VA_ARGS__),                    \
        TLBI_ROW("TLBI VAALE1" suffix, crm, 7, feature, (bit) + 5, __VA_ARGS__)
#define TLBI_RANGE_ROWS(suffix, crm, bit, ...)                                                     \
    TLBI_ROW("TLBI RVAE1" suffix, crm, 1, TLBIRANGE, bit, __VA_ARGS__),                            \
        TLBI_ROW("TLBI RVAAE1" suffix, crm, 3, TLBIRANGE, (bit) + 1, __VA_ARGS__),                 \
        TLBI_ROW("TLBI RVALE1" suffix, crm, 5, TLBIRANGE, (bit) + 2, __VA_ARGS__),                 \
        TLBI_ROW("TLBI RVAALE1" suffix, crm, 7, TLBIRANGE, (bit) + 3, __VA_ARGS__)
/* Cache maintenance by address to the point of coherency or persistence; by set and way. */
#define DC_POC_ROW(name, crm, op2, feature, bit)                                                   \
    ROW(name, ENC(1, 3, 7, crm, op2), TRAP_W, feature, HFGI(bit), CTL_UCI, CTL_TPC)
#define DC_SW_ROW(name, crm, op2, feature, bit)                                                    \
    ROW(name, ENC(1, 0, 7, crm, op2), TRAP_W1, feature, HFGI(bit), CTL_TSW)
#define AT_ROW(name, crm, op2, feature, bit)                                                       \
    ROW(name, ENC(1, 0, 7, crm, op2), TRAP_W1, feature, HFGI(bit), CTL_AT)

/* clang-format off */
const struct trap_row trap_sys_rows[] = {
    /* --- op0 3: special registers (C5.2) --- */
    ROW("SPSR_EL1", ENC(3, 0, 4, 0, 0), TRAP_RW1, BASE, NO_FINE, NONE),
    ROW("ELR_EL1", ENC(3, 0, 4, 0, 1), TRAP_RW1, BASE, NO_FINE, NONE),
    ROW("SP_EL0", ENC(3, 0, 4, 1, 0), TRAP_RW1, BASE, NO_FINE, CTL_SPSEL),
    ROW("SPSel", ENC(3, 0, 4, 2, 0), TRAP_RW1, BASE, NO_FINE, NONE),
    ROW("CurrentEL", ENC(3, 0, 4, 2, 2), TRAP_R1, BASE, NO_FINE, NONE),
    ROW("PAN", ENC(3, 0, 4, 2, 3), TRAP_RW1, PAN, NO_FINE, NONE),
    ROW("UAO", ENC(3, 0, 4, 2, 4), TRAP_RW1, UAO, NO_FINE, NONE),
    ROW("NZCV", ENC(3, 3, 4, 2, 0), TRAP_ALL, BASE, NO_FINE, NONE),
    ROW("DAIF", ENC(3, 3, 4, 2, 1), TRAP_ALL, BASE, NO_FINE, CTL_UMA),
    ROW("SVCR", ENC(3, 3, 4, 2, 2), TRAP_ALL, SME, NO_FINE, CTL_SMEN, CTL_SMEN_EL0, CTL_TSM),
    ROW("DIT", ENC(3, 3, 4, 2, 5), TRAP_ALL, DIT, NO_FINE, NONE),
    ROW("SSBS", ENC(3, 3, 4, 2, 6), TRAP_ALL, SSBS, NO_FINE, NONE),
    ROW("TCO", ENC(3, 3, 4, 2, 7), TRAP_ALL, MTE, NO_FINE, NONE),
    ROW("FPCR", ENC(3, 3, 4, 4, 0), TRAP_ALL, BASE, NO_FINE, CTL_FPEN, CTL_FPEN_EL0, CTL_TFP),
    ROW("FPSR", ENC(3, 3, 4, 4, 1), TRAP_ALL, BASE, NO_FINE, CTL_FPEN, CTL_FPEN_EL0, CTL_TFP),

    /* MSR (immediate) and the flag instructions that share its space (C4.1, "PSTATE") */
    ROW("CFINV", IMM(0, 0), TRAP_W, FLAGM, NO_FINE, NONE),
    ROW("XAFLAG", IMM(0, 1), TRAP_W, FLAGM, NO_FINE, NONE),
    ROW("AXFLAG", IMM(0, 2), TRAP_W, FLAGM, NO_FINE, NONE),
    ROW("MSR UAO", IMM(0, 3), TRAP_W1, UAO, NO_FINE, NONE),
    ROW("MSR PAN", IMM(0, 4), TRAP_W1, PAN, NO_FINE, NONE),
    ROW("MSR SPSel", IMM(0, 5), TRAP_W1, BASE, NO_FINE, NONE),
    ROW("MSR SSBS", IMM(3, 1), TRAP_W, SSBS, NO_FINE, NONE),
    ROW("MSR DIT", IMM(3, 2), TRAP_W, DIT, NO_FINE, NONE),
    ROW("MSR SVCRSM", IMM_FREE(3, 2, 3, 1), TRAP_W, SME, NO_FINE, CTL_SMEN, CTL_SMEN_EL0, CTL_TSM),
    ROW("MSR SVCRZA", IMM_FREE(3, 4, 3, 1), TRAP_W, SME, NO_FINE, CTL_SMEN, CTL_SMEN_EL0, CTL_TSM),
    ROW("MSR SVCRSMZA", IMM_FREE(3, 6, 3, 1), TRAP_W, SME, NO_FINE, CTL_SMEN, CTL_SMEN_EL0,
        CTL_TSM),
    ROW("MSR TCO", IMM(3, 4), TRAP_W, MTE, NO_FINE, NONE),
    ROW("MSR DAIFSet", IMM(3, 6), TRAP_W, BASE, NO_FINE, CTL_UMA),
    ROW("MSR DAIFClr", IMM(3, 7), TRAP_W, BASE, NO_FINE, CTL_UMA),

    /* --- identification (HCR_EL2.{TID1, TID2, TID3, TID4, TID5}) --- */
    ROW("MIDR_EL1", ENC(3, 0, 0, 0, 0), TRAP_R1, BASE, HFG(25), NONE),
    ROW("MPIDR_EL1", ENC(3, 0, 0, 0, 5), TRAP_R1, BASE, HFG(26), NONE),
    ROW("REVIDR_EL1", ENC(3, 0, 0, 0, 6), TRAP_R1, BASE, HFG(28), CTL_TID1),
    /* allocated or not: what is not reads as zero */
    ROW("ID_*_EL1 (CRm 1)", ENC_FREE(3, 0, 0, 1, 0, 0, 7), TRAP_R1, BASE, NO_FINE, CTL_TID3),
    ROW("ID_*_EL1 (CRm 2, 3)", ENC_FREE(3, 0, 0, 2, 0, 1, 7), TRAP_R1, BASE, NO_FINE, CTL_TID3),
    ROW("ID_*_EL1 (CRm 4 to 7)", ENC_FREE(3, 0, 0, 4, 0, 3, 7), TRAP_R1, BASE, NO_FINE, CTL_TID3),
    ROW("CCSIDR_EL1", ENC(3, 1, 0, 0, 0), TRAP_R1, BASE, HFG(9), CTL_TID2, CTL_TID4),
    ROW("CLIDR_EL1", ENC(3, 1, 0, 0, 1), TRAP_R1, BASE, HFG(10), CTL_TID2, CTL_TID4),
    ROW("CCSIDR2_EL1", ENC(3, 1, 0, 0, 2), TRAP_R1, CCIDX, HFG(9), CTL_TID2, CTL_TID4),
    ROW("GMID_EL1", ENC(3, 1, 0, 0, 4), TRAP_R1, MTE, NO_FINE, CTL_TID5),
    ROW("SMIDR_EL1", ENC(3, 1, 0, 0, 6), TRAP_R1, SME, NO_FINE, CTL_TID1),
    ROW("AIDR_EL1", ENC(3, 1, 0, 0, 7), TRAP_R1, BASE, HFG(2), CTL_TID1),
    ROW("CSSELR_EL1", ENC(3, 2, 0, 0, 0), TRAP_RW1, BASE, HFG(13), CTL_TID2, CTL_TID4),
    ROW("CTR_EL0", ENC(3, 3, 0, 0, 1), TRAP_R, BASE, HFG(14), CTL_UCT, CTL_TID2),
    ROW("DCZID_EL0", ENC(3, 3, 0, 0, 7), TRAP_R, BASE, HFG(15), NONE),

    /* --- virtual memory control (HCR_EL2.{TVM, TRVM}) --- */
    VM_ROW("SCTLR_EL1", ENC(3, 0, 1, 0, 0), 29),
    VM_ROW("TTBR0_EL1", ENC(3, 0, 2, 0, 0), 36),
    VM_ROW("TTBR1_EL1", ENC(3, 0, 2, 0, 1), 37),
    VM_ROW("TCR_EL1", ENC(3, 0, 2, 0, 2), 32),
    VM_ROW("AFSR0_EL1", ENC(3, 0, 5, 1, 0), 0),
    VM_ROW("AFSR1_EL1", ENC(3, 0, 5, 1, 1), 1),
    VM_ROW("ESR_EL1", ENC(3, 0, 5, 2, 0), 16),
    VM_ROW("FAR_EL1", ENC(3, 0, 6, 0, 0), 17),
    VM_ROW("MAIR_EL1", ENC(3, 0, 10, 2, 0), 24),
    VM_ROW("AMAIR_EL1", ENC(3, 0, 10, 3, 0), 3),
    VM_ROW("CONTEXTIDR_EL1", ENC(3, 0, 13, 0, 1), 11),
    ROW("TCR2_EL1", ENC(3, 0, 2, 0, 3), TRAP_RW1, TCR2, HFG(32), CTL_TVM, CTL_TRVM, CTL_TCR2EN),
    ROW("SCTLR2_EL1", ENC(3, 0, 1, 0, 3), TRAP_RW1, SCTLR2, HFG(29), CTL_TVM, CTL_TRVM,
        CTL_SCTLR2EN),

    /* --- other control registers (HCR_EL2.TACR, CPTR_EL2.TCPAC, HFGRTR_EL2) --- */
    ROW("ACTLR_EL1", ENC(3, 0, 1, 0, 1), TRAP_RW1, BASE, NO_FINE, CTL_TACR),
    ROW("CPACR_EL1", ENC(3, 0, 1, 0, 2), TRAP_RW1, BASE, HFG(12), CTL_TCPAC),
    ROW("PAR_EL1", ENC(3, 0, 7, 4, 0), TRAP_RW1, BASE, HFG(27), NONE),
    ROW("VBAR_EL1", ENC(3, 0, 12, 0, 0), TRAP_RW1, BASE, HFG(38), NONE),
    ROW("ISR_EL1", ENC(3, 0, 12, 1, 0), TRAP_R1, BASE, HFG(18), NONE),
    ROW("TPIDR_EL1", ENC(3, 0, 13, 0, 4), TRAP_RW1, BASE, HFG(33), NONE),
    ROW("TPIDR_EL0", ENC(3, 3, 13, 0, 2), TRAP_ALL, BASE, HFG(35), NONE),
    ROW("TPIDRRO_EL0", ENC(3, 3, 13, 0, 3), TRAP_RW1 | TRAP_R0, BASE, HFG(34), NONE),
    ROW("RNDR", ENC(3, 3, 2, 4, 0), TRAP_R, RNG, NO_FINE, NONE),
    ROW("RNDRRS", ENC(3, 3, 2, 4, 1), TRAP_R, RNG, NO_FINE, NONE),
    /* HCR_EL2.EnSCXT */
    ROW("SCXTNUM_EL1", ENC(3, 0, 13, 0, 7), TRAP_RW1, SCXTNUM, HFG(30), CTL_ENSCXT),
    ROW("SCXTNUM_EL0", ENC(3, 3, 13, 0, 7), TRAP_ALL, SCXTNUM, HFG(31), CTL_TSCXT, CTL_ENSCXT),
    ROW("ACCDATA_EL1", ENC(3, 0, 13, 0, 5), TRAP_RW1, LS64, HFG_CLEAR(50), NONE),
    /* CPTR_EL2.{TZ, TSM} */
    ROW("ZCR_EL1", ENC(3, 0, 1, 2, 0), TRAP_RW1, SVE, NO_FINE, CTL_ZEN, CTL_TZ),
    ROW("SMPRI_EL1", ENC(3, 0, 1, 2, 4), TRAP_RW1, SME, HFG_CLEAR(54), NONE),
    ROW("SMCR_EL1", ENC(3, 0, 1, 2, 6), TRAP_RW1, SME, NO_FINE, CTL_SMEN, CTL_TSM),
    ROW("TPIDR2_EL0", ENC(3, 3, 13, 0, 5), TRAP_ALL, SME, HFG_CLEAR(55), CTL_ENTP2),
    /* HCR_EL2.ATA */
    ROW("RGSR_EL1", ENC(3, 0, 1, 0, 5), TRAP_RW1, MTE, NO_FINE, CTL_ATA),
    ROW("GCR_EL1", ENC(3, 0, 1, 0, 6), TRAP_RW1, MTE, NO_FINE, CTL_ATA),
    ROW("TFSR_EL1", ENC(3, 0, 5, 6, 0), TRAP_RW1, MTE, NO_FINE, CTL_ATA),
    ROW("TFSRE0_EL1", ENC(3, 0, 5, 6, 1), TRAP_RW1, MTE, NO_FINE, CTL_ATA),
    /* HCR_EL2.APK */
    KEY_ROW("APIAKeyLo_EL1", ENC(3, 0, 2, 1, 0), 7),
    KEY_ROW("APIAKeyHi_EL1", ENC(3, 0, 2, 1, 1), 7),
    KEY_ROW("APIBKeyLo_EL1", ENC(3, 0, 2, 1, 2), 8),
    KEY_ROW("APIBKeyHi_EL1", ENC(3, 0, 2, 1, 3), 8),
    KEY_ROW("APDAKeyLo_EL1", ENC(3, 0, 2, 2, 0), 4),
    KEY_ROW("APDAKeyHi_EL1", ENC(3, 0, 2, 2, 1), 4),
    KEY_ROW("APDBKeyLo_EL1", ENC(3, 0, 2, 2, 2), 5),
    KEY_ROW("APDBKeyHi_EL1", ENC(3, 0, 2, 2, 3), 5),
    KEY_ROW("APGAKeyLo_EL1", ENC(3, 0, 2, 3, 0), 6),
    KEY_ROW("APGAKeyHi_EL1", ENC(3, 0, 2, 3, 1), 6),
    /* HCR_EL2.TLOR */
    ROW("LORSA_EL1", ENC(3, 0, 10, 4, 0), TRAP_RW1, LOR, HFG(23), CTL_TLOR),
    ROW("LOREA_EL1", ENC(3, 0, 10, 4, 1), TRAP_RW1, LOR, HFG(20), CTL_TLOR),
    ROW("LORN_EL1", ENC(3, 0, 10, 4, 2), TRAP_RW1, LOR, HFG(22), CTL_TLOR),
    ROW("LORC_EL1", ENC(3, 0, 10, 4, 3), TRAP_RW1, LOR, HFG(19), CTL_TLOR),
    ROW("LORID_EL1", ENC(3, 0, 10, 4, 7), TRAP_R1, LOR, HFG(21), CTL_TLOR),
    /* HCR_EL2.TERR; without error records ERRSELR_EL1 and ERX* may be UNDEFINED, and are */
    ROW("DISR_EL1", ENC(3, 0, 12, 1, 1), TRAP_RW1, RAS, NO_FINE, NONE),
    ROW("ERRIDR_EL1", ENC(3, 0, 5, 3, 0), TRAP_R1, RAS, HFG(40), CTL_TERR),
    ROW("ERRSELR_EL1", ENC(3, 0, 5, 3, 1), TRAP_RW1, ERROR_RECORDS, HFG(41), CTL_TERR),
    ROW("ERXFR_EL1", ENC(3, 0, 5, 4, 0), TRAP_R1, ERROR_RECORDS, HFG(42), CTL_TERR),
    ROW("ERXCTLR_EL1", ENC(3, 0, 5, 4, 1), TRAP_RW1, ERROR_RECORDS, HFG(43), CTL_TERR),
    ROW("ERXSTATUS_EL1", ENC(3, 0, 5, 4, 2), TRAP_RW1, ERROR_RECORDS, HFG(44), CTL_TERR),
    ROW("ERXADDR_EL1", ENC(3, 0, 5, 4, 3), TRAP_RW1, ERROR_RECORDS, HFG(49), CTL_TERR),
    ROW("ERXMISC<n>_EL1", ENC_FREE(3, 0, 5, 5, 0, 0, 3), TRAP_RW1, ERROR_RECORDS, HFG(45),
        CTL_TERR),
    /* MDCR_EL2.TTRF */
    ROW("TRFCR_EL1", ENC(3, 0, 1, 2, 1), TRAP_RW1, TRF, HDFG_W(49), CTL_TTRF),

    /* HCR_EL2.TIDCP: IMPLEMENTATION DEFINED space, in which the modelled CPU has nothing */
    ROW("S3_<op1>_C<11, 15>_<Cm>_<op2>", IMPDEF(3), TRAP_RW1, BASE, NO_FINE, CTL_TIDCP, CTL_ABSENT),

    /* --- generic timer (CNTHCTL_EL2, CNTKCTL_EL1) --- */
    ROW("CNTKCTL_EL1", ENC(3, 0, 14, 1, 0), TRAP_RW1, BASE, NO_FINE, NONE),
    ROW("CNTFRQ_EL0", ENC(3, 3, 14, 0, 0), TRAP_R, BASE, NO_FINE, CTL_EL0CTEN),
    ROW("CNTPCT_EL0", ENC(3, 3, 14, 0, 1), TRAP_R, BASE, NO_FINE, CTL_EL0PCTEN, CTL_EL1PCTEN),
    ROW("CNTVCT_EL0", ENC(3, 3, 14, 0, 2), TRAP_R, BASE, NO_FINE, CTL_EL0VCTEN, CTL_EL1TVCT),
    ROW("CNTPCTSS_EL0", ENC(3, 3, 14, 0, 5), TRAP_R, ECV, NO_FINE, CTL_EL0PCTEN, CTL_EL1PCTEN),
    ROW("CNTVCTSS_EL0", ENC(3, 3, 14, 0, 6), TRAP_R, ECV, NO_FINE, CTL_EL0VCTEN, CTL_EL1TVCT),
    ROW("CNTP_TVAL_EL0", ENC(3, 3, 14, 2, 0), TRAP_ALL, BASE, NO_FINE, CTL_EL0PTEN, CTL_EL1PCEN),
    ROW("CNTP_CTL_EL0", ENC(3, 3, 14, 2, 1), TRAP_ALL, BASE, NO_FINE, CTL_EL0PTEN, CTL_EL1PCEN),
    ROW("CNTP_CVAL_EL0", ENC(3, 3, 14, 2, 2), TRAP_ALL, BASE, NO_FINE, CTL_EL0PTEN, CTL_EL1PCEN),
    ROW("CNTV_TVAL_EL0", ENC(3, 3, 14, 3, 0), TRAP_ALL, BASE, NO_FINE, CTL_EL0VTEN, CTL_EL1TVT),
    ROW("CNTV_CTL_EL0", ENC(3, 3, 14, 3, 1), TRAP_ALL, BASE, NO_FINE, CTL_EL0VTEN, CTL_EL1TVT),
    ROW("CNTV_CVAL_EL0", ENC(3, 3, 14, 3, 2), TRAP_ALL, BASE, NO_FINE, CTL_EL0VTEN, CTL_EL1TVT),

    /* --- performance monitors (MDCR_EL2.{TPM, TPMCR}, PMUSERENR_EL0) --- */
    PMU_ROW("PMCR_EL0", ENC(3, 3, 9, 12, 0), TRAP_ALL, HDFG_W(21), CTL_PMU_EN, CTL_TPMCR),
    PMU_ROW("PMCNTENSET_EL0", ENC(3, 3, 9, 12, 1), TRAP_ALL, HDFG(16), CTL_PMU_EN),
    PMU_ROW("PMCNTENCLR_EL0", ENC(3, 3, 9, 12, 2), TRAP_ALL, HDFG(16), CTL_PMU_EN),
    PMU_ROW("PMOVSCLR_EL0", ENC(3, 3, 9, 12, 3), TRAP_ALL, HDFG(18), CTL_PMU_EN),
    PMU_ROW("PMSWINC_EL0", ENC(3, 3, 9, 12, 4), TRAP_W, HDFG_W(20), CTL_PMU_SW),
    PMU_ROW("PMSELR_EL0", ENC(3, 3, 9, 12, 5), TRAP_ALL, HDFG(19), CTL_PMU_ER),
    PMU_ROW("PMCEID0_EL0", ENC(3, 3, 9, 12, 6), TRAP_R, HDFG(58), CTL_PMU_EN),
    PMU_ROW("PMCEID1_EL0", ENC(3, 3, 9, 12, 7), TRAP_R, HDFG(58), CTL_PMU_EN),
    PMU_ROW("PMCCNTR_EL0", ENC(3, 3, 9, 13, 0), TRAP_ALL, HDFG(15), CTL_PMU_CR_READ,
            CTL_PMU_EN_WRITE),
    PMU_ROW("PMXEVTYPER_EL0", ENC(3, 3, 9, 13, 1), TRAP_ALL, HDFG(13), CTL_PMU_EN),
    PMU_ROW("PMXEVCNTR_EL0", ENC(3, 3, 9, 13, 2), TRAP_ALL, HDFG(12), CTL_PMU_ER_READ,
            CTL_PMU_EN_WRITE),
    ROW("PMUSERENR_EL0", ENC(3, 3, 9, 14, 0), TRAP_RW1 | TRAP_R0, PMU, HDFG(57), CTL_TPM),
    PMU_ROW("PMOVSSET_EL0", ENC(3, 3, 9, 14, 3), TRAP_ALL, HDFG(18), CTL_PMU_EN),
    ROW("PMINTENSET_EL1", ENC(3, 0, 9, 14, 1), TRAP_RW1, PMU, HDFG(17), CTL_TPM),
    ROW("PMINTENCLR_EL1", ENC(3, 0, 9, 14, 2), TRAP_RW1, PMU, HDFG(17), CTL_TPM),
    ROW("PMMIR_EL1", ENC(3, 0, 9, 14, 6), TRAP_R1, PMUV3P4, HDFG(22), CTL_TPM),
    /* counters 0 to 3, 4 and 5 */
    PMU_ROW("PMEVCNTR<n>_EL0", ENC_FREE(3, 3, 14, 8, 0, 0, 3), TRAP_ALL, HDFG(12), CTL_PMU_ER_READ,
            CTL_PMU_EN_WRITE),
    PMU_ROW("PMEVCNTR<n>_EL0", ENC_FREE(3, 3, 14, 8, 4, 0, 1), TRAP_ALL, HDFG(12), CTL_PMU_ER_READ,
            CTL_PMU_EN_WRITE),
    PMU_ROW("PMEVTYPER<n>_EL0", ENC_FREE(3, 3, 14, 12, 0, 0, 3), TRAP_ALL, HDFG(13), CTL_PMU_EN),
    PMU_ROW("PMEVTYPER<n>_EL0", ENC_FREE(3, 3, 14, 12, 4, 0, 1), TRAP_ALL, HDFG(13), CTL_PMU_EN),
    PMU_ROW("PMCCFILTR_EL0", ENC(3, 3, 14, 15, 7), TRAP_ALL, HDFG(14), CTL_PMU_EN),

    /* --- GIC CPU interface (ICH_HCR_EL2.{TC, TALL0, TALL1, TDIR}, ICC_SRE_EL2.Enable) --- */
    ICC_ROW("ICC_PMR_EL1", ENC(3, 0, 4, 6, 0), TRAP_RW1, CTL_TC),
    ICC_ROW("ICC_IAR0_EL1", ENC(3, 0, 12, 8, 0), TRAP_R1, CTL_TALL0),
    ICC_ROW("ICC_EOIR0_EL1", ENC(3, 0, 12, 8, 1), TRAP_W1, CTL_TALL0),
    ICC_ROW("ICC_HPPIR0_EL1", ENC(3, 0, 12, 8, 2), TRAP_R1, CTL_TALL0),
    ICC_ROW("ICC_BPR0_EL1", ENC(3, 0, 12, 8, 3), TRAP_RW1, CTL_TALL0),
    ICC_ROW("ICC_AP0R0_EL1", ENC(3, 0, 12, 8, 4), TRAP_RW1, CTL_TALL0),
    ICC_ROW("ICC_AP1R0_EL1", ENC(3, 0, 12, 9, 0), TRAP_RW1, CTL_TALL1),
    ICC_ROW("ICC_DIR_EL1", ENC(3, 0, 12, 11, 1), TRAP_W1, CTL_TC, CTL_TDIR),
    ICC_ROW("ICC_RPR_EL1", ENC(3, 0, 12, 11, 3), TRAP_R1, CTL_TC),
    ICC_ROW("ICC_SGI1R_EL1", ENC(3, 0, 12, 11, 5), TRAP_W1, CTL_SGI, CTL_TC),
    ICC_ROW("ICC_ASGI1R_EL1", ENC(3, 0, 12, 11, 6), TRAP_W1, CTL_SGI, CTL_TC),
    ICC_ROW("ICC_SGI0R_EL1", ENC(3, 0, 12, 11, 7), TRAP_W1, CTL_SGI, CTL_TC),
    ICC_ROW("ICC_IAR1_EL1", ENC(3, 0, 12, 12, 0), TRAP_R1, CTL_TALL1),
    ICC_ROW("ICC_EOIR1_EL1", ENC(3, 0, 12, 12, 1), TRAP_W1, CTL_TALL1),
    ICC_ROW("ICC_HPPIR1_EL1", ENC(3, 0, 12, 12, 2), TRAP_R1, CTL_TALL1),
    ICC_ROW("ICC_BPR1_EL1", ENC(3, 0, 12, 12, 3), TRAP_RW1, CTL_TALL1),
    ICC_ROW("ICC_CTLR_EL1", ENC(3, 0, 12, 12, 4), TRAP_RW1, CTL_TC),
    ROW("ICC_SRE_EL1", ENC(3, 0, 12, 12, 5), TRAP_RW1, GICV3, NO_FINE, CTL_SRE_ENABLE),
    ROW("ICC_IGRPEN0_EL1", ENC(3, 0, 12, 12, 6), TRAP_RW1, GICV3, HFG(39), CTL_ICC_SRE, CTL_TALL0),
    ROW("ICC_IGRPEN1_EL1", ENC(3, 0, 12, 12, 7), TRAP_RW1, GICV3, HFG(39), CTL_ICC_SRE, CTL_TALL1),

    /* --- op0 2: debug (MDCR_EL2.{TDA, TDOSA, TDRA}) --- */
    ROW("OSDTRRX_EL1", ENC(2, 0, 0, 0, 2), TRAP_RW1, EXTDEBUG, NO_FINE, CTL_TDCC, CTL_TDA),
    ROW("MDCCINT_EL1", ENC(2, 0, 0, 2, 0), TRAP_RW1, BASE, NO_FINE, CTL_TDCC, CTL_TDA),
    ROW("MDSCR_EL1", ENC(2, 0, 0, 2, 2), TRAP_RW1, BASE, HDFG(4), CTL_TDA),
    ROW("OSDTRTX_EL1", ENC(2, 0, 0, 3, 2), TRAP_RW1, EXTDEBUG, NO_FINE, CTL_TDCC, CTL_TDA),
    ROW("OSECCR_EL1", ENC(2, 0, 0, 6, 2), TRAP_RW1, EXTDEBUG, HDFG(10), CTL_TDA),
    /* six breakpoints, four watchpoints */
    ROW("DBGBVR<n>_EL1", ENC_FREE(2, 0, 0, 0, 4, 3, 0), TRAP_RW1, BASE, HDFG(1), CTL_TDA),
    ROW("DBGBVR<n>_EL1", ENC_FREE(2, 0, 0, 4, 4, 1, 0), TRAP_RW1, BASE, HDFG(1), CTL_TDA),
    ROW("DBGBCR<n>_EL1", ENC_FREE(2, 0, 0, 0, 5, 3, 0), TRAP_RW1, BASE, HDFG(0), CTL_TDA),
    ROW("DBGBCR<n>_EL1", ENC_FREE(2, 0, 0, 4, 5, 1, 0), TRAP_RW1, BASE, HDFG(0), CTL_TDA),
    ROW("DBGWVR<n>_EL1", ENC_FREE(2, 0, 0, 0, 6, 3, 0), TRAP_RW1, BASE, HDFG(3), CTL_TDA),
    ROW("DBGWCR<n>_EL1", ENC_FREE(2, 0, 0, 0, 7, 3, 0), TRAP_RW1, BASE, HDFG(2), CTL_TDA),
    ROW("MDRAR_EL1", ENC(2, 0, 1, 0, 0), TRAP_R1, BASE, NO_FINE, CTL_TDRA),
    ROW("OSLAR_EL1", ENC(2, 0, 1, 0, 4), TRAP_W1, BASE, HDFG_W(8), CTL_TDOSA),
    ROW("OSLSR_EL1", ENC(2, 0, 1, 1, 4), TRAP_R1, BASE, HDFG(9), CTL_TDOSA),
    ROW("OSDLR_EL1", ENC(2, 0, 1, 3, 4), TRAP_RW1, BASE, HDFG(11), CTL_TDOSA),
    ROW("DBGPRCR_EL1", ENC(2, 0, 1, 4, 4), TRAP_RW1, EXTDEBUG, HDFG(7), CTL_TDOSA),
    ROW("DBGCLAIMSET_EL1", ENC(2, 0, 7, 8, 6), TRAP_RW1, EXTDEBUG, HDFG(5), CTL_TDA),
    ROW("DBGCLAIMCLR_EL1", ENC(2, 0, 7, 9, 6), TRAP_RW1, EXTDEBUG, HDFG(5), CTL_TDA),
    ROW("DBGAUTHSTATUS_EL1", ENC(2, 0, 7, 14, 6), TRAP_R1, EXTDEBUG, HDFG(6), CTL_TDA),
    ROW("MDCCSR_EL0", ENC(2, 3, 0, 1, 0), TRAP_R, BASE, NO_FINE, CTL_MDSCR_TDCC, CTL_TDCC, CTL_TDA),
    ROW("DBGDTR_EL0", ENC(2, 3, 0, 4, 0), TRAP_ALL, EXTDEBUG, NO_FINE, CTL_MDSCR_TDCC, CTL_TDCC,
        CTL_TDA),
    ROW("DBGDTR{RX, TX}_EL0", ENC(2, 3, 0, 5, 0), TRAP_ALL, EXTDEBUG, NO_FINE, CTL_MDSCR_TDCC, CTL_TDCC,
        CTL_TDA),
    /* trace unit (CPTR_EL2.TTA) */
    ROW("TRC*", TRACE, TRAP_RW1, ETM, NO_FINE, CTL_CPACR_TTA, CTL_TTA),

    /* --- op0 1: caches (HCR_EL2.{TPC, TPU, TSW, TDZ, TOCU, TICAB}) --- */
    ROW("IC IALLUIS", ENC(1, 0, 7, 1, 0), TRAP_W1, BASE, HFGI(0), CTL_TPU, CTL_TICAB),
    ROW("IC IALLU", ENC(1, 0, 7, 5, 0), TRAP_W1, BASE, HFGI(1), CTL_TPU, CTL_TOCU),
    ROW("IC IVAU", ENC(1, 3, 7, 5, 1), TRAP_W, BASE, HFGI(2), CTL_UCI, CTL_TPU, CTL_TOCU),
    ROW("DC CVAU", ENC(1, 3, 7, 11, 1), TRAP_W, BASE, HFGI(7), CTL_UCI, CTL_TPU, CTL_TOCU),
    ROW("DC IVAC", ENC(1, 0, 7, 6, 1), TRAP_W1, BASE, HFGI(3), CTL_TPC),
    ROW("DC IGVAC", ENC(1, 0, 7, 6, 3), TRAP_W1, MTE, HFGI(3), CTL_TPC),
    ROW("DC IGDVAC", ENC(1, 0, 7, 6, 5), TRAP_W1, MTE, HFGI(3), CTL_TPC),
    DC_POC_ROW("DC CVAC", 10, 1, BASE, 54),
    DC_POC_ROW("DC CGVAC", 10, 3, MTE, 54),
    DC_POC_ROW("DC CGDVAC", 10, 5, MTE, 54),
    DC_POC_ROW("DC CVAP", 12, 1, DPB, 8),
    DC_POC_ROW("DC CGVAP", 12, 3, MTE, 8),
    DC_POC_ROW("DC CGDVAP", 12, 5, MTE, 8),
    DC_POC_ROW("DC CVADP", 13, 1, DPB2, 9),
    DC_POC_ROW("DC CGVADP", 13, 3, MTE, 9),
    DC_POC_ROW("DC CGDVADP", 13, 5, MTE, 9),
    DC_POC_ROW("DC CIVAC", 14, 1, BASE, 10),
    DC_POC_ROW("DC CIGVAC", 14, 3, MTE, 10),
    DC_POC_ROW("DC CIGDVAC", 14, 5, MTE, 10),
    DC_SW_ROW("DC ISW", 6, 2, BASE, 4),
    DC_SW_ROW("DC IGSW", 6, 4, MTE, 4),
    DC_SW_ROW("DC IGDSW", 6, 6, MTE, 4),
    DC_SW_ROW("DC CSW", 10, 2, BASE, 5),
    DC_SW_ROW("DC CGSW", 10, 4, MTE, 5),
    DC_SW_ROW("DC CGDSW", 10, 6, MTE, 5),
    DC_SW_ROW("DC CISW", 14, 2, BASE, 6),
    DC_SW_ROW("DC CIGSW", 14, 4, MTE, 6),
    DC_SW_ROW("DC CIGDSW", 14, 6, MTE, 6),
    ROW("DC ZVA", ENC(1, 3, 7, 4, 1), TRAP_W, BASE, HFGI(11), CTL_DZE, CTL_TDZ),
    ROW("DC GVA", ENC(1, 3, 7, 4, 3), TRAP_W, MTE, HFGI(11), CTL_DZE, CTL_TDZ),
    ROW("DC GZVA", ENC(1, 3, 7, 4, 4), TRAP_W, MTE, HFGI(11), CTL_DZE, CTL_TDZ),

    /* address translation (HCR_EL2.AT) */
    AT_ROW("AT S1E1R", 8, 0, BASE, 12),
    AT_ROW("AT S1E1W", 8, 1, BASE, 13),
    AT_ROW("AT S1E0R", 8, 2, BASE, 14),
    AT_ROW("AT S1E0W", 8, 3, BASE, 15),
    AT_ROW("AT S1E1RP", 9, 0, PAN, 16),
    AT_ROW("AT S1E1WP", 9, 1, PAN, 17),

    /* prediction restriction */
    ROW("CFP RCTX", ENC(1, 3, 7, 3, 4), TRAP_W, SPECRES, HFGI(48), CTL_ENRCTX),
    ROW("DVP RCTX", ENC(1, 3, 7, 3, 5), TRAP_W, SPECRES, HFGI(49), CTL_ENRCTX),
    ROW("CPP RCTX", ENC(1, 3, 7, 3, 7), TRAP_W, SPECRES, HFGI(50), CTL_ENRCTX),

    /* TLB maintenance (HCR_EL2.{TTLB, TTLBIS, TTLBOS}) */
    TLBI_ROWS("OS", 1, TLBIOS, 18, CTL_TTLB, CTL_TTLBOS),
    TLBI_ROWS("IS", 3, BASE, 28, CTL_TTLB, CTL_TTLBIS),
    TLBI_ROWS("", 7, BASE, 42, CTL_TTLB),
    TLBI_RANGE_ROWS("OS", 5, 24, CTL_TTLB, CTL_TTLBOS),
    TLBI_RANGE_ROWS("IS", 2, 34, CTL_TTLB, CTL_TTLBIS),
    TLBI_RANGE_ROWS("", 6, 38, CTL_TTLB),

    ROW("S1_<op1>_C<11, 15>_<Cm>_<op2>", IMPDEF(1), TRAP_RW1, BASE, NO_FINE, CTL_TIDCP, CTL_ABSENT),
};
/* clang-format on */

const size_t trap_sys_row_count = sizeof(trap_sys_rows) / sizeof(trap_sys_rows[0]);
