/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kvm_model/vmm/script.h"

#include <endian.h>

#define INSN_SIZE 4

const char *vmm_action_name(enum vmm_action_kind kind)
{
    static const char *const names[VMM_ACT_COUNT] = {
        [VMM_ACT_ANSWER] = "answer",
        [VMM_ACT_NO_ANSWER] = "no_answer",
        [VMM_ACT_SET_X] = "regs",
        [VMM_ACT_SET_SYSREG] = "sysregs",
        [VMM_ACT_SET_PC] = "pc",
        [VMM_ACT_SKIP] = "skip",
        [VMM_ACT_SEA] = "sea",
        [VMM_ACT_SERROR] = "serror",
        [VMM_ACT_SERROR_ESR] = "serror_esr",
        [VMM_ACT_IMMEDIATE] = "immediate_exit",
        [VMM_ACT_DELETE_SLOT] = "delete_memory",
        [VMM_ACT_STOP] = "stop",
    };

    return (unsigned)kind < VMM_ACT_COUNT ? names[kind] : "unknown";
}

static int set_events(struct kvm_vcpu *vcpu, const struct vmm_action *action)
{
    struct kvm_arm_vcpu_events events = {
        .ext_dabt_pending = action->kind == VMM_ACT_SEA,
        .serror_pending = action->kind != VMM_ACT_SEA,
        .serror_has_esr = action->kind == VMM_ACT_SERROR_ESR,
        .serror_esr = action->value,
    };

    return kvm_vcpu_set_events(vcpu, &events);
}

int vmm_act(struct kvm *kvm, struct kvm_vcpu *vcpu, const struct vmm_action *action)
{
    struct kvm_run *run = kvm_vcpu_kvm_run(vcpu);
    uint64_t bytes = htole64(action->value);

    switch (action->kind) {
    case VMM_ACT_ANSWER:
        memcpy(run->mmio.data, &bytes, sizeof(run->mmio.data));
        return 0;
    case VMM_ACT_NO_ANSWER:
        run->exit_reason = KVM_EXIT_UNKNOWN;
        return 0;
    case VMM_ACT_SET_X:
        kvm_vcpu_set_x(vcpu, action->reg, action->value);
        return 0;
    case VMM_ACT_SET_SYSREG:
        kvm_vcpu_set_sysreg(vcpu, (enum sysreg)action->reg, action->value);
        return 0;
    case VMM_ACT_SET_PC:
        kvm_vcpu_set_pc(vcpu, action->value);
        return 0;
    case VMM_ACT_SKIP:
        kvm_vcpu_set_pc(vcpu, kvm_vcpu_get_pc(vcpu) + INSN_SIZE);
        return 0;
    case VMM_ACT_SEA:
    case VMM_ACT_SERROR:
    case VMM_ACT_SERROR_ESR:
        return set_events(vcpu, action);
    case VMM_ACT_IMMEDIATE:
        run->immediate_exit = 1;
        return 0;
    case VMM_ACT_DELETE_SLOT:
        return kvm_set_user_memory_region(
            kvm, &(struct kvm_userspace_memory_region){.slot = (uint32_t)action->value});
    default: /* STOP */
        return 0;
    }
}

/* The address an exit is about; false: about none. */
static bool address_of(const struct kvm_run *run, uint64_t *address)
{
    switch (run->exit_reason) {
    case KVM_EXIT_MMIO:
        *address = run->mmio.phys_addr;
        return true;
    case KVM_EXIT_ARM_NISV:
    case KVM_EXIT_ARM_LDST64B:
        *address = run->arm_nisv.fault_ipa;
        return true;
    default:
        return false;
    }
}

static bool matches(const struct vmm_script *script, size_t index, const struct kvm_run *run)
{
    const struct vmm_script_step *step = &script->steps[index];
    uint64_t address;

    if ((step->times && script->done[index] >= step->times) ||
        (step->has_number && step->number != script->returns) ||
        (step->has_reason && step->reason != run->exit_reason))
        return false;
    if (step->size && (!address_of(run, &address) || address - step->first >= step->size))
        return false;
    return step->direction == VMM_ANY_DIRECTION ||
           (run->exit_reason == KVM_EXIT_MMIO &&
            run->mmio.is_write == (step->direction == VMM_WRITES));
}

const struct vmm_script_step *vmm_script_next(struct vmm_script *script, const struct kvm_run *run)
{
    script->returns++;
    for (size_t i = 0; i < script->count; i++) {
        if (matches(script, i, run)) {
            script->done[i]++;
            return &script->steps[i];
        }
    }
    return NULL;
}

bool vmm_step_has(const struct vmm_script_step *step, enum vmm_action_kind kind)
{
    for (size_t i = 0; i < step->action_count; i++)
        if (step->actions[i].kind == kind)
            return true;
    return false;
}
