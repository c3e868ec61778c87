/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim diff: where two runs or traces part. */
#include <stdlib.h>
#include <string.h>

#include "sim/cmd.h"
#include "sim/options.h"
#include "sim/session.h"
#include "sim/trace/diff.h"
#include "sim/trace/filter.h"
#include "sim/trace/reader.h"

#define DEFAULT_CONTEXT "3"
#define MAX_CONTEXT 1000
#define KERNELS 2

static const struct command_help help = {
    .usage = "sim diff A B [options] | sim diff --kernel X Y FILE [options]",
    .about =
        "Finds the first event in which two runs differ and shows it in its context. A and B are\n"
        "scenarios, or recorded traces (by the name's end, .ndjson or .ctf). With --kernel X Y\n"
        "one scenario runs under both kernels. PATTERNS as of sim trace; that no event of either\n"
        "matches them is an error.",
    .epilogue =
        "examples:\n"
        "  sim diff before.ndjson after.ndjson --ignore cycles\n"
        "  sim diff --kernel linux-6.12 linux-7.2 \\\n"
        "           scenarios/quickstart/vm-mmio-read-linux-6.12.yaml\n"
        "  sim diff --kernel cca-v12 cca-v14 --events 'rec_exit*' --ignore cycles \\\n"
        "           scenarios/variants/store-without-syndrome.yaml\n"
        "  sim diff --cell kernel=linux-6.12 --other-cell kernel=linux-7.2 FILE FILE\n"
        "\n"
        "exit status: 0 the same; 1 they differ; 2 wrong usage, or a file that cannot be read;\n"
        "3 the simulator failed; 77 a scenario says skip.\n",
};

struct side {
    const char *path;
    const char *kernel; /* to run under; NULL: the scenario's own */
    const char *cell;   /* of its matrix, or NULL */
    char name[512];
    struct trace_list list;
};

static bool is_recorded(const char *path)
{
    const struct trace_format *format = trace_format_by_path(path);
    return strcmp(path, "-") == 0 || format == &trace_format_ndjson || format == &trace_format_ctf;
}

static enum exit_status load_trace(struct side *side)
{
    char error[512];
    uint64_t unknown;
    snprintf(side->name, sizeof(side->name), "%s", side->path);
    if (trace_read(side->path, &side->list, &unknown, error, sizeof(error)) != TRACE_READ_OK) {
        fprintf(stderr, "%s\n", error);
        return EXIT_USAGE;
    }
    if (unknown)
        fprintf(stderr, "%s: warning: %llu events of kinds this sim does not know are left out\n",
                side->path, (unsigned long long)unknown);
    return EXIT_OK;
}

static enum exit_status load_run(struct side *side)
{
    struct session session;
    const struct session_options options = {
        .diag = {.out = stderr, .format = DIAG_HUMAN},
        .code_cache = CODE_CACHE_UPDATE,
        .reader = trace_list_event,
        .reader_ctx = &side->list,
        .cell = side->cell,
        .machine.kernel = side->kernel,
    };
    session_open(&session, side->path, &options);
    enum exit_status status = EXIT_OK;
    if (*session.error)
        fprintf(stderr, "%s: error: %s\n", side->path, session.error);
    else if (!session.ran && session.scenario && session.scenario->skip)
        fprintf(stderr, "SKIP %s: %s\n", session.scenario->name, session.scenario->skip);
    if (!session.ran || session.report.outcome.status == EXIT_INTERNAL)
        status = session.report.outcome.status;
    if (session.ran) {
        const struct scn_machine *machine = &session.scenario->machine;
        const char *cell = session.scenario->cell;
        snprintf(side->name, sizeof(side->name), "%s%s%s%s (%s%s%s)", side->path, *cell ? "[" : "",
                 cell, *cell ? "]" : "", machine->kernel, machine->rmm ? ", RMM " : "",
                 machine->rmm ? machine->rmm : "");
        side->list.hash = trace_list_text(&side->list, session.hash);
        side->list.profile = trace_list_text(&side->list, session.report.profile->name);
    }
    session_close(&session);
    if (status == EXIT_OK && (side->list.out_of_memory || side->list.left_out)) {
        fprintf(stderr, "%s: error: the trace is too large\n", side->path);
        status = EXIT_USAGE;
    }
    return status;
}

/* The others are as if they had not happened. */
static void keep_selected(struct trace_list *list, const struct event_filter *filter)
{
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++)
        if (event_filter_selects(filter, event_table[list->events[i].kind].name))
            list->events[kept++] = list->events[i];
    list->count = kept;
}

static enum exit_status load_side(struct side *side, const struct event_filter *filter)
{
    trace_list_init(&side->list);
    enum exit_status status = is_recorded(side->path) ? load_trace(side) : load_run(side);
    if (status == EXIT_OK)
        keep_selected(&side->list, filter);
    return status;
}

