/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kvm_model/arch_timer.h"

#include <errno.h>

#include "cpu/gic.h"
#include "kvm_model/kvm_internal.h"

/* The guest's interrupt, which is also the host's (default_ppi, host_vtimer_irq, host_ptimer_irq).
 */
static const unsigned timer_irq[CPU_TIMER_COUNT] = {
    [CPU_TIMER_VIRTUAL] = GIC_INTID_VIRTUAL_TIMER,
    [CPU_TIMER_PHYSICAL] = GIC_INTID_PHYSICAL_TIMER,
};

/* By interrupt, or CPU_TIMER_COUNT. */
static enum cpu_timer timer_by_irq(unsigned intid)
{
    enum cpu_timer timer = CPU_TIMER_VIRTUAL;

    while (timer < CPU_TIMER_COUNT && timer_irq[timer] != intid)
        timer++;
    return timer;
}

static struct arch_timer_context *context_of(struct kvm_vcpu *vcpu, enum cpu_timer timer)
{
    return &vcpu->timer.timers[timer];
}

/* What the timer's own counter reads now. A realm's has no offset (its host may not set one). */
static uint64_t counter_of(const struct kvm_vcpu *vcpu, enum cpu_timer timer)
{
    uint64_t now = clock_counter(vcpu->kvm->clock, 0);

    if (vcpu_is_rec(vcpu) || timer != CPU_TIMER_VIRTUAL)
        return now;
    return now - vcpu->kvm->voffset;
}

/* kvm_timer_irq_can_fire */
static bool can_fire(const struct arch_timer_context *context)
{
    return field_get(context->ctl, CNT_CTL_ENABLE) && !field_get(context->ctl, CNT_CTL_IMASK);
}

static bool should_fire(struct kvm_vcpu *vcpu, enum cpu_timer timer)
{
    const struct arch_timer_context *context = context_of(vcpu, timer);

    if (vcpu->timer.loaded && vcpu->cpu)
        return cpu_timer_asserted(vcpu->cpu, timer);
    return can_fire(context) && context->cval <= counter_of(vcpu, timer);
}

/* kvm_timer_update_irq */
static void update_irq(struct kvm_vcpu *vcpu, enum cpu_timer timer, bool level)
{
    context_of(vcpu, timer)->level = level;
    EMIT(vcpu_trace(vcpu), KVM_TIMER_UPDATE_IRQ, HOST, vcpu->id, timer_irq[timer], level);
    if (vcpu->kvm->vgic)
        (void)kvm_vgic_inject_irq(vcpu->kvm, vcpu, timer_irq[timer], level, &vcpu->timer);
}

/* --- the background timer --- */

/* wfit_delay_ns, in counts: 0: it is over. */
static uint64_t wfit_delay(const struct kvm_vcpu *vcpu)
{
    uint64_t now = counter_of(vcpu, CPU_TIMER_VIRTUAL);

    return now < vcpu->wfit_deadline ? vcpu->wfit_deadline - now : 0;
}

uint64_t kvm_timer_virtual_count(const struct kvm_vcpu *vcpu)
{
    return counter_of(vcpu, CPU_TIMER_VIRTUAL);
}

/*
 * Cycles until the first timer of a vCPU that waits fires, or its WFIT is over; 0: none will, or
 * one has.
 */
static uint64_t earliest_expiration(struct kvm_vcpu *vcpu)
{
    const struct clock *clock = vcpu->kvm->clock;
    uint64_t counts = UINT64_MAX, counter = clock_counter(clock, 0);
    cycles_t due;

    for (enum cpu_timer timer = 0; timer < CPU_TIMER_COUNT; timer++) {
        const struct arch_timer_context *context = context_of(vcpu, timer);
        uint64_t now = counter_of(vcpu, timer);

        if (!can_fire(context))
            continue;
        if (context->cval <= now)
            return 0;
        if (context->cval - now < counts)
            counts = context->cval - now;
    }
    if (vcpu->wfit && wfit_delay(vcpu) < counts)
        counts = wfit_delay(vcpu);
    if (!counts)
        return 0;
    due = counts > UINT64_MAX - counter ? EVENT_QUEUE_NEVER
                                        : clock_cycle_of_counter(clock, counter + counts);
    return due.v == EVENT_QUEUE_NEVER.v ? 0 : due.v - clock->now.v;
}

