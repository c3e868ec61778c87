/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RMI 1.0 (v3 to v12 of the CCA series), and what other revisions have of it. */
#include "kvm_model/rmi_cmds.h"

#include <errno.h>
#include <string.h>

struct smc_regs rmi_call(const struct rmi_host *host, enum rmi_fid fid, struct rmi_args args)
{
    struct smc_regs regs = {.x = {fid, args.x1, args.x2, args.x3, args.x4, args.x5}};

    host->smc->call(host->smc->ctx, &regs);
    return regs;
}

uint64_t rmi_call_with_page(const struct rmi_host *host, enum rmi_fid fid, struct rmi_args args,
                            const void *params, size_t size)
{
    struct physmem *mem = host_mm_physmem(host->mm);
    uint64_t ret = RMI_ERROR_INPUT;
    pa_t page;

    if (!host_mm_alloc_pages(host->mm, 1, 1, &page))
        return ret;
    if (physmem_write(mem, PAS_NON_SECURE, page, params, size) == PHYS_OK) {
        *(!args.x1 ? &args.x1 : !args.x2 ? &args.x2 : &args.x3) = page.v;
        ret = rmi_call(host, fid, args).x[0];
    }
    host_mm_free_pages(host->mm, page, 1);
    return ret;
}

uint64_t rmi_features(const struct rmi_host *host, uint64_t index, uint64_t *value)
{
    struct smc_regs regs = rmi_call(host, RMI_FEATURES, (struct rmi_args){.x1 = index});

    *value = regs.x[1];
    return regs.x[0];
}

uint64_t rmi_realm_activate(const struct rmi_host *host, pa_t rd)
{
    return rmi_call(host, RMI_REALM_ACTIVATE, (struct rmi_args){.x1 = rd.v}).x[0];
}

uint64_t rmi_realm_destroy(const struct rmi_host *host, pa_t rd)
{
    return rmi_call(host, RMI_REALM_DESTROY, (struct rmi_args){.x1 = rd.v}).x[0];
}

uint64_t rmi_rec_enter(const struct rmi_host *host, pa_t rec, pa_t run)
{
    return rmi_call(host, RMI_REC_ENTER, (struct rmi_args){.x1 = rec.v, .x2 = run.v}).x[0];
}

bool rmi_delegate(const struct rmi_host *host, pa_t pa)
{
    return host->cmds->granule_delegate(host, pa) == RMI_SUCCESS;
}

bool rmi_undelegate(const struct rmi_host *host, pa_t pa)
{
    return host->cmds->granule_undelegate(host, pa) == RMI_SUCCESS;
}

/* --- 1.0 --------------------------------------------------------------------------------------
 */

int rmi_1_0_init(const struct rmi_host *host)
{
    struct smc_regs regs =
        rmi_call(host, RMI_VERSION, (struct rmi_args){.x1 = host->cmds->version});

    return regs.x[0] == RMI_SUCCESS ? 0 : -ENXIO;
}

uint64_t rmi_1_0_granule_delegate(const struct rmi_host *host, pa_t pa)
{
    return rmi_call(host, RMI_GRANULE_DELEGATE, (struct rmi_args){.x1 = pa.v}).x[0];
}

uint64_t rmi_1_0_granule_undelegate(const struct rmi_host *host, pa_t pa)
{
    return rmi_call(host, RMI_GRANULE_UNDELEGATE, (struct rmi_args){.x1 = pa.v}).x[0];
}

uint64_t rmi_1_0_realm_create(const struct rmi_host *host, pa_t rd,
                              const struct rmi_realm_params *params)
{
    return rmi_call_with_page(host, RMI_REALM_CREATE, (struct rmi_args){.x1 = rd.v}, params,
                              sizeof(*params));
}

uint64_t rmi_1_0_rec_aux_count(const struct rmi_host *host, pa_t rd, unsigned *count)
{
    struct smc_regs regs = rmi_call(host, RMI_REC_AUX_COUNT, (struct rmi_args){.x1 = rd.v});

    if (regs.x[0] == RMI_SUCCESS && regs.x[1] > RMI_MAX_REC_AUX)
        return RMI_ERROR_INPUT;
    *count = (unsigned)regs.x[1];
    return regs.x[0];
}

void rmi_1_0_realm_params(const void *page, struct rmi_realm_params *params)
{
    memcpy(params, page, sizeof(*params));
}

static uint64_t rec_create(const struct rmi_host *host, pa_t rd, pa_t rec,
                           const struct rmi_rec_params *params)
{
    return rmi_call_with_page(host, RMI_REC_CREATE, (struct rmi_args){.x1 = rd.v, .x2 = rec.v},
                              params, sizeof(*params));
}

uint64_t rmi_1_0_rec_destroy(const struct rmi_host *host, pa_t rec)
{
    return rmi_call(host, RMI_REC_DESTROY, (struct rmi_args){.x1 = rec.v}).x[0];
}

uint64_t rmi_1_0_psci_complete(const struct rmi_host *host, pa_t calling, pa_t target,
                               uint64_t status)
{
    return rmi_call(host, RMI_PSCI_COMPLETE, (struct rmi_args){calling.v, target.v, status, 0, 0})
        .x[0];
}

