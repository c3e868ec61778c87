/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RMI_VERSION, RMI_FEATURES, RMI_RMM_ACTIVATE. */
#include "rmm_model/features.h"

/* Of the modelled PE, each minus one where the register's field says so. */
#define BREAKPOINTS_MINUS_1 5u
#define WATCHPOINTS_MINUS_1 3u
#define PMU_COUNTERS 6u

uint64_t rmm_feature_register_0(const struct rmm *rmm)
{
    return field_put(RMI_FEATURE0_S2SZ, RMM_IPA_BITS_MAX) |
           field_put(RMI_FEATURE0_NUM_BPS, BREAKPOINTS_MINUS_1) |
           field_put(RMI_FEATURE0_NUM_WPS, WATCHPOINTS_MINUS_1) |
           field_put(RMI_FEATURE0_PMU_EN, 1) | field_put(RMI_FEATURE0_PMU_NUM_CTRS, PMU_COUNTERS) |
           field_put(RMI_FEATURE0_HASH_SHA_256, 1) | field_put(RMI_FEATURE0_HASH_SHA_512, 1) |
           field_put(RMI_FEATURE0_GICV3_NUM_LRS, rmm->gic.num_lrs - 1);
}

void smc_rmi_version(struct rmm *rmm, const uint64_t *arg, uint64_t *result)
{
    uint64_t version = rmm->variant->rmi_version;

    result[0] = arg[0] == version ? RMI_SUCCESS : RMI_ERROR_INPUT;
    result[1] = version;
    result[2] = version;
}

void smc_rmi_features(struct rmm *rmm, const uint64_t *arg, uint64_t *result)
{
    result[0] = RMI_SUCCESS;
    result[1] = arg[0] == 0 ? rmm_feature_register_0(rmm) : 0;
}

void smc_rmm_activate(struct rmm *rmm, const uint64_t *arg, uint64_t *result)
{
    (void)arg;
    result[0] = rmm->activated ? RMI_ERROR_GLOBAL : RMI_SUCCESS;
    rmm->activated = true;
}
