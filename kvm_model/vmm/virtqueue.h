/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The device's side of a split virtqueue in guest memory (virtio 1.2, section 2.7), with indirect
 * descriptors and event indices. Everything in the rings is the guest's and read as anything: a
 * chain that loops, is too long or lies nowhere breaks the queue, it never harms the device.
 */
#ifndef KVM_MODEL_VMM_VIRTQUEUE_H
#define KVM_MODEL_VMM_VIRTQUEUE_H

#include "kvm_model/vmm/dma.h"

#define VIRTQUEUE_SIZE_MAX 256 /* descriptors; also the longest chain */

struct virtqueue {
    uint16_t size; /* a power of two up to VIRTQUEUE_SIZE_MAX */
    bool ready;
    bool event_index;           /* VIRTIO_F_EVENT_IDX was negotiated */
    bool indirect;              /* VIRTIO_F_INDIRECT_DESC was negotiated */
    uint64_t desc, avail, used; /* guest physical addresses of the three parts */
    uint16_t last_avail;        /* the next entry of the available ring to take */
    uint16_t used_index;        /* as last written to the used ring */
    uint16_t signalled;         /* used_index when the driver was last notified */
    bool signalled_valid;
};

struct virtqueue_segment {
    uint64_t gpa;
    uint32_t len;
};

/* One request: buffers the device reads, then buffers it writes. */
struct virtqueue_chain {
    uint16_t head;
    unsigned readable, writable; /* segments of each kind, readable ones first */
    struct virtqueue_segment segments[VIRTQUEUE_SIZE_MAX];
};

enum virtqueue_result {
    VIRTQUEUE_EMPTY,
    VIRTQUEUE_CHAIN,
    VIRTQUEUE_BROKEN, /* the driver broke the rules: the device needs a reset */
};

/* How many entries the driver has made available and the device has not taken; BROKEN if more than
 * the queue holds. */
enum virtqueue_result virtqueue_available(const struct virtqueue *queue, const struct dma *dma,
                                          uint16_t *count);
/* Takes the next chain. */
enum virtqueue_result virtqueue_pop(struct virtqueue *queue, const struct dma *dma,
                                    struct virtqueue_chain *chain);
/* Gives the chain with that head back, written bytes of it written. False: BROKEN. */
bool virtqueue_push(struct virtqueue *queue, const struct dma *dma, uint16_t head,
                    uint32_t written);
/* Whether the driver wants to be told of what was pushed since it was last told. */
bool virtqueue_must_notify(struct virtqueue *queue, const struct dma *dma);

/* Bytes of the readable, or of the writable, segments. */
uint64_t virtqueue_bytes(const struct virtqueue_chain *chain, bool writable);
/*
 * Copies up to len bytes from the readable segments at skip into buf, or from buf into the writable
 * ones; returns how many there were room for. *ok goes false when memory is not there.
 */
size_t virtqueue_read(const struct virtqueue_chain *chain, const struct dma *dma, uint64_t skip,
                      void *buf, size_t len, bool *ok);
size_t virtqueue_write(const struct virtqueue_chain *chain, const struct dma *dma, uint64_t skip,
                       const void *buf, size_t len, bool *ok);

#endif
