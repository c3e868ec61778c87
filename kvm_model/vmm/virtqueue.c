/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kvm_model/vmm/virtqueue.h"

#include "cpu/arch/field.h"

/* Layouts: virtio 1.2 sections 2.7.5 (descriptor), 2.7.6 (available), 2.7.8 (used). */
enum descriptor_layout {
    DESC_ADDR = 0,
    DESC_LEN = 8,
    DESC_FLAGS = 12,
    DESC_NEXT = 14,
    DESC_SIZE = 16
};
enum ring_layout { RING_FLAGS = 0, RING_INDEX = 2, RING_ENTRIES = 4 };
enum used_layout { USED_ID = 0, USED_LEN = 4, USED_SIZE = 8 };
#define AVAIL_SIZE 2u
#define EVENT_SIZE 2u

static const struct field DESC_F_NEXT = {0, 1};
static const struct field DESC_F_WRITE = {1, 1};
static const struct field DESC_F_INDIRECT = {2, 1};
static const struct field AVAIL_F_NO_INTERRUPT = {0, 1};

struct descriptor {
    uint64_t gpa;
    uint32_t len;
    uint16_t flags, next;
};

/* A table that a chain is followed in: the queue's own, or an indirect one. */
struct table {
    uint64_t gpa;
    uint32_t count;
};

static bool read_descriptor(const struct dma *dma, const struct table *table, uint16_t index,
                            struct descriptor *descriptor)
{
    uint64_t at = table->gpa + (uint64_t)index * DESC_SIZE, gpa, len, flags, next;

    if (index >= table->count || !dma_load(dma, at + DESC_ADDR, 8, &gpa) ||
        !dma_load(dma, at + DESC_LEN, 4, &len) || !dma_load(dma, at + DESC_FLAGS, 2, &flags) ||
        !dma_load(dma, at + DESC_NEXT, 2, &next))
        return false;
    *descriptor = (struct descriptor){gpa, (uint32_t)len, (uint16_t)flags, (uint16_t)next};
    return true;
}

enum virtqueue_result virtqueue_available(const struct virtqueue *queue, const struct dma *dma,
                                          uint16_t *count)
{
    uint64_t index;

    *count = 0;
    if (!queue->ready)
        return VIRTQUEUE_EMPTY;
    if (!dma_load(dma, queue->avail + RING_INDEX, 2, &index))
        return VIRTQUEUE_BROKEN;
    *count = (uint16_t)(index - queue->last_avail);
    if (*count > queue->size)
        return VIRTQUEUE_BROKEN;
    return *count ? VIRTQUEUE_CHAIN : VIRTQUEUE_EMPTY;
}

/* Appends a buffer; what the device writes comes behind all that it reads (2.7.4.2). */
static bool add_segment(struct virtqueue_chain *chain, const struct descriptor *descriptor)
{
    unsigned count = chain->readable + chain->writable;

    if (count == VIRTQUEUE_SIZE_MAX || !descriptor->len ||
        descriptor->gpa + (descriptor->len - 1) < descriptor->gpa)
        return false;
    chain->segments[count] = (struct virtqueue_segment){descriptor->gpa, descriptor->len};
    if (field_get(descriptor->flags, DESC_F_WRITE))
        chain->writable++;
    else if (chain->writable)
        return false;
    else
        chain->readable++;
    return true;
}

/*
 * Follows the chain from index on. An indirect table stands alone, is not nested and is not
 * followed by another descriptor (2.7.5.3.1). A chain has at most as many descriptors as its table.
 */
static bool follow(const struct virtqueue *queue, const struct dma *dma, uint16_t index,
                   struct virtqueue_chain *chain)
{
    struct table table = {queue->desc, queue->size};
    struct descriptor descriptor;
    bool indirect = false;

    for (uint32_t left = table.count; left; left--) {
        if (!read_descriptor(dma, &table, index, &descriptor))
            return false;
        if (field_get(descriptor.flags, DESC_F_INDIRECT)) {
            if (indirect || !queue->indirect || field_get(descriptor.flags, DESC_F_NEXT) ||
                !descriptor.len || descriptor.len % DESC_SIZE)
                return false;
            indirect = true;
            table = (struct table){descriptor.gpa, descriptor.len / DESC_SIZE};
            left = table.count < VIRTQUEUE_SIZE_MAX ? table.count + 1 : VIRTQUEUE_SIZE_MAX + 1;
            index = 0;
            continue;
        }
        if (!add_segment(chain, &descriptor))
            return false;
        if (!field_get(descriptor.flags, DESC_F_NEXT))
            return true;
        index = descriptor.next;
    }
    return false;
}

