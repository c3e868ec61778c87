/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cpu/timing/cache_model.h"

#include <stdlib.h>
#include <string.h>

/* A way: 0 for an empty one, else the line's number plus 1, shifted, and whether it is dirty. */
#define DIRTY 1u

static uint64_t tag_of(uint64_t pa)
{
    return ((pa >> CACHE_LINE_SHIFT) + 1) << 1;
}

static uint64_t address_of(uint64_t way)
{
    return ((way >> 1) - 1) << CACHE_LINE_SHIFT;
}

static uint64_t *set_of(const struct cache *cache, uint64_t pa)
{
    uint64_t set = pa >> CACHE_LINE_SHIFT & (cache->geometry.sets - 1);

    return cache->ways + set * cache->geometry.ways;
}

/* Which way of its set the line is in; the number of ways: in none. */
static uint32_t find(const struct cache *cache, const uint64_t *set, uint64_t pa)
{
    uint64_t tag = tag_of(pa);
    uint32_t way = 0;

    while (way < cache->geometry.ways && (set[way] | DIRTY) != (tag | DIRTY))
        way++;
    return way;
}

/* The way becomes the last used one, with what is given in it. */
static void to_front(uint64_t *set, uint32_t way, uint64_t line)
{
    memmove(set + 1, set, way * sizeof(*set));
    set[0] = line;
}

/* True: the cache has the line, which was used now. */
static bool hits(struct cache *cache, uint64_t pa, uint64_t dirty)
{
    uint64_t *set;
    uint32_t way;

    if (!cache->geometry.sets)
        return false;
    set = set_of(cache, pa);
    if ((set[0] | DIRTY) == (tag_of(pa) | DIRTY)) {
        set[0] |= dirty;
        return true;
    }
    way = find(cache, set, pa);
    if (way == cache->geometry.ways)
        return false;
    to_front(set, way, set[way] | dirty);
    return true;
}

/* Puts a line in that is not there. Returns the way that had to go: 0, or what was in it. */
static uint64_t put(struct cache *cache, uint64_t pa, uint64_t dirty)
{
    uint64_t *set = set_of(cache, pa);
    uint64_t gone = set[cache->geometry.ways - 1];

    to_front(set, cache->geometry.ways - 1, tag_of(pa) | dirty);
    return gone;
}

/* A dirty line leaves a cache for the next one that there is. */
static void write_back(struct cache_model *model, enum cache_unit from, uint64_t way)
{
    while (way & DIRTY) {
        enum cache_unit next = from == CACHE_L1D ? CACHE_L2 : from + 1;
        struct cache *cache;

        model->written_back[from]++;
        while (next < CACHE_UNITS && !model->unit[next].geometry.sets)
            next++;
        if (next == CACHE_UNITS)
            return;
        cache = &model->unit[next];
        if (hits(cache, address_of(way), DIRTY))
            return;
        way = put(cache, address_of(way), DIRTY);
        from = next;
    }
}

static void fill(struct cache_model *model, enum cache_unit unit, uint64_t pa, uint64_t dirty)
{
    if (model->unit[unit].geometry.sets)
        write_back(model, unit, put(&model->unit[unit], pa, dirty));
}

enum cache_answer cache_model_walk(struct cache_model *model, uint64_t pa)
{
    enum cache_answer answer = ANSWER_L3;

    if (hits(&model->unit[CACHE_L2], pa, 0))
        return ANSWER_L2;
    if (!hits(&model->unit[CACHE_L3], pa, 0)) {
        fill(model, CACHE_L3, pa, 0);
        answer = ANSWER_MEMORY;
    }
    fill(model, CACHE_L2, pa, 0);
    return answer;
}

static enum cache_answer ask(struct cache_model *model, enum cache_unit l1, uint64_t pa,
                             uint64_t dirty)
{
    enum cache_answer answer;

    if (hits(&model->unit[l1], pa, dirty))
        return ANSWER_L1;
    answer = cache_model_walk(model, pa);
    fill(model, l1, pa, dirty);
    return answer;
}

enum cache_answer cache_model_fetch(struct cache_model *model, uint64_t pa)
{
    return ask(model, CACHE_L1I, pa, 0);
}

