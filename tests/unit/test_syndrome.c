/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Syndromes against what an emulated EL2 recorded: decode the word, form the address, find the
 * first byte that the recorded machine's stage 2 refuses, build ESR, FAR and HPFAR, compare.
 *
 * tests/vectors/qemu-el2/syndromes.txt tells the rows' columns; another file of that form can be
 * named as the argument. The stage-2 layout of the recorded machine is the tables below.
 */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/arch/esr.h"
#include "cpu/arch/hpfar.h"
#include "cpu/insn.h"
#include "cpu/syndrome.h"
#include "tests/unit/check_main.h"

#define DEFAULT_FILE "tests/vectors/qemu-el2/syndromes.txt"
#define MAX_LINE 320

/* --- the recorded machine --- */

enum s2_page { OK, HOLE, RO, WO, NO_ACCESS, NO_AF, XN, TOO_BIG };

/* Level 3 pages from 0x09000000, level 2 blocks from 0x0a000000, level 1 blocks from 0x100000000.
 */
static const enum s2_page level3[16] = {HOLE, OK,      OK, HOLE, RO, WO, NO_ACCESS, NO_AF,
                                        XN,   TOO_BIG, OK, OK,   OK, OK, OK,        HOLE};
static const enum s2_page level2[] = {HOLE, RO, NO_AF, XN, NO_ACCESS, WO, TOO_BIG};
static const enum s2_page level1[] = {HOLE, RO, NO_AF, NO_ACCESS, TOO_BIG};

static const struct {
    uint64_t base;
    unsigned shift;
    int8_t level;
    const enum s2_page *pages;
    size_t count;
} s2_regions[] = {
    {0x9000000, 12, 3, level3, 16},
    {0xa000000, 21, 2, level2, 7},
    {0x100000000, 30, 1, level1, 5},
};
#define IPA_BITS 40

static enum s2_page s2_lookup(ipa_t ipa, int8_t *level)
{
    *level = 1;
    if (ipa.v >> IPA_BITS) {
        *level = 0;
        return HOLE;
    }
    for (size_t i = 0; i < sizeof(s2_regions) / sizeof(s2_regions[0]); i++) {
        uint64_t page = (ipa.v - s2_regions[i].base) >> s2_regions[i].shift;

        if (ipa.v >= s2_regions[i].base && page < s2_regions[i].count) {
            *level = s2_regions[i].level;
            return s2_regions[i].pages[page];
        }
    }
    return HOLE;
}

static enum fault_kind s2_check(enum s2_page page, enum access_type type, bool cache_op)
{
    switch (page) {
    case HOLE:
        return FAULT_TRANSLATION;
    case NO_AF:
        return FAULT_ACCESS_FLAG;
    case TOO_BIG:
        return FAULT_ADDRESS_SIZE;
    case RO:
        return type == ACCESS_WRITE && !cache_op ? FAULT_PERMISSION : FAULT_NONE;
    case WO:
        return type != ACCESS_WRITE && !cache_op ? FAULT_PERMISSION : FAULT_NONE;
    case NO_ACCESS: /* S2AP 0, XN 0: a fetch is allowed */
        return type != ACCESS_FETCH && !cache_op ? FAULT_PERMISSION : FAULT_NONE;
    case XN:
        return type == ACCESS_FETCH ? FAULT_PERMISSION : FAULT_NONE;
    case OK:
        break;
    }
    return FAULT_NONE;
}

/* Stage 1 on: offset in the VA's half -> IPA. */
#define HALF_MASK (((uint64_t)1 << 46) - 1)
static const struct window {
    uint64_t offset, size, ipa;
    bool device;
} windows[] = {
    {0x12600000, 0x200000, 0x9000000, false},
    {0x22600000, 0x200000, 0x9000000, true},
    {0x34000000, 0x2000000, 0xa000000, false},
    {0x4000000000, 0x2000000000, 0x100000000, false},
    {0x6000000000, 0x1000000000, 0xffc0000000, false},
    {0x7000000000, 0x1000000000, 0x10000000000, false},
};

