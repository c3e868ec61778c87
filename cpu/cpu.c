/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The run loop of a guest's CPU: enter the guest, find out why the engine stopped, build the
 * syndrome, deliver to EL1 and go on, or to EL2 and return.
 */
#include "cpu/cpu.h"

#include <stdio.h>

#include "cpu/access.h"
#include "cpu/arch/descriptor.h"
#include "cpu/arch/esr.h"
#include "cpu/arch/pstate.h"
#include "cpu/debug_internal.h"
#include "cpu/engine.h"
#include "cpu/engine_words.h"
#include "cpu/execute.h"
#include "cpu/interrupt.h"
#include "cpu/quirks.h"
#include "cpu/syndrome.h"

/* Unicorn's numbers of the exceptions that reach us (QEMU's EXCP_ values). */
enum engine_exception {
    EXCEPTION_UDEF = 1, /* also trapped system registers and WFx */
    EXCEPTION_SVC = 2,
    EXCEPTION_DATA_ABORT = 4,
    EXCEPTION_BKPT = 7,
    EXCEPTION_HVC = 11,
    EXCEPTION_HYP_TRAP = 12, /* SMC with HCR_EL2.TSC */
    EXCEPTION_SMC = 13,
};

/* VSESR_EL2: the syndrome bits it gives a virtual SError, IDS and ISS. */
#define VSESR_ISS 0x1ffffffu
static const struct field MDCR_TDE = {8, 1}, MDSCR_SS = {0, 1};

/* LDRAA and LDRAB, with and without write-back (Arm ARM C4.1.94). */
#define LDRAA_MASK 0xff200400u
#define LDRAA_VALUE 0xf8200400u

/* A miss that no walk explains is retried this often before it is called a failure. */
#define STUCK_LIMIT 8
/* Returns of the engine in a row without an instruction or an exception between them. */
#define STALL_LIMIT 64

enum outcome {
    GOES_ON,
    LEAVES_SYNC,
    LEAVES_IRQ,
    LEAVES_FIQ,
    LEAVES_SERROR,
    LEAVES_PAUSE,
    LEAVES_LIMIT,
    LEAVES_FAILURE,
};

struct el2_regs *cpu_el2(struct cpu *cpu)
{
    return &cpu->el2;
}

unsigned cpu_index(const struct cpu *cpu)
{
    return cpu->index;
}

void cpu_set_pas(struct cpu *cpu, enum pas pas)
{
    cpu->tlb_stale |= cpu->mmu.regs.pas != pas;
    cpu->mmu.regs.pas = pas;
}

void cpu_set_budget(struct cpu *cpu, uint64_t instructions)
{
    uint64_t used = cpu->executed + cpu->el1_taken;

    cpu->budget_end = instructions > UINT64_MAX - used ? UINT64_MAX : used + instructions;
}

uint64_t cpu_budget_left(const struct cpu *cpu)
{
    uint64_t used = cpu->executed + cpu->el1_taken;

    return cpu->budget_end > used ? cpu->budget_end - used : 0;
}

bool cpu_out_of_budget(const struct cpu *cpu)
{
    return cpu_budget_left(cpu) == 0;
}

uint64_t cpu_instructions(const struct cpu *cpu)
{
    return cpu->executed;
}

const char *cpu_failure(const struct cpu *cpu)
{
    return cpu->failure;
}

void cpu_tlb_invalidate(struct cpu *cpu)
{
    cpu->tlb_stale = true;
    cpu->mmu_stale = true;
}

static bool at_el0(const struct cpu *cpu)
{
    return field_get(cpu->el2.spsr, PSTATE_M) == PSTATE_EL0T;
}

static struct trace *listener(struct cpu *cpu)
{
    struct trace *trace = cpu->engine->trace;

    return trace && trace->readers ? trace : NULL;
}

static enum world el2_world(const struct cpu *cpu)
{
    return cpu->mmu.regs.pas == PAS_REALM ? WORLD_RMM : WORLD_HOST;
}

/* --- delivery --- */

static enum outcome to_el1(struct cpu *cpu, uint64_t esr, const uint64_t *far)
{
    exception_take_el1(cpu, EL1_SYNC, esr, far);
    return GOES_ON;
}

