/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim __complete COMMAND [OPTION [PREFIX]]: what may stand there, a word a line; nothing where any
 * file may. OPTION is "" for an operand. Asked by the scripts of `sim completion`, not by people.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sim/cmd.h"
#include "sim/commands.h"
#include "sim/find_scenarios.h"
#include "sim/help_topics.h"
#include "sim/list.h"
#include "sim/report/verdict.h"
#include "sim/scenario/scenario.h"
#include "sim/trace/event_groups.h"
#include "sim/trace/writer.h"

struct question {
    const char *command, *option, *prefix;
    struct arena *arena;
};

static void offer(const struct question *question, const char *word)
{
    if (strncmp(word, question->prefix, strlen(question->prefix)) == 0)
        puts(word);
}

/* --- what can be offered ----------------------------------------------------------------------
 */

static void offer_topic(const struct question *question, const char *name)
{
    const struct list list = list_make(question->arena, list_topic_find(name), NULL);
    for (size_t i = 0; i < list.count; i++)
        offer(question, list.rows[i][0]);
}

static void offer_topics(const struct question *question, const char *unused)
{
    (void)unused;
    for (const struct list_topic *topic = list_topics; topic->name; topic++)
        offer(question, topic->name);
}

static void offer_commands(const struct question *question, const char *unused)
{
    (void)unused;
    for (const struct command *command = commands; command->name; command++)
        offer(question, command->name);
}

static void offer_help(const struct question *question, const char *unused)
{
    offer_commands(question, unused);
    for (const struct help_topic *topic = help_topics; topic->name; topic++)
        offer(question, topic->name);
}

static void offer_trace_formats(const struct question *question, const char *unused)
{
    const struct trace_format *format;
    (void)unused;
    for (size_t i = 0; (format = trace_format_at(i)); i++)
        offer(question, format->name);
}

static void offer_event_groups(const struct question *question, const char *argument)
{
    const struct event_group *group;
    (void)argument;
    for (size_t i = 0; (group = event_group_at(i)); i++)
        offer(question, group->name);
}

/* words: separated by blanks. */
static void offer_words(const struct question *question, const char *words)
{
    for (size_t length; *words; words += length + strspn(words + length, " ")) {
        length = strcspn(words, " ");
        offer(question, arena_copy(question->arena, words, length));
    }
}

/* Folders and scenarios that begin with the prefix, one level of the tree. */
static void offer_scenarios(const struct question *question, const char *with_codes)
{
    const char *slash = strrchr(question->prefix, '/');
    int length = slash ? (int)(slash - question->prefix) + 1 : 0;
    const char *folder =
        length ? arena_printf(question->arena, "%.*s", length, question->prefix) : "./";
    struct dirent **entries;
    int count = scandir(folder, &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        const char *shown = arena_printf(question->arena, "%.*s%s", length, question->prefix, name);
        struct stat status;
        if (name[0] != '.' && stat(shown, &status) == 0) {
            if (S_ISDIR(status.st_mode))
                offer(question, arena_printf(question->arena, "%s/", shown));
            else if (is_scenario_file(shown))
                offer(question, shown);
        }
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    if (with_codes && *question->prefix && strchr("EW", *question->prefix))
        offer_topic(question, with_codes);
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Tags of the scenarios below the default folder, each once. */
static void offer_tags(const struct question *question, const char *folder)
{
    const struct diag_options silent = {.out = fopen("/dev/null", "we"), .format = DIAG_SHORT};
    const struct scenario_load_options load = {.diag = &silent, .code_cache = CODE_CACHE_KEEP};
    struct scenario_list files = {0};
    const char **tags = NULL;
    size_t count = 0, capacity = 0;
    if (!silent.out)
        return;
    find_scenarios(question->arena, folder, &files); /* no such folder: nothing to offer */
    for (size_t i = 0; i < files.count; i++) {
        int status;
        struct scenario *scenario = scenario_load_with(files.paths[i], &load, &status);
        for (size_t t = 0; scenario && t < scenario->tag_count; t++) {
            tags = arena_grow(question->arena, tags, count, &capacity, sizeof(tags[0]));
            tags[count++] =
                arena_copy(question->arena, scenario->tags[t], strlen(scenario->tags[t]));
        }
        scenario_free(scenario);
    }
    fclose(silent.out);
    if (count)
        qsort(tags, count, sizeof(tags[0]), by_bytes);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || strcmp(tags[i], tags[i - 1]) != 0)
            offer(question, tags[i]);
}

/* --- where ------------------------------------------------------------------------------------
 */

#define WHEN "auto always never"

/* The first row that fits; command NULL: any; option "": an operand. */
static const struct {
    const char *command, *option;
    void (*offer)(const struct question *question, const char *argument);
    const char *argument;
} places[] = {
    {NULL, "--color", offer_words, WHEN},
    {NULL, "--progress", offer_words, WHEN},
    {NULL, "--message-format", offer_words, "human short json"},
    {NULL, "--kernel", offer_topic, "kernels"},
    {NULL, "--events", offer_topic, "events"},
    {"diff", "--only", offer_event_groups, NULL},
    {NULL, "--tag", offer_tags, "scenarios"},
    {NULL, "--cost", offer_words, "fast slow all"},
    {"conform", "--format", offer_words, "ftrace"},
    {NULL, "--rmm", offer_words, "eac 1.0 2.0"},
    {NULL, "--format", offer_trace_formats, NULL},
    {NULL, "--trace-format", offer_trace_formats, NULL},
    {"fuzz", "--profile", offer_words, "eac 1.0 2.0"},
    {"init", "--world", offer_words, "kvm-vhe cca"},
    {"run", "", offer_scenarios, NULL},
    {"check", "", offer_scenarios, NULL},
    {"test", "", offer_scenarios, NULL},
    {"trace", "", offer_scenarios, NULL},
    {"diff", "", offer_scenarios, NULL},
    {"fmt", "", offer_scenarios, NULL},
    {"extract", "", offer_scenarios, NULL},
    {"explain", "", offer_scenarios, "errors"},
    {"list", "", offer_topics, NULL},
    {"help", "", offer_help, NULL},
    {"config", "", offer_commands, NULL},
    {"completion", "", offer_words, "bash zsh fish"},
};

int cmd_complete(int argc, char **argv)
{
    struct question question = {.command = argc > 1 ? argv[1] : "",
                                .option = argc > 2 ? argv[2] : "",
                                .prefix = argc > 3 ? argv[3] : ""};
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        if (places[i].command && strcmp(places[i].command, question.command) != 0)
            continue;
        if (strcmp(places[i].option, question.option) != 0)
            continue;
        question.arena = arena_new();
        places[i].offer(&question, places[i].argument);
        arena_free(question.arena);
        return EXIT_OK;
    }
    return EXIT_OK;
}
