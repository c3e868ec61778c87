/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/commands.h"

#include <stdio.h>
#include <string.h>

#include "sim/cmd.h"
#include "sim/options.h"
#include "sim/scenario/text.h"

#define DESCRIBE_SIZE 64

const struct command commands[] = {
    {"run", cmd_run, "run scenarios and tell what happened", GROUP_RUN},
    {"explain", cmd_explain, "tell one trap of a scenario, or what an error code means", GROUP_RUN},
    {"test", cmd_test, "run all scenarios below a folder against their expectations", GROUP_RUN},
    {"check", cmd_check, "parse and validate scenarios only", GROUP_RUN},
    {"trace", cmd_trace, "run a scenario and write its events, in one of many formats",
     GROUP_TRACE},
    {"diff", cmd_diff, "where two runs or traces part", GROUP_TRACE},
    {"report", cmd_report, "a run as a page for a browser; results of shards as one", GROUP_TRACE},
    {"import", cmd_import, "a real kernel's trace, and what the modelled KVM does with each exit",
     GROUP_TRACE},
    {"esr", cmd_esr, "decode a syndrome", GROUP_LOOK_UP},
    {"insn", cmd_insn, "what an instruction's access to a device gives, and who can emulate it",
     GROUP_LOOK_UP},
    {"list", cmd_list, "events, costs, profiles, features, kernels, keys, errors, devices",
     GROUP_LOOK_UP},
    {"init", cmd_init, "write a first scenario, with comments", GROUP_WRITE},
    {"fmt", cmd_fmt, "put a scenario into its canonical layout", GROUP_WRITE},
    {"extract", cmd_extract, "one cell of a matrix, or one case, as a scenario of its own",
     GROUP_WRITE},
    {"schema", cmd_schema, "print the JSON Schema of scenario files", GROUP_WRITE},
    {"cycles", cmd_cycles, "where the cycles of a run went, and what a change would save",
     GROUP_MODEL},
    {"validate", cmd_validate, "the cycle model beside published measurements", GROUP_MODEL},
    {"conform", cmd_conform, "run recorded behaviour of the real thing against the models",
     GROUP_MODEL},
    {"fuzz", cmd_fuzz, "play random hostile hosts against realms", GROUP_MODEL},
    {"config", cmd_config, "the settings in effect, and where they come from", GROUP_TOOL},
    {"completion", cmd_completion, "print the completion script of a shell", GROUP_TOOL},
    {"version", cmd_version, "print versions", GROUP_TOOL},
    {"help", cmd_help, "print the list of commands, or the help of one", GROUP_TOOL},
    {0},
};

static const char *const group_titles[] = {
    [GROUP_RUN] = "run scenarios, and see why", [GROUP_TRACE] = "record, compare, show",
    [GROUP_LOOK_UP] = "look things up",         [GROUP_WRITE] = "write scenarios",
    [GROUP_MODEL] = "question the models",      [GROUP_TOOL] = "sim itself",
};

const char *command_group_title(size_t group)
{
    return group < sizeof(group_titles) / sizeof(group_titles[0]) ? group_titles[group] : NULL;
}

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
