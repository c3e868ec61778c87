/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside cpu/ only: system registers that the modelled CPU has and the engine has not. They are
 * plain storage: a value at reset, and the bits that can be written. The GIC CPU interface among
 * them is the physical one, of a guest whose interrupts EL2 does not route to itself, to which
 * nothing is ever pending; the virtual one is in cpu/gic_virtual.c.
 */
#ifndef CPU_SYSREG_FILE_H
#define CPU_SYSREG_FILE_H

#include "cpu/insn.h"

#define SYSREG_FILE_TABLE(X)                                                                       \
    /* X(name, op0, op1, CRn, CRm, op2, at reset, writable bits) */                                \
    X(ICC_PMR_EL1, 3, 0, 4, 6, 0, 0, 0xf8)                                                         \
    X(ICC_IAR0_EL1, 3, 0, 12, 8, 0, 1023, 0)                                                       \
    X(ICC_EOIR0_EL1, 3, 0, 12, 8, 1, 0, 0)                                                         \
    X(ICC_HPPIR0_EL1, 3, 0, 12, 8, 2, 1023, 0)                                                     \
    X(ICC_BPR0_EL1, 3, 0, 12, 8, 3, 2, 7)                                                          \
    X(ICC_AP0R0_EL1, 3, 0, 12, 8, 4, 0, 0xffffffff)                                                \
    X(ICC_AP1R0_EL1, 3, 0, 12, 9, 0, 0, 0xffffffff)                                                \
    X(ICC_DIR_EL1, 3, 0, 12, 11, 1, 0, 0)                                                          \
    X(ICC_RPR_EL1, 3, 0, 12, 11, 3, 0xff, 0)                                                       \
    X(ICC_SGI1R_EL1, 3, 0, 12, 11, 5, 0, 0)                                                        \
    X(ICC_ASGI1R_EL1, 3, 0, 12, 11, 6, 0, 0)                                                       \
    X(ICC_SGI0R_EL1, 3, 0, 12, 11, 7, 0, 0)                                                        \
    X(ICC_IAR1_EL1, 3, 0, 12, 12, 0, 1023, 0)                                                      \
    X(ICC_EOIR1_EL1, 3, 0, 12, 12, 1, 0, 0)                                                        \
    X(ICC_HPPIR1_EL1, 3, 0, 12, 12, 2, 1023, 0)                                                    \
    X(ICC_BPR1_EL1, 3, 0, 12, 12, 3, 3, 7)                                                         \
    X(ICC_CTLR_EL1, 3, 0, 12, 12, 4, 0x8c00, 3)                                                    \
    X(ICC_SRE_EL1, 3, 0, 12, 12, 5, 7, 0)                                                          \
    X(ICC_IGRPEN0_EL1, 3, 0, 12, 12, 6, 0, 1)                                                      \
    X(ICC_IGRPEN1_EL1, 3, 0, 12, 12, 7, 0, 1)                                                      \
    X(SMPRI_EL1, 3, 0, 1, 2, 4, 0, 0) /* SMIDR_EL1.SMPS is 0 */                                    \
    X(TPIDR2_EL0, 3, 3, 13, 0, 5, 0, ~(uint64_t)0)                                                 \
    X(SMIDR_EL1, 3, 1, 0, 0, 6, 0, 0)                                                              \
    X(ERRIDR_EL1, 3, 0, 5, 3, 0, 0, 0)                                                             \
    X(DISR_EL1, 3, 0, 12, 1, 1, 0, ~(uint64_t)0)                                                   \
    X(SCXTNUM_EL1, 3, 0, 13, 0, 7, 0, ~(uint64_t)0)                                                \
    X(SCXTNUM_EL0, 3, 3, 13, 0, 7, 0, ~(uint64_t)0)                                                \
    X(OSDTRRX_EL1, 2, 0, 0, 0, 2, 0, 0xffffffff)                                                   \
    X(OSDTRTX_EL1, 2, 0, 0, 3, 2, 0, 0xffffffff)                                                   \
    X(OSECCR_EL1, 2, 0, 0, 6, 2, 0, 0xffffffff)                                                    \
    X(DBGPRCR_EL1, 2, 0, 1, 4, 4, 0, 1)                                                            \
    X(DBGAUTHSTATUS_EL1, 2, 0, 7, 14, 6, 0, 0)                                                     \
    X(MDCCSR_EL0, 2, 3, 0, 1, 0, 0, 0)

enum sysreg_file_index {
#define X(name, op0, op1, crn, crm, op2, reset, writable) SYSREG_FILE_##name,
    SYSREG_FILE_TABLE(X)
#undef X
        SYSREG_FILE_COUNT
};

struct sysreg_file {
    uint64_t value[SYSREG_FILE_COUNT];
};

void sysreg_file_reset(struct sysreg_file *file);

/* The value an MRS or MSR of insn reaches, and in *writable its bits; NULL if it is none of these.
 */
uint64_t *sysreg_file_find(struct sysreg_file *file, const struct insn *insn, uint64_t *writable);

#endif
