/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The scenario loader: what good files become, and how what is wrong is told. */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cpu/count.h"
#include "sim/scenario/code_cache.h"
#include "sim/scenario/elf_image.h"
#include "sim/scenario/expr.h"
#include "sim/scenario/file.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/schema.h"
#include "sim/scenario/text.h"
#include "sim/scenario/yaml_tree.h"
#include "tests/unit/check_main.h"

struct fixture {
    char folder[32];
    char *messages;
    size_t messages_size;
    FILE *out;
    struct diag_options diag;
    int status;
};

static struct fixture *fix;

static void set_up(void)
{
    fix = calloc(1, sizeof(*fix));
    strcpy(fix->folder, "/tmp/sim-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(fix->folder));
    ck_assert_int_eq(chdir(fix->folder), 0);
    fix->out = open_memstream(&fix->messages, &fix->messages_size);
    fix->diag = (struct diag_options){.out = fix->out};
}

static void tear_down(void)
{
    static const char *const files[] = {"a.yaml",    "b.yaml",    "c.yaml", "a.code.hex",
                                        "guest.elf", "sub/d.inc", "sub"};

    for (size_t i = 0; i < COUNT(files); i++)
        remove(files[i]);
    ck_assert_int_eq(chdir("/"), 0);
    ck_assert_int_eq(rmdir(fix->folder), 0);
    fclose(fix->out);
    free(fix->messages);
    free(fix);
}

static void put_bytes(const char *name, const void *bytes, size_t size)
{
    FILE *file = fopen(name, "w");

    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(bytes, 1, size, file), size);
    ck_assert_int_eq(fclose(file), 0);
}

static void put(const char *name, const char *text)
{
    put_bytes(name, text, strlen(text));
}

static struct scenario *load_as(const char *name, enum code_cache_use use)
{
    const struct scenario_load_options options = {.diag = &fix->diag, .code_cache = use};
    struct scenario *scenario = scenario_load_with(name, &options, &fix->status);

    fflush(fix->out);
    return scenario;
}

/* Loads text as a.yaml; it must be good. */
static struct scenario *load_good(const char *text)
{
    struct scenario *scenario;

    put("a.yaml", text);
    scenario = load_as("a.yaml", CODE_CACHE_UPDATE);
    ck_assert_msg(scenario, "%s", fix->messages);
    ck_assert_int_eq(fix->status, 0);
    ck_assert_str_eq(fix->messages, "");
    return scenario;
}

/* Loads text as a.yaml; it must be rejected with this text among the messages. */
static void expect_bad(const char *text, const char *message)
{
    put("a.yaml", text);
    ck_assert_ptr_null(load_as("a.yaml", CODE_CACHE_UPDATE));
    ck_assert_int_eq(fix->status, SCENARIO_INVALID);
    ck_assert_msg(strstr(fix->messages, message), "'%s' is not in:\n%s", message, fix->messages);
}

#define HEAD "sim: 1\nmemory:\n  - {name: ram, ipa: 0x4000_0000, size: 2M}\n"
#define CODE "guest:\n  code: {hex: [0xd503201f, 0xd4000002]}\n"

/* The assembled form of the code in `minimal`, so that the tests need no assembler. */
#define MINIMAL_ASM "store:  str w1, [x0]\n        hvc #0\n"

static const char minimal[] =
    "# yaml-language-server: $schema=../share/sim/scenario.schema.json\n"
    "sim: 1\n"
    "name: mmio_write_uart\n"
    "about: A 32-bit store to an unmapped IPA becomes KVM_EXIT_MMIO.\n"
    "refs: [\"Arm ARM, ESR_EL2, ISS encoding for a Data Abort\", \"Linux arch/arm64/kvm/mmio.c, "
    "io_mem_abort\"]\n"
    "tags: [mmio, fast]\n"
    "machine: {cpu: generic-v8.4, world: kvm-vhe, kernel: v6.12, granule: 4K, ipa_bits: 40}\n"
    "memory:\n"
    "  - {name: ram, ipa: 0x4000_0000, size: 2M}\n"
    "devices:\n"
    "  - {name: uart, type: pl011, ipa: 0x0900_0000, handled_by: vmm}\n"
    "guest:\n"
    "  el: EL1\n"
    "  stage1: flat                      # never on/off/yes/no as values\n"
    "  entry: ram\n"
    "  regs: {x0: uart, x1: 0x41}\n"
    "  code:\n"
    "    asm: |\n"
    "      store:  str w1, [x0]\n"
    "              hvc #0\n"
    "expect:\n"
    "  end: {reason: hvc, imm: 0}\n"
    "  exits: {MMIO: 1, HVC: 1}\n"
    "  traps:\n"
    "    - at: store\n"
    "      ec: DABT_LOW\n"
    "      iss: {isv: 1, sas: word, srt: x1, wnr: 1, dfsc: translation-l1}\n"
    "      hpfar: 0x9_0000\n"
    "      exit: {reason: KVM_EXIT_MMIO, phys_addr: uart, len: 4, is_write: true, data: 0x41}\n"
    "      path: [guest_store, s2_walk, fault, el2_vector, kvm_handle_guest_abort, io_mem_abort, "
    "exit_to_vmm, vmm_handle, kvm_run, eret]\n"
    "      cycles: {max: 9000}\n";

static const uint8_t store_hvc[] = {0x01, 0x00, 0x00, 0xb9, 0x02, 0x00, 0x00, 0xd4};

static void put_cache(const char *asm_text, uint64_t address)
{
    struct arena *arena = arena_new();
    struct scn_label labels[] = {{"store", address}};
    struct code_image image = {address, arena_alloc(arena, sizeof(store_hvc)), sizeof(store_hvc),
                               labels, COUNT(labels)};

    memcpy(image.bytes, store_hvc, sizeof(store_hvc));
    ck_assert(code_cache_write(arena, "a.code.hex", assembler_hash(asm_text, address), &image));
    arena_free(arena);
}

static const struct expect_item *find_item(const struct expect_item *items, size_t count,
                                           const char *path)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(items[i].path, path) == 0)
            return &items[i];
    }
    ck_abort_msg("no item %s", path);
    return NULL;
}

static bool have_assembler(void)
{
    return system("command -v aarch64-linux-gnu-as >/dev/null && "
                  "command -v aarch64-linux-gnu-ld >/dev/null") == 0;
}

static void without_assembler(void)
{
    ck_assert_int_eq(setenv("PATH", fix->folder, 1), 0);
}

/* --- good files ------------------------------------------------------------------------------- */

