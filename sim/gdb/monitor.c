/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands behind GDB's `monitor`: what a debugger cannot ask by its protocol. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/fault.h"
#include "sim/gdb/stub_internal.h"
#include "sim/gdb/symbols.h"
#include "sim/report/trap_block.h"
#include "sim/report/trap_story.h"
#include "sim/scenario/text.h"
#include "sim/trace/event_text.h"

#define DEFAULT_EVENTS 16

typedef void monitor_command(struct gdb_stub *stub, const char *argument, FILE *out);

static void show_view(struct gdb_stub *stub, const char *argument, FILE *out)
{
    static const char *const names[] = {
        [DEBUG_VIEW_VA] = "va", [DEBUG_VIEW_IPA] = "ipa", [DEBUG_VIEW_PA] = "pa"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(argument, names[i]) == 0)
            stub->view = (enum debug_view)i;
        else if (*argument && i == sizeof(names) / sizeof(names[0]) - 1 &&
                 strcmp(argument, names[stub->view]) != 0)
            fprintf(out, "view is va, ipa or pa, not '%s'\n", argument);
    fprintf(out, "memory is shown by %s\n", names[stub->view]);
}

static void show_step(struct gdb_stub *stub, const char *argument, FILE *out)
{
    if (strcmp(argument, "into") == 0)
        stub->step_mode = STEP_INTO;
    else if (strcmp(argument, "over") == 0)
        stub->step_mode = STEP_OVER;
    else if (*argument)
        fprintf(out, "step is into or over, not '%s'\n", argument);
    fputs(stub->step_mode == STEP_INTO
              ? "a step that takes an exception to EL1 ends at its vector\n"
              : "a step that takes an exception to EL1 ends where it returns to\n",
          out);
}

static void show_trap(struct gdb_stub *stub, const char *argument, FILE *out)
{
    const struct trap_log *log = stub->config.log;
    uint64_t number = log->trap_count;

    if (*argument && number_parse(argument, strlen(argument), &number) != NUMBER_OK) {
        fprintf(out, "expected the number of a trap, not '%s'\n", argument);
        return;
    }
    if (number < 1 || number > log->trap_count) {
        fprintf(out, "%s: %zu so far\n", log->trap_count ? "no such trap" : "no trap yet",
                log->trap_count);
        return;
    }
    const struct trap_view view = trap_view(log, &log->traps[number - 1]);
    trap_block_print(out, stub->config.scenario, &view, &(struct trap_block_options){.walk = true});
}

#define WALK_MAX_EVENTS 128 /* both stages, nested, read fewer than half as many descriptors */

struct walk {
    struct event events[WALK_MAX_EVENTS];
    size_t count;
};

static void keep_walk(void *ctx, const struct event *event)
{
    struct walk *walk = ctx;

    if (walk->count < WALK_MAX_EVENTS)
        walk->events[walk->count++] = *event;
}

/* An address as a user writes it: a number, or a name of the scenario's with or without an offset.
 */
static bool parse_address(const struct scenario *scenario, const char *text, uint64_t *address)
{
    size_t length = strcspn(text, "+");
    struct gdb_name name;
    uint64_t offset = 0;

    if (number_parse(text, strlen(text), address) == NUMBER_OK)
        return true;
    if (text[length] == '+' &&
        number_parse(text + length + 1, strlen(text + length + 1), &offset) != NUMBER_OK)
        return false;
    for (size_t i = 0; gdb_name_at(scenario, i, &name); i++)
        if (strlen(name.name) == length && strncmp(name.name, text, length) == 0) {
            *address = name.address + offset;
            return true;
        }
    return false;
}

static void show_walk(struct gdb_stub *stub, const char *argument, FILE *out)
{
    struct trace trace = {.clock = machine_trace(stub->config.machine)->clock};
    struct walk walk = {.count = 0};
    struct fault fault;
    char text[STORY_TEXT_SIZE];
    uint64_t va;
    ipa_t ipa;
    pa_t pa;

    if (!parse_address(stub->config.scenario, argument, &va)) {
        fprintf(out, "walk needs a virtual address or a name of the scenario, not '%s'\n",
                argument);
        return;
    }
    trace_add_reader(&trace, keep_walk, &walk);
    bool mapped = debugger_walk(gdb_stub_cpu(stub), VA(va), &ipa, &pa, &fault, &trace);
    for (size_t i = 0; i < walk.count; i++)
        walk_tell(out, &walk.events[i]);
    if (mapped)
        fprintf(out, "va 0x%016" PRIx64 " is ipa 0x%016" PRIx64 ", pa 0x%016" PRIx64 "\n", va,
                ipa.v, pa.v);
    else
        fprintf(out, "va 0x%016" PRIx64 ": %s fault, stage %u, level %d: %s\n", va,
                fault_kind_name(fault.kind), fault.stage, fault.level,
                walk_reason(walk.events, walk.count, fault_kind_name(fault.kind), fault.stage,
                            fault.level, text));
}

