/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim import: the traces that real kernels printed (tests/vectors/linux-kvm/traces), played to the
 * model of the same kernel, agree line by line; played to the other one they differ where the two
 * kernels are known to. And the three shapes of lines, and lines that are broken.
 */
#include <check.h>
#include <glob.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/arch/esr.h"
#include "cpu/cpu.h"
#include "sim/import/replay.h"
#include "tests/unit/check_main.h"

#define TRACES "tests/vectors/linux-kvm/traces/" /* from the top of the tree, where tests run */
#define TEXT_MAX 65536

struct result {
    struct record record;
    struct replay_tally tally;
    char differences[TEXT_MAX]; /* "FILE - line\n" */
    size_t used;
    const char *name;
    unsigned blocks, faults, memslots;
    uint64_t completed; /* value of the last access that was completed */
    const char *note;
};

static void on_block(void *ctx, const struct replay_block *block)
{
    struct result *result = ctx;
    result->blocks++;
    result->faults += block->has_fault;
    result->memslots += block->has_fault && block->memslot;
    result->note = block->note ? block->note : result->note;
    for (size_t i = 0; i < block->event_count; i++)
        if (block->events[i].kind == EV_KVM_HANDLE_MMIO_RETURN)
            result->completed = event_arg(&block->events[i], "value");
    for (size_t i = 0; i < block->count && result->used < TEXT_MAX - 256; i++)
        if (block->lines[i].mark != REPLAY_SAME)
            result->used += (size_t)snprintf(result->differences + result->used,
                                             TEXT_MAX - result->used, "%s %c %s\n", result->name,
                                             "=-+?"[block->lines[i].mark], block -> lines[i].text);
}

static void play(struct result *result, FILE *file, const char *name,
                 const struct replay_options *options)
{
    char error[256] = "";
    result->name = name;
    record_free(&result->record);
    ck_assert_msg(record_read(file, &result->record, error, sizeof(error)), "%s", error);
    fclose(file);
    for (size_t i = 0; i < result->record.thread_count; i++)
        ck_assert_msg(replay_thread(&result->record, &result->record.threads[i], options, on_block,
                                    result, &result->tally, error, sizeof(error)) &&
                          replay_irqs(&result->record, &result->record.threads[i], options,
                                      on_block, result, &result->tally, error, sizeof(error)),
                      "%s", error);
}

static struct result *play_kernel(const char *traces, const char *kernel)
{
    struct result *result = calloc(1, sizeof(*result));
    const struct replay_options options = {.kernel = kvm_variant_by_name(kernel)};
    char pattern[128];
    glob_t files;
    ck_assert(result && options.kernel);
    snprintf(pattern, sizeof(pattern), TRACES "%s/*.txt", traces);
    ck_assert_int_eq(glob(pattern, 0, NULL, &files), 0);
    ck_assert_uint_eq(files.gl_pathc, 16);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        FILE *file = fopen(files.gl_pathv[i], "r");
        ck_assert_ptr_nonnull(file);
        play(result, file, strrchr(files.gl_pathv[i], '/') + 1, &options);
        ck_assert_uint_eq(result->record.broken_lines, 0);
        ck_assert_uint_eq(result->record.foreign, 0);
        ck_assert_uint_gt(result->record.others, 0);
    }
    globfree(&files);
    return result;
}

static void free_result(struct result *result)
{
    record_free(&result->record);
    free(result);
}

static const struct {
    const char *traces, *kernel;
    const char *differences;
} kernels[] = {
    {"6.12.107", "linux-6.12", ""},
    {"7.2.13", "linux-7.2", ""},
    {"6.12.107", "linux-7.2",
     /* KVM_SET_VCPU_EVENTS takes effect at once, and the PMU is undefined by a fine-grained trap */
     "inject.sea_after_mmio.ldr.txt - kvm_entry: PC: 0x0000000040010000\n"
     "inject.sea_after_mmio.ldr.txt + kvm_entry: PC: 0x0000000040020200\n"
     "sysreg.pmcr_el0.txt - kvm_sys_access: PC: 40010000 SYS_PMCR_EL0 (3,3,9,12,0) read\n"},
    {"7.2.13", "linux-6.12",
     "inject.sea_after_mmio.ldr.txt - kvm_entry: PC: 0x0000000040020200\n"
     "inject.sea_after_mmio.ldr.txt + kvm_entry: PC: 0x0000000040010000\n"
     "sysreg.pmcr_el0.txt + kvm_sys_access: PC: 40010000 SYS_PMCR_EL0 (3,3,9,12,0) read\n"},
};

