/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cpu/engine_detail.h"

#include <stdlib.h>

#include "cpu/access.h"
#include "cpu/arch/descriptor.h"
#include "cpu/arch/pstate.h"
#include "cpu/engine.h"

#define DECODED 8192u    /* instructions remembered, by address */
#define DATA_PAGES 1024u /* translations remembered of each side */
#define FETCH_PAGES 64u
#define NOWHERE UINT64_MAX

/* MAIR_EL1's encoding (Arm ARM D19.2): Normal memory whose inner attribute is Non-cacheable. */
#define ATTR_INNER_MASK 0x0fu
#define ATTR_INNER_NC 0x04u

static const enum op op_of[DETAIL_ROWS] = {
    [DETAIL_ISSUE] = OP_GUEST_INSN,
    [DETAIL_TLB_WALK] = OP_GUEST_TLB_WALK,
    [DETAIL_L1I_MISS] = OP_GUEST_L1I_MISS,
    [DETAIL_L1D_MISS] = OP_GUEST_L1D_MISS,
    [DETAIL_L2_MISS] = OP_GUEST_L2_MISS,
    [DETAIL_L3_MISS] = OP_GUEST_L3_MISS,
    [DETAIL_UNCACHED] = OP_GUEST_UNCACHED,
    [DETAIL_BTB_MISS] = OP_GUEST_BTB_MISS,
    [DETAIL_MISPREDICT] = OP_GUEST_MISPREDICT,
};

/* What a page's addresses are; a memory of walks, which changes nothing. */
struct page {
    uint64_t va; /* NOWHERE: none */
    uint64_t epoch;
    uint64_t pa;
    bool uncached;
    bool known; /* it is mapped at all */
};

struct decoded {
    uint64_t pc; /* NOWHERE: none */
    uint64_t epoch;
    uint64_t pa;
    bool uncached;
    bool memory; /* it reaches memory or caches */
    struct uop uop;
    struct insn insn;
};

struct engine_detail {
    struct cpu *cpu;
    struct detail model;
    struct decoded *asked; /* about to be executed, or being; NULL: none */
    uint64_t asked_va;     /* that it reaches */
    bool told;             /* asked_va is of an instruction that a model does */
    uint64_t epoch;        /* of data pages */
    struct page data[DATA_PAGES], fetch[FETCH_PAGES];
    struct decoded decoded[DECODED];
};

/* --- translations --- */

static bool is_uncached(const struct cpu *cpu, const struct translation *where, bool fetch)
{
    const struct mmu_regs *regs = &cpu->mmu.regs;

    if (fetch && !field_get(regs->sctlr_el1, SCTLR_I) && !field_get(regs->hcr_el2, HCR_DC))
        return true;
    if (where->s1_device || where->s2_device)
        return true;
    return where->s1_attr && (where->s1_attr & ATTR_INNER_MASK) == ATTR_INNER_NC;
}

/* Whoever may do what there: the access was done, so that it is mapped. */
static bool walk(struct cpu *cpu, uint64_t va, bool fetch, struct translation *where)
{
    static const enum access_type data[] = {ACCESS_READ, ACCESS_WRITE};
    struct fault fault;

    engine_refresh_mmu(cpu);
    for (unsigned try = 0; try < 2; try++) {
        struct mmu_access access = {.type = fetch ? ACCESS_FETCH : data[try], .el0 = fetch && try};

        if (mmu_translate(&cpu->mmu, VA(va), access, where, &fault, NULL))
            return true;
    }
    return false;
}

static const struct page *page_of(struct engine_detail *detail, uint64_t va, bool fetch)
{
    uint64_t base = va & ~(uint64_t)GRANULE_MASK;
    uint64_t epoch = fetch ? detail->cpu->flow.epoch : detail->epoch;
    uint64_t number = va / GRANULE_SIZE;
    struct page *page =
        fetch ? &detail->fetch[number % FETCH_PAGES] : &detail->data[number % DATA_PAGES];
    struct translation where = {0};

    if (page->va == base && page->epoch == epoch)
        return page;
    page->va = base;
    page->epoch = epoch;
    page->known = walk(detail->cpu, va, fetch, &where);
    page->pa = where.pa.v & ~(uint64_t)GRANULE_MASK;
    page->uncached = page->known && is_uncached(detail->cpu, &where, fetch);
    return page;
}

