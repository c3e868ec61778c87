/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Traps out of events, expectations against them, and what traces and reports print. */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/profile.h"
#include "sim/report/esr_text.h"
#include "sim/report/json_writer.h"
#include "sim/report/report.h"
#include "sim/report/stuck.h"
#include "sim/report/style.h"
#include "sim/report/trap_text.h"
#include "sim/scenario/arena.h"
#include "sim/scenario/schema.h"
#include "sim/stimulus.h"
#include "sim/trace/writer.h"
#include "tests/unit/check_main.h"

#define LOAD_PC 0x40000004
#define UART_IPA 0x8009000000
#define TRUTH_ESR 0x93a28007 /* hand-made: IL ISV SAS=word SSE SRT=x2 SF DFSC=translation-l3 */
#define HOST_ESR 0x91808007  /* IL, SSE and SRT masked */

/* --- a run made of events ------------------------------------------------------------------------
 */

struct fake {
    struct clock clock;
    struct stimulus_result stimulus;
    struct trace trace;
    struct trap_log log;
    struct scenario scenario;
    struct scn_device devices[1];
    struct scn_label labels[1];
    struct machine_device_state states[1];
    struct scn_ioeventfd bells[1];
    uint64_t rung;
    struct run_result result;
    struct run run;
    struct arena *arena;
};

static void at(struct fake *fake, uint64_t cycle)
{
    fake->clock.now = CYCLES(cycle);
}

static void setup_events(struct fake *fake)
{
    at(fake, 50);
    EMIT(&fake->trace, RMI, RMM, EVENT_STR("RMI_REALM_CREATE"), 1, 2, 3, 4, 0);
    EMIT(&fake->trace, RMI, RMM, EVENT_STR("RMI_REC_CREATE"), 1, 2, 3, 4, 0);
    EMIT(&fake->trace, GPT_SET, EL3, 0x1000, EVENT_STR("non-secure"), EVENT_STR("realm"));
    at(fake, 90);
    EMIT(&fake->trace, ERET, RMM, 0x40000000, 5);
}

static void page_in(struct fake *fake)
{
    at(fake, 100);
    EMIT(&fake->trace, GUEST_FETCH, GUEST, 0x40000000, 0, 0x40000000, 4);
    EMIT(&fake->trace, FAULT, GUEST, EVENT_STR("translation"), 2, 3, 0x40000000, 0x40000000);
    at(fake, 170);
    EMIT(&fake->trace, EL2_VECTOR, RMM, 0x82000007, 0x40000000, 0x400000, 0x40000000, 5, 0);
    EMIT(&fake->trace, REC_EXIT, RMM, EVENT_STR("sync"), 0x80000007, 0, 0x400000, 0);
    EMIT(&fake->trace, USER_MEM_ABORT, HOST, 0x40000000, 0, 1, 4096, 0x88000000);
    EMIT(&fake->trace, RMI, RMM, EVENT_STR("RMI_DATA_CREATE_UNKNOWN"), 1, 2, 3, 4, 0);
    at(fake, 1000);
    EMIT(&fake->trace, ERET, RMM, 0x40000000, 5);
    at(fake, 1050); /* belongs to no trap */
    EMIT(&fake->trace, S2_WALK, GUEST, 0x40000000, 0x88000000, 3, EVENT_STR("mapped"), 0);
}

/* ldrsw x2, [x0] by a realm, answered with 0x80000090 by the VMM. */
static void mmio_read(struct fake *fake)
{
    at(fake, 1100);
    EMIT(&fake->trace, GUEST_LOAD, GUEST, LOAD_PC, 0xb9800002, UART_IPA, 4);
    EMIT(&fake->trace, S2_WALK, GUEST, UART_IPA, 0, 3, EVENT_STR("translation"), 0);
    EMIT(&fake->trace, FAULT, GUEST, EVENT_STR("translation"), 2, 3, UART_IPA, UART_IPA);
    at(fake, 1170);
    EMIT(&fake->trace, EL2_VECTOR, RMM, TRUTH_ESR, UART_IPA, 0x80090000, LOAD_PC, 5, 0xb9800002);
    EMIT(&fake->trace, RMM_HANDLE_EXCEPTION, RMM, TRUTH_ESR, UART_IPA, 0x80090000);
    EMIT(&fake->trace, REC_EXIT_DATA_ABORT, RMM, UART_IPA, 1);
    EMIT(&fake->trace, REC_EXIT, RMM, EVENT_STR("sync"), HOST_ESR, 0, 0x80090000, 0);
    at(fake, 2670);
    EMIT(&fake->trace, MONITOR_SMC_RETURN, EL3, 0, EVENT_STR("non-secure"));
    at(fake, 3970);
    EMIT(&fake->trace, HANDLE_REC_EXIT, HOST, 0, EVENT_STR("sync"), HOST_ESR);
    EMIT(&fake->trace, IO_MEM_ABORT, HOST, 0x9000000, 1, 0, 4, 0);
    EMIT(&fake->trace, EXIT_TO_VMM, HOST, EVENT_STR("KVM_EXIT_MMIO"), 0x9000000, 4, 0, 0, 0);
    at(fake, 5720);
    EMIT(&fake->trace, VMM_HANDLE, VMM, EVENT_STR("uart"), 0, 4, 0, 0x80000090, EVENT_STR("ok"));
    EMIT(&fake->trace, KVM_RUN, VMM, 0);
    at(fake, 7360);
    EMIT(&fake->trace, SMC_REC_ENTER, RMM, 0x88001000, 0x88002000, 1, 0x80000090);
    EMIT(&fake->trace, COMPLETE_MMIO_EMULATION, RMM, 2, 0xffffffff80000090, 1, LOAD_PC + 4);
    at(fake, 9560);
    EMIT(&fake->trace, ERET, RMM, LOAD_PC + 4, 5);
}

/* A stage-1 fault that EL1 takes itself: no ERET of ours ends it. */
static void el1_fault(struct fake *fake)
{
    at(fake, 9600);
    EMIT(&fake->trace, GUEST_STORE, GUEST, LOAD_PC + 4, 0xb9000002, 0x10, 4);
    EMIT(&fake->trace, FAULT, GUEST, EVENT_STR("translation"), 1, 0, 0x10, 0);
    EMIT(&fake->trace, EL1_VECTOR, GUEST, 0x96000044, 0x10, LOAD_PC + 4, 5, 0x40000200);
}

static void last_call(struct fake *fake)
{
    at(fake, 9700);
    EMIT(&fake->trace, GUEST_INSN, GUEST, 0x40000200, 0xd4000003);
    EMIT(&fake->trace, EL2_VECTOR, RMM, 0x5e000000, 0, 0, 0x40000200, 5, 0xd4000003);
    EMIT(&fake->trace, EXIT_TO_VMM, HOST, EVENT_STR("KVM_EXIT_SYSTEM_EVENT"), 0, 0, 0, 0, 0);
    at(fake, 9900);
    EMIT(&fake->trace, END, VMM, EVENT_STR("psci"), 0x84000008);
}

