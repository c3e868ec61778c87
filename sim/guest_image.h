/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Everything that lies in guest memory before the guest starts, and the registers it starts with:
 * the scenario's code, stage-1 tables, and for a realm a boot code.
 *
 * A plain VM's registers are set as KVM_SET_ONE_REG sets them. Of a realm the host may set PC and
 * x0..x7 alone (RMI_REC_CREATE); what a scenario asks beyond that is done by real code in front of
 * it, which loads the registers and drops to the entry with ERET.
 */
#ifndef SIM_GUEST_IMAGE_H
#define SIM_GUEST_IMAGE_H

#include "sim/scenario/scenario.h"

struct guest_image {
    struct scn_segment *segments; /* the last ones own their bytes: see owned */
    size_t count;
    uint8_t *owned;

    uint64_t pc, pstate;
    struct scn_sysreg_value sysregs[SYSREG_COUNT]; /* for a plain VM; in the boot code of a realm */
    size_t sysreg_count;
};

/*
 * Builds the image of a scenario. False with a message in error: no room in guest memory for the
 * tables (they take the last pages of the memory that holds the entry), out of memory.
 */
bool guest_image_build(const struct scenario *scenario, struct guest_image *image, char *error,
                       size_t size);
void guest_image_free(struct guest_image *image);

#endif
