/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/stage1_tables.h"

#include <stdlib.h>
#include <string.h>

#include "cpu/arch/descriptor.h"

#define ENTRIES 512
#define LEVEL_BITS 9
#define TSZ 16 /* 48-bit halves: the walk starts at level 0 */
#define BLOCK_SIZE ((uint64_t)1 << 21)
#define ATTR_NORMAL 0u
#define ATTR_DEVICE 1u

/* Until the base is known a table descriptor holds the index of the next table, shifted like an
 * address. */
struct table {
    int level;
    uint64_t entry[ENTRIES];
};

enum { ROOT_LOW, ROOT_HIGH, ROOT_COUNT };

/* A descriptor that is not to be as it was built. */
struct edit {
    size_t table;
    unsigned slot;
    struct scn_raw_bits bits;
};

struct stage1_tables {
    struct table *table;
    size_t count, capacity;
    struct edit *edits;
    size_t edit_count, edit_capacity;
};

/* Index of a new, empty table; 0 (a root) when out of memory. */
static size_t add_table(struct stage1_tables *tables, int level)
{
    if (tables->count == tables->capacity) {
        size_t capacity = tables->capacity ? tables->capacity * 2 : 8;
        struct table *grown = realloc(tables->table, capacity * sizeof(*grown));

        if (!grown)
            return 0;
        tables->table = grown;
        tables->capacity = capacity;
    }
    memset(&tables->table[tables->count], 0, sizeof(*tables->table));
    tables->table[tables->count].level = level;
    return tables->count++;
}

struct stage1_tables *stage1_tables_new(void)
{
    struct stage1_tables *tables = calloc(1, sizeof(*tables));

    if (!tables)
        return NULL;
    for (unsigned root = 0; root < ROOT_COUNT; root++)
        add_table(tables, 0);
    if (tables->count != ROOT_COUNT) {
        stage1_tables_free(tables);
        return NULL;
    }
    return tables;
}

void stage1_tables_free(struct stage1_tables *tables)
{
    if (!tables)
        return;
    free(tables->table);
    free(tables->edits);
    free(tables);
}

static unsigned level_shift(int level)
{
    return GRANULE_SHIFT + (unsigned)(3 - level) * LEVEL_BITS;
}

static uint64_t leaf(const struct scn_stage1_map *map, uint64_t ipa, int level)
{
    uint64_t desc = ipa | field_mask(DESC_AF) |
                    field_put(DESC_TYPE, level == 3 ? DESC_TYPE_PAGE : DESC_TYPE_BLOCK) |
                    field_put(S1_ATTR_INDX, map->device ? ATTR_DEVICE : ATTR_NORMAL);

    if (!map->device)
        desc |= field_put(DESC_SH, DESC_SH_INNER);
    if (map->user)
        desc |= field_mask(S1_AP_EL0);
    if (!map->writable)
        desc |= field_mask(S1_AP_RO);
    if (!map->executable)
        desc |= field_mask(S1_PXN) | field_mask(S1_UXN);
    return desc;
}

/* Makes the entry a table, if it is not: an invalid one an empty one, a block one that maps the
 * same. */
static size_t next_table(struct stage1_tables *tables, size_t index, unsigned slot, int level)
{
    uint64_t old = tables->table[index].entry[slot];
    size_t next;

    if (field_get(old, DESC_TYPE) == DESC_TYPE_TABLE)
        return (size_t)field_get(old, DESC_ADDR);
    next = add_table(tables, level + 1);
    if (!next)
        return 0;
    for (uint64_t i = 0; field_get(old, DESC_VALID) && i < ENTRIES; i++) {
        uint64_t same = old + (i << level_shift(level + 1));

        if (level + 1 == 3)
            same = field_set(same, DESC_TYPE, DESC_TYPE_PAGE);
        tables->table[next].entry[i] = same;
    }
    tables->table[index].entry[slot] =
        field_put(DESC_TYPE, DESC_TYPE_TABLE) | field_put(DESC_ADDR, next);
    return next;
}

static unsigned slot_of(uint64_t va, int level)
{
    return va >> level_shift(level) & (ENTRIES - 1);
}

/* The table of that level on the way to va, made if need be; false when out of memory. */
static bool reach(struct stage1_tables *tables, uint64_t va, int level, size_t *index)
{
    *index = va >> 63 ? ROOT_HIGH : ROOT_LOW;
    for (int above = 0; above < level; above++) {
        *index = next_table(tables, *index, slot_of(va, above), above);
        if (!*index)
            return false;
    }
    return true;
}

bool stage1_tables_map(struct stage1_tables *tables, const struct scn_stage1_map *map)
{
    uint64_t done = 0;

    while (done < map->size) {
        uint64_t va = map->va.v + done, ipa = map->ipa.v + done, left = map->size - done;
        bool block = !((va | ipa) & (BLOCK_SIZE - 1)) && left >= BLOCK_SIZE;
        int last = block ? 2 : 3;
        size_t index;

        if (!reach(tables, va, last, &index))
            return false;
        tables->table[index].entry[slot_of(va, last)] = leaf(map, ipa, last);
        done += block ? BLOCK_SIZE : GRANULE_SIZE;
    }
    return true;
}

bool stage1_tables_edit(struct stage1_tables *tables, const struct scn_stage1_raw *raw)
{
    struct edit edit = {.slot = slot_of(raw->va.v, raw->level), .bits = raw->bits};

    if (!reach(tables, raw->va.v, raw->level, &edit.table))
        return false;
    if (tables->edit_count == tables->edit_capacity) {
        size_t capacity = tables->edit_capacity ? tables->edit_capacity * 2 : 4;
        struct edit *grown = realloc(tables->edits, capacity * sizeof(*grown));

        if (!grown)
            return false;
        tables->edits = grown;
        tables->edit_capacity = capacity;
    }
    tables->edits[tables->edit_count++] = edit;
    return true;
}

uint64_t stage1_tables_size(const struct stage1_tables *tables)
{
    return tables->count * GRANULE_SIZE;
}

void stage1_tables_write(const struct stage1_tables *tables, ipa_t base, uint8_t *bytes)
{
    for (size_t i = 0; i < tables->count; i++) {
        const struct table *table = &tables->table[i];

        for (unsigned slot = 0; slot < ENTRIES; slot++) {
            uint64_t desc = table->entry[slot];

            if (table->level < 3 && field_get(desc, DESC_TYPE) == DESC_TYPE_TABLE)
                desc += base.v;
            memcpy(bytes + i * GRANULE_SIZE + slot * sizeof(desc), &desc, sizeof(desc));
        }
    }
    for (size_t i = 0; i < tables->edit_count; i++) {
        const struct edit *edit = &tables->edits[i];
        uint8_t *at = bytes + edit->table * GRANULE_SIZE + edit->slot * sizeof(uint64_t);
        uint64_t desc;

        memcpy(&desc, at, sizeof(desc));
        desc = (desc & ~edit->bits.clear) | edit->bits.set;
        memcpy(at, &desc, sizeof(desc));
    }
}

uint64_t stage1_ttbr0(ipa_t base)
{
    return base.v + ROOT_LOW * GRANULE_SIZE;
}

uint64_t stage1_ttbr1(ipa_t base)
{
    return base.v + ROOT_HIGH * GRANULE_SIZE;
}

uint64_t stage1_tcr(unsigned ipa_bits)
{
    const uint64_t tg1_4k = 2;

    return field_put(TCR_T0SZ, TSZ) | field_put(TCR_T1SZ, TSZ) | field_put(TCR_TG1, tg1_4k) |
           field_put(TCR_IPS, ps_encoding(ipa_bits));
}
