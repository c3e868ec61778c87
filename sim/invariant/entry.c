/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a realm's registers may change between a stop and the next run: by the RMM, when it answers a
 * trap by itself; on the way out, for what an exit stands for; and by the host's answer, as the
 * entry's flags and the exit before it allow. Rules of the RMM specification 1.0, A4.2 to A4.4 and
 * the commands' own pages, restated here.
 */
#include "sim/invariant/internal.h"

#include "cpu/arch/esr.h"
#include "cpu/vreg.h"

#define FLAG_EMUL_MMIO (1u << 0)
#define FLAG_INJECT_SEA (1u << 1)
#define FLAG_RIPAS_RESPONSE (1u << 4)

#define INSN_BYTES 4u
#define FIRST_RESULTS 0xfu         /* x0..x3 of a call */
#define MEASUREMENT_RESULTS 0x1ffu /* x0..x8 */
#define RSI_FID(n) (0xc4000190u + (n))
#define RSI_MEASUREMENT_READ RSI_FID(2)
#define RSI_TOKEN_INIT RSI_FID(4)
#define RSI_TOKEN_CONTINUE RSI_FID(5)
#define SVE_HINT 0x10000u

#define PSCI_CALL(fid) ((fid)&0xffu) /* without SMC32 or SMC64 */
#define PSCI_FID(fid) (((fid) & ~0x4000001fu) == 0x84000000u)
#define PSCI_CPU_SUSPEND 0x1u
#define PSCI_CPU_OFF 0x2u
#define PSCI_CPU_ON 0x3u
#define PSCI_AFFINITY_INFO 0x4u

#define GIC_HCR_HOST_BITS 0x40feu /* UIE .. VGrp1DIE, TDIR */
#define LR_STATE_SHIFT 62
#define LR_HW ((uint64_t)1 << 61)

static unsigned ec_of(uint64_t esr)
{
    return (unsigned)(esr >> 26 & 0x3f);
}

static void results(struct expect *expect, uint32_t regs)
{
    expect->x_free |= regs;
}

/* --- inside an entry ---------------------------------------------------------------------------
 */

static void answered_call(struct shadow_rec *rec, uint64_t x0)
{
    uint32_t fid = (uint32_t)x0 & ~SVE_HINT;

    rec->expect.pc += INSN_BYTES;
    results(&rec->expect, fid == RSI_MEASUREMENT_READ || fid == RSI_TOKEN_INIT ? MEASUREMENT_RESULTS
                                                                               : FIRST_RESULTS);
}

static void answered_sysreg(struct shadow_rec *rec, uint64_t esr)
{
    unsigned rt = (unsigned)field_get(esr, ESR_SYS_RT);

    rec->expect.pc += INSN_BYTES;
    if (field_get(esr, ESR_SYS_DIRECTION) && rt != XZR)
        expect_x(&rec->expect, rt, 0);
}

void entry_inside(struct invariants *inv, struct shadow_rec *rec)
{
    const struct stop *stop = &rec->stop;

    expect_unchanged(&rec->expect, rec);
    rec->has_alt = false;
    if (stop->kind != CPU_EXIT_SYNC)
        return;
    switch (ec_of(stop->esr)) {
    case ESR_EC_DABT_LOW:
    case ESR_EC_IABT_LOW:
        expect_el1(inv->rules, rec, &rec->expect, sea_esr(stop->esr, rec->left.pstate), &stop->far);
        break;
    case ESR_EC_HVC64:
    case ESR_EC_SVE:
    case ESR_EC_SME:
        expect_el1(inv->rules, rec, &rec->expect, UNDEFINED_ESR, NULL);
        break;
    case ESR_EC_SYS64:
        expect_copy(&rec->alt, &rec->expect);
        rec->has_alt = true;
        expect_el1(inv->rules, rec, &rec->alt, UNDEFINED_ESR, NULL);
        answered_sysreg(rec, stop->esr);
        break;
    case ESR_EC_SMC64:
        answered_call(rec, x_left(rec, 0));
        break;
    default:
        break;
    }
}

/* --- the way out -------------------------------------------------------------------------------
 */

static void owe_psci(struct invariants *inv, struct shadow_rec *rec);
static void owe_ripas(const struct invariants *inv, struct shadow_rec *rec);

