/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A device model of the VMM behind KVM's in-kernel bus instead. */
#ifndef KVM_MODEL_IO_BUS_DEVICE_H
#define KVM_MODEL_IO_BUS_DEVICE_H

#include "cpu/clock.h"
#include "kvm_model/io_bus.h"
#include "kvm_model/vmm/device.h"

/* Owned by the caller; must outlive the bus it is registered on. */
struct io_bus_device {
    struct device device;
    struct clock *clock;
    uint32_t latency; /* cycles an access takes beside the work of the device's model */
};

/* What to register: an adapter that handles every access it gets. */
struct kvm_io_device io_bus_device(struct io_bus_device *adapter);

#endif
