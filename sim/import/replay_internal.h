/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of a replay share: replay.c plays KVM_RUN, replay_guest.c stands for the guest. */
#ifndef SIM_IMPORT_REPLAY_INTERNAL_H
#define SIM_IMPORT_REPLAY_INTERNAL_H

#include "cpu/cpu.h"
#include "sim/import/replay.h"
#include "sim/import/replay_block.h"
#include "sim/import/replay_machine.h"

#define REPLAY_PSTATE 0x3c5u /* EL1h, interrupts masked: where the trace does not tell it */

struct replay {
    const struct record *record;
    const struct replay_options *options;
    replay_reader *reader;
    void *reader_ctx;
    struct replay_tally *tally;

    struct replay_machine machine;
    struct kvm *kvm;
    struct kvm_vcpu *vcpu;
    unsigned ipa_bits;
    hva_t scratch;
    bool slot; /* the scratch memslot is there */

    size_t start, end; /* the recorded lines of the present block: [start, end) along ->next */
    bool is_last;      /* no exit comes behind it */
    bool is_first;
    bool in_kernel;       /* a device in the kernel answers */
    bool interrupted;     /* a signal ended KVM_RUN here */
    bool entered;         /* the guest was entered in this KVM_RUN */
    bool over;            /* ... and there was no exit left */
    bool silent;          /* what the model does now is no answer to the record */
    uint32_t guest_debug; /* KVM_GUESTDBG_* that the model has */
    struct replay_block_builder building;

    /*
     * The guest's state that the model has by its own work since it was last taken from the record:
     * it holds while the next exit is at the very instruction the guest was entered at.
     */
    uint32_t known; /* bit n: x<n> */
    bool pstate_known;
};

static inline const struct record_point *replay_point(const struct replay *replay, size_t index)
{
    return &replay->record->points[index];
}

/* The first line of the present block with that id at or behind index, or RECORD_NONE. */
size_t replay_find_from(const struct replay *replay, size_t index, enum kvm_tracepoint_id id);
/* The same of the whole block, as a trace point, or NULL. */
const struct kvm_tracepoint *replay_find(const struct replay *replay, enum kvm_tracepoint_id id);
/* The kvm_mmio of a completed read, and whether KVM_RUN returned before it. */
const struct kvm_tracepoint *replay_find_read(const struct replay *replay, bool *by_user);
/* The value of the register named so in the block, from index on; NULL: it is not told. */
const uint64_t *replay_find_dreg(const struct replay *replay, size_t index, enum kvm_tp_dreg dreg);

/*
 * Puts the block's exit into el2 and the vCPU: the syndrome as far as the trace has it, the values
 * that the guest gave unless the model knows them, and whether the page is memory.
 */
enum cpu_exit replay_guest_exit(struct replay *replay, struct el2_regs *el2);

#endif
