/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Walks of a realm's RTTs by the RMM: real stage-2 tables in Realm memory. */
#ifndef RMM_MODEL_RTT_H
#define RMM_MODEL_RTT_H

#include "rmm_model/realm.h"
#include "rmm_model/rtt_entry.h"

/* Where a walk ended. */
struct rtt_walk {
    uint64_t table;         /* PA of the RTT that holds the entry */
    struct granule *holder; /* and its granule */
    uint64_t *slot;         /* the descriptor, valid as long as the RTT is one */
    unsigned index;         /* of the entry in its table, 0..511 */
    int level;
    bool ns_counted; /* unprotected mappings count as live entries of their RTT */
    struct rtt_entry entry;
};

/*
 * Walks to the entry of ipa (below the realm's IPA size) at level, or at the level where tables end
 * before that. Charges each level read.
 */
struct rtt_walk rtt_walk_to(struct rmm *rmm, const struct realm *realm, uint64_t ipa, int level);

/* On to the next entry of the same table, which is not its last. */
void rtt_walk_next(struct rtt_walk *walk);

/* Writes the entry of a walk and keeps its table's reference count. */
void rtt_set_entry(struct rtt_walk *walk, struct rtt_entry entry);

/*
 * From ipa, the entry of the walk, on: the first address of a live entry in the same table, or the
 * first address after the table (the specification's "top" of a non-live region).
 */
uint64_t rtt_skip_non_live(const struct rtt_walk *walk, uint64_t ipa);

/* Result of looking an IPA up for the realm's own sake. */
struct rtt_lookup {
    bool mapped;          /* ASSIGNED, RAM: addr holds */
    enum rmi_ripas ripas; /* of the entry where the walk ended */
    int level;
    uint64_t addr; /* PA of the page */
};

/* ipa is granule aligned and protected. */
struct rtt_lookup rtt_lookup(struct rmm *rmm, const struct realm *realm, uint64_t ipa);

#endif
