/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest's stage-1 mappings: page_tables.stage1 over the flat ones. */
#include <inttypes.h>

#include "sim/scenario/ranges.h"

#define MAX_OUTPUT_BITS 48 /* of a stage-1 translation with 4K granule (TCR_EL1.IPS) */
#define VA_BITS 48

static bool check_page(struct loader *loader, const struct node *node, uint64_t address)
{
    if (address % GRANULE_SIZE == 0)
        return true;
    diag_width(diag_error(loader->diag, DIAG_E0203, &node->pos,
                          "0x%" PRIx64 " is not aligned to the granule (4K)", address),
               node->width);
    return false;
}

/* Bits above the 48 translated ones select TTBR0_EL1 or TTBR1_EL1: they are all equal. */
static bool is_canonical(uint64_t va)
{
    uint64_t top = va >> (VA_BITS - 1) >> 1;

    return top == 0 || top == UINT64_MAX >> VA_BITS;
}

static void load_map(struct loader *loader, const struct node *node, struct range_list *ranges)
{
    const struct node *va = good_child(node, "va"), *ipa = good_child(node, "ipa");
    const struct node *size = good_child(node, "size"), *perm = good_child(node, "perm");
    struct scn_stage1_map *map = &loader->scn->guest.maps[loader->scn->guest.map_count];
    struct range range = {.what = "mapping", .node = va};
    uint64_t va_value, ipa_value, ipa_end;

    if (!va || !ipa || !size || !perm || !place_resolve(loader, va, &va_value) ||
        !place_resolve(loader, ipa, &ipa_value) || !check_page(loader, va, va_value) ||
        !check_page(loader, ipa, ipa_value))
        return;
    range.start = va_value;
    if (__builtin_add_overflow(va_value, size->value - 1, &range.end) || !is_canonical(va_value) ||
        !is_canonical(range.end) || (va_value >> 63) != (range.end >> 63)) {
        diag_width(diag_error(loader->diag, DIAG_E0205, &va->pos,
                              "the mapping leaves the %d-bit virtual address space", VA_BITS),
                   va->width);
        return;
    }
    if (__builtin_add_overflow(ipa_value, size->value, &ipa_end) ||
        ipa_end > (uint64_t)1 << MAX_OUTPUT_BITS) {
        diag_width(diag_error(loader->diag, DIAG_E0205, &ipa->pos,
                              "stage 1 gives addresses of at most %d bits", MAX_OUTPUT_BITS),
                   ipa->width);
        return;
    }
    *map = (struct scn_stage1_map){.pos = va->pos,
                                   .va = VA(va_value),
                                   .ipa = IPA(ipa_value),
                                   .size = size->value,
                                   .device = child_value(node, "attr"),
                                   .writable = perm->value & 1,
                                   .executable = perm->value & 2,
                                   .user = child_value(node, "el0")};
    loader->scn->guest.map_count++;
    range.end += range.end != UINT64_MAX; /* the last page of all may end there */
    range_add(loader, ranges, &range);
}

void load_page_tables(struct loader *loader)
{
    const struct node *tables = good_child(loader->root, "page_tables");
    const struct node *guest = good_child(loader->root, "guest");
    const struct node *stage1 = tables ? good_child(tables, "stage1") : NULL;
    struct scn_guest *result = &loader->scn->guest;
    struct range_list ranges = {0};

    if (guest)
        result->stage1 = (enum scn_stage1)child_value(guest, "stage1");
    if (!stage1)
        return;
    if (guest && good_child(guest, "stage1") && result->stage1 == SCN_STAGE1_OFF)
        diag_error(loader->diag, DIAG_E0209, &stage1->pos,
                   "page_tables.stage1 needs guest.stage1: flat, or the MMU is off");
    result->maps = arena_array(loader->arena, stage1->count, sizeof(result->maps[0]));
    for (size_t i = 0; i < stage1->count; i++) {
        if (!stage1->items[i]->bad)
            load_map(loader, stage1->items[i], &ranges);
    }
    range_check_overlaps(loader, &ranges);
}

const struct scn_memory *memory_at(const struct loader *loader, uint64_t ipa)
{
    for (size_t i = 0; i < loader->scn->memory_count; i++) {
        const struct scn_memory *memory = &loader->scn->memory[i];

        if (ipa >= memory->ipa.v && ipa - memory->ipa.v < memory->size)
            return memory;
    }
    return NULL;
}

bool guest_translate(const struct loader *loader, uint64_t va, uint64_t *ipa, uint64_t *room)
{
    const struct scn_memory *memory;

    for (size_t i = 0; i < loader->scn->guest.map_count; i++) {
        const struct scn_stage1_map *map = &loader->scn->guest.maps[i];

        if (va >= map->va.v && va - map->va.v < map->size) {
            *ipa = map->ipa.v + (va - map->va.v);
            *room = map->size - (va - map->va.v);
            return true;
        }
    }
    memory = memory_at(loader, va);
    if (!memory)
        return false;
    *ipa = va;
    *room = memory->size - (va - memory->ipa.v);
    for (size_t i = 0; i < loader->scn->guest.map_count; i++) {
        uint64_t start = loader->scn->guest.maps[i].va.v;

        if (start > va && start - va < *room)
            *room = start - va; /* from there on the mapping wins over the flat one */
    }
    return true;
}
