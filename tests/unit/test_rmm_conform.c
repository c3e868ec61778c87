/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The family rmm of sim conform: a wrong expectation must fail, in the right field. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/conform/runner.h"
#include "tests/unit/check_main.h"
#include "tests/unit/test_conform_fixture.h"

/* clang-format off */
#define MMIO \
    "{\"fn\":\"complete_mmio_emulation\",\"ver\":[\"v0.1.0\",\"v0.3.0\",\"v0.4.0\"," \
    "\"v0.5.0\",\"v0.6.0\",\"v0.7.0\",\"v0.8.0\",\"v0.9.0\",\"9a7f8ef\"],\"in\":{\"" \
    "flags\":\"0x1\",\"last_esr\":\"0x93110007\",\"gprs0\":\"0x0\",\"pc\":\"0xffff8" \
    "00010001044\",\"rt_pre\":\"0x10000000a5a50011\"},\"out\":{\"ok\":true,\"pc\":" \
    "\"0xffff800010001048\",\"rt\":17,\"rt_post\":\"0x0\",\"other_regs_changed\":fa" \
    "lse}}"
#define SEA \
    "{\"fn\":\"complete_sea_insertion\",\"ver\":[\"v0.6.0\"],\"in\":{\"flags\":\"0x" \
    "2\",\"last_esr\":\"0x93200cc7\",\"last_far\":\"0xcfa6f55da32d788d\",\"last_hpf" \
    "ar\":\"0x80090000\",\"ipa_bits\":40,\"pc\":\"0xffffffc008012340\",\"pstate\":" \
    "\"0x4db461304\",\"vbar_el1\":\"0xffffffc008010000\",\"sctlr_el1\":\"0x40001000" \
    "00800000\",\"sctlr2_el1\":\"0x20\",\"gcscr_el1\":\"0x0\",\"feat\":{\"ssbs\":0," \
    "\"nmi\":0,\"mte2\":0,\"ebep\":0,\"sebep\":0,\"gcs\":0}},\"out\":{\"ok\":true," \
    "\"pc\":\"0xffffffc008010180\",\"pstate\":\"0x3c5\",\"esr_el1\":\"0x97200a50\"," \
    "\"far_el1\":\"0xcfa6f55da32d788d\",\"elr_el1\":\"0xffffffc008012340\",\"spsr_e" \
    "l1\":\"0x4db461304\"}}"
#define UNDEF \
    "{\"fn\":\"realm_inject_undef_abort\",\"ver\":[\"v0.7.0\",\"v0.8.0\",\"v0.9.0\"" \
    ",\"9a7f8ef\"],\"in\":{\"elr_el2\":\"0x126202a8e9fe6da8\",\"spsr_el2\":\"0x4000" \
    "03c5\",\"vbar_el1\":\"0xffffffc008010000\",\"sctlr_el1\":\"0xca086d88a8189231" \
    "\",\"sctlr2_el1\":\"0x20\",\"gcscr_el1\":\"0x0\",\"feat\":{\"ssbs\":0,\"nmi\":" \
    "0,\"mte2\":0,\"ebep\":0,\"sebep\":0,\"gcs\":0}},\"out\":{\"esr_el1\":\"0x20000" \
    "00\",\"elr_el1\":\"0x126202a8e9fe6da8\",\"spsr_el1\":\"0x400003c5\",\"elr_el2" \
    "\":\"0xffffffc008010200\",\"spsr_el2\":\"0x404003c5\",\"far_el1_unchanged\":tr" \
    "ue}}"
