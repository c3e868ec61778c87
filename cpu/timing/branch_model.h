/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A branch predictor of stated size: a bimodal table, a table by global history, and one that
 * chooses between them (McFarling, WRL TN-36, 1993); a branch target buffer; a return address
 * stack. Branches are told of in program order, each with what it did: tables are trained at once,
 * never by a path that was not gone. Pure.
 */
#ifndef CPU_TIMING_BRANCH_MODEL_H
#define CPU_TIMING_BRANCH_MODEL_H

#include <stdbool.h>
#include <stdint.h>

/* The tables are powers of two. */
struct branch_geometry {
    uint32_t direction; /* counters in each of the three tables */
    uint32_t history;   /* branches that the global history remembers; at most 32 */
    uint32_t targets;   /* sets of the branch target buffer, ... */
    uint32_t ways;      /* ... and their ways */
    uint32_t returns;   /* return addresses on the stack */
};

enum branch_kind {
    BRANCH_NONE,
    BRANCH_DIRECT,      /* B */
    BRANCH_CONDITIONAL, /* B.cond, CBZ, CBNZ, TBZ, TBNZ */
    BRANCH_CALL,        /* BL */
    BRANCH_INDIRECT,    /* BR */
    BRANCH_INDIRECT_CALL,
    BRANCH_RETURN,
};

enum branch_verdict {
    BRANCH_RIGHT,    /* it was fetched the right way */
    BRANCH_LATE,     /* its target was not known before it was decoded */
    BRANCH_MISTAKEN, /* the wrong way, until it was executed */
};

struct branch_target {
    uint64_t pc, target; /* pc 0: empty */
};

struct branch_model {
    struct branch_geometry geometry;
    uint8_t *bimodal, *global, *choice; /* two-bit counters */
    struct branch_target *targets;      /* each set in order of use, the last used first */
    uint64_t *returns;
    uint32_t return_top, return_count;
    uint32_t history;
};

/* False when memory is short. Freed by branch_model_free either way. */
bool branch_model_init(struct branch_model *model, const struct branch_geometry *geometry);
void branch_model_free(struct branch_model *model);

/* What kind of branch a word is: of A64's branches, ERET is none. */
enum branch_kind branch_kind(uint32_t word);

/* The branch at pc went to next, which is pc + 4 if it was not taken. */
enum branch_verdict branch_model_execute(struct branch_model *model, enum branch_kind kind,
                                         uint64_t pc, uint32_t word, uint64_t next);

#endif
