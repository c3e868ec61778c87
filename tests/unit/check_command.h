/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One of sim's commands run in a process of its own, and what it says. */
#ifndef TESTS_UNIT_CHECK_COMMAND_H
#define TESTS_UNIT_CHECK_COMMAND_H

#define CHECK_MAX_ARGUMENTS 4
#define CHECK_MAX_OUTPUT (512 * 1024) /* what is longer is cut */

struct check_said {
    char out[CHECK_MAX_OUTPUT], err[CHECK_MAX_OUTPUT];
};

/*
 * Runs command (cmd_explain, ...) as `sim NAME ARGUMENTS`: the arguments end with NULL, or are
 * CHECK_MAX_ARGUMENTS. Its exit status; a test that fails when it has none.
 */
int check_command(int (*command)(int argc, char **argv), const char *name,
                  const char *const *arguments, struct check_said *said);

#endif
