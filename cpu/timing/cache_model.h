/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The caches of one core: L1I, L1D, a unified L2, and an L3 that counts as its own. By physical
 * address, write-back, write-allocate, true LRU. A line may be in L1 and not in L2: what L2 evicts
 * stays in L1. Which lines are there, not their contents: guests are always coherent here. Pure:
 * no clock; which level answered is all that it says. Geometry: the core's description
 * (cpu/timing/cores/).
 */
#ifndef CPU_TIMING_CACHE_MODEL_H
#define CPU_TIMING_CACHE_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#define CACHE_LINE_SHIFT 6 /* 64 bytes, of all cores modelled */
#define CACHE_LINE ((uint64_t)1 << CACHE_LINE_SHIFT)

enum cache_unit { CACHE_L1I, CACHE_L1D, CACHE_L2, CACHE_L3, CACHE_UNITS };

/* sets is a power of two; 0: there is no such cache. */
struct cache_geometry {
    uint32_t sets, ways;
};

/* Who has the line that was asked for. */
enum cache_answer { ANSWER_L1, ANSWER_L2, ANSWER_L3, ANSWER_MEMORY, CACHE_ANSWERS };

/* One cache: each set's ways in order of use, the last used first. */
struct cache {
    struct cache_geometry geometry;
    uint64_t *ways;
};

struct cache_model {
    struct cache unit[CACHE_UNITS];
    uint64_t written_back[CACHE_UNITS]; /* dirty lines that went to the next level */
};

/* All empty. False when memory is short. Freed by cache_model_free either way. */
bool cache_model_init(struct cache_model *model, const struct cache_geometry geometry[CACHE_UNITS]);
void cache_model_free(struct cache_model *model);

/* A fetch, a load or a store of the line that pa is in; then it is in L1, and was the last used. */
enum cache_answer cache_model_fetch(struct cache_model *model, uint64_t pa);
enum cache_answer cache_model_load(struct cache_model *model, uint64_t pa);
enum cache_answer cache_model_store(struct cache_model *model, uint64_t pa);
/* A table walker's read: of L2 on. */
enum cache_answer cache_model_walk(struct cache_model *model, uint64_t pa);
/* DC ZVA: the line is in L1D, dirty, and was read from nowhere. */
void cache_model_zero(struct cache_model *model, uint64_t pa);

/* Is the line in that cache? Changes nothing. */
bool cache_model_has(const struct cache_model *model, enum cache_unit unit, uint64_t pa);

/* Maintenance by address, of data caches to the Point of Coherency, and of L1I. */
void cache_model_clean(struct cache_model *model, uint64_t pa);            /* DC CVAC, CVAU, CVAP */
void cache_model_invalidate(struct cache_model *model, uint64_t pa);       /* DC CIVAC, IVAC */
void cache_model_invalidate_fetch(struct cache_model *model, uint64_t pa); /* IC IVAU */
void cache_model_invalidate_all_fetch(struct cache_model *model);          /* IC IALLU, IALLUIS */
/* DC CSW, CISW, ISW: the way's line of a set; one that is not there does nothing. */
void cache_model_set_way(struct cache_model *model, enum cache_unit unit, uint32_t set,
                         uint32_t way, bool invalidate);

#endif
