/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What KVM's own files share; nobody outside kvm_model/ includes this. */
#ifndef KVM_MODEL_KVM_INTERNAL_H
#define KVM_MODEL_KVM_INTERNAL_H

#include "cpu/arch/esr.h"
#include "cpu/arch/hpfar.h"
#include "cpu/arch/pstate.h"
#include "cpu/cpu.h"
#include "kvm_model/arch_timer.h"
#include "kvm_model/io_bus.h"
#include "kvm_model/kvm.h"
#include "kvm_model/pgtable.h"
#include "kvm_model/realm.h"
#include "kvm_model/rmi_cmds.h"
#include "kvm_model/state_switch.h"

#define KVM_ZERO_REG 31
#define KVM_GPR_COUNT 31
#define KVM_INSN_SIZE 4
#define KVM_DEBUG_WB_REGS 16 /* breakpoints, and watchpoints, of which KVM keeps the registers */

/* --- memslots (memslot.c) ------------------------------------------------------------------ */

struct kvm_memory_slot {
    uint32_t id;
    uint32_t flags;
    ipa_t base;
    uint64_t size;
    hva_t hva;
    pa_t *gmem;        /* guest_memfd: page of each private granule, 0 while there is none */
    uint64_t *private; /* one bit a page: KVM_MEMORY_ATTRIBUTE_PRIVATE */
    uint64_t *dirty;   /* one bit a page, NULL without KVM_MEM_LOG_DIRTY_PAGES */
};

struct kvm_memslots {
    struct kvm_memory_slot *slots; /* by base */
    size_t count, capacity;
};

/* The slot that holds gpa, or NULL. */
struct kvm_memory_slot *kvm_gpa_to_memslot(const struct kvm *kvm, ipa_t gpa);
bool kvm_slot_page_is_private(const struct kvm_memory_slot *slot, ipa_t gpa);
static inline bool kvm_slot_is_logging(const struct kvm_memory_slot *slot)
{
    return slot->flags & KVM_MEM_LOG_DIRTY_PAGES && !(slot->flags & KVM_MEM_READONLY);
}
static inline bool kvm_slot_has_gmem(const struct kvm_memory_slot *slot)
{
    return slot->gmem != NULL;
}
static inline size_t kvm_slot_page(const struct kvm_memory_slot *slot, ipa_t gpa)
{
    return (size_t)((gpa.v - slot->base.v) >> HOST_PAGE_SHIFT);
}
void kvm_memslots_free(struct kvm *kvm);
/* The slot has a log from now on (dirty_log.c). */
void kvm_mmu_start_dirty_log(struct kvm *kvm, struct kvm_memory_slot *slot);

/* --- the VM and its vCPUs ------------------------------------------------------------------ */

struct kvm {
    struct kvm_config config;
    const struct kvm_variant *variant;
    const struct kvm_host_cpu *host_cpu;
    struct physmem *mem;
    struct trace *trace;
    struct clock *clock;
    unsigned pa_bits;
    unsigned vmid;
    bool nisv_to_user;
    bool sea_to_user;            /* KVM_ARCH_FLAG_EXIT_SEA */
    bool mte;                    /* KVM_CAP_ARM_MTE */
    uint64_t dirty_log_flags;    /* KVM_DIRTY_LOG_*, of KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2 */
    uint64_t split_chunk_size;   /* KVM_CAP_ARM_EAGER_SPLIT_CHUNK_SIZE; 0: none */
    uint64_t mmu_invalidate_seq; /* counts what MMU notifiers took away */
    struct kvm_mmu_memory_cache split_page_cache;
    bool has_run; /* a vCPU was entered */
    uint64_t hcr, vtcr, vttbr;
    uint64_t voffset;       /* the guests' CNTVOFF_EL2 */
    struct kvm_pgtable pgt; /* a realm: its pgd pages are the root RTTs */
    struct kvm_memslots memslots;
    struct kvm_io_bus mmio_bus;
    struct kvm_ioeventfd_list *ioeventfds;
    struct kvm_coalesced *coalesced;
    struct kvm_smccc_filter *smccc_filter;
    struct vgic *vgic;
    uint64_t trng_state;
    struct kvm_switch_bundles switches;
    struct kvm_vcpu **vcpus;
    struct kvm_vcpu *last_ran; /* of the host CPU they share (last_vcpu_ran); NULL: none yet */
    size_t vcpu_count;
    struct realm realm;
    struct rmi_host rmi; /* of a realm */
};

