/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Operands of floating point and Advanced SIMD (Arm ARM C4.1). */
#include "cpu/timing/uop_rows.h"

const struct uop_row uop_rows_vector[] = {
    /* scalar floating point */
    {0x5f000000, 0x1f000000, UOP_FP_MADD, false, "vd=vn vm va@"},
    {0x5f27fc00, 0x1e260000, UOP_FP_TO_X, false, "xd=vn"}, /* FMOV to X, FJCVTZS */
    {0x5f27fc00, 0x1e270000, UOP_FP_FROM_X, false, "vd=xn"},
    {0x5f3efc00, 0x1e220000, UOP_FP_FROM_INT, false, "vd=xn"}, /* SCVTF, UCVTF */
    {0x5f20fc00, 0x1e200000, UOP_FP_TO_INT, false, "xd=vn"},
    {0x5f3e0000, 0x1e020000, UOP_FP_FROM_INT, false, "vd=xn"}, /* fixed point */
    {0x5f200000, 0x1e000000, UOP_FP_TO_INT, false, "xd=vn"},
    {0x5f3ffc00, 0x1e204000, UOP_FP_MOV, false, "vd=vn"},
    {0x5ffffc00, 0x1e21c000, UOP_FP_SQRT32, false, "vd=vn"},
    {0x5f3ffc00, 0x1e21c000, UOP_FP_SQRT64, false, "vd=vn"},
    {0x5f3e7c00, 0x1e224000, UOP_FP_CONVERT, false, "vd=vn"},
    {0x5f3c7c00, 0x1e244000, UOP_FP_ROUND, false, "vd=vn"},
    {0x5f207c00, 0x1e204000, UOP_FP_ABS, false, "vd=vn"},    /* FABS, FNEG */
    {0x5f20fc08, 0x1e202008, UOP_FP_COMPARE, false, "c=vn"}, /* with zero */
    {0x5f20fc00, 0x1e202000, UOP_FP_COMPARE, false, "c=vn vm"},
    {0x5f201c00, 0x1e201000, UOP_FP_MOV_IMM, false, "vd="},
    {0x5f200c00, 0x1e200400, UOP_FP_COMPARE, false, "c=vn vm c"}, /* FCCMP */
    {0x5f207c00, 0x1e200800, UOP_FP_MUL, false, "vd=vn vm"},      /* FMUL, FNMUL */
    {0x5fe0fc00, 0x1e201800, UOP_FP_DIV32, false, "vd=vn vm"},
    {0x5f20fc00, 0x1e201800, UOP_FP_DIV64, false, "vd=vn vm"},
    {0x5f200c00, 0x1e200800, UOP_FP_ADD, false, "vd=vn vm"},
    {0x5f200c00, 0x1e200c00, UOP_FP_SELECT, false, "vd=vn vm c"},
    /* cryptography */
    {0xff3e0c00, 0x4e280800, UOP_CRYPTO, false, "vd=vd vn"},
    {0xff3e0c00, 0x5e280800, UOP_CRYPTO, false, "vd=vd vn"},
    {0xff208c00, 0x5e000000, UOP_CRYPTO, false, "vd=vd vn vm"},
    {0xff000000, 0xce000000, UOP_CRYPTO, false, "vd=vn vm va"},
    /* copies */
    {0xbfe0fc00, 0x0e000c00, UOP_SIMD_DUP_X, true, "vd=xn"},
    {0xbfe0fc00, 0x0e000400, UOP_SIMD_PERMUTE, true, "vd=vn"}, /* DUP (element) */
    {0xbfe0ec00, 0x0e002c00, UOP_SIMD_TO_X, false, "xd=vn"},   /* SMOV, UMOV */
    {0xbfe0fc00, 0x0e003c00, UOP_SIMD_TO_X, false, "xd=vn"},
    {0xffe0fc00, 0x4e001c00, UOP_SIMD_INSERT_X, false, "vd=vd xn"},
    {0xffe08400, 0x6e000400, UOP_SIMD_INSERT, false, "vd=vd vn"},
    {0xffe0fc00, 0x5e000400, UOP_SIMD_PERMUTE, false, "vd=vn"}, /* DUP, scalar */
    /* permutes */
    {0xbf208c00, 0x0e000800, UOP_SIMD_PERMUTE, true, "vd=vn vm"}, /* ZIP, UZP, TRN */
    {0xbfe08400, 0x2e000000, UOP_SIMD_PERMUTE, true, "vd=vn vm"}, /* EXT */
    {0xbfe08c00, 0x0e000000, UOP_SIMD_PERMUTE, true, "vd=vn vm"}, /* TBL, one or more registers */
    /* immediates and shifts by immediates */
    {0x9ff89400, 0x0f001400, UOP_SIMD_MOV_IMM, true, "vd=vd"}, /* ORR, BIC */
    {0x9ff80400, 0x0f000400, UOP_SIMD_MOV_IMM, true, "vd="},
    {0x9f80fc00, 0x0f008400, UOP_SIMD_NARROW, false, "vd=vd vn"}, /* SHRN */
    {0x9f80fc00, 0x0f00a400, UOP_SIMD_ADD_LONG, false, "vd=vn"},  /* SSHLL, USHLL */
    {0x9f80dc00, 0x0f001400, UOP_SIMD_COMPLEX, true, "vd=vd vn"}, /* SSRA, SRSRA */
    {0xbf80ec00, 0x2f004400, UOP_SIMD_SHIFT, true, "vd=vd vn"},   /* SRI, SLI */
    {0x9f80f800, 0x0f00e000, UOP_SIMD_CONVERT, true, "vd=vn"},    /* fixed point */
    {0x9f80fc00, 0x0f000400, UOP_SIMD_SHIFT, true, "vd=vn"},      /* SSHR, USHR */
    {0xbf80fc00, 0x0f005400, UOP_SIMD_SHIFT, true, "vd=vn"},      /* SHL */
    {0x9f800400, 0x0f000400, UOP_SIMD_COMPLEX, true, "vd=vn"},
    {0xdf80dc00, 0x5f001400, UOP_SIMD_COMPLEX, false, "vd=vd vn"},
    {0xdf800400, 0x5f000400, UOP_SIMD_SHIFT, false, "vd=vn"},
    /* by element; of 16-bit elements Rm has four bits */
    {0x9fc00400, 0x0f400000, UOP_SIMD_MUL, true, "vd=vd@ vn vh"},
    {0xdfc00400, 0x5f400000, UOP_SIMD_MUL, false, "vd=vd@ vn vh"},
    {0x9f80b400, 0x0f801000, UOP_SIMD_FMLA, true, "vd=vd@ vn vm"},
    {0x9f80f400, 0x0f809000, UOP_SIMD_FMUL, true, "vd=vn vm"},
    {0x9f00f400, 0x0f008000, UOP_SIMD_MUL, true, "vd=vn vm"},
    {0x9f00f400, 0x0f00a000, UOP_SIMD_MUL_LONG, false, "vd=vn vm"},
    {0x9f000400, 0x0f000000, UOP_SIMD_MUL, true, "vd=vd@ vn vm"},
    {0xdf00b400, 0x5f001000, UOP_SIMD_FMLA, false, "vd=vd@ vn vm"},
    {0xdf000400, 0x5f000000, UOP_SIMD_FMUL, false, "vd=vn vm"},
    /* three registers, same size */
    {0xbf20fc00, 0x0e201c00, UOP_SIMD_LOGIC, true, "vd=vn vm"},
    {0xbfe0fc00, 0x2e201c00, UOP_SIMD_LOGIC, true, "vd=vn vm"},    /* EOR */
    {0xbf20fc00, 0x2e201c00, UOP_SIMD_LOGIC, true, "vd=vd vn vm"}, /* BSL, BIT, BIF */
    {0x9f20fc00, 0x0e209400, UOP_SIMD_MUL, true, "vd=vd@ vn vm"},  /* MLA, MLS */
    {0x9f20fc00, 0x0e209c00, UOP_SIMD_MUL, true, "vd=vn vm"},
    {0x9f20fc00, 0x0e20b400, UOP_SIMD_MUL, true, "vd=vn vm"},        /* SQDMULH */
    {0x9f20fc00, 0x0e207c00, UOP_SIMD_COMPLEX, true, "vd=vd vn vm"}, /* SABA, UABA */
    {0xbf20fc00, 0x0e20cc00, UOP_SIMD_FMLA, true, "vd=vd@ vn vm"},
    {0xbf20fc00, 0x2e20dc00, UOP_SIMD_FMUL, true, "vd=vn vm"},
    {0xbf20fc00, 0x0e20dc00, UOP_SIMD_FMUL, true, "vd=vn vm"}, /* FMULX */
    {0xbfa0fc00, 0x2e20fc00, UOP_SIMD_FDIV, true, "vd=vn vm"},
    {0x9f20c400, 0x0e20c400, UOP_SIMD_FADD, true, "vd=vn vm"},
    {0x9f20f400, 0x0e204400, UOP_SIMD_SHIFT, true, "vd=vn vm"},   /* SSHL, SQSHL */
    {0x9f20fc00, 0x0e20bc00, UOP_SIMD_COMPLEX, true, "vd=vn vm"}, /* ADDP */
    {0x9f20fc00, 0x0e207400, UOP_SIMD_COMPLEX, true, "vd=vn vm"}, /* SABD */
    {0x9f20ec00, 0x0e200c00, UOP_SIMD_COMPLEX, true, "vd=vn vm"}, /* SQADD, SQSUB */
    {0x9f200400, 0x0e200400, UOP_SIMD_ALU, true, "vd=vn vm"},
    {0xdf20c400, 0x5e20c400, UOP_SIMD_FADD, false, "vd=vn vm"},
    {0xdf200400, 0x5e200400, UOP_SIMD_ALU, false, "vd=vn vm"},
    /* three registers, different sizes */
    {0x9f20dc00, 0x0e208000, UOP_SIMD_MUL_LONG, false, "vd=vd@ vn vm"}, /* SMLAL, SQDMLAL */
    {0x9f20cc00, 0x0e20c000, UOP_SIMD_MUL_LONG, false, "vd=vn vm"},     /* SMULL, PMULL */
    {0x9f200c00, 0x0e200000, UOP_SIMD_ADD_LONG, false, "vd=vn vm"},
    /* two registers, and across lanes */
    {0x9f3e0c00, 0x0e300800, UOP_SIMD_REDUCE, true, "vd=vn"},
    {0xdf3e0c00, 0x5e300800, UOP_SIMD_COMPLEX, false, "vd=vn"},   /* ADDP, FADDP, scalar */
    {0x9f3ffc00, 0x0e212800, UOP_SIMD_NARROW, false, "vd=vd vn"}, /* XTN, SQXTUN */
    {0x9f3ffc00, 0x0e214800, UOP_SIMD_NARROW, false, "vd=vd vn"}, /* SQXTN */
    {0xbf20fc00, 0x2e205800, UOP_SIMD_LOGIC, true, "vd=vn"},      /* NOT, RBIT */
    {0xbfbffc00, 0x0ea0f800, UOP_SIMD_FADD, true, "vd=vn"},       /* FABS */
    {0xbfbffc00, 0x2ea0f800, UOP_SIMD_FADD, true, "vd=vn"},       /* FNEG */
    {0x9fb0cc00, 0x0ea0c800, UOP_SIMD_FADD, true, "vd=vn"},       /* FCMxx with zero */
    {0x9f310c00, 0x0e210800, UOP_SIMD_CONVERT, true, "vd=vn"},
    {0x9f3e0c00, 0x0e200800, UOP_SIMD_ALU, true, "vd=vn"},
    {0xdf310c00, 0x5e210800, UOP_SIMD_CONVERT, false, "vd=vn"},
    {0xdf3e0c00, 0x5e200800, UOP_SIMD_ALU, false, "vd=vn"},
    {0x0e000000, 0x0e000000, UOP_SIMD_ALU, false, "vd=vn vm"},
};
const size_t uop_rows_vector_count = sizeof(uop_rows_vector) / sizeof(uop_rows_vector[0]);
