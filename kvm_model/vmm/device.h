/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A device model: registers behind a read and a write. It knows offsets, never its address, so the
 * same model sits behind the VMM's memory regions or on KVM's in-kernel bus. What accesses it
 * takes, and in which byte order, is said by its operations, as QEMU's MemoryRegionOps do
 * (include/system/memory.h).
 */
#ifndef KVM_MODEL_VMM_DEVICE_H
#define KVM_MODEL_VMM_DEVICE_H

#include "cpu/types.h"

/* Outcome of a transaction; bits, so that those of its parts can be joined (MemTxResult). */
enum memtx_result {
    MEMTX_OK = 0,
    MEMTX_ERROR = 1 << 0,        /* the device answered with an error */
    MEMTX_DECODE_ERROR = 1 << 1, /* nothing there, or it does not take such an access */
};

/* "ok", "error" or "decode_error", which is said of both together. */
const char *memtx_result_name(enum memtx_result result);

/* Byte order of a device's registers. The guest's order is no matter: KVM swaps before the VMM. */
enum device_endian {
    DEVICE_NATIVE_ENDIAN, /* the target's: little endian for AArch64 */
    DEVICE_LITTLE_ENDIAN,
    DEVICE_BIG_ENDIAN,
};

/* Sizes in bytes, 1, 2, 4 or 8; 0 stands for the default. */
struct device_sizes {
    uint8_t min, max;
    bool unaligned;
};

struct device_ops {
    /* size is within impl; the value's bits beyond it are 0. */
    uint64_t (*read)(void *device, uint64_t offset, unsigned size);
    void (*write)(void *device, uint64_t offset, uint64_t value, unsigned size);
    /* Instead of read and write: those that may fail (read_with_attrs, write_with_attrs). */
    enum memtx_result (*read_or_fail)(void *device, uint64_t offset, unsigned size,
                                      uint64_t *value);
    enum memtx_result (*write_or_fail)(void *device, uint64_t offset, uint64_t value,
                                       unsigned size);
    /* False refuses an access before valid is looked at. NULL: takes all. */
    bool (*accepts)(void *device, uint64_t offset, unsigned size, bool is_write);
    enum device_endian endian;
    /* What the guest may do. max 0: everything, and the address space asks for at most 4. */
    struct device_sizes valid;
    /* What the functions take: other accesses are split or widened. min 0 is 1, max 0 is 4. */
    struct device_sizes impl;
};

struct device {
    const char *name; /* outlives the machine */
    const struct device_ops *ops;
    void *state; /* owned by who made the device */
};

/* An interrupt line that a device drives: level triggered, set on every change. */
struct device_irq {
    void (*set)(void *ctx, bool level); /* NULL: not connected */
    void *ctx;
};

static inline void device_irq_set(const struct device_irq *irq, bool level)
{
    if (irq->set)
        irq->set(irq->ctx, level);
}

/* What a device tells of its use. */
struct device_use {
    uint64_t reads, writes;
    uint64_t last_write; /* value of the last write, 0 before */
};

static inline void device_used(struct device_use *use, bool is_write, uint64_t value)
{
    if (is_write) {
        use->writes++;
        use->last_write = value;
    } else {
        use->reads++;
    }
}

/* Whether a guest may make that access (memory_region_access_valid). */
bool device_access_valid(const struct device *device, uint64_t offset, unsigned size,
                         bool is_write);

/*
 * One access of size 1, 2, 4 or 8 (memory_region_dispatch_read, _write). One that is not valid
 * reads 0, writes nothing and is MEMTX_DECODE_ERROR. Others are fitted to what the device
 * implements (access_with_adjusted_size): a wider one is split, lowest offset first, a narrower one
 * is made with impl.min at the same offset, and the surplus dropped. value is what the register
 * holds, for a big-endian device swapped to and from the bytes in the access.
 */
enum memtx_result device_dispatch_read(const struct device *device, uint64_t offset, unsigned size,
                                       uint64_t *value);
enum memtx_result device_dispatch_write(const struct device *device, uint64_t offset,
                                        uint64_t value, unsigned size);

/* The same where nobody looks at the outcome. */
uint64_t device_read(const struct device *device, uint64_t offset, unsigned size);
void device_write(const struct device *device, uint64_t offset, uint64_t value, unsigned size);

/*
 * Bytes of an access of len at offset that are asked for at once: a power of two, not more than
 * valid.max, and aligned unless impl.unaligned (memory_access_size).
 */
unsigned device_access_size(const struct device_ops *ops, uint64_t offset, unsigned len);

#endif
