/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between hostile.c, which says when, and hostile_act.c and hostile_realm.c, which do it. */
#ifndef KVM_MODEL_HOSTILE_INTERNAL_H
#define KVM_MODEL_HOSTILE_INTERNAL_H

#include "kvm_model/hostile.h"
#include "kvm_model/rmi_cmds.h"

struct hostile {
    struct hostile_config config;
    struct smc_port own;  /* where its own commands leave */
    struct rmi_host host; /* by way of that */
    struct physmem *mem;
    struct hostile_record *records;
    bool over, acting;

    /* what KVM's own commands have told */
    pa_t rd, rec, run, root;
    pa_t aux[RMI_MAX_REC_AUX];
    unsigned aux_count;
    struct rmi_realm_params realm_params; /* in the layout of 1.0 */
    struct rmi_rec_params rec_params;

    pa_t pages[HOSTILE_PAGES]; /* 0: not allocated yet */
    pa_t recs[HOSTILE_RECS];
    unsigned rec_count;
    pa_t rd2, rd2_rec, rd2_root;

    uint64_t entries; /* REC_ENTERs of KVM begun */
    bool running;     /* one is going on */
    bool inside;      /* ... and its first exception has come */
    bool starved;
    bool drop;
    uint64_t exit_count;
    uint64_t last_reason;
    struct rmi_rec_exit *exits; /* one a step: the exit it will replay */
};

/* Carries out one step. */
void hostile_act(struct hostile *hostile, size_t index);
/* An SMC of the hostile host's own; ctx is the host. */
void hostile_smc(void *ctx, struct smc_regs *regs);
struct smc_regs hostile_call(struct hostile *hostile, uint32_t fid, const uint64_t *args,
                             size_t count);
/* Fills answer from the registers and, for a REC_ENTER that worked, from its run page. */
void hostile_answer(struct hostile *hostile, const struct smc_regs *asked,
                    const struct smc_regs *regs, struct hostile_answer *answer);
void hostile_change_enter(struct rmi_rec_enter *enter, const struct hostile_enter *change);
/* The run page as the host can reach it; NULL when it no longer is the host's. */
struct rmi_rec_run *hostile_run_page(struct hostile *hostile, pa_t run);
/* A free page of the host, the same one for an index each time; 0 when memory is short. */
pa_t hostile_page(struct hostile *hostile, unsigned index);

/* Another REC, or another realm with a REC: x0 of the command that decides. */
uint64_t hostile_second_rec(struct hostile *hostile, const struct hostile_step *step);
uint64_t hostile_second_realm(struct hostile *hostile);

#endif
