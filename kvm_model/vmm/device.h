/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A device model: registers behind a read and a write. It knows offsets, never its address, so the
 * same model sits behind the VMM's memory regions or on KVM's in-kernel bus. Data is little endian.
 */
#ifndef KVM_MODEL_VMM_DEVICE_H
#define KVM_MODEL_VMM_DEVICE_H

#include "cpu/types.h"

struct device_ops {
    /* size is within min_access..max_access; the value's bits beyond it are 0. */
    uint64_t (*read)(void *device, uint64_t offset, unsigned size);
    void (*write)(void *device, uint64_t offset, uint64_t value, unsigned size);
    uint8_t min_access, max_access; /* 1, 2, 4 or 8 */
    bool unaligned; /* takes accesses that are not naturally aligned; else the VMM splits them */
};

struct device {
    const char *name; /* outlives the machine */
    const struct device_ops *ops;
    void *state; /* owned by who made the device */
};

/*
 * One access of size 1, 2, 4 or 8, fitted to what the device takes (QEMU
 * softmmu/memory.c:access_with_adjusted_size): a wider one is split, lowest offset first, a
 * narrower one is made with min_access at the same offset, and the surplus dropped.
 */
uint64_t device_read(const struct device *device, uint64_t offset, unsigned size);
void device_write(const struct device *device, uint64_t offset, uint64_t value, unsigned size);

#endif
