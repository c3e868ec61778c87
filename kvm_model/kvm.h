/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * KVM at EL2, as user space and the machine see it. The calls are the ioctls' shapes (Linux
 * Documentation/virt/kvm/api.rst): 0 or -errno. User space learns of an exit from struct kvm_run
 * alone.
 *
 * A plain VM's vCPU runs on a struct cpu that KVM owns while it runs. A realm's vCPU (a REC) has
 * none here: the RMM runs it, and KVM knows of it what the run page and the SMC's return value say.
 */
#ifndef KVM_MODEL_KVM_H
#define KVM_MODEL_KVM_H

#include "cpu/arch/field.h"
#include "cpu/arch/sysreg.h"
#include "cpu/clock.h"
#include "cpu/cpu.h"
#include "cpu/event.h"
#include "cpu/smc.h"
#include "kvm_model/host_cpu.h"
#include "kvm_model/host_mm.h"
#include "kvm_model/tracepoint.h"
#include "kvm_model/uapi.h"
#include "kvm_model/variant.h"

struct kvm;
struct kvm_vcpu;
struct kvm_io_device;

/*
 * Called with the syndrome of each exit from the guest before KVM handles it: ESR_EL2 of a trap, or
 * the esr a REC exit shows (0 for an exit that is not RMI_EXIT_SYNC). True ends KVM_RUN with
 * -EINTR.
 */
typedef bool kvm_exit_observer(void *ctx, uint64_t esr);

/*
 * Called when a vCPU waits (WFI, CPU_SUSPEND) and nothing is pending for it. True: a signal ends
 * the wait and KVM_RUN with -EINTR; false: the wait ends by itself.
 */
typedef bool kvm_wait_observer(void *ctx);

/*
 * Called in each stage-2 fault on memory when the host's page is known and the MMU lock is not yet
 * taken: what the host does here makes the fault stale, and the guest tries again.
 */
typedef void kvm_fault_observer(void *ctx);

/*
 * Takes the guest's place at each entry: sets the vCPU's registers and el2 (syndrome, addresses) as
 * the guest's next exit leaves them, and says which kind of exit that is. For exits that were
 * recorded elsewhere. CPU_EXIT_LIMIT, when there is none left, ends KVM_RUN with -EINTR. After a
 * permission fault el2->hpfar has the address that AT S1E1R would find.
 */
typedef enum cpu_exit kvm_guest_player(void *ctx, struct kvm_vcpu *vcpu, struct el2_regs *el2);

/*
 * The host's kernel around KVM, where several vCPUs share a host CPU: each runs in a thread of its
 * own. Without one (take_interrupts NULL) a vCPU that waits goes on at once.
 */
struct kvm_host_port {
    /*
     * The vCPU's thread is in KVM and takes the host's interrupts: none is pending at its PE any
     * more. True: the CPU is to be given to another thread.
     */
    bool (*take_interrupts)(void *ctx, unsigned vcpu);
    /* Interrupts the PE that executes the vCPU (smp_send_reschedule). */
    void (*kick)(void *ctx, unsigned vcpu);
    /*
     * Where each vCPU has a CPU of its own, else NULL: sends SGI intid to the CPU that executes
     * the vCPU, which takes time to arrive; wakes the thread of a vCPU that sleeps.
     */
    void (*send_ipi)(void *ctx, unsigned vcpu, unsigned intid);
    void (*wake)(void *ctx, unsigned vcpu);
    void *ctx;
};

