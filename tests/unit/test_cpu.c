/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Real code on the engine: what leaves EL1, with which syndrome, at which instruction. */
#include "tests/unit/check_main.h"
#include "tests/unit/test_cpu_fixture.h"

START_TEST(hvc_returns_behind_and_smc_at_the_instruction)
{
    CODE(RAM_IPA, NOP, HVC0, NOP, SMC0);
    ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_SYNC);
    ck_assert_uint_eq(el2->esr, 0x5a000000);
    ck_assert_uint_eq(el2->elr, RAM_IPA + 8);
    ck_assert_uint_eq(cpu_instructions(cpu), 2);
    ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_SYNC);
    ck_assert_uint_eq(el2->esr, 0x5e000000);
    ck_assert_uint_eq(el2->elr, RAM_IPA + 12);
    ck_assert_uint_eq(cpu_instructions(cpu), 3);
    ck_assert_uint_eq(el2->spsr, EL1H_MASKED);
}
END_TEST

START_TEST(engine_leaves_no_page_marked)
{
    CODE(RAM_IPA, NOP, HVC0);
    ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_SYNC);
    ck_assert(physmem_is_code(mem, PA(RAM)));
    cpu_free(cpu);
    engine_free(engine);
    cpu = NULL;
    engine = NULL;
    ck_assert_msg(!physmem_is_code(mem, PA(RAM)), "the next engine could never write it");
}
END_TEST

START_TEST(a_load_faults_in_the_middle_of_a_block)
{
    CODE(RAM_IPA, NOP, NOP, 0x39800002 /* ldrsb x2, [x0] */, NOP, HVC0);
    cpu_set_x(cpu, 0, 0x09000123);
    cpu_set_x(cpu, 2, 7);
    ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_SYNC);
    ck_assert_uint_eq(el2->esr, 0x93a28005 & ~0x800000u);
    ck_assert_uint_eq(el2->far, 0x09000123);
    ck_assert_uint_eq(el2->hpfar, 0x90000);
    ck_assert_uint_eq(el2->elr, RAM_IPA + 8);
    ck_assert_uint_eq(cpu_instructions(cpu), 2);
    ck_assert_uint_eq(cpu_get_x(cpu, 2), 7);
    el2->elr += 4;
    cpu_set_x(cpu, 2, 0x55);
    ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_SYNC);
    ck_assert_uint_eq(field_get(el2->esr, ESR_EC), ESR_EC_HVC64);
    ck_assert_uint_eq(cpu_get_x(cpu, 2), 0x55);
    ck_assert_uint_eq(cpu_instructions(cpu), 4);
}
END_TEST

START_TEST(fetching_from_nowhere_is_an_instruction_abort)
{
    CODE(RAM_IPA, RET_X1);
    cpu_set_x(cpu, 1, 0x0a000000);
    ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_SYNC);
    ck_assert_uint_eq(el2->esr, 0x82000005);
    ck_assert_uint_eq(el2->far, 0x0a000000);
    ck_assert_uint_eq(el2->hpfar, 0xa0000);
    ck_assert_uint_eq(el2->elr, 0x0a000000);
}
END_TEST

/* What begins at the misaligned PC is one of the words on which the translator ends the process. */
START_TEST(a_misaligned_pc_is_a_fault_of_the_guest)
{
    static const uint64_t places[] = {RAM_IPA + 0x100, RAM_IPA + 0xffc};
    uint64_t at = places[_i / 3];
    unsigned offset = 1 + (unsigned)_i % 3;
    const uint32_t fatal = 0x6ed61d2f;

    CODE(RAM_IPA, RET_X1);
    CODE(at, fatal << 8 * offset, fatal >> (32 - 8 * offset));
    cpu_set_x(cpu, 1, at + offset);
    ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_SYNC);
    ck_assert_uint_eq(el2->elr, RAM_IPA + 0x8200 + 4);
    ck_assert_uint_eq(cpu_get_sysreg(cpu, SYSREG_ESR_EL1), 0x8a000000);
    ck_assert_uint_eq(cpu_get_sysreg(cpu, SYSREG_FAR_EL1), at + offset);
}
END_TEST

