/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A virtio block device (virtio 1.2, section 5.2) over bytes in memory. */
#ifndef KVM_MODEL_VMM_VIRTIO_BLK_H
#define KVM_MODEL_VMM_VIRTIO_BLK_H

#include "kvm_model/vmm/virtio_mmio.h"

#define VIRTIO_BLK_SECTOR 512u
#define VIRTIO_BLK_SECTORS_MAX 65536u

struct virtio_blk {
    struct virtio_mmio transport; /* first: state of virtio_mmio_ops */
    uint8_t *bytes;
    uint64_t sectors;
};

/* A disk of 1 to VIRTIO_BLK_SECTORS_MAX zeroed sectors. False: memory is short. */
bool virtio_blk_init(struct virtio_blk *blk, uint64_t sectors, const struct dma *dma,
                     const struct device_irq *irq);
void virtio_blk_free(struct virtio_blk *blk);

#endif