/* ... and the walks that break: a table page that stage 2 refuses to read. */
#define BROKEN 0x8000000000
static const struct broken_walk {
    uint64_t offset, size, table;
    unsigned shift;
    unsigned fsc;
} broken_walks[] = {
    {0x0, 0x40000000, 0xa007000, 21, 0x06},        {0x40000000, 0x40000000, 0x9003000, 21, 0x07},
    {0x80000000, 0x40000000, 0x100001000, 21, 5},  {0xc0000000, 0x200000, 0x9000000, 12, 0x07},
    {0xc0200000, 0x200000, 0xa005000, 12, 0x06},   {0xc0400000, 0x200000, 0x9006000, 12, 0x0f},
    {0xc0600000, 0x200000, 0x9007000, 12, 0x0b},   {0xc0800000, 0x200000, 0x9005000, 12, 0x0f},
    {0xc0a00000, 0x200000, 0x9009000, 12, 0x03},   {0xc0c00000, 0x200000, 0x900b000, 12, 0x0f},
    {0xc0e00000, 0x200000, 0x100003000, 12, 0x05}, {0xc1000000, 0x200000, 0x10000002000, 12, 0x04},
    {0xc1200000, 0x200000, 0x9004000, 12, 0x0f},   {0xc1400000, 0x200000, 0xa802000, 12, 0x0e},
    {0xc1600000, 0x200000, 0xa402000, 12, 0x0a},
};

static enum fault_kind kind_of_fsc(unsigned fsc)
{
    switch (fsc_table[fsc].group) {
    case FSC_ADDRESS_SIZE:
        return FAULT_ADDRESS_SIZE;
    case FSC_TRANSLATION:
        return FAULT_TRANSLATION;
    case FSC_ACCESS_FLAG:
        return FAULT_ACCESS_FLAG;
    default:
        return FAULT_PERMISSION;
    }
}

/* --- rows --- */

struct row {
    char kind[8]; /* "data", "fetch", "trap" */
    uint32_t word;
    uint64_t pc;
    bool s1, device, sctlr_a, dc;
    uint64_t x[32];
    char outcome[8]; /* "el2", "none", "align" */
    uint64_t esr, far, hpfar;
    bool far_given;
    const char *text;
};

static char (*lines)[MAX_LINE];
static int line_count;

static bool parse_regs(char *list, uint64_t x[32])
{
    char *next;

    for (unsigned n = 0; n < 31; n++)
        x[n] = 0xc0de000000000000 | (uint64_t)n << 40 | (uint64_t)n << 24 | 0x8000 | n;
    x[31] = 0x5b00000000001000;
    if (strcmp(list, "-") == 0)
        return true;
    for (char *reg = strtok_r(list, ",", &next); reg; reg = strtok_r(NULL, ",", &next)) {
        char *value = strchr(reg, '=');
        unsigned n = strncmp(reg, "sp", 2) == 0 ? 31 : (unsigned)strtoul(reg + 1, NULL, 10);

        if (value == NULL || n > 31)
            return false;
        x[n] = strtoull(value + 1, NULL, 16);
    }
    return true;
}

static bool parse_row(const char *line, struct row *row)
{
    char s1[8], flags[32], regs[160], far[24];

    *row = (struct row){.text = line};
    if (sscanf(line, "%7s %" SCNx32 " %" SCNx64 " %7s %31s %159s %7s %" SCNx64 " %23s %" SCNx64,
               row->kind, &row->word, &row->pc, s1, flags, regs, row->outcome, &row->esr, far,
               &row->hpfar) != 10)
        return false;
    row->s1 = strcmp(s1, "on") == 0;
    row->device = strstr(flags, "device") != NULL;
    row->sctlr_a = strstr(flags, "sctlr_a") != NULL;
    row->dc = strstr(flags, "dc") != NULL;
    row->far_given = strcmp(far, "-") != 0;
    row->far = strtoull(far, NULL, 16);
    return parse_regs(regs, row->x);
}

/* --- one access on the recorded machine --- */

static const struct broken_walk *broken_walk(uint64_t offset)
{
    for (size_t i = 0; i < sizeof(broken_walks) / sizeof(broken_walks[0]); i++)
        if (offset - BROKEN - broken_walks[i].offset < broken_walks[i].size)
            return &broken_walks[i];
    ck_abort_msg("no such walk: 0x%" PRIx64, offset);
    return NULL;
}

