/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loads and stores of one register or a pair, and of allocation tags. */
#include "cpu/insn_fields.h"

/* --- load/store register: opc and size say what is moved (C4.1.94) --- */

enum { OPC_STORE, OPC_LOAD, OPC_LOAD_SIGNED_64, OPC_LOAD_SIGNED_32 };

/* General registers. Prefetch has its own rows before. */
static bool gpr_transfer(uint32_t word, struct insn *insn)
{
    unsigned size = get(word, F_SIZE);
    unsigned opc = get(word, F_OPC);

    if ((opc == OPC_LOAD_SIGNED_64 && size == 3) || (opc == OPC_LOAD_SIGNED_32 && size >= 2))
        return false;
    set_size(insn, size);
    insn->cls = opc == OPC_STORE ? INSN_STORE : INSN_LOAD;
    insn->sign_extend = opc >= OPC_LOAD_SIGNED_64;
    insn->sixty_four = opc == OPC_LOAD_SIGNED_64 || (opc < OPC_LOAD_SIGNED_64 && size == 3);
    insn->isv = true;
    return true;
}

/* SIMD&FP registers: bit 1 of opc adds 16 bytes to the sizes. */
static bool simd_transfer(uint32_t word, struct insn *insn)
{
    unsigned size = get(word, F_SIZE);
    unsigned opc = get(word, F_OPC);

    if (opc >= 2 && size != 0)
        return false;
    set_size(insn, opc >= 2 ? 4 : size);
    insn->cls = opc & 1 ? INSN_LOAD : INSN_STORE;
    insn->simd = true;
    return true;
}

static bool transfer(uint32_t word, struct insn *insn)
{
    return get(word, F_V) ? simd_transfer(word, insn) : gpr_transfer(word, insn);
}

bool fields_unsigned_imm(uint32_t word, struct insn *insn)
{
    if (!transfer(word, insn))
        return false;
    insn->imm = (int64_t)get(word, F_IMM12) * insn->size;
    return true;
}

bool fields_ldst_unscaled(uint32_t word, struct insn *insn)
{
    insn->imm = get_signed(word, F_IMM9);
    return transfer(word, insn);
}

bool fields_ldst_indexed(uint32_t word, struct insn *insn)
{
    if (!fields_ldst_unscaled(word, insn))
        return false;
    insn->isv = false;
    return true;
}

bool fields_unprivileged(uint32_t word, struct insn *insn)
{
    insn->unprivileged = true;
    return fields_ldst_unscaled(word, insn);
}

bool fields_ldst_register(uint32_t word, struct insn *insn)
{
    unsigned log2 = 0;

    insn->extend = (uint8_t)get(word, F_OPTION);
    if (!(insn->extend & 2) || !transfer(word, insn))
        return false;
    while (1u << log2 < insn->size)
        log2++;
    insn->rm = (uint8_t)get(word, F_RM);
    insn->shift = (uint8_t)(get(word, F_S) ? log2 : 0);
    return true;
}

/* PRFM, PRFUM, what else never faults: size and elements stay 0. */
bool fields_prefetch(uint32_t word, struct insn *insn)
{
    (void)word;
    (void)insn;
    return true;
}

bool fields_ldapur_stlur(uint32_t word, struct insn *insn)
{
    if (!gpr_transfer(word, insn))
        return false;
    insn->imm = get_signed(word, F_IMM9);
    insn->ordered = true;
    insn->align = insn->size;
    return true;
}

bool fields_ldapur_simd(uint32_t word, struct insn *insn)
{
    insn->imm = get_signed(word, F_IMM9);
    insn->ordered = true;
    return simd_transfer(word, insn);
}

/* --- FEAT_LRCPC3: STILP, LDIAPP, STLR with pre-index, LDAPR with post-index --- */

