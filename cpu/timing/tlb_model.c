/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cpu/timing/tlb_model.h"

#include <stdlib.h>
#include <string.h>

#define UNLIMITED_WAYS 8u
#define UNLIMITED_FIRST_SETS 2u
#define UNLIMITED_SETS ((size_t)1 << 17) /* of one cache, at most */
#define DESCRIPTOR_SHIFT 3
#define VA_BITS 56 /* above may be a tag; bit 55 chooses the TTBR */

/* What an entry's key is made of, beside the address. */
struct tag {
    uint16_t vmid, asid;
    bool realm, s1, s2, global;
};

struct entry {
    uint64_t page; /* address >> shift */
    uint64_t used; /* when it was, last; 0: the entry is free */
    struct tag tag;
    uint8_t shift;
};

struct cache {
    struct entry *entries;
    size_t sets, ways;
    uint64_t shifts;      /* bit n: there may be an entry of 1 << n bytes */
    struct entry *recent; /* what was found last; walks have it often */
    bool grows;
};

struct tlb_model {
    struct tlb_geometry geometry;
    bool unlimited;
    uint64_t now;
    struct cache micro[2]; /* by fetch */
    struct cache main, tables, ipa, s2_tables;
};

/* --- one cache -----------------------------------------------------------------------------------
 */

static bool cache_init(struct cache *cache, const struct tlb_size *size, bool unlimited)
{
    if (!size->entries)
        return true;
    cache->grows = unlimited;
    cache->ways = unlimited ? UNLIMITED_WAYS : size->ways;
    cache->sets = unlimited ? UNLIMITED_FIRST_SETS : (size_t)size->entries / size->ways;
    cache->entries = calloc(cache->sets * cache->ways, sizeof(*cache->entries));
    return cache->entries != NULL;
}

static void cache_clear(struct cache *cache)
{
    if (cache->entries)
        memset(cache->entries, 0, cache->sets * cache->ways * sizeof(*cache->entries));
    cache->shifts = 0;
    cache->recent = NULL;
}

static uint64_t mixed(uint64_t value)
{
    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9u;
    value = (value ^ value >> 27) * 0x94d049bb133111ebu;
    return value ^ value >> 31;
}

/* A real cache takes the low bits of the page number; one that grows must spread any of them. */
static struct entry *set_of(const struct cache *cache, uint64_t page, unsigned shift,
                            const struct tag *tag)
{
    uint64_t owner = (uint64_t)tag->vmid << 17 | (tag->global ? 0x10000u : tag->asid);

    if (!cache->grows)
        return cache->entries + page % cache->sets * cache->ways;
    page += (owner << 6 | shift) * 0x9e3779b97f4a7c15u;
    return cache->entries + (mixed(page) & (cache->sets - 1)) * cache->ways;
}

/* Does an access of `asked` hit an entry of `held`? */
static bool tag_hits(const struct tag *held, const struct tag *asked)
{
    return held->vmid == asked->vmid && held->realm == asked->realm && held->s1 == asked->s1 &&
           held->s2 == asked->s2 && (held->global || held->asid == asked->asid);
}

static struct entry *set_find(const struct cache *cache, const struct tag *tag, uint64_t page,
                              unsigned shift, bool global)
{
    struct tag where = *tag;
    struct entry *set;

    where.global = global;
    set = set_of(cache, page, shift, &where);
    for (size_t way = 0; way < cache->ways; way++)
        if (set[way].used && set[way].page == page && set[way].shift == shift &&
            tag_hits(&set[way].tag, tag))
            return &set[way];
    return NULL;
}

static struct entry *cache_find_size(const struct cache *cache, const struct tag *tag,
                                     uint64_t address, unsigned shift)
{
    uint64_t page = address >> shift;
    struct entry *entry;

    if (!cache->entries || !(cache->shifts >> shift & 1))
        return NULL;
    entry = set_find(cache, tag, page, shift, tag->global);
    return entry || !cache->grows || tag->global ? entry : set_find(cache, tag, page, shift, true);
}

static bool is_hit(const struct entry *entry, const struct tag *tag, uint64_t address)
{
    return entry->used && address >> entry->shift == entry->page && tag_hits(&entry->tag, tag);
}

