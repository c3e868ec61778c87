/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Arm PrimeCell UART PL011 (DDI 0183, r1p5): registers, identification and transmission. Nothing is
 * ever received and no interrupt line is driven; the raw interrupt state is there to be read.
 */
#ifndef KVM_MODEL_VMM_PL011_H
#define KVM_MODEL_VMM_PL011_H

#include "kvm_model/vmm/device.h"

#define PL011_OUTPUT_MAX 65536
#define PL011_SIZE 0x1000

struct pl011 {
    char *output; /* not terminated */
    size_t output_size;
    uint64_t output_lost; /* characters beyond PL011_OUTPUT_MAX */
    uint64_t
        sent_disabled; /* characters written while UARTEN or TXE was clear; sent all the same */
    uint64_t reads, writes;
    uint64_t last_write;
    uint32_t ilpr, ibrd, fbrd, lcr_h, cr, ifls, imsc, ris, dmacr;
};

extern const struct device_ops pl011_ops;

/* In reset state. False when memory is short. */
bool pl011_init(struct pl011 *pl011);
void pl011_free(struct pl011 *pl011);

#endif