START_TEST(recorded_kernels)
{
    struct result *result = play_kernel(kernels[_i].traces, kernels[_i].kernel);
    ck_assert_str_eq(result->differences, kernels[_i].differences);
    ck_assert_uint_gt(result->tally.same, 140);
    ck_assert_uint_eq(result->tally.unknown, 0);
    ck_assert_uint_gt(result->tally.exits, 45);
    ck_assert_uint_gt(result->faults, 25);
    free_result(result);
}
END_TEST

/* --- shapes --- */

#define LDRSB(before, after)                                                                       \
    before after                                                                                   \
        "kvm_entry: PC: 0x0000000040010000\n" before after                                         \
        "kvm_exit: TRAP: HSR_EC: 0x0024 (DABT_LOW), PC: 0x0000000040010000\n" before after         \
        "kvm_guest_fault: ipa 0xa000000, hsr 0x93218005, hxfar 0xa000040, pc "                     \
        "0x00000040010000\n" before after                                                          \
        "kvm_mmio: mmio unsatisfied-read len 1 gpa 0xa000040 val 0x0\n" before after               \
        "kvm_userspace_exit: reason KVM_EXIT_MMIO (6)\n" before after                              \
        "kvm_mmio: mmio read len 1 gpa 0xa000040 val 0x90\n" before after                          \
        "kvm_entry: PC: 0x0000000040010000\n"

static const struct {
    const char *task;
    uint32_t pid;
    const char *text;
} shapes[] = {
    {"init", 1, LDRSB("            init-1       [000] .....     6.065263: ", "")},
    {"init", 1, LDRSB("            init-1       [000]     6.065263: ", "")},
    {"CPU 0/KVM", 4321, LDRSB("       CPU 0/KVM-4321    (   4300) [003] d..1.   123.065263: ", "")},
    {"<...>", 77, LDRSB("           <...>-77      [011] d.h1 123.065263: ", "")},
    {"CPU 0/KVM", 4321, LDRSB("CPU 0/KVM  4321 [003]   123.065263:       ", "kvm:")},
    {"CPU 1/KVM", 4322, LDRSB("CPU 1/KVM  4300/4322  [003]   123.065263123: ", "kvm:")},
    {"qemu-system-aar", 9, LDRSB("qemu-system-aar-9     [003] .....   123.065263:        ", "")},
    /* perf without a CPU; clocks that count; the latency format; a tag of trace-cmd's */
    {"CPU 1/KVM", 4322, LDRSB("CPU 1/KVM  4300/4322   123.065263: ", "kvm:")},
    {"CPU 0/KVM", 4321, LDRSB("       CPU 0/KVM-4321    [003] d..1. 98765432109876: ", "")},
    {"qemu-sys", 77, LDRSB("qemu-sys-77      3d..1. 1234567us+: ", "")},
    {"qemu-sys", 77, LDRSB("qemu-sys-77      3.....      12us : ", "")},
    {"qemu [0] 1.5", 5, LDRSB("    qemu [0] 1.5-5     [003] .....   1.5: ", "")},
    {"guest: CPU 2/KVM", 12, LDRSB("guest: CPU 2/KVM-12   [003]  1.000500: ", "")},
};

static struct result *play_text(const char *text, const struct replay_options *options)
{
    struct result *result = calloc(1, sizeof(*result));
    FILE *file = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
    ck_assert(result && file);
    play(result, file, "text", options);
    return result;
}

START_TEST(three_shapes)
{
    static const struct {
        const char *kernel;
        uint64_t value;
    } rows[] = {{"linux-6.12", 0x90}, {"linux-7.2", UINT64_MAX - 0x6f}};
    for (size_t i = 0; i < 2; i++) {
        const struct replay_options options = {.kernel = kvm_variant_by_name(rows[i].kernel)};
        struct result *result = play_text(shapes[_i].text, &options);
        ck_assert_uint_eq(result->record.thread_count, 1);
        ck_assert_str_eq(result->record.threads[0].task, shapes[_i].task);
        ck_assert_uint_eq(result->record.threads[0].pid, shapes[_i].pid);
        ck_assert_str_eq(result->differences, "");
        ck_assert_uint_eq(result->tally.same, 7);
        ck_assert_uint_eq(result->completed, rows[i].value);
        free_result(result);
    }
}
END_TEST

