/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `sim insn`: what is said of a word, that what it suggests is better, and wrong command lines. */
#include <check.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/arch/esr.h"
#include "sim/cmd.h"
#include "sim/report/insn_explain.h"
#include "sim/scenario/arena.h"
#include "sim/scenario/assembler.h"
#include "tests/unit/check_command.h"
#include "tests/unit/check_main.h"

struct word_case {
    uint32_t word;
    uint64_t esr; /* 0: none */
    bool isv;
    enum insn_fate vm_6_12, vm_7_2, realm; /* with isv or an abort only */
    const char *instead[INSN_MAX_INSTEAD];
};

#define ABORT_NISV 0x92000007 /* DABT_LOW, IL, translation at level 3 */

static const struct word_case words[] = {
    /* ldrsb x2, [x0] */
    {0x39800002, 0x93228007, true, INSN_WRONG_VALUE, INSN_EMULATED, INSN_EMULATED, {NULL}},
    /* ldr x1, [x2]; a sign is not extended at the full width */
    {0xf9400041, 0x93c18007, true, INSN_EMULATED, INSN_EMULATED, INSN_EMULATED, {NULL}},
    /* str w1, [x3, w4, uxtw #2] */
    {0xb8245861, 0x93810047, true, INSN_EMULATED, INSN_EMULATED, INSN_EMULATED, {NULL}},
    /* ldp x1, x2, [x0], #16 */
    {0xa8c10801,
     ABORT_NISV,
     false,
     INSN_REFUSED,
     INSN_REFUSED,
     INSN_REFUSED,
     {"ldr x1, [x0]", "ldr x2, [x0, #8]", "add x0, x0, #16"}},
    /* ldpsw x0, x2, [x0, #-8] */
    {0x697f0800,
     ABORT_NISV,
     false,
     INSN_REFUSED,
     INSN_REFUSED,
     INSN_REFUSED,
     {"ldursw x2, [x0, #-4]", "ldursw x0, [x0, #-8]"}},
    /* stp w1, w2, [sp, #-8]! */
    {0x29bf0be1,
     ABORT_NISV | 0x40,
     false,
     INSN_REFUSED,
     INSN_REFUSED,
     INSN_REFUSED,
     {"sub sp, sp, #8", "str w1, [sp]", "str w2, [sp, #4]"}},
    /* ldrsh w3, [x4], #2 */
    {0x78c02483,
     ABORT_NISV,
     false,
     INSN_REFUSED,
     INSN_REFUSED,
     INSN_REFUSED,
     {"ldrsh w3, [x4]", "add x4, x4, #2"}},
    /* strb wzr, [x4, #-1]! */
    {0x381ffc9f,
     ABORT_NISV | 0x40,
     false,
     INSN_REFUSED,
     INSN_REFUSED,
     INSN_REFUSED,
     {"sub x4, x4, #1", "strb wzr, [x4]"}},
    /* ldr q0, [x1]; ldxr x1, [x2]; ldadd x1, x2, [x3]; dc zva, x1 */
    {0x3dc00020, ABORT_NISV, false, INSN_REFUSED, INSN_REFUSED, INSN_REFUSED, {NULL}},
    {0xc85f7c41, ABORT_NISV, false, INSN_REFUSED, INSN_REFUSED, INSN_REFUSED, {NULL}},
    {0xf8210062, ABORT_NISV, false, INSN_REFUSED, INSN_REFUSED, INSN_REFUSED, {NULL}},
    {0xd50b7421, ABORT_NISV | 0x40, false, INSN_REFUSED, INSN_REFUSED, INSN_REFUSED, {NULL}},
    /* dc civac, x2 */
    {0xd50b7e22, ABORT_NISV | 0x140, false, INSN_SKIPPED, INSN_SKIPPED, INSN_SKIPPED, {NULL}},
    /* hvc #3; mrs x1, sctlr_el1; add x1, x2, x3; prfm pldl1keep, [x0] */
    {.word = 0xd4000062, .esr = 0x5a000003},
    {.word = 0xd5381001, .esr = 0x62300421},
    {.word = 0x8b030041},
    {.word = 0xf9800000},
};

static const struct insn_host *find_host(const struct insn_explanation *out, const char *kernel,
                                         bool realm)
{
    for (size_t i = 0; i < out->host_count; i++)
        if (strcmp(out->hosts[i].kernel->name, kernel) == 0 && out->hosts[i].realm == realm)
            return &out->hosts[i];
    ck_abort_msg("no row for %s", kernel);
    return NULL;
}