static enum outcome to_el2(struct cpu *cpu, const struct syndrome *syndrome, uint32_t word)
{
    struct el2_regs *el2 = &cpu->el2;
    struct trace *trace = listener(cpu);

    el2->esr = syndrome->esr;
    el2->far = syndrome->far;
    if (syndrome->hpfar_valid)
        el2->hpfar = syndrome->hpfar;
    engine_drain(cpu);
    clock_charge(cpu->engine->clock, OP_EXCEPTION_ENTRY, 1);
    if (trace) {
        const uint64_t args[] = {el2->esr, el2->far, el2->hpfar, el2->elr, el2->spsr, word};

        trace_send(trace, EV_EL2_VECTOR, el2_world(cpu), args, sizeof(args) / sizeof(args[0]));
    }
    return LEAVES_SYNC;
}

static enum outcome trap_to_el2(struct cpu *cpu, const struct insn *insn)
{
    /* FAR_EL2 and HPFAR_EL2 keep what they hold. */
    struct syndrome syndrome = {.esr = syndrome_trap(insn), .far = cpu->el2.far};

    return to_el2(cpu, &syndrome, insn->word);
}

/* The EL a fault is taken to: what stage 2 or the GPT found goes to EL2, external aborts by TEA. */
static unsigned fault_target(const struct cpu *cpu, const struct fault *fault)
{
    switch (fault->kind) {
    case FAULT_GPF:
    case FAULT_GPF_WALK:
        return 2;
    case FAULT_EXTERNAL:
    case FAULT_EXTERNAL_WALK:
        return fault->stage == 2 || field_get(cpu->el2.hcr, HCR_TEA) ? 2 : 1;
    default:
        return fault->stage == 2 ? 2 : 1;
    }
}

static enum outcome take_abort(struct cpu *cpu, const struct insn *insn, const struct fault *fault)
{
    unsigned target = fault_target(cpu, fault);
    bool same_el = target == 1 && !at_el0(cpu);
    struct syndrome syndrome = insn ? syndrome_data_abort(insn, fault, target, same_el)
                                    : syndrome_insn_abort(fault, target, same_el);

    if (insn && cpu->mmu.quirks & CPU_QUIRK_CVAP_IS_LOAD && access_cleans_to_persistence(insn))
        syndrome.esr &= ~(field_mask(ESR_CM) | field_mask(ESR_WNR));
    engine_tlb_fault(cpu, fault);
    EMIT(listener(cpu), FAULT, GUEST, EVENT_STR(fault_kind_name(fault->kind)), fault->stage,
         (uint64_t)(int64_t)fault->level, fault->va.v, fault->ipa.v);
    return target == 2 ? to_el2(cpu, &syndrome, insn ? insn->word : 0)
                       : to_el1(cpu, syndrome.esr, &syndrome.far);
}

/* --- misses --- */

static enum outcome stuck(struct cpu *cpu)
{
    cpu->stuck = cpu->stuck_pc == cpu->el2.elr ? cpu->stuck + 1 : 1;
    cpu->stuck_pc = cpu->el2.elr;
    if (cpu->stuck < STUCK_LIMIT)
        return GOES_ON;
    snprintf(cpu->failure, sizeof(cpu->failure),
             "the instruction at 0x%016llx misses in the TLB, and no walk says why",
             (unsigned long long)cpu->el2.elr);
    return LEAVES_FAILURE;
}

static void tell_guest_step(struct cpu *cpu, const struct insn *insn, va_t va, unsigned size)
{
    struct trace *trace = listener(cpu);

    if (!trace)
        return;
    if (!insn)
        EMIT(trace, GUEST_FETCH, GUEST, cpu->el2.elr, 0, va.v, 4);
    else if (insn->cls == INSN_STORE || insn->cls == INSN_ZERO)
        EMIT(trace, GUEST_STORE, GUEST, cpu->el2.elr, insn->word, va.v, size);
    else
        EMIT(trace, GUEST_LOAD, GUEST, cpu->el2.elr, insn->word, va.v, size);
}

static enum outcome on_pc_alignment(struct cpu *cpu)
{
    uint64_t far = cpu->el2.elr;

    return to_el1(cpu, field_put(ESR_EC, ESR_EC_PC_ALIGN) | field_mask(ESR_IL), &far);
}

