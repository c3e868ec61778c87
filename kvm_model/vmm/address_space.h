/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a guest physical address means to the VMM: the flat view of its root region, and accesses.
 */
#ifndef KVM_MODEL_VMM_ADDRESS_SPACE_H
#define KVM_MODEL_VMM_ADDRESS_SPACE_H

#include "cpu/event.h"
#include "kvm_model/vmm/flat_view.h"

/* What stands in vmm_handle for the device where nothing answers, as either function below says it.
 */
#define ADDRESS_SPACE_UNASSIGNED "unassigned"
#define ADDRESS_SPACE_IGNORED "ignored"

struct address_space {
    const struct memory_region *root;
    struct flat_view view;
    struct host_mm *mm; /* for RAM */
    struct trace *trace;
    struct clock *clock;
    /* Takes in coalesced writes before a region that asks for it is accessed. NULL: none. */
    void (*flush_coalesced)(void *ctx);
    void *flush_ctx;
    /* device-sized accesses that nothing took */
    uint64_t unassigned_reads, unassigned_writes;
    uint64_t last_unassigned; /* address of the last one */
};

/* Renders root. False as flat_view_render. root, mm, trace (may be NULL), clock must outlive it. */
bool address_space_init(struct address_space *as, const struct memory_region *root,
                        struct host_mm *mm, struct trace *trace, struct clock *clock);
void address_space_free(struct address_space *as);

/* Renders the tree again after a change (memory_region_transaction_commit). False: memory is
 * short, and the old view stays. */
bool address_space_commit(struct address_space *as);

/*
 * Reads or writes len bytes at addr (QEMU system/physmem.c: address_space_rw -> flatview_rw). RAM
 * is taken in one piece up to its end. A device gets power-of-two pieces by its operations, which
 * its end does not clip: that is alignment's work. What nobody answers, also a write to ROM, reads
 * 0 and is dropped when written, and is counted. The outcomes of all pieces are joined.
 */
enum memtx_result address_space_rw(struct address_space *as, uint64_t addr, void *buf, unsigned len,
                                   bool is_write);

/*
 * The same, as a VMM does it that keeps devices by address alone (kvmtool
 * mmio.c:kvm__emulate_mmio): the device that holds all of the access gets it whole. If none does it
 * is ignored: the bytes of a read stay as they are. Memory is not looked at.
 */
enum memtx_result address_space_rw_whole(struct address_space *as, uint64_t addr, void *buf,
                                         unsigned len, bool is_write);

#endif
