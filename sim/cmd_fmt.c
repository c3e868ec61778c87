/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim fmt: scenarios in their canonical layout. */
#include <string.h>

#include "sim/cmd.h"
#include "sim/find_scenarios.h"
#include "sim/options.h"
#include "sim/report/json_writer.h"
#include "sim/report/report.h"
#include "sim/report/verdict.h"
#include "sim/scenario/file.h"
#include "sim/scenario/layout.h"

static const struct command_help help = {
    .usage = "sim fmt PATH... [options]",
    .about =
        "Puts scenarios into the canonical layout: sections in the order of `sim list keys`, no\n"
        "blanks at ends of lines, at most one empty line in a row, a newline at the end. Comments\n"
        "go with the line they stand above; the order inside a section is the author's. What a\n"
        "file means never changes: where that cannot be kept, the file is left as it is. PATH is "
        "a\n"
        "file, a folder with scenarios, or - (standard input to standard output).",
    .epilogue = "examples:\n"
                "  sim fmt a.yaml b.yaml\n"
                "  sim fmt --check scenarios    names those that would change\n"
                "  sim fmt - < a.yaml\n"
                "\n"
                "exit status: 0 done, or nothing to do; 1 --check: a file would change; 2 wrong\n"
                "usage, or a file that cannot be read, written or parsed\n",
};

struct fmt_command {
    bool check, json;
};

static void tell(const struct fmt_command *command, const char *path, const char *state)
{
    if (!command->json) {
        printf("%s: %s\n", path, state);
        return;
    }
    struct json json;
    json_begin(&json, stdout, false);
    json_object_begin(&json);
    json_member_string(&json, "type", "file");
    json_member_string(&json, "file", path);
    json_member_string(&json, "state", state);
    json_object_end(&json);
    json_end(&json);
}

static enum exit_status put(struct arena *arena, const char *path, const char *text)
{
    if (strcmp(path, "-") == 0)
        return fputs(text, stdout) < 0 ? EXIT_INTERNAL : EXIT_OK;
    if (file_replace(arena, path, text, strlen(text)))
        return EXIT_OK;
    fprintf(stderr, "%s: error: cannot be written\n", path);
    return EXIT_USAGE;
}

static enum exit_status format_file(const struct fmt_command *command, const char *path)
{
    const struct diag_options human = {.out = stderr, .format = DIAG_HUMAN};
    struct arena *arena = arena_new();
    struct layout layout = layout_canonical(arena, path, &human);
    enum exit_status status = EXIT_OK;
    if (!layout.text) {
        status = EXIT_USAGE;
    } else if (command->check) {
        status = layout.changed ? EXIT_FAILED : EXIT_OK;
        if (layout.changed || command->json)
            tell(command, path, layout.changed ? "would change" : "unchanged");
    } else {
        if (layout.changed || strcmp(path, "-") == 0)
            status = put(arena, path, layout.text);
        if (status == EXIT_OK && strcmp(path, "-") != 0 && (layout.changed || command->json))
            tell(command, path, layout.changed ? "changed" : "unchanged");
    }
    arena_free(arena);
    return status;
}

int cmd_fmt(int argc, char **argv)
{
    struct fmt_command command = {0};
    const struct option_row rows[] = {
        {.name = "check", .help = "change nothing, name what would", .flag = &command.check},
        {.name = "json", .help = "one JSON object a line", .flag = &command.json},
        {0},
    };
    int operands;
    enum parse_result parsed = options_parse(argc, argv, rows, &help, &operands);
    if (parsed != PARSE_OK)
        return parsed == PARSE_HELP ? EXIT_OK : EXIT_USAGE;
    if (operands == 0)
        return usage_error("fmt", "no PATH is given");
    if (command.json) {
        struct json json;
        json_begin(&json, stdout, false);
        json_object_begin(&json);
        json_member_string(&json, "type", "header");
        json_member_uint(&json, "schema", REPORT_SCHEMA);
        json_object_end(&json);
        json_end(&json);
    }
    struct arena *arena = arena_new();
    struct scenario_list files = {0};
    enum exit_status status = EXIT_OK;
    find_files(arena, argv, (size_t)operands, &files);
    for (size_t i = 0; i < files.count; i++)
        status = worse_status(status, format_file(&command, files.paths[i]));
    arena_free(arena);
    return (int)status;
}
