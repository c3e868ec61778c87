/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim diff: where two runs or traces part. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/timing/core.h"
#include "sim/cmd.h"
#include "sim/options.h"
#include "sim/session.h"
#include "sim/trace/diff.h"
#include "sim/trace/event_groups.h"
#include "sim/trace/filter.h"
#include "sim/trace/reader.h"
#include "sim/trace/timeline.h"
#include "sim/trace/trap_log.h"

#define DEFAULT_CONTEXT "3"
#define MAX_CONTEXT 1000
#define SIDES 2

static const struct command_help help = {
    .usage = "sim diff A B [options] | sim diff --kernel X Y FILE [options]",
    .about =
        "Finds the first event in which two runs differ, shows it in its context, and lists what\n"
        "else differs. A and B are scenarios, or recorded traces (by the name's end, .ndjson or\n"
        ".ctf). With --kernel X Y one scenario runs under both kernels. What comes before the\n"
        "guest's first instruction is left out, and cycles count from there: each event's own\n"
        "are compared, since the one before. PATTERNS as of sim trace; that no event of either\n"
        "matches them is an error. GROUPS: traps, exits, access, calls, memory, interrupts,\n"
        "injections.",
    .epilogue =
        "examples:\n"
        "  sim diff before.ndjson after.ndjson --ignore cycles\n"
        "  sim diff --kernel linux-6.12 linux-7.2 \\\n"
        "           scenarios/quickstart/vm-mmio-read-linux-6.12.yaml\n"
        "  sim diff --kernel cca-rfc cca-v14 --only exits,injections --ignore cycles \\\n"
        "           scenarios/variants/store-without-syndrome.yaml\n"
        "  sim diff --cell kernel=linux-6.12 --other-cell kernel=linux-7.2 FILE FILE\n"
        "\n"
        "exit status: 0 the same; 1 they differ; 2 wrong usage, or a file that cannot be read;\n"
        "3 the simulator failed; 77 a scenario says skip.\n",
};

/* What is asked for, beside the sides and what may differ. */
struct request {
    struct event_filter filter;
    const char *patterns; /* it is made of; NULL: all */
    bool only;            /* these are of --only */
    bool setup, json;
};

struct side {
    const char *path;
    const char *kernel; /* to run under; NULL: the scenario's own */
    const char *cell;   /* of its matrix, or NULL */
    char name[512];
    char rmm[32]; /* whose names its calls have; "" : not known */
    struct trace_list list;
    uint32_t *traps; /* of each event */
    size_t setup;    /* events left out in front */
    uint64_t origin; /* the cycle in which they end */
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
        snprintf(side->rmm, sizeof(side->rmm), "%s", machine->rmm ? machine->rmm : "");
        side->list.hash = trace_list_text(&side->list, session.hash);
        const struct cost_profile *profile = session.report.profile;
        enum timing timing = core_timing(profile, machine->timing);
        side->list.profile = trace_list_text(&side->list, profile->name);
        side->list.timing = trace_list_text(&side->list, timing_name(timing));
        side->list.core = trace_list_text(&side->list, timing == TIMING_FLAT ? "" : profile->core);
    }
    session_close(&session);
    if (status == EXIT_OK && (side->list.out_of_memory || side->list.left_out)) {
        fprintf(stderr, "%s: error: the trace is too large\n", side->path);
        status = EXIT_USAGE;
    }
    return status;
}

/* Which trap each event is in, and where the guest's first instruction is, as the trap log has it.
 */
static bool number_traps(struct side *side)
{
    const struct trace_list *list = &side->list;
    uint32_t count = 0, current[TIMELINE_MAX_VCPUS] = {0};
    bool ran = false;
    side->traps = calloc(list->count + 1, sizeof(*side->traps));
    for (size_t i = 0; side->traps && i < list->count; i++) {
        const struct event *event = &list->events[i];
        if (event_opens_trap(event->kind, current[event->vcpu] != 0))
            current[event->vcpu] = ++count;
        bool closes = event_closes_trap(event->kind);
        side->traps[i] = current[event->vcpu];
        if (!ran && (count || closes)) {
            side->setup = count ? i : i + 1;
            side->origin = side->setup ? list->events[side->setup - 1].cycle.v : 0;
            ran = true;
        }
        if (closes)
            current[event->vcpu] = 0;
    }
    return side->traps != NULL;
}

/* The others are as if they had not happened. */
static void keep_selected(struct side *side, const struct event_filter *filter, bool setup)
{
    struct trace_list *list = &side->list;
    size_t kept = 0;
    if (setup)
        side->setup = side->origin = 0;
    for (size_t i = side->setup; i < list->count; i++)
        if (event_filter_selects(filter, event_table[list->events[i].kind].name)) {
            side->traps[kept] = side->traps[i];
            list->events[kept++] = list->events[i];
        }
    list->count = kept;
}

static enum exit_status load_side(struct side *side, const struct event_filter *filter, bool setup)
{
    trace_list_init(&side->list);
    enum exit_status status = is_recorded(side->path) ? load_trace(side) : load_run(side);
    if (status != EXIT_OK)
        return status;
    if (!number_traps(side)) {
        fprintf(stderr, "sim: out of memory\n");
        return EXIT_INTERNAL;
    }
    keep_selected(side, filter, setup);
    return EXIT_OK;
}