/* kvm_bg_timer_expire wakes the vCPU, and loading it raises the lines. */
static void on_bg_timer(void *ctx, cycles_t late)
{
    struct kvm_vcpu *vcpu = ctx;

    (void)late;
    for (enum cpu_timer timer = 0; timer < CPU_TIMER_COUNT; timer++)
        if (should_fire(vcpu, timer))
            update_irq(vcpu, timer, true);
}

int kvm_timer_vcpu_init(struct kvm_vcpu *vcpu)
{
    vcpu->timer.bg_timer =
        (struct timed_event){.name = "KVM background timer", .fn = on_bg_timer, .ctx = vcpu};
    if (!event_queue_add(&vcpu->kvm->clock->events, &vcpu->timer.bg_timer))
        return -ENOMEM;
    vcpu->timer.has_bg_timer = true;
    vcpu->kvm->voffset = clock_counter(vcpu->kvm->clock, 0);
    return 0;
}

void kvm_timer_vcpu_free(struct kvm_vcpu *vcpu)
{
    if (vcpu->timer.has_bg_timer)
        event_queue_remove(&vcpu->kvm->clock->events, &vcpu->timer.bg_timer);
    vcpu->timer.has_bg_timer = false;
}

void kvm_timer_vcpu_reset(struct kvm_vcpu *vcpu)
{
    for (enum cpu_timer timer = 0; timer < CPU_TIMER_COUNT; timer++) {
        context_of(vcpu, timer)->ctl = 0;
        if (vcpu->timer.enabled)
            update_irq(vcpu, timer, false);
    }
}

void kvm_timer_enable(struct kvm_vcpu *vcpu)
{
    if (vcpu->timer.enabled)
        return;
    vcpu->timer.enabled = true;
    if (!vcpu->kvm->vgic)
        return;
    for (enum cpu_timer timer = 0; timer < CPU_TIMER_COUNT; timer++)
        kvm_vgic_map_phys_irq(vcpu, timer_irq[timer], timer_irq[timer], &vcpu->timer);
}

/* --- load and put --- */

/*
 * kvm_timer_vcpu_load_gic: an interrupt that the guest has already, or is to get, must not be taken
 * by the host again.
 */
static void load_gic(struct kvm_vcpu *vcpu, enum cpu_timer timer)
{
    bool fires = should_fire(vcpu, timer);

    if (fires || context_of(vcpu, timer)->level)
        update_irq(vcpu, timer, fires);
    cpu_gic_set_active(vcpu->cpu, timer_irq[timer],
                       fires || kvm_vgic_map_is_active(vcpu, timer_irq[timer]));
}

void kvm_timer_vcpu_load(struct kvm_vcpu *vcpu)
{
    if (!vcpu->timer.enabled || vcpu->timer.loaded)
        return;
    event_queue_cancel(&vcpu->kvm->clock->events, &vcpu->timer.bg_timer);
    if (vcpu->cpu) {
        for (enum cpu_timer timer = 0; timer < CPU_TIMER_COUNT; timer++)
            load_gic(vcpu, timer);
        cpu_timer_set_voffset(vcpu->cpu, vcpu->kvm->voffset);
        for (enum cpu_timer timer = 0; timer < CPU_TIMER_COUNT; timer++)
            cpu_timer_set(vcpu->cpu, timer, context_of(vcpu, timer)->ctl,
                          context_of(vcpu, timer)->cval);
    }
    vcpu->timer.loaded = true;
}

void kvm_timer_vcpu_put(struct kvm_vcpu *vcpu, bool blocking)
{
    uint64_t cycles;

    if (!vcpu->timer.enabled || !vcpu->timer.loaded)
        return;
    for (enum cpu_timer timer = 0; vcpu->cpu && timer < CPU_TIMER_COUNT; timer++) {
        context_of(vcpu, timer)->ctl = cpu_timer_ctl(vcpu->cpu, timer);
        context_of(vcpu, timer)->cval = cpu_timer_cval(vcpu->cpu, timer);
        cpu_timer_set_ctl(vcpu->cpu, timer, 0);
    }
    vcpu->timer.loaded = false;
    cycles = blocking ? earliest_expiration(vcpu) : 0; /* kvm_timer_blocking */
    if (cycles)
        clock_schedule(vcpu->kvm->clock, &vcpu->timer.bg_timer,
                       CYCLES(vcpu->kvm->clock->now.v + cycles));
}