#define EXIT \
    "{\"fn\":\"handle_realm_exit\",\"ver\":[\"v0.4.0\",\"v0.5.0\",\"v0.6.0\",\"v0.7" \
    ".0\",\"v0.8.0\",\"v0.9.0\",\"9a7f8ef\"],\"in\":{\"exc\":0,\"esr_el2\":\"0x9321" \
    "0047\",\"far_el2\":\"0xffff8000deadbeef\",\"hpfar_el2\":\"0x80090000\",\"spsr_" \
    "el2\":\"0x3c5\",\"elr_el2\":\"0xffffffc00800f000\",\"vbar_el1\":\"0xffffffc008" \
    "010000\",\"sctlr_el1\":\"0x30d00800\",\"ipa_bits\":40,\"hipas\":\"UNASSIGNED\"" \
    ",\"ripas\":0,\"rt\":1,\"rt_val\":\"0x8978675645342301\"},\"out\":{\"to_host\":" \
    "true,\"reason\":0,\"esr\":\"0x91000047\",\"far\":\"0xeef\",\"hpfar\":\"0x80090" \
    "000\",\"gprs0\":\"0x1\",\"gprs1_30_zero\":true,\"last_esr\":\"0x93210047\",\"l" \
    "ast_far\":\"0xffff8000deadbeef\",\"last_hpfar\":\"0x80090000\",\"elr_el2\":\"0" \
    "xffffffc00800f000\",\"spsr_el2\":\"0x3c5\",\"esr_el1\":\"0x0\",\"far_el1\":\"0" \
    "x0\",\"elr_el1\":\"0x0\",\"spsr_el1\":\"0x0\",\"serror_injected\":0,\"vsesr\":" \
    "\"0x0\",\"regs_changed\":false,\"rt_post\":\"0x8978675645342301\"}}"
#define FATAL \
    "{\"fn\":\"handle_realm_exit\",\"ver\":[\"v0.4.0\",\"v0.5.0\",\"v0.6.0\"],\"in" \
    "\":{\"exc\":0,\"esr_el2\":\"0x82840850\",\"far_el2\":\"0xffff8000deadbee8\",\"" \
    "hpfar_el2\":\"0x80090000\",\"spsr_el2\":\"0x3c5\",\"elr_el2\":\"0xffffffc00800" \
    "f000\",\"vbar_el1\":\"0xffffffc008010000\",\"sctlr_el1\":\"0x30d00800\",\"ipa_" \
    "bits\":40,\"hipas\":\"ASSIGNED\",\"ripas\":1,\"rt\":4,\"rt_val\":\"0x8c7b6a594" \
    "8372604\"},\"out\":{\"abort\":\"handle_sync_external_abort\"}}"
#define GIC \
    "{\"fn\":\"gic_validate_vgic\",\"ver\":[\"v0.9.0\",\"9a7f8ef\"],\"in\":{\"num_l" \
    "rs\":4,\"pri_bits\":5,\"id_bits\":24,\"ext_range\":false,\"hcr\":\"0x1\",\"lrs" \
    "\":[\"0x0\"]},\"out\":{\"ok\":true}}"
#define ENTER \
    "{\"fn\":\"smc_rec_enter\",\"ver\":[\"v0.8.0\",\"v0.9.0\",\"9a7f8ef\"],\"in\":{" \
    "\"iter\":0,\"run_granule\":\"NS\",\"rec_lookup\":\"ok\",\"ns_read_ok\":1,\"ns_" \
    "write_ok\":1,\"realm_state\":\"ACTIVE\",\"runnable\":1,\"psci_pending\":0,\"lr" \
    "0\":\"0x0\",\"host_call_pending\":0,\"host_call_page_mapped\":1,\"active_plane" \
    "\":1,\"plane_run_page\":\"mapped\",\"flags\":\"0x2\",\"gprs0\":\"0xfeedfacecaf" \
    "e8899\",\"last_esr\":\"0x93850007\",\"last_ipa\":\"0x8009000000\",\"ipa_bits\"" \
    ":40},\"out\":{\"ret\":\"0x0\",\"ran\":1,\"exit_written\":1,\"exit_reason\":1," \
    "\"exit_esr\":\"0x0\",\"exit_hpfar\":\"0x0\",\"pc\":\"0x80200\",\"rt_val\":\"0x" \
    "505\",\"last_esr_after\":\"0x93850007\",\"host_call_pending_after\":0,\"active" \
    "_plane_after\":0,\"p0_pc\":\"0x9004\",\"p0_x0\":\"0x0\"}}"
