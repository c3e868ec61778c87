/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the words of the shell to a command, with the settings that stand below the command line. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "sim/cmd.h"
#include "sim/commands.h"
#include "sim/options.h"
#include "sim/report/verdict.h"
#include "sim/settings.h"

static int run_command(const struct command *command, int argc, char **argv)
{
    struct arena *arena = arena_new();
    struct settings settings;
    int status = EXIT_USAGE;
    if (settings_load(arena, &settings)) {
        char **words = settings_words(arena, &settings, command->name, argc, argv, &argc);
        status = command->run(argc, words);
    }
    arena_free(arena);
    return status;
}

static int dispatch(int argc, char **argv)
{
    if (argc < 2) {
        commands_print(stderr);
        return EXIT_USAGE;
    }
    const char *name = argv[1];
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
        commands_print(stdout);
        return EXIT_OK;
    }
    if (strcmp(name, "__complete") == 0)
        return cmd_complete(argc - 1, argv + 1);
    if (strcmp(name, "__man") == 0)
        return cmd_man(argc - 1, argv + 1);
    if (strcmp(name, "--version") == 0)
        name = "version";
    else if (name[0] == '-')
        return usage_error(NULL, "options stand behind the command: '%s'", name);
    const struct command *command = command_find(name);
    return command ? run_command(command, argc - 1, argv + 1) : command_unknown(name);
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
