/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events are the product: each step a floor takes is one of these, typed and stamped with a cycle.
 * The table on the terminal, recorded traces and a scenario's expectations all read the same
 * events.
 *
 * EVENT_TABLE is the one declaration: kind, name (a path step in a scenario has this name), its
 * fields and what it means. With no reader an event costs a predictable branch.
 */
#ifndef CPU_EVENT_H
#define CPU_EVENT_H

#include "cpu/clock.h"
#include "cpu/types.h"

#define EVENT_MAX_ARGS 8

enum event_field_type {
    EVENT_FIELD_END, /* no more fields */
    EVENT_FIELD_HEX, /* 64-bit, 0x and 16 digits */
    EVENT_FIELD_U32, /* an instruction word: 0x and 8 digits */
    EVENT_FIELD_DEC, /* signed decimal */
    EVENT_FIELD_BOOL,
    EVENT_FIELD_STR, /* a const char * that outlives the machine, cast through uintptr_t */
};

struct event_field {
    const char *name;
    enum event_field_type type;
};

#define H(n)                                                                                       \
    {                                                                                              \
#n, EVENT_FIELD_HEX                                                                        \
    }
#define U(n)                                                                                       \
    {                                                                                              \
#n, EVENT_FIELD_U32                                                                        \
    }
#define D(n)                                                                                       \
    {                                                                                              \
#n, EVENT_FIELD_DEC                                                                        \
    }
#define B(n)                                                                                       \
    {                                                                                              \
#n, EVENT_FIELD_BOOL                                                                       \
    }
#define S(n)                                                                                       \
    {                                                                                              \
#n, EVENT_FIELD_STR                                                                        \
    }
