/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A tree of memory regions rendered to sorted ranges that do not overlap (QEMU system/memory.c:
 * render_memory_region, flatview_simplify).
 */
#ifndef KVM_MODEL_VMM_FLAT_VIEW_H
#define KVM_MODEL_VMM_FLAT_VIEW_H

#include "kvm_model/vmm/memory_region.h"

struct flat_range {
    uint64_t start, last;               /* addresses, both inclusive */
    const struct memory_region *region; /* RAM, IO or ROM device */
    uint64_t offset;                    /* of start in region */
    bool readonly; /* the region, or a container or alias it is seen through, is read-only */
};

struct flat_view {
    struct flat_range *ranges; /* by start */
    size_t count, capacity;
};

#define FLAT_VIEW_MAX_DEPTH 16 /* containers and aliases below each other */

/*
 * Renders the tree below root into an empty view. False when out of memory or nested deeper than
 * FLAT_VIEW_MAX_DEPTH; the view is then empty. Freed by flat_view_free.
 */
bool flat_view_render(struct flat_view *view, const struct memory_region *root);
void flat_view_free(struct flat_view *view);

/* The range that holds addr, or NULL. *gap_last: last address of the hole it is in, if NULL. */
const struct flat_range *flat_view_lookup(const struct flat_view *view, uint64_t addr,
                                          uint64_t *gap_last);

#endif