static struct fake *fake_new(void)
{
    struct fake *fake = calloc(1, sizeof(*fake));
    ck_assert_ptr_nonnull(fake);
    fake->arena = arena_new();
    fake->clock.profile = profile_default();
    fake->trace.clock = &fake->clock;
    trap_log_init(&fake->log);
    ck_assert(trace_add_reader(&fake->trace, trap_log_event, &fake->log));

    fake->devices[0] = (struct scn_device){
        .name = "uart", .type = SCN_DEVICE_PL011, .ipa = IPA(UART_IPA), .size = 4096};
    fake->labels[0] = (struct scn_label){"load", LOAD_PC};
    fake->scenario = (struct scenario){
        .path = "suite/read.yaml",
        .cell = "",
        .name = "read",
        .about = "A realm reads a device.",
        .machine = {.world = SCN_WORLD_CCA,
                    .cpu = "generic-v8.4",
                    .kernel = "cca-v12",
                    .rmm = "1.0",
                    .ipa_bits = 40},
        .devices = fake->devices,
        .device_count = 1,
        .kvm = {.ioeventfds = fake->bells, .ioeventfd_count = 1},
        .stimulus_count = 1,
        .guest = {.el = 1,
                  .start.regs = {[0] = UART_IPA},
                  .labels = fake->labels,
                  .label_count = 1},
    };
    fake->states[0] =
        (struct machine_device_state){.name = "uart",
                                      .use = {.reads = 1, .writes = 2, .last_write = 0x41},
                                      .output = "hi\n\x01",
                                      .output_size = 4};
    fake->bells[0].name = "bell";
    fake->result = (struct run_result){
        .kvm = {.ioeventfds = &fake->rung},
        .end = {.reason = END_PSCI, .detail = 0x84000008, .text = ""},
        .vcpus[0].x = {[0] = UART_IPA, [2] = 0xffffffff80000090},
        .vcpus[0].pc = 0x40000204,
        .vcpu_count = 1,
        .stimuli = &fake->stimulus,
        .cycles = CYCLES(9900),
        .instructions = 4,
        .devices = fake->states,
        .device_count = 1,
    };
    fake->run =
        (struct run){.scenario = &fake->scenario, .result = &fake->result, .log = &fake->log};
    return fake;
}

static struct fake *fake_realm_read(void)
{
    struct fake *fake = fake_new();
    setup_events(fake);
    page_in(fake);
    mmio_read(fake);
    el1_fault(fake);
    last_call(fake);
    return fake;
}

static void fake_free(struct fake *fake)
{
    trap_log_free(&fake->log);
    arena_free(fake->arena);
    free(fake);
}

/* What print writes; the caller frees it. */
static char *printed(void (*print)(FILE *out, void *ctx), void *ctx)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    ck_assert_ptr_nonnull(out);
    print(out, ctx);
    fclose(out);
    return text;
}

static void assert_has(const char *text, const char *part)
{
    ck_assert_msg(strstr(text, part) != NULL, "'%s' is not in:\n%s", part, text);
}

/* --- JSON ---------------------------------------------------------------------------------------
 */

static void print_json(FILE *out, void *ctx)
{
    struct json json;
    json_begin(&json, out, *(bool *)ctx);
    json_object_begin(&json);
    json_member_string(&json, "text",
                       "a\"b\\c\n\x01\x7f \xc3\xa9 \xff \xed\xa0\x80 \xf4\x90\x80\x80");
    json_member_string(&json, "none", NULL);
    json_member_hex(&json, "big", UINT64_MAX);
    json_key(&json, "list");
    json_array_begin(&json);
    json_uint(&json, 1);
    json_int(&json, -2);
    json_bool(&json, true);
    json_hex32(&json, 0xd4000002);
    json_array_end(&json);
    json_key(&json, "empty");
    json_object_begin(&json);
    json_object_end(&json);
    json_object_end(&json);
    json_end(&json);
}

START_TEST(json_on_one_line)
{
    bool pretty = false;
    char *text = printed(print_json, &pretty);
    ck_assert_str_eq(text, "{\"text\":\"a\\\"b\\\\c\\n\\u0001\\u007f \xc3\xa9 \\ufffd "
                           "\\ufffd\\ufffd\\ufffd \\ufffd\\ufffd\\ufffd\\ufffd\",\"none\":null,"
                           "\"big\":\"0xffffffffffffffff\",\"list\":[1,-2,true,\"0xd4000002\"],"
                           "\"empty\":{}}\n");
    free(text);
}
END_TEST

START_TEST(json_pretty)
{
    bool pretty = true;
    char *text = printed(print_json, &pretty);
    assert_has(text, "\n  \"list\": [\n    1,\n    -2,\n    true,\n");
    assert_has(text, "\n  \"empty\": {}\n}\n");
    free(text);
}
END_TEST

/* --- traps --------------------------------------------------------------------------------------
 */

START_TEST(events_become_traps)
{
    struct fake *fake = fake_realm_read();
    const struct trap_log *log = &fake->log;
    ck_assert_uint_eq(log->setup_rmi, 2);
    ck_assert_uint_eq(log->setup_granules, 1);
    ck_assert_uint_eq(log->setup_end.v, 90);
    ck_assert_uint_eq(log->total, 4);
    ck_assert_uint_eq(log->trap_count, 4);

    struct trap_view fetch = trap_view(log, &log->traps[0]);
    ck_assert(trap_is_page_in(&fetch));
    ck_assert_uint_eq(trap_cycles(&fetch), 900);
    ck_assert_uint_eq(fetch.event_count, 7);

    struct trap_view load = trap_view(log, &log->traps[1]);
    ck_assert(!trap_is_page_in(&load));
    ck_assert_uint_eq(trap_pc(&load), LOAD_PC);
    ck_assert_uint_eq(trap_el(&load), 2);
    ck_assert_uint_eq(trap_cycles(&load), 8460);
    ck_assert_int_eq(load.completion->kind, EV_COMPLETE_MMIO_EMULATION);
    ck_assert_int_eq(load.events[load.event_count - 1].kind, EV_ERET);

    struct trap_view store = trap_view(log, &log->traps[2]);
    ck_assert_uint_eq(trap_el(&store), 1);
    ck_assert_uint_eq(store.event_count, 3);

    struct trap_view call = trap_view(log, &log->traps[3]);
    ck_assert_int_eq(call.events[call.event_count - 1].kind, EV_END);
    ck_assert_ptr_null(call.completion);
    fake_free(fake);
}
END_TEST

