/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RTT_CREATE, _DESTROY, _FOLD, _READ_ENTRY, _MAP_UNPROTECTED, _UNMAP_UNPROTECTED. */
#include "rmm_model/rtt.h"

static uint64_t error_rtt(int level)
{
    return rmi_return(RMI_ERROR_RTT, (unsigned)level);
}

static bool level_within(uint64_t level, int first)
{
    return (int64_t)level >= first && (int64_t)level <= RTT_LEVEL_PAGE;
}

static bool ipa_at_level(const struct realm *realm, uint64_t ipa, int level)
{
    return ipa < realm_ipa_size(realm) && rtt_entry_aligned(ipa, level);
}

/* A command on a table names the level of its entries: below the root, ipa where the table starts.
 */
static bool table_args_valid(const struct realm *realm, uint64_t ipa, uint64_t level)
{
    return level_within(level, realm->start_level + 1) && ipa_at_level(realm, ipa, (int)level - 1);
}

static bool leaf_args_valid(const struct rmm *rmm, const struct realm *realm, uint64_t ipa,
                            uint64_t level)
{
    return level_within(level, rmm->variant->block_level_min) &&
           ipa_at_level(realm, ipa, (int)level);
}

/* --- RTT_CREATE --------------------------------------------------------------------------------
 */

/* The new table says of every part what the parent's entry said of the whole. */
static void table_fill(struct rmm *rmm, uint64_t rtt, struct rtt_entry parent, int level)
{
    struct granule *granule = granule_find(&rmm->granules, rtt);
    uint64_t *table = rmm_map(rmm, rtt);
    bool has_address = parent.kind == RTT_ASSIGNED || parent.kind == RTT_ASSIGNED_NS;

    for (unsigned i = 0; i < RTT_ENTRIES; i++) {
        struct rtt_entry entry = parent;

        if (has_address)
            entry.addr += i * rtt_entry_size(level);
        table[i] = rtt_entry_encode(entry, level);
    }
    granule->state = GRANULE_RTT;
    granule->refcount = has_address && rtt_entry_counted(parent, rmm->variant->ns_entries_counted)
                            ? RTT_ENTRIES
                            : 0;
}

void smc_rtt_create(struct rmm *rmm, const uint64_t *arg, uint64_t *result)
{
    struct realm *realm = realm_find(rmm, arg[0]);
    uint64_t rtt = arg[1], ipa = arg[2];
    struct rtt_walk walk;
    int level;

    if (!realm || !granule_find_state(&rmm->granules, rtt, GRANULE_DELEGATED) ||
        !table_args_valid(realm, ipa, arg[3])) {
        result[0] = RMI_ERROR_INPUT;
        return;
    }
    level = (int)arg[3];
    walk = rtt_walk_to(rmm, realm, ipa, level - 1);
    if (walk.level != level - 1 || walk.entry.kind == RTT_TABLE) {
        result[0] = error_rtt(walk.level);
        return;
    }
    table_fill(rmm, rtt, walk.entry, level);
    rtt_set_entry(&walk, (struct rtt_entry){.kind = RTT_TABLE, .addr = rtt});
    if (walk.entry.kind == RTT_ASSIGNED || walk.entry.kind == RTT_ASSIGNED_NS)
        rmm_tlbi(rmm, realm, ipa, rtt_entry_size(level - 1));
    else
        rmm_tlb_invalidate(rmm);
    result[0] = RMI_SUCCESS;
}

/* --- RTT_DESTROY, RTT_FOLD ---------------------------------------------------------------------
 */

/* The table of a walk's TABLE entry, of ipa, leaves the tree; replacement takes its place. */
static uint64_t table_remove(struct rmm *rmm, const struct realm *realm, uint64_t ipa,
                             struct rtt_walk *walk, struct rtt_entry replacement)
{
    uint64_t rtt = walk->entry.addr;
    struct granule *granule = granule_find(&rmm->granules, rtt);

    rtt_set_entry(walk, replacement);
    rmm_tlbi(rmm, realm, ipa, rtt_entry_size(walk->level));
    rmm_zero_granule(rmm, rtt);
    granule->refcount = 0;
    granule->state = GRANULE_DELEGATED;
    return rtt;
}

/* The host that names a table named one that is not here. */
static bool names_other_table(const struct rmm *rmm, const struct rtt_walk *walk, uint64_t rtt)
{
    return rmm->variant->tables_named && walk->entry.addr != rtt;
}