/* Two sides of which the patterns leave nothing are not the same: nothing was compared. */
static enum exit_status compare(const struct side *sides, const struct diff_options *options,
                                const struct request *request)
{
    const struct trace_list *a = &sides[0].list, *b = &sides[1].list;
    struct diff_found found;
    if (request->patterns && !a->count && !b->count) {
        fprintf(stderr, "sim diff: error: %s: no event of A or B matches '%s'\n",
                request->only ? "--only" : "--events", request->patterns);
        return EXIT_USAGE;
    }
    bool same = diff_find(a, b, options, &found);
    if (request->json)
        diff_print_json(stdout, a, b, options, &found);
    else if (same)
        printf("the same: %zu events compared%s\n", a->count,
               sides[0].setup || sides[1].setup ? ", those of the set-up not (--setup)" : "");
    else
        diff_print(stdout, a, b, options, &found);
    if (!request->json && !same && (sides[0].setup || sides[1].setup))
        printf("left out is the set-up, A %" PRIu64 " cycles, B %" PRIu64 "; --setup compares it\n",
               sides[0].origin, sides[1].origin);
    diff_found_free(&found);
    return same ? EXIT_OK : EXIT_FAILED;
}

/* Traces of a sim that did not write it say nothing. */
static bool timings_differ(const struct trace_list *a, const struct trace_list *b)
{
    return *a->timing && *b->timing &&
           (strcmp(a->timing, b->timing) != 0 || strcmp(a->core, b->core) != 0);
}

/* Cycles of two cost profiles, or of two timings of the guest's core, say nothing about each other.
 */
static void warn_of_headers(const struct side *sides)
{
    const struct trace_list *a = &sides[0].list, *b = &sides[1].list;
    if (strcmp(a->profile, b->profile) != 0)
        fprintf(stderr, "warning: the cost profiles differ: %s and %s\n", a->profile, b->profile);
    if (timings_differ(a, b))
        fprintf(stderr, "warning: the timings differ: %s%s%s and %s%s%s\n", a->timing,
                *a->core ? " of " : "", a->core, b->timing, *b->core ? " of " : "", b->core);
    if (strcmp(a->hash, b->hash) != 0)
        fprintf(stderr, "warning: the scenarios are not the same file\n");
}

static enum exit_status diff_sides(struct side *sides, struct diff_options *options,
                                   const struct request *request)
{
    enum exit_status status = load_side(&sides[0], &request->filter, request->setup);
    trace_list_init(&sides[1].list);
    if (status == EXIT_OK)
        status = load_side(&sides[1], &request->filter, request->setup);
    for (unsigned i = 0; i < SIDES; i++)
        options->sides[i] = (struct diff_side){.name = sides[i].name,
                                               .rmm = *sides[i].rmm ? sides[i].rmm : NULL,
                                               .traps = sides[i].traps,
                                               .origin = sides[i].origin};
    if (status == EXIT_OK) {
        warn_of_headers(sides);
        status = compare(sides, options, request);
    }
    for (unsigned i = 0; i < SIDES; i++) {
        trace_list_free(&sides[i].list);
        free(sides[i].traps);
    }
    return status;
}

/* --only and --events together: the last pattern that matches decides. False after a message. */
static bool choose_events(struct request *request, const char *only, const char *events,
                          char **patterns)
{
    const char *bad;
    char error[256], *joined = NULL;
    event_filter_all(&request->filter);
    request->only = only != NULL;
    *patterns = NULL;
    if (only && !(*patterns = event_groups_patterns(only, &bad))) {
        usage_error("diff", "--only: there is no group '%.40s'; `sim help diff` lists them",
                    bad ? bad : only);
        return false;
    }
    if (only && events) {
        if (asprintf(&joined, "%s,%s", *patterns, events) < 0)
            joined = NULL;
        free(*patterns);
        *patterns = joined;
    }
    request->patterns = only ? *patterns : events;
    if (!request->patterns ||
        event_filter_parse(&request->filter, request->patterns, error, sizeof(error)))
        return true;
    usage_error("diff", "--events: %s", error);
    return false;
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
    struct side sides[SIDES] = {{0}};
    struct diff_options options = {0};
    struct request request = {0};
    const char *ignored = NULL, *context = DEFAULT_CONTEXT, *events = NULL, *only = NULL;
    const char *bad = NULL;
    const struct option_row rows[] = {
        {.name = "ignore",
         .argument = "FIELDS",
         .help = "fields that may differ: cycles, world, pc, ...",
         .value = &ignored},
        {.name = "events",
         .argument = "PATTERNS",
         .help = "compare these only; the others are left out",
         .value = &events},
        {.name = "only",
         .argument = "GROUPS",
         .help = "compare events of these groups only",
         .value = &only},
        {.name = "setup", .help = "compare the set-up as well", .flag = &request.setup},
        {.name = "json", .help = "one JSON document with all differences", .flag = &request.json},
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
    char *patterns;
    if (!choose_events(&request, only, events, &patterns)) {
        free(patterns);
        return EXIT_USAGE;
    }
    char *fields = strdup(ignored ? ignored : "");
    enum exit_status status = EXIT_INTERNAL;
    if (!fields)
        fprintf(stderr, "sim: out of memory\n");
    else if (!diff_ignore(&options, fields, &bad))
        status = (enum exit_status)usage_error("diff", "--ignore: no event has a field '%s'", bad);
    else
        status = diff_sides(sides, &options, &request);
    free(fields);
    free(patterns);
    event_filter_free(&request.filter);
    return status;
}