START_TEST(words_are_explained)
{
    const struct word_case *want = &words[_i];
    struct insn_explanation out;
    insn_explain(want->word, &out);
    ck_assert_int_eq(out.has_esr, want->esr != 0);
    ck_assert_uint_eq(out.esr, want->esr);
    ck_assert_int_eq(out.no_trap != NULL, want->esr == 0);
    ck_assert_int_eq(out.is_abort && !out.no_isv, want->isv);
    if (out.is_abort) {
        ck_assert_uint_eq(field_get(out.esr, ESR_ISV), (uint64_t)(want->isv));
        ck_assert_int_eq(find_host(&out, "linux-6.12", false)->fate, want->vm_6_12);
        ck_assert_int_eq(find_host(&out, "linux-7.2", false)->fate, want->vm_7_2);
        ck_assert_int_eq(find_host(&out, "cca-v12", true)->fate, want->realm);
    } else {
        ck_assert_uint_eq(out.host_count, 0);
    }
    for (size_t i = 0; i < INSN_MAX_INSTEAD; i++) {
        ck_assert_int_eq(i < out.instead_count, want->instead[i] != NULL);
        if (want->instead[i])
            ck_assert_str_eq(out.instead[i], want->instead[i]);
    }
    /* Whoever is refused is told what to write. */
    if (out.is_abort && want->vm_7_2 == INSN_REFUSED)
        ck_assert(out.instead_count || out.instead_note);
}
END_TEST

/* Each access that is suggested has a valid syndrome itself, and the same bytes are reached. */
START_TEST(suggestions_assemble)
{
    struct insn_explanation out, single;
    struct arena *arena = arena_new();
    unsigned bytes = 0;
    insn_explain(words[_i].word, &out);
    for (size_t i = 0; i < out.instead_count; i++) {
        struct assembler_result result = {0};
        uint32_t word;
        enum assembler_status status =
            assemble(arena, arena_printf(arena, "%s\n", out.instead[i]), 0, &result);
        if (status == ASSEMBLER_MISSING) {
            bytes = insn_bytes(&out.insn);
            break;
        }
        ck_assert_int_eq(status, ASSEMBLER_DONE);
        memcpy(&word, result.image.bytes, sizeof(word));
        insn_explain(word, &single);
        ck_assert(!single.is_abort || !single.no_isv);
        ck_assert(!single.is_abort || single.insn.cls == out.insn.cls);
        ck_assert(!single.is_abort || single.insn.sign_extend == out.insn.sign_extend);
        bytes += insn_bytes(&single.insn);
    }
    if (out.instead_count)
        ck_assert_uint_eq(bytes, insn_bytes(&out.insn));
    arena_free(arena);
}
END_TEST

/* No word makes it fail, and what it says of ISV is what the syndrome says. */
START_TEST(any_word)
{
    uint64_t state = 1;
    for (unsigned i = 0; i < 20000; i++) {
        struct insn_explanation out;
        state = state * 6364136223846793005u + 1442695040888963407u;
        /* half of them from the space of loads and stores */
        uint32_t word = (uint32_t)(state >> 32);
        if (i & 1)
            word = (word & ~0x0a000000u) | 0x08000000u;
        insn_explain(word, &out);
        ck_assert_ptr_nonnull(out.class_name);
        ck_assert_int_eq(out.has_esr, out.no_trap == NULL);
        if (out.is_abort)
            ck_assert_uint_eq(field_get(out.esr, ESR_ISV), (uint64_t)(out.no_isv == NULL));
    }
}
END_TEST

struct line {
    const char *arguments[4];
    int status;
    const char *out, *err; /* in the output */
};

