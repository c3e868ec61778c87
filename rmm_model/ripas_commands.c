/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * RTT_INIT_RIPAS, RTT_SET_RIPAS: loops over the entries of one table, as far as they go; before 1.0
 * one entry at a level the host names.
 */
#include "rmm_model/measurement.h"
#include "rmm_model/rec.h"
#include "rmm_model/rtt.h"

struct ripas_change {
    enum rmi_ripas ripas;
    bool init;              /* INIT_RIPAS: only EMPTY to RAM */
    bool unassigned_only;   /* ... of UNASSIGNED entries */
    bool change_destroyed;  /* the realm agreed to lose RIPAS DESTROYED */
    struct realm *measured; /* whose RIM each entry extends, or NULL */
};

/* Sets *entry if the change may pass over it; false where the loop has to stop. */
static bool ripas_apply(const struct ripas_change *change, struct rtt_entry *entry)
{
    if (entry->kind != RTT_UNASSIGNED && entry->kind != RTT_ASSIGNED)
        return false;
    if (change->init && entry->ripas == RMI_DESTROYED)
        return false;
    if (change->unassigned_only && entry->kind == RTT_ASSIGNED)
        return false;
    if (entry->ripas == RMI_DESTROYED && !change->change_destroyed)
        return false;
    entry->ripas = change->ripas;
    return true;
}

/* The realm has access to it: a TLB may have an entry of it. */
static bool is_mapped(const struct rtt_entry *entry)
{
    return entry->kind == RTT_ASSIGNED && entry->ripas == RMI_RAM;
}

/* Applies the change from base, where the walk stands; result as both commands give it. */
static void ripas_range(struct rmm *rmm, const struct realm *realm, struct rtt_walk *walk,
                        uint64_t base, uint64_t top, const struct ripas_change *change,
                        uint64_t *result)
{
    uint64_t size = rtt_entry_size(walk->level), addr = base;
    unsigned index = walk->index;
    bool mapped = false;

    if (rtt_entry_aligned(base, walk->level)) {
        for (; index < RTT_ENTRIES && addr + size <= top; index++, addr += size) {
            uint64_t *slot = walk->slot + (index - walk->index);
            struct rtt_entry entry = rtt_entry_decode(*slot, walk->level);
            bool was_mapped = is_mapped(&entry);

            if (!ripas_apply(change, &entry))
                break;
            mapped |= was_mapped;
            *slot = rtt_entry_encode(entry, walk->level);
            if (change->measured)
                measurement_add_ripas(change->measured, addr, addr + size);
        }
        if (mapped)
            rmm_tlbi(rmm, realm, base, addr - base);
        else
            rmm_tlb_invalidate(rmm);
    }
    if (addr == base) {
        result[0] = rmi_return(RMI_ERROR_RTT, (unsigned)walk->level);
        return;
    }
    result[0] = RMI_SUCCESS;
    result[1] = addr;
}

static bool page_in_realm(const struct realm *realm, uint64_t ipa)
{
    return !(ipa & GRANULE_MASK) && ipa < realm_ipa_size(realm);
}

void smc_rtt_init_ripas(struct rmm *rmm, const uint64_t *arg, uint64_t *result)
{
    struct realm *realm = realm_find(rmm, arg[0]);
    bool assigned_too = rmm->variant->init_ripas_assigned;
    const struct ripas_change init = {.ripas = RMI_RAM,
                                      .init = true,
                                      .unassigned_only = !assigned_too,
                                      .measured = assigned_too ? NULL : realm};
    uint64_t base = arg[1], top = arg[2];
    struct rtt_walk walk;

    if (top <= base || !realm || !page_in_realm(realm, base) || !page_in_realm(realm, top) ||
        !realm_protects_range(realm, base, top)) {
        result[0] = RMI_ERROR_INPUT;
        return;
    }
    if (realm->state != REALM_NEW) {
        result[0] = rmi_return(RMI_ERROR_REALM, 0);
        return;
    }
    walk = rtt_walk_to(rmm, realm, base, RTT_LEVEL_PAGE);
    ripas_range(rmm, realm, &walk, base, top, &init, result);
}

