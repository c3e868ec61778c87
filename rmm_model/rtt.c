/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rmm_model/rtt.h"

static void walk_at(struct rmm *rmm, struct rtt_walk *walk, uint64_t table, unsigned index)
{
    walk->table = table;
    walk->index = index;
    walk->slot = (uint64_t *)rmm_map(rmm, table) + index;
    walk->entry = rtt_entry_decode(*walk->slot, walk->level);
    clock_charge(rmm->clock, OP_RMM_RTT_LEVEL, 1);
}

struct rtt_walk rtt_walk_to(struct rmm *rmm, const struct realm *realm, uint64_t ipa, int level)
{
    struct rtt_walk walk = {.level = realm->start_level,
                            .ns_counted = rmm->variant->ns_entries_counted};
    uint64_t index = ipa / rtt_entry_size(walk.level);

    /* The root may be several tables in a row. */
    walk_at(rmm, &walk, realm->rtt_base + index / RTT_ENTRIES * GRANULE_SIZE,
            (unsigned)(index % RTT_ENTRIES));
    while (walk.level < level && walk.entry.kind == RTT_TABLE) {
        walk.level++;
        index = ipa / rtt_entry_size(walk.level);
        walk_at(rmm, &walk, walk.entry.addr, (unsigned)(index % RTT_ENTRIES));
    }
    walk.holder = granule_find(&rmm->granules, walk.table);
    return walk;
}

void rtt_walk_next(struct rtt_walk *walk)
{
    walk->index++;
    walk->slot++;
    walk->entry = rtt_entry_decode(*walk->slot, walk->level);
}

void rtt_set_entry(struct rtt_walk *walk, struct rtt_entry entry)
{
    bool before = rtt_entry_counted(walk->entry, walk->ns_counted);
    bool after = rtt_entry_counted(entry, walk->ns_counted);

    if (before != after)
        walk->holder->refcount = (uint16_t)(walk->holder->refcount + (after ? 1 : -1));
    walk->entry = entry;
    *walk->slot = rtt_entry_encode(entry, walk->level);
}

uint64_t rtt_skip_non_live(const struct rtt_walk *walk, uint64_t ipa)
{
    uint64_t size = rtt_entry_size(walk->level);
    uint64_t base = ipa & ~(size - 1);
    unsigned n;

    if (rtt_entry_live(walk->entry))
        return ipa;
    for (n = 1; walk->index + n < RTT_ENTRIES; n++)
        if (rtt_entry_live(rtt_entry_decode(walk->slot[n], walk->level)))
            break;
    return base + n * size;
}

struct rtt_lookup rtt_lookup(struct rmm *rmm, const struct realm *realm, uint64_t ipa)
{
    struct rtt_walk walk = rtt_walk_to(rmm, realm, ipa, RTT_LEVEL_PAGE);

    return (struct rtt_lookup){
        .mapped = walk.entry.kind == RTT_ASSIGNED && walk.entry.ripas == RMI_RAM,
        .ripas = walk.entry.ripas,
        .level = walk.level,
        .addr = walk.entry.addr + (ipa & (rtt_entry_size(walk.level) - 1)),
    };
}