START_TEST(minimal_scenario)
{
    static const struct {
        const char *path;
        uint64_t value;
    } numbers[] = {
        {"ec", 0x24},    {"iss.isv", 1},       {"iss.sas", 2},     {"iss.srt", 1},
        {"iss.wnr", 1},  {"iss.dfsc", 5},      {"hpfar", 0x90000}, {"exit.phys_addr", 0x9000000},
        {"exit.len", 4}, {"exit.is_write", 1}, {"exit.data", 0x41}};
    const struct expect_trap *trap;
    struct scenario *scn;

    put_cache(MINIMAL_ASM, 0x40000000);
    without_assembler();
    scn = load_good(minimal);
    ck_assert_str_eq(scn->name, "mmio_write_uart");
    ck_assert_uint_eq(scn->ref_count, 2);
    ck_assert_str_eq(scn->tags[1], "fast");
    ck_assert_int_eq(scn->machine.world, SCN_WORLD_KVM);
    ck_assert_str_eq(scn->machine.kernel, "linux-6.12");
    ck_assert_str_eq(scn->machine.cpu, "generic-v8.4");
    ck_assert_ptr_null(scn->machine.rmm);
    ck_assert_uint_eq(scn->machine.ipa_bits, 40);
    ck_assert_uint_eq(scn->memory[0].ipa.v, 0x40000000);
    ck_assert_uint_eq(scn->memory[0].size, 0x200000);
    ck_assert_int_eq(scn->devices[0].type, SCN_DEVICE_PL011);
    ck_assert_uint_eq(scn->devices[0].size, 4096);
    ck_assert(!scn->devices[0].in_kernel);
    ck_assert_uint_eq(scn->guest.el, 1);
    ck_assert_int_eq(scn->guest.stage1, SCN_STAGE1_FLAT);
    ck_assert_uint_eq(scn->guest.start.entry.v, 0x40000000);
    ck_assert_uint_eq(scn->guest.start.regs[0], 0x9000000);
    ck_assert_uint_eq(scn->guest.start.regs[1], 0x41);
    ck_assert_uint_eq(scn->guest.segment_count, 1);
    ck_assert_uint_eq(scn->guest.segments[0].ipa.v, 0x40000000);
    ck_assert_mem_eq(scn->guest.segments[0].bytes, store_hvc, sizeof(store_hvc));
    ck_assert_uint_eq(scn->limits.instructions, 10000000);
    ck_assert_uint_eq(scn->limits.exits, 100000);
    ck_assert_uint_eq(scn->limits.cycles, 0);

    ck_assert_str_eq(find_item(scn->expect.end, scn->expect.end_count, "end.reason")->want.text,
                     "hvc");
    ck_assert_uint_eq(scn->expect.exit_count, 2);
    ck_assert_str_eq(scn->expect.exits[1].path, "exits.HVC");
    ck_assert_uint_eq(scn->expect.trap_count, 1);
    trap = &scn->expect.traps[0];
    ck_assert(trap->has_at);
    ck_assert_uint_eq(trap->at, 0x40000000);
    ck_assert_str_eq(trap->at_name, "store");
    ck_assert_uint_eq(trap->step_count, 10);
    ck_assert_str_eq(trap->steps[9], "eret");
    for (size_t i = 0; i < COUNT(numbers); i++) {
        const struct expect_item *item = find_item(trap->items, trap->item_count, numbers[i].path);

        ck_assert_int_eq(item->want.op, MATCH_EQ);
        ck_assert(!item->want.is_text);
        ck_assert_uint_eq(item->want.value, numbers[i].value);
    }
    ck_assert_str_eq(find_item(trap->items, trap->item_count, "exit.reason")->want.text,
                     "KVM_EXIT_MMIO");
    ck_assert_int_eq(find_item(trap->items, trap->item_count, "cycles")->want.op, MATCH_RANGE);
    ck_assert_uint_eq(find_item(trap->items, trap->item_count, "cycles")->want.value2, 9000);
    ck_assert_uint_eq(find_item(trap->items, trap->item_count, "hpfar")->pos.line, 28);
    ck_assert_uint_eq(find_item(trap->items, trap->item_count, "hpfar")->pos.column, 14);
    scenario_free(scn);
}
END_TEST

START_TEST(realm)
{
    struct scenario *scn = load_good(
        "sim: 1\n"
        "vars: {middle: 1 << 39, uart: middle + 0x0900_0000}\n"
        "machine: {world: cca}\n"
        "memory:\n"
        "  - {name: ram, ipa: 0x4000_0000, size: 2M}\n"
        "  - {name: hole, ipa: 0x5000_0000, size: 64K, ripas: empty}\n"
        "devices:\n"
        "  - {name: regs, type: registers, ipa: $uart, handled_by: kvm,\n"
        "     values: {0x8: 0x1234, 0x0: 0x90, 0x10: {value: 1, size: 8}, 0x20: 0x1_0000_0000}}\n"
        "  - {name: inside, type: registers, ipa: 0x6000_0000, size: 8K}\n"
        "page_tables:\n"
        "  stage1:\n"
        "    - {va: 0xffff_0000_0800_0000, ipa: regs, attr: device}\n"
        "    - {va: 0xffff_0000_0900_0000, ipa: ram+0x1000, size: 8K, perm: rwx, el0: same}\n"
        "guest:\n"
        "  el: EL0\n"
        "  stage1: flat\n"
        "  entry: 0xffff_0000_0900_0ffc\n"
        "  regs: {sp: ram + 0x10_0000, x30: $((uart >> 12) << 4)}\n"
        "  sysregs: {VBAR_EL1: ram+0x800, SCTLR_EL1: default}\n"
        "  code: {hex: \"0xd503201f, 0xd4000002\"}\n"
        "expect:\n"
        "  exact: true\n"
        "  end: {reason: psci, call: SYSTEM_OFF}\n"
        "  regs: {x0: unchanged, x1: {in: [1, regs]}, pc: {not: hole}, sp: {min: 1}}\n"
        "  devices: {regs: {reads: 1, output: null}}\n"
        "  traps:\n"
        "    - {el: EL2, host_sees: {esr: 0x91800047, gprs: {0: 0x41}}, vmm_sees: null}\n"
        "    - {exit: {reason: {in: [KVM_EXIT_MMIO, KVM_EXIT_ARM_NISV]}}, injection: any}\n"
        "xfail: {reason: not yet}\n");
    const struct scn_guest *guest = &scn->guest;
    const struct scn_expect *expect = &scn->expect;

    ck_assert_str_eq(scn->name, "a");
    ck_assert_str_eq(scn->xfail, "not yet");
    ck_assert_ptr_null(scn->skip);
    ck_assert_str_eq(scn->machine.kernel, "cca-v12");
    ck_assert_str_eq(scn->machine.rmm, "1.0");
    ck_assert(scn->memory[0].ripas_ram);
    ck_assert(!scn->memory[1].ripas_ram);
    ck_assert_uint_eq(scn->devices[0].ipa.v, 0x8009000000);
    ck_assert(scn->devices[0].in_kernel);
    ck_assert_uint_eq(scn->devices[0].value_count, 4);
    ck_assert_uint_eq(scn->devices[0].values[0].offset, 8);
    ck_assert_uint_eq(scn->devices[0].values[0].size, 2);
    ck_assert_uint_eq(scn->devices[0].values[1].size, 1);
    ck_assert_uint_eq(scn->devices[0].values[2].size, 8);
    ck_assert_uint_eq(scn->devices[0].values[3].size, 8);
    ck_assert_uint_eq(guest->map_count, 2);
    ck_assert(guest->maps[0].device && guest->maps[0].writable && !guest->maps[0].executable);
    ck_assert_uint_eq(guest->maps[0].ipa.v, 0x8009000000);
    ck_assert(guest->maps[1].user && guest->maps[1].executable);
    ck_assert_uint_eq(guest->el, 0);
    ck_assert_uint_eq(guest->start.entry.v, 0xffff000009000ffc);
    ck_assert_uint_eq(guest->segment_count, 1); /* 8 bytes across a page, in one mapping */
    ck_assert_uint_eq(guest->segments[0].ipa.v, 0x40001ffc);
    ck_assert_uint_eq(guest->start.sp, 0x40100000);
    ck_assert_uint_eq(guest->start.regs[30], 0x80090000);
    ck_assert_uint_eq(guest->sysreg_count, 2);
    ck_assert_int_eq(guest->sysregs[0].reg, SYSREG_VBAR_EL1);
    ck_assert_uint_eq(guest->sysregs[0].value, 0x40000800);
    ck_assert_uint_eq(guest->sysregs[1].value, sysreg_table[SYSREG_SCTLR_EL1].reset);

    ck_assert(expect->traps_exact);
    ck_assert_str_eq(find_item(expect->end, expect->end_count, "end.call")->want.text,
                     "SYSTEM_OFF");
    ck_assert_int_eq(find_item(expect->regs, expect->reg_count, "regs.x0")->want.op,
                     MATCH_UNCHANGED);
    ck_assert_int_eq(find_item(expect->regs, expect->reg_count, "regs.x1")->want.op, MATCH_IN);
    ck_assert_uint_eq(find_item(expect->regs, expect->reg_count, "regs.x1")->want.set[1],
                      0x8009000000);
    ck_assert_int_eq(find_item(expect->regs, expect->reg_count, "regs.pc")->want.op, MATCH_NE);
    ck_assert_uint_eq(find_item(expect->regs, expect->reg_count, "regs.pc")->want.value,
                      0x50000000);
    ck_assert_uint_eq(find_item(expect->regs, expect->reg_count, "regs.sp")->want.value2,
                      UINT64_MAX);
    ck_assert_int_eq(
        find_item(expect->devices, expect->device_count, "devices.regs.output")->want.op,
        MATCH_ABSENT);
    ck_assert_uint_eq(
        find_item(expect->traps[0].items, expect->traps[0].item_count, "el")->want.value, 2);
    find_item(expect->traps[0].items, expect->traps[0].item_count, "host_sees.gprs.0");
    ck_assert_int_eq(
        find_item(expect->traps[0].items, expect->traps[0].item_count, "exit")->want.op,
        MATCH_ABSENT);
    ck_assert_int_eq(
        find_item(expect->traps[1].items, expect->traps[1].item_count, "injection")->want.op,
        MATCH_ANY);
    ck_assert_str_eq(find_item(expect->traps[1].items, expect->traps[1].item_count, "exit.reason")
                         ->want.set_text[1],
                     "KVM_EXIT_ARM_NISV");
    scenario_free(scn);
}
END_TEST