static const struct window *window_of(uint64_t offset)
{
    for (size_t i = 0; i < sizeof(windows) / sizeof(windows[0]); i++)
        if (offset - windows[i].offset < windows[i].size)
            return &windows[i];
    ck_abort_msg("no such window: 0x%" PRIx64, offset);
    return NULL;
}

/* Does the byte at va fault for that access? device tells what stage 1 says of it. */
static bool byte_faults(const struct row *row, va_t va, enum access_type type,
                        const struct insn *insn, struct fault *fault, bool *device)
{
    uint64_t offset = va.v & HALF_MASK;
    bool cache_op = insn && insn->cls == INSN_CACHE_OP;

    *fault = (struct fault){.type = type, .stage = 2, .ipa_valid = true, .va = va};
    *device = !row->s1 && !row->dc;
    if (row->s1 && offset >= BROKEN) {
        const struct broken_walk *walk = broken_walk(offset);

        fault->kind = kind_of_fsc(walk->fsc);
        fault->level = fsc_table[walk->fsc].level;
        fault->s1ptw = true;
        fault->ipa = IPA(walk->table + (va.v >> walk->shift & 0x1ff) * 8);
        return true;
    }
    fault->ipa = IPA(va.v);
    if (row->s1) {
        const struct window *window = window_of(offset);

        fault->ipa = IPA(window->ipa + offset - window->offset);
        *device = window->device;
    }
    if (insn && insn->at)
        return false;
    fault->kind = s2_check(s2_lookup(fault->ipa, &fault->level), type, cache_op);
    return fault->kind != FAULT_NONE;
}

static bool pass_faults(const struct row *row, const struct insn *insn, va_t va,
                        enum access_type type, struct fault *fault, bool *device)
{
    uint64_t last = va.v + insn_bytes(insn) - 1;

    if (byte_faults(row, va, type, insn, fault, device))
        return true;
    if ((va.v ^ last) & ~GRANULE_MASK) {
        bool ignored;

        return byte_faults(row, VA(last & ~GRANULE_MASK), type, insn, fault, &ignored);
    }
    return false;
}

static void check_data(const struct row *row)
{
    struct insn_regs regs = {.x = row->x, .pc = row->pc};
    struct fault fault;
    struct insn insn;
    bool faults, device;

    insn_decode(row->word, &insn);
    ck_assert_msg(insn_is_memory(&insn), "not a memory instruction: %s", insn.group);

    va_t va = insn_address(&insn, &regs);
    enum access_type type =
        insn.cls == INSN_STORE || insn.cls == INSN_ZERO ? ACCESS_WRITE : ACCESS_READ;

    if (insn_bytes(&insn) == 0) {
        ck_assert_str_eq(row->outcome, "none");
        return;
    }
    faults = pass_faults(row, &insn, va, type, &fault, &device);
    if (!faults && insn.cls == INSN_ATOMIC)
        faults = pass_faults(row, &insn, va, ACCESS_WRITE, &fault, &device);

    bool element_unaligned = va.v % insn.size != 0 && insn.cls != INSN_CACHE_OP && !insn.at;
    bool align = va.v % insn.align != 0 || (row->sctlr_a && element_unaligned);

    /* Stage 1 says Device: unaligned and DC ZVA fail there, unless the walk itself failed before.
     */
    if (device && !(faults && fault.s1ptw))
        align = align || element_unaligned || insn.cls == INSN_ZERO;
    if (align) {
        ck_assert_str_eq(row->outcome, "align");
        if (row->esr) { /* from EL1 to EL1 */
            fault = (struct fault){.kind = FAULT_ALIGNMENT, .type = type, .va = va};

            struct syndrome syndrome = syndrome_data_abort(&insn, &fault, 1, true);

            ck_assert_uint_eq(syndrome.esr, row->esr);
            ck_assert_uint_eq(syndrome.far, row->far);
        }
        return;
    }
    ck_assert_str_eq(row->outcome, faults ? "el2" : "none");
    if (faults) {
        struct syndrome syndrome = syndrome_data_abort(&insn, &fault, 2, false);

        ck_assert_msg(syndrome.esr == row->esr, "ESR 0x%" PRIx64 ", want 0x%" PRIx64 ": %s (%s)",
                      syndrome.esr, row->esr, insn.group, row->text);
        ck_assert_msg(!row->far_given || syndrome.far == row->far,
                      "FAR 0x%" PRIx64 ", want 0x%" PRIx64, syndrome.far, row->far);
        ck_assert_msg(!row->far_given || syndrome.hpfar == row->hpfar,
                      "HPFAR 0x%" PRIx64 ", want 0x%" PRIx64, syndrome.hpfar, row->hpfar);
    }
}

