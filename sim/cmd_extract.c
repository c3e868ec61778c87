/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim extract: a cell of a matrix, or a case of a file of cases, as a scenario of its own. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/cmd.h"
#include "sim/options.h"
#include "sim/report/json_writer.h"
#include "sim/report/report.h"
#include "sim/report/verdict.h"
#include "sim/scenario/file.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/text.h"
#include "sim/schema_file.h"

static const struct command_help help = {
    .usage = "sim extract FILE [options]",
    .about =
        "Writes one cell of a matrix, or one case of a file of cases, as a scenario of its own "
        "that\n"
        "does the same: axes, variables and includes have their values, what holds in other cells\n"
        "only is gone. Without a matrix: the scenario itself. A golden trace stays where it is.",
    .epilogue =
        "examples:\n"
        "  sim extract --cell case=17 loads.yaml -o load-17.yaml\n"
        "  sim extract --cell kernel=linux-7.2,store=strb stores.yaml | less\n"
        "\n"
        "exit status: 0 written; 2 wrong usage, an invalid scenario, no such cell, or OUT exists\n"
        "or cannot be written; 77 there is neither an assembler nor cached code\n",
};

struct extract_command {
    const char *cell, *out;
    bool force, json;
};

/* The one cell that is meant; false after a message. */
static bool choose(struct scenario_file *file, const char *path, const char *text, size_t *cell)
{
    const size_t *cells;
    char error[256];
    size_t count = scenario_file_choose(file, text, &cells, error, sizeof(error));
    if (count == 0)
        usage_error("extract", "%s: %s", path, error);
    else if (count > 1)
        usage_error("extract", "%s has %zu cells%s: choose one, as with --cell '%s'", path, count,
                    text ? " like that" : "", scenario_file_cell_name(file, cells[0]));
    *cell = count ? cells[0] : 0;
    return count == 1;
}

static char *head_of(struct arena *arena, const char *path, const char *cell, const char *out)
{
    const char *schema = schema_file_find(arena, out ? out : "-");
    return arena_printf(arena, "# %s%s%s, by sim extract.\n%s%s%s", path, *cell ? ", cell " : "",
                        cell, schema ? "# yaml-language-server: $schema=" : "",
                        schema ? schema : "", schema ? "\n" : "");
}

/* It is loaded once, which also writes its cached code. */
static int put_file(struct arena *arena, const char *path, const char *text)
{
    const struct diag_options human = {.out = stderr, .format = DIAG_HUMAN};
    errno = 0;
    if (!file_replace(arena, path, text, strlen(text))) {
        fprintf(stderr, "%s: error: cannot be written: %s\n", path,
                errno ? strerror(errno) : "no such folder");
        return EXIT_USAGE;
    }
    const struct scenario_load_options load = {.diag = &human, .code_cache = CODE_CACHE_UPDATE};
    int status = EXIT_OK;
    struct scenario *scenario = scenario_load_with(path, &load, &status);
    scenario_free(scenario);
    return scenario ? EXIT_OK : status;
}

static void tell_json(const char *path, const char *cell, const char *out, const char *text)
{
    struct json json;
    json_begin(&json, stdout, true);
    json_object_begin(&json);
    json_member_string(&json, "type", "scenario");
    json_member_uint(&json, "schema", REPORT_SCHEMA);
    json_member_string(&json, "file", path);
    json_member_string(&json, "cell", *cell ? cell : NULL);
    json_member_string(&json, "out", out);
    json_member_string(&json, "text", text);
    json_object_end(&json);
    json_end(&json);
}

static int extract(struct arena *arena, const struct extract_command *command, const char *path,
                   const struct scenario_file *file, size_t cell)
{
    const struct diag_options human = {.out = stderr, .format = DIAG_HUMAN};
    const struct scenario_load_options load = {.diag = &human, .code_cache = CODE_CACHE_KEEP};
    const char *name = scenario_file_cell_name(file, cell);
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return EXIT_INTERNAL;
    fputs(head_of(arena, path, name, command->out), out);
    int status = scenario_file_extract(file, cell, &load, command->out, out);
    if (fclose(out) != 0)
        status = EXIT_INTERNAL;
    if (status == EXIT_OK && command->out)
        status = put_file(arena, command->out, text);
    if (status == EXIT_OK && command->json)
        tell_json(path, name, command->out, text);
    else if (status == EXIT_OK && !command->out)
        fputs(text, stdout);
    free(text);
    return status;
}

int cmd_extract(int argc, char **argv)
{
    const struct diag_options human = {.out = stderr, .format = DIAG_HUMAN};
    struct extract_command command = {0};
    const struct option_row rows[] = {
        CELL_OPTION(&command.cell),
        {.name = "out",
         .letter = 'o',
         .argument = "OUT",
         .help = "write to OUT, with its cached code beside it",
         .value = &command.out},
        {.name = "force", .help = "even if OUT exists", .flag = &command.force},
        {.name = "json", .help = "one JSON document", .flag = &command.json},
        {0},
    };
    int operands, status = EXIT_USAGE;
    size_t cell;
    enum parse_result parsed = options_parse(argc, argv, rows, &help, &operands);
    if (parsed != PARSE_OK)
        return parsed == PARSE_HELP ? EXIT_OK : EXIT_USAGE;
    if (operands != 1)
        return usage_error("extract", operands ? "extract takes one FILE" : "no FILE is given");
    if (command.out && strcmp(command.out, "-") == 0)
        command.out = NULL;
    if (command.out && !command.force && access(command.out, F_OK) == 0) {
        fprintf(stderr, "%s: error: exists, and is not overwritten without --force\n", command.out);
        return EXIT_USAGE;
    }
    struct scenario_file *file = scenario_file_open(argv[0], &human);
    struct arena *arena = arena_new();
    if (file && choose(file, argv[0], command.cell, &cell))
        status = extract(arena, &command, argv[0], file, cell);
    arena_free(arena);
    scenario_file_free(file);
    return status;
}
