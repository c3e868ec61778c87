/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/fuzz/guest.h"

#include <string.h>

#include "cpu/count.h"

/* A64 (Arm ARM C6.2), with the fields to be filled zero. */
#define LDST_UNSIGNED 0x39000000u
#define LDST_POST 0x38400400u
#define STP_X 0xa9000000u
#define LDP_X 0xa9400000u
#define LDR_Q 0x3dc00000u
#define MOVZ 0xd2800000u
#define MOVK 0xf2800000u
#define MOV_REG 0xaa0003e0u
#define ADD_IMM 0x91000000u
#define EOR_REG 0xca000000u
#define SYSTEM 0xd5000000u
#define SVC 0xd4000001u
#define HVC 0xd4000002u
#define SMC 0xd4000003u
#define BRK 0xd4200000u
#define WFE 0xd503205fu
#define WFI 0xd503207fu
#define BR 0xd61f0000u
#define B 0x14000000u
#define B_EQ 0x54000000u
#define LSR_26 0xd35afc00u
#define CMP_IMM 0xf100001fu
#define ERET 0xd69f03e0u

#define BASE_REG 20u /* x20..x26: the places */
#define TEMP_REG 28u
#define RESTART_REG 29u
#define FIRST_FREE 8u /* x8..x19 are the program's */
#define FREE_REGS 12u
#define XZR 31u

#define VECTOR_WORDS (0x80u / 4)
#define VECTOR_COUNT 16u
#define EC_FETCH_SAME_EL 0x21u

struct program {
    struct rng *rng;
    uint32_t *words;
    size_t count;
};

static void put(struct program *p, uint32_t word)
{
    if (p->count < GUEST_PAGE_WORDS - 1)
        p->words[p->count++] = word;
}

static uint32_t below(struct program *p, uint32_t n)
{
    return (uint32_t)rng_below(p->rng, n);
}

static uint32_t any_reg(struct program *p)
{
    return below(p, 10) == 0 ? XZR : FIRST_FREE + below(p, FREE_REGS);
}

/* Most often the first two, which keep a realm going. */
static uint32_t any_base(struct program *p)
{
    static const uint8_t weights[] = {ARG_MMIO,   ARG_MMIO,   ARG_MMIO,  ARG_DATA,
                                      ARG_ABSENT, ARG_SHARED, ARG_EMPTY, ARG_BEYOND};

    return BASE_REG + weights[below(p, COUNT(weights))];
}

static void set_reg(struct program *p, uint32_t reg, uint64_t value)
{
    put(p, MOVZ | (uint32_t)(value & 0xffff) << 5 | reg);
    for (unsigned hw = 1; hw < 4; hw++)
        if (value >> (16 * hw) & 0xffff)
            put(p, MOVK | hw << 21 | (uint32_t)(value >> (16 * hw) & 0xffff) << 5 | reg);
}

/* --- what it does ------------------------------------------------------------------------------
 */

static void access(struct program *p)
{
    uint32_t size = below(p, 4), opc = below(p, 4);

    if (size == 3 && opc > 1)
        opc = 1;
    if (size == 2 && opc == 3)
        opc = 2;
    put(p, size << 30 | LDST_UNSIGNED | opc << 22 | below(p, 64) << 10 | any_base(p) << 5 |
               any_reg(p));
}

static void access_without_syndrome(struct program *p)
{
    uint32_t base = any_base(p);

    switch (below(p, 4)) {
    case 0:
        put(p, STP_X | any_reg(p) << 10 | base << 5 | any_reg(p));
        break;
    case 1:
        put(p, LDP_X | FIRST_FREE << 10 | base << 5 | (FIRST_FREE + 1));
        break;
    case 2:
        put(p, LDR_Q | base << 5 | below(p, 32));
        break;
    default:
        put(p, MOV_REG | base << 16 | TEMP_REG);
        put(p, below(p, 4) << 30 | LDST_POST | 4u << 12 | TEMP_REG << 5 | any_reg(p));
        break;
    }
}

static void compute(struct program *p)
{
    uint32_t reg = FIRST_FREE + below(p, FREE_REGS);

    if (below(p, 2))
        set_reg(p, reg, rng_next(p->rng));
    else
        put(p, EOR_REG | any_reg(p) << 16 | any_reg(p) << 5 | reg);
}

