/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the real thing does what an event tells: the file of the function with its name. */
#include "sim/report/trap_story.h"

#define KVM "Linux arch/arm64/kvm/"
#define RMM "TF-RMM runtime/"

const char *event_source(enum event_kind kind)
{
    static const char *const sources[EV_COUNT] = {
        [EV_FAULT] = "Arm ARM D8, faults",
        [EV_EL1_VECTOR] = "Arm ARM D1, exception entry",
        [EV_EL2_VECTOR] = "Arm ARM D1, exception entry",
        [EV_EL2_INTERRUPT] = "Arm ARM D1, exception entry",
        [EV_TIMER_FIRE] = "Arm ARM D12, generic timer",
        [EV_ICV_IAR] = "Arm IHI 0069, ICV_IAR1_EL1",
        [EV_ICV_EOIR] = "Arm IHI 0069, ICV_EOIR1_EL1",
        [EV_ICV_DEACTIVATE] = "Arm IHI 0069, ICV_DIR_EL1",
        [EV_ERET] = "Arm ARM D1, exception return",
        [EV_RMM_HANDLE_EXCEPTION] = RMM "core/exit.c",
        [EV_RMM_INJECT_SEA] = RMM "core/inject_exp.c",
        [EV_RMM_INJECT_UNDEF] = RMM "core/inject_exp.c",
        [EV_RSI] = RMM "core/exit.c",
        [EV_REC_EXIT_DATA_ABORT] = RMM "core/exit.c",
        [EV_REC_EXIT] = RMM "core/exit.c",
        [EV_REC_EXIT_CALL] = RMM "rsi/host_call.c, psci.c",
        [EV_REC_EXIT_TIMERS] = RMM "core/timers.c",
        [EV_REC_EXIT_RIPAS] = RMM "rsi/memory.c",
        [EV_SMC_REC_ENTER] = RMM "rmi/run.c",
        [EV_COMPLETE_MMIO_EMULATION] = RMM "rmi/run.c",
        [EV_COMPLETE_SEA_INSERTION] = RMM "rmi/run.c",
        [EV_RMI] = RMM "core/handler.c",
        [EV_RMM_BOOT] = "TF-RMM lib/rmm_el3_ifc",
        [EV_GPF] = RMM "core/aarch64/ns_access.S",
        [EV_MONITOR_SMC] = "TF-A services/std_svc/rmmd/rmmd_main.c",
        [EV_MONITOR_SMC_RETURN] = "TF-A services/std_svc/rmmd/rmmd_main.c",
        [EV_GPT_SET] = "TF-A lib/gpt_rme/gpt_rme.c",
        [EV_KVM_HANDLE_EXIT] = KVM "handle_exit.c",
        [EV_HANDLE_REC_EXIT] = KVM "rmi-exit.c (CCA series)",
        [EV_KVM_HANDLE_GUEST_ABORT] = KVM "mmu.c",
        [EV_USER_MEM_ABORT] = KVM "mmu.c",
        [EV_IO_MEM_ABORT] = KVM "mmio.c",
        [EV_KVM_IO_BUS_READ] = "Linux virt/kvm/kvm_main.c",
        [EV_KVM_IO_BUS_WRITE] = "Linux virt/kvm/kvm_main.c",
        [EV_KVM_HANDLE_MMIO_RETURN] = KVM "mmio.c",
        [EV_HOST_IRQ] = "Linux drivers/irqchip/irq-gic-v3.c",
        [EV_KVM_TIMER_UPDATE_IRQ] = KVM "arch_timer.c",
        [EV_KVM_IRQ_LINE] = KVM "arm.c",
        [EV_VGIC_UPDATE_IRQ_PENDING] = KVM "vgic/vgic.c",
        [EV_VGIC_POPULATE_LR] = KVM "vgic/vgic-v3.c",
        [EV_KVM_INJECT] = KVM "inject_fault.c",
        [EV_KVM_SMCCC] = KVM "hypercalls.c",
        [EV_EXIT_TO_VMM] = KVM "arm.c",
        [EV_KVM_RUN] = "Linux virt/kvm/kvm_main.c",
        [EV_ADDRESS_SPACE_RW] = "QEMU system/physmem.c",
    };
    return sources[kind];
}
