/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kvm_model/vmm/virtio_mmio.h"

#include "cpu/arch/field.h"

/* Offsets, virtio 1.2 table 4.1. */
enum virtio_register {
    MAGIC_VALUE = 0x000,
    VERSION = 0x004,
    DEVICE_ID = 0x008,
    VENDOR_ID = 0x00c,
    DEVICE_FEATURES = 0x010,
    DEVICE_FEATURES_SEL = 0x014,
    DRIVER_FEATURES = 0x020,
    DRIVER_FEATURES_SEL = 0x024,
    QUEUE_SEL = 0x030,
    QUEUE_NUM_MAX = 0x034,
    QUEUE_NUM = 0x038,
    QUEUE_READY = 0x044,
    QUEUE_NOTIFY = 0x050,
    INTERRUPT_STATUS = 0x060,
    INTERRUPT_ACK = 0x064,
    STATUS = 0x070,
    QUEUE_DESC_LOW = 0x080,
    QUEUE_DESC_HIGH = 0x084,
    QUEUE_DRIVER_LOW = 0x090,
    QUEUE_DRIVER_HIGH = 0x094,
    QUEUE_DEVICE_LOW = 0x0a0,
    QUEUE_DEVICE_HIGH = 0x0a4,
    SHM_LEN_LOW = 0x0b0,
    SHM_BASE_HIGH = 0x0bc,
    CONFIG_GENERATION = 0x0fc,
    CONFIG = 0x100,
};

#define MAGIC 0x74726976u  /* "virt" */
#define VENDOR 0x554d4551u /* "QEMU" */
#define NO_SHARED_MEMORY UINT32_MAX

static const struct field INTERRUPT_QUEUE = {0, 1};
static const struct field INTERRUPT_CONFIG = {1, 1};
static const struct field LOW = {0, 32};
static const struct field HIGH = {32, 32};

static bool has_feature(uint64_t features, unsigned bit)
{
    return features >> bit & 1;
}

static uint64_t device_features(const struct virtio_mmio *virtio)
{
    return virtio->ops->features | UINT64_C(1) << VIRTIO_F_VERSION_1 |
           UINT64_C(1) << VIRTIO_F_INDIRECT_DESC | UINT64_C(1) << VIRTIO_F_EVENT_IDX;
}

static void interrupt(struct virtio_mmio *virtio, struct field reason)
{
    virtio->interrupt_status |= (uint32_t)field_mask(reason);
    device_irq_set(&virtio->irq, true);
}

/* The driver has broken the rules (section 2.1.2, DEVICE_NEEDS_RESET). */
static void needs_reset(struct virtio_mmio *virtio)
{
    virtio->status |= VIRTIO_STATUS_NEEDS_RESET;
    if (virtio->status & VIRTIO_STATUS_DRIVER_OK)
        interrupt(virtio, INTERRUPT_CONFIG);
}

static void reset(struct virtio_mmio *virtio)
{
    virtio->driver_features = 0;
    virtio->device_features_sel = virtio->driver_features_sel = virtio->queue_sel = 0;
    virtio->status = 0;
    virtio->interrupt_status = 0;
    for (unsigned i = 0; i < VIRTIO_QUEUES_MAX; i++)
        virtio->queues[i] = (struct virtqueue){.size = VIRTQUEUE_SIZE_MAX};
    device_irq_set(&virtio->irq, false);
}

void virtio_mmio_init(struct virtio_mmio *virtio, const struct virtio_device_ops *ops, void *device,
                      const struct dma *dma, const struct device_irq *irq)
{
    *virtio = (struct virtio_mmio){.ops = ops, .device = device, .dma = *dma, .irq = *irq};
    reset(virtio);
}

static bool is_running(const struct virtio_mmio *virtio)
{
    return virtio->status & VIRTIO_STATUS_DRIVER_OK &&
           !(virtio->status & VIRTIO_STATUS_NEEDS_RESET);
}

