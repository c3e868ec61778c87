/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cpu/debug.h"

#include <stdlib.h>

#include "cpu/access.h"
#include "cpu/debug_internal.h"

/* The poll function is asked after this many instructions, or this many returns of the engine. */
#define POLL_INSTRUCTIONS 50000u
#define POLL_RETURNS 4096u

/* Where a CPU is: an instruction that is executed again is not at the same place in time. */
struct position {
    const struct cpu *cpu;
    uint64_t pc, progress;
};

struct watchpoint {
    va_t va;
    uint64_t len;
    enum debug_watch kind;
};

struct debugger {
    struct engine *engine;
    debug_handler *handler;
    debug_poll *poll;
    void *ctx;
    struct position resumed; /* the instruction that is to run before there is another stop */
    enum debug_resume resume;
    const struct cpu *step_cpu;
    struct position step; /* where it was when the step began */
    bool at_start;
    bool watch_told; /* the stop that was resumed from was for a watchpoint */
    bool counted;    /* the engine's translated code is for one instruction at a time */
    uint64_t polled_at;
    unsigned returns;
    va_t breakpoint[DEBUG_MAX_BREAKPOINTS];
    unsigned breakpoints;
    struct mmu_peek peek;
    struct watchpoint watchpoint[DEBUG_MAX_WATCHPOINTS];
    unsigned watchpoints;
};

static struct position position_of(const struct cpu *cpu)
{
    return (struct position){cpu, cpu->el2.elr, cpu->executed + cpu->el1_taken};
}

static bool same_position(const struct position *a, const struct position *b)
{
    return a->cpu == b->cpu && a->pc == b->pc && a->progress == b->progress;
}

struct debugger *debugger_attach(struct engine *engine, debug_handler *handler, debug_poll *poll,
                                 void *ctx, bool stop_at_start)
{
    struct debugger *debugger = calloc(1, sizeof(*debugger));

    if (!debugger)
        return NULL;
    debugger->engine = engine;
    debugger->handler = handler;
    debugger->poll = poll;
    debugger->ctx = ctx;
    debugger->at_start = stop_at_start;
    debugger_free(engine->debugger);
    engine->debugger = debugger;
    return debugger;
}

void debugger_free(struct debugger *debugger)
{
    if (debugger)
        debugger->engine->debugger = NULL;
    free(debugger);
}

void debugger_step_cpu(struct debugger *debugger, const struct cpu *cpu)
{
    debugger->step_cpu = cpu;
}

/* --- what to stop at --- */

static unsigned find_breakpoint(const struct debugger *debugger, uint64_t pc)
{
    unsigned i = 0;

    while (i < debugger->breakpoints && debugger->breakpoint[i].v != pc)
        i++;
    return i;
}

/* The words that are replaced are those at the breakpoints' places in any page of code. */
static void replace_words(struct debugger *debugger)
{
    struct code_pages *code = debugger->engine->code;

    code_pages_stop_nowhere(code);
    for (unsigned i = 0; i < debugger->breakpoints; i++)
        code_pages_stop_at(code, debugger->breakpoint[i].v);
    code_pages_clear(code);
    debugger->engine->code_stale = true;
}

bool debugger_add_breakpoint(struct debugger *debugger, va_t va)
{
    if (va.v & 3)
        return false;
    if (find_breakpoint(debugger, va.v) < debugger->breakpoints)
        return true;
    if (debugger->breakpoints == DEBUG_MAX_BREAKPOINTS)
        return false;
    debugger->breakpoint[debugger->breakpoints++] = va;
    replace_words(debugger);
    return true;
}

bool debugger_has_breakpoint(const struct debugger *debugger, va_t va)
{
    return find_breakpoint(debugger, va.v) < debugger->breakpoints;
}

bool debugger_remove_breakpoint(struct debugger *debugger, va_t va)
{
    unsigned i = find_breakpoint(debugger, va.v);

    if (i == debugger->breakpoints)
        return false;
    debugger->breakpoint[i] = debugger->breakpoint[--debugger->breakpoints];
    replace_words(debugger);
    return true;
}

bool debugger_add_watchpoint(struct debugger *debugger, va_t va, uint64_t len,
                             enum debug_watch kind)
{
    if (!len || debugger->watchpoints == DEBUG_MAX_WATCHPOINTS)
        return false;
    debugger->watchpoint[debugger->watchpoints++] = (struct watchpoint){va, len, kind};
    return true;
}