void smc_rtt_destroy(struct rmm *rmm, const uint64_t *arg, uint64_t *result)
{
    struct realm *realm = realm_find(rmm, arg[0]);
    uint64_t ipa = arg[1];
    struct rtt_entry gone = {.kind = RTT_UNASSIGNED_NS};
    struct rtt_walk walk;
    int level;

    if (!realm || !table_args_valid(realm, ipa, arg[2])) {
        result[0] = RMI_ERROR_INPUT;
        return;
    }
    level = (int)arg[2];
    walk = rtt_walk_to(rmm, realm, ipa, level - 1);
    if (walk.level != level - 1 || walk.entry.kind != RTT_TABLE) {
        result[0] = error_rtt(walk.level);
        result[2] = rtt_skip_non_live(&walk, ipa);
        return;
    }
    if (names_other_table(rmm, &walk, arg[3])) {
        result[0] = RMI_ERROR_INPUT;
        return;
    }
    if (granule_find(&rmm->granules, walk.entry.addr)->refcount) {
        result[0] = rmm_busy(rmm, error_rtt(level));
        result[2] = ipa;
        return;
    }
    if (realm_protects(realm, ipa))
        gone = (struct rtt_entry){.kind = RTT_UNASSIGNED, .ripas = RMI_DESTROYED};
    result[1] = table_remove(rmm, realm, ipa, &walk, gone);
    result[2] = rtt_skip_non_live(&walk, ipa);
    result[0] = RMI_SUCCESS;
}

/* All parts of the table say the same of one block: *whole says it of the block. */
static bool table_uniform(struct rmm *rmm, uint64_t rtt, int level, struct rtt_entry *whole)
{
    const uint64_t *table = rmm_map(rmm, rtt);

    *whole = rtt_entry_decode(table[0], level);
    if (whole->kind == RTT_TABLE || !rtt_entry_aligned(whole->addr, level - 1))
        return false;
    for (unsigned i = 1; i < RTT_ENTRIES; i++)
        if (!rtt_entry_continues(*whole, rtt_entry_decode(table[i], level), i, level))
            return false;
    return true;
}

/* Why the table of a walk's TABLE entry cannot be folded into *whole, or RMI_SUCCESS. */
static uint64_t fold_refusal(struct rmm *rmm, const struct rtt_walk *walk, struct rtt_entry *whole)
{
    unsigned refcount = granule_find(&rmm->granules, walk->entry.addr)->refcount;
    bool uniform = table_uniform(rmm, walk->entry.addr, walk->level + 1, whole);
    bool full = refcount == RTT_ENTRIES;
    bool block = full || (uniform && whole->kind == RTT_ASSIGNED_NS);

    if (block && walk->level < rmm->variant->block_level_min)
        return rmm_busy(rmm, error_rtt(walk->level));
    if (uniform)
        return RMI_SUCCESS;
    /* Full of what does not go together is no matter of use. */
    return full ? error_rtt(walk->level + 1) : rmm_busy(rmm, error_rtt(walk->level + 1));
}

void smc_rtt_fold(struct rmm *rmm, const uint64_t *arg, uint64_t *result)
{
    struct realm *realm = realm_find(rmm, arg[0]);
    uint64_t ipa = arg[1];
    struct rtt_entry whole;
    struct rtt_walk walk;
    uint64_t refusal;
    int level;

    if (!realm || !table_args_valid(realm, ipa, arg[2])) {
        result[0] = RMI_ERROR_INPUT;
        return;
    }
    level = (int)arg[2];
    walk = rtt_walk_to(rmm, realm, ipa, level - 1);
    if (walk.level != level - 1 || walk.entry.kind != RTT_TABLE) {
        result[0] = error_rtt(walk.level);
        return;
    }
    if (names_other_table(rmm, &walk, arg[3])) {
        result[0] = error_rtt(walk.level);
        return;
    }
    refusal = fold_refusal(rmm, &walk, &whole);
    if (refusal) {
        result[0] = refusal;
        return;
    }
    result[1] = table_remove(rmm, realm, ipa, &walk, whole);
    result[0] = RMI_SUCCESS;
}

/* --- RTT_READ_ENTRY ----------------------------------------------------------------------------
 */