/* --- what a line is --- */

#define AT "x-1 [000] ..... 1.000001: "

static const struct {
    const char *text;
    enum import_kind kind;
    const char *why;
} lines[] = {
    {"", IMPORT_COMMENT, ""},
    {"   ", IMPORT_COMMENT, ""},
    {"# tracer: nop", IMPORT_COMMENT, ""},
    {"version = 6", IMPORT_FOREIGN, ""},
    {"cpus=4", IMPORT_FOREIGN, ""},
    {"CPU:3 [LOST 17 EVENTS]", IMPORT_LOST, ""},
    {"CPU:3 [LOST EVENTS]", IMPORT_LOST, ""},
    {"CPU:3 [17 EVENTS DROPPED]", IMPORT_LOST, ""},
    {"CPU:3 [EVENTS DROPPED]", IMPORT_LOST, ""},
    {"qemu 1234 [001] 12.3: PERF_RECORD_LOST lost 42", IMPORT_LOST, ""},
    {AT "sched_switch: prev_comm=x", IMPORT_FOREIGN, ""},
    {AT "kvm_get_timer_map: VCPU: 0, dv: 1, dp: 0, ev: -1, ep: -1", IMPORT_OTHER, ""},
    {AT "vgic_update_irq_pending: VCPU: 0, IRQ 27, level: 0", IMPORT_POINT, ""},
    {AT "vgic_update_irq_pending: VCPU: 0, IRQ 27", IMPORT_BROKEN, "vgic_update_irq_pending has"},
    {AT "kvm_irq_line: Inject CPU interrupt (0), vcpu->idx: 0, num: 0, level: 1", IMPORT_POINT, ""},
    {AT "kvm_irq_line: Inject CPU interrupt (0), vcpu->idx: 0", IMPORT_BROKEN, "kvm_irq_line has"},
    {AT "kvm_arm_set_dreg32: MDCR_EL2: 0x84f66", IMPORT_OTHER, ""},
    {AT "kvm_arm_set_dreg32: SPSR_EL2: 0x3c5", IMPORT_POINT, ""},
    {AT "kvm_arm_set_dreg32: SPSR_EL3: 0x3c5", IMPORT_BROKEN, "kvm_arm_set_dreg32 has"},
    {AT "kvm_set_guest_debug: vcpu: (null), flags: 0x00010001", IMPORT_POINT, ""},
    {AT "kvm_arm_clear_debug: flags:", IMPORT_BROKEN, "kvm_arm_clear_debug has"},
    {AT "trap_reg: trap_bvr write to reg 3 (0x0000000000001000)", IMPORT_POINT, ""},
    {AT "trap_reg: trap_it write to reg 3 (0x0000000000001000)", IMPORT_BROKEN, "trap_reg has"},
    {AT "kvm_entry: PC: 0x40010000", IMPORT_POINT, ""},
    {AT "kvm_entry: PC: 40010000", IMPORT_POINT, ""},
    {AT "kvm_exit: IRQ: HSR_EC: 0x0000 (UNKNOWN), PC: 0x40010004", IMPORT_POINT, ""},
    {AT "kvm_userspace_exit: reason restart (4)", IMPORT_POINT, ""},
    {AT "kvm_wfx_arm64: guest executed wfi at: 0x40010000", IMPORT_POINT, ""},
    {AT "kvm_entry: PC: 0x40010000 and more", IMPORT_BROKEN, "kvm_entry has arguments of another"},
    {AT "kvm_entry: PC: zero", IMPORT_BROKEN, "kvm_entry has arguments of another form"},
    {AT "kvm_entry:", IMPORT_BROKEN, "kvm_entry has arguments of another form"},
    {AT "kvm_entry", IMPORT_BROKEN, "kvm_entry has arguments of another form"},
    {AT "kvm_exit: TRAP: HSR_EC: 0x0040 (X), PC: 0x0", IMPORT_BROKEN, "kvm_exit"},
    {AT "kvm_exit: reason EPT_VIOLATION rip 0xffff", IMPORT_BROKEN,
     "kvm_exit of another architecture"},
    {AT "kvm_entry: vcpu 0, rip 0xffff", IMPORT_BROKEN, "kvm_entry of another architecture"},
    {AT "kvm_exit: TRAP: HSR_EC: 0x0024 (DABT_LOW), PC:", IMPORT_BROKEN, "kvm_exit"},
    {AT "kvm_exit: BEEP: HSR_EC: 0x0024 (DABT_LOW), PC: 0x0", IMPORT_BROKEN, "kvm_exit"},
    {AT "kvm_guest_fault: ipa 0xa000000, hsr 0x93218005, hxfar 0xa0", IMPORT_BROKEN,
     "kvm_guest_fault"},
    {AT "kvm_mmio: mmio poke len 1 gpa 0x1 val 0x0", IMPORT_BROKEN, "kvm_mmio"},
    {AT "kvm_mmio: mmio read len x gpa 0x1 val 0x0", IMPORT_BROKEN, "kvm_mmio"},
    {AT "kvm_wfx_arm64: guest executed wfx at: 0x0", IMPORT_BROKEN, "kvm_wfx_arm64"},
    {AT "kvm_sys_access: PC: 0 X (9,0,0,0,0) read", IMPORT_BROKEN, "kvm_sys_access"},
    {AT "kvm_sys_access: PC: 0 X (3,0,0,0,0) peek", IMPORT_BROKEN, "kvm_sys_access"},
    {AT "kvm_userspace_exit: reason KVM_EXIT_MMIO", IMPORT_BROKEN, "kvm_userspace_exit"},
    {"x [000] 1.000001: kvm_entry: PC: 0x0", IMPORT_BROKEN, "before the event, task, thread"},
    {"x-1 1.000001: kvm_entry: PC: 0x0", IMPORT_POINT, ""}, /* perf without a CPU */
    {"x-1 [000] kvm_entry: PC: 0x0", IMPORT_BROKEN, "before the event, task, thread"},
    {"-1 [000] 1.1: sched", IMPORT_FOREIGN, ""},
    {"[", IMPORT_FOREIGN, ""},
    {"[1]", IMPORT_FOREIGN, ""},
    {")(12) [1] 1.1: x", IMPORT_FOREIGN, ""},
};

