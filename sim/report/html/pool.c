/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/report/html/pool.h"

#include <stdlib.h>
#include <string.h>

#include "sim/scenario/text.h"
#include "sim/trace/grow.h"

#define FIRST_SLOTS 1024
#define ALIGNMENT sizeof(uint64_t)

void pool_free(struct pool *pool)
{
    free(pool->bytes);
    free(pool->items);
    free(pool->slots);
    *pool = (struct pool){0};
}

static size_t slot_of(const struct pool *pool, const void *bytes, size_t size)
{
    size_t slot = hash_bytes(HASH_START, bytes, size) & (pool->slot_count - 1);
    for (; pool->slots[slot]; slot = (slot + 1) & (pool->slot_count - 1)) {
        const struct pool_item *item = &pool->items[pool->slots[slot] - 1];
        if (item->size == size && (size == 0 || memcmp(pool->bytes + item->at, bytes, size) == 0))
            break;
    }
    return slot;
}

/* Twice as many slots, each item in its new place. */
static bool more_slots(struct pool *pool)
{
    size_t count = pool->slot_count ? pool->slot_count * 2 : FIRST_SLOTS;
    uint32_t *slots = calloc(count, sizeof(*slots));
    if (!slots)
        return false;
    free(pool->slots);
    pool->slots = slots;
    pool->slot_count = count;
    for (size_t i = 0; i < pool->count; i++) {
        const struct pool_item *item = &pool->items[i];
        pool->slots[slot_of(pool, pool->bytes + item->at, item->size)] = (uint32_t)(i + 1);
    }
    return true;
}

static bool more_bytes(struct pool *pool, size_t size)
{
    size_t room = pool->room ? pool->room : FIRST_SLOTS;
    while (room - pool->size < size)
        room *= 2;
    if (room == pool->room)
        return true;
    char *bytes = realloc(pool->bytes, room);
    if (!bytes)
        return false;
    pool->bytes = bytes;
    pool->room = room;
    return true;
}

static bool room_for(struct pool *pool, size_t size)
{
    void *items = pool->items;
    bool ok = pool->count < UINT32_MAX - 1 &&
              trace_grow(&items, &pool->item_room, pool->count, sizeof(pool->items[0]));
    pool->items = items;
    return ok && more_bytes(pool, size);
}

uint32_t pool_add(struct pool *pool, const void *bytes, size_t size)
{
    size_t padded = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (pool->count * 2 >= pool->slot_count && !more_slots(pool)) {
        pool->failed = true;
        return 0;
    }
    size_t slot = slot_of(pool, bytes, size);
    if (pool->slots[slot])
        return pool->slots[slot] - 1;
    if (!room_for(pool, padded)) {
        pool->failed = true;
        return 0;
    }
    if (size)
        memcpy(pool->bytes + pool->size, bytes, size);
    pool->items[pool->count++] = (struct pool_item){.at = pool->size, .size = size};
    pool->size += padded;
    pool->slots[slot] = (uint32_t)pool->count;
    return (uint32_t)(pool->count - 1);
}

const void *pool_at(const struct pool *pool, size_t number, size_t *size)
{
    *size = pool->items[number].size;
    return pool->bytes + pool->items[number].at;
}
