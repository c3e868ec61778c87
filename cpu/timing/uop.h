/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a core model needs to know of an A64 instruction: its class, whose costs are in a core
 * description (cpu/timing/cores/), and the registers it reads and writes. Pure; from one table by
 * encoding (Arm ARM C4.1), beside cpu/insn.h, which knows what an instruction does to memory.
 */
#ifndef CPU_TIMING_UOP_H
#define CPU_TIMING_UOP_H

#include <stdbool.h>
#include <stdint.h>

/* X(enumerator, key in a core description). Where Q follows a class, it is its 128-bit form. */
#define UOP_CLASS_TABLE(X)                                                                         \
    X(ALU, alu)                                                                                    \
    X(MOV_IMM, mov_imm)                                                                            \
    X(LOGIC_SHIFT, logic_shift)                                                                    \
    X(LOGIC_SHIFT_FLAGS, logic_shift_flags)                                                        \
    X(ADD_LSL, add_lsl)                                                                            \
    X(ADD_SHIFT, add_shift)                                                                        \
    X(ADD_EXTEND, add_extend)                                                                      \
    X(BITFIELD, bitfield)                                                                          \
    X(BITFIELD_INSERT, bitfield_insert)                                                            \
    X(EXTRACT, extract)                                                                            \
    X(SHIFT_REG, shift_reg)                                                                        \
    X(CRC, crc)                                                                                    \
    X(PAC, pac)                                                                                    \
    X(MUL32, mul32)                                                                                \
    X(MUL64, mul64)                                                                                \
    X(MUL_HIGH, mul_high)                                                                          \
    X(DIV32, div32)                                                                                \
    X(DIV64, div64)                                                                                \
    X(BRANCH, branch)                                                                              \
    X(BRANCH_LINK, branch_link)                                                                    \
    X(BRANCH_REG, branch_reg)                                                                      \
    X(BRANCH_LINK_REG, branch_link_reg)                                                            \
    X(BRANCH_FLAGS, branch_flags)                                                                  \
    X(BRANCH_TEST, branch_test)                                                                    \
    X(LOAD, load)                                                                                  \
    X(LOAD_REG, load_reg)                                                                          \
    X(LOAD_PAIR32, load_pair32)                                                                    \
    X(LOAD_PAIR, load_pair)                                                                        \
    X(LOAD_PAIR_SIGNED, load_pair_signed)                                                          \
    X(LOAD_ACQUIRE, load_acquire)                                                                  \
    X(LOAD_EXCLUSIVE, load_exclusive)                                                              \
    X(STORE, store)                                                                                \
    X(STORE_REG, store_reg)                                                                        \
    X(STORE_PAIR32, store_pair32)                                                                  \
    X(STORE_PAIR, store_pair)                                                                      \
    X(STORE_RELEASE, store_release)                                                                \
    X(STORE_EXCLUSIVE, store_exclusive)                                                            \
    X(ATOMIC, atomic)                                                                              \
    X(PREFETCH, prefetch)                                                                          \
    X(BASE_UPDATE, base_update) /* what write-back of a base register adds to an access */         \
    X(LOAD_V, load_v)                                                                              \
    X(LOAD_VQ, load_vq)                                                                            \
    X(LOAD_V_UNSCALED, load_v_unscaled)                                                            \
    X(LOAD_V_REG, load_v_reg)                                                                      \
    X(LOAD_VQ_REG, load_vq_reg)                                                                    \
    X(LOAD_PAIR_S, load_pair_s)                                                                    \
    X(LOAD_PAIR_D, load_pair_d)                                                                    \
    X(LOAD_PAIR_Q, load_pair_q)                                                                    \
    X(LOAD_PAIR_D_UPDATE, load_pair_d_update)                                                      \
    X(LOAD_PAIR_Q_UPDATE, load_pair_q_update)                                                      \
    X(STORE_V, store_v)                                                                            \
    X(STORE_VQ, store_vq)                                                                          \
    X(STORE_V_UNSCALED, store_v_unscaled)                                                          \
    X(STORE_VQ_UNSCALED, store_vq_unscaled)                                                        \
    X(STORE_PAIR_S, store_pair_s)                                                                  \
    X(STORE_PAIR_D, store_pair_d)                                                                  \
    X(STORE_PAIR_Q, store_pair_q)                                                                  \
    X(LOAD_STRUCT1, load_struct1)                                                                  \
    X(LOAD_STRUCT1Q, load_struct1q)                                                                \
    X(LOAD_STRUCT2, load_struct2)                                                                  \
    X(LOAD_STRUCT2Q, load_struct2q)                                                                \
    X(LOAD_STRUCT3, load_struct3)                                                                  \
    X(LOAD_STRUCT3Q, load_struct3q)                                                                \
    X(LOAD_STRUCT4, load_struct4)                                                                  \
    X(LOAD_STRUCT4Q, load_struct4q)                                                                \
    X(LOAD_LANE, load_lane)                                                                        \
    X(STORE_STRUCT1, store_struct1)                                                                \
    X(STORE_STRUCT2, store_struct2)                                                                \
    X(STORE_STRUCT4, store_struct4)                                                                \
    X(FP_ADD, fp_add)                                                                              \
    X(FP_ABS, fp_abs)                                                                              \
    X(FP_MUL, fp_mul)                                                                              \
    X(FP_MADD, fp_madd)                                                                            \
    X(FP_DIV32, fp_div32)                                                                          \
    X(FP_DIV64, fp_div64)                                                                          \
    X(FP_SQRT32, fp_sqrt32)                                                                        \
    X(FP_SQRT64, fp_sqrt64)                                                                        \
    X(FP_COMPARE, fp_compare)                                                                      \
    X(FP_SELECT, fp_select)                                                                        \
    X(FP_CONVERT, fp_convert)                                                                      \
    X(FP_ROUND, fp_round)                                                                          \
    X(FP_FROM_INT, fp_from_int)                                                                    \
    X(FP_TO_INT, fp_to_int)                                                                        \
    X(FP_MOV, fp_mov)                                                                              \
    X(FP_MOV_IMM, fp_mov_imm)                                                                      \
    X(FP_FROM_X, fp_from_x)                                                                        \
    X(FP_TO_X, fp_to_x)                                                                            \
    X(SIMD_LOGIC, simd_logic)                                                                      \
    X(SIMD_LOGICQ, simd_logicq)                                                                    \
    X(SIMD_ALU, simd_alu)                                                                          \
    X(SIMD_ALUQ, simd_aluq)                                                                        \
    X(SIMD_COMPLEX, simd_complex)                                                                  \
    X(SIMD_COMPLEXQ, simd_complexq)                                                                \
    X(SIMD_MUL, simd_mul)                                                                          \
    X(SIMD_MULQ, simd_mulq)                                                                        \
    X(SIMD_MUL_LONG, simd_mul_long)                                                                \
    X(SIMD_ADD_LONG, simd_add_long)                                                                \
    X(SIMD_SHIFT, simd_shift)                                                                      \
    X(SIMD_SHIFTQ, simd_shiftq)                                                                    \
    X(SIMD_NARROW, simd_narrow)                                                                    \
    X(SIMD_REDUCE, simd_reduce)                                                                    \
    X(SIMD_REDUCEQ, simd_reduceq)                                                                  \
    X(SIMD_PERMUTE, simd_permute)                                                                  \
    X(SIMD_PERMUTEQ, simd_permuteq)                                                                \
    X(SIMD_MOV_IMM, simd_mov_imm)                                                                  \
    X(SIMD_MOV_IMMQ, simd_mov_immq)                                                                \
    X(SIMD_DUP_X, simd_dup_x)                                                                      \
    X(SIMD_DUP_XQ, simd_dup_xq)                                                                    \
    X(SIMD_INSERT_X, simd_insert_x)                                                                \
    X(SIMD_INSERT, simd_insert)                                                                    \
    X(SIMD_TO_X, simd_to_x)                                                                        \
    X(SIMD_FADD, simd_fadd)                                                                        \
    X(SIMD_FADDQ, simd_faddq)                                                                      \
    X(SIMD_FMUL, simd_fmul)                                                                        \
    X(SIMD_FMULQ, simd_fmulq)                                                                      \
    X(SIMD_FMLA, simd_fmla)                                                                        \
    X(SIMD_FMLAQ, simd_fmlaq)                                                                      \
    X(SIMD_FDIV, simd_fdiv)                                                                        \
    X(SIMD_FDIVQ, simd_fdivq)                                                                      \
    X(SIMD_CONVERT, simd_convert)                                                                  \
    X(SIMD_CONVERTQ, simd_convertq)                                                                \
    X(CRYPTO, crypto)                                                                              \
    X(HINT, hint)                                                                                  \
    X(MRS, mrs)                                                                                    \
    X(MSR, msr)                                                                                    \
    X(SYS, sys)                                                                                    \
    X(DMB, dmb)                                                                                    \
    X(DSB, dsb)                                                                                    \
    X(ISB, isb)                                                                                    \
    X(EXCEPTION, exception)                                                                        \
    X(ERET, eret)                                                                                  \
    X(OTHER, other)

