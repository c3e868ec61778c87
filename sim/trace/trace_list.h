/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A whole trace in memory: of a run that is going on, or read back from a file. */
#ifndef SIM_TRACE_TRACE_LIST_H
#define SIM_TRACE_TRACE_LIST_H

#include <stddef.h>

#include "cpu/event.h"

#define TRACE_LIST_MAX_EVENTS ((size_t)1 << 24)
#define TRACE_LIST_MAX_TEXTS 4096 /* different texts in events: names and reasons */

struct trace_list {
    struct event *events;
    size_t count, room;
    size_t left_out;    /* beyond TRACE_LIST_MAX_EVENTS */
    const char **texts; /* one of each; what events point at */
    size_t text_count, text_room;
    bool out_of_memory;
    /* of the header; "" when there was none */
    const char *scenario, *hash, *profile, *timing, *core, *version;
    unsigned ipa_bits; /* 0: not known */
};

void trace_list_init(struct trace_list *list);
void trace_list_free(struct trace_list *list);
/* An event_reader; ctx is the list. Texts are copied: the list outlives what sent the event. */
void trace_list_event(void *ctx, const struct event *event);
/* The list's own copy of a text (NULL stays NULL); "" when there is no room for another one. */
const char *trace_list_text(struct trace_list *list, const char *text);

#endif
