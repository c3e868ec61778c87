/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The host's memory, what happens to it, stage 2 at the start and what is expected of it at the
 * end. */
#include <stdlib.h>
#include <string.h>

#include "sim/scenario/loader.h"

bool plain_vm_only(struct loader *loader, const struct node *node, const char *what)
{
    if (loader->scn->machine.world != SCN_WORLD_CCA)
        return true;
    diag_width(diag_error(loader->diag, DIAG_E0209, &node->pos,
                          "%s is of a plain VM (world: kvm-vhe): the RMM has a realm's", what),
               node->width);
    return false;
}

/* Index of the memory with that name; false after reporting that there is none. */
static bool memory_index(struct loader *loader, const struct node *name, size_t *index)
{
    if (!place_require(loader, name, name->text, PLACE_MEMORY))
        return false;
    for (*index = 0; *index < loader->scn->memory_count; ++*index)
        if (strcmp(loader->scn->memory[*index].name, name->text) == 0)
            return true;
    return false; /* reported where it was wrong */
}

/* --- memory and features ---------------------------------------------------------------------- */

void load_features(struct loader *loader, const struct node *machine)
{
    const struct node *list = good_child(machine, "features");

    if (!list || !plain_vm_only(loader, list, "machine.features"))
        return;
    for (size_t i = 0; i < list->count; i++)
        if (!list->items[i]->bad)
            loader->scn->machine.features |= (unsigned)list->items[i]->value;
}

static bool is_hugetlbfs(enum scn_backing_kind kind)
{
    return kind == SCN_BACKING_CONTPTE || kind == SCN_BACKING_HUGETLB_2M ||
           kind == SCN_BACKING_CONTPMD || kind == SCN_BACKING_HUGETLB_1G;
}

void load_backing(struct loader *loader, const struct node *node, struct scn_memory *memory)
{
    const struct node *backing = good_child(node, "backing"), *mte;
    const struct node *readonly = good_child(node, "readonly"),
                      *log = good_child(node, "log_dirty");
    struct scn_backing *result = &memory->backing;

    memory->readonly = readonly && readonly->value;
    memory->log_dirty = log && log->value;
    if (memory->readonly)
        (void)plain_vm_only(loader, readonly, "a read-only memslot");
    if (memory->log_dirty)
        (void)plain_vm_only(loader, log, "a dirty log");
    if (!backing || !plain_vm_only(loader, backing, "memory[].backing"))
        return;
    mte = good_child(backing, "mte");
    *result = (struct scn_backing){
        .kind = (enum scn_backing_kind)child_value(backing, "kind"),
        .lazy = child_value(backing, "lazy"),
        .readonly = child_value(backing, "readonly"),
        .no_mte = mte && !mte->value,
        .cacheable = child_value(backing, "cacheable"),
        .any_uncached = child_value(backing, "any_uncached"),
        .offset = child_value(backing, "offset"),
    };
    if (result->offset >= (uint64_t)2 << 20 || (result->offset && is_hugetlbfs(result->kind)))
        diag_error(loader->diag, DIAG_E0220, &backing->pos,
                   "backing.offset is less than 2M, and not for pages of hugetlbfs");
}

/* --- host_events ------------------------------------------------------------------------------ */

static void load_event(struct loader *loader, const struct node *node)
{
    const struct node *hvc = good_child(node, "hvc"), *fault = good_child(node, "fault");
    const struct node *name = good_child(node, "memory"), *size = good_child(node, "size");
    struct scn_host_event *event = &loader->scn->host_events[loader->scn->host_event_count];
    const struct scn_memory *memory;
    size_t index;

    if (!hvc == !fault) {
        diag_error(loader->diag, DIAG_E0220, &node->pos,
                   "a host event has one of hvc and fault: when it happens");
        return;
    }
    if (!name || !good_child(node, "do") || !memory_index(loader, name, &index))
        return;
    memory = &loader->scn->memory[index];
    *event = (struct scn_host_event){
        .pos = node->pos,
        .at_fault = fault,
        .when = fault ? fault->value : hvc->value,
        .action = (enum scn_host_action)child_value(node, "do"),
        .memory = index,
        .offset = child_value(node, "offset"),
    };
    event->size = size ? size->value : memory->size - event->offset;
    if (event->offset >= memory->size || !event->size ||
        event->size > memory->size - event->offset) {
        diag_error(loader->diag, DIAG_E0220, &node->pos,
                   "offset and size of the event are not within '%s'", memory->name);
        return;
    }
    loader->scn->host_event_count++;
}

/* --- page_tables ------------------------------------------------------------------------------ */