START_TEST(exceptions_to_el1_stay_inside)
{
    static const struct {
        uint32_t insn;
        uint64_t esr;
        unsigned elr;
    } rows[] = {{SVC1, 0x56000001, 4}, {BRK2, 0xf2000002, 0}, {UDF0, 0x02000000, 0}};

    CODE(RAM_IPA, rows[_i].insn);
    cpu_set_sp(cpu, 1, 0x1230);
    ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_SYNC);
    ck_assert_uint_eq(field_get(el2->esr, ESR_EC), ESR_EC_HVC64);
    ck_assert_uint_eq(el2->elr, RAM_IPA + 0x8200 + 4);
    ck_assert_uint_eq(cpu_get_sysreg(cpu, SYSREG_ESR_EL1), rows[_i].esr);
    ck_assert_uint_eq(cpu_get_sysreg(cpu, SYSREG_ELR_EL1), RAM_IPA + rows[_i].elr);
    ck_assert_uint_eq(cpu_get_sysreg(cpu, SYSREG_SPSR_EL1), EL1H_MASKED);
    ck_assert_uint_eq(cpu_get_sp(cpu, 1), 0x1230);
}
END_TEST

START_TEST(el0_has_its_own_stack_and_vector)
{
    CODE(RAM_IPA, 0x910043ff /* add sp, sp, #16 */, SVC1);
    CODE(RAM_IPA + 0x8400, 0x910083ff /* add sp, sp, #32 */, ERET);
    cpu_set_sp(cpu, 0, 0x1000);
    cpu_set_sp(cpu, 1, 0x2000);
    el2->spsr = 0; /* EL0t */
    CODE(RAM_IPA + 8, 0x910043ff, B_SELF);
    cpu_set_budget(cpu, 20);
    ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_LIMIT);
    ck_assert_uint_eq(cpu_get_sysreg(cpu, SYSREG_ESR_EL1), 0x56000001);
    ck_assert_uint_eq(cpu_get_sp(cpu, 0), 0x1020);
    ck_assert_uint_eq(cpu_get_sp(cpu, 1), 0x2020);
    ck_assert_uint_eq(field_get(el2->spsr, PSTATE_M), PSTATE_EL0T);
    ck_assert_uint_eq(el2->elr, RAM_IPA + 12);
}
END_TEST

START_TEST(a_stage1_abort_goes_to_el1)
{
    CODE(RAM_IPA, 0xf9400001 /* ldr x1, [x0] */);
    cpu_set_x(cpu, 0, (uint64_t)1 << 50);
    ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_SYNC);
    ck_assert_uint_eq(cpu_get_sysreg(cpu, SYSREG_ESR_EL1), 0x96000000); /* address size, level 0 */
    ck_assert_uint_eq(cpu_get_sysreg(cpu, SYSREG_FAR_EL1), (uint64_t)1 << 50);
    ck_assert_uint_eq(cpu_get_sysreg(cpu, SYSREG_ELR_EL1), RAM_IPA);
}
END_TEST

START_TEST(limits_hold)
{
    CODE(RAM_IPA, NOP, 0x17ffffff /* b -4 */);
    cpu_set_budget(cpu, 1000);
    ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_LIMIT);
    ck_assert_uint_eq(cpu_instructions(cpu), 1000);
    ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_LIMIT);
    ck_assert_uint_eq(cpu_instructions(cpu), 1000);
    cpu_set_budget(cpu, 10);
    ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_LIMIT);
    ck_assert_uint_eq(cpu_instructions(cpu), 1010);
}
END_TEST

/* VBAR points to where stage 1 faults: no instruction is ever executed again. */
START_TEST(an_exception_loop_at_el1_ends)
{
    CODE(RAM_IPA, SVC1);
    cpu_set_sysreg(cpu, SYSREG_VBAR_EL1, (uint64_t)1 << 51);
    cpu_set_budget(cpu, 1000);
    ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_LIMIT);
}
END_TEST

START_TEST(wfi_traps_when_asked)
{
    CODE(RAM_IPA, WFI, HVC0);
    ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_SYNC);
    ck_assert_uint_eq(field_get(el2->esr, ESR_EC), ESR_EC_WFX);
    ck_assert_uint_eq(el2->elr, RAM_IPA);
    el2->hcr &= ~field_mask(HCR_TWI);
    ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_SYNC);
    ck_assert_uint_eq(field_get(el2->esr, ESR_EC), ESR_EC_HVC64);
}
END_TEST

/* str w1, [x0]; br x2 -- the store rewrites the code it jumps to, by its own address or an alias.
 */
