/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables of RMI commands, one for each set of rmm_model/variant.h. */
#include "rmm_model/rec.h"

struct rmi_row {
    const char *name;
    uint8_t args;    /* from x1 */
    uint8_t results; /* from x1, beside the status */
    rmi_command *command;
    uint8_t order[RMI_MAX_ARGS]; /* argument n is that x register; all 0: x1, x2, ... */
    bool before_activation;      /* also while the RMM is not active */
};

#define FID_COUNT (RMI_FID_LAST - RMI_FID_BASE + 1)
#define ROW(name) [RMI_##name - RMI_FID_BASE]
/* Alike in all sets. */
#define COMMON_ROWS                                                                                \
    ROW(REALM_ACTIVATE) = {"RMI_REALM_ACTIVATE", 1, 0, smc_realm_activate},                        \
    ROW(REALM_CREATE) = {"RMI_REALM_CREATE", 2, 0, smc_realm_create},                              \
    ROW(REALM_DESTROY) = {"RMI_REALM_DESTROY", 1, 0, smc_realm_destroy},                           \
    ROW(REC_ENTER) = {"RMI_REC_ENTER", 2, 0, smc_rec_enter},                                       \
    ROW(RTT_READ_ENTRY) = {"RMI_RTT_READ_ENTRY", 3, 4, smc_rtt_read_entry},                        \
    ROW(FEATURES) = {"RMI_FEATURES", 1, 1, smc_rmi_features, .before_activation = true}
/* Of those that take one granule at a time. */
#define SINGLE_ROWS                                                                                \
    ROW(GRANULE_DELEGATE) = {"RMI_GRANULE_DELEGATE", 1, 0, smc_granule_delegate},                  \
    ROW(GRANULE_UNDELEGATE) = {"RMI_GRANULE_UNDELEGATE", 1, 0, smc_granule_undelegate},            \
    ROW(REC_DESTROY) = {"RMI_REC_DESTROY", 1, 0, smc_rec_destroy},                                 \
    ROW(RTT_MAP_UNPROTECTED) = {"RMI_RTT_MAP_UNPROTECTED", 4, 0, smc_rtt_map_unprotected},         \
    ROW(REC_AUX_COUNT) = {"RMI_REC_AUX_COUNT", 1, 1, smc_rec_aux_count}
/* Since 1.0. */
#define FINAL_ROWS                                                                                 \
    ROW(VERSION) = {"RMI_VERSION", 1, 2, smc_rmi_version, .before_activation = true},              \
    ROW(RTT_CREATE) = {"RMI_RTT_CREATE", 4, 0, smc_rtt_create},                                    \
    ROW(RTT_DESTROY) = {"RMI_RTT_DESTROY", 3, 2, smc_rtt_destroy},                                 \
    ROW(RTT_FOLD) = {"RMI_RTT_FOLD", 3, 1, smc_rtt_fold},                                          \
    ROW(PSCI_COMPLETE) = {"RMI_PSCI_COMPLETE", 3, 0, smc_psci_complete},                           \
    ROW(RTT_INIT_RIPAS) = {"RMI_RTT_INIT_RIPAS", 3, 1, smc_rtt_init_ripas},                        \
    ROW(RTT_SET_RIPAS) = {"RMI_RTT_SET_RIPAS", 4, 1, smc_rtt_set_ripas}

/*
 * TF-RMM v0.3.0 lib/smc/include/smc-rmi.h: what a command makes or takes away comes before the
 * realm. Who destroys or folds a table names it.
 */
#define OBJECT_FIRST                                                                               \
    {                                                                                              \
        2, 1, 3, 4, 5                                                                              \
    }
#define TABLE_FIRST                                                                                \
    {                                                                                              \
        2, 3, 4, 1                                                                                 \
    }
