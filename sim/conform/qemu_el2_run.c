/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One machine for all records: the state of each is set up in full, run, and read back. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/arch/descriptor.h"
#include "cpu/arch/esr.h"
#include "cpu/arch/pstate.h"
#include "cpu/insn.h"
#include "cpu/vreg.h"
#include "sim/conform/qemu_el2.h"
#include "sim/profile.h"

/* What stands behind the instruction: HVC at EL1, SVC at EL0. */
#define END_IMM 0x7e57u
#define HVC(imm) (0xd4000002u | (uint32_t)(imm) << 5)
#define SVC(imm) (0xd4000001u | (uint32_t)(imm) << 5)
/* A vector and all that could follow from it are far below this. */
#define BUDGET 64
#define VECTORS_SIZE 0x800u

/* What the recorder has set and no record says: the stack pointer not in use, TPIDR_EL1. */
#define OTHER_SP 0x5000u
#define TPIDR 0x1111u

#define V_FILL 0x1111111111111111ull

struct qemu_el2_machine {
    struct qemu_el2_memory memory;
    struct engine *engine;
    struct cpu *cpu;
    struct clock clock;
};

/* The recorder's EL3 knows no function. */
static void el3_answers(void *ctx, struct smc_regs *regs)
{
    (void)ctx;
    regs->x[0] = ~(uint64_t)0;
}

struct qemu_el2_machine *qemu_el2_machine_new(uint64_t chaos, char *error, size_t size)
{
    struct qemu_el2_machine *machine = calloc(1, sizeof(*machine));

    if (!machine || !qemu_el2_memory_init(&machine->memory)) {
        snprintf(error, size, "out of memory");
        qemu_el2_machine_free(machine);
        return NULL;
    }
    machine->clock.profile = profile_default();
    machine->engine = engine_new(&(struct engine_config){.mem = machine->memory.mem,
                                                         .clock = &machine->clock,
                                                         .el3 = {.call = el3_answers},
                                                         .chaos = chaos},
                                 error, size);
    if (machine->engine)
        machine->cpu = cpu_new(machine->engine, 0, error, size);
    if (machine->cpu)
        return machine;
    qemu_el2_machine_free(machine);
    return NULL;
}

void qemu_el2_machine_free(struct qemu_el2_machine *machine)
{
    if (!machine)
        return;
    cpu_free(machine->cpu);
    engine_free(machine->engine);
    qemu_el2_memory_free(&machine->memory);
    free(machine);
}

uint64_t qemu_el2_pstate(const struct qemu_el2_record *record)
{
    uint64_t mode = record->el == 0 ? PSTATE_EL0T : record->spsel ? PSTATE_EL1H : PSTATE_EL1T;

    return field_mask(PSTATE_DAIF) | mode;
}

va_t qemu_el2_address(const struct qemu_el2_record *record, const struct insn *insn)
{
    uint64_t x[32];

    memcpy(x, record->x, sizeof(record->x));
    x[31] = record->sp;
    return insn_address(insn, &(struct insn_regs){.x = x, .pc = record->pc, .vl = 16});
}

static bool fetch_alone(const struct qemu_el2_record *record)
{
    return record->word == 0 && strcmp(record->label.class_name, "ifetch") == 0;
}

static void put_code(struct qemu_el2_machine *machine, const struct qemu_el2_record *record)
{
    uint32_t words[QEMU_EL2_MAX_PRE + 2];
    unsigned count = 0;
    pa_t pa;

    if (fetch_alone(record) || !qemu_el2_find(record->pc, record->s1_on, &pa) ||
        (pa.v & GRANULE_MASK) < QEMU_EL2_MAX_PRE * 4)
        return;
    for (unsigned i = 0; i < record->pre_count; i++)
        words[count++] = record->pre[i].word;
    words[count++] = record->word;
    words[count++] = record->el ? HVC(END_IMM) : SVC(END_IMM);
    physmem_write(machine->memory.mem, PAS_NON_SECURE, PA(pa.v - record->pre_count * 4), words,
                  count * sizeof(words[0]));
}

/* --- what memory must have held ----------------------------------------------------------------
 * The records were made one after the other, and what an earlier one stored is what a later one
 * loads. The bytes that a record's instruction finds are those from which its registers follow.
 */

static uint64_t result_of(const struct qemu_el2_record *record, unsigned n)
{
    if (n > 30)
        return 0;
    return record->x_changed[n].given ? record->x_changed[n].value : record->x[n];
}