uint64_t rmi_1_0_data_create(const struct rmi_host *host, struct rmi_place place, pa_t data,
                             pa_t src, uint64_t flags)
{
    return rmi_call(host, RMI_DATA_CREATE,
                    (struct rmi_args){place.rd.v, data.v, place.ipa, src.v, flags})
        .x[0];
}

static uint64_t data_create_unknown(const struct rmi_host *host, struct rmi_place place, pa_t data)
{
    return rmi_call(host, RMI_DATA_CREATE_UNKNOWN,
                    (struct rmi_args){place.rd.v, data.v, place.ipa, 0, 0})
        .x[0];
}

static uint64_t data_destroy(const struct rmi_host *host, struct rmi_place place)
{
    return rmi_call(host, RMI_DATA_DESTROY, (struct rmi_args){place.rd.v, place.ipa, 0, 0, 0}).x[0];
}

uint64_t rmi_1_0_rtt_create(const struct rmi_host *host, struct rmi_place place, pa_t rtt)
{
    return rmi_call(host, RMI_RTT_CREATE,
                    (struct rmi_args){place.rd.v, rtt.v, place.ipa, place.level, 0})
        .x[0];
}

uint64_t rmi_1_0_rtt_destroy(const struct rmi_host *host, struct rmi_place place, pa_t *rtt,
                             uint64_t *top)
{
    struct smc_regs regs = rmi_call(host, RMI_RTT_DESTROY,
                                    (struct rmi_args){place.rd.v, place.ipa, place.level, 0, 0});

    *rtt = PA(regs.x[1]);
    *top = regs.x[2];
    return regs.x[0];
}

uint64_t rmi_1_0_rtt_fold(const struct rmi_host *host, struct rmi_place place, pa_t *rtt)
{
    struct smc_regs regs =
        rmi_call(host, RMI_RTT_FOLD, (struct rmi_args){place.rd.v, place.ipa, place.level, 0, 0});

    *rtt = PA(regs.x[1]);
    return regs.x[0];
}

uint64_t rmi_1_0_map_unprotected(const struct rmi_host *host, struct rmi_place place, uint64_t desc)
{
    return rmi_call(host, RMI_RTT_MAP_UNPROTECTED,
                    (struct rmi_args){place.rd.v, place.ipa, place.level, desc, 0})
        .x[0];
}

static uint64_t unmap_unprotected(const struct rmi_host *host, struct rmi_place place,
                                  uint64_t *next)
{
    struct smc_regs regs = rmi_call(host, RMI_RTT_UNMAP_UNPROTECTED,
                                    (struct rmi_args){place.rd.v, place.ipa, place.level, 0, 0});

    *next = regs.x[1];
    return regs.x[0];
}

uint64_t rmi_1_0_init_ripas(const struct rmi_host *host, const struct rmi_ripas_range *range,
                            uint64_t *out_top)
{
    struct smc_regs regs = rmi_call(host, RMI_RTT_INIT_RIPAS,
                                    (struct rmi_args){range->rd.v, range->base, range->top, 0, 0});

    *out_top = regs.x[1];
    return regs.x[0];
}

uint64_t rmi_1_0_set_ripas(const struct rmi_host *host, const struct rmi_ripas_range *range,
                           uint64_t *out_top)
{
    struct smc_regs regs =
        rmi_call(host, RMI_RTT_SET_RIPAS,
                 (struct rmi_args){range->rd.v, range->rec.v, range->base, range->top, 0});

    *out_top = regs.x[1];
    return regs.x[0];
}

uint64_t rmi_1_0_exit_ripas_top(const struct rmi_rec_exit *exit)
{
    return exit->ripas_top;
}

void rmi_1_0_exit_ripas_done(struct rmi_rec_exit *exit, uint64_t top)
{
    exit->ripas_base = top;
}

const struct rmi_cmds rmi_cmds_1_0 = {
    .version = RMI_ABI_1_0,
    .lrs_in_features = true,
    .init = rmi_1_0_init,
    .granule_delegate = rmi_1_0_granule_delegate,
    .granule_undelegate = rmi_1_0_granule_undelegate,
    .realm_create = rmi_1_0_realm_create,
    .realm_params = rmi_1_0_realm_params,
    .rec_aux_count = rmi_1_0_rec_aux_count,
    .rec_create = rec_create,
    .rec_destroy = rmi_1_0_rec_destroy,
    .psci_complete = rmi_1_0_psci_complete,
    .data_create = rmi_1_0_data_create,
    .data_create_unknown = data_create_unknown,
    .data_destroy = data_destroy,
    .rtt_create = rmi_1_0_rtt_create,
    .rtt_destroy = rmi_1_0_rtt_destroy,
    .rtt_fold = rmi_1_0_rtt_fold,
    .map_unprotected = rmi_1_0_map_unprotected,
    .unmap_unprotected = unmap_unprotected,
    .init_ripas = rmi_1_0_init_ripas,
    .set_ripas = rmi_1_0_set_ripas,
    .exit_ripas_top = rmi_1_0_exit_ripas_top,
    .exit_ripas_done = rmi_1_0_exit_ripas_done,
};
