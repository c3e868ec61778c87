/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of subcommands. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "sim/cmd.h"
#include "sim/options.h"
#include "sim/report/verdict.h"
#include "sim/scenario/text.h"

struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *help;
};

static int cmd_help(int argc, char **argv);

static const struct command commands[] = {
    {"run", cmd_run, "run scenarios and tell what happened"},
    {"check", cmd_check, "parse and validate scenarios only"},
    {"test", cmd_test, "run all scenarios below a folder against their expectations"},
    {"conform", cmd_conform, "run recorded behaviour of the real thing against the models"},
    {"fuzz", cmd_fuzz, "play random hostile hosts against realms"},
    {"trace", cmd_trace, "run a scenario and write its events, in one of many formats"},
    {"report", cmd_report, "a run as a page for a browser"},
    {"diff", cmd_diff, "where two runs or traces part"},
    {"esr", cmd_esr, "decode a syndrome"},
    {"insn", cmd_insn, "what an instruction's access to a device gives, and who can emulate it"},
    {"explain", cmd_explain, "tell one trap of a scenario from beginning to end"},
    {"schema", cmd_schema, "print the JSON Schema of scenario files"},
    {"version", cmd_version, "print versions"},
    {"help", cmd_help, "print this text, or the help of a command"},
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static void print_help(FILE *out)
{
    fputs("usage: sim COMMAND [options]\n\n"
          "Simulates the arm64 trap path: guest, RMM, EL3, KVM and VMM, in cycles.\n\n"
          "commands:\n",
          out);
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        fprintf(out, "  %-10s%s\n", commands[i].name, commands[i].help);
    fputs("\n`sim help COMMAND` tells more. A first step: sim run scenarios/FILE.yaml\n", out);
}

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

static int unknown_command(const char *name)
{
    struct text_nearest nearest = {.wanted = name};
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        text_nearest_offer(&nearest, commands[i].name);
    if (nearest.best)
        return usage_error(NULL, "unknown command '%s' (did you mean '%s'?)", name, nearest.best);
    return usage_error(NULL, "unknown command '%s'", name);
}

static int cmd_help(int argc, char **argv)
{
    if (argc < 2 || strcmp(argv[1], "help") == 0 || argv[1][0] == '-') {
        print_help(stdout);
        return EXIT_OK;
    }
    const struct command *command = find_command(argv[1]);
    if (!command)
        return unknown_command(argv[1]);
    char option[] = "--help";
    char *help_argv[] = {argv[1], option, NULL};
    return command->run(2, help_argv);
}

static int dispatch(int argc, char **argv)
{
    if (argc < 2) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    const char *name = argv[1];
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        name = "help";
    else if (strcmp(name, "--version") == 0)
        name = "version";
    else if (name[0] == '-')
        return usage_error(NULL, "options stand behind the command: '%s'", name);
    const struct command *command = find_command(name);
    return command ? command->run(argc - 1, argv + 1) : unknown_command(name);
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_DFL); /* a closed pipe ends the process without a word */
    int status = dispatch(argc, argv);
    errno = 0;
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "sim: standard output: %s\n", errno ? strerror(errno) : "write error");
        return EXIT_INTERNAL;
    }
    return status;
}