static void check_fetch(const struct row *row)
{
    struct fault fault;
    bool device;
    bool faults = byte_faults(row, VA(row->pc), ACCESS_FETCH, NULL, &fault, &device);

    ck_assert_str_eq(row->outcome, faults ? "el2" : "none");
    if (faults) {
        struct syndrome syndrome = syndrome_insn_abort(&fault, 2, false);

        ck_assert_uint_eq(syndrome.esr, row->esr);
        ck_assert_uint_eq(syndrome.far, row->far);
        ck_assert_uint_eq(syndrome.hpfar, row->hpfar);
    }
}

static void check_trap(const struct row *row)
{
    struct insn insn;

    insn_decode(row->word, &insn);
    ck_assert_msg(syndrome_trap(&insn) == row->esr, "ESR 0x%" PRIx64 ", want 0x%" PRIx64 " (%s)",
                  syndrome_trap(&insn), row->esr, insn.group);
}

START_TEST(recorded)
{
    struct row row;

    ck_assert_msg(parse_row(lines[_i], &row), "not a row: %s", lines[_i]);
    if (strcmp(row.kind, "data") == 0) {
        check_data(&row);
    } else if (strcmp(row.kind, "fetch") == 0) {
        check_fetch(&row);
    } else {
        ck_assert_str_eq(row.kind, "trap");
        check_trap(&row);
    }
}
END_TEST

/* --- what no record has --- */

START_TEST(external_abort_has_no_isv)
{
    struct fault fault = {.kind = FAULT_EXTERNAL, .stage = 2, .va = VA(0x1000)};
    struct insn insn;

    insn_decode(0xb9400001, &insn); /* ldr w1, [x0] */
    ck_assert_uint_eq(syndrome_data_abort(&insn, &fault, 2, false).esr, 0x92000010);
    ck_assert(!syndrome_data_abort(&insn, &fault, 2, false).hpfar_valid);
    fault.kind = FAULT_GPF;
    ck_assert_uint_eq(syndrome_data_abort(&insn, &fault, 2, false).esr, 0x93810028);
}
END_TEST

START_TEST(el1_never_sees_isv)
{
    struct fault fault = {.kind = FAULT_TRANSLATION, .stage = 1, .level = 3, .va = VA(0x1000)};
    struct insn insn;

    insn_decode(0xb9000001, &insn); /* str w1, [x0] */
    fault.type = ACCESS_WRITE;
    ck_assert_uint_eq(syndrome_data_abort(&insn, &fault, 1, true).esr, 0x96000047);
    ck_assert_uint_eq(syndrome_data_abort(&insn, &fault, 1, false).esr, 0x92000047);
    ck_assert_uint_eq(syndrome_insn_abort(&fault, 1, true).esr, 0x86000007);
}
END_TEST

START_TEST(every_kind_has_its_codes)
{
    static const struct {
        enum fault_kind kind;
        int8_t level;
        unsigned fsc;
    } codes[] = {
        {FAULT_ADDRESS_SIZE, 0, 0x00},
        {FAULT_ADDRESS_SIZE, -1, 0x29},
        {FAULT_TRANSLATION, 2, 0x06},
        {FAULT_TRANSLATION, -1, 0x2b},
        {FAULT_ACCESS_FLAG, 1, 0x09},
        {FAULT_PERMISSION, 3, 0x0f},
        {FAULT_EXTERNAL, 3, 0x10},
        {FAULT_EXTERNAL_WALK, 2, 0x16},
        {FAULT_EXTERNAL_WALK, -1, 0x13},
        {FAULT_ALIGNMENT, 0, 0x21},
        {FAULT_GPF, 3, 0x28},
        {FAULT_GPF_WALK, 1, 0x25},
        {FAULT_GPF_WALK, -1, 0x23},
    };

    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        struct fault fault = {.kind = codes[i].kind, .level = codes[i].level};

        ck_assert_uint_eq(syndrome_fsc(&fault), codes[i].fsc);
    }
}
END_TEST

