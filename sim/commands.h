/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of subcommands: dispatch, help, completion and the manual are made from it. */
#ifndef SIM_COMMANDS_H
#define SIM_COMMANDS_H

#include <stddef.h>

enum command_group { GROUP_RUN, GROUP_TRACE, GROUP_LOOK_UP, GROUP_WRITE, GROUP_MODEL, GROUP_TOOL };

struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *help; /* one line */
    enum command_group group;
};

/* "run scenarios and see why": the heading of a group; NULL after the last one. */
const char *command_group_title(size_t group);

/* In the order of the help; a command of no name ends it. */
extern const struct command commands[];

/* NULL: there is none of that name. */
const struct command *command_find(const char *name);
/* One line with the nearest name, on stderr; returns the exit status of wrong usage. */
int command_unknown(const char *name);
/*
 * Calls the command with `--help=FORMAT`: its options in another form, see options_print.h. Returns
 * what the command returns.
 */
int command_describe(const struct command *command, const char *format);

#endif
