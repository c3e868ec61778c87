/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a guest physical address means to the VMM: the flat view of its root region, and accesses.
 */
#ifndef KVM_MODEL_VMM_ADDRESS_SPACE_H
#define KVM_MODEL_VMM_ADDRESS_SPACE_H

#include "cpu/event.h"
#include "kvm_model/vmm/flat_view.h"

struct address_space {
    struct flat_view view;
    struct host_mm *mm; /* for RAM */
    struct trace *trace;
    struct clock *clock;
    /* accesses that no region took, wholly or in part */
    uint64_t unassigned_reads, unassigned_writes;
    uint64_t last_unassigned; /* address of the first such byte of the last one */
};

/* Renders root. False as flat_view_render. mm, trace (may be NULL), clock must outlive it. */
bool address_space_init(struct address_space *as, const struct memory_region *root,
                        struct host_mm *mm, struct trace *trace, struct clock *clock);
void address_space_free(struct address_space *as);

/*
 * Reads or writes len bytes at addr, split where a range ends. Bytes that nothing answers read as 0
 * and are dropped when written, and are counted. False if there were any.
 */
bool address_space_rw(struct address_space *as, uint64_t addr, void *buf, unsigned len,
                      bool is_write);

#endif
