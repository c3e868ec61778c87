/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `sim explain`: descriptors and faults in words, one trap told whole, and wrong command lines. */
#include <check.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "sim/cmd.h"
#include "sim/find_scenarios.h"
#include "sim/report/trap_story.h"
#include "tests/unit/check_command.h"
#include "tests/unit/check_main.h"

#define LINE_WIDTH 100
#define REALM "scenarios/quickstart/realm-mmio-read.yaml"
#define SIGN_LOST "scenarios/mmio/vm-sign-extend-linux-6.12.yaml"
#define SIGN_KEPT "scenarios/mmio/vm-sign-extend-linux-7.2.yaml"
#define REFUSED "scenarios/vmm/valid-sizes.yaml"
#define REFUSED_IN_KERNEL "scenarios/mmio/vm-in-kernel-refusal.yaml"
#define NOWHERE "scenarios/vmm/unassigned-qemu.yaml"
#define READ_ONLY "scenarios/stage2/dirty-log-read-then-write.yaml"
#define SWAPPED "scenarios/stage2/swapped-page-comes-back.yaml"
#define WALKS "scenarios/mmio/realm-mmu-on.yaml"

static const struct {
    unsigned stage;
    int level;
    uint64_t desc;
    const char *text;
} descriptors[] = {
    {2, 1, 0, "invalid"},
    {2, 1, 0x0080000000000000, "invalid; all bits but bit 0 are for software"},
    {2, 1, 0x80204003, "table at 0x80204000"},
    {1, 0, 0x18000000401fb003, "table at 0x401fb000, PXNTable, UXNTable"},
    {1, 2, 0x60000000401fb003, "table at 0x401fb000, not for EL0, read-only below"},
    {2, 3, 0x802067db, "page at 0x80206000: read-write, MemAttr=0x6, SH=3, AF"},
    {2, 2, 0x80200759, "block at 0x80200000: read-only, MemAttr=0x6, SH=3, AF"},
    {2, 2, 0x802ff011, "block at 0x80200000: no access, MemAttr=0x4, SH=0"},
    {2, 3, 0x00e0000080206483,
     "page at 0x80206000: write-only, MemAttr=0x0, SH=0, XN[1], XN[0], "
     "NS, AF"},
    {1, 3, 0x0060008009000407, "page at 0x8009000000: read-write, AttrIndx=1, SH=0, PXN, UXN, AF"},
    {1, 1, 0x40000cc1, "block at 0x40000000: read-only, AttrIndx=0, SH=0, EL0 too, nG, AF"},
    {1, 3, 0x40000001, "reserved at this level: as invalid"},
    {1, 0, 0x40000001, "reserved at this level: as invalid"},
};

START_TEST(descriptors_in_words)
{
    char text[STORY_TEXT_SIZE];
    ck_assert_str_eq(
        descriptor_text(descriptors[_i].stage, descriptors[_i].level, descriptors[_i].desc, text),
        descriptors[_i].text);
}
END_TEST

/* Up to the last chapter, which is the trap's block as `sim run` prints it. */
static void check_width(const char *text)
{
    const char *block = strstr(text, "Who sees what");
    const char *end = block ? block : text + strlen(text);
    for (const char *at = text; at < end; at += strcspn(at, "\n") + (strchr(at, '\n') != NULL))
        ck_assert_msg(strcspn(at, "\n") <= LINE_WIDTH, "%.*s", (int)strcspn(at, "\n"), at);
}

static const struct {
    const char *arguments[4];
    int status;
    const char *out, *err;
} lines[] = {
    {{REALM}, 0, "trap 1 of 2: ldrsb x2, [x0]\n", NULL},
    {{REALM, "2"}, 0, "trap 2 of 2: smc #0\n", NULL},
    {{REALM}, 0, "   a read of 1 byte at VA 0x8009000000: x0\n", NULL},
    {{REALM}, 0, "at 0x0080001000  0x0080000000000000  invalid; all bits but bit 0", NULL},
    {{REALM}, 0, "stage 2 is not valid:\n   nothing is mapped there\n", NULL},
    {{REALM}, 0, "   [20:16] SRT       x2             transfer register\n", NULL},
    {{REALM}, 0, "      SRT       x2                          hidden\n", NULL},
    {{REALM}, 0, "  kvm    io_mem_abort ", NULL},
    {{REALM}, 0, "an access outside the memslots [Linux", NULL},
    {{REALM}, 0, "arch/arm64/kvm/mmio.c]\n", NULL},
    {{REALM}, 0, "completed   x2 = 0xffffffffffffff90, by the RMM, sign-extended", NULL},
    {{SIGN_LOST}, 0, "x4 = 0x00000000000000a8, by KVM, sign lost (kvm_handle_mmio_return)\n", NULL},
    {{SIGN_LOST}, 0, "this kernel extends the value, then masks it to the access", NULL},
    {{SIGN_KEPT},
     0,
     "x4 = 0x00000000ffffffa8, by KVM, sign-extended (kvm_handle_mmio_return)",
     NULL},
    {{"--json", REALM}, 0, "\"sign\": \"sign-extended\"", NULL},
    {{"--json", SIGN_LOST}, 0, "\"sign_why\": \"this kernel extends the value", NULL},
    {{"--json", REFUSED, "2"}, 0, "\"refused\": \"decode_error: words takes no read of 1", NULL},
    {{"--json", REFUSED, "3"}, 0, "\"refused\": null", NULL},
    {{REFUSED, "2"},
     0,
     "    refused     decode_error: words takes no read of 1 at offset 0x0",
     NULL},
    {{REFUSED, "2"}, 0, "a device answers, decode_error", NULL},
    {{REFUSED, "2"}, 0, "decode_error, which KVM is not told\n", NULL},
    {{REFUSED, "3"}, 0, "data 0x8877665544332211\n", NULL},
    {{REFUSED, "4"}, 0, "completed   the write is lost, by KVM", NULL},
    {{REFUSED_IN_KERNEL, "3"},
     0,
     "the device in the kernel takes no write of 1 at 0x9000000",
     NULL},
    {{NOWHERE, "3"}, 0, "decode_error: nothing is there to read at 0xb000000", NULL},
    {{READ_ONLY, "3"}, 0, "   so since trap 2: stage2_map, a leaf is written (r)\n", NULL},
    {{"--json", READ_ONLY, "3"}, 0, "\"since_trap\": 2,\n  \"since_event\": \"stage2_map\"", NULL},
    {{SWAPPED, "4"}, 0, "   so since trap 3: stage2_unmap, a range is unmapped\n", NULL},
    {{WALKS}, 0, "   -> VA 0x8009000004: mapped to IPA 0x8009000004\n", NULL},
    {{WALKS}, 0, "page at 0x8009000000: read-write,", NULL},
    {{"E0107"}, 0, "E0107: a key is not known here\n", NULL},
    {{"W0401"}, 0, "W0401: a realm's device is where the host never hears of an access\n", NULL},
    {{"W9999"}, 2, NULL, "there is no code W9999"},
    {{"E9999"}, 2, NULL, "there is no code E9999"},
    {{REALM, "3"}, 2, NULL, "there is no trap 3: the run has 2"},
    {{REALM, "0"}, 2, NULL, "N is the number of a trap, from 1 on, not '0'"},
    {{REALM, "x"}, 2, NULL, "N is the number of a trap"},
    {{REALM, "1", "2"}, 2, NULL, "one FILE, and at most one N"},
    {{NULL}, 2, NULL, "one FILE, and at most one N"},
    {{"--jason", REALM}, 2, NULL, "did you mean '--json'?"},
    {{"--color=x", REALM}, 2, NULL, "--color is auto, always or never"},
    {{"nowhere.yaml"}, 2, NULL, "nowhere.yaml: error[E0001]"},
    {{"--help"}, 0, "usage: sim explain FILE [N] [options]", NULL},
};

