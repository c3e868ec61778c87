/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The Realm Services Interface and PSCI: SMCs of a realm (RMM specification 1.0, "RSI", "PSCI"). */
#ifndef RMM_MODEL_RSI_H
#define RMM_MODEL_RSI_H

#include "rmm_model/exit.h"

#define RSI_RESULTS 4
#define RSI_MAX_RESULTS 9

/* RsiCommandReturnCode. */
enum rsi_status {
    RSI_SUCCESS = 0,
    RSI_ERROR_INPUT = 1,
    RSI_ERROR_STATE = 2,
    RSI_INCOMPLETE = 3,
    RSI_ERROR_UNKNOWN = 4,
};

enum rsi_action {
    RSI_RETURN,       /* x0..x3 get the results, the realm goes on */
    RSI_EXIT,         /* x0..x3 get the results, the host sees an exit */
    RSI_EXIT_PENDING, /* the registers stay: a later command or entry answers the call */
    RSI_EXIT_AGAIN,   /* the host sees an exit, the call is made again */
    RSI_ABORT,        /* a page is not there: emulated data abort, the call is made again */
};

struct rsi_result {
    enum rsi_action action; /* RSI_RETURN unless the handler says otherwise */
    uint64_t x[RSI_MAX_RESULTS];
    unsigned count; /* how many of them are results; 0: RSI_RESULTS */
    int level;      /* RSI_ABORT: where the walk ended */
};

typedef void rsi_handler(struct realm_run *run, struct rsi_result *result);

struct rsi_call {
    uint32_t fid;
    const char *name;
    rsi_handler *handler;
};

/* The name of an RSI function, "RSI_VERSION"; NULL for a FID that is none. */
const char *rsi_call_name(uint32_t fid);

/*
 * For a call that reads or writes the realm's page at ipa, which is protected: its PA in *pa, with
 * the offset. false: *result says why, an input error when the realm has nothing there, an abort
 * when the host took it away.
 */
bool rsi_map_page(struct realm_run *run, uint64_t ipa, struct rsi_result *result, uint64_t *pa);

/* The realm executed SMC. true: it goes on; false: the exit is set. */
bool rsi_handle_call(struct realm_run *run);

/*
 * REC_ENTER after a HOST_CALL exit: puts the host's registers into the realm's structure. false:
 * its page is not mapped now, *run->exit shows the emulated abort and the call stays pending.
 */
bool complete_host_call(struct realm_run *run, const struct rmi_rec_enter *enter);

/* rsi_ipa_state.c */
rsi_handler rsi_ipa_state_set, rsi_ipa_state_get;

#endif
