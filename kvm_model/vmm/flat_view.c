/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kvm_model/vmm/flat_view.h"

#include <stdlib.h>
#include <string.h>

/* What of the address space a region may fill; inclusive, so that 2^64 bytes can be said. */
struct window {
    uint64_t start, last;
};

static bool insert(struct flat_view *view, size_t at, const struct flat_range *range)
{
    if (view->count == view->capacity) {
        size_t capacity = view->capacity ? view->capacity * 2 : 8;
        struct flat_range *grown = realloc(view->ranges, capacity * sizeof(*grown));

        if (!grown)
            return false;
        view->ranges = grown;
        view->capacity = capacity;
    }
    memmove(&view->ranges[at + 1], &view->ranges[at], (view->count - at) * sizeof(view->ranges[0]));
    view->ranges[at] = *range;
    view->count++;
    return true;
}

/* Fills the holes that are left in the window: what is there already has the higher priority. */
static bool fill_holes(struct flat_view *view, const struct memory_region *region, uint64_t base,
                       struct window window, bool readonly)
{
    uint64_t at = window.start;

    for (size_t i = 0;; i++) {
        struct flat_range range = {
            .start = at, .last = window.last, .region = region, .readonly = readonly};

        range.offset = at - base;
        while (i < view->count && view->ranges[i].last < at)
            i++;
        if (i < view->count && view->ranges[i].start <= window.last) {
            const struct flat_range *next = &view->ranges[i];
            uint64_t next_last = next->last;

            if (next->start > at) {
                range.last = next->start - 1;
                if (!insert(view, i, &range))
                    return false;
                i++;
            }
            if (next_last >= window.last)
                return true;
            at = next_last + 1;
            continue;
        }
        return insert(view, i, &range);
    }
}

/* Renders region with its byte 0 at base (modulo 2^64) into the window. */
static bool render(struct flat_view *view, const struct memory_region *region, uint64_t base,
                   struct window window, bool readonly, unsigned depth)
{
    struct window inner = window;

    if (!region->enabled)
        return true;
    if (depth == FLAT_VIEW_MAX_DEPTH)
        return false;
    /* An alias's base may lie below 0: its target starts before the window into it. */
    if (inner.start - base >= region->size) {
        if (inner.start >= base || base > inner.last)
            return true;
        inner.start = base;
    }
    if (inner.last - base >= region->size)
        inner.last = base + (region->size - 1);

    readonly = readonly || region->readonly;
    if (region->type == MEMORY_REGION_ALIAS)
        return render(view, region->alias, base - region->alias_offset, inner, readonly, depth + 1);
    for (const struct memory_region *sub = region->subregions; sub; sub = sub->next)
        if (!render(view, sub, base + sub->offset, inner, readonly, depth + 1))
            return false;
    return region->type == MEMORY_REGION_CONTAINER ||
           fill_holes(view, region, base, inner, readonly);
}

static bool can_merge(const struct flat_range *low, const struct flat_range *high)
{
    return low->last + 1 == high->start && low->region == high->region &&
           low->offset + (high->start - low->start) == high->offset &&
           low->readonly == high->readonly;
}

/* Pieces of one region that meet again become one range. */
static void simplify(struct flat_view *view)
{
    size_t kept = 0;

    for (size_t i = 1; i < view->count; i++) {
        if (can_merge(&view->ranges[kept], &view->ranges[i]))
            view->ranges[kept].last = view->ranges[i].last;
        else
            view->ranges[++kept] = view->ranges[i];
    }
    if (view->count)
        view->count = kept + 1;
}

bool flat_view_render(struct flat_view *view, const struct memory_region *root)
{
    struct window all = {.start = 0, .last = root->size - 1};

    *view = (struct flat_view){0};
    if (render(view, root, 0, all, false, 0)) {
        simplify(view);
        return true;
    }
    flat_view_free(view);
    return false;
}

void flat_view_free(struct flat_view *view)
{
    free(view->ranges);
    *view = (struct flat_view){0};
}

const struct flat_range *flat_view_lookup(const struct flat_view *view, uint64_t addr,
                                          uint64_t *gap_last)
{
    size_t low = 0, high = view->count;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (view->ranges[mid].last < addr)
            low = mid + 1;
        else
            high = mid;
    }
    if (low < view->count && view->ranges[low].start <= addr)
        return &view->ranges[low];
    *gap_last = low < view->count ? view->ranges[low].start - 1 : UINT64_MAX;
    return NULL;
}