START_TEST(bytes_follow_mappings)
{
    struct scenario *scn = load_good(HEAD "page_tables:\n"
                                          "  stage1:\n"
                                          "    - {va: 0x8000_0000, ipa: ram+0x2000}\n"
                                          "    - {va: 0x8000_1000, ipa: ram}\n"
                                          "guest:\n"
                                          "  stage1: flat\n"
                                          "  entry: 0x8000_0ffc\n"
                                          "  code: {hex: [0xd503201f, 0xd4000002]}\n");

    ck_assert_uint_eq(scn->guest.segment_count, 2);
    ck_assert_uint_eq(scn->guest.segments[0].ipa.v, 0x40002ffc);
    ck_assert_uint_eq(scn->guest.segments[0].size, 4);
    ck_assert_uint_eq(scn->guest.segments[1].ipa.v, 0x40000000);
    ck_assert_uint_eq(scn->guest.segments[1].bytes[3], 0xd4);
    scenario_free(scn);
}
END_TEST

START_TEST(includes_merge)
{
    struct scenario *scn;

    ck_assert_int_eq(mkdir("sub", 0700), 0);
    put("sub/d.inc", "tags: [deep]\nguest: {regs: {x1: 1, x2: 2}, el: EL0}\n"
                     "x-note: [even, {this: one}]\n");
    put("b.yaml", "include: [sub/d.inc]\nmemory: [{name: other, ipa: 0, size: 4K}]\n"
                  "guest: {regs: {x2: 3}, code: {hex: [1]}}\n");
    put("c.yaml", "include: [sub/d.inc]\nguest: {regs: {x3: 4}}\ntags: [c1, c2]\n");
    scn = load_good("include: [b.yaml, c.yaml]\n" HEAD "guest: {code: {hex: [0xd4000002]}}\n");
    ck_assert_uint_eq(scn->memory_count, 1); /* lists are replaced */
    ck_assert_str_eq(scn->memory[0].name, "ram");
    ck_assert_uint_eq(scn->guest.el, 0);
    ck_assert_uint_eq(scn->guest.start.regs[1], 1);
    ck_assert_uint_eq(scn->guest.start.regs[2], 2); /* c includes d again, which comes after b */
    ck_assert_uint_eq(scn->guest.start.regs[3], 4);
    ck_assert_uint_eq(scn->tag_count, 2);
    ck_assert_uint_eq(scn->guest.segments[0].bytes[3], 0xd4);
    scenario_free(scn);
}
END_TEST

START_TEST(anchors_and_notes)
{
    struct scenario *scn = load_good("sim: 1\nx-size: &size 8K\nmemory:\n"
                                     "  - &m {name: ram, ipa: 0x4000_0000, size: *size}\n"
                                     "x-again: *m\n" CODE "  x-private: {any: thing}\n");

    ck_assert_uint_eq(scn->memory[0].size, 8192);
    scenario_free(scn);
}
END_TEST

/* --- numbers, expressions, text ----------------------------------------------------------------
 */

