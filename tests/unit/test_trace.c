/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Trace formats, the selection of events, reading traces back, and their comparison. */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cpu/clock.h"
#include "sim/trace/diff.h"
#include "sim/trace/event_groups.h"
#include "sim/trace/filter.h"
#include "sim/trace/reader.h"
#include "sim/trace/timeline.h"
#include "sim/trace/writer.h"
#include "tests/unit/check_main.h"

#define TEXT_MAX 65536

static const struct trace_header header = {"0.1.0",   "fake", "0123456789abcdef",
                                           "default", "flat", ""};

struct fake {
    struct clock clock;
    struct trace trace;
    char text[TEXT_MAX]; /* what was written */
};

/* A page-in, a read of a device and a call, as a plain VM has them; the values are those of lines
 * recorded on Linux 6.12.107 and 7.2.13 (tracefs, events/kvm). */
static void send_run(struct fake *fake)
{
    struct trace *trace = &fake->trace;
    uint64_t *now = &fake->clock.now.v;

    *now = 100;
    EMIT(trace, KVM_RUN, VMM, 0);
    *now = 200;
    EMIT(trace, ERET, HOST, 0x40010000, 0x3c5);
    EMIT(trace, GUEST_FETCH, GUEST, 0x40010000, 0, 0x40010000, 4);
    EMIT(trace, WALK_STEP, GUEST, 2, 1, 0x80000008, 0);
    *now = 210;
    EMIT(trace, FAULT, GUEST, EVENT_STR("translation"), 2, 1, 0x40010000, 0x40010000);
    *now = 280;
    EMIT(trace, EL2_VECTOR, HOST, 0x82000005, 0x40010000, 0x400100, 0x40010000, 0x3c5, 0);
    EMIT(trace, KVM_HANDLE_EXIT, HOST, EVENT_STR("trap"), 0x82000005, EVENT_STR("IABT_LOW"));
    *now = 300;
    EMIT(trace, KVM_HANDLE_GUEST_ABORT, HOST, 0x82000005, 0x40010000, 0x40010000, 0x40010000);
    *now = 900;
    EMIT(trace, USER_MEM_ABORT, HOST, 0x40010000, 0, 1, 4096, 0x80002000);
    *now = 1000;
    EMIT(trace, ERET, HOST, 0x40010000, 0x3c5);
    EMIT(trace, GUEST_LOAD, GUEST, 0x40010000, 0xb9400001, 0xa000040, 4);
    EMIT(trace, EL2_VECTOR, HOST, 0x93810005, 0xa000040, 0xa0000, 0x40010000, 0x3c5, 0xb9400001);
    EMIT(trace, KVM_HANDLE_EXIT, HOST, EVENT_STR("trap"), 0x93810005, EVENT_STR("DABT_LOW"));
    EMIT(trace, KVM_HANDLE_GUEST_ABORT, HOST, 0x93810005, 0xa000040, 0xa000000, 0x40010000);
    EMIT(trace, IO_MEM_ABORT, HOST, 0xa000040, 1, 0, 4, 1);
    EMIT(trace, KVM_IO_BUS_READ, HOST, 0xa000040, 4, 0, 0, EVENT_STR("unhandled"));
    *now = 1500;
    EMIT(trace, EXIT_TO_VMM, HOST, EVENT_STR("KVM_EXIT_MMIO"), 0xa000040, 4, 0, 0, 0);
    *now = 1600;
    EMIT(trace, VMM_HANDLE, VMM, EVENT_STR("dev"), 0x40, 4, 0, 0xc0b0a090, EVENT_STR("ok"));
    EMIT(trace, KVM_RUN, VMM, 0);
    EMIT(trace, KVM_HANDLE_MMIO_RETURN, HOST, 1, 4, 0xffffffffc0b0a090);
    *now = 1700;
    EMIT(trace, ERET, HOST, 0x40010004, 0x3c5);
    EMIT(trace, GUEST_INSN, GUEST, 0x40010000, 0xd4000002);
    EMIT(trace, EL2_VECTOR, HOST, 0x5a000000, 0, 0, 0x40010004, 0x3c5, 0xd4000002);
    EMIT(trace, KVM_HANDLE_EXIT, HOST, EVENT_STR("trap"), 0x5a000000, EVENT_STR("HVC64"));
    EMIT(trace, KVM_SMCCC, HOST, 0x84000000, 0x10001);
    *now = 1800;
    EMIT(trace, ERET, HOST, 0x40010004, 0x3c5);
    EMIT(trace, GUEST_INSN, GUEST, 0x40010000, 0xd503207f);
    EMIT(trace, EL2_VECTOR, HOST, 0x06000000, 0, 0, 0x40010000, 0x3c5, 0xd503207f);
    EMIT(trace, KVM_HANDLE_EXIT, HOST, EVENT_STR("trap"), 0x06000000, EVENT_STR("WFx"));
    EMIT(trace, EXIT_TO_VMM, HOST, EVENT_STR("KVM_EXIT_INTR"), 0, 0, 0, 0, (uint64_t)-4);
    *now = 2345;
    EMIT(trace, END, VMM, EVENT_STR("limit"), 0);
}

