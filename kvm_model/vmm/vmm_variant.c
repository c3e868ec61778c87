/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kvm_model/vmm/vmm_variant.h"

#include <string.h>

/*
 * KVM_EXIT_FAIL_ENTRY stops all of them: QEMU's arm code does not know it and calls KVM_RUN again,
 * which fails again, without an end.
 */
static const struct vmm_variant variants[] = {
    {
        /* accel/kvm/kvm-all.c:kvm_cpu_exec, target/arm/kvm.c:kvm_arch_handle_exit @10.0 */
        .name = "qemu",
        .exits =
            {
                /* "unknown exit": -1, which stops the VM */
                [KVM_EXIT_UNKNOWN] = VMM_ANSWER_STOPS,
                [KVM_EXIT_IO] = VMM_ANSWER_IO,
                [KVM_EXIT_DEBUG] = VMM_ANSWER_STOPS,
                [KVM_EXIT_MMIO] = VMM_ANSWER_MMIO,
                [KVM_EXIT_SHUTDOWN] = VMM_ANSWER_SHUTDOWN,
                [KVM_EXIT_FAIL_ENTRY] = VMM_ANSWER_STOPS,
                [KVM_EXIT_INTERNAL_ERROR] = VMM_ANSWER_INTERNAL_ERROR,
                [KVM_EXIT_SYSTEM_EVENT] = VMM_ANSWER_SYSTEM_EVENT,
                /* kvm_arm_handle_dabt_nisv; an error where KVM has no ext_dabt_pending */
                [KVM_EXIT_ARM_NISV] = VMM_ANSWER_SEA,
                /* kvm_dirty_ring_reap, which has nothing to collect here */
                [KVM_EXIT_DIRTY_RING_FULL] = VMM_ANSWER_GOES_ON,
                /* kvm_convert_memory */
                [KVM_EXIT_MEMORY_FAULT] = VMM_ANSWER_CONVERTS,
            },
        .events =
            {
                [KVM_SYSTEM_EVENT_SHUTDOWN] = VMM_ANSWER_STOPS,
                [KVM_SYSTEM_EVENT_RESET] = VMM_ANSWER_STOPS,
                [KVM_SYSTEM_EVENT_CRASH] = VMM_ANSWER_STOPS, /* the default of -action panic */
            },
        /* LOG_UNIMP "un-handled exit reason", and KVM_RUN again */
        .other = VMM_ANSWER_GOES_ON,
        .mmio = VMM_MMIO_ADDRESS_SPACE,
        /* system/physmem.c:prepare_mmio_access */
        .coalesced = VMM_COALESCED_BY_REGION,
    },
    {
        /* kvm-cpu.c:kvm_cpu__start; arm/kvm-cpu.c:kvm_cpu__handle_exit knows none of the others */
        .name = "kvmtool",
        .exits =
            {
                [KVM_EXIT_UNKNOWN] = VMM_ANSWER_GOES_ON,
                [KVM_EXIT_IO] = VMM_ANSWER_IO,
                /* shows the registers and the code, and goes on */
                [KVM_EXIT_DEBUG] = VMM_ANSWER_GOES_ON,
                [KVM_EXIT_MMIO] = VMM_ANSWER_MMIO,
                [KVM_EXIT_INTR] = VMM_ANSWER_GOES_ON,
                [KVM_EXIT_SHUTDOWN] = VMM_ANSWER_SHUTDOWN,
                [KVM_EXIT_SYSTEM_EVENT] = VMM_ANSWER_SYSTEM_EVENT,
                /* the branch for the CCA series; upstream dies of KVM_RUN's error */
                [KVM_EXIT_MEMORY_FAULT] = VMM_ANSWER_CONVERTS,
            },
        /* every event is a shutdown */
        .other = VMM_ANSWER_STOPS,
        /* mmio.c:kvm__emulate_mmio */
        .mmio = VMM_MMIO_WHOLE,
        /* kvm-cpu.c:kvm_cpu__handle_coalesced_mmio */
        .coalesced = VMM_COALESCED_ALWAYS,
    },
    {
        /* No real one: it does all that Documentation/virt/kvm/api.rst asks of user space. */
        .name = "complete",
        .exits =
            {
                [KVM_EXIT_IO] = VMM_ANSWER_IO,
                [KVM_EXIT_MMIO] = VMM_ANSWER_MMIO,
                [KVM_EXIT_SHUTDOWN] = VMM_ANSWER_SHUTDOWN,
                [KVM_EXIT_INTERNAL_ERROR] = VMM_ANSWER_INTERNAL_ERROR,
                [KVM_EXIT_SYSTEM_EVENT] = VMM_ANSWER_SYSTEM_EVENT,
                [KVM_EXIT_ARM_NISV] = VMM_ANSWER_SEA,
                [KVM_EXIT_DIRTY_RING_FULL] = VMM_ANSWER_GOES_ON,
                [KVM_EXIT_MEMORY_FAULT] = VMM_ANSWER_CONVERTS,
                [KVM_EXIT_ARM_SEA] = VMM_ANSWER_SEA,
                [KVM_EXIT_ARM_LDST64B] = VMM_ANSWER_LDST64B,
            },
        .events =
            {
                /* 4.148: a suspended vCPU may be woken by running it again */
                [KVM_SYSTEM_EVENT_WAKEUP] = VMM_ANSWER_GOES_ON,
                [KVM_SYSTEM_EVENT_SUSPEND] = VMM_ANSWER_GOES_ON,
            },
        .other = VMM_ANSWER_STOPS,
        .mmio = VMM_MMIO_ADDRESS_SPACE,
        .coalesced = VMM_COALESCED_ALWAYS,
    },
};

#define VARIANT_COUNT (sizeof(variants) / sizeof(variants[0]))

const struct vmm_variant *vmm_variant_at(size_t index)
{
    return index < VARIANT_COUNT ? &variants[index] : NULL;
}

const struct vmm_variant *vmm_variant_by_name(const char *name)
{
    for (size_t i = 0; i < VARIANT_COUNT; i++)
        if (strcmp(variants[i].name, name) == 0)
            return &variants[i];
    return NULL;
}

enum vmm_answer vmm_variant_answer(const struct vmm_variant *variant, uint32_t exit_reason)
{
    enum vmm_answer answer =
        exit_reason < VMM_EXIT_COUNT ? variant->exits[exit_reason] : VMM_ANSWER_BY_DEFAULT;

    return answer == VMM_ANSWER_BY_DEFAULT ? variant->other : answer;
}

enum vmm_answer vmm_variant_event_answer(const struct vmm_variant *variant, uint32_t event)
{
    enum vmm_answer answer =
        event < VMM_EVENT_COUNT ? variant->events[event] : VMM_ANSWER_BY_DEFAULT;

    return answer == VMM_ANSWER_BY_DEFAULT ? variant->other : answer;
}