START_TEST(numbers)
{
    static const struct {
        const char *text;
        enum number_status status;
        uint64_t value;
    } rows[] = {
        {"0", NUMBER_OK, 0},
        {"42", NUMBER_OK, 42},
        {"1_000", NUMBER_OK, 1000},
        {"0x4000_0000", NUMBER_OK, 0x40000000},
        {"0xAbC", NUMBER_OK, 0xabc},
        {"0b1010_1010", NUMBER_OK, 0xaa},
        {"4K", NUMBER_OK, 4096},
        {"0x10K", NUMBER_OK, 16384},
        {"3M", NUMBER_OK, 3 << 20},
        {"2G", NUMBER_OK, UINT64_C(2) << 30},
        {"18446744073709551615", NUMBER_OK, UINT64_MAX},
        {"0xffff_ffff_ffff_ffff", NUMBER_OK, UINT64_MAX},
        {"18446744073709551616", NUMBER_OVERFLOW, 0},
        {"0x1_0000_0000_0000_0000", NUMBER_OVERFLOW, 0},
        {"99999999999999999999999999", NUMBER_OVERFLOW, 0},
        {"16777216G", NUMBER_OK, UINT64_C(1) << 54},
        {"17179869184G", NUMBER_OVERFLOW, 0},
        {"-1", NUMBER_NEGATIVE, 0},
        {"-0x10", NUMBER_NEGATIVE, 0},
        {"010", NUMBER_OCTAL, 0},
        {"0o10", NUMBER_BAD, 0},
        {"", NUMBER_BAD, 0},
        {"-", NUMBER_BAD, 0},
        {"K", NUMBER_BAD, 0},
        {"0x", NUMBER_BAD, 0},
        {"0b", NUMBER_BAD, 0},
        {"0xg", NUMBER_BAD, 0},
        {"0b2", NUMBER_BAD, 0},
        {"_1", NUMBER_BAD, 0},
        {"1_", NUMBER_BAD, 0},
        {"1__0", NUMBER_BAD, 0},
        {"0x_1", NUMBER_BAD, 0},
        {"1.5", NUMBER_BAD, 0},
        {"1e3", NUMBER_BAD, 0},
        {"1:30", NUMBER_BAD, 0},
        {"4k", NUMBER_BAD, 0},
        {"4KM", NUMBER_BAD, 0},
        {" 4", NUMBER_BAD, 0},
        {"+4", NUMBER_BAD, 0},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        uint64_t value = 0;
        enum number_status status = number_parse(rows[i].text, strlen(rows[i].text), &value);

        ck_assert_msg(status == rows[i].status, "'%s' gives %d", rows[i].text, status);
        ck_assert_uint_eq(value, rows[i].value);
    }
}
END_TEST

START_TEST(expressions)
{
    static const struct {
        const char *text;
        uint64_t value;
        const char *wrong; /* NULL: it is good */
    } rows[] = {
        {"1 + 2 * 3", 7, NULL},
        {"(1 + 2) * 3", 9, NULL},
        {"1 << (bits - 1)", UINT64_C(1) << 39, NULL},
        {"10 - 2 - 3", 5, NULL},
        {"1 | 2 & 6", 3, NULL},
        {"~0", UINT64_MAX, NULL},
        {"~0 >> 4 << 4", ~UINT64_C(15), NULL},
        {"~0 << 4", 0, "does not fit"},
        {"bits == 40", 1, NULL},
        {"bits != 40 | bits <= 40", 1, NULL},
        {"2 < 1", 0, NULL},
        {"1 << 2 + 1", 8, NULL},
        {"4K * 2", 8192, NULL},
        {"1 << 63", UINT64_C(1) << 63, NULL},
        {"1 << 64", 0, "does not fit"},
        {"0xffff_ffff_ffff_ffff + 1", 0, "does not fit"},
        {"1 - 2", 0, "negative"},
        {"0x1_0000_0000 * 0x1_0000_0000", 0, "does not fit"},
        {"1 +", 0, "ends too early"},
        {"", 0, "ends too early"},
        {"(1", 0, "')' is expected"},
        {"1 1", 0, "an operator is expected"},
        {"1 / 2", 0, "an operator is expected"},
        {"btis", 0, "did you mean 'bits'"},
        {"1 + -1", 0, "a number, a variable or '(' is expected"},
        {"08", 0, "leading zero"},
    };
    struct arena *arena = arena_new();
    struct variable bits = {.name = "bits", .value = 40};
    const struct variables vars = {.items = &bits, .count = 1};

    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct source_pos pos = {"a", 1, 1};
        struct node *node = node_new(arena, NODE_SCALAR, &pos);
        struct diag *diag = diag_new(arena);
        uint64_t value = 0;
        bool good;

        node->text = rows[i].text;
        good = expression_read(arena, diag, &vars, node, 0, strlen(node->text), &value);
        ck_assert_msg(good == !rows[i].wrong, "%s", rows[i].text);
        if (good) {
            ck_assert_uint_eq(value, rows[i].value);
            continue;
        }
        diag_print(diag, &fix->diag);
        fflush(fix->out);
        ck_assert_msg(strstr(fix->messages, rows[i].wrong), "'%s' is not in:\n%s", rows[i].wrong,
                      fix->messages);
        rewind(fix->out);
    }
    arena_free(arena);
}
END_TEST

START_TEST(near_misses)
{
    ck_assert_uint_eq(text_distance("hpafr", "hpfar"), 1); /* neighbours swapped */
    ck_assert_uint_eq(text_distance("", "abc"), 3);
    ck_assert_uint_eq(text_distance("kitten", "sitting"), 3);
    ck_assert_uint_eq(text_distance("size", "size"), 0);

    struct text_nearest nearest = {.wanted = "sze"};

    text_nearest_offer(&nearest, "name");
    ck_assert_ptr_null(nearest.best);
    text_nearest_offer(&nearest, "size");
    ck_assert_str_eq(nearest.best, "size");

    struct text_nearest tiny = {.wanted = "ab"};

    text_nearest_offer(&tiny, "xy"); /* two edits away, but nothing stays */
    ck_assert_ptr_null(tiny.best);
}
END_TEST

START_TEST(shown_text)
{
    struct arena *arena = arena_new();
    const char *dots;

    ck_assert_str_eq(text_show(arena, "a\x1b[31m\xff"), "a\\x1b[31m\\xff");
    ck_assert_str_eq(text_show(arena, "gr\xc3\xbc\xc3\x9f"), "gr\xc3\xbc\xc3\x9f");
    dots = text_show(arena, "0123456789012345678901234567890123456789012345678901234567890123");
    ck_assert_uint_eq(strlen(dots), 63);
    ck_assert_str_eq(dots + 60, "...");
    ck_assert_str_eq(text_path_beside(arena, "x/y/a.yaml", "b"), "x/y/b");
    ck_assert_str_eq(text_path_beside(arena, "a.yaml", "b"), "b");
    ck_assert_str_eq(text_path_beside(arena, "x/a.yaml", "/b"), "/b");
    ck_assert_str_eq(text_path_stem(arena, "x/a.b.yaml"), "a.b");
    ck_assert_str_eq(text_path_stem(arena, ".yaml"), ".yaml");
    arena_free(arena);
}
END_TEST

/* --- messages --------------------------------------------------------------------------------- */

START_TEST(message_human)
{
    expect_bad(HEAD CODE "expect:\n  traps:\n    - hpafr: 1\n",
               "a.yaml:8:7: error[E0107]: unknown key 'hpafr' in expect.traps[0]\n"
               "    8 |     - hpafr: 1\n"
               "      |       ^^^^^ did you mean 'hpfar'?\n"
               "      = note: keys here: at, vcpu, ec, ");
    ck_assert_str_eq(fix->messages + strlen(fix->messages) - 9, "\n1 error\n");
}
END_TEST

START_TEST(message_short)
{
    fix->diag.format = DIAG_SHORT;
    expect_bad(HEAD CODE "nmae: x\n", "a.yaml:6:1: error[E0107]: unknown key 'nmae'\n");
    ck_assert_ptr_eq(strchr(fix->messages, '\n'), fix->messages + strlen(fix->messages) - 1);
}
END_TEST