/* --- the interrupt --- */

bool kvm_arch_timer_handler(struct kvm_vcpu *vcpu, unsigned intid)
{
    enum cpu_timer timer = timer_by_irq(intid);

    if (timer == CPU_TIMER_COUNT)
        return false;
    if (should_fire(vcpu, timer))
        update_irq(vcpu, timer, true);
    return true;
}

bool kvm_arch_timer_get_input_level(struct kvm_vcpu *vcpu, unsigned intid)
{
    enum cpu_timer timer = timer_by_irq(intid);

    return timer != CPU_TIMER_COUNT && should_fire(vcpu, timer);
}

bool kvm_timer_is_pending(struct kvm_vcpu *vcpu)
{
    bool pending = vcpu->wfit && !wfit_delay(vcpu); /* kvm_cpu_has_pending_timer */

    for (enum cpu_timer timer = 0; vcpu->timer.enabled && timer < CPU_TIMER_COUNT; timer++)
        pending = pending || should_fire(vcpu, timer);
    return pending;
}

/* --- without a vGIC --- */

static const uint64_t device_of[CPU_TIMER_COUNT] = {
    [CPU_TIMER_VIRTUAL] = KVM_ARM_DEV_EL1_VTIMER,
    [CPU_TIMER_PHYSICAL] = KVM_ARM_DEV_EL1_PTIMER,
};

static bool has_user_irqchip(const struct kvm_vcpu *vcpu)
{
    return vcpu->cpu && vcpu->timer.enabled && !vcpu->kvm->vgic;
}

static uint64_t device_irq_level(struct kvm_vcpu *vcpu)
{
    uint64_t level = 0;

    for (enum cpu_timer timer = 0; timer < CPU_TIMER_COUNT; timer++)
        level |= should_fire(vcpu, timer) ? device_of[timer] : 0;
    return level;
}

#define TIMER_DEVICES ((uint64_t)(KVM_ARM_DEV_EL1_VTIMER | KVM_ARM_DEV_EL1_PTIMER))

bool kvm_timer_should_notify_user(struct kvm_vcpu *vcpu)
{
    return has_user_irqchip(vcpu) &&
           device_irq_level(vcpu) != (kvm_run_device_irq_level(vcpu->run) & TIMER_DEVICES);
}

void kvm_timer_update_run(struct kvm_vcpu *vcpu)
{
    uint64_t others = kvm_run_device_irq_level(vcpu->run) & ~TIMER_DEVICES;

    if (has_user_irqchip(vcpu))
        kvm_run_set_device_irq_level(vcpu->run, others | device_irq_level(vcpu));
}

void kvm_timer_sync_user(struct kvm_vcpu *vcpu)
{
    if (!has_user_irqchip(vcpu) || should_fire(vcpu, CPU_TIMER_VIRTUAL))
        return;
    if (context_of(vcpu, CPU_TIMER_VIRTUAL)->level)
        update_irq(vcpu, CPU_TIMER_VIRTUAL, false);
    cpu_gic_set_active(vcpu->cpu, timer_irq[CPU_TIMER_VIRTUAL], false);
}

void kvm_realm_timers_update(struct kvm_vcpu *vcpu)
{
    const struct rmi_rec_exit *exit = &vcpu->rec.run->exit;
    const struct {
        uint64_t ctl, cval;
    } words[CPU_TIMER_COUNT] = {
        [CPU_TIMER_VIRTUAL] = {exit->cntv_ctl, exit->cntv_cval},
        [CPU_TIMER_PHYSICAL] = {exit->cntp_ctl, exit->cntp_cval},
    };

    for (enum cpu_timer timer = 0; timer < CPU_TIMER_COUNT; timer++) {
        struct arch_timer_context *context = context_of(vcpu, timer);
        bool level;

        context->ctl = words[timer].ctl;
        context->cval = words[timer].cval;
        level = can_fire(context) && field_get(context->ctl, CNT_CTL_ISTATUS);
        if (level != context->level)
            update_irq(vcpu, timer, level);
    }
}
