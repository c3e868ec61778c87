/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * RTT_DATA_MAP, RTT_UNPROT_MAP (RMI 2.0): the blocks of a list, one after the other into entries of
 * one RTT, as far as it goes (TF-RMM 9a7f8ef runtime/rmi/rtt_map.c). What one call has done stands
 * even where the next block is refused; nothing interrupts it here, so it never is INCOMPLETE.
 */
#include "rmm_model/operation.h"
#include "rmm_model/rtt.h"

struct range_map {
    struct rmm *rmm;
    const struct realm *realm;
    uint64_t base, top, flags;
    bool protected_half;
    struct address_list list;
    int level; /* of every entry: the first descriptor's */
    uint64_t attr;
};

static uint64_t error_rtt(int level)
{
    return rmi_return(RMI_ERROR_RTT, (unsigned)level);
}

static bool read_list(struct range_map *map, uint64_t oaddr)
{
    uint64_t count = field_get(map->flags, RMI_RANGE_LIST_COUNT);

    switch (field_get(map->flags, RMI_RANGE_OADDR_TYPE)) {
    case RMI_OADDR_SINGLE:
        address_list_single(&map->list, oaddr);
        return true;
    case RMI_OADDR_LIST:
        return count && address_list_read(map->rmm, &map->list, oaddr, count);
    default:
        return false;
    }
}

static bool ipa_valid(const struct range_map *map, uint64_t ipa, int level)
{
    return rtt_entry_aligned(ipa, level) && ipa < realm_ipa_size(map->realm);
}

/* validate_map_inputs_common, in its order. */
static uint64_t check_inputs(struct range_map *map, uint64_t oaddr)
{
    struct address_block first;
    bool inside;

    if (map->realm->state != REALM_NEW && map->realm->state != REALM_ACTIVE)
        return rmi_return(RMI_ERROR_REALM, 0);
    if (map->top <= map->base || !read_list(map, oaddr))
        return RMI_ERROR_INPUT;
    first = address_list_first(&map->list);
    map->level = first.level;
    if (map->protected_half && first.state != RMI_RANGE_DELEGATED)
        return RMI_ERROR_INPUT;
    inside = realm_protects(map->realm, map->base) &&
             realm_protects(map->realm, map->top - GRANULE_SIZE);
    if (map->level < map->rmm->variant->block_level_min || !ipa_valid(map, map->base, map->level) ||
        !ipa_valid(map, map->top - GRANULE_SIZE, RTT_LEVEL_PAGE) || inside != map->protected_half)
        return RMI_ERROR_INPUT;
    return map->top - map->base < rtt_entry_size(map->level) ? error_rtt(map->level) : RMI_SUCCESS;
}

/* The next block, if an entry at ipa can take it (map_pop_next_block). */
static uint64_t next_block(struct range_map *map, uint64_t ipa, struct address_block *block)
{
    uint64_t size = rtt_entry_size(map->level);

    if (!address_list_pop(&map->list, block) ||
        (map->protected_half && block->state != RMI_RANGE_DELEGATED))
        return RMI_ERROR_INPUT;
    if (block->level != map->level || ipa + size > map->top)
        return error_rtt(map->level);
    if (!rtt_entry_aligned(block->addr, map->level) || block->addr + size > (uint64_t)1
                                                                                << RMM_PA_BITS)
        return RMI_ERROR_INPUT;
    return RMI_SUCCESS;
}

/* Takes the block's granules, all or none. */
static bool take_granules(struct rmm *rmm, const struct address_block *block)
{
    uint64_t size = rtt_entry_size(block->level);

    for (uint64_t at = 0; at < size; at += GRANULE_SIZE)
        if (!granule_find_state(&rmm->granules, block->addr + at, GRANULE_DELEGATED))
            return false;
    for (uint64_t at = 0; at < size; at += GRANULE_SIZE) {
        rmm_zero_granule(rmm, block->addr + at);
        granule_find(&rmm->granules, block->addr + at)->state = GRANULE_DATA;
    }
    return true;
}

