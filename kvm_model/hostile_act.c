/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a hostile host does, one function an action. */
#include "kvm_model/hostile_internal.h"

#include "cpu/cpu.h"
#include "cpu/gic.h"

#include <string.h>

#define RTT_PAGE_LEVEL 3
#define RTT_PAGE_TABLE_LEVEL 2 /* whose entry points at a level-3 table */
#define RTT_TABLE_SPAN ((uint64_t)2 << 20)

/* --- commands ----------------------------------------------------------------------------------
 */

void hostile_smc(void *ctx, struct smc_regs *regs)
{
    struct hostile *hostile = ctx;

    /* There is one PE: while a REC runs, no other one can be put on it. */
    if (hostile->running && regs->x[0] == RMI_REC_ENTER && regs->x[1] != hostile->rec.v)
        regs->x[0] = SMC_NOT_SUPPORTED;
    else
        hostile->config.smc.call(hostile->config.smc.ctx, regs);
}

struct smc_regs hostile_call(struct hostile *hostile, uint32_t fid, const uint64_t *args,
                             size_t count)
{
    struct smc_regs regs = {.x = {fid}};

    for (size_t i = 0; i < count; i++)
        regs.x[1 + i] = args[i];
    hostile_smc(hostile, &regs);
    return regs;
}

struct rmi_rec_run *hostile_run_page(struct hostile *hostile, pa_t run)
{
    enum phys_status status;

    if (run.v & GRANULE_MASK)
        return NULL;
    return physmem_ptr(hostile->mem, PAS_NON_SECURE, run, sizeof(struct rmi_rec_run), &status);
}

void hostile_answer(struct hostile *hostile, const struct smc_regs *asked,
                    const struct smc_regs *regs, struct hostile_answer *answer)
{
    const struct rmi_rec_run *page = NULL;

    *answer = (struct hostile_answer){.present = true};
    memcpy(answer->x, regs->x, sizeof(answer->x));
    if (asked->x[0] == RMI_REC_ENTER && regs->x[0] == RMI_SUCCESS)
        page = hostile_run_page(hostile, PA(asked->x[2]));
    if (!page)
        return;
    answer->exit = (struct hostile_exit){
        .present = true,
        .reason = (uint8_t)page->exit.exit_reason,
        .esr = page->exit.esr,
        .far = page->exit.far,
        .hpfar = page->exit.hpfar,
        .gpr0 = page->exit.gprs[0],
    };
    for (unsigned i = 1; i < RMI_GPR_COUNT; i++)
        answer->exit.other_gprs |= page->exit.gprs[i];
}

/* --- addresses ---------------------------------------------------------------------------------
 */

pa_t hostile_page(struct hostile *hostile, unsigned index)
{
    if (!hostile->pages[index].v &&
        !host_mm_alloc_pages(hostile->config.mm, 1, 1, &hostile->pages[index]))
        hostile->pages[index] = PA(0);
    return hostile->pages[index];
}

/* Output address of the realm's RTT entry for ipa at a level, with ipa's offset in a page; 0 when
 * there is none. */
static uint64_t entry_address(struct hostile *hostile, uint64_t ipa, uint64_t span, uint64_t level)
{
    const uint64_t args[] = {hostile->rd.v, ipa & ~(span - 1), level};
    struct smc_regs regs = hostile_call(hostile, RMI_RTT_READ_ENTRY, args, 3);

    return regs.x[0] == RMI_SUCCESS && regs.x[1] == level
               ? (regs.x[3] & ~GRANULE_MASK) | (ipa & GRANULE_MASK)
               : 0;
}

static uint64_t resolve(struct hostile *hostile, const struct hostile_address *address)
{
    const uint64_t fixed[HOSTILE_BASE_COUNT] = {
        [HOSTILE_RD] = hostile->rd.v,
        [HOSTILE_REC] = hostile->rec.v,
        [HOSTILE_RUN] = hostile->run.v,
        [HOSTILE_ROOT] = hostile->root.v,
        [HOSTILE_RD2] = hostile->rd2.v,
        [HOSTILE_RD2_REC] = hostile->rd2_rec.v,
        [HOSTILE_RD2_ROOT] = hostile->rd2_root.v,
    };

    switch (address->base) {
    case HOSTILE_AUX:
        return hostile->aux[address->index].v + address->offset;
    case HOSTILE_SECOND:
        return hostile->recs[address->index].v + address->offset;
    case HOSTILE_PAGE:
        return hostile_page(hostile, address->index).v + address->offset;
    case HOSTILE_PA_OF:
        return entry_address(hostile, address->offset, GRANULE_SIZE, RTT_PAGE_LEVEL);
    case HOSTILE_RTT_OF:
        return entry_address(hostile, address->offset, RTT_TABLE_SPAN, RTT_PAGE_TABLE_LEVEL);
    default:
        return fixed[address->base] + address->offset;
    }
}

/* --- actions -----------------------------------------------------------------------------------
 */

struct act {
    struct hostile *hostile;
    const struct hostile_step *step;
    struct hostile_record *record;
};

typedef void action_fn(struct act *act);

