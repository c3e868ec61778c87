/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The A64 decoder: is its table sane, and does each form give the fields and the address it should?
 */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/insn.h"
#include "tests/unit/check_main.h"

/* xorshift: the same words on every machine. */
static uint32_t next_word(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return (uint32_t)(*state >> 16);
}

/* --- the table --- */

#define MAX_ROWS 256

/* All rows, each once, in the order of their parts. */
static size_t all_rows(const struct insn_row *rows[MAX_ROWS])
{
    size_t count = 0;

    for (size_t part = 0; part < INSN_SECTION_COUNT; part++) {
        bool again = false;

        for (size_t before = 0; before < part; before++)
            again |= insn_sections[before].rows == insn_sections[part].rows;
        for (size_t i = 0; !again && i < insn_sections[part].count; i++) {
            ck_assert_uint_lt(count, MAX_ROWS);
            rows[count++] = &insn_sections[part].rows[i];
        }
    }
    ck_assert_uint_gt(count, 100);
    return count;
}

START_TEST(values_lie_under_their_masks)
{
    const struct insn_row *rows[MAX_ROWS];
    size_t count = all_rows(rows);

    for (size_t i = 0; i < count; i++) {
        ck_assert_msg((rows[i]->value & ~rows[i]->mask) == 0, "%s", rows[i]->group);
        ck_assert_ptr_nonnull(rows[i]->fields);
    }
}
END_TEST

/* Two rows that share a word: the earlier one has more bits, all those of the later among them. */
START_TEST(overlap_only_as_a_special_case)
{
    const struct insn_row *rows[MAX_ROWS];
    size_t count = all_rows(rows);

    for (size_t i = 0; i < count; i++) {
        for (size_t j = i + 1; j < count; j++) {
            const struct insn_row *a = rows[i], *b = rows[j];
            uint32_t common = a->mask & b->mask;

            if ((a->value & common) == (b->value & common)) {
                ck_assert_msg(common == b->mask && a->mask != b->mask, "%s and %s overlap",
                              a->group, b->group);
            }
        }
    }
}
END_TEST

START_TEST(names_are_unique)
{
    const struct insn_row *rows[MAX_ROWS];
    size_t count = all_rows(rows);

    for (size_t i = 0; i < count; i++)
        for (size_t j = i + 1; j < count; j++)
            ck_assert_str_ne(rows[i]->group, rows[j]->group);
}
END_TEST

START_TEST(no_row_is_dead)
{
    const struct insn_row *rows[MAX_ROWS];
    size_t count = all_rows(rows);
    uint64_t state = 0x9e3779b97f4a7c15;

    for (size_t i = 0; i < count; i++) {
        struct insn insn = {.group = ""};

        for (int tries = 0; tries < 5000 && strcmp(insn.group, rows[i]->group) != 0; tries++)
            insn_decode(rows[i]->value | (next_word(&state) & ~rows[i]->mask), &insn);
        ck_assert_str_eq(insn.group, rows[i]->group);
    }
}
END_TEST

/* Each word of a row is looked for in the part that has the row. */
START_TEST(rows_stand_where_their_words_lead)
{
    uint64_t state = 0x2545f4914f6cdd1d;

    for (size_t at = 0; at < INSN_SECTION_COUNT; at++) {
        const struct insn_section *part = &insn_sections[at];

        for (size_t i = 0; i < part->count; i++)
            for (int tries = 0; tries < 200; tries++) {
                const struct insn_row *row = &part->rows[i];
                uint32_t word = row->value | (next_word(&state) & ~row->mask);
                const struct insn_section *found =
                    &insn_sections[word >> INSN_SECTION_SHIFT & (INSN_SECTION_COUNT - 1)];

                ck_assert_msg(found->rows == part->rows, "%s: 0x%08x", row->group, word);
            }
    }
}
END_TEST

static bool power_of_two(unsigned value)
{
    return value != 0 && (value & (value - 1)) == 0;
}