bool fields_lrcpc3_pair(uint32_t word, struct insn *insn)
{
    static const struct field no_writeback = {12, 1};

    insn->rt2 = (uint8_t)get(word, F_RM);
    insn->size = get(word, F_SZ) ? 8 : 4;
    insn->elements = 2;
    insn->sixty_four = insn->size == 8;
    insn->ordered = true;
    insn->imm = 2 * insn->size;
    if (insn->cls == INSN_STORE)
        insn->imm = -insn->imm;
    if (get(word, no_writeback)) {
        insn->addressing = ADDR_BASE_IMM;
        insn->imm = 0;
    }
    return true;
}

bool fields_lrcpc3_single(uint32_t word, struct insn *insn)
{
    insn->size = get(word, F_SZ) ? 8 : 4;
    insn->elements = 1;
    insn->sixty_four = insn->size == 8;
    insn->ordered = true;
    /* Of the two only the store sets up a syndrome. */
    insn->isv = insn->cls == INSN_STORE;
    insn->imm = insn->cls == INSN_STORE ? -(int64_t)insn->size : (int64_t)insn->size;
    return true;
}

/* --- literal --- */

bool fields_literal_gpr(uint32_t word, struct insn *insn)
{
    unsigned opc = get(word, F_SIZE); /* 0 LDR W, 1 LDR X, 2 LDRSW; 3 is PRFM */

    insn->imm = get_signed(word, F_IMM19) * 4;
    set_size(insn, opc == 1 ? 3 : 2);
    insn->sign_extend = opc == 2;
    insn->sixty_four = opc != 0;
    insn->isv = true;
    return true;
}

bool fields_literal_simd(uint32_t word, struct insn *insn)
{
    unsigned opc = get(word, F_SIZE);

    insn->imm = get_signed(word, F_IMM19) * 4;
    insn->simd = true;
    set_size(insn, 2 + opc);
    return opc != 3;
}

/* --- pairs --- */

bool fields_pair(uint32_t word, struct insn *insn)
{
    unsigned opc = get(word, F_PAIR_OPC);

    insn->simd = get(word, F_V) != 0;
    if (insn->simd && opc == 3)
        return false;
    set_pair(insn, word, insn->simd ? 2 + opc : 2 + opc / 2);
    insn->cls = get(word, F_L) ? INSN_LOAD : INSN_STORE;
    insn->sixty_four = !insn->simd && opc == 2;
    insn->imm = get_signed(word, F_IMM7) * insn->size;
    return true;
}

bool fields_pair_signed(uint32_t word, struct insn *insn)
{
    set_pair(insn, word, 2);
    insn->sign_extend = true;
    insn->sixty_four = true;
    insn->imm = get_signed(word, F_IMM7) * insn->size;
    return true;
}

bool fields_pair_tag(uint32_t word, struct insn *insn)
{
    set_pair(insn, word, 3);
    insn->sixty_four = true;
    insn->imm = get_signed(word, F_IMM7) * TAG_GRANULE;
    insn->align = TAG_GRANULE;
    return true;
}

/* --- memory tags --- */

bool fields_tag_store(uint32_t word, struct insn *insn)
{
    set_size(insn, 4);
    insn->elements = get(word, F_TAG_OP) & 2 ? 2 : 1; /* ST2G, STZ2G: two granules */
    insn->imm = get_signed(word, F_IMM9) * TAG_GRANULE;
    insn->align = TAG_GRANULE;
    return true;
}

bool fields_tag_load(uint32_t word, struct insn *insn)
{
    set_size(insn, 4);
    insn->imm = get_signed(word, F_IMM9) * TAG_GRANULE;
    insn->round = TAG_GRANULE;
    return true;
}

/* STGM, STZGM, LDGM: a block of GMID_EL1.BS bytes, never across a page; its first granule here. */
bool fields_tag_bulk(uint32_t word, struct insn *insn)
{
    (void)word;
    set_size(insn, 4);
    insn->round = TAG_GRANULE;
    return true;
}
