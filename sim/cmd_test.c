/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim test: runs all scenarios below a folder against their expectations. */
#include <inttypes.h>
#include <string.h>

#include "sim/cmd.h"
#include "sim/find_scenarios.h"
#include "sim/options.h"
#include "sim/report/json_writer.h"
#include "sim/report/style.h"
#include "sim/session.h"
#include "sim/version.h"

#define DEFAULT_FOLDER "scenarios"

static const struct command_help help = {
    .usage = "sim test [PATH...] [options]",
    .about =
        "Runs every scenario in PATH (a file, or a folder with *.yaml; default: scenarios) and\n"
        "compares it with what it expects. Files without a top-level `sim:` are includes.",
    .epilogue =
        "examples:\n"
        "  sim test                 all scenarios\n"
        "  sim test -k mmio -q      those with mmio in name or path; failures only\n"
        "\n"
        "exit status: 0 all passed, or failed as expected; 1 a failure or an unexpected\n"
        "pass; 2 wrong usage or an invalid scenario; 3 the simulator failed; 4 a limit was\n"
        "reached without a verdict; 5 nothing selected; 77 all skipped.\n",
};

struct test_command {
    const char *filter;
    uint64_t chaos;
    bool quiet, list, json;
    bool colour;
    unsigned selected, count[VERDICT_COUNT];
    enum exit_status worst;
};

static bool is_selected(const struct test_command *command, const char *path,
                        const struct scenario *scenario)
{
    return !command->filter || strstr(path, command->filter) ||
           (scenario && strstr(scenario->name, command->filter));
}

static void put_json(const struct session *session, const char *path)
{
    const struct judgement *judgement = &session->report.judgement;
    struct json json;
    json_begin(&json, stdout, false);
    json_object_begin(&json);
    json_member_string(&json, "type", "test");
    json_member_string(&json, "file", path);
    json_member_string(&json, "name", session->scenario ? session->scenario->name : NULL);
    json_member_string(&json, "verdict", verdict_name(session->report.outcome.verdict));
    json_member_uint(&json, "status", (uint64_t)session->report.outcome.status);
    if (session->scenario && session->scenario->skip)
        json_member_string(&json, "reason", session->scenario->skip);
    if (*session->error)
        json_member_string(&json, "error", session->error);
    if (session->ran) {
        json_member_string(&json, "hash", session->hash);
        json_member_uint(&json, "cycles", session->result.cycles.v);
        json_member_uint(&json, "expectations", judgement->expectations);
        json_key(&json, "failures");
        json_array_begin(&json);
        for (size_t i = 0; i < judgement->failure_count; i++) {
            json_object_begin(&json);
            json_member_string(&json, "file", judgement->failures[i].pos.file);
            json_member_uint(&json, "line", judgement->failures[i].pos.line);
            json_member_uint(&json, "column", judgement->failures[i].pos.column);
            json_member_string(&json, "what", judgement->failures[i].what);
            json_member_string(&json, "expected", judgement->failures[i].expected);
            json_member_string(&json, "actual", judgement->failures[i].actual);
            json_object_end(&json);
        }
        json_array_end(&json);
    }
    json_object_end(&json);
    json_end(&json);
}

static void print_text(const struct test_command *command, const struct session *session,
                       const char *path)
{
    enum verdict verdict = session->report.outcome.verdict;
    bool good = verdict == VERDICT_PASS || verdict == VERDICT_XFAIL || verdict == VERDICT_SKIP;
    if (command->quiet && good)
        return;
    if (session->ran && !good) {
        report_failures(stdout, &session->report, true, command->colour);
        return;
    }
    paint(stdout, command->colour,
          verdict == VERDICT_PASS    ? PAINT_GOOD
          : verdict == VERDICT_ERROR ? PAINT_BAD
                                     : PAINT_NOTE,
          "%s", verdict_name(verdict));
    if (session->scenario)
        printf(" %s (%s)", session->scenario->name, path);
    else
        printf(" %s", path);
    if (*session->error)
        printf(": %s", session->error);
    else if (verdict == VERDICT_XFAIL)
        printf(": %s", session->scenario->xfail);
    else if (verdict == VERDICT_SKIP)
        printf(": %s",
               session->scenario ? session->scenario->skip : "no assembler, no cached code");
    putchar('\n');
}

/* With a filter that the path does not meet, the name decides: the file is loaded for it. */
static bool name_selects(const struct test_command *command, const char *path)
{
    const struct diag_options silent = {.out = fopen("/dev/null", "we"), .format = DIAG_SHORT};
    if (!silent.out)
        return false;
    const struct scenario_load_options load = {.diag = &silent, .code_cache = CODE_CACHE_KEEP};
    int status;
    struct scenario *scenario = scenario_load_with(path, &load, &status);
    bool selected = scenario && is_selected(command, path, scenario);
    if (scenario)
        scenario_free(scenario);
    fclose(silent.out);
    return selected;
}