START_TEST(one_line)
{
    struct import_line line;
    import_parse_line(lines[_i].text, &line);
    ck_assert_msg(line.kind == lines[_i].kind, "'%s' is %d", lines[_i].text, (int)line.kind);
    ck_assert_msg(strncmp(line.why, lines[_i].why, strlen(lines[_i].why)) == 0, "%s", line.why);
}
END_TEST

/* Each line cut off anywhere is either understood or named, and never read past its end. */
START_TEST(cut_lines)
{
    char *text = strdup(shapes[0].text);
    for (char *rest = text, *whole; (whole = strsep(&rest, "\n"));)
        for (size_t length = strlen(whole); length-- > 0;) {
            struct import_line line;
            char *cut = strndup(whole, length);
            import_parse_line(cut, &line);
            ck_assert(line.kind == IMPORT_POINT || line.kind == IMPORT_BROKEN ||
                      line.kind == IMPORT_FOREIGN || line.kind == IMPORT_COMMENT ||
                      line.kind == IMPORT_OTHER);
            free(cut);
        }
    free(text);
}
END_TEST

/* --- what is known and what is not --- */

START_TEST(two_threads_and_lost_lines)
{
    const struct replay_options options = {.kernel = kvm_variant_by_name("linux-7.2")};
    struct result *result =
        play_text("a-1 [000] ..... 1.1: kvm_entry: PC: 0x1000\n"
                  "b-2 [001] ..... 1.1: kvm_entry: PC: 0x2000\n"
                  "a-1 [000] ..... 1.1: kvm_exit: IRQ: HSR_EC: 0x0000 (UNKNOWN), PC: 0x1004\n"
                  "b-2 [001] ..... 1.1: kvm_exit: IRQ: HSR_EC: 0x0000 (UNKNOWN), PC: 0x2004\n"
                  "b-2 [001] ..... 1.1: kvm_entry: PC: 0x2004\n"
                  "CPU:0 [LOST 5 EVENTS]\n"
                  "a-1 [000] ..... 1.1: kvm_mmio: mmio write len 4 gpa 0x9000000 val 0x1\n"
                  "a-1 [000] ..... 1.1: kvm_entry: PC: 0x3000\n"
                  "a-1 [000] ..... 1.1: kvm_exit: IRQ: HSR_EC: 0x0000 (UNKNOWN), PC: 0x3004\n"
                  "a-1 [000] ..... 1.1: kvm_entry: PC: 0x3004\n",
                  &options);
    ck_assert_uint_eq(result->record.thread_count, 2);
    ck_assert_uint_eq(result->record.lost, 1);
    ck_assert_str_eq(result->differences,
                     "text ? kvm_exit: IRQ: HSR_EC: 0x0000 (UNKNOWN), PC: 0x1004\n"
                     "text ? kvm_mmio: mmio write len 4 gpa 0x9000000 val 0x1\n"
                     "text ? kvm_entry: PC: 0x3000\n");
    ck_assert_uint_eq(result->tally.same, 6);
    free_result(result);
}
END_TEST