/* X(enumerator, name, doc, fields...) in the order a trap meets them */
#define EVENT_TABLE(X)                                                                             \
    /* the guest's own step, told when it traps */                                                 \
    X(GUEST_LOAD, guest_load, "a load that trapped", H(pc), U(insn), H(va), D(size))               \
    X(GUEST_STORE, guest_store, "a store that trapped", H(pc), U(insn), H(va), D(size))            \
    X(GUEST_FETCH, guest_fetch, "an instruction fetch that trapped", H(pc), U(insn), H(va),        \
      D(size))                                                                                     \
    X(GUEST_INSN, guest_insn, "an instruction that trapped by itself", H(pc), U(insn), S(cause),   \
      D(bit))                                                                                      \
    /* each instruction and what it did, if the run records that */                                \
    X(INSTRUCTION, instruction, "an instruction is reached", H(pc), U(insn), H(pstate))            \
    X(REG_WRITE, reg_write, "it changed a register", S(reg), H(value))                             \
    X(MEM_READ, mem_read, "it read memory", H(va), H(pa), D(size), H(value))                       \
    X(MEM_WRITE, mem_write, "it wrote memory", H(va), H(pa), D(size), H(value))                    \
    /* cpu */                                                                                      \
    X(WALK_STEP, walk_step, "one descriptor read of a walk", D(stage), D(level), H(at), H(desc))   \
    X(S1_WALK, s1_walk, "a stage-1 translation", H(va), H(ipa), D(level), S(result))               \
    X(S2_WALK, s2_walk, "a stage-2 translation", H(ipa), H(pa), D(level), S(result), B(s1ptw))     \
    X(FAULT, fault, "what the walk or the access found wrong", S(kind), D(stage), D(level), H(va), \
      H(ipa))                                                                                      \
    X(EL1_VECTOR, el1_vector, "exception taken to EL1", H(esr), H(far), H(elr), H(spsr),           \
      H(vector))                                                                                   \
    X(EL2_VECTOR, el2_vector, "exception taken to EL2 or R-EL2", H(esr), H(far), H(hpfar), H(elr), \
      H(spsr), U(insn))                                                                            \
    X(EL2_INTERRUPT, el2_interrupt, "a physical interrupt is taken to EL2 or R-EL2", S(line),      \
      H(elr), H(spsr))                                                                             \
    X(ERET, eret, "the guest goes on", H(pc), H(spsr))                                             \
    X(TIMER_FIRE, timer_fire, "a timer's condition is met", S(timer), D(intid), H(cval), H(count)) \
    X(ICV_IAR, icv_iar, "the guest acknowledges an interrupt", D(intid), D(group), D(priority))    \
    X(ICV_EOIR, icv_eoir, "the guest ends an interrupt", D(intid), D(group), D(priority))          \
    X(ICV_DEACTIVATE, icv_deactivate, "an interrupt is deactivated", D(intid), B(hw), D(pintid))   \
    /* rmm_model: R-EL2 */                                                                         \
    X(RMM_HANDLE_EXCEPTION, rmm_handle_exception, "the RMM takes a realm's exception", H(esr),     \
      H(far), H(hpfar))                                                                            \
    X(RMM_INJECT_SEA, rmm_inject_sea, "the RMM injects an external abort", H(esr_el1), H(far_el1), \
      H(elr_el1), H(vector))                                                                       \
    X(RMM_INJECT_UNDEF, rmm_inject_undef, "the RMM injects an undefined exception", H(elr_el1),    \
      H(vector))                                                                                   \
    X(RSI, rsi, "an RSI or PSCI call the RMM answered", H(fid), H(x1), H(x0))                      \
    X(REC_EXIT_DATA_ABORT, rec_exit_data_abort, "a data abort is shown to the host", H(ipa),       \
      B(emulatable))                                                                               \
    X(REC_EXIT, rec_exit, "the REC exit as the host will read it", S(reason), H(esr), H(far),      \
      H(hpfar), H(gpr0))                                                                           \
    X(REC_EXIT_CALL, rec_exit_call, "what a call of the realm passes to the host", D(imm),         \
      H(gpr1), H(gpr2), H(gpr3), H(gpr4), H(gpr5), H(gpr6), H(gpr7))                               \
    X(REC_EXIT_RIPAS, rec_exit_ripas, "the RIPAS change the realm asks for", H(ripas_base),        \
      H(ripas_top), D(ripas_value))                                                                \
    X(REC_EXIT_TIMERS, rec_exit_timers, "the realm's timers as the exit shows them", H(cntp_ctl),  \
      H(cntp_cval), H(cntv_ctl), H(cntv_cval))                                                     \
    X(SMC_REC_ENTER, smc_rec_enter, "RMI_REC_ENTER: the host's answer arrives", H(rec), H(run),    \
      H(flags), H(gpr0))                                                                           \
    X(COMPLETE_MMIO_EMULATION, complete_mmio_emulation, "the RMM finishes the access", D(rt),      \
      H(value), B(sign_extend), H(pc))                                                             \
    X(COMPLETE_SEA_INSERTION, complete_sea_insertion,                                              \
      "the RMM injects the abort the host asked "                                                  \
      "for",                                                                                       \
      H(esr_el1), H(far_el1), H(elr_el1), H(vector))                                               \
    X(RMI, rmi, "an RMI command, other than REC_ENTER, and its result", S(command), H(x1), H(x2),  \
      H(x3), H(x4), H(x0))                                                                         \
    X(RMM_BOOT, rmm_boot, "EL3 started the RMM", H(version), H(shared), B(attests), H(status))     \
    X(GPF, gpf, "the GPT refuses an access of the RMM", H(pa), S(pas))                             \
    /* rmm_model: EL3 */                                                                           \
    X(MONITOR_SMC, monitor_smc, "EL3 routes an SMC", H(fid), S(from), S(to))                       \
    X(MONITOR_SMC_RETURN, monitor_smc_return, "EL3 returns to the caller's world", H(x0), S(to))   \
    X(GPT_SET, gpt_set, "EL3 moves a granule to another PAS", H(pa), S(from), S(to))               \
    /* kvm_model */                                                                                \
    X(KVM_HANDLE_EXIT, kvm_handle_exit, "KVM's exit dispatch", S(exit), H(esr), S(ec))             \
    X(HANDLE_REC_EXIT, handle_rec_exit, "KVM's dispatch of a REC exit", H(ret), S(reason), H(esr)) \
    X(KVM_HANDLE_GUEST_ABORT, kvm_handle_guest_abort, "a stage-2 abort", H(esr), H(hxfar), H(ipa), \
      H(pc))                                                                                       \
    X(USER_MEM_ABORT, user_mem_abort, "memory is found and mapped", H(ipa), B(write), B(exec),     \
      H(size), H(pa))                                                                              \
    X(HOST_FAULT, host_fault, "the host's own page fault", H(hva), B(write), S(kind), H(pa))       \
    X(HOST_INVALIDATE, host_invalidate, "an MMU notifier: pages of the VMM go or change", H(hva),  \
      H(size), D(seq))                                                                             \
    X(MMU_RETRY, mmu_retry, "what was looked up is stale: the guest faults again", H(ipa), D(seq)) \
    X(HOST_SIGBUS, host_sigbus, "SIGBUS: the page is poisoned", H(hva), D(lsb))                    \
    X(STAGE2_MAP, stage2_map, "a leaf is written", H(ipa), H(pa), H(size), D(level), S(perm),      \
      S(attr), B(replaced))                                                                        \
    X(STAGE2_RELAX, stage2_relax, "a leaf gets permissions", H(ipa), D(level), S(perm))            \
    X(STAGE2_SPLIT, stage2_split, "a table takes the place of a block", H(ipa), H(size), D(level)) \
    X(STAGE2_WRPROTECT, stage2_wrprotect, "leaves lose the permission to write", H(ipa), H(size))  \
    X(STAGE2_YOUNG, stage2_young, "the access flag is set", H(ipa), D(level))                      \
    X(STAGE2_AGE, stage2_age, "access flags are looked at", H(ipa), H(size), B(young), B(clear))   \
    X(STAGE2_UNMAP, stage2_unmap, "a range is unmapped", H(ipa), H(size))                          \
    X(STAGE2_TLBI, stage2_tlbi, "TLB invalidation by IPA", S(what), H(ipa), H(size), D(level))     \
    X(CACHE_MAINTENANCE, cache_maintenance, "by address, for the guest", S(what), H(pa), H(size))  \
    X(HOST_ACTION, host_action, "the scenario's host does something to memory", S(action), H(gpa), \
      H(size), D(ret))                                                                             \
    X(DIRTY_PAGE, dirty_page, "the dirty log notes a page", H(gpa))                                \
    X(IO_MEM_ABORT, io_mem_abort, "an access outside the memslots", H(ipa), B(isv), B(is_write),   \
      D(len), D(rt))                                                                               \
    X(KVM_IO_BUS_READ, kvm_io_bus_read, "the in-kernel bus is asked", H(gpa), D(len), B(handled),  \
      H(value), S(result))                                                                         \
    X(KVM_IO_BUS_WRITE, kvm_io_bus_write, "the in-kernel bus is offered a write", H(gpa), D(len),  \
      B(handled), H(value), S(result))                                                             \
    X(KVM_HANDLE_MMIO_RETURN, kvm_handle_mmio_return, "KVM completes the access", D(rt), D(len),   \
      H(value))                                                                                    \
    X(HOST_IRQ, host_irq, "the host takes its interrupt", D(intid))                                \
    X(KVM_TIMER_UPDATE_IRQ, kvm_timer_update_irq, "a guest timer's line changes", D(vcpu),         \
      D(intid), B(level))                                                                          \
    X(KVM_IRQ_LINE, kvm_irq_line, "user space drives a vCPU's own input: 0 IRQ, 1 FIQ", D(vcpu),   \
      D(line), B(level))                                                                           \
    X(VGIC_UPDATE_IRQ_PENDING, vgic_update_irq_pending, "an interrupt is injected into the vGIC",  \
      D(vcpu), D(intid), B(level))                                                                 \
    X(VGIC_POPULATE_LR, vgic_populate_lr, "an interrupt gets a list register", D(lr), D(intid),    \
      S(state), H(value))                                                                          \
    X(KVM_INJECT, kvm_inject, "KVM injects an exception", S(what), H(far))                         \
    X(KVM_SMCCC, kvm_smccc, "KVM answers an SMCCC call", H(fid), H(x0))                            \
    X(EXIT_TO_VMM, exit_to_vmm, "KVM_RUN returns", S(reason), H(phys_addr), D(len), B(is_write),   \
      H(data), D(ret))                                                                             \
    X(KVM_RUN, kvm_run, "the VMM calls KVM_RUN", D(vcpu))                                          \
    X(SCHED_SWITCH, sched_switch, "the host's CPU goes to another vCPU's thread", D(from), D(to))  \
    X(STIMULUS, stimulus, "something happens from outside", D(number), S(what), D(ret))            \
    X(HOSTILE_ACTION, hostile_action, "a step of a hostile host's policy", D(step), S(action),     \
      B(called), H(x0))                                                                            \
    /* kvm_model/vmm */                                                                            \
    X(ADDRESS_SPACE_RW, address_space_rw, "the VMM looks the address up", H(addr), D(len),         \
      B(is_write))                                                                                 \
    X(VMM_HANDLE, vmm_handle, "a device answers", S(device), H(offset), D(len), B(is_write),       \
      H(value), S(result))                                                                         \
    X(VMM_SCRIPT, vmm_script, "the VMM does what its script says", S(action), H(value), D(ret))    \
    /* the tool */                                                                                 \
    X(END, end, "the run is over", S(reason), H(detail))