START_TEST(a_guest_sees_the_code_it_writes)
{
    uint64_t target = RAM_IPA + 0x100, alias = _i ? ALIAS_IPA + 0x100 : target;

    CODE(target, 0xd2800023 /* mov x3, #1 */, HVC0);
    CODE(RAM_IPA, 0xb9000001, 0xd61f0040);
    el2->elr = target;
    ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_SYNC);
    ck_assert_uint_eq(cpu_get_x(cpu, 3), 1);
    for (uint32_t value = 2; value < 6; value++) {
        el2->elr = RAM_IPA;
        cpu_set_x(cpu, 0, alias);
        cpu_set_x(cpu, 1, 0xd2800003u | value << 5);
        cpu_set_x(cpu, 2, target);
        ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_SYNC);
        ck_assert_uint_eq(cpu_get_x(cpu, 3), value);
    }
}
END_TEST

START_TEST(a_guest_sees_the_code_a_model_writes)
{
    for (uint32_t value = 1; value < 5; value++) {
        CODE(RAM_IPA, 0xd2800003u | value << 5, HVC0);
        el2->elr = RAM_IPA;
        ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_SYNC);
        ck_assert_uint_eq(cpu_get_x(cpu, 3), value);
    }
}
END_TEST

START_TEST(a_changed_stage2_is_seen_after_invalidation)
{
    CODE(RAM_IPA, 0xf9400001 /* ldr x1, [x0] */, HVC0);
    cpu_set_x(cpu, 0, ALIAS_IPA);
    ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_SYNC);
    ck_assert_uint_eq(field_get(el2->esr, ESR_EC), ESR_EC_HVC64);
    physmem_write64(mem, PAS_NON_SECURE, PA(S2_L2 + 8), 0);
    cpu_tlb_invalidate(cpu);
    el2->elr = RAM_IPA;
    ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_SYNC);
    ck_assert_uint_eq(el2->esr, 0x93c18006);
}
END_TEST

START_TEST(the_counter_is_simulated_time)
{
    CODE(RAM_IPA, 0xd53be040 /* mrs x0, cntvct_el0 */, NOP, NOP, 0xd53be041, HVC0);
    profile.cycles[OP_GUEST_INSN] = 1600; /* 100 ticks at 62.5 MHz and 1 GHz */
    sim_clock.now = CYCLES(0);
    ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_SYNC);
    ck_assert_uint_eq(cpu_get_x(cpu, 1) - cpu_get_x(cpu, 0), 300);
    ck_assert_uint_lt(cpu_get_x(cpu, 0), 10);
}
END_TEST

START_TEST(two_cpus_share_the_engine)
{
    char error[200];
    struct cpu *other = cpu_new(engine, 1, error, sizeof(error));

    ck_assert_ptr_nonnull(other);
    CODE(RAM_IPA, 0x91000400 /* add x0, x0, #1 */, HVC0);
    *cpu_el2(other) = *el2;
    cpu_set_x(cpu, 0, 10);
    cpu_set_x(other, 0, 20);
    for (unsigned round = 0; round < 3; round++) {
        el2->elr = cpu_el2(other)->elr = RAM_IPA;
        ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_SYNC);
        ck_assert_int_eq(cpu_run(other), CPU_EXIT_SYNC);
    }
    ck_assert_uint_eq(cpu_get_x(cpu, 0), 13);
    ck_assert_uint_eq(cpu_get_x(other, 0), 23);
    cpu_free(other);
}
END_TEST

#define MSR_TTBR0_X1 0xd5182001u
#define MSR_CPACR_X1 0xd5181041u
#define FMOV_D0_X0 0x9e670000u
#define DC_CIVAC_X0 0xd50b7e20u
#define LDAR_X1_X0 0xc8dffc01u
#define WFE 0xd503205fu

