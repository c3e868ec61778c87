/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a vCPU's list into list registers and back: arch/arm64/kvm/vgic/vgic-v3.c and vgic.c (flush
 * and sync of the hardware state). What does not fit waits; how it gets its turn is the variant's.
 */
#include "kvm_model/realm.h"
#include "kvm_model/vgic.h"

/* vgic_v3_compute_lr@7.2 */
static uint64_t compute_lr(const struct vgic_irq *irq)
{
    /*
     * The pending state of a mapped one is the host's GIC's; a level-sensitive one is sampled again
     * when it is no longer active.
     */
    bool pending = irq_is_pending(irq) && !(irq->active && (irq->hw || !irq->edge));
    uint64_t lr = field_put(ICH_LR_VINTID, irq->intid) | field_put(ICH_LR_ACTIVE, irq->active) |
                  field_put(ICH_LR_PENDING, pending) | field_put(ICH_LR_GROUP, irq->group1) |
                  field_put(ICH_LR_PRIORITY, irq->priority);

    if (irq->hw)
        return lr | field_mask(ICH_LR_HW) | field_put(ICH_LR_PINTID, irq->hwintid);
    return lr | field_put(ICH_LR_EOI, !irq->edge);
}

static void populate_lr(struct vgic_redist *redist, struct vgic_irq *irq)
{
    unsigned n = redist->used_lrs++;
    uint64_t lr = compute_lr(irq);

    redist->lr[n] = lr;
    irq->on_lr = true;
    if (field_get(lr, ICH_LR_PENDING)) {
        if (irq->edge)
            irq->pending_latch = false;
        /* Only rising edges of a mapped line are seen; the next one is to be. */
        if (vgic_irq_is_mapped_level(irq))
            irq->line_level = false;
    }
    clock_charge(redist->vgic->kvm->clock, OP_KVM_VGIC_LR_RESTORE, 1);
    EMIT(redist->vgic->kvm->trace, VGIC_POPULATE_LR, HOST, n, irq->intid,
         EVENT_STR(vgic_lr_state_name(field_get(lr, ICH_LR_STATE))), lr);
}

void vgic_v3_fold_lr(struct vgic_redist *redist, uint64_t lr)
{
    struct vgic *vgic = redist->vgic;
    struct vgic_irq *irq = vgic_get_irq(redist->vcpu, (unsigned)field_get(lr, ICH_LR_VINTID));
    bool pending = field_get(lr, ICH_LR_PENDING), was_active;

    if (!irq) /* a host that lies to the RMM may read anything back */
        return;
    clock_charge(vgic->kvm->clock, OP_KVM_VGIC_LR_SAVE, 1);
    was_active = irq->active;
    irq->active = field_get(lr, ICH_LR_ACTIVE);
    if (irq->edge && pending)
        irq->pending_latch = true;
    if (!irq->edge && !field_get(lr, ICH_LR_STATE))
        irq->pending_latch = false; /* written to ISPENDR, and acknowledged */
    vgic_irq_resample(irq, was_active && !irq->active, pending);
    irq->on_lr = false;
    if (was_active && !irq->active && !irq->edge && !irq->hw && irq->intid >= VGIC_PRIVATE_IRQS &&
        vgic->active_spis)
        vgic->active_spis--;
}

/* --- more than fits --- */

struct summary { /* struct ap_list_summary@7.2 */
    unsigned pending, active, sgis;
};

static struct summary summarize(const struct vgic_redist *redist)
{
    struct summary summary = {0};

    for (size_t i = 0; i < redist->ap_count; i++) {
        const struct vgic_irq *irq = redist->ap_list[i];

        if (vgic_target_oracle(irq) != redist->vcpu)
            continue;
        summary.pending += !irq->active;
        summary.active += irq->active;
        summary.sgis += irq->intid < VGIC_NR_SGIS;
    }
    return summary;
}

