/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When and why a run ends. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "cpu/arch/esr.h"
#include "kvm_model/smccc.h"
#include "sim/machine_internal.h"

#define PSCI_SYSTEM_OFF 0x84000008u
#define PSCI_SYSTEM_RESET 0x84000009u

const char *end_reason_name(enum end_reason reason)
{
    static const char *const names[END_REASON_COUNT] = {
        [END_PSCI] = "psci",
        [END_HVC] = "hvc",
        [END_KVM_ERROR] = "kvm_error",
        [END_SHUTDOWN] = "shutdown",
        [END_INTERNAL_ERROR] = "internal_error",
        [END_UNHANDLED_EXIT] = "unhandled_exit",
        [END_LIMIT] = "limit",
        [END_FAILURE] = "failure",
        [END_DEVICE] = "device",
        [END_VMM] = "vmm",
        [END_IDLE] = "idle",
    };

    return names[reason];
}

const char *vcpu_state_name(enum vcpu_state state)
{
    static const char *const names[VCPU_STATE_COUNT] = {
        [VCPU_RUNS] = "runs",
        [VCPU_WAITS] = "waits",
        [VCPU_OFF] = "off",
    };

    return names[state];
}

void machine_set_end(struct machine *machine, enum end_reason reason, uint64_t detail)
{
    if (machine->ended)
        return;
    machine->ended = true;
    machine->end.reason = reason;
    machine->end.detail = detail;
    machine->end.vcpu = machine->current;
}

void machine_set_end_text(struct machine *machine, enum end_reason reason, uint64_t detail,
                          const char *format, ...)
{
    va_list arguments;

    if (machine->ended)
        return;
    va_start(arguments, format);
    vsnprintf(machine->text, sizeof(machine->text), format, arguments);
    va_end(arguments);
    machine_set_end(machine, reason, detail);
}

bool machine_check_limits(struct machine *machine)
{
    const struct scn_limits *limits = &machine->scenario->limits;
    struct cpu *cpu = machine->vcpus[machine->current].cpu;
    unsigned long long pc = cpu_el2(cpu)->elr;

    if (machine->ended)
        return true;
    if (machine->invariants && invariants_violation(machine->invariants))
        machine_set_end_text(machine, END_FAILURE, 0, "%s",
                             invariants_violation(machine->invariants));
    else if (cpu_failure(cpu)[0])
        machine_set_end_text(machine, END_FAILURE, 0, "%s", cpu_failure(cpu));
    else if (machine->rmm && rmm_halted(machine->rmm))
        machine_set_end_text(machine, END_FAILURE, 0, "the RMM halted: %s",
                             rmm_halted(machine->rmm));
    else if (cpu_out_of_budget(cpu))
        machine_set_end_text(
            machine, END_LIMIT, limits->instructions,
            "%llu instructions were executed without an end, the last at 0x%016llx",
            (unsigned long long)limits->instructions, pc);
    else if (limits->exits && machine->exits > limits->exits)
        machine_set_end_text(machine, END_LIMIT, limits->exits,
                             "more than %llu exits, the last at 0x%016llx",
                             (unsigned long long)limits->exits, pc);
    else if (limits->cycles && machine->clock.now.v > limits->cycles)
        machine_set_end_text(machine, END_LIMIT, limits->cycles, "more than %llu cycles",
                             (unsigned long long)limits->cycles);
    return machine->ended;
}

static bool is_call(uint64_t esr)
{
    return field_get(esr, ESR_EC) == ESR_EC_HVC64 || field_get(esr, ESR_EC) == ESR_EC_SMC64;
}

static void note_call(struct machine *machine)
{
    struct machine_vcpu *vcpu = &machine->vcpus[machine->current];

    for (unsigned n = 0; n < 31; n++)
        vcpu->at_call.x[n] = cpu_get_x(vcpu->cpu, n);
    vcpu->at_call.pc = cpu_el2(vcpu->cpu)->elr;
    vcpu->at_call.sp = cpu_get_sp(vcpu->cpu, machine->scenario->guest.el);
}

static bool is_end(const struct machine *machine, uint64_t esr)
{
    if (!machine->stop_at_hvc || field_get(esr, ESR_EC) != ESR_EC_HVC64 ||
        field_get(esr, ESR_IMM16) != machine->hvc_imm)
        return false;
    return !machine->fast_calls_go_on ||
           !(cpu_get_x(machine->vcpus[machine->current].cpu, 0) & SMCCC_FID_FAST);
}

bool machine_on_exit_from_guest(void *ctx, uint64_t esr)
{
    struct machine *machine = ctx;

    machine->exits++;
    stimuli_count_trap(machine->stimuli);
    if (!machine_is_realm(machine) && is_call(esr))
        note_call(machine);
    if (!machine_is_realm(machine) && field_get(esr, ESR_EC) == ESR_EC_HVC64)
        guest_memory_at_hvc(&machine->memory, field_get(esr, ESR_IMM16));
    if (is_end(machine, esr)) {
        machine_set_end(machine, END_HVC, machine->hvc_imm);
        return true;
    }
    return machine_check_limits(machine);
}

void machine_end_of_thread(struct machine *machine, struct vmm_result result)
{
    switch (result.reason) {
    case VMM_END_SYSTEM_EVENT:
        if (result.detail == KVM_SYSTEM_EVENT_SHUTDOWN)
            machine_set_end(machine, END_PSCI, PSCI_SYSTEM_OFF);
        else if (result.detail == KVM_SYSTEM_EVENT_RESET)
            machine_set_end(machine, END_PSCI, PSCI_SYSTEM_RESET);
        else
            machine_set_end(machine, END_UNHANDLED_EXIT, KVM_EXIT_SYSTEM_EVENT);
        break;
    case VMM_END_INTERRUPTED: /* a limit, or a signal, after which the thread goes on */
        if (!machine_check_limits(machine) &&
            kvm_vcpu_take_sigbus(machine->vcpus[machine->current].vcpu))
            machine_set_end_text(machine, END_KVM_ERROR, EINTR, "SIGBUS: a page is poisoned");
        if (!machine->ended)
            stimuli_run_vcpu(machine->stimuli, machine->current);
        break;
    case VMM_END_SCHEDULED_OUT:
        (void)machine_check_limits(machine);
        break;
    case VMM_END_DEVICE:
        machine_set_end_text(machine, END_DEVICE, result.detail, "%s, status %llu%s",
                             machine_devices_stop(machine->devices)->device,
                             (unsigned long long)result.detail,
                             machine_devices_stop(machine->devices)->reset ? ", reset" : "");
        break;
    case VMM_END_SCRIPT:
        machine_set_end(machine, END_VMM, 0);
        break;
    case VMM_END_ERRNO:
        if (!machine_check_limits(machine))
            machine_set_end(machine, END_KVM_ERROR, result.detail);
        break;
    case VMM_END_SHUTDOWN:
        machine_set_end(machine, END_SHUTDOWN, 0);
        break;
    case VMM_END_INTERNAL_ERROR:
        machine_set_end(machine, END_INTERNAL_ERROR, 0);
        break;
    case VMM_END_UNHANDLED:
        machine_set_end(machine, END_UNHANDLED_EXIT, result.detail);
        break;
    }
}
