/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When a hostile host acts. */
#include "kvm_model/hostile_internal.h"

#include "cpu/cpu.h"
#include "cpu/gic.h"

#include <stdlib.h>
#include <string.h>

const char *hostile_action_name(enum hostile_action action)
{
    static const char *const names[HOSTILE_ACTION_COUNT] = {
#define X(id, name) [HOSTILE_##id] = #name,
        HOSTILE_ACTION_TABLE(X)
#undef X
    };

    return names[action];
}

/* --- moments -----------------------------------------------------------------------------------
 */

static const struct hostile_step *step_at(const struct hostile *hostile, size_t index)
{
    return &hostile->config.steps[index];
}

static bool reason_holds(const struct hostile *hostile, const struct hostile_when *when)
{
    if (!when->has_reason)
        return true;
    return hostile->exit_count && hostile->last_reason == when->reason;
}

/* A step whose place is right behind an exit, before KVM reads it. */
static bool acts_on_exit(const struct hostile_step *step)
{
    return step->action == HOSTILE_REPLAY_EXIT;
}

/* A step whose place is right behind the RMM's copy of RmiRecEnter. */
static bool acts_on_copy(const struct hostile_step *step)
{
    return step->action == HOSTILE_RACE;
}

static bool at_exit(const struct hostile *hostile, const struct hostile_step *step)
{
    const struct hostile_when *when = &step->when;

    return (when->moment == HOSTILE_ANY_EXIT ||
            (when->moment == HOSTILE_AT_EXIT && when->number == hostile->exit_count)) &&
           reason_holds(hostile, when);
}

/* Takes the steps that selected tells. Returns how many. */
typedef bool step_selector(const struct hostile *hostile, size_t index, uint64_t detail);

static size_t take_steps(struct hostile *hostile, step_selector *selected, uint64_t detail)
{
    size_t taken = 0;

    for (size_t i = 0; i < hostile->config.step_count; i++) {
        if (!selected(hostile, i, detail))
            continue;
        hostile->acting = true;
        hostile_act(hostile, i);
        hostile->acting = false;
        taken++;
    }
    return taken;
}

static bool before_enter(const struct hostile *hostile, size_t index, uint64_t detail)
{
    const struct hostile_step *step = step_at(hostile, index);

    (void)detail;
    return at_exit(hostile, step) && !acts_on_exit(step);
}

static bool after_exit(const struct hostile *hostile, size_t index, uint64_t detail)
{
    const struct hostile_step *step = step_at(hostile, index);

    (void)detail;
    return at_exit(hostile, step) && acts_on_exit(step);
}

static bool before_command(const struct hostile *hostile, size_t index, uint64_t fid)
{
    const struct hostile_step *step = step_at(hostile, index);

    return step->when.moment == HOSTILE_AT_COMMAND && step->when.fid == fid &&
           (!step->when.has_number || step->when.number == hostile->exit_count) &&
           hostile->records[index].times == 0;
}

static bool at_end(const struct hostile *hostile, size_t index, uint64_t detail)
{
    (void)detail;
    return step_at(hostile, index)->when.moment == HOSTILE_AT_END;
}

static bool is_during(const struct hostile *hostile, const struct hostile_step *step)
{
    return step->when.moment == HOSTILE_DURING && step->when.number == hostile->entries;
}

static bool behind_copy(const struct hostile *hostile, size_t index, uint64_t detail)
{
    (void)detail;
    return is_during(hostile, step_at(hostile, index)) && acts_on_copy(step_at(hostile, index));
}

static bool while_running(const struct hostile *hostile, size_t index, uint64_t detail)
{
    (void)detail;
    return is_during(hostile, step_at(hostile, index)) && !acts_on_copy(step_at(hostile, index));
}

/* --- inside a REC_ENTER ------------------------------------------------------------------------
 */

