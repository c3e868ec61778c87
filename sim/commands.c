/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/commands.h"

#include <stdio.h>
#include <string.h>

#include "sim/cmd.h"
#include "sim/options.h"
#include "sim/scenario/text.h"

#define DESCRIBE_SIZE 64

const struct command commands[] = {
    {"run", cmd_run, "run scenarios and tell what happened"},
    {"check", cmd_check, "parse and validate scenarios only"},
    {"test", cmd_test, "run all scenarios below a folder against their expectations"},
    {"report", cmd_report, "a run as a page for a browser; results of shards as one"},
    {"conform", cmd_conform, "run recorded behaviour of the real thing against the models"},
    {"fuzz", cmd_fuzz, "play random hostile hosts against realms"},
    {"trace", cmd_trace, "run a scenario and write its events, in one of many formats"},
    {"diff", cmd_diff, "where two runs or traces part"},
    {"import", cmd_import, "a real kernel's trace, and what the modelled KVM does with each exit"},
    {"esr", cmd_esr, "decode a syndrome"},
    {"insn", cmd_insn, "what an instruction's access to a device gives, and who can emulate it"},
    {"explain", cmd_explain, "tell one trap of a scenario, or what an error code means"},
    {"cycles", cmd_cycles, "where the cycles of a run went, and what a change would save"},
    {"validate", cmd_validate, "the cycle model beside published measurements"},
    {"init", cmd_init, "write a first scenario, with comments"},
    {"fmt", cmd_fmt, "put a scenario into its canonical layout"},
    {"extract", cmd_extract, "one cell of a matrix, or one case, as a scenario of its own"},
    {"list", cmd_list, "events, costs, profiles, features, kernels, keys, errors, devices"},
    {"config", cmd_config, "the settings in effect, and where they come from"},
    {"completion", cmd_completion, "print the completion script of a shell"},
    {"schema", cmd_schema, "print the JSON Schema of scenario files"},
    {"version", cmd_version, "print versions"},
    {"help", cmd_help, "print the list of commands, or the help of one"},
    {0},
};

const struct command *command_find(const char *name)
{
    for (const struct command *command = commands; command->name; command++)
        if (strcmp(command->name, name) == 0)
            return command;
    return NULL;
}

int command_unknown(const char *name)
{
    struct text_nearest nearest = {.wanted = name};
    for (const struct command *command = commands; command->name; command++)
        text_nearest_offer(&nearest, command->name);
    if (nearest.best)
        return usage_error(NULL, "unknown command '%s' (did you mean '%s'?)", name, nearest.best);
    return usage_error(NULL, "unknown command '%s'", name);
}

int command_describe(const struct command *command, const char *format)
{
    char name[DESCRIBE_SIZE], option[DESCRIBE_SIZE];
    snprintf(name, sizeof(name), "%s", command->name);
    snprintf(option, sizeof(option), "--help=%s", format);
    char *argv[] = {name, option, NULL};
    return command->run(2, argv);
}