START_TEST(message_json)
{
    fix->diag.format = DIAG_JSON;
    expect_bad(HEAD "# \"\xc3\xa4\"\n" CODE "\"n\\\"me\": x\n",
               "{\"message\":\"unknown key 'n\\\"me'\",\"level\":\"error\",\"code\":{\"code\":"
               "\"E0107\"");
    ck_assert_ptr_nonnull(strstr(fix->messages, "\"line_start\":7,\"line_end\":7,"
                                                "\"column_start\":1,\"column_end\":8"));
    ck_assert_ptr_nonnull(strstr(fix->messages, "\"rendered\":\"a.yaml:7:1: error[E0107]"));
}
END_TEST

START_TEST(message_columns)
{
    /* columns count characters, and the carets stand below them */
    expect_bad(HEAD CODE "x-\xc3\xa4: {\xc3\xb6: \xc3\xbc}\nabout: [\xc3\x9f]\n",
               "a.yaml:7:8: error[E0102]: 'about': expected a text, got a list\n"
               "    7 | about: [\xc3\x9f]\n"
               "      |        ^\n");
}
END_TEST

START_TEST(message_order_and_limit)
{
    const char *at = NULL;
    char text[2048] = "sim: 1\n";
    unsigned shown = 0;

    for (int i = 0; i < 30; i++)
        sprintf(text + strlen(text), "key_%02d: 1\n", i);
    expect_bad(text, "32 errors; the first 20 are shown"); /* memory and guest are missing too */
    for (at = fix->messages; (at = strstr(at, "error[")); at++)
        shown++;
    ck_assert_uint_eq(shown, 20);
    ck_assert_ptr_nonnull(strstr(fix->messages, "a.yaml:2:1: error"));
    ck_assert(strstr(fix->messages, "a.yaml:9:1") < strstr(fix->messages, "a.yaml:10:1"));
}
END_TEST

/* --- warnings ---------------------------------------------------------------------------------
 */

#define REALM_HEAD                                                                                 \
    "sim: 1\nmachine: {world: cca}\nmemory:\n  - {name: ram, ipa: 0x4000_0000, size: 2M}\n"
#define PROTECTED "devices:\n  - {name: uart, type: pl011, ipa: 0x0900_0000}\n"
#define BARE(when) "{when: {" when "}, hostile: true, do: {set_enter: {flags: 0}}}"
#define STEP(when) "host: {policy: [" BARE(when) "]}\n"
#define RACE(n) "host: {policy: [{when: {during: " n "}, hostile: true, do: {race: {flags: 0}}}]}\n"
#define EXIT "{exit: {reason: KVM_EXIT_MMIO}}"
#define UNPROTECTED "devices:\n  - {name: uart, type: pl011, ipa: 0x80_0900_0000}\n"

/* What is printed of a file that is valid, but for strictness. */
static const struct {
    const char *text;
    bool strict;
    const char *message; /* NULL: none */
} warned[] = {
    {REALM_HEAD PROTECTED CODE, false, "a.yaml:6:36: warning[W0401]: device 'uart' is in the"},
    {REALM_HEAD PROTECTED CODE, false, "0x8000000000\n1 warning\n"},
    {REALM_HEAD PROTECTED CODE, true, "a.yaml:6:36: error[W0401]: device 'uart' is in the"},
    {REALM_HEAD PROTECTED CODE, true, "0x8000000000\n1 error\n"},
    {REALM_HEAD UNPROTECTED CODE, true, NULL},
    {HEAD PROTECTED CODE, true, NULL},
    {REALM_HEAD PROTECTED CODE "expect:\n  traps: [{injection: {vector: any}}]\n", true, NULL},
    {REALM_HEAD PROTECTED CODE "expect:\n  traps: [{injection: null}]\n", false, "[W0401]"},
    {HEAD CODE "limits: {exits: 4}\nstimulus: [{at: {trap: 5}, signal: {vcpu: 0}}]\n", false,
     "a.yaml:7:24: warning[W0402]: trap 5 never comes: limits.exits ends the run at 4\n"},
    {HEAD CODE "limits: {exits: 5}\nstimulus: [{at: {trap: 5}, signal: {vcpu: 0}}]\n", true, NULL},
    {HEAD CODE "limits: {cycles: 9}\nstimulus: [{at: {cycle: 10}, signal: {vcpu: 0}}]\n", false,
     "warning[W0402]: cycle 10 never comes: limits.cycles ends the run at 9\n"},
    {HEAD CODE "stimulus: [{at: {cycle: 10}, signal: {vcpu: 0}}]\n", true, NULL},
    {HEAD CODE "limits: {exits: 4}\nvmm: [{when: {exit: 6}, do: {skip: true}}]\n", false,
     "warning[W0402]: exit 6 never comes"},
    {HEAD CODE "limits: {exits: 4}\nexpect: {exits: {MMIO: 6}}\n", false,
     "a.yaml:7:24: warning[W0402]: 6 exits are never reached: limits.exits ends the run at 4\n"},
    {HEAD CODE "limits: {exits: 4}\nexpect: {exits: {MMIO: {min: 5}}}\n", true, NULL},
    {REALM_HEAD CODE "limits: {exits: 4}\n" STEP("exit: 5"), false,
     "warning[W0402]: exit 5 never comes: limits.exits ends the run at 4\n"},
    {REALM_HEAD CODE "limits: {exits: 4}\n" STEP("exit: 4"), true, NULL},
    {REALM_HEAD CODE "limits: {exits: 4}\n" STEP("exit: any"), true, NULL},
    {REALM_HEAD CODE "limits: {exits: 4}\n" RACE("6"), false,
     "warning[W0402]: RMI_REC_ENTER 6 never comes: limits.exits ends the run at 4\n"},
    {REALM_HEAD CODE "limits: {exits: 4}\n" RACE("5"), true, NULL},
    {REALM_HEAD CODE
     "limits: {exits: 4}\nhost: {select: good, policies: {good: [], bad: [" BARE("exit: 5") "]}}\n",
     true, NULL},
    {REALM_HEAD CODE
     "limits: {exits: 4}\nhost: {select: bad, policies: {good: [], bad: [" BARE("exit: 5") "]}}\n",
     false, "warning[W0402]: exit 5 never comes"},
    {HEAD CODE "limits: {exits: 1}\nexpect: {traps: [" EXIT ", " EXIT ", {el: EL1}, " EXIT "]}\n",
     false,
     "this trap is exit 3 at the earliest, which never comes: limits.exits ends the run at 1"},
    {HEAD CODE "limits: {exits: 1}\nexpect: {traps: [" EXIT ", {el: EL1}, {exit: null}, " EXIT
               "]}\n",
     true, NULL},
    {HEAD CODE "limits: {exits: 4}\nexpect: {exits: {MMIO: {not: 9}}}\n", true, NULL},
    {HEAD CODE "about: HVC #0 ends it\n", false,
     "a.yaml:6:8: warning[W0403]: 'about' ends before the #, where a comment begins\n"},
    {HEAD CODE "about: One line,\n  an\xc3\xb6ther, HVC #1 and so on\n", false, "[W0403]"},
    {HEAD CODE "about: \"HVC #0 ends it\"\n", true, NULL},
    {HEAD CODE "about: >\n  HVC #0 ends it\n", true, NULL},
    {HEAD CODE "about: It ends. # 1 of 2\n", true, NULL},
    {HEAD CODE "about: It ends. #later\n", true, NULL},
    {HEAD CODE "about: It ends.\n#0\n", true, NULL},
    {HEAD CODE "about: It ends.\n  #0\n", true, NULL},
    {HEAD CODE "about: HVC#0\nname: x #1\n", true, NULL},
};