enum cache_answer cache_model_load(struct cache_model *model, uint64_t pa)
{
    return ask(model, CACHE_L1D, pa, 0);
}

enum cache_answer cache_model_store(struct cache_model *model, uint64_t pa)
{
    return ask(model, CACHE_L1D, pa, DIRTY);
}

void cache_model_zero(struct cache_model *model, uint64_t pa)
{
    if (!hits(&model->unit[CACHE_L1D], pa, DIRTY))
        fill(model, CACHE_L1D, pa, DIRTY);
}

bool cache_model_has(const struct cache_model *model, enum cache_unit unit, uint64_t pa)
{
    const struct cache *cache = &model->unit[unit];

    return cache->geometry.sets && find(cache, set_of(cache, pa), pa) < cache->geometry.ways;
}

/* --- maintenance --- */

/* An empty way is the next one to be filled: it goes behind the others. */
static void empty(struct cache *cache, uint64_t *set, uint32_t way)
{
    memmove(set + way, set + way + 1, (cache->geometry.ways - way - 1) * sizeof(*set));
    set[cache->geometry.ways - 1] = 0;
}

static void drop(struct cache_model *model, enum cache_unit unit, uint64_t pa)
{
    struct cache *cache = &model->unit[unit];
    uint64_t *set;
    uint32_t way;

    if (!cache->geometry.sets)
        return;
    set = set_of(cache, pa);
    way = find(cache, set, pa);
    if (way < cache->geometry.ways)
        empty(cache, set, way);
}

void cache_model_clean(struct cache_model *model, uint64_t pa)
{
    for (enum cache_unit unit = CACHE_L1D; unit < CACHE_UNITS; unit++) {
        struct cache *cache = &model->unit[unit];
        uint64_t *set;
        uint32_t way;

        if (!cache->geometry.sets)
            continue;
        set = set_of(cache, pa);
        way = find(cache, set, pa);
        if (way == cache->geometry.ways || !(set[way] & DIRTY))
            continue;
        set[way] &= ~(uint64_t)DIRTY;
        model->written_back[unit]++;
    }
}

void cache_model_invalidate(struct cache_model *model, uint64_t pa)
{
    cache_model_clean(model, pa);
    for (enum cache_unit unit = CACHE_L1D; unit < CACHE_UNITS; unit++)
        drop(model, unit, pa);
}

void cache_model_invalidate_fetch(struct cache_model *model, uint64_t pa)
{
    drop(model, CACHE_L1I, pa);
}

void cache_model_invalidate_all_fetch(struct cache_model *model)
{
    const struct cache *cache = &model->unit[CACHE_L1I];

    if (cache->geometry.sets)
        memset(cache->ways, 0,
               (size_t)cache->geometry.sets * cache->geometry.ways * sizeof(*cache->ways));
}

void cache_model_set_way(struct cache_model *model, enum cache_unit unit, uint32_t set,
                         uint32_t way, bool invalidate)
{
    struct cache *cache = &model->unit[unit];
    uint64_t *ways, line;

    if (set >= cache->geometry.sets || way >= cache->geometry.ways)
        return;
    ways = cache->ways + (size_t)set * cache->geometry.ways;
    line = ways[way];
    if (!line)
        return;
    ways[way] &= ~(uint64_t)DIRTY;
    if (invalidate)
        empty(cache, ways, way);
    write_back(model, unit, line);
}

/* --- life --- */

bool cache_model_init(struct cache_model *model, const struct cache_geometry geometry[CACHE_UNITS])
{
    *model = (struct cache_model){0};
    for (unsigned unit = 0; unit < CACHE_UNITS; unit++) {
        struct cache *cache = &model->unit[unit];

        cache->geometry = geometry[unit];
        if (!cache->geometry.sets)
            continue;
        cache->ways =
            calloc((size_t)cache->geometry.sets * cache->geometry.ways, sizeof(*cache->ways));
        if (!cache->ways)
            return false;
    }
    return true;
}

void cache_model_free(struct cache_model *model)
{
    for (unsigned unit = 0; unit < CACHE_UNITS; unit++)
        free(model->unit[unit].ways);
    *model = (struct cache_model){0};
}
