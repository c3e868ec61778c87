/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ESR_ELx and HPFAR_EL2: the tables, their lookups, the decoder, and what `sim esr` concludes. */
#include <check.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/arch/esr.h"
#include "cpu/arch/hpfar.h"
#include "cpu/arch/sysreg.h"
#include "cpu/fault.h"
#include "sim/report/esr_explain.h"
#include "sim/report/esr_line.h"
#include "tests/unit/check_main.h"

/* --- tables --- */

START_TEST(class_names_round_trip)
{
    static const uint8_t unallocated[] = {0x02, 0x0b, 0x0f, 0x10, 0x23, 0x29, 0x2a, 0x2b,
                                          0x2e, 0x36, 0x37, 0x39, 0x3b, 0x3e, 0x3f};

    for (unsigned ec = 0; ec < ESR_EC_COUNT; ec++) {
        bool none = memchr(unallocated, (int)ec, sizeof(unallocated)) != NULL;

        ck_assert_int_eq(esr_ec_by_name(esr_ec_name(ec)), none ? -1 : (int)ec);
        ck_assert_ptr_nonnull(esr_ec_doc(ec));
    }
    ck_assert_int_eq(esr_ec_by_name("dabt_low"), ESR_EC_DABT_LOW);
    ck_assert_int_eq(esr_ec_by_name(""), -1);
    ck_assert_str_eq(esr_ec_name(0x18), "SYS64");
}
END_TEST

START_TEST(status_codes_round_trip)
{
    static const uint8_t reserved[] = {0x19, 0x1a, 0x20, 0x2d, 0x2e, 0x2f, 0x32, 0x33, 0x36,
                                       0x37, 0x38, 0x39, 0x3a, 0x3b, 0x3c, 0x3d, 0x3e, 0x3f};

    for (unsigned code = 0; code < ESR_FSC_COUNT; code++) {
        const struct fsc_desc *fsc = &fsc_table[code];
        bool none = memchr(reserved, (int)code, sizeof(reserved)) != NULL;

        ck_assert_msg((fsc->name == NULL) == none, "0x%02x", code);
        ck_assert_int_eq(fsc_by_name(fsc_name(code)), none ? -1 : (int)code);
        if (!none)
            ck_assert_int_eq(fsc_encode(fsc->group, fsc->level), (int)code);
    }
    ck_assert_str_eq(fsc_name(0x07), "translation-l3");
    ck_assert_str_eq(fsc_name(0x2c), "address-size-l-2");
    ck_assert_str_eq(fsc_doc(0x0e), "Permission fault, level 2");
    ck_assert_int_eq(fsc_encode(FSC_TRANSLATION, 4), -1);
}
END_TEST

START_TEST(fields_lie_within_the_register)
{
    for (int id = 0; id < ESR_FIELD_COUNT; id++) {
        const struct esr_field *field = &esr_field_table[id];

        ck_assert(field->name && field->doc && field->field.width > 0);
        ck_assert_uint_le(field->field.lo + field->field.width, 56);
        if (field->show == ESR_SHOW_VALUES)
            ck_assert_msg(field->meaning[0] != NULL, "%s", field->name);
    }
    ck_assert_uint_eq(field_mask(ESR_SRT), 0x1f0000);
}
END_TEST

/* Every bit of a value is in exactly one field or in reserved. */
START_TEST(every_class_decodes_without_a_hole)
{
    for (uint64_t ec = 0; ec < ESR_EC_COUNT; ec++) {
        for (unsigned fsc = 0; fsc < ESR_FSC_COUNT; fsc++) {
            for (unsigned isv = 0; isv < 2; isv++) {
                uint64_t esr = 0xffffffff02ffffff;
                uint64_t seen = 0;
                struct esr_part parts[ESR_MAX_PARTS];
                uint64_t reserved;

                esr = field_set(esr, ESR_FSC, fsc) | field_put(ESR_EC, ec);
                esr = field_set(esr, ESR_ISV, isv);
                size_t count = esr_decode(esr, parts, &reserved);

                ck_assert_uint_le(count, ESR_MAX_PARTS);
                for (size_t i = 0; i < count; i++) {
                    struct field field = esr_field_table[parts[i].id].field;
                    bool may_overlap = ec == ESR_EC_GCS; /* Rn and IT depend on ExType */

                    ck_assert_uint_eq(parts[i].value, field_get(esr, field));
                    ck_assert_msg(may_overlap || !(seen & field_mask(field)), "%s",
                                  esr_field_table[parts[i].id].name);
                    seen |= field_mask(field);
                }
                ck_assert_uint_eq(seen & reserved, 0);
                if (ec != ESR_EC_SERROR)
                    ck_assert_uint_eq((seen | reserved) & esr, esr);
            }
        }
    }
}
END_TEST

