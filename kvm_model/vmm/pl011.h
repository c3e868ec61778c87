/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Arm PrimeCell UART PL011 (DDI 0183, r1p5): both FIFOs, loopback, error and interrupt status. A
 * character is sent at once and one that waits outside is received when there is room: the baud
 * rate is kept but takes no time.
 */
#ifndef KVM_MODEL_VMM_PL011_H
#define KVM_MODEL_VMM_PL011_H

#include <stddef.h>

#include "kvm_model/vmm/device.h"

#define PL011_OUTPUT_MAX 65536
#define PL011_SIZE 0x1000
#define PL011_FIFO_DEPTH 32 /* r1p5; one character while LCR_H.FEN is clear */

struct pl011 {
    char *output; /* not terminated */
    size_t output_size;
    uint64_t output_lost;   /* characters beyond PL011_OUTPUT_MAX */
    uint64_t sent_disabled; /* written while UARTEN or TXE was clear; sent all the same */
    struct device_use use;
    struct device_irq irq; /* UARTINTR, the combined line */
    const char *input;     /* characters that wait to be received; outlive the device */
    size_t input_size;
    uint16_t rx[PL011_FIFO_DEPTH]; /* UARTDR values, errors in [11:8] */
    unsigned rx_first, rx_count;
    uint32_t ilpr, ibrd, fbrd, lcr_h, cr, ifls, imsc, ris, dmacr, rsr;
    bool line; /* of irq, as last set */
};

extern const struct device_ops pl011_ops;

/* In reset state. False when memory is short. */
bool pl011_init(struct pl011 *pl011);
void pl011_free(struct pl011 *pl011);
/* Connects the line, and characters for the guest to read: before the run. */
void pl011_connect(struct pl011 *pl011, const struct device_irq *irq, const char *input,
                   size_t size);

#endif