/* What hardware, or the REC exit page, said about the exit (struct kvm_vcpu_fault_info). */
struct kvm_vcpu_fault {
    uint64_t esr, far, hpfar;
};

struct kvm_vcpu {
    struct kvm *kvm;
    unsigned id;
    struct cpu *cpu; /* NULL for a REC */
    struct kvm_run *run;
    struct kvm_vcpu_fault fault;
    struct kvm_vcpu_stat stat;
    struct kvm_mmu_memory_cache mmu_page_cache;
    bool sigbus; /* KVM has sent SIGBUS for a poisoned page */
    bool mmio_needed;
    bool has_run;
    bool power_off;
    bool serror_pending;    /* HCR_EL2.VSE: waits until PSTATE.A is clear */
    uint64_t serror_esr;    /* VSESR_EL2: the ISS it will have */
    uint32_t guest_debug;   /* KVM_GUESTDBG_*, 0 if not enabled */
    bool waits;             /* blocked: in WFI or CPU_SUSPEND */
    bool wfit;              /* IN_WFIT: it blocks in WFIT, up to: */
    uint64_t wfit_deadline; /* of the virtual counter */
    bool signal;            /* is pending for the thread: KVM_RUN ends before the next entry */
    bool in_run;            /* the thread gave up the CPU inside KVM_RUN */
    bool paused;            /* ... or inside the guest: KVM has not seen an exit */
    bool in_guest;          /* IN_GUEST_MODE: what is new for the vCPU needs a kick */
    bool increment_pc;      /* INCREMENT_PC: before the next entry, or at the end of KVM_RUN */
    struct {                /* PENDING_EXCEPTION: likewise */
        bool pending, has_far;
        enum el1_vector vector;
        uint64_t esr, far;
    } exception;
    bool os_lock; /* OSLSR_EL1.OSLK */
    struct {      /* the guest's debug registers, while KVM keeps them (vcpu_debug_state) */
        uint64_t mdccint;
        uint64_t saved_mdscr;
        bool step_pending;   /* a step's exception is still to come (DBG_SS_ACTIVE_PENDING) */
        bool guest_step_bit; /* PSTATE.SS of the guest, while the debugger steps */
        uint64_t wb[4][KVM_DEBUG_WB_REGS]; /* by enum dbg_wb */
    } debug;
    struct arch_timer_cpu timer;
    uint64_t csselr; /* CSSELR_EL1 */
    uint64_t actlr;
    uint32_t smccc_fid; /* of the call being answered */
    struct realm_rec rec;
    struct { /* a REC's registers as KVM believes them */
        uint64_t x[KVM_GPR_COUNT];
        uint64_t sp[2], pc, pstate;
        uint64_t sysreg[SYSREG_COUNT];
    } shadow;
};

static inline bool vcpu_is_rec(const struct kvm_vcpu *vcpu)
{
    return vcpu->cpu == NULL;
}

static inline struct trace *vcpu_trace(const struct kvm_vcpu *vcpu)
{
    return vcpu->kvm->trace;
}

