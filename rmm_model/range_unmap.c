/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * RTT_DATA_UNMAP, RTT_UNPROT_UNMAP (RMI 2.0): the live entries of a range in one RTT, whose memory
 * the host is told of as it asks for it (TF-RMM 9a7f8ef runtime/rmi/rtt_unmap.c).
 */
#include "rmm_model/operation.h"
#include "rmm_model/rtt.h"

struct range_unmap {
    struct rmm *rmm;
    const struct realm *realm;
    uint64_t base, top, oaddr;
    enum rmi_oaddr_type type;
    bool protected_half;
    struct address_list freed;
};

/* validate_unmap_inputs, in its order. */
static bool inputs_valid(struct range_unmap *unmap, uint64_t flags)
{
    uint64_t count = field_get(flags, RMI_RANGE_LIST_COUNT), last = unmap->top - GRANULE_SIZE;
    uint64_t size = realm_ipa_size(unmap->realm);

    if (unmap->base & GRANULE_MASK || unmap->top & GRANULE_MASK || unmap->top <= unmap->base ||
        unmap->base >= size || last >= size ||
        realm_protects(unmap->realm, unmap->base) != unmap->protected_half ||
        realm_protects(unmap->realm, last) != unmap->protected_half)
        return false;
    unmap->type = (enum rmi_oaddr_type)field_get(flags, RMI_RANGE_OADDR_TYPE);
    switch (unmap->type) {
    case RMI_OADDR_NONE:
        unmap->freed.max = ADDRESS_LIST_MAX;
        return !unmap->oaddr && !count;
    case RMI_OADDR_SINGLE:
        unmap->freed.max = 1;
        return !unmap->oaddr && !count;
    case RMI_OADDR_LIST:
        unmap->freed.max = (unsigned)address_list_clip(unmap->oaddr, count);
        return count && !(unmap->oaddr % sizeof(uint64_t)) &&
               granule_find_state(&unmap->rmm->granules, unmap->oaddr & ~GRANULE_MASK, GRANULE_NS);
    default:
        return false;
    }
}

/* What the entry becomes: the realm notices the loss of memory, unless it never had any. */
static struct rtt_entry unmapped(struct rtt_entry entry)
{
    if (entry.kind == RTT_ASSIGNED_NS)
        return (struct rtt_entry){.kind = RTT_UNASSIGNED_NS};
    return (struct rtt_entry){.kind = RTT_UNASSIGNED,
                              .ripas = entry.ripas == RMI_EMPTY ? RMI_EMPTY : RMI_DESTROYED};
}

static void give_granules_back(struct rmm *rmm, const struct address_block *block)
{
    for (uint64_t at = 0; at < rtt_entry_size(block->level); at += GRANULE_SIZE) {
        rmm_zero_granule(rmm, block->addr + at);
        granule_find(&rmm->granules, block->addr + at)->state = GRANULE_DELEGATED;
    }
}

/* Takes one live entry away; false where the sweep has to stop. */
static bool unmap_entry(struct range_unmap *unmap, struct rtt_walk *walk, const uint64_t *expected)
{
    struct address_block block = {
        .addr = walk->entry.addr,
        .level = walk->level,
        .state = unmap->protected_half ? RMI_RANGE_DELEGATED : RMI_RANGE_UNDELEGATED,
    };

    /* One descriptor in a register tells of blocks in order of their IPAs alone. */
    if (unmap->type == RMI_OADDR_SINGLE && expected && *expected != block.addr)
        return false;
    if (!address_list_add(&unmap->freed, block))
        return false;
    rtt_set_entry(walk, unmapped(walk->entry));
    if (unmap->protected_half)
        give_granules_back(unmap->rmm, &block);
    return true;
}

/* Sweeps the RTT where the walk stands. false: what stops it is at base itself. */
static bool sweep(struct range_unmap *unmap, struct rtt_walk *walk, uint64_t *end)
{
    uint64_t size = rtt_entry_size(walk->level), ipa = unmap->base, next = 0;
    bool any = false;

    for (unsigned left = RTT_ENTRIES - walk->index; left > 0; left--) {
        bool fits = ipa + size <= unmap->top;

        if (!fits || walk->entry.kind == RTT_TABLE) {
            *end = ipa;
            return ipa != unmap->base;
        }
        if (rtt_entry_live(walk->entry)) {
            uint64_t addr = walk->entry.addr;

            if (!unmap_entry(unmap, walk, any ? &next : NULL))
                break;
            any = true;
            next = addr + size;
        }
        ipa += size;
        if (left > 1)
            rtt_walk_next(walk);
    }
    *end = ipa;
    return true;
}

static void tell(struct range_unmap *unmap, uint64_t end, uint64_t *result)
{
    unsigned written = 0;

    result[0] = RMI_SUCCESS;
    result[1] = end;
    if (!unmap->freed.count)
        return;
    if (unmap->type == RMI_OADDR_SINGLE)
        result[2] = unmap->freed.desc[0] & ~field_mask(RMI_RANGE_STATE);
    if (unmap->type == RMI_OADDR_LIST &&
        address_list_write(unmap->rmm, &unmap->freed, unmap->oaddr, unmap->freed.count, &written))
        result[3] = written;
}

static void range_unmap(struct rmm *rmm, const uint64_t *arg, uint64_t *result, bool protected_half)
{
    struct range_unmap unmap = {.rmm = rmm,
                                .realm = realm_find(rmm, arg[0]),
                                .base = arg[1],
                                .top = arg[2],
                                .oaddr = arg[4],
                                .protected_half = protected_half};
    struct rtt_walk walk;
    uint64_t end = unmap.base;

    if (!operation_can_begin(rmm)) {
        result[0] = RMI_BLOCKED;
        return;
    }
    if (!unmap.realm || !inputs_valid(&unmap, arg[3])) {
        result[0] = RMI_ERROR_INPUT;
        return;
    }
    walk = rtt_walk_to(rmm, unmap.realm, unmap.base, RTT_LEVEL_PAGE);
    if (!rtt_entry_aligned(unmap.base, walk.level) || !sweep(&unmap, &walk, &end)) {
        result[0] = rmi_return(RMI_ERROR_RTT, (unsigned)walk.level);
        return;
    }
    rmm_tlbi(rmm, unmap.realm, unmap.base, end - unmap.base);
    tell(&unmap, end, result);
}

void smc_rtt_data_unmap(struct rmm *rmm, const uint64_t *arg, uint64_t *result)
{
    range_unmap(rmm, arg, result, true);
}

void smc_rtt_unprot_unmap(struct rmm *rmm, const uint64_t *arg, uint64_t *result)
{
    range_unmap(rmm, arg, result, false);
}
