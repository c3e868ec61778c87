/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GRANULE_DELEGATE, GRANULE_UNDELEGATE: the granule changes worlds, which only EL3 can do. */
#include "rmm_model/el3.h"
#include "rmm_model/state.h"

/* Asks EL3 to move the granule; false if it refuses. */
static bool gpt_request(struct rmm *rmm, uint32_t fid, uint64_t addr)
{
    struct smc_regs regs = {.x = {fid, addr}};

    rmm->el3.call(rmm->el3.ctx, &regs);
    return regs.x[0] == RMM_EL3_OK;
}

void smc_granule_delegate(struct rmm *rmm, const uint64_t *arg, uint64_t *result)
{
    struct granule *granule = granule_find_state(&rmm->granules, arg[0], GRANULE_NS);

    if (!granule || !gpt_request(rmm, RMM_EL3_GTSI_DELEGATE, arg[0])) {
        result[0] = RMI_ERROR_INPUT;
        return;
    }
    if (rmm->variant->zero_on_delegate)
        rmm_zero_granule(rmm, arg[0]);
    granule->state = GRANULE_DELEGATED;
    rmm_tlb_invalidate(rmm);
    result[0] = RMI_SUCCESS;
}

void smc_granule_undelegate(struct rmm *rmm, const uint64_t *arg, uint64_t *result)
{
    struct granule *granule = granule_find_state(&rmm->granules, arg[0], GRANULE_DELEGATED);

    if (!granule) {
        result[0] = RMI_ERROR_INPUT;
        return;
    }
    /* Whatever was in it does not leave the Realm world. */
    rmm_zero_granule(rmm, arg[0]);
    if (!gpt_request(rmm, RMM_EL3_GTSI_UNDELEGATE, arg[0])) {
        result[0] = RMI_ERROR_INPUT;
        return;
    }
    granule->state = GRANULE_NS;
    rmm_tlb_invalidate(rmm);
    result[0] = RMI_SUCCESS;
}