START_TEST(traps_without_a_record)
{
    static const struct {
        uint32_t word;
        uint64_t esr;
    } traps[] = {
        {0xd4000021, 0x56000001}, /* svc #1 */
        {0xd42000e0, 0xf2000007}, /* brk #7 */
        {0xd503205f, 0x07e00001}, /* wfe */
        {0xd5031023, 0x07e00066}, /* wfit x3 */
        {0xd5031003, 0x07e00067}, /* wfet x3 */
        {0xd69f03e0, 0x6a000000}, /* eret */
        {0xd69f0bff, 0x6a000002}, /* eretaa */
        {0xd69f0fff, 0x6a000003}, /* eretab */
        {0xd50b7e23, 0x6212dc7c}, /* dc civac, x3 */
        {0x1e222820, 0x02000000}, /* fadd s0, s1, s2: not a class of its own */
    };

    for (size_t i = 0; i < sizeof(traps) / sizeof(traps[0]); i++) {
        struct insn insn;

        insn_decode(traps[i].word, &insn);
        ck_assert_msg(syndrome_trap(&insn) == traps[i].esr, "0x%08x: 0x%" PRIx64, traps[i].word,
                      syndrome_trap(&insn));
    }
    ck_assert_uint_eq(syndrome_undefined(), 0x02000000);
    ck_assert_uint_eq(syndrome_fp_access(), 0x1fe00000);
    ck_assert_uint_eq(syndrome_ec(ESR_EC_SVE), 0x66000000);
}
END_TEST

START_TEST(ls64_says_which)
{
    struct fault fault = {.kind = FAULT_TRANSLATION, .type = ACCESS_WRITE, .stage = 2, .level = 3};
    struct insn insn;

    insn_decode(0xf83f9002, &insn); /* st64b x2, [x0] */
    ck_assert_uint_eq(field_get(syndrome_data_abort(&insn, &fault, 2, false).esr, ESR_LST), 2);
    ck_assert_uint_eq(insn_bytes(&insn), 64);
    insn_decode(0xf824b002, &insn); /* st64bv x4, x2, [x0] */
    ck_assert_uint_eq(field_get(syndrome_data_abort(&insn, &fault, 2, false).esr, ESR_LST), 1);
    ck_assert_uint_eq(field_get(syndrome_data_abort(&insn, &fault, 2, false).esr, ESR_XS), 4);
    fault.kind = FAULT_EXTERNAL;
    ck_assert_uint_eq(field_get(syndrome_data_abort(&insn, &fault, 2, false).esr, ESR_LST), 0);
}
END_TEST

static bool read_rows(const char *path)
{
    FILE *file = fopen(path, "r");
    char line[MAX_LINE];
    size_t room = 0;

    if (file == NULL) {
        perror(path);
        return false;
    }
    while (fgets(line, sizeof(line), file)) {
        if (line[0] == '#' || line[0] == '\n')
            continue;
        if ((size_t)line_count == room) {
            room = room ? 2 * room : 256;
            lines = realloc(lines, room * sizeof(*lines));
            if (lines == NULL)
                abort();
        }
        line[strcspn(line, "\n")] = '\0';
        memcpy(lines[line_count++], line, sizeof(line));
    }
    fclose(file);
    return line_count > 0;
}

Suite *check_suite(void)
{
    Suite *suite = suite_create("syndrome");
    TCase *tc = tcase_create("syndrome");

    if (!read_rows(DEFAULT_FILE))
        return NULL;
    tcase_add_loop_test(tc, recorded, 0, line_count);
    tcase_add_test(tc, external_abort_has_no_isv);
    tcase_add_test(tc, el1_never_sees_isv);
    tcase_add_test(tc, every_kind_has_its_codes);
    tcase_add_test(tc, traps_without_a_record);
    tcase_add_test(tc, ls64_says_which);
    suite_add_tcase(suite, tc);
    return suite;
}
