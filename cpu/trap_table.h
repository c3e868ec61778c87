/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which A64 instruction of a guest is trapped, by which control bit, to where, with which syndrome:
 * system registers and instructions, WFx, floating point, SVE, SME, pointer authentication, ERET,
 * HVC, SMC (Arm ARM D1.3 "Configurable traps", D19.2). Pure: registers and a decoded word in, the
 * outcome out. The rows are data, in cpu/trap_rows_sys.c and cpu/trap_rows_word.c; the bits they
 * name are in cpu/trap_controls.c.
 *
 * HCR_EL2.{E2H, TGE} are taken to be 0: CPTR_EL2 and CNTHCTL_EL2 have the layout of E2H 0. SCR_EL3
 * lets EL2 have everything (HCE, APK, API, FGTEn, HXEn ... 1).
 */
#ifndef CPU_TRAP_TABLE_H
#define CPU_TRAP_TABLE_H

#include "cpu/cpu.h"
#include "cpu/insn.h"

/*
 * What a CPU may have or not: X(name, the modelled CPU has it). A register of an absent feature is
 * UNDEFINED. The set is that of the machine on which tests/vectors/qemu-el2 were recorded (`max` of
 * QEMU 7.2), and FEAT_FGT, which that one has not, because its registers are part of struct
 * el2_regs; FGT_CLEAR is left out so that an EL2 that leaves them 0 sees no difference.
 */
#define TRAP_FEATURE_TABLE(X)                                                                      \
    X(BASE, 1)          /* Armv8.0, with EL2 and EL3 */                                            \
    X(PAUTH, 1)         /* FEAT_PAuth */                                                           \
    X(SVE, 1)           /* FEAT_SVE */                                                             \
    X(SME, 1)           /* FEAT_SME */                                                             \
    X(MTE, 1)           /* FEAT_MTE2 */                                                            \
    X(PMU, 1)           /* FEAT_PMUv3, six event counters */                                       \
    X(PMUV3P4, 1)       /* FEAT_PMUv3p4 */                                                         \
    X(GICV3, 1)         /* system registers of a GICv3 CPU interface, five bits of priority */     \
    X(LOR, 1)           /* FEAT_LOR */                                                             \
    X(RAS, 1)           /* FEAT_RAS */                                                             \
    X(ERROR_RECORDS, 0) /* ERRIDR_EL1.NUM is not 0 */                                              \
    X(SCXTNUM, 1)       /* FEAT_CSV2_2 */                                                          \
    X(SPECRES, 1)       /* FEAT_SPECRES */                                                         \
    X(RNG, 1)           /* FEAT_RNG */                                                             \
    X(SSBS, 1)          /* FEAT_SSBS2 */                                                           \
    X(DIT, 1)           /* FEAT_DIT */                                                             \
    X(PAN, 1)           /* FEAT_PAN2 */                                                            \
    X(UAO, 1)           /* FEAT_UAO */                                                             \
    X(FLAGM, 1)         /* FEAT_FlagM2 */                                                          \
    X(DPB, 1)           /* FEAT_DPB */                                                             \
    X(DPB2, 1)          /* FEAT_DPB2 */                                                            \
    X(TLBIOS, 1)        /* FEAT_TLBIOS */                                                          \
    X(TLBIRANGE, 1)     /* FEAT_TLBIRANGE */                                                       \
    X(IDST, 1)          /* FEAT_IDST */                                                            \
    X(FGT, 1)           /* FEAT_FGT */                                                             \
    X(TIDCP, 1)         /* HCR_EL2.TIDCP traps what is not there (CPU_QUIRK_NO_TIDCP) */           \
    X(EXTDEBUG, 1)      /* registers of external debug (CPU_QUIRK_NO_EXTERNAL_DEBUG) */            \
    X(FGT_CLEAR, 0)     /* bits of HFGRTR_EL2, HFGWTR_EL2 that trap while they are 0 */            \
    X(EVT, 0)           /* FEAT_EVT */                                                             \
    X(WFXT, 0)          /* FEAT_WFxT */                                                            \
    X(ECV, 0)           /* FEAT_ECV */                                                             \
    X(LS64, 0)          /* FEAT_LS64_ACCDATA */                                                    \
    X(TCR2, 0)          /* FEAT_TCR2 */                                                            \
    X(SCTLR2, 0)        /* FEAT_SCTLR2 */                                                          \
    X(CCIDX, 0)         /* FEAT_CCIDX */                                                           \
    X(ETM, 0)           /* System register access to the trace unit */                             \
    X(TRF, 0)           /* FEAT_TRF */