static const struct rmi_row beta_rows[FID_COUNT] = {
    COMMON_ROWS,
    SINGLE_ROWS,
    ROW(VERSION) = {"RMI_VERSION", 0, 0, smc_rmi_version_number},
    ROW(DATA_CREATE) = {"RMI_DATA_CREATE", 5, 0, smc_data_create, OBJECT_FIRST},
    ROW(DATA_CREATE_UNKNOWN) = {"RMI_DATA_CREATE_UNKNOWN", 3, 0, smc_data_create_unknown,
                                OBJECT_FIRST},
    ROW(DATA_DESTROY) = {"RMI_DATA_DESTROY", 2, 0, smc_data_destroy},
    ROW(REC_CREATE) = {"RMI_REC_CREATE", 3, 0, smc_rec_create, OBJECT_FIRST},
    ROW(RTT_CREATE) = {"RMI_RTT_CREATE", 4, 0, smc_rtt_create, OBJECT_FIRST},
    ROW(RTT_DESTROY) = {"RMI_RTT_DESTROY", 4, 0, smc_rtt_destroy, TABLE_FIRST},
    ROW(RTT_FOLD) = {"RMI_RTT_FOLD", 4, 0, smc_rtt_fold, TABLE_FIRST},
    ROW(RTT_UNMAP_UNPROTECTED) = {"RMI_RTT_UNMAP_UNPROTECTED", 3, 0, smc_rtt_unmap_unprotected},
    ROW(PSCI_COMPLETE) = {"RMI_PSCI_COMPLETE", 2, 0, smc_psci_complete},
    ROW(RTT_INIT_RIPAS) = {"RMI_RTT_INIT_RIPAS", 3, 0, smc_rtt_init_ripas_entry},
    ROW(RTT_SET_RIPAS) = {"RMI_RTT_SET_RIPAS", 5, 0, smc_rtt_set_ripas_entry},
};

/* RMM specification 1.0, "RMI commands" */
static const struct rmi_row final_rows[FID_COUNT] = {
    COMMON_ROWS,
    SINGLE_ROWS,
    FINAL_ROWS,
    ROW(DATA_CREATE) = {"RMI_DATA_CREATE", 5, 0, smc_data_create},
    ROW(DATA_CREATE_UNKNOWN) = {"RMI_DATA_CREATE_UNKNOWN", 3, 0, smc_data_create_unknown},
    ROW(DATA_DESTROY) = {"RMI_DATA_DESTROY", 2, 2, smc_data_destroy},
    ROW(REC_CREATE) = {"RMI_REC_CREATE", 3, 0, smc_rec_create},
    ROW(RTT_UNMAP_UNPROTECTED) = {"RMI_RTT_UNMAP_UNPROTECTED", 3, 1, smc_rtt_unmap_unprotected},
};

