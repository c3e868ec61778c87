/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * RMI 2.0 (v13 and v14 of the CCA series): ranges, memory in descriptors, and stateful commands,
 * which the kernel carries through with its own pages (rmi_sro_execute, rmi_sro_memxfer_cmd).
 */
#include "kvm_model/rmi_cmds.h"

#include <errno.h>

#define LIST_MAX (HOST_PAGE_SIZE / sizeof(uint64_t))

/* One page as a list of one block. */
static uint64_t page_desc(pa_t pa, enum rmi_range_state state)
{
    return pa.v | field_put(RMI_RANGE_COUNT, 1) | field_put(RMI_RANGE_STATE, (uint64_t)state);
}

/* What an entry of the place's level maps; a page where there is no such level. */
static uint64_t place_size(struct rmi_place place)
{
    return place.level < RMM_RTT_MAX_LEVEL ? rmi_rtt_level_mapsize((int)place.level)
                                           : HOST_PAGE_SIZE;
}

/* The RMM's version, its configuration, which is the only one, and its activation. */
static int init(const struct rmi_host *host)
{
    struct rmi_rmm_config config = {0};
    int ret = rmi_1_0_init(host);
    uint64_t status;

    if (ret)
        return ret;
    status =
        rmi_call_with_page(host, RMI_RMM_CONFIG_SET, (struct rmi_args){0}, &config, sizeof(config));
    if (status == RMI_ERROR_GLOBAL)
        return 0; /* done when the host booted: this is not its first VM */
    if (status != RMI_SUCCESS)
        return -ENXIO;
    return rmi_call(host, RMI_RMM_ACTIVATE, (struct rmi_args){0}).x[0] == RMI_SUCCESS ? 0 : -ENXIO;
}

static uint64_t move_range(const struct rmi_host *host, enum rmi_fid fid, pa_t pa)
{
    uint64_t top = pa.v + HOST_PAGE_SIZE, ret = RMI_SUCCESS;

    while (pa.v < top && ret == RMI_SUCCESS) {
        struct smc_regs regs = rmi_call(host, fid, (struct rmi_args){.x1 = pa.v, .x2 = top});

        ret = regs.x[0] == RMI_SUCCESS && regs.x[1] <= pa.v ? RMI_ERROR_INPUT : regs.x[0];
        pa = PA(regs.x[1]);
    }
    return ret;
}

static uint64_t granule_delegate(const struct rmi_host *host, pa_t pa)
{
    return move_range(host, RMI_GRANULE_RANGE_DELEGATE, pa);
}

static uint64_t granule_undelegate(const struct rmi_host *host, pa_t pa)
{
    return move_range(host, RMI_GRANULE_RANGE_UNDELEGATE, pa);
}

static uint64_t realm_terminate(const struct rmi_host *host, pa_t rd)
{
    return rmi_call(host, RMI_REALM_TERMINATE, (struct rmi_args){.x1 = rd.v}).x[0];
}

/* --- stateful commands --- */

struct sro {
    const struct rmi_host *host;
    uint64_t handle;
    pa_t list;             /* a page for descriptors */
    const uint64_t *given; /* granules to donate, DELEGATED; NULL: fresh ones */
    unsigned given_count, next;
};

/* A granule to donate; false when there is none. */
static bool next_granule(struct sro *sro, pa_t *pa)
{
    if (sro->given) {
        if (sro->next == sro->given_count)
            return false;
        *pa = PA(sro->given[sro->next++]);
        return true;
    }
    if (!host_mm_alloc_pages(sro->host->mm, 1, 1, pa))
        return false;
    if (rmi_delegate(sro->host, *pa))
        return true;
    host_mm_free_pages(sro->host->mm, *pa, 1);
    return false;
}

static void take_back(struct sro *sro, pa_t pa)
{
    /* What cannot be undelegated is lost to the host. */
    if (rmi_undelegate(sro->host, pa))
        host_mm_free_pages(sro->host->mm, pa, 1);
}

/* Offers what the RMM asks for; what it did not take is the host's again. */
static struct smc_regs donate(struct sro *sro, uint64_t request)
{
    struct physmem *mem = host_mm_physmem(sro->host->mm);
    uint64_t wanted = field_get(request, RMI_DONATE_BLOCK_COUNT), desc[RMI_MAX_REC_AUX];
    struct smc_regs regs;
    unsigned count = 0;
    pa_t pa;