/* Stage 2 of a plain VM changed in a way a TLB may remember. */
void kvm_flush_tlb(struct kvm *kvm);
/* The same on KVM's own account: a cost and an event (kvm_flush_remote_tlbs). */
void kvm_flush_remote_tlbs(struct kvm *kvm);
/* MMU notifiers of the VMM's address space come in (mmu_notifier.c). 0 or -ENOMEM. */
int kvm_init_mmu_notifier(struct kvm *kvm);
/* Whether a device's memory may be cached by a guest. */
static inline bool kvm_supports_cacheable_pfnmap(const struct kvm *kvm)
{
    return kvm->config.fwb && kvm->config.cache_dic;
}
/* The instruction is done: kvm_adjust_pc will step over it. */
static inline void kvm_incr_pc(struct kvm_vcpu *vcpu)
{
    vcpu->increment_pc = true;
}
/* Takes a pending exception, or steps over the instruction (__kvm_adjust_pc). */
void kvm_adjust_pc(struct kvm_vcpu *vcpu);
/* What is only known when a vCPU runs for the first time (kvm_arch_vcpu_run_pid_change). */
void kvm_vcpu_first_run(struct kvm_vcpu *vcpu);
/* Whether the guest's data accesses are big endian now (kvm_vcpu_is_be). */
bool kvm_vcpu_is_be(struct kvm_vcpu *vcpu);
/* MPIDR_EL1 affinity fields of a vCPU (reset_mpidr). */
uint64_t kvm_vcpu_mpidr(const struct kvm_vcpu *vcpu);

