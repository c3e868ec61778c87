/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kvm_model/vmm/virtio_blk.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#define DEVICE_ID_BLOCK 2
#define REQUEST_QUEUE 0

#define VIRTIO_BLK_F_FLUSH 9

/* struct virtio_blk_req: type, reserved, sector; then data; then a status byte (section 5.2.6). */
enum request_layout { REQUEST_TYPE = 0, REQUEST_SECTOR = 8, REQUEST_HEADER = 16 };
enum request_type { BLK_T_IN = 0, BLK_T_OUT = 1, BLK_T_FLUSH = 4, BLK_T_GET_ID = 8 };
enum request_status { BLK_S_OK = 0, BLK_S_IOERR = 1, BLK_S_UNSUPP = 2 };
#define ID_BYTES 20
#define STATUS_BYTES 1

static const char serial[ID_BYTES] = "sim";

/* The part of the disk from sector on, len bytes of it; false: beyond the end, or half a sector. */
static bool on_disk(const struct virtio_blk *blk, uint64_t sector, uint64_t len)
{
    return len % VIRTIO_BLK_SECTOR == 0 && sector <= blk->sectors &&
           len / VIRTIO_BLK_SECTOR <= blk->sectors - sector;
}

static enum request_status transfer(struct virtio_blk *blk, const struct virtqueue_chain *chain,
                                    uint32_t type, uint64_t sector, uint32_t *written, bool *ok)
{
    const struct dma *dma = &blk->transport.dma;
    uint64_t in = virtqueue_bytes(chain, true) - STATUS_BYTES;
    uint64_t out = virtqueue_bytes(chain, false) - REQUEST_HEADER;

    switch (type) {
    case BLK_T_IN:
        if (!on_disk(blk, sector, in))
            return BLK_S_IOERR;
        *written = (uint32_t)virtqueue_write(chain, dma, 0, blk->bytes + sector * VIRTIO_BLK_SECTOR,
                                             (size_t)in, ok);
        return BLK_S_OK;
    case BLK_T_OUT:
        if (!on_disk(blk, sector, out))
            return BLK_S_IOERR;
        virtqueue_read(chain, dma, REQUEST_HEADER, blk->bytes + sector * VIRTIO_BLK_SECTOR,
                       (size_t)out, ok);
        return BLK_S_OK;
    case BLK_T_FLUSH:
        return BLK_S_OK;
    case BLK_T_GET_ID:
        *written = (uint32_t)virtqueue_write(chain, dma, 0, serial,
                                             in < ID_BYTES ? (size_t)in : ID_BYTES, ok);
        return BLK_S_OK;
    default:
        return BLK_S_UNSUPP;
    }
}

/* A request without a whole header, or without a byte for its status, breaks the queue. */
static bool serve(struct virtio_mmio *virtio, unsigned queue, const struct virtqueue_chain *chain,
                  uint32_t *written, bool *taken)
{
    struct virtio_blk *blk = virtio->device;
    uint8_t header[REQUEST_HEADER], status;
    uint64_t in = virtqueue_bytes(chain, true);
    uint64_t sector;
    uint32_t type;
    bool ok = true;

    (void)queue;
    (void)taken;
    if (!in ||
        virtqueue_read(chain, &virtio->dma, 0, header, sizeof(header), &ok) != sizeof(header) ||
        !ok)
        return false;
    memcpy(&type, header + REQUEST_TYPE, sizeof(type));
    memcpy(&sector, header + REQUEST_SECTOR, sizeof(sector));
    status = transfer(blk, chain, le32toh(type), le64toh(sector), written, &ok);
    if (!ok)
        return false;
    virtqueue_write(chain, &virtio->dma, in - STATUS_BYTES, &status, STATUS_BYTES, &ok);
    *written += STATUS_BYTES;
    return ok;
}

/* struct virtio_blk_config begins with the capacity in sectors, little endian. */
static uint8_t config(const struct virtio_mmio *virtio, uint64_t offset)
{
    const struct virtio_blk *blk = virtio->device;

    return offset < sizeof(blk->sectors) ? (uint8_t)(blk->sectors >> (offset * 8)) : 0;
}

static const struct virtio_device_ops blk_ops = {
    .device_id = DEVICE_ID_BLOCK,
    .queues = REQUEST_QUEUE + 1,
    .features = UINT64_C(1) << VIRTIO_BLK_F_FLUSH,
    .serve = serve,
    .config = config,
};

bool virtio_blk_init(struct virtio_blk *blk, uint64_t sectors, const struct dma *dma,
                     const struct device_irq *irq)
{
    *blk = (struct virtio_blk){.sectors = sectors};
    virtio_mmio_init(&blk->transport, &blk_ops, blk, dma, irq);
    blk->bytes = calloc((size_t)sectors, VIRTIO_BLK_SECTOR);
    return blk->bytes != NULL;
}

void virtio_blk_free(struct virtio_blk *blk)
{
    free(blk->bytes);
    blk->bytes = NULL;
}
