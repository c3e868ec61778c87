/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cpu/access.h"

#include "cpu/arch/descriptor.h"
#include "cpu/arch/pstate.h"

#define ZVA_BLOCK 64u /* DCZID_EL0.BS of the modelled CPU */

va_t access_address(struct cpu *cpu, const struct insn *insn)
{
    bool el1h = field_get(cpu->engine_pstate, PSTATE_M) == PSTATE_EL1H;
    uint64_t x[32] = {0};

    x[insn->rn] = insn->rn == 31 ? cpu_get_sp(cpu, el1h) : cpu_get_x(cpu, insn->rn);
    if (insn->addressing == ADDR_BASE_REG && insn->rm != insn->rn && insn->rm != 31)
        x[insn->rm] = cpu_get_x(cpu, insn->rm);
    return insn_address(insn, &(struct insn_regs){.x = x, .pc = cpu->el2.elr});
}

/* Alignment that does not depend on the memory type (AArch64.CheckAlignment). */
static bool misaligned(const struct cpu *cpu, const struct insn *insn, va_t va)
{
    if (insn->cls == INSN_ZERO || insn->cls == INSN_CACHE_OP)
        return false;
    return va.v % insn->align || (field_get(cpu->mmu.regs.sctlr_el1, SCTLR_A) && va.v % insn->size);
}

/* Every page that [va, va + len) touches, lowest first. */
static bool range_faults(struct cpu *cpu, va_t va, uint64_t len, struct mmu_access access,
                         struct fault *fault, struct trace *trace)
{
    struct translation where;
    uint64_t last = va.v + len - 1;

    if (!mmu_translate(&cpu->mmu, va, access, &where, fault, trace))
        return true;
    if ((va.v ^ last) & ~GRANULE_MASK)
        return !mmu_translate(&cpu->mmu, VA(last & ~GRANULE_MASK), access, &where, fault, trace);
    return false;
}

bool access_faults(struct cpu *cpu, const struct insn *insn, struct fault *fault,
                   struct trace *trace)
{
    uint64_t pstate = cpu->engine_pstate;
    uint64_t len = insn_bytes(insn);
    va_t va = access_address(cpu, insn);
    struct mmu_access access = {
        .el0 = field_get(pstate, PSTATE_M) == PSTATE_EL0T || insn->unprivileged,
        .pan = field_get(pstate, PSTATE_PAN),
    };

    engine_refresh_mmu(cpu);
    if (!len || !insn_is_memory(insn))
        return false;
    if (insn->cls == INSN_ZERO) {
        len = ZVA_BLOCK;
        va = VA(va.v & ~(uint64_t)(ZVA_BLOCK - 1));
    }
    access.unaligned = insn->size && va.v % insn->size && insn->cls != INSN_ZERO;
    access.type = insn->cls == INSN_STORE || insn->cls == INSN_ZERO ? ACCESS_WRITE : ACCESS_READ;
    if (misaligned(cpu, insn, va)) {
        *fault = (struct fault){.kind = FAULT_ALIGNMENT, .type = access.type, .va = va};
        return true;
    }
    if (range_faults(cpu, va, len, access, fault, trace))
        return true;
    if (insn->cls != INSN_ATOMIC)
        return false;
    access.type = ACCESS_WRITE; /* a read-modify-write is a read first, then a write */
    return range_faults(cpu, va, len, access, fault, trace);
}

bool access_fetch_faults(struct cpu *cpu, va_t va, uint32_t *word, struct fault *fault,
                         struct trace *trace)
{
    struct mmu_access access = {
        .type = ACCESS_FETCH,
        .el0 = field_get(cpu->engine_pstate, PSTATE_M) == PSTATE_EL0T,
    };
    struct translation where;

    engine_refresh_mmu(cpu);
    if (!mmu_translate(&cpu->mmu, va, access, &where, fault, trace))
        return true;
    return physmem_read(cpu->mmu.mem, where.pas, where.pa, word, sizeof(*word)) != PHYS_OK;
}