static struct smc_regs command(struct act *act, uint32_t fid, const uint64_t *args, size_t count)
{
    struct smc_regs asked = {.x = {fid}}, regs;

    for (size_t i = 0; i < count; i++)
        asked.x[1 + i] = args[i];
    regs = hostile_call(act->hostile, fid, args, count);
    hostile_answer(act->hostile, &asked, &regs, &act->record->answer);
    return regs;
}

void hostile_change_enter(struct rmi_rec_enter *enter, const struct hostile_enter *change)
{
    if (change->has_flags)
        enter->flags = change->flags;
    if (change->has_hcr)
        enter->gicv3_hcr = change->hcr;
    for (unsigned i = 0; i < RMI_GPR_COUNT; i++)
        if (change->gpr_mask >> i & 1)
            enter->gprs[i] = change->gprs[i];
    for (unsigned i = 0; i < RMI_GICV3_LR_COUNT; i++)
        if (change->lr_mask >> i & 1)
            enter->gicv3_lrs[i] = change->lrs[i];
}

/*
 * ICH_HCR_EL2 and the list registers are the PE's where the RMM leaves them there; it may have
 * fewer. A host that gives interrupts has turned the interface on.
 */
static void change_registers(struct cpu *pe, const struct hostile_enter *change)
{
    if (change->has_hcr)
        cpu_el2(pe)->ich_hcr = change->hcr;
    if (change->lr_mask)
        cpu_el2(pe)->ich_hcr |= field_mask(ICH_HCR_EN);
    for (unsigned i = 0; i < ICH_LR_COUNT; i++)
        if (change->lr_mask >> i & 1)
            cpu_ich(pe)->lr[i] = change->lrs[i];
}

static void set_enter(struct act *act)
{
    struct rmi_rec_run *page = hostile_run_page(act->hostile, act->hostile->run);

    if (page)
        hostile_change_enter(&page->enter, &act->step->enter);
    /* Nobody changes another PE's registers. */
    if (act->hostile->config.cmds->gic_in_registers && act->hostile->config.pe &&
        !act->hostile->running)
        change_registers(act->hostile->config.pe, &act->step->enter);
}

static void advance_pc(struct act *act)
{
    struct rmi_rec_run *page = hostile_run_page(act->hostile, act->hostile->run);

    if (page)
        page->enter.flags &= ~field_mask(RMI_ENTER_EMUL_MMIO);
}

/*
 * A command of 1.0 by name, as another revision has it. Results beside x0 are those that KVM would
 * learn. false: there is no other way than to send it as it is.
 */
static bool translated(const struct rmi_host *host, uint32_t fid, const uint64_t *a, uint64_t *x)
{
    const struct rmi_cmds *cmds = host->cmds;
    struct rmi_ripas_range range;
    pa_t rtt = PA(0);

    switch (fid) {
    case RMI_GRANULE_DELEGATE:
        x[0] = cmds->granule_delegate(host, PA(a[0]));
        return true;
    case RMI_GRANULE_UNDELEGATE:
        x[0] = cmds->granule_undelegate(host, PA(a[0]));
        return true;
    case RMI_DATA_CREATE:
        x[0] = cmds->data_create(host, (struct rmi_place){PA(a[0]), a[2], RTT_PAGE_LEVEL}, PA(a[1]),
                                 PA(a[3]), a[4]);
        return true;
    case RMI_DATA_CREATE_UNKNOWN:
        x[0] = cmds->data_create_unknown(host, (struct rmi_place){PA(a[0]), a[2], RTT_PAGE_LEVEL},
                                         PA(a[1]));
        return true;
    case RMI_DATA_DESTROY:
        x[0] = cmds->data_destroy(host, (struct rmi_place){PA(a[0]), a[1], RTT_PAGE_LEVEL});
        return true;
    case RMI_REC_DESTROY:
        x[0] = cmds->rec_destroy(host, PA(a[0]));
        return true;
    case RMI_PSCI_COMPLETE:
        x[0] = cmds->psci_complete(host, PA(a[0]), PA(a[1]), a[2]);
        return true;
    case RMI_RTT_CREATE:
        x[0] = cmds->rtt_create(host, (struct rmi_place){PA(a[0]), a[2], a[3]}, PA(a[1]));
        return true;
    case RMI_RTT_DESTROY:
        x[0] = cmds->rtt_destroy(host, (struct rmi_place){PA(a[0]), a[1], a[2]}, &rtt, &x[2]);
        x[1] = rtt.v;
        return true;
    case RMI_RTT_FOLD:
        x[0] = cmds->rtt_fold(host, (struct rmi_place){PA(a[0]), a[1], a[2]}, &rtt);
        x[1] = rtt.v;
        return true;
    case RMI_RTT_MAP_UNPROTECTED:
        x[0] = cmds->map_unprotected(host, (struct rmi_place){PA(a[0]), a[1], a[2]}, a[3]);
        return true;
    case RMI_RTT_UNMAP_UNPROTECTED:
        x[0] = cmds->unmap_unprotected(host, (struct rmi_place){PA(a[0]), a[1], a[2]}, &x[1]);
        return true;
    case RMI_RTT_INIT_RIPAS:
        range = (struct rmi_ripas_range){.rd = PA(a[0]), .base = a[1], .top = a[2]};
        x[0] = cmds->init_ripas(host, &range, &x[1]);
        return true;
    case RMI_RTT_SET_RIPAS:
        range = (struct rmi_ripas_range){PA(a[0]), PA(a[1]), a[2], a[3], a[4]};
        x[0] = cmds->set_ripas(host, &range, &x[1]);
        return true;
    default:
        return false;
    }
}