static bool within_bounds(const struct insn *insn, va_t address)
{
    if (!insn->group || insn->rn > 31 || insn->rm > 31 || insn->rt > 31 || insn->rt2 > 31 ||
        insn->rs > 31)
        return false;
    if (!insn_is_memory(insn))
        return !insn->isv && insn->size == 0;
    if (insn->isv && (insn->simd || insn->exclusive || insn->cls == INSN_ATOMIC))
        return false;
    if (insn->isv && insn->elements != 1 && !insn->lst)
        return false;
    return (insn->elements == 0 || power_of_two(insn->size)) && insn->size <= 16 &&
           insn_bytes(insn) <= 64 && power_of_two(insn->align) && power_of_two(insn->round) &&
           address.v % insn->round == 0;
}

START_TEST(any_word_decodes_within_bounds)
{
    uint64_t state = 42;
    uint64_t x[32] = {[1] = 0x12345};
    struct insn_regs regs = {.x = x, .vl = 16};
    uint32_t bad = 0;

    for (int i = 0; i < 1000000; i++) {
        uint32_t word = next_word(&state);
        struct insn insn;

        insn_decode(word, &insn);
        if (insn.word != word || !within_bounds(&insn, insn_address(&insn, &regs)))
            bad = word;
    }
    ck_assert_msg(bad == 0, "0x%08x", bad);
}
END_TEST

/* --- forms: fields --- */

struct form {
    uint32_t word;
    const char *group;
    enum insn_class cls;
    uint8_t rt, size, elements, align;
    const char *flags; /* one letter each, see flags_of */
    uint64_t offset;   /* of the address from x1, x1 being the base; or the whole if ADDR_PC_REL */
};

static void flags_of(const struct insn *insn, char *text)
{
    const struct {
        bool set;
        char letter;
    } flags[] = {
        {insn->isv, 'v'},     {insn->sign_extend, 's'},  {insn->sixty_four, 'x'},
        {insn->ordered, 'o'}, {insn->exclusive, 'e'},    {insn->simd, 'q'},
        {insn->at, 't'},      {insn->unprivileged, 'u'},
    };

    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
        if (flags[i].set)
            *text++ = flags[i].letter;
    *text = '\0';
}

#define BASE UINT64_C(0xffff800012600108)  /* x1 */
#define INDEX UINT64_C(0xdead0000fffffff0) /* x2: -16 as a word */
#define PC UINT64_C(0x40001000)