START_TEST(a_trapped_register_write_leaves_in_front_of_it)
{
    CODE(RAM_IPA, NOP, MSR_TTBR0_X1, HVC0);
    el2->hcr |= field_mask(HCR_TVM);
    cpu_set_x(cpu, 1, 0x1000);
    ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_SYNC);
    ck_assert_uint_eq(el2->esr, 0x62300820);
    ck_assert_uint_eq(el2->elr, RAM_IPA + 4);
    ck_assert_uint_eq(cpu_get_sysreg(cpu, SYSREG_TTBR0_EL1), 0);
    ck_assert_uint_eq(cpu_instructions(cpu), 1);
    /* the trap off: the very same code writes */
    el2->hcr &= ~field_mask(HCR_TVM);
    ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_SYNC);
    ck_assert_uint_eq(field_get(el2->esr, ESR_EC), ESR_EC_HVC64);
    ck_assert_uint_eq(cpu_get_sysreg(cpu, SYSREG_TTBR0_EL1), 0x1000);
    ck_assert_uint_eq(cpu_instructions(cpu), 3);
}
END_TEST

START_TEST(a_guest_reads_its_own_words)
{
    CODE(RAM_IPA, 0xf9400002 /* ldr x2, [x0] */, HVC0, MSR_TTBR0_X1, WFE);
    el2->hcr |= field_mask(HCR_TVM) | field_mask(HCR_TWE);
    cpu_set_x(cpu, 0, RAM_IPA + 8);
    ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_SYNC);
    ck_assert_uint_eq(cpu_get_x(cpu, 2), (uint64_t)WFE << 32 | MSR_TTBR0_X1);
}
END_TEST

START_TEST(floating_point_traps_as_soon_as_it_is_switched_off)
{
    CODE(RAM_IPA, FMOV_D0_X0, MSR_CPACR_X1, FMOV_D0_X0, NOP);
    cpu_set_x(cpu, 1, 0);
    ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_SYNC);
    ck_assert_uint_eq(cpu_get_sysreg(cpu, SYSREG_ESR_EL1), 0x1fe00000);
    ck_assert_uint_eq(cpu_get_sysreg(cpu, SYSREG_ELR_EL1), RAM_IPA + 8);
    el2->cptr = 1u << 10; /* TFP */
    el2->elr = RAM_IPA;
    cpu_set_sysreg(cpu, SYSREG_CPACR_EL1, 3u << 20);
    ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_SYNC);
    ck_assert_uint_eq(el2->esr, 0x1fe00000);
    ck_assert_uint_eq(el2->elr, RAM_IPA);
}
END_TEST

START_TEST(cache_maintenance_is_looked_up)
{
    CODE(RAM_IPA, DC_CIVAC_X0, HVC0);
    cpu_set_x(cpu, 0, RAM_IPA);
    ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_SYNC);
    ck_assert_uint_eq(field_get(el2->esr, ESR_EC), ESR_EC_HVC64);
    ck_assert_uint_eq(cpu_instructions(cpu), 2);
    el2->elr = RAM_IPA;
    cpu_set_x(cpu, 0, 0x09000123);
    ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_SYNC);
    ck_assert_uint_eq(el2->esr, 0x92000145);
    ck_assert_uint_eq(el2->far, 0x09000123);
}
END_TEST

START_TEST(acquire_loads_are_checked_and_executed)
{
    CODE(RAM_IPA, LDAR_X1_X0, HVC0);
    CODE(RAM_IPA + 0x20, 0x11223344, 0x55667788);
    cpu_set_x(cpu, 0, RAM_IPA + 0x20);
    ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_SYNC);
    ck_assert_uint_eq(field_get(el2->esr, ESR_EC), ESR_EC_HVC64);
    ck_assert_uint_eq(cpu_get_x(cpu, 1), 0x5566778811223344);
    el2->elr = RAM_IPA;
    cpu_set_x(cpu, 0, RAM_IPA + 0x2c);
    ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_SYNC);
    ck_assert_uint_eq(cpu_get_sysreg(cpu, SYSREG_ESR_EL1), 0x96000021);
    ck_assert_uint_eq(cpu_get_sysreg(cpu, SYSREG_FAR_EL1), RAM_IPA + 0x2c);
}
END_TEST

#define MSR_DAIFCLR_2 0xd50342ffu /* I */
#define MSR_DAIFCLR_4 0xd50344ffu /* A */