bool debugger_remove_watchpoint(struct debugger *debugger, va_t va, uint64_t len,
                                enum debug_watch kind)
{
    for (unsigned i = 0; i < debugger->watchpoints; i++) {
        const struct watchpoint *watch = &debugger->watchpoint[i];

        if (watch->va.v != va.v || watch->len != len || watch->kind != kind)
            continue;
        debugger->watchpoint[i] = debugger->watchpoint[--debugger->watchpoints];
        return true;
    }
    return false;
}

static bool watch_matches(const struct watchpoint *watch, const struct insn *insn, uint64_t from,
                          uint64_t len)
{
    bool writes = insn->cls == INSN_STORE || insn->cls == INSN_ZERO || insn->cls == INSN_ATOMIC;
    bool reads = insn->cls == INSN_LOAD || insn->cls == INSN_ATOMIC;

    if (watch->kind == DEBUG_WATCH_WRITE && !writes)
        return false;
    if (watch->kind == DEBUG_WATCH_READ && !reads)
        return false;
    return (writes || reads) && from - watch->va.v + len - 1 < watch->len + len - 1;
}

/* Does the instruction at the PC access what is watched? */
static bool watched(const struct debugger *debugger, struct cpu *cpu, struct debug_report *report)
{
    struct fault fault;
    struct insn insn;
    uint64_t from, len;
    uint32_t word;

    if (!debugger->watchpoints || access_fetch_faults(cpu, VA(cpu->el2.elr), &word, &fault, NULL))
        return false;
    insn_decode(word, &insn);
    if (!insn_is_memory(&insn))
        return false;
    from = access_address(cpu, &insn).v;
    len = insn_bytes(&insn);
    if (insn.cls == INSN_ZERO) {
        len = ACCESS_ZVA_BLOCK;
        from &= ~(len - 1);
    }
    for (unsigned i = 0; len && i < debugger->watchpoints; i++) {
        const struct watchpoint *watch = &debugger->watchpoint[i];

        if (!watch_matches(watch, &insn, from, len))
            continue;
        report->why = DEBUG_STOP_WATCHPOINT;
        report->watch = watch->kind;
        report->address = from - watch->va.v < watch->len ? VA(from) : watch->va;
        return true;
    }
    return false;
}

bool debugger_stops_at(const struct debugger *debugger, const struct cpu *cpu)
{
    struct position here = position_of(cpu);

    return !same_position(&here, &debugger->resumed) &&
           find_breakpoint(debugger, here.pc) < debugger->breakpoints;
}

/* CPUs take turns: a count that is another one's says nothing of this one. */
static bool poll_is_near(const struct debugger *debugger, const struct cpu *cpu)
{
    return cpu->executed - debugger->polled_at < POLL_INSTRUCTIONS;
}

uint64_t debugger_poll_line(const struct debugger *debugger, const struct cpu *cpu)
{
    return (poll_is_near(debugger, cpu) ? debugger->polled_at : cpu->executed) + POLL_INSTRUCTIONS;
}

static bool polled(struct debugger *debugger, const struct cpu *cpu)
{
    if (poll_is_near(debugger, cpu) && ++debugger->returns < POLL_RETURNS)
        return false;
    debugger->polled_at = cpu->executed;
    debugger->returns = 0;
    return debugger->poll(debugger->ctx);
}

static bool must_stop(struct debugger *debugger, struct cpu *cpu, struct debug_report *report)
{
    struct position here = position_of(cpu);

    if (debugger->at_start) {
        report->why = DEBUG_STOP_START;
        return true;
    }
    if (same_position(&here, &debugger->resumed)) /* a watchpoint may be newer than the stop */
        return !debugger->watch_told && watched(debugger, cpu, report);
    if (find_breakpoint(debugger, here.pc) < debugger->breakpoints) {
        report->why = DEBUG_STOP_BREAKPOINT;
        return true;
    }
    if (debugger->resume == DEBUG_STEP && (!debugger->step_cpu || debugger->step_cpu == cpu) &&
        !same_position(&here, &debugger->step)) {
        report->why = DEBUG_STOP_STEP;
        return true;
    }
    if (watched(debugger, cpu, report))
        return true;
    report->why = DEBUG_STOP_REQUEST;
    return polled(debugger, cpu);
}

