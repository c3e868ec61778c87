/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The host's interrupt handling around KVM: what drivers/irqchip/irq-gic-v3.c does with the
 * interrupts that KVM requested. Their priority drops when they are handled (EOImode 1); a guest
 * timer's is left active, for the guest's EOI deactivates it by its list register
 * (irqd_is_forwarded_to_vcpu).
 */
#include "cpu/gic.h"
#include "kvm_model/kvm_internal.h"

/* The interrupts that KVM requests at each CPU (kvm_timer_hyp_init, kvm_vgic_hyp_init), and IPIs.
 */
void kvm_hyp_init_cpu(struct cpu *cpu)
{
    static const unsigned intids[] = {KVM_IPI_RESCHEDULE, GIC_INTID_MAINTENANCE,
                                      GIC_INTID_VIRTUAL_TIMER, GIC_INTID_PHYSICAL_TIMER};

    for (size_t i = 0; i < sizeof(intids) / sizeof(intids[0]); i++)
        cpu_gic_enable(cpu, intids[i], true);
}

void kvm_vcpu_kick(struct kvm_vcpu *vcpu)
{
    const struct kvm_host_port *host = &vcpu->kvm->config.host;

    if (!vcpu->in_guest) {
        if (host->wake)
            host->wake(host->ctx, vcpu->id);
        return;
    }
    if (!vcpu_is_rec(vcpu) && host->send_ipi) {
        clock_charge(vcpu->kvm->clock, OP_KVM_KICK, 1);
        host->send_ipi(host->ctx, vcpu->id, KVM_IPI_RESCHEDULE);
    } else if (!vcpu_is_rec(vcpu))
        cpu_gic_send_sgi(vcpu->cpu, KVM_IPI_RESCHEDULE);
    else if (host->kick) /* the PE is the RMM's */
        host->kick(host->ctx, vcpu->id);
}

void kvm_host_take_irqs(struct kvm_vcpu *vcpu)
{
    unsigned intid;

    if (vcpu_is_rec(vcpu))
        return;
    while ((intid = cpu_gic_acknowledge(vcpu->cpu)) != GIC_INTID_SPURIOUS) {
        clock_charge(vcpu->kvm->clock, OP_HOST_IRQ, 1);
        EMIT(vcpu_trace(vcpu), HOST_IRQ, HOST, intid);
        if (!kvm_arch_timer_handler(vcpu, intid)) /* the maintenance interrupt's has no work */
            cpu_gic_set_active(vcpu->cpu, intid, false);
    }
}