static enum outcome on_fetch_miss(struct cpu *cpu)
{
    va_t pc = VA(cpu->el2.elr);
    struct fault fault;
    uint32_t word;

    if (pc.v & 3) /* comes before any fault of the fetch */
        return on_pc_alignment(cpu);
    if (!access_fetch_faults(cpu, pc, &word, &fault, NULL))
        return stuck(cpu);
    tell_guest_step(cpu, NULL, pc, 4);
    if (listener(cpu))
        access_fetch_faults(cpu, pc, &word, &fault, listener(cpu));
    return take_abort(cpu, NULL, &fault);
}

static enum outcome data_abort(struct cpu *cpu, const struct insn *insn, struct fault *fault)
{
    if (gic_frame_access(cpu, insn, fault))
        return GOES_ON;
    if (listener(cpu)) {
        tell_guest_step(cpu, insn, access_address(cpu, insn), insn_bytes(insn));
        access_faults(cpu, insn, fault, listener(cpu));
    }
    return take_abort(cpu, insn, fault);
}

/* The engine checks no SP: an access is asked for it where it comes to us. */
static enum outcome on_sp_alignment(struct cpu *cpu, const struct insn *insn)
{
    tell_guest_step(cpu, insn, access_address(cpu, insn), insn_bytes(insn));
    return to_el1(cpu, field_put(ESR_EC, ESR_EC_SP_ALIGN) | field_mask(ESR_IL), NULL);
}

/*
 * LDRAA and LDRAB: authentication that fails leaves an error code in the pointer's upper bits (Arm
 * ARM, Auth()), and only the engine knows the result, by page.
 */
static bool authenticated_faults(struct cpu *cpu, const struct insn *insn, struct fault *fault)
{
    struct mmu_access access = {
        .type = ACCESS_READ, .el0 = at_el0(cpu), .pan = field_get(cpu->engine_pstate, PSTATE_PAN)};
    uint64_t low = access_address(cpu, insn).v & GRANULE_MASK;
    struct translation where;

    if ((insn->word & LDRAA_MASK) != LDRAA_VALUE)
        return false;
    return !mmu_translate(&cpu->mmu, VA((cpu->engine->miss.page & ~GRANULE_MASK) | low), access,
                          &where, fault, NULL);
}

static enum outcome on_data_miss(struct cpu *cpu)
{
    struct insn insn = cpu->engine->miss.insn;
    struct fault fault;
    uint32_t word;

    if (!cpu->engine->miss.decoded) {
        if (access_fetch_faults(cpu, VA(cpu->el2.elr), &word, &fault, NULL))
            return on_fetch_miss(cpu);
        insn_decode(word, &insn);
    }
    if (access_sp_misaligned(cpu, &insn))
        return on_sp_alignment(cpu, &insn);
    if (access_faults(cpu, &insn, &fault, NULL))
        return data_abort(cpu, &insn, &fault);
    if (!authenticated_faults(cpu, &insn, &fault))
        return stuck(cpu);
    tell_guest_step(cpu, &insn, fault.va, insn_bytes(&insn));
    return take_abort(cpu, &insn, &fault);
}

/* --- exceptions the engine raises --- */

static enum outcome not_modelled(struct cpu *cpu, uint64_t at, uint32_t word)
{
    snprintf(cpu->failure, sizeof(cpu->failure),
             "engine exception %d at 0x%016llx (0x%08x) is not modelled", cpu->engine->intno,
             (unsigned long long)at, word);
    return LEAVES_FAILURE;
}

static enum outcome on_address_translation(struct cpu *cpu, const struct insn *insn)
{
    struct fault fault;
    uint64_t par;

    if (access_address_translation(cpu, insn, &par, &fault, NULL)) {
        tell_guest_step(cpu, insn, access_address(cpu, insn), 0);
        if (listener(cpu))
            access_address_translation(cpu, insn, &par, &fault, listener(cpu));
        return take_abort(cpu, insn, &fault);
    }
    cpu_set_sysreg(cpu, SYSREG_PAR_EL1, par);
    execute_step_pc(cpu);
    return GOES_ON;
}

/* An SMC that EL2 lets pass goes to EL3 with x0..x17 and comes back behind the instruction. */
static enum outcome smc_to_el3(struct cpu *cpu, uint64_t at)
{
    const struct smc_port *el3 = &cpu->engine->el3;
    struct smc_regs regs;

