/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A CPU's registers: where Unicorn keeps them, and what must be done when one is written. */
#include "cpu/arch/descriptor.h"
#include "cpu/arch/pstate.h"
#include "cpu/engine.h"

static const uc_arm64_cp_reg SPSR_EL1 = {.op0 = 3, .op1 = 0, .crn = 4, .crm = 0, .op2 = 0};

uc_err engine_write_cp(uc_engine *uc, uc_arm64_cp_reg reg, uint64_t value)
{
    reg.val = value;
    return uc_reg_write(uc, UC_ARM64_REG_CP_REG, &reg);
}

uint64_t engine_read_cp(uc_engine *uc, uc_arm64_cp_reg reg)
{
    reg.val = 0;
    uc_reg_read(uc, UC_ARM64_REG_CP_REG, &reg);
    return reg.val;
}

static uc_arm64_cp_reg cp_of(enum sysreg reg)
{
    const struct sysreg_desc *desc = &sysreg_table[reg];

    return (uc_arm64_cp_reg){
        .op0 = desc->op0, .op1 = desc->op1, .crn = desc->crn, .crm = desc->crm, .op2 = desc->op2};
}

/*
 * Bits that the engine must not see set: it would fail an assertion of its own (an SVE that EL1
 * enables, with vector lengths it does not know), or stop between instructions for reasons that are
 * not modelled (software step, breakpoints). The rest of the CPU sees the registers whole.
 */
static const struct {
    enum sysreg reg;
    uint64_t bits;
} hidden[ENGINE_HIDDEN_COUNT] = {
    {SYSREG_CPACR_EL1, 3u << 16},                 /* ZEN */
    {SYSREG_MDSCR_EL1, 1u << 15 | 1u << 13 | 1u}, /* MDE, KDE, SS */
};

uint64_t engine_read_sysreg(const struct cpu *cpu, enum sysreg reg)
{
    uint64_t value = engine_read_cp(cpu->engine->uc, cp_of(reg));

    for (unsigned i = 0; i < ENGINE_HIDDEN_COUNT; i++)
        if (hidden[i].reg == reg)
            value |= cpu->hidden[i];
    return value;
}

void engine_write_sysreg(struct cpu *cpu, enum sysreg reg, uint64_t value)
{
    for (unsigned i = 0; i < ENGINE_HIDDEN_COUNT; i++) {
        if (hidden[i].reg != reg)
            continue;
        cpu->hidden[i] = value & hidden[i].bits;
        value &= ~hidden[i].bits;
    }
    engine_write_cp(cpu->engine->uc, cp_of(reg), value);
}

enum sysreg engine_hidden_sysreg(const uc_arm64_cp_reg *cp)
{
    for (unsigned i = 0; i < ENGINE_HIDDEN_COUNT; i++) {
        uc_arm64_cp_reg row = cp_of(hidden[i].reg);

        if (row.op0 == cp->op0 && row.op1 == cp->op1 && row.crn == cp->crn && row.crm == cp->crm &&
            row.op2 == cp->op2)
            return hidden[i].reg;
    }
    return SYSREG_COUNT;
}

static int x_id(unsigned n)
{
    /* Unicorn numbers X29 and X30 apart from X0..X28. */
    return n == 30 ? UC_ARM64_REG_X30 : n == 29 ? UC_ARM64_REG_X29 : UC_ARM64_REG_X0 + (int)n;
}

uint64_t engine_read_reg(uc_engine *uc, int id)
{
    uint64_t value = 0;

    uc_reg_read(uc, id, &value);
    return value;
}

void engine_load(struct cpu *cpu)
{
    struct engine *engine = cpu->engine;

    if (engine->resident == cpu)
        return;
    if (engine->resident)
        uc_context_save(engine->uc, engine->resident->context);
    uc_context_restore(engine->uc, cpu->context);
    uc_ctl_flush_tlb(engine->uc);
    engine->fetched.valid = false;
    flow_forget_addresses(&cpu->flow); /* another CPU may have changed code meanwhile */
    engine->resident = cpu;
    engine->controls_stale = true; /* those of EL1 are this CPU's now */
}

uint64_t engine_read_x(uc_engine *uc, unsigned n)
{
    return engine_read_reg(uc, x_id(n));
}

uint64_t cpu_get_x(struct cpu *cpu, unsigned n)
{
    if (n > 30)
        return 0;
    engine_load(cpu);
    return engine_read_reg(cpu->engine->uc, x_id(n));
}

void cpu_set_x(struct cpu *cpu, unsigned n, uint64_t value)
{
    if (n > 30)
        return;
    engine_load(cpu);
    if (cpu->log && !(cpu->log->x >> n & 1)) {
        cpu->log->old_x[n] = engine_read_reg(cpu->engine->uc, x_id(n));
        cpu->log->x |= (uint32_t)1 << n;
    }
    uc_reg_write(cpu->engine->uc, x_id(n), &value);
}

void cpu_get_gprs(struct cpu *cpu, uint64_t x[CPU_X_COUNT])
{
    void *to[CPU_X_COUNT];
    int ids[CPU_X_COUNT];

    engine_load(cpu);
    for (unsigned n = 0; n < CPU_X_COUNT; n++) {
        ids[n] = x_id(n);
        to[n] = &x[n];
    }
    uc_reg_read_batch(cpu->engine->uc, ids, to, CPU_X_COUNT);
}