static void test_file(struct test_command *command, const char *path)
{
    const struct session_options options = {.diag = {.out = stderr, .format = DIAG_HUMAN},
                                            .code_cache = CODE_CACHE_KEEP,
                                            .chaos = command->chaos};
    if (!is_selected(command, path, NULL) && !name_selects(command, path))
        return;
    command->selected++;
    if (command->list) {
        puts(path);
        return;
    }
    fflush(stdout); /* messages of the loader stay beside the tests they belong to */
    struct session session;
    session_open(&session, path, &options);
    struct outcome outcome = session.report.outcome;
    command->count[outcome.verdict]++;
    if (outcome.verdict != VERDICT_SKIP)
        command->worst = worse_status(command->worst, outcome.status);
    if (command->json)
        put_json(&session, path);
    else
        print_text(command, &session, path);
    session_close(&session);
}

static enum exit_status summarise(const struct test_command *command)
{
    const unsigned *count = command->count;
    unsigned passed = count[VERDICT_PASS], skipped = count[VERDICT_SKIP];
    unsigned failed = count[VERDICT_FAIL] + count[VERDICT_XPASS] + count[VERDICT_ERROR];
    if (passed + failed + skipped + count[VERDICT_XFAIL] != command->selected) {
        fputs("sim: the totals do not add up\n", stderr);
        return EXIT_INTERNAL;
    }
    if (command->json) {
        struct json json;
        json_begin(&json, stdout, false);
        json_object_begin(&json);
        json_member_string(&json, "type", "summary");
        json_member_uint(&json, "passed", passed);
        json_member_uint(&json, "failed", failed);
        json_member_uint(&json, "skipped", skipped);
        json_member_uint(&json, "xfailed", count[VERDICT_XFAIL]);
        json_object_end(&json);
        json_end(&json);
    } else {
        if (count[VERDICT_XFAIL])
            printf("%u failed as expected\n", count[VERDICT_XFAIL]);
        printf("%u passed, %u failed, %u skipped\n", passed, failed, skipped);
    }
    return skipped == command->selected ? EXIT_SKIPPED : command->worst;
}

static void put_json_header(void)
{
    struct json json;
    json_begin(&json, stdout, false);
    json_object_begin(&json);
    json_member_string(&json, "type", "header");
    json_member_uint(&json, "schema", REPORT_SCHEMA);
    json_member_string(&json, "sim", SIM_VERSION);
    json_object_end(&json);
    json_end(&json);
}

static enum exit_status test_paths(struct test_command *command, struct arena *arena, int count,
                                   const char *const *paths)
{
    struct scenario_list list = {0};
    for (int i = 0; i < count; i++) {
        int error = find_scenarios(arena, paths[i], &list);
        if (error) {
            fprintf(stderr, "%s: error: cannot be read: %s\n", paths[i], strerror(error));
            return EXIT_USAGE;
        }
    }
    if (command->json && !command->list)
        put_json_header();
    for (size_t i = 0; i < list.count; i++)
        test_file(command, list.paths[i]);
    if (command->selected == 0) {
        fputs("sim: no scenario selected\n", stderr);
        return EXIT_NOTHING;
    }
    return command->list ? EXIT_OK : summarise(command);
}

int cmd_test(int argc, char **argv)
{
    struct test_command command = {.worst = EXIT_OK};
    const char *colour = "auto", *chaos = NULL;
    const struct option_row rows[] = {
        {.name = "filter",
         .letter = 'k',
         .argument = "TEXT",
         .help = "only scenarios with TEXT in their name or path",
         .value = &command.filter},
        {.name = "list", .help = "print what would run", .flag = &command.list},
        {.name = "json", .help = "one JSON object a line", .flag = &command.json},
        {.name = "quiet",
         .letter = 'q',
         .help = "failures and totals only",
         .flag = &command.quiet},
        CHAOS_OPTION(&chaos),
        {.name = "color", .argument = "WHEN", .help = "auto, always or never", .value = &colour},
        {0},
    };
    int operands;
    enum parse_result parsed = options_parse(argc, argv, rows, &help, &operands);
    if (parsed != PARSE_OK)
        return parsed == PARSE_HELP ? EXIT_OK : EXIT_USAGE;
    enum colour_when when;
    if (!colour_parse(colour, &when))
        return usage_error("test", "--color is auto, always or never, not '%s'", colour);
    if (!parse_chaos("test", chaos, &command.chaos))
        return EXIT_USAGE;
    command.colour = colour_wanted(stdout, when);

    static const char *const default_paths[] = {DEFAULT_FOLDER};
    struct arena *arena = arena_new();
    enum exit_status status = operands
                                  ? test_paths(&command, arena, operands, (const char *const *)argv)
                                  : test_paths(&command, arena, 1, default_paths);
    arena_free(arena);
    return status;
}
