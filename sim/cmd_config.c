/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim config: the settings in effect, and where each comes from. */
#include <string.h>

#include "sim/cmd.h"
#include "sim/commands.h"
#include "sim/options.h"
#include "sim/report/json_writer.h"
#include "sim/report/report.h"
#include "sim/report/verdict.h"
#include "sim/settings.h"

static const struct command_help help = {
    .usage = "sim config [COMMAND...] [options]",
    .about =
        "Prints the value that each option of a command has when the command line does not give\n"
        "it. From weak to strong: built-in; sim.yaml, the nearest one from the current folder\n"
        "upwards; SIM_* variables; the command line.",
    .epilogue = "sim.yaml:                     the same as variables:\n"
                "  all: {color: never}           SIM_COLOR=never\n"
                "  test: {jobs: 2, slowest: 5}   SIM_TEST_JOBS=2 SIM_TEST_SLOWEST=5\n"
                "  run: {verbose: true}          SIM_RUN_VERBOSE=true\n"
                "SIM_CONFIG=FILE reads another file than sim.yaml; SIM_CONFIG= reads none.\n"
                "\n"
                "examples:\n"
                "  sim config test --show-origin\n"
                "  SIM_TEST_JOBS=1 sim config --json | jq 'select(.origin != \"built-in\")'\n"
                "\n"
                "exit status: 0 printed; 2 wrong usage, or a mistake in a setting\n",
};

static int print_command(const struct command *command, const struct settings *settings,
                         struct arena *arena, const char *form)
{
    char *name = arena_copy(arena, command->name, strlen(command->name));
    char *argv[] = {name, arena_printf(arena, "--help=%s", form), NULL};
    int count;
    char **words = settings_words(arena, settings, command->name, 2, argv, &count);
    return command->run(count, words);
}

static void print_header(const struct settings *settings)
{
    struct json json;
    json_begin(&json, stdout, false);
    json_object_begin(&json);
    json_member_string(&json, "type", "header");
    json_member_uint(&json, "schema", REPORT_SCHEMA);
    json_member_string(&json, "file", settings->path);
    json_object_end(&json);
    json_end(&json);
}

static bool is_wanted(const struct command *command, int count, char **names)
{
    for (int i = 0; i < count; i++)
        if (strcmp(names[i], command->name) == 0)
            return true;
    return count == 0;
}

int cmd_config(int argc, char **argv)
{
    bool origin = false, json = false;
    const struct option_row rows[] = {
        {.name = "show-origin", .help = "also where the value is from", .flag = &origin},
        {.name = "json", .help = "one JSON object a line", .flag = &json},
        {0},
    };
    int operands, status = EXIT_OK;
    enum parse_result parsed = options_parse(argc, argv, rows, &help, &operands);
    if (parsed != PARSE_OK)
        return parsed == PARSE_HELP ? EXIT_OK : EXIT_USAGE;
    for (int i = 0; i < operands; i++)
        if (!command_find(argv[i]))
            return command_unknown(argv[i]);

    struct arena *arena = arena_new();
    struct settings settings;
    const char *form = json ? "settings-json" : origin ? "settings-origin" : "settings";
    bool loaded = settings_load(arena, &settings);
    if (loaded && json)
        print_header(&settings);
    for (const struct command *command = commands; loaded && command->name; command++)
        if (is_wanted(command, operands, argv) &&
            print_command(command, &settings, arena, form) != EXIT_OK)
            status = EXIT_USAGE;
    arena_free(arena);
    return loaded ? status : EXIT_USAGE;
}