START_TEST(exits_are_counted)
{
    struct fake *fake = fake_realm_read();
    ck_assert_uint_eq(trap_log_exits(&fake->log, "MMIO"), 1);
    ck_assert_uint_eq(trap_log_exits(&fake->log, "KVM_EXIT_MMIO"), 1);
    ck_assert_uint_eq(trap_log_exits(&fake->log, "SYSTEM_EVENT"), 1);
    ck_assert_uint_eq(trap_log_exits(&fake->log, "SMC"), 1);
    ck_assert_uint_eq(trap_log_exits(&fake->log, "SMC64"), 1);
    ck_assert_uint_eq(trap_log_exits(&fake->log, "DABT_LOW"), 1);
    ck_assert_uint_eq(trap_log_exits(&fake->log, "HVC"), 0);
    ck_assert_uint_eq(trap_log_exits(&fake->log, "NO_SUCH"), 0);
    fake_free(fake);
}
END_TEST

/* What an instruction's trap says of its cause; esr as of to EL. */
static const struct {
    const char *cause;
    int bit;
    unsigned el;
    uint64_t esr;
    const char *label, *text; /* label NULL: nothing to say */
} causes[] = {
    {"HCR_EL2.TWI", 1, 2, 0x7e00000, "trapped by", "HCR_EL2.TWI = 1"},
    {"SCTLR_EL1.nTWI", 0, 1, 0x7e00000, "trapped by", "SCTLR_EL1.nTWI = 0"},
    {"HCR_EL2.HCD", 1, 1, 0x2000000, "undefined", "HCR_EL2.HCD = 1"},
    {"unallocated", -1, 1, 0x2000000, "undefined", "no register or instruction has this encoding"},
    {"not_implemented", -1, 1, 0x2000000, "undefined", "of a feature that this CPU has not"},
    {"not_accessible", -1, 1, 0x2000000, "undefined",
     "not accessible from this EL, or in this direction"},
    {"always_undefined", -1, 1, 0x2000000, "undefined", "always so"},
    {"call", -1, 2, 0x5a000000, NULL, ""},
    {"call", -1, 1, 0x56000000, "to EL1", "a call of the guest's own kernel"},
    {"breakpoint", -1, 1, 0xf2000000, "to EL1",
     "MDCR_EL2.TDE = 0: no debugger in the host takes it"},
    {NULL, 0, 2, 0x7e00000, NULL, ""}, /* an older recording */
};

START_TEST(an_instruction_has_a_cause)
{
    struct fake *fake = fake_new();
    char text[TRAP_TEXT_SIZE];
    EMIT(&fake->trace, GUEST_INSN, GUEST, 0, 0xd503207f, EVENT_STR(causes[_i].cause),
         (uint64_t)(int64_t)causes[_i].bit);
    if (causes[_i].el == 2)
        EMIT(&fake->trace, EL2_VECTOR, HOST, causes[_i].esr, 0, 0, 0, 5, 0xd503207f);
    else
        EMIT(&fake->trace, EL1_VECTOR, GUEST, causes[_i].esr, 0, 0, 5, 0x200);
    struct trap_view view = trap_view(&fake->log, &fake->log.traps[0]);
    const char *label = trap_cause_text(&view, text);
    ck_assert_pstr_eq(label, causes[_i].label);
    ck_assert_str_eq(text, causes[_i].text);
    fake_free(fake);
}
END_TEST

/* Of an access; tea: where HCR_EL2.TEA sends what stage 1 found. */
START_TEST(an_access_has_a_cause_where_a_choice_was)
{
    static const struct {
        const char *kind;
        unsigned stage, el;
        const char *label, *text;
    } faults[] = {
        {"translation", 2, 2, NULL, ""},
        {"translation", 1, 1, "to EL1", "stage 1 is the guest's own"},
        {"synchronous external abort", 1, 2, "trapped by", "HCR_EL2.TEA = 1"},
        {"synchronous external abort", 1, 1, "to EL1", "HCR_EL2.TEA = 0"},
        {"synchronous external abort", 2, 2, NULL, ""},
    };
    char text[TRAP_TEXT_SIZE];
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        struct fake *fake = fake_new();
        EMIT(&fake->trace, GUEST_LOAD, GUEST, LOAD_PC, 0xb9800002, 0x10, 4);
        EMIT(&fake->trace, FAULT, GUEST, EVENT_STR(faults[i].kind), faults[i].stage, 3, 0x10, 0);
        if (faults[i].el == 2)
            EMIT(&fake->trace, EL2_VECTOR, HOST, 0x92000010, 0x10, 0, LOAD_PC, 5, 0xb9800002);
        else
            EMIT(&fake->trace, EL1_VECTOR, GUEST, 0x96000010, 0x10, LOAD_PC, 5, 0x200);
        struct trap_view view = trap_view(&fake->log, &fake->log.traps[0]);
        const char *label = trap_cause_text(&view, text);
        ck_assert_pstr_eq(label, faults[i].label);
        ck_assert_str_eq(text, faults[i].text);
        fake_free(fake);
    }
}
END_TEST

START_TEST(memory_is_bounded)
{
    struct fake *fake = fake_new();
    for (unsigned i = 0; i < TRAP_LOG_MAX_TRAPS + 7; i++) {
        EMIT(&fake->trace, GUEST_INSN, GUEST, 4 * i, 0xd4000002);
        EMIT(&fake->trace, EL2_VECTOR, HOST, 0x5a000000, 0, 0, 4 * i + 4, 5, 0xd4000002);
        EMIT(&fake->trace, ERET, HOST, 4 * i + 4, 5);
    }
    ck_assert_uint_eq(fake->log.total, TRAP_LOG_MAX_TRAPS + 7);
    ck_assert_uint_eq(fake->log.trap_count, TRAP_LOG_MAX_TRAPS);
    ck_assert_uint_eq(fake->log.event_count, 3 * TRAP_LOG_MAX_TRAPS);
    ck_assert_uint_eq(trap_log_exits(&fake->log, "HVC"), TRAP_LOG_MAX_TRAPS + 7);
    fake_free(fake);
}
END_TEST

START_TEST(a_trap_too_long_is_dropped_whole)
{
    struct fake *fake = fake_new();
    EMIT(&fake->trace, GUEST_INSN, GUEST, 0, 0xd4000002);
    EMIT(&fake->trace, ERET, HOST, 4, 5);
    EMIT(&fake->trace, GUEST_INSN, GUEST, 4, 0xd4000002);
    for (unsigned i = 0; i < TRAP_LOG_MAX_EVENTS; i++)
        EMIT(&fake->trace, KVM_RUN, VMM, 0);
    EMIT(&fake->trace, ERET, HOST, 8, 5);
    EMIT(&fake->trace, GUEST_INSN, GUEST, 8, 0xd4000002);
    ck_assert_uint_eq(fake->log.total, 3);
    ck_assert_uint_eq(fake->log.trap_count, 1);
    ck_assert_uint_eq(fake->log.event_count, 2);
    fake_free(fake);
}
END_TEST

/* --- expectations --------------------------------------------------------------------------------
 */

static struct match_value equal(uint64_t value)
{
    return (struct match_value){.op = MATCH_EQ, .value = value};
}