struct kvm_config {
    struct host_mm *mm;                  /* the host's memory; must outlive the VM */
    struct clock *clock;                 /* simulated time */
    struct trace *trace;                 /* may be NULL */
    const struct smc_port *smc;          /* to EL3; needed for realms only */
    const struct kvm_variant *variant;   /* must outlive the VM */
    const struct kvm_host_cpu *host_cpu; /* NULL: the modelled CPU */
    unsigned ipa_bits; /* 32..48; a realm's include the bit that selects the half */
    unsigned pa_bits;  /* of the host CPU, the limit of IPAs; 0 means 48 */
    unsigned vmid;     /* 1..255, another one for each VM of the host; 0 means 1 */
    bool realm;
    bool ls64;       /* the CPU has FEAT_LS64_V, and user space gives it to the VM where KVM can */
    bool cache_dic;  /* CTR_EL0.DIC: data mappings are executable at once */
    bool fwb;        /* FEAT_S2FWB: no cleaning to the PoC */
    bool claims_sea; /* firmware reports memory errors to the host (apei_claim_sea): a guest's
                        external abort is the host's affair, and the guest goes on */
    pa_t gicv;       /* 0: the host has a GICv3; else a GICv2 with its GICV frame there */
    bool wfxt;       /* the CPU has FEAT_WFxT */
    kvm_fault_observer *fault_observer; /* may be NULL */
    kvm_exit_observer *exit_observer;   /* may be NULL */
    kvm_wait_observer *wait_observer;   /* may be NULL: waits end by themselves */
    void *observer_ctx;
    struct kvm_host_port host;
    kvm_guest_player *player; /* NULL: the vCPU's CPU runs the guest */
    void *player_ctx;
    kvm_tracepoint_reader *tracepoint; /* may be NULL */
    void *tracepoint_ctx;
};

#define KVM_MAX_VCPUS 512

/* KVM starts on a CPU: its interrupts are enabled there. Also for a CPU that will run a REC. */
void kvm_hyp_init_cpu(struct cpu *cpu);

/*
 * KVM_CREATE_VM. NULL with *error set to -EINVAL (IPA size; a realm on a kernel without CCA or
 * without an smc_port), -ENXIO (the RMM's interface version does not match) or -ENOMEM. For a realm
 * no RMI command but VERSION and FEATURES is sent yet.
 */
struct kvm *kvm_create_vm(const struct kvm_config *config, int *error);
/* Ends the VM: a realm is torn down, its granules undelegated. Takes its vCPUs along. NULL is fine.
 */
void kvm_destroy_vm(struct kvm *kvm);

/*
 * KVM_ENABLE_CAP, as the variant has it; -EINVAL for others. kvm_enable_cap is arg 0.
 * KVM_CAP_ARM_NISV_TO_USER; KVM_CAP_ARM_SEA_TO_USER; KVM_CAP_ARM_MTE (before the first vCPU, else
 * -EINVAL); KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2 (arg: KVM_DIRTY_LOG_MANUAL_PROTECT_ENABLE, with it
 * KVM_DIRTY_LOG_INITIALLY_SET); KVM_CAP_ARM_EAGER_SPLIT_CHUNK_SIZE (arg: 0, 4K, 2M, 1G; before the
 * first slot, else -EINVAL).
 */
int kvm_enable_cap(struct kvm *kvm, uint32_t cap);
int kvm_enable_cap_arg(struct kvm *kvm, uint32_t cap, uint64_t arg);

/*
 * KVM_SET_USER_MEMORY_REGION: creates a slot, moves it, starts or ends its log, or deletes it (size
 * 0). Flags: KVM_MEM_READONLY, KVM_MEM_LOG_DIRTY_PAGES; for a realm KVM_MEM_GUEST_MEMFD (private
 * pages come from KVM, userspace_addr backs the shared alias) and KVM_MEM_RIPAS_EMPTY. -EINVAL:
 * alignment, flags, another change of a slot, none to delete, or a VMA that cannot be the guest's
 * (a device's with a log, a cacheable one without FWB and DIC; with MTE one that has no tags);
 * -EFAULT: beyond the IPA size (a realm: its lower half); -EEXIST: overlap; -ENOMEM.
 */
int kvm_set_user_memory_region(struct kvm *kvm, const struct kvm_userspace_memory_region *region);
/*
 * KVM_SET_MEMORY_ATTRIBUTES: makes pages of guest_memfd slots private or (attributes 0) shared.
 * What the other half had mapped there is unmapped. -EINVAL: alignment, attributes, not a realm.
 */
int kvm_set_memory_attributes(struct kvm *kvm, uint64_t gpa, uint64_t size, uint64_t attributes);
/*
 * KVM_ARM_RMI_POPULATE (v12): copies size bytes from the VMM's hva into private pages at gpa,
 * before the realm first runs, measured if asked. Creates the realm on first use. -EINVAL:
 * alignment, no guest_memfd slot there, not a realm; -EBUSY after the first run; -EFAULT: hva;
 * -ENXIO: the RMM refused; -ENOMEM.
 */
