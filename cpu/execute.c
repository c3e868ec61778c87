/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cpu/execute.h"

#include <string.h>

#include "cpu/access.h"
#include "cpu/arch/descriptor.h"
#include "cpu/engine.h"
#include "cpu/quirks.h"

bool execute_is_single_register(const struct insn *insn)
{
    return (insn->cls == INSN_LOAD || insn->cls == INSN_STORE) && insn->elements == 1 &&
           insn->size <= 8 && !insn->simd && !insn->exclusive && !insn->lst &&
           (insn->addressing == ADDR_BASE_IMM || insn->addressing == ADDR_BASE_REG ||
            insn->addressing == ADDR_PC_REL);
}

/* CLREX #imm: clears the monitor that is kept here. */
static bool is_clrex(const struct insn *insn)
{
    return (insn->word & 0xfffff0ffu) == 0xd503305fu;
}

bool execute_must_check(const struct insn *insn, uint64_t sctlr_el1)
{
    if (is_clrex(insn))
        return true;
    if (!insn_is_memory(insn))
        return false;
    if (insn->cls == INSN_CACHE_OP)
        return true;
    if (insn->cls == INSN_ZERO) /* with stage 1 off all memory is Device, where it faults */
        return !field_get(sctlr_el1, SCTLR_M);
    if (insn->cls == INSN_ATOMIC) /* the engine checks these */
        return false;
    return insn->exclusive || insn->ordered || (field_get(sctlr_el1, SCTLR_A) && insn->size > 1);
}

static bool translate(struct cpu *cpu, const struct insn *insn, va_t va, uint64_t len,
                      struct translation *where)
{
    struct fault fault;

    if ((va.v ^ (va.v + len - 1)) & ~GRANULE_MASK)
        return false;
    if (cpu->detail)
        engine_detail_access(cpu->detail, va);
    return mmu_translate(&cpu->mmu, va, access_of(cpu, insn, va), where, &fault, NULL);
}

static uint64_t extended(const struct insn *insn, uint64_t value)
{
    unsigned bits = 8u * insn->size;
    uint64_t sign = (uint64_t)1 << (bits - 1);

    if (!insn->sign_extend)
        return value;
    value = (value ^ sign) - sign;
    return insn->sixty_four ? value : (uint32_t)value;
}

static bool transfer(struct cpu *cpu, const struct insn *insn)
{
    va_t va = access_address(cpu, insn);
    struct translation where;
    uint64_t value = 0;

    if (!translate(cpu, insn, va, insn->size, &where))
        return false;
    if (insn->cls == INSN_STORE) {
        value = cpu_get_x(cpu, insn->rt);
        return physmem_write(cpu->mmu.mem, where.pas, where.pa, &value, insn->size) == PHYS_OK;
    }
    if (physmem_read(cpu->mmu.mem, where.pas, where.pa, &value, insn->size) != PHYS_OK)
        return false;
    cpu_set_x(cpu, insn->rt, extended(insn, value));
    return true;
}

/* --- exclusives: the local monitor of Arm ARM B2.12, one address --- */

static bool load_exclusive(struct cpu *cpu, const struct insn *insn)
{
    const uint8_t target[2] = {insn->rt, insn->rt2};
    uint8_t bytes[16];
    struct translation where;

    if (!translate(cpu, insn, access_address(cpu, insn), insn_bytes(insn), &where) ||
        physmem_read(cpu->mmu.mem, where.pas, where.pa, bytes, insn_bytes(insn)) != PHYS_OK)
        return false;
    for (unsigned i = 0; i < insn->elements; i++) {
        uint64_t value = 0;

        memcpy(&value, bytes + (size_t)i * insn->size, insn->size);
        cpu_set_x(cpu, target[i], value);
    }
    cpu->monitor.armed = true;
    cpu->monitor.pa = where.pa;
    cpu->monitor.bytes = insn_bytes(insn);
    return true;
}

static bool store_exclusive(struct cpu *cpu, const struct insn *insn)
{
    const uint8_t source[2] = {insn->rt, insn->rt2};
    uint8_t bytes[16];
    struct translation where;
    bool held;

    if (!cpu->monitor.armed && cpu->mmu.quirks & CPU_QUIRK_EXCLUSIVE_FAILS_FIRST) {
        cpu_set_x(cpu, insn->rs, 1);
        return true;
    }
    if (!translate(cpu, insn, access_address(cpu, insn), insn_bytes(insn), &where))
        return false;
    held = cpu->monitor.armed && cpu->monitor.pa.v == where.pa.v &&
           cpu->monitor.bytes == insn_bytes(insn);
    cpu->monitor.armed = false;
    for (unsigned i = 0; held && i < insn->elements; i++) {
        uint64_t value = cpu_get_x(cpu, source[i]);

        memcpy(bytes + (size_t)i * insn->size, &value, insn->size);
    }
    if (held &&
        physmem_write(cpu->mmu.mem, where.pas, where.pa, bytes, insn_bytes(insn)) != PHYS_OK)
        return false;
    cpu_set_x(cpu, insn->rs, !held);
    return true;
}

static bool zero_block(struct cpu *cpu, const struct insn *insn)
{
    static const uint8_t zeros[ACCESS_ZVA_BLOCK];
    va_t va = VA(access_address(cpu, insn).v & ~(uint64_t)(ACCESS_ZVA_BLOCK - 1));
    struct translation where;

    return translate(cpu, insn, va, ACCESS_ZVA_BLOCK, &where) &&
           physmem_write(cpu->mmu.mem, where.pas, where.pa, zeros, sizeof(zeros)) == PHYS_OK;
}

void execute_step_pc(struct cpu *cpu)
{
    engine_count_instruction(cpu, cpu->el2.elr);
    cpu->el2.elr += 4;
}

bool execute_access(struct cpu *cpu, const struct insn *insn)
{
    bool done = true;

    if (is_clrex(insn))
        cpu->monitor.armed = false;
    else if (insn->cls == INSN_ZERO)
        done = zero_block(cpu, insn);
    else if (insn->exclusive)
        done = insn->cls == INSN_LOAD ? load_exclusive(cpu, insn) : store_exclusive(cpu, insn);
    else if (execute_is_single_register(insn))
        done = transfer(cpu, insn);
    else if (insn->cls != INSN_CACHE_OP) /* caches are always coherent: nothing is
                                            left to do */
        done = false;
    if (done)
        execute_step_pc(cpu);
    return done;
}

bool execute_sysreg(struct cpu *cpu, const struct insn *insn)
{
    uint64_t writable, *value;

    if (engine_is_tlbi(insn->op0, insn->op1, insn->crn)) {
        engine_tlbi(cpu, insn->crm, insn->op2, cpu_get_x(cpu, insn->rt));
        cpu->tlb_stale = true; /* more than asked for is allowed */
        execute_step_pc(cpu);
        return true;
    }
    if (gic_virtual_access(cpu, insn)) {
        execute_step_pc(cpu);
        return true;
    }
    value = sysreg_file_find(&cpu->file, insn, &writable);
    if (!value)
        return false;
    if (insn->read)
        cpu_set_x(cpu, insn->rt, *value);
    else
        *value = (*value & ~writable) | (cpu_get_x(cpu, insn->rt) & writable);
    execute_step_pc(cpu);
    return true;
}
