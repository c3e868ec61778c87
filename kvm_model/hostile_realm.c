/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A second REC in the victim's realm, and a realm of the hostile host's own. */
#include "kvm_model/hostile_internal.h"

#include <stdlib.h>

/* count contiguous pages, aligned to their whole size, in the Realm world; false: none. */
static bool delegated_pages(struct hostile *hostile, size_t count, pa_t *first)
{
    if (!host_mm_alloc_pages(hostile->config.mm, count, count, first))
        return false;
    for (size_t i = 0; i < count; i++) {
        uint64_t page = first->v + i * GRANULE_SIZE;

        if (hostile_call(hostile, RMI_GRANULE_DELEGATE, &page, 1).x[0] != RMI_SUCCESS)
            return false;
    }
    return true;
}

/* A command on a parameter structure, which is put into a page of its own: at x[params]. */
static uint64_t with_params(struct hostile *hostile, uint32_t fid, uint64_t *args, size_t count,
                            const void *params, size_t size)
{
    uint64_t ret = RMI_ERROR_INPUT;
    pa_t page;

    if (!host_mm_alloc_pages(hostile->config.mm, 1, 1, &page))
        return ret;
    args[count - 1] = page.v;
    if (physmem_write(hostile->mem, PAS_NON_SECURE, page, params, size) == PHYS_OK)
        ret = hostile_call(hostile, fid, args, count).x[0];
    host_mm_free_pages(hostile->config.mm, page, 1);
    return ret;
}

/* REC_CREATE in the realm of rd; *rec is where. */
static uint64_t create_rec(struct hostile *hostile, pa_t rd, const struct rmi_rec_params *params,
                           pa_t *rec)
{
    uint64_t args[3] = {rd.v};

    if (!delegated_pages(hostile, 1, rec))
        return RMI_ERROR_INPUT;
    args[1] = rec->v;
    return with_params(hostile, RMI_REC_CREATE, args, 3, params, sizeof(*params));
}

static unsigned aux_count(struct hostile *hostile, pa_t rd)
{
    struct smc_regs regs = hostile_call(hostile, RMI_REC_AUX_COUNT, &rd.v, 1);

    return regs.x[0] == RMI_SUCCESS && regs.x[1] <= RMI_MAX_REC_AUX ? (unsigned)regs.x[1] : 0;
}

static bool give_aux(struct hostile *hostile, struct rmi_rec_params *params, unsigned count)
{
    params->num_aux = count;
    for (unsigned i = 0; i < count; i++) {
        pa_t aux;

        if (!delegated_pages(hostile, 1, &aux))
            return false;
        params->aux[i] = aux.v;
    }
    return true;
}

uint64_t hostile_second_rec(struct hostile *hostile, const struct hostile_step *step)
{
    struct rmi_rec_params *params = calloc(1, sizeof(*params));
    unsigned index = hostile->rec_count < HOSTILE_RECS ? hostile->rec_count : HOSTILE_RECS - 1;
    uint64_t ret = RMI_ERROR_INPUT;

    if (!params)
        return ret;
    params->flags = field_put(RMI_REC_RUNNABLE, step->runnable);
    params->mpidr = step->has_mpidr ? step->mpidr : index + 1;
    params->pc = hostile->rec_params.pc;
    if (give_aux(hostile, params, aux_count(hostile, hostile->rd))) {
        if (step->has_bad_aux)
            params->aux[step->bad_aux] = hostile_page(hostile, 0).v;
        ret = create_rec(hostile, hostile->rd, params, &hostile->recs[index]);
    }
    if (ret == RMI_SUCCESS)
        hostile->rec_count = index + 1;
    free(params);
    return ret;
}

uint64_t hostile_second_realm(struct hostile *hostile)
{
    struct rmi_realm_params *realm = calloc(1, sizeof(*realm));
    struct rmi_rec_params *rec = calloc(1, sizeof(*rec));
    uint64_t ret = RMI_ERROR_INPUT, args[2] = {0};

    if (!realm || !rec || !delegated_pages(hostile, 1, &hostile->rd2))
        goto out;
    *realm = hostile->realm_params; /* like the victim's, in other places */
    if (!delegated_pages(hostile, realm->rtt_num_start, &hostile->rd2_root))
        goto out;
    realm->rtt_base = hostile->rd2_root.v;
    realm->vmid = (uint16_t)(realm->vmid + 1);
    args[0] = hostile->rd2.v;
    ret = with_params(hostile, RMI_REALM_CREATE, args, 2, realm, sizeof(*realm));
    if (ret != RMI_SUCCESS)
        goto out;
    rec->pc = hostile->rec_params.pc;
    /* The second one's index is that of the REC a realm of one vCPU lacks. */
    for (rec->mpidr = 0; ret == RMI_SUCCESS && rec->mpidr < 2; rec->mpidr++) {
        ret = RMI_ERROR_INPUT;
        if (give_aux(hostile, rec, aux_count(hostile, hostile->rd2)))
            ret = create_rec(hostile, hostile->rd2, rec, &hostile->rd2_rec);
    }
out:
    free(realm);
    free(rec);
    return ret;
}
