/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names that stand for addresses: memory, devices, labels. */
#include <string.h>

#include "sim/scenario/loader.h"
#include "sim/scenario/text.h"

#define LISTED_PLACES 12

void place_add(struct loader *loader, const char *name, enum place_kind kind, uint64_t address,
               bool bad)
{
    loader->places = arena_grow(loader->arena, loader->places, loader->place_count,
                                &loader->place_capacity, sizeof(loader->places[0]));
    loader->places[loader->place_count++] = (struct place){name, kind, address, bad};
}

const struct place *place_find(const struct loader *loader, const char *name)
{
    for (size_t i = 0; i < loader->place_count; i++) {
        if (strcmp(loader->places[i].name, name) == 0)
            return &loader->places[i];
    }
    return NULL;
}

static bool of_kind(const struct place *place, const enum place_kind *kind)
{
    return !kind || place->kind == *kind;
}

static void unknown_place(struct loader *loader, const struct node *node, const char *name,
                          const enum place_kind *kind)
{
    struct text_nearest nearest = {.wanted = name};
    const char *list = "";
    struct diag_error *error;
    size_t listed = 0;

    error = diag_error(loader->diag, DIAG_E0206, &node->pos, "'%s' is not the name of %s",
                       text_show(loader->arena, name),
                       kind && *kind == PLACE_DEVICE ? "a device" : "a memory, device or label");
    diag_width(error, node->width);
    for (size_t i = 0; i < loader->place_count; i++) {
        if (!of_kind(&loader->places[i], kind))
            continue;
        text_nearest_offer(&nearest, loader->places[i].name);
        if (listed++ < LISTED_PLACES)
            list = arena_printf(loader->arena, "%s%s%s", list, *list ? ", " : "",
                                loader->places[i].name);
    }
    if (nearest.best)
        diag_label(error, "did you mean '%s'?", nearest.best);
    if (listed)
        diag_note(error, NULL, "names here: %s%s", list, listed > LISTED_PLACES ? ", ..." : "");
}

const struct place *place_require(struct loader *loader, const struct node *node, const char *name,
                                  enum place_kind kind)
{
    const struct place *place = place_find(loader, name);

    if (place && place->kind == kind)
        return place;
    unknown_place(loader, node, name, &kind);
    return NULL;
}

/* Splits "name + 0x10"; the schema check has seen that it has this form. */
static const char *split(const struct loader *loader, const char *text, uint64_t *offset)
{
    size_t length = strcspn(text, "+ ");
    const char *plus = strchr(text, '+');

    *offset = 0;
    if (plus) {
        plus += 1 + strspn(plus + 1, " ");
        if (number_parse(plus, strlen(plus), offset) != NUMBER_OK)
            *offset = 0;
    }
    return arena_copy(loader->arena, text, length);
}

bool place_is_unknown(const struct loader *loader, const struct node *node)
{
    uint64_t offset;

    return !node->number && !place_find(loader, split(loader, node->text, &offset));
}

bool place_resolve(struct loader *loader, const struct node *node, uint64_t *address)
{
    const struct place *place;
    const char *name;
    uint64_t offset;

    if (node->number) {
        *address = node->value;
        return true;
    }
    name = split(loader, node->text, &offset);
    place = place_find(loader, name);
    if (!place) {
        if (!loader->labels_unknown)
            unknown_place(loader, node, name, NULL);
        return false;
    }
    if (place->bad)
        return false;
    if (__builtin_add_overflow(place->address, offset, address)) {
        diag_error(loader->diag, DIAG_E0205, &node->pos, "%s is beyond the last address",
                   text_show(loader->arena, node->text));
        return false;
    }
    return true;
}
