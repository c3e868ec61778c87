/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Operands of loads and stores (Arm ARM C4.1, "Loads and Stores"). */
#include "cpu/timing/uop_rows.h"

/* LDP or STP of one register size: without and with write-back (bit 23). */
#define PAIR(value, cls, update_cls, registers, sources)                                           \
    {0xfec00000u, value, cls, false, registers "=" sources "pn["},                                 \
    {                                                                                              \
        0xfec00000u, (value) | 1u << 23, update_cls, false, registers "=" sources "pn^"            \
    }

const struct uop_row uop_rows_memory[] = {
    /* exclusive and ordered */
    {0x3fe00000, 0x08400000, UOP_LOAD_EXCLUSIVE, false, "xt=pn["},
    {0xbfe00000, 0x88600000, UOP_LOAD_EXCLUSIVE, false, "xt xu=pn["},
    {0x3fe00000, 0x08000000, UOP_STORE_EXCLUSIVE, false, "xs=xt! pn["},
    {0xbfe00000, 0x88200000, UOP_STORE_EXCLUSIVE, false, "xs=xt! xu! pn["},
    {0xbfa07c00, 0x08207c00, UOP_ATOMIC, false, "xs=xs xt! pn["}, /* CASP */
    {0x3fe00000, 0x08800000, UOP_STORE_RELEASE, false, "=xt! pn["},
    {0x3fe00000, 0x08c00000, UOP_LOAD_ACQUIRE, false, "xt=pn["},
    {0x3fa07c00, 0x08a07c00, UOP_ATOMIC, false, "xs=xs xt! pn["},   /* CAS */
    {0x3fe00c00, 0x19000000, UOP_STORE_RELEASE, false, "=xt! pn["}, /* STLUR */
    {0x3f200c00, 0x19000000, UOP_LOAD_ACQUIRE, false, "xt=pn["},    /* LDAPUR */
    /* literal */
    {0xff000000, 0xd8000000, UOP_PREFETCH, false, "="},
    {0x3f000000, 0x18000000, UOP_LOAD, false, "xt="},
    {0xff000000, 0x9c000000, UOP_LOAD_VQ, false, "vt="},
    {0x3f000000, 0x1c000000, UOP_LOAD_V, false, "vt="},
    /* pairs */
    PAIR(0x28000000u, UOP_STORE_PAIR32, UOP_STORE_PAIR32, "", "xt! xu! "),
    PAIR(0x28400000u, UOP_LOAD_PAIR32, UOP_LOAD_PAIR32, "xt xu", ""),
    PAIR(0x68000000u, UOP_STORE_PAIR, UOP_STORE_PAIR, "", "xt! xu! "), /* STGP */
    PAIR(0x68400000u, UOP_LOAD_PAIR_SIGNED, UOP_LOAD_PAIR_SIGNED, "xt xu", ""),
    PAIR(0xa8000000u, UOP_STORE_PAIR, UOP_STORE_PAIR, "", "xt! xu! "),
    PAIR(0xa8400000u, UOP_LOAD_PAIR, UOP_LOAD_PAIR, "xt xu", ""),
    PAIR(0x2c000000u, UOP_STORE_PAIR_S, UOP_STORE_PAIR_S, "", "vt! vu! "),
    PAIR(0x2c400000u, UOP_LOAD_PAIR_S, UOP_LOAD_PAIR_S, "vt vu", ""),
    PAIR(0x6c000000u, UOP_STORE_PAIR_D, UOP_STORE_PAIR_D, "", "vt! vu! "),
    PAIR(0x6c400000u, UOP_LOAD_PAIR_D, UOP_LOAD_PAIR_D_UPDATE, "vt vu", ""),
    PAIR(0xac000000u, UOP_STORE_PAIR_Q, UOP_STORE_PAIR_Q, "", "vt! vu! "),
    PAIR(0xac400000u, UOP_LOAD_PAIR_Q, UOP_LOAD_PAIR_Q_UPDATE, "vt vu", ""),
    /* one general register */
    {0xffc00000, 0xf9800000, UOP_PREFETCH, false, "=pn["},
    {0xffe00c00, 0xf8800000, UOP_PREFETCH, false, "=pn["},
    {0xffe00c00, 0xf8a00800, UOP_PREFETCH, false, "=pn[ xm["},
    {0x3ffffc00, 0x38bfc000, UOP_LOAD_ACQUIRE, false, "xt=pn["}, /* LDAPR */
    {0x3f200c00, 0x38200000, UOP_ATOMIC, false, "xt=xs! pn["},   /* LDADD, SWP, ... */
    {0x3fc00000, 0x39000000, UOP_STORE, false, "=xt! pn["},
    {0x3f000000, 0x39000000, UOP_LOAD, false, "xt=pn["},
    {0x3fe00400, 0x38000000, UOP_STORE, false, "=xt! pn["},
    {0x3f200400, 0x38000000, UOP_LOAD, false, "xt=pn["},
    {0x3fe00400, 0x38000400, UOP_STORE, false, "=xt! pn^"},
    {0x3f200400, 0x38000400, UOP_LOAD, false, "xt=pn^"},
    {0x3fe00c00, 0x38200800, UOP_STORE_REG, false, "=xt{ pn{ xm["},
    {0x3f200c00, 0x38200800, UOP_LOAD_REG, false, "xt=pn{ xm["},
    {0x3f200c00, 0x38200c00, UOP_LOAD, false, "xt=pn^"}, /* LDRAA, LDRAB */
    {0x3f200400, 0x38200400, UOP_LOAD, false, "xt=pn["},
    /* one vector register */
    {0xffc00000, 0x3d800000, UOP_STORE_VQ, false, "=vt! pn["},
    {0xffc00000, 0x3dc00000, UOP_LOAD_VQ, false, "vt=pn["},
    {0x3fc00000, 0x3d000000, UOP_STORE_V, false, "=vt! pn["},
    {0x3fc00000, 0x3d400000, UOP_LOAD_V, false, "vt=pn["},
    {0xffe00400, 0x3c800000, UOP_STORE_VQ_UNSCALED, false, "=vt! pn["},
    {0xffe00400, 0x3c800400, UOP_STORE_VQ, false, "=vt! pn^"},
    {0x3fe00400, 0x3c000000, UOP_STORE_V_UNSCALED, false, "=vt! pn["},
    {0x3fe00400, 0x3c000400, UOP_STORE_V, false, "=vt! pn^"},
    {0xffe00c00, 0x3ca00800, UOP_STORE_VQ, false, "=vt{ pn{ xm["},
    {0xffe00c00, 0x3ce00800, UOP_LOAD_VQ_REG, false, "vt=pn{ xm["},
    {0x3fe00c00, 0x3c200800, UOP_STORE_V, false, "=vt{ pn{ xm["},
    {0x3fe00c00, 0x3c600800, UOP_LOAD_V_REG, false, "vt=pn{ xm["},
    {0x3f600400, 0x3c400000, UOP_LOAD_V_UNSCALED, false, "vt=pn["},
    {0x3f600400, 0x3c400400, UOP_LOAD_V_UNSCALED, false, "vt=pn^"},
    /* structures: LD1 to LD4, ST1 to ST4; opcode in bits 15:12 */
    {0xbff0f000, 0x0c407000, UOP_LOAD_STRUCT1, true, "vt=pn["},
    {0xbfe0f000, 0x0cc07000, UOP_LOAD_STRUCT1, true, "vt=pn^ xm["},
    {0xbff0d000, 0x0c408000, UOP_LOAD_STRUCT2, true, "vt v1=pn["},
    {0xbfe0d000, 0x0cc08000, UOP_LOAD_STRUCT2, true, "vt v1=pn^ xm["},
    {0xbff0d000, 0x0c404000, UOP_LOAD_STRUCT3, true, "vt v1 v2=pn["},
    {0xbfe0d000, 0x0cc04000, UOP_LOAD_STRUCT3, true, "vt v1 v2=pn^ xm["},
    {0xbff0d000, 0x0c400000, UOP_LOAD_STRUCT4, true, "vt v1 v2 v3=pn["},
    {0xbfe0d000, 0x0cc00000, UOP_LOAD_STRUCT4, true, "vt v1 v2 v3=pn^ xm["},
    {0xbff0f000, 0x0c007000, UOP_STORE_STRUCT1, false, "=vt! pn["},
    {0xbfe0f000, 0x0c807000, UOP_STORE_STRUCT1, false, "=vt! pn^ xm["},
    {0xbff0d000, 0x0c008000, UOP_STORE_STRUCT2, false, "=vt! v1! pn["},
    {0xbfe0d000, 0x0c808000, UOP_STORE_STRUCT2, false, "=vt! v1! pn^ xm["},
    {0xbff00000, 0x0c000000, UOP_STORE_STRUCT4, false, "=vt! v1! v2! v3! pn["},
    {0xbfe00000, 0x0c800000, UOP_STORE_STRUCT4, false, "=vt! v1! v2! v3! pn^"},
    /* a lane of a structure; LD1R and its kin write all lanes */
    {0xbfdfe000, 0x0d40c000, UOP_LOAD_LANE, false, "vt=pn["},
    {0xbfc0e000, 0x0dc0c000, UOP_LOAD_LANE, false, "vt=pn^ xm["},
    {0xbfc00000, 0x0d400000, UOP_LOAD_LANE, false, "vt=vt pn["},
    {0xbfc00000, 0x0dc00000, UOP_LOAD_LANE, false, "vt=vt pn^ xm["},
    {0xbfc00000, 0x0d000000, UOP_STORE_STRUCT1, false, "=vt! pn["},
    {0xbfc00000, 0x0d800000, UOP_STORE_STRUCT1, false, "=vt! pn^ xm["},
};
const size_t uop_rows_memory_count = sizeof(uop_rows_memory) / sizeof(uop_rows_memory[0]);
