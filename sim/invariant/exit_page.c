/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an exit may show: for each kind of exit the fields of RmiRecExit that it fills, each with
 * its mask and the truth it must equal; all other bytes are zero. The masks are written out here
 * once more, from the tables of RmiRecExit and HostEsr* in the RMM specification: those that
 * rmm_model/host_view.c applies cannot show that host_view.c is right.
 */
#include <stdio.h>
#include <string.h>

#include "sim/invariant/internal.h"

#include "cpu/arch/esr.h"

/* EC, SET, FnV, EA, FSC. */
#define ESR_OF_ABORT 0xfc001e3fu
/* ... and ISV, SAS, SF, WnR. */
#define ESR_OF_EMULATABLE 0xfdc09e7fu
#define ESR_OF_UNKNOWN (ESR_OF_ABORT | 0x02000000u) /* IL */
#define ESR_OF_WFX 0xfc000001u                      /* EC, WFI or WFE */
#define ESR_OF_SERROR 0x01001e3fu                   /* IDS, AET, EA, DFSC */
#define ESR_SERROR_EC 0xfc000000u
#define ESR_SYSREG_RT 0x3e0u
#define FAR_OF_EMULATABLE 0xfffu

#define GIC_HCR_SHOWN 0xf80040feu /* EOIcount, TDIR, VGrp1DIE .. UIE */
#define TIMER_CTL 0x7u            /* ISTATUS, IMASK, ENABLE */
#define IMM16 0xffffu
#define EMULATED_ABORT 0x90000000u /* EC 0x24; a translation fault at some level is added */
#define RSI_HOST_CALL_IMM 0u
#define RSI_HOST_CALL_GPRS 8u

struct page_check {
    struct invariants *inv;
    const struct shadow_rec *rec;
    struct rmi_rec_exit left; /* what is not yet accounted for */
};

bool is_external(uint64_t esr)
{
    uint64_t fsc = esr & 0x3f;

    return fsc == 0x10 || (fsc >= 0x13 && fsc <= 0x17);
}

bool is_unprotected(const struct invariants *inv, const struct shadow_rec *rec, uint64_t hpfar)
{
    const struct shadow_realm *realm = shadow_realm_find(inv, rec->rd);
    uint64_t page = hpfar << 20 >> 24 << 12; /* FIPA, bits 43:4 */

    return realm && page >> (realm->ipa_bits - 1) != 0;
}

/* The field at p of the page is the truth. */
static void exact(struct page_check *c, const char *name, uint64_t *p, uint64_t truth)
{
    if (*p != truth)
        broken(c->inv, INVARIANT_EXIT_VALUE, c->rec, "%s = 0x%llx, permitted is 0x%llx", name,
               (unsigned long long)*p, (unsigned long long)truth);
    *p = 0;
}

/* The field is the RMM's or the host's own; only these bits. */
static void within(struct page_check *c, const char *name, uint64_t *p, uint64_t mask)
{
    if (*p & ~mask)
        broken(c->inv, INVARIANT_EXIT_VALUE, c->rec, "%s = 0x%llx has bits outside 0x%llx", name,
               (unsigned long long)*p, (unsigned long long)mask);
    *p = 0;
}

static uint64_t reg(const struct page_check *c, uint64_t n)
{
    return n == XZR ? 0 : x_left(c->rec, (unsigned)n);
}

/* --- synchronous exceptions --------------------------------------------------------------------
 */

static void wrong_kind(struct page_check *c, const char *what)
{
    broken(c->inv, INVARIANT_EXIT_KIND, c->rec, "%s (ESR_EL2 0x%llx) is shown as exit reason %llu",
           what, (unsigned long long)c->rec->stop.esr, (unsigned long long)c->left.exit_reason);
}

static bool beyond_space(const struct page_check *c)
{
    const struct shadow_realm *realm = shadow_realm_find(c->inv, c->rec->rd);

    return realm && c->rec->stop.hpfar << 20 >> 24 << 12 >> realm->ipa_bits != 0;
}

