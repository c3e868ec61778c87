/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim init: a first scenario, with comments, that passes. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/cmd.h"
#include "sim/options.h"
#include "sim/report/json_writer.h"
#include "sim/report/report.h"
#include "sim/report/verdict.h"
#include "sim/scenario/code_cache.h"
#include "sim/scenario/file.h"
#include "sim/scenario/text.h"
#include "sim/schema_file.h"

#define DEFAULT_FILE "first.yaml"
#define PLACE_OF_PATH "THIS" /* in a template: the path of the file */

static const struct command_help help = {
    .usage = "sim init [FILE] [options]",
    .about = "Writes a scenario with comments to begin with (default: " DEFAULT_FILE "), and its\n"
             "assembled code beside it. It passes as it is. No file is ever overwritten.",
    .epilogue = "examples:\n"
                "  sim init && sim run " DEFAULT_FILE "\n"
                "  sim init --world cca scenarios/my-realm.yaml\n"
                "\n"
                "exit status: 0 written; 2 wrong usage, or FILE exists or cannot be written\n",
};

/* share/sim/init/NAME.yaml and .code.hex, as the build found them. */
static const struct template
{
    const char *world, *yaml, *code;
}
templates[] = {
    {
        "kvm-vhe",
#include "generated/init_vm_yaml.inc"
        ,
#include "generated/init_vm_code.inc"
    },
    {
        "cca",
#include "generated/init_realm_yaml.inc"
        ,
#include "generated/init_realm_code.inc"
    },
};

static const char *fill_in(struct arena *arena, const struct template *template, const char *file)
{
    const char *schema = schema_file_find(arena, file), *rest = template->yaml, *next;
    const char *text =
        schema ? arena_printf(arena, "# yaml-language-server: $schema=%s\n", schema) : "";
    while ((next = strstr(rest, PLACE_OF_PATH))) {
        text = arena_printf(arena, "%s%.*s%s", text, (int)(next - rest), rest, file);
        rest = next + strlen(PLACE_OF_PATH);
    }
    return arena_printf(arena, "%s%s", text, rest);
}

static int put_new(struct arena *arena, const char *path, const char *text)
{
    if (access(path, F_OK) == 0) {
        fprintf(stderr, "%s: error: exists, and is not overwritten\n", path);
        return EXIT_USAGE;
    }
    errno = 0;
    if (file_replace(arena, path, text, strlen(text)))
        return EXIT_OK;
    fprintf(stderr, "%s: error: cannot be written: %s\n", path, strerror(errno));
    return EXIT_USAGE;
}

static int write_scenario(struct arena *arena, const struct template *template, const char *file)
{
    const char *code = code_cache_path(arena, file, NULL);
    if (access(file, F_OK) != 0 && access(code, F_OK) == 0) {
        fprintf(stderr, "%s: error: exists, and is not overwritten\n", code);
        return EXIT_USAGE;
    }
    int status = put_new(arena, file, fill_in(arena, template, file));
    return status == EXIT_OK ? put_new(arena, code, template->code) : status;
}

static void tell_json(const char *file, const char *code)
{
    struct json json;
    json_begin(&json, stdout, true);
    json_object_begin(&json);
    json_member_string(&json, "type", "file");
    json_member_uint(&json, "schema", REPORT_SCHEMA);
    json_member_string(&json, "file", file);
    json_member_string(&json, "code", code);
    json_object_end(&json);
    json_end(&json);
}

int cmd_init(int argc, char **argv)
{
    const char *world = "kvm-vhe";
    bool quiet = false, json = false;
    const struct option_row rows[] = {
        {.name = "world",
         .argument = "WORLD",
         .help = "kvm-vhe, a plain VM (default), or cca, a realm",
         .value = &world},
        {.name = "quiet", .letter = 'q', .help = "do not tell what to do next", .flag = &quiet},
        {.name = "json", .help = "one JSON document", .flag = &json},
        {0},
    };
    int operands;
    enum parse_result parsed = options_parse(argc, argv, rows, &help, &operands);
    if (parsed != PARSE_OK)
        return parsed == PARSE_HELP ? EXIT_OK : EXIT_USAGE;
    if (operands > 1)
        return usage_error("init", "init writes one FILE, not %d", operands);
    const char *file = operands ? argv[0] : DEFAULT_FILE;
    for (size_t i = 0; i < sizeof(templates) / sizeof(templates[0]); i++) {
        if (strcmp(templates[i].world, world) != 0)
            continue;
        struct arena *arena = arena_new();
        int status = write_scenario(arena, &templates[i], file);
        if (status == EXIT_OK && json)
            tell_json(file, code_cache_path(arena, file, NULL));
        else if (status == EXIT_OK && !quiet)
            printf("%s is written; next: sim run %s\n", file, file);
        arena_free(arena);
        return status;
    }
    return usage_error("init", "--world is kvm-vhe or cca, not '%s'", world);
}
