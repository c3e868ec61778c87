/* SPDX-License-Identifier: GPL-2.0-or-later */
/* REC_CREATE, REC_DESTROY as stateful commands, OP_CONTINUE, OP_MEM_DONATE, _RECLAIM, OP_CANCEL. */
#include "rmm_model/operation.h"

#include "rmm_model/rec.h"
#include "rmm_model/rtt_entry.h"

#include <string.h>

/* --- handles -----------------------------------------------------------------------------------
 */

/* The first handle that is free; rmm->operation_count: the host lets all of them wait. */
static unsigned free_handle(const struct rmm *rmm)
{
    unsigned handle = 0;

    while (handle < rmm->operation_count && rmm->operations[handle].step != OPERATION_FREE)
        handle++;
    return handle;
}

bool operation_can_begin(const struct rmm *rmm)
{
    return free_handle(rmm) < rmm->operation_count;
}

/* A free operation, or NULL. */
static struct rmm_operation *reserve(struct rmm *rmm, uint64_t *handle)
{
    struct rmm_operation *operation;

    *handle = free_handle(rmm);
    if (*handle == rmm->operation_count)
        return NULL;
    operation = &rmm->operations[*handle];
    memset(operation, 0, sizeof(*operation));
    return operation;
}

/* The operation of a handle ; NULL if it is nobody's. */
static struct rmm_operation *find(struct rmm *rmm, uint64_t handle)
{
    if (handle >= rmm->operation_count || rmm->operations[handle].step == OPERATION_FREE)
        return NULL;
    return &rmm->operations[handle];
}

static void set_state(struct rmm *rmm, uint64_t addr, enum granule_state state)
{
    granule_find(&rmm->granules, addr)->state = (uint8_t)state;
}

/* --- what the host is asked for ----------------------------------------------------------------
 */

static uint64_t incomplete(enum rmi_op_mem_req request)
{
    return RMI_INCOMPLETE | field_put(RMI_OP_MEM_REQ, (uint64_t)request);
}

static void ask_for_granules(struct rmm_operation *operation, uint64_t *result)
{
    operation->step = OPERATION_DONATE;
    result[0] = incomplete(RMI_OP_MEM_REQ_DONATE);
    result[2] = field_put(RMI_DONATE_BLOCK_COUNT, operation->wanted - operation->count) |
                field_put(RMI_DONATE_STATE, RMI_RANGE_DELEGATED);
}

/* What was donated goes back, then the operation ends with status. */
static void start_reclaim(struct rmm_operation *operation, uint64_t status, uint64_t *result)
{
    operation->step = OPERATION_RECLAIM;
    operation->status = status;
    operation->wanted = operation->count;
    operation->count = 0;
    result[0] = incomplete(RMI_OP_MEM_REQ_RECLAIM);
    result[1] = 0;
}

/* --- the commands that begin -------------------------------------------------------------------
 */

void smc_rec_create_stateful(struct rmm *rmm, const uint64_t *arg, uint64_t *result)
{
    uint64_t addr = arg[1], handle;
    struct rmm_operation *operation;

    if (!granule_find_state(&rmm->granules, addr, GRANULE_DELEGATED)) {
        result[0] = RMI_ERROR_INPUT;
        return;
    }
    operation = reserve(rmm, &handle);
    if (!operation) {
        result[0] = RMI_BLOCKED;
        return;
    }
    set_state(rmm, addr, GRANULE_PARTIAL);
    operation->object = addr;
    operation->rd = arg[0];
    operation->params = arg[2];
    operation->wanted = rmm->variant->rec_aux_count;
    ask_for_granules(operation, result);
    result[1] = handle;
}

void smc_rec_destroy_stateful(struct rmm *rmm, const uint64_t *arg, uint64_t *result)
{
    struct rec *rec = rec_find(rmm, arg[0]);
    struct rmm_operation *operation;
    uint64_t handle;

    operation = reserve(rmm, &handle);
    if (!operation) {
        result[0] = RMI_BLOCKED;
        return;
    }
    if (!rec || rec_running(rmm, rec)) {
        result[0] = rec ? RMI_ERROR_REC : RMI_ERROR_INPUT;
        return;
    }
    operation->object = arg[0];
    operation->count = rmm->variant->rec_aux_count;
    memcpy(operation->granules, rec->aux, sizeof(operation->granules));
    rec_remove(rmm, rec);
    set_state(rmm, arg[0], GRANULE_PARTIAL);
    start_reclaim(operation, RMI_SUCCESS, result);
    result[1] = handle;
}

/* --- OP_MEM_DONATE -----------------------------------------------------------------------------
 */

/* Takes granules off the list until one is none of the host's to give. How many. */
static unsigned take_donated(struct rmm *rmm, struct rmm_operation *operation,
                             struct address_list *list, bool *refused)
{
    struct address_block block;
    unsigned taken = 0;

    *refused = false;
    while (operation->count < operation->wanted && address_list_pop(list, &block)) {
        if (!granule_find_state(&rmm->granules, block.addr, GRANULE_DELEGATED)) {
            *refused = true;
            break;
        }
        set_state(rmm, block.addr, GRANULE_REC_AUX);
        operation->granules[operation->count++] = block.addr;
        taken++;
    }
    return taken;
}