static void load_map(struct loader *loader, const struct node *node)
{
    const struct node *ipa = good_child(node, "ipa"), *size = good_child(node, "size");
    const struct node *perm = good_child(node, "perm");
    struct scn_stage2_map *map = &loader->scn->stage2_maps[loader->scn->stage2_map_count];
    const struct scn_memory *memory;
    uint64_t start;

    if (!ipa || !size || !perm || !place_resolve(loader, ipa, &start))
        return;
    memory = memory_at(loader, start);
    if (start % GRANULE_SIZE || !memory || size->value > memory->size - (start - memory->ipa.v)) {
        diag_width(diag_error(loader->diag, DIAG_E0220, &ipa->pos,
                              "page_tables.stage2 maps whole pages of one memory"),
                   ipa->width);
        return;
    }
    *map = (struct scn_stage2_map){.pos = ipa->pos,
                                   .ipa = IPA(start),
                                   .size = size->value,
                                   .writable = perm->value & 1,
                                   .executable = perm->value & 2,
                                   .device = child_value(node, "attr")};
    if (map->device && map->executable)
        diag_width(diag_error(loader->diag, DIAG_E0220, &perm->pos,
                              "stage 2 does not make Device memory executable"),
                   perm->width);
    loader->scn->stage2_map_count++;
}

typedef void load_one(struct loader *loader, const struct node *node);

static void load_list(struct loader *loader, const struct node *list, load_one *one)
{
    for (size_t i = 0; i < list->count; i++)
        if (!list->items[i]->bad)
            one(loader, list->items[i]);
}

void load_stage2(struct loader *loader)
{
    const struct node *tables = good_child(loader->root, "page_tables");
    const struct node *events = good_child(loader->root, "host_events");
    const struct node *maps = tables ? good_child(tables, "stage2") : NULL;
    const struct node *depth = tables ? good_child(tables, "stage2_depth") : NULL;
    struct scenario *scn = loader->scn;

    if (events && plain_vm_only(loader, events, "host_events")) {
        scn->host_events = arena_array(loader->arena, events->count, sizeof(scn->host_events[0]));
        load_list(loader, events, load_event);
    }
    if (maps && plain_vm_only(loader, maps, "page_tables.stage2")) {
        scn->stage2_maps = arena_array(loader->arena, maps->count, sizeof(scn->stage2_maps[0]));
        load_list(loader, maps, load_map);
    }
    if (depth && plain_vm_only(loader, depth, "page_tables.stage2_depth"))
        scn->stage2_depth = (int)depth->value;
    load_raw(loader);
}

/* --- expectations ----------------------------------------------------------------------------- */

static void load_expected_leaf(struct loader *loader, const struct node *node)
{
    const struct node *ipa = good_child(node, "ipa");
    struct scn_expect *expect = &loader->scn->expect;
    struct expect_stage2 *leaf = &expect->stage2[expect->stage2_count];
    size_t capacity = 0;
    uint64_t at;

    if (!ipa || !place_resolve(loader, ipa, &at))
        return;
    *leaf = (struct expect_stage2){.pos = node->pos, .ipa = IPA(at)};
    load_expected_below(loader, node, "stage2", &leaf->items, &leaf->item_count, &capacity);
    expect->stage2_count++;
}

static int by_number(const void *a, const void *b)
{
    uint64_t first = *(const uint64_t *)a, second = *(const uint64_t *)b;

    return (first > second) - (first < second);
}

static void load_expected_dirty(struct loader *loader, const struct node *node)
{
    const struct node *name = good_child(node, "memory"), *pages = good_child(node, "pages");
    struct scn_expect *expect = &loader->scn->expect;
    struct expect_dirty *dirty = &expect->dirty[expect->dirty_count];
    size_t index;

    if (!name || !pages || !memory_index(loader, name, &index))
        return;
    *dirty = (struct expect_dirty){.pos = node->pos, .memory = index};
    dirty->pages = arena_array(loader->arena, pages->count, sizeof(dirty->pages[0]));
    for (size_t i = 0; i < pages->count; i++)
        dirty->pages[dirty->page_count++] = pages->items[i]->value;
    qsort(dirty->pages, dirty->page_count, sizeof(dirty->pages[0]), by_number);
    expect->dirty_count++;
}

void load_expected_stage2(struct loader *loader, const struct node *node)
{
    const struct node *stage2 = good_child(node, "stage2"), *dirty = good_child(node, "dirty");
    struct scn_expect *expect = &loader->scn->expect;

    if (stage2 && plain_vm_only(loader, stage2, "expect.stage2")) {
        expect->stage2 = arena_array(loader->arena, stage2->count, sizeof(expect->stage2[0]));
        load_list(loader, stage2, load_expected_leaf);
    }
    if (dirty && plain_vm_only(loader, dirty, "expect.dirty")) {
        expect->dirty = arena_array(loader->arena, dirty->count, sizeof(expect->dirty[0]));
        load_list(loader, dirty, load_expected_dirty);
    }
}

void load_expected_walks(struct loader *loader, const struct node *list, struct expect_trap *trap)
{
    trap->walks = arena_array(loader->arena, list->count, sizeof(trap->walks[0]));
    for (size_t i = 0; i < list->count; i++) {
        struct expect_walk *walk = &trap->walks[trap->walk_count];
        size_t capacity = 0;

        if (list->items[i]->bad)
            continue;
        *walk = (struct expect_walk){.pos = list->items[i]->pos};
        load_expected_below(loader, list->items[i], "walk", &walk->items, &walk->item_count,
                            &capacity);
        trap->walk_count++;
    }
}
