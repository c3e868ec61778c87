/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A core's pipeline at the grain of one instruction: issue width, units, latencies with
 * forwarding, dependences through registers. Which figures: a core description
 * (cpu/timing/cores/, read at build time). Pure: time is relative, a state holds what is in flight
 * counted from now, and the same instructions from the same state take the same cycles however
 * they are cut into blocks. What is modelled and what is not: cpu/timing/README.md.
 */
#ifndef CPU_TIMING_CORE_H
#define CPU_TIMING_CORE_H

#include "cpu/clock.h"
#include "cpu/timing/branch_model.h"
#include "cpu/timing/cache_model.h"
#include "cpu/timing/tlb_model.h"
#include "cpu/timing/uop.h"

#define CORE_UNITS 16      /* at most, of one core */
#define CORE_USES 8        /* units that one instruction takes, at most */
#define CORE_FORWARDS 4    /* kinds of forwarded results; 0: none */
#define CORE_WINDOW_MAX 48 /* cycles that a core may run ahead of its oldest result */

/* One of `units` (bit n: unit n) is taken for `cycles`. */
struct core_use {
    uint16_t units;
    uint8_t cycles;
};

/* What an instruction of a class costs. */
struct core_cost {
    uint8_t latency; /* until its result is written back */
    uint8_t second;  /* likewise the other register of a pair; 0: as latency */
    uint8_t uops;    /* of the core's width */
    uint8_t forward; /* kind of its result; 0: not forwarded */
    bool alone;      /* the first in its cycle */
    bool last;       /* nothing follows in its cycle */
    bool
        serial; /* what follows waits until it is done; in a wide core it waits for all before it */
    bool unordered; /* in an in-order core: need not write back in order */
    struct core_use use[CORE_USES];
};

/* What the detailed mode (cpu/timing/detail.h) knows of a core beside its pipeline. */
struct core_memory {
    struct cache_geometry cache[CACHE_UNITS];
    uint16_t latency[CACHE_ANSWERS]; /* of a load, to its first use, by who answers */
    uint16_t misses;                 /* lines that L1D waits for at a time */
    uint16_t window;                 /* wide: instructions in the reorder buffer */
    uint16_t mispredict; /* cycles lost by a branch that was fetched the wrong way, ... */
    uint16_t redirect;   /* ... and by one whose target was known once decoded */
    struct branch_geometry branch;
};

struct core_model {
    const char *name;
    bool in_order;
    uint8_t width;        /* uops issued (in order) or dispatched (wide) in a cycle */
    uint8_t window;       /* wide: cycles that dispatch may be ahead of the oldest result */
    uint8_t taken_branch; /* cycles lost where a branch goes elsewhere */
    uint8_t units;
    /* Cycles that forwarding saves a reader, by kind of result and enum uop_read. */
    uint8_t saves[CORE_FORWARDS][UOP_READ_COUNT];
    struct core_cost cost[UOP_CLASS_COUNT];
    struct tlb_geometry tlb;
    struct core_memory memory;
};

/* What is in flight, in cycles from now; all 0: nothing. Compared and hashed as bytes. */
struct core_state {
    uint64_t busy[CORE_UNITS]; /* bit n: the unit is taken n cycles from now */
    uint8_t ready[UOP_REGS];   /* until a register is written back */
    uint8_t from[UOP_REGS];    /* kind of that result, while ready is not 0 */
    uint8_t slots;             /* uops issued in this cycle */
    uint8_t write_back;        /* in order: until the last result */
    uint8_t oldest;            /* wide: until all results are there */
    uint8_t pad[3];            /* 0 */
};

/* One instruction goes down the pipeline. Returns the cycles that passed until it was issued. */
unsigned core_step(const struct core_model *core, struct core_state *state, const struct uop *uop);
/* The branch that was stepped last goes elsewhere. Returns the cycles lost. */
unsigned core_branch_taken(const struct core_model *core, struct core_state *state);
/* An exception, or what synchronises the context: waits for all that is in flight. */
unsigned core_drain(const struct core_model *core, struct core_state *state);
/* Nothing is issued for so many cycles. */
void core_wait(const struct core_model *core, struct core_state *state, unsigned cycles);
/* Cycles until all operands of uop are there. */
unsigned core_operand_wait(const struct core_model *core, const struct core_state *state,
                           const struct uop *uop);

/* The core models of this build: by name, or NULL; by number, NULL at the end. */
const struct core_model *core_find(const char *name);
const struct core_model *core_number(unsigned n);
/*
 * What a run with the profile does when `timing` is asked for: never TIMING_PROFILE. A profile
 * without a core model is flat unless core or detailed are asked for, which engine_new refuses.
 */
enum timing core_timing(const struct cost_profile *profile, enum timing timing);

#endif
