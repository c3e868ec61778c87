/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Exclusives, ordered loads and stores, atomics, 64-byte accesses, authenticated loads. */
#include "cpu/insn_fields.h"

/* --- exclusives, ordered, atomics --- */

static void must_align(struct insn *insn)
{
    insn->align = (uint8_t)insn_bytes(insn);
}

bool fields_exclusive(uint32_t word, struct insn *insn)
{
    set_size(insn, get(word, F_SIZE));
    insn->cls = get(word, F_L) ? INSN_LOAD : INSN_STORE;
    insn->rs = (uint8_t)get(word, F_RS);
    insn->exclusive = true;
    insn->ordered = get(word, F_O0) != 0;
    insn->sixty_four = insn->size == 8;
    must_align(insn);
    return true;
}

bool fields_exclusive_pair(uint32_t word, struct insn *insn)
{
    fields_exclusive(word, insn);
    set_pair(insn, word, get(word, F_SZ) ? 3 : 2);
    insn->sixty_four = insn->size == 8;
    must_align(insn);
    return true;
}

/* LDAR, STLR; with o0 clear LDLAR, STLLR, whose limited order is not what ISS.AR tells. */
bool fields_ordered(uint32_t word, struct insn *insn)
{
    fields_exclusive(word, insn);
    insn->exclusive = false;
    insn->isv = true;
    return true;
}

bool fields_ldapr(uint32_t word, struct insn *insn)
{
    set_size(insn, get(word, F_SIZE));
    insn->ordered = true;
    insn->sixty_four = insn->size == 8;
    insn->isv = true;
    must_align(insn);
    return true;
}

bool fields_cas(uint32_t word, struct insn *insn)
{
    set_size(insn, get(word, F_SIZE));
    insn->rs = (uint8_t)get(word, F_RS);
    insn->ordered = get(word, F_O0) || get(word, F_CAS_L);
    insn->sixty_four = insn->size == 8;
    must_align(insn);
    return true;
}

bool fields_casp(uint32_t word, struct insn *insn)
{
    insn->rs = (uint8_t)get(word, F_RS);
    if ((insn->rs | insn->rt) & 1)
        return false;
    set_size(insn, get(word, F_SZ) ? 3 : 2);
    insn->elements = 2;
    insn->rt2 = (uint8_t)(insn->rt + 1);
    insn->ordered = get(word, F_O0) || get(word, F_CAS_L);
    insn->sixty_four = insn->size == 8;
    must_align(insn);
    return true;
}

bool fields_atomic(uint32_t word, struct insn *insn)
{
    set_size(insn, get(word, F_SIZE));
    insn->rs = (uint8_t)get(word, F_RS);
    insn->ordered = get(word, F_ORDER) != 0;
    insn->sixty_four = insn->size == 8;
    must_align(insn);
    return true;
}

/* FEAT_LSE128: LDCLRP, LDSETP, SWPP. */
bool fields_atomic_pair(uint32_t word, struct insn *insn)
{
    set_size(insn, 3);
    insn->elements = 2;
    insn->rt2 = (uint8_t)get(word, F_RM);
    insn->ordered = get(word, F_ORDER) != 0;
    insn->sixty_four = true;
    must_align(insn);
    return true;
}

/* --- 64-byte accesses: bits of the row's value say which; ISS.LST tells them apart --- */

static bool ls64(struct insn *insn, unsigned lst)
{
    set_size(insn, 3);
    insn->elements = 8;
    insn->sixty_four = true;
    insn->isv = true;
    insn->lst = (uint8_t)lst;
    must_align(insn);
    return !(insn->rt & 1) && insn->rt < 24;
}

enum { LST_ST64BV = 1, LST_LDST64B = 2, LST_ST64BV0 = 3 };

bool fields_ldst64b(uint32_t word, struct insn *insn)
{
    (void)word;
    return ls64(insn, LST_LDST64B);
}

bool fields_st64bv(uint32_t word, struct insn *insn)
{
    insn->rs = (uint8_t)get(word, F_RS);
    return ls64(insn, LST_ST64BV);
}

bool fields_st64bv0(uint32_t word, struct insn *insn)
{
    insn->rs = (uint8_t)get(word, F_RS);
    return ls64(insn, LST_ST64BV0);
}

/* LDRAA, LDRAB: the address is taken as if authentication passes. */
bool fields_ldra(uint32_t word, struct insn *insn)
{
    uint64_t imm = field_get(word, F_IMM9) | field_get(word, F_PAC_S) << 9;

    set_size(insn, 3);
    insn->imm = ((int64_t)(imm ^ 0x200) - 0x200) * 8;
    insn->sixty_four = true;
    insn->isv = insn->addressing == ADDR_BASE_IMM;
    return true;
}