static void start(struct fake *fake)
{
    memset(fake, 0, sizeof(*fake));
    fake->trace.clock = &fake->clock;
}

static void read_file(const char *path, char *text)
{
    FILE *file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    size_t size = fread(text, 1, TEXT_MAX - 1, file);
    text[size] = '\0';
    ck_assert(feof(file));
    fclose(file);
}

/* A new empty file; its name is written over the template. */
static void make_file(char *path)
{
    strcpy(path, "/tmp/test_trace.XXXXXX");
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    close(fd);
}

/* Records what send sends in that format; the text is in fake->text. */
static void record_of(struct fake *fake, const char *format, const struct trace_options *options,
                      void (*send)(struct fake *fake))
{
    char path[64], error[256] = "";
    make_file(path);
    start(fake);
    struct trace_writer *writer = trace_writer_open_with(path, trace_format_by_name(format),
                                                         &header, options, error, sizeof(error));
    ck_assert_msg(writer != NULL, "%s", error);
    ck_assert(trace_add_reader(&fake->trace, trace_writer_event, writer));
    send(fake);
    ck_assert_msg(trace_writer_close(writer, true, error, sizeof(error)), "%s", error);
    read_file(path, fake->text);
    unlink(path);
}

static void record(struct fake *fake, const char *format, const struct trace_options *options)
{
    record_of(fake, format, options, send_run);
}

/* --- the kernel's lines --- */

/* Recorded on Linux 7.2.13 (the same on 6.12.107), in the order in which send_run has them. */
static const char *const recorded[] = {
    "kvm_entry: PC: 0x0000000040010000",
    "kvm_exit: TRAP: HSR_EC: 0x0020 (IABT_LOW), PC: 0x0000000040010000",
    "kvm_guest_fault: ipa 0x40010000, hsr 0x82000005, hxfar 0x40010000, pc 0x00000040010000",
    "kvm_entry: PC: 0x0000000040010000",
    "kvm_exit: TRAP: HSR_EC: 0x0024 (DABT_LOW), PC: 0x0000000040010000",
    "kvm_guest_fault: ipa 0xa000000, hsr 0x93810005, hxfar 0xa000040, pc 0x00000040010000",
    "kvm_mmio: mmio unsatisfied-read len 4 gpa 0xa000040 val 0x0",
    "kvm_userspace_exit: reason KVM_EXIT_MMIO (6)",
    "kvm_mmio: mmio read len 4 gpa 0xa000040 val 0xc0b0a090",
    "kvm_entry: PC: 0x0000000040010004",
    "kvm_exit: TRAP: HSR_EC: 0x0016 (HVC64), PC: 0x0000000040010004",
    "kvm_hvc_arm64: HVC at 0x0000000040010004 (r0: 0x0000000084000000, imm: 0x0)",
    "kvm_entry: PC: 0x0000000040010004",
    "kvm_exit: TRAP: HSR_EC: 0x0001 (WFx), PC: 0x0000000040010000",
    "kvm_wfx_arm64: guest executed wfi at: 0x0000000040010000",
    "kvm_userspace_exit: reason restart (4)",
};

#define RECORDED (sizeof(recorded) / sizeof(recorded[0]))

START_TEST(strict_ftrace_is_what_a_kernel_printed)
{
    struct fake fake;
    size_t count = 0;
    record(&fake, "ftrace", &(struct trace_options){.strict = true});
    for (char *rest = fake.text, *line; (line = strsep(&rest, "\n"));) {
        if (*line == '#' || !*line)
            continue;
        /* The columns of tracefs: "%16s-%-7d [%03d] ..... %5lu.%06lu: " */
        ck_assert_msg(line[16] == '-' && line[25] == '[' && line[29] == ']', "%s", line);
        ck_assert_msg(line[42] == '.' && line[49] == ':', "%s", line);
        ck_assert_uint_lt(count, RECORDED);
        ck_assert_str_eq(line + 51, recorded[count]);
        count++;
    }
    ck_assert_uint_eq(count, RECORDED);
}
END_TEST

