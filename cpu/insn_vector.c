/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SIMD structures and SVE. */
#include "cpu/insn_fields.h"

/* --- SIMD structures --- */

/* Registers moved, by opcode; 0 is unallocated. */
static const uint8_t multi_registers[16] = {
    [0x0] = 4, [0x2] = 4, [0x4] = 3, [0x6] = 3, [0x7] = 1, [0x8] = 2, [0xa] = 2,
};
/* ... those of LD1 and ST1, which alone may have one 64-bit element a register. */
static const uint16_t multi_no_interleave = 1u << 0x2 | 1u << 0x6 | 1u << 0x7 | 1u << 0xa;

/* Post-index by a register, or by the bytes moved if that is XZR. */
static void struct_post_index(uint32_t word, struct insn *insn)
{
    insn->rm = (uint8_t)get(word, F_RM);
    insn->imm = insn->rm == ZR ? (int64_t)insn_bytes(insn) : 0;
}

bool fields_simd_multi(uint32_t word, struct insn *insn)
{
    unsigned opcode = get(word, F_STRUCT_OPCODE);
    unsigned log2 = get(word, F_LANE_SIZE);
    unsigned bytes = (get(word, F_Q) ? 16u : 8u) * multi_registers[opcode];

    if (bytes == 0 || (log2 == 3 && !get(word, F_Q) && !(multi_no_interleave >> opcode & 1)))
        return false;
    set_size(insn, log2);
    insn->elements = (uint8_t)(bytes >> log2);
    insn->cls = get(word, F_L) ? INSN_LOAD : INSN_STORE;
    insn->simd = true;
    if (insn->addressing == ADDR_POST_INDEX)
        struct_post_index(word, insn);
    return true;
}

bool fields_simd_lane(uint32_t word, struct insn *insn)
{
    unsigned opcode = get(word, F_LANE_OPCODE);
    unsigned size = get(word, F_LANE_SIZE);
    unsigned log2 = opcode >> 1;
    bool load = get(word, F_L) != 0;

    switch (opcode >> 1) {
    case 0:
        break;
    case 1:
        if (size & 1)
            return false;
        break;
    case 2:
        if (size > 1 || (size == 1 && get(word, F_S)))
            return false;
        log2 += size;
        break;
    default: /* replicate to all lanes */
        if (!load || get(word, F_S))
            return false;
        log2 = size;
        break;
    }
    set_size(insn, log2);
    insn->elements = (uint8_t)(((opcode & 1) << 1 | get(word, F_LANE_R)) + 1);
    insn->cls = load ? INSN_LOAD : INSN_STORE;
    insn->simd = true;
    if (insn->addressing == ADDR_POST_INDEX)
        struct_post_index(word, insn);
    return true;
}

/* FEAT_LRCPC3: LDAP1, STL1. */
bool fields_lane_ordered(uint32_t word, struct insn *insn)
{
    set_size(insn, 3);
    insn->cls = get(word, F_L) ? INSN_LOAD : INSN_STORE;
    insn->simd = true;
    insn->ordered = true;
    return true;
}

/*
 * --- SVE: address and direction of the forms whose address is in general registers. How much is
 * moved depends on the predicate; the first element stands for it.
 */

static const struct field F_SVE_MSZ = {23, 2};
static const struct field F_SVE_DTYPE = {21, 4};
static const struct field F_SVE_SIZE = {21, 2};
static const struct field F_SVE_REGISTERS = {21, 2}; /* of LD2..LD4, less one */
static const struct field F_SVE_IMM4 = {16, 4};
static const struct field F_SVE_IMM6 = {16, 6};

/* log2 of the bytes of an element in memory and in the vector, by dtype. */
static const struct {
    uint8_t memory, vector;
} sve_dtypes[16] = {
    {0, 0}, {0, 1}, {0, 2}, {0, 3}, /* LD1B */
    {2, 3},                         /* LD1SW */
    {1, 1}, {1, 2}, {1, 3},         /* LD1H */
    {1, 3}, {1, 2},                 /* LD1SH */
    {2, 2}, {2, 3},                 /* LD1W */
    {0, 3}, {0, 2}, {0, 1},         /* LD1SB */
    {3, 3},                         /* LD1D */
};