bool debugger_before_instruction(struct debugger *debugger, struct cpu *cpu)
{
    struct engine *engine = debugger->engine;
    struct debug_report report = {0};
    bool counted;

    if (must_stop(debugger, cpu, &report)) {
        debugger->at_start = false;
        debugger->watch_told = report.why == DEBUG_STOP_WATCHPOINT;
        debugger->step_cpu = cpu;
        debugger->resume = debugger->handler(debugger->ctx, cpu, &report);
        engine_load(cpu);
        engine_refresh_controls(cpu);
        debugger->resumed = position_of(cpu);
        debugger->step = position_of(debugger->step_cpu ? debugger->step_cpu : cpu);
        if (debugger->resume == DEBUG_DETACH) {
            debugger->breakpoints = debugger->watchpoints = 0;
            replace_words(debugger);
            debugger_free(debugger);
            engine->code_stale = true;
            return false;
        }
    }
    counted = debugger->resume == DEBUG_STEP || debugger->watchpoints;
    engine->code_stale |= counted != debugger->counted; /* counted code is other code */
    debugger->counted = counted;
    return counted;
}

/* --- memory and registers --- */

void debugger_set_peek(struct debugger *debugger, const struct mmu_peek *peek)
{
    debugger->peek = *peek;
}

/* The CPU's translation regime, for a look without consequences. */
static struct mmu peeking(struct cpu *cpu, const struct mmu_peek *peek)
{
    struct mmu mmu;

    engine_load(cpu);
    engine_refresh_mmu(cpu);
    mmu = cpu->mmu;
    mmu.peek = peek;
    return mmu;
}

/* Where the byte at address is, if it is in memory. */
static bool locate(const struct mmu *mmu, enum debug_view view, uint64_t address,
                   struct translation *where)
{
    const struct mmu_access access = {.type = ACCESS_READ};
    struct fault fault;

    switch (view) {
    case DEBUG_VIEW_VA:
        return mmu_translate(mmu, VA(address), access, where, &fault, NULL);
    case DEBUG_VIEW_IPA:
        return mmu_translate_stage2(mmu, IPA(address), access, false, where, &fault, NULL);
    case DEBUG_VIEW_PA:
        where->pa = PA(address);
        return gpt_lookup(mmu->mem, where->pa, &where->pas);
    }
    return false;
}

/* Bytes from address on that one translation holds for. */
static uint64_t to_page_end(uint64_t address, uint64_t len)
{
    uint64_t left = GRANULE_SIZE - (address & GRANULE_MASK);

    return left < len ? left : len;
}

/* One of out and in is NULL. */
static uint64_t transfer(struct cpu *cpu, enum debug_view view, uint64_t address, uint8_t *out,
                         const uint8_t *in, uint64_t len)
{
    const struct debugger *debugger = cpu->engine->debugger;
    struct mmu mmu = peeking(cpu, debugger ? &debugger->peek : NULL);
    uint64_t done = 0;

    while (done < len) {
        uint64_t some = to_page_end(address + done, len - done);
        struct translation where;
        enum phys_status status;

        if (!locate(&mmu, view, address + done, &where))
            break;
        status = out ? physmem_read(mmu.mem, where.pas, where.pa, out + done, some)
                     : physmem_write(mmu.mem, where.pas, where.pa, in + done, some);
        if (status != PHYS_OK)
            break;
        done += some;
    }
    return done;
}

uint64_t debugger_read(struct cpu *cpu, enum debug_view view, uint64_t address, void *out,
                       uint64_t len)
{
    return transfer(cpu, view, address, out, NULL, len);
}

uint64_t debugger_write(struct cpu *cpu, enum debug_view view, uint64_t address, const void *in,
                        uint64_t len)
{
    return transfer(cpu, view, address, NULL, in, len);
}

bool debugger_walk(struct cpu *cpu, va_t va, ipa_t *ipa, pa_t *pa, struct fault *fault,
                   struct trace *trace)
{
    static const struct mmu_peek as_the_guest = {0};
    const struct mmu_access access = {.type = ACCESS_READ};
    struct mmu mmu = peeking(cpu, &as_the_guest);
    struct translation where;

    if (!mmu_translate(&mmu, va, access, &where, fault, trace))
        return false;
    *ipa = where.ipa;
    *pa = where.pa;
    return true;
}

uint64_t debugger_fpsr(struct cpu *cpu)
{
    engine_load(cpu);
    return engine_read_reg(cpu->engine->uc, UC_ARM64_REG_FPSR);
}

uint64_t debugger_fpcr(struct cpu *cpu)
{
    engine_load(cpu);
    return engine_read_reg(cpu->engine->uc, UC_ARM64_REG_FPCR);
}
