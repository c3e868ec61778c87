/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A flash chip with the Intel command set (CFI 0x0001), as a ROM device: read as memory until a
 * command is written, then by registers until it is back in array mode (after QEMU
 * hw/block/pflash_cfi01.c, one chip 32 bits wide).
 */
#ifndef KVM_MODEL_VMM_PFLASH_H
#define KVM_MODEL_VMM_PFLASH_H

#include "kvm_model/host_mm.h"
#include "kvm_model/vmm/device.h"

#define PFLASH_MAX_SIZE ((uint64_t)64 << 20)
#define PFLASH_BLOCK ((uint64_t)64 << 10) /* what one erase command erases */

struct pflash {
    struct host_mm *mm;
    hva_t hva; /* the array */
    uint64_t size;
    struct device_use use;
    /* Reads reach the array (true) or the device: called on each change. */
    void (*set_romd)(void *ctx, bool romd);
    void *romd_ctx;
    uint8_t command; /* the one in effect; 0xff: array mode */
    bool confirm;    /* the next write belongs to it */
    uint8_t status;
};

extern const struct device_ops pflash_ops;

/* size bytes, erased, at hva, which the caller has mapped. */
bool pflash_init(struct pflash *flash, struct host_mm *mm, hva_t hva, uint64_t size);

#endif
