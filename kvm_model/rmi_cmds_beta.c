/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * RMI before 1.0 (RFC of the CCA series, January 2023): the object comes before the realm, RIPAS
 * changes an entry at a time, and who destroys a table has to know its address.
 */
#include "kvm_model/rmi_cmds.h"

#include <errno.h>
#include <string.h>

/* kvm/rme.c:rmi_check_version@RFC: the number is the answer, and its major has to match. */
static int check_version(const struct rmi_host *host)
{
    struct smc_regs regs = rmi_call(host, RMI_VERSION, (struct rmi_args){0});

    if (regs.x[0] == SMC_NOT_SUPPORTED || regs.x[0] >> 16 != host->cmds->version >> 16)
        return -ENXIO;
    return 0;
}

static uint64_t realm_create(const struct rmi_host *host, pa_t rd,
                             const struct rmi_realm_params *params)
{
    struct rmi_beta_realm_params beta = {
        .features_0 = field_put(RMI_FEATURE0_S2SZ, params->s2sz),
        .hash_algo = params->hash_algo,
        .vmid = params->vmid,
        .rtt_base = params->rtt_base,
        .rtt_level_start = params->rtt_level_start,
        .rtt_num_start = params->rtt_num_start,
    };

    memcpy(beta.rpv, params->rpv, sizeof(beta.rpv));
    return rmi_call_with_page(host, RMI_REALM_CREATE, (struct rmi_args){.x1 = rd.v}, &beta,
                              sizeof(beta));
}

static void realm_params(const void *page, struct rmi_realm_params *params)
{
    const struct rmi_beta_realm_params *beta = page;

    *params = (struct rmi_realm_params){
        .s2sz = (uint32_t)field_get(beta->features_0, RMI_FEATURE0_S2SZ),
        .hash_algo = beta->hash_algo,
        .vmid = beta->vmid,
        .rtt_base = beta->rtt_base,
        .rtt_level_start = beta->rtt_level_start,
        .rtt_num_start = beta->rtt_num_start,
    };
    memcpy(params->rpv, beta->rpv, sizeof(params->rpv));
}

static uint64_t rec_create(const struct rmi_host *host, pa_t rd, pa_t rec,
                           const struct rmi_rec_params *params)
{
    return rmi_call_with_page(host, RMI_REC_CREATE, (struct rmi_args){.x1 = rec.v, .x2 = rd.v},
                              params, sizeof(*params));
}

static uint64_t psci_complete(const struct rmi_host *host, pa_t calling, pa_t target,
                              uint64_t status)
{
    (void)status; /* the host has no say in it */
    return rmi_1_0_psci_complete(host, calling, target, 0);
}

static uint64_t data_create(const struct rmi_host *host, struct rmi_place place, pa_t data,
                            pa_t src, uint64_t flags)
{
    return rmi_call(host, RMI_DATA_CREATE,
                    (struct rmi_args){data.v, place.rd.v, place.ipa, src.v, flags})
        .x[0];
}

static uint64_t data_create_unknown(const struct rmi_host *host, struct rmi_place place, pa_t data)
{
    return rmi_call(host, RMI_DATA_CREATE_UNKNOWN,
                    (struct rmi_args){data.v, place.rd.v, place.ipa, 0, 0})
        .x[0];
}

static uint64_t data_destroy(const struct rmi_host *host, struct rmi_place place)
{
    return rmi_call(host, RMI_DATA_DESTROY, (struct rmi_args){place.rd.v, place.ipa, 0, 0, 0}).x[0];
}

static uint64_t rtt_create(const struct rmi_host *host, struct rmi_place place, pa_t rtt)
{
    return rmi_call(host, RMI_RTT_CREATE,
                    (struct rmi_args){rtt.v, place.rd.v, place.ipa, place.level, 0})
        .x[0];
}

/* A command on the table below an entry, which it has to name: the parent's entry tells. */
static uint64_t named_table(const struct rmi_host *host, enum rmi_fid fid, struct rmi_place place,
                            pa_t *rtt)
{
    struct smc_regs entry = rmi_call(
        host, RMI_RTT_READ_ENTRY, (struct rmi_args){place.rd.v, place.ipa, place.level - 1, 0, 0});

    *rtt = PA(entry.x[3] & ~(uint64_t)(HOST_PAGE_SIZE - 1));
    if (entry.x[0] != RMI_SUCCESS)
        return entry.x[0];
    if (entry.x[2] != RMI_BETA_TABLE || entry.x[1] != place.level - 1)
        return rmi_return(RMI_ERROR_RTT, (unsigned)entry.x[1]);
    return rmi_call(host, fid, (struct rmi_args){rtt->v, place.rd.v, place.ipa, place.level, 0})
        .x[0];
}