enum uop_class {
#define X(id, key) UOP_##id,
    UOP_CLASS_TABLE(X)
#undef X
        UOP_CLASS_COUNT
};

/* Registers as the models number them: X0..X30 and SP, V0..V31, the flags. */
enum { UOP_SP = 31, UOP_V0 = 32, UOP_NZCV = 64, UOP_REGS = 65 };

/* When in its way an instruction needs an operand: what forwarding can save. */
#define UOP_READ_TABLE(X)                                                                          \
    X(PLAIN, plain)                                                                                \
    X(ALU, alu)                                                                                    \
    X(SHIFTED, shifted)                                                                            \
    X(MUL, mul)                                                                                    \
    X(ACCUMULATOR, accumulator)                                                                    \
    X(DIV, div)                                                                                    \
    X(ADDRESS, address)                                                                            \
    X(INDEXED, indexed) /* data and base of an access by register offset */                        \
    X(STORE, store)

enum uop_read {
#define X(id, key) UOP_READ_##id,
    UOP_READ_TABLE(X)
#undef X
        UOP_READ_COUNT
};

#define UOP_MAX_READS 6
#define UOP_MAX_WRITES 5

struct uop {
    uint8_t cls; /* enum uop_class */
    uint8_t reads, writes;
    bool updates_base;             /* the last write is the base register */
    bool is_branch;                /* may go elsewhere */
    uint8_t read[UOP_MAX_READS];   /* registers; ZR is none */
    uint8_t kind[UOP_MAX_READS];   /* enum uop_read of each */
    uint8_t write[UOP_MAX_WRITES]; /* the first is the result, the second a pair's other one */
};

/* Any word: one that is no instruction is UOP_OTHER. */
void uop_decode(uint32_t word, struct uop *uop);
/* Key of a class: what a core description calls it. */
const char *uop_class_key(enum uop_class cls);
/* System instructions: no public model knows what they cost. */
bool uop_class_is_system(enum uop_class cls);

#endif
