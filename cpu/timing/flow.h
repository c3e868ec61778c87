/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The flow of a guest's instructions through a core model: what they cost, block by block. A block
 * is computed once from each state of the pipeline that it is met in, from its words, and looked up
 * from then on. That is a memory and no more: the cycles follow from the instructions alone,
 * however the engine cuts them into blocks and whatever it forgets.
 */
#ifndef CPU_TIMING_FLOW_H
#define CPU_TIMING_FLOW_H

#include <stddef.h>

#include "cpu/timing/core.h"

/* The guest's own words at pc, n of them within one page. False: they cannot be read. */
struct flow_source {
    bool (*words)(void *ctx, uint64_t pc, uint32_t *words, size_t n);
    void *ctx;
};

/* One block, from one state. */
struct flow_block {
    uint64_t pc;
    uint64_t key;            /* epoch and size: the block is at pc as long as both are right */
    struct flow_block *next; /* what came after it the last time */
    uint32_t cycles;
    uint32_t before, after; /* numbers of states */
    uint32_t words;         /* where its words are */
    uint32_t chain;         /* the next one with the same hash */
    uint16_t size;          /* bytes */
    bool taken;             /* it was gone to by a branch */
    bool branches;          /* its last instruction may go elsewhere */
};

struct flow_memory;

struct flow {
    struct flow_block *at;     /* the block that came last, or is running */
    struct flow_block *before; /* the one before it */
    uint64_t cycles;           /* passed, and not yet charged */
    uint64_t due;              /* in cycles: an event is due there; UINT64_MAX: none */
    uint64_t epoch;            /* shifted left by 16 */
    struct flow_memory *memory;
};

/* False when memory is short. source is copied; its ctx must outlive the flow. */
bool flow_init(struct flow *flow, const struct core_model *core, const struct flow_source *source);
void flow_free(struct flow *flow);

struct flow_block *flow_find(struct flow *flow, uint64_t pc, uint32_t size);

/* Is block what is at pc now? */
static inline bool flow_is(const struct flow *flow, const struct flow_block *block, uint64_t pc,
                           uint32_t size)
{
    return block->pc == pc && block->key == (flow->epoch | size);
}

/* The block of size bytes at pc, after what came last. Its cycles are not counted yet. */
static inline struct flow_block *flow_next(struct flow *flow, uint64_t pc, uint32_t size)
{
    struct flow_block *next = flow->at->next;

    return flow_is(flow, next, pc, size) ? next : flow_find(flow, pc, size);
}

/* That block runs. */
static inline void flow_enter(struct flow *flow, struct flow_block *block)
{
    flow->before = flow->at;
    flow->at = block;
    flow->cycles += block->cycles;
}

/* What is at an address may have changed: words are read anew. */
static inline void flow_forget_addresses(struct flow *flow)
{
    flow->epoch += (uint64_t)1 << 16;
}

/* Of the block that runs only the first n instructions were executed. */
void flow_cut(struct flow *flow, unsigned n);
/* Cycles not charged yet, in front of instruction n of the block that runs. */
uint64_t flow_cycles_at(const struct flow *flow, unsigned n);
/* How many instructions of block, at least one, until flow->due is reached, which it passes. */
unsigned flow_instructions_to_due(const struct flow *flow, const struct flow_block *block);
/* An exception is taken: what is in flight ends, and its cycles pass. */
void flow_drain(struct flow *flow);

#endif