int kvm_arm_rmi_populate(struct kvm *kvm, uint64_t gpa, uint64_t size, hva_t hva, bool measure);

/*
 * For a debugger: where the byte at ipa is and which world owns it, mapped at stage 2 or not.
 * Changes nothing. False: no memslot is there, or it has no page yet.
 */
bool kvm_find_page(const struct kvm *kvm, ipa_t ipa, pa_t *pa, enum pas *pas);

/* KVM_MMIO_BUS: see kvm_model/io_bus.h for the device and the errors. */
int kvm_register_io_device(struct kvm *kvm, uint64_t gpa, uint64_t size,
                           const struct kvm_io_device *device);

/*
 * KVM_IOEVENTFD on KVM_MMIO_BUS; of config: addr, len (0: any), datamatch, and the flag
 * KVM_IOEVENTFD_FLAG_DATAMATCH. *count, which must outlive the VM, goes up with each write that
 * matches. -EINVAL: length, flags, wrapping; -ENOSPC, -ENOMEM.
 */
int kvm_ioeventfd(struct kvm *kvm, const struct kvm_ioeventfd *config, uint64_t *count);
/* KVM_REGISTER_COALESCED_MMIO: writes to the zone go to the ring. -EINVAL, -ENOSPC, -ENOMEM. */
int kvm_register_coalesced_mmio(struct kvm *kvm, const struct kvm_coalesced_mmio_zone *zone);
/* The ring's page, shared with user space: entries [first, last) of KVM_COALESCED_ENTRIES. */
#define KVM_COALESCED_ENTRIES 170
struct kvm_coalesced_ring {
    uint32_t first, last;
    struct kvm_coalesced_mmio entries[KVM_COALESCED_ENTRIES];
};
struct kvm_coalesced_ring *kvm_coalesced_ring(struct kvm *kvm);
/*
 * KVM_ARM_VM_SMCCC_FILTER: calls base..base+nr-1 get the action. -EINVAL: empty, wrapping, action;
 * -EEXIST: overlaps a filter, or the calls of the Arm architecture; -EBUSY: a vCPU has run;
 * -ENOMEM.
 */
int kvm_set_smccc_filter(struct kvm *kvm, uint32_t base, uint32_t nr,
                         enum kvm_smccc_filter_action action);
/*
 * KVM_GET_DIRTY_LOG: one bit a page of the slot, into words (count of them), and, but for manual
 * protection, clears the log and write-protects the pages. -ENOENT: no such slot, or it has no log;
 * -EINVAL: too few words.
 */
int kvm_get_dirty_log(struct kvm *kvm, uint32_t slot, uint64_t *words, size_t count);
/*
 * KVM_CLEAR_DIRTY_LOG: pages whose bit is set in words (bit 0 is first_page, a multiple of 64) are
 * clean and write-protected. -ENOTTY: not in this kernel; -EINVAL: a range that is not the slot's,
 * or does not end at its end nor at a multiple of 64; -ENOENT as above.
 */
int kvm_clear_dirty_log(struct kvm *kvm, uint32_t slot, uint64_t first_page, uint64_t num_pages,
                        const uint64_t *words);
/*
 * What stage 2 of a plain VM has for ipa: the descriptor where the walk ends, valid or not, and its
 * level; permissions and memory type as text ("rwx", "normal"). -ERANGE, -EIO; -EINVAL for a realm.
 */
struct kvm_stage2_leaf {
    uint64_t desc;
    int level;
    bool valid;
    pa_t pa; /* of ipa */
    const char *perm, *attr;
};
int kvm_stage2_leaf(const struct kvm *kvm, ipa_t ipa, struct kvm_stage2_leaf *leaf);
/*
 * KVM_CREATE_DEVICE of a vGICv3 with its frames at dist (64 KiB) and redist (128 KiB a vCPU), and
 * its init: after the last vCPU. -EINVAL: alignment, beyond the IPA size (a realm: its lower half);
 * -EEXIST: there is one, or the frames overlap; -ENODEV: the host has a GICv2; -ENOMEM, -ENOSPC.
 */