void engine_detail_forget_page(struct engine_detail *detail, uint64_t va)
{
    detail->data[va / GRANULE_SIZE % DATA_PAGES].va = NOWHERE;
}

void engine_detail_forget_pages(struct engine_detail *detail)
{
    detail->epoch++;
}

/* --- table walks --- */

/*
 * Where descriptors are whose place the walk does not tell: outside memory, and beside each other
 * as their tables have them.
 */
#define STAND_IN ((uint64_t)1 << 62)

static uint64_t stand_in(uint64_t input, unsigned shift, bool stage2)
{
    return STAND_IN | (uint64_t)stage2 << 56 | (uint64_t)shift << 48 |
           (input >> shift & UINT32_MAX) << 3;
}

/* The stage-1 descriptor that a walk of va read as its i-th. */
static uint64_t s1_descriptor(struct cpu *cpu, uint64_t va, const struct tlb_walk *walk, unsigned i)
{
    const struct mmu_access access = {.type = ACCESS_READ};
    struct translation where;
    struct fault fault;

    if (i < walk->s2_walks &&
        mmu_translate_stage2(&cpu->mmu, IPA(walk->s2[i].ipa), access, true, &where, &fault, NULL))
        return where.pa.v;
    return stand_in(va, walk->s1_shift + (walk->s1_reads - 1u - i) * walk->s1_stride, false);
}

/* What the walk takes; of its reads the walk caches save the first ones of each stage. */
static uint32_t walk_cycles(struct engine_detail *detail, uint64_t va, const struct tlb_walk *walk,
                            const struct tlb_reads *reads)
{
    uint32_t cycles = 0, left = reads->s2;

    for (unsigned i = walk->s1_reads - reads->s1; i < walk->s1_reads; i++)
        cycles += detail_walk_read(&detail->model, s1_descriptor(detail->cpu, va, walk, i));
    for (unsigned i = walk->s2_walks; i-- > 0 && left;) {
        const struct tlb_walk_s2 *s2 = &walk->s2[i];

        for (unsigned n = 0; n < s2->reads && left; n++, left--)
            cycles += detail_walk_read(&detail->model,
                                       stand_in(s2->ipa, s2->shift + n * s2->stride, true));
    }
    return cycles;
}

/* Cycles until va is translated. */
static uint32_t translation_cycles(struct engine_detail *detail, uint64_t va, bool fetch)
{
    struct cpu *cpu = detail->cpu;
    struct tlb_context context = engine_tlb_context(cpu);
    struct translation where;
    struct tlb_reads reads;
    struct tlb_walk met;

    switch (tlb_model_lookup(cpu->tlb, &context, va, fetch)) {
    case TLB_MICRO:
        return 0;
    case TLB_MAIN:
        return cpu->engine->core->tlb.main.latency;
    case TLB_NOWHERE:
        break;
    }
    if (!walk(cpu, va, fetch, &where))
        return 0;
    met = cpu->walk;
    reads = tlb_model_walk(cpu->tlb, &context, va, fetch, &met);
    detail_count_walk(&detail->model);
    return cpu->engine->core->tlb.main.latency + walk_cycles(detail, va, &met, &reads);
}

/* --- instructions --- */

static struct decoded *decode(struct engine_detail *detail, uint64_t pc)
{
    struct decoded *decoded = &detail->decoded[pc / 4 % DECODED];
    struct cpu *cpu = detail->cpu;
    const struct page *page;
    uint32_t word = 0;