#define OTHER \
    "{\"fn\":\"handle_realm_exit\",\"ver\":[\"v0.4.0\",\"v0.5.0\"],\"in\":{\"exc\":" \
    "0,\"esr_el2\":\"0x93840045\",\"far_el2\":\"0xffff8000deadbeef\",\"hpfar_el2\":" \
    "\"0x800010\",\"spsr_el2\":\"0x3c5\",\"elr_el2\":\"0xffffffc00800f000\",\"vbar_" \
    "el1\":\"0xffffffc008010000\",\"sctlr_el1\":\"0x30d00800\",\"ipa_bits\":40,\"hi" \
    "pas\":\"UNASSIGNED\",\"ripas\":1,\"rt\":4,\"rt_val\":\"0x8c7b6a5948372604\"}," \
    "\"out\":{\"to_host\":true,\"reason\":0,\"esr\":\"0x90000005\",\"far\":\"0x0\"," \
    "\"hpfar\":\"0x800010\",\"gprs0\":\"0x0\",\"gprs1_30_zero\":true,\"last_esr\":" \
    "\"0x93840045\",\"last_far\":\"0xffff8000deadbeef\",\"last_hpfar\":\"0x800010\"" \
    ",\"elr_el2\":\"0xffffffc00800f000\",\"spsr_el2\":\"0x3c5\",\"esr_el1\":\"0x0\"" \
    ",\"far_el1\":\"0x0\",\"elr_el1\":\"0x0\",\"spsr_el1\":\"0x0\",\"serror_injecte" \
    "d\":0,\"vsesr\":\"0x0\",\"regs_changed\":false,\"rt_post\":\"0x8c7b6a594837260" \
    "4\"}}"
#define STEP0 \
    "{\"fn\":\"rmi\",\"seq\":2,\"name\":\"mmio_read\",\"step\":0,\"in\":{\"op\":\"G" \
    "RANULE_DELEGATE\",\"fid\":\"0xc4000151\",\"x\":[\"0x80000000\"]},\"out\":{\"x" \
    "\":[\"0x0\"]}}"
#define STEP1 \
    "{\"fn\":\"rmi\",\"seq\":2,\"name\":\"mmio_read\",\"step\":1,\"in\":{\"op\":\"G" \
    "RANULE_UNDELEGATE\",\"fid\":\"0xc4000152\",\"x\":[\"0x80000000\"]},\"out\":{\"x" \
    "\":[\"0x0\"]}}"

/* clang-format on */

static const struct wrong_record wrongs[] = {
    {MMIO, NULL, NULL, NULL},
    {MMIO, "\"ok\":true", "\"ok\":false", "1.0 ok"},
    {MMIO, "10001048", "1000104c", "1.0 pc"},
    {MMIO, "\"rt_post\":\"0x0\"", "\"rt_post\":\"0x1\"", "1.0 rt_post"},
    {MMIO, "\"gprs0\":\"0x0\"", "\"gprs0\":\"0x1\"", "1.0 rt_post"},
    {MMIO, "changed\":false", "changed\":true", "1.0 other_regs_changed"},
    {MMIO, "\"flags\":\"0x1\"", "\"flags\":\"0x3\"", "1.0 pc"},
    {SEA, NULL, NULL, NULL},
    {SEA, "\"sctlr2_el1\":\"0x20\"", "\"sctlr2_el1\":\"0x0\"", "1.0 pc"},
    {SEA, "\"last_hpfar\":\"0x80090000\"", "\"last_hpfar\":\"0x90000\"", "1.0 ok"},
    {SEA, "[\"v0.6.0\"]", "[\"v0.3.0\"]", "eac pc"},
    {SEA, "[\"v0.6.0\"]", "[\"9a7f8ef\"]", "2.0 pstate"},
    {UNDEF, NULL, NULL, NULL},
    {UNDEF, "\"spsr_el2\":\"0x404003c5\"", "\"spsr_el2\":\"0x3c5\"", "2.0 spsr_el2"},
    {UNDEF, "unchanged\":true", "unchanged\":false", "2.0 far_el1_unchanged"},
    {EXIT, NULL, NULL, NULL},
    {EXIT, "\"esr\":\"0x91000047\"", "\"esr\":\"0x93210047\"", "1.0 esr"},
    {EXIT, "\"far\":\"0xeef\"", "\"far\":\"0xbeef\"", "1.0 far"},
    {EXIT, "\"gprs0\":\"0x1\"", "\"gprs0\":\"0x8978675645342301\"", "1.0 gprs0"},
    {EXIT, "\"last_esr\":\"0x93210047\"", "\"last_esr\":\"0x92210047\"", "1.0 last_esr"},
    {EXIT, "\"to_host\":true", "\"abort\":\"panic\"", "1.0 abort"},
    {FATAL, NULL, NULL, NULL},
    {FATAL, "handle_sync_external_abort", "system_abort", "1.0 abort"},
    {FATAL, "\"abort\":\"handle_sync_external_abort\"", "\"to_host\":true", "1.0 abort"},
    {GIC, NULL, NULL, NULL},
    {GIC, "[\"0x0\"]", "[\"0x6000000000000000\"]", "2.0 ok"},
    {ENTER, NULL, NULL, NULL},
    {ENTER, "\"ret\":\"0x0\"", "\"ret\":\"0x3\"", "2.0 ret"},
    {ENTER, "\"p0_pc\":\"0x9004\"", "\"p0_pc\":\"0x9000\"", "2.0 p0_pc"},
    {ENTER, "\"ns_read_ok\":1", "\"ns_read_ok\":0", "2.0 ret"},
    {ENTER, "\"ns_write_ok\":1", "\"ns_write_ok\":0", "2.0 ret"},
    {ENTER, "\"NS\"", "\"DELEGATED\"", "2.0 ret"},
    {STEP0, NULL, NULL, NULL},
    {STEP0, "\"out\":{\"x\":[\"0x0\"]", "\"out\":{\"x\":[\"0x1\"]", "1.0 x0"},
};

