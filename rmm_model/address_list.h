/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lists of RmiAddrRangeDesc4KB (RMI 2.0): blocks of memory that commands on ranges and stateful
 * commands take from the host or hand back, in a register or in the host's memory.
 */
#ifndef RMM_MODEL_ADDRESS_LIST_H
#define RMM_MODEL_ADDRESS_LIST_H

#include "rmm_model/rmi.h"

#include <stdbool.h>

struct rmm;

#define ADDRESS_LIST_MAX 512u /* what a granule of the host can hold */

struct address_list {
    uint64_t desc[ADDRESS_LIST_MAX];
    unsigned count; /* descriptors */
    unsigned max;   /* of them, for one that is filled; 1..ADDRESS_LIST_MAX */
    unsigned next;  /* the one address_list_pop looks at */
};

struct address_block {
    uint64_t addr;
    int level; /* 3 a page, 2 or 1 a block, 0 a size no RTT maps */
    enum rmi_range_state state;
};

/* How many of count descriptors the granule that holds addr has room for from there on. */
uint64_t address_list_clip(uint64_t addr, uint64_t count);
/* Fills list with one descriptor. */
void address_list_single(struct address_list *list, uint64_t desc);
/* Fills it with count descriptors, clipped, at addr; false unless that is a granule of the host. */
bool address_list_read(struct rmm *rmm, struct address_list *list, uint64_t addr, uint64_t count);
/* The first block of the first descriptor, whether it has one or not. */
struct address_block address_list_first(const struct address_list *list);
/* Takes the next block; false when there is none. */
bool address_list_pop(struct address_list *list, struct address_block *block);
/*
 * Whether every block is aligned to its size and in that state; *total: bytes of all. As it does
 * for a donation.
 */
bool address_list_valid(const struct address_list *list, enum rmi_range_state state,
                        uint64_t *total);
/* Adds a block, to a descriptor it continues if there is one; false when the list is full. */
bool address_list_add(struct address_list *list, struct address_block block);
/*
 * Writes as many of the first count descriptors as there are and have room to the host, and drops
 * them. *written: how many. false, and nothing dropped, unless addr is in a granule of the host.
 */
bool address_list_write(struct rmm *rmm, struct address_list *list, uint64_t addr, uint64_t count,
                        unsigned *written);

#endif