int kvm_vgic_create(struct kvm *kvm, uint64_t dist, uint64_t redist);
/*
 * Of a vGICv2, likewise: the distributor's frame at gicd (4 KiB), and at gicc the CPU interface (8
 * KiB), where stage 2 has the host's GICV frame: accesses there do not trap. -ENODEV: the host has
 * no GICv2, the variant none for guests, a realm; -EINVAL also: the frames overlap; -E2BIG: more
 * than eight vCPUs.
 */
int kvm_vgic_v2_create(struct kvm *kvm, uint64_t gicd, uint64_t gicc);
/*
 * KVM_IRQ_LINE: irq names the line by the fields below. With a vGIC an SPI or a vCPU's PPI, without
 * one HCR_EL2.VI or VF of a vCPU. -EINVAL: no such line or vCPU; -ENXIO: the vGIC is there, or is
 * not.
 */
static const struct field KVM_ARM_IRQ_NUM = {0, 16};
static const struct field KVM_ARM_IRQ_VCPU = {16, 8};
static const struct field KVM_ARM_IRQ_TYPE = {24, 4};
static const struct field KVM_ARM_IRQ_VCPU2 = {28, 4};
enum { KVM_ARM_IRQ_TYPE_CPU, KVM_ARM_IRQ_TYPE_SPI, KVM_ARM_IRQ_TYPE_PPI };
enum { KVM_ARM_IRQ_CPU_IRQ, KVM_ARM_IRQ_CPU_FIQ };
int kvm_irq_line(struct kvm *kvm, uint32_t irq, bool level);
/* The name of the vCPU's IRQ input, which is HCR_EL2.VI. */
uint32_t kvm_arm_cpu_irq(const struct kvm_vcpu *vcpu);

/*
 * KVM_CREATE_VCPU. cpu: the PE the vCPU runs on, NULL for a realm. Owned by the VM. -EINVAL: id or
 * cpu; -EEXIST; -EBUSY: the realm is active, or there is a vGIC; -ENOMEM.
 */
int kvm_create_vcpu(struct kvm *kvm, unsigned id, struct cpu *cpu, struct kvm_vcpu **vcpu);
/*
 * The PE that a realm's vCPU will run on. The host's share of it is the GIC's virtual interface,
 * which RMI 2.0 takes from the registers (ICH_LR<n>_EL2, ICH_HCR_EL2, ICH_VMCR_EL2) and 1.0 from
 * the REC's entry page. Not owned. Without it no virtual interrupt reaches a realm under RMI 2.0.
 */
void kvm_vcpu_set_rec_pe(struct kvm_vcpu *vcpu, struct cpu *pe);
/*
 * KVM_ARM_VCPU_INIT: KVM's reset values in all registers; what the architecture leaves UNKNOWN
 * holds KVM's pattern for that (sys_regs.c:reset_unknown). Not for a REC.
 */
void kvm_arm_vcpu_init(struct kvm_vcpu *vcpu);
/* KVM_GET_MP_STATE: KVM_MP_STATE_RUNNABLE or _STOPPED. */
uint32_t kvm_vcpu_get_mp_state(const struct kvm_vcpu *vcpu);
/*
 * KVM_SET_GUEST_DEBUG: 0, or KVM_GUESTDBG_ENABLE with KVM_GUESTDBG_USE_SW_BP (BRK becomes
 * KVM_EXIT_DEBUG) and KVM_GUESTDBG_SINGLESTEP (each instruction does). -EINVAL: other bits, or a
 * REC.
 */
int kvm_vcpu_set_guest_debug(struct kvm_vcpu *vcpu, uint32_t control);
/*
 * KVM_SET_VCPU_EVENTS: an external data abort at the FAR of the last exit, an SError. -EINVAL: an
 * ESR with more than an ISS, or a REC. When the PC shows it is the variant's.
 */
