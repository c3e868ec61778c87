/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of encoding classes, in the order of Arm ARM C4.1 ("Loads and Stores", "Branches,
 * Exception Generating and System instructions"), and the fields of the system instructions.
 */
#include "cpu/insn_fields.h"

/* --- system --- */

static void sys_fields(uint32_t word, struct insn *insn)
{
    insn->op0 = (uint8_t)get(word, F_OP0);
    insn->op1 = (uint8_t)get(word, F_OP1);
    insn->crn = (uint8_t)get(word, F_CRN);
    insn->crm = (uint8_t)get(word, F_CRM);
    insn->op2 = (uint8_t)get(word, F_OP2);
    insn->read = get(word, F_SYS_L) != 0;
}

static bool system_access(uint32_t word, struct insn *insn)
{
    sys_fields(word, insn);
    return true;
}

static bool by_address(uint32_t word, struct insn *insn)
{
    sys_fields(word, insn);
    set_size(insn, 0);
    insn->rn = insn->rt;
    return true;
}

static bool address_translation(uint32_t word, struct insn *insn)
{
    insn->at = true;
    return by_address(word, insn);
}

static bool wfx(uint32_t word, struct insn *insn)
{
    /* op2 of the hints WFE and WFI is 2 and 3: TI 1 and 0. */
    insn->wfx = get(word, F_WFX) == 2 ? 1 : 0;
    insn->rt = ZR;
    return true;
}

static bool wfxt(uint32_t word, struct insn *insn)
{
    insn->wfx = get(word, F_WFX) == 0 ? 3 : 2;
    return true;
}

static bool immediate16(uint32_t word, struct insn *insn)
{
    insn->imm16 = (uint16_t)get(word, F_IMM16);
    return true;
}

static bool eret(uint32_t word, struct insn *insn)
{
    insn->eret = (uint8_t)get(word, F_ERET);
    return true;
}

static bool nothing(uint32_t word, struct insn *insn)
{
    (void)word;
    (void)insn;
    return true;
}

/* --- the table --- */

#define SYS_OP(op1, crn, crm, op2)                                                                 \
    0xffffffe0u, 0xd5080000u | (op1) << 16 | (crn) << 12 | (crm) << 8 | (op2) << 5
#define DC_ROW(name, op1, crm, op2)                                                                \
    {                                                                                              \
        SYS_OP((uint32_t)(op1), 7u, (uint32_t)(crm), (uint32_t)(op2)), name, INSN_CACHE_OP,        \
            ADDR_REG, by_address                                                                   \
    }
#define AT_ROW(name, crm, op2)                                                                     \
    {                                                                                              \
        SYS_OP(0u, 7u, (uint32_t)(crm), (uint32_t)(op2)), name, INSN_CACHE_OP, ADDR_REG,           \
            address_translation                                                                    \
    }
#define ZVA_ROW(name, op2)                                                                         \
    {                                                                                              \
        SYS_OP(3u, 7u, 4u, (uint32_t)(op2)), name, INSN_ZERO, ADDR_REG, by_address                 \
    }

/* clang-format off */
/* SIMD structures */
static const struct insn_row simd_rows[] = {
    {0xbfbf0000, 0x0c000000, "simd_multi", INSN_LOAD, ADDR_BASE_IMM, fields_simd_multi},
    {0xbfa00000, 0x0c800000, "simd_multi_post", INSN_LOAD, ADDR_POST_INDEX, fields_simd_multi},
    {0xbfbffc00, 0x0d018400, "simd_lane_ordered", INSN_LOAD, ADDR_BASE_IMM, fields_lane_ordered},
    {0xbf9f0000, 0x0d000000, "simd_lane", INSN_LOAD, ADDR_BASE_IMM, fields_simd_lane},
    {0xbf800000, 0x0d800000, "simd_lane_post", INSN_LOAD, ADDR_POST_INDEX, fields_simd_lane},
};

/* exclusives, ordered, compare and swap */
static const struct insn_row exclusive_rows[] = {
    {0x3fa00000, 0x08000000, "exclusive", INSN_LOAD, ADDR_BASE_IMM, fields_exclusive},
    {0xbfa00000, 0x88200000, "exclusive_pair", INSN_LOAD, ADDR_BASE_IMM, fields_exclusive_pair},
    {0xbfa07c00, 0x08207c00, "casp", INSN_ATOMIC, ADDR_BASE_IMM, fields_casp},
    {0x3fa00000, 0x08800000, "ordered", INSN_LOAD, ADDR_BASE_IMM, fields_ordered},
    {0x3fa07c00, 0x08a07c00, "cas", INSN_ATOMIC, ADDR_BASE_IMM, fields_cas},
};

static const struct insn_row literal_rows[] = {
    /* memory copies and tags share a corner of the load/store space (C4.1.94) */
    {0xffe0fc00, 0xd9200000, "mte_stzgm", INSN_STORE, ADDR_BASE_IMM, fields_tag_bulk},
    {0xffe0fc00, 0xd9a00000, "mte_stgm", INSN_STORE, ADDR_BASE_IMM, fields_tag_bulk},
    {0xffe0fc00, 0xd9e00000, "mte_ldgm", INSN_LOAD, ADDR_BASE_IMM, fields_tag_bulk},
    {0xffe00c00, 0xd9600000, "mte_ldg", INSN_LOAD, ADDR_BASE_IMM, fields_tag_load},
    {0xff200c00, 0xd9200400, "mte_stg_post", INSN_STORE, ADDR_POST_INDEX, fields_tag_store},
    {0xff200c00, 0xd9200800, "mte_stg", INSN_STORE, ADDR_BASE_IMM, fields_tag_store},
    {0xff200c00, 0xd9200c00, "mte_stg_pre", INSN_STORE, ADDR_PRE_INDEX, fields_tag_store},
    {0xff20fc00, 0x19201000, "ldclrp", INSN_ATOMIC, ADDR_BASE_IMM, fields_atomic_pair},
    {0xff20fc00, 0x19203000, "ldsetp", INSN_ATOMIC, ADDR_BASE_IMM, fields_atomic_pair},
    {0xff20fc00, 0x19208000, "swpp", INSN_ATOMIC, ADDR_BASE_IMM, fields_atomic_pair},

    /* LDAPR with unscaled offset; LRCPC3 */
    {0x3f200c00, 0x19000000, "ldapur_stlur", INSN_LOAD, ADDR_BASE_IMM, fields_ldapur_stlur},
    {0x3f200c00, 0x1d000800, "ldapur_stlur_simd", INSN_LOAD, ADDR_BASE_IMM, fields_ldapur_simd},
    {0xbfe0ec00, 0x99000800, "stilp", INSN_STORE, ADDR_PRE_INDEX, fields_lrcpc3_pair},
    {0xbfe0ec00, 0x99400800, "ldiapp", INSN_LOAD, ADDR_POST_INDEX, fields_lrcpc3_pair},
    {0xbffffc00, 0x99800800, "stlr_pre", INSN_STORE, ADDR_PRE_INDEX, fields_lrcpc3_single},
    {0xbffffc00, 0x99c00800, "ldapr_post", INSN_LOAD, ADDR_POST_INDEX, fields_lrcpc3_single},

    /* literal */
    {0xff000000, 0xd8000000, "prefetch_literal", INSN_LOAD, ADDR_PC_REL, fields_prefetch},
    {0x3f000000, 0x18000000, "literal", INSN_LOAD, ADDR_PC_REL, fields_literal_gpr},
    {0x3f000000, 0x1c000000, "literal_simd", INSN_LOAD, ADDR_PC_REL, fields_literal_simd},
};

/* pairs; STGP and LDPSW are the opc that the GPR rows leave out */
static const struct insn_row pair_rows[] = {
    {0x7f800000, 0x28000000, "pair_no_allocate", INSN_LOAD, ADDR_BASE_IMM, fields_pair},
    {0x7f800000, 0x28800000, "pair_post", INSN_LOAD, ADDR_POST_INDEX, fields_pair},
    {0x7f800000, 0x29000000, "pair_offset", INSN_LOAD, ADDR_BASE_IMM, fields_pair},
    {0x7f800000, 0x29800000, "pair_pre", INSN_LOAD, ADDR_PRE_INDEX, fields_pair},
    {0xffc00000, 0x68c00000, "ldpsw_post", INSN_LOAD, ADDR_POST_INDEX, fields_pair_signed},
    {0xffc00000, 0x69400000, "ldpsw_offset", INSN_LOAD, ADDR_BASE_IMM, fields_pair_signed},
    {0xffc00000, 0x69c00000, "ldpsw_pre", INSN_LOAD, ADDR_PRE_INDEX, fields_pair_signed},
    {0xffc00000, 0x68800000, "stgp_post", INSN_STORE, ADDR_POST_INDEX, fields_pair_tag},
    {0xffc00000, 0x69000000, "stgp_offset", INSN_STORE, ADDR_BASE_IMM, fields_pair_tag},
    {0xffc00000, 0x69800000, "stgp_pre", INSN_STORE, ADDR_PRE_INDEX, fields_pair_tag},
    {0x3f800000, 0x2c000000, "pair_simd_no_allocate", INSN_LOAD, ADDR_BASE_IMM, fields_pair},
    {0x3f800000, 0x2c800000, "pair_simd_post", INSN_LOAD, ADDR_POST_INDEX, fields_pair},
    {0x3f800000, 0x2d000000, "pair_simd_offset", INSN_LOAD, ADDR_BASE_IMM, fields_pair},
    {0x3f800000, 0x2d800000, "pair_simd_pre", INSN_LOAD, ADDR_PRE_INDEX, fields_pair},
};

static const struct insn_row register_rows[] = {
    /* one register */
    {0xffe00c00, 0xf8800000, "prefetch_unscaled", INSN_LOAD, ADDR_BASE_IMM, fields_prefetch},
    {0xffe00c00, 0xf8a00800, "prefetch_register", INSN_LOAD, ADDR_BASE_REG, fields_prefetch},
    {0xffc00000, 0xf9800000, "prefetch_unsigned_imm", INSN_LOAD, ADDR_BASE_IMM, fields_prefetch},
    {0x3b200c00, 0x38000000, "ldst_unscaled", INSN_LOAD, ADDR_BASE_IMM, fields_ldst_unscaled},
    {0x3b200c00, 0x38000400, "ldst_post", INSN_LOAD, ADDR_POST_INDEX, fields_ldst_indexed},
    {0x3f200c00, 0x38000800, "ldst_unprivileged", INSN_LOAD, ADDR_BASE_IMM, fields_unprivileged},
    {0x3b200c00, 0x38000c00, "ldst_pre", INSN_LOAD, ADDR_PRE_INDEX, fields_ldst_indexed},
    {0x3b200c00, 0x38200800, "ldst_register", INSN_LOAD, ADDR_BASE_REG, fields_ldst_register},
    {0x3b000000, 0x39000000, "ldst_unsigned_imm", INSN_LOAD, ADDR_BASE_IMM, fields_unsigned_imm},

    /* atomics, and what shares their space */
    {0x3ffffc00, 0x38bfc000, "ldapr", INSN_LOAD, ADDR_BASE_IMM, fields_ldapr},
    {0xfffffc00, 0xf83fd000, "ld64b", INSN_LOAD, ADDR_BASE_IMM, fields_ldst64b},
    {0xfffffc00, 0xf83f9000, "st64b", INSN_STORE, ADDR_BASE_IMM, fields_ldst64b},
    {0xffe0fc00, 0xf820b000, "st64bv", INSN_STORE, ADDR_BASE_IMM, fields_st64bv},
    {0xffe0fc00, 0xf820a000, "st64bv0", INSN_STORE, ADDR_BASE_IMM, fields_st64bv0},
    {0x3f20fc00, 0x38208000, "swp", INSN_ATOMIC, ADDR_BASE_IMM, fields_atomic},
    {0x3f208c00, 0x38200000, "ldop", INSN_ATOMIC, ADDR_BASE_IMM, fields_atomic},
    {0xff200c00, 0xf8200400, "ldra", INSN_LOAD, ADDR_BASE_IMM, fields_ldra},
    {0xff200c00, 0xf8200c00, "ldra_pre", INSN_LOAD, ADDR_PRE_INDEX, fields_ldra},
};

/* SVE, the forms with an address in general registers; LDNF1 never faults */
static const struct insn_row sve_rows[] = {
    {0xfe10e000, 0xa400a000, "sve_ld1_imm", INSN_LOAD, ADDR_BASE_IMM, fields_sve_load},
    {0xfe10e000, 0xa410a000, "sve_ldnf1", INSN_LOAD, ADDR_BASE_IMM, fields_prefetch},
    {0xfe10e000, 0xa400e000, "sve_ldn_imm", INSN_LOAD, ADDR_BASE_IMM, fields_sve_structures},
    {0xfe00e000, 0xa4004000, "sve_ld1", INSN_LOAD, ADDR_BASE_REG, fields_sve_load},
    {0xfe00e000, 0xa4006000, "sve_ldff1", INSN_LOAD, ADDR_BASE_REG, fields_sve_load},
    {0xfe00e000, 0xa400c000, "sve_ldn", INSN_LOAD, ADDR_BASE_REG, fields_sve_structures},
    {0xfe60e000, 0xa4000000, "sve_ld1rq", INSN_LOAD, ADDR_BASE_REG, fields_sve_quadword},
    {0xfe70e000, 0xa4002000, "sve_ld1rq_imm", INSN_LOAD, ADDR_BASE_IMM, fields_sve_quadword},
    {0xffc0e010, 0x85800000, "sve_ldr_predicate", INSN_LOAD, ADDR_BASE_IMM, fields_sve_predicate},
    {0xffc0e000, 0x85804000, "sve_ldr", INSN_LOAD, ADDR_BASE_IMM, fields_sve_vector},
    {0xffc0e010, 0xe5800000, "sve_str_predicate", INSN_STORE, ADDR_BASE_IMM, fields_sve_predicate},
    {0xffc0e000, 0xe5804000, "sve_str", INSN_STORE, ADDR_BASE_IMM, fields_sve_vector},
    {0xffc08010, 0x85c00000, "sve_prefetch_imm", INSN_LOAD, ADDR_BASE_IMM, fields_prefetch},
    {0xfe60e010, 0x8400c000, "sve_prefetch", INSN_LOAD, ADDR_BASE_REG, fields_prefetch},
    {0xfe408000, 0x84408000, "sve_ld1r", INSN_LOAD, ADDR_BASE_IMM, fields_sve_replicate},
    {0xfe10e000, 0xe400e000, "sve_st1_imm", INSN_STORE, ADDR_BASE_IMM, fields_sve_store},
    {0xfe10e000, 0xe410e000, "sve_stn_imm", INSN_STORE, ADDR_BASE_IMM, fields_sve_structures},
    {0xfe00e000, 0xe4004000, "sve_st1", INSN_STORE, ADDR_BASE_REG, fields_sve_store},
    {0xfe00e000, 0xe4006000, "sve_stn", INSN_STORE, ADDR_BASE_REG, fields_sve_structures},
};

static const struct insn_row system_rows[] = {
    /* exceptions, hints, ERET */
    {0xffe0001f, 0xd4000001, "svc", INSN_SVC, ADDR_BASE_IMM, immediate16},
    {0xffe0001f, 0xd4000002, "hvc", INSN_HVC, ADDR_BASE_IMM, immediate16},
    {0xffe0001f, 0xd4000003, "smc", INSN_SMC, ADDR_BASE_IMM, immediate16},
    {0xffe0001f, 0xd4200000, "brk", INSN_BRK, ADDR_BASE_IMM, immediate16},
    {0xffe0001f, 0xd4400000, "hlt", INSN_OTHER, ADDR_BASE_IMM, immediate16},
    {0xffffffdf, 0xd503205f, "wfx", INSN_WFX, ADDR_BASE_IMM, wfx},
    {0xffffffc0, 0xd5031000, "wfxt", INSN_WFX, ADDR_BASE_IMM, wfxt},
    {0xfffff01f, 0xd503201f, "hint", INSN_OTHER, ADDR_BASE_IMM, nothing},
    {0xfffff01f, 0xd503301f, "barrier", INSN_OTHER, ADDR_BASE_IMM, nothing},
    {0xffffffff, 0xd69f03e0, "eret", INSN_ERET, ADDR_BASE_IMM, eret},
    {0xfffffbff, 0xd69f0bff, "ereta", INSN_ERET, ADDR_BASE_IMM, eret},

    /* cache and address translation by virtual address */
    ZVA_ROW("dc_zva", 1),
    ZVA_ROW("dc_gva", 3),
    ZVA_ROW("dc_gzva", 4),
    DC_ROW("dc_ivac", 0, 6, 1),
    DC_ROW("dc_igvac", 0, 6, 3),
    DC_ROW("dc_igdvac", 0, 6, 5),
    DC_ROW("dc_cvac", 3, 10, 1),
    DC_ROW("dc_cgvac", 3, 10, 3),
    DC_ROW("dc_cgdvac", 3, 10, 5),
    DC_ROW("dc_cvau", 3, 11, 1),
    DC_ROW("dc_cvap", 3, 12, 1),
    DC_ROW("dc_cgvap", 3, 12, 3),
    DC_ROW("dc_cgdvap", 3, 12, 5),
    DC_ROW("dc_cvadp", 3, 13, 1),
    DC_ROW("dc_cgvadp", 3, 13, 3),
    DC_ROW("dc_cgdvadp", 3, 13, 5),
    DC_ROW("dc_civac", 3, 14, 1),
    DC_ROW("dc_cigvac", 3, 14, 3),
    DC_ROW("dc_cigdvac", 3, 14, 5),
    DC_ROW("ic_ivau", 3, 5, 1),
    AT_ROW("at_s1e1r", 8, 0),
    AT_ROW("at_s1e1w", 8, 1),
    AT_ROW("at_s1e0r", 8, 2),
    AT_ROW("at_s1e0w", 8, 3),
    AT_ROW("at_s1e1rp", 9, 0),
    AT_ROW("at_s1e1wp", 9, 1),
    AT_ROW("at_s1e1a", 9, 2),

    /* the rest of the system instructions */
    {0xfff8f01f, 0xd500401f, "msr_imm", INSN_SYSREG, ADDR_BASE_IMM, system_access},
    {0xffd80000, 0xd5080000, "sys", INSN_SYSREG, ADDR_BASE_IMM, system_access},
    {0xffd00000, 0xd5100000, "sysreg", INSN_SYSREG, ADDR_BASE_IMM, system_access},
};
/* clang-format on */

#define SECTION(rows)                                                                              \
    {                                                                                              \
        rows, sizeof(rows) / sizeof((rows)[0])                                                     \
    }

/* By bits 29:25: 28:25 are op0 of C4.1, of loads and stores 29:28 are op1 of C4.1.94. */
const struct insn_section insn_sections[INSN_SECTION_COUNT] = {
    [0x02] = SECTION(sve_rows),       [0x12] = SECTION(sve_rows),
    [0x04] = SECTION(exclusive_rows), [0x06] = SECTION(simd_rows),
    [0x0c] = SECTION(literal_rows),   [0x0e] = SECTION(literal_rows),
    [0x14] = SECTION(pair_rows),      [0x16] = SECTION(pair_rows),
    [0x1c] = SECTION(register_rows),  [0x1e] = SECTION(register_rows),
    [0x0a] = SECTION(system_rows),    [0x0b] = SECTION(system_rows),
};
