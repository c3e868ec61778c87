/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kvm_model/vmm/virtio_console.h"

#include <stdlib.h>

#define DEVICE_ID_CONSOLE 3

enum console_queue { RECEIVE_QUEUE, TRANSMIT_QUEUE, CONSOLE_QUEUES };

/* Digits collect a number, q ends with it, anything else starts over. */
static void take_command(struct virtio_console *console, char c)
{
    if (c >= '0' && c <= '9') {
        console->argument = console->argument * 10 + (uint32_t)(c - '0');
        return;
    }
    if (c == 'q')
        vmm_stop_request(console->stop, console->name, false, console->argument);
    console->argument = 0;
}

static void take_character(struct virtio_console *console, char c)
{
    if (console->stop)
        take_command(console, c);
    if (console->output_size < VIRTIO_CONSOLE_OUTPUT_MAX)
        console->output[console->output_size++] = c;
    else
        console->output_lost++;
}

static bool transmit(struct virtio_console *console, const struct virtqueue_chain *chain)
{
    const struct dma *dma = &console->transport.dma;
    uint64_t skip = 0, total = virtqueue_bytes(chain, false);
    bool ok = true;

    /* Beyond what is kept nothing is read: a chain can name gigabytes. */
    while (skip < total && ok && console->output_size < VIRTIO_CONSOLE_OUTPUT_MAX) {
        char piece[256];
        size_t n = virtqueue_read(chain, dma, skip, piece, sizeof(piece), &ok);

        for (size_t i = 0; i < n && ok; i++)
            take_character(console, piece[i]);
        skip += n;
    }
    console->output_lost += total - skip;
    return ok;
}

static bool serve(struct virtio_mmio *virtio, unsigned queue, const struct virtqueue_chain *chain,
                  uint32_t *written, bool *taken)
{
    struct virtio_console *console = virtio->device;
    bool ok = true;
    size_t n;

    if (queue == TRANSMIT_QUEUE)
        return transmit(console, chain);
    *taken = console->input_size != 0;
    n = virtqueue_write(chain, &virtio->dma, 0, console->input, console->input_size, &ok);
    console->input += n;
    console->input_size -= n;
    *written = (uint32_t)n;
    return ok;
}

/* No feature of the console is offered, so no field of struct virtio_console_config is valid. */
static uint8_t config(const struct virtio_mmio *virtio, uint64_t offset)
{
    (void)virtio;
    (void)offset;
    return 0;
}

static const struct virtio_device_ops console_ops = {
    .device_id = DEVICE_ID_CONSOLE, .queues = CONSOLE_QUEUES, .serve = serve, .config = config};

bool virtio_console_init(struct virtio_console *console, const struct dma *dma,
                         const struct device_irq *irq, const char *input, size_t input_size)
{
    *console = (struct virtio_console){.input = input, .input_size = input_size};
    virtio_mmio_init(&console->transport, &console_ops, console, dma, irq);
    console->output = malloc(VIRTIO_CONSOLE_OUTPUT_MAX);
    return console->output != NULL;
}

void virtio_console_set_testdev(struct virtio_console *console, const char *name,
                                struct vmm_stop *stop)
{
    console->name = name;
    console->stop = stop;
}

void virtio_console_free(struct virtio_console *console)
{
    free(console->output);
    console->output = NULL;
}