/* Given memslots decide, whatever follows. */
START_TEST(memslots_are_given)
{
    struct replay_options options = {.kernel = kvm_variant_by_name("linux-7.2")};
    struct result *result = play_text(shapes[0].text, &options);
    ck_assert_uint_eq(result->memslots, 0);
    free_result(result);
    options.memslots[options.memslot_count++] =
        (struct replay_memslot){.base = 0xa000000, .size = 0x1000};
    result = play_text(shapes[0].text, &options);
    ck_assert_uint_eq(result->memslots, 1);
    ck_assert_uint_eq(result->tally.recorded, 3); /* two kvm_mmio and the exit between them */
    ck_assert_uint_eq(result->tally.model, 0);
    free_result(result);
}
END_TEST

/* ISV=0: with KVM_EXIT_ARM_NISV in the trace user space had asked for it. */
START_TEST(nisv)
{
    const struct replay_options options = {.kernel = kvm_variant_by_name("linux-6.12")};
    struct result *result = play_text(
        AT "kvm_entry: PC: 0x1000\n" AT "kvm_exit: TRAP: HSR_EC: 0x0024 (DABT_LOW), PC: 0x1000\n" AT
           "kvm_guest_fault: ipa 0xa000000, hsr 0x92000005, hxfar 0xa000040, pc 0x1000\n" AT
           "kvm_mmio_nisv: ipa 0xa000040, esr 0x92000005, far 0xa000040, pc 0x1000\n" AT
           "kvm_userspace_exit: reason KVM_EXIT_ARM_NISV (28)\n",
        &options);
    ck_assert_str_eq(result->differences, "");
    ck_assert_uint_eq(result->tally.same, 5);
    free_result(result);
    result = play_text(
        AT "kvm_entry: PC: 0x1000\n" AT "kvm_exit: TRAP: HSR_EC: 0x0024 (DABT_LOW), PC: 0x1000\n" AT
           "kvm_guest_fault: ipa 0xa000000, hsr 0x92000005, hxfar 0xa000040, pc 0x1000\n" AT
           "kvm_mmio_nisv: ipa 0xa000040, esr 0x92000005, far 0xa000040, pc 0x1000\n" AT
           "kvm_userspace_exit: reason error (38)\n",
        &options);
    ck_assert_str_eq(result->differences, "");
    free_result(result);
}
END_TEST

/* --- values --- */

#define EXIT_AT(pc) AT "kvm_exit: TRAP: HSR_EC: 0x0024 (DABT_LOW), PC: " pc "\n"
#define READ_90(pc, hsr)                                                                           \
    EXIT_AT(pc)                                                                                    \
    AT "kvm_guest_fault: ipa 0xa000000, hsr " hsr ", hxfar 0xa000040, pc " pc "\n" AT              \
       "kvm_mmio: mmio unsatisfied-read len 1 gpa 0xa000040 val 0x0\n" AT                          \
       "kvm_userspace_exit: reason KVM_EXIT_MMIO (6)\n" AT                                         \
       "kvm_mmio: mmio read len 1 gpa 0xa000040 val 0x90\n" AT "kvm_entry: PC: " pc "\n"
