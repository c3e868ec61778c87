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
#include "cpu/engine.h"
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

/* A miss that no walk explains is retried this often before it is called a failure. */
#define STUCK_LIMIT 8

enum outcome { GOES_ON, LEAVES_SYNC, LEAVES_LIMIT, LEAVES_FAILURE };

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

bool cpu_out_of_budget(const struct cpu *cpu)
{
    return cpu->executed + cpu->el1_taken >= cpu->budget_end;
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

/* --- delivery
 * -------------------------------------------------------------------------------------- */

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

/* The exception level a fault is taken to: stage 2 and granule protection to EL2, the rest to EL1.
 */
static unsigned fault_target(const struct fault *fault)
{
    return fault->stage == 2 || fault->kind == FAULT_GPF || fault->kind == FAULT_GPF_WALK ? 2 : 1;
}

static enum outcome take_abort(struct cpu *cpu, const struct insn *insn, const struct fault *fault)
{
    unsigned target = fault_target(fault);
    bool same_el = target == 1 && !at_el0(cpu);
    struct syndrome syndrome = insn ? syndrome_data_abort(insn, fault, target, same_el)
                                    : syndrome_insn_abort(fault, target, same_el);

    clock_charge(cpu->engine->clock, OP_WALK_LEVEL, fault->reads);
    EMIT(listener(cpu), FAULT, GUEST, EVENT_STR(fault_kind_name(fault->kind)), fault->stage,
         (uint64_t)(int64_t)fault->level, fault->va.v, fault->ipa.v);
    return target == 2 ? to_el2(cpu, &syndrome, insn ? insn->word : 0)
                       : to_el1(cpu, syndrome.esr, &syndrome.far);
}

/* --- misses ------------------------------------------------------------------------------------
 */

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

static enum outcome on_fetch_miss(struct cpu *cpu)
{
    va_t pc = VA(cpu->el2.elr);
    struct fault fault;
    uint32_t word;

    if (!access_fetch_faults(cpu, pc, &word, &fault, NULL))
        return stuck(cpu);
    tell_guest_step(cpu, NULL, pc, 4);
    if (listener(cpu))
        access_fetch_faults(cpu, pc, &word, &fault, listener(cpu));
    return take_abort(cpu, NULL, &fault);
}

static enum outcome on_data_miss(struct cpu *cpu)
{
    struct fault fault;
    struct insn insn;
    uint32_t word;

    if (access_fetch_faults(cpu, VA(cpu->el2.elr), &word, &fault, NULL))
        return on_fetch_miss(cpu);
    insn_decode(word, &insn);
    if (!access_faults(cpu, &insn, &fault, NULL))
        return stuck(cpu);
    tell_guest_step(cpu, &insn, access_address(cpu, &insn), insn_bytes(&insn));
    if (listener(cpu))
        access_faults(cpu, &insn, &fault, listener(cpu));
    return take_abort(cpu, &insn, &fault);
}

/* --- exceptions the engine raises ----------------------------------------------------------------
 */

static enum outcome undefined(struct cpu *cpu)
{
    return to_el1(cpu, syndrome_undefined(), NULL);
}

static bool traps_wfx(const struct cpu *cpu, const struct insn *insn)
{
    bool wfe = insn->wfx & 1;

    return field_get(cpu->el2.hcr, wfe ? HCR_TWE : HCR_TWI);
}

static enum outcome on_exception(struct cpu *cpu)
{
    struct el2_regs *el2 = &cpu->el2;
    int number = cpu->engine->intno;
    /* SVC and HVC leave the PC behind the instruction; so does the architecture. */
    bool behind = number == EXCEPTION_SVC || number == EXCEPTION_HVC;
    uint64_t at = el2->elr - (behind ? 4 : 0);
    struct fault fault;
    struct insn insn;
    uint32_t word;

    if (access_fetch_faults(cpu, VA(at), &word, &fault, NULL))
        return on_fetch_miss(cpu);
    insn_decode(word, &insn);
    if (number == EXCEPTION_DATA_ABORT && access_faults(cpu, &insn, &fault, NULL)) {
        tell_guest_step(cpu, &insn, fault.va, insn_bytes(&insn));
        return take_abort(cpu, &insn, &fault);
    }
    EMIT(listener(cpu), GUEST_INSN, GUEST, at, word);
    switch (number) {
    case EXCEPTION_SVC:
    case EXCEPTION_BKPT:
        return to_el1(cpu, syndrome_trap(&insn), NULL);
    case EXCEPTION_HVC:
        return trap_to_el2(cpu, &insn);
    case EXCEPTION_HYP_TRAP:
    case EXCEPTION_SMC:
        if (field_get(el2->hcr, HCR_TSC))
            return trap_to_el2(cpu, &insn);
        return undefined(cpu);
    case EXCEPTION_UDEF:
        if (insn.cls == INSN_WFX && traps_wfx(cpu, &insn))
            return trap_to_el2(cpu, &insn);
        return undefined(cpu);
    default:
        snprintf(cpu->failure, sizeof(cpu->failure),
                 "engine exception %d at 0x%016llx (0x%08x) is not modelled", number,
                 (unsigned long long)at, word);
        return LEAVES_FAILURE;
    }
}

static enum outcome on_pc_alignment(struct cpu *cpu)
{
    uint64_t far = cpu->el2.elr;

    return to_el1(cpu, field_put(ESR_EC, ESR_EC_PC_ALIGN) | field_mask(ESR_IL), &far);
}

/* --- the loop
 * -------------------------------------------------------------------------------------- */

static enum outcome step(struct cpu *cpu)
{
    struct clock *clock = cpu->engine->clock;
    enum engine_stop why;

    if (cpu_out_of_budget(cpu))
        return LEAVES_LIMIT;
    engine_set_pstate(cpu, cpu->el2.spsr);
    why = engine_execute(cpu, &cpu->el2.elr);
    cpu->el2.spsr = cpu->engine_pstate;
    clock_charge(clock, OP_GUEST_INSN, cpu->executed - cpu->charged);
    cpu->charged = cpu->executed;
    switch (why) {
    case STOP_MISS:
        return cpu->engine->miss.type == ACCESS_FETCH ? on_fetch_miss(cpu) : on_data_miss(cpu);
    case STOP_EXCEPTION:
        return on_exception(cpu);
    case STOP_WX:
        engine_change_wx(cpu, cpu->el2.elr);
        return GOES_ON;
    case STOP_PC_ALIGNMENT:
        return on_pc_alignment(cpu);
    case STOP_BUDGET:
        return LEAVES_LIMIT;
    case STOP_IDLE: /* WFI that is not trapped may complete at any time (Arm ARM D1.6) */
        return GOES_ON;
    case STOP_FAILURE:
        break;
    }
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

enum cpu_exit cpu_run(struct cpu *cpu)
{
    struct trace *trace = listener(cpu);
    enum outcome outcome;

    engine_load(cpu);
    notice_el2_changes(cpu);
    clock_charge(cpu->engine->clock, OP_ERET, 1);
    if (trace) {
        const uint64_t args[] = {cpu->el2.elr, cpu->el2.spsr};

        trace_send(trace, EV_ERET, el2_world(cpu), args, sizeof(args) / sizeof(args[0]));
    }
    do
        outcome = step(cpu);
    while (outcome == GOES_ON);
    switch (outcome) {
    case LEAVES_SYNC:
        return CPU_EXIT_SYNC;
    case LEAVES_LIMIT:
        return CPU_EXIT_LIMIT;
    default:
        return CPU_EXIT_FAILURE;
    }
}
