/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Operands of data processing by immediate and register, branches and system (Arm ARM C4.1). */
#include "cpu/timing/uop_rows.h"

const struct uop_row uop_rows_integer[] = {
    /* data processing, immediate */
    {0x1f000000, 0x10000000, UOP_MOV_IMM, false, "xd="},               /* ADR, ADRP */
    {0x3f800000, 0x11000000, UOP_ALU, false, "pd=pn+"},                /* ADD, SUB */
    {0x3f800000, 0x31000000, UOP_ALU, false, "xd c=pn+"},              /* ADDS, SUBS */
    {0x1f800000, 0x11800000, UOP_ALU, false, "pd=pn+"},                /* ADDG, SUBG */
    {0x7f800000, 0x72000000, UOP_ALU, false, "xd c=xn+"},              /* ANDS */
    {0x1f800000, 0x12000000, UOP_ALU, false, "pd=xn+"},                /* AND, ORR, EOR */
    {0x7f800000, 0x72800000, UOP_ALU, false, "xd=xd+"},                /* MOVK */
    {0x1f800000, 0x12800000, UOP_MOV_IMM, false, "xd="},               /* MOVN, MOVZ */
    {0x7f800000, 0x33000000, UOP_BITFIELD_INSERT, false, "xd=xd+ xn"}, /* BFM */
    {0x1f800000, 0x13000000, UOP_BITFIELD, false, "xd=xn+"},           /* SBFM, UBFM */
    {0x1f800000, 0x13800000, UOP_EXTRACT, false, "xd=xn xm"},          /* EXTR */
    /* branches */
    {0xff000000, 0x54000000, UOP_BRANCH_FLAGS, false, "=c"},
    {0x7e000000, 0x34000000, UOP_BRANCH_TEST, false, "=xt"}, /* CBZ, CBNZ */
    {0x7e000000, 0x36000000, UOP_BRANCH_TEST, false, "=xt"}, /* TBZ, TBNZ */
    {0xfc000000, 0x14000000, UOP_BRANCH, false, "="},
    {0xfc000000, 0x94000000, UOP_BRANCH_LINK, false, "l="},
    {0xffe00000, 0xd6800000, UOP_ERET, false, "="},               /* ERET */
    {0xfee00000, 0xd6200000, UOP_BRANCH_LINK_REG, false, "l=xn"}, /* BLR, BLRAA */
    {0xfe000000, 0xd6000000, UOP_BRANCH_REG, false, "=xn"},       /* BR, RET */
    /* system */
    {0xff000000, 0xd4000000, UOP_EXCEPTION, false, "="}, /* SVC, HVC, SMC, BRK, HLT */
    {0xffffff1f, 0xd503231f, UOP_PAC, false, "l=l p0"},  /* PACIASP and its kin */
    {0xfffff01f, 0xd503201f, UOP_HINT, false, "="},
    {0xfffff0ff, 0xd503309f, UOP_DSB, false, "="},
    {0xfffff0ff, 0xd50330bf, UOP_DMB, false, "="},
    {0xfffff0ff, 0xd50330df, UOP_ISB, false, "="},
    {0xfffff01f, 0xd503301f, UOP_DSB, false, "="}, /* CLREX, SSBB, SB */
    {0xfff8f01f, 0xd500401f, UOP_MSR, false, "="}, /* MSR (immediate) */
    {0xfff00000, 0xd5300000, UOP_MRS, false, "xt="},
    {0xfff00000, 0xd5100000, UOP_MSR, false, "=xt"},
    {0xfff80000, 0xd5080000, UOP_SYS, false, "=xt"},
    {0xfff80000, 0xd5280000, UOP_SYS, false, "xt="}, /* SYSL */
    /* data processing, register */
    {0x7f00fc00, 0x6a000000, UOP_ALU, false, "xd c=xn+ xm+"}, /* ANDS, BICS, not shifted */
    {0x7f000000, 0x6a000000, UOP_LOGIC_SHIFT_FLAGS, false, "xd c=xn+ xm~"},
    {0x1f00fc00, 0x0a000000, UOP_ALU, false, "xd=xn+ xm+"}, /* AND, ORR, EOR, MOV */
    {0x1f000000, 0x0a000000, UOP_LOGIC_SHIFT, false, "xd=xn+ xm~"},
    {0x3f20fc00, 0x0b000000, UOP_ALU, false, "xd=xn+ xm+"}, /* ADD, SUB, not shifted */
    {0x3f20fc00, 0x2b000000, UOP_ALU, false, "xd c=xn+ xm+"},
    {0x3fe0f000, 0x0b000000, UOP_ADD_LSL, false, "xd=xn+ xm~"}, /* LSL #1..#3 */
    {0x3fe0fc00, 0x0b001000, UOP_ADD_LSL, false, "xd=xn+ xm~"}, /* LSL #4 */
    {0x3fe0f000, 0x2b000000, UOP_ADD_LSL, false, "xd c=xn+ xm~"},
    {0x3fe0fc00, 0x2b001000, UOP_ADD_LSL, false, "xd c=xn+ xm~"},
    {0x3f200000, 0x0b000000, UOP_ADD_SHIFT, false, "xd=xn+ xm~"},
    {0x3f200000, 0x2b000000, UOP_ADD_SHIFT, false, "xd c=xn+ xm~"},
    {0x3f200000, 0x0b200000, UOP_ADD_EXTEND, false, "pd=pn+ xm~"},
    {0x3f200000, 0x2b200000, UOP_ADD_EXTEND, false, "xd c=pn+ xm~"},
    {0x3fe0fc00, 0x1a000000, UOP_ALU, false, "xd=xn+ xm+ c"}, /* ADC, SBC */
    {0x3fe0fc00, 0x3a000000, UOP_ALU, false, "xd c=xn+ xm+ c"},
    {0x3fe00000, 0x3a000000, UOP_ALU, false, "c=xn+ c"},     /* RMIF, SETF */
    {0x3fe00800, 0x3a400000, UOP_ALU, false, "c=xn+ xm+ c"}, /* CCMP, CCMN */
    {0x3fe00800, 0x3a400800, UOP_ALU, false, "c=xn+ c"},
    {0x3fe00000, 0x1a800000, UOP_ALU, false, "xd=xn+ xm+ c"}, /* CSEL, CSINC, ... */
    {0xffe0f800, 0x1ac00800, UOP_DIV32, false, "xd=xn/ xm/"},
    {0xffe0f800, 0x9ac00800, UOP_DIV64, false, "xd=xn/ xm/"},
    {0x7fe0f000, 0x1ac02000, UOP_SHIFT_REG, false, "xd=xn+ xm"}, /* LSLV, LSRV, ASRV, RORV */
    {0x7fe0e000, 0x1ac04000, UOP_CRC, false, "xd=xn+ xm~"},
    {0xffe0fc00, 0x9ac03000, UOP_PAC, false, "xd=xn pm"},   /* PACGA */
    {0x7fe00000, 0x1ac00000, UOP_ALU, false, "xd=xn+ xm+"}, /* IRG, GMI, SUBP */
    {0xffff0000, 0xdac10000, UOP_PAC, false, "xd=xd pn"},   /* PACIA and its kin */
    {0x7fe00000, 0x5ac00000, UOP_ALU, false, "xd=xn+"},     /* RBIT, REV, CLZ, CLS */
    {0xffe00000, 0x1b000000, UOP_MUL32, false, "xd=xn* xm* xa@"},
    {0xffe00000, 0x9b000000, UOP_MUL64, false, "xd=xn* xm* xa@"},
    {0xff600000, 0x9b200000, UOP_MUL32, false, "xd=xn* xm* xa@"}, /* SMADDL, UMADDL */
    {0xff600000, 0x9b400000, UOP_MUL_HIGH, false, "xd=xn* xm*"},
};
const size_t uop_rows_integer_count = sizeof(uop_rows_integer) / sizeof(uop_rows_integer[0]);