static struct match_value word(const char *text)
{
    return (struct match_value){.op = MATCH_EQ, .is_text = true, .text = text};
}

static struct expect_item item(const char *path, struct match_value want)
{
    return (struct expect_item){.pos = {"suite/read.yaml", 7, 3}, .path = path, .want = want};
}

START_TEST(values_of_a_trap)
{
    const struct expect_item met[] = {
        item("ec", equal(0x24)),
        item("ec", word("DABT_LOW")),
        item("el", equal(2)),
        item("esr", equal(TRUTH_ESR)),
        item("far", equal(UART_IPA)),
        item("hpfar", equal(0x80090000)),
        item("elr", equal(LOAD_PC)),
        item("iss.sas", equal(2)),
        item("iss.sas", word("word")),
        item("iss.srt", word("x2")),
        item("iss.sse", equal(1)),
        item("iss.dfsc", word("translation-l3")),
        item("host_sees", (struct match_value){.op = MATCH_ANY}),
        item("host_sees.esr", equal(HOST_ESR)),
        item("host_sees.iss.srt", equal(0)),
        item("host_sees.ec", word("DABT_LOW")),
        item("host_sees.far", equal(0)),
        item("host_sees.gprs.0", equal(0)),
        item("exit.reason", word("KVM_EXIT_MMIO")),
        item("exit.phys_addr", equal(0x9000000)),
        item("exit.len", equal(4)),
        item("exit.is_write", equal(0)),
        item("exit.data", equal(0)),
        item("fault.kind", word("translation")),
        item("fault.level", equal(3)),
        item("io_mem_abort.isv", equal(1)),
        item("device.device", word("uart")),
        item("device.value", equal(0x80000090)),
        item("completion.rt", equal(2)),
        item("completion.value", equal(0xffffffff80000090)),
        item("injection", (struct match_value){.op = MATCH_ABSENT}),
        item("injection.esr_el1", (struct match_value){.op = MATCH_ABSENT}),
        item("cycles", (struct match_value){.op = MATCH_RANGE, .value = 8000, .value2 = 9000}),
        item("cycles", (struct match_value){.op = MATCH_NE, .value = 1}),
        item("cycles",
             (struct match_value){.op = MATCH_IN, .set = (uint64_t[]){1, 8460}, .set_count = 2}),
        item("ec", (struct match_value){.op = MATCH_IN,
                                        .is_text = true,
                                        .set_text = (const char *[]){"SMC64", "DABT_LOW"},
                                        .set_count = 2}),
    };
    const struct expect_item missed[] = {
        item("ec", word("IABT_LOW")),
        item("esr", equal(HOST_ESR)),
        item("iss.sas", word("byte")),
        item("iss.imm16", (struct match_value){.op = MATCH_ANY}),
        item("exit", (struct match_value){.op = MATCH_ABSENT}),
        item("exit.reason", word("MMIO")),
        item("exit.reason", equal(6)),
        item("injection", (struct match_value){.op = MATCH_ANY}),
        item("injection.vector", equal(0)),
        item("cycles", (struct match_value){.op = MATCH_RANGE, .value = 0, .value2 = 8459}),
        item("cycles",
             (struct match_value){.op = MATCH_RANGE, .value = 8461, .value2 = UINT64_MAX}),
        item("cycles", (struct match_value){.op = MATCH_NE, .value = 8460}),
        item("cycles",
             (struct match_value){.op = MATCH_IN, .set = (uint64_t[]){1, 2}, .set_count = 2}),
        item("cycles", (struct match_value){.op = MATCH_UNCHANGED}),
    };
    struct fake *fake = fake_realm_read();
    struct trap_view view = trap_view(&fake->log, &fake->log.traps[1]);
    struct actual actual;
    for (size_t i = 0; i < sizeof(met) / sizeof(met[0]); i++) {
        actual_of_trap(&fake->run, &view, met[i].path, &actual);
        ck_assert_msg(actual.known && match_value_holds(&met[i].want, &actual), "%zu: %s", i,
                      met[i].path);
    }
    for (size_t i = 0; i < sizeof(missed) / sizeof(missed[0]); i++) {
        actual_of_trap(&fake->run, &view, missed[i].path, &actual);
        ck_assert_msg(actual.known && !match_value_holds(&missed[i].want, &actual), "%zu: %s", i,
                      missed[i].path);
    }
    actual_of_trap(&fake->run, &view, "no_such", &actual);
    ck_assert(!actual.known);
    fake_free(fake);
}
END_TEST

START_TEST(a_plain_host_sees_the_truth)
{
    struct fake *fake = fake_realm_read();
    struct trap_view view = trap_view(&fake->log, &fake->log.traps[1]);
    struct actual actual;
    fake->scenario.machine.world = SCN_WORLD_KVM;
    actual_of_trap(&fake->run, &view, "host_sees.esr", &actual);
    ck_assert(actual.present && actual.number == TRUTH_ESR);
    view = trap_view(&fake->log, &fake->log.traps[2]);
    actual_of_trap(&fake->run, &view, "host_sees.esr", &actual);
    ck_assert(actual.known && !actual.present); /* taken to EL1 */
    fake_free(fake);
}
END_TEST

/* A guest whose vector faults as well: at the limit the report says why, and since when. */
START_TEST(why_the_limit_was_reached)
{
    struct fake *fake = fake_new();
    char text[STUCK_TEXT_SIZE];
    mmio_read(fake);
    for (unsigned i = 0; i < 150; i++) {
        at(fake, 10000 + i * 10);
        EMIT(&fake->trace, GUEST_FETCH, GUEST, 0x200, 0, 0x200, 4);
        EMIT(&fake->trace, EL2_VECTOR, RMM, 0x82000005, 0x200, 0, 0x200, 5, 0);
        EMIT(&fake->trace, RMM_INJECT_SEA, RMM, 0x82000010, 0x200, 0x200, 0x200);
        EMIT(&fake->trace, ERET, RMM, 0x200, 5);
        if (i % 40 == 0) { /* the host's tick comes in between */
            EMIT(&fake->trace, REC_EXIT, RMM, EVENT_STR("irq"), 0, 0, 0, 0);
            EMIT(&fake->trace, ERET, RMM, 0x200, 5);
        }
    }
    ck_assert_ptr_null(stuck_text(&fake->run, text));
    fake->result.end.reason = END_LIMIT;
    ck_assert_ptr_nonnull(stuck_text(&fake->run, text));
    ck_assert_ptr_nonnull(strstr(text, "on each one is at 0x200: nothing is mapped at this "
                                       "exception vector, so that each abort leads to the next"));
    ck_assert_ptr_nonnull(strstr(text, ", ldrsw x2, [x0]: MMIO read of 4"));
    fake_free(fake);
}
END_TEST

