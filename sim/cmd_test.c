/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim test: runs all scenarios below a folder against their expectations. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/cmd.h"
#include "sim/options.h"
#include "sim/report/style.h"
#include "sim/scenario/file.h"
#include "sim/scenario/text.h"
#include "sim/suite/pool.h"
#include "sim/suite/suite.h"
#include "sim/suite/watch.h"

#define DEFAULT_FOLDER "scenarios"
#define DEFAULT_SECONDS 60
#define MAX_SECONDS 86400
#define MAX_REPEAT 1000000
#define CLEAR_SCREEN "\033[H\033[2J"

static const struct command_help help = {
    .usage = "sim test [PATH...] [options]",
    .about =
        "Runs every scenario in PATH (a file, or a folder with *.yaml; default: scenarios) and\n"
        "compares it with what it expects. Files without a top-level `sim:` are includes. Results\n"
        "stand in the order of the paths, whatever is ready first.",
    .epilogue =
        "examples:\n"
        "  sim test                 all scenarios, on all processors\n"
        "  sim test -k mmio -q      those with mmio in name or path; failures only\n"
        "  sim test --tag fast --junit results.xml\n"
        "  sim test --watch         again after each change, until Ctrl-C\n"
        "  sim test --chaos 7 --repeat 20   the same twenty times, whatever a TLB forgets\n"
        "  sim test --shard 2/4     the second quarter; tools/test_shards runs all of them\n"
        "\n"
        "exit status: 0 all passed, or failed as expected; 1 a failure or an unexpected\n"
        "pass; 2 wrong usage or an invalid scenario; 3 the simulator failed; 4 a limit was\n"
        "reached without a verdict; 5 nothing selected; 77 all skipped; 130 interrupted.\n",
};

/* The options as they stand on the command line. */
struct test_words {
    const char *jobs, *shard, *slowest, *timeout, *junit, *progress, *colour, *chaos, *cost,
        *repeat;
    bool json, tap, watch, update, update_missing;
};

/* A number of at most max; false after a message. NULL leaves *value as it is. */
static bool parse_count(const char *option, const char *text, uint64_t min, uint64_t max,
                        unsigned *value)
{
    uint64_t number;
    if (!text)
        return true;
    if (number_parse(text, strlen(text), &number) == NUMBER_OK && number >= min && number <= max) {
        *value = (unsigned)number;
        return true;
    }
    usage_error("test", "--%s takes a number from %u to %u, not '%s'", option, (unsigned)min,
                (unsigned)max, text);
    return false;
}

static bool parse_words(const struct test_words *words, struct suite_options *options)
{
    enum colour_when when;
    if (!colour_parse(words->colour, &when)) {
        usage_error("test", "--color is auto, always or never, not '%s'", words->colour);
        return false;
    }
    if (!progress_parse(words->progress, &options->progress)) {
        usage_error("test", "--progress is auto, always or never, not '%s'", words->progress);
        return false;
    }
    if (words->shard &&
        !shard_parse(words->shard, &options->selection.shard, &options->selection.shards)) {
        usage_error("test", "--shard is I/N with I from 1 to N, not '%s'", words->shard);
        return false;
    }
    if (words->json && words->tap) {
        usage_error("test", "--json and --tap are two formats of one output");
        return false;
    }
    options->golden = words->update           ? GOLDEN_UPDATE
                      : words->update_missing ? GOLDEN_UPDATE_MISSING
                                              : GOLDEN_COMPARE;
    if (words->cost && !cost_parse(words->cost, &options->selection.cost)) {
        usage_error("test", "--cost is fast, slow or all, not '%s'", words->cost);
        return false;
    }
    options->colour = colour_wanted(stdout, when);
    options->format = words->json ? SUITE_JSON : words->tap ? SUITE_TAP : SUITE_TEXT;
    return parse_count("jobs", words->jobs, 1, POOL_MAX_WORKERS, &options->workers) &&
           parse_count("repeat", words->repeat, 1, MAX_REPEAT, &options->repeat) &&
           parse_count("slowest", words->slowest, 0, 1000000, &options->slowest) &&
           parse_count("timeout", words->timeout, 0, MAX_SECONDS, &options->seconds) &&
           parse_chaos("test", words->chaos, &options->chaos);
}

struct paths {
    const char *const *list;
    size_t count;
};

/* Scenarios that are named one by one are all asked for, slow ones too. */
static bool all_are_files(const struct paths *paths)
{
    struct stat status;
    for (size_t i = 0; i < paths->count; i++)
        if (stat(paths->list[i], &status) == 0 && S_ISDIR(status.st_mode))
            return false;
    return true;
}

static bool find(struct arena *arena, const struct paths *paths, struct scenario_list *list)
{
    for (size_t i = 0; i < paths->count; i++) {
        int error = find_scenarios(arena, paths->list[i], list);
        if (error) {
            const char *near = error == ENOENT ? file_nearest(arena, paths->list[i]) : NULL;
            fprintf(stderr, "%s: error: cannot be read: %s%s%s%s\n", paths->list[i],
                    strerror(error), near ? " (did you mean '" : "", near ? near : "",
                    near ? "'?)" : "");
            return false;
        }
    }
    return true;
}