#define WRITE(pc, hsr, value)                                                                      \
    EXIT_AT(pc)                                                                                    \
    AT "kvm_guest_fault: ipa 0xa000000, hsr " hsr ", hxfar 0xa000048, pc " pc "\n" AT              \
       "kvm_mmio: mmio write len 8 gpa 0xa000048 val " value "\n" AT                               \
       "kvm_userspace_exit: reason KVM_EXIT_MMIO (6)\n"
#define LDRSB_X1 "0x93218005"
#define STR_X1 "0x93c18045"
#define STR_XZR "0x93df8045"

/* The store's value is the load's while nothing comes between; of others the record is believed. */
static const struct {
    const char *text, *kernel, *differences;
    unsigned long predicted, given;
} values[] = {
    {READ_90("0x1000", LDRSB_X1) WRITE("0x1004", STR_X1, "0x90"), "linux-6.12", "", 1, 1},
    {READ_90("0x1000", LDRSB_X1) WRITE("0x1004", STR_X1, "0xffffffffffffff90"), "linux-7.2", "", 1,
     1},
    {READ_90("0x1000", LDRSB_X1) WRITE("0x1004", STR_X1, "0x90"), "linux-7.2",
     "text - kvm_mmio: mmio write len 8 gpa 0xa000048 val 0x90\n"
     "text + kvm_mmio: mmio write len 8 gpa 0xa000048 val 0xffffffffffffff90\n",
     1, 1},
    {READ_90("0x1000", LDRSB_X1) WRITE("0x1008", STR_X1, "0x77"), "linux-7.2", "", 0, 2},
    {READ_90("0x1000", LDRSB_X1) WRITE("0x1004", STR_XZR, "0x5"), "linux-7.2",
     "text - kvm_mmio: mmio write len 8 gpa 0xa000048 val 0x5\n"
     "text + kvm_mmio: mmio write len 8 gpa 0xa000048 val 0x0\n",
     1, 1},
};

START_TEST(values_pass_through_the_model)
{
    const struct replay_options options = {.kernel = kvm_variant_by_name(values[_i].kernel)};
    struct result *result = play_text(values[_i].text, &options);
    ck_assert_str_eq(result->differences, values[_i].differences);
    ck_assert_uint_eq(result->tally.predicted, values[_i].predicted);
    ck_assert_uint_eq(result->tally.given, values[_i].given);
    free_result(result);
}
END_TEST

/* A write to a debug register, and the read that follows, of a kernel that traces them. */
#define TRAPPED(hsr, line)                                                                         \
    AT "kvm_exit: TRAP: HSR_EC: 0x0018 (SYS64), PC: 0x1000\n" AT "kvm_handle_sys_reg: HSR " hsr    \
       "\n" AT "kvm_sys_access: PC: 1000 SYS_DBGBVRn_EL1(3) (2,0,0,3,4) " line "\n" AT             \
       "kvm_entry: PC: 0x1000\n"

START_TEST(debug_registers)
{
    static const struct {
        const char *value, *differences;
    } rows[] = {{"123000", ""},
                {"456000", "text - trap_reg: trap_bvr read from reg 3 (0x456000)\n"
                           "text + trap_reg: trap_bvr read from reg 3 (0x0000000000123000)\n"}};
    const struct replay_options options = {.kernel = kvm_variant_by_name("linux-6.12")};
    for (size_t i = 0; i < 2; i++) {
        char text[2048];
        snprintf(text, sizeof(text),
                 TRAPPED("0x62280046",
                         "write\n" AT "trap_reg: trap_bvr write to reg 3 (0x0000000000123000)")
                     TRAPPED("0x62280067", "read\n" AT "trap_reg: trap_bvr read from reg 3 (0x%s)"),
                 rows[i].value);
        struct result *result = play_text(text, &options);
        ck_assert_str_eq(result->differences, rows[i].differences);
        ck_assert_uint_eq(result->tally.given, 1);
        free_result(result);
    }
}
END_TEST

