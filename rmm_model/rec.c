/* SPDX-License-Identifier: GPL-2.0-or-later */
/* REC_CREATE, REC_DESTROY, and a REC's way on and off its PE. */
#include "rmm_model/rec.h"

#include "cpu/vreg.h"

#include "rmm_model/attest.h"
#include "rmm_model/measurement.h"

#define RECS_PER_REALM_MAX 511u

/* Index bits 3:0 are Aff0, then eight of each Aff1..3; Aff3 sits elsewhere in MPIDR_EL1. */
static const struct field RMI_MPIDR_AFF0 = {0, 4};
static const struct field RMI_MPIDR_AFF123 = {8, 24};
static const struct field MPIDR_EL1_AFF12 = {8, 16};
static const struct field MPIDR_EL1_AFF3 = {32, 8};
static const struct field INDEX_AFF123 = {4, 24};
static const struct field INDEX_AFF12 = {4, 16};
static const struct field INDEX_AFF3 = {20, 8};

_Static_assert(sizeof(struct rec) <= GRANULE_SIZE, "a REC fits its granule");

struct rec *rec_find(struct rmm *rmm, uint64_t addr)
{
    return granule_find_state(&rmm->granules, addr, GRANULE_REC) ? rmm_map(rmm, addr) : NULL;
}

bool rec_running(const struct rmm *rmm, const struct rec *rec)
{
    return granule_find(&rmm->granules, rec->self)->refcount != 0;
}

struct realm *rec_realm(struct rmm *rmm, const struct rec *rec)
{
    return rmm_map(rmm, rec->rd);
}

uint64_t rec_index_of_rmi_mpidr(uint64_t mpidr)
{
    return field_get(mpidr, RMI_MPIDR_AFF0) |
           field_put(INDEX_AFF123, field_get(mpidr, RMI_MPIDR_AFF123));
}

uint64_t rec_index_of_mpidr_el1(uint64_t mpidr)
{
    return field_get(mpidr, RMI_MPIDR_AFF0) |
           field_put(INDEX_AFF12, field_get(mpidr, MPIDR_EL1_AFF12)) |
           field_put(INDEX_AFF3, field_get(mpidr, MPIDR_EL1_AFF3));
}

/* --- registers on a PE and off it --------------------------------------------------------------
 */

static void context_save(struct rec_context *context, struct cpu *cpu)
{
    cpu_get_gprs(cpu, context->x);
    for (unsigned el = 0; el < 2; el++)
        context->sp[el] = cpu_get_sp(cpu, el);
    for (unsigned reg = 0; reg < SYSREG_COUNT; reg++)
        context->sysregs[reg] = cpu_get_sysreg(cpu, (enum sysreg)reg);
    context->pc = cpu_el2(cpu)->elr;
    context->pstate = cpu_el2(cpu)->spsr;
}

static void context_restore(const struct rec_context *context, struct cpu *cpu)
{
    for (unsigned i = 0; i < RMI_GPR_COUNT; i++)
        cpu_set_x(cpu, i, context->x[i]);
    for (unsigned el = 0; el < 2; el++)
        cpu_set_sp(cpu, el, context->sp[el]);
    for (unsigned reg = 0; reg < SYSREG_COUNT; reg++)
        cpu_set_sysreg(cpu, (enum sysreg)reg, context->sysregs[reg]);
    cpu_el2(cpu)->elr = context->pc;
    cpu_el2(cpu)->spsr = context->pstate;
}

struct rmm_pe *rec_pe(struct rmm *rmm, const struct rec *rec)
{
    return &rmm->pes[rec->index % rmm->pe_count];
}

static void unload(struct rmm *rmm, struct rmm_pe *pe)
{
    struct rec *rec = rmm_map(rmm, pe->rec);

    context_save(&rec->context, pe->cpu);
    for (unsigned n = 0; n < REC_VREGS; n++)
        vreg_get(pe->cpu, n, rec->v[n]);
    if (rec_running(rmm, rec)) {
        rec->el2 = *cpu_el2(pe->cpu);
        rec->displaced = true;
    }
}

struct cpu *rec_load(struct rmm *rmm, struct rec *rec)
{
    struct rmm_pe *pe = rec_pe(rmm, rec);
    const struct realm *realm;

    if (pe->rec == rec->self)
        return pe->cpu;
    if (pe->rec)
        unload(rmm, pe);
    realm = rec_realm(rmm, rec);
    cpu_set_pas(pe->cpu, PAS_REALM);
    cpu_el2(pe->cpu)->vtcr = realm_vtcr(realm);
    cpu_el2(pe->cpu)->vttbr = realm_vttbr(realm);
    context_restore(&rec->context, pe->cpu);
    for (unsigned n = 0; n < REC_VREGS; n++)
        vreg_set(pe->cpu, n, rec->v[n]);
    cpu_tlb_invalidate(pe->cpu);
    if (rec->displaced)
        *cpu_el2(pe->cpu) = rec->el2;
    rec->displaced = false;
    pe->rec = rec->self;
    return pe->cpu;
}

void rec_reload_running(struct rmm *rmm)
{
    for (unsigned i = 0; i < rmm->pe_count; i++) {
        struct rmm_pe *pe = &rmm->pes[i];

        if (pe->running && pe->rec != pe->running)
            rec_load(rmm, rmm_map(rmm, pe->running));
    }
}

void rec_switch_plane(struct rec *rec, struct cpu *cpu, unsigned plane)
{
    struct plane leaving = {.last_run = rec->last_run};

    context_save(&leaving.context, cpu);
    context_restore(&rec->inactive.context, cpu);
    rec->last_run = rec->inactive.last_run;
    rec->inactive = leaving;
    rec->active_plane = plane;
}