START_TEST(warnings)
{
    bool error = warned[_i].strict && warned[_i].message;
    fix->diag.strict = warned[_i].strict;
    put("a.yaml", warned[_i].text);
    struct scenario *scenario = load_as("a.yaml", CODE_CACHE_KEEP);
    ck_assert_msg(!scenario == error, "%s", fix->messages);
    if (warned[_i].message)
        ck_assert_msg(strstr(fix->messages, warned[_i].message), "%s", fix->messages);
    else
        ck_assert_str_eq(fix->messages, "");
    scenario_free(scenario);
}
END_TEST

/* They do not take the place of errors, and where those are there are none. */
START_TEST(errors_come_before_warnings)
{
    expect_bad(REALM_HEAD PROTECTED CODE "nmae: x\n", "1 error\n");
    ck_assert_ptr_null(strstr(fix->messages, "warning"));
}
END_TEST

/* --- limits on input ---------------------------------------------------------------------------
 */

START_TEST(node_limit)
{
    size_t room = 8 * YAML_MAX_NODES;
    char *text = malloc(room), *end = text;

    end += sprintf(end, "sim: 1\nx-many: [");
    for (int i = 0; i <= YAML_MAX_NODES; i++)
        end += sprintf(end, "1, ");
    strcpy(end, "1]\n");
    expect_bad(text, "error[E0006]: more than 50000 nodes");
    free(text);
}
END_TEST

START_TEST(include_depth)
{
    for (int i = 0; i < 12; i++) {
        char name[32], text[64];

        sprintf(name, "f%d.inc", i);
        sprintf(text, "include: [f%d.inc]\n", i + 1);
        put(name, text);
    }
    expect_bad("sim: 1\ninclude: [f0.inc]\n",
               "error[E0008]: files are included more than 8 levels deep");
    for (int i = 0; i < 12; i++) {
        char name[32];

        sprintf(name, "f%d.inc", i);
        remove(name);
    }
}
END_TEST

START_TEST(include_count)
{
    size_t length;
    char text[2048] = "sim: 1\ninclude: [";

    put("b.yaml", "x-nothing: here\n");
    for (int i = 0; i < YAML_MAX_FILES + 1; i++)
        strcat(text, "b.yaml, ");
    length = strlen(text);
    strcpy(text + length - 2, "]\n");
    expect_bad(text, "error[E0008]: more than 64 files are included");
}
END_TEST

/* --- cached code -------------------------------------------------------------------------------
 */

#define ASM HEAD "guest:\n  code:\n    asm: |\n      store:  str w1, [x0]\n              hvc #0\n"

START_TEST(cache_needs_no_assembler)
{
    struct scenario *scn;

    put_cache(MINIMAL_ASM, 0x40000000);
    without_assembler();
    scn = load_good(ASM);
    ck_assert_uint_eq(scn->guest.label_count, 1);
    ck_assert_str_eq(scn->guest.labels[0].name, "store");
    scenario_free(scn);
}
END_TEST

START_TEST(cache_missing)
{
    without_assembler();
    put("a.yaml", ASM);
    ck_assert_ptr_null(load_as("a.yaml", CODE_CACHE_UPDATE));
    ck_assert_int_eq(fix->status, SCENARIO_NO_ASSEMBLER);
    ck_assert_ptr_nonnull(strstr(fix->messages, "error[E0306]: no assembler is installed"));
}
END_TEST

START_TEST(cache_missing_and_wrong)
{
    without_assembler();
    expect_bad(ASM "expect:\n  devices: {nowhere: {reads: 1}}\n  traps: [{at: store}]\n",
               "'nowhere' is not the name of a device");
    ck_assert_ptr_null(strstr(fix->messages, "'store'")); /* it may be a label */
}
END_TEST

START_TEST(cache_stale)
{
    put_cache(MINIMAL_ASM "nop\n", 0x40000000);
    without_assembler();
    expect_bad(ASM, "a.yaml:6:10: error[E0302]: a.code.hex was made from another source");
}
END_TEST

START_TEST(cache_of_another_address)
{
    put_cache(MINIMAL_ASM, 0x40000010);
    without_assembler();
    expect_bad(ASM, "error[E0302]");
}
END_TEST

START_TEST(cache_damaged)
{
    static const struct {
        const char *text, *message;
    } rows[] = {
        {"", "a.code.hex: error[E0303]: the cached code cannot be read: it is not complete"},
        {"sim-code 2\n", "a.code.hex:1:1: error[E0303]"},
        {"sim-code 1\nhash 0x1\naddress 0x40000000\nbytes 00\n", "it is not complete"},
        {"sim-code 1\nhash 0x1\naddress 0x40000000\nend\n", "it is not complete"},
        {"sim-code 1\nhash what\n", "a.code.hex:2:1: error[E0303]"},
        {"sim-code 1\nbytes 0\n", "pairs of hexadecimal digits are expected"},
        {"sim-code 1\nlabel 0x1\n", "the name of a label is expected"},
        {"sim-code 1\nnonsense\n", "the line is not known"},
    };

    without_assembler();
    for (size_t i = 0; i < COUNT(rows); i++) {
        put("a.code.hex", rows[i].text);
        expect_bad(ASM, rows[i].message);
        rewind(fix->out);
    }
}
END_TEST

START_TEST(cache_is_written)
{
    struct arena *arena = arena_new();
    struct code_image image;
    struct scenario *scn;
    const char *why;
    unsigned line;
    uint64_t hash;

    if (have_assembler()) {
        scn = load_good(ASM);
        ck_assert_mem_eq(scn->guest.segments[0].bytes, store_hvc, sizeof(store_hvc));
        scenario_free(scn);
        ck_assert_int_eq(code_cache_read(arena, "a.code.hex", &hash, &image, &why, &line),
                         CODE_CACHE_GOOD);
        ck_assert_uint_eq(hash, assembler_hash(MINIMAL_ASM, 0x40000000));
        ck_assert_uint_eq(image.size, sizeof(store_hvc));
        ck_assert_str_eq(image.labels[0].name, "store");

        /* a stale one is replaced, and verified against the assembler */
        put_cache(MINIMAL_ASM "nop\n", 0x40000000);
        ck_assert_ptr_null(load_as("a.yaml", CODE_CACHE_VERIFY));
        ck_assert_ptr_nonnull(strstr(fix->messages, "is not what the assembler makes"));
        rewind(fix->out);
        put("a.yaml", ASM);
        scn = load_as("a.yaml", CODE_CACHE_KEEP);
        ck_assert_ptr_nonnull(scn);
        scenario_free(scn);
        ck_assert_ptr_null(load_as("a.yaml", CODE_CACHE_VERIFY)); /* still stale */
        scn = load_as("a.yaml", CODE_CACHE_UPDATE);
        ck_assert_ptr_nonnull(scn);
        scenario_free(scn);
        scn = load_as("a.yaml", CODE_CACHE_VERIFY);
        ck_assert_ptr_nonnull(scn);
        scenario_free(scn);
    }
    arena_free(arena);
}
END_TEST

