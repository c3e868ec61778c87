/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/trace/trace_list.h"
#include "sim/trace/grow.h"

#include <stdlib.h>
#include <string.h>

void trace_list_init(struct trace_list *list)
{
    *list = (struct trace_list){
        .scenario = "", .hash = "", .profile = "", .timing = "", .core = "", .version = ""};
}

void trace_list_free(struct trace_list *list)
{
    for (size_t i = 0; i < list->text_count; i++)
        free((char *)(uintptr_t)list->texts[i]);
    free(list->texts);
    free(list->events);
    trace_list_init(list);
}

/* Position of the text, or where it belongs; the texts are sorted. */
static size_t place_of(const struct trace_list *list, const char *text, bool *found)
{
    size_t low = 0, high = list->text_count;
    *found = false;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(list->texts[middle], text);
        if (order == 0) {
            *found = true;
            return middle;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const char *trace_list_text(struct trace_list *list, const char *text)
{
    bool found;
    if (!text)
        return NULL;
    size_t place = place_of(list, text, &found);
    if (found)
        return list->texts[place];
    if (list->text_count == TRACE_LIST_MAX_TEXTS)
        return "";
    void *texts = list->texts;
    bool ok = trace_grow(&texts, &list->text_room, list->text_count, sizeof(list->texts[0]));
    list->texts = texts;
    char *copy = ok ? strdup(text) : NULL;
    if (!copy) {
        list->out_of_memory = true;
        return "";
    }
    memmove(list->texts + place + 1, list->texts + place,
            (list->text_count - place) * sizeof(list->texts[0]));
    list->texts[place] = copy;
    list->text_count++;
    return copy;
}

void trace_list_event(void *ctx, const struct event *event)
{
    struct trace_list *list = ctx;
    if (list->count == TRACE_LIST_MAX_EVENTS) {
        list->left_out++;
        return;
    }
    void *events = list->events;
    bool ok = trace_grow(&events, &list->room, list->count, sizeof(list->events[0]));
    list->events = events;
    if (!ok) {
        list->out_of_memory = true;
        return;
    }
    struct event *slot = &list->events[list->count++];
    *slot = *event;
    const struct event_field *field = event_table[event->kind].fields;
    for (unsigned i = 0; field[i].type != EVENT_FIELD_END; i++)
        if (field[i].type == EVENT_FIELD_STR)
            slot->args[i] =
                EVENT_STR(trace_list_text(list, (const char *)(uintptr_t)event->args[i]));
}