    while (count < wanted && count < RMI_MAX_REC_AUX && next_granule(sro, &pa))
        desc[count++] = page_desc(pa, RMI_RANGE_DELEGATED);
    (void)physmem_write(mem, PAS_NON_SECURE, sro->list, desc, count * sizeof(desc[0]));
    regs = rmi_call(sro->host, RMI_OP_MEM_DONATE,
                    (struct rmi_args){sro->handle, sro->list.v, count, 0, 0});
    for (uint64_t i = regs.x[1]; i < count; i++) {
        if (sro->given)
            sro->next--;
        else
            take_back(sro, PA(desc[i] & field_mask(RMI_RANGE_ADDR)));
    }
    if (!count)
        regs.x[0] = RMI_ERROR_INPUT; /* there is nothing to donate: the object stays half made */
    return regs;
}

static struct smc_regs reclaim(struct sro *sro)
{
    struct physmem *mem = host_mm_physmem(sro->host->mm);
    struct smc_regs regs = rmi_call(sro->host, RMI_OP_MEM_RECLAIM,
                                    (struct rmi_args){sro->handle, sro->list.v, LIST_MAX, 0, 0});

    for (uint64_t i = 0; i < regs.x[1] && i < LIST_MAX; i++) {
        uint64_t desc = 0;

        (void)physmem_read64(mem, PAS_NON_SECURE, PA(sro->list.v + i * sizeof(desc)), &desc);
        for (uint64_t n = 0; n < field_get(desc, RMI_RANGE_COUNT); n++)
            take_back(sro, PA((desc & field_mask(RMI_RANGE_ADDR)) + n * HOST_PAGE_SIZE));
    }
    return regs;
}

/* Carries through what a command began. x0 of the last step. */
static uint64_t sro_execute(struct sro *sro, struct smc_regs regs)
{
    sro->handle = regs.x[1];
    while (rmi_return_status(regs.x[0]) == RMI_INCOMPLETE) {
        switch (field_get(regs.x[0], RMI_OP_MEM_REQ)) {
        case RMI_OP_MEM_REQ_DONATE:
            regs = donate(sro, regs.x[2]);
            break;
        case RMI_OP_MEM_REQ_RECLAIM:
            regs = reclaim(sro);
            break;
        default:
            regs = rmi_call(sro->host, RMI_OP_CONTINUE, (struct rmi_args){.x1 = sro->handle});
            break;
        }
    }
    return regs.x[0];
}

static uint64_t run_stateful(const struct rmi_host *host, enum rmi_fid fid, struct rmi_args args,
                             const struct rmi_rec_params *params)
{
    struct sro sro = {.host = host};
    uint64_t ret = RMI_ERROR_INPUT;

    if (params && params->num_aux) {
        sro.given = params->aux;
        sro.given_count = (unsigned)params->num_aux;
    }
    if (!host_mm_alloc_pages(host->mm, 1, 1, &sro.list))
        return ret;
    ret = sro_execute(&sro, rmi_call(host, fid, args));
    host_mm_free_pages(host->mm, sro.list, 1);
    return ret;
}

static uint64_t rec_aux_count(const struct rmi_host *host, pa_t rd, unsigned *count)
{
    (void)host;
    (void)rd;
    *count = 0;
    return RMI_SUCCESS;
}

/* The parameters are read when the memory is there, so the page stays until then. */
static uint64_t rec_create(const struct rmi_host *host, pa_t rd, pa_t rec,
                           const struct rmi_rec_params *params)
{
    uint64_t ret = RMI_ERROR_INPUT;
    pa_t page;

    if (!host_mm_alloc_pages(host->mm, 1, 1, &page))
        return ret;
    if (physmem_write(host_mm_physmem(host->mm), PAS_NON_SECURE, page, params, sizeof(*params)) ==
        PHYS_OK)
        ret = run_stateful(host, RMI_REC_CREATE, (struct rmi_args){rd.v, rec.v, page.v, 0, 0},
                           params);
    host_mm_free_pages(host->mm, page, 1);
    return ret;
}