/* PSTATE and MDSCR_EL1 of a guest under a debugger are the model's after the first entry. */
START_TEST(debug_state)
{
    char text[8192];
    FILE *file = fopen(TRACES "6.12.107/load.ldrsb_x1.80.txt", "r");
    const struct replay_options options = {.kernel = kvm_variant_by_name("linux-6.12")};
    ck_assert_ptr_nonnull(file);
    text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
    fclose(file);
    char *second = strstr(strstr(text, "SPSR_EL2: 0x3c5") + 1, "SPSR_EL2: 0x3c5");
    ck_assert_ptr_nonnull(second);
    second[strlen("SPSR_EL2: 0x3c")] = '4';
    struct result *result = play_text(text, &options);
    ck_assert_str_eq(result->differences, "text - kvm_arm_set_dreg32: SPSR_EL2: 0x3c4\n"
                                          "text + kvm_arm_set_dreg32: SPSR_EL2: 0x3c5\n");
    free_result(result);
}
END_TEST

START_TEST(interrupt_lines)
{
    const struct replay_options options = {.kernel = kvm_variant_by_name("linux-6.12")};
    struct result *result = play_text(
        AT "kvm_irq_line: Inject VGIC SPI interrupt (1), vcpu->idx: 0, num: 33, level: 1\n" AT
           "vgic_update_irq_pending: VCPU: 0, IRQ 33, level: 1\n" AT
           "vgic_update_irq_pending: VCPU: 0, IRQ 27, level: 1\n" AT /* a timer's */
           "kvm_irq_line: Inject VGIC PPI interrupt (2), vcpu->idx: 1, num: 23, level: 0\n" AT
           "vgic_update_irq_pending: VCPU: 0, IRQ 23, level: 0\n",
        &options);
    ck_assert_str_eq(result->differences, "text - vgic_update_irq_pending: VCPU: 0, IRQ 23, level: "
                                          "0\n"
                                          "text + vgic_update_irq_pending: VCPU: 1, IRQ 23, level: "
                                          "0\n");
    ck_assert_uint_eq(result->tally.irqs, 4);
    ck_assert_uint_eq(result->tally.exits, 0);
    free_result(result);
    result = play_text(
        AT "kvm_irq_line: Inject CPU interrupt (0), vcpu->idx: 2, num: 0, level: 1\n", &options);
    ck_assert_str_eq(result->differences, "");
    free_result(result);
}
END_TEST

/* Events that were not asked for are not held against the model; without its fault an abort says
 * nothing. */
START_TEST(some_events_recorded)
{
    const struct replay_options options = {.kernel = kvm_variant_by_name("linux-7.2")};
    struct result *result = play_text(AT "kvm_entry: PC: 0x1000\n" EXIT_AT("0x1000") AT
                                      "kvm_entry: PC: 0x1004\n" AT
                                      "kvm_exit: TRAP: HSR_EC: 0x0016 (HVC64), PC: 0x1008\n" AT
                                      "kvm_entry: PC: 0x1008\n",
                                      &options);
    ck_assert_str_eq(result->differences,
                     "text ? kvm_exit: TRAP: HSR_EC: 0x0024 (DABT_LOW), PC: 0x1000\n"
                     "text ? kvm_entry: PC: 0x1004\n");
    ck_assert_uint_eq(result->tally.same, 3);
    free_result(result);
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("import");
    TCase *tcase = tcase_create("import");
    tcase_add_loop_test(tcase, recorded_kernels, 0, sizeof(kernels) / sizeof(kernels[0]));
    tcase_add_loop_test(tcase, three_shapes, 0, sizeof(shapes) / sizeof(shapes[0]));
    tcase_add_loop_test(tcase, one_line, 0, sizeof(lines) / sizeof(lines[0]));
    tcase_add_test(tcase, cut_lines);
    tcase_add_test(tcase, two_threads_and_lost_lines);
    tcase_add_test(tcase, memslots_are_given);
    tcase_add_test(tcase, nisv);
    tcase_add_loop_test(tcase, values_pass_through_the_model, 0,
                        sizeof(values) / sizeof(values[0]));
    tcase_add_test(tcase, debug_registers);
    tcase_add_test(tcase, debug_state);
    tcase_add_test(tcase, interrupt_lines);
    tcase_add_test(tcase, some_events_recorded);
    tcase_set_timeout(tcase, 120);
    suite_add_tcase(suite, tcase);
    return suite;
}
