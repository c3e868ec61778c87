/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the cycles of a run went: for each trap, who acted, in which step, which operation, how
 * often. Read off the clock's accounts at each event, so that the parts are the whole.
 */
#ifndef SIM_CYCLE_ACCOUNT_H
#define SIM_CYCLE_ACCOUNT_H

#include "sim/profile.h"
#include "sim/trace/timeline.h"

#define ACCOUNT_IDLE OP_COUNT /* in the place of an operation: nothing ran */

struct account_part {
    uint64_t trap;          /* from 1, as in the report; 0: before the guest first trapped */
    uint64_t pc;            /* of the instruction that trapped, or was interrupted; 0 with trap 0 */
    bool setup;             /* before the guest's first instruction */
    enum world world;       /* who acted */
    uint16_t step, op;      /* enum event_kind; enum op, or ACCOUNT_IDLE */
    const char *trap_class; /* "setup", "DABT_LOW", ... */
    uint64_t count, cycles;
};

struct cycle_account {
    const struct clock *clock;
    struct { /* the clock's, at the last event of that line */
        struct clock_account ops[OP_COUNT];
        uint64_t idle;
    } seen[CLOCK_MAX_LINES];
    struct timeline timeline;
    uint64_t traps; /* so far */
    bool guest_ran;
    struct {
        uint64_t trap, pc; /* the last one */
    } vcpu[TIMELINE_MAX_VCPUS];
    struct account_part *parts; /* in order of trap and event; adjacent equals are one */
    size_t count, room;
    bool out_of_memory;
};

/* What clock has charged already, for the set-up, goes to the first event. It must outlive the
 * account's use as a reader. */
void cycle_account_init(struct cycle_account *account, const struct clock *clock);
void cycle_account_free(struct cycle_account *account);
/* An event_reader; ctx is the account. */
void cycle_account_event(void *ctx, const struct event *event);

/* The world that an operation's cycles are those of, when it was told of by an event of world. */
enum world account_world(unsigned op, enum world world);

struct account_sum {
    uint64_t count, cycles;
    uint64_t min, max; /* of the cycles, by the ranges of a profile */
};

/* Which parts: of one trap (0: of all), of the set-up, of what came after it. All zero: the whole.
 */
enum account_phase { ACCOUNT_WHOLE, ACCOUNT_SETUP, ACCOUNT_RUN, ACCOUNT_PHASE_COUNT };
struct account_choice {
    uint64_t trap;
    enum account_phase phase;
};
bool account_chooses(struct account_choice choice, const struct account_part *part);

/* Sum of the parts chosen, for one operation, or all of them (op ACCOUNT_ALL). */
struct account_sum account_sum(const struct cycle_account *account, const struct profile *profile,
                               struct account_choice choice, unsigned op);
#define ACCOUNT_ALL (OP_COUNT + 1)

/* Parts that belong together: of one trap, or of all traps of one instruction. */
struct account_group {
    uint64_t trap, pc; /* of the first trap; trap 0: before the guest first trapped */
    const char *trap_class;
    uint64_t traps;
    uint64_t instructions; /* of the guest, up to the traps */
    uint64_t guest_cycles; /* which they took, in detailed timing with what they waited for */
    uint64_t world[WORLD_COUNT];
    uint64_t idle, cycles;
};

/*
 * The parts chosen, by trap in order, or by instruction, the dearest first. *groups is the caller's
 * to free; NULL: out of memory. The cycles of all groups are those of account_sum.
 */
size_t account_by_trap(const struct cycle_account *account, struct account_choice choice,
                       struct account_group **groups);
size_t account_by_instruction(const struct cycle_account *account, struct account_choice choice,
                              struct account_group **groups);

#endif