START_TEST(a_virtual_interrupt_waits_for_pstate)
{
    CODE(RAM_IPA, NOP, NOP, MSR_DAIFCLR_2, NOP, HVC0);
    el2->hcr |= field_mask(HCR_IMO) | field_mask(HCR_VI);
    ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_SYNC);
    ck_assert_uint_eq(el2->elr, RAM_IPA + 0x8280 + 4); /* the HVC in the vector of IRQ, EL1h */
    ck_assert_uint_eq(cpu_get_sysreg(cpu, SYSREG_ELR_EL1), RAM_IPA + 12);
    ck_assert_uint_eq(cpu_get_sysreg(cpu, SYSREG_SPSR_EL1), EL1H_MASKED & ~0x80u);
    ck_assert_uint_eq(el2->spsr, EL1H_MASKED);
    /* without the routing bit there are no virtual interrupts */
    el2->hcr &= ~field_mask(HCR_IMO);
    el2->elr = RAM_IPA;
    ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_SYNC);
    ck_assert_uint_eq(el2->elr, RAM_IPA + 20);
}
END_TEST

START_TEST(a_virtual_serror_brings_its_syndrome_once)
{
    CODE(RAM_IPA, MSR_DAIFCLR_4, NOP, HVC0);
    el2->hcr |= field_mask(HCR_AMO) | field_mask(HCR_VSE);
    el2->vsesr = 0x1000011;
    ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_SYNC);
    ck_assert_uint_eq(el2->elr, RAM_IPA + 0x8380 + 4);
    ck_assert_uint_eq(cpu_get_sysreg(cpu, SYSREG_ESR_EL1), 0xbf000011);
    ck_assert(!field_get(el2->hcr, HCR_VSE));
}
END_TEST

START_TEST(a_physical_interrupt_leaves_between_blocks)
{
    CODE(RAM_IPA, NOP, 0x17ffffff /* b -4 */);
    el2->hcr |= field_mask(HCR_IMO);
    cpu_set_line(cpu, CPU_LINE_IRQ, true);
    ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_IRQ); /* PSTATE.I masks nothing that EL2 takes */
    ck_assert_uint_eq(cpu_instructions(cpu), 0);
    cpu_set_line(cpu, CPU_LINE_IRQ, false);
    cpu_set_budget(cpu, 100);
    ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_LIMIT);
    el2->hcr |= field_mask(HCR_AMO);
    cpu_set_budget(cpu, 100);
    cpu_set_line(cpu, CPU_LINE_SERROR, true);
    ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_SERROR);
    ck_assert_uint_eq(field_get(el2->esr, ESR_EC), ESR_EC_SERROR);
    ck_assert_int_eq(cpu_run(cpu), CPU_EXIT_LIMIT);
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("cpu");
    TCase *tc = tcase_create("engine");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, hvc_returns_behind_and_smc_at_the_instruction);
    tcase_add_test(tc, engine_leaves_no_page_marked);
    tcase_add_test(tc, a_load_faults_in_the_middle_of_a_block);
    tcase_add_test(tc, fetching_from_nowhere_is_an_instruction_abort);
    tcase_add_loop_test(tc, a_misaligned_pc_is_a_fault_of_the_guest, 0, 6);
    tcase_add_loop_test(tc, exceptions_to_el1_stay_inside, 0, 3);
    tcase_add_test(tc, el0_has_its_own_stack_and_vector);
    tcase_add_test(tc, a_stage1_abort_goes_to_el1);
    tcase_add_test(tc, limits_hold);
    tcase_add_test(tc, an_exception_loop_at_el1_ends);
    tcase_add_test(tc, wfi_traps_when_asked);
    tcase_add_loop_test(tc, a_guest_sees_the_code_it_writes, 0, 2);
    tcase_add_test(tc, a_guest_sees_the_code_a_model_writes);
    tcase_add_test(tc, a_changed_stage2_is_seen_after_invalidation);
    tcase_add_test(tc, the_counter_is_simulated_time);
    tcase_add_test(tc, two_cpus_share_the_engine);
    tcase_add_test(tc, a_trapped_register_write_leaves_in_front_of_it);
    tcase_add_test(tc, a_guest_reads_its_own_words);
    tcase_add_test(tc, floating_point_traps_as_soon_as_it_is_switched_off);
    tcase_add_test(tc, cache_maintenance_is_looked_up);
    tcase_add_test(tc, acquire_loads_are_checked_and_executed);
    tcase_add_test(tc, a_virtual_interrupt_waits_for_pstate);
    tcase_add_test(tc, a_virtual_serror_brings_its_syndrome_once);
    tcase_add_test(tc, a_physical_interrupt_leaves_between_blocks);
    suite_add_tcase(suite, tc);
    return suite;
}