    if (decoded->pc == pc && decoded->epoch == cpu->flow.epoch)
        return decoded;
    page = page_of(detail, pc, true);
    if (page->known)
        physmem_read(cpu->engine->mem, cpu->mmu.regs.pas, PA(page->pa | (pc & GRANULE_MASK)), &word,
                     sizeof(word));
    decoded->pa = page->pa | (pc & GRANULE_MASK);
    decoded->uncached = page->uncached;
    decoded->epoch = cpu->flow.epoch;
    if (decoded->pc == pc && decoded->insn.word == word)
        return decoded;
    decoded->pc = pc;
    uop_decode(word, &decoded->uop);
    insn_decode(word, &decoded->insn);
    decoded->insn.word = word;
    decoded->memory = insn_is_memory(&decoded->insn) && !decoded->insn.at;
    return decoded;
}

/* As insn_address, with the registers that the engine has now. */
static uint64_t address_of(struct engine *engine, const struct decoded *decoded)
{
    const struct insn *insn = &decoded->insn;
    uint64_t x[32];

    x[31] = 0;
    if (insn->rn != 31)
        x[insn->rn] = engine_read_x(engine->uc, insn->rn);
    else if (insn->addressing != ADDR_REG)
        x[31] = engine_read_reg(engine->uc, UC_ARM64_REG_SP);
    if (insn->addressing == ADDR_BASE_REG && insn->rm != insn->rn && insn->rm != 31)
        x[insn->rm] = engine_read_x(engine->uc, insn->rm);
    return insn_address(insn, &(struct insn_regs){.x = x, .pc = decoded->pc}).v;
}

/* The pieces of an access, by page. */
static unsigned accesses_of(struct engine_detail *detail, const struct decoded *decoded,
                            struct detail_access access[DETAIL_ACCESSES])
{
    const struct insn *insn = &decoded->insn;
    bool zero = insn->cls == INSN_ZERO;
    uint64_t va = zero ? detail->asked_va & ~(uint64_t)(ACCESS_ZVA_BLOCK - 1) : detail->asked_va;
    uint64_t end = va + (zero ? ACCESS_ZVA_BLOCK : insn_bytes(insn) ? insn_bytes(insn) : 1);
    unsigned count = 0;

    while (va < end && count < DETAIL_ACCESSES) {
        uint64_t next = (va | GRANULE_MASK) + 1;
        const struct page *page = page_of(detail, va, false);

        if (page->known)
            access[count++] = (struct detail_access){
                .pa = page->pa | (va & GRANULE_MASK),
                .bytes = (uint32_t)((next < end ? next : end) - va),
                .walk = translation_cycles(detail, va, false),
                .reads = insn->cls == INSN_LOAD || insn->cls == INSN_ATOMIC,
                .writes = insn->cls != INSN_LOAD,
                .zeroes = zero,
                .prefetch = !insn->elements,
                .uncached = page->uncached,
            };
        va = next;
    }
    return count;
}

/* --- cache maintenance (Arm ARM C5.3): DC and IC, by their encoding --- */

enum maintenance { CLEAN, INVALIDATE, INVALIDATE_FETCH, FETCH_ALL, SET_WAY, SET_WAY_CLEAN };

static const struct {
    uint8_t op1, crm, op2;
    enum maintenance what;
} maintenance_rows[] = {
    {0, 1, 0, FETCH_ALL},        /* IC IALLUIS */
    {0, 5, 0, FETCH_ALL},        /* IC IALLU */
    {3, 5, 1, INVALIDATE_FETCH}, /* IC IVAU */
    {0, 6, 1, INVALIDATE},       /* DC IVAC */
    {3, 14, 1, INVALIDATE},      /* DC CIVAC */
    {3, 10, 1, CLEAN},           /* DC CVAC */
    {3, 11, 1, CLEAN},           /* DC CVAU */
    {3, 12, 1, CLEAN},           /* DC CVAP */
    {3, 13, 1, CLEAN},           /* DC CVADP */
    {0, 6, 2, SET_WAY},          /* DC ISW */
    {0, 14, 2, SET_WAY},         /* DC CISW */
    {0, 10, 2, SET_WAY_CLEAN},   /* DC CSW */
};

