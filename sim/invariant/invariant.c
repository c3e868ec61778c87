/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The observer's places: between host and EL3, and between RMM and realm. */
#include "sim/invariant/invariant.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/invariant/internal.h"

#define SVE_HINT 0x10000u
#define INJECTED_EXACTLY UINT64_MAX
/* M, nRW, DAIF, BTYPE, IL, SS: what later releases add to it depends on the PE (RMM 1.0 A4.4). */
#define INJECTED_MODE 0x300fdfu
#define HCR_TWI_TWE_VSE 0x6100u
#define HCR_VM 0x1u

const struct invariant_desc invariant_table[INVARIANT_COUNT] = {
#define X(id, name, doc, source) [INVARIANT_##id] = {#name, doc, source},
    INVARIANT_TABLE(X)
#undef X
};

/* Specification and known behaviour by release, not by what the model's variant table says. */
static const struct profile_rules profiles[] = {
    {
        .name = "eac",
        .beta = true,
        .host_call_gprs = 7,
        .single_granules = true,
        .any_isv_completes = true,
        .beyond_to_host = true,
        .gic_in_page = true,
        .injected_mask = INJECTED_EXACTLY,
    },
    {
        .name = "1.0",
        .host_call_gprs = RMI_GPR_COUNT,
        .single_granules = true,
        .sea_voids_emul = true,
        .gic_in_page = true,
        .gic_bits_refused = true,
        .response = true,
        .injected_mask = INJECTED_EXACTLY,
    },
    {
        .name = "2.0",
        .host_call_gprs = RMI_GPR_COUNT,
        .sea_voids_emul = true,
        .isv0_hidden = true,
        .insn_beyond_fsc = true,
        .rt_hidden = true,
        .serror_ec = true,
        .response = true,
        .injected_mask = INJECTED_MODE,
    },
};

void broken(struct invariants *inv, enum invariant_id id, const struct shadow_rec *rec,
            const char *format, ...)
{
    size_t used;
    va_list args;

    if (inv->broken)
        return;
    inv->broken = true;
    inv->which = id;
    snprintf(inv->text, sizeof(inv->text), "invariant %s: ", invariant_table[id].name);
    used = strlen(inv->text);
    va_start(args, format);
    vsnprintf(inv->text + used, sizeof(inv->text) - used, format, args);
    va_end(args);
    used = strlen(inv->text);
    if (rec)
        snprintf(inv->text + used, sizeof(inv->text) - used,
                 "; REC 0x%llx, PC 0x%llx, ESR_EL2 0x%llx", (unsigned long long)rec->pa,
                 (unsigned long long)rec->left.pc, (unsigned long long)rec->stop.esr);
    used = strlen(inv->text);
    snprintf(inv->text + used, sizeof(inv->text) - used, " (%s)", invariant_table[id].source);
}

/* --- between RMM and realm ---------------------------------------------------------------------
 */

static void check_controls(struct invariants *inv, struct shadow_rec *rec,
                           const struct el2_regs *el2)
{
    uint64_t hcr = el2->hcr & ~(uint64_t)HCR_TWI_TWE_VSE;

    if (!rec->controls_known) {
        rec->hcr = hcr;
        rec->vttbr = el2->vttbr;
        rec->vtcr = el2->vtcr;
        rec->controls_known = true;
    }
    if (rec->hcr != hcr || rec->vttbr != el2->vttbr || rec->vtcr != el2->vtcr || !(hcr & HCR_VM))
        broken(inv, INVARIANT_CONTROLS, rec,
               "HCR_EL2 0x%llx VTTBR_EL2 0x%llx VTCR_EL2 0x%llx, were 0x%llx 0x%llx 0x%llx",
               (unsigned long long)hcr, (unsigned long long)el2->vttbr,
               (unsigned long long)el2->vtcr, (unsigned long long)rec->hcr,
               (unsigned long long)rec->vttbr, (unsigned long long)rec->vtcr);
}

static void before_run(struct invariants *inv, struct command *cmd, struct cpu *cpu)
{
    struct shadow_rec *rec = cmd->rec;
    if (cmd->refuse)
        broken(inv, INVARIANT_ENTRY, rec, "REC_ENTER is let in though %s", cmd->refuse);
    if (cmd->ran)
        entry_inside(inv, rec);
    else
        rec->off_defect = false;
    expect_met(inv, rec, cpu);
    check_controls(inv, rec, cpu_el2(cpu));
    rec->owed = OWED_NOTHING;
    cmd->ran = true;
    cmd->cpu = cpu;
}

