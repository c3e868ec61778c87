/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A set of byte strings, each once, numbered from 0 in the order they came: traps of one run are
 * much alike, so a page holds each text, value and event once and refers to it by number.
 */
#ifndef SIM_REPORT_HTML_POOL_H
#define SIM_REPORT_HTML_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pool_item {
    size_t at, size; /* in bytes */
};

struct pool {
    char *bytes;
    size_t size, room;
    struct pool_item *items;
    size_t count, item_room;
    uint32_t *slots; /* number of an item + 1, 0: empty; twice as many as items at least */
    size_t slot_count;
    bool failed; /* memory was short: what the pool says is not to be used */
};

/* A zeroed pool is empty. */
void pool_free(struct pool *pool);
/* The number of these bytes, which are copied if they are new; 0 when memory is short. */
uint32_t pool_add(struct pool *pool, const void *bytes, size_t size);
/* The bytes of an item, aligned for an int32_t; valid until the next pool_add. */
const void *pool_at(const struct pool *pool, size_t number, size_t *size);

#endif