START_TEST(fields_by_name)
{
    ck_assert_int_eq(esr_field_by_name(ESR_EC_DABT_LOW, "srt"), ESR_FIELD_SRT);
    ck_assert_int_eq(esr_field_by_name(ESR_EC_DABT_LOW, "WnR"), ESR_FIELD_WNR);
    ck_assert_int_eq(esr_field_by_name(ESR_EC_SYS64, "rt"), ESR_FIELD_SYS_RT);
    ck_assert_int_eq(esr_field_by_name(ESR_EC_HVC64, "il"), ESR_FIELD_IL);
    ck_assert_int_eq(esr_field_by_name(ESR_EC_HVC64, "srt"), ESR_FIELD_COUNT);
}
END_TEST

START_TEST(names_of_faults_and_registers)
{
    for (int kind = 0; kind < FAULT_KIND_COUNT; kind++)
        ck_assert_ptr_nonnull(fault_kind_name((enum fault_kind)kind));
    ck_assert_str_eq(fault_kind_name(FAULT_TRANSLATION), "translation");
    for (int i = 0; i < SYSREG_COUNT; i++)
        ck_assert_int_eq((int)sysreg_by_name(sysreg_table[i].name), i);
    ck_assert_int_eq((int)sysreg_by_name("vbar_el1"), SYSREG_VBAR_EL1);
    ck_assert_int_eq((int)sysreg_by_name("VBAR_EL2"), SYSREG_COUNT);
}
END_TEST

/* --- the decoder's rules --- */

static const char *why_not(uint64_t esr, enum esr_field_id id, bool *present)
{
    struct esr_part parts[ESR_MAX_PARTS];
    uint64_t reserved;
    size_t count = esr_decode(esr, parts, &reserved);

    for (size_t i = 0; i < count; i++) {
        if (parts[i].id == id) {
            *present = true;
            return parts[i].not_valid;
        }
    }
    *present = false;
    return NULL;
}

START_TEST(fields_that_depend)
{
    bool present;

    ck_assert_str_eq(why_not(0x92000046, ESR_FIELD_SAS, &present), "not valid because ISV=0");
    ck_assert_ptr_null(why_not(0x93810047, ESR_FIELD_SAS, &present));
    ck_assert(present);
    why_not(0x9200004f, ESR_FIELD_SSE, &present);
    ck_assert(!present);
    why_not(0x9200004f, ESR_FIELD_TOPLEVEL, &present);
    ck_assert(present);
    ck_assert_ptr_null(why_not(0x92000010, ESR_FIELD_SET, &present));
    ck_assert(present);
    why_not(0x92000007, ESR_FIELD_SET, &present);
    ck_assert(!present);
    ck_assert_ptr_nonnull(why_not(0x07e00000, ESR_FIELD_WFX_RN, &present));
    ck_assert_ptr_nonnull(why_not(0x92000075, ESR_FIELD_WNR, &present));
    ck_assert_str_eq(esr_field_meaning(ESR_FIELD_SAS, 3), "doubleword");
    ck_assert_ptr_null(esr_field_meaning(ESR_FIELD_SET, 1));
    ck_assert_ptr_null(esr_field_meaning(ESR_FIELD_SRT, 1));
}
END_TEST

START_TEST(reserved_bits)
{
    struct esr_part parts[ESR_MAX_PARTS];
    uint64_t reserved;

    esr_decode(0x5a010001, parts, &reserved);
    ck_assert_uint_eq(reserved, 0x10000);
    esr_decode(0x93810047, parts, &reserved);
    ck_assert_uint_eq(reserved, 0);
    esr_decode(0x010000005a000001, parts, &reserved);
    ck_assert_uint_eq(reserved, 0x0100000000000000);
}
END_TEST

