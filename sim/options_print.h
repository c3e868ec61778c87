/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The options of a command in the forms that people, shells and the manual read. Each form is one
 * row of a table; `--help=FORMAT` of a command selects it (not for users: `sim completion`, `sim
 * config` and the build of the manual ask).
 */
#ifndef SIM_OPTIONS_PRINT_H
#define SIM_OPTIONS_PRINT_H

#include "sim/options.h"

struct option_table {
    const char *command;
    const struct option_row *rows; /* ended by a row without a name */
    const struct command_help *help;
    const char *const *origins; /* of the value of rows[i], i < origin_count; NULL: the default */
    size_t origin_count;
};

/*
 * Forms: text (--help), man (scdoc, a section), bash, zsh, fish (a part of the completion script),
 * settings, settings-origin, settings-json (the values as they are now). False: there is no such
 * form, nothing is printed.
 */
bool options_print(FILE *out, const char *format, const struct option_table *table);

#endif
