/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cpu/access.h"

#include "cpu/arch/descriptor.h"
#include "cpu/arch/par.h"
#include "cpu/arch/pstate.h"
#include "cpu/quirks.h"
#include "cpu/syndrome.h"

#define VECTOR_BYTES 16u /* an SVE vector, where one must be assumed */
#define SP_ALIGN 16u

static bool at_el0(const struct cpu *cpu)
{
    return field_get(cpu->engine_pstate, PSTATE_M) == PSTATE_EL0T;
}

va_t access_address(struct cpu *cpu, const struct insn *insn)
{
    bool el1h = field_get(cpu->engine_pstate, PSTATE_M) == PSTATE_EL1H;
    uint64_t x[32]; /* those that the address is computed from */

    if (insn->addressing == ADDR_REG)
        x[insn->rn] = cpu_get_x(cpu, insn->rn); /* 31 is XZR */
    else
        x[insn->rn] = insn->rn == 31 ? cpu_get_sp(cpu, el1h) : cpu_get_x(cpu, insn->rn);
    if (insn->addressing == ADDR_BASE_REG && insn->rm != insn->rn && insn->rm != 31)
        x[insn->rm] = cpu_get_x(cpu, insn->rm);
    return insn_address(insn, &(struct insn_regs){.x = x, .pc = cpu->el2.elr, .vl = VECTOR_BYTES});
}

/* Alignment that does not depend on the memory type (AArch64.CheckAlignment). */
static bool misaligned(const struct cpu *cpu, const struct insn *insn, va_t va)
{
    if (insn->cls == INSN_ZERO || insn->cls == INSN_CACHE_OP)
        return false;
    return va.v % insn->align || (field_get(cpu->mmu.regs.sctlr_el1, SCTLR_A) && va.v % insn->size);
}

bool access_sp_misaligned(struct cpu *cpu, const struct insn *insn)
{
    bool el0 = at_el0(cpu);

    if (insn->rn != 31 || insn->addressing == ADDR_REG || insn->addressing == ADDR_PC_REL ||
        !insn_is_memory(insn) || !insn_bytes(insn))
        return false;
    engine_refresh_mmu(cpu);
    return field_get(cpu->mmu.regs.sctlr_el1, el0 ? SCTLR_SA0 : SCTLR_SA) &&
           cpu_get_sp(cpu, field_get(cpu->engine_pstate, PSTATE_M) == PSTATE_EL1H) % SP_ALIGN;
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

static bool invalidates(const struct insn *insn)
{
    return insn->op1 == 0 && insn->crm == 6; /* DC IVAC, IGVAC, IGDVAC */
}

struct mmu_access access_of(const struct cpu *cpu, const struct insn *insn, va_t va)
{
    bool write = insn->cls == INSN_STORE || insn->cls == INSN_ZERO ||
                 (insn->cls == INSN_CACHE_OP && invalidates(insn));

    return (struct mmu_access){
        .type = write ? ACCESS_WRITE : ACCESS_READ,
        .el0 = at_el0(cpu) || (insn->unprivileged && !field_get(cpu->engine_pstate, PSTATE_UAO)),
        .pan = field_get(cpu->engine_pstate, PSTATE_PAN),
        /* A block of Device memory cannot be zeroed: an alignment fault whatever the address. */
        .unaligned = !(cpu->mmu.quirks & CPU_QUIRK_DEVICE_UNALIGNED) &&
                     (insn->cls == INSN_ZERO || va.v % insn->size),
        .maintenance = insn->cls == INSN_CACHE_OP,
    };
}

bool access_cleans_to_persistence(const struct insn *insn)
{
    return insn->cls == INSN_CACHE_OP && insn->op1 == 3 &&
           (insn->crm == 12 || insn->crm == 13); /* DC CVAP, CVADP */
}

/* What a recorded CPU does not even look at. */
static bool quirk_skips(const struct cpu *cpu, const struct insn *insn)
{
    unsigned quirks = cpu->mmu.quirks;

    if (insn->cls == INSN_CACHE_OP)
        return quirks & CPU_QUIRK_MAINTENANCE_NEVER_FAULTS &&
               !(quirks & CPU_QUIRK_CVAP_IS_LOAD && access_cleans_to_persistence(insn));
    return quirks & CPU_QUIRK_EXCLUSIVE_FAILS_FIRST && insn->cls == INSN_STORE && insn->exclusive &&
           !cpu->monitor.armed;
}

bool access_faults(struct cpu *cpu, const struct insn *insn, struct fault *fault,
                   struct trace *trace)
{
    uint64_t len = insn_bytes(insn), par;
    struct mmu_access access;
    va_t va;

    if (!len || !insn_is_memory(insn))
        return false;
    engine_refresh_mmu(cpu);
    if (insn->at)
        return access_address_translation(cpu, insn, &par, fault, trace);
    if (quirk_skips(cpu, insn))
        return false;
    va = access_address(cpu, insn);
    if (cpu->mmu.quirks & CPU_QUIRK_CVAP_IS_LOAD && access_cleans_to_persistence(insn))
        va.v &= ~(uint64_t)(QUIRK_CVAP_LINE - 1);
    access = access_of(cpu, insn, va);
    if (misaligned(cpu, insn, va)) {
        *fault = (struct fault){.kind = FAULT_ALIGNMENT, .type = access.type, .va = va};
        return true;
    }
    if (insn->cls == INSN_ZERO) /* up to its end: FAR is the argument */
        len = ACCESS_ZVA_BLOCK - va.v % ACCESS_ZVA_BLOCK;
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
    struct mmu_access access = {.type = ACCESS_FETCH, .el0 = at_el0(cpu)};
    struct translation where;

    engine_refresh_mmu(cpu);
    if (!mmu_translate(&cpu->mmu, va, access, &where, fault, trace))
        return true;
    return physmem_read(cpu->mmu.mem, where.pas, where.pa, word, sizeof(*word)) != PHYS_OK;
}

/* --- AT ----------------------------------------------------------------------------------------
 */

/* AT S1E1R, S1E1W, S1E0R, S1E0W by op2; CRm 9 are S1E1RP, S1E1WP, which honour PAN, and S1E1A. */
#define AT_CRM_PAN 9u

bool access_address_translation(struct cpu *cpu, const struct insn *insn, uint64_t *par,
                                struct fault *fault, struct trace *trace)
{
    bool pan_form = insn->crm == AT_CRM_PAN;
    struct mmu_access access = {
        .type = insn->op2 & 1 ? ACCESS_WRITE : ACCESS_READ,
        .el0 = !pan_form && insn->op2 & 2,
        .pan = pan_form && field_get(cpu->engine_pstate, PSTATE_PAN),
    };
    struct translation out;

    engine_refresh_mmu(cpu);
    if (mmu_translate_stage1(&cpu->mmu, access_address(cpu, insn), access, &out, fault, trace)) {
        *par = field_put(PAR_SH, out.s1_sh) | field_put(PAR_NS, 1) | field_put(PAR_RES1, 1) |
               (out.ipa.v & field_mask(PAR_PA)) | field_put(PAR_ATTR, out.s1_attr);
        return false;
    }
    if (fault->stage == 2 || fault->kind == FAULT_EXTERNAL_WALK || fault->kind == FAULT_GPF_WALK)
        return true;
    *par = field_put(PAR_F, 1) | field_put(PAR_FST, syndrome_fsc(fault)) | field_put(PAR_RES1, 1);
    return false;
}