START_TEST(own_events_stand_beside_the_kernel_s)
{
    struct fake fake;
    record(&fake, "ftrace", &(struct trace_options){0});
    ck_assert_ptr_nonnull(strstr(fake.text, ": walk_step: stage=2 level=1 at=0x"));
    ck_assert_ptr_nonnull(strstr(fake.text, ": kvm_entry: PC: "));
    ck_assert_ptr_null(strstr(fake.text, ": eret: "));
}
END_TEST

/* Recorded: a load from the first address beyond the IPA space leaves no kvm_guest_fault. */
START_TEST(no_guest_fault_beyond_the_ipa_space)
{
    struct fake fake;
    record(&fake, "ftrace", &(struct trace_options){.strict = true, .ipa_bits = 27});
    ck_assert_ptr_null(strstr(fake.text, "kvm_guest_fault"));
    record(&fake, "ftrace", &(struct trace_options){.strict = true, .ipa_bits = 28});
    ck_assert_ptr_nonnull(strstr(fake.text, "kvm_guest_fault: ipa 0xa000000"));
    ck_assert_ptr_null(strstr(fake.text, "kvm_guest_fault: ipa 0x40010000"));
}
END_TEST

/* --- stretches of time --- */

START_TEST(stacks_add_up)
{
    struct fake fake;
    uint64_t sum = 0;
    record(&fake, "folded", &(struct trace_options){0});
    ck_assert_ptr_nonnull(strstr(
        fake.text, "\nguest;IABT_LOW;kvm_handle_exit;kvm_handle_guest_abort;user_mem_abort 600\n"));
    for (char *rest = fake.text, *line; (line = strsep(&rest, "\n")) && *line;)
        sum += strtoull(strrchr(line, ' '), NULL, 10);
    ck_assert_uint_eq(sum, 2345);
}
END_TEST

/* What is not selected still takes its time, in the step it lies in. */
START_TEST(stacks_add_up_when_events_are_left_out)
{
    struct fake fake;
    struct event_filter filter;
    char error[128];
    uint64_t sum = 0;
    ck_assert(event_filter_parse(&filter, "-user_mem_abort", error, sizeof(error)));
    record(&fake, "folded", &(struct trace_options){.filter = &filter});
    event_filter_free(&filter);
    ck_assert_ptr_nonnull(
        strstr(fake.text, "\nguest;IABT_LOW;kvm_handle_exit;kvm_handle_guest_abort 620\n"));
    for (char *rest = fake.text, *line; (line = strsep(&rest, "\n")) && *line;)
        sum += strtoull(strrchr(line, ' '), NULL, 10);
    ck_assert_uint_eq(sum, 2345);
}
END_TEST

/* Two vCPUs whose exits overlap in time: the step of one goes on after the other's. */
static void send_two(struct fake *fake)
{
    struct trace *trace = &fake->trace;
    uint64_t *now = &fake->clock.now.v;
    for (unsigned vcpu = 0; vcpu < 2; vcpu++) {
        trace->vcpu = vcpu;
        *now += 10;
        EMIT(trace, GUEST_LOAD, GUEST, 0x40010000, 0xb9400001, 0xa000040, 4);
        EMIT(trace, EL2_VECTOR, HOST, vcpu ? 0x5a000000 : 0x93810005, 0, 0, 0, 0x3c5, 0);
        EMIT(trace, KVM_HANDLE_EXIT, HOST, EVENT_STR("trap"), 0, EVENT_STR("x"));
    }
    for (unsigned vcpu = 0; vcpu < 2; vcpu++) {
        trace->vcpu = vcpu;
        *now += 100;
        EMIT(trace, KVM_HANDLE_GUEST_ABORT, HOST, 0x93810005, 0, 0, 0);
    }
}

START_TEST(each_vcpu_has_its_stacks)
{
    struct fake fake;
    record_of(&fake, "folded", &(struct trace_options){0}, send_two);
    ck_assert_str_eq(fake.text, "vcpu0;guest;DABT_LOW;kvm_handle_exit;kvm_handle_guest_abort 100\n"
                                "vcpu0;guest;guest_load 10\n"
                                "vcpu1;guest;HVC64;kvm_handle_exit;kvm_handle_guest_abort 100\n"
                                "vcpu1;guest;guest_load 10\n");
}
END_TEST

