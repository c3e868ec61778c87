/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A realm's registers, found and expected. */
#include <stdio.h>
#include <stdlib.h>

#include "cpu/vreg.h"
#include "sim/invariant/internal.h"

/* PSTATE (Arm ARM C5.2). */
#define M_EL1H 0x5u
#define M_EL1T 0x4u
#define M_MASK 0xfu
#define NRW 0x10u
#define EL1H_DAIF 0x3c5u

void state_read(struct realm_state *state, struct cpu *cpu)
{
    const struct el2_regs *el2 = cpu_el2(cpu);

    cpu_get_gprs(cpu, state->x);
    state->sp[0] = cpu_get_sp(cpu, 0);
    state->sp[1] = cpu_get_sp(cpu, 1);
    state->pc = el2->elr;
    state->pstate = el2->spsr;
}

/* Has the REC had the PE to itself since it stopped? Then the log says what was written to it. */
static bool kept_pe(const struct shadow_rec *rec, const struct cpu *cpu)
{
    return !rec->settled && rec->pe && rec->pe->cpu == cpu;
}

/* As state_read, of a REC that goes on: what nobody wrote is as it was left. */
static void state_read_again(struct realm_state *state, const struct shadow_rec *rec,
                             struct cpu *cpu)
{
    const struct el2_regs *el2 = cpu_el2(cpu);

    if (!kept_pe(rec, cpu) || rec->pe->log.sp) {
        state_read(state, cpu);
        return;
    }
    *state = rec->left;
    for (uint32_t left = rec->pe->log.x; left; left &= left - 1) {
        unsigned n = (unsigned)__builtin_ctz(left);

        state->x[n] = cpu_get_x(cpu, n);
    }
    state->pc = el2->elr;
    state->pstate = el2->spsr;
}

/* --- system registers --------------------------------------------------------------------------
 */

uint64_t sysreg_left(const struct shadow_rec *rec, enum sysreg reg)
{
    if (rec->settled || !rec->pe)
        return rec->sysregs[reg];
    return rec->pe->log.sysregs >> reg & 1 ? rec->pe->log.old[reg]
                                           : cpu_get_sysreg(rec->pe->cpu, reg);
}

void settle(struct shadow_rec *rec)
{
    if (rec->settled)
        return;
    for (unsigned reg = 0; reg < SYSREG_COUNT; reg++)
        rec->sysregs[reg] = sysreg_left(rec, (enum sysreg)reg);
    for (unsigned n = 0; rec->pe && n < VREGS; n++)
        vreg_get(rec->pe->cpu, n, rec->v[n]);
    rec->settled = true;
}

static struct pe *pe_of(struct invariants *inv, struct cpu *cpu)
{
    struct pe **pes;

    for (size_t i = 0; i < inv->pe_count; i++)
        if (inv->pes[i]->cpu == cpu)
            return inv->pes[i];
    pes = realloc(inv->pes, (inv->pe_count + 1) * sizeof(*pes));
    if (!pes)
        abort();
    inv->pes = pes;
    pes[inv->pe_count] = calloc(1, sizeof(**pes));
    if (!pes[inv->pe_count])
        abort();
    pes[inv->pe_count]->cpu = cpu;
    cpu_log_writes(cpu, &pes[inv->pe_count]->log);
    return pes[inv->pe_count++];
}

void rec_stopped(struct invariants *inv, struct shadow_rec *rec, struct cpu *cpu)
{
    if (!rec->pe || rec->pe->cpu != cpu) {
        if (rec->pe && rec->pe->rec == rec)
            rec->pe->rec = NULL;
        rec->pe = pe_of(inv, cpu);
    }
    rec->pe->rec = rec;
    cpu_write_log_clear(&rec->pe->log);
    rec->settled = false;
    state_read(&rec->left, cpu);
}

void make_room(struct invariants *inv, const struct shadow_rec *rec)
{
    if (rec && rec->pe && rec->pe->rec == rec)
        return;
    for (size_t i = 0; i < inv->pe_count; i++) {
        if (inv->pes[i]->rec)
            settle(inv->pes[i]->rec);
        inv->pes[i]->rec = NULL;
    }
}

void expect_sysreg(struct expect *expect, enum sysreg reg, uint64_t value)
{
    expect->sys_set |= (uint64_t)1 << reg;
    expect->sysregs[reg] = value;
}

void expect_exactly(struct expect *expect, const struct realm_state *state)
{
    if (&expect->s != state)
        expect->s = *state;
    expect->sys_set = 0;
    expect->x_free = 0;
    expect->pstate_mask = UINT64_MAX;
    expect->pc_too = NO_PC;
}

/* --- compared ----------------------------------------------------------------------------------
 */