/* At most what was available at first: a buffer may lie over the ring's own index. */
void virtio_mmio_kick(struct virtio_mmio *virtio, unsigned index)
{
    struct virtqueue *queue = &virtio->queues[index];
    uint16_t available;
    bool pushed = false;

    if (!is_running(virtio))
        return;
    if (virtqueue_available(queue, &virtio->dma, &available) == VIRTQUEUE_BROKEN) {
        needs_reset(virtio);
        return;
    }
    for (; available; available--) {
        struct virtqueue before = *queue;
        enum virtqueue_result result = virtqueue_pop(queue, &virtio->dma, &virtio->chain);
        uint32_t written = 0;
        bool taken = true;

        if (result == VIRTQUEUE_EMPTY)
            break;
        if (result == VIRTQUEUE_BROKEN ||
            !virtio->ops->serve(virtio, index, &virtio->chain, &written, &taken)) {
            needs_reset(virtio);
            break;
        }
        if (!taken) {
            *queue = before;
            break;
        }
        if (!virtqueue_push(queue, &virtio->dma, virtio->chain.head, written)) {
            needs_reset(virtio);
            break;
        }
        virtio->chains++;
        pushed = true;
    }
    if (pushed && virtqueue_must_notify(queue, &virtio->dma))
        interrupt(virtio, INTERRUPT_QUEUE);
}

/* The queue QueueSel selects, or NULL. */
static struct virtqueue *selected(struct virtio_mmio *virtio)
{
    return virtio->queue_sel < virtio->ops->queues ? &virtio->queues[virtio->queue_sel] : NULL;
}

/* --- reads --- */

static uint64_t config_bytes(const struct virtio_mmio *virtio, uint64_t offset, unsigned size)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < size; i++)
        value |= (uint64_t)virtio->ops->config(virtio, offset + i) << (i * 8);
    return value;
}

static uint32_t half(uint64_t value, uint32_t selector)
{
    return selector > 1 ? 0 : (uint32_t)field_get(value, selector ? HIGH : LOW);
}

static uint64_t read_register(struct virtio_mmio *virtio, uint64_t offset)
{
    const struct virtqueue *queue = selected(virtio);

    switch (offset) {
    case MAGIC_VALUE:
        return MAGIC;
    case VERSION:
        return 2;
    case DEVICE_ID:
        return virtio->ops->device_id;
    case VENDOR_ID:
        return VENDOR;
    case DEVICE_FEATURES:
        return half(device_features(virtio), virtio->device_features_sel);
    case QUEUE_NUM_MAX:
        return queue ? VIRTQUEUE_SIZE_MAX : 0;
    case QUEUE_READY:
        return queue && queue->ready;
    case INTERRUPT_STATUS:
        return virtio->interrupt_status;
    case STATUS:
        return virtio->status;
    case CONFIG_GENERATION:
        return virtio->config_generation;
    default: /* reserved, and what can only be written; no shared memory has any length */
        return offset >= SHM_LEN_LOW && offset <= SHM_BASE_HIGH ? NO_SHARED_MEMORY : 0;
    }
}

/* Registers are read and written by words, the configuration space as it comes (4.2.2.2). */
static uint64_t read(void *device, uint64_t offset, unsigned size)
{
    struct virtio_mmio *virtio = device;
    uint64_t value = 0;

    if (offset >= CONFIG)
        value = config_bytes(virtio, offset - CONFIG, size);
    else if (size == 4 && !(offset & 3))
        value = read_register(virtio, offset);
    device_used(&virtio->use, false, value);
    return value;
}

/* --- writes --- */

static void write_driver_features(struct virtio_mmio *virtio, uint32_t value)
{
    struct field part = virtio->driver_features_sel ? HIGH : LOW;

    /* fixed once the device has accepted them (2.2.1) */
    if (virtio->driver_features_sel > 1 || virtio->status & VIRTIO_STATUS_FEATURES_OK)
        return;
    virtio->driver_features =
        (virtio->driver_features & ~field_mask(part)) | field_put(part, value);
}

