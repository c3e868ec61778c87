/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/fuzz/cpu_steps.h"

#include "cpu/arch/descriptor.h"
#include "cpu/arch/esr.h"
#include "cpu/arch/pstate.h"
#include "tests/fuzz/cpu_oracle.h"
#include "tests/fuzz/cpu_words.h"

#define MAX_ENTRIES 50u
#define MAX_STEPS 400u
#define MAX_BUDGET 2000u

struct session {
    struct fuzz_machine *machine;
    struct input input;
    unsigned current; /* CPU */
    unsigned entries;
    enum cpu_exit last[FUZZ_CPUS];
    bool changed[FUZZ_CPUS]; /* since its last exit */
};

static struct cpu *cpu_of(struct session *session)
{
    return session->machine->cpu[session->current];
}

static struct el2_regs *el2_of(struct session *session)
{
    return cpu_el2(cpu_of(session));
}

static void enter(struct session *session)
{
    session->last[session->current] =
        fuzz_run(session->machine, cpu_of(session),
                 1 + (unsigned)input_take(&session->input, 2) % MAX_BUDGET);
    session->entries++;
    for (unsigned i = 0; i < FUZZ_CPUS; i++)
        session->changed[i] = i != session->current; /* one writes what the other reads */
}

static void tables_changed(struct session *session)
{
    for (unsigned i = 0; i < FUZZ_CPUS; i++)
        cpu_tlb_invalidate(session->machine->cpu[i]);
}

/* --- the steps; each is what may happen between two runs --- */

static void step_run(struct session *session)
{
    enter(session);
}

static void step_skip_and_run(struct session *session)
{
    bool behind = session->entries && session->last[session->current] == CPU_EXIT_SYNC &&
                  esr_ec(el2_of(session)->esr) == ESR_EC_HVC64;

    el2_of(session)->elr += behind ? 0 : 4;
    enter(session);
}

static void step_retry(struct session *session)
{
    if (session->entries && !session->changed[session->current] &&
        session->last[session->current] == CPU_EXIT_SYNC) {
        fuzz_check_retry(session->machine, cpu_of(session));
        session->entries++;
    }
}

static void step_jump(struct session *session)
{
    el2_of(session)->elr = fuzz_value(session->machine, &session->input);
}

static void step_jump_to_code(struct session *session)
{
    el2_of(session)->elr =
        session->machine->va + (input_take(&session->input, 2) % FUZZ_VECTORS & ~(uint64_t)3);
}

/* New code, and mostly a jump to it. */
static void step_code(struct session *session)
{
    uint64_t place = input_take(&session->input, 2);
    uint64_t at = place % FUZZ_VECTORS & ~(uint64_t)3;
    unsigned count = 1 + input_below(&session->input, 32);

    if (place & 3)
        el2_of(session)->elr = session->machine->va + at;
    for (unsigned i = 0; i < count; i++) {
        uint32_t word = fuzz_word(&session->input);

        if (session->machine->log)
            fprintf(session->machine->log, "code +%05llx: %08x\n", (unsigned long long)(at + i * 4),
                    word);
        fuzz_write(session->machine, PA(FUZZ_RAM + at + i * 4), &word, sizeof(word));
    }
}

static void step_data(struct session *session)
{
    uint64_t at = input_take(&session->input, 3) % (FUZZ_RAM_SIZE - sizeof(uint64_t));
    uint64_t value = fuzz_value(session->machine, &session->input);

    fuzz_write(session->machine, PA(FUZZ_RAM + at), &value, 1 + input_below(&session->input, 8));
    tables_changed(session); /* it may have been one */
}

static void step_x(struct session *session)
{
    unsigned n = input_below(&session->input, 32);

    cpu_set_x(cpu_of(session), n, fuzz_value(session->machine, &session->input));
}

static void step_sp(struct session *session)
{
    unsigned el = input_below(&session->input, 2);

    cpu_set_sp(cpu_of(session), el, fuzz_value(session->machine, &session->input));
}

static void step_sysreg(struct session *session)
{
    enum sysreg reg = (enum sysreg)input_below(&session->input, SYSREG_COUNT);

    cpu_set_sysreg(cpu_of(session), reg, fuzz_value(session->machine, &session->input));
}

