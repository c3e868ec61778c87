/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The RMM's account of physical memory: what each granule is used for, and how many things depend
 * on it (RMM specification 1.0, "Granule"). Covers what models may hand out, [PHYS_DRAM_BASE,
 * limit).
 */
#ifndef RMM_MODEL_GRANULE_H
#define RMM_MODEL_GRANULE_H

#include "cpu/physmem.h"
#include "cpu/types.h"

enum granule_state {
    GRANULE_NS,
    GRANULE_DELEGATED,
    GRANULE_RD,
    GRANULE_REC,
    GRANULE_REC_AUX,
    GRANULE_DATA,
    GRANULE_RTT,
    GRANULE_PARTIAL, /* a REC that a stateful command is creating or destroying */
};

/*
 * Count: for an RTT its live entries (TABLE and protected ASSIGNED ones), for an RD its RECs, for a
 * REC 1 while it runs.
 */
struct granule {
    uint16_t refcount;
    uint8_t state; /* enum granule_state */
};

struct granule_table {
    struct granule *granules;
    uint64_t count;
};

/* All granules of mem, NS. false when memory is short. */
bool granule_table_init(struct granule_table *table, const struct physmem *mem);
void granule_table_free(struct granule_table *table);

/* The granule at an address the host gave: NULL unless it is granule aligned and tracked. */
struct granule *granule_find(const struct granule_table *table, uint64_t addr);
/* The same, NULL also unless it is in that state. */
struct granule *granule_find_state(const struct granule_table *table, uint64_t addr,
                                   enum granule_state state);

#endif