static const struct line lines[] = {
    {{"0x39800002"}, 0, "0x39800002  ldrsb x2, [x0]\n  class      load", NULL},
    {{"0x39800002"}, 0, "linux-6.12  VM    wrong value  KVM_EXIT_MMIO, but", NULL},
    {{"0xa8c10801"},
     0,
     "  ISV        0: it transfers two registers and writes the base back",
     NULL},
    {{"0xf9800000", "0xd4000062"}, 0, "happens\n\n0xd4000062  hvc #3", NULL},
    {{"--json", "0x39800002"}, 0, "\"isv\": true", NULL},
    {{"0xd4000021"}, 0, "taken      with HCR_EL2.TGE=1 only", NULL},                  /* svc #1 */
    {{"0xd4200060"}, 0, "KVM        kvm_handle_guest_debug -> KVM_EXIT_DEBUG", NULL}, /* brk #3 */
    {{"0xd50342df"}, 0, "taken      never for DAIFSet", NULL},
    {{"0xd53b9c01"}, 0, "taken      if a trap bit covers it", NULL}, /* mrs x1, pmcr_el0 */
    {{"0x19010440"}, 0, "ESR_EL2    none: memory copies and sets are not decoded", NULL},
    {{"0xdeadbeef"}, 0, "ESR_EL2    none: it is no instruction that is known", NULL},
    {{"0xd503201f"}, 0, "ESR_EL2    none: it reaches neither memory nor EL2", NULL}, /* nop */
    {{NULL}, 2, NULL, "no instruction given; see `sim help insn`"},
    {{"0x123456789"}, 2, NULL, "'0x123456789' does not fit in 32 bits"},
    {{"0xzz"}, 2, NULL, "'0xzz' is not a number"},
    {{"--jsno", "0"}, 2, NULL, "did you mean '--json'?"},
    {{"0xzz", "0xd4000062"}, 2, "0xd4000062  hvc #3", "'0xzz'"},
    {{"--help"}, 0, "usage: sim insn", NULL},
};

/* With an assembler; without one the status is 77. */
static const struct line text_lines[] = {
    {{"ldrsb x2, [x0]"}, 0, "0x39800002  ldrsb x2, [x0]\n", NULL},
    {{"ldrsb x2, ["}, 2, NULL, "'ldrsb x2, ['"},
    {{"st64b x0, [x2]"}, 0, "0xf83f9040", NULL}, /* no scenario's assembler takes these */
    {{"wfit x1"}, 0, "0xd5031021", NULL},
    {{"cpyfp [x0]!, [x1]!, x2!"}, 0, "0x19010440", NULL},
    {{"bogus"}, 2, NULL, "unknown mnemonic"},
    {{"nop; nop"}, 2, NULL, "is 8 bytes, not one instruction"},
    {{"b elsewhere"}, 2, NULL, "'b elsewhere'"},
    {{".incbin \"/etc/passwd\""}, 2, NULL, "incbin"},
    {{""}, 2, NULL, "'' is no instruction"},
};

static void check_line(const struct line *line, bool needs_assembler)
{
    static struct check_said said;
    int status = check_command(cmd_insn, "insn", line->arguments, &said);
    if (needs_assembler && status == 77) {
        ck_assert_ptr_nonnull(strstr(said.err, "no assembler for AArch64 is installed"));
        return;
    }
    ck_assert_int_eq(status, line->status);
    ck_assert_msg(line->out ? strstr(said.out, line->out) != NULL : !*said.out, "%s", said.out);
    ck_assert_msg(line->err ? strstr(said.err, line->err) != NULL : !*said.err, "%s", said.err);
    for (const char *at = said.out; *at; at += strcspn(at, "\n") + (strchr(at, '\n') != NULL))
        ck_assert_msg(strcspn(at, "\n") <= 100, "%s", at);
}

START_TEST(command_lines)
{
    check_line(&lines[_i], false);
}
END_TEST

START_TEST(texts)
{
    check_line(&text_lines[_i], true);
}
END_TEST

START_TEST(json_is_json)
{
    static struct check_said said;
    const struct line line = {.arguments = {"--json", "0xa8c10801"}};
    ck_assert_int_eq(check_command(cmd_insn, "insn", line.arguments, &said), 0);
    json_t *value = json_loads(said.out, 0, NULL);
    ck_assert_ptr_nonnull(value);
    ck_assert_str_eq(json_string_value(json_object_get(value, "esr")), "0x0000000092000007");
    ck_assert(json_is_false(json_object_get(value, "isv")));
    ck_assert_uint_eq(json_array_size(json_object_get(value, "instead")), 3);
    ck_assert_uint_ge(json_array_size(json_object_get(value, "hosts")), 4);
    json_decref(value);
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("insn");
    TCase *tests = tcase_create("all");
    tcase_set_timeout(tests, 60);
    int count = sizeof(words) / sizeof(words[0]);
    tcase_add_loop_test(tests, words_are_explained, 0, count);
    tcase_add_loop_test(tests, suggestions_assemble, 0, count);
    tcase_add_test(tests, any_word);
    tcase_add_loop_test(tests, command_lines, 0, sizeof(lines) / sizeof(lines[0]));
    tcase_add_loop_test(tests, texts, 0, sizeof(text_lines) / sizeof(text_lines[0]));
    tcase_add_test(tests, json_is_json);
    suite_add_tcase(suite, tests);
    return suite;
}