/* kvm/rme.c:realm_tear_down_rtt_level@RFC reads the parent's entry for the table's address. */
static uint64_t rtt_destroy(const struct rmi_host *host, struct rmi_place place, pa_t *rtt,
                            uint64_t *top)
{
    uint64_t parent = place.level - 1 < RMM_RTT_MAX_LEVEL
                          ? rmi_rtt_level_mapsize((int)place.level - 1)
                          : HOST_PAGE_SIZE;
    uint64_t ret = named_table(host, RMI_RTT_DESTROY, place, rtt);

    *top = place.ipa + parent;
    if (rmi_return_status(ret) != RMI_ERROR_IN_USE)
        return ret;
    *top = place.ipa;
    return rmi_return(RMI_ERROR_RTT, (unsigned)place.level);
}

/* kvm/rme.c:realm_rtt_fold@RFC */
static uint64_t rtt_fold(const struct rmi_host *host, struct rmi_place place, pa_t *rtt)
{
    return named_table(host, RMI_RTT_FOLD, place, rtt);
}

static uint64_t unmap_unprotected(const struct rmi_host *host, struct rmi_place place,
                                  uint64_t *next)
{
    *next = place.ipa + (place.level < RMM_RTT_MAX_LEVEL ? rmi_rtt_level_mapsize((int)place.level)
                                                         : HOST_PAGE_SIZE);
    return rmi_call(host, RMI_RTT_UNMAP_UNPROTECTED,
                    (struct rmi_args){place.rd.v, place.ipa, place.level, 0, 0})
        .x[0];
}

/* The highest level (smallest number) whose entry fits into [base, top) at base. */
static int map_level(uint64_t base, uint64_t top)
{
    int level = RMM_RTT_MAX_LEVEL;

    while (level > 2) {
        uint64_t size = rmi_rtt_level_mapsize(level - 1);

        if (base & (size - 1) || base + size > top)
            break;
        level--;
    }
    return level;
}

/* One entry, at the first level from the highest down that has one which is no table. */
static uint64_t change_ripas(const struct rmi_host *host, const struct rmi_ripas_range *range,
                             bool init, uint64_t *out_top)
{
    uint64_t ret = RMI_ERROR_INPUT;

    for (int level = map_level(range->base, range->top); level <= RMM_RTT_MAX_LEVEL; level++) {
        struct rmi_args args =
            init ? (struct rmi_args){range->rd.v, range->base, (uint64_t)level, 0, 0}
                 : (struct rmi_args){range->rd.v, range->rec.v, range->base, (uint64_t)level,
                                     range->ripas};

        ret = rmi_call(host, init ? RMI_RTT_INIT_RIPAS : RMI_RTT_SET_RIPAS, args).x[0];
        *out_top = range->base + rmi_rtt_level_mapsize(level);
        if (rmi_return_status(ret) != RMI_ERROR_RTT || rmi_return_index(ret) != (unsigned)level)
            break;
    }
    return ret;
}

static uint64_t init_ripas(const struct rmi_host *host, const struct rmi_ripas_range *range,
                           uint64_t *out_top)
{
    return change_ripas(host, range, true, out_top);
}

static uint64_t set_ripas(const struct rmi_host *host, const struct rmi_ripas_range *range,
                          uint64_t *out_top)
{
    return change_ripas(host, range, false, out_top);
}

static uint64_t exit_ripas_top(const struct rmi_rec_exit *exit)
{
    return exit->ripas_base + exit->ripas_top; /* which is the size */
}

static void exit_ripas_done(struct rmi_rec_exit *exit, uint64_t top)
{
    exit->ripas_top -= top - exit->ripas_base;
    exit->ripas_base = top;
}

const struct rmi_cmds rmi_cmds_beta = {
    .version = RMI_ABI_BETA,
    .init = check_version,
    .granule_delegate = rmi_1_0_granule_delegate,
    .granule_undelegate = rmi_1_0_granule_undelegate,
    .realm_create = realm_create,
    .realm_params = realm_params,
    .object_first = true,
    .rec_aux_count = rmi_1_0_rec_aux_count,
    .rec_create = rec_create,
    .rec_destroy = rmi_1_0_rec_destroy,
    .psci_complete = psci_complete,
    .data_create = data_create,
    .data_create_unknown = data_create_unknown,
    .data_destroy = data_destroy,
    .rtt_create = rtt_create,
    .rtt_destroy = rtt_destroy,
    .rtt_fold = rtt_fold,
    .map_unprotected = rmi_1_0_map_unprotected,
    .unmap_unprotected = unmap_unprotected,
    .init_ripas = init_ripas,
    .set_ripas = set_ripas,
    .exit_ripas_top = exit_ripas_top,
    .exit_ripas_done = exit_ripas_done,
};
