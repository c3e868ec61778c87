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
        for (unsigned n = 0; n < VGIC_PRIVATE_IRQS; n++)
            redist->irqs[n] = (struct vgic_irq){
                .intid = n, .group1 = true, .edge = n < VGIC_NR_SGIS, .target_vcpu = kvm->vcpus[i]};
    }
    for (unsigned n = 0; n < VGIC_NR_SPIS; n++)
        vgic->spis[n] = (struct vgic_irq){.intid = VGIC_PRIVATE_IRQS + n,
                                          .group1 = true,
                                          .target_vcpu = kvm->vcpu_count ? kvm->vcpus[0] : NULL};
    return vgic;
}

int kvm_vgic_create(struct kvm *kvm, uint64_t dist, uint64_t redist)
{
    uint64_t limit = (uint64_t)1 << (kvm->config.ipa_bits - kvm->config.realm);
    uint64_t redists = (uint64_t)kvm->vcpu_count * REDIST_SIZE;
    struct vgic *vgic;
    int ret;

    if ((dist | redist) & (DIST_SIZE - 1) || dist > limit - DIST_SIZE || redist > limit - redists)
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