static void on_event(void *ctx, const struct event *event)
{
    struct hostile *hostile = ctx;

    if (!hostile->running || hostile->acting || hostile->over)
        return;
    if (event->kind == EV_SMC_REC_ENTER) {
        take_steps(hostile, behind_copy, 0);
    } else if (event->kind == EV_RMM_HANDLE_EXCEPTION && !hostile->inside) {
        hostile->inside = true;
        take_steps(hostile, while_running, 0);
    }
}

bool hostile_attach(struct hostile *hostile)
{
    for (size_t i = 0; i < hostile->config.step_count; i++) {
        if (step_at(hostile, i)->when.moment == HOSTILE_DURING)
            return hostile->config.trace &&
                   trace_add_reader(hostile->config.trace, on_event, hostile);
    }
    return true;
}

/* --- KVM's commands ----------------------------------------------------------------------------
 */

static void pass(struct hostile *hostile, struct smc_regs *regs)
{
    hostile->config.smc.call(hostile->config.smc.ctx, regs);
}

/* One more exit; kept for the steps that will show it to KVM again. */
static void note_exit(struct hostile *hostile, const struct rmi_rec_exit *exit)
{
    hostile->exit_count++;
    hostile->last_reason = (uint8_t)exit->exit_reason;
    for (size_t i = 0; i < hostile->config.step_count; i++) {
        if (acts_on_exit(step_at(hostile, i)) && step_at(hostile, i)->number == hostile->exit_count)
            hostile->exits[i] = *exit;
    }
}

/* The REC_ENTER that went wrong is sent again, without what was done to it. */
static void send_again(struct hostile *hostile, const struct smc_regs *asked,
                       const struct rmi_rec_enter *honest, struct smc_regs *regs)
{
    struct rmi_rec_run *page = hostile_run_page(hostile, hostile->run);

    if (page)
        page->enter = *honest;
    *regs = *asked;
    pass(hostile, regs);
}

static void rec_enter(struct hostile *hostile, struct smc_regs *regs)
{
    const struct smc_regs asked = *regs;
    struct cpu *pe = hostile->config.pe;
    struct ich_regs registers = {0};
    uint64_t ich_hcr = 0;
    struct rmi_rec_run *page;
    struct rmi_rec_enter honest;
    bool retry = false;
    uint64_t status;

    hostile->run = PA(regs->x[2]);
    page = hostile_run_page(hostile, hostile->run);
    if (!page) {
        pass(hostile, regs);
        return;
    }
    honest = page->enter;
    if (pe) {
        registers = *cpu_ich(pe);
        ich_hcr = cpu_el2(pe)->ich_hcr;
    }
    take_steps(hostile, before_enter, 0);
    if (hostile->starved) {
        regs->x[0] = RMI_ERROR_INPUT; /* the command was never sent */
        return;
    }
    hostile->entries++;
    hostile->running = true;
    hostile->inside = false;
    pass(hostile, regs);
    hostile->running = false;
    status = regs->x[0];
    for (size_t i = 0; i < hostile->config.step_count; i++) {
        const struct hostile_step *step = step_at(hostile, i);

        if (!at_exit(hostile, step) && !is_during(hostile, step))
            continue;
        hostile_answer(hostile, &asked, regs, &hostile->records[i].enter);
        retry = retry || step->retry;
    }
    if (status != RMI_SUCCESS && pe) {
        *cpu_ich(pe) = registers;
        cpu_el2(pe)->ich_hcr = ich_hcr;
    }
    if (status != RMI_SUCCESS && retry)
        send_again(hostile, &asked, &honest, regs);
    page = hostile_run_page(hostile, hostile->run);
    if (regs->x[0] == RMI_SUCCESS && page) {
        note_exit(hostile, &page->exit);
        take_steps(hostile, after_exit, 0);
    }
}

static void learn_realm(struct hostile *hostile, const struct smc_regs *asked)
{
    uint8_t page[GRANULE_SIZE];

    hostile->rd = PA(asked->x[1]);
    if (physmem_read(hostile->mem, PAS_NON_SECURE, PA(asked->x[2]), page, sizeof(page)) == PHYS_OK)
        hostile->host.cmds->realm_params(page, &hostile->realm_params);
    hostile->root = PA(hostile->realm_params.rtt_base);
}