static void after_run(struct invariants *inv, struct command *cmd, struct cpu *cpu,
                      enum cpu_exit kind)
{
    const struct el2_regs *el2 = cpu_el2(cpu);
    struct shadow_rec *rec = cmd->rec;

    inv->counts.exits++;
    rec_stopped(inv, rec, cpu);
    if (cmd->outer) { /* the PE may be another REC's that goes on */
        settle(rec);
        rec->pe->rec = NULL;
    }
    rec->stop = (struct stop){true, kind, el2->esr, el2->far, el2->hpfar};
}

static enum cpu_exit run_realm(void *ctx, struct cpu *cpu)
{
    struct invariants *inv = ctx;
    struct command *cmd = inv->command;
    bool known = cmd && cmd->rec && !inv->broken;
    enum cpu_exit kind;

    if (known)
        before_run(inv, cmd, cpu);
    inv->in_realm = true;
    kind = inv->run.run ? inv->run.run(inv->run.ctx, cpu) : cpu_run(cpu);
    inv->in_realm = false;
    if (known)
        after_run(inv, cmd, cpu, kind);
    return kind;
}

/* --- between host and EL3 ----------------------------------------------------------------------
 */

static void host_smc(void *ctx, struct smc_regs *regs)
{
    struct invariants *inv = ctx;
    bool in_realm = inv->in_realm;
    struct command cmd;

    /* Not the copies of pages: they are written before they are read. */
    memset(&cmd, 0, offsetof(struct command, before));
    cmd.outer = inv->command;
    cmd.fid = (uint32_t)regs->x[0] & ~SVE_HINT;
    cmd.cpu = NULL;
    cmd.host_call_page = 0;
    cmd.has_page = false;
    memcpy(cmd.x, regs->x, sizeof(cmd.x));
    inv->command = &cmd;
    inv->in_realm = false; /* another CPU's, while a realm runs */
    inv->counts.commands++;
    if (!inv->broken)
        command_before(inv, &cmd);
    inv->host.call(inv->host.ctx, regs);
    if (!inv->broken)
        command_after(inv, &cmd, regs);
    inv->command = cmd.outer;
    inv->in_realm = in_realm;
}

/* --- life --------------------------------------------------------------------------------------
 */

struct invariants *invariants_new(const struct invariants_config *config)
{
    const struct profile_rules *rules = NULL;
    struct invariants *inv;

    for (size_t i = 0; i < sizeof(profiles) / sizeof(profiles[0]); i++)
        if (!strcmp(profiles[i].name, config->rmm))
            rules = &profiles[i];
    inv = rules ? calloc(1, sizeof(*inv)) : NULL;
    if (!inv)
        return NULL;
    inv->mem = config->mem;
    inv->rules = rules;
    inv->host = config->host;
    inv->run = config->run;
    if (!granules_init(inv)) {
        free(inv);
        return NULL;
    }
    return inv;
}

void invariants_free(struct invariants *inv)
{
    if (!inv)
        return;
    granules_free(inv);
    for (size_t i = 0; i < inv->rec_count; i++)
        free(inv->recs[i]);
    free(inv->recs);
    for (size_t i = 0; i < inv->pe_count; i++) {
        cpu_log_writes(inv->pes[i]->cpu, NULL);
        free(inv->pes[i]);
    }
    free(inv->pes);
    free(inv->realms);
    free(inv);
}

struct smc_port invariants_port(struct invariants *inv)
{
    return (struct smc_port){.call = host_smc, .ctx = inv};
}

struct realm_port invariants_realm_port(struct invariants *inv)
{
    return (struct realm_port){.run = run_realm, .ctx = inv};
}

const char *invariants_violation(const struct invariants *inv)
{
    return inv->broken ? inv->text : NULL;
}

enum invariant_id invariants_violated(const struct invariants *inv)
{
    return inv->which;
}

const struct invariant_counts *invariants_counts(const struct invariants *inv)
{
    return &inv->counts;
}