START_TEST(a_failed_kvm_run_is_no_exit)
{
    struct fake *fake = fake_new();
    EMIT(&fake->trace, GUEST_LOAD, GUEST, LOAD_PC, 0xa9400402, UART_IPA, 16);
    EMIT(&fake->trace, EL2_VECTOR, HOST, 0x92000007, UART_IPA, 0x80090000, LOAD_PC, 5, 0);
    EMIT(&fake->trace, EXIT_TO_VMM, HOST, EVENT_STR("KVM_EXIT_UNKNOWN"), 0, 0, 0, 0, (uint64_t)-38);
    EMIT(&fake->trace, END, VMM, EVENT_STR("kvm_error"), 38);
    struct trap_view view = trap_view(&fake->log, &fake->log.traps[0]);
    struct actual actual;
    actual_of_trap(&fake->run, &view, "exit", &actual);
    ck_assert(actual.known && !actual.present);
    actual_of_trap(&fake->run, &view, "exit.reason", &actual);
    ck_assert(actual.known && !actual.present);
    ck_assert_uint_eq(trap_log_exits(&fake->log, "UNKNOWN"), 0);
    fake->result.end = (struct machine_end){.reason = END_KVM_ERROR, .detail = 38, .text = ""};
    actual_of_run(&fake->run, "end.errno", &actual);
    ck_assert(match_value_holds(&(struct match_value){.op = MATCH_EQ, .value = 38}, &actual));
    ck_assert_str_eq(actual.text, "ENOSYS");
    fake_free(fake);
}
END_TEST

START_TEST(values_of_a_run)
{
    const struct expect_item met[] = {
        item("end.reason", word("psci")),
        item("end.call", word("SYSTEM_OFF")),
        item("end.imm", (struct match_value){.op = MATCH_ABSENT}),
        item("end.text", word("")),
        item("exits.MMIO", equal(1)),
        item("exits.HVC", equal(0)),
        item("regs.x0", (struct match_value){.op = MATCH_UNCHANGED}),
        item("regs.x2", equal(0xffffffff80000090)),
        item("regs.pc", equal(0x40000204)),
        item("regs.sp", equal(0)),
        item("devices.uart.reads", equal(1)),
        item("devices.uart.writes", equal(2)),
        item("devices.uart.last_write", equal(0x41)),
        item("devices.uart.output", word("hi\n\x01")),
    };
    struct fake *fake = fake_realm_read();
    struct actual actual;
    for (size_t i = 0; i < sizeof(met) / sizeof(met[0]); i++) {
        actual_of_run(&fake->run, met[i].path, &actual);
        ck_assert_msg(actual.known && match_value_holds(&met[i].want, &actual), "%s", met[i].path);
    }
    const char *const unknown[] = {"regs.x31",        "regs.x", "regs.x1y", "devices.other.reads",
                                   "devices.uart.no", "end.no", "nothing"};
    for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
        actual_of_run(&fake->run, unknown[i], &actual);
        ck_assert_msg(!actual.known, "%s", unknown[i]);
    }
    actual_of_run(&fake->run, "regs.x2", &actual);
    ck_assert(!match_value_holds(&(struct match_value){.op = MATCH_UNCHANGED}, &actual));
    fake_free(fake);
}
END_TEST

static struct judgement judged(struct fake *fake, struct expect_trap *traps, size_t count)
{
    fake->scenario.expect.traps = traps;
    fake->scenario.expect.trap_count = count;
    return judge(&fake->run, fake->arena);
}

START_TEST(traps_are_an_ordered_subsequence)
{
    struct expect_item load[] = {item("ec", word("DABT_LOW"))};
    struct expect_item call[] = {item("ec", word("SMC64"))};
    const char *steps[] = {"guest_load", "io_mem_abort", "vmm_handle", "eret"};
    struct expect_trap in_order[] = {
        {.has_at = true,
         .at = LOAD_PC,
         .at_name = "load",
         .items = load,
         .item_count = 1,
         .steps = steps,
         .step_count = 4},
        {.items = call, .item_count = 1},
    };
    struct fake *fake = fake_realm_read();
    struct judgement judgement = judged(fake, in_order, 2);
    ck_assert_uint_eq(judgement.failure_count, 0);
    ck_assert_uint_eq(judgement.expectations, 5);

    struct expect_trap reversed[] = {in_order[1], in_order[0]};
    judgement = judged(fake, reversed, 2);
    ck_assert_uint_eq(judgement.failure_count, 1);
    assert_has(judgement.failures[0].actual, "after trap 4");

    fake->scenario.expect.traps_exact = true;
    judgement = judged(fake, in_order, 2);
    ck_assert_uint_gt(judgement.failure_count, 1);
    assert_has(judgement.failures[judgement.failure_count - 1].actual, "4 traps");
    fake_free(fake);
}
END_TEST

START_TEST(a_missing_step_is_told)
{
    const char *steps[] = {"vmm_handle", "io_mem_abort"}; /* wrong order */
    struct expect_trap traps[] = {{.has_at = true,
                                   .at = LOAD_PC,
                                   .at_name = "load",
                                   .steps = steps,
                                   .step_count = 2,
                                   .path_pos = {"suite/read.yaml", 30, 13}}};
    struct fake *fake = fake_realm_read();
    struct judgement judgement = judged(fake, traps, 1);
    ck_assert_uint_eq(judgement.failure_count, 1);
    ck_assert_uint_eq(judgement.failures[0].pos.line, 30);
    assert_has(judgement.failures[0].expected, "io_mem_abort");
    assert_has(judgement.failures[0].actual, "io_mem_abort > exit_to_vmm > vmm_handle");
    fake_free(fake);
}
END_TEST

START_TEST(no_such_trap)
{
    struct expect_item items[] = {item("ec", word("HVC64"))};
    struct expect_trap traps[] = {
        {.has_at = true, .at = 0x50, .at_name = "store", .items = items, .item_count = 1}};
    struct fake *fake = fake_realm_read();
    struct judgement judgement = judged(fake, traps, 1);
    ck_assert_uint_eq(judgement.failure_count, 1);
    assert_has(judgement.failures[0].expected, "a trap at store (0x50)");
    fake_free(fake);
}
END_TEST

/* Two traps at one place, equally wrong: the page-in is not the one that is meant. */
START_TEST(failures_are_told_against_the_closest_trap)
{
    struct expect_item items[] = {item("ec", word("HVC64"))};
    struct expect_trap traps[] = {
        {.has_at = true, .at = LOAD_PC, .at_name = "load", .items = items, .item_count = 1}};
    struct fake *fake = fake_new();
    at(fake, 10);
    EMIT(&fake->trace, GUEST_FETCH, GUEST, LOAD_PC, 0, LOAD_PC, 4);
    EMIT(&fake->trace, EL2_VECTOR, HOST, 0x82000007, LOAD_PC, 0x400000, LOAD_PC, 5, 0);
    EMIT(&fake->trace, USER_MEM_ABORT, HOST, 0x40000000, 0, 1, 4096, 0x88000000);
    EMIT(&fake->trace, ERET, HOST, LOAD_PC, 5);
    mmio_read(fake);
    struct judgement judgement = judged(fake, traps, 1);
    ck_assert_uint_eq(judgement.failure_count, 1);
    ck_assert_uint_eq(judgement.failures[0].trap, 2);
    ck_assert_str_eq(judgement.failures[0].actual, "36 (DABT_LOW)");
    fake_free(fake);
}
END_TEST

