/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/fuzz/cpu_oracle.h"

#include <string.h>

#include "cpu/arch/esr.h"
#include "cpu/arch/hpfar.h"
#include "cpu/arch/pstate.h"

#define BLOCK_INSTRUCTIONS (GRANULE_SIZE / 4) /* a translated block ends with its page */

static bool ec_reaches_el2(unsigned ec)
{
    static const uint8_t never[] = {
        ESR_EC_IABT_CUR,
        ESR_EC_DABT_CUR,
        ESR_EC_BREAKPT_CUR,
        ESR_EC_SOFTSTP_CUR,
        ESR_EC_WATCHPT_CUR,
        ESR_EC_SERROR,
        ESR_EC_SVC32,
        ESR_EC_HVC32,
        ESR_EC_SMC32,
        ESR_EC_CP15_32,
        ESR_EC_CP15_64,
        ESR_EC_CP14_MR,
        ESR_EC_CP14_LS,
        ESR_EC_CP14_64,
        ESR_EC_CP10_ID,
        ESR_EC_BKPT32,
        ESR_EC_VECTOR32,
        ESR_EC_FP_EXC32,
        /* these go to EL1 while HCR_EL2.TGE is 0 and MDCR_EL2.TDE too */
        ESR_EC_ILL,
        ESR_EC_SP_ALIGN,

    };

    for (size_t i = 0; i < sizeof(never); i++)
        if (never[i] == ec)
            return false;
    return strcmp(esr_ec_name(ec), "UNRECOGNIZED") != 0;
}

static void check_syndrome(struct cpu *cpu)
{
    const struct el2_regs *el2 = cpu_el2(cpu);
    struct esr_part parts[ESR_MAX_PARTS];
    uint64_t reserved = 0;
    unsigned ec = esr_ec(el2->esr);

    if (!ec_reaches_el2(ec))
        fuzz_fail("ESR_EL2 0x%016llx: class 0x%02x is never taken to EL2",
                  (unsigned long long)el2->esr, ec);
    esr_decode(el2->esr, parts, &reserved);
    if (reserved)
        fuzz_fail("ESR_EL2 0x%016llx: reserved bits 0x%016llx are set",
                  (unsigned long long)el2->esr, (unsigned long long)reserved);
    if (!field_get(el2->esr, ESR_IL))
        fuzz_fail("ESR_EL2 0x%016llx: IL is 0", (unsigned long long)el2->esr);
    if (el2->elr & 3)
        fuzz_fail("ELR_EL2 0x%016llx is not aligned (ESR_EL2 0x%016llx)",
                  (unsigned long long)el2->elr, (unsigned long long)el2->esr);
    if (!esr_is_abort(el2->esr))
        return;
    if (!fsc_table[esr_fsc(el2->esr)].name)
        fuzz_fail("ESR_EL2 0x%016llx: reserved fault status", (unsigned long long)el2->esr);
    if (el2->hpfar & ~(field_mask(HPFAR_FIPA) | field_mask(HPFAR_NS)))
        fuzz_fail("HPFAR_EL2 0x%016llx: RES0 bits are set", (unsigned long long)el2->hpfar);
}

static void check_state(struct cpu *cpu)
{
    const struct el2_regs *el2 = cpu_el2(cpu);
    uint64_t mode = field_get(el2->spsr, PSTATE_M);

    if (field_get(el2->spsr, PSTATE_NRW) ||
        (mode != PSTATE_EL0T && mode != PSTATE_EL1T && mode != PSTATE_EL1H))
        fuzz_fail("SPSR_EL2 0x%016llx: not a state of a guest", (unsigned long long)el2->spsr);
    if (cpu_get_x(cpu, 31) != 0)
        fuzz_fail("XZR is not zero");
    if (cpu_failure(cpu)[0] != '\0')
        fuzz_fail("cpu_failure says: %s", cpu_failure(cpu));
}