/* Two sides of which the patterns leave nothing are not the same: nothing was compared. */
static enum exit_status compare(const struct side *sides, const struct diff_options *options,
                                const char *patterns)
{
    const struct trace_list *a = &sides[0].list, *b = &sides[1].list;
    if (patterns && !a->count && !b->count) {
        fprintf(stderr, "sim diff: error: --events: no event of A or B matches '%s'\n", patterns);
        return EXIT_USAGE;
    }
    if (!diff_traces(stdout, a, b, options))
        return EXIT_FAILED;
    printf("the same: %zu events compared\n", a->count);
    return EXIT_OK;
}

/* Cycles of two cost profiles say nothing about each other. */
static void warn_of_headers(const struct side *sides)
{
    const struct trace_list *a = &sides[0].list, *b = &sides[1].list;
    if (strcmp(a->profile, b->profile) != 0)
        fprintf(stderr, "warning: the cost profiles differ: %s and %s\n", a->profile, b->profile);
    if (strcmp(a->hash, b->hash) != 0)
        fprintf(stderr, "warning: the scenarios are not the same file\n");
}

static enum exit_status diff_sides(struct side *sides, struct diff_options *options,
                                   const struct event_filter *filter, const char *patterns)
{
    enum exit_status status = load_side(&sides[0], filter);
    trace_list_init(&sides[1].list);
    if (status == EXIT_OK)
        status = load_side(&sides[1], filter);
    if (status == EXIT_OK) {
        options->names[0] = sides[0].name;
        options->names[1] = sides[1].name;
        warn_of_headers(sides);
        status = compare(sides, options, patterns);
    }
    trace_list_free(&sides[0].list);
    trace_list_free(&sides[1].list);
    return status;
}

static bool parse_context(const char *text, unsigned *context)
{
    char *end;
    unsigned long value = strtoul(text, &end, 10);
    *context = (unsigned)value;
    return *text >= '0' && *text <= '9' && !*end && value <= MAX_CONTEXT;
}

int cmd_diff(int argc, char **argv)
{
    struct side sides[KERNELS] = {{0}};
    struct diff_options options = {0};
    const char *ignored = NULL, *context = DEFAULT_CONTEXT, *events = NULL, *bad = NULL;
    struct event_filter filter;
    char error[256];
    const struct option_row rows[] = {
        {.name = "ignore",
         .argument = "FIELDS",
         .help = "fields that may differ: cycles, world, pc, ...",
         .value = &ignored},
        {.name = "events",
         .argument = "PATTERNS",
         .help = "compare these only; the others are left out",
         .value = &events},
        {.name = "context",
         .argument = "N",
         .help = "events shown before and after; default " DEFAULT_CONTEXT,
         .value = &context},
        {.name = "cell",
         .argument = "AXIS=VALUE,...",
         .help = "of a scenario with a matrix: the cell of A and of B",
         .value = &sides[0].cell},
        {.name = "other-cell",
         .argument = "AXIS=VALUE,...",
         .help = "the cell of B, if it is not that of A",
         .value = &sides[1].cell},
        {.name = "kernel",
         .argument = "X",
         .help = "run FILE under kernel X, and under Y",
         .value = &sides[0].kernel},
        {0},
    };
    int files;
    enum parse_result parsed = options_parse(argc, argv, rows, &help, &files);
    if (parsed != PARSE_OK)
        return parsed == PARSE_HELP ? EXIT_OK : EXIT_USAGE;
    if (!sides[0].kernel && files != 2)
        return usage_error("diff", "diff needs two files, or --kernel X Y and a scenario");
    if (sides[0].kernel && files != 2)
        return usage_error("diff", "--kernel X Y needs two kernels and one scenario");
    if (!sides[1].cell)
        sides[1].cell = sides[0].cell;
    sides[0].path = argv[sides[0].kernel ? 1 : 0];
    sides[1].path = argv[1];
    sides[1].kernel = sides[0].kernel ? argv[0] : NULL;
    if (sides[0].kernel && is_recorded(sides[0].path))
        return usage_error("diff", "--kernel is for a scenario: a trace is over");
    if (!parse_context(context, &options.context))
        return usage_error("diff", "--context is a number up to %d, not '%s'", MAX_CONTEXT,
                           context);
    event_filter_all(&filter);
    if (events && !event_filter_parse(&filter, events, error, sizeof(error)))
        return usage_error("diff", "--events: %s", error);
    char *fields = strdup(ignored ? ignored : "");
    enum exit_status status = EXIT_INTERNAL;
    if (!fields)
        fprintf(stderr, "sim: out of memory\n");
    else if (!diff_ignore(&options, fields, &bad))
        status = (enum exit_status)usage_error("diff", "--ignore: no event has a field '%s'", bad);
    else
        status = diff_sides(sides, &options, &filter, events);
    free(fields);
    event_filter_free(&filter);
    return status;
}