START_TEST(chrome_slices_and_arrows)
{
    struct fake fake;
    record(&fake, "chrome", &(struct trace_options){0});
    ck_assert_ptr_nonnull(strstr(fake.text, "{\"ph\":\"X\",\"pid\":4,\"tid\":0,\"ts\":0.300,"
                                            "\"dur\":0.600,\"name\":\"user_mem_abort\""));
    ck_assert_ptr_nonnull(strstr(fake.text, "{\"ph\":\"X\",\"pid\":4,\"tid\":0,\"ts\":0.280,"
                                            "\"dur\":0.620,\"name\":\"kvm_handle_guest_abort\""));
    ck_assert_ptr_nonnull(strstr(fake.text, "{\"ph\":\"s\""));
    ck_assert_ptr_nonnull(strstr(fake.text, "{\"ph\":\"f\""));
    ck_assert_ptr_nonnull(strstr(fake.text, "\"cycle\":900,"));
    ck_assert_ptr_nonnull(strstr(fake.text, "{\"ph\":\"i\""));
}
END_TEST

START_TEST(vcd_changes)
{
    struct fake fake;
    record(&fake, "vcd", &(struct trace_options){0});
    ck_assert_ptr_nonnull(strstr(fake.text, "$timescale 1ns $end\n"));
    ck_assert_ptr_nonnull(strstr(fake.text, "$var wire 64 % esr [63:0] $end\n"));
    /* the syndrome is known when the exception is taken, at 280 */
    ck_assert_ptr_nonnull(strstr(fake.text, "b00000000000000000000000000000000"
                                            "10000010000000000000000000000101 %\n"));
    const char *at = strstr(fake.text, "\n#280\n"), *esr = strstr(fake.text, "0101 %\n");
    ck_assert(at && esr && at < esr && esr < strstr(fake.text, "\n#300\n"));
    ck_assert_str_eq(fake.text + strlen(fake.text) - 6, "#2345\n");
}
END_TEST

/* The host's CPU goes from vCPU 0 to vCPU 1. */
static void send_switch(struct fake *fake)
{
    fake->clock.now = CYCLES(100);
    EMIT(&fake->trace, ERET, HOST, 0x40010000, 0x3c5);
    fake->clock.now = CYCLES(200);
    EMIT(&fake->trace, SCHED_SWITCH, HOST, 0, 1);
    fake->trace.vcpu = 1;
    fake->clock.now = CYCLES(300);
    EMIT(&fake->trace, KVM_RUN, VMM, 1);
    fake->clock.now = CYCLES(400);
    EMIT(&fake->trace, EL2_VECTOR, HOST, 5, 0, 0, 0, 0x3c5, 0);
}

START_TEST(vcd_scopes)
{
    struct fake fake;
    record_of(&fake, "vcd", &(struct trace_options){.vcpus = 2}, send_switch);
    ck_assert_ptr_nonnull(strstr(fake.text, "$scope module sim $end\n"
                                            "$scope module vcpu0 $end\n"
                                            "$var string 1 ! world $end\n"));
    ck_assert_ptr_nonnull(strstr(fake.text, "$upscope $end\n$scope module vcpu1 $end\n"
                                            "$var string 1 ( world $end\n"));
    /* what vCPU 1 does moves its own signals; vCPU 0 is in no world meanwhile */
    ck_assert_ptr_nonnull(strstr(fake.text, "#200\ns- !\nbx \"\ns- #\n"));
    ck_assert_ptr_nonnull(strstr(fake.text, "svmm (\n"));
    ck_assert_ptr_null(strstr(fake.text, "svmm !\n"));
    ck_assert_ptr_nonnull(strstr(fake.text, "101 ,\n"));
    /* one vCPU, and names of as many digits as it takes */
    record_of(&fake, "vcd", &(struct trace_options){.vcpus = 1}, send_switch);
    ck_assert_ptr_null(strstr(fake.text, "vcpu0"));
    record_of(&fake, "vcd", &(struct trace_options){.vcpus = 16}, send_switch);
    ck_assert_ptr_nonnull(strstr(fake.text, "$scope module vcpu15 $end\n"
                                            "$var string 1 ,\" world $end\n"));
}
END_TEST

/* --- selection --- */

static bool parses(const char *patterns, struct event_filter *filter, char *error)
{
    return event_filter_parse(filter, patterns, error, 256);
}

START_TEST(patterns_select)
{
    struct event_filter filter;
    char error[256];
    ck_assert(parses("kvm_*,-kvm_run,walk_step", &filter, error));
    ck_assert(filter.kind[EV_KVM_HANDLE_EXIT] && filter.kind[EV_WALK_STEP]);
    ck_assert(!filter.kind[EV_KVM_RUN] && !filter.kind[EV_ERET]);
    ck_assert(event_filter_selects(&filter, "kvm_entry"));
    event_filter_free(&filter);
    ck_assert(parses("-walk_step,-rm*,rmi", &filter, error));
    ck_assert(filter.kind[EV_ERET] && filter.kind[EV_RMI]);
    ck_assert(!filter.kind[EV_WALK_STEP] && !filter.kind[EV_RMM_HANDLE_EXCEPTION]);
    event_filter_free(&filter);
}
END_TEST