/* Opened before the first test runs: a wrong path is told at once. */
static bool open_junit(const char *path, struct suite_options *options)
{
    if (!path)
        return true;
    options->junit = fopen(path, "we");
    if (!options->junit)
        fprintf(stderr, "%s: error: cannot be written: %s\n", path, strerror(errno));
    return options->junit != NULL;
}

static int close_junit(const char *path, FILE *junit, int status)
{
    if (!junit)
        return status;
    bool good = !ferror(junit);
    if (fclose(junit) == 0 && good)
        return status;
    fprintf(stderr, "%s: error: not written in full\n", path);
    return EXIT_INTERNAL;
}

static int run_paths(const struct paths *paths, const char *junit, struct suite_options *options)
{
    struct scenario_list list = {0};
    struct arena *arena = arena_new();
    int status = EXIT_USAGE;
    if (find(arena, paths, &list) && open_junit(junit, options))
        status = close_junit(junit, options->junit, suite_run(&list, options));
    arena_free(arena);
    return status;
}

/* Until Ctrl-C: during a run the suite tells its part; between two it ends the process. */
static int watch_paths(const struct paths *paths, const char *junit, struct suite_options *options)
{
    options->quiet = true;
    for (;;) {
        struct watch *watch = watch_begin(paths->list, paths->count);
        int status = EXIT_USAGE;
        if (watch) {
            if (isatty(STDOUT_FILENO))
                fputs(CLEAR_SCREEN, stdout);
            status = run_paths(paths, junit, options);
            fflush(stdout);
        }
        bool again = watch && status <= EXIT_SKIPPED && watch_wait(watch, junit);
        int error = errno;
        watch_end(watch);
        if (again)
            continue;
        if (status <= EXIT_SKIPPED)
            fprintf(stderr, "sim: cannot watch: %s\n", strerror(error));
        return status <= EXIT_SKIPPED ? EXIT_USAGE : status;
    }
}

int cmd_test(int argc, char **argv)
{
    struct suite_options options = {.seconds = DEFAULT_SECONDS};
    struct test_words words = {.progress = "auto", .colour = "auto"};
    const struct option_row rows[] = {
        {.name = "filter",
         .letter = 'k',
         .argument = "TEXT",
         .help = "only scenarios with TEXT in their name or path; * ? [] make it a pattern",
         .value = &options.selection.filter},
        {.name = "tag",
         .argument = "TAG",
         .help = "only scenarios with that tag",
         .value = &options.selection.tag},
        {.name = "cell",
         .argument = "AXIS=VALUE,...",
         .help = "only cells of a matrix with these values",
         .value = &options.selection.cell},
        {.name = "cost",
         .argument = "COST",
         .help = "fast, slow or all (default: fast ones, and every one named by its file)",
         .value = &words.cost},
        {.name = "shard",
         .argument = "I/N",
         .help = "only every Nth test, from the Ith on",
         .value = &words.shard},
        {.name = "jobs",
         .letter = 'j',
         .argument = "N",
         .help = "so many at a time (default: as many as processors)",
         .value = &words.jobs},
        {.name = "timeout",
         .argument = "SECONDS",
         .help = "for each scenario (default 60; 0: none)",
         .value = &words.timeout},
        {.name = "repeat",
         .argument = "N",
         .help = "each N times; an error if it does not do the same each time",
         .value = &words.repeat},
        {.name = "watch",
         .help = "run again whenever a file below the PATHs changes",
         .flag = &words.watch},
        {.name = "fail-fast", .help = "stop at the first failure", .flag = &options.fail_fast},
        {.name = "list", .help = "print what would run", .flag = &options.list},
        {.name = "slowest",
         .argument = "N",
         .help = "tell the N that took longest",
         .value = &words.slowest},
        {.name = "junit",
         .argument = "FILE",
         .help = "write JUnit XML to FILE as well",
         .value = &words.junit},
        {.name = "tap", .help = "Test Anything Protocol, version 13", .flag = &words.tap},
        {.name = "json", .help = "one JSON object a line", .flag = &words.json},
        {.name = "quiet",
         .letter = 'q',
         .help = "failures and totals only",
         .flag = &options.quiet},
        MACHINE_OPTIONS(&options.machine),
        {.name = "update",
         .help = "keep the new golden traces of tests that differ in nothing else",
         .flag = &words.update},
        {.name = "update-missing",
         .help = "write golden traces that do not exist",
         .flag = &words.update_missing},
        CHAOS_OPTION(&words.chaos),
        {.name = "progress",
         .argument = "WHEN",
         .help = "auto (on a terminal, without CI), always or never",
         .value = &words.progress},
        {.name = "color",
         .argument = "WHEN",
         .help = "auto, always or never",
         .value = &words.colour},
        {0},
    };
    int operands;
    enum parse_result parsed = options_parse(argc, argv, rows, &help, &operands);
    if (parsed != PARSE_OK)
        return parsed == PARSE_HELP ? EXIT_OK : EXIT_USAGE;
    if (!parse_words(&words, &options))
        return EXIT_USAGE;

    static const char *const default_paths[] = {DEFAULT_FOLDER};
    const struct paths paths = {
        .list = operands ? (const char *const *)argv : default_paths,
        .count = operands ? (size_t)operands : 1,
    };
    if (!words.cost)
        options.selection.cost = all_are_files(&paths) ? COST_ALL : COST_FAST;
    return words.watch ? watch_paths(&paths, words.junit, &options)
                       : run_paths(&paths, words.junit, &options);
}
