/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * RMI commands as the host issues them (asm/rmi_cmds.h of the CCA series): one table for each RMI
 * revision that a posting of the series was written for. What a function returns and means is that
 * of 1.0, whatever the revision calls the command and however many of them it takes; so the rest of
 * KVM's realm code is one. Functions that return uint64_t give RmiCommandReturnCode.
 */
#ifndef KVM_MODEL_RMI_CMDS_H
#define KVM_MODEL_RMI_CMDS_H

#include "cpu/smc.h"
#include "kvm_model/host_mm.h"
#include "rmm_model/rmi.h"

struct rmi_cmds;

/* Who issues them: an SMC each, and pages of the host for what does not fit into registers. */
struct rmi_host {
    const struct smc_port *smc;
    struct host_mm *mm;
    const struct rmi_cmds *cmds;
};

/* What differs from command to command on one IPA. */
struct rmi_place {
    pa_t rd;
    uint64_t ipa;
    uint64_t level;
};

/* RTT_SET_RIPAS and _INIT_RIPAS: [base, top) as far as one command gets. */
struct rmi_ripas_range {
    pa_t rd, rec; /* rec: RTT_SET_RIPAS */
    uint64_t base, top;
    uint64_t ripas; /* RTT_SET_RIPAS: what the realm asked for */
};

struct rmi_cmds {
    uint64_t version;      /* RmiInterfaceVersion it was written for */
    bool lrs_in_features;  /* RmiFeatureRegister0 tells how many list registers there are */
    bool object_first;     /* REC_CREATE: the REC in x1, the RD in x2 */
    bool gic_in_registers; /* list registers are the PE's, not RmiRecEnter's */

    /*
     * What the kernel does once at boot: 0, or -ENXIO when the RMM speaks another revision, or
     * none.
     */
    int (*init)(const struct rmi_host *host);
    uint64_t (*granule_delegate)(const struct rmi_host *host, pa_t pa);
    uint64_t (*granule_undelegate)(const struct rmi_host *host, pa_t pa);

    /* params in the layout of 1.0 */
    uint64_t (*realm_create)(const struct rmi_host *host, pa_t rd,
                             const struct rmi_realm_params *params);
    /* What a page holds that was given to REALM_CREATE, in the layout of 1.0. */
    void (*realm_params)(const void *page, struct rmi_realm_params *params);
    /* Before anything of the realm is taken apart; NULL where it is not done. */
    uint64_t (*realm_terminate)(const struct rmi_host *host, pa_t rd);

    /* How many auxiliary granules the caller is to provide and to take back: none in 2.0. */
    uint64_t (*rec_aux_count)(const struct rmi_host *host, pa_t rd, unsigned *count);
    uint64_t (*rec_create)(const struct rmi_host *host, pa_t rd, pa_t rec,
                           const struct rmi_rec_params *params);
    uint64_t (*rec_destroy)(const struct rmi_host *host, pa_t rec);
    uint64_t (*psci_complete)(const struct rmi_host *host, pa_t calling, pa_t target,
                              uint64_t status);

    uint64_t (*data_create)(const struct rmi_host *host, struct rmi_place place, pa_t data,
                            pa_t src, uint64_t flags);
    uint64_t (*data_create_unknown)(const struct rmi_host *host, struct rmi_place place, pa_t data);
    /* RMI_SUCCESS if there was a page, which is DELEGATED now. */
    uint64_t (*data_destroy)(const struct rmi_host *host, struct rmi_place place);

    /* level: that of the new table's entries */
    uint64_t (*rtt_create)(const struct rmi_host *host, struct rmi_place place, pa_t rtt);
    /* *rtt: what was destroyed; *top: where the next table may be, place.ipa if this one is live */
    uint64_t (*rtt_destroy)(const struct rmi_host *host, struct rmi_place place, pa_t *rtt,
                            uint64_t *top);
    /* *rtt: the table that became one entry of its parent */
    uint64_t (*rtt_fold)(const struct rmi_host *host, struct rmi_place place, pa_t *rtt);
    /* desc as of RTT_MAP_UNPROTECTED */
    uint64_t (*map_unprotected)(const struct rmi_host *host, struct rmi_place place, uint64_t desc);
    /* *next: where the next mapping may be */
    uint64_t (*unmap_unprotected)(const struct rmi_host *host, struct rmi_place place,
                                  uint64_t *next);
    /* RMI_SUCCESS with *out_top beyond base, or where it stopped. */
    uint64_t (*init_ripas)(const struct rmi_host *host, const struct rmi_ripas_range *range,
                           uint64_t *out_top);
    uint64_t (*set_ripas)(const struct rmi_host *host, const struct rmi_ripas_range *range,
                          uint64_t *out_top);
    /* The end of the RIPAS change that an exit asks for. */
    uint64_t (*exit_ripas_top)(const struct rmi_rec_exit *exit);
    /* It is done up to top: the exit asks for the rest. */
    void (*exit_ripas_done)(struct rmi_rec_exit *exit, uint64_t top);
};