    if (!el3->call)
        return to_el1(cpu, syndrome_undefined(), NULL);
    for (unsigned n = 0; n < SMC_REG_COUNT; n++)
        regs.x[n] = cpu_get_x(cpu, n);
    el3->call(el3->ctx, &regs);
    for (unsigned n = 0; n < SMC_REG_COUNT; n++)
        cpu_set_x(cpu, n, regs.x[n]);
    if (cpu->el2.elr == at) /* else the engine has counted it */
        engine_count_instruction(cpu, at);
    cpu->el2.elr = at + 4;
    return GOES_ON;
}

/* An instruction traps by itself: with what decided, for whoever listens. */
static void tell_instruction(struct cpu *cpu, uint64_t at, const struct insn *insn)
{
    struct trace *trace = listener(cpu);
    struct trap_context context;
    struct trap_cause cause;

    if (!trace || !trace->readers)
        return;
    context = engine_trap_context(cpu);
    cause = trap_cause(&context, insn);
    if (!cause.control) /* no table has it, nor has the engine */
        cause.control = TRAP_CAUSE_UNALLOCATED;
    EMIT(trace, GUEST_INSN, GUEST, at, insn->word, EVENT_STR(cause.control),
         (uint64_t)(int64_t)cause.bit);
}

/* Is the instruction at the PC one that its page's copy replaces? Then *pa is where it stands. */
static bool is_patched(struct cpu *cpu, pa_t *pa)
{
    struct mmu_access fetch = {.type = ACCESS_FETCH, .el0 = at_el0(cpu)};
    struct translation where;
    struct fault fault;

    if (!mmu_translate(&cpu->mmu, VA(cpu->el2.elr), fetch, &where, &fault, NULL))
        return false;
    *pa = where.pa;
    return code_pages_patched(cpu->engine->code, where.pa);
}

/*
 * The engine calls the instruction undefined: because it traps under the present controls, because
 * we asked to see it first (cpu/code_pages.h), because it is not in the engine, or because it is
 * undefined.
 */
static enum outcome on_undefined(struct cpu *cpu, const struct insn *insn)
{
    struct trap_context context = engine_trap_context(cpu);
    struct el2_regs *el2 = &cpu->el2;
    uint64_t esr = syndrome_undefined();
    struct fault fault;
    pa_t pa;

    if (cpu->engine->debugger && debugger_stops_at(cpu->engine->debugger, cpu))
        return GOES_ON; /* the next step stops there */
    switch (trap_decide(&context, insn, &esr)) {
    case TRAP_EL2:
        tell_instruction(cpu, el2->elr, insn);
        return to_el2(cpu, &(struct syndrome){.esr = esr, .far = el2->far}, insn->word);
    case TRAP_EL1:
    case TRAP_UNDEFINED:
        tell_instruction(cpu, el2->elr, insn);
        return to_el1(cpu, esr, NULL);
    case TRAP_EL3:
        return smc_to_el3(cpu, el2->elr);
    case TRAP_NONE:
        break;
    }
    if (insn->cls == INSN_SYSREG && execute_sysreg(cpu, insn))
        return GOES_ON;
    if (insn->cls == INSN_WFX && insn->wfx >= INSN_WFX_TIMED) { /* may end for no reason */
        execute_step_pc(cpu);
        return GOES_ON;
    }
    if (insn->at)
        return on_address_translation(cpu, insn);
    if (access_sp_misaligned(cpu, insn))
        return on_sp_alignment(cpu, insn);
    if (insn_is_memory(insn) && access_faults(cpu, insn, &fault, NULL))
        return data_abort(cpu, insn, &fault);
    if (!cpu->engine->was_lifted && is_patched(cpu, &pa) && !engine_word_is_fatal(insn->word)) {
        if (insn_is_memory(insn) && !engine_tlb_access_by(cpu, insn))
            return GOES_ON;
        if (!execute_access(cpu, insn))
            engine_step_over(cpu, pa);
        return GOES_ON;
    }
    tell_instruction(cpu, el2->elr, insn);
    return to_el1(cpu, esr, NULL);
}

/* SVC and HVC leave the PC behind the instruction, as in the architecture; an SMC to EL3 too. */
static bool is_behind(int number)
{
    return number == EXCEPTION_SVC || number == EXCEPTION_HVC || number == EXCEPTION_SMC;
}