START_TEST(test_wrong_expectation)
{
    check_wrong_record(&wrongs[_i]);
}
END_TEST

/* State must not pass from one record to the next, but within a sequence. */
START_TEST(test_order)
{
    ck_assert_msg(run_text(EXIT "\n" ENTER "\n" FATAL "\n" MMIO "\n" SEA "\n" ENTER "\n" EXIT
                                "\n" MMIO "\n" STEP0 "\n" STEP1 "\n" STEP0 "\n"),
                  "%s", message);
    ck_assert_uint_eq(tally.passed, 11);
    ck_assert_uint_eq(tally.failed, 0);
}
END_TEST

START_TEST(test_what_is_left_out)
{
    ck_assert_msg(run_text(OTHER "\n" STEP1 "\n" STEP0 "\n"), "%s", message);
    ck_assert_uint_eq(tally.passed, 1);
    ck_assert_uint_eq(tally.skipped, 2);
}
END_TEST

/* Plane 0's take-over shows one; a plain completion none. */
START_TEST(test_known_defect)
{
    ck_assert_msg(run_text(ENTER "\n" MMIO "\n"), "%s", message);
    ck_assert_uint_eq(tally.passed, 2);
    ck_assert_uint_eq(tally.reason_count, 1);
    ck_assert(tally.reasons[0].partial && !tally.reasons[0].listed);
    ck_assert_uint_eq(tally.reasons[0].count, 1);
}
END_TEST

static const struct {
    const char *record, *instead_of, *put, *message;
} bad_values[] = {
    {MMIO, "\"0x93110007\"", "\"93110007\"", "last_esr: no number"},
    {MMIO, "\"0x93110007\"", "\"0x19311000719311000719\"", "last_esr: no 64-bit number"},
    {MMIO, "\"pc\"", "\"pcc\"", "pc: missing"},
    {MMIO, "\"ver\":[", "\"ver\":7,\"vre\":[", "ver: no array"},
    {SEA, "\"ipa_bits\":40", "\"ipa_bits\":4000", "ipa_bits: out of range"},
    {EXIT, "\"rt\":1", "\"rt\":32", "rt: out of range"},
    {EXIT, "\"ripas\":0", "\"ripas\":3", "ripas: out of range"},
    {GIC, "\"num_lrs\":4", "\"num_lrs\":17", "in: no GIC has such parameters"},
    {STEP0, "\"seq\":2", "\"seq\":\"2\"", "seq, step: no numbers"},
    {STEP0, "GRANULE", "\\u001b", "a name has a control character"},
    {STEP0, "[\"0x80000000\"]", "7", "x: no array of numbers, or too many"},
};

START_TEST(test_bad_value)
{
    char text[4096];

    replace(text, sizeof(text), bad_values[_i].record, bad_values[_i].instead_of,
            bad_values[_i].put);
    ck_assert(!run_text(text));
    ck_assert_msg(strstr(message, bad_values[_i].message) != NULL, "%s", message);
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("rmm_conform");
    TCase *tcase = tcase_create("records");

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, test_wrong_expectation, 0, sizeof(wrongs) / sizeof(wrongs[0]));
    tcase_add_test(tcase, test_order);
    tcase_add_test(tcase, test_what_is_left_out);
    tcase_add_test(tcase, test_known_defect);
    tcase_add_loop_test(tcase, test_bad_value, 0, sizeof(bad_values) / sizeof(bad_values[0]));
    suite_add_tcase(suite, tcase);
    return suite;
}
