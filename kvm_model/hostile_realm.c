/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A second REC in the victim's realm, and a realm of the hostile host's own. */
#include "kvm_model/hostile_internal.h"

#include <stdlib.h>

/* count contiguous pages, aligned to their whole size, in the Realm world; false: none. */
static bool delegated_pages(struct hostile *hostile, size_t count, pa_t *first)
{
    if (!host_mm_alloc_pages(hostile->config.mm, count, count, first))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!rmi_delegate(&hostile->host, PA(first->v + i * GRANULE_SIZE)))
            return false;
    return true;
}

/* REC_CREATE in the realm of rd; *rec is where. */
static uint64_t create_rec(struct hostile *hostile, pa_t rd, const struct rmi_rec_params *params,
                           pa_t *rec)
{
    if (!delegated_pages(hostile, 1, rec))
        return RMI_ERROR_INPUT;
    return hostile->host.cmds->rec_create(&hostile->host, rd, *rec, params);
}

static unsigned aux_count(struct hostile *hostile, pa_t rd)
{
    unsigned count;

    return hostile->host.cmds->rec_aux_count(&hostile->host, rd, &count) == RMI_SUCCESS ? count : 0;
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
    unsigned count = aux_count(hostile, hostile->rd);
    uint64_t ret = RMI_ERROR_INPUT;

    if (!params)
        return ret;
    if (step->has_bad_aux) /* the RMM asks for them where the host is not to bring them */
        count = RMI_MAX_REC_AUX;
    params->flags = field_put(RMI_REC_RUNNABLE, step->runnable);
    params->mpidr = step->has_mpidr ? step->mpidr : index + 1;
    params->pc = hostile->rec_params.pc;
    if (give_aux(hostile, params, count)) {
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
    uint64_t ret = RMI_ERROR_INPUT;

    if (!realm || !rec || !delegated_pages(hostile, 1, &hostile->rd2))
        goto out;
    *realm = hostile->realm_params; /* like the victim's, in other places */
    if (!delegated_pages(hostile, realm->rtt_num_start, &hostile->rd2_root))
        goto out;
    realm->rtt_base = hostile->rd2_root.v;
    realm->vmid = (uint16_t)(realm->vmid + 1);
    ret = hostile->host.cmds->realm_create(&hostile->host, hostile->rd2, realm);
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
