/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/options.h"

#include <stdarg.h>
#include <string.h>

#include "sim/scenario/text.h"

#define HELP_COLUMN 32

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

static void print_help(const struct option_row *rows, const struct command_help *help)
{
    printf("usage: %s\n\n%s\n\noptions:\n", help->usage, help->about);
    for (; rows->name; rows++) {
        int used = rows->letter ? printf("  -%c, --%s", rows->letter, rows->name)
                                : printf("      --%s", rows->name);
        if (rows->argument)
            used += printf(" %s", rows->argument);
        if (used >= HELP_COLUMN)
            printf("\n%*s%s\n", HELP_COLUMN, "", rows->help);
        else
            printf("%*s%s\n", HELP_COLUMN - used, "", rows->help);
    }
    int used = printf("  -h, --help");
    printf("%*s%s\n", HELP_COLUMN - used, "", "this text");
    if (help->epilogue)
        printf("\n%s", help->epilogue);
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

static enum parse_result unknown(const struct option_row *rows, const char *command,
                                 const char *text)
{
    char name[64];
    snprintf(name, sizeof(name), "%.*s", (int)strcspn(text + 2, "="), text + 2);
    struct text_nearest nearest = {.wanted = name};
    if (text[1] == '-')
        for (; rows->name; rows++)
            text_nearest_offer(&nearest, rows->name);
    if (nearest.best)
        usage_error(command, "unknown option '%s' (did you mean '--%s'?)", text, nearest.best);
    else
        usage_error(command, "unknown option '%s'", text);
    return PARSE_ERROR;
}

struct parser {
    int argc, next;
    char **argv;
    const struct option_row *rows;
    const char *command;
};

/* Stores the option's value; inline_value is what stands behind = or the letter, or NULL. */
static enum parse_result take(struct parser *parser, const struct option_row *row,
                              const char *inline_value)
{
    if (!row->argument) {
        if (inline_value) {
            usage_error(parser->command, "option '--%s' takes no value", row->name);
            return PARSE_ERROR;
        }
        *row->flag = true;
        return PARSE_OK;
    }
    if (!inline_value && parser->next == parser->argc) {
        usage_error(parser->command, "option '--%s' needs a value: %s", row->name, row->argument);
        return PARSE_ERROR;
    }
    *row->value = inline_value ? inline_value : parser->argv[parser->next++];
    return PARSE_OK;
}

static enum parse_result long_option(struct parser *parser, const char *text)
{
    const char *name = text + 2, *equals = strchr(name, '=');
    size_t length = equals ? (size_t)(equals - name) : strlen(name);
    const struct option_row *row = find_name(parser->rows, name, length);
    if (!row)
        return unknown(parser->rows, parser->command, text);
    return take(parser, row, equals ? equals + 1 : NULL);
}

static enum parse_result short_options(struct parser *parser, const char *text)
{
    for (const char *letter = text + 1; *letter; letter++) {
        const struct option_row *row = find_letter(parser->rows, *letter);
        if (!row)
            return unknown(parser->rows, parser->command, text);
        if (row->argument)
            return take(parser, row, letter[1] ? letter + 1 : NULL);
        *row->flag = true;
    }
    return PARSE_OK;
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
        if (only_operands || text[0] != '-' || text[1] == '\0') {
            argv[(*operands)++] = text;
        } else if (strcmp(text, "--") == 0) {
            only_operands = true;
        } else if (strcmp(text, "--help") == 0 || strcmp(text, "-h") == 0) {
            print_help(rows, help);
            return PARSE_HELP;
        } else if (text[1] == '-') {
            result = long_option(&parser, text);
        } else {
            result = short_options(&parser, text);
        }
        if (result != PARSE_OK)
            return result;
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
