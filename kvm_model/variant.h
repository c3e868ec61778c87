/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Host kernels differ in named behaviours. Each kernel is a row of data; code asks for the
 * behaviour, never for the version. The rows' sources are in variant.c.
 */
#ifndef KVM_MODEL_VARIANT_H
#define KVM_MODEL_VARIANT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Sign extension of an MMIO read (kvm_handle_mmio_return). */
enum kvm_mmio_sign {
    KVM_MMIO_SIGN_LOST,       /* extended, then masked to the access width by the byte-order step */
    KVM_MMIO_SIGN_AFTER_SWAP, /* byte order first, then extended */
};

/* FSC of the abort KVM injects for a stage-1 walk outside the memslots. */
enum kvm_s1ptw_sea {
    KVM_S1PTW_SEA_PLAIN, /* 0x10: external abort, not on a walk */
    KVM_S1PTW_SEA_NONE,  /* no abort: an access without a syndrome like any other, -ENOSYS */
    KVM_S1PTW_SEA_LEVEL, /* 0x14 + level of the walk, which KVM finds by walking stage 1 itself */
};

/* What io_mem_abort does with ISV=0 in a realm. */
enum kvm_realm_nisv {
    KVM_REALM_NISV_AS_VM, /* KVM_EXIT_ARM_NISV if user space opted in, else -ENOSYS */
    KVM_REALM_NISV_SEA,   /* an external abort into the realm */
};

/* Where RMI_REC_ENTER is told that an access is completed. */
enum kvm_rec_mmio {
    KVM_REC_MMIO_AT_ABORT,       /* in io_mem_abort, before there is an answer */
    KVM_REC_MMIO_AT_MMIO_RETURN, /* flag and value together, in kvm_handle_mmio_return */
};

/* RIPAS change requests of a realm. */
enum kvm_ripas_policy {
    KVM_RIPAS_AT_ONCE,      /* changed in the exit handler, back to the realm */
    KVM_RIPAS_MEMORY_FAULT, /* -EFAULT with KVM_EXIT_MEMORY_FAULT; done at the next entry */
};

/* When KVM_SET_VCPU_EVENTS changes the PC. */
enum kvm_events {
    KVM_EVENTS_AT_ENTRY, /* at the next KVM_RUN; a pending SError always waits for the CPU */
    KVM_EVENTS_AT_ONCE,  /* before the ioctl returns; a pending MMIO access is dropped */
};

struct rmi_cmds;

/* Which generation of KVM's table of system registers a kernel has (sys_reg_rows.c); bits. */
enum kvm_sys_reg_table {
    KVM_SYS_REGS_4_19 = 1,
    KVM_SYS_REGS_6_12 = 2,
    KVM_SYS_REGS_7_2 = 4,
};

/* How large a device's memory (VM_PFNMAP) is mapped at stage 2. */
enum kvm_s2_pfnmap {
    KVM_S2_PFNMAP_PAGES,            /* 4K; before 5.10 all of it when the slot is made */
    KVM_S2_PFNMAP_FROM_VMA,         /* 1G, 2M, 4K, as VMA and address allow */
    KVM_S2_PFNMAP_FROM_HOST_TABLES, /* 2M or 4K, as the host's own tables map it */
};

/* More interrupts than list registers (vgic_flush_lr_state, vgic_irq_cmp). */
enum kvm_vgic_overflow {
    KVM_VGIC_ACTIVE_FIRST,  /* active ones keep their registers; UIE says when to bring more */
    KVM_VGIC_PENDING_FIRST, /* pending ones come first; EOIcount and trapped DIR end the others */
};