static enum outcome on_exception(struct cpu *cpu)
{
    struct el2_regs *el2 = &cpu->el2;
    int number = cpu->engine->intno;
    bool behind = is_behind(number);
    uint64_t at = el2->elr - (behind ? 4 : 0);
    struct fault fault;
    struct insn insn;
    uint32_t word;

    if (access_fetch_faults(cpu, VA(at), &word, &fault, NULL))
        return on_fetch_miss(cpu);
    insn_decode(word, &insn);
    if (number == EXCEPTION_UDEF)
        return on_undefined(cpu, &insn);
    if (number == EXCEPTION_DATA_ABORT && access_sp_misaligned(cpu, &insn))
        return on_sp_alignment(cpu, &insn);
    if (number == EXCEPTION_DATA_ABORT) /* exclusives and atomics: the engine checks alignment */
        return access_faults(cpu, &insn, &fault, NULL) ? data_abort(cpu, &insn, &fault)
                                                       : not_modelled(cpu, at, word);
    tell_instruction(cpu, at, &insn);
    switch (number) {
    case EXCEPTION_BKPT:
        if (field_get(el2->mdcr, MDCR_TDE))
            return trap_to_el2(cpu, &insn);
        return to_el1(cpu, syndrome_trap(&insn), NULL);
    case EXCEPTION_SVC:
        return to_el1(cpu, syndrome_trap(&insn), NULL);
    case EXCEPTION_HVC:
        return trap_to_el2(cpu, &insn);
    case EXCEPTION_HYP_TRAP:
    case EXCEPTION_SMC:
        return field_get(el2->hcr, HCR_TSC) ? trap_to_el2(cpu, &insn) : smc_to_el3(cpu, at);
    default:
        return not_modelled(cpu, at, word);
    }
}

/* --- asynchronous exceptions --- */

void cpu_set_line(struct cpu *cpu, enum cpu_line line, bool level)
{
    cpu->lines = (cpu->lines & ~(1u << line)) | (unsigned)level << line;
}

bool cpu_line_pending(const struct cpu *cpu)
{
    return cpu->lines != 0 || gic_signals(&cpu->gic);
}

static enum outcome leave_by(struct cpu *cpu, enum outcome outcome)
{
    static const char *const names[] = {
        [LEAVES_IRQ] = "irq", [LEAVES_FIQ] = "fiq", [LEAVES_SERROR] = "serror"};
    struct trace *trace = listener(cpu);

    engine_drain(cpu);
    clock_charge(cpu->engine->clock, OP_EXCEPTION_ENTRY, 1);
    if (trace) {
        const uint64_t args[] = {EVENT_STR(names[outcome]), cpu->el2.elr, cpu->el2.spsr};

        trace_send(trace, EV_EL2_INTERRUPT, el2_world(cpu), args, sizeof(args) / sizeof(args[0]));
    }
    return outcome;
}

static enum outcome on_interrupt(struct cpu *cpu, enum interrupt interrupt)
{
    uint64_t esr;

    switch (interrupt) {
    case INTERRUPT_EL2_FIQ:
        return leave_by(cpu, LEAVES_FIQ);
    case INTERRUPT_EL2_IRQ:
        return leave_by(cpu, LEAVES_IRQ);
    case INTERRUPT_EL2_SERROR:
        cpu_set_line(cpu, CPU_LINE_SERROR, false); /* an event, not a level */
        cpu->el2.esr = field_put(ESR_EC, ESR_EC_SERROR) | field_mask(ESR_IL);
        return leave_by(cpu, LEAVES_SERROR);
    case INTERRUPT_VFIQ:
        exception_take_el1(cpu, EL1_FIQ, 0, NULL);
        return GOES_ON;
    case INTERRUPT_VIRQ:
        exception_take_el1(cpu, EL1_IRQ, 0, NULL);
        return GOES_ON;
    case INTERRUPT_VSERROR: /* taking it clears VSE (Arm ARM D19.2, HCR_EL2.VSE) */
        cpu->el2.hcr &= ~field_mask(HCR_VSE);
        esr = field_put(ESR_EC, ESR_EC_SERROR) | field_mask(ESR_IL) | (cpu->el2.vsesr & VSESR_ISS);
        exception_take_el1(cpu, EL1_SERROR, esr, NULL);
        return GOES_ON;
    case INTERRUPT_NONE:
        break;
    }
    return GOES_ON;
}

