/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The in-kernel GICv3: arch/arm64/kvm/vgic/vgic-init.c, vgic.c. */
#include "kvm_model/vgic.h"

#include <errno.h>
#include <stdlib.h>

#define DIST_SIZE 0x10000u
#define REDIST_SIZE 0x20000u
/* INITIAL_PENDBASER_VALUE: RaWb, Inner Shareable. */
#define PENDBASER_RESET 0x580u

static void free_vgic(struct vgic *vgic)
{
    free(vgic->redists);
    free(vgic);
}

static struct vgic *new_vgic(struct kvm *kvm)
{
    struct vgic *vgic = calloc(1, sizeof(*vgic));

    if (!vgic)
        return NULL;
    vgic->kvm = kvm;
    vgic->redist_count = kvm->vcpu_count;
    vgic->redists = calloc(kvm->vcpu_count ? kvm->vcpu_count : 1, sizeof(*vgic->redists));
    if (!vgic->redists) {
        free(vgic);
        return NULL;
    }
    for (size_t i = 0; i < vgic->redist_count; i++) {
        struct vgic_redist *redist = &vgic->redists[i];

        redist->vgic = vgic;
        redist->vcpu = kvm->vcpus[i];
        redist->pendbaser = PENDBASER_RESET;
        redist->last = i + 1 == vgic->redist_count;
        for (unsigned n = 0; n < VGIC_NR_SGIS; n++)
            redist->irqs[n].edge = true;
        for (unsigned n = 0; n < VGIC_PRIVATE_IRQS; n++)
            redist->irqs[n].group1 = true;
    }
    for (unsigned n = 0; n < VGIC_NR_SPIS; n++)
        vgic->spis[n].group1 = true;
    return vgic;
}

int kvm_vgic_create(struct kvm *kvm, uint64_t dist, uint64_t redist)
{
    uint64_t limit = (uint64_t)1 << kvm->config.ipa_bits;
    uint64_t redists = (uint64_t)kvm->vcpu_count * REDIST_SIZE;
    struct vgic *vgic;
    int ret;

    if ((dist | redist) & (DIST_SIZE - 1) || kvm->config.realm || dist > limit - DIST_SIZE ||
        redist > limit - redists)
        return -EINVAL;
    if (kvm->vgic)
        return -EEXIST;
    vgic = new_vgic(kvm);
    if (!vgic)
        return -ENOMEM;
    ret = kvm_io_bus_register(&kvm->mmio_bus, dist, DIST_SIZE,
                              &(struct kvm_io_device){&vgic_dist_ops, vgic});
    kvm->vgic = vgic; /* what is on the bus lives as long as the VM */
    for (size_t i = 0; i < vgic->redist_count && ret == 0; i++)
        ret = kvm_io_bus_register(&kvm->mmio_bus, redist + i * REDIST_SIZE, REDIST_SIZE,
                                  &(struct kvm_io_device){&vgic_redist_ops, &vgic->redists[i]});
    return ret;
}

void kvm_vgic_free(struct kvm *kvm)
{
    if (kvm->vgic)
        free_vgic(kvm->vgic);
    kvm->vgic = NULL;
}

void vgic_queue_irq(struct vgic *vgic, struct vgic_irq *irq)
{
    if (vgic->enabled && irq->enabled && irq->pending_latch)
        irq->queued = true;
    if (!irq->pending_latch)
        irq->queued = false;
}

static bool irq_wakes(const struct vgic_irq *irq)
{
    return irq->queued && irq->enabled && irq->pending_latch && !irq->active;
}

bool kvm_vgic_pending_irq(const struct kvm_vcpu *vcpu)
{
    const struct vgic *vgic = vcpu->kvm->vgic;

    if (!vgic || !vgic->enabled)
        return false;
    for (size_t i = 0; i < vgic->redist_count; i++) {
        const struct vgic_redist *redist = &vgic->redists[i];

        if (redist->vcpu != vcpu)
            continue;
        for (unsigned n = 0; n < VGIC_PRIVATE_IRQS; n++)
            if (irq_wakes(&redist->irqs[n]))
                return true;
        for (unsigned n = 0; n < VGIC_NR_SPIS; n++)
            if (irq_wakes(&vgic->spis[n]) && vgic->spis[n].irouter == kvm_vcpu_mpidr(vcpu))
                return true;
    }
    return false;
}
