/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Arm PrimeCell real-time clock PL031 (DDI 0224). It counts seconds of simulated time and raises
 * its interrupt when they reach the match register.
 */
#ifndef KVM_MODEL_VMM_PL031_H
#define KVM_MODEL_VMM_PL031_H

#include "cpu/clock.h"
#include "kvm_model/vmm/device.h"

#define PL031_SIZE 0x1000

struct pl031 {
    struct clock *clock;
    struct timed_event alarm;
    struct device_irq irq;
    struct device_use use;
    uint32_t offset; /* the count when simulated time was 0, modulo 2^32 */
    uint32_t mr, lr, cr, imsc, ris;
};

extern const struct device_ops pl031_ops;

/* Counting from seconds on. False: out of memory. clock must outlive the device, which must not
 * move. */
bool pl031_init(struct pl031 *pl031, struct clock *clock, uint32_t seconds,
                const struct device_irq *irq);
void pl031_free(struct pl031 *pl031);

#endif