static void data_abort(struct page_check *c)
{
    const struct stop *stop = &c->rec->stop;
    bool emulatable = is_unprotected(c->inv, c->rec, stop->hpfar) && !(c->rec->left.pstate & 0x10);
    uint64_t size_mask = UINT64_MAX >> (64 - (8u << field_get(stop->esr, ESR_SAS)));

    if (is_external(stop->esr)) {
        exact(c, "esr", &c->left.esr, stop->esr & ESR_OF_ABORT);
        return;
    }
    if (!c->inv->rules->beyond_to_host && beyond_space(c))
        wrong_kind(c, "an abort beyond the realm's address space");
    exact(c, "hpfar", &c->left.hpfar, stop->hpfar);
    if (!emulatable) {
        exact(c, "esr", &c->left.esr, stop->esr & ESR_OF_ABORT);
    } else if (c->inv->rules->isv0_hidden && !field_get(stop->esr, ESR_ISV)) {
        exact(c, "esr", &c->left.esr, stop->esr & ESR_OF_UNKNOWN);
    } else {
        exact(c, "esr", &c->left.esr, stop->esr & ESR_OF_EMULATABLE);
        exact(c, "far", &c->left.far, stop->far & FAR_OF_EMULATABLE);
        exact(c, "gprs[0]", &c->left.gprs[0],
              field_get(stop->esr, ESR_WNR) ? reg(c, field_get(stop->esr, ESR_SRT)) & size_mask
                                            : 0);
    }
}

static void insn_abort(struct page_check *c)
{
    const struct stop *stop = &c->rec->stop;
    bool translation = (stop->esr & 0x3c) == 0x04;

    if (is_external(stop->esr)) {
        exact(c, "esr", &c->left.esr, stop->esr & ESR_OF_ABORT);
        return;
    }
    if (is_unprotected(c->inv, c->rec, stop->hpfar))
        wrong_kind(c, "a fetch from unprotected memory");
    if (!translation && !c->inv->rules->insn_beyond_fsc)
        return;
    exact(c, "esr", &c->left.esr, stop->esr & ESR_OF_ABORT);
    exact(c, "hpfar", &c->left.hpfar, stop->hpfar);
}

static void sysreg(struct page_check *c)
{
    uint64_t esr = c->rec->stop.esr;
    bool read = field_get(esr, ESR_SYS_DIRECTION);

    exact(c, "esr", &c->left.esr, c->inv->rules->rt_hidden ? esr & ~(uint64_t)ESR_SYSREG_RT : esr);
    exact(c, "gprs[0]", &c->left.gprs[0], read ? 0 : reg(c, field_get(esr, ESR_SYS_RT)));
}

/* A call that met a page the host has taken away: of the page, no more than where it is. */
static void call_abort(struct page_check *c)
{
    within(c, "esr", &c->left.esr, EMULATED_ABORT | 0x7u);
    exact(c, "hpfar", &c->left.hpfar, x_left(c->rec, 1) >> 8);
}

static void sync(struct page_check *c)
{
    const struct stop *stop = &c->rec->stop;

    if (!stop->present) {
        if (c->rec->owed != OWED_HOST_CALL)
            wrong_kind(c, "an entry that did not run");
        call_abort(c);
        return;
    }
    if (stop->kind != CPU_EXIT_SYNC) {
        wrong_kind(c, "what is no synchronous exception");
        return;
    }
    switch (stop->esr >> 26 & 0x3f) {
    case ESR_EC_DABT_LOW:
        data_abort(c);
        break;
    case ESR_EC_IABT_LOW:
        insn_abort(c);
        break;
    case ESR_EC_WFX:
        exact(c, "esr", &c->left.esr, stop->esr & ESR_OF_WFX);
        break;
    case ESR_EC_SYS64:
        sysreg(c);
        break;
    case ESR_EC_SMC64:
        call_abort(c);
        break;
    case ESR_EC_HVC64:
    case ESR_EC_FP_ASIMD:
    case ESR_EC_SVE:
    case ESR_EC_SME:
        wrong_kind(c, "an exception that is the RMM's or the realm's");
        break;
    default: /* any other: that something happened, and nothing of it */
        break;
    }
}

/* --- calls -------------------------------------------------------------------------------------
 */

static bool stopped_in_call(const struct page_check *c)
{
    const struct stop *stop = &c->rec->stop;

    return stop->present && stop->kind == CPU_EXIT_SYNC && (stop->esr >> 26 & 0x3f) == ESR_EC_SMC64;
}

static void psci(struct page_check *c)
{
    uint64_t call = x_left(c->rec, 0) & 0xff;
    bool two = call == 0x3 || call == 0x4; /* CPU_ON, AFFINITY_INFO: and the target */

    if (!stopped_in_call(c))
        wrong_kind(c, "no call");
    exact(c, "gprs[0]", &c->left.gprs[0], x_left(c->rec, 0));
    if (two)
        exact(c, "gprs[1]", &c->left.gprs[1], x_left(c->rec, 1));
}

