/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One entry of an RTT: what the RMM means by it, and the stage-2 descriptor that stores it. Only
 * TABLE, ASSIGNED with RIPAS RAM and ASSIGNED_NS are valid to hardware; every other state is an
 * invalid descriptor, whose bits are software's (Arm ARM D8.3) and hold HIPAS, RIPAS and the
 * address.
 */
#ifndef RMM_MODEL_RTT_ENTRY_H
#define RMM_MODEL_RTT_ENTRY_H

#include "rmm_model/rmi.h"

#include <stdbool.h>

#define RTT_LEVEL_PAGE 3
#define RTT_ENTRIES 512u

enum rtt_kind {
    RTT_UNASSIGNED,
    RTT_ASSIGNED,
    RTT_TABLE,
    RTT_UNASSIGNED_NS, /* outside the protected half */
    RTT_ASSIGNED_NS,
};

struct rtt_entry {
    enum rtt_kind kind;
    enum rmi_ripas ripas; /* UNASSIGNED and ASSIGNED; else RMI_EMPTY */
    uint64_t addr;        /* PA: of the page or block, or of the next table */
    uint64_t attr;        /* ASSIGNED_NS: RMI_UNPROT_MEMATTR and RMI_UNPROT_S2AP, in place */
};

/* Bytes one entry of a level covers; level 0..3. */
uint64_t rtt_entry_size(int level);
bool rtt_entry_aligned(uint64_t addr, int level);

uint64_t rtt_entry_encode(struct rtt_entry entry, int level);
struct rtt_entry rtt_entry_decode(uint64_t desc, int level);

/* Something would be lost if the table that holds it went away. */
bool rtt_entry_live(struct rtt_entry entry);
/* It counts in its table's reference count: live, and with ns even if it is the host's own memory.
 */
bool rtt_entry_counted(struct rtt_entry entry, bool ns);
/* The two say the same of their parts of one block: part i of 512 at child_level matches first. */
bool rtt_entry_continues(struct rtt_entry first, struct rtt_entry entry, unsigned i,
                         int child_level);

/* Whether a host may ask for that mapping at that level (RTT_MAP_UNPROTECTED, failure "desc_bits").
 */
bool rtt_host_desc_valid(uint64_t desc, int level);

#endif