void smc_rtt_set_ripas(struct rmm *rmm, const uint64_t *arg, uint64_t *result)
{
    struct realm *realm = realm_find(rmm, arg[0]);
    struct rec *rec = rec_find(rmm, arg[1]);
    uint64_t base = arg[2], top = arg[3];
    struct ripas_change change;
    struct rtt_walk walk;

    if (top <= base || !realm || !rec) {
        result[0] = RMI_ERROR_INPUT;
        return;
    }
    if (rec_running(rmm, rec) || rec->rd != arg[0]) {
        result[0] = RMI_ERROR_REC;
        return;
    }
    if (base != rec->set_ripas.next || top > rec->set_ripas.top) {
        result[0] = RMI_ERROR_INPUT;
        return;
    }
    change = (struct ripas_change){.ripas = rec->set_ripas.ripas,
                                   .change_destroyed = rec->set_ripas.change_destroyed};
    walk = rtt_walk_to(rmm, realm, base, RTT_LEVEL_PAGE);
    ripas_range(rmm, realm, &walk, base, top, &change, result);
    if (result[0] == RMI_SUCCESS)
        rec->set_ripas.next = result[1];
}

/* --- before 1.0 --------------------------------------------------------------------------------
 */

static bool entry_valid(const struct realm *realm, uint64_t ipa, uint64_t level)
{
    return (int64_t)level >= realm->start_level && (int64_t)level <= RTT_LEVEL_PAGE &&
           rtt_entry_aligned(ipa, (int)level) && ipa < realm_ipa_size(realm);
}

/* Applies the change to the entry of ipa at that level. */
static uint64_t ripas_entry(struct rmm *rmm, const struct realm *realm, uint64_t ipa, int level,
                            const struct ripas_change *change)
{
    struct rtt_walk walk = rtt_walk_to(rmm, realm, ipa, level);
    struct rtt_entry entry = walk.entry;

    if (walk.level != level || !ripas_apply(change, &entry))
        return rmi_return(RMI_ERROR_RTT, (unsigned)walk.level);
    rtt_set_entry(&walk, entry);
    if (is_mapped(&walk.entry))
        rmm_tlbi(rmm, realm, ipa, rtt_entry_size(level));
    else
        rmm_tlb_invalidate(rmm);
    return RMI_SUCCESS;
}

void smc_rtt_init_ripas_entry(struct rmm *rmm, const uint64_t *arg, uint64_t *result)
{
    static const struct ripas_change init = {
        .ripas = RMI_RAM, .init = true, .unassigned_only = true};
    struct realm *realm = realm_find(rmm, arg[0]);
    uint64_t ipa = arg[1], level = arg[2];

    result[0] = RMI_ERROR_INPUT;
    if (!realm)
        return;
    if (realm->state != REALM_NEW) {
        result[0] = rmi_return(RMI_ERROR_REALM, 0);
        return;
    }
    if (!entry_valid(realm, ipa, level) || !realm_protects(realm, ipa))
        return;
    result[0] = ripas_entry(rmm, realm, ipa, (int)level, &init);
    if (result[0] == RMI_SUCCESS)
        measurement_add_ripas(realm, ipa, level);
}

void smc_rtt_set_ripas_entry(struct rmm *rmm, const uint64_t *arg, uint64_t *result)
{
    struct realm *realm = realm_find(rmm, arg[0]);
    struct rec *rec = rec_find(rmm, arg[1]);
    uint64_t ipa = arg[2], level = arg[3], ripas = arg[4];
    struct ripas_change change;

    result[0] = RMI_ERROR_INPUT;
    if (ripas > RMI_RAM || !realm || !rec)
        return;
    if (rec_running(rmm, rec)) {
        result[0] = RMI_ERROR_IN_USE;
        return;
    }
    if (rec->rd != arg[0]) {
        result[0] = RMI_ERROR_REC;
        return;
    }
    if (ripas != rec->set_ripas.ripas || ipa != rec->set_ripas.next ||
        !entry_valid(realm, ipa, level) || ipa + rtt_entry_size((int)level) > rec->set_ripas.top)
        return;
    change = (struct ripas_change){.ripas = rec->set_ripas.ripas};
    result[0] = ripas_entry(rmm, realm, ipa, (int)level, &change);
    if (result[0] == RMI_SUCCESS)
        rec->set_ripas.next += rtt_entry_size((int)level);
}