/* A call whose exit nobody saw: what is pending shows in x0, which has no result then. */
static void call_lost(struct invariants *inv, struct shadow_rec *rec, struct cpu *cpu)
{
    uint32_t fid = (uint32_t)x_left(rec, 0) & ~SVE_HINT;
    uint64_t x0 = rec->expect.x[0], pc = rec->expect.pc;
    bool answered = x0 != x_left(rec, 0);

    if (pc != rec->left.pc + INSN_BYTES)
        return;
    if (fid == RSI_FID(9) && !answered) {
        rec->owed = OWED_HOST_CALL;
    } else if (fid == RSI_FID(7) && (inv->rules->beta ? !answered : x0 == 0)) {
        owe_ripas(inv, rec);
        rec->expect.pc = pc;
    } else if (PSCI_FID(fid)) {
        if (!answered || PSCI_CALL(fid) == PSCI_CPU_OFF)
            owe_psci(inv, rec);
        expect_as_found(rec, cpu);
    }
}

void exit_lost(struct invariants *inv, struct shadow_rec *rec, struct cpu *cpu)
{
    settle(rec);
    expect_as_found(rec, cpu);
    rec->has_alt = false;
    rec->owed = OWED_NOTHING;
    if (rec->stop.kind != CPU_EXIT_SYNC)
        return;
    if (ec_of(rec->stop.esr) == ESR_EC_DABT_LOW)
        rec->owed = OWED_ABORT;
    else if (ec_of(rec->stop.esr) == ESR_EC_SYS64)
        rec->owed = OWED_SYSREG;
    else if (ec_of(rec->stop.esr) == ESR_EC_SMC64)
        call_lost(inv, rec, cpu);
}

static void owe_abort(struct invariants *inv, struct shadow_rec *rec)
{
    const struct stop *stop = &rec->stop;
    bool valid = field_get(stop->esr, ESR_ISV);
    bool unprotected = is_unprotected(inv, rec, stop->hpfar);
    bool aarch32 = rec->left.pstate & 0x10;

    rec->owed = OWED_ABORT;
    rec->emulatable = valid && (inv->rules->any_isv_completes || (unprotected && !aarch32));
    /* The check has no upper bound: beyond the space is unprotected (RMM 1.0, RMI_REC_ENTER). */
    rec->sea_allowed = unprotected;
    if (is_external(stop->esr) && field_get(stop->esr, ESR_SET) == 0)
        expect_el1(inv->rules, rec, &rec->expect, sea_esr(stop->esr, rec->left.pstate), &stop->far);
    if (is_external(stop->esr) && !inv->rules->any_isv_completes)
        rec->emulatable = false;
}

static void owe_psci(struct invariants *inv, struct shadow_rec *rec)
{
    struct shadow_realm *realm = shadow_realm_find(inv, rec->rd);

    rec->expect.pc += INSN_BYTES;
    switch (PSCI_CALL(x_left(rec, 0))) {
    case PSCI_CPU_ON:
    case PSCI_AFFINITY_INFO:
        rec->owed = OWED_PSCI;
        break;
    case PSCI_CPU_OFF:
        rec->runnable = false;
        /* fall through */
    case PSCI_CPU_SUSPEND:
        for (unsigned n = 0; n < 4; n++)
            expect_x(&rec->expect, n, 0);
        break;
    default: /* SYSTEM_OFF, SYSTEM_RESET */
        if (realm)
            realm->state = SHADOW_OFF;
        break;
    }
}

static void owe_ripas(const struct invariants *inv, struct shadow_rec *rec)
{
    rec->owed = OWED_RIPAS;
    rec->ripas_base = rec->ripas_next = x_left(rec, 1);
    rec->ripas_top = x_left(rec, 2);
    rec->ripas = (uint32_t)x_left(rec, 3);
    rec->expect.pc += INSN_BYTES;
    if (inv->rules->beta) { /* a size, and no register but for the answer */
        rec->ripas_top += rec->ripas_base;
        return;
    }
    results(&rec->expect, FIRST_RESULTS); /* x0..x2 come with the answer, x3 is 0 */
    rec->expect.x_free &= ~(uint32_t)(1u << 3);
    expect_x(&rec->expect, 3, 0);
}

