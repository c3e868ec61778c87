/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands behind GDB's `monitor`: what a debugger cannot ask by its protocol. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/fault.h"
#include "sim/gdb/stub_internal.h"
#include "sim/report/trap_block.h"
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

static void print_event(void *ctx, const struct event *event)
{
    event_put_line(ctx, event);
}

static void show_walk(struct gdb_stub *stub, const char *argument, FILE *out)
{
    struct trace trace = {.clock = machine_trace(stub->config.machine)->clock};
    struct fault fault;
    uint64_t va;
    ipa_t ipa;
    pa_t pa;

    if (number_parse(argument, strlen(argument), &va) != NUMBER_OK) {
        fprintf(out, "walk needs a virtual address, not '%s'\n", argument);
        return;
    }
    trace_add_reader(&trace, print_event, out);
    if (debugger_walk(gdb_stub_cpu(stub), VA(va), &ipa, &pa, &fault, &trace))
        fprintf(out, "va 0x%016" PRIx64 " is ipa 0x%016" PRIx64 ", pa 0x%016" PRIx64 "\n", va,
                ipa.v, pa.v);
    else
        fprintf(out, "va 0x%016" PRIx64 ": %s fault, stage %u, level %d\n", va,
                fault_kind_name(fault.kind), fault.stage, fault.level);
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
    {"walk", "ADDRESS", "both stages of translation of a virtual address", show_walk},
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