void smc_op_mem_donate(struct rmm *rmm, const uint64_t *arg, uint64_t *result)
{
    struct rmm_operation *operation = find(rmm, arg[0]);
    struct address_list list;
    uint64_t bytes, wanted;
    unsigned taken;
    bool refused;

    result[0] = RMI_ERROR_INPUT;
    if (!operation || operation->step != OPERATION_DONATE)
        return;
    wanted = (uint64_t)(operation->wanted - operation->count) * GRANULE_SIZE;
    if (!address_list_read(rmm, &list, arg[1], arg[2]) ||
        !address_list_valid(&list, RMI_RANGE_DELEGATED, &bytes) || bytes > wanted)
        return;
    taken = take_donated(rmm, operation, &list, &refused);
    if (refused && !taken) {
        start_reclaim(operation, RMI_ERROR_INPUT, result);
        return;
    }
    if (operation->count < operation->wanted) {
        ask_for_granules(operation, result);
    } else {
        operation->step = OPERATION_CREATE;
        result[0] = incomplete(RMI_OP_MEM_REQ_NONE);
    }
    result[1] = taken;
}

/* --- OP_MEM_RECLAIM ----------------------------------------------------------------------------
 */

/* As many granules as the host has room for descriptors become DELEGATED, and stand on the list. */
static void give_back(struct rmm *rmm, struct rmm_operation *operation, uint64_t room)
{
    operation->given = (struct address_list){.max = ADDRESS_LIST_MAX};
    for (; room && operation->count < operation->wanted; room--) {
        uint64_t addr = operation->granules[operation->count++];

        rmm_zero_granule(rmm, addr);
        set_state(rmm, addr, GRANULE_DELEGATED);
        (void)address_list_add(&operation->given,
                               (struct address_block){addr, RTT_LEVEL_PAGE, RMI_RANGE_DELEGATED});
    }
}

static void tell_given(struct rmm *rmm, struct rmm_operation *operation, uint64_t addr,
                       uint64_t count, uint64_t *result)
{
    unsigned written = 0;

    operation->step = OPERATION_HAND_OVER;
    if (!address_list_write(rmm, &operation->given, addr, count, &written)) {
        result[0] = RMI_ERROR_INPUT;
        return;
    }
    result[1] = written;
    result[0] = incomplete(RMI_OP_MEM_REQ_RECLAIM);
    if (operation->given.count)
        return;
    operation->step = operation->count < operation->wanted ? OPERATION_RECLAIM : OPERATION_FINISH;
    if (operation->step == OPERATION_FINISH)
        result[0] = incomplete(RMI_OP_MEM_REQ_NONE);
}

void smc_op_mem_reclaim(struct rmm *rmm, const uint64_t *arg, uint64_t *result)
{
    struct rmm_operation *operation = find(rmm, arg[0]);
    uint64_t addr = arg[1], count = address_list_clip(addr, arg[2]);

    result[0] = RMI_ERROR_INPUT;
    if (!operation || addr % sizeof(uint64_t) ||
        (operation->step != OPERATION_RECLAIM && operation->step != OPERATION_HAND_OVER))
        return;
    if (!count) {
        result[0] = incomplete(RMI_OP_MEM_REQ_RECLAIM);
        return;
    }
    if (operation->step == OPERATION_RECLAIM)
        give_back(rmm, operation, count);
    if (operation->given.count) {
        tell_given(rmm, operation, addr, count, result);
        return;
    }
    /* Nothing had been donated. */
    operation->step = OPERATION_FINISH;
    result[0] = incomplete(RMI_OP_MEM_REQ_NONE);
}

/* --- OP_CONTINUE, OP_CANCEL --------------------------------------------------------------------
 */

static void create_rec(struct rmm *rmm, struct rmm_operation *operation, uint64_t *result)
{
    struct rmi_rec_params params;
    uint64_t status = RMI_ERROR_INPUT;

    if (rmm_ns_read(rmm, operation->params, &params, sizeof(params)) &&
        realm_find(rmm, operation->rd)) {
        /* The auxiliary granules are no longer the host's to name. */
        params.num_aux = operation->count;
        memcpy(params.aux, operation->granules, sizeof(params.aux));
        status = rec_make(rmm, operation->rd, operation->object, &params);
    }
    if (status != RMI_SUCCESS) {
        start_reclaim(operation, status, result);
        return;
    }
    operation->step = OPERATION_FREE;
    result[0] = RMI_SUCCESS;
}

void smc_op_continue(struct rmm *rmm, const uint64_t *arg, uint64_t *result)
{
    struct rmm_operation *operation = find(rmm, arg[0]);

    result[0] = RMI_ERROR_INPUT;
    if (!operation)
        return;
    if (operation->step == OPERATION_CREATE) {
        create_rec(rmm, operation, result);
    } else if (operation->step == OPERATION_FINISH) {
        set_state(rmm, operation->object, GRANULE_DELEGATED);
        operation->step = OPERATION_FREE;
        result[0] = operation->status;
    }
}

/* No command of those here can be cancelled. */
void smc_op_cancel(struct rmm *rmm, const uint64_t *arg, uint64_t *result)
{
    (void)rmm;
    (void)arg;
    result[0] = RMI_ERROR_INPUT;
}