static void step_sysreg_bit(struct session *session)
{
    static const enum sysreg control[] = {
        SYSREG_SCTLR_EL1, SYSREG_TCR_EL1,   SYSREG_TTBR0_EL1,   SYSREG_TTBR1_EL1,
        SYSREG_MAIR_EL1,  SYSREG_CPACR_EL1, SYSREG_CNTKCTL_EL1, SYSREG_PMUSERENR_EL0,
        SYSREG_MDSCR_EL1, SYSREG_VBAR_EL1};
    enum sysreg reg = control[input_below(&session->input, sizeof(control) / sizeof(control[0]))];
    uint64_t bit = (uint64_t)1 << input_below(&session->input, 64);

    cpu_set_sysreg(cpu_of(session), reg, cpu_get_sysreg(cpu_of(session), reg) ^ bit);
}

/* HCR_EL2.{TGE, E2H} stay 0 and RW stays 1: that is what the CPU floor is for. */
static void keep_contract(struct el2_regs *el2)
{
    el2->hcr &= ~(field_mask(HCR_TGE) | (uint64_t)1 << 34);
    el2->hcr |= field_mask(HCR_RW);
}

static uint64_t *el2_control(struct session *session)
{
    struct el2_regs *el2 = el2_of(session);
    uint64_t *const control[] = {
        &el2->hcr,     &el2->vtcr,   &el2->vttbr,   &el2->cptr,    &el2->mdcr,
        &el2->cnthctl, &el2->hcrx,   &el2->ich_hcr, &el2->icc_sre, &el2->hfgrtr,
        &el2->hfgwtr,  &el2->hfgitr, &el2->hdfgrtr, &el2->hdfgwtr, &el2->vsesr,
    };

    return control[input_below(&session->input, sizeof(control) / sizeof(control[0]))];
}

static void step_el2_bit(struct session *session)
{
    uint64_t *control = el2_control(session);

    *control ^= (uint64_t)1 << input_below(&session->input, 64);
    keep_contract(el2_of(session));
}

static void step_el2(struct session *session)
{
    uint64_t *control = el2_control(session);

    *control = input_take(&session->input, 8);
    keep_contract(el2_of(session));
}

static void step_pstate(struct session *session)
{
    static const uint8_t mode[4] = {PSTATE_EL1H, PSTATE_EL0T, PSTATE_EL1T, PSTATE_EL1H};
    uint64_t bits = field_mask(PSTATE_NZCV) | field_mask(PSTATE_DAIF) | field_mask(PSTATE_PAN) |
                    field_mask(PSTATE_UAO) | field_mask(PSTATE_DIT) | field_mask(PSTATE_SSBS) |
                    field_mask(PSTATE_TCO) | field_mask(PSTATE_BTYPE);

    el2_of(session)->spsr =
        (input_take(&session->input, 4) & bits) | mode[input_below(&session->input, 4)];
}

/* One bit of a descriptor, its output address, or all of it. */
static void step_descriptor(struct session *session)
{
    struct fuzz_machine *machine = session->machine;
    unsigned stage = 1 + input_below(&session->input, 2);
    unsigned half = input_below(&session->input, 2);
    unsigned page = input_below(&session->input, 256);
    static const uint8_t levels_up[8] = {0, 0, 0, 0, 0, 1, 1, 2};
    unsigned level_up = levels_up[input_below(&session->input, 8)];
    uint64_t desc;
    pa_t at;

    if (!machine->config.granule_shift[stage - 1])
        return;
    at = fuzz_descriptor(machine, stage, half, page, level_up);
    desc = *(const uint64_t *)(const void *)fuzz_ram(machine, at.v - FUZZ_RAM);
    switch (input_below(&session->input, 4)) {
    case 0:
    case 1:
        desc ^= (uint64_t)1 << input_below(&session->input, 64);
        break;
    case 2:
        desc = (desc & ~field_mask(DESC_ADDR)) |
               (fuzz_value(machine, &session->input) & field_mask(DESC_ADDR));
        break;
    default:
        desc = input_take(&session->input, 8);
    }
    if (machine->log)
        fprintf(machine->log, "stage %u half %u page %u up %u: %016llx\n", stage, half, page,
                level_up, (unsigned long long)desc);
    fuzz_write(machine, at, &desc, sizeof(desc));
    tables_changed(session);
}