START_TEST(wrong_patterns)
{
    struct event_filter filter;
    char error[256];
    ck_assert(!parses("walk_stepp", &filter, error));
    ck_assert_str_eq(error, "no event is called 'walk_stepp' (did you mean 'walk_step'?)");
    ck_assert(!parses("", &filter, error));
    ck_assert_str_eq(error, "no pattern is given");
    ck_assert(!parses("@/no/such/file", &filter, error));
    ck_assert_str_eq(error, "/no/such/file: No such file or directory");
}
END_TEST

START_TEST(patterns_of_a_file)
{
    struct event_filter filter;
    char path[64], list[80], error[256];
    make_file(path);
    FILE *file = fopen(path, "w");
    fputs("# a comment\n\n  kvm_*   # all of them\n-kvm_run\n", file);
    fclose(file);
    snprintf(list, sizeof(list), "@%s,eret", path);
    ck_assert_msg(parses(list, &filter, error), "%s", error);
    ck_assert(filter.kind[EV_ERET] && filter.kind[EV_KVM_INJECT] && !filter.kind[EV_KVM_RUN]);
    event_filter_free(&filter);
    file = fopen(path, "w");
    fputs("eret\nno_event\n", file);
    fclose(file);
    ck_assert(!parses(list, &filter, error));
    ck_assert_ptr_nonnull(strstr(error, ":2: no event is called 'no_event'"));
    unlink(path);
}
END_TEST

/* --- reading back --- */

static bool read_text(const char *text, struct trace_list *list, uint64_t *unknown, char *error)
{
    char path[64];
    make_file(path);
    FILE *file = fopen(path, "w");
    fputs(text, file);
    fclose(file);
    trace_list_init(list);
    bool ok = trace_read(path, list, unknown, error, 256) == TRACE_READ_OK;
    unlink(path);
    return ok;
}

START_TEST(what_is_recorded_reads_back)
{
    struct fake fake;
    struct trace_list sent, read;
    uint64_t unknown;
    char error[256] = "", names[] = "A";
    record(&fake, "ndjson", &(struct trace_options){.ipa_bits = 40});
    ck_assert_msg(read_text(fake.text, &read, &unknown, error), "%s", error);
    ck_assert_uint_eq(unknown, 0);
    ck_assert_uint_eq(read.ipa_bits, 40);
    ck_assert_str_eq(read.scenario, "fake");
    start(&fake);
    trace_list_init(&sent);
    trace_add_reader(&fake.trace, trace_list_event, &sent);
    send_run(&fake);
    ck_assert_uint_eq(read.count, sent.count);
    ck_assert(diff_traces(stdout, &sent, &read,
                          &(struct diff_options){.sides = {{.name = names}, {.name = names}}}));
    trace_list_free(&sent);
    trace_list_free(&read);
}
END_TEST

#define HEAD "{\"type\":\"header\",\"schema\":1}\n"
#define EVENT(members) "{\"type\":\"event\"," members "}\n"
#define RUN "\"world\":\"vmm\",\"event\":\"kvm_run\""

static const struct {
    const char *text, *error; /* error: behind the path */
} wrong_traces[] = {
    {"", ":1: error: the file is empty"},
    {"x\n", ":1: error: not JSON"},
    {EVENT("\"cycle\":1,\"vcpu\":0," RUN), ":1: error: a trace starts with its header"},
    {"{\"type\":\"header\",\"schema\":2}\n", ":1: error: schema 2 is not 1"},
    {HEAD HEAD, ":2: error: a second header"},
    {HEAD EVENT("\"cycle\":-1,\"vcpu\":0," RUN), ":2: error: cycle is not"},
    {HEAD EVENT("\"cycle\":9007199254740994,\"vcpu\":0," RUN), ":2: error: cycle is not"},
    {HEAD EVENT("\"cycle\":1,\"vcpu\":512," RUN), ":2: error: vcpu is not"},
    {HEAD EVENT("\"cycle\":1,\"vcpu\":0,\"world\":\"moon\",\"event\":\"kvm_run\""),
     ":2: error: 'moon' is no world"},
    {HEAD EVENT("\"cycle\":1,\"vcpu\":0," RUN ",\"args\":{\"vcpu\":\"0x1\"}"),
     ":2: error: vcpu of kvm_run has a wrong value"},
    {HEAD EVENT("\"cycle\":2,\"vcpu\":0," RUN) EVENT("\"cycle\":1,\"vcpu\":0," RUN),
     ":3: error: time goes back: cycle 1 is behind 2"},
    {HEAD EVENT("\"cycle\":1,\"vcpu\":0,\"world\":\"kvm\",\"event\":\"eret\","
                "\"args\":{\"pc\":\"0x12345678123456789\"}"),
     ":2: error: pc of eret has a wrong value"},
};

