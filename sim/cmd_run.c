/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim run: runs scenarios and tells what happened. */
#include <string.h>

#include "sim/cmd.h"
#include "sim/options.h"
#include "sim/report/json_writer.h"
#include "sim/report/style.h"
#include "sim/session.h"

static const struct command_help help = {
    .usage = "sim run FILE... [options]",
    .about =
        "Runs scenarios: prints each trap as the guest, the RMM, KVM and the VMM saw it, what it\n"
        "left behind, and whether the scenario's expectations are met.",
    .epilogue =
        "examples:\n"
        "  sim run scenarios/mmio_write_uart.yaml\n"
        "  sim run --trace run.ndjson -q FILE   record every event, print the verdict only\n"
        "  sim run --json FILE | jq .traps[0].truth\n"
        "  sim run --cell ipa_bits=40 FILE      of a matrix, the cells like that\n"
        "  sim run -s -S FILE   then: gdb-multiarch -ex 'target remote :1234'\n"
        "\n"
        "exit status: 0 all expectations met; 1 one failed; 2 wrong usage or invalid\n"
        "scenario; 3 the simulator failed; 4 a limit was reached without a verdict; 77\n"
        "skipped. Several files: the worst of 3, 2, 4, 1, 77, 0.\n",
};

struct run_command {
    struct session_options session;
    const char *cell; /* those of each file that are run; NULL: all */
    enum detail detail;
    bool json;
    FILE *out; /* of the report */
    bool colour;
};

static void report_not_run(const struct run_command *command, const struct session *session,
                           const char *path)
{
    const char *reason = session->scenario ? session->scenario->skip : NULL;
    if (*session->error)
        fprintf(stderr, "%s: error: %s\n", path, session->error);
    if (!reason)
        return;
    if (command->json) {
        struct json json;
        json_begin(&json, command->out, true);
        json_object_begin(&json);
        json_member_string(&json, "type", "report");
        json_member_uint(&json, "schema", REPORT_SCHEMA);
        json_member_string(&json, "scenario", session->scenario->name);
        json_member_string(&json, "file", path);
        json_member_string(&json, "verdict", verdict_name(VERDICT_SKIP));
        json_member_string(&json, "reason", reason);
        json_object_end(&json);
        json_end(&json);
    } else {
        fprintf(stderr, "SKIP %s: %s\n", session->scenario->name, reason);
    }
}

static enum exit_status run_cell(struct run_command *command, const char *path)
{
    struct session session;
    session_open(&session, path, &command->session);
    enum exit_status status = session.report.outcome.status;
    if (!session.ran)
        report_not_run(command, &session, path);
    else if (command->json)
        report_json(command->out, &session.report);
    else
        report_terminal(command->out, &session.report, command->detail, command->colour);
    session_close(&session);
    return status;
}

/* Whether a trace or a debugger is wanted: they are for one scenario. */
static bool is_for_one(const struct run_command *command)
{
    return command->session.trace || command->session.gdb;
}

/* Whether all cells are good: none runs before a mistake in another is told. */
static enum exit_status check_cells(const struct run_command *command,
                                    const struct scenario_file *file, size_t count)
{
    const struct scenario_load_options load = {.diag = &command->session.diag,
                                               .code_cache = command->session.code_cache,
                                               .kernel = command->session.machine.kernel,
                                               .rmm = command->session.machine.rmm,
                                               .profile = command->session.machine.profile,
                                               .timing = command->session.machine.timing};
    return count > 1 && scenario_file_check(file, &load) == SCENARIO_INVALID ? EXIT_USAGE : EXIT_OK;
}

/* Every cell of the file, or those chosen. */
static enum exit_status run_file(struct run_command *command, const char *path)
{
    struct scenario_file *file = scenario_file_open(path, &command->session.diag);
    enum exit_status status = EXIT_OK;
    const size_t *cells;
    char error[256];
    if (!file)
        return EXIT_USAGE;
    size_t count = scenario_file_choose(file, command->cell, &cells, error, sizeof(error));
    if (count == 0) {
        fprintf(stderr, "%s: error: %s\n", path, error);
        status = EXIT_USAGE;
    } else if (count > 1 && is_for_one(command)) {
        fprintf(stderr, "%s: error: %zu cells: a trace or a debugger is for one: --cell '%s'\n",
                path, count, scenario_file_cell_name(file, cells[0]));
        status = EXIT_USAGE;
    } else {
        status = check_cells(command, file, count);
    }
    for (size_t i = 0; i < count && status != EXIT_USAGE; i++) {
        if (i > 0 && !command->json && command->detail != DETAIL_QUIET)
            fputc('\n', command->out);
        command->session.file = file;
        command->session.file_cell = cells[i];
        status = worse_status(status, run_cell(command, path));
    }
    scenario_file_free(file);
    return status;
}

