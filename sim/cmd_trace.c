/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim trace: runs a scenario and writes its events; shows and converts recorded traces. */
#include <string.h>

#include "sim/cmd.h"
#include "sim/options.h"
#include "sim/session.h"
#include "sim/trace/reader.h"

static const struct command_help help = {
    .usage = "sim trace FILE [options] | sim trace show TRACE | sim trace convert TRACE [options]",
    .about =
        "Runs a scenario and writes its events. show prints a trace recorded as NDJSON or CTF\n"
        "as text, convert writes it in another format.\n"
        "\n"
        "formats: text (for people), ndjson (for scripts, show, convert, diff), ctf (binary, a\n"
        "directory; babeltrace2, show, convert, diff), chrome (Perfetto), folded (flame graphs),\n"
        "vcd (GTKWave), ftrace (tracefs, KVM's own tracepoints), tarmac (Arm's Tarmac Trace\n"
        "Utilities).",
    .epilogue =
        "PATTERNS are shell patterns over names of events, separated by commas; a leading - takes\n"
        "away, the last that matches decides; @FILE reads them from a file, one a line. A list\n"
        "that starts with - starts from all events.\n"
        "\n"
        "examples:\n"
        "  sim trace scenarios/quickstart/vm-mmio-read-linux-7.2.yaml\n"
        "  sim trace FILE -o run.json                  then open run.json in ui.perfetto.dev\n"
        "  sim trace FILE --format folded | flamegraph.pl > run.svg\n"
        "  sim trace FILE --format ftrace --strict     compare with /sys/kernel/tracing/trace\n"
        "  sim trace FILE --events 'kvm_*,-kvm_run'\n"
        "  sim trace FILE --instructions -o run.tarmac  then: tarmac-browser run.tarmac\n"
        "  sim trace FILE -o run.ndjson; sim trace convert run.ndjson -o run.vcd\n"
        "\n"
        "exit status: 0 the trace is written, whether or not the scenario's expectations are met;\n"
        "2 wrong usage, or a file that cannot be read or written; 3 the simulator failed; 77 the\n"
        "scenario says skip.\n",
};

struct trace_command {
    const char *out;
    const struct trace_format *format; /* NULL: by the name of out */
    struct trace_options options;
    const char *cell;
    struct machine_choice machine;
    bool instructions;
};

static enum exit_status trace_scenario(const struct trace_command *command, const char *path)
{
    struct session session;
    const struct session_options options = {
        .diag = {.out = stderr, .format = DIAG_HUMAN},
        .code_cache = CODE_CACHE_UPDATE,
        .trace = command->out,
        .format = command->format,
        .trace_options = &command->options,
        .cell = command->cell,
        .machine = command->machine,
        .instructions = command->instructions,
    };
    session_open(&session, path, &options);
    enum exit_status status = EXIT_OK;
    if (*session.error)
        fprintf(stderr, "%s: error: %s\n", path, session.error);
    else if (!session.ran && session.scenario && session.scenario->skip)
        fprintf(stderr, "SKIP %s: %s\n", session.scenario->name, session.scenario->skip);
    if (!session.ran || session.report.outcome.status == EXIT_INTERNAL)
        status = session.report.outcome.status;
    session_close(&session);
    return status;
}

/* One more than the highest number of a vCPU. */
static unsigned vcpus_of(const struct trace_list *list)
{
    unsigned count = 0;
    for (size_t i = 0; i < list->count; i++)
        if (list->events[i].vcpu >= count)
            count = list->events[i].vcpu + 1;
    return count;
}

static enum exit_status write_list(const struct trace_command *command,
                                   const struct trace_list *list)
{
    char error[256];
    const struct trace_header header = {.version = list->version,
                                        .scenario = list->scenario,
                                        .hash = list->hash,
                                        .profile = list->profile,
                                        .timing = list->timing,
                                        .core = list->core};
    struct trace_options options = command->options;
    options.ipa_bits = list->ipa_bits;
    options.vcpus = vcpus_of(list);
    for (size_t i = 0; i < list->count && !options.instructions; i++)
        options.instructions = list->events[i].kind == EV_INSTRUCTION;
    const struct trace_format *format =
        command->format ? command->format : trace_format_by_path(command->out);
    struct trace_writer *writer =
        trace_writer_open_with(command->out, format, &header, &options, error, sizeof(error));
    for (size_t i = 0; writer && i < list->count; i++)
        trace_writer_event(writer, &list->events[i]);
    if (writer && trace_writer_close(writer, true, error, sizeof(error)))
        return EXIT_OK;
    fprintf(stderr, "sim: %s\n", error);
    return EXIT_USAGE;
}

