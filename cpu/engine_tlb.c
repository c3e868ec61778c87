/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the modelled TLB (cpu/timing/tlb_model.h) makes of the guest's accesses, without a look at
 * each of them. It never evicts here, so an access can only miss where the engine's TLB misses as
 * well: every invalidation of the model drops all that the engine has, and what the engine forgets
 * of its own is found in the model. So the cycles follow from the guest's instructions alone.
 *
 * The walk of data is charged in front of the instruction that makes the access; that of a fetch in
 * front of the first instruction that is executed from the page, however far ahead the engine
 * fetched. What falls due by that comes before the instruction.
 *
 * In detailed timing the TLB has its real size, and is asked at each access (cpu/engine_detail.c);
 * here remain walks that fault, and invalidation.
 */
#include "cpu/access.h"
#include "cpu/arch/descriptor.h"
#include "cpu/arch/pstate.h"
#include "cpu/engine.h"

#define SMALL_ASID_MASK 0xffu

bool engine_tlb_init(struct cpu *cpu)
{
    static const struct tlb_geometry any = {.main = {1, 1, 0},
                                            .tables = {1, 1, 0},
                                            .ipa = {1, 1, 0},
                                            .s2_tables = {1, 1, 0},
                                            .all_levels = true};
    const struct core_model *core = cpu->engine->core;

    cpu->tlb = tlb_model_new(core ? &core->tlb : &any, !cpu->engine->detailed);
    return cpu->tlb != NULL;
}

/* TCR_EL1.A1 says which TTBR has the ASID, AS how wide it is. */
static uint16_t asid_of(const struct mmu_regs *regs)
{
    uint64_t ttbr = field_get(regs->tcr_el1, TCR_A1) ? regs->ttbr1_el1 : regs->ttbr0_el1;
    uint64_t asid = field_get(ttbr, TTBR_ASID);

    return (uint16_t)(field_get(regs->tcr_el1, TCR_AS) ? asid : asid & SMALL_ASID_MASK);
}

struct tlb_context engine_tlb_context(struct cpu *cpu)
{
    const struct mmu_regs *regs = &cpu->mmu.regs;
    bool flat;

    engine_refresh_mmu(cpu);
    flat = field_get(regs->hcr_el2, HCR_DC);
    return (struct tlb_context){
        .vmid = (uint16_t)field_get(regs->vttbr_el2, VTTBR_VMID),
        .asid = asid_of(regs),
        .realm = regs->pas == PAS_REALM,
        .s1 = field_get(regs->sctlr_el1, SCTLR_M) && !flat,
        .s2 = field_get(regs->hcr_el2, HCR_VM) || flat,
    };
}

/* The walk in cpu->walk happens: what it costs, which is charged. */
static uint64_t charge(struct cpu *cpu, const struct tlb_reads *reads)
{
    struct clock *clock = cpu->engine->clock;
    uint64_t before = clock->now.v;

    clock_charge(clock, OP_TLB_MISS, 1);
    clock_charge(clock, OP_S1_WALK_LEVEL, reads->s1);
    clock_charge(clock, OP_S2_WALK_LEVEL, reads->s2);
    if (reads->forgot)
        cpu->tlb_stale = true;
    return clock->now.v - before;
}

/*
 * The clock went on by cycles within a run of the engine. Does an event fall due before so many
 * more instructions and cycles, beyond those of the block that runs, have passed? Else the lines
 * are drawn anew.
 */
static bool event_comes_first(struct cpu *cpu, uint64_t passed, uint64_t instructions,
                              uint64_t cycles)
{
    struct engine *engine = cpu->engine;
    uint64_t line;

    if (cpu->tlb_stale) /* the model forgot all, so must the engine */
        return true;
    if (!passed)
        return false;
    if (engine->count || engine->stepping)
        return true;
    if (engine->core) {
        if (cpu->flow.due == UINT64_MAX)
            return false;
        cpu->flow.due = cpu->flow.due > passed ? cpu->flow.due - passed : 0;
        return cpu->event_line != UINT64_MAX || cpu->flow.cycles + cycles >= cpu->flow.due;
    }
    line = clock_instructions_to_event(engine->clock);
    cpu->event_line = line > UINT64_MAX - cpu->charged ? UINT64_MAX : cpu->charged + line;
    if (cpu->event_line < cpu->stop_line)
        cpu->stop_line = cpu->event_line;
    return cpu->executed + instructions > cpu->event_line;
}