START_TEST(where_the_ipa_is)
{
    bool page_only;

    ck_assert_ptr_null(esr_ipa_unusable(0x93810047, &page_only));
    ck_assert(!page_only);
    ck_assert_ptr_null(esr_ipa_unusable(0x920000cf, &page_only)); /* permission on a walk */
    ck_assert(page_only);
    ck_assert_ptr_nonnull(esr_ipa_unusable(0x9381004f, &page_only)); /* permission */
    ck_assert_ptr_nonnull(esr_ipa_unusable(0x92000010, &page_only)); /* external */
    ck_assert_ptr_nonnull(esr_ipa_unusable(0x92000021, &page_only)); /* alignment */
    ck_assert_ptr_nonnull(esr_ipa_unusable(0x96000007, &page_only)); /* of EL2 itself */
    ck_assert_ptr_nonnull(esr_ipa_unusable(0x5a000000, &page_only));
    ck_assert_uint_eq(hpfar_from_ipa(IPA(0x9000123)), 0x90000);
    ck_assert_uint_eq(hpfar_page(0x90000).v, 0x9000000);
    ck_assert_uint_eq(hpfar_ipa(0x90000, 0xffff000008000123).v, 0x9000123);
    ck_assert_uint_eq(hpfar_from_ipa(IPA(0xfffffffffff000)), 0xfffffffffff0);
    ck_assert_uint_eq(hpfar_page(0x800000000000000f).v, 0);
}
END_TEST

/* --- sim esr --- */

START_TEST(what_the_host_is_shown)
{
    static const struct {
        uint64_t esr;
        size_t count;
        uint64_t shown[ESR_RMM_VIEWS];
    } values[] = {
        {0x93c08006, 2, {0x91c08006, 0x90000006}},             /* LDR X0 */
        {0x93810046, 2, {0x91800046, 0x90000006}},             /* STR W1 */
        {0x93a30007, 2, {0x91800007, 0x90000007}},             /* sign-extending */
        {0x92000046, 3, {0x90000046, 0x92000006, 0x90000006}}, /* STP */
        {0x92000146, 3, {0x90000046, 0x92000006, 0x90000006}}, /* DC CIVAC */
        {0x82000006, 1, {0x80000006}},                         /* instruction abort */
        {0x92000010, 1, {0x90000010}},                         /* external abort */
        {0x07e00001, 1, {0x04000001}},                         /* WFE */
        {0x5e000000, 0, {0}},                                  /* SMC */
        {0x91800047, 0, {0}},                                  /* what a host has been shown */
    };

    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        struct esr_input in = {.esr = values[i].esr};
        struct esr_explanation out;

        esr_explain(&in, &out);
        ck_assert_uint_eq(out.rmm_count, values[i].count);
        for (size_t n = 0; n < out.rmm_count; n++)
            ck_assert_uint_eq(out.rmm[n].esr, values[i].shown[n]);
        ck_assert(out.rmm_count > 0 || out.rmm_note != NULL);
        ck_assert_ptr_nonnull(out.kvm);
    }
}
END_TEST

START_TEST(masked_values_are_told)
{
    struct esr_input in = {.esr = 0x91800047};
    struct esr_explanation out;

    esr_explain(&in, &out);
    ck_assert_ptr_nonnull(out.il_note);
    ck_assert_ptr_nonnull(strstr(out.il_note, "masked"));
    ck_assert_uint_eq(out.shown & field_mask(ESR_SRT), 0);
    in.esr = 0x93810047;
    esr_explain(&in, &out);
    ck_assert_ptr_null(out.il_note);
    ck_assert_uint_eq(out.shown, ~(uint64_t)0);
    in.esr = 0x91810047; /* IL clear but SRT there: no RMM's work */
    esr_explain(&in, &out);
    ck_assert_ptr_nonnull(out.il_note);
    ck_assert_uint_eq(out.shown, ~(uint64_t)0);
}
END_TEST

