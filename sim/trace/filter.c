/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/trace/filter.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/scenario/text.h"
#include "sim/trace/ftrace.h"

void event_filter_all(struct event_filter *filter)
{
    *filter = (struct event_filter){.all = true};
    memset(filter->kind, true, sizeof(filter->kind));
}

void event_filter_free(struct event_filter *filter)
{
    for (unsigned i = 0; i < filter->patterns; i++)
        free(filter->pattern[i].text);
    filter->patterns = 0;
}

bool event_filter_selects(const struct event_filter *filter, const char *name)
{
    bool selected = filter->all || (filter->patterns && !filter->pattern[0].take);
    for (unsigned i = 0; i < filter->patterns; i++)
        if (fnmatch(filter->pattern[i].text, name, 0) == 0)
            selected = filter->pattern[i].take;
    return selected;
}

/* A pattern that matches nothing is a mistake; *near is the name it may have meant, or NULL. */
static bool matches_something(const char *pattern, const char **near)
{
    struct text_nearest nearest = {.wanted = pattern};
    const char *name;
    for (unsigned k = 0; k < EV_COUNT; k++) {
        if (fnmatch(pattern, event_table[k].name, 0) == 0)
            return true;
        text_nearest_offer(&nearest, event_table[k].name);
    }
    for (size_t i = 0; (name = ftrace_tracepoint(i)); i++) {
        if (fnmatch(pattern, name, 0) == 0)
            return true;
        text_nearest_offer(&nearest, name);
    }
    *near = nearest.best;
    return false;
}

static bool add_pattern(struct event_filter *filter, char *text, char *error, size_t size)
{
    const char *near = NULL;
    bool take = *text != '-';
    text += !take;
    if (!matches_something(text, &near)) {
        snprintf(error, size, "no event is called '%.64s'%s%s%s", text,
                 near ? " (did you mean '" : "", near ? near : "", near ? "'?)" : "");
        return false;
    }
    if (filter->patterns == FILTER_MAX_PATTERNS) {
        snprintf(error, size, "more than %d patterns", FILTER_MAX_PATTERNS);
        return false;
    }
    char *copy = strdup(text);
    if (!copy) {
        snprintf(error, size, "out of memory");
        return false;
    }
    filter->pattern[filter->patterns].text = copy;
    filter->pattern[filter->patterns++].take = take;
    return true;
}

static bool add_file(struct event_filter *filter, const char *path, char *error, size_t size)
{
    FILE *file = fopen(path, "re");
    if (!file) {
        snprintf(error, size, "%s: %s", path, strerror(errno));
        return false;
    }
    char line[256], reason[200];
    unsigned number = 0;
    bool ok = true;
    while (ok && fgets(line, sizeof(line), file)) {
        number++;
        line[strcspn(line, "#\r\n")] = '\0';
        char *start = line + strspn(line, " \t");
        start[strcspn(start, " \t")] = '\0';
        if (*start && !(ok = add_pattern(filter, start, reason, sizeof(reason))))
            snprintf(error, size, "%s:%u: %s", path, number, reason);
    }
    if (ok && ferror(file)) {
        ok = false;
        snprintf(error, size, "%s: cannot be read", path);
    }
    fclose(file);
    return ok;
}

bool event_filter_parse(struct event_filter *filter, const char *text, char *error, size_t size)
{
    *filter = (struct event_filter){0};
    char *list = strdup(text), *rest = list;
    bool ok = list != NULL;
    if (!ok)
        snprintf(error, size, "out of memory");
    for (char *item; ok && (item = strsep(&rest, ","));) {
        if (*item == '@')
            ok = add_file(filter, item + 1, error, size);
        else if (*item)
            ok = add_pattern(filter, item, error, size);
    }
    free(list);
    if (ok && filter->patterns == 0) {
        ok = false;
        snprintf(error, size, "no pattern is given");
    }
    for (unsigned k = 0; ok && k < EV_COUNT; k++)
        filter->kind[k] = event_filter_selects(filter, event_table[k].name);
    if (!ok)
        event_filter_free(filter);
    return ok;
}
