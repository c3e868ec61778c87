/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/options.h"

#include <stdarg.h>
#include <string.h>

#include "sim/options_print.h"
#include "sim/scenario/text.h"

#define MAX_OPTIONS 64 /* of a command, whose origins are kept */
#define COMMAND_LINE "command line"
#define NEGATION "no-"

int usage_error(const char *command, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("sim: ", stderr);
    vfprintf(stderr, format, args);
    va_end(args);
    if (command)
        fprintf(stderr, "; see `sim help %s`\n", command);
    else
        fputs("; see `sim help`\n", stderr);
    return 2;
}

/* Second word of the usage line: the command's name. */
static const char *command_name(const struct command_help *help, char *name, size_t size)
{
    const char *start = strchr(help->usage, ' ');
    start = start ? start + 1 : help->usage;
    snprintf(name, size, "%.*s", (int)strcspn(start, " "), start);
    return name;
}

static const struct option_row *find_name(const struct option_row *rows, const char *name,
                                          size_t length)
{
    for (; rows->name; rows++)
        if (strncmp(rows->name, name, length) == 0 && rows->name[length] == '\0')
            return rows;
    return NULL;
}

static const struct option_row *find_letter(const struct option_row *rows, char letter)
{
    for (; rows->name; rows++)
        if (rows->letter == letter)
            return rows;
    return NULL;
}

struct parser {
    int argc, next;
    char **argv;
    const struct option_row *rows;
    const char *command;
    const char *origin;               /* of the next word, a setting; NULL: the command line */
    bool for_all;                     /* ... which the command need not know */
    const char *origins[MAX_OPTIONS]; /* of what each row's value is; NULL: the default */
};

/* A mistake, told with the place of the setting if it is in one. */
static enum parse_result mistake(const struct parser *parser, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static enum parse_result mistake(const struct parser *parser, const char *format, ...)
{
    char text[256];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (parser->origin)
        usage_error(parser->command, "%s: %s", parser->origin, text);
    else
        usage_error(parser->command, "%s", text);
    return PARSE_ERROR;
}

static enum parse_result unknown(const struct parser *parser, const char *text)
{
    char name[64];
    snprintf(name, sizeof(name), "%.*s", (int)strcspn(text + 2, "="), text + 2);
    struct text_nearest nearest = {.wanted = name};
    if (parser->for_all)
        return PARSE_OK;
    if (text[1] == '-')
        for (const struct option_row *row = parser->rows; row->name; row++)
            text_nearest_offer(&nearest, row->name);
    if (nearest.best)
        return mistake(parser, "unknown option '%.64s' (did you mean '--%s'?)", text, nearest.best);
    return mistake(parser, "unknown option '%.64s'", text);
}

static void keep_origin(struct parser *parser, const struct option_row *row)
{
    if (row - parser->rows < MAX_OPTIONS)
        parser->origins[row - parser->rows] = parser->origin ? parser->origin : COMMAND_LINE;
}

static enum parse_result take_flag(struct parser *parser, const struct option_row *row,
                                   const char *inline_value)
{
    bool is_setting = parser->origin != NULL;
    if (inline_value && is_setting && strcmp(inline_value, "false") == 0)
        *row->flag = false;
    else if (!inline_value || (is_setting && strcmp(inline_value, "true") == 0))
        *row->flag = true;
    else if (is_setting)
        return mistake(parser, "'%s' is true or false, not '%.64s'", row->name, inline_value);
    else
        return mistake(parser, "option '--%s' takes no value", row->name);
    keep_origin(parser, row);
    return PARSE_OK;
}

/* Stores the option's value; inline_value is what stands behind = or the letter, or NULL. */
static enum parse_result take(struct parser *parser, const struct option_row *row,
                              const char *inline_value)
{
    if (!row->argument)
        return take_flag(parser, row, inline_value);
    if (!inline_value && parser->next == parser->argc)
        return mistake(parser, "option '--%s' needs a value: %s", row->name, row->argument);
    *row->value = inline_value ? inline_value : parser->argv[parser->next++];
    keep_origin(parser, row);
    return PARSE_OK;
}

/* The flag that --no-NAME takes back, or NULL. */
static const struct option_row *find_negated(const struct option_row *rows, const char *name,
                                             size_t length)
{
    size_t skip = strlen(NEGATION);
    if (length <= skip || strncmp(name, NEGATION, skip) != 0)
        return NULL;
    const struct option_row *row = find_name(rows, name + skip, length - skip);
    return row && !row->argument ? row : NULL;
}

static enum parse_result long_option(struct parser *parser, const char *text)
{
    const char *name = text + 2, *equals = strchr(name, '=');
    size_t length = equals ? (size_t)(equals - name) : strlen(name);
    const struct option_row *row = find_name(parser->rows, name, length);
    if (row)
        return take(parser, row, equals ? equals + 1 : NULL);
    row = equals ? NULL : find_negated(parser->rows, name, length);
    if (!row)
        return unknown(parser, text);
    *row->flag = false;
    keep_origin(parser, row);
    return PARSE_OK;
}

static enum parse_result short_options(struct parser *parser, const char *text)
{
    for (const char *letter = text + 1; *letter; letter++) {
        const struct option_row *row = find_letter(parser->rows, *letter);
        if (!row)
            return unknown(parser, text);
        if (row->argument)
            return take(parser, row, letter[1] ? letter + 1 : NULL);
        *row->flag = true;
        keep_origin(parser, row);
    }
    return PARSE_OK;
}

/* --help, or --help=FORMAT: prints it. */
static bool is_help(const struct parser *parser, const struct command_help *help, const char *text)
{
    static const char with_format[] = "--help=";
    struct option_table table = {.command = parser->command,
                                 .rows = parser->rows,
                                 .help = help,
                                 .origins = parser->origins,
                                 .origin_count = MAX_OPTIONS};
    if (parser->origin) /* a setting */
        return false;
    if (strcmp(text, "--help") == 0 || strcmp(text, "-h") == 0)
        return options_print(stdout, HELP_AS_TEXT, &table);
    return strncmp(text, with_format, strlen(with_format)) == 0 &&
           options_print(stdout, text + strlen(with_format), &table);
}

enum parse_result options_parse(int argc, char **argv, const struct option_row *rows,
                                const struct command_help *help, int *operands)
{
    char name[32];
    struct parser parser = {
        .argc = argc,
        .next = 1,
        .argv = argv,
        .rows = rows,
        .command = command_name(help, name, sizeof(name)),
    };
    bool only_operands = false;
    *operands = 0;
    while (parser.next < argc) {
        char *text = argv[parser.next++];
        enum parse_result result = PARSE_OK;
        if (!only_operands && (*text == SETTING_FOR_ONE || *text == SETTING_FOR_ALL)) {
            parser.origin = text + 1;
            parser.for_all = *text == SETTING_FOR_ALL;
            continue;
        }
        if (only_operands || text[0] != '-' || text[1] == '\0')
            argv[(*operands)++] = text;
        else if (strcmp(text, "--") == 0)
            only_operands = true;
        else if (is_help(&parser, help, text))
            return PARSE_HELP;
        else
            result = text[1] == '-' ? long_option(&parser, text) : short_options(&parser, text);
        if (result != PARSE_OK)
            return result;
        parser.origin = NULL;
        parser.for_all = false;
    }
    return PARSE_OK;
}

bool parse_chaos(const char *command, const char *text, uint64_t *seed)
{
    *seed = 0;
    if (!text || (number_parse(text, strlen(text), seed) == NUMBER_OK && *seed))
        return true;
    usage_error(command, "--chaos takes a number other than 0, not '%s'", text);
    return false;
}