static void learn_aux(struct hostile *hostile, const uint64_t *aux, uint64_t count)
{
    for (uint64_t i = 0; i < count && hostile->aux_count < RMI_MAX_REC_AUX; i++)
        hostile->aux[hostile->aux_count++] = PA(aux[i] & field_mask(RMI_RANGE_ADDR));
}

static void learn_rec(struct hostile *hostile, const struct smc_regs *asked)
{
    const struct rmi_rec_params *params = &hostile->rec_params;

    (void)physmem_read(hostile->mem, PAS_NON_SECURE, PA(asked->x[3]), &hostile->rec_params,
                       sizeof(hostile->rec_params));
    hostile->rec = PA(asked->x[hostile->host.cmds->object_first ? 1 : 2]);
    hostile->aux_count = 0;
    learn_aux(hostile, params->aux,
              params->num_aux < RMI_MAX_REC_AUX ? params->num_aux : RMI_MAX_REC_AUX);
}

/* Pages that a stateful command asked for: one a descriptor, as KVM gives them. */
static void learn_donation(struct hostile *hostile, const struct smc_regs *asked)
{
    uint64_t desc[RMI_MAX_REC_AUX];
    uint64_t count = asked->x[3] < RMI_MAX_REC_AUX ? asked->x[3] : RMI_MAX_REC_AUX;

    if (physmem_read(hostile->mem, PAS_NON_SECURE, PA(asked->x[2]), desc,
                     count * sizeof(desc[0])) == PHYS_OK)
        learn_aux(hostile, desc, count);
}

static void learn(struct hostile *hostile, const struct smc_regs *asked)
{
    switch ((uint32_t)asked->x[0]) {
    case RMI_REALM_CREATE:
        learn_realm(hostile, asked);
        break;
    case RMI_REC_CREATE:
        learn_rec(hostile, asked);
        break;
    case RMI_OP_MEM_DONATE:
        learn_donation(hostile, asked);
        break;
    default:
        break;
    }
}

static void on_smc(void *ctx, struct smc_regs *regs)
{
    struct hostile *hostile = ctx;

    if (hostile->over) {
        pass(hostile, regs);
        return;
    }
    learn(hostile, regs);
    hostile->drop = false;
    take_steps(hostile, before_command, regs->x[0]);
    if (hostile->drop)
        regs->x[0] = RMI_ERROR_INPUT; /* what KVM takes for the answer */
    else if (regs->x[0] == RMI_REC_ENTER)
        rec_enter(hostile, regs);
    else
        pass(hostile, regs);
}

/* --- life --------------------------------------------------------------------------------------
 */

struct hostile *hostile_new(const struct hostile_config *config)
{
    struct hostile *hostile = calloc(1, sizeof(*hostile));

    if (!hostile)
        return NULL;
    hostile->config = *config;
    hostile->own = (struct smc_port){.call = hostile_smc, .ctx = hostile};
    hostile->host = (struct rmi_host){&hostile->own, config->mm, config->cmds};
    hostile->mem = host_mm_physmem(config->mm);
    hostile->records = calloc(config->step_count + 1, sizeof(*hostile->records));
    hostile->exits = calloc(config->step_count + 1, sizeof(*hostile->exits));
    if (hostile->records && hostile->exits)
        return hostile;
    hostile_free(hostile);
    return NULL;
}

void hostile_free(struct hostile *hostile)
{
    if (!hostile)
        return;
    free(hostile->records);
    free(hostile->exits);
    free(hostile);
}

struct smc_port hostile_port(struct hostile *hostile)
{
    return (struct smc_port){.call = on_smc, .ctx = hostile};
}

void hostile_end(struct hostile *hostile)
{
    take_steps(hostile, at_end, 0);
    hostile->over = true;
}

const struct hostile_record *hostile_records(const struct hostile *hostile)
{
    return hostile->records;
}
