/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/trace/insn_recorder.h"

#include <stdlib.h>
#include <string.h>

#include "cpu/arch/pstate.h"
#include "cpu/debug.h"
#include "cpu/insn.h"
#include "sim/trace/timeline.h"

#define GENERAL_REGISTERS 31u
#define INSN_SIZE 4u
#define CHUNK 8u            /* bytes of an access told at once */
#define VECTOR_TABLE 0x800u /* size of the table VBAR_EL1 points at */

/* A CPU in front of an instruction. */
struct before {
    bool valid;
    bool told; /* the instruction is */
    uint64_t pc, executed, pstate;
    uint64_t x[GENERAL_REGISTERS];
    uint64_t sp[2];
};

struct insn_recorder {
    struct debugger *debugger;
    struct trace *trace;
    struct before before[TIMELINE_MAX_VCPUS];
};

static const char *const x_names[GENERAL_REGISTERS] = {
    "X0",  "X1",  "X2",  "X3",  "X4",  "X5",  "X6",  "X7",  "X8",  "X9",  "X10",
    "X11", "X12", "X13", "X14", "X15", "X16", "X17", "X18", "X19", "X20", "X21",
    "X22", "X23", "X24", "X25", "X26", "X27", "X28", "X29", "X30",
};
static const char *const sp_names[2] = {"SP_EL0", "SP_EL1"};

static void look(struct cpu *cpu, struct before *now)
{
    *now = (struct before){.valid = true,
                           .pc = cpu_el2(cpu)->elr,
                           .executed = cpu_instructions(cpu),
                           .pstate = cpu_el2(cpu)->spsr};
    for (unsigned n = 0; n < GENERAL_REGISTERS; n++)
        now->x[n] = cpu_get_x(cpu, n);
    for (unsigned el = 0; el < 2; el++)
        now->sp[el] = cpu_get_sp(cpu, el);
}

/* False: there is nothing at the PC yet, the fetch will fault. */
static bool tell_instruction(struct insn_recorder *recorder, struct cpu *cpu, struct before *at,
                             uint32_t *word)
{
    if (debugger_read(cpu, DEBUG_VIEW_VA, at->pc, word, INSN_SIZE) != INSN_SIZE)
        return false;
    if (!at->told)
        EMIT(recorder->trace, INSTRUCTION, GUEST, at->pc, *word, at->pstate);
    at->told = true;
    return true;
}

/* The address of its access, with the registers it had. */
static uint64_t address_of(const struct before *at, const struct insn *insn)
{
    bool sp_el1 = field_get(at->pstate, PSTATE_M) & 1;
    uint64_t x[GENERAL_REGISTERS + 1];
    const struct insn_regs regs = {.x = x, .pc = at->pc};
    memcpy(x, at->x, sizeof(at->x));
    x[GENERAL_REGISTERS] = at->sp[sp_el1];
    return insn_address(insn, &regs).v;
}

/* Of a device, where no bytes are: the register that takes part, if it is one. */
static bool register_value(const struct insn *insn, const struct before *at,
                           const struct before *now, uint64_t *value)
{
    const struct before *from = insn->cls == INSN_STORE ? at : now;
    if (insn->simd || insn->elements != 1 || insn->size > CHUNK)
        return false;
    *value = insn->rt < GENERAL_REGISTERS ? from->x[insn->rt] : 0;
    if (insn->size < CHUNK)
        *value &= ((uint64_t)1 << (8 * insn->size)) - 1;
    return true;
}

static void tell_memory(struct insn_recorder *recorder, struct cpu *cpu, const struct before *at,
                        const struct before *now, uint32_t word)
{
    struct insn insn;
    insn_decode(word, &insn);
    bool reads = insn.cls == INSN_LOAD || insn.cls == INSN_ATOMIC;
    bool writes = insn.cls == INSN_STORE || insn.cls == INSN_ATOMIC;
    uint64_t va = address_of(at, &insn), len = insn_bytes(&insn);
    for (uint64_t done = 0, chunk; (reads || writes) && done < len; done += chunk) {
        uint64_t value = 0;
        ipa_t ipa = IPA(0);
        pa_t pa = PA(0);
        struct fault fault;
        chunk = len - done < CHUNK ? len - done : CHUNK;
        bool mapped = debugger_walk(cpu, VA(va + done), &ipa, &pa, &fault, NULL);
        if (!mapped || debugger_read(cpu, DEBUG_VIEW_VA, va + done, &value, chunk) != chunk) {
            pa = PA(0);
            if (!register_value(&insn, at, now, &value))
                continue;
        }
        /* of an atomic only what it leaves is known */
        if (writes)
            EMIT(recorder->trace, MEM_WRITE, GUEST, va + done, pa.v, chunk, value);
        else
            EMIT(recorder->trace, MEM_READ, GUEST, va + done, pa.v, chunk, value);
    }
}

/* It did nothing but raise an exception to EL1: the CPU is at a vector that returns to it. */
static bool was_aborted(struct cpu *cpu, const struct before *at, const struct before *now)
{
    return now->pc - cpu_get_sysreg(cpu, SYSREG_VBAR_EL1) < VECTOR_TABLE &&
           cpu_get_sysreg(cpu, SYSREG_ELR_EL1) == at->pc;
}

static void tell_registers(struct insn_recorder *recorder, const struct before *at,
                           const struct before *now)
{
    for (unsigned n = 0; n < GENERAL_REGISTERS; n++)
        if (at->x[n] != now->x[n])
            EMIT(recorder->trace, REG_WRITE, GUEST, EVENT_STR(x_names[n]), now->x[n]);
    for (unsigned el = 0; el < 2; el++)
        if (at->sp[el] != now->sp[el])
            EMIT(recorder->trace, REG_WRITE, GUEST, EVENT_STR(sp_names[el]), now->sp[el]);
    if (at->pstate != now->pstate)
        EMIT(recorder->trace, REG_WRITE, GUEST, EVENT_STR("PSTATE"), now->pstate);
}

/* A debug_handler: the CPU is in front of an instruction, and the one before it is done. */
static enum debug_resume on_step(void *ctx, struct cpu *cpu, const struct debug_report *report)
{
    struct insn_recorder *recorder = ctx;
    struct before now;
    uint32_t word;
    (void)report;
    debugger_step_cpu(recorder->debugger, NULL);
    if (cpu_index(cpu) >= TIMELINE_MAX_VCPUS)
        return DEBUG_STEP;
    struct before *at = &recorder->before[cpu_index(cpu)];
    look(cpu, &now);
    if (at->valid && at->pc == now.pc && at->executed == now.executed)
        return DEBUG_STEP; /* executed again: it faulted, and is told already */
    if (at->valid && tell_instruction(recorder, cpu, at, &word)) {
        if (!was_aborted(cpu, at, &now))
            tell_memory(recorder, cpu, at, &now, word);
        tell_registers(recorder, at, &now);
    }
    *at = now;
    tell_instruction(recorder, cpu, at, &word);
    return DEBUG_STEP;
}

static bool never(void *ctx)
{
    (void)ctx;
    return false;
}

struct insn_recorder *insn_recorder_new(struct engine *engine, struct trace *trace)
{
    struct insn_recorder *recorder = calloc(1, sizeof(*recorder));
    if (!recorder)
        return NULL;
    recorder->trace = trace;
    recorder->debugger = debugger_attach(engine, on_step, never, recorder, true);
    if (recorder->debugger)
        return recorder;
    free(recorder);
    return NULL;
}

void insn_recorder_free(struct insn_recorder *recorder)
{
    if (recorder)
        debugger_free(recorder->debugger);
    free(recorder);
}