static void owe_sync(struct invariants *inv, struct shadow_rec *rec)
{
    switch (ec_of(rec->stop.esr)) {
    case ESR_EC_DABT_LOW:
        owe_abort(inv, rec);
        break;
    case ESR_EC_IABT_LOW:
        if (is_external(rec->stop.esr) && field_get(rec->stop.esr, ESR_SET) == 0)
            expect_el1(inv->rules, rec, &rec->expect, sea_esr(rec->stop.esr, rec->left.pstate),
                       &rec->stop.far);
        break;
    case ESR_EC_WFX:
        rec->expect.pc += INSN_BYTES;
        break;
    case ESR_EC_SYS64:
        rec->expect.pc += INSN_BYTES;
        rec->owed = OWED_SYSREG;
        break;
    default: /* SMC: an emulated abort, the call is made again */
        break;
    }
}

void exit_owed(struct invariants *inv, struct shadow_rec *rec, const struct rmi_rec_exit *exit)
{
    if (!rec->stop.present) /* not run: the entry's own changes stand */
        return;
    expect_unchanged(&rec->expect, rec);
    rec->has_alt = false;
    rec->owed = OWED_NOTHING;
    switch (exit->exit_reason & 0xff) {
    case RMI_EXIT_SYNC:
        if (rec->stop.kind == CPU_EXIT_SYNC)
            owe_sync(inv, rec);
        break;
    case RMI_EXIT_PSCI:
        owe_psci(inv, rec);
        break;
    case RMI_EXIT_RIPAS_CHANGE:
        owe_ripas(inv, rec);
        break;
    case RMI_EXIT_HOST_CALL:
        rec->owed = OWED_HOST_CALL;
        rec->expect.pc += INSN_BYTES;
        break;
    case RMI_EXIT_IRQ:
        /* The tick came while the RMM was busy with a trap of the realm's own. */
        entry_inside(inv, rec);
        if (rec->stop.kind == CPU_EXIT_SYNC && ec_of(rec->stop.esr) == ESR_EC_SMC64)
            rec->expect.pc_too = rec->left.pc; /* a token interrupted: the call is made again */
        break;
    default:
        break;
    }
}

void entry_undone(struct shadow_rec *rec, const struct command *cmd)
{
    expect_copy(&rec->expect, &cmd->before);
    rec->has_alt = cmd->before_has_alt;
    if (rec->has_alt)
        expect_copy(&rec->alt, &cmd->before_alt);
}

void entry_refused(struct shadow_rec *rec)
{
    struct cpu *cpu = rec->pe && rec->pe->rec == rec ? rec->pe->cpu : NULL;

    if (!rec->has_alt || !cpu)
        return;
    if (cpu_el2(cpu)->elr == rec->alt.pc)
        expect_copy(&rec->expect, &rec->alt);
    rec->has_alt = false;
}

/* --- the host's answer -------------------------------------------------------------------------
 */

static uint64_t loaded(uint64_t esr, uint64_t data)
{
    unsigned unused = 64 - (8u << field_get(esr, ESR_SAS));

    if (!field_get(esr, ESR_SSE))
        return data << unused >> unused;
    data = (uint64_t)((int64_t)(data << unused) >> unused);
    return field_get(esr, ESR_SF) ? data : data & UINT32_MAX;
}

static void answer_mmio(struct shadow_rec *rec, const struct command *cmd)
{
    unsigned srt = (unsigned)field_get(rec->stop.esr, ESR_SRT);

    if (!field_get(rec->stop.esr, ESR_WNR) && srt != XZR)
        expect_x(&rec->expect, srt, loaded(rec->stop.esr, cmd->gpr0));
    rec->expect.pc += INSN_BYTES;
}

