/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rmm_model/rmm.h"

#include "rmm_model/attest.h"
#include "rmm_model/rec.h"

#include <assert.h>
#include <stdlib.h>

#define DEFAULT_GIC_LRS 4u
#define GIC_PRI_BITS 5u
#define GIC_ID_BITS 24u
#define DEFAULT_REALM_TRAPS 1024u

static bool add_pes(struct rmm *rmm, const struct rmm_config *config)
{
    rmm->pes = calloc(config->cpu_count, sizeof(*rmm->pes));
    if (!rmm->pes)
        return false;
    rmm->pe_count = config->cpu_count;
    rmm->operations = calloc(config->cpu_count, RMM_OPERATIONS_PER_PE * sizeof(*rmm->operations));
    if (!rmm->operations)
        return false;
    rmm->operation_count = config->cpu_count * RMM_OPERATIONS_PER_PE;
    for (unsigned i = 0; i < config->cpu_count; i++)
        rmm->pes[i].cpu = config->cpus[i];
    return true;
}

struct rmm *rmm_new(const struct rmm_config *config)
{
    const struct rmm_variant *variant = rmm_variant_find(config->variant);
    struct rmm *rmm;

    if (!variant || !config->cpu_count || config->gic_lrs > RMI_GICV3_LR_COUNT)
        return NULL;
    rmm = calloc(1, sizeof(*rmm));
    if (!rmm)
        return NULL;
    rmm->mem = config->mem;
    rmm->clock = config->clock;
    rmm->trace = config->trace;
    rmm->el3 = config->el3;
    rmm->variant = variant;
    rmm->defects = variant->defects & ~config->fixed_defects;
    rmm->realm = config->realm;
    rmm->features = (struct rmm_features){.ssbs = true};
    rmm->gic = (struct gic_config){
        .num_lrs = config->gic_lrs ? config->gic_lrs : DEFAULT_GIC_LRS,
        .pri_bits = GIC_PRI_BITS,
        .id_bits = GIC_ID_BITS,
    };
    rmm->realm_traps = config->realm_traps ? config->realm_traps : DEFAULT_REALM_TRAPS;
    if (!add_pes(rmm, config) || !granule_table_init(&rmm->granules, rmm->mem)) {
        rmm_free(rmm);
        return NULL;
    }
    return rmm;
}

static uint64_t boot_status(const struct rmm *rmm, const struct rmm_boot_args *args)
{
    enum pas pas;

    if (args->version < RMM_EL3_IFC_VERSION)
        return RMM_EL3_BOOT_VERSION_NOT_VALID;
    if (args->shared_buffer & GRANULE_MASK ||
        !gpt_lookup(rmm->mem, PA(args->shared_buffer), &pas) || pas != PAS_REALM)
        return RMM_EL3_BOOT_INVALID_SHARED_BUFFER;
    return RMM_EL3_BOOT_SUCCESS;
}

uint64_t rmm_boot(struct rmm *rmm, const struct rmm_boot_args *args)
{
    uint64_t status = boot_status(rmm, args);
    struct smc_regs regs = {.x = {RMM_EL3_BOOT_COMPLETE, status}};
    bool attests = status == RMM_EL3_BOOT_SUCCESS && attest_boot(rmm, args->shared_buffer);

    EMIT(rmm->trace, RMM_BOOT, RMM, args->version, args->shared_buffer, attests, status);
    rmm->el3.call(rmm->el3.ctx, &regs);
    return status;
}

void rmm_free(struct rmm *rmm)
{
    if (!rmm)
        return;
    granule_table_free(&rmm->granules);
    free(rmm->operations);
    free(rmm->pes);
    free(rmm);
}

const struct rmm_variant *rmm_variant(const struct rmm *rmm)
{
    return rmm->variant;
}

const char *rmm_halted(const struct rmm *rmm)
{
    return rmm->halted;
}

const char *rmm_halted_in(const struct rmm *rmm)
{
    return rmm->halted_in;
}

void rmm_halt(struct rmm *rmm, const char *why, const char *function)
{
    rmm->halted = why;
    rmm->halted_in = function;
}

struct cpu *rmm_rec_cpu(struct rmm *rmm, pa_t rec)
{
    for (unsigned i = 0; i < rmm->pe_count; i++)
        if (rec.v && rmm->pes[i].rec == rec.v)
            return rmm->pes[i].cpu;
    return NULL;
}

/* --- what commands share -----------------------------------------------------------------------
 */

void *rmm_map(struct rmm *rmm, uint64_t addr)
{
    enum phys_status status;
    void *granule = physmem_ptr(rmm->mem, PAS_REALM, PA(addr), GRANULE_SIZE, &status);

    /* Only the monitor moves granules, and only when this RMM asks it to. */
    assert(granule);
    return granule;
}

/* Lines of 64 bytes, in which copies and zeroing are counted. */
#define RMM_LINES(size) (((size) + 63) / 64)

void rmm_zero_granule(struct rmm *rmm, uint64_t addr)
{
    static const uint8_t zeros[GRANULE_SIZE];

    clock_charge(rmm->clock, OP_RMM_MAP, 1);
    clock_charge(rmm->clock, OP_RMM_ZERO, RMM_LINES(sizeof(zeros)));
    physmem_write(rmm->mem, PAS_REALM, PA(addr), zeros, sizeof(zeros));
}

/* The access was refused by the GPT: told, so that a host that provokes it is seen. */
static bool access_done(const struct rmm *rmm, uint64_t addr, enum phys_status status)
{
    if (status == PHYS_GPF)
        EMIT(rmm->trace, GPF, RMM, addr, EVENT_STR(pas_name(PAS_NON_SECURE)));
    return status == PHYS_OK;
}

static void charge_copy(const struct rmm *rmm, size_t size)
{
    clock_charge(rmm->clock, OP_RMM_MAP, 1);
    clock_charge(rmm->clock, OP_RMM_COPY, RMM_LINES(size));
}

bool rmm_ns_read(struct rmm *rmm, uint64_t addr, void *buf, size_t size)
{
    charge_copy(rmm, size);
    return granule_find_state(&rmm->granules, addr, GRANULE_NS) &&
           access_done(rmm, addr, physmem_read(rmm->mem, PAS_NON_SECURE, PA(addr), buf, size));
}

bool rmm_ns_write(struct rmm *rmm, uint64_t addr, const void *buf, size_t size)
{
    charge_copy(rmm, size);
    return granule_find_state(&rmm->granules, addr & ~GRANULE_MASK, GRANULE_NS) &&
           access_done(rmm, addr, physmem_write(rmm->mem, PAS_NON_SECURE, PA(addr), buf, size));
}

void rmm_tlb_invalidate(struct rmm *rmm)
{
    for (unsigned i = 0; i < rmm->pe_count; i++)
        cpu_tlb_invalidate(rmm->pes[i].cpu);
}

void rmm_tlbi(struct rmm *rmm, const struct realm *realm, uint64_t ipa, uint64_t size)
{
    for (unsigned i = 0; i < rmm->pe_count; i++)
        cpu_tlbi_ipa(rmm->pes[i].cpu, realm_vttbr(realm), IPA(ipa), size);
}
