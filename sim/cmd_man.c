/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim __man PAGE.scd: a page of the manual in scdoc's format on standard output. A line of the page
 * that is @NAME@ stands for a table of the program: @COMMANDS@ (each with its options) or a topic
 * of `sim list`, such as @KEYS@. Asked by the build, not by people.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "sim/cmd.h"
#include "sim/commands.h"
#include "sim/list.h"
#include "sim/options.h"
#include "sim/report/verdict.h"
#include "sim/scdoc.h"

#define COMMANDS "commands"

/* name, type and default in one line, the meaning below it. */
static void put_row(const char *const *row, size_t columns)
{
    fputc('*', stdout);
    scdoc_text(stdout, row[0]);
    fputc('*', stdout);
    for (size_t c = 1; c + 1 < columns; c++)
        if (*row[c]) {
            fputs(c == 1 ? " " : ", ", stdout);
            scdoc_text(stdout, row[c]);
        }
    fputs("\n\t", stdout);
    scdoc_text(stdout, *row[columns - 1] ? row[columns - 1] : "(no other name)");
    fputs("\n\n", stdout);
}

static void put_topic(const struct list_topic *topic)
{
    struct arena *arena = arena_new();
    struct list list = list_make(arena, topic, NULL);
    for (size_t i = 0; i < list.count; i++)
        put_row(list.rows[i], topic->columns);
    arena_free(arena);
}

static bool put_table(const char *name)
{
    if (strcmp(name, COMMANDS) == 0) {
        for (const struct command *command = commands; command->name; command++)
            command_describe(command, "man");
        return true;
    }
    const struct list_topic *topic = list_topic_find(name);
    if (topic)
        put_topic(topic);
    return topic != NULL;
}

/* "@KEYS@" to "keys" in place; false if the line is no such thing. */
static bool is_table(char *line)
{
    size_t length = strcspn(line, "\n");
    if (length < 3 || line[0] != '@' || line[length - 1] != '@')
        return false;
    for (size_t i = 1; i < length - 1; i++)
        line[i - 1] = (char)tolower((unsigned char)line[i]);
    line[length - 2] = '\0';
    return true;
}

int cmd_man(int argc, char **argv)
{
    FILE *page = argc == 2 ? fopen(argv[1], "re") : NULL;
    if (!page)
        return usage_error(NULL, "__man: no page of the manual");
    char *line = NULL;
    size_t room = 0;
    int status = EXIT_OK;
    while (getline(&line, &room, page) >= 0)
        if (!is_table(line))
            fputs(line, stdout);
        else if (!put_table(line))
            status = usage_error(NULL, "__man: %s: no table '%s'", argv[1], line);
    free(line);
    fclose(page);
    return status;
}
