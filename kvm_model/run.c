/* SPDX-License-Identifier: GPL-2.0-or-later */
/* KVM_RUN: arch/arm64/kvm/arm.c (kvm_arch_vcpu_ioctl_run). */
#include <errno.h>

#include "kvm_model/kvm_internal.h"
#include "kvm_model/mmio.h"
#include "kvm_model/state_switch.h"

const char *kvm_exit_reason_name(uint32_t exit_reason)
{
    static const char *const names[] = {
        [KVM_EXIT_HYPERCALL] = "KVM_EXIT_HYPERCALL",
        [KVM_EXIT_DEBUG] = "KVM_EXIT_DEBUG",
        [KVM_EXIT_MMIO] = "KVM_EXIT_MMIO",
        [KVM_EXIT_SHUTDOWN] = "KVM_EXIT_SHUTDOWN",
        [KVM_EXIT_FAIL_ENTRY] = "KVM_EXIT_FAIL_ENTRY",
        [KVM_EXIT_INTR] = "KVM_EXIT_INTR",
        [KVM_EXIT_INTERNAL_ERROR] = "KVM_EXIT_INTERNAL_ERROR",
        [KVM_EXIT_SYSTEM_EVENT] = "KVM_EXIT_SYSTEM_EVENT",
        [KVM_EXIT_ARM_NISV] = "KVM_EXIT_ARM_NISV",
        [KVM_EXIT_DIRTY_RING_FULL] = "KVM_EXIT_DIRTY_RING_FULL",
        [KVM_EXIT_MEMORY_FAULT] = "KVM_EXIT_MEMORY_FAULT",
        [KVM_EXIT_ARM_SEA] = "KVM_EXIT_ARM_SEA",
        [KVM_EXIT_ARM_LDST64B] = "KVM_EXIT_ARM_LDST64B",
    };
    const char *name = exit_reason < sizeof(names) / sizeof(names[0]) ? names[exit_reason] : NULL;

    return name ? name : "KVM_EXIT_UNKNOWN";
}

static bool observer_stops(struct kvm_vcpu *vcpu, uint64_t esr)
{
    const struct kvm_config *config = &vcpu->kvm->config;

    vcpu->stat.exits++;
    return config->exit_observer && config->exit_observer(config->observer_ctx, esr);
}

/* What a signal does to KVM_RUN (kvm_handle_signal_exit). */
static int interrupted(struct kvm_vcpu *vcpu)
{
    vcpu->run->exit_reason = KVM_EXIT_INTR;
    return -EINTR;
}

static enum cpu_exit run_cpu(struct kvm_vcpu *vcpu)
{
    const struct kvm_config *config = &vcpu->kvm->config;

    return config->player ? config->player(config->player_ctx, vcpu, cpu_el2(vcpu->cpu))
                          : cpu_run(vcpu->cpu);
}

/* The guest goes on until an exit, which is handled. */
static int run_guest(struct kvm_vcpu *vcpu)
{
    const struct el2_regs *el2 = cpu_el2(vcpu->cpu);
    enum cpu_exit exit;

    do
        exit = run_cpu(vcpu);
    while (exit == CPU_EXIT_SYNC && kvm_smccc_fast_call(vcpu, el2->esr));
    vcpu->paused = exit == CPU_EXIT_PAUSE;
    if (vcpu->paused)
        return KVM_RUN_PAUSED;
    vcpu->in_guest = false;
    if (vcpu->serror_pending)
        kvm_serror_exit(vcpu);
    kvm_vgic_sync_hwstate(vcpu);
    kvm_debug_exit(vcpu);
    if (exit == CPU_EXIT_FAILURE)
        return -EIO;
    if (exit == CPU_EXIT_LIMIT)
        return interrupted(vcpu);
    kvm_charge_switch(vcpu, SWITCH_EXIT);
    vcpu->fault = (struct kvm_vcpu_fault){.esr = el2->esr, .far = el2->far, .hpfar = el2->hpfar};
    KVM_TRACE(vcpu, EXIT, exit == CPU_EXIT_SYNC ? el2->esr : 0, kvm_vcpu_get_pc(vcpu), exit);
    kvm_timer_sync_user(vcpu);
    if (observer_stops(vcpu, exit == CPU_EXIT_SYNC ? el2->esr : 0))
        return interrupted(vcpu);
    kvm_host_take_irqs(vcpu);
    return handle_exit(vcpu, exit);
}

