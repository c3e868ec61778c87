/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kvm_model/io_bus_device.h"

#include "kvm_model/mmio.h"

/* The bus has no errors of its own: KVM's devices read 0 and ignore what they do not know. */
static enum kvm_io_result result_of(enum memtx_result result)
{
    return result & MEMTX_DECODE_ERROR ? KVM_IO_DECODE_ERROR
           : result & MEMTX_ERROR      ? KVM_IO_ERROR
                                       : KVM_IO_OK;
}

static enum kvm_io_result read(struct kvm_vcpu *vcpu, void *ctx, uint64_t offset, unsigned len,
                               void *data)
{
    struct io_bus_device *adapter = ctx;
    enum memtx_result result;
    uint64_t value;

    (void)vcpu;
    clock_charge(adapter->clock, OP_DEVICE_ACCESS, 1);
    clock_charge(adapter->clock, OP_DEVICE_LATENCY, adapter->latency);
    result = device_dispatch_read(&adapter->device, offset, len, &value);
    kvm_mmio_write_buf(data, len, value);
    return result_of(result);
}

static enum kvm_io_result write(struct kvm_vcpu *vcpu, void *ctx, uint64_t offset, unsigned len,
                                const void *data)
{
    struct io_bus_device *adapter = ctx;

    (void)vcpu;
    clock_charge(adapter->clock, OP_DEVICE_ACCESS, 1);
    clock_charge(adapter->clock, OP_DEVICE_LATENCY, adapter->latency);
    return result_of(
        device_dispatch_write(&adapter->device, offset, kvm_mmio_read_buf(data, len), len));
}

struct kvm_io_device io_bus_device(struct io_bus_device *adapter)
{
    static const struct kvm_io_device_ops ops = {.read = read, .write = write};

    return (struct kvm_io_device){.ops = &ops, .ctx = adapter};
}