START_TEST(entry_is_a_label)
{
    struct arena *arena = arena_new();
    struct scn_label labels[] = {{"data", 0x40000000}, {"start", 0x40000004}};
    struct code_image image = {0x40000000, (uint8_t *)arena_alloc(arena, 8), 8, labels, 2};
    struct scenario *scn;

    ck_assert(
        code_cache_write(arena, "a.code.hex", assembler_hash("hvc #0\n", 0x40000000), &image));
    without_assembler();
    scn = load_good(HEAD "guest:\n  entry: start\n  regs: {x0: data, x1: start + 0x8}\n  code:\n"
                         "    asm: |\n      hvc #0\n");
    ck_assert_uint_eq(scn->guest.start.entry.v, 0x40000004);
    ck_assert_uint_eq(scn->guest.start.regs[0], 0x40000000);
    ck_assert_uint_eq(scn->guest.start.regs[1], 0x4000000c);
    scenario_free(scn);
    arena_free(arena);
}
END_TEST

/* --- ELF -------------------------------------------------------------------------------------- */

#include <elf.h>

struct small_elf {
    Elf64_Ehdr header;
    Elf64_Phdr segment;
    Elf64_Shdr sections[3];
    Elf64_Sym symbols[4];
    char names[32];
    uint8_t code[8];
};

static struct small_elf small_elf(void)
{
    struct small_elf elf = {
        .header = {.e_type = ET_EXEC,
                   .e_machine = EM_AARCH64,
                   .e_version = EV_CURRENT,
                   .e_entry = 0x40001004,
                   .e_phoff = offsetof(struct small_elf, segment),
                   .e_shoff = offsetof(struct small_elf, sections),
                   .e_ehsize = sizeof(Elf64_Ehdr),
                   .e_phentsize = sizeof(Elf64_Phdr),
                   .e_phnum = 1,
                   .e_shentsize = sizeof(Elf64_Shdr),
                   .e_shnum = 3},
        .segment = {.p_type = PT_LOAD,
                    .p_flags = PF_R | PF_X,
                    .p_offset = offsetof(struct small_elf, code),
                    .p_vaddr = 0x40001000,
                    .p_paddr = 0x40001000,
                    .p_filesz = 8,
                    .p_memsz = 0x1000},
        .sections = {[1] = {.sh_type = SHT_SYMTAB,
                            .sh_offset = offsetof(struct small_elf, symbols),
                            .sh_size = sizeof(Elf64_Sym) * 4,
                            .sh_link = 2,
                            .sh_entsize = sizeof(Elf64_Sym)},
                     [2] = {.sh_type = SHT_STRTAB,
                            .sh_offset = offsetof(struct small_elf, names),
                            .sh_size = 32}},
        .symbols = {[1] = {.st_name = 1,
                           .st_info = ELF64_ST_INFO(STB_LOCAL, STT_NOTYPE),
                           .st_shndx = 1,
                           .st_value = 0x40001000},
                    [2] = {.st_name = 7,
                           .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC),
                           .st_shndx = 1,
                           .st_value = 0x40001004},
                    [3] = {.st_name = 14,
                           .st_info = ELF64_ST_INFO(STB_LOCAL, STT_NOTYPE),
                           .st_shndx = 1,
                           .st_value = 0x40001000}},
        .names = "\0local\0_start\0$x",
        .code = {0x1f, 0x20, 0x03, 0xd5, 0x02, 0x00, 0x00, 0xd4},
    };

    memcpy(elf.header.e_ident, ELFMAG, SELFMAG);
    elf.header.e_ident[EI_CLASS] = ELFCLASS64;
    elf.header.e_ident[EI_DATA] = ELFDATA2LSB;
    elf.header.e_ident[EI_VERSION] = EV_CURRENT;
    return elf;
}

#define ELF_GUEST HEAD "guest:\n  regs: {x0: local}\n  code: {elf: guest.elf}\n"

START_TEST(elf_good)
{
    struct small_elf elf = small_elf();
    struct scenario *scn;

    put_bytes("guest.elf", &elf, sizeof(elf));
    scn = load_good(ELF_GUEST);
    ck_assert_uint_eq(scn->guest.start.entry.v, 0x40001004);
    ck_assert_uint_eq(scn->guest.start.regs[0], 0x40001000);
    ck_assert_uint_eq(scn->guest.segment_count, 1);
    ck_assert_uint_eq(scn->guest.segments[0].ipa.v, 0x40001000);
    ck_assert_uint_eq(scn->guest.segments[0].size, 8);
    ck_assert_uint_eq(scn->guest.label_count, 2);
    ck_assert_str_eq(scn->guest.labels[0].name, "_start"); /* global ones first */
    scenario_free(scn);

    elf.header.e_type = ET_DYN; /* relative to the first memory */
    elf.header.e_entry = 4;
    elf.segment.p_vaddr = 0;
    elf.symbols[1].st_value = 0;
    put_bytes("guest.elf", &elf, sizeof(elf));
    scn = load_good(ELF_GUEST);
    ck_assert_uint_eq(scn->guest.start.entry.v, 0x40000004);
    ck_assert_uint_eq(scn->guest.start.regs[0], 0x40000000);
    scenario_free(scn);
}
END_TEST

START_TEST(elf_bad)
{
    struct arena *arena = arena_new();
    const struct small_elf good = small_elf();
    struct elf_image image;
    struct small_elf elf;

#define REJECTED(change, message)                                                                  \
    do {                                                                                           \
        const char *wrong;                                                                         \
        elf = good;                                                                                \
        change;                                                                                    \
        wrong = elf_parse(arena, (const uint8_t *)&elf, sizeof(elf), &image);                      \
        ck_assert_msg(wrong &&strstr(wrong, message), "%s", wrong ? wrong : "accepted");           \
    } while (0)
    REJECTED(elf.header.e_ident[0] = 0, "not an ELF file");
    REJECTED(elf.header.e_ident[EI_CLASS] = ELFCLASS32, "not a 64-bit");
    REJECTED(elf.header.e_ident[EI_DATA] = ELFDATA2MSB, "not little-endian");
    REJECTED(elf.header.e_machine = EM_X86_64, "not for AArch64");
    REJECTED(elf.header.e_type = ET_REL, "link it first");
    REJECTED(elf.header.e_phnum = 0, "no program headers");
    REJECTED(elf.header.e_phoff = UINT64_MAX - 8, "program headers are cut off");
    REJECTED(elf.header.e_phnum = UINT16_MAX, "");
    REJECTED(elf.segment.p_type = PT_NOTE, "nothing to load");
    REJECTED(elf.segment.p_type = PT_INTERP, "dynamic linker");
    REJECTED(elf.segment.p_offset = UINT64_MAX, "beyond the file");
    REJECTED(elf.segment.p_filesz = 0x1001, "larger in the file");
    REJECTED((elf.segment.p_memsz = UINT64_MAX, elf.segment.p_vaddr = 2), "wraps");
    REJECTED(elf.header.e_shoff = UINT64_MAX - 64, "section headers are cut off");
    REJECTED(elf.sections[1].sh_link = 9, "symbol table is cut off");
    REJECTED(elf.sections[1].sh_size = UINT64_MAX, "symbol table is cut off");
    REJECTED(elf.sections[2].sh_offset = UINT64_MAX, "symbol table is cut off");
    REJECTED(elf.symbols[2].st_name = 32, "outside its string table");
    REJECTED(memset(elf.names, 'x', sizeof(elf.names)), "does not end");
#undef REJECTED
    for (size_t size = 0; size < sizeof(good); size++) { /* cut off anywhere: never read beyond */
        uint8_t *cut = malloc(size ? size : 1);

        memcpy(cut, &good, size);
        ck_assert_ptr_nonnull(elf_parse(arena, cut, size, &image));
        free(cut);
    }
    arena_free(arena);
}
END_TEST

