/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GICv3 virtual interface state that the host provides at REC entry (RMM specification 1.0, "Realm
 * interrupts"). */
#ifndef RMM_MODEL_GIC_H
#define RMM_MODEL_GIC_H

#include "rmm_model/rmi.h"

#include <stdbool.h>

/* What ICH_VTR_EL2 and ICC_CTLR_EL1 say of the implementation. */
struct gic_config {
    unsigned num_lrs;  /* list registers, 1..16 */
    unsigned pri_bits; /* priority bits, 5..8 */
    unsigned id_bits;  /* INTID bits, 16 or 24 */
    bool ext_range;    /* extended INTID ranges */
};

struct gic_state {
    uint64_t hcr; /* ICH_HCR_EL2 */
    uint64_t vmcr;
    uint64_t misr;
    uint64_t lrs[RMI_GICV3_LR_COUNT];
    uint32_t ap0r0, ap1r0; /* active priorities */
};

/* The state of a new REC. */
void gic_reset(struct gic_state *gic);
/*
 * Whether hcr and the implemented lrs are what a host may ask for (TF-RMM gic_validate_state).
 * reserved_dropped: bits of hcr that are not the host's do not matter.
 */
bool gic_validate(const struct gic_config *config, uint64_t hcr, bool reserved_dropped,
                  const uint64_t *lrs);
/* The same of list registers that are the host's own (TF-RMM gic_validate_vgic, from v0.9.0). */
bool gic_validate_registers(const struct gic_config *config, const uint64_t *lrs);
/* Takes validated entry state over; puts the state the host sees into an exit. */
void gic_copy_in(const struct gic_config *config, struct gic_state *gic,
                 const struct rmi_rec_enter *enter);
void gic_copy_out(const struct gic_config *config, const struct gic_state *gic,
                  struct rmi_rec_exit *exit);

#endif
