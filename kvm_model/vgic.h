/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The vGIC inside kvm_model/: the state of the interrupts (vgic_irq.c), the list registers they
 * reach the guest by (vgic_v2.c, vgic_v3.c), and the registers of the frames (vgic_mmio.h).
 */
#ifndef KVM_MODEL_VGIC_H
#define KVM_MODEL_VGIC_H

#include "cpu/gic.h"
#include "kvm_model/kvm_internal.h"

#define VGIC_PRIVATE_IRQS GIC_NR_PRIVATE
#define VGIC_NR_SGIS GIC_NR_SGIS
#define VGIC_NR_SPIS 32u /* 64 interrupts in all, the least user space may ask for */
#define VGIC_NR_IRQS (VGIC_PRIVATE_IRQS + VGIC_NR_SPIS)

/* struct vgic_irq@6.12 */
struct vgic_irq {
    unsigned intid;
    bool group1, enabled, pending_latch, line_level, active;
    bool edge;  /* VGIC_CONFIG_EDGE; else level-sensitive */
    bool hw;    /* mapped to the host's interrupt hwintid: the CPU deactivates that with it */
    bool on_lr; /* in a list register now */
    unsigned hwintid;
    uint8_t priority;
    uint64_t mpidr;               /* of an SPI of a GICv3: GICD_IROUTER */
    uint8_t targets;              /* GICv2: GICD_ITARGETSR, a bit a vCPU */
    uint8_t source;               /* a GICv2's SGI: the vCPUs it is pending from, a bit each */
    uint8_t active_source;        /* likewise: the vCPU that the active one came from */
    struct kvm_vcpu *target_vcpu; /* NULL: an SPI that is routed to nobody */
    struct kvm_vcpu *vcpu;        /* on whose ap_list it is; NULL: on none */
    const void *owner;            /* the in-kernel device that alone may drive it, or NULL */
};

/* A vCPU's part: struct vgic_cpu@6.12. */
struct vgic_redist {
    struct vgic *vgic;
    struct kvm_vcpu *vcpu;
    struct vgic_irq irqs[VGIC_PRIVATE_IRQS];
    uint64_t propbaser, pendbaser;
    bool last;
    struct vgic_irq *ap_list[VGIC_NR_IRQS]; /* active or pending, in the order they came */
    size_t ap_count;
    /* struct vgic_v2_cpu_if, vgic_v3_cpu_if: what the hardware is given, or for a REC the RMM; lr
     * and hcr are GICH_* or ICH_*_EL2 */
    uint64_t lr[ICH_LR_COUNT], hcr, vmcr;
    unsigned used_lrs;
    size_t
        after_lrs; /* position in ap_list behind the last that is in a list register; 0: all are */
};

struct vgic {
    struct kvm *kvm;
    bool v2;      /* KVM_DEV_TYPE_ARM_VGIC_V2 */
    bool enabled; /* GICD_CTLR.EnableGrp1, a GICv2's Enable */
    struct vgic_irq spis[VGIC_NR_SPIS];
    struct vgic_redist *redists; /* one a vCPU, in their order */
    size_t redist_count;
    unsigned active_spis; /* SPIs on a list since one was last ended there (7.2) */
};

/* The devices of the distributor's and a redistributor's frames (vgic_mmio_v3.c, _v2.c). */
extern const struct kvm_io_device_ops vgic_v2_dist_ops;
extern const struct kvm_io_device_ops vgic_dist_ops;
extern const struct kvm_io_device_ops vgic_redist_ops;

/* The vCPU's part; NULL without a vGIC. */
struct vgic_redist *vgic_redist_of(const struct kvm_vcpu *vcpu);
/* The interrupt as that vCPU sees it; NULL if there is none. */
struct vgic_irq *vgic_get_irq(const struct kvm_vcpu *vcpu, unsigned intid);
struct vgic_irq *vgic_get_spi(struct vgic *vgic, unsigned intid);

static inline bool irq_is_pending(const struct vgic_irq *irq)
{
    return irq->pending_latch || (!irq->edge && irq->line_level);
}
static inline bool vgic_irq_is_mapped_level(const struct vgic_irq *irq)
{
    return !irq->edge && irq->hw;
}

/* --- vgic_irq.c --- */

/* The vCPU it is to be given to now, or NULL. */
struct kvm_vcpu *vgic_target_oracle(const struct vgic_irq *irq);
/* Its state changed: puts it on its vCPU's list if it is to be there, and wakes the vCPU. */
void vgic_queue_irq(struct vgic *vgic, struct vgic_irq *irq);
/* Takes what is neither active nor to be injected off the list, moves what changed its target. */
void vgic_prune_ap_list(struct vgic_redist *redist);
/* Stable; in the order in which they get list registers. */
void vgic_sort_ap_list(struct vgic_redist *redist);
/* The host's interrupt behind a mapped one. */
bool vgic_get_phys_line_level(const struct vgic_irq *irq);
void vgic_irq_set_phys_active(const struct vgic_irq *irq, bool active);

/* The line of a mapped one is looked at again after its end (vgic_irq_handle_resampling). */
void vgic_irq_resample(struct vgic_irq *irq, bool deactivated, bool pending);
/* Of the state field of a list register: "pending", ... */
const char *vgic_lr_state_name(uint64_t state);

/* --- vgic_v2.c --- */

void vgic_v2_flush(struct vgic_redist *redist, unsigned lr_count);
void vgic_v2_fold(struct vgic_redist *redist);
/* To GICH_*, and back. */
void vgic_v2_load_lrs(const struct vgic_redist *redist);
void vgic_v2_save_lrs(struct vgic_redist *redist);

/* --- vgic_v3.c --- */

/* What a list register holds of the interrupt goes back into its state. */
void vgic_v3_fold_lr(struct vgic_redist *redist, uint64_t lr);
void vgic_v3_flush(struct vgic_redist *redist, unsigned lr_count);
void vgic_v3_fold(struct vgic_redist *redist);

#endif
