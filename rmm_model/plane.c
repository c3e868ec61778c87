/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rmm_model/plane.h"

#include "cpu/gic.h"
#include "rmm_model/rsi.h"
#include "rmm_model/rtt.h"

#define PLANE_RUN_REG 2u /* of Plane 0 in RSI_PLANE_ENTER: the IPA of RsiPlaneRun */

/* RsiPlaneExitReason. */
enum plane_exit_reason { PLANE_EXIT_SYNC = 0, PLANE_EXIT_IRQ = 1 };

/* RsiPlaneRun.exit, as far as it is filled when the host's entry ends a plane. */
struct rsi_plane_exit {
    uint64_t reason;
};
#define PLANE_RUN_EXIT 0x800u

static bool interrupt_for_plane0(struct realm_run *run)
{
    struct cpu *cpu = rec_pe(run->rmm, run->rec)->cpu;
    const struct ich_regs *ich = cpu_ich(cpu);

    for (unsigned i = 0; i < run->rmm->gic.num_lrs; i++)
        if (ich->lr[i])
            return true;
    return ich_misr(ich, cpu_el2(cpu)->ich_hcr, run->rmm->gic.num_lrs) != 0;
}

/* Plane 0 comes back from RSI_PLANE_ENTER. */
static void enter_plane0(struct realm_run *run, uint64_t status)
{
    rec_switch_plane(run->rec, run->cpu, 0);
    cpu_set_x(run->cpu, 0, status);
    for (unsigned i = 1; i < RSI_RESULTS; i++)
        cpu_set_x(run->cpu, i, 0);
    cpu_el2(run->cpu)->elr += A64_INSN_SIZE;
}

/* The page Plane 0 wants to be told in. */
static struct rtt_lookup plane_run_page(struct realm_run *run)
{
    uint64_t ipa = run->rec->inactive.context.x[PLANE_RUN_REG];

    return rtt_lookup(run->rmm, run->realm, ipa & ~GRANULE_MASK);
}

/* An EMPTY page is Plane 0's own mistake, one that is gone is the host's. */
static bool can_tell(const struct rtt_lookup *page)
{
    return page->mapped || page->ripas == RMI_EMPTY;
}

static void leave_plane(struct realm_run *run, enum plane_exit_reason reason)
{
    struct rtt_lookup page = plane_run_page(run);
    struct rsi_plane_exit exit = {.reason = reason};

    if (page.mapped)
        physmem_write(run->rmm->mem, PAS_REALM, PA(page.addr + PLANE_RUN_EXIT), &exit,
                      sizeof(exit));
    enter_plane0(run, page.mapped ? RSI_SUCCESS : RSI_ERROR_INPUT);
    if (!rmm_has_defect(run->rmm, RMM_DEFECT(PLANE_SYNDROME_SURVIVES)))
        run->rec->inactive.last_run.esr = 0;
}

static bool is_forced(const struct rmi_rec_enter *enter)
{
    return field_get(enter->flags, RMI_ENTER_FORCE_P0) ||
           field_get(enter->flags, RMI_ENTER_INJECT_SEA);
}

bool plane_can_leave(struct realm_run *run, const struct rmi_rec_enter *enter)
{
    struct rtt_lookup page;

    if (run->rec->active_plane == 0 || (!is_forced(enter) && !interrupt_for_plane0(run)))
        return true;
    page = plane_run_page(run);
    return can_tell(&page);
}

void plane_entry(struct realm_run *run, const struct rmi_rec_enter *enter)
{
    if (run->rec->active_plane == 0)
        return;
    if (is_forced(enter))
        leave_plane(run, PLANE_EXIT_SYNC);
    else if (interrupt_for_plane0(run))
        leave_plane(run, PLANE_EXIT_IRQ);
}
