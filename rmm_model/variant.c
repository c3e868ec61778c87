/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rmm_model/variant.h"

#include "rmm_model/rmi.h"

#include <string.h>

static const struct rmm_variant variants[] = {
    {
        .name = "1.0",
        .source = "TF-RMM v0.6.0",
        .rmi_version = RMI_ABI_1_0,
        .rsi_version = RMI_ABI_1_0,
        /* runtime/rmi/realm.c:smc_realm_create, MAX_REC_AUX_GRANULES */
        .rec_aux_count = RMI_MAX_REC_AUX,
        /* runtime/rmi/granule.c:smc_granule_delegate */
        .zero_on_delegate = true,
        /* runtime/rmi/realm.c:validate_realm_params; the check came with v0.8.0 */
        .root_rtts_aligned = false,
        /* runtime/rmi/run.c:smc_rec_enter, complete_mmio_emulation */
        .sea_before_mmio = true,
        /* runtime/core/exit.c:handle_realm_exit */
        .isv_bound_to_exit = true,
        /* runtime/core/inject_exp.c:calc_pstate */
        .injected_pstate_fixed = true,
        /* lib/arch/include/esr.h:ESR_EL2_SERROR_DFSC_ASYNC, which misses the architecture's 0x11 */
        .serror_async_dfsc = 0x01,
    },
};

#define VARIANT_COUNT (sizeof(variants) / sizeof(variants[0]))

const struct rmm_variant *rmm_variant_find(const char *name)
{
    for (unsigned i = 0; i < VARIANT_COUNT; i++)
        if (!strcmp(variants[i].name, name))
            return &variants[i];
    return NULL;
}

const struct rmm_variant *rmm_variant_at(unsigned index)
{
    return index < VARIANT_COUNT ? &variants[index] : NULL;
}