/* FEATURES_OK stays only if the driver takes nothing that was not offered, and version 1. */
static void write_status(struct virtio_mmio *virtio, uint32_t value)
{
    uint64_t features = virtio->driver_features;

    value &= UINT8_MAX;
    if (!value) {
        reset(virtio);
        return;
    }
    if (value & VIRTIO_STATUS_FEATURES_OK && !(virtio->status & VIRTIO_STATUS_FEATURES_OK) &&
        (features & ~device_features(virtio) || !has_feature(features, VIRTIO_F_VERSION_1)))
        value &= ~(uint32_t)VIRTIO_STATUS_FEATURES_OK;
    if (!(value & VIRTIO_STATUS_FEATURES_OK))
        value &= ~(uint32_t)VIRTIO_STATUS_DRIVER_OK;
    virtio->status = value | (virtio->status & VIRTIO_STATUS_NEEDS_RESET);
}

static void write_queue_ready(struct virtio_mmio *virtio, struct virtqueue *queue, uint32_t value)
{
    bool was_ready = queue->ready;

    queue->ready = value & 1;
    queue->event_index = has_feature(virtio->driver_features, VIRTIO_F_EVENT_IDX);
    queue->indirect = has_feature(virtio->driver_features, VIRTIO_F_INDIRECT_DESC);
    if (!was_ready && queue->ready) {
        queue->last_avail = queue->used_index = queue->signalled = 0;
        queue->signalled_valid = false;
    }
}

/* The addresses of the three parts, a half each; fixed while the queue is ready. */
static uint64_t *queue_address(struct virtqueue *queue, uint64_t offset, struct field *part)
{
    const struct {
        uint32_t low, high;
        uint64_t *address;
    } rows[] = {
        {QUEUE_DESC_LOW, QUEUE_DESC_HIGH, &queue->desc},
        {QUEUE_DRIVER_LOW, QUEUE_DRIVER_HIGH, &queue->avail},
        {QUEUE_DEVICE_LOW, QUEUE_DEVICE_HIGH, &queue->used},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (offset != rows[i].low && offset != rows[i].high)
            continue;
        *part = offset == rows[i].low ? LOW : HIGH;
        return rows[i].address;
    }
    return NULL;
}

static void write_queue(struct virtio_mmio *virtio, struct virtqueue *queue, uint64_t offset,
                        uint32_t value)
{
    struct field part;
    uint64_t *address = queue_address(queue, offset, &part);

    if (offset == QUEUE_READY)
        write_queue_ready(virtio, queue, value);
    else if (queue->ready)
        return;
    else if (offset == QUEUE_NUM && value && value <= VIRTQUEUE_SIZE_MAX && !(value & (value - 1)))
        queue->size = (uint16_t)value;
    else if (address)
        *address = (*address & ~field_mask(part)) | field_put(part, value);
}

static void write_register(struct virtio_mmio *virtio, uint64_t offset, uint32_t value)
{
    switch (offset) {
    case DEVICE_FEATURES_SEL:
        virtio->device_features_sel = value;
        break;
    case DRIVER_FEATURES:
        write_driver_features(virtio, value);
        break;
    case DRIVER_FEATURES_SEL:
        virtio->driver_features_sel = value;
        break;
    case QUEUE_SEL:
        virtio->queue_sel = value;
        break;
    case QUEUE_NOTIFY:
        if (value < virtio->ops->queues)
            virtio_mmio_kick(virtio, value);
        break;
    case INTERRUPT_ACK:
        virtio->interrupt_status &= ~value;
        if (!virtio->interrupt_status)
            device_irq_set(&virtio->irq, false);
        break;
    case STATUS:
        write_status(virtio, value);
        break;
    default:
        if (selected(virtio))
            write_queue(virtio, selected(virtio), offset, value);
        break;
    }
}

static void write(void *device, uint64_t offset, uint64_t value, unsigned size)
{
    struct virtio_mmio *virtio = device;

    device_used(&virtio->use, true, value);
    if (size == 4 && !(offset & 3) && offset < CONFIG)
        write_register(virtio, offset, (uint32_t)value);
}

const struct device_ops virtio_mmio_ops = {
    .read = read, .write = write, .endian = DEVICE_LITTLE_ENDIAN};