/* What RTT_READ_ENTRY shows in x2 (RmiRttEntryState). */
static uint64_t hipas_number(const struct rmm *rmm, struct rtt_entry entry)
{
    static const uint8_t hipas[] = {
        [RTT_UNASSIGNED] = RMI_UNASSIGNED, [RTT_ASSIGNED] = RMI_ASSIGNED,
        [RTT_TABLE] = RMI_TABLE,           [RTT_UNASSIGNED_NS] = RMI_UNASSIGNED,
        [RTT_ASSIGNED_NS] = RMI_ASSIGNED,
    };
    static const uint8_t beta_hipas[] = {
        [RTT_UNASSIGNED] = RMI_BETA_UNASSIGNED, [RTT_ASSIGNED] = RMI_BETA_ASSIGNED,
        [RTT_TABLE] = RMI_BETA_TABLE,           [RTT_UNASSIGNED_NS] = RMI_BETA_UNASSIGNED,
        [RTT_ASSIGNED_NS] = RMI_BETA_VALID_NS,
    };

    if (!rmm->variant->destroyed_is_hipas)
        return hipas[entry.kind];
    return entry.kind == RTT_UNASSIGNED && entry.ripas == RMI_DESTROYED ? RMI_BETA_DESTROYED
                                                                        : beta_hipas[entry.kind];
}

void smc_rtt_read_entry(struct rmm *rmm, const uint64_t *arg, uint64_t *result)
{
    struct realm *realm = realm_find(rmm, arg[0]);
    uint64_t ipa = arg[1];
    struct rtt_walk walk;
    bool no_ripas;

    if (!realm || !level_within(arg[2], realm->start_level) ||
        !ipa_at_level(realm, ipa, (int)arg[2])) {
        result[0] = RMI_ERROR_INPUT;
        return;
    }
    walk = rtt_walk_to(rmm, realm, ipa, (int)arg[2]);
    no_ripas = rmm->variant->destroyed_is_hipas && walk.entry.ripas == RMI_DESTROYED;
    result[0] = RMI_SUCCESS;
    result[1] = (uint64_t)walk.level;
    result[2] = hipas_number(rmm, walk.entry);
    result[3] = rtt_entry_live(walk.entry) ? walk.entry.addr | walk.entry.attr : 0;
    result[4] = no_ripas ? 0 : walk.entry.ripas;
}

/* --- unprotected mappings ----------------------------------------------------------------------
 */

void smc_rtt_map_unprotected(struct rmm *rmm, const uint64_t *arg, uint64_t *result)
{
    struct realm *realm;
    uint64_t ipa = arg[1], desc = arg[3];
    struct rtt_walk walk;
    struct rtt_entry entry;

    result[0] = RMI_ERROR_INPUT;
    if (!level_within(arg[2], rmm->variant->block_level_min))
        return;
    realm = realm_find(rmm, arg[0]);
    if (!realm || !rtt_host_desc_valid(desc, (int)arg[2]) ||
        !leaf_args_valid(rmm, realm, ipa, arg[2]) || realm_protects(realm, ipa))
        return;
    walk = rtt_walk_to(rmm, realm, ipa, (int)arg[2]);
    if (walk.level != (int)arg[2] || walk.entry.kind != RTT_UNASSIGNED_NS) {
        result[0] = error_rtt(walk.level);
        return;
    }
    /* Whatever the address is, the access goes to the Non-secure PAS: the GPT is the guard. */
    entry = (struct rtt_entry){.kind = RTT_ASSIGNED_NS};
    entry.attr = desc & (field_mask(RMI_UNPROT_MEMATTR) | field_mask(RMI_UNPROT_S2AP));
    entry.addr = desc & ~entry.attr;
    rtt_set_entry(&walk, entry);
    rmm_tlb_invalidate(rmm);
    result[0] = RMI_SUCCESS;
}

void smc_rtt_unmap_unprotected(struct rmm *rmm, const uint64_t *arg, uint64_t *result)
{
    struct realm *realm = realm_find(rmm, arg[0]);
    uint64_t ipa = arg[1];
    struct rtt_walk walk;

    if (!realm || !leaf_args_valid(rmm, realm, ipa, arg[2]) ||
        (realm_protects(realm, ipa) && !rmm->variant->unmap_by_entry)) {
        result[0] = RMI_ERROR_INPUT;
        return;
    }
    walk = rtt_walk_to(rmm, realm, ipa, (int)arg[2]);
    if (walk.level != (int)arg[2] || walk.entry.kind != RTT_ASSIGNED_NS) {
        result[0] = error_rtt(walk.level);
        result[1] = rtt_skip_non_live(&walk, ipa);
        return;
    }
    rtt_set_entry(&walk, (struct rtt_entry){.kind = RTT_UNASSIGNED_NS});
    rmm_tlbi(rmm, realm, ipa, rtt_entry_size(walk.level));
    result[0] = RMI_SUCCESS;
    result[1] = rtt_skip_non_live(&walk, ipa);
}
