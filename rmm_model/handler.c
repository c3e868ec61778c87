/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one table of RMI commands. */
#include "rmm_model/state.h"

struct rmi_row {
    const char *name;
    uint8_t args;    /* from x1 */
    uint8_t results; /* from x1, beside the status */
    rmi_command *command;
    enum rmi_revision { ALWAYS, ONLY_1_0, ONLY_2_0 } in; /* which revisions have it */
};

#define ROW(fid) [(fid)-RMI_FID_BASE]
static const struct rmi_row rmi_table[RMI_FID_LAST - RMI_FID_BASE + 1] = {
    ROW(RMI_VERSION) = {"RMI_VERSION", 1, 2, smc_rmi_version},
    ROW(RMI_GRANULE_DELEGATE) = {"RMI_GRANULE_DELEGATE", 1, 0, smc_granule_delegate, ONLY_1_0},
    ROW(RMI_GRANULE_UNDELEGATE) = {"RMI_GRANULE_UNDELEGATE", 1, 0, smc_granule_undelegate,
                                   ONLY_1_0},
    ROW(RMI_DATA_CREATE) = {"RMI_DATA_CREATE", 5, 0, smc_data_create},
    ROW(RMI_DATA_CREATE_UNKNOWN) = {"RMI_DATA_CREATE_UNKNOWN", 3, 0, smc_data_create_unknown,
                                    ONLY_1_0},
    ROW(RMI_DATA_DESTROY) = {"RMI_DATA_DESTROY", 2, 2, smc_data_destroy, ONLY_1_0},
    ROW(RMI_REALM_ACTIVATE) = {"RMI_REALM_ACTIVATE", 1, 0, smc_realm_activate},
    ROW(RMI_REALM_CREATE) = {"RMI_REALM_CREATE", 2, 0, smc_realm_create},
    ROW(RMI_REALM_DESTROY) = {"RMI_REALM_DESTROY", 1, 0, smc_realm_destroy},
    ROW(RMI_REC_CREATE) = {"RMI_REC_CREATE", 3, 0, smc_rec_create},
    ROW(RMI_REC_DESTROY) = {"RMI_REC_DESTROY", 1, 0, smc_rec_destroy},
    ROW(RMI_REC_ENTER) = {"RMI_REC_ENTER", 2, 0, smc_rec_enter},
    ROW(RMI_RTT_CREATE) = {"RMI_RTT_CREATE", 4, 0, smc_rtt_create},
    ROW(RMI_RTT_DESTROY) = {"RMI_RTT_DESTROY", 3, 2, smc_rtt_destroy},
    ROW(RMI_RTT_MAP_UNPROTECTED) = {"RMI_RTT_MAP_UNPROTECTED", 4, 0, smc_rtt_map_unprotected,
                                    ONLY_1_0},
    ROW(RMI_RTT_READ_ENTRY) = {"RMI_RTT_READ_ENTRY", 3, 4, smc_rtt_read_entry},
    ROW(RMI_RTT_UNMAP_UNPROTECTED) = {"RMI_RTT_UNMAP_UNPROTECTED", 3, 1, smc_rtt_unmap_unprotected,
                                      ONLY_1_0},
    ROW(RMI_PSCI_COMPLETE) = {"RMI_PSCI_COMPLETE", 3, 0, smc_psci_complete},
    ROW(RMI_FEATURES) = {"RMI_FEATURES", 1, 1, smc_rmi_features},
    ROW(RMI_RTT_FOLD) = {"RMI_RTT_FOLD", 3, 1, smc_rtt_fold},
    ROW(RMI_REC_AUX_COUNT) = {"RMI_REC_AUX_COUNT", 1, 1, smc_rec_aux_count, ONLY_1_0},
    ROW(RMI_RTT_INIT_RIPAS) = {"RMI_RTT_INIT_RIPAS", 3, 1, smc_rtt_init_ripas},
    ROW(RMI_RTT_SET_RIPAS) = {"RMI_RTT_SET_RIPAS", 4, 1, smc_rtt_set_ripas},
    ROW(RMI_RMM_ACTIVATE) = {"RMI_RMM_ACTIVATE", 0, 0, smc_rmm_activate, ONLY_2_0},
};

static const struct field FID_SVE_HINT = {16, 1}; /* SMCCC 1.3 */

static const struct rmi_row *find_row(const struct rmm_variant *variant, uint64_t x0)
{
    enum rmi_revision other = variant->range_commands ? ONLY_1_0 : ONLY_2_0;
    uint32_t fid = (uint32_t)(x0 & ~field_mask(FID_SVE_HINT));

    if (fid < RMI_FID_BASE || fid > RMI_FID_LAST || !rmi_table[fid - RMI_FID_BASE].command ||
        rmi_table[fid - RMI_FID_BASE].in == other)
        return NULL;
    return &rmi_table[fid - RMI_FID_BASE];
}

static bool refused_until_active(const struct rmm *rmm, const struct rmi_row *row)
{
    bool exempt = row->command == smc_rmi_version || row->command == smc_rmi_features ||
                  row->command == smc_rmm_activate;

    return rmm->variant->activation_needed && !rmm->activated && !exempt;
}

void rmm_handle_smc(struct rmm *rmm, struct smc_regs *regs)
{
    const struct rmi_row *row = find_row(rmm->variant, regs->x[0]);
    uint64_t arg[RMI_MAX_ARGS] = {0}, result[RMI_MAX_RESULTS] = {0};

    clock_charge(rmm->clock, OP_RMM_DISPATCH, 1);
    if (row && !rmm->halted && refused_until_active(rmm, row)) {
        result[0] = RMI_ERROR_GLOBAL;
    } else if (row && !rmm->halted) {
        for (unsigned i = 0; i < row->args; i++)
            arg[i] = regs->x[1 + i];
        row->command(rmm, arg, result);
    }
    if (!row || rmm->halted)
        result[0] = SMC_NOT_SUPPORTED;
    if (row && row->command != smc_rec_enter)
        EMIT(rmm->trace, RMI, RMM, EVENT_STR(row->name), arg[0], arg[1], arg[2], arg[3], result[0]);
    for (unsigned i = 0; i < RMI_MAX_RESULTS; i++)
        regs->x[i] = row && i <= row->results ? result[i] : i == 0 ? SMC_NOT_SUPPORTED : 0;
}