static void ripas_change(struct page_check *c)
{
    uint64_t value = c->left.ripas_value;

    if (!stopped_in_call(c))
        wrong_kind(c, "no call");
    exact(c, "ripas_base", &c->left.ripas_base, x_left(c->rec, 1));
    exact(c, "ripas_top", &c->left.ripas_top, x_left(c->rec, 2));
    exact(c, "ripas_value", &value, x_left(c->rec, 3) & 0xff);
    c->left.ripas_value = 0;
}

/* The structure the realm filled for the host, from its own page. */
static void host_call(struct page_check *c, const struct command *cmd)
{
    const uint8_t *call = physmem_host_base(c->inv->mem);
    uint64_t imm = c->left.imm, want;
    char name[16];

    if (!stopped_in_call(c) || !cmd->host_call_page) {
        wrong_kind(c, "no host call");
        return;
    }
    call += cmd->host_call_page - PHYS_DRAM_BASE;
    within(c, "imm", &imm, UINT32_MAX);
    c->left.imm = 0;
    for (unsigned n = 0; n < c->inv->rules->host_call_gprs; n++) {
        memcpy(&want, call + RSI_HOST_CALL_GPRS + n * sizeof(want), sizeof(want));
        snprintf(name, sizeof(name), "gprs[%u]", n);
        exact(c, name, &c->left.gprs[n], want);
    }
}

/* --- every exit --------------------------------------------------------------------------------
 */

static void take_interrupt_state(struct page_check *c)
{
    c->left.cntp_ctl &= ~(uint64_t)TIMER_CTL;
    c->left.cntv_ctl &= ~(uint64_t)TIMER_CTL;
    c->left.cntp_cval = c->left.cntv_cval = 0;
    c->left.pmu_ovf_status &= ~(uint64_t)1;
    if (!c->inv->rules->gic_in_page)
        return;
    within(c, "gicv3_hcr", &c->left.gicv3_hcr, GIC_HCR_SHOWN);
    within(c, "gicv3_misr", &c->left.gicv3_misr, 0xff);
    within(c, "gicv3_vmcr", &c->left.gicv3_vmcr, UINT32_MAX);
    memset(c->left.gicv3_lrs, 0, sizeof(c->left.gicv3_lrs));
}

static uint64_t word_at(const struct page_check *c, size_t i)
{
    uint64_t word;

    memcpy(&word, (const char *)&c->left + i * sizeof(word), sizeof(word));
    return word;
}

static void nothing_left(struct page_check *c)
{
    if (all_zero(&c->left, sizeof(c->left)))
        return;
    for (size_t i = 0; i < sizeof(c->left) / sizeof(uint64_t); i++)
        if (word_at(c, i))
            broken(c->inv, INVARIANT_EXIT_UNUSED, c->rec,
                   "offset 0x%zx of RmiRecExit is 0x%llx, not 0", i * sizeof(uint64_t),
                   (unsigned long long)word_at(c, i));
}

void exit_check(struct invariants *inv, const struct command *cmd, const struct shadow_rec *rec,
                const struct rmi_rec_exit *exit)
{
    struct page_check c = {.inv = inv, .rec = rec, .left = *exit};
    uint64_t serror = ESR_OF_SERROR | (inv->rules->serror_ec ? ESR_SERROR_EC : 0);

    switch (exit->exit_reason) {
    case RMI_EXIT_SYNC:
        sync(&c);
        break;
    case RMI_EXIT_IRQ:
    case RMI_EXIT_FIQ:
        break;
    case RMI_EXIT_PSCI:
        psci(&c);
        break;
    case RMI_EXIT_RIPAS_CHANGE:
        ripas_change(&c);
        break;
    case RMI_EXIT_HOST_CALL:
        host_call(&c, cmd);
        break;
    case RMI_EXIT_SERROR:
        if (rec->stop.kind != CPU_EXIT_SERROR)
            wrong_kind(&c, "no SError");
        exact(&c, "esr", &c.left.esr, rec->stop.esr & serror);
        break;
    default:
        wrong_kind(&c, "an exit");
        break;
    }
    take_interrupt_state(&c);
    c.left.exit_reason = 0;
    nothing_left(&c);
}
