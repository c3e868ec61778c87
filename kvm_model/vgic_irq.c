/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Interrupts of the vGIC, from the line to a vCPU's list: arch/arm64/kvm/vgic/vgic.c. An interrupt
 * that is active, or pending, enabled and to be forwarded, is on the ap_list of one vCPU.
 */
#include <errno.h>

#include "cpu/arch/descriptor.h"
#include "kvm_model/arch_timer.h"
#include "kvm_model/vgic.h"

struct vgic_redist *vgic_redist_of(const struct kvm_vcpu *vcpu)
{
    struct vgic *vgic = vcpu->kvm->vgic;

    for (size_t i = 0; vgic && i < vgic->redist_count; i++)
        if (vgic->redists[i].vcpu == vcpu)
            return &vgic->redists[i];
    return NULL;
}

bool kvm_has_vgic_v3(const struct kvm *kvm)
{
    return kvm->vgic && !kvm->vgic->v2;
}

struct vgic_irq *vgic_get_spi(struct vgic *vgic, unsigned intid)
{
    if (intid < VGIC_PRIVATE_IRQS || intid >= VGIC_NR_IRQS)
        return NULL;
    return &vgic->spis[intid - VGIC_PRIVATE_IRQS];
}

struct vgic_irq *vgic_get_irq(const struct kvm_vcpu *vcpu, unsigned intid)
{
    struct vgic_redist *redist = vgic_redist_of(vcpu);

    if (!redist)
        return NULL;
    return intid < VGIC_PRIVATE_IRQS ? &redist->irqs[intid] : vgic_get_spi(redist->vgic, intid);
}

bool vgic_get_phys_line_level(const struct vgic_irq *irq)
{
    return kvm_arch_timer_get_input_level(irq->target_vcpu, irq->intid);
}

void vgic_irq_set_phys_active(const struct vgic_irq *irq, bool active)
{
    if (irq->target_vcpu->cpu)
        cpu_gic_set_active(irq->target_vcpu->cpu, irq->hwintid, active);
}

struct kvm_vcpu *vgic_target_oracle(const struct vgic_irq *irq)
{
    /* An active one stays where it is: only there can it be deactivated. */
    if (irq->active)
        return irq->vcpu ? irq->vcpu : irq->target_vcpu;
    if (!irq->enabled || !irq_is_pending(irq) || !irq->target_vcpu)
        return NULL;
    return irq->target_vcpu->kvm->vgic->enabled ? irq->target_vcpu : NULL;
}

static void add_to_list(struct vgic_redist *redist, struct vgic_irq *irq)
{
    redist->ap_list[redist->ap_count++] = irq;
    irq->vcpu = redist->vcpu;
}

void vgic_queue_irq(struct vgic *vgic, struct vgic_irq *irq)
{
    struct kvm_vcpu *vcpu = vgic_target_oracle(irq);

    if (!vcpu)
        return;
    if (!irq->vcpu) {
        add_to_list(vgic_redist_of(vcpu), irq);
        vgic->active_spis += irq->intid >= VGIC_PRIVATE_IRQS;
    }
    kvm_vcpu_kick(vcpu);
}

void vgic_prune_ap_list(struct vgic_redist *redist)
{
    size_t kept = 0, count = redist->ap_count;

    for (size_t i = 0; i < count; i++) {
        struct vgic_irq *irq = redist->ap_list[i];
        struct kvm_vcpu *target = vgic_target_oracle(irq);

        if (target == redist->vcpu) {
            redist->ap_list[kept++] = irq;
            continue;
        }
        irq->vcpu = NULL;
        if (!target)
            continue;
        add_to_list(vgic_redist_of(target), irq);
        kvm_vcpu_kick(target);
    }
    redist->ap_count = kept;
}

const char *vgic_lr_state_name(uint64_t state)
{
    static const char *const names[] = {"inactive", "pending", "active", "active+pending"};

    return names[state & 3];
}

void vgic_irq_resample(struct vgic_irq *irq, bool deactivated, bool pending)
{
    if (!vgic_irq_is_mapped_level(irq) || !(pending || (deactivated && irq->line_level)))
        return;
    irq->line_level = vgic_get_phys_line_level(irq);
    /* Else the host would never hear of it again. */
    if (!irq->line_level)
        vgic_irq_set_phys_active(irq, false);
}

/* --- the order of the list --- */

static int active_first(const struct vgic_redist *redist, const struct vgic_irq *a,
                        const struct vgic_irq *b)
{
    bool pending_a = a->enabled && irq_is_pending(a), pending_b = b->enabled && irq_is_pending(b);

    (void)redist;
    if (a->active || b->active)
        return (int)b->active - (int)a->active;
    if (!pending_a || !pending_b)
        return (int)pending_b - (int)pending_a;
    return (int)a->priority - (int)b->priority;
}