static uint64_t map_data(struct range_map *map, struct rtt_walk *walk, struct address_block block)
{
    struct rtt_entry entry = walk->entry;

    if (entry.kind == RTT_ASSIGNED)
        return entry.addr == block.addr ? RMI_SUCCESS : error_rtt(map->level);
    if (entry.kind != RTT_UNASSIGNED)
        return error_rtt(map->level);
    if (!take_granules(map->rmm, &block))
        return RMI_ERROR_INPUT;
    entry.kind = RTT_ASSIGNED;
    entry.addr = block.addr;
    rtt_set_entry(walk, entry);
    return RMI_SUCCESS;
}

static uint64_t map_unprotected(struct range_map *map, struct rtt_walk *walk,
                                struct address_block block)
{
    struct rtt_entry entry = {.kind = RTT_ASSIGNED_NS, .addr = block.addr, .attr = map->attr};

    if (!rtt_host_desc_valid(entry.addr | entry.attr, map->level))
        return RMI_ERROR_INPUT;
    if (walk->entry.kind == RTT_ASSIGNED_NS && walk->entry.addr == entry.addr &&
        walk->entry.attr == entry.attr)
        return RMI_SUCCESS;
    if (walk->entry.kind != RTT_UNASSIGNED_NS)
        return error_rtt(map->level);
    rtt_set_entry(walk, entry);
    return RMI_SUCCESS;
}

static void map_range(struct range_map *map, uint64_t *result)
{
    struct rtt_walk walk = rtt_walk_to(map->rmm, map->realm, map->base, map->level);
    uint64_t ipa = map->base, status = RMI_SUCCESS;

    if (walk.level != map->level) {
        result[0] = error_rtt(walk.level);
        return;
    }
    for (unsigned left = RTT_ENTRIES - walk.index; left > 0; left--) {
        struct address_block block;

        status = next_block(map, ipa, &block);
        if (status == RMI_SUCCESS)
            status = map->protected_half ? map_data(map, &walk, block)
                                         : map_unprotected(map, &walk, block);
        if (status != RMI_SUCCESS)
            break;
        ipa += rtt_entry_size(map->level);
        if (left > 1)
            rtt_walk_next(&walk);
    }
    rmm_tlb_invalidate(map->rmm);
    if (ipa > map->base)
        status = RMI_SUCCESS;
    result[0] = status;
    if (status == RMI_SUCCESS)
        result[1] = ipa;
}

static void range_map(struct rmm *rmm, const uint64_t *arg, uint64_t *result, bool protected_half)
{
    struct range_map map = {.rmm = rmm,
                            .realm = realm_find(rmm, arg[0]),
                            .base = arg[1],
                            .top = arg[2],
                            .flags = arg[3],
                            .protected_half = protected_half};
    uint64_t s2ap = field_get(map.flags, RMI_RANGE_S2AP);

    /* Draining a granule may take longer than a command. */
    if (protected_half && !operation_can_begin(rmm)) {
        result[0] = RMI_BLOCKED;
        return;
    }
    result[0] = map.realm ? check_inputs(&map, arg[4]) : RMI_ERROR_INPUT;
    if (result[0] != RMI_SUCCESS)
        return;
    /* Bits 2 and 3 are for the indirect encoding of permissions, which no realm here has. */
    if (!protected_half && s2ap >> 2) {
        result[0] = RMI_ERROR_INPUT;
        return;
    }
    map.attr = field_put(RMI_UNPROT_MEMATTR, field_get(map.flags, RMI_RANGE_MEMATTR)) |
               field_put(RMI_UNPROT_S2AP, (s2ap >> 1 & 1) | (s2ap & 1) << 1);
    map_range(&map, result);
}

void smc_rtt_data_map(struct rmm *rmm, const uint64_t *arg, uint64_t *result)
{
    range_map(rmm, arg, result, true);
}

void smc_rtt_unprot_map(struct rmm *rmm, const uint64_t *arg, uint64_t *result)
{
    range_map(rmm, arg, result, false);
}
