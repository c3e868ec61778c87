/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What differs between releases of the RMM, as one row of data per release. Code asks for a
 * behaviour, never for a version.
 */
#ifndef RMM_MODEL_VARIANT_H
#define RMM_MODEL_VARIANT_H

#include <stdbool.h>
#include <stdint.h>

struct rmm_variant {
    const char *name;   /* as a scenario writes it */
    const char *source; /* the release whose behaviour the row states */

    uint64_t rmi_version; /* the one RMI revision it speaks, RmiInterfaceVersion */
    uint64_t rsi_version;

    unsigned rec_aux_count; /* auxiliary granules a REC needs */
    bool zero_on_delegate;  /* GRANULE_DELEGATE scrubs the granule */

    /*
     * REALM_CREATE refuses concatenated root RTTs that are not aligned to their whole size. Without
     * the check the RMM's walks and the PE's, which ignores the low bits of VTTBR_EL2.BADDR, start
     * at different tables.
     */
    bool root_rtts_aligned;

    /* REC_ENTER injects the SEA first, and a set INJECT_SEA voids EMUL_MMIO. */
    bool sea_before_mmio;
    bool isv_bound_to_exit; /* an abort the host saw without ISV cannot be completed by EMUL_MMIO */
    bool injected_pstate_fixed; /* PSTATE of an injected exception is a constant, not computed */
    unsigned serror_async_dfsc; /* DFSC it takes for an asynchronous SError; others are fatal */
};

/* The row with that name, or NULL. */
const struct rmm_variant *rmm_variant_find(const char *name);
/* Rows in order of release; NULL past the last one. For listings. */
const struct rmm_variant *rmm_variant_at(unsigned index);

#endif