#define L INSN_LOAD
#define S INSN_STORE
#define A INSN_ATOMIC
static const struct form forms[] = {
    {0x39400020, "ldst_unsigned_imm", L, 0, 1, 1, 1, "v", 0},           /* ldrb w0, [x1] */
    {0xf97ffc20, "ldst_unsigned_imm", L, 0, 8, 1, 1, "vx", 0x7ff8},     /* ldr x0, [x1, #32760] */
    {0x39c00020, "ldst_unsigned_imm", L, 0, 1, 1, 1, "vs", 0},          /* ldrsb w0, [x1] */
    {0x39800020, "ldst_unsigned_imm", L, 0, 1, 1, 1, "vsx", 0},         /* ldrsb x0, [x1] */
    {0xb980043f, "ldst_unsigned_imm", L, 31, 4, 1, 1, "vsx", 4},        /* ldrsw xzr, [x1, #4] */
    {0x3dbffc20, "ldst_unsigned_imm", S, 0, 16, 1, 1, "q", 0xfff0},     /* str q0, [x1, #65520] */
    {0xf8100020, "ldst_unscaled", S, 0, 8, 1, 1, "vx", -UINT64_C(256)}, /* stur x0, [x1, #-256] */
    {0x78410820, "ldst_unprivileged", L, 0, 2, 1, 1, "vu", 16},         /* ldtrh w0, [x1, #16] */
    {0xb8404420, "ldst_post", L, 0, 4, 1, 1, "", 0},                    /* ldr w0, [x1], #4 */
    {0xf81f8c20, "ldst_pre", S, 0, 8, 1, 1, "x", -UINT64_C(8)},         /* str x0, [x1, #-8]! */
    {0xb862d820, "ldst_register", L, 0, 4, 1, 1, "v", -UINT64_C(64)},   /* ldr w0,[x1,w2,sxtw #2] */
    {0x38624820, "ldst_register", L, 0, 1, 1, 1, "v", 0xfffffff0},    /* ldrb w0, [x1, w2, uxtw] */
    {0xf8627820, "ldst_register", L, 0, 8, 1, 1, "vx", INDEX * 8},    /* ldr x0,[x1,x2,lsl #3] */
    {0x387f6820, "ldst_register", L, 0, 1, 1, 1, "v", 0},             /* ldrb w0, [x1, xzr] */
    {0xf8a26820, "prefetch_register", L, 0, 0, 0, 1, "", 0},          /* prfm pldl1keep,[x1,x2] */
    {0xf9800020, "prefetch_unsigned_imm", L, 0, 0, 0, 1, "", 0},      /* prfm pldl1keep, [x1] */
    {0x18000040, "literal", L, 0, 4, 1, 1, "v", PC + 8},              /* ldr w0, .+8 */
    {0x98ffffe0, "literal", L, 0, 4, 1, 1, "vsx", PC - 4},            /* ldrsw x0, .-4 */
    {0xdc000000, "other", INSN_OTHER, 0, 0, 0, 1, "", 0},             /* unallocated literal */
    {0xd8000040, "prefetch_literal", L, 0, 0, 0, 1, "", 0},           /* prfm pldl1keep, .+8 */
    {0x29400820, "pair_offset", L, 0, 4, 2, 1, "", 0},                /* ldp w0, w2, [x1] */
    {0xa93f0820, "pair_offset", S, 0, 8, 2, 1, "x", -UINT64_C(16)},   /* stp x0, x2, [x1, #-16] */
    {0xad400820, "pair_simd_offset", L, 0, 16, 2, 1, "q", 0},         /* ldp q0, q2, [x1] */
    {0x68c10820, "ldpsw_post", L, 0, 4, 2, 1, "sx", 0},               /* ldpsw x0, x2, [x1], #8 */
    {0x69010820, "stgp_offset", S, 0, 8, 2, 16, "x", 32},             /* stgp x0, x2, [x1, #32] */
    {0xc85f7c20, "exclusive", L, 0, 8, 1, 8, "xe", 0},                /* ldxr x0, [x1] */
    {0x0803fc20, "exclusive", S, 0, 1, 1, 1, "oe", 0},                /* stlxrb w3, w0, [x1] */
    {0xc87f0820, "exclusive_pair", L, 0, 8, 2, 16, "xe", 0},          /* ldxp x0, x2, [x1] */
    {0x88dffc20, "ordered", L, 0, 4, 1, 4, "vo", 0},                  /* ldar w0, [x1] */
    {0x889f7c20, "ordered", S, 0, 4, 1, 4, "v", 0},                   /* stllr w0, [x1] */
    {0xf8bfc020, "ldapr", L, 0, 8, 1, 8, "vxo", 0},                   /* ldapr x0, [x1] */
    {0x19c00020, "ldapur_stlur", L, 0, 1, 1, 1, "vso", 0},            /* ldapursb w0, [x1] */
    {0xd91f8020, "ldapur_stlur", S, 0, 8, 1, 8, "vxo", -UINT64_C(8)}, /* stlur x0, [x1, #-8] */
    {0xb8220020, "ldop", A, 0, 4, 1, 4, "", 0},                       /* ldadd w2, w0, [x1] */
    {0xb822803f, "swp", A, 31, 4, 1, 4, "", 0},                       /* swp w2, wzr, [x1] */
    {0x88a27c20, "cas", A, 0, 4, 1, 4, "", 0},                        /* cas w2, w0, [x1] */
    {0x48227c24, "casp", A, 4, 8, 2, 16, "x", 0},                     /* casp x2,x3,x4,x5,[x1] */
    {0x48237c24, "other", INSN_OTHER, 0, 0, 0, 1, "", 0},             /* casp of an odd pair */
    {0xf8201420, "ldra", L, 0, 8, 1, 1, "vx", 8},                     /* ldraa x0, [x1, #8] */
    {0xf8601c20, "ldra_pre", L, 0, 8, 1, 1, "x", -UINT64_C(4088)},    /* ldraa x0,[x1,#-4088]! */
    {0x4c402820, "simd_multi", L, 0, 4, 16, 1, "q", 0},               /* ld1 {v0.4s-v3.4s}, [x1] */
    {0x0c9f7020, "simd_multi_post", S, 0, 1, 8, 1, "q", 0},           /* st1 {v0.8b}, [x1], #8 */
    {0x0d408420, "simd_lane", L, 0, 8, 1, 1, "q", 0},                 /* ld1 {v0.d}[0], [x1] */
    {0x4d60e820, "simd_lane", L, 0, 4, 4, 1, "q", 0},                 /* ld4r {v0.4s..}, [x1] */
    {0xd9601020, "mte_ldg", L, 0, 16, 1, 1, "", 8},                   /* ldg x0, [x1, #16] */
    {0xd9a01820, "mte_stg", S, 0, 16, 2, 16, "", 16},                 /* st2g x0, [x1, #16] */
    {0xd50b7421, "dc_zva", INSN_ZERO, 1, 1, 1, 1, "", 0},             /* dc zva, x1 */
    {0xd50b7e21, "dc_civac", INSN_CACHE_OP, 1, 1, 1, 1, "", 0},       /* dc civac, x1 */
    {0xd5087801, "at_s1e1r", INSN_CACHE_OP, 1, 1, 1, 1, "t", 0},      /* at s1e1r, x1 */
    {0xa543a020, "sve_ld1_imm", L, 0, 4, 1, 1, "q", 0x30},            /* ld1w z0,[x1,#3,mul vl] */
    {0xa462a020, "sve_ld1_imm", L, 0, 1, 1, 1, "q", 4},               /* ld1b z0.d,[x1,#2,mul vl] */
    {0xa521e020, "sve_ldn_imm", L, 0, 4, 1, 1, "q", 0x20},            /* ld2w {z0,z1},[x1,#2,...] */
    {0xa5824020, "sve_ld1", L, 0, 1, 1, 1, "q", INDEX},               /* ld1sb z0.d, [x1, x2] */
    {0xe5804420, "sve_str", S, 0, 1, 1, 1, "q", 0x10},                /* str z0,[x1,#1,mul vl] */
};
#undef L
#undef S
#undef A