enum trap_feature {
#define X(name, present) TRAP_FEAT_##name,
    TRAP_FEATURE_TABLE(X)
#undef X
        TRAP_FEAT_COUNT
};

#define TRAP_FEATURE(name) ((uint64_t)1 << TRAP_FEAT_##name)

/* The features of the modelled CPU, a bit for each of enum trap_feature. */
#define X(name, present) | (uint64_t)(present) << TRAP_FEAT_##name
static const uint64_t trap_modelled_features = 0 TRAP_FEATURE_TABLE(X);
#undef X

enum trap_outcome {
    TRAP_NONE, /* it executes; or it is no instruction of these tables */
    TRAP_UNDEFINED,
    TRAP_EL1,
    TRAP_EL2,
    TRAP_EL3, /* SMC that EL2 does not ask for */
};

/* What the outcome depends on. */
struct trap_context {
    const struct el2_regs *el2; /* controls only; not elr, spsr, esr, far, hpfar */
    uint64_t features;          /* trap_modelled_features, or another set of TRAP_FEATURE() */
    uint64_t pstate;            /* EL and SP are read */
    uint64_t cpacr_el1, sctlr_el1, cntkctl_el1, pmuserenr_el0, mdscr_el1;
    uint64_t icc_sre_el1; /* SRE 0: the ICC_* registers trap to EL1 */
};

/*
 * What executing insn at EL0 or EL1 does. For any outcome but TRAP_NONE and TRAP_EL3, *esr is the
 * syndrome for the EL it is taken to (UNDEFINED: EL1). The preferred return address is the
 * instruction itself, but the one behind it for an HVC, and for an SVC that goes to EL1.
 * Where traps compete, the order is the Arm ARM's: UNDEFINED, to EL1, fine-grained, to EL2.
 */
enum trap_outcome trap_decide(const struct trap_context *context, const struct insn *insn,
                              uint64_t *esr);

/*
 * Whether the engine has to be stopped in front of insn under this configuration: at EL1 or at EL0
 * (the context's own EL does not count) the outcome is not TRAP_NONE and the engine would not raise
 * an exception by itself; or insn is cache maintenance or address translation by address, which the
 * engine never checks. Meant for the scan of a code page: false for what a program is made of.
 */
bool trap_may_stop(const struct trap_context *context, const struct insn *insn);

/* What decided. */
struct trap_cause {
    /*
     * The control: "HCR_EL2.TVM", "MDCR_EL2.{TDA, TDE}" (any of them), "HFGRTR_EL2[29]"; or, where
     * no bit decides, one of TRAP_CAUSE_*. NULL for TRAP_NONE. Static.
     */
    const char *control;
    int bit; /* the value of the control that traps, 0 or 1; -1: no bit decides */
};

#define TRAP_CAUSE_CALL "call"                   /* SVC, HVC, SMC: that is what it is for */
#define TRAP_CAUSE_BREAKPOINT "breakpoint"       /* BRK, which nothing routes to EL2 */
#define TRAP_CAUSE_UNALLOCATED "unallocated"     /* no such register or instruction */
#define TRAP_CAUSE_ABSENT "not_implemented"      /* a feature that the CPU has not */
#define TRAP_CAUSE_INACCESSIBLE "not_accessible" /* from that EL, or in that direction */
#define TRAP_CAUSE_ALWAYS_UNDEFINED "always_undefined"

/* Of the outcome that trap_decide() finds. */
struct trap_cause trap_cause(const struct trap_context *context, const struct insn *insn);

/* Name of the system register or instruction, "SCTLR_EL1", "TLBI VAE1IS"; NULL if not in a table.
 */
const char *trap_insn_name(const struct insn *insn);

#endif
