/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cpu/engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/arch/descriptor.h"
#include "cpu/arch/pstate.h"
#include "cpu/debug.h"
#include "cpu/debug_internal.h"
#include "cpu/insn.h"
#include "cpu/interrupt.h"

#define DEFAULT_GIC_LRS 4u
#define MIN_UNICORN_MAJOR 2
#define MIN_UNICORN_MINOR 1
#define MIN_UNICORN_PATCH 4
#define TCG_BUFFER_BYTES (32u << 20)

/*
 * EL3 as firmware leaves it for a Non-secure AArch64 EL2 that may use HVC and pointer
 * authentication: NS, RES1[5:4], HCE, RW, APK, API (Arm ARM D19.2, SCR_EL3).
 */
#define SCR_EL3_VALUE 0x30531u

/* Unicorn's EL2 does these traps by itself; stage 2 is ours, so VM stays 0 there. */
static uint64_t engine_hcr_of(uint64_t hcr)
{
    return (hcr & (field_mask(HCR_TWI) | field_mask(HCR_TSC))) | field_mask(HCR_RW) |
           field_mask(HCR_API) | field_mask(HCR_APK);
}

static const uc_arm64_cp_reg HCR_EL2 = {.op0 = 3, .op1 = 4, .crn = 1, .crm = 1, .op2 = 0};
static const uc_arm64_cp_reg SCR_EL3 = {.op0 = 3, .op1 = 6, .crn = 1, .crm = 1, .op2 = 0};

/* --- callbacks --- */

uint64_t engine_instructions_at(const struct cpu *cpu, uint64_t pc)
{
    uint64_t offset = pc - cpu->block_pc;

    /* The block was counted whole when it began. */
    return offset <= cpu->block_size ? cpu->executed - (cpu->block_size - offset) / 4
                                     : cpu->executed;
}

/* xorshift64: any sequence will do, if it is the same for the same seed. */
static uint64_t chance(struct engine *engine)
{
    engine->chaos ^= engine->chaos << 13;
    engine->chaos ^= engine->chaos >> 7;
    engine->chaos ^= engine->chaos << 17;
    return engine->chaos;
}

/* Asked in front of a block that begins at or beyond the stop line, or at a misaligned address. */
enum engine_stop engine_block_stop(struct engine *engine, struct cpu *cpu, uint64_t address,
                                   uint64_t instructions, uint64_t cycles)
{
    if (engine->controls_stale)
        return STOP_CONTROLS;
    if (cpu->executed + cpu->el1_taken >= cpu->budget_end)
        return STOP_BUDGET; /* before the rest, as where the block's page is fetched anew */
    if (cpu->executed >= cpu->event_line)
        return STOP_EVENT;
    if (cpu->executed >= cpu->debug_line)
        return STOP_DEBUGGER;
    if (address & 3)
        return STOP_PC_ALIGNMENT;
    if (!engine->count && !engine->stepping && instructions > engine_instructions_left(cpu))
        return STOP_NEAR_LINE;
    if (interrupt_next(cpu, engine_read_reg(engine->uc, UC_ARM64_REG_PSTATE)) != INTERRUPT_NONE)
        return STOP_INTERRUPT;
    if (cpu->fetch.unasked && !engine_tlb_fetch(cpu, address, instructions, cycles))
        return STOP_WALK;
    return engine->chaos && chance(engine) & 1 ? STOP_CHAOS : STOP_NONE;
}

static void on_block(uc_engine *uc, uint64_t address, uint32_t size, void *user)
{
    struct engine *engine = user;
    struct cpu *cpu = engine->resident;

    cpu->block_pc = address;
    cpu->block_size = 0;
    if (cpu->executed + size / 4 > cpu->stop_line || address & 3) {
        engine->block_stop = engine_block_stop(engine, cpu, address, size / 4, 0);
        if (engine->block_stop != STOP_NONE) {
            uc_emu_stop(uc);
            return;
        }
    }
    cpu->block_size = size;
    cpu->executed += size / 4;
}

