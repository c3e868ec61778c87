/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim list: the names that scenarios and options may use, out of the tables that define them. */
#include <string.h>

#include "sim/cmd.h"
#include "sim/list.h"
#include "sim/options.h"
#include "sim/report/json_writer.h"
#include "sim/report/report.h"
#include "sim/report/style.h"
#include "sim/report/verdict.h"
#include "sim/scenario/text.h"

#define LINE_WIDTH 100
#define TABLE_COLUMN 64 /* where the last column of a table may begin */
#define GAP 2
#define INDENT 4

static const struct command_help help = {
    .usage = "sim list TOPIC [PATTERN] [options]",
    .about = "Prints the names that scenarios and options may use.\n\n"
             "topics: events (of traces), costs (operations and their cycles), profiles, features, "
             "kernels,\n"
             "keys (of scenarios, with type, default and meaning), errors, devices.",
    .epilogue = "examples:\n"
                "  sim list events 'rmm_*'\n"
                "  sim list keys 'machine.*'\n"
                "  sim list costs --json | jq -r '.rows[] | [.name, .cycles] | @csv'\n"
                "\n"
                "exit status: 0 printed; 2 there is no such topic; 5 PATTERN matches nothing\n",
};

/* Columns below each other; the last one goes on in further lines where it is long. */
static void print_table(const struct list *list, int column)
{
    for (size_t r = 0; r < list->count; r++) {
        const char *const *row = list->rows[r];
        size_t last = list->topic->columns - 1;
        int owed = 0; /* blanks in front of the next cell that is not empty */
        int used = 0;
        for (size_t c = 0; c < last; c++) {
            if (*row[c])
                used += printf("%*s%s", owed, "", row[c]);
            owed = *row[c] ? list->widths[c] - (int)strlen(row[c]) : owed + list->widths[c];
            owed += GAP;
        }
        if (*row[last])
            print_wrapped(stdout, LINE_WIDTH, row[last], column, used);
        else
            putchar('\n');
    }
}

/* Without a column to stand in, a default says that it is one. */
static const char *label_of(const struct list *list, size_t column, const char *cell)
{
    bool is_default = strcmp(list->topic->column[column], "default") == 0;
    return is_default && strcmp(cell, "required") != 0 ? "default " : "";
}

/* Too wide for columns: the last cell stands in lines of its own. */
static void print_blocks(struct arena *arena, const struct list *list)
{
    for (size_t r = 0; r < list->count; r++) {
        const char *const *row = list->rows[r];
        size_t last = list->topic->columns - 1;
        const char *line = row[0];
        for (size_t c = 1; c < last; c++)
            if (*row[c])
                line = arena_printf(arena, "%s%*s%s%s", line, GAP, "", label_of(list, c, row[c]),
                                    row[c]);
        int used = printf("%s", row[0]);
        print_wrapped(stdout, LINE_WIDTH, line + used, INDENT, used);
        if (*row[last])
            print_wrapped(stdout, LINE_WIDTH, row[last], INDENT, 0);
    }
}

static void print_text(struct arena *arena, const struct list *list)
{
    int column = 0;
    for (size_t c = 0; c + 1 < list->topic->columns; c++)
        column += list->widths[c] + GAP;
    if (column <= TABLE_COLUMN || column + list->widths[list->topic->columns - 1] <= LINE_WIDTH)
        print_table(list, column);
    else
        print_blocks(arena, list);
}

static void print_json(const struct list *list)
{
    struct json json;
    json_begin(&json, stdout, true);
    json_object_begin(&json);
    json_member_string(&json, "type", "list");
    json_member_uint(&json, "schema", REPORT_SCHEMA);
    json_member_string(&json, "topic", list->topic->name);
    json_key(&json, "rows");
    json_array_begin(&json);
    for (size_t r = 0; r < list->count; r++) {
        json_object_begin(&json);
        for (size_t c = 0; c < list->topic->columns; c++)
            json_member_string(&json, list->topic->column[c], list->rows[r][c]);
        json_object_end(&json);
    }
    json_array_end(&json);
    json_object_end(&json);
    json_end(&json);
}

static int unknown_topic(const char *name)
{
    struct text_nearest nearest = {.wanted = name};
    for (const struct list_topic *topic = list_topics; topic->name; topic++)
        text_nearest_offer(&nearest, topic->name);
    if (nearest.best)
        return usage_error("list", "no topic '%s' (did you mean '%s'?)", name, nearest.best);
    return usage_error("list", "no topic '%s'", name);
}

int cmd_list(int argc, char **argv)
{
    bool json = false;
    const struct option_row rows[] = {
        {.name = "json", .help = "one JSON document", .flag = &json},
        {0},
    };
    int operands;
    enum parse_result parsed = options_parse(argc, argv, rows, &help, &operands);
    if (parsed != PARSE_OK)
        return parsed == PARSE_HELP ? EXIT_OK : EXIT_USAGE;
    if (operands == 0)
        return usage_error(
            "list", "which topic: events, costs, profiles, features, kernels, keys, errors or "
                    "devices?");
    if (operands > 2)
        return usage_error("list", "list takes one topic and one pattern");
    const struct list_topic *topic = list_topic_find(argv[0]);
    if (!topic)
        return unknown_topic(argv[0]);
    struct arena *arena = arena_new();
    struct list list = list_make(arena, topic, operands == 2 ? argv[1] : NULL);
    if (json)
        print_json(&list);
    else
        print_text(arena, &list);
    int status = list.count ? EXIT_OK : EXIT_NOTHING;
    if (!list.count)
        fprintf(stderr, "sim: no name in '%s' matches '%s'\n", topic->name, argv[1]);
    arena_free(arena);
    return status;
}
