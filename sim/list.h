/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names out of the tables that define them, as rows of cells: for `sim list` and for completion. */
#ifndef SIM_LIST_H
#define SIM_LIST_H

#include <stddef.h>

#include "sim/scenario/arena.h"

#define LIST_MAX_COLUMNS 5

struct list;

struct list_topic {
    const char *name;
    const char *column[LIST_MAX_COLUMNS]; /* the first one is what PATTERN and completion look at */
    size_t columns;
    void (*fill)(struct list *list);
};

struct list {
    const struct list_topic *topic;
    const char *pattern; /* shell pattern over the first column; NULL: all rows */
    struct arena *arena;
    const char *(*rows)[LIST_MAX_COLUMNS]; /* no cell is NULL */
    size_t count, capacity;
    int widths[LIST_MAX_COLUMNS]; /* of the widest cell */
};

/* Ended by a topic without a name. */
extern const struct list_topic list_topics[];

/* NULL: there is none of that name. */
const struct list_topic *list_topic_find(const char *name);
/* The rows of a topic whose first cell matches, in the order of its table. From the arena. */
struct list list_make(struct arena *arena, const struct list_topic *topic, const char *pattern);

#endif
