/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * KVM_MMIO_BUS: devices inside the kernel, asked before user space is (virt/kvm/kvm_main.c,
 * kvm_io_bus_read). An access is handled only by a device whose range holds all of it.
 */
#ifndef KVM_MODEL_IO_BUS_H
#define KVM_MODEL_IO_BUS_H

#include "cpu/types.h"

struct kvm_vcpu;

/*
 * What became of an access. KVM knows only the first (-EOPNOTSUPP: user space shall handle it) from
 * all others; that a device took an access and refused what it asks for is told in the event alone.
 */
enum kvm_io_result {
    KVM_IO_UNHANDLED,
    KVM_IO_OK,
    KVM_IO_DECODE_ERROR, /* no such register, or none of that size: reads 0, ignores the write */
    KVM_IO_ERROR,        /* the device answers with an error, which nobody looks at */
};

struct kvm_io_device_ops {
    /* vcpu makes the access; len is 1, 2, 4 or 8, data in memory order. */
    enum kvm_io_result (*read)(struct kvm_vcpu *vcpu, void *ctx, uint64_t offset, unsigned len,
                               void *data);
    enum kvm_io_result (*write)(struct kvm_vcpu *vcpu, void *ctx, uint64_t offset, unsigned len,
                                const void *data);
};

struct kvm_io_device {
    const struct kvm_io_device_ops *ops;
    void *ctx;
};

struct kvm_io_range {
    uint64_t gpa, size;
    struct kvm_io_device device;
};

#define KVM_IO_BUS_MAX 1000 /* NR_IOBUS_DEVS */

struct kvm_io_bus {
    struct kvm_io_range *ranges; /* by gpa */
    size_t count, capacity;
};

/*
 * device is copied; its ctx must outlive the bus. -EINVAL: size 0 or wrapping; -EEXIST: overlap;
 * -ENOSPC: KVM_IO_BUS_MAX reached; -ENOMEM.
 */
int kvm_io_bus_register(struct kvm_io_bus *bus, uint64_t gpa, uint64_t size,
                        const struct kvm_io_device *device);
void kvm_io_bus_free(struct kvm_io_bus *bus);

/* True when a device handled the access. Each emits its event with the outcome. */
bool kvm_io_bus_read(struct kvm_vcpu *vcpu, uint64_t gpa, unsigned len, void *data);
bool kvm_io_bus_write(struct kvm_vcpu *vcpu, uint64_t gpa, unsigned len, const void *data);

#endif
