/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/options_print.h"

#include <string.h>

#include "sim/report/json_writer.h"
#include "sim/scdoc.h"

#define HELP_COLUMN 32
#define NAME_COLUMN 28
#define VALUE_COLUMN 20

/* --- text ------------------------------------------------------------------------------------- */

static void print_text_row(FILE *out, const struct option_row *row)
{
    int used = row->letter ? fprintf(out, "  -%c, --%s", row->letter, row->name)
                           : fprintf(out, "      --%s", row->name);
    if (row->argument)
        used += fprintf(out, " %s", row->argument);
    if (used >= HELP_COLUMN)
        fprintf(out, "\n%*s%s\n", HELP_COLUMN, "", row->help);
    else
        fprintf(out, "%*s%s\n", HELP_COLUMN - used, "", row->help);
}

static void print_text(FILE *out, const struct option_table *table)
{
    static const struct option_row help_row = {.name = "help", .letter = 'h', .help = "this text"};
    fprintf(out, "usage: %s\n\n%s\n\noptions:\n", table->help->usage, table->help->about);
    for (const struct option_row *row = table->rows; row->name; row++)
        print_text_row(out, row);
    print_text_row(out, &help_row);
    if (table->help->epilogue)
        fprintf(out, "\n%s", table->help->epilogue);
}

/* --- the manual, as scdoc reads it --------------------------------------------------------------
 */

static void print_man(FILE *out, const struct option_table *table)
{
    fprintf(out, "## sim %s\n\n*", table->command);
    scdoc_text(out, table->help->usage);
    fputs("*\n\n", out);
    scdoc_text(out, table->help->about);
    fputs("\n\n", out);
    for (const struct option_row *row = table->rows; row->name; row++) {
        if (row->letter)
            fprintf(out, "*-%c*, ", row->letter);
        fprintf(out, "*--%s*", row->name);
        if (row->argument) {
            fputc(' ', out);
            scdoc_text(out, row->argument);
        }
        fputs("\n\t", out);
        scdoc_text(out, row->help);
        fputs("\n\n", out);
    }
    if (table->help->epilogue)
        fprintf(out, "```\n%s```\n\n", table->help->epilogue);
}

/* --- completion ---------------------------------------------------------------------------------
 */

static void print_bash(FILE *out, const struct option_table *table)
{
    fprintf(out, "    %s)\n        options='--help", table->command);
    for (const struct option_row *row = table->rows; row->name; row++)
        fprintf(out, " --%s", row->name);
    fputs("'\n        valued='", out);
    for (const struct option_row *row = table->rows; row->name; row++) {
        if (row->argument)
            fprintf(out, " --%s", row->name);
        if (row->argument && row->letter)
            fprintf(out, " -%c", row->letter);
    }
    fputs(" ' ;;\n", out);
}

/* Inside single quotes of a shell, with a backslash before each of the characters. */
static void put_escaped(FILE *out, const char *text, const char *characters)
{
    for (; *text; text++) {
        if (strchr(characters, *text))
            fputc('\\', out);
        if (*text == '\'')
            fputs("'\\''", out);
        else
            fputc(*text, out);
    }
}

/* name: with its dashes; value: what follows it where it takes one ("=" or "+"). */
static void print_zsh_option(FILE *out, const struct option_table *table,
                             const struct option_row *row, const char *name, const char *value)
{
    fprintf(out, "            '%s%s[", name, row->argument ? value : "");
    put_escaped(out, row->help, "[]\\:");
    fputc(']', out);
    if (row->argument) {
        fputc(':', out);
        put_escaped(out, row->argument, ":\\");
        fprintf(out, ":_sim_value %s --%s", table->command, row->name);
    }
    fputs("' \\\n", out);
}

