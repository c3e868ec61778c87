/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the rows of the decoder share: bit fields of A64 words, and the functions that read a row's
 * fields into struct insn. Only cpu/insn_*.c include this.
 */
#ifndef CPU_INSN_FIELDS_H
#define CPU_INSN_FIELDS_H

#include "cpu/arch/field.h"
#include "cpu/insn.h"

#define ZR 31u

/* Option field of an index register; 7, SXTX, is LSL too. */
enum { EXTEND_UXTW = 2, EXTEND_LSL = 3, EXTEND_SXTW = 6 };

/* Fields by their names in the encoding diagrams. */

static const struct field F_RT = {0, 5};
static const struct field F_RN = {5, 5};
static const struct field F_RT2 = {10, 5};
static const struct field F_RM = {16, 5};
static const struct field F_RS = {16, 5};
static const struct field F_SIZE = {30, 2};
static const struct field F_OPC = {22, 2};
static const struct field F_PAIR_OPC = {30, 2};
static const struct field F_L = {22, 1};
static const struct field F_O0 = {15, 1};
static const struct field F_SZ = {30, 1};
static const struct field F_V = {26, 1};
static const struct field F_IMM7 = {15, 7};
static const struct field F_IMM9 = {12, 9};
static const struct field F_IMM12 = {10, 12};
static const struct field F_IMM16 = {5, 16};
static const struct field F_IMM19 = {5, 19};
static const struct field F_OPTION = {13, 3};
static const struct field F_S = {12, 1};
static const struct field F_Q = {30, 1};
static const struct field F_STRUCT_OPCODE = {12, 4};
static const struct field F_LANE_OPCODE = {13, 3};
static const struct field F_LANE_R = {21, 1};
static const struct field F_LANE_SIZE = {10, 2};
static const struct field F_ORDER = {22, 2}; /* A and R, or A and L, of an atomic */
static const struct field F_CAS_L = {22, 1};
static const struct field F_PAC_S = {22, 1};
static const struct field F_TAG_OP = {22, 2};
static const struct field F_OP0 = {19, 2};
static const struct field F_OP1 = {16, 3};
static const struct field F_CRN = {12, 4};
static const struct field F_CRM = {8, 4};
static const struct field F_OP2 = {5, 3};
static const struct field F_SYS_L = {21, 1};
static const struct field F_WFX = {5, 2};
static const struct field F_ERET = {10, 2};

static inline unsigned get(uint32_t word, struct field field)
{
    return (unsigned)field_get(word, field);
}

static inline int64_t get_signed(uint32_t word, struct field field)
{
    uint64_t value = field_get(word, field);
    uint64_t sign = (uint64_t)1 << (field.width - 1);

    return (int64_t)(value ^ sign) - (int64_t)sign;
}

/* A GPR transfer of 1 << log2 bytes, or a SIMD one; rn and rt are set by insn_decode. */
static inline void set_size(struct insn *insn, unsigned log2)
{
    insn->size = (uint8_t)(1u << log2);
    insn->elements = 1;
}

static inline void set_pair(struct insn *insn, uint32_t word, unsigned log2)
{
    set_size(insn, log2);
    insn->elements = 2;
    insn->rt2 = (uint8_t)get(word, F_RT2);
}

/* Of a vector: what a predicate register takes, and what imm_by_vl counts. */
#define EIGHTHS 8
#define TAG_GRANULE 16

/* The fields functions of cpu/insn_rows.c, as struct insn_row says. */

/* cpu/insn_ldst.c */
bool fields_unsigned_imm(uint32_t word, struct insn *insn);
bool fields_ldst_unscaled(uint32_t word, struct insn *insn);
bool fields_ldst_indexed(uint32_t word, struct insn *insn);
bool fields_unprivileged(uint32_t word, struct insn *insn);
bool fields_ldst_register(uint32_t word, struct insn *insn);
bool fields_prefetch(uint32_t word, struct insn *insn);
bool fields_ldapur_stlur(uint32_t word, struct insn *insn);
bool fields_ldapur_simd(uint32_t word, struct insn *insn);
bool fields_lrcpc3_pair(uint32_t word, struct insn *insn);
bool fields_lrcpc3_single(uint32_t word, struct insn *insn);
bool fields_literal_gpr(uint32_t word, struct insn *insn);
bool fields_literal_simd(uint32_t word, struct insn *insn);
bool fields_pair(uint32_t word, struct insn *insn);
bool fields_pair_signed(uint32_t word, struct insn *insn);
bool fields_pair_tag(uint32_t word, struct insn *insn);
bool fields_tag_store(uint32_t word, struct insn *insn);
bool fields_tag_load(uint32_t word, struct insn *insn);
bool fields_tag_bulk(uint32_t word, struct insn *insn);

/* cpu/insn_sync.c */
bool fields_exclusive(uint32_t word, struct insn *insn);
bool fields_exclusive_pair(uint32_t word, struct insn *insn);
bool fields_ordered(uint32_t word, struct insn *insn);
bool fields_ldapr(uint32_t word, struct insn *insn);
bool fields_cas(uint32_t word, struct insn *insn);
bool fields_casp(uint32_t word, struct insn *insn);
bool fields_atomic(uint32_t word, struct insn *insn);
bool fields_atomic_pair(uint32_t word, struct insn *insn);
bool fields_ldst64b(uint32_t word, struct insn *insn);
bool fields_st64bv(uint32_t word, struct insn *insn);
bool fields_st64bv0(uint32_t word, struct insn *insn);
bool fields_ldra(uint32_t word, struct insn *insn);

/* cpu/insn_vector.c */
bool fields_simd_multi(uint32_t word, struct insn *insn);
bool fields_simd_lane(uint32_t word, struct insn *insn);
bool fields_lane_ordered(uint32_t word, struct insn *insn);
bool fields_sve_load(uint32_t word, struct insn *insn);
bool fields_sve_store(uint32_t word, struct insn *insn);
bool fields_sve_structures(uint32_t word, struct insn *insn);
bool fields_sve_predicate(uint32_t word, struct insn *insn);
bool fields_sve_vector(uint32_t word, struct insn *insn);
bool fields_sve_replicate(uint32_t word, struct insn *insn);
bool fields_sve_quadword(uint32_t word, struct insn *insn);

#endif