static void put_memory(struct qemu_el2_machine *machine, const struct qemu_el2_record *record)
{
    struct insn insn;
    uint64_t values[2] = {0, 0};
    unsigned char bytes[64] = {0};
    unsigned size, rt;
    pa_t pa;

    insn_decode(record->word, &insn);
    if (record->trapped || record->to_el1 || !insn_bytes(&insn) ||
        (insn.cls != INSN_LOAD && insn.cls != INSN_ATOMIC) ||
        !qemu_el2_find(qemu_el2_address(record, &insn).v, record->s1_on, &pa))
        return;
    size = insn_bytes(&insn);
    /* The old value that CAS compares comes back in Rs, every other in Rt. */
    rt = strncmp(insn.group, "cas", 3) == 0 ? insn.rs : insn.rt;
    if (!insn.simd) {
        values[0] = result_of(record, rt);
        values[1] = result_of(record, strncmp(insn.group, "casp", 4) == 0 ? rt + 1u : insn.rt2);
        for (unsigned i = 0; i < insn.elements && i < 2; i++)
            memcpy(bytes + i * insn.size, &values[i], insn.size < 8 ? insn.size : 8);
    }
    physmem_write(machine->memory.mem, PAS_NON_SECURE, pa, bytes, size);
}

static uint64_t v_before(unsigned n)
{
    return V_FILL * (n % 15 + 1);
}

/* --- state -------------------------------------------------------------------------------------
 */

static void set_control(struct qemu_el2_machine *machine, const struct qemu_el2_record *record)
{
    const uint64_t *cfg = record->cfg;
    struct cpu *cpu = machine->cpu;
    struct el2_regs *el2 = cpu_el2(cpu);

    *el2 = (struct el2_regs){
        .hcr = cfg[CFG_hcr],
        .vtcr = field_put(VTCR_T0SZ, 24) | field_put(VTCR_SL0, 1) |
                field_put(VTCR_IRGN0, VTCR_RGN_WBWA) | field_put(VTCR_ORGN0, VTCR_RGN_WBWA) |
                field_put(VTCR_SH0, DESC_SH_INNER) | field_put(VTCR_PS, ps_encoding(40)) |
                cfg[CFG_vtcr],
        .vttbr = QEMU_EL2_VTTBR,
        .cptr = cfg[CFG_cptr],
        .mdcr = cfg[CFG_mdcr],
        .cnthctl = cfg[CFG_cnthctl],
        .hcrx = cfg[CFG_hcrx],
        .ich_hcr = cfg[CFG_ich_hcr],
        .icc_sre = cfg[CFG_icc_sre],
        .hfgrtr = cfg[CFG_hfgrtr],
        .hfgwtr = cfg[CFG_hfgwtr],
        .hfgitr = cfg[CFG_hfgitr],
        .hdfgrtr = cfg[CFG_hdfgrtr],
        .hdfgwtr = cfg[CFG_hdfgwtr],
        .elr = record->pc - record->pre_count * 4,
        .spsr = qemu_el2_pstate(record),
    };
    for (unsigned reg = 0; reg < SYSREG_COUNT; reg++)
        cpu_set_sysreg(cpu, (enum sysreg)reg, 0);
    cpu_set_sysreg(cpu, SYSREG_SCTLR_EL1,
                   field_set(cfg[CFG_sctlr], SCTLR_M, record->s1_on ? 1 : 0));
    cpu_set_sysreg(cpu, SYSREG_TCR_EL1, cfg[CFG_tcr]);
    cpu_set_sysreg(cpu, SYSREG_TTBR0_EL1, QEMU_EL2_TTBR0);
    cpu_set_sysreg(cpu, SYSREG_TTBR1_EL1, QEMU_EL2_TTBR1);
    cpu_set_sysreg(cpu, SYSREG_MAIR_EL1, QEMU_EL2_MAIR);
    cpu_set_sysreg(cpu, SYSREG_CPACR_EL1, cfg[CFG_cpacr]);
    cpu_set_sysreg(cpu, SYSREG_VBAR_EL1, qemu_el2_vbar(record->s1_on));
    cpu_set_sysreg(cpu, SYSREG_TPIDR_EL1, TPIDR);
    cpu_tlb_invalidate(cpu);
}