/* KVM_TRACE(vcpu, ID, args...): tells the reader of trace points, if there is one. */
#define KVM_TRACE(vcpu_, id_, ...) KVM_TRACE_VM((vcpu_)->kvm, id_, __VA_ARGS__)
#define KVM_TRACE_VM(kvm_, id_, ...)                                                               \
    do {                                                                                           \
        const struct kvm_config *trace_to = &(kvm_)->config;                                       \
        if (trace_to->tracepoint && kvm_tracepoint_exists(trace_to->variant, KVM_TP_##id_))        \
            trace_to->tracepoint(                                                                  \
                trace_to->tracepoint_ctx,                                                          \
                &(struct kvm_tracepoint){KVM_TP_##id_, {__VA_ARGS__}, trace_to->variant});         \
    } while (0)

/* --- exits: 1 back to the guest, 0 to user space with run->exit_reason set, or -errno ------ */

int handle_exit(struct kvm_vcpu *vcpu, enum cpu_exit exit); /* handle_exit.c */
int kvm_handle_guest_debug(struct kvm_vcpu *vcpu);          /* debug.c */
/* Around KVM_RUN, and around each entry. */
void kvm_debug_load(struct kvm_vcpu *vcpu);
void kvm_debug_put(struct kvm_vcpu *vcpu);
void kvm_debug_enter(struct kvm_vcpu *vcpu);
void kvm_debug_exit(struct kvm_vcpu *vcpu);
void kvm_vcpu_set_mdcr(struct kvm_vcpu *vcpu);     /* vcpu.c */
int kvm_handle_sys_reg(struct kvm_vcpu *vcpu);     /* sys_regs.c */
void kvm_vcpu_wait(struct kvm_vcpu *vcpu);         /* handle_exit.c */
bool kvm_vcpu_has_work(struct kvm_vcpu *vcpu);     /* handle_exit.c: a wait is over */
int kvm_handle_guest_abort(struct kvm_vcpu *vcpu); /* guest_abort.c */
int user_mem_abort(struct kvm_vcpu *vcpu, ipa_t fault_ipa, struct kvm_memory_slot *slot,
                   hva_t hva); /* user_mem_abort.c */
int gmem_abort(struct kvm_vcpu *vcpu, ipa_t fault_ipa, struct kvm_memory_slot *slot);
int kvm_smccc_call_handler(struct kvm_vcpu *vcpu); /* smccc.c */
int kvm_psci_call(struct kvm_vcpu *vcpu);          /* psci.c */
/* True: the exit was one of the calls that need no KVM, and the guest goes on. */
bool kvm_smccc_fast_call(struct kvm_vcpu *vcpu, uint64_t esr);
/* x0, and x1..x3 zero unless they are kept. */
void kvm_smccc_set_retval(struct kvm_vcpu *vcpu, uint64_t x0, bool keep);

/* The filter's say about a call (smccc_filter.c). */
enum kvm_smccc_filter_action kvm_smccc_get_action(const struct kvm *kvm, uint32_t fid);
/* TRNG and vendor calls (smccc_services.c): false if fid is none of theirs. */
bool kvm_smccc_service(struct kvm_vcpu *vcpu, uint32_t fid, uint64_t result[4]);

/* --- interrupts (vgic_irq.c, vgic_v3.c) --- */

/* The VM has system registers of a GIC. */
bool kvm_has_vgic_v3(const struct kvm *kvm);
/* Whether one is pending for the vCPU and passes its priority mask. */
bool kvm_vgic_pending_irq(const struct kvm_vcpu *vcpu);
/*
 * The line of an SPI (vcpu NULL), or of a vCPU's PPI, changes. owner: the in-kernel device it
 * belongs to, NULL for user space. -EINVAL: no vGIC, no such interrupt.
 */
int kvm_vgic_inject_irq(struct kvm *kvm, struct kvm_vcpu *vcpu, unsigned intid, bool level,
                        const void *owner);
/* The guest's interrupt stands for the host's hwintid, and belongs to owner. */
void kvm_vgic_map_phys_irq(struct kvm_vcpu *vcpu, unsigned hwintid, unsigned intid,
                           const void *owner);
bool kvm_vgic_map_is_active(const struct kvm_vcpu *vcpu, unsigned intid);
/* A write of ICC_SGI1R_EL1, or without group 1 of ICC_SGI0R_EL1 or ICC_ASGI1R_EL1. */
void vgic_v3_dispatch_sgi(struct kvm_vcpu *vcpu, uint64_t value, bool allow_group1);
/* A trapped write of ICC_DIR_EL1. */
void vgic_v3_deactivate(struct kvm_vcpu *vcpu, uint64_t intid);
/* Before and after each run of the guest. */
void kvm_vgic_flush_hwstate(struct kvm_vcpu *vcpu);
void kvm_vgic_sync_hwstate(struct kvm_vcpu *vcpu);
/* The host takes the interrupts that are pending at the vCPU's PE (host_irq.c). */
void kvm_host_take_irqs(struct kvm_vcpu *vcpu);
/* SGI of the host that takes a CPU out of the guest (smp_send_reschedule). */
#define KVM_IPI_RESCHEDULE 0u
/* Something is pending for the vCPU: if it is in the guest, it comes out and sees it. */
void kvm_vcpu_kick(struct kvm_vcpu *vcpu);
void kvm_vgic_free(struct kvm *kvm);
void kvm_ioeventfds_free(struct kvm *kvm);
void kvm_smccc_filter_free(struct kvm *kvm);
/* The write hit an ioeventfd, or went into the coalesced ring. */
bool kvm_ioeventfd_write(struct kvm *kvm, uint64_t gpa, unsigned len, uint64_t value);
bool kvm_coalesced_write(struct kvm *kvm, uint64_t gpa, unsigned len, const void *data);
/* mark_page_dirty_in_slot: nothing in a slot without a log. */
void kvm_mark_page_dirty(struct kvm *kvm, struct kvm_memory_slot *slot, ipa_t gpa);

/* --- injection (inject.c) ------------------------------------------------------------------ */

int kvm_inject_sea(struct kvm_vcpu *vcpu, bool iabt, uint64_t addr); /* always 1 */
int kvm_inject_size_fault(struct kvm_vcpu *vcpu);
int kvm_inject_dabt_excl_atomic(struct kvm_vcpu *vcpu, uint64_t addr);
int kvm_inject_undefined(struct kvm_vcpu *vcpu);
/* A synchronous exception with that ESR_EL1, and no FAR_EL1. */
int kvm_inject_sync(struct kvm_vcpu *vcpu, uint64_t esr);
int kvm_inject_serror(struct kvm_vcpu *vcpu);
/* With the ISS given; now if it is not masked and the variant does so, else when it is unmasked. */
int kvm_inject_serror_esr(struct kvm_vcpu *vcpu, uint64_t iss);
/*
 * Around an entry with an SError pending: HCR_EL2.VSE and VSESR_EL2 are its own
 * (___activate_traps), and the CPU clears VSE when it takes it (___deactivate_traps).
 */
void kvm_serror_enter(struct kvm_vcpu *vcpu);
void kvm_serror_exit(struct kvm_vcpu *vcpu);

/*
 * Level of the stage-1 descriptor in the page at desc_page that a walk for va reads: 0..3, or
 * -EAGAIN when the walk reads none there (__kvm_find_s1_desc_level@7.2).
 */
int kvm_find_s1_desc_level(struct kvm_vcpu *vcpu, uint64_t va, ipa_t desc_page);

/* --- the syndrome, as KVM's accessors name its parts (asm/kvm_emulate.h)
 * -------------------------- */

static inline bool kvm_vcpu_trap_is_iabt(const struct kvm_vcpu *vcpu)
{
    return esr_ec(vcpu->fault.esr) == ESR_EC_IABT_LOW;
}
static inline bool kvm_vcpu_abt_iss1tw(const struct kvm_vcpu *vcpu)
{
    return field_get(vcpu->fault.esr, ESR_S1PTW);
}
static inline bool kvm_vcpu_trap_is_exec_fault(const struct kvm_vcpu *vcpu)
{
    return kvm_vcpu_trap_is_iabt(vcpu) && !kvm_vcpu_abt_iss1tw(vcpu);
}
static inline bool kvm_vcpu_dabt_isvalid(const struct kvm_vcpu *vcpu)
{
    return field_get(vcpu->fault.esr, ESR_ISV);
}
static inline bool kvm_vcpu_dabt_iswrite(const struct kvm_vcpu *vcpu)
{
    return field_get(vcpu->fault.esr, ESR_WNR);
}
static inline bool kvm_vcpu_dabt_is_cm(const struct kvm_vcpu *vcpu)
{
    return field_get(vcpu->fault.esr, ESR_CM);
}
static inline unsigned kvm_vcpu_dabt_get_as(const struct kvm_vcpu *vcpu)
{
    return 1u << field_get(vcpu->fault.esr, ESR_SAS);
}
static inline unsigned kvm_vcpu_dabt_get_rd(const struct kvm_vcpu *vcpu)
{
    return (unsigned)field_get(vcpu->fault.esr, ESR_SRT);
}
static inline bool kvm_vcpu_dabt_issext(const struct kvm_vcpu *vcpu)
{
    return field_get(vcpu->fault.esr, ESR_SSE);
}
static inline bool kvm_vcpu_dabt_issf(const struct kvm_vcpu *vcpu)
{
    return field_get(vcpu->fault.esr, ESR_SF);
}
static inline enum fsc_group kvm_vcpu_trap_get_fault(const struct kvm_vcpu *vcpu)
{
    return fsc_table[esr_fsc(vcpu->fault.esr)].group;
}
static inline bool kvm_vcpu_trap_is_permission_fault(const struct kvm_vcpu *vcpu)
{
    const struct fsc_desc *fsc = &fsc_table[esr_fsc(vcpu->fault.esr)];

    return fsc->name && fsc->group == FSC_PERMISSION;
}
/* Whether the access, or the walk's update of a descriptor, writes (kvm_is_write_fault). */
static inline bool kvm_is_write_fault(const struct kvm_vcpu *vcpu)
{
    if (kvm_vcpu_abt_iss1tw(vcpu))
        return kvm_vcpu_trap_is_permission_fault(vcpu);
    return !kvm_vcpu_trap_is_iabt(vcpu) && kvm_vcpu_dabt_iswrite(vcpu);
}

#endif
