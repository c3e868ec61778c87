/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * GRANULE_DELEGATE, GRANULE_UNDELEGATE, and the same of ranges (RMI 2.0): granules change worlds,
 * which only EL3 can do.
 */
#include "rmm_model/el3.h"
#include "rmm_model/state.h"

#define L0_GPT_SIZE ((uint64_t)1 << 30)

/* Asks EL3 to move the granule; false if it refuses. */
static bool gpt_request(struct rmm *rmm, uint32_t fid, uint64_t addr)
{
    struct smc_regs regs = {.x = {fid, addr}};

    rmm->el3.call(rmm->el3.ctx, &regs);
    return regs.x[0] == RMM_EL3_OK;
}

static uint64_t delegate(struct rmm *rmm, uint64_t addr)
{
    struct granule *granule = granule_find_state(&rmm->granules, addr, GRANULE_NS);

    clock_charge(rmm->clock, OP_RMM_GRANULE, 1);
    if (!granule || !gpt_request(rmm, RMM_EL3_GTSI_DELEGATE, addr))
        return RMI_ERROR_INPUT;
    if (rmm->variant->zero_on_delegate)
        rmm_zero_granule(rmm, addr);
    granule->state = GRANULE_DELEGATED;
    rmm_tlb_invalidate(rmm);
    return RMI_SUCCESS;
}

static uint64_t undelegate(struct rmm *rmm, uint64_t addr)
{
    struct granule *granule = granule_find_state(&rmm->granules, addr, GRANULE_DELEGATED);

    clock_charge(rmm->clock, OP_RMM_GRANULE, 1);
    if (!granule)
        return RMI_ERROR_INPUT;
    /* Whatever was in it does not leave the Realm world. */
    rmm_zero_granule(rmm, addr);
    if (!gpt_request(rmm, RMM_EL3_GTSI_UNDELEGATE, addr))
        return RMI_ERROR_INPUT;
    granule->state = GRANULE_NS;
    rmm_tlb_invalidate(rmm);
    return RMI_SUCCESS;
}

void smc_granule_delegate(struct rmm *rmm, const uint64_t *arg, uint64_t *result)
{
    result[0] = delegate(rmm, arg[0]);
}

void smc_granule_undelegate(struct rmm *rmm, const uint64_t *arg, uint64_t *result)
{
    result[0] = undelegate(rmm, arg[0]);
}

/* TF-RMM 9a7f8ef moves one granule a call; x1 is where the next call begins. */
static void first_of_range(struct rmm *rmm, const uint64_t *arg, uint64_t *result,
                           uint64_t (*move)(struct rmm *rmm, uint64_t addr))
{
    uint64_t base = arg[0], top = arg[1];

    result[0] = RMI_ERROR_INPUT;
    result[1] = base;
    if (base & GRANULE_MASK || top & GRANULE_MASK || top < base + GRANULE_SIZE)
        return;
    result[0] = move(rmm, base);
    if (result[0] == RMI_SUCCESS)
        result[1] = base + GRANULE_SIZE;
}

void smc_granule_range_delegate(struct rmm *rmm, const uint64_t *arg, uint64_t *result)
{
    first_of_range(rmm, arg, result, delegate);
}

void smc_granule_range_undelegate(struct rmm *rmm, const uint64_t *arg, uint64_t *result)
{
    first_of_range(rmm, arg, result, undelegate);
}

/* Of all memory the RMM has an account of each granule from the start (RMI 2.0). */
void smc_granule_tracking_get(struct rmm *rmm, const uint64_t *arg, uint64_t *result)
{
    uint64_t start = arg[0], end = arg[1];

    result[0] = RMI_ERROR_INPUT;
    if (end <= start || start & GRANULE_MASK || end & GRANULE_MASK)
        return;
    result[0] = RMI_SUCCESS;
    result[1] = RMI_MEM_CATEGORY_CONVENTIONAL;
    result[2] = granule_find(&rmm->granules, start) ? RMI_TRACKING_FINE : RMI_TRACKING_NONE;
    result[3] = end;
}

/* The tables of the GPT are there (RMI 2.0). */
void smc_gpt_l1_create(struct rmm *rmm, const uint64_t *arg, uint64_t *result)
{
    (void)rmm;
    result[0] = arg[0] % L0_GPT_SIZE ? RMI_ERROR_INPUT : RMI_ERROR_GPT;
}