START_TEST(command_lines)
{
    static struct check_said said;
    ck_assert_int_eq(check_command(cmd_explain, "explain", lines[_i].arguments, &said),
                     lines[_i].status);
    ck_assert_msg(lines[_i].out ? strstr(said.out, lines[_i].out) != NULL : !*said.out, "%.2000s",
                  said.out);
    ck_assert_msg(lines[_i].err ? strstr(said.err, lines[_i].err) != NULL : !*said.err, "%s",
                  said.err);
    if (said.out[0] != '{')
        check_width(said.out);
}
END_TEST

/* Cycles that the steps take are the trap's; the syndrome and the reason are there. */
static void check_document(json_t *value)
{
    json_t *steps = json_object_get(value, "steps"), *step;
    json_int_t cycles = 0;
    size_t i;
    ck_assert_uint_gt(json_array_size(steps), 0);
    json_array_foreach(steps, i, step)
    {
        cycles += json_integer_value(json_object_get(step, "took"));
        ck_assert(json_is_string(json_object_get(step, "event")));
        ck_assert(json_is_string(json_object_get(step, "doc")));
    }
    ck_assert_int_eq(cycles, json_integer_value(json_object_get(value, "cycles")));
}

START_TEST(json_is_json)
{
    static struct check_said said;
    const char *const arguments[] = {"--json", REALM, NULL};
    ck_assert_int_eq(check_command(cmd_explain, "explain", arguments, &said), 0);
    json_t *value = json_loads(said.out, 0, NULL);
    ck_assert_ptr_nonnull(value);
    check_document(value);
    ck_assert_str_eq(json_string_value(json_object_get(value, "insn")), "ldrsb x2, [x0]");
    ck_assert_str_eq(json_string_value(json_object_get(value, "esr")), "0x0000000093228005");
    ck_assert_str_eq(json_string_value(json_object_get(value, "why")),
                     "the level-1 descriptor of stage 2 is not valid: nothing is mapped there");
    json_decref(value);
}
END_TEST

/* Every scenario of the tree, its default trap: told within the width, and as JSON. */
START_TEST(any_scenario)
{
    static struct check_said said;
    static const char *const folders[] = {"scenarios/quickstart", "scenarios/mmio",
                                          "scenarios/errors"};
    struct arena *arena = arena_new();
    struct scenario_list list = {0};
    ck_assert_int_eq(find_scenarios(arena, folders[_i], &list), 0);
    ck_assert_uint_gt(list.count, 0);
    for (size_t i = 0; i < list.count; i++) {
        const char *const text[] = {list.paths[i], NULL}, *json[] = {"--json", list.paths[i], NULL};
        int status = check_command(cmd_explain, "explain", text, &said);
        ck_assert_msg(status == 0 || strstr(said.err, "the run has no trap"), "%s: %s",
                      list.paths[i], said.err);
        check_width(said.out);
        ck_assert_int_eq(check_command(cmd_explain, "explain", json, &said), status);
        json_t *value = json_loads(said.out, 0, NULL);
        ck_assert_int_eq(value != NULL, status == 0);
        if (value)
            check_document(value);
        json_decref(value);
    }
    arena_free(arena);
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("explain");
    TCase *tests = tcase_create("all");
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, descriptors_in_words, 0,
                        sizeof(descriptors) / sizeof(descriptors[0]));
    tcase_add_loop_test(tests, command_lines, 0, sizeof(lines) / sizeof(lines[0]));
    tcase_add_test(tests, json_is_json);
    tcase_add_loop_test(tests, any_scenario, 0, 3);
    suite_add_tcase(suite, tests);
    return suite;
}