/* One entry of a plain VM and the handling of its exit. */
static int enter_guest(struct kvm_vcpu *vcpu)
{
    if (vcpu->paused)
        return run_guest(vcpu);
    if (!vcpu->has_run)
        kvm_vcpu_first_run(vcpu);
    kvm_debug_enter(vcpu);
    KVM_TRACE(vcpu, ENTRY, kvm_vcpu_get_pc(vcpu));
    vcpu->kvm->has_run = true;
    kvm_adjust_pc(vcpu);
    if (vcpu->serror_pending)
        kvm_serror_enter(vcpu);
    kvm_charge_switch(vcpu, SWITCH_ENTRY);
    kvm_host_take_irqs(vcpu);
    kvm_vgic_flush_hwstate(vcpu);
    vcpu->in_guest = true;
    return run_guest(vcpu);
}

static int enter_rec(struct kvm_vcpu *vcpu)
{
    int ret = kvm_rec_pre_enter(vcpu);
    uint64_t rec_run_ret;
    bool sync;

    if (ret <= 0)
        return ret;
    kvm_vgic_flush_hwstate(vcpu);
    kvm_charge_switch(vcpu, SWITCH_ENTRY);
    vcpu->in_guest = true;
    rec_run_ret = kvm_rec_enter(vcpu);
    vcpu->in_guest = false;
    kvm_charge_switch(vcpu, SWITCH_EXIT);
    if (rec_run_ret == RMI_SUCCESS)
        kvm_realm_timers_update(vcpu);
    kvm_vgic_sync_hwstate(vcpu);
    sync = rec_run_ret == RMI_SUCCESS && (uint8_t)vcpu->rec.run->exit.exit_reason == RMI_EXIT_SYNC;
    if (observer_stops(vcpu, sync ? vcpu->rec.run->exit.esr : 0))
        return interrupted(vcpu);
    return handle_rec_exit(vcpu, rec_run_ret);
}

/* --- the vCPU's thread ------------------------------------------------------------------------ */

bool kvm_vcpu_is_off(const struct kvm_vcpu *vcpu)
{
    return vcpu->power_off;
}

bool kvm_vcpu_is_waiting(const struct kvm_vcpu *vcpu)
{
    return vcpu->waits;
}

/* kvm_arch_vcpu_runnable, or what else ends kvm_vcpu_block (kvm_vcpu_check_block). */
bool kvm_vcpu_can_run(struct kvm_vcpu *vcpu)
{
    if (vcpu->signal)
        return true;
    return !vcpu->power_off && (!vcpu->waits || kvm_vcpu_has_work(vcpu));
}

void kvm_vcpu_signal(struct kvm_vcpu *vcpu)
{
    vcpu->signal = true;
    kvm_vcpu_kick(vcpu);
}

/*
 * What comes before each entry; the host takes its interrupts here. False: *ret is -EINTR or
 * KVM_RUN_SCHEDULED_OUT.
 */
static bool may_enter(struct kvm_vcpu *vcpu, int *ret)
{
    const struct kvm_host_port *host = &vcpu->kvm->config.host;
    bool resched;

    clock_run_events(vcpu->kvm->clock);
    resched = host->take_interrupts && host->take_interrupts(host->ctx, vcpu->id);
    /* Without a host to wake it, a vCPU that is off sleeps until a signal. */
    if (vcpu->signal || (vcpu->power_off && !host->take_interrupts)) {
        vcpu->signal = false;
        vcpu->waits = vcpu->wfit = false; /* it ends the wait */
        *ret = interrupted(vcpu);
        return false;
    }
    *ret = KVM_RUN_SCHEDULED_OUT;
    if (resched || !kvm_vcpu_can_run(vcpu))
        return false;
    vcpu->waits = vcpu->wfit = false;
    if (!kvm_timer_should_notify_user(vcpu))
        return true;
    *ret = interrupted(vcpu);
    return false;
}