enum virtqueue_result virtqueue_pop(struct virtqueue *queue, const struct dma *dma,
                                    struct virtqueue_chain *chain)
{
    uint16_t count;
    enum virtqueue_result result = virtqueue_available(queue, dma, &count);
    uint64_t entry = queue->avail + RING_ENTRIES, head;

    if (result != VIRTQUEUE_CHAIN)
        return result;
    entry += (uint64_t)(queue->last_avail & (queue->size - 1u)) * AVAIL_SIZE;
    if (!dma_load(dma, entry, AVAIL_SIZE, &head))
        return VIRTQUEUE_BROKEN;
    chain->head = (uint16_t)head;
    chain->readable = chain->writable = 0;
    if (!follow(queue, dma, chain->head, chain))
        return VIRTQUEUE_BROKEN;
    queue->last_avail++;
    /* avail_event, behind the used ring: tell me of the next one (2.7.7.2) */
    if (queue->event_index &&
        !dma_store(dma, queue->used + RING_ENTRIES + (uint64_t)queue->size * USED_SIZE, EVENT_SIZE,
                   queue->last_avail))
        return VIRTQUEUE_BROKEN;
    return VIRTQUEUE_CHAIN;
}

bool virtqueue_push(struct virtqueue *queue, const struct dma *dma, uint16_t head, uint32_t written)
{
    uint64_t entry =
        queue->used + RING_ENTRIES + (uint64_t)(queue->used_index & (queue->size - 1u)) * USED_SIZE;

    if (!dma_store(dma, entry + USED_ID, 4, head) ||
        !dma_store(dma, entry + USED_LEN, 4, written) ||
        !dma_store(dma, queue->used + RING_INDEX, 2, (uint16_t)(queue->used_index + 1)))
        return false;
    queue->used_index++;
    return true;
}

bool virtqueue_must_notify(struct virtqueue *queue, const struct dma *dma)
{
    uint64_t flags, event;
    uint16_t before = queue->signalled, now = queue->used_index;
    bool valid = queue->signalled_valid;

    if (!queue->event_index)
        return dma_load(dma, queue->avail + RING_FLAGS, 2, &flags) &&
               !field_get(flags, AVAIL_F_NO_INTERRUPT);
    queue->signalled = now;
    queue->signalled_valid = true;
    /* used_event, behind the available ring: was it passed since the last time (2.7.7.1)? */
    if (!dma_load(dma, queue->avail + RING_ENTRIES + (uint64_t)queue->size * AVAIL_SIZE, EVENT_SIZE,
                  &event))
        return false;
    return !valid || (uint16_t)(now - (uint16_t)event - 1) < (uint16_t)(now - before);
}

uint64_t virtqueue_bytes(const struct virtqueue_chain *chain, bool writable)
{
    unsigned first = writable ? chain->readable : 0;
    unsigned count = writable ? chain->writable : chain->readable;
    uint64_t bytes = 0;

    for (unsigned i = 0; i < count; i++)
        bytes += chain->segments[first + i].len;
    return bytes;
}

/* Copies between buf and the segments first..first+count-1, behind the first skip bytes of them. */
static size_t copy(const struct virtqueue_chain *chain, const struct dma *dma, bool writable,
                   uint64_t skip, uint8_t *to, const uint8_t *from, size_t len, bool *ok)
{
    unsigned first = writable ? chain->readable : 0;
    unsigned count = writable ? chain->writable : chain->readable;
    size_t done = 0;

    for (unsigned i = 0; i < count && done < len && *ok; i++) {
        const struct virtqueue_segment *segment = &chain->segments[first + i];
        size_t n;

        if (skip >= segment->len) {
            skip -= segment->len;
            continue;
        }
        n = (size_t)(segment->len - skip);
        if (n > len - done)
            n = len - done;
        *ok = writable ? dma_write(dma, segment->gpa + skip, from + done, n)
                       : dma_read(dma, segment->gpa + skip, to + done, n);
        done += n;
        skip = 0;
    }
    return done;
}

size_t virtqueue_read(const struct virtqueue_chain *chain, const struct dma *dma, uint64_t skip,
                      void *buf, size_t len, bool *ok)
{
    return copy(chain, dma, false, skip, buf, NULL, len, ok);
}

size_t virtqueue_write(const struct virtqueue_chain *chain, const struct dma *dma, uint64_t skip,
                       const void *buf, size_t len, bool *ok)
{
    return copy(chain, dma, true, skip, NULL, buf, len, ok);
}