struct kvm_variant {
    const char *name;
    const char *about;          /* a line for people */
    const struct rmi_cmds *rmi; /* hosts realms, with these commands; NULL: it does not */
    enum kvm_sys_reg_table sys_reg_table;
    bool sea_exit;            /* KVM_CAP_ARM_SEA_TO_USER, KVM_EXIT_ARM_SEA */
    bool nisv_exit;           /* KVM_CAP_ARM_NISV_TO_USER */
    bool ldst64b_exit;        /* FEAT_LS64 for VMs, and KVM_EXIT_ARM_LDST64B */
    bool ipa_limit_aborts;    /* IPAs beyond the VM's are aborts; else they are MMIO */
    bool cm_skips_read_only;  /* cache maintenance of a read-only slot is skipped as that of no slot
                               */
    bool mmio_steps_at_abort; /* the PC is behind the instruction when user space is asked */
    bool sea_of_fetch_fails;  /* an external abort of a fetch is -EFAULT, not the guest's SError */
    bool ext_dabt_event;      /* KVM_SET_VCPU_EVENTS knows ext_dabt_pending */
    bool smccc_services;      /* TRNG, KVM's vendor calls, PV time */
    bool psci_system_reset2;
    uint16_t psci_minor;   /* PSCI 1.x */
    bool psci_system_off2; /* PSCI_FEATURES knows SYSTEM_OFF2 */
    enum kvm_mmio_sign mmio_sign;
    enum kvm_s1ptw_sea s1ptw_sea;
    enum kvm_events events;
    enum kvm_vgic_overflow vgic_overflow;
    bool wfxt;                        /* FEAT_WFxT: deadlines count */
    uint8_t vgic_revision;            /* KVM_VGIC_IMP_REV_*: of GICD_IIDR and GICR_IIDR */
    bool vgic_v2;                     /* GICv2 for guests, as modelled here */
    bool hidden_sys_regs_by_encoding; /* in trace texts: S3_0_0_4_6, not UNKN */
    bool traces_preempt_count;        /* tracefs shows the depth of disabled preemption */
    bool traps_absent_gic;            /* ICC_*_EL1 in a VM without a vGIC */
    bool smc_is_smccc;       /* a trapped SMC is a call as an HVC is; else it only returns -1 */
    bool step_state_per_run; /* KVM's and the guest's PSTATE.SS change places per KVM_RUN */
    bool fsc_level_minus_1;  /* faults of level -1 are faults */
    bool excl_atomic_aborts; /* FSC 0x35 is a stage-2 fault that KVM handles */
    bool id_aa64isar3;       /* ID_AA64ISAR3_EL1 is allocated */
    bool id_space_as_trap;   /* unallocated ID registers: the trap's own syndrome, to EL1 */
    bool traps_implementation_id; /* HCR_EL2.TID1: REVIDR_EL1, AIDR_EL1, SMIDR_EL1 */
    bool exception_clears_ss;     /* PSTATE.SS is clear in the SPSR_EL1 of an injected exception */
    /* stage 2 */
    enum kvm_s2_pfnmap s2_pfnmap;
    bool s2_early_map; /* leaves of exact sizes, rewritten on permission faults; hugetlbfs' size
                          counts even with a dirty log or a slot that does not fit */
    bool s2_vma_before_topup;      /* without a VMA and without memory: -EFAULT, not -ENOMEM */
    bool s2_read_perm_fault_fails; /* -EFAULT for a permission fault of a read */
    bool s2_device_exec_aborts;    /* fetching from a device's memory: an abort into the guest */
    bool s2_retry_marks_dirty;     /* the dirty log notes a fault that is only tried again */
    bool s2_cacheable_pfnmap;      /* a device's memory may be Normal, given FWB and DIC */
    bool s2_normal_nc;             /* VM_ALLOW_ANY_UNCACHED: Normal-NC instead of Device */
    bool mte;                      /* KVM_CAP_ARM_MTE */
    bool dirty_manual_protect;     /* KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2, KVM_CLEAR_DIRTY_LOG */
    bool dirty_init_set;           /* ... with KVM_DIRTY_LOG_INITIALLY_SET */
    bool eager_split;              /* KVM_CAP_ARM_EAGER_SPLIT_CHUNK_SIZE */
    enum kvm_realm_nisv realm_nisv;
    enum kvm_rec_mmio rec_mmio;
    enum kvm_ripas_policy ripas;
    int rec_error_errno;      /* KVM_RUN's error for RMI_ERROR_REC */
    bool rec_error_realm_any; /* KVM_EXIT_SHUTDOWN for RMI_ERROR_REALM with any index, not only 1 */
    bool rec_host_call;       /* RMI_EXIT_HOST_CALL goes to the SMCCC handler */
    bool ripas_before_populate; /* RIPAS of all memory is set when the realm is made, not when it is
                                   activated */
};

/* The row with that name, or NULL. Immutable, never freed. */
const struct kvm_variant *kvm_variant_by_name(const char *name);
/* Rows 0..count-1, for lists; NULL beyond. */
const struct kvm_variant *kvm_variant_at(size_t index);

#endif