START_TEST(wrong_files)
{
    struct trace_list list;
    uint64_t unknown;
    char error[256] = "";
    ck_assert(!read_text(wrong_traces[_i].text, &list, &unknown, error));
    ck_assert_msg(strstr(error, wrong_traces[_i].error) != NULL, "%s", error);
    trace_list_free(&list);
}
END_TEST

START_TEST(later_traces_are_read_as_far_as_known)
{
    struct trace_list list;
    uint64_t unknown;
    char error[256] = "";
    ck_assert(read_text(HEAD EVENT("\"cycle\":1,\"vcpu\":0,\"new\":[]," RUN)
                            EVENT("\"event\":\"of_the_future\"") "{\"type\":\"footer\"}\n",
                        &list, &unknown, error));
    ck_assert_uint_eq(list.count, 1);
    ck_assert_uint_eq(unknown, 1);
    trace_list_free(&list);
}
END_TEST

/* --- comparison --- */

struct pair {
    struct fake fake;
    struct trace_list a, b;
    char told[TEXT_MAX];
};

static struct pair *new_pair(void)
{
    struct pair *pair = calloc(1, sizeof(*pair));
    ck_assert_ptr_nonnull(pair);
    struct trace_list *const lists[] = {&pair->a, &pair->b};
    for (int i = 0; i < 2; i++) {
        start(&pair->fake);
        trace_list_init(lists[i]);
        trace_add_reader(&pair->fake.trace, trace_list_event, lists[i]);
        send_run(&pair->fake);
    }
    return pair;
}

static void free_pair(struct pair *pair)
{
    trace_list_free(&pair->a);
    trace_list_free(&pair->b);
    free(pair);
}

static bool same(struct pair *pair, const char *ignored)
{
    char fields[64];
    const char *bad;
    struct diff_options options = {.context = 1, .sides = {{.name = "one"}, {.name = "two"}}};
    FILE *out = fmemopen(pair->told, sizeof(pair->told), "w");
    snprintf(fields, sizeof(fields), "%s", ignored);
    ck_assert(diff_ignore(&options, fields, &bad));
    bool result = diff_traces(out, &pair->a, &pair->b, &options);
    fclose(out);
    return result;
}

static size_t index_of(const struct trace_list *list, enum event_kind kind)
{
    size_t i = 0;
    while (list->events[i].kind != kind)
        i++;
    return i;
}

START_TEST(equal_runs)
{
    struct pair *pair = new_pair();
    ck_assert(same(pair, ""));
    ck_assert_str_eq(pair->told, "");
    free_pair(pair);
}
END_TEST

START_TEST(a_field_differs)
{
    struct pair *pair = new_pair();
    pair->b.events[index_of(&pair->b, EV_KVM_HANDLE_MMIO_RETURN)].args[2] = 0x90;
    ck_assert(!same(pair, ""));
    ck_assert_ptr_nonnull(strstr(pair->told, "A one\nB two\n"));
    ck_assert_ptr_nonnull(strstr(pair->told, "19 events are the same, then "
                                             "kvm_handle_mmio_return #1 differs:\n"));
    ck_assert_ptr_nonnull(strstr(pair->told, "  value        A 0xffffffffc0b0a090\n"
                                             "               B 0x0000000000000090\n"));
    ck_assert_ptr_nonnull(strstr(pair->told, "kvm_handle_mmio_return   1 differ, 0 only"));
    ck_assert(same(pair, "value"));
    free_pair(pair);
}
END_TEST

START_TEST(cycles_can_be_ignored)
{
    struct pair *pair = new_pair();
    for (size_t i = 5; i < pair->b.count; i++)
        pair->b.events[i].cycle.v += 7;
    ck_assert(!same(pair, "pc"));
    ck_assert_ptr_nonnull(
        strstr(pair->told, "  cycles       A 70 since the event before\n               B 77\n"));
    ck_assert_ptr_nonnull(strstr(pair->told, "cycles: 1 of ")); /* not all that come behind it */
    ck_assert(same(pair, "pc,cycles"));
    free_pair(pair);
}
END_TEST