bool engine_tlb_access(struct cpu *cpu, uint64_t va)
{
    struct tlb_context context = engine_tlb_context(cpu);
    struct tlb_reads reads;

    if (cpu->detail || tlb_model_lookup(cpu->tlb, &context, va, false) != TLB_NOWHERE)
        return true;
    reads = tlb_model_walk(cpu->tlb, &context, va, false, &cpu->walk);
    return !event_comes_first(cpu, charge(cpu, &reads), 0, 0);
}

void engine_tlb_fetched(struct cpu *cpu, uint64_t va)
{
    struct tlb_context context = engine_tlb_context(cpu);

    if (cpu->detail || tlb_model_holds(cpu->tlb, &context, va))
        return;
    cpu->fetch.unasked = true;
    cpu->fetch.page = va & ~GRANULE_MASK;
    cpu->fetch.walk = cpu->walk;
    cpu->stop_line = 0;
}

/* The walk of a fetch that the engine did not make just now. */
static bool walk_fetch(struct cpu *cpu, uint64_t va)
{
    struct mmu_access access = {.type = ACCESS_FETCH,
                                .el0 =
                                    field_get(engine_read_reg(cpu->engine->uc, UC_ARM64_REG_PSTATE),
                                              PSTATE_M) == PSTATE_EL0T};
    struct translation where;
    struct fault fault;

    return mmu_translate(&cpu->mmu, VA(va), access, &where, &fault, NULL);
}

bool engine_tlb_fetch(struct cpu *cpu, uint64_t va, uint64_t instructions, uint64_t cycles)
{
    struct tlb_context context = engine_tlb_context(cpu);
    bool known = (va & ~GRANULE_MASK) == cpu->fetch.page;
    struct tlb_reads reads;

    if (known) {
        cpu->fetch.unasked = false;
        engine_set_stop_line(cpu);
    } else if (tlb_model_lookup(cpu->tlb, &context, va, true) != TLB_NOWHERE ||
               !walk_fetch(cpu, va)) {
        return true;
    }
    reads = tlb_model_walk(cpu->tlb, &context, va, true, known ? &cpu->fetch.walk : &cpu->walk);
    return !event_comes_first(cpu, charge(cpu, &reads), instructions, cycles);
}

/* One page of an access that our own code makes, at the border of two instructions. */
static void access_page(struct cpu *cpu, const struct insn *insn, uint64_t va)
{
    struct tlb_context context = engine_tlb_context(cpu);
    struct translation where;
    struct tlb_reads reads;
    struct fault fault;

    if (tlb_model_lookup(cpu->tlb, &context, va, false) != TLB_NOWHERE ||
        !mmu_translate(&cpu->mmu, VA(va), access_of(cpu, insn, VA(va)), &where, &fault, NULL))
        return;
    reads = tlb_model_walk(cpu->tlb, &context, va, false, &cpu->walk);
    charge(cpu, &reads);
}

bool engine_tlb_access_by(struct cpu *cpu, const struct insn *insn)
{
    uint64_t first = access_address(cpu, insn).v, last = first + insn_bytes(insn) - 1;

    if (cpu->detail || !insn_bytes(insn))
        return true;
    access_page(cpu, insn, first);
    if ((first ^ last) & ~GRANULE_MASK)
        access_page(cpu, insn, last & ~GRANULE_MASK);
    return !clock_event_is_due(cpu->engine->clock);
}

void engine_tlb_fault(struct cpu *cpu, const struct fault *fault)
{
    struct tlb_context context = engine_tlb_context(cpu);
    bool fetch = fault->type == ACCESS_FETCH;
    struct tlb_reads reads;

    if (!fault->reads || tlb_model_lookup(cpu->tlb, &context, fault->va.v, fetch) != TLB_NOWHERE)
        return;
    reads = tlb_model_walk(cpu->tlb, &context, fault->va.v, fetch, &cpu->walk);
    if (cpu->detail)
        engine_detail_walk_fault(cpu->detail, fault->va, &reads);
    else
        charge(cpu, &reads);
}

/* --- TLBI (Arm ARM D8.17, C5.5) ------------------------------------------------------------------
 */

#define VA_SHIFT 12u /* of an operand's address */

static const struct field TLBI_ASID = {48, 16}, TLBI_VA = {0, 44}, TLBI_TG = {46, 2},
                          TLBI_SCALE = {44, 2}, TLBI_NUM = {39, 5}, TLBI_BASE = {0, 37};

