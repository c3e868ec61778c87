/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A realm's registers, found and expected. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/vreg.h"
#include "sim/invariant/internal.h"

/* PSTATE (Arm ARM C5.2). */
#define M_EL1H 0x5u
#define M_EL1T 0x4u
#define M_MASK 0xfu
#define NRW 0x10u
#define EL1H_DAIF 0x3c5u

#define ALL_X (((uint32_t)1 << RMI_GPR_COUNT) - 1)

/* Has the REC had the PE to itself since it stopped? Then the log says what was written to it. */
static bool kept_pe(const struct shadow_rec *rec, const struct cpu *cpu)
{
    return !rec->settled && rec->pe && rec->pe->cpu == cpu;
}

/* --- what was left ------------------------------------------------------------------------------
 */

uint64_t x_left(const struct shadow_rec *rec, unsigned n)
{
    if (rec->settled || !rec->pe)
        return rec->left.x[n];
    return rec->pe->log.x >> n & 1 ? rec->pe->log.old_x[n] : cpu_get_x(rec->pe->cpu, n);
}

static uint64_t sp_left(const struct shadow_rec *rec, unsigned el)
{
    if (rec->settled || !rec->pe)
        return rec->left.sp[el];
    return rec->pe->log.sp >> el & 1 ? rec->pe->log.old_sp[el] : cpu_get_sp(rec->pe->cpu, el);
}

uint64_t sysreg_left(const struct shadow_rec *rec, enum sysreg reg)
{
    if (rec->settled || !rec->pe)
        return rec->left.sysregs[reg];
    return rec->pe->log.sysregs >> reg & 1 ? rec->pe->log.old[reg]
                                           : cpu_get_sysreg(rec->pe->cpu, reg);
}

void settle(struct shadow_rec *rec)
{
    if (rec->settled)
        return;
    for (unsigned n = 0; n < RMI_GPR_COUNT; n++)
        rec->left.x[n] = x_left(rec, n);
    for (unsigned el = 0; el < 2; el++)
        rec->left.sp[el] = sp_left(rec, el);
    for (unsigned reg = 0; reg < SYSREG_COUNT; reg++)
        rec->left.sysregs[reg] = sysreg_left(rec, (enum sysreg)reg);
    for (unsigned n = 0; rec->pe && n < VREGS; n++)
        vreg_get(rec->pe->cpu, n, rec->left.v[n]);
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
    rec->left.pc = cpu_el2(cpu)->elr;
    rec->left.pstate = cpu_el2(cpu)->spsr;
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

void expect_x(struct expect *expect, unsigned n, uint64_t value)
{
    expect->x_set |= (uint32_t)1 << n;
    expect->x[n] = value;
}

void expect_copy(struct expect *to, const struct expect *from)
{
    memcpy(to, from, offsetof(struct expect, x));
    if (from->x_set)
        memcpy(to->x, from->x, sizeof(to->x));
    if (from->sys_set)
        memcpy(to->sysregs, from->sysregs, sizeof(to->sysregs));
}

void expect_unchanged(struct expect *expect, const struct shadow_rec *rec)
{
    expect->pc = rec->left.pc;
    expect->pstate = rec->left.pstate;
    expect->pc_too = NO_PC;
    expect->pstate_mask = UINT64_MAX;
    expect->x_set = expect->x_free = 0;
    expect->sys_set = 0;
}

void expect_as_found(struct shadow_rec *rec, struct cpu *cpu)
{
    expect_unchanged(&rec->expect, rec);
    rec->expect.pc = cpu_el2(cpu)->elr;
    rec->expect.pstate = cpu_el2(cpu)->spsr;
    for (unsigned n = 0; n < RMI_GPR_COUNT; n++)
        expect_x(&rec->expect, n, cpu_get_x(cpu, n));
    for (unsigned el = 0; el < 2; el++)
        rec->left.sp[el] = cpu_get_sp(cpu, el);
    for (unsigned reg = 0; reg < SYSREG_COUNT; reg++)
        rec->left.sysregs[reg] = cpu_get_sysreg(cpu, (enum sysreg)reg);
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

static bool x_differs(const struct shadow_rec *rec, const struct expect *want, struct cpu *cpu,
                      struct difference *d)
{
    uint32_t touched = kept_pe(rec, cpu) ? rec->pe->log.x | want->x_set : ALL_X;
    char name[8];

    for (touched &= ~want->x_free; touched; touched &= touched - 1) {
        unsigned n = (unsigned)__builtin_ctz(touched);
        uint64_t found = cpu_get_x(cpu, n);
        uint64_t expected = want->x_set >> n & 1 ? want->x[n] : x_left(rec, n);

        if (found == expected)
            continue;
        snprintf(name, sizeof(name), "X%u", n);
        return differs(d, name, found, expected);
    }
    return false;
}

static bool sp_differs(const struct shadow_rec *rec, struct cpu *cpu, struct difference *d)
{
    static const char *const names[] = {"SP_EL0", "SP_EL1"};
    uint32_t touched = kept_pe(rec, cpu) ? rec->pe->log.sp : UINT32_MAX;

    for (unsigned el = 0; el < 2; el++)
        if (touched >> el & 1 && differs(d, names[el], cpu_get_sp(cpu, el), sp_left(rec, el)))
            return true;
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
        if (differs(d, name, found[0], rec->left.v[n][0]) ||
            differs(d, name, found[1], rec->left.v[n][1]))
            return true;
    }
    return false;
}

static bool find_difference(const struct shadow_rec *rec, const struct expect *want,
                            struct cpu *cpu, struct difference *d)
{
    const struct el2_regs *el2 = cpu_el2(cpu);

    return x_differs(rec, want, cpu, d) ||
           (el2->elr != want->pc_too && differs(d, "PC", el2->elr, want->pc)) ||
           differs(d, "PSTATE", el2->spsr & want->pstate_mask, want->pstate & want->pstate_mask) ||
           sp_differs(rec, cpu, d) || sysreg_differs(rec, want, cpu, d) ||
           vreg_differs(rec, cpu, d);
}

void expect_met(struct invariants *inv, struct shadow_rec *rec, struct cpu *cpu)
{
    struct difference d, other;

    if (!find_difference(rec, &rec->expect, cpu, &d) ||
        (rec->has_alt && !find_difference(rec, &rec->alt, cpu, &other)))
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
    uint64_t was = expect->pstate, m = was & M_MASK;
    uint64_t offset = m == M_EL1H ? 0x200 : m == M_EL1T ? 0x000 : was & NRW ? 0x600 : 0x400;

    expect_sysreg(expect, SYSREG_ELR_EL1, expect->pc);
    expect_sysreg(expect, SYSREG_SPSR_EL1, was);
    expect_sysreg(expect, SYSREG_ESR_EL1, esr);
    if (far)
        expect_sysreg(expect, SYSREG_FAR_EL1, *far);
    expect->pc = sysreg_left(rec, SYSREG_VBAR_EL1) + offset;
    expect->pstate = EL1H_DAIF;
    expect->pstate_mask = rules->injected_mask;
}