int kvm_vcpu_set_events(struct kvm_vcpu *vcpu, const struct kvm_arm_vcpu_events *events);
void kvm_vcpu_get_events(const struct kvm_vcpu *vcpu, struct kvm_arm_vcpu_events *events);
/* KVM_SET_MP_STATE: STOPPED or RUNNABLE. vCPUs start runnable. */
void kvm_vcpu_set_power_off(struct kvm_vcpu *vcpu, bool off);
/* The page shared with user space (mmap of the vCPU). */
struct kvm_run *kvm_vcpu_kvm_run(struct kvm_vcpu *vcpu);
/* Whether KVM has sent the thread SIGBUS for a poisoned page; asking takes it. */
bool kvm_vcpu_take_sigbus(struct kvm_vcpu *vcpu);

/*
 * KVM_RUN: completes what user space answered, then runs the guest until an exit needs user space:
 * 0 with run->exit_reason set, or -errno. -EINTR: the observer stopped it, the CPU's budget is used
 * up, immediate_exit, or the vCPU is switched off. -EIO: the CPU model failed (cpu_failure says
 * why). Others are KVM's: -ENOSYS, -EFAULT, -ENXIO, -EINVAL, -ENOEXEC, -ENOMEM; -EFAULT with
 * KVM_EXIT_MEMORY_FAULT is a request to convert memory.
 */
int kvm_vcpu_run(struct kvm_vcpu *vcpu);
/*
 * What it returns with a kvm_host_port beside that: the thread gave up the CPU inside the ioctl,
 * because its time is over or because it sleeps. The next call goes on there; nothing of this is
 * seen by user space.
 */
#define KVM_RUN_SCHEDULED_OUT 1
/*
 * Likewise, where each vCPU has a CPU of its own and its clock is paced (cpu/clock.h): it is
 * another CPU's turn. Nothing was done; the next call goes on in the guest.
 */
#define KVM_RUN_PAUSED 2
/*
 * Is there something to do for the vCPU's thread? False while it sleeps: the vCPU is off, or waits
 * and nothing is pending for it (kvm_vcpu_block).
 */
bool kvm_vcpu_can_run(struct kvm_vcpu *vcpu);
/* The vCPU is off (KVM_MP_STATE_STOPPED) or waits (WFI, CPU_SUSPEND). */
bool kvm_vcpu_is_off(const struct kvm_vcpu *vcpu);
bool kvm_vcpu_is_waiting(const struct kvm_vcpu *vcpu);
/* A signal to the vCPU's thread: KVM_RUN ends with -EINTR, the present one or the next. */
void kvm_vcpu_signal(struct kvm_vcpu *vcpu);

/*
 * KVM_SET_ONE_REG and KVM_GET_ONE_REG. For a REC these are KVM's shadow: x0..x7 and pc reach the
 * RMM at the first run, nothing else does. n 0..30 (31 reads 0 and drops writes); el 0 or 1.
 */
void kvm_vcpu_set_x(struct kvm_vcpu *vcpu, unsigned n, uint64_t value);
uint64_t kvm_vcpu_get_x(struct kvm_vcpu *vcpu, unsigned n);
void kvm_vcpu_set_sp(struct kvm_vcpu *vcpu, unsigned el, uint64_t value);
uint64_t kvm_vcpu_get_sp(struct kvm_vcpu *vcpu, unsigned el);
void kvm_vcpu_set_pc(struct kvm_vcpu *vcpu, uint64_t value);
uint64_t kvm_vcpu_get_pc(struct kvm_vcpu *vcpu);
void kvm_vcpu_set_pstate(struct kvm_vcpu *vcpu, uint64_t value);
uint64_t kvm_vcpu_get_pstate(struct kvm_vcpu *vcpu);
void kvm_vcpu_set_sysreg(struct kvm_vcpu *vcpu, enum sysreg reg, uint64_t value);
uint64_t kvm_vcpu_get_sysreg(struct kvm_vcpu *vcpu, enum sysreg reg);

/* KVM's counters. */
struct kvm_vcpu_stat {
    uint64_t exits, mmio_exit_user, mmio_exit_kernel, hvc_exit_stat, wfe_exit_stat, wfi_exit_stat;
};
const struct kvm_vcpu_stat *kvm_vcpu_stat(const struct kvm_vcpu *vcpu);

#endif