static struct entry *cache_find(struct cache *cache, const struct tag *tag, uint64_t address)
{
    if (cache->recent && is_hit(cache->recent, tag, address))
        return cache->recent;
    for (uint64_t left = cache->shifts; left; left &= left - 1) {
        struct entry *entry = cache_find_size(cache, tag, address, (unsigned)__builtin_ctzll(left));

        if (entry) {
            cache->recent = entry;
            return entry;
        }
    }
    return NULL;
}

static struct entry *free_way(const struct cache *cache, uint64_t page, unsigned shift,
                              const struct tag *tag)
{
    struct entry *set = set_of(cache, page, shift, tag), *oldest = set;

    for (size_t way = 0; way < cache->ways; way++)
        if (set[way].used < oldest->used)
            oldest = &set[way];
    return cache->grows && oldest->used ? NULL : oldest;
}

/* All entries in a cache of so many sets. False, and nothing changed: they do not fit. */
static bool cache_resize(struct cache *cache, size_t sets)
{
    struct cache other = *cache;

    other.sets = sets;
    other.entries = calloc(sets * other.ways, sizeof(*other.entries));
    if (!other.entries)
        return false;
    for (size_t i = 0; i < cache->sets * cache->ways; i++) {
        const struct entry *entry = &cache->entries[i];
        struct entry *place =
            entry->used ? free_way(&other, entry->page, entry->shift, &entry->tag) : NULL;

        if (entry->used && !place) {
            free(other.entries);
            return false;
        }
        if (place)
            *place = *entry;
    }
    free(cache->entries);
    *cache = other;
    cache->recent = NULL;
    return true;
}

static bool cache_grow(struct cache *cache)
{
    for (size_t sets = cache->sets * 2; sets <= UNLIMITED_SETS; sets *= 2)
        if (cache_resize(cache, sets))
            return true;
    return false;
}

/* False: there was no room for it, and nothing else is there any more. */
static bool cache_insert(struct cache *cache, const struct tag *tag, uint64_t address,
                         unsigned shift, uint64_t now)
{
    uint64_t page = address >> shift;
    struct entry *place;
    bool fits = true;

    if (!cache->entries)
        return true;
    while ((place = free_way(cache, page, shift, tag)) == NULL && (fits = cache_grow(cache)))
        ;
    if (!fits) {
        cache_clear(cache);
        place = set_of(cache, page, shift, tag);
    }
    *place = (struct entry){.page = page, .used = now, .tag = *tag, .shift = (uint8_t)shift};
    cache->recent = place;
    cache->shifts |= (uint64_t)1 << shift;
    return fits;
}

/* Which entries go. Tags are compared as far as they are asked for. */
struct victims {
    const struct tlb_context *context;
    bool by_asid, keep_global; /* of that ASID; global ones do not count as such */
    bool by_address;
    uint64_t first, last;
};

static bool is_victim(const struct entry *entry, const struct victims *which)
{
    const struct tlb_context *context = which->context;
    uint64_t first = entry->page << entry->shift;
    uint64_t last = first | (((uint64_t)1 << entry->shift) - 1);

    if (!entry->used || entry->tag.vmid != context->vmid || entry->tag.realm != context->realm)
        return false;
    if (which->by_asid &&
        (entry->tag.global ? which->keep_global : entry->tag.asid != context->asid))
        return false;
    return !which->by_address || (first <= which->last && last >= which->first);
}

/* True: an entry of more than a 4K page went. */
static bool cache_forget(struct cache *cache, const struct victims *which)
{
    bool large = false;
    size_t left = 0;

    if (!cache->shifts)
        return false;
    for (size_t i = 0; i < cache->sets * cache->ways; i++) {
        if (is_victim(&cache->entries[i], which)) {
            large |= cache->entries[i].shift > GRANULE_SHIFT;
            cache->entries[i].used = 0;
        }
        left += cache->entries[i].used != 0;
    }
    /* One that has grown and is nearly empty becomes smaller, so that a sweep stays cheap. */
    if (cache->grows && cache->sets > UNLIMITED_FIRST_SETS && left * 16 < cache->sets * cache->ways)
        cache_resize(cache, cache->sets / 8 < UNLIMITED_FIRST_SETS ? UNLIMITED_FIRST_SETS
                                                                   : cache->sets / 8);
    return large;
}

/* --- the model -----------------------------------------------------------------------------------
 */

struct tlb_model *tlb_model_new(const struct tlb_geometry *geometry, bool unlimited)
{
    static const struct tlb_size none = {0};
    struct tlb_model *model = calloc(1, sizeof(*model));