/* UIE: the CPU says when at most one list register is in use (vgic_v3_set_underflow). */
static uint64_t active_first_hcr(const struct vgic_redist *redist, const struct summary *summary,
                                 unsigned lr_count)
{
    bool more = redist->used_lrs == lr_count && redist->after_lrs < redist->ap_count;

    (void)summary;
    if (!redist->ap_count) /* flush and sync have nothing to do: the interface stays off */
        return 0;
    return field_mask(ICH_HCR_EN) | field_put(ICH_HCR_UIE, more);
}

/* vgic_v3_configure_hcr@7.2 */
static uint64_t pending_first_hcr(const struct vgic_redist *redist, const struct summary *summary,
                                  unsigned lr_count)
{
    bool outside = summary->pending + summary->active > lr_count;
    bool active_outside = outside && summary->active;
    bool group0 = field_get(redist->vmcr, ICH_VMCR_VENG0);
    bool group1 = field_get(redist->vmcr, ICH_VMCR_VENG1);

    return field_mask(ICH_HCR_EN) | field_put(ICH_HCR_NPIE, summary->pending > lr_count) |
           field_put(ICH_HCR_LRENPIE, active_outside) | field_put(ICH_HCR_UIE, outside) |
           field_put(ICH_HCR_VSGIEOICOUNT, !summary->sgis) |
           field_mask(group0 ? ICH_HCR_VGRP0DIE : ICH_HCR_VGRP0EIE) |
           field_mask(group1 ? ICH_HCR_VGRP1DIE : ICH_HCR_VGRP1EIE) |
           field_put(ICH_HCR_TDIR, active_outside || redist->vgic->active_spis);
}

static uint64_t (*const hcr_of[])(const struct vgic_redist *, const struct summary *, unsigned) = {
    [KVM_VGIC_ACTIVE_FIRST] = active_first_hcr,
    [KVM_VGIC_PENDING_FIRST] = pending_first_hcr,
};

static bool overflows(const struct vgic_redist *redist, const struct summary *summary,
                      unsigned lr_count)
{
    if (redist->vgic->kvm->variant->vgic_overflow == KVM_VGIC_ACTIVE_FIRST)
        return redist->ap_count > lr_count;
    return summary->pending + summary->active > lr_count;
}

/* vgic_flush_lr_state */
void vgic_v3_flush(struct vgic_redist *redist, unsigned lr_count)
{
    struct summary summary = summarize(redist); /* filling a register changes an edge's state */
    size_t i;

    if (overflows(redist, &summary, lr_count))
        vgic_sort_ap_list(redist);
    redist->used_lrs = 0;
    for (i = 0; i < redist->ap_count && redist->used_lrs < lr_count; i++)
        if (vgic_target_oracle(redist->ap_list[i]) == redist->vcpu)
            populate_lr(redist, redist->ap_list[i]);
    redist->after_lrs = i;
    for (unsigned n = redist->used_lrs; n < ICH_LR_COUNT; n++)
        redist->lr[n] = 0;
    redist->hcr = hcr_of[redist->vgic->kvm->variant->vgic_overflow](redist, &summary, lr_count);
}

/* EOIs of what is active outside the list registers came in the order of the list (7.2). */
static void replay_eois(struct vgic_redist *redist, uint64_t count)
{
    for (size_t i = redist->after_lrs; i < redist->ap_count && count; i++) {
        struct vgic_irq *irq = redist->ap_list[i];
        uint64_t lr;

        if (!irq->active || vgic_target_oracle(irq) != redist->vcpu)
            continue;
        lr = compute_lr(irq) & ~field_mask(ICH_LR_ACTIVE);
        if (irq->hw)
            vgic_irq_set_phys_active(irq, false);
        vgic_v3_fold_lr(redist, lr);
        count--;
    }
}