START_TEST(elf_outside_memory)
{
    struct small_elf elf = small_elf();

    elf.segment.p_memsz = 0x200000;
    put_bytes("guest.elf", &elf, sizeof(elf));
    expect_bad(ELF_GUEST,
               "error[E0208]: a segment of the ELF file: 0x40200000 is in no memory of the guest");
    elf = small_elf();
    elf.segment.p_offset = 0; /* the headers are loaded, as ld does it without -n */
    elf.segment.p_vaddr = 0x3fff0000;
    put_bytes("guest.elf", &elf, sizeof(elf));
    expect_bad(ELF_GUEST, "error[E0208]: the headers in the first segment, which `ld -n` leaves "
                          "out: 0x3fff0000 is in no memory");
}
END_TEST

/* --- the table -------------------------------------------------------------------------------- */

static void check_rows(const struct schema_map *map, unsigned depth)
{
    ck_assert_uint_lt(depth, 8);
    for (size_t i = 0; i < map->count; i++) {
        const struct schema_key *row = &map->keys[i];

        ck_assert_msg(row->doc && *row->doc, "%s has no text", row->name);
        ck_assert_msg(row->type != SCHEMA_WORD || row->words, "%s has no words", row->name);
        ck_assert_msg(row->type != SCHEMA_MAP || row->map, "%s has no keys", row->name);
        for (size_t j = 0; j < i; j++)
            ck_assert_str_ne(map->keys[j].name, row->name);
        if (row->map)
            check_rows(row->map, depth + 1);
    }
    if (map->any && map->any->map)
        check_rows(map->any->map, depth + 1);
}

START_TEST(table_is_complete)
{
    check_rows(&schema_root, 0);
}
END_TEST

START_TEST(committed_schema_is_current)
{
    struct arena *arena = arena_new();
    struct file_bytes file;
    const char *why = "", *source = getenv("SIM_SOURCE_DIR");
    char *text = NULL, *path;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    scenario_print_schema(out);
    fclose(out);
    ck_assert_uint_gt(size, 10000);
    ck_assert_ptr_nonnull(strstr(text, "\"$schema\": \"http://json-schema.org/draft-07/schema#\""));
    path = arena_printf(arena, "%s/share/sim/scenario.schema.json", source);
    ck_assert_msg(file_read(arena, path, 1 << 20, &file, &why) == FILE_READ, "%s: %s", path, why);
    ck_assert_msg(file.size == size && memcmp(file.bytes, text, size) == 0,
                  "share/sim/scenario.schema.json: run `sim schema` to renew it");
    free(text);
    arena_free(arena);
}
END_TEST

START_TEST(aliases_of_words)
{
    struct scenario *scn = load_good(
        HEAD CODE "machine: {world: cca, kernel: cca-v12, rmm: v1.0-rel0}\nexpect:\n  traps:\n"
                  "    - iss: {dfsc: sea, sas: half, srt: xzr}\n"
                  "    - iss: {dfsc: 0x21, sas: 3, srt: 30}\n");
    const struct expect_trap *traps = scn->expect.traps;

    ck_assert_str_eq(scn->machine.rmm, "1.0");
    ck_assert_uint_eq(traps[0].items[0].want.value, 0x10);
    ck_assert_uint_eq(traps[0].items[1].want.value, 1);
    ck_assert_uint_eq(traps[0].items[2].want.value, 31);
    ck_assert_uint_eq(traps[1].items[0].want.value, 0x21);
    ck_assert_uint_eq(traps[1].items[1].want.value, 3);
    ck_assert_uint_eq(traps[1].items[2].want.value, 30);
    scenario_free(scn);
}
END_TEST

static void add_tests(Suite *suite, const char *name, const TTest *const *tests, size_t count)
{
    TCase *tests_case = tcase_create(name);

    tcase_set_timeout(tests_case, 60);
    tcase_add_checked_fixture(tests_case, set_up, tear_down);
    for (size_t i = 0; i < count; i++)
        tcase_add_test(tests_case, tests[i]);
    suite_add_tcase(suite, tests_case);
}

Suite *check_suite(void)
{
    const TTest *const good[] = {minimal_scenario,      realm,
                                 bytes_follow_mappings, includes_merge,
                                 anchors_and_notes,     aliases_of_words};
    const TTest *const text[] = {numbers, expressions, near_misses, shown_text};
    const TTest *const messages[] = {
        message_human,   message_short,           message_json,
        message_columns, message_order_and_limit, errors_come_before_warnings};
    const TTest *const limits[] = {node_limit, include_depth, include_count};
    const TTest *const code[] = {cache_needs_no_assembler,
                                 cache_missing,
                                 cache_missing_and_wrong,
                                 cache_stale,
                                 cache_of_another_address,
                                 cache_damaged,
                                 cache_is_written,
                                 entry_is_a_label,
                                 elf_good,
                                 elf_bad,
                                 elf_outside_memory};
    const TTest *const table[] = {table_is_complete, committed_schema_is_current};
    Suite *suite = suite_create("scenario");
    char *here = realpath(".", NULL); /* tests change to a folder of their own */

    if (!here || setenv("SIM_SOURCE_DIR", here, 1) != 0)
        return NULL;
    free(here);
    add_tests(suite, "good", good, COUNT(good));
    add_tests(suite, "text", text, COUNT(text));
    add_tests(suite, "messages", messages, COUNT(messages));
    add_tests(suite, "limits", limits, COUNT(limits));
    add_tests(suite, "code", code, COUNT(code));
    add_tests(suite, "table", table, COUNT(table));
    TCase *warnings_case = tcase_create("warnings");
    tcase_add_checked_fixture(warnings_case, set_up, tear_down);
    tcase_add_loop_test(warnings_case, warnings, 0, COUNT(warned));
    suite_add_tcase(suite, warnings_case);
    return suite;
}
