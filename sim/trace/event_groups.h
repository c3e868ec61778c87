/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Groups of events by what a reader asks about: for `sim diff --only`. */
#ifndef SIM_TRACE_EVENT_GROUPS_H
#define SIM_TRACE_EVENT_GROUPS_H

#include <stddef.h>

struct event_group {
    const char *name;
    const char *patterns; /* as of struct event_filter */
    const char *doc;
};

/* Group i, or NULL past the last one. */
const struct event_group *event_group_at(size_t i);
/*
 * The patterns of a comma list of names, in a text that the caller frees. NULL: *bad is where a
 * name that is none begins, or NULL where memory is short.
 */
char *event_groups_patterns(const char *names, const char **bad);

#endif