START_TEST(a_leak_is_named)
{
    struct expect_item items[] = {item("host_sees.esr", equal(0x91800007))};
    struct expect_trap traps[] = {
        {.has_at = true, .at = LOAD_PC, .at_name = "load", .items = items, .item_count = 1}};
    struct fake *fake = fake_realm_read();
    struct judgement judgement = judged(fake, traps, 1);
    ck_assert_uint_eq(judgement.failure_count, 1);
    ck_assert_str_eq(judgement.failures[0].what, "trap 2, host_sees.esr");
    ck_assert_str_eq(judgement.failures[0].expected,
                     "0x91800007  DABT_LOW ISV=1 SAS=word DFSC=translation-l3");
    ck_assert_str_eq(judgement.failures[0].actual,
                     "0x91808007  DABT_LOW ISV=1 SAS=word SF=1 DFSC=translation-l3");
    ck_assert_str_eq(judgement.failures[0].note,
                     "differs in SF=1  <- fields the host must not see");

    items[0] = item("host_sees.esr", equal(0x91808047)); /* WnR is missing: nothing leaked */
    judgement = judged(fake, traps, 1);
    ck_assert_str_eq(judgement.failures[0].note, "differs in WnR=0");
    fake_free(fake);
}
END_TEST

/* --- every path the schema can produce
 * -------------------------------------------------------------- */

static bool iss_field_exists(const char *name)
{
    for (unsigned ec = 0; ec < ESR_EC_COUNT; ec++)
        if (esr_field_by_name(ec, name) != ESR_FIELD_COUNT)
            return true;
    return false;
}

/* A key that the pattern of a map would take. */
static const char *sample_key(const char *map)
{
    return strcmp(map, "devices") == 0      ? "uart"
           : strcmp(map, "ioeventfds") == 0 ? "bell"
           : strcmp(map, "gprs") == 0       ? "0"
           : strcmp(map, "vcpus") == 0      ? "0"
           : strcmp(map, "stimulus") == 0   ? "1"
           : strcmp(map, "regs") == 0       ? "x30"
                                            : "MMIO";
}

static unsigned check_paths(const struct fake *fake, const struct schema_map *map,
                            const char *prefix, const struct trap_view *view)
{
    unsigned checked = 0;
    for (size_t i = 0; i < map->count; i++) {
        const struct schema_key *row = &map->keys[i];
        const char *name = row->path ? row->path : row->name;
        const char *path = arena_printf(fake->arena, "%s%s", prefix, name);
        struct actual actual;
        if ((row->flags & SCHEMA_UNSUPPORTED) || (row->flags & SCHEMA_LIST))
            continue;
        if (row->type == SCHEMA_MAP) {
            const char *inside = arena_printf(fake->arena, "%s.", path);
            checked += check_paths(fake, row->map, inside, view);
            if (!row->map->any_key ||
                (row->map->any->type != SCHEMA_MAP && !(row->map->any->flags & SCHEMA_MATCH)))
                continue; /* `when` expects nothing */
            const char *key = arena_printf(fake->arena, "%s%s", inside, sample_key(row->name));
            if (row->map->any->type == SCHEMA_MAP) {
                checked += check_paths(fake, row->map->any->map,
                                       arena_printf(fake->arena, "%s.", key), view);
                continue;
            }
            path = key;
        } else if (!(row->flags & SCHEMA_MATCH)) {
            continue;
        }
        if (view)
            actual_of_trap(&fake->run, view, path, &actual);
        else
            actual_of_run(&fake->run, path, &actual);
        ck_assert_msg(actual.known, "no getter for %s", path);
        if (strstr(prefix, "iss."))
            ck_assert_msg(iss_field_exists(name), "no field %s", path);
        checked++;
    }
    return checked;
}

/* Of a step of a hostile host's policy, its own command and the REC_ENTER. */
static void check_host_paths(struct fake *fake)
{
    const struct hostile_record record = {.times = 1};
    struct hostile_step step = {.action = HOSTILE_RMI};
    fake->scenario.host = (struct scn_host){.steps = &step, .step_count = 1};
    fake->result.host = &record;
    unsigned answers = check_paths(fake, &schema_answer, "host.1.answer.", NULL);
    ck_assert_uint_gt(answers, 12);
    /* all but `access`, which no REC_ENTER has */
    struct actual actual;
    actual_of_run(&fake->run, "host.1.enter.status", &actual);
    ck_assert(actual.known && !actual.present);
    actual_of_run(&fake->run, "host.1.times", &actual);
    ck_assert(actual.known && actual.number == 1);
    actual_of_run(&fake->run, "host.2.times", &actual);
    ck_assert(!actual.known);
}

START_TEST(each_path_of_the_schema_has_a_getter)
{
    const struct schema_map *expect = NULL;
    for (size_t i = 0; i < schema_root.count; i++)
        if (strcmp(schema_root.keys[i].name, "expect") == 0)
            expect = schema_root.keys[i].map;
    ck_assert_ptr_nonnull(expect);
    struct fake *fake = fake_realm_read();
    struct trap_view view = trap_view(&fake->log, &fake->log.traps[1]);
    ck_assert_uint_gt(check_paths(fake, expect, "", NULL), 8);
    for (size_t i = 0; i < expect->count; i++)
        if (strcmp(expect->keys[i].name, "traps") == 0)
            ck_assert_uint_gt(check_paths(fake, expect->keys[i].map, "", &view), 60);
    check_host_paths(fake);
    fake_free(fake);
}
END_TEST

/* --- verdicts ------------------------------------------------------------------------------------
 */

START_TEST(verdicts)
{
    struct fake *fake = fake_realm_read();
    const struct judgement good = {.expectations = 1}, bad = {.failure_count = 1};
    struct expect_item end[] = {item("end.reason", word("limit"))};
    ck_assert_int_eq(outcome_of_run(&fake->run, &good).status, EXIT_OK);
    ck_assert_int_eq(outcome_of_run(&fake->run, &bad).status, EXIT_FAILED);
    fake->scenario.xfail = "known";
    ck_assert_int_eq(outcome_of_run(&fake->run, &bad).verdict, VERDICT_XFAIL);
    ck_assert_int_eq(outcome_of_run(&fake->run, &bad).status, EXIT_OK);
    ck_assert_int_eq(outcome_of_run(&fake->run, &good).verdict, VERDICT_XPASS);
    ck_assert_int_eq(outcome_of_run(&fake->run, &good).status, EXIT_FAILED);
    fake->scenario.xfail = NULL;
    fake->result.end.reason = END_LIMIT;
    ck_assert_int_eq(outcome_of_run(&fake->run, &good).status, EXIT_LIMIT);
    fake->scenario.expect.end = end;
    fake->scenario.expect.end_count = 1;
    ck_assert_int_eq(outcome_of_run(&fake->run, &good).status, EXIT_OK);
    fake->result.end.reason = END_FAILURE;
    ck_assert_int_eq(outcome_of_run(&fake->run, &good).status, EXIT_INTERNAL);
    fake_free(fake);
}
END_TEST