START_TEST(form)
{
    const struct form *want = &forms[_i];
    uint64_t x[32] = {[1] = BASE, [2] = INDEX};
    struct insn_regs regs = {.x = x, .pc = PC, .vl = 16};
    struct insn insn;
    char flags[16];

    insn_decode(want->word, &insn);
    flags_of(&insn, flags);
    ck_assert_str_eq(insn.group, want->group);
    ck_assert_int_eq((int)insn.cls, (int)want->cls);
    ck_assert_uint_eq(insn.size, want->size);
    ck_assert_uint_eq(insn.elements, want->elements);
    ck_assert_uint_eq(insn.align, want->align);
    ck_assert_str_eq(flags, want->flags);
    if (insn_is_memory(&insn) && insn.elements) {
        uint64_t base = insn.addressing == ADDR_PC_REL ? 0 : BASE;

        ck_assert_uint_eq(insn.rt, want->rt);
        ck_assert_uint_eq(insn_address(&insn, &regs).v, base + want->offset);
    }
}
END_TEST

START_TEST(register_31)
{
    uint64_t x[32] = {[31] = 0x7000};
    struct insn_regs regs = {.x = x};
    struct insn insn;

    insn_decode(0xb94007e0, &insn); /* ldr w0, [sp, #4] */
    ck_assert_uint_eq(insn_address(&insn, &regs).v, 0x7004);
    insn_decode(0xd50b7e3f, &insn); /* dc civac, xzr */
    ck_assert_uint_eq(insn_address(&insn, &regs).v, 0);
}
END_TEST