bool fields_sve_load(uint32_t word, struct insn *insn)
{
    unsigned dtype = get(word, F_SVE_DTYPE);

    set_size(insn, sve_dtypes[dtype].memory);
    insn->simd = true;
    if (insn->addressing == ADDR_BASE_REG) {
        insn->rm = (uint8_t)get(word, F_RM);
        insn->extend = EXTEND_LSL;
        insn->shift = sve_dtypes[dtype].memory;
    } else {
        insn->imm_by_vl = true;
        insn->imm = get_signed(word, F_SVE_IMM4) * (EIGHTHS << sve_dtypes[dtype].memory) /
                    (1 << sve_dtypes[dtype].vector);
    }
    return true;
}

bool fields_sve_store(uint32_t word, struct insn *insn)
{
    unsigned memory = get(word, F_SVE_MSZ), vector = get(word, F_SVE_SIZE);

    if (vector < memory)
        return false;
    set_size(insn, memory);
    insn->simd = true;
    if (insn->addressing == ADDR_BASE_REG) {
        insn->rm = (uint8_t)get(word, F_RM);
        insn->extend = EXTEND_LSL;
        insn->shift = (uint8_t)memory;
    } else {
        insn->imm_by_vl = true;
        insn->imm = get_signed(word, F_SVE_IMM4) * (EIGHTHS << memory) / (1 << vector);
    }
    return true;
}

/* LD2..LD4, ST2..ST4, and the non-temporal LDNT1, STNT1. */
bool fields_sve_structures(uint32_t word, struct insn *insn)
{
    set_size(insn, get(word, F_SVE_MSZ));
    insn->simd = true;
    if (insn->addressing == ADDR_BASE_REG) {
        insn->rm = (uint8_t)get(word, F_RM);
        insn->extend = EXTEND_LSL;
        insn->shift = (uint8_t)get(word, F_SVE_MSZ);
    } else {
        insn->imm_by_vl = true;
        insn->imm =
            get_signed(word, F_SVE_IMM4) * (int64_t)(get(word, F_SVE_REGISTERS) + 1) * EIGHTHS;
    }
    return true;
}

/* LDR, STR of a predicate or, scale 8, a vector; imm9 is in two parts. */
bool fields_sve_predicate(uint32_t word, struct insn *insn)
{
    static const struct field low = {10, 3}, high = {16, 6};

    set_size(insn, 0);
    insn->simd = true;
    insn->imm_by_vl = true;
    insn->imm = get_signed(word, high) * 8 + get(word, low);
    return true;
}

bool fields_sve_vector(uint32_t word, struct insn *insn)
{
    fields_sve_predicate(word, insn);
    insn->imm *= EIGHTHS;
    return true;
}

/* LD1R: one element for all. */
bool fields_sve_replicate(uint32_t word, struct insn *insn)
{
    static const struct field dtype_low = {13, 2};

    set_size(insn, sve_dtypes[get(word, F_SVE_MSZ) << 2 | get(word, dtype_low)].memory);
    insn->simd = true;
    insn->imm = (int64_t)get(word, F_SVE_IMM6) * insn->size;
    return true;
}

/* LD1RQ: 16 bytes for all. */
bool fields_sve_quadword(uint32_t word, struct insn *insn)
{
    set_size(insn, 4);
    insn->simd = true;
    if (insn->addressing == ADDR_BASE_REG) {
        insn->rm = (uint8_t)get(word, F_RM);
        insn->extend = EXTEND_LSL;
        insn->shift = (uint8_t)get(word, F_SVE_MSZ);
    } else {
        insn->imm = get_signed(word, F_SVE_IMM4) * 16;
    }
    return true;
}
