/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which events a trace shows. A list of shell patterns over names, as QEMU's --trace takes them:
 * comma-separated, a leading - takes away, the last pattern that matches decides; @FILE reads
 * patterns from a file, one a line, # starts a comment. A list that begins with - starts from all
 * events, any other from none.
 */
#ifndef SIM_TRACE_FILTER_H
#define SIM_TRACE_FILTER_H

#include "cpu/event.h"

#define FILTER_MAX_PATTERNS 256

struct event_filter {
    bool kind[EV_COUNT]; /* selected */
    bool all;            /* no pattern was given */
    struct {
        char *text; /* without its - */
        bool take;
    } pattern[FILTER_MAX_PATTERNS];
    unsigned patterns;
};

/* Everything; needs no event_filter_free, but may be given to it. */
void event_filter_all(struct event_filter *filter);
/* False with a message in error (size bytes); then nothing is left to free. */
bool event_filter_parse(struct event_filter *filter, const char *text, char *error, size_t size);
void event_filter_free(struct event_filter *filter);

/* Whether the patterns select that name, be it an event's or a kernel tracepoint's. */
bool event_filter_selects(const struct event_filter *filter, const char *name);

#endif