/* What on_timed_block leaves: a block that did not follow the last time, or at which to stop. */
__attribute__((noinline)) static void timed_block_asked(uc_engine *uc, uint64_t address,
                                                        uint32_t size, struct engine *engine)
{
    struct cpu *cpu = engine->resident;
    struct flow *flow = &cpu->flow;
    struct flow_block *block = NULL;

    cpu->block_pc = address;
    cpu->block_size = 0;
    if (!size) /* its fetch faults */
        return;
    if (!(address & 3)) {
        block = flow_next(flow, address, size);
        if (flow->cycles + block->cycles >= flow->due && cpu->event_line == UINT64_MAX) {
            cpu->event_line = cpu->executed + flow_instructions_to_due(flow, block);
            if (cpu->event_line < cpu->stop_line)
                cpu->stop_line = cpu->event_line;
        }
    }
    if (!block || cpu->executed + size / 4 > cpu->stop_line) {
        engine->block_stop =
            engine_block_stop(engine, cpu, address, size / 4, block ? block->cycles : 0);
        if (engine->block_stop != STOP_NONE) {
            uc_emu_stop(uc);
            return;
        }
    }
    cpu->block_size = size;
    cpu->executed += size / 4;
    flow_enter(flow, block);
}

/* As on_block, where a core model says what a block costs. A leaf: it is in front of each block. */
static void on_timed_block(uc_engine *uc, uint64_t address, uint32_t size, void *user)
{
    struct engine *engine = user;
    struct cpu *cpu = engine->resident;
    struct flow *flow = &cpu->flow;
    struct flow_block *at = flow->at, *block = at->next;
    uint64_t cycles = flow->cycles + block->cycles, executed = cpu->executed + size / 4;

    if (flow_is(flow, block, address, size) && cycles < flow->due && executed <= cpu->stop_line) {
        cpu->block_pc = address;
        cpu->block_size = size;
        cpu->executed = executed;
        flow->before = at;
        flow->at = block;
        flow->cycles = cycles;
        return;
    }
    timed_block_asked(uc, address, size, engine);
}

static void on_exception(uc_engine *uc, uint32_t intno, void *user)
{
    struct engine *engine = user;

    engine->intno = (int)intno;
    uc_emu_stop(uc);
}

/* Where the guest's own word at pc is, for EL1. */
static bool word_address(const struct cpu *cpu, uint64_t pc, pa_t *pa, enum pas *pas)
{
    const struct engine *engine = cpu->engine;
    struct mmu_access fetch = {.type = ACCESS_FETCH};
    struct translation where;
    struct fault fault;

    if (engine->fetched.valid && engine->fetched.page == (pc & ~GRANULE_MASK)) {
        *pa = PA(engine->fetched.pa.v | (pc & GRANULE_MASK));
        *pas = engine->fetched.pas;
        return true;
    }
    if (!mmu_translate(&cpu->mmu, VA(pc), fetch, &where, &fault, NULL))
        return false;
    *pa = where.pa;
    *pas = where.pas;
    return true;
}

/* The instruction at pc, for what the engine does not tell of an access. */
static bool decode_at(struct cpu *cpu, uint64_t pc, struct insn *insn)
{
    uint32_t word;
    enum pas pas;
    pa_t pa;

    if (!word_address(cpu, pc, &pa, &pas) ||
        physmem_read(cpu->mmu.mem, pas, pa, &word, sizeof(word)) != PHYS_OK)
        return false;
    insn_decode(word, insn);
    return true;
}

static bool wants_wx(struct engine *engine, const struct translation *where, bool executable)
{
    engine->wx.valid = true;
    engine->wx.page = PA(where->pa.v & ~GRANULE_MASK);
    engine->wx.pas = where->pas;
    engine->wx.executable = executable;
    return false;
}

