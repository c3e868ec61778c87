/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stateful commands (RMI 2.0): REC_CREATE and REC_DESTROY return RMI_INCOMPLETE with a handle, and
 * the host goes on with OP_MEM_DONATE, OP_MEM_RECLAIM and OP_CONTINUE, as it is told (TF-RMM
 * 9a7f8ef runtime/rmi/sro.c, lib/sro_context).
 */
#ifndef RMM_MODEL_OPERATION_H
#define RMM_MODEL_OPERATION_H

#include "rmm_model/address_list.h"

#define RMM_OPERATIONS_PER_PE 10u /* TF-RMM lib/sro_context: SRO_CTX_PER_CPU */

enum rmm_operation_step {
    OPERATION_FREE, /* the handle is nobody's */
    OPERATION_DONATE,
    OPERATION_CREATE, /* all is donated: OP_CONTINUE makes the object */
    OPERATION_RECLAIM,
    OPERATION_HAND_OVER, /* granules are given back, the host does not know yet which */
    OPERATION_FINISH,    /* OP_CONTINUE ends it with .status */
};

struct rmm_operation {
    enum rmm_operation_step step;
    uint64_t object;     /* the REC's granule, PARTIAL */
    uint64_t rd, params; /* what REC_CREATE names */
    uint64_t status;     /* what it ends with once all is reclaimed */
    uint64_t granules[RMI_MAX_REC_AUX];
    unsigned count, wanted;    /* of them: donated, or reclaimed, and asked for or still to go */
    struct address_list given; /* OPERATION_HAND_OVER: what the host has not been told */
};

/*
 * A handle is free. Commands that might have to go on later look for one before anything else, and
 * are RMI_BLOCKED without (TF-RMM 9a7f8ef lib/sro_context: sro_ctx_reserve).
 */
bool operation_can_begin(const struct rmm *rmm);

#endif
