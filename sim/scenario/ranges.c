/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/scenario/ranges.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static int by_start(const void *left, const void *right)
{
    const struct range *a = left, *b = right;

    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    return a->end < b->end ? -1 : a->end > b->end;
}

void range_add(struct loader *loader, struct range_list *list, const struct range *range)
{
    list->items = arena_grow(loader->arena, list->items, list->count, &list->capacity,
                             sizeof(list->items[0]));
    list->items[list->count++] = *range;
}

const char *range_name(struct loader *loader, const struct range *range)
{
    return range->name ? arena_printf(loader->arena, "%s '%s'", range->what, range->name)
                       : range->what;
}

static void report_overlap(struct loader *loader, const struct range *a, const struct range *b)
{
    /* the one that stands later in the file is the mistake */
    bool a_later =
        strcmp(a->node->pos.file, b->node->pos.file) == 0 &&
        (a->node->pos.line > b->node->pos.line ||
         (a->node->pos.line == b->node->pos.line && a->node->pos.column > b->node->pos.column));
    const struct range *later = a_later ? a : b, *earlier = a_later ? b : a;
    struct diag_error *error =
        diag_error(loader->diag, DIAG_E0201, &later->node->pos,
                   "%s (0x%" PRIx64 "..0x%" PRIx64 ") overlaps %s", range_name(loader, later),
                   later->start, later->end - 1, range_name(loader, earlier));

    diag_width(error, later->node->width);
    diag_note(error, &earlier->node->pos, "%s is 0x%" PRIx64 "..0x%" PRIx64,
              range_name(loader, earlier), earlier->start, earlier->end - 1);
}

void range_check_pair(struct loader *loader, const struct range *a, const struct range *b)
{
    if (a->start < b->end && b->start < a->end)
        report_overlap(loader, a, b);
}

/* Sorted by start, each range is compared with the one so far that reaches farthest. */
void range_check_overlaps(struct loader *loader, struct range_list *list)
{
    const struct range *farthest = NULL;

    if (list->count)
        qsort(list->items, list->count, sizeof(list->items[0]), by_start);
    for (size_t i = 0; i < list->count; i++) {
        const struct range *range = &list->items[i];

        if (farthest && range->start < farthest->end)
            report_overlap(loader, farthest, range);
        if (!farthest || range->end > farthest->end)
            farthest = range;
    }
}

bool range_complete(struct loader *loader, struct range *range, uint64_t size)
{
    unsigned bits = loader->scn->machine.ipa_bits;
    bool wraps = __builtin_add_overflow(range->start, size, &range->end);

    if (bits && (wraps || range->end > (uint64_t)1 << bits)) {
        struct diag_error *error =
            diag_error(loader->diag, DIAG_E0205, &range->node->pos,
                       "%s ends beyond the %u-bit address space of the guest",
                       range_name(loader, range), bits);

        diag_width(error, range->node->width);
        return false;
    }
    return !wraps;
}