static void answer_abort(struct invariants *inv, struct shadow_rec *rec, struct command *cmd)
{
    bool sea = cmd->flags & FLAG_INJECT_SEA;
    bool emul = cmd->flags & FLAG_EMUL_MMIO && !(sea && inv->rules->sea_voids_emul);
    bool abort = rec->owed == OWED_ABORT;

    if (emul && !(abort && rec->emulatable)) {
        cmd->refuse = "EMUL_MMIO answers nothing that can be emulated";
        return;
    }
    if (sea && !(abort && rec->sea_allowed)) {
        /*
         * Known defect of releases that complete the access first: it stays completed, unless
         * something else of the entry was refused before that.
         */
        if (emul) {
            expect_copy(&rec->alt, &rec->expect);
            rec->has_alt = true;
            answer_mmio(rec, cmd);
        }
        cmd->refuse = "INJECT_SEA follows no abort on unprotected memory";
        return;
    }
    if (emul)
        answer_mmio(rec, cmd);
    if (sea)
        expect_el1(inv->rules, rec, &rec->expect, sea_esr(rec->stop.esr, rec->expect.pstate),
                   &rec->stop.far);
}

static void answer_ripas(const struct invariants *inv, struct shadow_rec *rec,
                         const struct command *cmd)
{
    bool rejected = inv->rules->response && cmd->flags & FLAG_RIPAS_RESPONSE &&
                    rec->ripas == RMI_RAM && rec->ripas_next != rec->ripas_top;

    rec->expect.x_free &= ~(uint32_t)0x7;
    expect_x(&rec->expect, 0, 0);
    expect_x(&rec->expect, 1, rec->ripas_next);
    if (!inv->rules->beta)
        expect_x(&rec->expect, 2, rejected);
}

static void answer_sysreg(struct shadow_rec *rec, const struct command *cmd)
{
    unsigned rt = (unsigned)field_get(rec->stop.esr, ESR_SYS_RT);

    if (field_get(rec->stop.esr, ESR_SYS_DIRECTION) && rt != XZR)
        expect_x(&rec->expect, rt, cmd->gpr0);
}

/* List registers that would tie a realm's interrupt to a physical one (RMM 1.0 A6.1). */
static const char *gic_refused(const struct invariants *inv, const struct rmi_rec_enter *enter)
{
    if (!inv->rules->gic_in_page)
        return NULL;
    if (inv->rules->gic_bits_refused && enter->gicv3_hcr & ~(uint64_t)GIC_HCR_HOST_BITS)
        return "gicv3_hcr has bits that are not the host's";
    /* Four are implemented by every PE that has any; those beyond are not looked at. */
    for (unsigned n = 0; n < 4; n++)
        if (enter->gicv3_lrs[n] >> LR_STATE_SHIFT && enter->gicv3_lrs[n] & LR_HW)
            return "a list register names a physical interrupt";
    return NULL;
}

static const char *state_refused(const struct invariants *inv, const struct shadow_rec *rec)
{
    const struct shadow_realm *realm = shadow_realm_find(inv, rec->rd);

    if (rec->running)
        return "the REC is running";
    if (!realm || realm->state != SHADOW_ACTIVE)
        return "the realm is not active";
    if (!rec->runnable)
        return "the REC is not runnable";
    if (rec->owed == OWED_PSCI && !rec->off_defect)
        return "a PSCI request is pending";
    return NULL;
}

void entry_begin(struct invariants *inv, struct command *cmd)
{
    const struct rmi_rec_enter *enter = peek_ns(inv, cmd->x[2]);
    struct shadow_rec *rec = cmd->rec;

    cmd->refuse = enter ? state_refused(inv, rec) : "the run page is not the host's";
    if (!cmd->refuse)
        cmd->refuse = gic_refused(inv, enter);
    if (cmd->refuse)
        return;
    cmd->flags = enter->flags;
    cmd->gpr0 = enter->gprs[0];
    expect_copy(&cmd->before, &rec->expect);
    cmd->before_has_alt = rec->has_alt;
    if (rec->has_alt)
        expect_copy(&cmd->before_alt, &rec->alt);
    answer_abort(inv, rec, cmd);
    if (cmd->refuse)
        return;
    switch (rec->owed) {
    case OWED_RIPAS:
        answer_ripas(inv, rec, cmd);
        break;
    case OWED_SYSREG:
        answer_sysreg(rec, cmd);
        break;
    case OWED_HOST_CALL: /* SUCCESS; a known defect leaves the FID when the page became EMPTY */
        expect_copy(&rec->alt, &rec->expect);
        rec->has_alt = true;
        expect_x(&rec->expect, 0, 0);
        break;
    default:
        break;
    }
}