/* SP_EL0 with SPSel 0 and at EL0. */
static unsigned sp_of(const struct qemu_el2_record *record)
{
    return record->el && record->spsel ? 1 : 0;
}

static void set_registers(struct qemu_el2_machine *machine, const struct qemu_el2_record *record)
{
    struct cpu *cpu = machine->cpu;

    for (unsigned n = 0; n < 31; n++)
        cpu_set_x(cpu, n, record->x[n]);
    cpu_set_sp(cpu, sp_of(record), record->sp);
    cpu_set_sp(cpu, !sp_of(record), OTHER_SP);
    for (unsigned n = 0; n < V_COUNT; n++) {
        uint64_t value = v_before(n);

        vreg_set(cpu, n, (const uint64_t[2]){value, value});
    }
}

static void read_state(struct qemu_el2_machine *machine, const struct qemu_el2_record *record,
                       struct qemu_el2_outcome *outcome)
{
    struct cpu *cpu = machine->cpu;

    for (unsigned n = 0; n < 31; n++)
        outcome->x[n] = cpu_get_x(cpu, n);
    outcome->sp = cpu_get_sp(cpu, sp_of(record));
    for (unsigned n = 0; n < V_RECORDED; n++) {
        uint64_t before = v_before(n), value[2];

        vreg_get(cpu, n, value);
        if (value[0] != before || value[1] != before)
            outcome->v_changed |= 1u << n;
    }
    outcome->esr_el1 = cpu_get_sysreg(cpu, SYSREG_ESR_EL1);
    outcome->far_el1 = cpu_get_sysreg(cpu, SYSREG_FAR_EL1);
    outcome->elr_el1 = cpu_get_sysreg(cpu, SYSREG_ELR_EL1);
    outcome->spsr_el1 = cpu_get_sysreg(cpu, SYSREG_SPSR_EL1);
    outcome->par_el1 = cpu_get_sysreg(cpu, SYSREG_PAR_EL1);
    qemu_el2_hole_written(&machine->memory, &outcome->before_hole_written,
                          &outcome->after_hole_written);
}

static enum qemu_el2_end how_it_ended(struct qemu_el2_machine *machine,
                                      const struct qemu_el2_record *record, enum cpu_exit left,
                                      struct qemu_el2_outcome *outcome)
{
    const struct el2_regs *el2 = cpu_el2(machine->cpu);
    uint64_t behind = record->pc + 8;
    uint64_t vector = el2->elr - 4 - qemu_el2_vbar(record->s1_on);
    bool hvc = left == CPU_EXIT_SYNC && esr_ec(el2->esr) == ESR_EC_HVC64;

    if (left != CPU_EXIT_SYNC) {
        snprintf(outcome->why, sizeof(outcome->why), "%s",
                 left == CPU_EXIT_FAILURE ? cpu_failure(machine->cpu)
                 : left == CPU_EXIT_LIMIT ? "the budget of instructions"
                                          : "an interrupt");
        return END_FAILURE;
    }
    if (hvc && el2->elr == behind && field_get(el2->esr, ESR_IMM16) == END_IMM)
        return END_NOT_TRAPPED;
    if (!hvc || vector >= VECTORS_SIZE)
        return END_EL2;
    outcome->vector_el1 = vector;
    if (esr_ec(outcome->esr_el1) == ESR_EC_SVC64 && outcome->elr_el1 == behind &&
        field_get(outcome->esr_el1, ESR_IMM16) == END_IMM)
        return END_NOT_TRAPPED;
    return END_EL1;
}

void qemu_el2_execute(struct qemu_el2_machine *machine, const struct qemu_el2_record *record,
                      struct qemu_el2_outcome *outcome)
{
    const struct el2_regs *el2 = cpu_el2(machine->cpu);
    enum cpu_exit left;

    qemu_el2_memory_reset(&machine->memory);
    put_memory(machine, record);
    put_code(machine, record);
    set_control(machine, record);
    set_registers(machine, record);
    cpu_set_budget(machine->cpu, BUDGET);
    left = cpu_run(machine->cpu);
    *outcome = (struct qemu_el2_outcome){
        .esr = el2->esr,
        .far = el2->far,
        .hpfar = el2->hpfar,
        .elr = el2->elr,
        .spsr = el2->spsr,
    };
    read_state(machine, record, outcome);
    outcome->end = how_it_ended(machine, record, left, outcome);
}