static void mix_cpu(struct fuzz_machine *machine, struct cpu *cpu, enum cpu_exit why)
{
    const struct el2_regs *el2 = cpu_el2(cpu);
    const uint64_t seen[] = {why,
                             cpu_index(cpu),
                             el2->esr,
                             el2->far,
                             el2->hpfar,
                             el2->elr,
                             el2->spsr,
                             cpu_instructions(cpu),
                             machine->clock.now.v};

    for (size_t i = 0; i < sizeof(seen) / sizeof(seen[0]); i++)
        fuzz_mix(machine, seen[i]);
    for (unsigned n = 0; n < 31; n++)
        fuzz_mix(machine, cpu_get_x(cpu, n));
    for (unsigned el = 0; el < 2; el++)
        fuzz_mix(machine, cpu_get_sp(cpu, el));
    for (unsigned reg = 0; reg < SYSREG_COUNT; reg++)
        fuzz_mix(machine, cpu_get_sysreg(cpu, (enum sysreg)reg));
}

static void say(struct fuzz_machine *machine, struct cpu *cpu, enum cpu_exit why)
{
    const struct el2_regs *el2 = cpu_el2(cpu);

    if (machine->log)
        fprintf(machine->log,
                "cpu %u exit %d esr %010llx far %016llx hpfar %010llx elr %016llx spsr %08llx "
                "insns %llu digest %016llx\n",
                cpu_index(cpu), (int)why, (unsigned long long)el2->esr,
                (unsigned long long)el2->far, (unsigned long long)el2->hpfar,
                (unsigned long long)el2->elr, (unsigned long long)el2->spsr,
                (unsigned long long)cpu_instructions(cpu), (unsigned long long)machine->digest);
}

enum cpu_exit fuzz_run(struct fuzz_machine *machine, struct cpu *cpu, unsigned budget)
{
    uint64_t before = cpu_instructions(cpu), done;
    enum cpu_exit why;

    if (machine->log)
        fprintf(machine->log, "cpu %u run %u from %016llx spsr %08llx\n", cpu_index(cpu), budget,
                (unsigned long long)cpu_el2(cpu)->elr, (unsigned long long)cpu_el2(cpu)->spsr);
    cpu_set_budget(cpu, budget);
    why = cpu_run(cpu);
    done = cpu_instructions(cpu) - before;
    mix_cpu(machine, cpu, why);
    say(machine, cpu, why);
    if (why == CPU_EXIT_FAILURE)
        fuzz_fail("the engine failed: %s", cpu_failure(cpu));
    check_state(cpu);
    if (why == CPU_EXIT_SYNC)
        check_syndrome(cpu);
    if (done > budget + BLOCK_INSTRUCTIONS)
        fuzz_fail("%llu instructions executed, with a budget of %u", (unsigned long long)done,
                  budget);
    if (why == CPU_EXIT_LIMIT && !cpu_out_of_budget(cpu))
        fuzz_fail("CPU_EXIT_LIMIT after %llu instructions, with a budget of %u",
                  (unsigned long long)done, budget);
    fuzz_check_secret_unread(machine, cpu);
    return why;
}

void fuzz_check_retry(struct fuzz_machine *machine, struct cpu *cpu)
{
    const struct el2_regs before = *cpu_el2(cpu);
    const struct el2_regs *after = cpu_el2(cpu);
    uint64_t executed = cpu_instructions(cpu);

    if (esr_ec(before.esr) == ESR_EC_HVC64) /* was executed */
        return;
    if (fuzz_run(machine, cpu, BLOCK_INSTRUCTIONS) != CPU_EXIT_SYNC || after->esr != before.esr ||
        after->far != before.far || after->hpfar != before.hpfar || after->elr != before.elr ||
        after->spsr != before.spsr || cpu_instructions(cpu) != executed)
        fuzz_fail("retried, ESR_EL2 0x%016llx at 0x%016llx becomes 0x%016llx at 0x%016llx",
                  (unsigned long long)before.esr, (unsigned long long)before.elr,
                  (unsigned long long)after->esr, (unsigned long long)after->elr);
}
