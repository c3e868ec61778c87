/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the modelled KVM does with recorded exits. A VM of the model is entered as a real one is; in
 * the guest's place stand the exits of one thread, each with the syndrome that the trace has of it.
 * All that KVM does then - the guest abort's branch, KVM_RUN's return, the completion, the next
 * entry - is the model's, and its trace points are laid beside the recorded ones.
 *
 * Values pass through the model where it has them by its own work: what a load left in a register,
 * as long as the guest executes nothing; PSTATE and MDSCR_EL1 of a guest under a debugger. Others,
 * a store's data for one, are the record's.
 *
 * What the trace has not is taken from what follows in it: whether there is a memslot (unless
 * given), whether a device is in the kernel, what user space answered.
 */
#ifndef SIM_IMPORT_REPLAY_H
#define SIM_IMPORT_REPLAY_H

#include "cpu/event.h"
#include "kvm_model/variant.h"
#include "sim/import/record.h"

#define REPLAY_MAX_MEMSLOTS 64
#define REPLAY_MAX_LINES 64  /* of the model, in one block */
#define REPLAY_MAX_EVENTS 32 /* likewise */
#define REPLAY_TEXT_SIZE 256

struct replay_memslot {
    uint64_t base, size;
    bool read_only;
};

struct replay_options {
    const struct kvm_variant *kernel;
    unsigned ipa_bits; /* 0: 40, or as many as the recorded addresses need */
    struct replay_memslot memslots[REPLAY_MAX_MEMSLOTS];
    size_t memslot_count; /* 0: inferred */
};

enum replay_mark {
    REPLAY_SAME,
    REPLAY_RECORDED, /* the model has not that line */
    REPLAY_MODEL,    /* only the model has it */
    REPLAY_UNKNOWN,  /* lines were lost or broken here: not compared */
};

struct replay_line {
    enum replay_mark mark;
    unsigned long number; /* of the line in the file; 0: REPLAY_MODEL */
    bool routine;         /* of the debug state around each entry: of interest if it differs */
    const char *text;
};

/* One exit: from its kvm_exit to the next one (the first block: what is before the first exit). */
struct replay_block {
    struct replay_line lines[2 * REPLAY_MAX_LINES];
    size_t count;
    bool is_exit;
    bool has_fault; /* a stage-2 fault: esr, far and ipa are known */
    uint64_t esr, far;
    uint64_t ipa; /* with the offset in the page of far */
    bool memslot; /* there is memory, given or inferred */
    bool read_only;
    const char *note; /* what the trace did not say and how it was taken; NULL: nothing */
    struct event events[REPLAY_MAX_EVENTS]; /* what the model did */
    size_t event_count;
};

/* What is found; counts of lines. */
struct replay_tally {
    unsigned long same, recorded, model, unknown;
    unsigned long exits, exits_that_differ;
    unsigned long given;     /* values of the guest and of user space, as the record has them */
    unsigned long predicted; /* values of the guest that the model had to know by itself */
    unsigned long irqs;      /* of same, recorded, model and unknown: of interrupt lines */
};

typedef void replay_reader(void *ctx, const struct replay_block *block);

/*
 * Plays the thread's exits; reader gets each block, which is valid during the call. Adds to tally.
 * False with a message in error (size bytes) when no machine can be made.
 */
bool replay_thread(const struct record *record, const struct record_thread *thread,
                   const struct replay_options *options, replay_reader *reader, void *ctx,
                   struct replay_tally *tally, char *error, size_t size);
/* The same of the interrupt lines that the thread raised and lowered; its blocks are no exits. */
bool replay_irqs(const struct record *record, const struct record_thread *thread,
                 const struct replay_options *options, replay_reader *reader, void *ctx,
                 struct replay_tally *tally, char *error, size_t size);

#endif