/* Level, set and way of an operand; ways are in its topmost bits. */
static void by_set_way(struct cache_model *cache, uint64_t operand, bool invalidate)
{
    static const enum cache_unit unit_of[] = {CACHE_L1D, CACHE_L2, CACHE_L3};
    unsigned level = operand >> 1 & 7, way_bits = 0;
    const struct cache_geometry *geometry;

    if (level >= sizeof(unit_of) / sizeof(unit_of[0]))
        return;
    geometry = &cache->unit[unit_of[level]].geometry;
    while (1u << way_bits < geometry->ways)
        way_bits++;
    cache_model_set_way(cache, unit_of[level],
                        (uint32_t)(operand & UINT32_MAX) >> CACHE_LINE_SHIFT & (geometry->sets - 1),
                        way_bits ? (uint32_t)operand >> (32 - way_bits) : 0, invalidate);
}

static bool is_maintenance(const struct insn *insn)
{
    return (insn->cls == INSN_CACHE_OP || insn->cls == INSN_SYSREG) && insn->op0 == 1 &&
           insn->crn == 7 && !insn->read;
}

static void maintain(struct engine_detail *detail, const struct decoded *decoded)
{
    struct cache_model *cache = &detail->model.cache;
    const struct insn *insn = &decoded->insn;
    const struct page *page;
    unsigned row = 0, rows = sizeof(maintenance_rows) / sizeof(maintenance_rows[0]);
    uint64_t pa;

    while (row < rows &&
           (maintenance_rows[row].op1 != insn->op1 || maintenance_rows[row].crm != insn->crm ||
            maintenance_rows[row].op2 != insn->op2))
        row++;
    if (row == rows)
        return;
    switch (maintenance_rows[row].what) {
    case FETCH_ALL:
        cache_model_invalidate_all_fetch(cache);
        return;
    case SET_WAY:
    case SET_WAY_CLEAN:
        by_set_way(cache, detail->asked_va, maintenance_rows[row].what == SET_WAY);
        return;
    default:
        break;
    }
    page = page_of(detail, detail->asked_va, false);
    if (!page->known)
        return;
    pa = page->pa | (detail->asked_va & GRANULE_MASK);
    if (maintenance_rows[row].what == INVALIDATE_FETCH)
        cache_model_invalidate_fetch(cache, pa);
    else if (maintenance_rows[row].what == INVALIDATE)
        cache_model_invalidate(cache, pa);
    else
        cache_model_clean(cache, pa);
}

/* --- one instruction after the other --- */

static void ask(struct engine_detail *detail, uint64_t pc)
{
    struct decoded *decoded = decode(detail, pc);
    const struct insn *insn = &decoded->insn;

    detail->asked = decoded;
    if (detail->told)
        return;
    if (decoded->memory)
        detail->asked_va = address_of(detail->cpu->engine, decoded);
    else if (is_maintenance(insn)) /* by set and way */
        detail->asked_va = insn->rt < 31 ? engine_read_x(detail->cpu->engine->uc, insn->rt) : 0;
}

/* The instruction that was asked about is done, and the guest goes on at next. */
static void commit(struct engine_detail *detail, uint64_t next)
{
    const struct decoded *decoded = detail->asked;
    struct detail_access access[DETAIL_ACCESSES];
    struct detail_insn insn = {.pc = decoded->pc,
                               .pa = decoded->pa,
                               .word = decoded->insn.word,
                               .uncached = decoded->uncached,
                               .uop = &decoded->uop,
                               .access = access,
                               .next = next};

    detail->asked = NULL;
    detail->told = false;
    if (detail_fetches(&detail->model, decoded->pa))
        insn.walk = translation_cycles(detail, decoded->pc, true);
    if (is_maintenance(&decoded->insn))
        maintain(detail, decoded);
    else if (decoded->memory)
        insn.accesses = accesses_of(detail, decoded, access);
    detail_step(&detail->model, &insn);
}

