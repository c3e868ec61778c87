/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kvm_model/io_bus_device.h"

#include "kvm_model/mmio.h"

static bool read(struct kvm_vcpu *vcpu, void *ctx, uint64_t offset, unsigned len, void *data)
{
    struct io_bus_device *adapter = ctx;

    (void)vcpu;
    clock_charge(adapter->clock, OP_DEVICE_ACCESS, 1);
    clock_charge(adapter->clock, OP_DEVICE_LATENCY, adapter->latency);
    kvm_mmio_write_buf(data, len, device_read(&adapter->device, offset, len));
    return true;
}

static bool write(struct kvm_vcpu *vcpu, void *ctx, uint64_t offset, unsigned len, const void *data)
{
    struct io_bus_device *adapter = ctx;

    (void)vcpu;
    clock_charge(adapter->clock, OP_DEVICE_ACCESS, 1);
    clock_charge(adapter->clock, OP_DEVICE_LATENCY, adapter->latency);
    device_write(&adapter->device, offset, kvm_mmio_read_buf(data, len), len);
    return true;
}

struct kvm_io_device io_bus_device(struct io_bus_device *adapter)
{
    static const struct kvm_io_device_ops ops = {.read = read, .write = write};

    return (struct kvm_io_device){.ops = &ops, .ctx = adapter};
}