static void show_labels(struct gdb_stub *stub, const char *argument, FILE *out)
{
    struct gdb_name name;

    (void)argument;
    for (size_t i = 0; gdb_name_at(stub->config.scenario, i, &name); i++) {
        fprintf(out, "0x%016" PRIx64 " %-7s %s", name.address, name.kind, name.name);
        if (name.size)
            fprintf(out, ", 0x%" PRIx64 " bytes", name.size);
        fputc('\n', out);
    }
}

#define REGISTER_BYTES 8

/* Each doubleword that is not 0: what a guest finds there, without an access that it would see. */
static void put_registers(FILE *out, const struct machine_device_state *state, uint64_t base)
{
    bool any = false;

    for (size_t at = 0; at < state->byte_count; at += REGISTER_BYTES) {
        uint64_t value = 0;

        for (size_t i = 0; i < REGISTER_BYTES && at + i < state->byte_count; i++)
            value |= (uint64_t)state->bytes[at + i] << (8 * i);
        if (value)
            fprintf(out, "  +0x%03zx  0x%016" PRIx64 "  0x%016" PRIx64 "\n", at, base + at, value);
        any |= value != 0;
    }
    if (!any)
        fputs(state->bytes ? "  all registers are 0\n" : "  no plain storage\n", out);
}

static void show_devices(struct gdb_stub *stub, const char *argument, FILE *out)
{
    const struct scenario *scenario = stub->config.scenario;
    bool found = false;

    for (size_t i = 0; i < scenario->device_count; i++) {
        struct machine_device_state state = machine_device(stub->config.machine, i);
        uint64_t base = scenario->devices[i].ipa.v;

        if (*argument && strcmp(argument, state.name) != 0)
            continue;
        found = true;
        fprintf(out, "0x%016" PRIx64 " %s: reads %" PRIu64 ", writes %" PRIu64, base, state.name,
                state.use.reads, state.use.writes);
        if (state.use.writes)
            fprintf(out, ", last 0x%" PRIx64, state.use.last_write);
        fputs(state.irq ? ", irq high\n" : "\n", out);
        if (*argument)
            put_registers(out, &state, base);
    }
    if (!found)
        fprintf(out, *argument ? "no device is named '%s'\n" : "no devices%s\n", argument);
}

static void show_events(struct gdb_stub *stub, const char *argument, FILE *out)
{
    uint64_t count = DEFAULT_EVENTS;

    if (*argument && number_parse(argument, strlen(argument), &count) != NUMBER_OK) {
        fprintf(out, "expected how many events, not '%s'\n", argument);
        return;
    }
    if (count > RECENT_EVENTS)
        count = RECENT_EVENTS;
    if (count > stub->events)
        count = stub->events;
    for (uint64_t i = stub->events - count; i < stub->events; i++)
        event_put_line(out, &stub->recent[i % RECENT_EVENTS]);
    if (!count)
        fputs("no events yet\n", out);
}

static void show_costs(struct gdb_stub *stub, const char *argument, FILE *out)
{
    struct machine *machine = stub->config.machine;

    (void)argument;
    fprintf(out, "%" PRIu64 " cycles, %" PRIu64 " instructions, %" PRIu64 " traps\n",
            machine_cycles(machine).v, machine_instructions(machine), stub->config.log->total);
}

static void show_help(struct gdb_stub *stub, const char *argument, FILE *out);

static const struct {
    const char *name, *argument, *help;
    monitor_command *run;
} commands[] = {
    {"help", "", "this list", show_help},
    {"view", "[va|ipa|pa]", "whose addresses memory commands use", show_view},
    {"trap", "[N]", "the last trap, or trap N, as all observers saw it", show_trap},
    {"walk", "ADDRESS|NAME", "both stages of translation of a virtual address", show_walk},
    {"labels", "", "the scenario's names; GDB has them as symbols", show_labels},
    {"devices", "[NAME]", "how often each was used; what a device's registers hold", show_devices},
    {"events", "[N]", "the last N events of the trace", show_events},
    {"costs", "", "cycles, instructions and traps up to here", show_costs},
    {"step", "[into|over]", "what a step does with an exception taken to EL1", show_step},
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static void show_help(struct gdb_stub *stub, const char *argument, FILE *out)
{
    (void)stub, (void)argument;
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        int used = fprintf(out, "monitor %s %s", commands[i].name, commands[i].argument);

        fprintf(out, "%*s%s\n", used < 28 ? 28 - used : 1, "", commands[i].help);
    }
}

void gdb_monitor(struct gdb_stub *stub, const char *command, FILE *out)
{
    size_t length = strcspn(command, " ");
    const char *argument = command + length + strspn(command + length, " ");

    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (strlen(commands[i].name) == length && strncmp(command, commands[i].name, length) == 0) {
            commands[i].run(stub, argument, out);
            return;
        }
    fprintf(out, "unknown command '%.*s'; see `monitor help`\n", (int)length, command);
}