void engine_detail_on_insn(uc_engine *uc, uint64_t address, uint32_t size, void *user)
{
    struct engine *engine = user;
    struct cpu *cpu = engine->resident;
    struct engine_detail *detail = cpu->detail;

    (void)size;
    if (detail->asked)
        commit(detail, address);
    cpu->block_pc = address;
    cpu->block_size = 0;
    if (cpu->event_line == UINT64_MAX && detail_cycles(&detail->model) >= cpu->flow.due) {
        cpu->event_line = cpu->executed;
        cpu->stop_line = 0;
    }
    if (cpu->executed + 1 > cpu->stop_line) {
        engine->block_stop = engine_block_stop(engine, cpu, address, 1, 0);
        if (engine->block_stop != STOP_NONE) {
            uc_emu_stop(uc);
            return;
        }
    }
    detail->told = false;
    ask(detail, address);
    cpu->block_size = 4;
    cpu->executed++;
}

void engine_detail_on_block(uc_engine *uc, uint64_t address, uint32_t size, void *user)
{
    struct engine *engine = user;
    struct cpu *cpu = engine->resident;

    (void)size;
    if (!(address & 3))
        return;
    if (cpu->detail->asked)
        commit(cpu->detail, address);
    cpu->block_pc = address;
    cpu->block_size = 0;
    engine->block_stop = engine_block_stop(engine, cpu, address, 1, 0);
    uc_emu_stop(uc);
}

void engine_detail_end(struct engine_detail *detail, uint64_t pc, bool executed)
{
    if (detail->asked && executed)
        commit(detail, pc);
    detail->asked = NULL;
}

void engine_detail_access(struct engine_detail *detail, va_t va)
{
    detail->told = true;
    detail->asked_va = va.v;
}

void engine_detail_instruction(struct engine_detail *detail, uint64_t pc)
{
    ask(detail, pc);
    commit(detail, pc + 4);
}

void engine_detail_walk_fault(struct engine_detail *detail, va_t va, const struct tlb_reads *reads)
{
    const struct tlb_walk met = detail->cpu->walk;

    detail_walk_fault(&detail->model, detail->cpu->engine->core->tlb.main.latency +
                                          walk_cycles(detail, va.v, &met, reads));
    engine_detail_charge(detail);
}

void engine_detail_drain(struct engine_detail *detail)
{
    detail->told = false;
    detail_drain(&detail->model);
}

/* --- the clock --- */

uint64_t engine_detail_cycles(const struct engine_detail *detail)
{
    return detail_cycles(&detail->model);
}

void engine_detail_charge(struct engine_detail *detail)
{
    struct cpu *cpu = detail->cpu;
    struct detail_sum sum[DETAIL_ROWS];

    detail_collect(&detail->model, sum);
    for (unsigned row = 0; row < DETAIL_ROWS; row++)
        clock_charge_cycles(cpu->engine->clock, op_of[row], sum[row].count, sum[row].cycles);
}

/* --- life --- */

struct engine_detail *engine_detail_new(struct cpu *cpu, const struct core_model *core)
{
    struct engine_detail *detail = calloc(1, sizeof(*detail));

    if (!detail)
        return NULL;
    detail->cpu = cpu;
    for (unsigned i = 0; i < DECODED; i++)
        detail->decoded[i].pc = NOWHERE;
    for (unsigned i = 0; i < DATA_PAGES; i++)
        detail->data[i].va = NOWHERE;
    for (unsigned i = 0; i < FETCH_PAGES; i++)
        detail->fetch[i].va = NOWHERE;
    if (detail_init(&detail->model, core))
        return detail;
    engine_detail_free(detail);
    return NULL;
}

void engine_detail_free(struct engine_detail *detail)
{
    if (!detail)
        return;
    detail_free(&detail->model);
    free(detail);
}