    if (!model)
        return NULL;
    model->geometry = *geometry;
    model->unlimited = unlimited;
    if (cache_init(&model->micro[false], unlimited ? &none : &geometry->micro_d, false) &&
        cache_init(&model->micro[true], unlimited ? &none : &geometry->micro_i, false) &&
        cache_init(&model->main, &geometry->main, unlimited) &&
        cache_init(&model->tables, &geometry->tables, unlimited) &&
        cache_init(&model->ipa, &geometry->ipa, unlimited) &&
        cache_init(&model->s2_tables, &geometry->s2_tables, unlimited))
        return model;
    tlb_model_free(model);
    return NULL;
}

void tlb_model_free(struct tlb_model *model)
{
    if (!model)
        return;
    free(model->micro[0].entries);
    free(model->micro[1].entries);
    free(model->main.entries);
    free(model->tables.entries);
    free(model->ipa.entries);
    free(model->s2_tables.entries);
    free(model);
}

static uint64_t low(uint64_t va)
{
    return va & (((uint64_t)1 << VA_BITS) - 1);
}

/* With stage 1 off there is no ASID: entries are global. */
static struct tag tag_of(const struct tlb_context *context, bool global)
{
    return (struct tag){.vmid = context->vmid,
                        .asid = context->asid,
                        .realm = context->realm,
                        .s1 = context->s1,
                        .s2 = context->s2,
                        .global = global || !context->s1};
}

/* Stage 2 knows no ASID, and does not care what asked. */
static struct tag stage2_tag(const struct tlb_context *context)
{
    return (struct tag){.vmid = context->vmid, .realm = context->realm, .s2 = true, .global = true};
}

bool tlb_model_holds(struct tlb_model *model, const struct tlb_context *context, uint64_t va)
{
    struct tag tag = tag_of(context, false);

    return (!context->s1 && !context->s2) || cache_find(&model->main, &tag, low(va)) ||
           cache_find(&model->micro[0], &tag, low(va)) ||
           cache_find(&model->micro[1], &tag, low(va));
}

enum tlb_place tlb_model_lookup(struct tlb_model *model, const struct tlb_context *context,
                                uint64_t va, bool fetch)
{
    struct tag tag = tag_of(context, false);
    struct entry *entry;

    if (!context->s1 && !context->s2)
        return TLB_MICRO;
    model->now++;
    entry = cache_find(&model->micro[fetch], &tag, low(va));
    if (entry) {
        entry->used = model->now;
        return TLB_MICRO;
    }
    entry = cache_find(&model->main, &tag, low(va));
    if (!entry)
        return TLB_NOWHERE;
    entry->used = model->now;
    cache_insert(&model->micro[fetch], &entry->tag, low(va), entry->shift, model->now);
    return TLB_MAIN;
}

/*
 * How many of the `reads` descriptors on the way to address stand in front of what the cache has:
 * the deepest table known is where the walk begins.
 */
static unsigned saved(struct tlb_model *model, const struct cache *cache, const struct tag *tag,
                      uint64_t address, unsigned reads, unsigned shift, unsigned stride)
{
    for (unsigned i = 1; i < reads; i++) {
        struct entry *entry = cache_find_size(cache, tag, address, shift + i * stride);

        if (entry) {
            entry->used = model->now;
            return reads - i;
        }
    }
    return 0;
}

/*
 * The tables that the last `reads` descriptors of a walk point to, uppermost first; the last of all
 * points to none. Without all_levels only a table of pages, which is what Cortex-A55's walk cache
 * holds.
 */
static bool keep_tables(struct tlb_model *model, struct cache *cache, const struct tag *tag,
                        uint64_t address, unsigned reads, unsigned shift, unsigned stride,
                        bool all_levels)
{
    bool fits = true;

    for (unsigned i = reads; i-- > 1;)
        if (all_levels || (i == 1 && shift == stride + DESCRIPTOR_SHIFT))
            fits &= cache_insert(cache, tag, address, shift + i * stride, model->now);
    return fits;
}