/* What differs in more than time comes first, wherever it stands. */
START_TEST(contents_come_before_cycles)
{
    struct pair *pair = new_pair();
    for (size_t i = 5; i < pair->b.count; i++)
        pair->b.events[i].cycle.v += 7;
    pair->b.events[index_of(&pair->b, EV_KVM_HANDLE_MMIO_RETURN)].args[2] = 0x90;
    ck_assert(!same(pair, ""));
    ck_assert_ptr_nonnull(strstr(pair->told, "19 events are the same, then kvm_handle_mmio"));
    ck_assert_ptr_nonnull(strstr(pair->told, "cycles: 1 of "));
    free_pair(pair);
}
END_TEST

/* Two events that one side alone has do not put what follows out of step. */
START_TEST(both_sides_meet_again)
{
    struct pair *pair = new_pair();
    size_t at = index_of(&pair->b, EV_FAULT), gone = 2;
    memmove(pair->b.events + at, pair->b.events + at + gone,
            (pair->b.count - at - gone) * sizeof(struct event));
    pair->b.count -= gone;
    pair->b.events[index_of(&pair->b, EV_VMM_HANDLE)].args[1] = 0x44;
    ck_assert(!same(pair, ""));
    ck_assert_ptr_nonnull(strstr(pair->told, "then A fault #1, B kvm_handle_exit #1\n"));
    ck_assert_ptr_nonnull(strstr(pair->told, "            - kvm   el2_vector esr=0x82000005 "));
    ck_assert_ptr_nonnull(
        strstr(pair->told, "            ~ vmm   vmm_handle offset=0x40 -> 0x44\n"));
    ck_assert_ptr_nonnull(strstr(pair->told, "el2_vector               0 differ, 1 only in A"));
    ck_assert_ptr_null(strstr(pair->told, "\n  eret "));
    free_pair(pair);
}
END_TEST

/* Syndromes by field, and calls by name. */
START_TEST(values_in_words)
{
    struct pair *pair = new_pair();
    struct event call = {.kind = EV_MONITOR_SMC,
                         .world = WORLD_EL3,
                         .args = {0xc400015c, EVENT_STR("non-secure"), EVENT_STR("realm")}};
    pair->b.events[index_of(&pair->b, EV_EL2_VECTOR)].args[0] = 0x92000006;
    call.cycle = pair->b.events[pair->b.count - 1].cycle;
    trace_list_event(&pair->b, &call);
    ck_assert(!same(pair, ""));
    ck_assert_ptr_nonnull(strstr(pair->told, "    EC         A IABT_LOW\n"
                                             "               B DABT_LOW\n"));
    ck_assert_ptr_nonnull(strstr(pair->told, "+ el3   monitor_smc fid=RMI_REC_ENTER from="));
    free_pair(pair);
}
END_TEST

START_TEST(differences_as_json)
{
    struct pair *pair = new_pair();
    struct diff_options options = {.sides = {{.name = "one"}, {.name = "two", .origin = 50}}};
    struct diff_found found;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    pair->b.events[index_of(&pair->b, EV_KVM_HANDLE_MMIO_RETURN)].args[2] = 0x90;
    ck_assert(!diff_find(&pair->a, &pair->b, &options, &found));
    diff_print_json(out, &pair->a, &pair->b, &options, &found);
    fclose(out);
    ck_assert_ptr_nonnull(strstr(text, "\"same\": false"));
    ck_assert_ptr_nonnull(strstr(text, "\"other_cycles\": 1")); /* the first: origins differ */
    ck_assert_ptr_nonnull(strstr(text, "\"difference_count\": 2"));
    ck_assert_ptr_nonnull(strstr(text, "\"value\": \"0x0000000000000090\""));
    diff_found_free(&found);
    free(text);
    free_pair(pair);
}
END_TEST

START_TEST(groups_are_patterns)
{
    const struct event_group *group;
    const char *bad;
    char error[128], *text = event_groups_patterns("exits,injections", &bad);
    ck_assert_str_eq(text, "rec_exit*,exit_to_vmm,rmm_inject_*,complete_sea_insertion,"
                           "kvm_inject,el1_vector");
    free(text);
    ck_assert_ptr_null(event_groups_patterns("exits,colours", &bad));
    ck_assert_str_eq(bad, "colours");
    ck_assert_ptr_null(event_groups_patterns("", &bad));
    ck_assert_ptr_nonnull(bad);
    for (size_t i = 0; (group = event_group_at(i)); i++) {
        struct event_filter filter;
        ck_assert_msg(event_filter_parse(&filter, group->patterns, error, sizeof(error)), "%s: %s",
                      group->name, error);
        event_filter_free(&filter);
    }
}
END_TEST