struct difference {
    char name[24];
    uint64_t found, expected;
};

static bool differs(struct difference *d, const char *name, uint64_t found, uint64_t expected)
{
    if (found == expected)
        return false;
    snprintf(d->name, sizeof(d->name), "%s", name);
    d->found = found;
    d->expected = expected;
    return true;
}

static bool sysreg_differs(const struct shadow_rec *rec, const struct expect *want, struct cpu *cpu,
                           struct difference *d)
{
    uint64_t touched = kept_pe(rec, cpu) ? rec->pe->log.sysregs | want->sys_set : UINT64_MAX;

    for (unsigned reg = 0; reg < SYSREG_COUNT && touched >> reg; reg++) {
        if (!(touched >> reg & 1))
            continue;
        if (differs(d, sysreg_table[reg].name, cpu_get_sysreg(cpu, (enum sysreg)reg),
                    want->sys_set >> reg & 1 ? want->sysregs[reg]
                                             : sysreg_left(rec, (enum sysreg)reg)))
            return true;
    }
    return false;
}

/* Only where they can have been lost: nothing but a change of RECs touches them. */
static bool vreg_differs(const struct shadow_rec *rec, struct cpu *cpu, struct difference *d)
{
    uint64_t found[2];
    char name[8];

    for (unsigned n = 0; rec->settled && n < VREGS; n++) {
        vreg_get(cpu, n, found);
        snprintf(name, sizeof(name), "V%u", n);
        if (differs(d, name, found[0], rec->v[n][0]) || differs(d, name, found[1], rec->v[n][1]))
            return true;
    }
    return false;
}

static bool find_difference(const struct shadow_rec *rec, const struct expect *want,
                            const struct realm_state *found, struct cpu *cpu, struct difference *d)
{
    char name[8];

    for (unsigned n = 0; n < RMI_GPR_COUNT; n++) {
        if (want->s.x[n] == found->x[n] || want->x_free >> n & 1)
            continue;
        snprintf(name, sizeof(name), "X%u", n);
        return differs(d, name, found->x[n], want->s.x[n]);
    }
    return (found->pc != want->pc_too && differs(d, "PC", found->pc, want->s.pc)) ||
           differs(d, "PSTATE", found->pstate & want->pstate_mask,
                   want->s.pstate & want->pstate_mask) ||
           differs(d, "SP_EL0", found->sp[0], want->s.sp[0]) ||
           differs(d, "SP_EL1", found->sp[1], want->s.sp[1]) || sysreg_differs(rec, want, cpu, d) ||
           vreg_differs(rec, cpu, d);
}

void expect_met(struct invariants *inv, struct shadow_rec *rec, struct cpu *cpu)
{
    struct difference d, other;
    struct realm_state found;

    state_read_again(&found, rec, cpu);
    if (!find_difference(rec, &rec->expect, &found, cpu, &d) ||
        (rec->has_alt && !find_difference(rec, &rec->alt, &found, cpu, &other)))
        return;
    broken(inv, INVARIANT_REGISTERS, rec,
           "the realm goes on with %s = 0x%llx where it must find 0x%llx", d.name,
           (unsigned long long)d.found, (unsigned long long)d.expected);
}

/* ESR_EL1 of an external abort that the RMM injects: Arm ARM D19.2, ESR_EL1; RMM 1.0 A4.4. */
uint64_t sea_esr(uint64_t esr, uint64_t pstate)
{
    const uint64_t fnv = 1u << 10, s1ptw = 1u << 7, fsc = 0x3f, ea = 1u << 9, sea = 0x10;
    const uint64_t same_el = (uint64_t)1 << 26;

    esr = (esr & ~(fnv | s1ptw | fsc)) | ea | sea;
    return pstate & M_MASK ? esr + same_el : esr;
}

void expect_el1(const struct profile_rules *rules, const struct shadow_rec *rec,
                struct expect *expect, uint64_t esr, const uint64_t *far)
{
    struct realm_state *s = &expect->s;
    uint64_t m = s->pstate & M_MASK;
    uint64_t offset = m == M_EL1H ? 0x200 : m == M_EL1T ? 0x000 : s->pstate & NRW ? 0x600 : 0x400;

    expect_sysreg(expect, SYSREG_ELR_EL1, s->pc);
    expect_sysreg(expect, SYSREG_SPSR_EL1, s->pstate);
    expect_sysreg(expect, SYSREG_ESR_EL1, esr);
    if (far)
        expect_sysreg(expect, SYSREG_FAR_EL1, *far);
    s->pc = sysreg_left(rec, SYSREG_VBAR_EL1) + offset;
    s->pstate = EL1H_DAIF;
    expect->pstate_mask = rules->injected_mask;
}