static int run_loop(struct kvm_vcpu *vcpu)
{
    int ret;

    do {
        if (!vcpu->paused && !may_enter(vcpu, &ret))
            return ret;
        ret = vcpu_is_rec(vcpu) ? enter_rec(vcpu) : enter_guest(vcpu);
    } while (ret > 0 && !vcpu->paused);
    return ret;
}

static int start_run(struct kvm_vcpu *vcpu)
{
    struct kvm_run *run = vcpu->run;
    int ret = vcpu_is_rec(vcpu) ? kvm_activate_realm(vcpu->kvm) : 0;

    if (ret)
        return ret;
    if (run->exit_reason == KVM_EXIT_MMIO)
        kvm_handle_mmio_return(vcpu);
    if (run->immediate_exit)
        return -EINTR;
    run->exit_reason = KVM_EXIT_UNKNOWN;
    return run_loop(vcpu);
}

/*
 * kvm_arch_vcpu_load, __kvm_flush_cpu_context: vCPUs of one VM share a VMID, and may not share what
 * a CPU's TLB has of stage 1. They take turns on one CPU of the host, or each has its own; of a REC
 * the RMM takes care.
 */
static void flush_cpu_context(struct kvm_vcpu *vcpu)
{
    struct kvm *kvm = vcpu->kvm;

    if (vcpu_is_rec(vcpu) || kvm->last_ran == vcpu || kvm->config.host.send_ipi)
        return;
    if (kvm->last_ran) {
        cpu_tlbi_vmid(vcpu->cpu, kvm->vttbr, false);
        clock_charge(kvm->clock, OP_KVM_TLBI, 1);
    }
    kvm->last_ran = vcpu;
}

/* What a thread does before its first entry since it got the CPU. */
static void load(struct kvm_vcpu *vcpu)
{
    if (!vcpu->in_run) {
        clock_charge(vcpu->kvm->clock, OP_KVM_USER_ENTRY, 1);
        EMIT(vcpu_trace(vcpu), KVM_RUN, VMM, vcpu->id);
        kvm_timer_enable(vcpu);
    }
    flush_cpu_context(vcpu);
    kvm_charge_switch(vcpu, SWITCH_LOAD);
    kvm_timer_vcpu_load(vcpu);
    if (!vcpu->in_run)
        kvm_debug_load(vcpu);
}

int kvm_vcpu_run(struct kvm_vcpu *vcpu)
{
    struct kvm_run *run = vcpu->run;
    struct trace *trace = vcpu_trace(vcpu);
    bool mmio;
    int ret;

    if (trace)
        trace->vcpu = vcpu->id;
    if (!vcpu->paused)
        load(vcpu);
    ret = vcpu->in_run || vcpu->paused ? run_loop(vcpu) : start_run(vcpu);
    if (ret == KVM_RUN_PAUSED)
        return ret;
    vcpu->in_run = ret == KVM_RUN_SCHEDULED_OUT;
    if (!vcpu->in_run)
        kvm_timer_update_run(vcpu);
    kvm_timer_vcpu_put(vcpu, vcpu->in_run && vcpu->waits);
    kvm_charge_switch(vcpu, SWITCH_PUT);
    if (vcpu->in_run) {
        clock_charge(vcpu->kvm->clock, OP_KVM_SCHED, 1);
        return ret;
    }
    if (!vcpu_is_rec(vcpu))
        kvm_adjust_pc(vcpu);
    kvm_debug_put(vcpu);
    KVM_TRACE(vcpu, USERSPACE_EXIT, run->exit_reason, (uint64_t)(int64_t)ret);
    clock_charge(vcpu->kvm->clock, OP_KVM_USER_EXIT, 1);
    mmio = ret == 0 && run->exit_reason == KVM_EXIT_MMIO;
    EMIT(trace, EXIT_TO_VMM, HOST, EVENT_STR(kvm_exit_reason_name(run->exit_reason)),
         mmio ? run->mmio.phys_addr : 0, mmio ? run->mmio.len : 0, mmio && run->mmio.is_write,
         mmio && run->mmio.is_write ? kvm_mmio_read_buf(run->mmio.data, run->mmio.len) : 0,
         (uint64_t)(int64_t)ret);
    return ret;
}