START_TEST(an_event_is_missing)
{
    struct pair *pair = new_pair();
    size_t at = index_of(&pair->b, EV_WALK_STEP);
    memmove(pair->b.events + at, pair->b.events + at + 1,
            (pair->b.count - at - 1) * sizeof(struct event));
    pair->b.count--;
    ck_assert(!same(pair, ""));
    ck_assert_ptr_nonnull(strstr(pair->told, "then A walk_step #1, B fault #1\n"));
    ck_assert_ptr_nonnull(strstr(pair->told, "0 differ, 1 only in A, 0 only in B\n"));
    free_pair(pair);
}
END_TEST

START_TEST(one_run_ends_early)
{
    struct pair *pair = new_pair();
    pair->a.count--;
    ck_assert(!same(pair, ""));
    ck_assert_ptr_nonnull(strstr(pair->told, "then A has ended, B end #1\n"));
    free_pair(pair);
}
END_TEST

START_TEST(vcpus_are_compared_apart)
{
    struct pair *pair = new_pair();
    /* the same events of two vCPUs, interleaved in another order */
    pair->a.events[3].vcpu = pair->b.events[4].vcpu = 1;
    struct event moved = pair->b.events[3];
    pair->b.events[3] = pair->b.events[4];
    pair->b.events[4] = moved;
    pair->b.events[3].vcpu = 0;
    pair->b.events[4].vcpu = 1;
    ck_assert(same(pair, ""));
    pair->b.events[4].args[3] = 1;
    ck_assert(!same(pair, ""));
    ck_assert_ptr_nonnull(strstr(pair->told, "vCPU 1: 0 events are the same"));
    free_pair(pair);
}
END_TEST

START_TEST(unknown_field)
{
    struct diff_options options = {0};
    const char *bad = NULL;
    char fields[] = "pc,colour";
    ck_assert(!diff_ignore(&options, fields, &bad));
    ck_assert_str_eq(bad, "colour");
}
END_TEST

START_TEST(formats_by_name_and_path)
{
    const struct trace_format *format;
    for (size_t i = 0; (format = trace_format_at(i)); i++) {
        char path[32];
        ck_assert_ptr_eq(trace_format_by_name(format->name), format);
        snprintf(path, sizeof(path), "run%s", format->suffix ? format->suffix : ".txt");
        ck_assert_ptr_eq(trace_format_by_path(path), format);
        ck_assert(!format->step != !format->event);
    }
    ck_assert_ptr_eq(trace_format_by_path(".json"), &trace_format_text);
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("trace");
    TCase *tcase = tcase_create("trace");
    tcase_add_test(tcase, strict_ftrace_is_what_a_kernel_printed);
    tcase_add_test(tcase, own_events_stand_beside_the_kernel_s);
    tcase_add_test(tcase, no_guest_fault_beyond_the_ipa_space);
    tcase_add_test(tcase, stacks_add_up);
    tcase_add_test(tcase, stacks_add_up_when_events_are_left_out);
    tcase_add_test(tcase, each_vcpu_has_its_stacks);
    tcase_add_test(tcase, chrome_slices_and_arrows);
    tcase_add_test(tcase, vcd_changes);
    tcase_add_test(tcase, vcd_scopes);
    tcase_add_test(tcase, patterns_select);
    tcase_add_test(tcase, wrong_patterns);
    tcase_add_test(tcase, patterns_of_a_file);
    tcase_add_test(tcase, what_is_recorded_reads_back);
    tcase_add_loop_test(tcase, wrong_files, 0, sizeof(wrong_traces) / sizeof(wrong_traces[0]));
    tcase_add_test(tcase, later_traces_are_read_as_far_as_known);
    tcase_add_test(tcase, equal_runs);
    tcase_add_test(tcase, a_field_differs);
    tcase_add_test(tcase, contents_come_before_cycles);
    tcase_add_test(tcase, both_sides_meet_again);
    tcase_add_test(tcase, values_in_words);
    tcase_add_test(tcase, differences_as_json);
    tcase_add_test(tcase, groups_are_patterns);
    tcase_add_test(tcase, cycles_can_be_ignored);
    tcase_add_test(tcase, an_event_is_missing);
    tcase_add_test(tcase, one_run_ends_early);
    tcase_add_test(tcase, vcpus_are_compared_apart);
    tcase_add_test(tcase, unknown_field);
    tcase_add_test(tcase, formats_by_name_and_path);
    suite_add_tcase(suite, tcase);
    return suite;
}