/* --- REC_CREATE --------------------------------------------------------------------------------
 */

static bool aux_granule_free(const struct rmm *rmm, const struct rmi_rec_params *params, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        if (params->aux[i] == params->aux[n])
            return false;
    return granule_find_state(&rmm->granules, params->aux[n], GRANULE_DELEGATED);
}

/* Takes them in order; with the first bad one it gives the others back. */
static bool aux_valid(struct rmm *rmm, const struct rmi_rec_params *params)
{
    for (unsigned i = 0; i < params->num_aux; i++) {
        if (aux_granule_free(rmm, params, i))
            continue;
        if (i > 0 && rmm_has_defect(rmm, RMM_DEFECT(BAD_AUX_UNLOCKED_TWICE)))
            rmm_halt(rmm, "a granule that is not locked is unlocked", NULL);
        return false;
    }
    return true;
}

/* Free for the REC itself: the auxiliary granules are taken already. */
static bool rec_granule_free(const struct rmm *rmm, const struct rmi_rec_params *params,
                             uint64_t addr)
{
    for (unsigned i = 0; i < params->num_aux; i++)
        if (params->aux[i] == addr)
            return false;
    return granule_find_state(&rmm->granules, addr, GRANULE_DELEGATED);
}

static bool mpidr_is_next(const struct realm *realm, uint64_t mpidr)
{
    return !(mpidr & ~(field_mask(RMI_MPIDR_AFF0) | field_mask(RMI_MPIDR_AFF123))) &&
           rec_index_of_rmi_mpidr(mpidr) == realm->rec_count;
}

/* What both kinds of REC_CREATE look at last. */
static uint64_t realm_check(struct rmm *rmm, uint64_t rd, const struct rmi_rec_params *params)
{
    const struct realm *realm = realm_find(rmm, rd);

    if (granule_find(&rmm->granules, rd)->refcount >= RECS_PER_REALM_MAX ||
        realm->state != REALM_NEW)
        return rmi_return(RMI_ERROR_REALM, 0);
    if (!mpidr_is_next(realm, params->mpidr) || params->num_aux != rmm->variant->rec_aux_count)
        return RMI_ERROR_INPUT;
    return RMI_SUCCESS;
}

static void rec_init(struct rec *rec, const struct rmi_rec_params *params)
{
    rec->runnable = field_get(params->flags, RMI_REC_RUNNABLE);
    for (unsigned i = 0; i < params->num_aux; i++)
        rec->aux[i] = params->aux[i];
    for (unsigned i = 0; i < RMI_REC_CREATE_GPRS; i++)
        rec->context.x[i] = params->gprs[i];
    rec->context.pc = params->pc;
    rec->context.pstate = REC_PSTATE_RESET;
    for (unsigned reg = 0; reg < SYSREG_COUNT; reg++)
        rec->context.sysregs[reg] = sysreg_table[reg].reset;
    gic_reset(&rec->gic);
}

uint64_t rec_make(struct rmm *rmm, uint64_t rd, uint64_t addr, const struct rmi_rec_params *params)
{
    uint64_t status = realm_check(rmm, rd, params);
    struct realm *realm;
    struct rec *rec;

    if (status != RMI_SUCCESS)
        return status;
    realm = realm_find(rmm, rd);
    rmm_zero_granule(rmm, addr);
    rec = rmm_map(rmm, addr);
    rec->self = addr;
    rec->rd = rd;
    rec->index = realm->rec_count++;
    rec_init(rec, params);
    if (rec->runnable || rmm->variant->all_recs_measured)
        measurement_add_rec(realm, params);
    for (unsigned i = 0; i < params->num_aux; i++)
        granule_find(&rmm->granules, params->aux[i])->state = GRANULE_REC_AUX;
    attest_reset(rmm, rec);
    granule_find(&rmm->granules, addr)->state = GRANULE_REC;
    granule_find(&rmm->granules, rd)->refcount++;
    return RMI_SUCCESS;
}

void smc_rec_create(struct rmm *rmm, const uint64_t *arg, uint64_t *result)
{
    uint64_t rd = arg[0], addr = arg[1];
    struct rmi_rec_params params;

    result[0] = RMI_ERROR_INPUT;
    if (rmm_ns_read(rmm, arg[2], &params, sizeof(params)) && params.num_aux <= RMI_MAX_REC_AUX &&
        aux_valid(rmm, &params) && realm_find(rmm, rd) && rec_granule_free(rmm, &params, addr))
        result[0] = rec_make(rmm, rd, addr, &params);
}

void rec_remove(struct rmm *rmm, struct rec *rec)
{
    struct rmm_pe *pe = rec_pe(rmm, rec);
    uint64_t addr = rec->self;

    if (pe->rec == addr)
        pe->rec = 0;
    granule_find(&rmm->granules, rec->rd)->refcount--;
    rmm_zero_granule(rmm, addr);
}

void smc_rec_destroy(struct rmm *rmm, const uint64_t *arg, uint64_t *result)
{
    uint64_t addr = arg[0];
    struct rec *rec = rec_find(rmm, addr);

    if (!rec) {
        result[0] = RMI_ERROR_INPUT;
        return;
    }
    if (rec_running(rmm, rec)) {
        result[0] = rmm_busy(rmm, RMI_ERROR_REC);
        return;
    }
    for (unsigned i = 0; i < rmm->variant->rec_aux_count; i++) {
        rmm_zero_granule(rmm, rec->aux[i]);
        granule_find(&rmm->granules, rec->aux[i])->state = GRANULE_DELEGATED;
    }
    rec_remove(rmm, rec);
    granule_find(&rmm->granules, addr)->state = GRANULE_DELEGATED;
    result[0] = RMI_SUCCESS;
}