static enum exit_status convert(const struct trace_command *command, const char *path)
{
    struct trace_list list;
    uint64_t unknown = 0;
    char error[512];
    enum exit_status status = EXIT_USAGE;
    trace_list_init(&list);
    enum trace_read_result result = trace_read(path, &list, &unknown, error, sizeof(error));
    if (result != TRACE_READ_WRONG)
        status = write_list(command, &list);
    if (result != TRACE_READ_OK) {
        fprintf(stderr, "%s\n", error);
        status = EXIT_USAGE;
    }
    if (unknown)
        fprintf(stderr, "%s: warning: %llu events of kinds this sim does not know are left out\n",
                path, (unsigned long long)unknown);
    trace_list_free(&list);
    return status;
}

static int unknown_format(const char *name)
{
    char names[TRACE_FORMAT_NAMES_SIZE];
    return usage_error("trace", "--format is %s, not '%s'", trace_format_names(names), name);
}

static enum exit_status run_command(struct trace_command *command, char **argv, int operands)
{
    bool show = strcmp(argv[0], "show") == 0, converts = strcmp(argv[0], "convert") == 0;
    int files = operands - (show || converts);
    const char *file = argv[operands - 1];
    if (files != 1)
        return (enum exit_status)usage_error("trace", "one file is wanted, not %d", files);
    if ((show || converts) && (command->machine.kernel || command->machine.rmm ||
                               command->machine.profile || command->machine.timing))
        return (enum exit_status)usage_error(
            "trace", "--kernel, --rmm, --profile and --timing are for scenarios: a trace is over");
    if ((show || converts) && command->cell)
        return (enum exit_status)usage_error("trace", "--cell is for scenarios: a trace is over");
    if ((show || converts) && command->instructions)
        return (enum exit_status)usage_error("trace",
                                             "--instructions is for scenarios: a trace is over");
    if (show && command->format)
        return (enum exit_status)usage_error("trace", "show prints text; convert takes --format");
    if (show)
        command->format = &trace_format_text;
    if (command->options.strict) {
        const struct trace_format *format =
            command->format ? command->format : trace_format_by_path(command->out);
        if (format != &trace_format_ftrace)
            return (enum exit_status)usage_error("trace", "--strict is for --format ftrace");
    }
    return show || converts ? convert(command, file) : trace_scenario(command, file);
}

int cmd_trace(int argc, char **argv)
{
    struct trace_command command = {.out = "-"};
    struct event_filter filter;
    const char *format = NULL, *events = NULL;
    bool json = false;
    char error[256];
    char formats[TRACE_FORMAT_NAMES_SIZE], format_help[TRACE_FORMAT_NAMES_SIZE + 32];
    snprintf(format_help, sizeof(format_help), "%s; default by OUT", trace_format_names(formats));
    const struct option_row rows[] = {
        {.name = "format", .argument = "FORMAT", .help = format_help, .value = &format},
        {.name = "json", .help = "as --format ndjson", .flag = &json},
        {.name = "output",
         .letter = 'o',
         .argument = "OUT",
         .help = "where to; default -, standard output",
         .value = &command.out},
        {.name = "events", .argument = "PATTERNS", .help = "which ones", .value = &events},
        {.name = "instructions",
         .help = "also each instruction, the registers and memory it changed",
         .flag = &command.instructions},
        {.name = "strict",
         .help = "ftrace: the kernel's own tracepoints only",
         .flag = &command.options.strict},
        CELL_OPTION(&command.cell),
        MACHINE_OPTIONS(&command.machine),
        {0},
    };
    int operands;
    enum parse_result parsed = options_parse(argc, argv, rows, &help, &operands);
    if (parsed != PARSE_OK)
        return parsed == PARSE_HELP ? EXIT_OK : EXIT_USAGE;
    if (operands == 0)
        return usage_error("trace", "trace needs a scenario");
    if (json && format && strcmp(format, trace_format_ndjson.name) != 0)
        return usage_error("trace", "--json and --format %s are two formats of one output", format);
    if (json)
        format = trace_format_ndjson.name;
    if (format && !(command.format = trace_format_by_name(format)))
        return unknown_format(format);
    event_filter_all(&filter);
    if (events && !event_filter_parse(&filter, events, error, sizeof(error)))
        return usage_error("trace", "--events: %s", error);
    command.options.filter = &filter;
    enum exit_status status = run_command(&command, argv, operands);
    event_filter_free(&filter);
    return status;
}
