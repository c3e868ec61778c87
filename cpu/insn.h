/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an A64 instruction word does to memory or to EL2, decoded from one table by encoding class
 * (Arm ARM C4.1). Pure: no CPU state, the caller supplies register values. Capstone is for text
 * only.
 */
#ifndef CPU_INSN_H
#define CPU_INSN_H

#include "cpu/types.h"

enum insn_class {
    INSN_OTHER,    /* nothing that reaches memory or EL2 by itself */
    INSN_LOAD,     /* and prefetch: it never faults, elements 0 */
    INSN_STORE,    /* a store-exclusive too: without a reservation it need not reach memory */
    INSN_ATOMIC,   /* LSE read-modify-write, CAS, SWP: a read, then a write, of one address */
    INSN_CACHE_OP, /* DC and IC by address, AT: ESR_EL2.CM */
    INSN_ZERO,     /* DC ZVA, GVA, GZVA: a store of a whole block */
    INSN_HVC,
    INSN_SMC,
    INSN_SVC,
    INSN_WFX,
    INSN_SYSREG, /* MSR, MRS, SYS, SYSL, MSR (immediate) */
    INSN_BRK,
    INSN_ERET, /* and ERETAA, ERETAB */
};

enum insn_addressing {
    ADDR_BASE_IMM,
    ADDR_BASE_REG,
    ADDR_PC_REL,
    ADDR_PRE_INDEX,
    ADDR_POST_INDEX,
    ADDR_REG, /* Xt itself, XZR if 31: DC, IC, AT */
};

struct insn {
    uint32_t word;
    enum insn_class cls;
    const char *group; /* name of the table row: "ldst_unsigned_imm", ...; "other" if none */

    /* memory: INSN_LOAD, INSN_STORE, INSN_ATOMIC, INSN_CACHE_OP, INSN_ZERO */
    enum insn_addressing addressing;
    uint8_t rn;     /* base; 31 is SP. Of ADDR_REG: rt */
    uint8_t rm;     /* index register, for ADDR_BASE_REG and post-index by register; 31 is ZR */
    uint8_t extend; /* option field of the index: 2 UXTW, 3 LSL, 6 SXTW, 7 SXTX */
    uint8_t shift;  /* left shift of the index */
    int64_t imm;    /* byte offset; for ADDR_POST_INDEX what is added to the base afterwards */
    bool imm_by_vl; /* SVE: imm counts eighths of a vector */

    uint8_t rt, rt2;  /* transfer registers; 31 is ZR. rt also of SYSREG, WFIT, WFET */
    uint8_t rs;       /* status of a store-exclusive, operand of an atomic */
    uint8_t size;     /* bytes of one element: 1, 2, 4, 8, 16; 1 for CACHE_OP and ZERO */
    uint8_t elements; /* consecutive elements, 1..64; 0: never faults (prefetch, SVE non-fault) */
    uint8_t align;    /* the address must be a multiple of this whatever SCTLR_ELx.A; 1: any */
    uint8_t round;    /* the address is rounded down to a multiple of this (LDG); 1: not */

    bool simd; /* rt names a SIMD&FP register */
    bool at;   /* AT: only a stage-2 fault of its stage-1 walk is taken to EL2 */
    bool exclusive;
    bool ordered;      /* acquire, release: ISS.AR where ISV is 1 */
    bool unprivileged; /* LDTR, STTR */
    bool sign_extend;
    bool sixty_four; /* ISS.SF: the target is an X register */
    bool isv;        /* a stage-2 data abort of it has a valid ISS: one GPR, no write-back */
    uint8_t lst;     /* ISS.LST of a 64-byte access, else 0 */

    uint16_t imm16; /* INSN_HVC, INSN_SMC, INSN_SVC, INSN_BRK */
    uint8_t wfx;    /* ISS.TI: 0 WFI, 1 WFE, 2 WFIT, 3 WFET */
#define INSN_WFX_TIMED 2u
    uint8_t op0, op1, crn, crm, op2; /* INSN_SYSREG, INSN_CACHE_OP, INSN_ZERO */
    bool read;                       /* INSN_SYSREG: MRS or SYSL */
    uint8_t eret;                    /* ISS of INSN_ERET: 0 ERET, 2 ERETAA, 3 ERETAB */
};

/*
 * One encoding class. A word belongs to the first row whose value it has under mask; where two rows
 * overlap, the earlier is the special case. fields fills in what the row does not say; false means
 * that the word is unallocated.
 */
struct insn_row {
    uint32_t mask, value;
    const char *group;
    enum insn_class cls;
    enum insn_addressing addressing;
    bool (*fields)(uint32_t word, struct insn *insn);
};

/*
 * The table in parts, so that a word is compared with few rows: by bits 29:25, which say what the
 * first levels of C4.1 say. Several numbers may name the same part; most have none.
 */
struct insn_section {
    const struct insn_row *rows;
    size_t count;
};
#define INSN_SECTION_SHIFT 25
#define INSN_SECTION_COUNT 32u
extern const struct insn_section insn_sections[INSN_SECTION_COUNT];

/* Decodes word into *insn. A word that is no instruction is INSN_OTHER. */
void insn_decode(uint32_t word, struct insn *insn);

/* Memory classes: LOAD, STORE, ATOMIC, CACHE_OP, ZERO. */
bool insn_is_memory(const struct insn *insn);

/* Registers an address is computed from. x[31] is SP. */
struct insn_regs {
    const uint64_t *x; /* 32 values */
    uint64_t pc;
    unsigned vl; /* bytes of an SVE vector; 0 if there is none */
};

/* Address of the access's first byte; for a cache operation, the register as it is. */
va_t insn_address(const struct insn *insn, const struct insn_regs *regs);

/* Bytes from insn_address on that a memory class reaches; 0 if it never faults. */
static inline unsigned insn_bytes(const struct insn *insn)
{
    return (unsigned)insn->size * insn->elements;
}

/*
 * Text of the instruction, as Capstone prints it ("ldrsb x2, [x0]"), or ".inst 0x........"; always
 * terminated. Opens and closes the disassembler: not for a hot path.
 */
void insn_text(uint32_t word, uint64_t pc, char *text, size_t size);

#endif
