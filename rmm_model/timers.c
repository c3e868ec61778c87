/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rmm_model/timers.h"

#include <string.h>

static bool asserted(uint64_t ctl)
{
    return field_get(ctl, CNT_CTL_ENABLE) && field_get(ctl, CNT_CTL_ISTATUS) &&
           !field_get(ctl, CNT_CTL_IMASK);
}

static void put(struct cpu *cpu, const struct rec_timer timers[CPU_TIMER_COUNT])
{
    for (unsigned i = 0; i < CPU_TIMER_COUNT; i++)
        cpu_timer_set(cpu, (enum cpu_timer)i, timers[i].ctl, timers[i].cval);
}

static void get(const struct cpu *cpu, struct rec_timer timers[CPU_TIMER_COUNT])
{
    for (unsigned i = 0; i < CPU_TIMER_COUNT; i++)
        timers[i] = (struct rec_timer){.ctl = cpu_timer_ctl(cpu, (enum cpu_timer)i),
                                       .cval = cpu_timer_cval(cpu, (enum cpu_timer)i)};
}

void timers_enter(const struct rec *rec, struct cpu *cpu, struct rec_timer host[CPU_TIMER_COUNT])
{
    get(cpu, host);
    put(cpu, rec->timers);
}

void timers_leave(struct rec *rec, struct cpu *cpu, const struct rec_timer host[CPU_TIMER_COUNT],
                  struct rmi_rec_exit *exit)
{
    get(cpu, rec->timers);
    exit->cntp_ctl = rec->timers[CPU_TIMER_PHYSICAL].ctl;
    exit->cntp_cval = rec->timers[CPU_TIMER_PHYSICAL].cval;
    exit->cntv_ctl = rec->timers[CPU_TIMER_VIRTUAL].ctl;
    exit->cntv_cval = rec->timers[CPU_TIMER_VIRTUAL].cval;
    for (unsigned i = 0; i < CPU_TIMER_COUNT; i++)
        cpu_timer_mask(cpu, (enum cpu_timer)i, false);
    put(cpu, host);
}

bool timers_check_pending(const struct rec *rec, struct cpu *cpu)
{
    bool changed = false;

    for (unsigned i = 0; i < CPU_TIMER_COUNT; i++) {
        bool now = cpu_timer_asserted(cpu, (enum cpu_timer)i);

        cpu_timer_mask(cpu, (enum cpu_timer)i, now);
        changed |= now != asserted(rec->timers[i].ctl);
    }
    return changed;
}

void interface_enter(const struct rec *rec, struct cpu *cpu)
{
    struct ich_regs *ich = cpu_ich(cpu);

    memcpy(ich->lr, rec->gic.lrs, sizeof(ich->lr));
    ich->vmcr = rec->gic.vmcr;
    ich->ap0r0 = rec->gic.ap0r0;
    ich->ap1r0 = rec->gic.ap1r0;
    cpu_el2(cpu)->ich_hcr = rec->gic.hcr;
}

void interface_disable(struct cpu *cpu)
{
    cpu_el2(cpu)->ich_hcr &= ~field_mask(ICH_HCR_EN);
}

void interface_leave(struct rec *rec, struct cpu *cpu)
{
    const struct ich_regs *ich = cpu_ich(cpu);

    memcpy(rec->gic.lrs, ich->lr, sizeof(rec->gic.lrs));
    rec->gic.vmcr = ich->vmcr;
    rec->gic.ap0r0 = ich->ap0r0;
    rec->gic.ap1r0 = ich->ap1r0;
    rec->gic.hcr = cpu_el2(cpu)->ich_hcr;
    rec->gic.misr = ich_misr(ich, rec->gic.hcr, cpu_ich_lr_count(cpu));
    interface_disable(cpu);
}