START_TEST(the_worst_status_wins)
{
    static const enum exit_status order[] = {EXIT_INTERNAL, EXIT_USAGE,   EXIT_LIMIT,
                                             EXIT_FAILED,   EXIT_SKIPPED, EXIT_OK};
    for (size_t a = 0; a < sizeof(order) / sizeof(order[0]); a++)
        for (size_t b = 0; b < sizeof(order) / sizeof(order[0]); b++)
            ck_assert_int_eq(worse_status(order[a], order[b]), order[a < b ? a : b]);
}
END_TEST

/* --- traces --------------------------------------------------------------------------------------
 */

static const struct trace_header header = {"0.1.0",   "read", "0123456789abcdef",
                                           "default", "flat", ""};

static char *file_text(const char *path)
{
    FILE *file = fopen(path, "re");
    char *text = NULL;
    size_t size = 0;
    ck_assert_ptr_nonnull(file);
    ck_assert_int_gt(getdelim(&text, &size, '\0', file), 0);
    fclose(file);
    return text;
}

static void record(const char *path, bool keep)
{
    char error[128];
    struct fake *fake = fake_new();
    struct trace_writer *writer =
        trace_writer_open(path, trace_format_by_path(path), &header, error, sizeof(error));
    ck_assert_msg(writer != NULL, "%s", error);
    ck_assert(trace_add_reader(&fake->trace, trace_writer_event, writer));
    ck_assert_int_ne(access(path, F_OK), 0); /* not there before it is complete */
    mmio_read(fake);
    last_call(fake);
    ck_assert_msg(trace_writer_close(writer, keep, error, sizeof(error)), "%s", error);
    fake_free(fake);
}

START_TEST(traces_are_recorded)
{
    char folder[] = "/tmp/test_report.XXXXXX", text_path[64], json_path[64];
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(text_path, sizeof(text_path), "%s/a.trace", folder);
    snprintf(json_path, sizeof(json_path), "%s/a.ndjson", folder);

    record(text_path, false);
    ck_assert_int_ne(access(text_path, F_OK), 0);
    record(text_path, true);
    char *text = file_text(text_path);
    ck_assert_ptr_eq(strstr(text, "# trace schema=1 sim=0.1.0 scenario=read "), text);
    assert_has(text, "\n        1100 v0 guest EL1&0 guest_load pc=0x0000000040000004 "
                     "insn=0xb9800002 va=0x0000008009000000 size=4\n");
    assert_has(text, " rmm   R-EL2 rec_exit reason=sync esr=0x0000000091808007 ");
    assert_has(text, " sign_extend=true ");
    free(text);

    record(json_path, true);
    text = file_text(json_path);
    ck_assert_ptr_eq(strstr(text, "{\"type\":\"header\",\"schema\":1,\"sim\":\"0.1.0\","), text);
    assert_has(text, "{\"type\":\"event\",\"cycle\":7360,\"vcpu\":0,\"world\":\"rmm\",\"el\":"
                     "\"R-EL2\",\"event\":\"complete_mmio_emulation\",\"args\":{\"rt\":2,"
                     "\"value\":\"0xffffffff80000090\",\"sign_extend\":true,"
                     "\"pc\":\"0x0000000040000008\"}}\n");
    free(text);

    unlink(text_path);
    unlink(json_path);
    ck_assert_int_eq(rmdir(folder), 0); /* nothing else was left behind */
}
END_TEST

START_TEST(unwritable_traces)
{
    char error[128] = "";
    ck_assert_ptr_null(
        trace_writer_open("/no/such/folder/x", &trace_format_text, &header, error, sizeof(error)));
    assert_has(error, "/no/such/folder/x");
    struct trace_writer *writer =
        trace_writer_open("/dev/full", &trace_format_text, &header, error, sizeof(error));
    ck_assert_ptr_nonnull(writer);
    ck_assert(!trace_writer_close(writer, true, error, sizeof(error)));
    assert_has(error, "/dev/full: write error: No space left");
    ck_assert_ptr_null(trace_format_by_name("xml"));
}
END_TEST

/* --- reports -------------------------------------------------------------------------------------
 */

struct shown {
    const struct report *report;
    enum detail detail;
    bool colour;
};

static void print_report(FILE *out, void *ctx)
{
    const struct shown *shown = ctx;
    report_terminal(out, shown->report, shown->detail, shown->colour);
}

static void print_report_json(FILE *out, void *ctx)
{
    report_json(out, ((const struct shown *)ctx)->report);
}

static struct report report_of(struct fake *fake)
{
    struct report report = {.run = fake->run,
                            .judgement = judge(&fake->run, fake->arena),
                            .profile = profile_default(),
                            .hash = "0123456789abcdef"};
    report.outcome = outcome_of_run(&report.run, &report.judgement);
    return report;
}

START_TEST(the_terminal_report)
{
    struct expect_item load[] = {item("host_sees.esr", equal(0x91800007))};
    struct expect_trap traps[] = {
        {.has_at = true, .at = LOAD_PC, .at_name = "load", .items = load, .item_count = 1}};
    struct fake *fake = fake_realm_read();
    fake->scenario.expect.traps = traps;
    fake->scenario.expect.trap_count = 1;
    struct report report = report_of(fake);
    struct shown shown = {&report, DETAIL_NORMAL, false};
    char *text = printed(print_report, &shown);
    static const char *const parts[] = {
        "realm, kernel cca-v12, RMM 1.0, IPA 40 bits",
        "set-up: 2 RMI commands, 1 granule moves, 90 cycles",
        "ldrsw x2, [x0]",
        "IABT_LOW translation-l3 ipa 0x40000000: page mapped",
        "MMIO read of 4: 0x80000090 from uart",
        "to EL1: DABT_CUR",
        "KVM_EXIT_MMIO",
        "phys_addr 0x9000000",
        "  SRT       x2                          hidden",
        "  SSE       1 sign-extend               hidden",
        "  SF        1 64-bit register           1 64-bit register",
        "0x000, the page hidden",
        "x2 = 0xffffffff80000090, by the RMM, sign-extended",
        "x2   0x0000000000000000 -> 0xffffffff80000090",
        "| hi\n",
        "| \\x01\n",
        "end         psci SYSTEM_OFF",
        "FAIL read",
        "  suite/read.yaml:7:3: trap 2, host_sees.esr\n    expected 0x91800007",
    };
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        assert_has(text, parts[i]);
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        ck_assert_msg(strlen(line) <= 100, "too long: %s", line);
        for (const char *c = line; *c; c++)
            ck_assert_msg(*c >= 0x20 && *c < 0x7f, "not ASCII: %s", line);
    }
    free(text);

    shown.detail = DETAIL_QUIET;
    text = printed(print_report, &shown);
    ck_assert_ptr_eq(strstr(text, "FAIL read\n"), text);
    assert_has(text, "rerun: sim run suite/read.yaml");
    free(text);
    shown.colour = true;
    text = printed(print_report, &shown);
    ck_assert_ptr_eq(strstr(text, "\033[1;31mFAIL\033[0m read\n"), text);
    free(text);
    fake_free(fake);
}
END_TEST

