/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vGICv3 inside kvm_model/: state of the interrupts, and the frames' registers. */
#ifndef KVM_MODEL_VGIC_H
#define KVM_MODEL_VGIC_H

#include "kvm_model/kvm_internal.h"

#define VGIC_PRIVATE_IRQS 32u
#define VGIC_NR_SGIS 16u
#define VGIC_NR_SPIS 32u /* KVM's default: 64 interrupts in all */

struct vgic_irq {
    bool group1, enabled, pending_latch, active, edge;
    bool queued; /* on the vCPU's list: became pending while the distributor was enabled */
    uint8_t priority;
    uint64_t irouter; /* SPI */
};

struct vgic_redist {
    struct vgic *vgic;
    struct kvm_vcpu *vcpu;
    struct vgic_irq irqs[VGIC_PRIVATE_IRQS];
    uint64_t propbaser, pendbaser;
    bool last;
};

struct vgic {
    struct kvm *kvm;
    bool enabled; /* GICD_CTLR.EnableGrp1 */
    struct vgic_irq spis[VGIC_NR_SPIS];
    struct vgic_redist *redists; /* one a vCPU, in their order */
    size_t redist_count;
};

/* The devices of the distributor's and a redistributor's frames (vgic_mmio.c). */
extern const struct kvm_io_device_ops vgic_dist_ops;
extern const struct kvm_io_device_ops vgic_redist_ops;

/* The state changed: puts the interrupt on its vCPU's list if it is to be there (vgic_queue_irq).
 */
void vgic_queue_irq(struct vgic *vgic, struct vgic_irq *irq);

#endif