static bool on_tlb_miss(uc_engine *uc, uint64_t vaddr, uc_mem_type type, uc_tlb_entry *result,
                        void *user)
{
    struct engine *engine = user;
    struct cpu *cpu = engine->resident;
    uint64_t pstate = engine_read_reg(uc, UC_ARM64_REG_PSTATE);
    struct mmu_access access = {
        .type = type == UC_MEM_FETCH   ? ACCESS_FETCH
                : type == UC_MEM_WRITE ? ACCESS_WRITE
                                       : ACCESS_READ,
        .el0 = field_get(pstate, PSTATE_M) == PSTATE_EL0T,
        .pan = field_get(pstate, PSTATE_PAN),
    };
    struct translation out;
    struct fault fault;
    pa_t target;

    engine_refresh_mmu(cpu);
    engine->miss.decoded = false;
    if (cpu->detail)
        engine_detail_forget_page(cpu->detail, vaddr);
    if (access.type == ACCESS_FETCH) {
        flow_forget_addresses(&cpu->flow);
        cpu->block_size = 0; /* a fetch misses between blocks: the last one ran to its end */
    } else if (!access.el0) {
        /*
         * LDTR and STTR are checked as EL0's accesses; the engine does not say so, the word does.
         */
        engine->miss.pc = engine_read_reg(uc, UC_ARM64_REG_PC);
        engine->miss.pstate = pstate;
        engine->miss.decoded = decode_at(cpu, engine->miss.pc, &engine->miss.insn);
        access.el0 = engine->miss.decoded && engine->miss.insn.unprivileged &&
                     !field_get(pstate, PSTATE_UAO);
    }
    if (!mmu_translate(&cpu->mmu, VA(vaddr), access, &out, &fault, NULL)) {
        engine->miss.valid = true;
        engine->miss.page = vaddr;
        engine->miss.type = access.type;
        return false;
    }
    result->paddr = out.pa.v & ~GRANULE_MASK;
    if (access.type == ACCESS_FETCH) {
        engine_tlb_fetched(cpu, vaddr);
        if (!code_pages_target(engine->code, out.pa, &target))
            return wants_wx(engine, &out, true);
        engine->fetched.valid = true;
        engine->fetched.page = vaddr & ~GRANULE_MASK;
        engine->fetched.pa = PA(result->paddr);
        engine->fetched.pas = out.pas;
        result->perms = UC_PROT_READ | UC_PROT_EXEC;
        if (target.v != result->paddr) {
            result->paddr = target.v;
            result->perms = UC_PROT_EXEC; /* a copy is never read */
        }
        return true;
    }
    if (!engine_tlb_access(cpu, vaddr)) {
        engine->walk_stop = true;
        return false;
    }
    if (access.type == ACCESS_WRITE && physmem_is_code(engine->mem, out.pa)) {
        if (!engine->stepping)
            return wants_wx(engine, &out, false);
        engine->wrote_code = true;
    }
    result->perms = access.type == ACCESS_WRITE ? UC_PROT_READ | UC_PROT_WRITE : UC_PROT_READ;
    return true;
}

static bool executes_from(struct cpu *cpu, uint64_t pc, pa_t page)
{
    struct mmu_access fetch = {.type = ACCESS_FETCH,
                               .el0 = field_get(cpu->engine_pstate, PSTATE_M) == PSTATE_EL0T};
    struct translation where;
    struct fault fault;

    return mmu_translate(&cpu->mmu, VA(pc), fetch, &where, &fault, NULL) &&
           (where.pa.v & ~GRANULE_MASK) == page.v;
}

static bool make_executable(struct cpu *cpu)
{
    struct engine *engine = cpu->engine;
    struct trap_context context = engine_trap_context(cpu);

    if (!code_pages_add(engine->code, &context, engine->wx.page, engine->wx.pas)) {
        snprintf(cpu->failure, sizeof(cpu->failure), "no memory to execute from 0x%016llx",
                 (unsigned long long)cpu->el2.elr);
        return false;
    }
    uc_ctl_flush_tlb(engine->uc); /* no entry may allow writing it any more */
    return true;
}

bool engine_change_wx(struct cpu *cpu, uint64_t pc)
{
    struct engine *engine = cpu->engine;

    if (engine->wx.executable)
        return make_executable(cpu);
    if (executes_from(cpu, pc, engine->wx.page)) {
        engine->stepping = true; /* it needs both rights: for one instruction it gets them */
    } else {
        code_pages_remove(engine->code, engine->wx.page);
        uc_ctl_flush_tb(engine->uc);
    }
    uc_ctl_flush_tlb(engine->uc);
    return true;
}