static void rmi(struct act *act)
{
    const struct rmi_host *host = &act->hostile->host;
    struct hostile_answer answer = {.present = true};
    uint64_t args[HOSTILE_MAX_ARGS];

    for (unsigned i = 0; i < HOSTILE_MAX_ARGS; i++)
        args[i] = resolve(act->hostile, &act->step->args[i]);
    if (act->step->by_name && host->cmds->version != RMI_ABI_1_0 &&
        translated(host, act->step->fid, args, answer.x))
        act->record->answer = answer;
    else
        command(act, act->step->fid, args, HOSTILE_MAX_ARGS);
}

static void replay_exit(struct act *act)
{
    struct hostile *hostile = act->hostile;
    struct rmi_rec_run *page = hostile_run_page(hostile, hostile->run);

    if (page && act->step->number <= hostile->exit_count)
        page->exit = hostile->exits[act->step - hostile->config.steps];
}

/* What a command of the host's gave that may be several SMCs. */
static bool answered(struct act *act, uint64_t x0)
{
    act->record->answer = (struct hostile_answer){.present = true, .x = {x0}};
    return x0 == RMI_SUCCESS;
}

/* Takes the page at an IPA away and offers another one, filled by the host, in its place. */
static void remap(struct act *act)
{
    struct hostile *hostile = act->hostile;
    const struct rmi_host *host = &hostile->host;
    struct rmi_place place = {hostile->rd, resolve(hostile, &act->step->args[0]), RTT_PAGE_LEVEL};
    uint8_t contents[GRANULE_SIZE];
    pa_t page;

    if (!answered(act, host->cmds->data_destroy(host, place)) ||
        !host_mm_alloc_pages(hostile->config.mm, 1, 1, &page))
        return;
    memset(contents, 0x5a, sizeof(contents));
    (void)physmem_write(hostile->mem, PAS_NON_SECURE, page, contents, sizeof(contents));
    if (answered(act, host->cmds->granule_delegate(host, page)))
        answered(act, host->cmds->data_create_unknown(host, place, page));
}

static void undelegate(struct act *act)
{
    const struct rmi_host *host = &act->hostile->host;
    pa_t page = PA(resolve(act->hostile, &act->step->args[0]));

    answered(act, host->cmds->granule_undelegate(host, page));
}

static void destroy_while_running(struct act *act)
{
    const struct rmi_host *host = &act->hostile->host;

    answered(act, host->cmds->rec_destroy(host, act->hostile->rec));
}

static void stale_tlb(struct act *act)
{
    pa_t at = PA(resolve(act->hostile, &act->step->args[0]));
    uint64_t value = act->step->number;
    enum phys_status status;

    if (act->step->write)
        status = physmem_write64(act->hostile->mem, PAS_NON_SECURE, at, value);
    else
        status = physmem_read64(act->hostile->mem, PAS_NON_SECURE, at, &value);
    act->record->accessed = true;
    act->record->blocked = status == PHYS_GPF;
}

static void drop_command(struct act *act)
{
    act->hostile->drop = true;
}

static void starve(struct act *act)
{
    act->hostile->starved = true;
}

static void second_rec(struct act *act)
{
    answered(act, hostile_second_rec(act->hostile, act->step));
}

static void second_realm(struct act *act)
{
    answered(act, hostile_second_realm(act->hostile));
}

static action_fn *const actions[HOSTILE_ACTION_COUNT] = {
    [HOSTILE_SET_ENTER] = set_enter,
    [HOSTILE_ADVANCE_PC] = advance_pc,
    [HOSTILE_RMI] = rmi,
    [HOSTILE_REPLAY_EXIT] = replay_exit,
    [HOSTILE_INJECT_IRQ] = set_enter,
    [HOSTILE_REMAP] = remap,
    [HOSTILE_UNDELEGATE] = undelegate,
    [HOSTILE_DESTROY_WHILE_RUNNING] = destroy_while_running,
    [HOSTILE_STALE_TLB] = stale_tlb,
    [HOSTILE_RACE] = set_enter,
    [HOSTILE_DROP_COMMAND] = drop_command,
    [HOSTILE_STARVE] = starve,
    [HOSTILE_SECOND_REC] = second_rec,
    [HOSTILE_SECOND_REALM] = second_realm,
};

void hostile_act(struct hostile *hostile, size_t index)
{
    struct act act = {hostile, &hostile->config.steps[index], &hostile->records[index]};

    act.record->times++;
    actions[act.step->action](&act);
    EMIT(hostile->config.trace, HOSTILE_ACTION, HOST, index + 1,
         EVENT_STR(hostile_action_name(act.step->action)), act.record->answer.present,
         act.record->answer.x[0]);
}