/* --- the loop --- */

/* Is what stopped the engine the doing of the instruction at the PC, which is yet to be counted? */
static bool at_pc(const struct cpu *cpu, enum engine_stop why)
{
    return why == STOP_MISS || (why == STOP_EXCEPTION && !is_behind(cpu->engine->intno));
}

static void ask_debugger(struct cpu *cpu)
{
    if (debugger_before_instruction(cpu->engine->debugger, cpu))
        cpu->engine->count = 1;
    engine_set_pstate(cpu, cpu->el2.spsr);
}

static enum outcome step(struct cpu *cpu)
{
    struct clock *clock = cpu->engine->clock;
    enum interrupt interrupt;
    enum engine_stop why;

    engine_charge(cpu);
    if (cpu_out_of_budget(cpu))
        return LEAVES_LIMIT;
    clock_run_events(clock);
    if (clock_is_to_pause(clock))
        return LEAVES_PAUSE;
    interrupt = interrupt_next(cpu, cpu->el2.spsr);
    if (interrupt != INTERRUPT_NONE)
        return on_interrupt(cpu, interrupt);
    engine_set_pstate(cpu, cpu->el2.spsr);
    if (cpu->engine->debugger)
        ask_debugger(cpu);
    why = engine_execute(cpu, &cpu->el2.elr);
    cpu->el2.spsr = cpu->engine_pstate;
    engine_charge(cpu);
    if (cpu_out_of_budget(cpu) && at_pc(cpu, why))
        return LEAVES_LIMIT;
    if (clock_event_is_due(clock) && at_pc(cpu, why))
        return GOES_ON; /* it comes before that instruction */
    switch (why) {
    case STOP_MISS:
        return cpu->engine->miss.type == ACCESS_FETCH ? on_fetch_miss(cpu) : on_data_miss(cpu);
    case STOP_EXCEPTION:
        return on_exception(cpu);
    case STOP_WX:
        return engine_change_wx(cpu, cpu->el2.elr) ? GOES_ON : LEAVES_FAILURE;
    case STOP_WALK:
    case STOP_EVENT:
    case STOP_DEBUGGER:
    case STOP_INTERRUPT: /* the next step takes it */
        return GOES_ON;
    case STOP_CHAOS:
        engine_forget_something(cpu);
        return GOES_ON;
    case STOP_CONTROLS:
        engine_refresh_controls(cpu);
        return GOES_ON;
    case STOP_PC_ALIGNMENT:
        return on_pc_alignment(cpu);
    case STOP_BUDGET:
        return LEAVES_LIMIT;
    case STOP_NEAR_LINE:
        cpu->engine->count = engine_instructions_left(cpu);
        cpu->engine->code_stale = true; /* code translated to be counted is other code */
        return GOES_ON;
    case STOP_IDLE: /* WFI that is not trapped may complete at any time (Arm ARM D1.6) */
        return GOES_ON;
    case STOP_FAILURE:
    case STOP_NONE:
        break;
    }
    return LEAVES_FAILURE;
}

/* As step; whatever the engine does, a run ends. */
static enum outcome guarded_step(struct cpu *cpu)
{
    uint64_t before = cpu->executed + cpu->el1_taken;
    enum outcome outcome = step(cpu);

    if (outcome != GOES_ON || cpu->executed + cpu->el1_taken != before) {
        cpu->stalled = 0;
        return outcome;
    }
    if (++cpu->stalled < STALL_LIMIT)
        return GOES_ON;
    snprintf(cpu->failure, sizeof(cpu->failure), "the engine does not get past 0x%016llx",
             (unsigned long long)cpu->el2.elr);
    return LEAVES_FAILURE;
}

/* The owner writes el2_regs directly; what it changed must reach the walker and the TLB. */
static void notice_el2_changes(struct cpu *cpu)
{
    const struct mmu_regs *seen = &cpu->mmu.regs;

    if (seen->vttbr_el2 == cpu->el2.vttbr && seen->vtcr_el2 == cpu->el2.vtcr &&
        seen->hcr_el2 == cpu->el2.hcr)
        return;
    cpu_tlb_invalidate(cpu);
}