enum tlbi_what { TLBI_UNALLOCATED, TLBI_ALL, TLBI_BY_ASID, TLBI_BY_VA };

/* By op2. */
static const struct {
    enum tlbi_what what;
    bool any_asid, last_level;
} forms[8] = {
    [0] = {TLBI_ALL, false, false},     [1] = {TLBI_BY_VA, false, false},
    [2] = {TLBI_BY_ASID, false, false}, [3] = {TLBI_BY_VA, true, false},
    [5] = {TLBI_BY_VA, false, true},    [7] = {TLBI_BY_VA, true, true},
};

/* By CRm. */
static const struct {
    bool shared, range;
} domains[8] = {
    [1] = {true, false}, [2] = {true, true},  [3] = {true, false},
    [5] = {true, true},  [6] = {false, true}, [7] = {false, false},
};

/* By TG; 0 is reserved, taken for 4K. */
static const uint8_t granule_shift[4] = {12, 12, 14, 16};

bool engine_is_tlbi(unsigned op0, unsigned op1, unsigned crn)
{
    return op0 == 1 && op1 == 0 && crn == 8;
}

static uint64_t sign_extended(uint64_t value, unsigned bits)
{
    uint64_t sign = (uint64_t)1 << (bits - 1);

    return (value ^ sign) - sign;
}

/* What the operand of a form by range covers: where it begins, and in *size. */
static uint64_t range_of(uint64_t operand, uint64_t *size)
{
    unsigned shift = granule_shift[field_get(operand, TLBI_TG)];
    uint64_t pages = (field_get(operand, TLBI_NUM) + 1)
                     << (5 * (unsigned)field_get(operand, TLBI_SCALE) + 1);

    *size = pages << shift;
    return sign_extended(field_get(operand, TLBI_BASE) << shift, TLBI_BASE.width + shift);
}

/* True: the engine, which knows pages of 4K alone, would drop less. */
static bool invalidate(struct tlb_model *tlb, const struct tlb_context *context, bool range,
                       unsigned op2, uint64_t operand)
{
    uint64_t size = GRANULE_SIZE, va = field_get(operand, TLBI_VA) << VA_SHIFT;

    switch (forms[op2].what) {
    case TLBI_UNALLOCATED:
        break;
    case TLBI_ALL:
        tlb_model_forget_vmid(tlb, context, false);
        break;
    case TLBI_BY_ASID:
        tlb_model_forget_asid(tlb, context);
        break;
    case TLBI_BY_VA:
        if (range)
            va = range_of(operand, &size);
        return tlb_model_forget_va(tlb, context, va, size, forms[op2].any_asid,
                                   forms[op2].last_level);
    }
    return false;
}

bool engine_tlbi(struct cpu *cpu, unsigned crm, unsigned op2, uint64_t operand)
{
    struct tlb_context context = engine_tlb_context(cpu);
    bool shared = domains[crm & 7].shared || field_get(cpu->mmu.regs.hcr_el2, HCR_FB);
    bool larger = false;

    context.asid = (uint16_t)field_get(operand, TLBI_ASID);
    if (!field_get(cpu->mmu.regs.tcr_el1, TCR_AS))
        context.asid &= SMALL_ASID_MASK;
    for (struct cpu *other = cpu->engine->cpus; other; other = other->next)
        if (shared || other == cpu)
            larger |= invalidate(other->tlb, &context, domains[crm & 7].range, op2 & 7, operand);
    return larger;
}

/* --- by software at EL2
 * ---------------------------------------------------------------------------
 */

static struct tlb_context owner(const struct cpu *cpu, uint64_t vttbr)
{
    return (struct tlb_context){.vmid = (uint16_t)field_get(vttbr, VTTBR_VMID),
                                .realm = cpu->mmu.regs.pas == PAS_REALM};
}

void cpu_tlbi_ipa(struct cpu *cpu, uint64_t vttbr, ipa_t ipa, uint64_t size)
{
    struct tlb_context context = owner(cpu, vttbr);

    tlb_model_forget_ipa(cpu->tlb, &context, ipa.v, size, false);
    tlb_model_forget_vmid(cpu->tlb, &context, false);
    cpu_tlb_invalidate(cpu);
}

void cpu_tlbi_vmid(struct cpu *cpu, uint64_t vttbr, bool stage2)
{
    struct tlb_context context = owner(cpu, vttbr);

    tlb_model_forget_vmid(cpu->tlb, &context, stage2);
    cpu_tlb_invalidate(cpu);
}
