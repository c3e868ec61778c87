/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables behind cpu/trap_table.h. Only cpu/trap_*.c and the test of the tables include this. */
#ifndef CPU_TRAP_ROWS_H
#define CPU_TRAP_ROWS_H

#include "cpu/trap_table.h"

/* --- controls: one bit, what it does ------------------------------------------------------------
 */

/* The register a control is in. The order is that of trap_registers' members. */
enum trap_register {
    TRAP_REG_NONE, /* no bit: always, or an instruction that is never implemented */
    TRAP_REG_HCR,
    TRAP_REG_HCRX,
    TRAP_REG_CPTR,
    TRAP_REG_MDCR,
    TRAP_REG_CNTHCTL,
    TRAP_REG_ICH_HCR,
    TRAP_REG_ICC_SRE_EL2,
    TRAP_REG_HFGRTR,
    TRAP_REG_HFGWTR,
    TRAP_REG_HFGITR,
    TRAP_REG_HDFGRTR,
    TRAP_REG_HDFGWTR,
    TRAP_REG_CPACR,
    TRAP_REG_SCTLR,
    TRAP_REG_CNTKCTL,
    TRAP_REG_PMUSERENR,
    TRAP_REG_MDSCR,
    TRAP_REG_ICC_SRE_EL1,
    TRAP_REG_PSTATE,
    TRAP_REG_COUNT
};

/* Accesses, by EL and direction. What is neither read nor write (SYS, MSR immediate, a word of the
 * second table) counts as a write. */
enum trap_access {
    TRAP_R1 = 1,
    TRAP_W1 = 2,
    TRAP_R0 = 4,
    TRAP_W0 = 8,
    TRAP_RW1 = TRAP_R1 | TRAP_W1,
    TRAP_RW0 = TRAP_R0 | TRAP_W0,
    TRAP_R = TRAP_R1 | TRAP_R0,
    TRAP_W = TRAP_W1 | TRAP_W0,
    TRAP_ALL = TRAP_RW1 | TRAP_RW0,
};

enum trap_when {
    TRAP_IF_SET,   /* one of the bits is 1 */
    TRAP_IF_CLEAR, /* all of the bits are 0 */
    TRAP_ALWAYS,
};

/* ESR of a control: by the instruction's own class (syndrome_trap), else by this class. */
#define TRAP_EC_INSN 0xff

struct trap_control {
    const char *name;
    uint64_t bits;
    uint64_t sctlr_needs; /* only while these bits of SCTLR_EL1 are 1 (pointer keys) */
    uint8_t reg;          /* enum trap_register */
    uint8_t when;         /* enum trap_when */
    uint8_t access;       /* which accesses it traps */
    uint8_t to;           /* enum trap_outcome */
    uint8_t ec;           /* enum esr_ec or TRAP_EC_INSN */
    uint8_t iss;          /* for EC 0x0a */
    uint8_t feature;      /* the bit is RES0 without it */
    bool by_engine;       /* the engine raises an exception here by itself */
};