/* vgic_v3_fold_lr_state, vgic_prune_ap_list */
void vgic_v3_fold(struct vgic_redist *redist)
{
    bool counted = redist->vgic->kvm->variant->vgic_overflow == KVM_VGIC_PENDING_FIRST &&
                   field_get(redist->hcr, ICH_HCR_LRENPIE);

    for (unsigned n = 0; n < redist->used_lrs; n++)
        vgic_v3_fold_lr(redist, redist->lr[n]);
    redist->used_lrs = 0;
    if (counted)
        replay_eois(redist, field_get(redist->hcr, ICH_HCR_EOICOUNT));
    vgic_prune_ap_list(redist);
}

/* ICC_DIR_EL1 that TDIR traps: of what is in no list register (vgic_v3_deactivate@7.2). */
void vgic_v3_deactivate(struct kvm_vcpu *vcpu, uint64_t intid)
{
    struct vgic_redist *redist = vgic_redist_of(vcpu);
    struct vgic_irq *irq = intid < VGIC_NR_IRQS ? vgic_get_irq(vcpu, (unsigned)intid) : NULL;

    if (!irq || !irq->vcpu || !field_get(redist->vmcr, ICH_VMCR_VEOIM))
        return;
    if (irq->hw)
        vgic_irq_set_phys_active(irq, false);
    vgic_v3_fold_lr(redist, compute_lr(irq) & ~field_mask(ICH_LR_ACTIVE));
    vgic_prune_ap_list(vgic_redist_of(irq->vcpu));
}

/* --- a vCPU's entry and exit --- */

/* Traps that are set for other reasons stay. */
static uint64_t trap_bits(uint64_t ich_hcr)
{
    return ich_hcr &
           (field_mask(ICH_HCR_TC) | field_mask(ICH_HCR_TALL0) | field_mask(ICH_HCR_TALL1));
}

/* Whose registers the state is in when the guest is entered; NULL: it is in the REC's entry page.
 */
static struct cpu *interface_of(const struct kvm_vcpu *vcpu)
{
    if (vcpu->cpu)
        return vcpu->cpu;
    return vcpu->kvm->rmi.cmds->gic_in_registers ? vcpu->rec.pe : NULL;
}

void kvm_vgic_flush_hwstate(struct kvm_vcpu *vcpu)
{
    struct vgic_redist *redist = vgic_redist_of(vcpu);
    struct cpu *cpu;
    struct el2_regs *el2;
    unsigned count;

    if (!redist)
        return;
    cpu = interface_of(vcpu);
    count = cpu ? cpu_ich_lr_count(cpu) : vcpu->kvm->realm.num_lrs;
    if (redist->vgic->v2) {
        vgic_v2_flush(redist, count);
        vgic_v2_load_lrs(redist);
        return;
    }
    vgic_v3_flush(redist, count);
    if (!cpu) {
        kvm_rec_set_gic(vcpu, redist->hcr, redist->lr);
        return;
    }
    el2 = cpu_el2(cpu);
    el2->ich_hcr = trap_bits(el2->ich_hcr) | redist->hcr;
    for (unsigned n = 0; n < count; n++)
        cpu_ich(cpu)->lr[n] = redist->lr[n];
}

void kvm_vgic_sync_hwstate(struct kvm_vcpu *vcpu)
{
    struct vgic_redist *redist = vgic_redist_of(vcpu);
    struct ich_regs *ich;
    struct el2_regs *el2;
    struct cpu *cpu;

    if (!redist)
        return;
    cpu = interface_of(vcpu);
    if (redist->vgic->v2) {
        vgic_v2_save_lrs(redist);
        vgic_v2_fold(redist);
        return;
    }
    if (!cpu) {
        kvm_rec_get_gic(vcpu, &redist->hcr, redist->lr, &redist->vmcr);
        vgic_v3_fold(redist);
        return;
    }
    el2 = cpu_el2(cpu);
    ich = cpu_ich(cpu);
    redist->hcr = el2->ich_hcr;
    redist->vmcr = ich->vmcr;
    for (unsigned n = 0; n < redist->used_lrs; n++) {
        redist->lr[n] = ich->lr[n];
        ich->lr[n] = 0;
    }
    el2->ich_hcr = trap_bits(el2->ich_hcr);
    vgic_v3_fold(redist);
}
