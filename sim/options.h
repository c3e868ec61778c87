/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Command lines. Each command has one table of options; parsing, `--help`, the suggestions for a
 * mistyped option, shell completion, the manual and the list of settings all come from it. Options
 * stand before or after operands; `--` ends them; `-` is an operand; `--name=value` and
 * `--name value`; `--no-name` takes a flag back; the last one counts.
 */
#ifndef SIM_OPTIONS_H
#define SIM_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct option_row {
    const char *name;     /* without dashes; NULL ends the table */
    char letter;          /* '\0': none */
    const char *argument; /* its name in the help; NULL: a flag */
    const char *help;
    const char **value; /* where the argument goes; what is there before is the default */
    bool *flag;         /* or where true goes */
};

struct command_help {
    const char *usage;    /* "sim run FILE... [options]" */
    const char *about;    /* a sentence */
    const char *epilogue; /* examples, exit statuses; may be NULL */
};

/*
 * A word that starts with one of these says where the next word, an option, comes from (the rest of
 * it: "sim.yaml:3:5"): a setting, not the command line. Its option may be a flag with a value,
 * `--json=false`. SETTING_FOR_ALL: the command need not have the option.
 */
#define SETTING_FOR_ONE '\001'
#define SETTING_FOR_ALL '\002'

enum parse_result { PARSE_OK, PARSE_HELP, PARSE_ERROR };

/*
 * Parses argv[1..). Operands are moved to the front of argv and counted in *operands (argv[0] is
 * the first of them). PARSE_HELP: --help was given and the help is printed to stdout, the caller
 * returns 0. PARSE_ERROR: a message is printed to stderr, the caller returns 2. `--help=FORMAT`
 * prints the table in another form (options_print.h).
 */
enum parse_result options_parse(int argc, char **argv, const struct option_row *rows,
                                const struct command_help *help, int *operands);

/*
 * The argument of --chaos: a number other than 0, decimal or 0x. False, with a message by
 * usage_error, if text is none; NULL is no seed: 0.
 */
bool parse_chaos(const char *command, const char *text, uint64_t *seed);

#define CHAOS_OPTION(value_)                                                                       \
    {                                                                                              \
        .name = "chaos", .argument = "SEED",                                                       \
        .help = "throw cached translations away at random; changes no result", .value = (value_)   \
    }

#define CELL_OPTION(value_)                                                                        \
    {                                                                                              \
        .name = "cell", .argument = "AXIS=VALUE,...",                                              \
        .help = "of a scenario with a matrix: the cells with these values", .value = (value_)      \
    }

/* What a scenario's machine.kernel, .rmm, .profile and .timing are replaced by; NULL: nothing. */
struct machine_choice {
    const char *kernel, *rmm, *profile, *timing;
};

#define MACHINE_OPTIONS(choice_)                                                                   \
    {.name = "kernel",                                                                             \
     .argument = "KERNEL",                                                                         \
     .help = "run under this one, not the scenario's",                                             \
     .value = &(choice_)->kernel},                                                                 \
        {.name = "rmm",                                                                            \
         .argument = "RMM",                                                                        \
         .help = "a realm's: eac, 1.0 or 2.0, not the scenario's",                                 \
         .value = &(choice_)->rmm},                                                                \
        {.name = "profile",                                                                        \
         .argument = "PROFILE",                                                                    \
         .help = "cycle costs: a name, or a YAML file",                                            \
         .value = &(choice_)->profile},                                                            \
    {                                                                                              \
        .name = "timing", .argument = "TIMING",                                                    \
        .help = "of the guest's core: flat, core or detailed", .value = &(choice_)->timing         \
    }

/* The help in other forms than text, for command_describe. */
#define HELP_AS_TEXT "text"

/* One line "sim: MESSAGE; see `sim help COMMAND`" on stderr; returns exit status 2. */
int usage_error(const char *command, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