static void print_zsh(FILE *out, const struct option_table *table)
{
    char name[64];
    fprintf(out, "        %s)\n        _arguments -s \\\n", table->command);
    for (const struct option_row *row = table->rows; row->name; row++) {
        snprintf(name, sizeof(name), "--%s", row->name);
        print_zsh_option(out, table, row, name, "=");
        snprintf(name, sizeof(name), "-%c", row->letter);
        if (row->letter)
            print_zsh_option(out, table, row, name, "+");
    }
    fprintf(out, "            '--help[help]' '*: :_sim_value %s' ;;\n", table->command);
}

/* Inside single quotes of fish, where a backslash escapes. */
static void put_fish(FILE *out, const char *text)
{
    for (; *text; text++)
        fprintf(out, *text == '\'' || *text == '\\' ? "\\%c" : "%c", *text);
}

static void print_fish(FILE *out, const struct option_table *table)
{
    for (const struct option_row *row = table->rows; row->name; row++) {
        fprintf(out, "complete -c sim -n '__fish_seen_subcommand_from %s' -l %s", table->command,
                row->name);
        if (row->letter)
            fprintf(out, " -s %c", row->letter);
        fputs(" -d '", out);
        put_fish(out, row->help);
        fputc('\'', out);
        if (row->argument)
            fprintf(out, " -r -a '(sim __complete %s --%s (commandline -ct))'", table->command,
                    row->name);
        fputc('\n', out);
    }
    fprintf(out,
            "complete -c sim -n '__fish_seen_subcommand_from %s' -a '(sim __complete %s \"\" "
            "(commandline -ct))'\n",
            table->command, table->command);
}

/* --- settings -----------------------------------------------------------------------------------
 */

static const char *value_of(const struct option_row *row)
{
    if (!row->argument)
        return *row->flag ? "true" : "false";
    return *row->value ? *row->value : "";
}

static const char *origin_of(const struct option_table *table, const struct option_row *row)
{
    size_t index = (size_t)(row - table->rows);
    const char *origin = index < table->origin_count ? table->origins[index] : NULL;
    return origin ? origin : "built-in";
}

static void print_setting(FILE *out, const struct option_table *table, const struct option_row *row,
                          bool origin)
{
    int used = fprintf(out, "%s.%s", table->command, row->name);
    fprintf(out, "%*s", used < NAME_COLUMN ? NAME_COLUMN - used : 1, "");
    used = fprintf(out, "%s", *value_of(row) ? value_of(row) : "-");
    if (origin)
        fprintf(out, "%*s%s", used < VALUE_COLUMN ? VALUE_COLUMN - used : 1, "",
                origin_of(table, row));
    fputc('\n', out);
}

static void print_settings(FILE *out, const struct option_table *table)
{
    for (const struct option_row *row = table->rows; row->name; row++)
        print_setting(out, table, row, false);
}

static void print_settings_origin(FILE *out, const struct option_table *table)
{
    for (const struct option_row *row = table->rows; row->name; row++)
        print_setting(out, table, row, true);
}

static void print_settings_json(FILE *out, const struct option_table *table)
{
    for (const struct option_row *row = table->rows; row->name; row++) {
        struct json json;
        json_begin(&json, out, false);
        json_object_begin(&json);
        json_member_string(&json, "type", "setting");
        json_member_string(&json, "command", table->command);
        json_member_string(&json, "option", row->name);
        if (row->argument)
            json_member_string(&json, "value", *row->value);
        else
            json_member_bool(&json, "value", *row->flag);
        json_member_string(&json, "origin", origin_of(table, row));
        json_object_end(&json);
        json_end(&json);
    }
}

bool options_print(FILE *out, const char *format, const struct option_table *table)
{
    static const struct {
        const char *name;
        void (*print)(FILE *out, const struct option_table *table);
    } forms[] = {
        {HELP_AS_TEXT, print_text},
        {"man", print_man},
        {"bash", print_bash},
        {"zsh", print_zsh},
        {"fish", print_fish},
        {"settings", print_settings},
        {"settings-json", print_settings_json},
        {"settings-origin", print_settings_origin},
    };
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
        if (strcmp(forms[i].name, format) == 0) {
            forms[i].print(out, table);
            return true;
        }
    return false;
}
