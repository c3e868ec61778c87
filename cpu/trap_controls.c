/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bits that trap (Arm ARM D19.2 under each register's name; GIC: IHI 0069, chapter 12). */
#include "cpu/arch/esr.h"
#include "cpu/trap_rows.h"

#define BIT(n) ((uint64_t)1 << (n))

#define TRAP(reg_, bits_, when_, access_, to_, ec_)                                                \
    .reg = TRAP_REG_##reg_, .bits = (bits_), .when = (when_), .access = (access_), .to = (to_),    \
    .ec = (ec_)
/* To EL2, with the syndrome of the instruction's class. */
#define SET(reg_, bits_, access_) TRAP(reg_, bits_, TRAP_IF_SET, access_, TRAP_EL2, TRAP_EC_INSN)
#define CLEAR(reg_, bits_, access_)                                                                \
    TRAP(reg_, bits_, TRAP_IF_CLEAR, access_, TRAP_EL2, TRAP_EC_INSN)
/* From EL0 to EL1; the engine checks these. */
#define EL0_SET(reg_, bits_, access_)                                                              \
    TRAP(reg_, bits_, TRAP_IF_SET, access_, TRAP_EL1, TRAP_EC_INSN), .by_engine = true
#define EL0_CLEAR(reg_, bits_, access_)                                                            \
    TRAP(reg_, bits_, TRAP_IF_CLEAR, access_, TRAP_EL1, TRAP_EC_INSN), .by_engine = true
/* Pointer authentication with a key that SCTLR_EL1 enables (AddPACIA and the like, J1.1). */
#define KEY(sctlr_)                                                                                \
    TRAP(HCR, BIT(41), TRAP_IF_CLEAR, TRAP_W, TRAP_EL2, ESR_EC_PAC), .sctlr_needs = (sctlr_),      \
                                                                     .feature = TRAP_FEAT_PAUTH
/* FEAT_LS64: iss says which instruction. */
#define LS64(reg_, bit_, access_, to_, iss_)                                                       \
    TRAP(reg_, BIT(bit_), TRAP_IF_CLEAR, access_, to_, ESR_EC_OTHER), .iss = (iss_)

/* PMUSERENR_EL0 */
#define PMU_EN BIT(0)
#define PMU_SW BIT(1)
#define PMU_CR BIT(2)
#define PMU_ER BIT(3)

/* clang-format off */
const struct trap_control trap_controls[CTL_COUNT] = {
    [CTL_END] = {"", TRAP(NONE, 0, TRAP_IF_SET, 0, TRAP_NONE, TRAP_EC_INSN)},

    [CTL_TVM]   = {"HCR_EL2.TVM", SET(HCR, BIT(26), TRAP_W1)},
    [CTL_TRVM]  = {"HCR_EL2.TRVM", SET(HCR, BIT(30), TRAP_R1)},
    [CTL_TACR]  = {"HCR_EL2.TACR", SET(HCR, BIT(21), TRAP_RW1)},
    [CTL_TID1]  = {"HCR_EL2.TID1", SET(HCR, BIT(16), TRAP_R1)},
    [CTL_TID2]  = {"HCR_EL2.TID2", SET(HCR, BIT(17), TRAP_RW1 | TRAP_R0)},
    [CTL_TID3]  = {"HCR_EL2.TID3", SET(HCR, BIT(18), TRAP_R1)},
    [CTL_TID4]  = {"HCR_EL2.TID4", SET(HCR, BIT(49), TRAP_RW1), .feature = TRAP_FEAT_EVT},
    [CTL_TID5]  = {"HCR_EL2.TID5", SET(HCR, BIT(58), TRAP_R1)},
    [CTL_TIDCP] = {"HCR_EL2.TIDCP", SET(HCR, BIT(20), TRAP_RW1), .feature = TRAP_FEAT_TIDCP},
    [CTL_TLOR]  = {"HCR_EL2.TLOR", SET(HCR, BIT(35), TRAP_RW1)},
    [CTL_TERR]  = {"HCR_EL2.TERR", SET(HCR, BIT(36), TRAP_RW1)},
    [CTL_TPC]   = {"HCR_EL2.TPC", SET(HCR, BIT(23), TRAP_W)},
    [CTL_TPU]   = {"HCR_EL2.TPU", SET(HCR, BIT(24), TRAP_W)},
    [CTL_TOCU]  = {"HCR_EL2.TOCU", SET(HCR, BIT(52), TRAP_W), .feature = TRAP_FEAT_EVT},
    [CTL_TICAB] = {"HCR_EL2.TICAB", SET(HCR, BIT(50), TRAP_W1), .feature = TRAP_FEAT_EVT},
    [CTL_TSW]   = {"HCR_EL2.TSW", SET(HCR, BIT(22), TRAP_W1)},
    [CTL_TDZ]   = {"HCR_EL2.TDZ", SET(HCR, BIT(28), TRAP_W)},
    [CTL_TTLB]  = {"HCR_EL2.TTLB", SET(HCR, BIT(25), TRAP_W1)},
    [CTL_TTLBIS] = {"HCR_EL2.TTLBIS", SET(HCR, BIT(54), TRAP_W1), .feature = TRAP_FEAT_EVT},
    [CTL_TTLBOS] = {"HCR_EL2.TTLBOS", SET(HCR, BIT(55), TRAP_W1), .feature = TRAP_FEAT_EVT},
    [CTL_AT]    = {"HCR_EL2.AT", SET(HCR, BIT(44), TRAP_W1)},
    /* FMO, IMO: a guest has no physical CPU interface to send an SGI by (IHI 0069, ICC_SGI1R_EL1) */
    [CTL_SGI]   = {"HCR_EL2.{FMO, IMO}", SET(HCR, BIT(3) | BIT(4), TRAP_W1)},
    [CTL_API_IA] = {"HCR_EL2.API", KEY(BIT(31))}, /* SCTLR_EL1.EnIA */
    [CTL_API_IB] = {"HCR_EL2.API", KEY(BIT(30))}, /* EnIB */
    [CTL_API_DA] = {"HCR_EL2.API", KEY(BIT(27))}, /* EnDA */
    [CTL_API_DB] = {"HCR_EL2.API", KEY(BIT(13))}, /* EnDB */
    [CTL_API_GA] = {"HCR_EL2.API", KEY(0)},
    [CTL_APK]   = {"HCR_EL2.APK", CLEAR(HCR, BIT(40), TRAP_RW1)},
    [CTL_ATA]   = {"HCR_EL2.ATA", CLEAR(HCR, BIT(56), TRAP_RW1)},
    [CTL_ENSCXT] = {"HCR_EL2.EnSCXT", CLEAR(HCR, BIT(53), TRAP_ALL)},
    [CTL_TWI]   = {"HCR_EL2.TWI", SET(HCR, BIT(13), TRAP_W)},
    [CTL_TWE]   = {"HCR_EL2.TWE", SET(HCR, BIT(14), TRAP_W)},
    [CTL_TSC]   = {"HCR_EL2.TSC", SET(HCR, BIT(19), TRAP_W1), .by_engine = true},
    [CTL_HCD]   = {"HCR_EL2.HCD", TRAP(HCR, BIT(29), TRAP_IF_SET, TRAP_W1, TRAP_UNDEFINED,
                                       ESR_EC_UNKNOWN), .by_engine = true},

    [CTL_HCRX_ENALS] = {"HCRX_EL2.EnALS", LS64(HCRX, 1, TRAP_W, TRAP_EL2, 2)},
    [CTL_HCRX_ENASR] = {"HCRX_EL2.EnASR", LS64(HCRX, 2, TRAP_W, TRAP_EL2, 0)},
    [CTL_HCRX_ENAS0] = {"HCRX_EL2.EnAS0", LS64(HCRX, 0, TRAP_W, TRAP_EL2, 1)},
    [CTL_TCR2EN]   = {"HCRX_EL2.TCR2En", CLEAR(HCRX, BIT(14), TRAP_RW1)},
    [CTL_SCTLR2EN] = {"HCRX_EL2.SCTLR2En", CLEAR(HCRX, BIT(15), TRAP_RW1)},

    [CTL_TCPAC] = {"CPTR_EL2.TCPAC", SET(CPTR, BIT(31), TRAP_RW1)},
    [CTL_TTA]   = {"CPTR_EL2.TTA", SET(CPTR, BIT(20), TRAP_ALL)},
    [CTL_TFP]   = {"CPTR_EL2.TFP", TRAP(CPTR, BIT(10), TRAP_IF_SET, TRAP_ALL, TRAP_EL2,
                                        ESR_EC_FP_ASIMD)},
    [CTL_TZ]    = {"CPTR_EL2.TZ", TRAP(CPTR, BIT(8), TRAP_IF_SET, TRAP_ALL, TRAP_EL2, ESR_EC_SVE)},
    [CTL_TSM]   = {"CPTR_EL2.TSM", TRAP(CPTR, BIT(12), TRAP_IF_SET, TRAP_ALL, TRAP_EL2,
                                        ESR_EC_SME)},

    /* TDE stands for TDA, TDOSA and TDRA too */
    [CTL_TPMCR] = {"MDCR_EL2.TPMCR", SET(MDCR, BIT(5), TRAP_ALL)},
    [CTL_TPM]   = {"MDCR_EL2.TPM", SET(MDCR, BIT(6), TRAP_ALL)},
    [CTL_TDE]   = {"MDCR_EL2.TDE", SET(MDCR, BIT(8), TRAP_W)},
    [CTL_TDA]   = {"MDCR_EL2.{TDA, TDE}", SET(MDCR, BIT(9) | BIT(8), TRAP_ALL)},
    [CTL_TDOSA] = {"MDCR_EL2.{TDOSA, TDE}", SET(MDCR, BIT(10) | BIT(8), TRAP_RW1)},
    [CTL_TDRA]  = {"MDCR_EL2.{TDRA, TDE}", SET(MDCR, BIT(11) | BIT(8), TRAP_RW1)},
    [CTL_TDCC]  = {"MDCR_EL2.TDCC", SET(MDCR, BIT(27), TRAP_ALL), .feature = TRAP_FEAT_FGT},
    [CTL_TTRF]  = {"MDCR_EL2.TTRF", SET(MDCR, BIT(19), TRAP_RW1)},

    [CTL_EL1PCTEN] = {"CNTHCTL_EL2.EL1PCTEN", CLEAR(CNTHCTL, BIT(0), TRAP_R)},
    [CTL_EL1PCEN]  = {"CNTHCTL_EL2.EL1PCEN", CLEAR(CNTHCTL, BIT(1), TRAP_ALL)},
    [CTL_EL1TVT]   = {"CNTHCTL_EL2.EL1TVT", SET(CNTHCTL, BIT(13), TRAP_ALL),
                      .feature = TRAP_FEAT_ECV},
    [CTL_EL1TVCT]  = {"CNTHCTL_EL2.EL1TVCT", SET(CNTHCTL, BIT(14), TRAP_R),
                      .feature = TRAP_FEAT_ECV},

    [CTL_TC]    = {"ICH_HCR_EL2.TC", SET(ICH_HCR, BIT(10), TRAP_RW1)},
    [CTL_TALL0] = {"ICH_HCR_EL2.TALL0", SET(ICH_HCR, BIT(11), TRAP_RW1)},
    [CTL_TALL1] = {"ICH_HCR_EL2.TALL1", SET(ICH_HCR, BIT(12), TRAP_RW1)},
    [CTL_TDIR]  = {"ICH_HCR_EL2.TDIR", SET(ICH_HCR, BIT(14), TRAP_RW1)},
    [CTL_SRE_ENABLE] = {"ICC_SRE_EL2.Enable", CLEAR(ICC_SRE_EL2, BIT(3), TRAP_RW1)},

    [CTL_FGT_SVC_EL1] = {"HFGITR_EL2.SVC_EL1", SET(HFGITR, BIT(53), TRAP_W1),
                         .feature = TRAP_FEAT_FGT},
    [CTL_FGT_SVC_EL0] = {"HFGITR_EL2.SVC_EL0", SET(HFGITR, BIT(52), TRAP_W0),
                         .feature = TRAP_FEAT_FGT},

    [CTL_UCT]    = {"SCTLR_EL1.UCT", EL0_CLEAR(SCTLR, BIT(15), TRAP_R0)},
    [CTL_UCI]    = {"SCTLR_EL1.UCI", EL0_CLEAR(SCTLR, BIT(26), TRAP_W0)},
    [CTL_DZE]    = {"SCTLR_EL1.DZE", EL0_CLEAR(SCTLR, BIT(14), TRAP_W0)},
    [CTL_UMA]    = {"SCTLR_EL1.UMA", EL0_CLEAR(SCTLR, BIT(9), TRAP_RW0)},
    [CTL_NTWI]   = {"SCTLR_EL1.nTWI", EL0_CLEAR(SCTLR, BIT(16), TRAP_W0)},
    [CTL_NTWE]   = {"SCTLR_EL1.nTWE", TRAP(SCTLR, BIT(18), TRAP_IF_CLEAR, TRAP_W0, TRAP_EL1,
                                           TRAP_EC_INSN)},
    [CTL_ENRCTX] = {"SCTLR_EL1.EnRCTX", EL0_CLEAR(SCTLR, BIT(10), TRAP_W0)},
    [CTL_TSCXT]  = {"SCTLR_EL1.TSCXT", EL0_SET(SCTLR, BIT(20), TRAP_RW0)},
    [CTL_ENTP2]  = {"SCTLR_EL1.EnTP2", EL0_CLEAR(SCTLR, BIT(60), TRAP_RW0)},
    [CTL_SCTLR_ENALS] = {"SCTLR_EL1.EnALS", LS64(SCTLR, 56, TRAP_W0, TRAP_EL1, 2)},
    [CTL_SCTLR_ENASR] = {"SCTLR_EL1.EnASR", LS64(SCTLR, 54, TRAP_W0, TRAP_EL1, 0)},
    [CTL_SCTLR_ENAS0] = {"SCTLR_EL1.EnAS0", LS64(SCTLR, 55, TRAP_W0, TRAP_EL1, 1)},

    /* xEN: 0bx0 traps EL0 and EL1, 0b01 EL0 */
    [CTL_FPEN]     = {"CPACR_EL1.FPEN[0]", TRAP(CPACR, BIT(20), TRAP_IF_CLEAR, TRAP_ALL, TRAP_EL1,
                                             ESR_EC_FP_ASIMD)},
    [CTL_FPEN_EL0] = {"CPACR_EL1.FPEN[1]", TRAP(CPACR, BIT(21), TRAP_IF_CLEAR, TRAP_RW0, TRAP_EL1,
                                             ESR_EC_FP_ASIMD)},
    [CTL_ZEN]      = {"CPACR_EL1.ZEN[0]", TRAP(CPACR, BIT(16), TRAP_IF_CLEAR, TRAP_ALL, TRAP_EL1,
                                            ESR_EC_SVE)},
    [CTL_ZEN_EL0]  = {"CPACR_EL1.ZEN[1]", TRAP(CPACR, BIT(17), TRAP_IF_CLEAR, TRAP_RW0, TRAP_EL1,
                                            ESR_EC_SVE)},
    [CTL_SMEN]     = {"CPACR_EL1.SMEN[0]", TRAP(CPACR, BIT(24), TRAP_IF_CLEAR, TRAP_ALL, TRAP_EL1,
                                             ESR_EC_SME)},
    [CTL_SMEN_EL0] = {"CPACR_EL1.SMEN[1]", TRAP(CPACR, BIT(25), TRAP_IF_CLEAR, TRAP_RW0, TRAP_EL1,
                                             ESR_EC_SME)},
    [CTL_CPACR_TTA] = {"CPACR_EL1.TTA", TRAP(CPACR, BIT(28), TRAP_IF_SET, TRAP_ALL, TRAP_EL1,
                                             TRAP_EC_INSN)},

    [CTL_EL0PCTEN] = {"CNTKCTL_EL1.EL0PCTEN", EL0_CLEAR(CNTKCTL, BIT(0), TRAP_R0)},
    [CTL_EL0VCTEN] = {"CNTKCTL_EL1.EL0VCTEN", EL0_CLEAR(CNTKCTL, BIT(1), TRAP_R0)},
    [CTL_EL0CTEN]  = {"CNTKCTL_EL1.{EL0PCTEN, EL0VCTEN}",
                      EL0_CLEAR(CNTKCTL, BIT(0) | BIT(1), TRAP_R0)},
    [CTL_EL0VTEN]  = {"CNTKCTL_EL1.EL0VTEN", EL0_CLEAR(CNTKCTL, BIT(8), TRAP_RW0)},
    [CTL_EL0PTEN]  = {"CNTKCTL_EL1.EL0PTEN", EL0_CLEAR(CNTKCTL, BIT(9), TRAP_RW0)},

    [CTL_PMU_EN] = {"PMUSERENR_EL0.EN", EL0_CLEAR(PMUSERENR, PMU_EN, TRAP_RW0)},
    [CTL_PMU_SW] = {"PMUSERENR_EL0.{EN, SW}", EL0_CLEAR(PMUSERENR, PMU_EN | PMU_SW, TRAP_W0)},
    [CTL_PMU_ER] = {"PMUSERENR_EL0.{EN, ER}", EL0_CLEAR(PMUSERENR, PMU_EN | PMU_ER, TRAP_RW0)},
    [CTL_PMU_ER_READ] = {"PMUSERENR_EL0.{EN, ER}",
                         EL0_CLEAR(PMUSERENR, PMU_EN | PMU_ER, TRAP_R0)},
    [CTL_PMU_CR_READ] = {"PMUSERENR_EL0.{EN, CR}",
                         EL0_CLEAR(PMUSERENR, PMU_EN | PMU_CR, TRAP_R0)},
    [CTL_PMU_EN_WRITE] = {"PMUSERENR_EL0.EN", EL0_CLEAR(PMUSERENR, PMU_EN, TRAP_W0)},

    [CTL_MDSCR_TDCC] = {"MDSCR_EL1.TDCC", EL0_SET(MDSCR, BIT(12), TRAP_RW0)},
    [CTL_ICC_SRE] = {"ICC_SRE_EL1.SRE", TRAP(ICC_SRE_EL1, BIT(0), TRAP_IF_CLEAR, TRAP_RW1, TRAP_EL1,
                                             TRAP_EC_INSN), .by_engine = true},
    /* SP_EL0 while it is the stack pointer */
    [CTL_SPSEL]   = {"PSTATE.SP", TRAP(PSTATE, BIT(0), TRAP_IF_CLEAR, TRAP_RW1, TRAP_UNDEFINED,
                                       ESR_EC_UNKNOWN), .by_engine = true},
    [CTL_UNDEFINED] = {TRAP_CAUSE_ALWAYS_UNDEFINED, TRAP(NONE, 0, TRAP_ALWAYS, TRAP_ALL, TRAP_UNDEFINED,
                                         ESR_EC_UNKNOWN), .by_engine = true},
    /* the same of what the engine may have though the modelled CPU has not */
    [CTL_ABSENT]  = {TRAP_CAUSE_ABSENT, TRAP(NONE, 0, TRAP_ALWAYS, TRAP_ALL, TRAP_UNDEFINED,
                                       ESR_EC_UNKNOWN)},
    [CTL_CALL_EL1] = {TRAP_CAUSE_CALL, TRAP(NONE, 0, TRAP_ALWAYS, TRAP_W, TRAP_EL1, TRAP_EC_INSN),
                      .by_engine = true},
    [CTL_BREAKPOINT] = {TRAP_CAUSE_BREAKPOINT, TRAP(NONE, 0, TRAP_ALWAYS, TRAP_W, TRAP_EL1,
                                                    TRAP_EC_INSN), .by_engine = true},
    [CTL_CALL_EL2] = {TRAP_CAUSE_CALL, TRAP(NONE, 0, TRAP_ALWAYS, TRAP_W1, TRAP_EL2, TRAP_EC_INSN),
                      .by_engine = true},
    [CTL_CALL_EL3] = {TRAP_CAUSE_CALL, TRAP(NONE, 0, TRAP_ALWAYS, TRAP_W1, TRAP_EL3, TRAP_EC_INSN),
                      .by_engine = true},
};
/* clang-format on */