START_TEST(the_word_against_the_value)
{
    static const struct {
        uint64_t esr;
        uint32_t word;
        bool predicted, agrees;
    } values[] = {
        {0x93810047, 0xb9000041, true, true},   /* str w1, [x2] */
        {0x93810047, 0xb9000043, true, false},  /* another register */
        {0x93810007, 0xb9000041, true, false},  /* a store cannot be a read */
        {0x91800047, 0xb9000041, true, true},   /* masked */
        {0x91c00047, 0xb9000041, true, false},  /* masked, another size */
        {0x92000046, 0xa9000041, true, true},   /* stp */
        {0x93810046, 0xa9000041, true, false},  /* stp has no valid ISS */
        {0x9200000f, 0xb8220020, true, true},   /* ldadd: the read fails */
        {0x9200004f, 0xb8220020, true, true},   /* ... or the write */
        {0x92000010, 0xb9400041, true, true},   /* external abort: no ISS */
        {0x93a30007, 0xb9800043, true, false},  /* ldrsw x3 has SF=1 */
        {0x93a38007, 0xb9800043, true, true},   /* ldrsw x3, [x2] */
        {0x92000007, 0xf9800040, false, false}, /* prfm never faults */
        {0x92000007, 0xd503201f, false, false}, /* nop */
        {0x5a000001, 0xd4000022, true, true},   /* hvc #1 */
        {0x5a000001, 0xd4000042, true, false},  /* hvc #2 */
        {0x62300421, 0xd5381001, true, true},   /* mrs x1, sctlr_el1 */
    };

    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        struct esr_input in = {.esr = values[i].esr, .insn = values[i].word, .insn_given = true};
        struct esr_explanation out;

        esr_explain(&in, &out);
        ck_assert_msg(out.predicted == values[i].predicted, "0x%" PRIx64, in.esr);
        if (out.predicted) {
            bool agrees = ((out.predicted_esr ^ in.esr) & out.compared) == 0;

            ck_assert_msg(agrees == values[i].agrees, "0x%" PRIx64 " 0x%08x: 0x%" PRIx64, in.esr,
                          in.insn, out.predicted_esr);
        } else {
            ck_assert_ptr_nonnull(out.insn_note);
        }
    }
}
END_TEST

START_TEST(addresses_and_accesses)
{
    struct esr_input in = {
        .esr = 0x93810047, .hpfar = 0x90000, .far = 0xffff000008000123, .hpfar_given = true};
    struct esr_explanation out;

    esr_explain(&in, &out);
    ck_assert(out.ipa_known && out.ipa.v == 0x9000000);
    in.far_given = true;
    esr_explain(&in, &out);
    ck_assert(out.ipa_known && out.ipa.v == 0x9000123);
    in.esr = 0x92000087; /* on a stage-1 walk */
    esr_explain(&in, &out);
    ck_assert(out.ipa_known && out.ipa.v == 0x9000000);
    in.esr = 0x9381000f; /* permission */
    esr_explain(&in, &out);
    ck_assert(out.has_ipa && !out.ipa_known && out.ipa_note != NULL);
    in.esr = 0x62300421;
    esr_explain(&in, &out);
    ck_assert(!out.has_ipa);
    ck_assert_str_eq(out.access, "MRS x1, SCTLR_EL1");
    in.esr = 0x62300420;
    esr_explain(&in, &out);
    ck_assert_str_eq(out.access, "MSR SCTLR_EL1, x1");
    in.esr = 0x623201e1;
    esr_explain(&in, &out);
    ck_assert_str_eq(out.access, "MRS x15, S3_0_C0_C0_1");
}
END_TEST

/* Each line of the table is broken by one value and by no other. */
START_TEST(what_hardware_does_not_give)
{
    static const struct {
        uint64_t esr;
        const char *odd;
    } values[] = {
        {0x93810046, NULL}, /* str w1 */
        {0x93218005, NULL}, /* ldrsb x1 */
        {0x92000146, NULL}, /* dc civac */
        {0x92000410, NULL}, /* external abort, FAR not valid */
        {0x92000210, NULL}, /* ... of another type */
        {0x91800047, NULL}, /* masked for a host */
        {0x97810046, "ISV=1 from the same"},
        {0x93810010, "ISV=1 with an external abort"},
        {0x93810086, "ISV=1 with S1PTW=1"},
        {0x93810146, "ISV=1 with CM=1"},
        {0x93218045, "SSE=1 with WnR=1"},
        {0x93e18005, "SSE=1 with SAS=doubleword"},
        {0x93a30007, "SSE=1 with SAS=word and SF=0"},
        {0x93c10005, "SAS=doubleword with SF=0"},
        {0x92000106, "CM=1 with WnR=0"},
        {0x92000446, "FnV=1"},
        {0x82000406, "FnV=1"},
        {0x92000206, "EA=1"},
    };

    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        struct esr_input in = {.esr = values[i].esr};
        struct esr_explanation out;

        esr_explain(&in, &out);
        ck_assert_msg(out.odd_count == (values[i].odd != NULL), "0x%" PRIx64, in.esr);
        if (values[i].odd)
            ck_assert_ptr_nonnull(strstr(out.odd[0], values[i].odd));
    }
    struct esr_input in = {.esr = 0x92000046, .hpfar_given = true, .hpfar = 0x8000000000090000};
    struct esr_explanation out;
    esr_explain(&in, &out);
    ck_assert(out.odd_count == 1 && strstr(out.odd[0], "HPFAR_EL2.NS=1"));
    ck_assert(out.ipa_known && out.ipa.v == 0x9000000);
    in.hpfar = 0x9000040 | 1;
    esr_explain(&in, &out);
    ck_assert(out.odd_count == 1 && strstr(out.odd[0], "reserved bits"));
}
END_TEST

