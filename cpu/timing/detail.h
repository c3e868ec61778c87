/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The detailed mode: a core's pipeline (core.h), instruction by instruction, with what makes it
 * wait beyond the latencies of a hit: caches, table walks, and branches fetched the wrong way. A
 * result that comes later than the core model takes it to is `late`: an in-order core stalls at the
 * first instruction that needs it, a wide one runs on until its reorder buffer is full, and what
 * depends on it is late too. With all accesses hitting and all branches fetched right, the cycles
 * are the core model's. Pure; what is left out: cpu/timing/README.md.
 */
#ifndef CPU_TIMING_DETAIL_H
#define CPU_TIMING_DETAIL_H

#include "cpu/timing/branch_model.h"
#include "cpu/timing/cache_model.h"
#include "cpu/timing/core.h"

/* What the guest waits for; each with how often it happened. */
enum detail_row {
    DETAIL_ISSUE, /* instructions; the cycles of the core model */
    DETAIL_TLB_WALK,
    DETAIL_L1I_MISS,
    DETAIL_L1D_MISS,
    DETAIL_L2_MISS, /* of either */
    DETAIL_L3_MISS,
    DETAIL_UNCACHED,   /* accesses to Device and Non-cacheable memory */
    DETAIL_BTB_MISS,   /* the target was known only once the branch was decoded */
    DETAIL_MISPREDICT, /* the branch was fetched the wrong way */
    DETAIL_ROWS
};

struct detail_sum {
    uint64_t count, cycles;
};

/* One access, within a page. */
struct detail_access {
    uint64_t pa;
    uint32_t bytes;
    uint32_t walk; /* cycles of the table walk in front of it (detail_walk_read) */
    bool reads, writes;
    bool zeroes;   /* DC ZVA: writes whole lines */
    bool prefetch; /* nothing waits for it */
    bool uncached;
};

#define DETAIL_ACCESSES 2 /* of one instruction: it touches two pages at most */

struct detail_insn {
    uint64_t pc, pa; /* where it is, and its physical address */
    uint32_t word;
    uint32_t walk; /* cycles of the table walk of its fetch; 0: none was needed */
    bool uncached; /* its fetch is */
    const struct uop *uop;
    const struct detail_access *access;
    unsigned accesses;
    uint64_t next; /* where the guest went on */
};

/* The parts of one wait, the nearest first. */
enum detail_part { PART_WALK, PART_L1, PART_L2, PART_L3, PART_UNCACHED, DETAIL_PARTS };

struct detail_wait {
    uint32_t cycles[DETAIL_PARTS];
    bool fetch; /* PART_L1 is L1I's */
};

struct detail_late {
    uint64_t ready; /* detail.now of then */
    struct detail_wait why;
};

/* An instruction that the reorder buffer cannot let go yet. */
struct detail_held {
    uint64_t number, ready;
    struct detail_wait why;
};

#define DETAIL_MAX_MISSES 32
#define DETAIL_MAX_HELD 256

struct detail {
    const struct core_model *core;
    struct core_state state;
    struct cache_model cache;
    struct branch_model branch;
    uint64_t now;                       /* cycles of the guest since the beginning */
    struct detail_sum sum[DETAIL_ROWS]; /* not yet collected; cycles add up to now - collected */
    uint64_t collected;
    uint64_t latest; /* no result is late from then on */
    struct detail_late late[UOP_REGS];
    struct { /* lines on their way to L1D */
        uint64_t line, ready;
        struct detail_wait why;
    } miss[DETAIL_MAX_MISSES];
    uint64_t misses_end; /* none is on its way from then on */
    struct detail_held held[DETAIL_MAX_HELD];
    unsigned held_first, held_count;
    uint64_t number;     /* of the next instruction */
    uint64_t fetch_line; /* physical, of the last instruction; 1: none */
};

/* False when memory is short. Freed by detail_free either way. */
bool detail_init(struct detail *detail, const struct core_model *core);
void detail_free(struct detail *detail);

/* A descriptor is read at pa, through L2. Returns the cycles that it takes. */
uint32_t detail_walk_read(struct detail *detail, uint64_t pa);
/* A walk is in front of an access or a fetch: counted here, its cycles where it is waited for. */
void detail_count_walk(struct detail *detail);
/* A walk of so many cycles faults: nothing is issued until it is done. */
void detail_walk_fault(struct detail *detail, uint32_t cycles);
/* Is an instruction at pa the first of a line that is fetched? */
static inline bool detail_fetches(const struct detail *detail, uint64_t pa)
{
    return (pa & ~(CACHE_LINE - 1)) != detail->fetch_line;
}
/* The instruction was executed. */
void detail_step(struct detail *detail, const struct detail_insn *insn);
/* An exception is taken: it waits for what the instructions in front of it wait for. */
void detail_drain(struct detail *detail);

/* Cycles that nobody has collected. */
static inline uint64_t detail_cycles(const struct detail *detail)
{
    return detail->now - detail->collected;
}

/* Hands out what came since the last time. */
void detail_collect(struct detail *detail, struct detail_sum sum[DETAIL_ROWS]);

#endif
