/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * System registers by name and encoding: op0, op1, CRn, CRm, op2 (Arm ARM D19).
 * One row each; the engine's access, a scenario's `sysregs:` and the printing
 * of a trapped MRS/MSR read this table.
 */
#ifndef CPU_ARCH_SYSREG_H
#define CPU_ARCH_SYSREG_H

#include <stdint.h>

/* X(name, op0, op1, CRn, CRm, op2, value at reset in a guest) */
#define SYSREG_TABLE(X)                                                                            \
    X(SCTLR_EL1, 3, 0, 1, 0, 0, 0x30d00800)                                                        \
    X(CPACR_EL1, 3, 0, 1, 0, 2, 0x300000)                                                          \
    X(TTBR0_EL1, 3, 0, 2, 0, 0, 0)                                                                 \
    X(TTBR1_EL1, 3, 0, 2, 0, 1, 0)                                                                 \
    X(TCR_EL1, 3, 0, 2, 0, 2, 0)                                                                   \
    X(SPSR_EL1, 3, 0, 4, 0, 0, 0)                                                                  \
    X(ELR_EL1, 3, 0, 4, 0, 1, 0)                                                                   \
    X(AFSR0_EL1, 3, 0, 5, 1, 0, 0)                                                                 \
    X(AFSR1_EL1, 3, 0, 5, 1, 1, 0)                                                                 \
    X(ESR_EL1, 3, 0, 5, 2, 0, 0)                                                                   \
    X(FAR_EL1, 3, 0, 6, 0, 0, 0)                                                                   \
    X(PAR_EL1, 3, 0, 7, 4, 0, 0)                                                                   \
    X(MAIR_EL1, 3, 0, 10, 2, 0, 0)                                                                 \
    X(AMAIR_EL1, 3, 0, 10, 3, 0, 0)                                                                \
    X(VBAR_EL1, 3, 0, 12, 0, 0, 0)                                                                 \
    X(CONTEXTIDR_EL1, 3, 0, 13, 0, 1, 0)                                                           \
    X(TPIDR_EL1, 3, 0, 13, 0, 4, 0)                                                                \
    X(MDSCR_EL1, 2, 0, 0, 2, 2, 0)                                                                 \
    X(PMUSERENR_EL0, 3, 3, 9, 14, 0, 0)                                                            \
    X(CNTKCTL_EL1, 3, 0, 14, 1, 0, 0)                                                              \
    X(TPIDR_EL0, 3, 3, 13, 0, 2, 0)                                                                \
    X(TPIDRRO_EL0, 3, 3, 13, 0, 3, 0)

enum sysreg {
#define X(name, op0, op1, crn, crm, op2, reset) SYSREG_##name,
    SYSREG_TABLE(X)
#undef X
        SYSREG_COUNT
};

struct sysreg_desc {
    const char *name;
    uint8_t op0, op1, crn, crm, op2;
    uint64_t reset;
};

/* One row per register, indexed by enum sysreg. */
extern const struct sysreg_desc sysreg_table[SYSREG_COUNT];

/* The register with that name (any case), or SYSREG_COUNT. */
enum sysreg sysreg_by_name(const char *name);

#endif