void engine_step_over(struct cpu *cpu, pa_t pa)
{
    cpu->engine->stepping = true;
    cpu->engine->lifted = true;
    cpu->engine->lifted_at = pa;
    code_pages_lift(cpu->engine->code, pa, true);
    cpu->engine->code_stale = true;
}

void engine_forget_something(struct cpu *cpu)
{
    struct engine *engine = cpu->engine;
    uint64_t what = chance(engine);

    if (what & 1)
        uc_ctl_flush_tlb(engine->uc);
    if (what & 2)
        cpu->mmu_stale = true;
    if (what & 4)
        engine->code_stale = true;
    if (what & 8) {
        code_pages_clear(engine->code);
        engine->code_stale = true;
    }
}

static void on_code_written(void *ctx, pa_t granule)
{
    struct engine *engine = ctx;

    code_pages_remove(engine->code, granule);
    engine->code_stale = true;
}

static uint32_t on_msr(uc_engine *uc, uc_arm64_reg reg, const uc_arm64_cp_reg *cp, void *user)
{
    const struct sysreg_desc written = {.op0 = (uint8_t)cp->op0,
                                        .op1 = (uint8_t)cp->op1,
                                        .crn = (uint8_t)cp->crn,
                                        .crm = (uint8_t)cp->crm,
                                        .op2 = (uint8_t)cp->op2};
    enum sysreg hidden = engine_hidden_sysreg(cp);
    struct engine *engine = user;

    (void)uc;
    (void)reg;
    if (generic_timer_write(engine->resident, &written, cpu_counter(engine->resident), cp->val))
        return 1;
    engine->resident->mmu_stale = true;
    if (engine_controls_traps(&written)) {
        engine->controls_stale = true;
        engine->resident->stop_line = 0; /* the write takes effect first */
    }
    if (hidden == SYSREG_COUNT)
        return 0;
    engine_write_sysreg(engine->resident, hidden, cp->val);
    return 1;
}

/* CRm of the TLBI instructions that the engine has. */
enum { TLBI_INNER_SHAREABLE = 3, TLBI_LOCAL = 7 };

static uint32_t on_sys(uc_engine *uc, uc_arm64_reg reg, const uc_arm64_cp_reg *cp, void *user)
{
    struct engine *engine = user;

    (void)reg;
    /* It is called for what the engine has not, too: that comes back as undefined. */
    if (!engine_is_tlbi(cp->op0, cp->op1, cp->crn) ||
        (cp->crm != TLBI_LOCAL && cp->crm != TLBI_INNER_SHAREABLE) ||
        field_get(engine_read_reg(uc, UC_ARM64_REG_PSTATE), PSTATE_M) == PSTATE_EL0T)
        return 0;
    if (engine_tlbi(engine->resident, cp->crm, cp->op2, cp->val))
        uc_ctl_flush_tlb(uc);
    return 0;
}

/*
 * Registers that would show the host's clock or chance, beside the timers'. FEAT_RNG is not offered
 * by the CPUs modelled, and its registers read 0. What is pending, the engine does not know.
 */
enum override { OVERRIDE_PENDING, OVERRIDE_FREQUENCY, OVERRIDE_ZERO };

static const struct {
    uint8_t op0, op1, crn, crm, op2;
    enum override what;
} mrs_overrides[] = {
    {3, 3, 14, 0, 0, OVERRIDE_FREQUENCY}, /* CNTFRQ_EL0 */
    {3, 0, 12, 1, 0, OVERRIDE_PENDING},   /* ISR_EL1 */
    {3, 3, 2, 4, 0, OVERRIDE_ZERO},       /* RNDR */
    {3, 3, 2, 4, 1, OVERRIDE_ZERO},       /* RNDRRS */
    {3, 3, 9, 13, 0, OVERRIDE_ZERO},      /* PMCCNTR_EL0 */
};