static void step_gpt(struct session *session)
{
    uint64_t granule = input_take(&session->input, 1) % ((FUZZ_SECRET - FUZZ_RAM) / GRANULE_SIZE);

    gpt_set(session->machine->mem, PA(FUZZ_RAM + granule * GRANULE_SIZE),
            (enum pas)input_below(&session->input, PAS_COUNT));
    tables_changed(session);
}

static void step_tlb(struct session *session)
{
    cpu_tlb_invalidate(cpu_of(session));
}

static void step_switch(struct session *session)
{
    session->current = (session->current + 1) % FUZZ_CPUS;
}

static void step_inject(struct session *session)
{
    static const enum el1_vector vector[4] = {EL1_SYNC, EL1_IRQ, EL1_FIQ, EL1_SERROR};
    enum el1_vector which = vector[input_below(&session->input, 4)];
    uint64_t esr = input_take(&session->input, 4);
    uint64_t far = fuzz_value(session->machine, &session->input);

    exception_take_el1(cpu_of(session), which, esr, input_below(&session->input, 2) ? &far : NULL);
}

static void step_line(struct session *session)
{
    static const enum cpu_line line[3] = {CPU_LINE_IRQ, CPU_LINE_FIQ, CPU_LINE_SERROR};
    enum cpu_line which = line[input_below(&session->input, 3)];

    cpu_set_line(cpu_of(session), which, input_below(&session->input, 2));
}

typedef void step(struct session *session);

static const struct {
    const char *name;
    step *take;
    bool keeps_guest; /* a retry is still a retry */
} steps[] = {
    {"run", step_run, true},
    {"skip and run", step_skip_and_run, true},
    {"skip and run", step_skip_and_run, true},
    {"skip and run", step_skip_and_run, true},
    {"retry", step_retry, true},
    {"retry", step_retry, true},
    {"code", step_code, false},
    {"code", step_code, false},
    {"code", step_code, false},
    {"code", step_code, false},
    {"jump", step_jump, false},
    {"jump to code", step_jump_to_code, false},
    {"jump to code", step_jump_to_code, false},
    {"data", step_data, false},
    {"x", step_x, false},
    {"x", step_x, false},
    {"x", step_x, false},
    {"sp", step_sp, false},
    {"sysreg", step_sysreg, false},
    {"sysreg bit", step_sysreg_bit, false},
    {"sysreg bit", step_sysreg_bit, false},
    {"el2 bit", step_el2_bit, false},
    {"el2 bit", step_el2_bit, false},
    {"el2", step_el2, false},
    {"pstate", step_pstate, false},
    {"descriptor", step_descriptor, false},
    {"descriptor", step_descriptor, false},
    {"gpt", step_gpt, false},
    {"tlb", step_tlb, true},
    {"switch", step_switch, true},
    {"inject", step_inject, false},
    {"line", step_line, false},
};
#define STEP_COUNT (sizeof(steps) / sizeof(steps[0]))

struct fuzz_config fuzz_take_config(struct input *input)
{
    static const uint8_t granule_shift[8] = {12, 0, 12, 14, 12, 0, 12, 16};
    struct fuzz_config config = {0};
    uint64_t flags = input_take(input, 1);

    for (unsigned stage = 0; stage < 2; stage++)
        config.granule_shift[stage] = granule_shift[input_below(input, 8)];
    config.el0 = flags & 1;
    config.realm = flags & 2;
    config.quiet_vectors = flags & 4;
    return config;
}

void fuzz_take_steps(struct fuzz_machine *machine, struct input input)
{
    struct session session = {.machine = machine, .input = input};

    for (unsigned n = 0; n < MAX_STEPS && session.entries < MAX_ENTRIES; n++) {
        unsigned which;

        if (input_ended(&session.input))
            break;
        which = input_below(&session.input, STEP_COUNT);
        if (machine->log)
            fprintf(machine->log, "-- %s\n", steps[which].name);
        steps[which].take(&session);
        if (!steps[which].keeps_guest)
            session.changed[0] = session.changed[1] = true;
    }
    if (!session.entries)
        enter(&session);
    fuzz_check_secret_unwritten(machine);
    fuzz_mix_memory(machine);
}