static int deliverable_first(const struct vgic_redist *redist, const struct vgic_irq *a,
                             const struct vgic_irq *b)
{
    bool here_a = vgic_target_oracle(a) == redist->vcpu;
    bool here_b = vgic_target_oracle(b) == redist->vcpu;
    bool group_a = field_get(redist->vmcr, a->group1 ? ICH_VMCR_VENG1 : ICH_VMCR_VENG0);
    bool group_b = field_get(redist->vmcr, b->group1 ? ICH_VMCR_VENG1 : ICH_VMCR_VENG0);
    bool pending_a = a->enabled && irq_is_pending(a) && !a->active;
    bool pending_b = b->enabled && irq_is_pending(b) && !b->active;

    if (here_a != here_b)
        return (int)here_b - (int)here_a;
    if (group_a != group_b)
        return (int)group_b - (int)group_a;
    if (pending_a != pending_b)
        return (int)pending_b - (int)pending_a;
    if (a->priority != b->priority)
        return (int)a->priority - (int)b->priority;
    return (int)b->hw - (int)a->hw;
}

/* vgic_irq_cmp */
static int (*const orders[])(const struct vgic_redist *, const struct vgic_irq *,
                             const struct vgic_irq *) = {
    [KVM_VGIC_ACTIVE_FIRST] = active_first,
    [KVM_VGIC_PENDING_FIRST] = deliverable_first,
};

void vgic_sort_ap_list(struct vgic_redist *redist)
{
    enum kvm_vgic_overflow overflow = redist->vgic->kvm->variant->vgic_overflow;

    for (size_t i = 1; i < redist->ap_count; i++) {
        struct vgic_irq *irq = redist->ap_list[i];
        size_t at = i;

        while (at && orders[overflow](redist, redist->ap_list[at - 1], irq) > 0) {
            redist->ap_list[at] = redist->ap_list[at - 1];
            at--;
        }
        redist->ap_list[at] = irq;
    }
}

/* --- lines --- */

/* A level that changes, a rising edge; a device's own line by it alone (vgic_validate_injection).
 */
static bool is_injection(const struct vgic_irq *irq, bool level, const void *owner)
{
    if (irq->owner != owner)
        return false;
    return irq->edge ? level : irq->line_level != level;
}

int kvm_vgic_inject_irq(struct kvm *kvm, struct kvm_vcpu *vcpu, unsigned intid, bool level,
                        const void *owner)
{
    struct vgic_irq *irq;

    if (!kvm->vgic || (!vcpu && intid < VGIC_PRIVATE_IRQS))
        return -EINVAL;
    irq = vcpu ? vgic_get_irq(vcpu, intid) : vgic_get_spi(kvm->vgic, intid);
    EMIT(kvm->trace, VGIC_UPDATE_IRQ_PENDING, HOST, vcpu ? vcpu->id : 0, intid, level);
    KVM_TRACE_VM(kvm, VGIC_UPDATE_IRQ_PENDING, vcpu ? vcpu->id : 0, intid, level);
    if (!irq)
        return -EINVAL;
    if (!is_injection(irq, level, owner))
        return 0;
    if (irq->edge)
        irq->pending_latch = true;
    else
        irq->line_level = level;
    vgic_queue_irq(kvm->vgic, irq);
    return 0;
}

static struct kvm_vcpu *vcpu_by_id(const struct kvm *kvm, uint64_t id)
{
    for (size_t i = 0; i < kvm->vcpu_count; i++)
        if (kvm->vcpus[i]->id == id)
            return kvm->vcpus[i];
    return NULL;
}

/* Without a vGIC: HCR_EL2.VI or VF (vcpu_interrupt_line). */
static int vcpu_interrupt_line(struct kvm_vcpu *vcpu, uint64_t number, bool level)
{
    struct field bit = number == KVM_ARM_IRQ_CPU_IRQ ? HCR_VI : HCR_VF;
    struct el2_regs *el2;

    if (number > KVM_ARM_IRQ_CPU_FIQ || vcpu_is_rec(vcpu))
        return -EINVAL;
    el2 = cpu_el2(vcpu->cpu);
    el2->hcr = field_set(el2->hcr, bit, level);
    EMIT(vcpu->kvm->trace, KVM_IRQ_LINE, HOST, vcpu->id, number, level);
    kvm_vcpu_kick(vcpu);
    return 0;
}

uint32_t kvm_arm_cpu_irq(const struct kvm_vcpu *vcpu)
{
    return (uint32_t)(field_put(KVM_ARM_IRQ_TYPE, KVM_ARM_IRQ_TYPE_CPU) |
                      field_put(KVM_ARM_IRQ_VCPU, vcpu->id) |
                      field_put(KVM_ARM_IRQ_VCPU2, vcpu->id >> KVM_ARM_IRQ_VCPU.width) |
                      field_put(KVM_ARM_IRQ_NUM, KVM_ARM_IRQ_CPU_IRQ));
}

