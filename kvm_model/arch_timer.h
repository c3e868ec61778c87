/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guest's EL1 timers: arch/arm64/kvm/arch_timer.c on a host with VHE. Both timers of the CPU
 * are the guest's while its vCPU is loaded; the host's interrupt for one is injected as the
 * guest's, and deactivated by it. While the vCPU waits a background timer of the host stands in for
 * them.
 */
#ifndef KVM_MODEL_ARCH_TIMER_H
#define KVM_MODEL_ARCH_TIMER_H

#include "cpu/event_queue.h"
#include "cpu/generic_timer.h"

struct kvm_vcpu;

/* struct arch_timer_context */
struct arch_timer_context {
    uint64_t ctl, cval; /* while it is not loaded */
    bool level;         /* of the line into the vGIC */
};

/* struct arch_timer_cpu */
struct arch_timer_cpu {
    struct arch_timer_context timers[CPU_TIMER_COUNT];
    struct timed_event bg_timer;
    bool has_bg_timer; /* there is room for it in the clock's queue */
    bool enabled;      /* since the first KVM_RUN */
    bool loaded;
};

/* kvm_timer_vcpu_init: -ENOMEM. kvm_timer_vcpu_terminate. */
int kvm_timer_vcpu_init(struct kvm_vcpu *vcpu);
void kvm_timer_vcpu_free(struct kvm_vcpu *vcpu);
/* At KVM_ARM_VCPU_INIT: both timers are off. */
void kvm_timer_vcpu_reset(struct kvm_vcpu *vcpu);
/* kvm_timer_enable: at the first KVM_RUN the timers get their interrupts. */
void kvm_timer_enable(struct kvm_vcpu *vcpu);
/* The vCPU's thread gets the CPU, and gives it away; blocking: because it waits. */
void kvm_timer_vcpu_load(struct kvm_vcpu *vcpu);
void kvm_timer_vcpu_put(struct kvm_vcpu *vcpu, bool blocking);
/* kvm_arch_timer_handler: the host took that interrupt. False: it is no timer's. */
bool kvm_arch_timer_handler(struct kvm_vcpu *vcpu, unsigned intid);
/* KVM_REG_ARM_TIMER_CNT */
uint64_t kvm_timer_virtual_count(const struct kvm_vcpu *vcpu);
/* Whether the timer with that interrupt asserts its line now. */
bool kvm_arch_timer_get_input_level(struct kvm_vcpu *vcpu, unsigned intid);
/* kvm_timer_is_pending: one of them asserts its line, whatever the vGIC makes of it. */
bool kvm_timer_is_pending(struct kvm_vcpu *vcpu);
/*
 * Without a vGIC user space is told of the timers by run->s.regs.device_irq_level: whether that is
 * out of date, which ends KVM_RUN; bringing it up to date, at its end; and after each exit the
 * host's interrupt is let through again once the virtual timer's line is low.
 */
bool kvm_timer_should_notify_user(struct kvm_vcpu *vcpu);
void kvm_timer_update_run(struct kvm_vcpu *vcpu);
void kvm_timer_sync_user(struct kvm_vcpu *vcpu);
/* Of a REC: what its exit says of the timers (kvm_realm_timers_update). */
void kvm_realm_timers_update(struct kvm_vcpu *vcpu);

#endif