/* --- software step (Arm ARM D2.12): of EL2's debugger alone, which routes it by MDCR_EL2.TDE ---
 */

static bool steps(const struct cpu *cpu)
{
    return field_get(cpu->el2.mdcr, MDCR_TDE) &&
           field_get(cpu_get_sysreg((struct cpu *)(uintptr_t)cpu, SYSREG_MDSCR_EL1), MDSCR_SS);
}

static bool next_is_load_exclusive(struct cpu *cpu)
{
    struct fault fault = {0};
    struct insn insn;
    uint32_t word;

    if (access_fetch_faults(cpu, VA(cpu->el2.elr), &word, &fault, NULL))
        return false;
    insn_decode(word, &insn);
    return insn.cls == INSN_LOAD && insn.exclusive;
}

static enum outcome on_software_step(struct cpu *cpu, bool stepped, bool exclusive)
{
    struct syndrome syndrome = {
        .esr = field_put(ESR_EC, ESR_EC_SOFTSTP_LOW) | field_put(ESR_IL, 1) |
               field_put(ESR_SS_ISV, stepped) | field_put(ESR_SS_EX, exclusive) |
               field_put(ESR_FSC, ESR_FSC_DEBUG),
        .far = cpu->el2.far,
    };

    return to_el2(cpu, &syndrome, 0);
}

/* Active-not-pending: one instruction, or one exception to EL1, and the step exception after it. */
static enum outcome single_step(struct cpu *cpu)
{
    uint64_t end = cpu->budget_end, used = cpu->executed + cpu->el1_taken;
    bool exclusive = next_is_load_exclusive(cpu), done;
    enum outcome outcome;

    if (end > used)
        cpu->budget_end = used + 1;
    do
        outcome = guarded_step(cpu);
    while (outcome == GOES_ON);
    cpu->budget_end = end;
    /* SSAdvance: what was not executed is still to be stepped; HVC was */
    done = cpu->executed + cpu->el1_taken > used ||
           (outcome == LEAVES_SYNC && esr_ec(cpu->el2.esr) == ESR_EC_HVC64);
    cpu->el2.spsr = (cpu->el2.spsr & ~field_mask(PSTATE_SS)) | field_put(PSTATE_SS, !done);
    return outcome == LEAVES_LIMIT && done ? on_software_step(cpu, true, exclusive) : outcome;
}

static enum outcome run_until_exit(struct cpu *cpu)
{
    enum outcome outcome;

    if (steps(cpu))
        return field_get(cpu->el2.spsr, PSTATE_SS) ? single_step(cpu)
                                                   : on_software_step(cpu, false, false);
    do
        outcome = guarded_step(cpu);
    while (outcome == GOES_ON);
    return outcome;
}

static void exception_return(struct cpu *cpu)
{
    struct trace *trace = listener(cpu);

    clock_charge(cpu->engine->clock, OP_ERET, 1);
    if (trace) {
        const uint64_t args[] = {cpu->el2.elr, cpu->el2.spsr};

        trace_send(trace, EV_ERET, el2_world(cpu), args, sizeof(args) / sizeof(args[0]));
    }
}

enum cpu_exit cpu_run(struct cpu *cpu)
{
    enum outcome outcome;

    engine_load(cpu);
    notice_el2_changes(cpu);
    gic_refresh(cpu);
    engine_refresh_controls(cpu);
    /* An exception return clears it (Arm ARM D1.4.4); in a pause another CPU may have written
     * there. */
    cpu->monitor.armed = false;
    if (!cpu->paused)
        exception_return(cpu);
    outcome = run_until_exit(cpu);
    cpu->paused = outcome == LEAVES_PAUSE;
    switch (outcome) {
    case LEAVES_SYNC:
        return CPU_EXIT_SYNC;
    case LEAVES_IRQ:
        return CPU_EXIT_IRQ;
    case LEAVES_FIQ:
        return CPU_EXIT_FIQ;
    case LEAVES_SERROR:
        return CPU_EXIT_SERROR;
    case LEAVES_PAUSE:
        return CPU_EXIT_PAUSE;
    case LEAVES_LIMIT:
        return CPU_EXIT_LIMIT;
    default:
        return CPU_EXIT_FAILURE;
    }
}
