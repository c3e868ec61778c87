/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A virtio console with one port (virtio 1.2, section 5.3): queue 0 receives, queue 1 transmits. As
 * a "testdev" it takes commands instead of text (kvm-unit-tests, chr-testdev; QEMU
 * chardev/testdev.c): digits and a q end the run with that number.
 */
#ifndef KVM_MODEL_VMM_VIRTIO_CONSOLE_H
#define KVM_MODEL_VMM_VIRTIO_CONSOLE_H

#include "kvm_model/vmm/virtio_mmio.h"
#include "kvm_model/vmm/vmm_stop.h"

#define VIRTIO_CONSOLE_OUTPUT_MAX 65536u

struct virtio_console {
    struct virtio_mmio transport; /* first: state of virtio_mmio_ops */
    char *output;                 /* not terminated */
    size_t output_size;
    uint64_t output_lost; /* characters beyond VIRTIO_CONSOLE_OUTPUT_MAX */
    const char *input;    /* what waits to be received; outlives the device */
    size_t input_size;
    struct vmm_stop *stop; /* NULL: no testdev */
    const char *name;
    uint32_t argument; /* testdev: the digits so far */
};

/* False: memory is short. */
bool virtio_console_init(struct virtio_console *console, const struct dma *dma,
                         const struct device_irq *irq, const char *input, size_t input_size);
/* Makes it a testdev with that name; stop outlives it. */
void virtio_console_set_testdev(struct virtio_console *console, const char *name,
                                struct vmm_stop *stop);
void virtio_console_free(struct virtio_console *console);

#endif
