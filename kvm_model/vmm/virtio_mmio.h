/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * virtio over MMIO, version 2 (virtio 1.2, section 4.2): the transport. What the device does with
 * its queues is behind struct virtio_device_ops.
 */
#ifndef KVM_MODEL_VMM_VIRTIO_MMIO_H
#define KVM_MODEL_VMM_VIRTIO_MMIO_H

#include "kvm_model/vmm/virtqueue.h"

#define VIRTIO_MMIO_SIZE 0x1000
#define VIRTIO_QUEUES_MAX 2

/* Feature bits (virtio 1.2, section 6). */
#define VIRTIO_F_INDIRECT_DESC 28
#define VIRTIO_F_EVENT_IDX 29
#define VIRTIO_F_VERSION_1 32

/* Device status (section 2.1). */
enum virtio_status {
    VIRTIO_STATUS_ACKNOWLEDGE = 1,
    VIRTIO_STATUS_DRIVER = 2,
    VIRTIO_STATUS_DRIVER_OK = 4,
    VIRTIO_STATUS_FEATURES_OK = 8,
    VIRTIO_STATUS_NEEDS_RESET = 64,
    VIRTIO_STATUS_FAILED = 128,
};

struct virtio_mmio;

struct virtio_device_ops {
    uint32_t device_id;
    unsigned queues;
    uint64_t features; /* of the device; the transport adds its own */
    /*
     * Serves one chain of a queue: *written bytes of it were written. False: the chain cannot be
     * served by the device's rules, which breaks it. taken false: not now, it stays available.
     */
    bool (*serve)(struct virtio_mmio *virtio, unsigned queue, const struct virtqueue_chain *chain,
                  uint32_t *written, bool *taken);
    /* A byte of the configuration space; 0 behind its end. */
    uint8_t (*config)(const struct virtio_mmio *virtio, uint64_t offset);
};

struct virtio_mmio {
    const struct virtio_device_ops *ops;
    void *device; /* for ops; owned by who made it */
    struct dma dma;
    struct device_irq irq;
    struct device_use use;
    struct virtqueue queues[VIRTIO_QUEUES_MAX];
    struct virtqueue_chain chain; /* the one being served */
    uint64_t driver_features;
    uint32_t device_features_sel, driver_features_sel, queue_sel;
    uint32_t interrupt_status, status, config_generation;
    uint64_t chains; /* served so far, of all queues */
};

extern const struct device_ops virtio_mmio_ops; /* state is the struct virtio_mmio */

void virtio_mmio_init(struct virtio_mmio *virtio, const struct virtio_device_ops *ops, void *device,
                      const struct dma *dma, const struct device_irq *irq);
/* Serves what waits in a queue, as a write to QueueNotify does: for a device that has news. */
void virtio_mmio_kick(struct virtio_mmio *virtio, unsigned queue);

#endif
