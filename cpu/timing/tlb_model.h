/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The TLBs of one PE: micro TLBs, the main TLB, and the caches that shorten a walk. Says of each
 * access where it hits, and of a miss how many descriptors the walk really reads; never what the
 * translation is. Pure: it knows no memory and no engine, and what it answers follows from the
 * calls alone. Entries are tagged as the Arm ARM has it (D8.16): by VMID and Security state, ASID
 * or global, which stages translate, and the size of what is mapped.
 *
 *     if (tlb_model_lookup(tlb, &context, va, false) == TLB_NOWHERE)
 *         reads = tlb_model_walk(tlb, &context, va, false, &walk);
 */
#ifndef CPU_TIMING_TLB_MODEL_H
#define CPU_TIMING_TLB_MODEL_H

#include "cpu/types.h"

/* Sets of `ways`, LRU; ways = entries: fully associative. entries 0: the core has none. */
struct tlb_size {
    uint16_t entries, ways;
    uint8_t latency; /* cycles of a hit here, beyond one in the micro TLB */
};

struct tlb_geometry {
    struct tlb_size micro_i, micro_d;
    struct tlb_size main;
    struct tlb_size tables;    /* walk cache: stage-1 tables, by VA */
    struct tlb_size ipa;       /* what stage 2 makes of an IPA */
    struct tlb_size s2_tables; /* stage-2 tables, by IPA */
    bool all_levels;           /* tables holds those of every level, not only of the last */
};

/* The translation regime that asks. With both stages off nothing is translated: always a hit. */
struct tlb_context {
    uint16_t vmid, asid;
    bool realm; /* Realm, not Non-secure */
    bool s1, s2;
};

/* What a walk met, in the order of its reads; made by the walker (cpu/mmu.h). */
#define TLB_WALK_S1_MAX 5
struct tlb_walk {
    bool complete; /* it did not fault: the TLB gets an entry */
    bool global;   /* the leaf's nG is 0 */
    /* Stage-1 descriptors read; the last one covers 1 << shift bytes, one above it stride more. */
    uint8_t s1_reads, s1_shift, s1_stride;
    /* Stage-2 walks: one in front of each stage-1 descriptor, then one of the output. */
    uint8_t s2_walks;
    struct tlb_walk_s2 {
        uint64_t ipa;
        uint8_t reads, shift, stride; /* as of stage 1 */
        bool complete;                /* the last of them is a leaf */
    } s2[TLB_WALK_S1_MAX + 1];
};

/* Descriptors that were read, by stage. */
struct tlb_reads {
    unsigned s1, s2;
    bool forgot; /* the model ran out of room and holds nothing but this any more */
};

enum tlb_place { TLB_MICRO, TLB_MAIN, TLB_NOWHERE };

struct tlb_model;

/*
 * geometry is copied. unlimited: as if of any size, without micro TLBs; what is absent stays so.
 * NULL when memory is short.
 */
struct tlb_model *tlb_model_new(const struct tlb_geometry *geometry, bool unlimited);
void tlb_model_free(struct tlb_model *model);

/* Where va hits: in the micro TLB of its side, which it is moved to. */
enum tlb_place tlb_model_lookup(struct tlb_model *model, const struct tlb_context *context,
                                uint64_t va, bool fetch);
/* The same without a trace of it. */
bool tlb_model_holds(struct tlb_model *model, const struct tlb_context *context, uint64_t va);
/*
 * After a lookup that found nothing: which of the walk's reads the walk caches do not save. All
 * caches get what it met; the TLBs too when it is complete.
 */
struct tlb_reads tlb_model_walk(struct tlb_model *model, const struct tlb_context *context,
                                uint64_t va, bool fetch, const struct tlb_walk *walk);

/*
 * Invalidation (Arm ARM D8.17). Of an entry's tags vmid and realm must be those of context, where
 * it is given. Each of them empties the micro TLBs.
 */
void tlb_model_forget_all(struct tlb_model *model); /* TLBI ALLE1 */
/* TLBI VMALLE1: stage 1, and both combined; stage2: what is known of stage 2 too, VMALLS12E1. */
void tlb_model_forget_vmid(struct tlb_model *model, const struct tlb_context *context, bool stage2);
/* TLBI ASIDE1: what is not global and has context's ASID. */
void tlb_model_forget_asid(struct tlb_model *model, const struct tlb_context *context);
/*
 * TLBI VAE1 and its kin, for what overlaps [va, va + size): entries that are global or have
 * context's ASID; any_asid: all (VAAE1). last_level: tables stay known (VALE1, VAALE1). True: an
 * entry of the main TLB went that was of more than 4K.
 */
bool tlb_model_forget_va(struct tlb_model *model, const struct tlb_context *context, uint64_t va,
                         uint64_t size, bool any_asid, bool last_level);
/* TLBI IPAS2E1: what is known of stage 2 alone. What was combined from it stays. */
void tlb_model_forget_ipa(struct tlb_model *model, const struct tlb_context *context, uint64_t ipa,
                          uint64_t size, bool last_level);

#endif