int kvm_irq_line(struct kvm *kvm, uint32_t irq, bool level)
{
    uint64_t number = field_get(irq, KVM_ARM_IRQ_NUM), type = field_get(irq, KVM_ARM_IRQ_TYPE);
    uint64_t id = field_get(irq, KVM_ARM_IRQ_VCPU) | field_get(irq, KVM_ARM_IRQ_VCPU2)
                                                         << KVM_ARM_IRQ_VCPU.width;
    struct kvm_vcpu *vcpu = vcpu_by_id(kvm, id);

    KVM_TRACE_VM(kvm, IRQ_LINE, type, id, number, level);
    if (type > KVM_ARM_IRQ_TYPE_PPI)
        return -EINVAL;
    if ((type == KVM_ARM_IRQ_TYPE_CPU) == (kvm->vgic != NULL))
        return -ENXIO;
    if (type == KVM_ARM_IRQ_TYPE_SPI)
        return number < VGIC_PRIVATE_IRQS
                   ? -EINVAL
                   : kvm_vgic_inject_irq(kvm, NULL, (unsigned)number, level, NULL);
    if (!vcpu)
        return -EINVAL;
    if (type == KVM_ARM_IRQ_TYPE_CPU)
        return vcpu_interrupt_line(vcpu, number, level);
    if (number < VGIC_NR_SGIS || number >= VGIC_PRIVATE_IRQS)
        return -EINVAL;
    return kvm_vgic_inject_irq(kvm, vcpu, (unsigned)number, level, NULL);
}

/* --- SGIs (vgic-mmio-v3.c) --- */

/* ICC_SGI0R_EL1 and ICC_ASGI1R_EL1 raise SGIs of group 0 only. */
static void queue_sgi(struct kvm_vcpu *vcpu, unsigned intid, bool allow_group1)
{
    struct vgic_irq *irq = vgic_get_irq(vcpu, intid);

    if (!irq || (irq->group1 && !allow_group1))
        return;
    clock_charge(vcpu->kvm->clock, OP_KVM_SGI, 1);
    irq->pending_latch = true;
    EMIT(vcpu->kvm->trace, VGIC_UPDATE_IRQ_PENDING, HOST, vcpu->id, intid, true);
    vgic_queue_irq(vcpu->kvm->vgic, irq);
}

void vgic_v3_dispatch_sgi(struct kvm_vcpu *vcpu, uint64_t value, bool allow_group1)
{
    static const struct field aff1 = {8, 8}, aff2 = {16, 8}, aff3 = {32, 8};
    const struct kvm *kvm = vcpu->kvm;
    unsigned intid = (unsigned)field_get(value, ICC_SGIR_INTID);
    uint64_t cluster = field_put(aff1, field_get(value, ICC_SGIR_AFF1)) |
                       field_put(aff2, field_get(value, ICC_SGIR_AFF2)) |
                       field_put(aff3, field_get(value, ICC_SGIR_AFF3));
    bool broadcast = field_get(value, ICC_SGIR_IRM);

    for (size_t i = 0; i < kvm->vcpu_count; i++) {
        uint64_t mpidr = kvm_vcpu_mpidr(kvm->vcpus[i]), aff0 = mpidr & 0xff;
        bool listed = (mpidr & ~(uint64_t)0xff) == cluster && aff0 < ICC_SGIR_TARGETS.width &&
                      field_get(value, ICC_SGIR_TARGETS) >> aff0 & 1;

        if (broadcast ? kvm->vcpus[i] != vcpu : listed)
            queue_sgi(kvm->vcpus[i], intid, allow_group1);
    }
}

/* --- mapped interrupts, waiting --- */

void kvm_vgic_map_phys_irq(struct kvm_vcpu *vcpu, unsigned hwintid, unsigned intid,
                           const void *owner)
{
    struct vgic_irq *irq = vgic_get_irq(vcpu, intid);

    if (!irq)
        return;
    irq->hw = vcpu->cpu != NULL; /* the RMM lets no list register deactivate a host's interrupt */
    irq->hwintid = hwintid;
    irq->owner = owner;
}

bool kvm_vgic_map_is_active(const struct kvm_vcpu *vcpu, unsigned intid)
{
    const struct vgic_irq *irq = vgic_get_irq(vcpu, intid);

    return irq && irq->hw && irq->active;
}

bool kvm_vgic_pending_irq(const struct kvm_vcpu *vcpu)
{
    const struct vgic_redist *redist = vgic_redist_of(vcpu);
    uint64_t vmcr, mask;

    if (!redist || !redist->vgic->enabled)
        return false;
    vmcr = vcpu->cpu ? cpu_ich(vcpu->cpu)->vmcr : redist->vmcr;
    mask = field_get(vmcr, ICH_VMCR_VPMR);
    for (size_t i = 0; i < redist->ap_count; i++) {
        const struct vgic_irq *irq = redist->ap_list[i];

        if (irq->enabled && irq_is_pending(irq) && !irq->active && irq->priority < mask)
            return true;
    }
    return false;
}
