/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RMI_VERSION, RMI_FEATURES, RMI_RMM_ACTIVATE, RMI_RMM_CONFIG_GET and _SET. */
#include "rmm_model/features.h"

/* Of the modelled PE, each minus one where the register's field says so. */
#define BREAKPOINTS_MINUS_1 5u
#define WATCHPOINTS_MINUS_1 3u
#define PMU_COUNTERS 6u

#define RECS_ORDER 9u  /* RMI_FEATURE1_MAX_RECS_ORDER: 511 RECs */
#define PPS_48_BITS 5u /* RMI_FEATURE1_PPS */

uint64_t rmm_realm_limits(const struct rmm *rmm)
{
    return field_put(RMI_FEATURE0_S2SZ, RMM_IPA_BITS_MAX) |
           field_put(RMI_FEATURE0_NUM_BPS, BREAKPOINTS_MINUS_1) |
           field_put(RMI_FEATURE0_NUM_WPS, WATCHPOINTS_MINUS_1) |
           field_put(RMI_FEATURE0_PMU_EN, 1) | field_put(RMI_FEATURE0_PMU_NUM_CTRS, PMU_COUNTERS) |
           field_put(RMI_FEATURE0_HASH_SHA_256, 1) | field_put(RMI_FEATURE0_HASH_SHA_512, 1) |
           field_put(RMI_FEATURE0_GICV3_NUM_LRS, rmm->gic.num_lrs - 1);
}

static uint64_t beta_register_0(void)
{
    return field_put(RMI_FEATURE0_S2SZ, RMM_IPA_BITS_MAX) | field_put(RMI_BETA_FEATURE0_PMU_EN, 1) |
           field_put(RMI_BETA_FEATURE0_PMU_NUM_CTRS, PMU_COUNTERS) |
           field_put(RMI_BETA_FEATURE0_HASH_SHA_256, 1) |
           field_put(RMI_BETA_FEATURE0_HASH_SHA_512, 1);
}

/* No PMU (TF-RMM 9a7f8ef runtime/rmi/feature.c); the hashes are in register 1. */
static uint64_t range_register(uint64_t index)
{
    switch (index) {
    case 0:
        return field_put(RMI_FEATURE0_S2SZ, RMM_IPA_BITS_MAX) |
               field_put(RMI_FEATURE0_NUM_BPS, BREAKPOINTS_MINUS_1) |
               field_put(RMI_FEATURE0_NUM_WPS, WATCHPOINTS_MINUS_1);
    case 1:
        return field_put(RMI_FEATURE1_GRAN_4K, 1) | field_put(RMI_FEATURE1_HASH_SHA_256, 1) |
               field_put(RMI_FEATURE1_HASH_SHA_512, 1) |
               field_put(RMI_FEATURE1_MAX_RECS_ORDER, RECS_ORDER) |
               field_put(RMI_FEATURE1_PPS, PPS_48_BITS);
    default:
        return 0;
    }
}

static uint64_t feature_register(const struct rmm *rmm, uint64_t index)
{
    if (rmm->variant->parameters == RMM_PARAMETERS_2_0)
        return range_register(index);
    if (index != 0)
        return 0;
    return rmm->variant->parameters == RMM_PARAMETERS_BETA ? beta_register_0()
                                                           : rmm_realm_limits(rmm);
}

void smc_rmi_version(struct rmm *rmm, const uint64_t *arg, uint64_t *result)
{
    uint64_t version = rmm->variant->rmi_version;

    result[0] = arg[0] == version ? RMI_SUCCESS : RMI_ERROR_INPUT;
    result[1] = version;
    result[2] = version;
}

/* Before 1.0 there is no revision to ask for, and the answer is no status. */
void smc_rmi_version_number(struct rmm *rmm, const uint64_t *arg, uint64_t *result)
{
    (void)arg;
    result[0] = rmm->variant->rmi_version;
}

void smc_rmi_features(struct rmm *rmm, const uint64_t *arg, uint64_t *result)
{
    result[0] = RMI_SUCCESS;
    result[1] = feature_register(rmm, arg[0]);
}

void smc_rmm_activate(struct rmm *rmm, const uint64_t *arg, uint64_t *result)
{
    (void)arg;
    result[0] = rmm->activated ? RMI_ERROR_GLOBAL : RMI_SUCCESS;
    rmm->activated = true;
}

void smc_rmm_config_get(struct rmm *rmm, const uint64_t *arg, uint64_t *result)
{
    static const struct rmi_rmm_config config = {0};

    result[0] =
        arg[0] && !(arg[0] & GRANULE_MASK) && rmm_ns_write(rmm, arg[0], &config, sizeof(config))
            ? RMI_SUCCESS
            : RMI_ERROR_INPUT;
}

/* There is one configuration to choose. */
void smc_rmm_config_set(struct rmm *rmm, const uint64_t *arg, uint64_t *result)
{
    struct rmi_rmm_config config;

    result[0] = RMI_ERROR_INPUT;
    if (rmm->activated)
        result[0] = RMI_ERROR_GLOBAL;
    else if (arg[0] && rmm_ns_read(rmm, arg[0], &config, sizeof(config)) &&
             !config.rmi_granule_size && !config.tracking_region_size)
        result[0] = RMI_SUCCESS;
}