static uint64_t rec_destroy(const struct rmi_host *host, pa_t rec)
{
    return run_stateful(host, RMI_REC_DESTROY, (struct rmi_args){.x1 = rec.v}, NULL);
}

/* --- ranges, of one page here --- */

static uint64_t data_create_unknown(const struct rmi_host *host, struct rmi_place place, pa_t data)
{
    return rmi_call(host, RMI_RTT_DATA_MAP,
                    (struct rmi_args){place.rd.v, place.ipa, place.ipa + HOST_PAGE_SIZE,
                                      field_put(RMI_RANGE_OADDR_TYPE, RMI_OADDR_SINGLE),
                                      page_desc(data, RMI_RANGE_DELEGATED)})
        .x[0];
}

static uint64_t data_destroy(const struct rmi_host *host, struct rmi_place place)
{
    struct smc_regs regs =
        rmi_call(host, RMI_RTT_DATA_UNMAP,
                 (struct rmi_args){place.rd.v, place.ipa, place.ipa + HOST_PAGE_SIZE,
                                   field_put(RMI_RANGE_OADDR_TYPE, RMI_OADDR_SINGLE), 0});

    /* A range without a page is no error, and there is no page in the answer. */
    if (regs.x[0] == RMI_SUCCESS && !field_get(regs.x[2], RMI_RANGE_COUNT))
        return rmi_return(RMI_ERROR_RTT, RMM_RTT_MAX_LEVEL);
    return regs.x[0];
}

static uint64_t map_unprotected(const struct rmi_host *host, struct rmi_place place, uint64_t desc)
{
    uint64_t s2ap = field_get(desc, RMI_UNPROT_S2AP); /* bit 0 read there, write in the flags */
    uint64_t flags = field_put(RMI_RANGE_OADDR_TYPE, RMI_OADDR_SINGLE) |
                     field_put(RMI_RANGE_MEMATTR, field_get(desc, RMI_UNPROT_MEMATTR)) |
                     field_put(RMI_RANGE_S2AP, (s2ap >> 1) | (s2ap & 1) << 1);
    pa_t pa = PA(desc & field_mask(RMI_RANGE_ADDR));

    return rmi_call(
               host, RMI_RTT_UNPROT_MAP,
               (struct rmi_args){place.rd.v, place.ipa, place.ipa + place_size(place), flags,
                                 page_desc(pa, RMI_RANGE_UNDELEGATED) |
                                     field_put(RMI_RANGE_SIZE, RMM_RTT_MAX_LEVEL - place.level)})
        .x[0];
}

static uint64_t unmap_unprotected(const struct rmi_host *host, struct rmi_place place,
                                  uint64_t *next)
{
    struct smc_regs regs =
        rmi_call(host, RMI_RTT_UNPROT_UNMAP,
                 (struct rmi_args){place.rd.v, place.ipa, place.ipa + place_size(place),
                                   field_put(RMI_RANGE_OADDR_TYPE, RMI_OADDR_NONE), 0});

    *next = regs.x[1];
    return regs.x[0];
}

const struct rmi_cmds rmi_cmds_2_0 = {
    .version = RMI_ABI_2_0,
    .init = init,
    .granule_delegate = granule_delegate,
    .granule_undelegate = granule_undelegate,
    .realm_create = rmi_1_0_realm_create,
    .realm_params = rmi_1_0_realm_params,
    .gic_in_registers = true,
    .realm_terminate = realm_terminate,
    .rec_aux_count = rec_aux_count,
    .rec_create = rec_create,
    .rec_destroy = rec_destroy,
    .psci_complete = rmi_1_0_psci_complete,
    .data_create = rmi_1_0_data_create,
    .data_create_unknown = data_create_unknown,
    .data_destroy = data_destroy,
    .rtt_create = rmi_1_0_rtt_create,
    .rtt_destroy = rmi_1_0_rtt_destroy,
    .rtt_fold = rmi_1_0_rtt_fold,
    .map_unprotected = map_unprotected,
    .unmap_unprotected = unmap_unprotected,
    .init_ripas = rmi_1_0_init_ripas,
    .set_ripas = rmi_1_0_set_ripas,
    .exit_ripas_top = rmi_1_0_exit_ripas_top,
    .exit_ripas_done = rmi_1_0_exit_ripas_done,
};
