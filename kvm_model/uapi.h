/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What of the KVM user ABI this model needs and an older <linux/kvm.h> lacks: guest_memfd, memory
 * attributes and KVM_EXIT_MEMORY_FAULT (Documentation/virt/kvm/api.rst, sections 4.140, 4.141 and
 * 5), plus populate of the CCA series. Layouts are the kernel's.
 */
#ifndef KVM_MODEL_UAPI_H
#define KVM_MODEL_UAPI_H

#include <linux/kvm.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#ifndef KVM_EXIT_MEMORY_FAULT
#define KVM_EXIT_MEMORY_FAULT 39
#endif
#ifndef KVM_EXIT_ARM_SEA
#define KVM_EXIT_ARM_SEA 41
#define KVM_EXIT_ARM_SEA_FLAG_GPA_VALID (1ull << 0)
#endif
#ifndef KVM_CAP_ARM_SEA_TO_USER
#define KVM_CAP_ARM_SEA_TO_USER 245
#endif
#ifndef KVM_EXIT_ARM_LDST64B
#define KVM_EXIT_ARM_LDST64B 42
#endif
#ifndef KVM_MEMORY_EXIT_FLAG_PRIVATE
#define KVM_MEMORY_EXIT_FLAG_PRIVATE (1ull << 3)
#endif
#ifndef KVM_MEM_GUEST_MEMFD
#define KVM_MEM_GUEST_MEMFD (1ul << 2)
#endif
#ifndef KVM_MEMORY_ATTRIBUTE_PRIVATE
#define KVM_MEMORY_ATTRIBUTE_PRIVATE (1ull << 3)
#endif
#ifndef KVM_SYSTEM_EVENT_RESET_FLAG_PSCI_RESET2
#define KVM_SYSTEM_EVENT_RESET_FLAG_PSCI_RESET2 (1ull << 0)
#endif
#ifndef KVM_SYSTEM_EVENT_SHUTDOWN_FLAG_PSCI_OFF2
#define KVM_SYSTEM_EVENT_SHUTDOWN_FLAG_PSCI_OFF2 (1ull << 0)
#endif

#ifndef KVM_CAP_ARM_MTE
#define KVM_CAP_ARM_MTE 205
#endif
#ifndef KVM_CAP_ARM_EAGER_SPLIT_CHUNK_SIZE
#define KVM_CAP_ARM_EAGER_SPLIT_CHUNK_SIZE 228
#endif

/*
 * Not the kernel's: a guest_memfd slot whose RIPAS stays EMPTY until the realm asks for RAM, as
 * when a VMM of the series up to v11 left the range out of its INIT_IPA_RANGE calls.
 */
#define KVM_MEM_RIPAS_EMPTY (1ul << 16)

/* What arm64's <asm/kvm.h> and newer kernels have, and this host's header has not. */
#define KVM_HYPERCALL_EXIT_SMC (1ull << 0)
#ifndef KVM_ARM_DEV_EL1_VTIMER /* older ones have these */
#define KVM_ARM_DEV_EL1_VTIMER (1u << 0)
#define KVM_ARM_DEV_EL1_PTIMER (1u << 1)
#define KVM_ARM_DEV_PMU (1u << 2)
#endif
#ifndef KVM_GUESTDBG_SINGLESTEP
#define KVM_GUESTDBG_SINGLESTEP (1u << 1)
#endif
#ifndef KVM_GUESTDBG_USE_SW_BP
#define KVM_GUESTDBG_USE_SW_BP (1u << 16)
#endif

/*
 * struct kvm_sync_regs of arm64, the s.regs member of struct kvm_run, is device_irq_level alone: a
 * set of KVM_ARM_DEV_*.
 */
static inline void kvm_run_set_device_irq_level(struct kvm_run *run, uint64_t level)
{
    memcpy(run->s.padding, &level, sizeof(level));
}

static inline uint64_t kvm_run_device_irq_level(const struct kvm_run *run)
{
    uint64_t level;

    memcpy(&level, run->s.padding, sizeof(level));
    return level;
}

enum kvm_smccc_filter_action {
    KVM_SMCCC_FILTER_HANDLE,
    KVM_SMCCC_FILTER_DENY,
    KVM_SMCCC_FILTER_FWD_TO_USER,
    KVM_SMCCC_FILTER_ACTIONS,
};

/* struct kvm_vcpu_events of arm64. */
struct kvm_arm_vcpu_events {
    bool serror_pending, serror_has_esr, ext_dabt_pending;
    uint64_t serror_esr;
};

/* The debug member of struct kvm_run's union, as arm64 has it. */
struct kvm_arm_debug_exit {
    uint32_t hsr, hsr_high;
    uint64_t far;
};

static inline void kvm_run_set_debug(struct kvm_run *run, const struct kvm_arm_debug_exit *debug)
{
    memcpy(run->padding, debug, sizeof(*debug));
}

static inline struct kvm_arm_debug_exit kvm_run_debug(const struct kvm_run *run)
{
    struct kvm_arm_debug_exit debug;

    memcpy(&debug, run->padding, sizeof(debug));
    return debug;
}

/* The hypercall member as arm64 has it: nr, then flags in the place of longmode. */
struct kvm_arm_hypercall_exit {
    uint64_t nr;
    uint64_t flags;
};

static inline void kvm_run_set_hypercall(struct kvm_run *run,
                                         const struct kvm_arm_hypercall_exit *hypercall)
{
    memset(&run->hypercall, 0, sizeof(run->hypercall));
    run->hypercall.nr = hypercall->nr;
    memcpy(&run->hypercall.longmode, &hypercall->flags, sizeof(hypercall->flags));
}

static inline struct kvm_arm_hypercall_exit kvm_run_hypercall(const struct kvm_run *run)
{
    struct kvm_arm_hypercall_exit hypercall = {.nr = run->hypercall.nr};

    memcpy(&hypercall.flags, &run->hypercall.longmode, sizeof(hypercall.flags));
    return hypercall;
}

/* The arm_sea member of struct kvm_run's union. */
struct kvm_arm_sea_exit {
    uint64_t flags, esr, gva, gpa;
};

static inline void kvm_run_set_arm_sea(struct kvm_run *run, const struct kvm_arm_sea_exit *sea)
{
    memcpy(run->padding, sea, sizeof(*sea));
}

static inline struct kvm_arm_sea_exit kvm_run_arm_sea(const struct kvm_run *run)
{
    struct kvm_arm_sea_exit sea;

    memcpy(&sea, run->padding, sizeof(sea));
    return sea;
}

/* The memory_fault member of struct kvm_run's union. */
struct kvm_exit_memory_fault {
    uint64_t flags;
    uint64_t gpa;
    uint64_t size;
};

static inline void kvm_run_set_memory_fault(struct kvm_run *run,
                                            const struct kvm_exit_memory_fault *fault)
{
    memcpy(run->padding, fault, sizeof(*fault));
}

static inline struct kvm_exit_memory_fault kvm_run_memory_fault(const struct kvm_run *run)
{
    struct kvm_exit_memory_fault fault;

    memcpy(&fault, run->padding, sizeof(fault));
    return fault;
}

/* "KVM_EXIT_MMIO", ...; "KVM_EXIT_UNKNOWN" for 0 and for what this model never returns. Never NULL.
 */
const char *kvm_exit_reason_name(uint32_t exit_reason);

#endif