static bool parse_diag_format(const char *text, enum diag_format *format)
{
    static const char *const names[] = {
        [DIAG_HUMAN] = "human", [DIAG_SHORT] = "short", [DIAG_JSON] = "json"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(text, names[i]) == 0) {
            *format = (enum diag_format)i;
            return true;
        }
    return false;
}

int cmd_run(int argc, char **argv)
{
    struct run_command command = {.session.diag = {.out = stderr, .format = DIAG_HUMAN}};
    const char *trace_format = NULL, *chaos = NULL, *colour = "auto", *message_format = "human";
    bool quiet = false, verbose = false, reassemble = false, gdb_default = false;
    char formats[TRACE_FORMAT_NAMES_SIZE], format_help[TRACE_FORMAT_NAMES_SIZE + 32];
    snprintf(format_help, sizeof(format_help), "%s; or by FILE", trace_format_names(formats));
    const struct option_row rows[] = {
        {.name = "json", .help = "one JSON document instead of text", .flag = &command.json},
        {.name = "trace",
         .argument = "FILE",
         .help = "record every event; - is standard output",
         .value = &command.session.trace},
        {.name = "trace-format", .argument = "FORMAT", .help = format_help, .value = &trace_format},
        {.name = "quiet", .letter = 'q', .help = "the verdict only", .flag = &quiet},
        {.name = "verbose",
         .letter = 'v',
         .help = "every trap in full, with its walks",
         .flag = &verbose},
        {.name = "reassemble",
         .help = "assemble again; an error if the cached code differs",
         .flag = &reassemble},
        CELL_OPTION(&command.cell),
        MACHINE_OPTIONS(&command.session.machine),
        CHAOS_OPTION(&chaos),
        {.name = "gdb",
         .argument = "WHERE",
         .help = "let a debugger attach: PORT, tcp:ADDRESS:PORT, unix:PATH; stdio waits for it",
         .value = &command.session.gdb},
        {.name = "gdb-default",
         .letter = 's',
         .help = "the same as --gdb 1234",
         .flag = &gdb_default},
        {.name = "gdb-wait",
         .letter = 'S',
         .help = "the first instruction waits for the debugger",
         .flag = &command.session.gdb_stop},
        {.name = "color", .argument = "WHEN", .help = "auto, always or never", .value = &colour},
        {.name = "message-format",
         .argument = "FORMAT",
         .help = "of mistakes in a scenario: human, short or json",
         .value = &message_format},
        {0},
    };
    int files;
    enum parse_result parsed = options_parse(argc, argv, rows, &help, &files);
    if (parsed != PARSE_OK)
        return parsed == PARSE_HELP ? EXIT_OK : EXIT_USAGE;

    enum colour_when when;
    if (files == 0)
        return usage_error("run", "run needs a scenario");
    if (!colour_parse(colour, &when))
        return usage_error("run", "--color is auto, always or never, not '%s'", colour);
    if (!parse_diag_format(message_format, &command.session.diag.format))
        return usage_error("run", "--message-format is human, short or json, not '%s'",
                           message_format);
    if (trace_format && !(command.session.format = trace_format_by_name(trace_format)))
        return usage_error("run", "--trace-format is %s, not '%s'", formats, trace_format);
    if (command.session.trace && files > 1)
        return usage_error("run", "--trace records one scenario, not %d", files);
    if (!parse_chaos("run", chaos, &command.session.chaos))
        return EXIT_USAGE;
    if (gdb_default && !command.session.gdb)
        command.session.gdb = "1234";
    if (command.session.gdb_stop && !command.session.gdb)
        return usage_error("run", "-S waits for a debugger: where? Give -s or --gdb");
    if (command.session.gdb && files > 1)
        return usage_error("run", "a debugger attaches to one scenario, not %d", files);
    if (quiet && verbose)
        return usage_error("run", "-q and -v contradict each other");

    /* A trace or a debugger has standard output to itself: what a pipe reads is one format. */
    bool stdout_taken = (command.session.trace && strcmp(command.session.trace, "-") == 0) ||
                        (command.session.gdb && strcmp(command.session.gdb, "stdio") == 0);
    command.out = stdout_taken ? stderr : stdout;
    command.colour = colour_wanted(command.out, when);
    command.detail = quiet ? DETAIL_QUIET : verbose ? DETAIL_ALL : DETAIL_NORMAL;
    command.session.code_cache = reassemble ? CODE_CACHE_VERIFY : CODE_CACHE_UPDATE;
    enum exit_status status = EXIT_OK;
    for (int i = 0; i < files; i++) {
        if (i > 0 && !command.json && !quiet)
            fputc('\n', command.out);
        status = worse_status(status, run_file(&command, argv[i]));
    }
    return status;
}
