/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RMI commands as the host issues them: an SMC each (asm/rmi_cmds.h of the CCA series). */
#ifndef KVM_MODEL_RMI_CALL_H
#define KVM_MODEL_RMI_CALL_H

#include "kvm_model/kvm_internal.h"

struct rmi_args {
    uint64_t x1, x2, x3, x4, x5;
};

/* All results; x0 is the return code. */
static inline struct smc_regs rmi_call(const struct kvm *kvm, enum rmi_fid fid,
                                       struct rmi_args args)
{
    struct smc_regs regs = {.x = {fid, args.x1, args.x2, args.x3, args.x4, args.x5}};

    kvm->config.smc->call(kvm->config.smc->ctx, &regs);
    return regs;
}

static inline bool rmi_granule_delegate(const struct kvm *kvm, pa_t pa)
{
    return rmi_call(kvm, RMI_GRANULE_DELEGATE, (struct rmi_args){.x1 = pa.v}).x[0] == RMI_SUCCESS;
}

static inline bool rmi_granule_undelegate(const struct kvm *kvm, pa_t pa)
{
    return rmi_call(kvm, RMI_GRANULE_UNDELEGATE, (struct rmi_args){.x1 = pa.v}).x[0] == RMI_SUCCESS;
}

/* A page of the host's, delegated: 0, -ENOMEM, -ENXIO. */
int alloc_delegated_granule(struct kvm *kvm, pa_t *pa);
/* Takes it back and frees it. A page that cannot be undelegated is lost to the host. */
void free_delegated_granule(struct kvm *kvm, pa_t pa);

/* Bytes one RTT entry of a level maps. */
static inline uint64_t rmi_rtt_level_mapsize(int level)
{
    return kvm_pgtable_granule(level);
}

#define RMM_RTT_MAX_LEVEL 3

#endif