START_TEST(no_memory)
{
    static const struct {
        uint32_t word;
        enum insn_class cls;
        uint16_t imm16;
    } words[] = {
        {0xd4000001, INSN_SVC, 0},    {0xd41fffe2, INSN_HVC, 0xffff}, {0xd4000023, INSN_SMC, 1},
        {0xd42000e0, INSN_BRK, 7},    {0xd4400000, INSN_OTHER, 0},    {0xd503201f, INSN_OTHER, 0},
        {0xd503207f, INSN_WFX, 0},    {0xd503205f, INSN_WFX, 0},      {0xd5031003, INSN_WFX, 0},
        {0xd5033fdf, INSN_OTHER, 0},  {0xd5381000, INSN_SYSREG, 0},   {0xd51b4200, INSN_SYSREG, 0},
        {0xd5034fdf, INSN_SYSREG, 0}, {0xd508751f, INSN_SYSREG, 0},   {0xd69f03e0, INSN_ERET, 0},
        {0x00000000, INSN_OTHER, 0},  {0x1e222820, INSN_OTHER, 0},    {0x14000000, INSN_OTHER, 0},
        {0x91000420, INSN_OTHER, 0},  {0xffffffff, INSN_OTHER, 0},
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        struct insn insn;

        insn_decode(words[i].word, &insn);
        ck_assert_msg(insn.cls == words[i].cls, "0x%08x is %s", words[i].word, insn.group);
        ck_assert_uint_eq(insn.imm16, insn.cls == INSN_OTHER ? insn.imm16 : words[i].imm16);
    }
}
END_TEST

START_TEST(system_register_fields)
{
    struct insn insn;

    insn_decode(0xd5381003, &insn); /* mrs x3, sctlr_el1 */
    ck_assert(insn.read && insn.op0 == 3 && insn.op1 == 0 && insn.crn == 1 && insn.crm == 0 &&
              insn.op2 == 0 && insn.rt == 3);
    insn_decode(0xd51be23f, &insn); /* msr cntp_ctl_el0, xzr */
    ck_assert(!insn.read && insn.op0 == 3 && insn.op1 == 3 && insn.crn == 14 && insn.crm == 2 &&
              insn.op2 == 1 && insn.rt == 31);
    insn_decode(0xd5100241, &insn); /* msr mdccint_el1 (op0 2), x1 */
    ck_assert(!insn.read && insn.op0 == 2);
}
END_TEST

START_TEST(text)
{
    char line[64];

    insn_text(0x39800002, 0, line, sizeof(line));
    ck_assert_str_eq(line, "ldrsb x2, [x0]");
    insn_text(0xd503207f, 0, line, sizeof(line));
    ck_assert_str_eq(line, "wfi");
    insn_text(0x00000000, 0, line, sizeof(line));
    ck_assert_msg(strstr(line, "0") != NULL && line[0] != '\0', "%s", line);
    insn_text(0xffffffff, 0, line, sizeof(line));
    ck_assert_str_eq(line, ".inst 0xffffffff");
    insn_text(0x39800002, 0, line, 4);
    ck_assert_str_eq(line, "ldr");
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("insn");
    TCase *tc = tcase_create("insn");

    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, values_lie_under_their_masks);
    tcase_add_test(tc, overlap_only_as_a_special_case);
    tcase_add_test(tc, names_are_unique);
    tcase_add_test(tc, no_row_is_dead);
    tcase_add_test(tc, rows_stand_where_their_words_lead);
    tcase_add_test(tc, any_word_decodes_within_bounds);
    tcase_add_loop_test(tc, form, 0, (int)(sizeof(forms) / sizeof(forms[0])));
    tcase_add_test(tc, register_31);
    tcase_add_test(tc, no_memory);
    tcase_add_test(tc, system_register_fields);
    tcase_add_test(tc, text);
    suite_add_tcase(suite, tc);
    return suite;
}
