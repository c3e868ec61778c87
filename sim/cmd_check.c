/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim check: read and validate scenarios, run nothing. */
#include <string.h>

#include "sim/cmd.h"
#include "sim/find_scenarios.h"
#include "sim/options.h"
#include "sim/report/json_writer.h"
#include "sim/report/report.h"
#include "sim/scenario/scenario.h"

static const struct command_help help = {
    .usage = "sim check PATH... [options]",
    .about = "Reads and validates scenarios without running them. PATH is a file, a folder with\n"
             "scenarios, or - for standard input; a suite.yaml is checked as far as it goes alone.",
    .epilogue =
        "examples:\n"
        "  sim check a.yaml\n"
        "  sim check --message-format=short scenarios\n"
        "\n"
        "exit status: 0 all are valid, with or without warnings; 2 one is not, or cannot be\n"
        "  read, or wrong usage; 77 one holds assembly that is not cached, and no assembler\n"
        "  is installed\n",
};

static bool format_by_name(const char *name, enum diag_format *format)
{
    static const char *const names[] = {
        [DIAG_HUMAN] = "human", [DIAG_SHORT] = "short", [DIAG_JSON] = "json"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(names[i], name) == 0) {
            *format = (enum diag_format)i;
            return true;
        }
    }
    return false;
}

enum check_output { CHECK_TEXT, CHECK_QUIET, CHECK_JSON };

static void print_header(void)
{
    struct json json;
    json_begin(&json, stdout, false);
    json_object_begin(&json);
    json_member_string(&json, "type", "header");
    json_member_uint(&json, "schema", REPORT_SCHEMA);
    json_object_end(&json);
    json_end(&json);
}

static void print_file(enum check_output output, const char *path, size_t cells, int status)
{
    struct json json;

    if (output == CHECK_TEXT && status == 0 && cells > 1)
        printf("%s: valid, %zu cells\n", path, cells);
    else if (output == CHECK_TEXT && status == 0)
        printf("%s: valid\n", path);
    if (output != CHECK_JSON)
        return;
    json_begin(&json, stdout, false);
    json_object_begin(&json);
    json_member_string(&json, "type", "file");
    json_member_string(&json, "file", path);
    json_member_uint(&json, "status", (uint64_t)status);
    json_member_uint(&json, "cells", cells);
    json_object_end(&json);
    json_end(&json);
}

static int check_file(const char *path, const struct scenario_load_options *options, size_t *cells)
{
    struct scenario_file *file;
    int status;

    *cells = 0;
    if (scenario_is_suite_file(path))
        return scenario_suite_file_check(path, options->diag);
    file = scenario_file_open(path, options->diag);
    if (!file)
        return SCENARIO_INVALID;
    status = scenario_file_check(file, options);
    *cells = scenario_file_cell_count(file);
    scenario_file_free(file);
    return status;
}

static int check_files(const struct scenario_list *files,
                       const struct scenario_load_options *options, enum check_output output)
{
    int worst = 0;

    for (size_t i = 0; i < files->count; i++) {
        size_t cells;
        int status = check_file(files->paths[i], options, &cells);

        print_file(output, files->paths[i], cells, status);
        if (status && worst != SCENARIO_INVALID)
            worst = status;
    }
    return worst;
}

int cmd_check(int argc, char **argv)
{
    struct diag_options diag = {.out = stderr, .format = DIAG_HUMAN};
    struct scenario_load_options options = {.diag = &diag, .code_cache = CODE_CACHE_UPDATE};
    struct machine_choice machine = {0};
    bool quiet = false, reassemble = false, json = false;
    const char *format = "human";
    const struct option_row rows[] = {
        {.name = "message-format",
         .argument = "FORMAT",
         .help = "human (default), short (a line each), json (as rustc)",
         .value = &format},
        {.name = "reassemble",
         .help = "assemble `asm:` again; cached code that differs is an error",
         .flag = &reassemble},
        MACHINE_OPTIONS(&machine),
        {.name = "werror", .help = "a warning is an error", .flag = &diag.strict},
        {.name = "quiet", .letter = 'q', .help = "print nothing about valid files", .flag = &quiet},
        {.name = "json",
         .help = "a JSON object for each file; mistakes as --message-format json",
         .flag = &json},
        {0},
    };
    int operands;
    enum parse_result parsed = options_parse(argc, argv, rows, &help, &operands);

    if (parsed != PARSE_OK)
        return parsed == PARSE_HELP ? 0 : SCENARIO_INVALID;
    options.kernel = machine.kernel;
    options.profile = machine.profile;
    options.timing = machine.timing;
    options.rmm = machine.rmm;
    if (!format_by_name(format, &diag.format))
        return usage_error("check", "unknown message format '%s': human, short, json", format);
    if (operands == 0)
        return usage_error("check", "no PATH is given");
    if (reassemble)
        options.code_cache = CODE_CACHE_VERIFY;
    if (json) {
        diag.format = DIAG_JSON;
        print_header();
    }
    struct arena *arena = arena_new();
    struct scenario_list files = {0};
    find_files(arena, argv, (size_t)operands, &files);
    int status = check_files(&files, &options,
                             json    ? CHECK_JSON
                             : quiet ? CHECK_QUIET
                                     : CHECK_TEXT);
    arena_free(arena);
    return status;
}
