/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim report: results that were kept: a run as a page to look at, suites that ran apart as one. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/cmd.h"
#include "sim/cmd_report.h"
#include "sim/options.h"
#include "sim/report/html/html.h"
#include "sim/scenario/arena.h"
#include "sim/scenario/file.h"
#include "sim/session.h"
#include "sim/trace/reader.h"
#include "sim/version.h"

static const struct command_help help = {
    .usage = "sim report RESULTS... [options] | sim report --html FILE [-o OUT]",
    .about =
        "Merges RESULTS of sim test, JUnit XML or NDJSON, into one summary and one JUnit file. A\n"
        "test that is in there twice, and a file that is cut off, are errors.\n"
        "\n"
        "With --html: makes one HTML file, for a browser, with nothing to fetch: every trap with "
        "its\n"
        "path over the five worlds and the cycles of each step, what guest, host and VMM saw and\n"
        "what was hidden, a table of all traps to search and filter, and the cycles as a flame\n"
        "chart. FILE is a scenario, which is run, or a trace that sim trace recorded.",
    .epilogue =
        "examples:\n"
        "  sim report shard-*.xml --junit all.xml\n"
        "  sim report --html scenarios/quickstart/realm-mmio-read.yaml -o run.html\n"
        "  sim trace FILE -o run.ndjson; sim report --html run.ndjson -o run.html\n"
        "\n"
        "exit status: of merged results as of one sim test (0, 1, 3, 4, 5, 77; 3 also if they are\n"
        "not complete); of a page 0, whether or not the scenario's expectations are met, 3 the\n"
        "simulator failed, 77 the scenario says skip; 2 wrong usage, or a file that cannot be "
        "read\n"
        "or written.\n",
};

static enum exit_status cannot_write(const char *out, const char *why)
{
    fprintf(stderr, "sim: %s: cannot be written: %s\n", out, why);
    return EXIT_USAGE;
}

/* Puts the page where it is wanted: a file appears whole or not at all. */
static enum exit_status put_page(const char *out, const char *page, size_t size)
{
    struct stat status;
    bool standard = strcmp(out, "-") == 0;
    bool special = !standard && stat(out, &status) == 0 && !S_ISREG(status.st_mode);
    errno = 0;
    if (!standard && !special) {
        struct arena *arena = arena_new();
        bool done = file_replace(arena, out, page, size);
        int reason = errno;
        arena_free(arena);
        return done ? EXIT_OK : cannot_write(out, strerror(reason ? reason : EIO));
    }
    FILE *file = standard ? stdout : fopen(out, "we");
    bool done = file && fwrite(page, 1, size, file) == size && fflush(file) == 0;
    int reason = errno;
    if (file && !standard)
        fclose(file);
    return done ? EXIT_OK : cannot_write(out, strerror(reason ? reason : EIO));
}

static enum exit_status write_page(const char *out, const struct html_input *input)
{
    char *page = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&page, &size);
    bool made = memory && !input->list->out_of_memory && html_report(memory, input);
    made = memory && !ferror(memory) && made;
    if (memory && fclose(memory) != 0)
        made = false;
    enum exit_status status = EXIT_INTERNAL;
    if (made)
        status = put_page(out, page, size);
    else
        fputs("sim: out of memory\n", stderr);
    free(page);
    return status;
}

static enum exit_status report_scenario(const char *path, const char *out,
                                        struct session_options *options)
{
    struct trace_list list;
    struct session session;
    trace_list_init(&list);
    options->reader = trace_list_event;
    options->reader_ctx = &list;
    session_open(&session, path, options);
    enum exit_status status = session.report.outcome.status;
    if (*session.error)
        fprintf(stderr, "%s: error: %s\n", path, session.error);
    else if (!session.ran && session.scenario && session.scenario->skip)
        fprintf(stderr, "SKIP %s: %s\n", session.scenario->name, session.scenario->skip);
    if (session.ran) {
        bool failed = status == EXIT_INTERNAL;
        list.scenario = trace_list_text(&list, session.scenario->name);
        list.hash = trace_list_text(&list, session.hash);
        list.profile = trace_list_text(&list, session.report.profile->name);
        list.version = trace_list_text(&list, SIM_VERSION);
        if (list.left_out)
            fprintf(stderr, "%s: warning: the last %zu events are left out\n", path, list.left_out);
        status = write_page(out, &(struct html_input){.list = &list, .report = &session.report});
        if (status == EXIT_OK && failed)
            status = EXIT_INTERNAL;
    }
    session_close(&session);
    trace_list_free(&list);
    return status;
}

static enum exit_status report_trace(const char *path, const char *out)
{
    struct trace_list list;
    uint64_t unknown = 0;
    char error[512];
    enum exit_status status = EXIT_USAGE;
    trace_list_init(&list);
    enum trace_read_result result = trace_read(path, &list, &unknown, error, sizeof(error));
    if (result != TRACE_READ_OK)
        fprintf(stderr, "%s\n", error);
    if (unknown)
        fprintf(stderr,
                "%s: warning: %" PRIu64 " events of kinds this sim does not know are left out\n",
                path, unknown);
    if (result != TRACE_READ_WRONG) {
        status = write_page(out, &(struct html_input){.list = &list});
        if (status == EXIT_OK && result == TRACE_READ_PARTIAL)
            status = EXIT_USAGE;
    }
    trace_list_free(&list);
    return status;
}

static bool is_scenario(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0);
}

int cmd_report(int argc, char **argv)
{
    bool html = false;
    struct report_merge merge = {0};
    const char *out = "-";
    struct session_options options = {.diag = {.out = stderr, .format = DIAG_HUMAN},
                                      .code_cache = CODE_CACHE_KEEP};
    const struct option_row rows[] = {
        {.name = "junit",
         .argument = "FILE",
         .help = "write the JUnit XML of all RESULTS to FILE; - is standard output",
         .value = &merge.junit},
        {.name = "json", .help = "RESULTS as one JSON object a line", .flag = &merge.json},
        {.name = "quiet", .letter = 'q', .help = "totals only", .flag = &merge.quiet},
        {.name = "html", .help = "a page for a browser", .flag = &html},
        {.name = "output",
         .letter = 'o',
         .argument = "OUT",
         .help = "of a page: where to; default -, standard output",
         .value = &out},
        MACHINE_OPTIONS(&options.machine),
        CELL_OPTION(&options.cell),
        {0},
    };
    int operands;
    enum parse_result parsed = options_parse(argc, argv, rows, &help, &operands);
    if (parsed != PARSE_OK)
        return parsed == PARSE_HELP ? EXIT_OK : EXIT_USAGE;
    if (!html && operands == 0)
        return usage_error("report", "report needs results to merge, or --html");
    if (!html)
        return (int)report_merge(&merge, operands, argv);
    if (operands != 1)
        return usage_error("report", "one scenario or trace is wanted, not %d", operands);
    if (strcmp(out, "-") == 0 && isatty(STDOUT_FILENO))
        return usage_error("report", "a page is not for a terminal: give -o FILE.html");
    if (is_scenario(argv[0]))
        return (int)report_scenario(argv[0], out, &options);
    if (options.machine.kernel || options.machine.rmm || options.cell)
        return usage_error("report",
                           "--kernel, --rmm and --cell are for scenarios: a trace is over");
    return (int)report_trace(argv[0], out);
}