/* TF-RMM v0.3.0, 1.0 and 2.0. */
extern const struct rmi_cmds rmi_cmds_beta, rmi_cmds_1_0, rmi_cmds_2_0;

#define RMM_RTT_MAX_LEVEL 3

/* Bytes one RTT entry of a level maps. */
static inline uint64_t rmi_rtt_level_mapsize(int level)
{
    return (uint64_t)1 << (HOST_PAGE_SHIFT + (RMM_RTT_MAX_LEVEL - level) * 9);
}

struct rmi_args {
    uint64_t x1, x2, x3, x4, x5;
};

/* The command itself. All results; x0 is the return code. */
struct smc_regs rmi_call(const struct rmi_host *host, enum rmi_fid fid, struct rmi_args args);

/* A command whose last argument, the first of x1..x3 that is 0, is a page with the bytes of params.
 * x0. */
uint64_t rmi_call_with_page(const struct rmi_host *host, enum rmi_fid fid, struct rmi_args args,
                            const void *params, size_t size);

/* Whether it worked. */
bool rmi_delegate(const struct rmi_host *host, pa_t pa);
bool rmi_undelegate(const struct rmi_host *host, pa_t pa);

/* What does not differ between revisions. */
uint64_t rmi_features(const struct rmi_host *host, uint64_t index, uint64_t *value);
uint64_t rmi_realm_activate(const struct rmi_host *host, pa_t rd);
uint64_t rmi_realm_destroy(const struct rmi_host *host, pa_t rd);
uint64_t rmi_rec_enter(const struct rmi_host *host, pa_t rec, pa_t run);

/* --- between the tables (rmi_cmds.c: what more than one of them has) --- */

uint64_t rmi_1_0_granule_delegate(const struct rmi_host *host, pa_t pa);
uint64_t rmi_1_0_granule_undelegate(const struct rmi_host *host, pa_t pa);
uint64_t rmi_1_0_realm_create(const struct rmi_host *host, pa_t rd,
                              const struct rmi_realm_params *params);
void rmi_1_0_realm_params(const void *page, struct rmi_realm_params *params);
uint64_t rmi_1_0_rec_aux_count(const struct rmi_host *host, pa_t rd, unsigned *count);
uint64_t rmi_1_0_rec_destroy(const struct rmi_host *host, pa_t rec);
uint64_t rmi_1_0_psci_complete(const struct rmi_host *host, pa_t calling, pa_t target,
                               uint64_t status);
uint64_t rmi_1_0_data_create(const struct rmi_host *host, struct rmi_place place, pa_t data,
                             pa_t src, uint64_t flags);
uint64_t rmi_1_0_rtt_create(const struct rmi_host *host, struct rmi_place place, pa_t rtt);
uint64_t rmi_1_0_rtt_destroy(const struct rmi_host *host, struct rmi_place place, pa_t *rtt,
                             uint64_t *top);
uint64_t rmi_1_0_rtt_fold(const struct rmi_host *host, struct rmi_place place, pa_t *rtt);
uint64_t rmi_1_0_map_unprotected(const struct rmi_host *host, struct rmi_place place,
                                 uint64_t desc);
uint64_t rmi_1_0_init_ripas(const struct rmi_host *host, const struct rmi_ripas_range *range,
                            uint64_t *out_top);
uint64_t rmi_1_0_set_ripas(const struct rmi_host *host, const struct rmi_ripas_range *range,
                           uint64_t *out_top);
uint64_t rmi_1_0_exit_ripas_top(const struct rmi_rec_exit *exit);
void rmi_1_0_exit_ripas_done(struct rmi_rec_exit *exit, uint64_t top);
/* VERSION with the revision asked for in x1: 0 or -ENXIO. */
int rmi_1_0_init(const struct rmi_host *host);

#endif