enum trap_control_id {
    CTL_END, /* ends a row's list */
    /* HCR_EL2 */
    CTL_TVM,
    CTL_TRVM,
    CTL_TACR,
    CTL_TID1,
    CTL_TID2,
    CTL_TID3,
    CTL_TID4,
    CTL_TID5,
    CTL_TIDCP,
    CTL_TLOR,
    CTL_TERR,
    CTL_TPC,
    CTL_TPU,
    CTL_TOCU,
    CTL_TICAB,
    CTL_TSW,
    CTL_TDZ,
    CTL_TTLB,
    CTL_TTLBIS,
    CTL_TTLBOS,
    CTL_AT,
    CTL_SGI,
    CTL_API_IA,
    CTL_API_IB,
    CTL_API_DA,
    CTL_API_DB,
    CTL_API_GA,
    CTL_APK,
    CTL_ATA,
    CTL_ENSCXT,
    CTL_TWI,
    CTL_TWE,
    CTL_TSC,
    CTL_HCD,
    /* HCRX_EL2 */
    CTL_HCRX_ENALS,
    CTL_HCRX_ENASR,
    CTL_HCRX_ENAS0,
    CTL_TCR2EN,
    CTL_SCTLR2EN,
    /* CPTR_EL2 */
    CTL_TCPAC,
    CTL_TTA,
    CTL_TFP,
    CTL_TZ,
    CTL_TSM,
    /* MDCR_EL2 */
    CTL_TPMCR,
    CTL_TPM,
    CTL_TDE,
    CTL_TDA,
    CTL_TDOSA,
    CTL_TDRA,
    CTL_TDCC,
    CTL_TTRF,
    /* CNTHCTL_EL2 */
    CTL_EL1PCTEN,
    CTL_EL1PCEN,
    CTL_EL1TVT,
    CTL_EL1TVCT,
    /* ICH_HCR_EL2, ICC_SRE_EL2 */
    CTL_TC,
    CTL_TALL0,
    CTL_TALL1,
    CTL_TDIR,
    CTL_SRE_ENABLE,
    /* HFGITR_EL2, where the bit depends on the EL */
    CTL_FGT_SVC_EL1,
    CTL_FGT_SVC_EL0,
    /* SCTLR_EL1 */
    CTL_UCT,
    CTL_UCI,
    CTL_DZE,
    CTL_UMA,
    CTL_NTWI,
    CTL_NTWE,
    CTL_ENRCTX,
    CTL_TSCXT,
    CTL_ENTP2,
    CTL_SCTLR_ENALS,
    CTL_SCTLR_ENASR,
    CTL_SCTLR_ENAS0,
    /* CPACR_EL1 */
    CTL_FPEN,
    CTL_FPEN_EL0,
    CTL_ZEN,
    CTL_ZEN_EL0,
    CTL_SMEN,
    CTL_SMEN_EL0,
    CTL_CPACR_TTA,
    /* CNTKCTL_EL1 */
    CTL_EL0PCTEN,
    CTL_EL0VCTEN,
    CTL_EL0CTEN,
    CTL_EL0VTEN,
    CTL_EL0PTEN,
    /* PMUSERENR_EL0 */
    CTL_PMU_EN,
    CTL_PMU_SW,
    CTL_PMU_ER,
    CTL_PMU_ER_READ,
    CTL_PMU_CR_READ,
    CTL_PMU_EN_WRITE,
    /* the rest */
    CTL_MDSCR_TDCC,
    CTL_ICC_SRE,
    CTL_SPSEL,
    CTL_UNDEFINED,
    CTL_ABSENT,
    CTL_CALL_EL1,
    CTL_BREAKPOINT,
    CTL_CALL_EL2,
    CTL_CALL_EL3,
    CTL_COUNT
};

extern const struct trap_control trap_controls[CTL_COUNT];

/* --- rows: one register or instruction, what traps it ------------------------------------------
 */

/* A fine-grained trap: which registers hold the bit, and what of it traps. */
enum trap_fine_family {
    TRAP_FINE_NONE,
    TRAP_FINE_REG,       /* HFGRTR_EL2 for a read, HFGWTR_EL2 for a write */
    TRAP_FINE_REG_CLEAR, /* the same, traps while the bit is 0 */
    TRAP_FINE_DEBUG,     /* HDFGRTR_EL2, HDFGWTR_EL2 */
    TRAP_FINE_DEBUG_W,   /* HDFGWTR_EL2 only */
    TRAP_FINE_INSN,      /* HFGITR_EL2 */
};

struct trap_fine {
    uint8_t family, bit;
};

#define TRAP_ROW_CONTROLS 7

/*
 * A word belongs to the first row whose value it has under mask; of two rows that overlap, the
 * earlier is the special case. controls are in the order of priority: those to EL1 and UNDEFINED,
 * then those to EL2; the fine-grained trap comes between.
 */
struct trap_row {
    const char *name;
    uint32_t mask, value;
    uint8_t access;  /* enum trap_access: what is not UNDEFINED */
    uint8_t feature; /* enum trap_feature without which all of it is UNDEFINED */
    struct trap_fine fine;
    uint8_t controls[TRAP_ROW_CONTROLS]; /* enum trap_control_id, up to CTL_END */
};

/* Of INSN_SYSREG, INSN_CACHE_OP and INSN_ZERO; what is in no row is UNDEFINED. */
extern const struct trap_row trap_sys_rows[];
extern const size_t trap_sys_row_count;
/* Of the other classes; what is in no row does not trap. */
extern const struct trap_row trap_word_rows[];
extern const size_t trap_word_row_count;

/* The row of an instruction, or NULL. */
const struct trap_row *trap_find_row(const struct insn *insn);

#endif