START_TEST(lines_of_logs)
{
    static const struct {
        const char *line;
        uint64_t esr, far, hpfar; /* 0: not named */
    } lines[] = {
        {"kvm_guest_fault: ipa 0xa000000, hsr 0x93218005, hxfar 0xa000040, pc 0x40010000",
         0x93218005, 0xa000040, 0xa0000},
        {"[    1.2] Internal error: Oops: 0000000096000004 [#1] PREEMPT SMP", 0x96000004, 0, 0},
        {"  ESR = 0x0000000096000045", 0x96000045, 0, 0},
        {"esr: 0x92000046, far: 0xffff000008000000, hpfar: 0x90000", 0x92000046, 0xffff000008000000,
         0x90000},
        {"ESR_EL2=0x82000006 FAR_EL2=0x1000 HPFAR_EL2=0x100", 0x82000006, 0x1000, 0x100},
        {"kvm_handle_sys_reg: HSR 0x6230e439", 0x6230e439, 0, 0},
        {"esr:92000046", 0x92000046, 0, 0},
        {"kvm_exit: TRAP: HSR_EC: 0x0024 (DABT_LOW), PC: 0x40010000", 0, 0, 0},
        {"hsr 24", 0, 0, 0}, /* neither prefixed nor a register in full */
        {"hsr 0x", 0, 0, 0},
        {"hsr 0x12345678901234567", 0, 0, 0},
        {"hsr", 0, 0, 0},
        {"the far 0x1000 side", 0, 0, 0},
        {"desr 0x92000046", 0, 0, 0},
        {"", 0, 0, 0},
    };

    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        struct esr_input in = {0};

        ck_assert_msg(esr_line_parse(lines[i].line, &in) == (lines[i].esr != 0), "%s",
                      lines[i].line);
        if (!lines[i].esr)
            continue;
        ck_assert_uint_eq(in.esr, lines[i].esr);
        ck_assert_uint_eq(in.far, lines[i].far);
        ck_assert_uint_eq(in.hpfar, lines[i].hpfar);
        ck_assert_int_eq(in.far_given, lines[i].far != 0);
        ck_assert_int_eq(in.hpfar_given, lines[i].hpfar != 0);
    }
    struct esr_input in = {.far_given = true, .far = 5};
    ck_assert(esr_line_parse("esr 0x92000046 far 0x7", &in) && in.far == 5);
}
END_TEST

/* Any 64 bits, any word: an explanation, never an assertion. */
START_TEST(any_value_is_explained)
{
    uint64_t state = 0x2545f4914f6cdd1d;

    for (int i = 0; i < 20000; i++) {
        struct esr_input in = {.insn_given = true, .far_given = true, .hpfar_given = true};
        struct esr_explanation out;

        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        in.esr = i % 2 ? state : state & 0xffffffff;
        in.insn = (uint32_t)(state >> 20);
        if (esr_ec(in.esr) == ESR_EC_SYS64)
            continue; /* asks the disassembler, and is slow */
        esr_explain(&in, &out);
        ck_assert(out.kvm && (out.rmm_count || out.rmm_note));
        ck_assert_uint_le(out.rmm_count, ESR_RMM_VIEWS);
    }
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("esr");
    TCase *tc = tcase_create("esr");

    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, class_names_round_trip);
    tcase_add_test(tc, status_codes_round_trip);
    tcase_add_test(tc, fields_lie_within_the_register);
    tcase_add_test(tc, every_class_decodes_without_a_hole);
    tcase_add_test(tc, fields_by_name);
    tcase_add_test(tc, names_of_faults_and_registers);
    tcase_add_test(tc, fields_that_depend);
    tcase_add_test(tc, reserved_bits);
    tcase_add_test(tc, where_the_ipa_is);
    tcase_add_test(tc, what_the_host_is_shown);
    tcase_add_test(tc, masked_values_are_told);
    tcase_add_test(tc, the_word_against_the_value);
    tcase_add_test(tc, addresses_and_accesses);
    tcase_add_test(tc, what_hardware_does_not_give);
    tcase_add_test(tc, lines_of_logs);
    tcase_add_test(tc, any_value_is_explained);
    suite_add_tcase(suite, tc);
    return suite;
}
