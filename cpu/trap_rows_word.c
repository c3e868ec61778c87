/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What traps besides system registers: calls, hints, and the instruction sets that a control
 * disables whole. The encodings are those of Arm ARM C4.1.
 */
#include "cpu/trap_rows.h"

/* clang-format off */
#define NO_FINE {TRAP_FINE_NONE, 0}
#define FINE_INSN(bit) {TRAP_FINE_INSN, bit}
#define ROW(name, mask, value, access, feature, fine, ...) \
    {name, mask, value, access, TRAP_FEAT_##feature, fine, {__VA_ARGS__}}
/* clang-format on */
/* A pair of words that differ in the bit that chooses the A or the B key. */
#define KEYS_AB(name, mask, value, key_bit, feature)                                               \
    ROW(name "A", mask, value, TRAP_W, feature, NO_FINE, CTL_API_IA),                              \
        ROW(name "B", mask, (value) | 1u << (key_bit), TRAP_W, feature, NO_FINE, CTL_API_IB)

/* Of an instruction in the vector registers: SVE or SIMD&FP, CPACR_EL1 before CPTR_EL2
 * (CheckFPAdvSIMDEnabled64, CheckSVEEnabled, CheckSMEEnabled; J1.1). */
#define FP_CONTROLS CTL_FPEN, CTL_FPEN_EL0, CTL_TFP
#define SVE_CONTROLS CTL_ZEN, CTL_ZEN_EL0, CTL_FPEN, CTL_FPEN_EL0, CTL_TZ, CTL_TFP
#define SME_CONTROLS CTL_SMEN, CTL_SMEN_EL0, CTL_FPEN, CTL_FPEN_EL0, CTL_TSM, CTL_TFP

/* clang-format off */
const struct trap_row trap_word_rows[] = {
    /* exception generating (C6.2; HCR_EL2.{TSC, HCD}, MDCR_EL2.TDE, HFGITR_EL2) */
    ROW("SVC", 0xffe0001f, 0xd4000001, TRAP_W, BASE, NO_FINE, CTL_FGT_SVC_EL1, CTL_FGT_SVC_EL0,
        CTL_CALL_EL1),
    ROW("HVC", 0xffe0001f, 0xd4000002, TRAP_W1, BASE, NO_FINE, CTL_HCD, CTL_CALL_EL2),
    ROW("SMC", 0xffe0001f, 0xd4000003, TRAP_W1, BASE, NO_FINE, CTL_TSC, CTL_CALL_EL3),
    ROW("BRK", 0xffe0001f, 0xd4200000, TRAP_W, BASE, NO_FINE, CTL_TDE, CTL_BREAKPOINT),
    ROW("HLT", 0xffe0001f, 0xd4400000, TRAP_W, BASE, NO_FINE, CTL_UNDEFINED),
    ROW("UDF", 0xffff0000, 0x00000000, TRAP_W, BASE, NO_FINE, CTL_UNDEFINED),

    /* HFGITR_EL2.ERET, bit 51 */
    ROW("ERET", 0xffffffff, 0xd69f03e0, TRAP_W1, BASE, FINE_INSN(51), CTL_END),
    ROW("ERETAA", 0xffffffff, 0xd69f0bff, TRAP_W1, PAUTH, FINE_INSN(51), CTL_API_IA),
    ROW("ERETAB", 0xffffffff, 0xd69f0fff, TRAP_W1, PAUTH, FINE_INSN(51), CTL_API_IB),

    /* HCR_EL2.{TWI, TWE}, SCTLR_EL1.{nTWI, nTWE} */
    ROW("WFE", 0xffffffff, 0xd503205f, TRAP_W, BASE, NO_FINE, CTL_NTWE, CTL_TWE),
    ROW("WFI", 0xffffffff, 0xd503207f, TRAP_W, BASE, NO_FINE, CTL_NTWI, CTL_TWI),
    ROW("WFET", 0xffffffe0, 0xd5031000, TRAP_W, WFXT, NO_FINE, CTL_NTWE, CTL_TWE),
    ROW("WFIT", 0xffffffe0, 0xd5031020, TRAP_W, WFXT, NO_FINE, CTL_NTWI, CTL_TWI),

    /* HCR_EL2.API. The hints execute as NOP without FEAT_PAuth; XPAC* never trap. */
    KEYS_AB("{PACI, AUTI}1716 ", 0xffffff7f, 0xd503211f, 6, BASE),
    KEYS_AB("{PACI, AUTI}{Z, SP} ", 0xffffff5f, 0xd503231f, 6, BASE),
    ROW("{PAC, AUT}I{Z}A", 0xffffcc00, 0xdac10000, TRAP_W, PAUTH, NO_FINE, CTL_API_IA),
    ROW("{PAC, AUT}I{Z}B", 0xffffcc00, 0xdac10400, TRAP_W, PAUTH, NO_FINE, CTL_API_IB),
    ROW("{PAC, AUT}D{Z}A", 0xffffcc00, 0xdac10800, TRAP_W, PAUTH, NO_FINE, CTL_API_DA),
    ROW("{PAC, AUT}D{Z}B", 0xffffcc00, 0xdac10c00, TRAP_W, PAUTH, NO_FINE, CTL_API_DB),
    ROW("PACGA", 0xffe0fc00, 0x9ac03000, TRAP_W, PAUTH, NO_FINE, CTL_API_GA),
    KEYS_AB("{BR, BLR, RET} ", 0xfe9ffc00, 0xd61f0800, 10, PAUTH),
    ROW("LDRAA", 0xffa00400, 0xf8200400, TRAP_W, PAUTH, NO_FINE, CTL_API_DA),
    ROW("LDRAB", 0xffa00400, 0xf8a00400, TRAP_W, PAUTH, NO_FINE, CTL_API_DB),

    /* HCRX_EL2.{EnALS, EnASR, EnAS0} and their namesakes in SCTLR_EL1 */
    ROW("LD64B", 0xfffffc00, 0xf83fd000, TRAP_W, LS64, NO_FINE, CTL_SCTLR_ENALS, CTL_HCRX_ENALS),
    ROW("ST64B", 0xfffffc00, 0xf83f9000, TRAP_W, LS64, NO_FINE, CTL_SCTLR_ENALS, CTL_HCRX_ENALS),
    ROW("ST64BV", 0xffe0fc00, 0xf820b000, TRAP_W, LS64, NO_FINE, CTL_SCTLR_ENASR, CTL_HCRX_ENASR),
    ROW("ST64BV0", 0xffe0fc00, 0xf820a000, TRAP_W, LS64, NO_FINE, CTL_SCTLR_ENAS0,
        CTL_HCRX_ENAS0),

    /* CPTR_EL2.TSM: ADDSVL, ADDSPL and RDSVL lie in SVE's space; then SME's own */
    ROW("ADDSVL", 0xffe0f800, 0x04205800, TRAP_W, SME, NO_FINE, SME_CONTROLS),
    ROW("ADDSPL", 0xffe0f800, 0x04605800, TRAP_W, SME, NO_FINE, SME_CONTROLS),
    ROW("RDSVL", 0xfffff800, 0x04bf5800, TRAP_W, SME, NO_FINE, SME_CONTROLS),
    ROW("SME", 0x9e000000, 0x80000000, TRAP_W, SME, NO_FINE, SME_CONTROLS),
    /* CPTR_EL2.TZ */
    ROW("SVE", 0x1e000000, 0x04000000, TRAP_W, SVE, NO_FINE, SVE_CONTROLS),
    /* CPTR_EL2.TFP: data processing, then loads and stores */
    ROW("SIMD&FP", 0x0e000000, 0x0e000000, TRAP_W, BASE, NO_FINE, FP_CONTROLS),
    ROW("SIMD&FP load, store", 0x0e000000, 0x0c000000, TRAP_W, BASE, NO_FINE, FP_CONTROLS),
};
/* clang-format on */

const size_t trap_word_row_count = sizeof(trap_word_rows) / sizeof(trap_word_rows[0]);
