/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DATA_CREATE, DATA_CREATE_UNKNOWN, DATA_DESTROY. */
#include "rmm_model/measurement.h"
#include "rmm_model/rtt.h"

struct data_source {
    bool given; /* DATA_CREATE: the host's page is copied in */
    uint64_t addr;
    uint64_t flags;
};

static bool page_protected(const struct realm *realm, uint64_t ipa)
{
    return !(ipa & GRANULE_MASK) && realm_protects(realm, ipa);
}

/* Copies the host's page into the granule, which stays clean if it cannot be read, and measures. */
static bool copy_in(struct rmm *rmm, struct realm *realm, uint64_t data, uint64_t ipa,
                    struct data_source source)
{
    uint8_t page[GRANULE_SIZE];
    bool measured = field_get(source.flags, RMI_DATA_MEASURE);

    if (!rmm_ns_read(rmm, source.addr, page, sizeof(page)) ||
        physmem_write(rmm->mem, PAS_REALM, PA(data), page, sizeof(page)) != PHYS_OK)
        return false;
    measurement_add_data(realm, ipa, source.flags, measured ? page : NULL);
    return true;
}

static uint64_t data_create(struct rmm *rmm, const uint64_t *arg, struct data_source source)
{
    struct realm *realm = realm_find(rmm, arg[0]);
    uint64_t data = arg[1], ipa = arg[2];
    struct granule *granule = granule_find_state(&rmm->granules, data, GRANULE_DELEGATED);
    struct rtt_entry entry;
    struct rtt_walk walk;

    if (!realm || !granule)
        return RMI_ERROR_INPUT;
    if (source.given && realm->state != REALM_NEW)
        return rmi_return(RMI_ERROR_REALM, 0);
    if (!page_protected(realm, ipa))
        return RMI_ERROR_INPUT;
    walk = rtt_walk_to(rmm, realm, ipa, RTT_LEVEL_PAGE);
    if (walk.level != RTT_LEVEL_PAGE || walk.entry.kind != RTT_UNASSIGNED ||
        (rmm->variant->destroyed_is_hipas && walk.entry.ripas == RMI_DESTROYED))
        return rmi_return(RMI_ERROR_RTT, (unsigned)walk.level);
    if (source.given && !copy_in(rmm, realm, data, ipa, source))
        return RMI_ERROR_INPUT;

    entry = (struct rtt_entry){.kind = RTT_ASSIGNED, .ripas = walk.entry.ripas, .addr = data};
    if (source.given && !rmm->variant->data_keeps_ripas)
        entry.ripas = RMI_RAM;
    rtt_set_entry(&walk, entry);
    granule->state = GRANULE_DATA;
    rmm_tlb_invalidate(rmm);
    return RMI_SUCCESS;
}

void smc_data_create(struct rmm *rmm, const uint64_t *arg, uint64_t *result)
{
    uint64_t source = arg[3], flags = arg[4];

    if (flags & ~field_mask(RMI_DATA_MEASURE) ||
        !granule_find_state(&rmm->granules, source, GRANULE_NS)) {
        result[0] = RMI_ERROR_INPUT;
        return;
    }
    result[0] =
        data_create(rmm, arg, (struct data_source){.given = true, .addr = source, .flags = flags});
}

void smc_data_create_unknown(struct rmm *rmm, const uint64_t *arg, uint64_t *result)
{
    result[0] = data_create(rmm, arg, (struct data_source){.given = false});
}

void smc_data_destroy(struct rmm *rmm, const uint64_t *arg, uint64_t *result)
{
    struct realm *realm = realm_find(rmm, arg[0]);
    uint64_t ipa = arg[1], data;
    struct rtt_entry gone = {.kind = RTT_UNASSIGNED, .ripas = RMI_DESTROYED};
    struct rtt_walk walk;

    if (!realm || ipa & GRANULE_MASK || ipa >= realm_ipa_size(realm) ||
        (!realm_protects(realm, ipa) && !rmm->variant->unmap_by_entry)) {
        result[0] = RMI_ERROR_INPUT;
        return;
    }
    walk = rtt_walk_to(rmm, realm, ipa, RTT_LEVEL_PAGE);
    if (walk.level != RTT_LEVEL_PAGE || walk.entry.kind != RTT_ASSIGNED) {
        result[0] = rmi_return(RMI_ERROR_RTT, (unsigned)walk.level);
        result[2] = rtt_skip_non_live(&walk, ipa);
        return;
    }
    /* The realm notices the loss of memory, unless it never had any. */
    if (walk.entry.ripas == RMI_EMPTY)
        gone.ripas = RMI_EMPTY;
    data = walk.entry.addr;
    rtt_set_entry(&walk, gone);
    rmm_tlbi(rmm, realm, ipa, GRANULE_SIZE);
    rmm_zero_granule(rmm, data);
    granule_find(&rmm->granules, data)->state = GRANULE_DELEGATED;
    result[0] = RMI_SUCCESS;
    result[1] = data;
    result[2] = rtt_skip_non_live(&walk, ipa);
}