static void stage2_reads(struct tlb_model *model, const struct tlb_context *context,
                         const struct tlb_walk_s2 *walk, struct tlb_reads *reads)
{
    struct tag tag = stage2_tag(context);
    struct entry *entry = walk->complete ? cache_find(&model->ipa, &tag, walk->ipa) : NULL;
    unsigned left;

    if (entry) {
        entry->used = model->now;
        return;
    }
    left = walk->reads -
           saved(model, &model->s2_tables, &tag, walk->ipa, walk->reads, walk->shift, walk->stride);
    reads->s2 += left;
    if (!keep_tables(model, &model->s2_tables, &tag, walk->ipa, left, walk->shift, walk->stride,
                     true) ||
        (walk->complete && !cache_insert(&model->ipa, &tag, walk->ipa, walk->shift, model->now)))
        reads->forgot = true;
}

/* What the TLB's entry covers: what both stages map, whichever is smaller. */
static unsigned mapped_shift(const struct tlb_context *context, const struct tlb_walk *walk)
{
    unsigned s2 = walk->s2_walks ? walk->s2[walk->s2_walks - 1].shift : 63;

    return context->s1 && walk->s1_shift < s2 ? walk->s1_shift : s2;
}

struct tlb_reads tlb_model_walk(struct tlb_model *model, const struct tlb_context *context,
                                uint64_t va, bool fetch, const struct tlb_walk *walk)
{
    struct tag tag = tag_of(context, false), leaf = tag_of(context, walk->global);
    struct tlb_reads reads = {0};
    unsigned begin;

    if (!context->s1 && !context->s2)
        return reads;
    model->now++;
    begin = saved(model, &model->tables, &tag, low(va), walk->s1_reads, walk->s1_shift,
                  walk->s1_stride);
    reads.s1 = walk->s1_reads - begin;
    for (unsigned i = begin; i < walk->s2_walks; i++)
        stage2_reads(model, context, &walk->s2[i], &reads);
    if (!keep_tables(model, &model->tables, &tag, low(va), reads.s1, walk->s1_shift,
                     walk->s1_stride, model->geometry.all_levels))
        reads.forgot = true;
    if (!walk->complete)
        return reads;
    if (!cache_insert(&model->main, &leaf, low(va), mapped_shift(context, walk), model->now))
        reads.forgot = true;
    cache_insert(&model->micro[fetch], &leaf, low(va), mapped_shift(context, walk), model->now);
    return reads;
}

/* --- invalidation --------------------------------------------------------------------------------
 */

static void forget_micro(struct tlb_model *model)
{
    cache_clear(&model->micro[0]);
    cache_clear(&model->micro[1]);
}

void tlb_model_forget_all(struct tlb_model *model)
{
    forget_micro(model);
    cache_clear(&model->main);
    cache_clear(&model->tables);
    cache_clear(&model->ipa);
    cache_clear(&model->s2_tables);
}

void tlb_model_forget_vmid(struct tlb_model *model, const struct tlb_context *context, bool stage2)
{
    const struct victims which = {.context = context};

    forget_micro(model);
    cache_forget(&model->main, &which);
    cache_forget(&model->tables, &which);
    if (!stage2)
        return;
    cache_forget(&model->ipa, &which);
    cache_forget(&model->s2_tables, &which);
}

void tlb_model_forget_asid(struct tlb_model *model, const struct tlb_context *context)
{
    const struct victims which = {.context = context, .by_asid = true, .keep_global = true};

    forget_micro(model);
    cache_forget(&model->main, &which);
    cache_forget(&model->tables, &which);
}

static uint64_t last_of(uint64_t first, uint64_t size)
{
    return size - 1 > UINT64_MAX - first ? UINT64_MAX : first + (size - 1);
}

bool tlb_model_forget_va(struct tlb_model *model, const struct tlb_context *context, uint64_t va,
                         uint64_t size, bool any_asid, bool last_level)
{
    const struct victims which = {.context = context,
                                  .by_asid = !any_asid,
                                  .by_address = true,
                                  .first = low(va),
                                  .last = last_of(low(va), size)};
    bool large;

    forget_micro(model);
    large = cache_forget(&model->main, &which);
    if (!last_level)
        cache_forget(&model->tables, &which);
    return large;
}

void tlb_model_forget_ipa(struct tlb_model *model, const struct tlb_context *context, uint64_t ipa,
                          uint64_t size, bool last_level)
{
    const struct victims which = {
        .context = context, .by_address = true, .first = ipa, .last = last_of(ipa, size)};

    forget_micro(model);
    cache_forget(&model->ipa, &which);
    if (!last_level)
        cache_forget(&model->s2_tables, &which);
}