/* TF-RMM 9a7f8ef runtime/core/handler.c:smc_handlers, without devices and auxiliary RTTs */
static const struct rmi_row range_rows[FID_COUNT] = {
    COMMON_ROWS,
    FINAL_ROWS,
    ROW(DATA_CREATE) = {"RMI_RTT_DATA_MAP_INIT", 5, 0, smc_data_create},
    ROW(REC_CREATE) = {"RMI_REC_CREATE", 3, 2, smc_rec_create_stateful},
    ROW(REC_DESTROY) = {"RMI_REC_DESTROY", 1, 2, smc_rec_destroy_stateful},
    ROW(RMM_CONFIG_SET) = {"RMI_RMM_CONFIG_SET", 1, 0, smc_rmm_config_set,
                           .before_activation = true},
    ROW(RMM_CONFIG_GET) = {"RMI_RMM_CONFIG_GET", 1, 0, smc_rmm_config_get,
                           .before_activation = true},
    ROW(GRANULE_TRACKING_GET) = {"RMI_GRANULE_TRACKING_GET", 2, 3, smc_granule_tracking_get,
                                 .before_activation = true},
    ROW(GRANULE_RANGE_DELEGATE) = {"RMI_GRANULE_RANGE_DELEGATE", 2, 1, smc_granule_range_delegate},
    ROW(GRANULE_RANGE_UNDELEGATE) = {"RMI_GRANULE_RANGE_UNDELEGATE", 2, 1,
                                     smc_granule_range_undelegate},
    ROW(GPT_L1_CREATE) = {"RMI_GPT_L1_CREATE", 1, 0, smc_gpt_l1_create},
    ROW(RTT_DATA_MAP) = {"RMI_RTT_DATA_MAP", 5, 1, smc_rtt_data_map},
    ROW(RTT_DATA_UNMAP) = {"RMI_RTT_DATA_UNMAP", 5, 3, smc_rtt_data_unmap},
    ROW(RTT_UNPROT_MAP) = {"RMI_RTT_UNPROT_MAP", 5, 1, smc_rtt_unprot_map},
    ROW(RTT_UNPROT_UNMAP) = {"RMI_RTT_UNPROT_UNMAP", 5, 3, smc_rtt_unprot_unmap},
    ROW(REALM_TERMINATE) = {"RMI_REALM_TERMINATE", 1, 0, smc_realm_terminate},
    ROW(RMM_ACTIVATE) = {"RMI_RMM_ACTIVATE", 0, 0, smc_rmm_activate, .before_activation = true},
    ROW(OP_CONTINUE) = {"RMI_OP_CONTINUE", 2, 2, smc_op_continue},
    ROW(OP_MEM_DONATE) = {"RMI_OP_MEM_DONATE", 3, 2, smc_op_mem_donate},
    ROW(OP_MEM_RECLAIM) = {"RMI_OP_MEM_RECLAIM", 3, 1, smc_op_mem_reclaim},
    ROW(OP_CANCEL) = {"RMI_OP_CANCEL", 1, 0, smc_op_cancel},
};

static const struct rmi_row *const sets[RMM_COMMANDS_COUNT] = {
    [RMM_COMMANDS_BETA] = beta_rows,
    [RMM_COMMANDS_1_0] = final_rows,
    [RMM_COMMANDS_2_0] = range_rows,
};

static const struct field FID_SVE_HINT = {16, 1}; /* SMCCC 1.3 */

static const struct rmi_row *find_row(const struct rmm_variant *variant, uint64_t x0)
{
    uint32_t fid = (uint32_t)(x0 & ~field_mask(FID_SVE_HINT));
    const struct rmi_row *row;

    if (fid < RMI_FID_BASE || fid > RMI_FID_LAST)
        return NULL;
    row = &sets[variant->commands][fid - RMI_FID_BASE];
    return row->command ? row : NULL;
}

const char *rmi_command_name(const struct rmm_variant *variant, uint64_t fid)
{
    const struct rmi_row *row = find_row(variant, fid);

    return row ? row->name : NULL;
}

static void read_args(const struct rmi_row *row, const struct smc_regs *regs, uint64_t *arg)
{
    for (unsigned i = 0; i < row->args; i++)
        arg[i] = regs->x[row->order[0] ? row->order[i] : 1 + i];
}

void rmm_handle_smc(struct rmm *rmm, struct smc_regs *regs)
{
    const struct rmi_row *row = find_row(rmm->variant, regs->x[0]);
    uint64_t arg[RMI_MAX_ARGS] = {0}, result[RMI_MAX_RESULTS] = {0};

    clock_charge(rmm->clock, OP_RMM_DISPATCH, 1);
    if (row && !rmm->halted) {
        read_args(row, regs, arg);
        if (rmm->variant->activation_needed && !rmm->activated && !row->before_activation)
            result[0] = RMI_ERROR_GLOBAL;
        else
            row->command(rmm, arg, result);
        if (rmm->entries)
            rec_reload_running(rmm);
    }
    if (!row || rmm->halted)
        result[0] = SMC_NOT_SUPPORTED;
    if (row && row->command != smc_rec_enter)
        EMIT(rmm->trace, RMI, RMM, EVENT_STR(row->name), arg[0], arg[1], arg[2], arg[3], result[0]);
    for (unsigned i = 0; i < RMI_MAX_RESULTS; i++)
        regs->x[i] = row && i <= row->results ? result[i] : i == 0 ? SMC_NOT_SUPPORTED : 0;
}
