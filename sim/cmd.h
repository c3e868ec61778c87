/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The subcommands. argv[0] is the command's name; the result is the process's exit status
 * (sim/report/verdict.h: enum exit_status).
 */
#ifndef SIM_CMD_H
#define SIM_CMD_H

#include <stdio.h>

int cmd_run(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_test(int argc, char **argv);
int cmd_trace(int argc, char **argv);
int cmd_diff(int argc, char **argv);
int cmd_esr(int argc, char **argv);
int cmd_conform(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_import(int argc, char **argv);
int cmd_insn(int argc, char **argv);
int cmd_fuzz(int argc, char **argv);
int cmd_explain(int argc, char **argv);
int cmd_schema(int argc, char **argv);
int cmd_version(int argc, char **argv);
int cmd_init(int argc, char **argv);
int cmd_fmt(int argc, char **argv);
int cmd_extract(int argc, char **argv);
int cmd_list(int argc, char **argv);
int cmd_cycles(int argc, char **argv);
int cmd_validate(int argc, char **argv);
int cmd_config(int argc, char **argv);
int cmd_completion(int argc, char **argv);
int cmd_help(int argc, char **argv);

/* What the completion scripts ask: `sim __complete COMMAND [OPTION [PREFIX]]`, a word a line. */
int cmd_complete(int argc, char **argv);
/* What the build of the manual asks: `sim __man PAGE.scd`, the page with the tables filled in. */
int cmd_man(int argc, char **argv);
/* The list of commands: `sim help`, and `sim` alone. */
void commands_print(FILE *out);

#endif