enum event_kind {
#define X(id, name, doc, ...) EV_##id,
    EVENT_TABLE(X)
#undef X
        EV_COUNT
};

struct event_desc {
    const char *name;
    const char *doc;
    struct event_field fields[EVENT_MAX_ARGS + 1]; /* ends with EVENT_FIELD_END */
};

/* One row per kind, indexed by it. */
extern const struct event_desc event_table[EV_COUNT];

struct event {
    enum event_kind kind;
    enum world world; /* who acts */
    unsigned vcpu;
    cycles_t cycle;
    uint64_t args[EVENT_MAX_ARGS]; /* as the table's fields say; the rest 0 */
};

typedef void event_reader(void *ctx, const struct event *event);

#define TRACE_MAX_READERS 8

/* The one trace interface: floors emit to it, the tool's readers listen. */
struct trace {
    const struct clock *clock;
    unsigned vcpu; /* whose run is going on */
    unsigned readers;
    struct {
        event_reader *fn;
        void *ctx;
    } reader[TRACE_MAX_READERS];
};

/* false when TRACE_MAX_READERS listen already. */
bool trace_add_reader(struct trace *trace, event_reader *fn, void *ctx);
void trace_send(struct trace *trace, enum event_kind kind, enum world world, const uint64_t *args,
                size_t count);

/* Number of fields of a kind. */
unsigned event_field_count(enum event_kind kind);
/* Kind with that name, or EV_COUNT. */
enum event_kind event_by_name(const char *name);
/* The argument named field of an event of that kind; 0 when the kind has no such field. */
uint64_t event_arg(const struct event *event, const char *field);

#define EVENT_STR(s) ((uint64_t)(uintptr_t)(s))

/* EMIT(trace, KIND, WORLD, args...): args are evaluated only if somebody listens; trace may be
 * NULL. */
#define EMIT(trace_, kind_, world_, ...)                                                           \
    do {                                                                                           \
        struct trace *emit_to = (trace_);                                                          \
        if (emit_to && emit_to->readers) {                                                         \
            const uint64_t emit_args[] = {__VA_ARGS__};                                            \
            trace_send(emit_to, EV_##kind_, WORLD_##world_, emit_args,                             \
                       sizeof(emit_args) / sizeof(emit_args[0]));                                  \
        }                                                                                          \
    } while (0)

#ifndef EVENT_TABLE_FIELDS
#undef H
#undef U
#undef D
#undef B
#undef S
#endif

#endif