static uint32_t on_mrs(uc_engine *uc, uc_arm64_reg reg, const uc_arm64_cp_reg *cp, void *user)
{
    struct engine *engine = user;
    struct cpu *cpu = engine->resident;
    const struct sysreg_desc read = {.op0 = (uint8_t)cp->op0,
                                     .op1 = (uint8_t)cp->op1,
                                     .crn = (uint8_t)cp->crn,
                                     .crm = (uint8_t)cp->crm,
                                     .op2 = (uint8_t)cp->op2};
    enum sysreg hidden = engine_hidden_sysreg(cp);
    uint64_t value = 0;

    if (generic_timer_read(cpu, &read, cpu_counter(cpu), &value)) {
        uc_reg_write(uc, (int)reg, &value);
        return 1;
    }
    for (size_t i = 0; i < sizeof(mrs_overrides) / sizeof(mrs_overrides[0]); i++) {
        if (mrs_overrides[i].op0 != cp->op0 || mrs_overrides[i].op1 != cp->op1 ||
            mrs_overrides[i].crn != cp->crn || mrs_overrides[i].crm != cp->crm ||
            mrs_overrides[i].op2 != cp->op2)
            continue;
        if (mrs_overrides[i].what == OVERRIDE_FREQUENCY)
            value = CLOCK_COUNTER_HZ;
        else if (mrs_overrides[i].what == OVERRIDE_PENDING)
            value = interrupt_status(cpu);
        uc_reg_write(uc, (int)reg, &value);
        return 1;
    }
    if (hidden == SYSREG_COUNT)
        return 0;
    value = engine_read_sysreg(cpu, hidden);
    uc_reg_write(uc, (int)reg, &value);
    return 1;
}

/* --- running --- */

static enum engine_stop stopped_why(struct cpu *cpu, uc_err err)
{
    struct engine *engine = cpu->engine;

    if (engine->block_stop != STOP_NONE)
        return engine->block_stop;
    if (engine->intno >= 0)
        return STOP_EXCEPTION;
    if (err == UC_ERR_EXCEPTION && engine->wx.valid)
        return STOP_WX;
    if (err == UC_ERR_EXCEPTION && engine->miss.valid)
        return STOP_MISS;
    if (err == UC_ERR_EXCEPTION && engine->walk_stop)
        return STOP_WALK;
    if (err == UC_ERR_OK)
        return STOP_IDLE;
    snprintf(cpu->failure, sizeof(cpu->failure), "the engine stopped: %s", uc_strerror(err));
    return STOP_FAILURE;
}

/* An access that misses stops the engine where it was when the miss was told. */
static void stopped_where(struct cpu *cpu, enum engine_stop why, uint64_t *pc)
{
    const struct engine *engine = cpu->engine;

    if (why == STOP_MISS && engine->miss.decoded) {
        *pc = engine->miss.pc;
        cpu->engine_pstate = engine->miss.pstate;
        return;
    }
    *pc = engine_read_reg(engine->uc, UC_ARM64_REG_PC);
    cpu->engine_pstate = engine_read_reg(engine->uc, UC_ARM64_REG_PSTATE);
}

uint64_t engine_instructions_left(const struct cpu *cpu)
{
    uint64_t budget = cpu_budget_left(cpu);
    uint64_t event = cpu->event_line > cpu->executed ? cpu->event_line - cpu->executed : 0;

    return budget < event ? budget : event;
}

