/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A guest's CPU with 2 MiB of memory at two addresses, and vectors that leave by HVC. */
#ifndef TEST_CPU_FIXTURE_H
#define TEST_CPU_FIXTURE_H

#include <check.h>
#include <stdlib.h>

#include "cpu/arch/descriptor.h"
#include "cpu/arch/esr.h"
#include "cpu/arch/pstate.h"
#include "cpu/cpu.h"

#define SIZE ((uint64_t)64 << 20)
#define S2_ROOT PHYS_DRAM_BASE
#define S2_L2 (PHYS_DRAM_BASE + 0x2000)
#define RAM_IPA 0x40000000u
#define ALIAS_IPA 0x40200000u /* the same 2 MiB again */
#define RAM (PHYS_DRAM_BASE + 0x200000)
#define EL1H_MASKED 0x3c5u

#define NOP 0xd503201fu
#define HVC0 0xd4000002u
#define SMC0 0xd4000003u
#define SVC1 0xd4000021u
#define BRK2 0xd4200040u
#define UDF0 0x00000000u
#define WFI 0xd503207fu
#define ERET 0xd69f03e0u
#define B_SELF 0x14000000u
#define RET_X1 0xd65f0020u

static struct physmem *mem;
static struct engine *engine;
static struct cpu *cpu;
static struct el2_regs *el2;
static struct cost_profile profile = {.name = "test", .core_hz = 1000000000};
static struct clock sim_clock;
static uint64_t engine_chaos; /* a seed for the next engine; 0: none */
static uint32_t walk_cycles;  /* of a TLB miss, and of each descriptor read after it */
static pa_t engine_gicv;      /* GICV frame of the next engine's GICv2; 0: a GICv3 */

static void put_code(uint64_t ipa, const uint32_t *words, size_t count)
{
    ck_assert_int_eq(physmem_write(mem, PAS_NON_SECURE, PA(RAM + ipa - RAM_IPA), words, count * 4),
                     PHYS_OK);
}

#define CODE(ipa, ...)                                                                             \
    put_code(ipa, (const uint32_t[]){__VA_ARGS__},                                                 \
             sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

static void setup(void)
{
    char error[200] = "";
    uint64_t block = field_mask(DESC_AF) | 3u << 6 | 0xfu << 2 | 1;

    mem = physmem_new(SIZE);
    ck_assert_ptr_nonnull(mem);
    for (unsigned op = 0; op < OP_COUNT; op++)
        profile.cycles[op] = 1;
    /* so that a test can say in which cycle an instruction starts; test_guest_tlb has figures */
    profile.cycles[OP_TLB_MISS] = profile.cycles[OP_S1_WALK_LEVEL] = walk_cycles;
    profile.cycles[OP_S2_WALK_LEVEL] = walk_cycles;
    sim_clock = (struct clock){.profile = &profile};
    engine = engine_new(
        &(struct engine_config){
            .mem = mem, .clock = &sim_clock, .chaos = engine_chaos, .gicv = engine_gicv},
        error, sizeof(error));
    ck_assert_msg(engine != NULL, "%s", error);
    cpu = cpu_new(engine, 0, error, sizeof(error));
    ck_assert_msg(cpu != NULL, "%s", error);
    el2 = cpu_el2(cpu);
    el2->hcr = field_mask(HCR_VM) | field_mask(HCR_RW) | field_mask(HCR_TSC) | field_mask(HCR_TWI);
    el2->vtcr = field_put(VTCR_T0SZ, 24) | field_put(VTCR_SL0, 1) | field_put(VTCR_PS, 2);
    el2->vttbr = S2_ROOT;
    physmem_write64(mem, PAS_NON_SECURE, PA(S2_ROOT + 8), S2_L2 | 3);
    physmem_write64(mem, PAS_NON_SECURE, PA(S2_L2), RAM | block);
    physmem_write64(mem, PAS_NON_SECURE, PA(S2_L2 + 8), RAM | block);
    cpu_set_budget(cpu, 100000);
    cpu_set_sysreg(cpu, SYSREG_VBAR_EL1, RAM_IPA + 0x8000);
    /* every vector leaves by HVC, so that an exception to EL1 is seen */
    for (unsigned offset = 0; offset < 0x800; offset += 0x80)
        CODE(RAM_IPA + 0x8000 + offset, HVC0);
    el2->elr = RAM_IPA;
    el2->spsr = EL1H_MASKED;
}

static void teardown(void)
{
    cpu_free(cpu);
    engine_free(engine);
    physmem_free(mem);
}

#endif