/* Unicorn keeps the selected stack pointer in SP and the others in their banked places. */
static int sp_id(uint64_t pstate, unsigned el)
{
    unsigned selected = field_get(pstate, PSTATE_M) == PSTATE_EL1H ? 1 : 0;

    if (selected == el)
        return UC_ARM64_REG_SP;
    return el ? UC_ARM64_REG_SP_EL1 : UC_ARM64_REG_SP_EL0;
}

uint64_t cpu_get_sp(struct cpu *cpu, unsigned el)
{
    engine_load(cpu);
    return engine_read_reg(cpu->engine->uc, sp_id(cpu->engine_pstate, el));
}

void cpu_set_sp(struct cpu *cpu, unsigned el, uint64_t value)
{
    engine_load(cpu);
    if (cpu->log && !(cpu->log->sp >> el & 1)) {
        cpu->log->old_sp[el] = cpu_get_sp(cpu, el);
        cpu->log->sp |= (uint32_t)1 << el;
    }
    uc_reg_write(cpu->engine->uc, sp_id(cpu->engine_pstate, el), &value);
}

/* Where the walker has its copy of a register that governs translation; NULL for others. */
static uint64_t *walkers_copy(struct cpu *cpu, enum sysreg reg)
{
    switch (reg) {
    case SYSREG_SCTLR_EL1:
        return &cpu->mmu.regs.sctlr_el1;
    case SYSREG_TCR_EL1:
        return &cpu->mmu.regs.tcr_el1;
    case SYSREG_TTBR0_EL1:
        return &cpu->mmu.regs.ttbr0_el1;
    case SYSREG_TTBR1_EL1:
        return &cpu->mmu.regs.ttbr1_el1;
    case SYSREG_MAIR_EL1:
        return &cpu->mmu.regs.mair_el1;
    default:
        return NULL;
    }
}

uint64_t cpu_get_sysreg(struct cpu *cpu, enum sysreg reg)
{
    const uint64_t *copy = cpu->mmu_stale ? NULL : walkers_copy(cpu, reg);

    if (copy)
        return *copy;
    engine_load(cpu);
    return engine_read_sysreg(cpu, reg);
}

_Static_assert(SYSREG_COUNT <= 64, "a bit of cpu_write_log.sysregs each");

void cpu_log_writes(struct cpu *cpu, struct cpu_write_log *log)
{
    cpu->log = log;
}

static void log_write(struct cpu *cpu, enum sysreg reg)
{
    uint64_t bit = (uint64_t)1 << reg;

    if (!cpu->log || cpu->log->sysregs & bit)
        return;
    cpu->log->old[reg] = engine_read_sysreg(cpu, reg);
    cpu->log->sysregs |= bit;
}

void cpu_set_sysreg(struct cpu *cpu, enum sysreg reg, uint64_t value)
{
    engine_load(cpu);
    log_write(cpu, reg);
    engine_write_sysreg(cpu, reg, value);
    cpu->engine->controls_stale |= engine_controls_traps(&sysreg_table[reg]);
    if (walkers_copy(cpu, reg)) {
        cpu->mmu_stale = true;
        cpu->tlb_stale = true;
    }
}

void engine_set_pstate(struct cpu *cpu, uint64_t pstate)
{
    uc_engine *uc = cpu->engine->uc;
    uint64_t sp[2];

    if (pstate == cpu->engine_pstate)
        return;
    sp[0] = cpu_get_sp(cpu, 0);
    sp[1] = cpu_get_sp(cpu, 1);
    uc_reg_write(uc, UC_ARM64_REG_PSTATE, &pstate);
    cpu->engine_pstate = pstate;
    /*
     * Writing PSTATE swaps no stack pointer and leaves the engine's cached flags stale: all are
     * written again, and a system register last, which rebuilds the cache.
     */
    for (unsigned el = 0; el < 2; el++) {
        uc_reg_write(uc, el ? UC_ARM64_REG_SP_EL1 : UC_ARM64_REG_SP_EL0, &sp[el]);
        uc_reg_write(uc, sp_id(pstate, el), &sp[el]);
    }
    engine_write_cp(uc, SPSR_EL1, engine_read_cp(uc, SPSR_EL1));
}

void engine_refresh_mmu(struct cpu *cpu)
{
    struct mmu_regs *regs = &cpu->mmu.regs;
    uc_engine *uc = cpu->engine->uc;

    if (!cpu->mmu_stale)
        return;
    regs->sctlr_el1 = engine_read_cp(uc, cp_of(SYSREG_SCTLR_EL1));
    regs->tcr_el1 = engine_read_cp(uc, cp_of(SYSREG_TCR_EL1));
    regs->ttbr0_el1 = engine_read_cp(uc, cp_of(SYSREG_TTBR0_EL1));
    regs->ttbr1_el1 = engine_read_cp(uc, cp_of(SYSREG_TTBR1_EL1));
    regs->mair_el1 = engine_read_cp(uc, cp_of(SYSREG_MAIR_EL1));
    regs->hcr_el2 = cpu->el2.hcr;
    regs->vtcr_el2 = cpu->el2.vtcr;
    regs->vttbr_el2 = cpu->el2.vttbr;
    cpu->mmu_stale = false;
}