/* The same trap again and again is one row, with -v as many as there are; three are three. */
START_TEST(repeated_traps_are_one_row)
{
    struct fake *fake = fake_new();
    for (unsigned i = 0; i < 23; i++) {
        uint64_t pc = i < 20 ? 0x1000 : 0x2000;
        at(fake, 100 * (i + 1));
        EMIT(&fake->trace, GUEST_INSN, GUEST, pc, 0xd4000002);
        EMIT(&fake->trace, EL2_VECTOR, HOST, 0x5a000000, 0, 0, pc + 4, 5, 0xd4000002);
        at(fake, 100 * (i + 1) + (i == 7 ? 60 : 50));
        EMIT(&fake->trace, ERET, HOST, pc + 4, 5);
    }
    struct report report = report_of(fake);
    struct shown shown = {&report, DETAIL_NORMAL, false};
    char *text = printed(print_report, &shown);
    assert_has(text, "\n    ... the same 19 times more, 50 to 60 cycles each\n21  2,100");
    assert_has(text, "\n23  2,300");
    ck_assert_ptr_null(strstr(text, "\n 2    200"));
    free(text);
    shown.detail = DETAIL_ALL;
    text = printed(print_report, &shown);
    assert_has(text, "\n 2    200");
    ck_assert_ptr_null(strstr(text, "the same"));
    free(text);
    fake_free(fake);
}
END_TEST

START_TEST(several_vcpus_at_the_end)
{
    struct expect_item of_vcpus[] = {item("vcpus.1.regs.x5", equal(7))};
    struct fake *fake = fake_realm_read();
    fake->scenario.expect.vcpus = of_vcpus;
    fake->scenario.expect.vcpu_count = 1;
    fake->result.vcpu_count = 2;
    fake->result.vcpus[0].state = VCPU_OFF;
    fake->result.vcpus[1] = (struct vcpu_result){.x = {[5] = 7}, .pc = 0x9000, .state = VCPU_WAITS};
    struct report report = report_of(fake);
    struct shown shown = {&report, DETAIL_NORMAL, false};
    char *text = printed(print_report, &shown);
    assert_has(text, "\n            vCPU 1 x5   0x0000000000000007\n");
    assert_has(text, "\nvcpus       0 off\n            1 waits at 0x9000\n");
    assert_has(text, "\n#  vcpu  cycle   took  pc ");
    assert_has(text, "\n1     0    100    900  0x40000000 ");
    free(text);
    fake->result.vcpu_count = 1;
    text = printed(print_report, &shown);
    assert_has(text, "\n#  cycle   took  pc ");
    free(text);
    fake_free(fake);
}
END_TEST

START_TEST(the_json_report)
{
    struct fake *fake = fake_realm_read();
    struct report report = report_of(fake);
    struct shown shown = {&report, DETAIL_NORMAL, false};
    char *text = printed(print_report_json, &shown);
    static const char *const parts[] = {
        "\"verdict\": \"PASS\"",
        "\"hash\": \"0123456789abcdef\"",
        "\"ec\": \"DABT_LOW\"",
        "\"ec_n\": 36",
        "\"esr\": \"0x0000000091808007\"",
        "\"output\": \"hi\\n\\u0001\"",
        "\"trap_count\": 4",
        "\"KVM_EXIT_MMIO\": 1",
    };
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        assert_has(text, parts[i]);
    free(text);
    fake_free(fake);
}
END_TEST

START_TEST(the_default_profile)
{
    const struct cost_profile *profile = profile_default();
    ck_assert_str_eq(profile->name, "default");
    ck_assert_uint_ge(profile->core_hz, CLOCK_COUNTER_HZ);
    for (int op = 0; op < OP_COUNT; op++)
        ck_assert_msg(profile->cycles[op] > 0 || op_is_modelled((enum op)op), "%s",
                      op_key((enum op)op));
}
END_TEST

START_TEST(groups_of_digits)
{
    char text[GROUPED_SIZE];
    ck_assert_str_eq(grouped(0, text), "0");
    ck_assert_str_eq(grouped(999, text), "999");
    ck_assert_str_eq(grouped(1000, text), "1,000");
    ck_assert_str_eq(grouped(UINT64_MAX, text), "18,446,744,073,709,551,615");
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("report");
    TCase *tc = tcase_create("report");
    tcase_add_test(tc, json_on_one_line);
    tcase_add_test(tc, json_pretty);
    tcase_add_test(tc, events_become_traps);
    tcase_add_test(tc, exits_are_counted);
    tcase_add_loop_test(tc, an_instruction_has_a_cause, 0, sizeof(causes) / sizeof(causes[0]));
    tcase_add_test(tc, an_access_has_a_cause_where_a_choice_was);
    tcase_add_test(tc, memory_is_bounded);
    tcase_add_test(tc, a_trap_too_long_is_dropped_whole);
    tcase_add_test(tc, values_of_a_trap);
    tcase_add_test(tc, a_plain_host_sees_the_truth);
    tcase_add_test(tc, why_the_limit_was_reached);
    tcase_add_test(tc, a_failed_kvm_run_is_no_exit);
    tcase_add_test(tc, values_of_a_run);
    tcase_add_test(tc, traps_are_an_ordered_subsequence);
    tcase_add_test(tc, a_missing_step_is_told);
    tcase_add_test(tc, no_such_trap);
    tcase_add_test(tc, failures_are_told_against_the_closest_trap);
    tcase_add_test(tc, a_leak_is_named);
    tcase_add_test(tc, each_path_of_the_schema_has_a_getter);
    tcase_add_test(tc, verdicts);
    tcase_add_test(tc, the_worst_status_wins);
    tcase_add_test(tc, traces_are_recorded);
    tcase_add_test(tc, unwritable_traces);
    tcase_add_test(tc, the_terminal_report);
    tcase_add_test(tc, repeated_traps_are_one_row);
    tcase_add_test(tc, several_vcpus_at_the_end);
    tcase_add_test(tc, the_json_report);
    tcase_add_test(tc, the_default_profile);
    tcase_add_test(tc, groups_of_digits);
    suite_add_tcase(suite, tc);
    return suite;
}
