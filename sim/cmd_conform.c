/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim conform: recorded behaviour of the real thing, run against the models. */
#include <stdlib.h>
#include <string.h>

#include "sim/cmd.h"
#include "sim/conform/runner.h"
#include "sim/options.h"
#include "sim/report/verdict.h"
#include "sim/scenario/text.h"

#define DEFAULT_FAILURES "10"
#define ERROR_SIZE 1024
#define SKIPS_MAX ((size_t)1 << 20)

static const struct command_help help = {
    .usage = "sim conform FILE... [options]",
    .about =
        "Runs files of recorded behaviour, one JSON object a line, and compares the models'\n"
        "answers with everything a record gives. FILE is .jsonl or .jsonl.xz; - is standard "
        "input.\n"
        "Families: qemu-el2 (one guest instruction under a real EL2), linux-kvm (cases that real\n"
        "Linux KVM ran), rmm (functions and command sequences of the real RMM).",
    .epilogue =
        "example: sim conform tests/vectors/qemu-el2/*.jsonl.xz\n"
        "         sim conform FILE -k 'ldr_*/unmapped_l1' -v\n"
        "\n"
        "A record is left out only by its own marks or for a reason in the list of the program\n"
        "(tests/vectors/*/skips.txt); the report counts both.\n"
        "\n"
        "exit status: 0 all that was compared conforms; 1 a record does not; 2 a file cannot be\n"
        "  read or holds what is no record, or wrong usage; 5 no record was selected\n",
};

static char *read_all(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *text = file ? calloc(1, SKIPS_MAX + 1) : NULL;

    if (text && fread(text, 1, SKIPS_MAX, file) == 0 && ferror(file)) {
        free(text);
        text = NULL;
    }
    if (file)
        fclose(file);
    return text;
}

static bool load_reasons(const char *path, struct reasons *reasons)
{
    char error[ERROR_SIZE];
    char *text = path ? read_all(path) : NULL;
    bool ok = (!path || text) &&
              reasons_parse(reasons, text ? text : reasons_built_in(), error, sizeof(error));

    if (path && !text)
        snprintf(error, sizeof(error), "cannot be read");
    if (!ok)
        fprintf(stderr, "%s: error: %s\n", path ? path : "built-in list of reasons", error);
    free(text);
    return ok;
}

static int run_files(char **files, int count, const struct runner_options *options,
                     struct tally *tally, bool json)
{
    char error[ERROR_SIZE];
    bool ok = true;

    for (int i = 0; i < count && ok; i++)
        ok = runner_file(files[i], options, tally, error, sizeof(error));
    if (!options->trace && json)
        tally_print_json(stdout, tally);
    else if (!options->trace)
        tally_print(stdout, tally);
    if (!ok) {
        fflush(stdout);
        fprintf(stderr, "%s\n", error);
        return EXIT_USAGE;
    }
    if (tally->passed + tally->failed + tally->skipped + tally->traced == 0)
        return EXIT_NOTHING;
    return tally->failed ? EXIT_FAILED : EXIT_OK;
}

static bool parse_number(const char *text, unsigned long *number)
{
    uint64_t value;

    if (number_parse(text, strlen(text), &value) != NUMBER_OK || value > UINT32_MAX)
        return false;
    *number = (unsigned long)value;
    return true;
}

int cmd_conform(int argc, char **argv)
{
    const char *filter = NULL, *failures = DEFAULT_FAILURES, *line = "0", *skips = NULL,
               *chaos = NULL, *case_name = NULL, *format = NULL;
    bool json = false, verbose = false;
    const struct option_row rows[] = {
        {.name = "filter",
         .letter = 'k',
         .argument = "CLASS/CASE",
         .help = "only records whose class/case has this in it, or matches it (with * ? [)",
         .value = &filter},
        {.name = "case",
         .argument = "NAME",
         .help = "only the records whose case, or class/case, is this",
         .value = &case_name},
        {.name = "format",
         .argument = "FORMAT",
         .help = "ftrace: show the host kernel's trace of each record, compare nothing",
         .value = &format},
        {.name = "line", .argument = "N", .help = "only line N of each file", .value = &line},
        {.name = "failures",
         .argument = "N",
         .help = "show the first N failures (default " DEFAULT_FAILURES ")",
         .value = &failures},
        {.name = "skips",
         .argument = "FILE",
         .help = "listed reasons to use instead of the program's own",
         .value = &skips},
        CHAOS_OPTION(&chaos),
        {.name = "json", .help = "one JSON document", .flag = &json},
        {.name = "verbose", .letter = 'v', .help = "a line for each record", .flag = &verbose},
        {0},
    };
    struct runner_options options = {0};
    struct reasons reasons;
    struct tally tally = {0};
    unsigned long limit;
    int operands, status;
    enum parse_result parsed = options_parse(argc, argv, rows, &help, &operands);

    if (parsed != PARSE_OK)
        return parsed == PARSE_HELP ? EXIT_OK : EXIT_USAGE;
    if (operands == 0)
        return usage_error("conform", "no FILE is given");
    if (!parse_number(failures, &limit))
        return usage_error("conform", "--failures: '%s' is no number", failures);
    if (!parse_number(line, &options.line))
        return usage_error("conform", "--line: '%s' is no number", line);
    if (!parse_chaos("conform", chaos, &options.chaos))
        return EXIT_USAGE;
    if (format && strcmp(format, "ftrace") != 0)
        return usage_error("conform", "--format: '%s' is none; there is ftrace", format);
    if (!load_reasons(skips, &reasons))
        return EXIT_USAGE;
    tally.failure_limit = limit;
    options.filter = filter;
    options.case_name = case_name;
    options.trace = format ? stdout : NULL;
    options.reasons = &reasons;
    options.verbose = verbose ? (json ? stderr : stdout) : NULL;
    status = run_files(argv, operands, &options, &tally, json);
    tally_free(&tally);
    reasons_free(&reasons);
    return status;
}