static uint64_t add_saturated(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

void engine_set_stop_line(struct cpu *cpu)
{
    const struct engine *engine = cpu->engine;

    cpu->stop_line = add_saturated(cpu->executed, engine_instructions_left(cpu));
    if (cpu->debug_line < cpu->stop_line)
        cpu->stop_line = cpu->debug_line;
    if (engine->chaos || interrupt_pending(cpu) || cpu->fetch.unasked || engine->controls_stale)
        cpu->stop_line = 0;
}

static void set_lines(struct cpu *cpu)
{
    const struct engine *engine = cpu->engine;
    cycles_t stop = clock_next_stop(engine->clock);

    cpu->event_line =
        engine->core ? UINT64_MAX
                     : add_saturated(cpu->executed, clock_instructions_to_event(engine->clock));
    cpu->flow.due = stop.v == EVENT_QUEUE_NEVER.v ? UINT64_MAX : stop.v - engine->clock->now.v;
    cpu->debug_line = engine->debugger ? debugger_poll_line(engine->debugger, cpu) : UINT64_MAX;
    engine_set_stop_line(cpu);
}

/* The engine stopped at pc: of the block that was running, what is in front of pc was executed. */
static void end_block(struct cpu *cpu, uint64_t pc)
{
    uint64_t executed = engine_instructions_at(cpu, pc);

    if (cpu->detail)
        engine_detail_end(cpu->detail, pc, executed == cpu->executed);
    else if (cpu->engine->core && cpu->block_size)
        flow_cut(&cpu->flow, (unsigned)(cpu->block_size / 4 - (cpu->executed - executed)));
    cpu->executed = executed;
    cpu->block_size = 0;
}

enum engine_stop engine_execute(struct cpu *cpu, uint64_t *pc)
{
    struct engine *engine = cpu->engine;
    uint64_t hcr = engine_hcr_of(cpu->el2.hcr);
    enum engine_stop why;
    uc_err err;

    if (hcr != cpu->engine_hcr) {
        engine_write_cp(engine->uc, HCR_EL2, hcr);
        cpu->engine_hcr = hcr;
    }
    if (engine->code_stale)
        uc_ctl_flush_tb(engine->uc);
    if (engine->code_stale || cpu->tlb_stale)
        flow_forget_addresses(&cpu->flow);
    if (cpu->tlb_stale || engine->code_stale)
        uc_ctl_flush_tlb(engine->uc);
    if (cpu->detail && cpu->tlb_stale)
        engine_detail_forget_pages(cpu->detail);
    engine->code_stale = false;
    cpu->tlb_stale = false;
    engine->intno = -1;
    engine->block_stop = STOP_NONE;
    set_lines(cpu);
    engine->miss.valid = false;
    engine->wx.valid = false;
    engine->walk_stop = false;
    cpu->block_pc = *pc;
    cpu->block_size = 0;

    engine->was_lifted = engine->lifted;
    err = uc_emu_start(engine->uc, *pc, 0, 0, engine->stepping ? 1 : engine->count);
    engine->count = 0;
    if (engine->stepping) {
        engine->stepping = false;
        if (engine->lifted)
            code_pages_lift(engine->code, engine->lifted_at, false);
        engine->lifted = false;
        engine->code_stale = true;
        if (engine->wrote_code) /* what was scanned is not what is there */
            code_pages_clear(engine->code);
        engine->wrote_code = false;
    }

    why = stopped_why(cpu, err);
    stopped_where(cpu, why, pc);
    end_block(cpu, *pc);
    if (cpu->fetch.unasked) /* it did not get there: the next time it is to be told again */
        cpu->tlb_stale = true;
    cpu->fetch.unasked = false;
    return why;
}

/* --- life --- */

static bool check(uc_err err, const char *what, char *error, size_t size)
{
    if (err == UC_ERR_OK)
        return true;
    snprintf(error, size, "Unicorn: %s: %s", what, uc_strerror(err));
    return false;
}

static bool version_ok(char *error, size_t size)
{
    unsigned version = uc_version(NULL, NULL);
    unsigned need = MIN_UNICORN_MAJOR << 24 | MIN_UNICORN_MINOR << 16 | MIN_UNICORN_PATCH << 8;

    if (version >= need)
        return true;
    snprintf(error, size, "Unicorn %u.%u.%u is too old: %d.%d.%d or later is needed", version >> 24,
             version >> 16 & 0xff, version >> 8 & 0xff, MIN_UNICORN_MAJOR, MIN_UNICORN_MINOR,
             MIN_UNICORN_PATCH);
    return false;
}

static bool add_hooks(struct engine *engine, char *error, size_t size)
{
    void *block = engine->detailed ? (void *)(uintptr_t)engine_detail_on_block
                  : engine->core   ? (void *)(uintptr_t)on_timed_block
                                   : (void *)(uintptr_t)on_block;
    const struct {
        int type;
        void *callback;
        int insn;
        bool wanted;
    } hooks[] = {
        {UC_HOOK_TLB_FILL, (void *)(uintptr_t)on_tlb_miss, 0, true},
        {UC_HOOK_BLOCK, block, 0, true},
        {UC_HOOK_CODE, (void *)(uintptr_t)engine_detail_on_insn, 0, engine->detailed},
        {UC_HOOK_INTR, (void *)(uintptr_t)on_exception, 0, true},
        {UC_HOOK_INSN, (void *)(uintptr_t)on_mrs, UC_ARM64_INS_MRS, true},
        {UC_HOOK_INSN, (void *)(uintptr_t)on_msr, UC_ARM64_INS_MSR, true},
        {UC_HOOK_INSN, (void *)(uintptr_t)on_sys, UC_ARM64_INS_SYS, true},
    };

    for (size_t i = 0; i < sizeof(hooks) / sizeof(hooks[0]); i++) {
        uc_hook handle;

        /* begin 1 > end 0: everywhere */
        if (hooks[i].wanted &&
            !check(uc_hook_add(engine->uc, &handle, hooks[i].type, hooks[i].callback, engine,
                               (uint64_t)1, (uint64_t)0, hooks[i].insn),
                   "hook", error, size))
            return false;
    }
    return true;
}

static bool configure(struct engine *engine, char *error, size_t size)
{
    uc_engine *uc = engine->uc;

    return check(uc_ctl_set_cpu_model(uc, UC_CPU_ARM64_MAX), "CPU model", error, size) &&
           check(uc_ctl_set_page_size(uc, (uint32_t)GRANULE_SIZE), "page size", error, size) &&
           check(uc_ctl_exits_enable(uc), "exits", error, size) &&
           check(uc_ctl_set_tcg_buffer_size(uc, TCG_BUFFER_BYTES), "buffer size", error, size) &&
           check(uc_ctl_tlb_mode(uc, UC_TLB_VIRTUAL), "TLB mode", error, size) &&
           check(uc_mem_map_ptr(uc, PHYS_DRAM_BASE, physmem_size(engine->mem), UC_PROT_ALL,
                                physmem_host_base(engine->mem)),
                 "memory", error, size) &&
           check(engine_write_cp(uc, SCR_EL3, SCR_EL3_VALUE), "SCR_EL3", error, size) &&
           check(engine_write_cp(uc, HCR_EL2, engine_hcr_of(0)), "HCR_EL2", error, size);
}

/* What the profile's core is, and how much of it is modelled; false when it has none to model. */
static bool choose_core(struct engine *engine, enum timing timing, char *error, size_t size)
{
    const struct cost_profile *profile = engine->clock->profile;

    if (!profile)
        return true;
    engine->core = profile->core ? core_find(profile->core) : NULL;
    timing = core_timing(profile, timing);
    if (timing == TIMING_FLAT)
        engine->core = NULL;
    engine->detailed = timing == TIMING_DETAILED;
    if (engine->core || timing == TIMING_FLAT)
        return true;
    snprintf(error, size, "the cost profile %s has no core model, which the timing '%s' needs",
             profile->name ? profile->name : "", timing_name(timing));
    return false;
}

struct engine *engine_new(const struct engine_config *config, char *error, size_t size)
{
    struct engine *engine = calloc(1, sizeof(*engine));

    if (!engine) {
        snprintf(error, size, "out of memory");
        return NULL;
    }
    engine->mem = config->mem;
    engine->clock = config->clock;
    engine->trace = config->trace;
    engine->el3 = config->el3;
    engine->chaos = config->chaos;
    engine->quirks = config->quirks;
    engine->ls64 = config->ls64;
    engine->wfxt = config->wfxt;
    engine->gicv = config->gicv;
    engine->gic_lrs = config->gic_lrs ? config->gic_lrs : DEFAULT_GIC_LRS;
    if (!choose_core(engine, config->timing, error, size) || !version_ok(error, size) ||
        !check(uc_open(UC_ARCH_ARM64, UC_MODE_ARM, &engine->uc), "open", error, size) ||
        !configure(engine, error, size) || !add_hooks(engine, error, size) ||
        !(engine->code = code_pages_new(engine->uc, engine->mem)) ||
        !check(uc_context_alloc(engine->uc, &engine->pristine), "context", error, size) ||
        !check(uc_context_save(engine->uc, engine->pristine), "context", error, size)) {
        engine_free(engine);
        return NULL;
    }
    physmem_watch_code(engine->mem, on_code_written, engine);
    return engine;
}

void engine_free(struct engine *engine)
{
    if (!engine)
        return;
    if (engine->mem)
        physmem_watch_code(engine->mem, NULL, NULL);
    if (engine->pristine)
        uc_context_free(engine->pristine);
    if (engine->uc)
        uc_close(engine->uc);
    debugger_free(engine->debugger);
    code_pages_free(engine->code);
    free(engine);
}

/* For cpu->flow: the guest's own words, not what a page's copy has in their place. */
static bool guest_words(void *ctx, uint64_t pc, uint32_t *words, size_t n)
{
    struct cpu *cpu = ctx;
    struct mmu_access fetch = {.type = ACCESS_FETCH,
                               .el0 =
                                   field_get(engine_read_reg(cpu->engine->uc, UC_ARM64_REG_PSTATE),
                                             PSTATE_M) == PSTATE_EL0T};
    struct translation where;
    struct fault fault;

    engine_refresh_mmu(cpu);
    return mmu_translate(&cpu->mmu, VA(pc), fetch, &where, &fault, NULL) &&
           physmem_read(cpu->mmu.mem, where.pas, where.pa, words, n * sizeof(*words)) == PHYS_OK;
}

/* What the core model keeps of a CPU. */
static bool init_timing(struct cpu *cpu)
{
    const struct engine *engine = cpu->engine;

    if (!engine_tlb_init(cpu))
        return false;
    if (!engine->core)
        return true;
    if (!engine->detailed)
        return flow_init(&cpu->flow, engine->core, &(struct flow_source){guest_words, cpu});
    cpu->detail = engine_detail_new(cpu, engine->core);
    return cpu->detail != NULL;
}

struct cpu *cpu_new(struct engine *engine, unsigned index, char *error, size_t size)
{
    struct cpu *cpu = calloc(1, sizeof(*cpu));

    if (!cpu) {
        snprintf(error, size, "out of memory");
        return NULL;
    }
    cpu->engine = engine;
    cpu->index = index;
    cpu->mmu.mem = engine->mem;
    cpu->mmu.quirks = engine->quirks;
    cpu->mmu.walk = &cpu->walk;
    cpu->mmu_stale = true;
    cpu->budget_end = UINT64_MAX;
    gic_reset_cpu(&cpu->gic, engine->gic_lrs, engine->gicv.v != 0);
    if (!generic_timer_init(cpu)) {
        snprintf(error, size, "out of memory");
        free(cpu);
        return NULL;
    }
    if (!init_timing(cpu)) {
        snprintf(error, size, "out of memory");
        cpu_free(cpu);
        return NULL;
    }
    if (!check(uc_context_alloc(engine->uc, &cpu->context), "context", error, size)) {
        cpu_free(cpu);
        return NULL;
    }
    cpu->next = engine->cpus;
    engine->cpus = cpu;
    if (engine->resident)
        uc_context_save(engine->uc, engine->resident->context);
    uc_context_restore(engine->uc, engine->pristine);
    engine->resident = cpu;
    cpu->engine_hcr = engine_hcr_of(0);
    cpu->engine_pstate = engine_read_reg(engine->uc, UC_ARM64_REG_PSTATE);
    cpu->el2.spsr = field_put(PSTATE_M, PSTATE_EL1H) | field_mask(PSTATE_DAIF);
    engine_reset_controls(cpu);
    for (unsigned reg = 0; reg < SYSREG_COUNT; reg++)
        cpu_set_sysreg(cpu, (enum sysreg)reg, sysreg_table[reg].reset);
    for (unsigned n = 0; n < 31; n++)
        cpu_set_x(cpu, n, 0);
    sysreg_file_reset(&cpu->file);
    engine_set_pstate(cpu, cpu->el2.spsr);
    return cpu;
}

void cpu_free(struct cpu *cpu)
{
    struct cpu **at;

    if (!cpu)
        return;
    for (at = &cpu->engine->cpus; *at; at = &(*at)->next)
        if (*at == cpu) {
            *at = cpu->next;
            break;
        }
    if (cpu->engine->resident == cpu)
        cpu->engine->resident = NULL;
    generic_timer_free(cpu);
    flow_free(&cpu->flow);
    engine_detail_free(cpu->detail);
    tlb_model_free(cpu->tlb);
    if (cpu->context)
        uc_context_free(cpu->context);
    free(cpu);
}
