/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The in-kernel GIC: arch/arm64/kvm/vgic/vgic-init.c, vgic.c. */
#include "kvm_model/vgic.h"

#include <errno.h>
#include <stdlib.h>

#define DIST_SIZE 0x10000u
#define REDIST_SIZE 0x20000u
#define V2_DIST_SIZE 0x1000u /* KVM_VGIC_V2_DIST_SIZE */
#define V2_CPU_SIZE 0x2000u  /* KVM_VGIC_V2_CPU_SIZE */
#define V2_MAX_VCPUS 8u      /* VGIC_V2_MAX_CPUS */
/* INITIAL_PENDBASER_VALUE: RaWb, Inner Shareable. */
#define PENDBASER_RESET 0x580u

static void free_vgic(struct vgic *vgic)
{
    free(vgic->redists);
    free(vgic);
}

/* vgic_allocate_private_irqs, kvm_vgic_dist_init, vgic_init */
static struct vgic *new_vgic(struct kvm *kvm, bool v2)
{
    struct vgic *vgic = calloc(1, sizeof(*vgic));

    if (!vgic)
        return NULL;
    vgic->kvm = kvm;
    vgic->v2 = v2;
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
            redist->irqs[n] = (struct vgic_irq){.intid = n,
                                                .group1 = !v2,
                                                .edge = n < VGIC_NR_SGIS,
                                                .enabled = n < VGIC_NR_SGIS,
                                                .targets = v2 ? (uint8_t)(1u << i) : 0,
                                                .target_vcpu = kvm->vcpus[i]};
    }
    for (unsigned n = 0; n < VGIC_NR_SPIS; n++)
        vgic->spis[n] = (struct vgic_irq){.intid = VGIC_PRIVATE_IRQS + n,
                                          .group1 = !v2,
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
    if (kvm->config.gicv.v)
        return -ENODEV;
    if (kvm->vgic)
        return -EEXIST;
    vgic = new_vgic(kvm, false);
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

/* kvm_phys_addr_ioremap: the host's GICV frame is the guest's GICC frame. */
static int map_cpu_interface(struct kvm *kvm, uint64_t gicc)
{
    enum kvm_pgtable_prot prot = KVM_PGTABLE_PROT_R | KVM_PGTABLE_PROT_W | KVM_PGTABLE_PROT_DEVICE;

    for (uint64_t at = 0; at < V2_CPU_SIZE; at += HOST_PAGE_SIZE) {
        int ret = kvm_mmu_topup_memory_cache(&kvm->split_page_cache, kvm->config.mm,
                                             kvm_mmu_cache_min_pages(&kvm->pgt));

        if (ret == 0)
            ret = kvm_pgtable_stage2_set_leaf(&kvm->pgt, IPA(gicc + at), HOST_PAGE_SIZE,
                                              PA(kvm->config.gicv.v + at), prot,
                                              &kvm->split_page_cache);
        if (ret)
            return ret;
    }
    kvm_flush_tlb(kvm);
    return 0;
}

int kvm_vgic_v2_create(struct kvm *kvm, uint64_t gicd, uint64_t gicc)
{
    uint64_t limit = (uint64_t)1 << kvm->config.ipa_bits;
    struct vgic *vgic;
    int ret;

    if (!kvm->config.gicv.v || !kvm->variant->vgic_v2 || kvm->config.realm)
        return -ENODEV;
    if ((gicd | gicc) & (HOST_PAGE_SIZE - 1) || gicd > limit - V2_DIST_SIZE ||
        gicc > limit - V2_CPU_SIZE || (gicd < gicc + V2_CPU_SIZE && gicc < gicd + V2_DIST_SIZE))
        return -EINVAL;
    if (kvm->vgic)
        return -EEXIST;
    if (kvm->vcpu_count > V2_MAX_VCPUS)
        return -E2BIG;
    vgic = new_vgic(kvm, true);
    if (!vgic)
        return -ENOMEM;
    ret = kvm_io_bus_register(&kvm->mmio_bus, gicd, V2_DIST_SIZE,
                              &(struct kvm_io_device){&vgic_v2_dist_ops, vgic});
    kvm->vgic = vgic; /* what is on the bus lives as long as the VM */
    return ret ? ret : map_cpu_interface(kvm, gicc);
}

void kvm_vgic_free(struct kvm *kvm)
{
    if (kvm->vgic)
        free_vgic(kvm->vgic);
    kvm->vgic = NULL;
}
