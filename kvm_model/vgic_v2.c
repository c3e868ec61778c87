/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a vCPU's list into the list registers of a GICv2 and back: arch/arm64/kvm/vgic/vgic-v2.c,
 * and vgic_flush_lr_state of vgic.c, in the form they had from 4.16 to 6.18. An SGI is pending once
 * a vCPU that sent it; each takes a list register of its own.
 */
#include "kvm_model/vgic.h"

static bool is_sgi(const struct vgic_irq *irq)
{
    return irq->intid < VGIC_NR_SGIS;
}

static unsigned count_bits(uint8_t bits)
{
    unsigned count = 0;

    for (; bits; bits &= (uint8_t)(bits - 1))
        count++;
    return count;
}

static unsigned lowest_bit(uint8_t bits)
{
    unsigned n = 0;

    while (!(bits >> n & 1))
        n++;
    return n;
}

/* List registers it could use (vgic_irq_get_lr_count). */
static unsigned lr_count_of(const struct vgic_irq *irq)
{
    if (is_sgi(irq) && irq->source)
        return count_bits(irq->source) + irq->active;
    return irq_is_pending(irq) || irq->active;
}

/* The pending part, and of an SGI its first source, leave the state for the list register. */
static uint32_t take_pending(struct vgic_irq *irq)
{
    uint64_t lr = field_mask(GICH_LR_PENDING);

    if (irq->edge)
        irq->pending_latch = false;
    if (vgic_irq_is_mapped_level(irq)) /* only rising edges of a mapped line are seen */
        irq->line_level = false;
    if (is_sgi(irq) && irq->source) {
        unsigned source = lowest_bit(irq->source);

        irq->source &= (uint8_t) ~(1u << source);
        irq->pending_latch = irq->source;
        lr |= field_put(GICH_LR_CPUID, source) | field_put(GICH_LR_EOI, irq->source != 0);
    }
    return (uint32_t)lr;
}

static void populate_lr(struct vgic_redist *redist, struct vgic_irq *irq)
{
    uint64_t lr = field_put(GICH_LR_VIRTUALID, irq->intid) |
                  field_put(GICH_LR_ACTIVE, irq->active) | field_put(GICH_LR_GRP1, irq->group1) |
                  field_put(GICH_LR_PRIORITY, irq->priority >> GICH_LR_PRIORITY_SHIFT);
    bool many = lr_count_of(irq) > 1;
    unsigned n = redist->used_lrs++;

    if (irq->active && is_sgi(irq))
        lr |= field_put(GICH_LR_CPUID, irq->active_source) | field_put(GICH_LR_EOI, many);
    if (irq->hw)
        lr |= field_mask(GICH_LR_HW) | field_put(GICH_LR_PHYSICALID, irq->hwintid);
    else if (!irq->edge)
        lr |= field_mask(GICH_LR_EOI);
    /* Pending too while it is active: only an edge that has no second source. */
    if (irq_is_pending(irq) && !(irq->active && (irq->hw || !irq->edge || (is_sgi(irq) && many))))
        lr |= take_pending(irq);
    redist->lr[n] = lr;
    irq->on_lr = true;
    clock_charge(redist->vgic->kvm->clock, OP_KVM_VGIC_LR_RESTORE, 1);
    EMIT(redist->vgic->kvm->trace, VGIC_POPULATE_LR, HOST, n, irq->intid,
         EVENT_STR(vgic_lr_state_name(field_get(lr, GICH_LR_STATE))), lr);
}

static void fold_lr(struct vgic_redist *redist, uint64_t lr)
{
    struct vgic_irq *irq = vgic_get_irq(redist->vcpu, (unsigned)field_get(lr, GICH_LR_VIRTUALID));
    bool pending = field_get(lr, GICH_LR_PENDING), was_active = irq->active;
    uint8_t source = (uint8_t)field_get(lr, GICH_LR_CPUID);

    clock_charge(redist->vgic->kvm->clock, OP_KVM_VGIC_LR_SAVE, 1);
    irq->active = field_get(lr, GICH_LR_ACTIVE);
    if (irq->active && is_sgi(irq))
        irq->active_source = source;
    if (irq->edge && pending) {
        irq->pending_latch = true;
        if (is_sgi(irq))
            irq->source |= (uint8_t)(1u << source);
    }
    if (!irq->edge && !field_get(lr, GICH_LR_STATE))
        irq->pending_latch = false;
    vgic_irq_resample(irq, was_active && !irq->active, pending);
    irq->on_lr = false;
}

/*
 * Where an SGI has several sources, nothing of lower priority may come before the last of them:
 * such a list is filled in by priority up to that one.
 */
void vgic_v2_flush(struct vgic_redist *redist, unsigned lr_count)
{
    unsigned wanted = 0, lowest = GIC_PRIORITY_IDLE;
    bool multi_sgi = false;
    size_t i;

    for (i = 0; i < redist->ap_count; i++) {
        wanted += lr_count_of(redist->ap_list[i]);
        multi_sgi |= lr_count_of(redist->ap_list[i]) > 1;
    }
    if (wanted > lr_count || multi_sgi)
        vgic_sort_ap_list(redist);
    redist->used_lrs = 0;
    for (i = 0; i < redist->ap_count && redist->used_lrs < lr_count; i++) {
        struct vgic_irq *irq = redist->ap_list[i];

        if (multi_sgi && irq->priority > lowest)
            break;
        if (vgic_target_oracle(irq) != redist->vcpu)
            continue;
        populate_lr(redist, irq);
        if (irq->source)
            lowest = irq->priority;
    }
    redist->hcr = redist->used_lrs ? field_mask(ICH_HCR_EN) : 0;
    if (redist->used_lrs == lr_count && i < redist->ap_count)
        redist->hcr |= field_mask(ICH_HCR_UIE);
}

void vgic_v2_fold(struct vgic_redist *redist)
{
    for (unsigned n = 0; n < redist->used_lrs; n++)
        fold_lr(redist, redist->lr[n]);
    redist->used_lrs = 0;
    vgic_prune_ap_list(redist);
}

/* vgic_v2_restore_state, vgic_v2_save_state */
void vgic_v2_load_lrs(const struct vgic_redist *redist)
{
    struct cpu *cpu = redist->vcpu->cpu;

    cpu_el2(cpu)->ich_hcr = redist->hcr;
    for (unsigned n = 0; n < redist->used_lrs; n++)
        cpu_set_gich_lr(cpu, n, (uint32_t)redist->lr[n]);
}

void vgic_v2_save_lrs(struct vgic_redist *redist)
{
    struct cpu *cpu = redist->vcpu->cpu;

    redist->vmcr = cpu_ich(cpu)->vmcr;
    for (unsigned n = 0; n < redist->used_lrs; n++) {
        redist->lr[n] = cpu_gich_lr(cpu, n);
        cpu_set_gich_lr(cpu, n, 0);
    }
    cpu_el2(cpu)->ich_hcr = 0;
}