/* A call with arguments that are mostly addresses it makes sense for. */
static void call(struct program *p)
{
    static const uint32_t functions[] = {
        0xc4000190, /* RSI: VERSION .. HOST_CALL */
        0xc4000191, 0xc4000192, 0xc4000193, 0xc4000194, 0xc4000195,
        0xc4000196, 0xc4000197, 0xc4000197, 0xc4000198, 0xc4000199,
        0xc4000199, 0xc4000199, 0x84000000, /* PSCI: VERSION, CPU_SUSPEND, CPU_OFF, CPU_ON,
                                               AFFINITY_INFO, FEATURES */
        0xc4000001, 0x84000002, 0xc4000003, 0xc4000003, 0xc4000004,
        0x8400000a, 0x80000000, /* SMCCC_VERSION */
        0x84000008,             /* SYSTEM_OFF */
    };
    uint32_t index = below(p, COUNT(functions));
    uint32_t fid = functions[index];

    if (index == COUNT(functions) - 1 && below(p, 8))
        fid = functions[0]; /* a realm that is off is no use any more */
    if (below(p, 20) == 0)
        fid = (uint32_t)rng_next(p->rng);
    set_reg(p, 0, fid);
    switch (fid) {
    case 0xc4000197: /* IPA_STATE_SET: base, top, ripas, flags */
    case 0xc4000198:
        set_reg(p, 1, (GUEST_DATA + (uint64_t)below(p, 6) * 0x1000));
        set_reg(p, 2, (GUEST_DATA + (uint64_t)below(p, 8) * 0x1000));
        set_reg(p, 3, below(p, 3));
        set_reg(p, 4, below(p, 2));
        break;
    case 0xc4000199: /* HOST_CALL, and what the structure says */
        put(p, ADD_IMM | (below(p, 8) * 0x100) << 10 | (BASE_REG + ARG_CALLS) << 5 | 1u);
        put(p, 3u << 30 | LDST_UNSIGNED | below(p, 32) << 10 | 1u << 5 | any_reg(p));
        break;
    case 0xc4000003: /* CPU_ON: target, entry, context */
    case 0xc4000004: /* AFFINITY_INFO: target, level */
        set_reg(p, 1, below(p, 4));
        set_reg(p, 2, fid == 0xc4000003 ? GUEST_CODE : 0);
        set_reg(p, 3, rng_next(p->rng));
        break;
    default:
        put(p, MOV_REG | (BASE_REG + (below(p, 2) ? ARG_CALLS : below(p, 7))) << 16 | 1u);
        set_reg(p, 2, below(p, 3) ? below(p, 5) : below(p, 0x1000));
        set_reg(p, 3, below(p, 3) ? 0 : below(p, 0x2000));
        break;
    }
    put(p, SMC);
}

static void system_register(struct program *p)
{
    static const struct {
        uint32_t op0, op1, crn, crm, op2, reads;
    } regs[] = {
        {3, 0, 12, 11, 5, 0}, /* ICC_SGI1R_EL1 */
        {3, 0, 12, 11, 7, 0}, /* ICC_SGI0R_EL1 */
        {3, 0, 12, 11, 1, 0}, /* ICC_DIR_EL1 */
        {3, 0, 0, 4, 0, 1},   /* ID_AA64PFR0_EL1 */
        {3, 0, 0, 0, 5, 1},   /* MPIDR_EL1 */
        {3, 3, 13, 0, 2, 2},  /* TPIDR_EL0 */
        {3, 0, 13, 0, 1, 2},  /* CONTEXTIDR_EL1 */
        {3, 0, 5, 1, 0, 2},   /* AFSR0_EL1 */
        {3, 0, 10, 4, 4, 2},  /* MPAM */
        {2, 1, 9, 0, 0, 2},   /* BRBCR_EL1 */
        {3, 3, 9, 12, 0, 2},  /* PMCR_EL0 */
    };
    uint32_t n = below(p, COUNT(regs));
    uint32_t read = regs[n].reads == 2 ? below(p, 2) : regs[n].reads;

    put(p, SYSTEM | read << 21 | regs[n].op0 << 19 | regs[n].op1 << 16 | regs[n].crn << 12 |
               regs[n].crm << 8 | regs[n].op2 << 5 | any_reg(p));
}

static void leave_track(struct program *p)
{
    static const uint32_t words[] = {SVC, HVC, HVC, BRK, WFI, WFI, WFE, 0 /* UDF */};

    if (below(p, 6))
        put(p, words[below(p, COUNT(words))]);
    else
        put(p, BR | any_base(p) << 5);
}

void guest_code(struct rng *rng, uint32_t *words)
{
    struct program p = {.rng = rng, .words = words};
    uint32_t snippets = 8 + below(&p, 40), start;

    memset(words, 0, GUEST_PAGE_WORDS * sizeof(*words));
    for (uint32_t n = 0; n <= ARG_CALLS; n++)
        put(&p, MOV_REG | n << 16 | (BASE_REG + n));
    for (uint32_t n = 0; n < FREE_REGS; n++)
        set_reg(&p, FIRST_FREE + n, rng_next(rng));
    start = (uint32_t)p.count;
    set_reg(&p, RESTART_REG, GUEST_CODE + start * sizeof(*words));
    for (uint32_t n = 0; n < snippets; n++) {
        uint32_t kind = below(&p, 100);

        if (kind < 45)
            access(&p);
        else if (kind < 55)
            access_without_syndrome(&p);
        else if (kind < 65)
            compute(&p);
        else if (kind < 85)
            call(&p);
        else if (kind < 93)
            system_register(&p);
        else
            leave_track(&p);
    }
    words[p.count] = B | ((start - (uint32_t)p.count) & 0x3ffffff);
}

/* Steps over what was refused; a fetch that was is begun anew. */
void guest_vectors(uint32_t *words)
{
    static const uint32_t handler[] = {
        0xd5385200u | TEMP_REG, /* mrs x28, esr_el1 */
        LSR_26 | TEMP_REG << 5 | TEMP_REG,
        CMP_IMM | EC_FETCH_SAME_EL << 10 | TEMP_REG << 5,
        B_EQ | 5u << 5,
        0xd5384020u | TEMP_REG, /* mrs x28, elr_el1 */
        ADD_IMM | 4u << 10 | TEMP_REG << 5 | TEMP_REG,
        0xd5184020u | TEMP_REG, /* msr elr_el1, x28 */
        ERET,
        0xd5184020u | RESTART_REG, /* msr elr_el1, x29 */
        ERET,
    };

    memset(words, 0, GUEST_PAGE_WORDS * sizeof(*words));
    for (uint32_t n = 0; n < VECTOR_COUNT; n++)
        memcpy(words + n * VECTOR_WORDS, handler, sizeof(handler));
}
