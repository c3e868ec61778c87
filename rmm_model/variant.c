/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rmm_model/variant.h"

#include "rmm_model/rmi.h"

#include <string.h>

/* In every release, see rmm_model/variant.h. */
#define DEFECTS_ALWAYS                                                                             \
    (RMM_DEFECT(DENIED_ON_RUNNING) | RMM_DEFECT(PSCI_VERSION_UNLISTED) |                           \
     RMM_DEFECT(HOST_CALL_KEEPS_FID))

static const struct rmm_variant variants[] = {
    {
        .name = "eac",
        .source = "TF-RMM v0.3.0",
        .rmi_version = RMI_ABI_BETA,
        .rsi_version = RSI_ABI_BETA,
        /* runtime/core/handler.c:smc_handlers, lib/smc/include/smc-rmi.h */
        .commands = RMM_COMMANDS_BETA,
        .parameters = RMM_PARAMETERS_BETA,
        /* runtime/rmi/rtt.c, lib/granule: find_lock_unused_granule */
        .busy_is_in_use = true,
        .destroyed_is_hipas = true,
        .data_keeps_ripas = true,
        .tables_named = true,
        .unmap_by_entry = true,
        /* runtime/rmi/rec.c:rec_params_measure */
        .all_recs_measured = true,
        .ns_entries_counted = true,
        .block_level_min = 2,
        /* runtime/rsi/memory.c */
        .ripas_by_size = true,
        /* runtime/core/exit.c:handle_realm_rsi; runtime/rsi/config.c, realm_attest.c */
        .rsi_version_alone = true,
        .rsi_features_unknown = true,
        .realm_config_width_alone = true,
        /* lib/smc/include/smc-rsi.h:RSI_HOST_CALL_NR_GPRS */
        .host_call_gprs = 7,
        .attest_buffer_at_init = true,
        .rec_aux_count = RMI_MAX_REC_AUX,
        .zero_on_delegate = true,
        /* runtime/rmi/run.c:smc_rec_enter copies first; lib/gic/src/gic.c masks ICH_HCR_EL2 */
        .gic_entry = GIC_COPIED_THEN_CHECKED,
        .system_off_index = true,
        /* runtime/rmi/run.c:smc_rec_enter: complete_mmio_emulation comes first */
        .sea_before_mmio = false,
        .ripas_response = false,
        /* runtime/core/exit.c: an IPA above the realm's space goes to the host; fixed in v0.5.0 */
        .ipa_beyond_is_empty = false,
        .icc_write_asserted = true,
        .injected_pstate_fixed = true,
        .fatal_in = "system_abort",
        .reserved_asserted = true,
        /* handle_realm_exit; lib/arch/include/esr.h:ESR_EL2_SERROR_DFSC_ASYNC */
        .defects = DEFECTS_ALWAYS | RMM_DEFECT(EMUL_MMIO_ANY_ISV) | RMM_DEFECT(SERROR_DFSC_MISREAD),
    },
    {
        .name = "1.0",
        .source = "TF-RMM v0.6.0",
        .rmi_version = RMI_ABI_1_0,
        .rsi_version = RMI_ABI_1_0,
        .commands = RMM_COMMANDS_1_0,
        .parameters = RMM_PARAMETERS_1_0,
        /* runtime/rmi/rtt.c:validate_rtt_map_cmds */
        .block_level_min = 1,
        .host_call_gprs = RMI_GPR_COUNT,
        /* lib/attestation/src/attestation_defs_priv.h:CCA_REALM_PROFILE_STR */
        .token_profile = "tag:arm.com,2023:realm#1.0.0",
        /* runtime/rmi/realm.c:smc_realm_create, MAX_REC_AUX_GRANULES */
        .rec_aux_count = RMI_MAX_REC_AUX,
        /* runtime/rmi/granule.c:smc_granule_delegate */
        .zero_on_delegate = true,
        /* runtime/rmi/realm.c:validate_realm_params; the check came with v0.8.0 */
        .root_rtts_aligned = false,
        /* runtime/rmi/run.c:smc_rec_enter, complete_mmio_emulation */
        .sea_before_mmio = true,
        .gic_entry = GIC_CHECKED_THEN_COPIED,
        .system_off_index = true,
        .ripas_response = true,
        /* runtime/core/exit.c:handle_data_abort */
        .ipa_beyond_is_empty = true,
        /* runtime/core/sysregs.c:handle_icc_el1_sysreg_trap */
        .icc_write_asserted = true,
        /* runtime/core/inject_exp.c:calc_pstate */
        .injected_pstate_fixed = true,
        /* runtime/core/inject_exp.c:calc_vector_entry */
        .sea_vector_by_ease = true,
        .fatal_in = "system_abort",
        .reserved_asserted = true,
        /* lib/arch/include/esr.h:ESR_EL2_SERROR_DFSC_ASYNC; runtime/rmi/rec.c:smc_rec_create */
        .defects =
            DEFECTS_ALWAYS | RMM_DEFECT(SERROR_DFSC_MISREAD) | RMM_DEFECT(BAD_AUX_UNLOCKED_TWICE),
    },
    {
        .name = "2.0",
        .source = "TF-RMM 9a7f8ef (after v0.9.0)",
        .rmi_version = RMI_ABI_2_0,
        .rsi_version = RSI_ABI_1_1,
        .host_call_gprs = RMI_GPR_COUNT,
        /* app/attestation/el0_app/src/attestation_token.c, attestation_defs_priv.h */
        .token_profile = "tag:arm.com,2024:realm#2.0.0",
        .token_is_cmw = true,
        /* runtime/core/handler.c:smc_handlers, handle_ns_smc */
        .commands = RMM_COMMANDS_2_0,
        .activation_needed = true,
        /* runtime/rmi/feature.c, runtime/rmi/realm.c:smc_realm_create */
        .parameters = RMM_PARAMETERS_2_0,
        .block_level_min = 1,
        /* runtime/rmi/rtt.c:smc_rtt_init_ripas */
        .init_ripas_assigned = true,
        /* runtime/rmi/realm.c:smc_realm_destroy */
        .terminate_first = true,
        .rec_aux_count = RMI_MAX_REC_AUX,
        /* runtime/rmi/granule.c: undelegation scrubs instead */
        .zero_on_delegate = false,
        /* runtime/rmi/realm.c:validate_realm_params */
        .root_rtts_aligned = true,
        /* lib/gic/src/gic.c:gic_validate_vgic */
        .gic_entry = GIC_IN_REGISTERS,
        .sea_before_mmio = true,
        .ripas_response = true,
        /* runtime/rmi/run.c:smc_rec_enter */
        .host_call_first = true,
        .planes = true,
        /* runtime/core/exit.c:handle_data_abort, handle_instruction_abort */
        .ipa_beyond_is_empty = true,
        .unknown_abort_hidden = true,
        .insn_permission_sea = true,
        .insn_other_faults_shown = true,
        /* runtime/core/sysregs.c:handle_sysreg_access_trap */
        .sysreg_rt_hidden = true,
        .unused_sysregs_undefined = true,
        /* runtime/core/exit.c:handle_exception_serror_lel */
        .serror_shows_ec = true,
        .sea_vector_by_ease = true,
        .fatal_in = "panic",
        /* runtime/rmi/run.c:smc_rec_enter */
        .defects = DEFECTS_ALWAYS | RMM_DEFECT(REFUSED_ENTRY_COMPLETES) |
                   RMM_DEFECT(PLANE_SYNDROME_SURVIVES),
    },
};

const struct rmm_defect_desc rmm_defect_table[RMM_DEFECT_COUNT] = {
#define X(id, name, doc) [RMM_DEFECT_##id] = {#name, doc},
    RMM_DEFECT_TABLE(X)
#undef X
};

#define VARIANT_COUNT (sizeof(variants) / sizeof(variants[0]))

const struct rmm_variant *rmm_variant_find(const char *name)
{
    for (unsigned i = 0; i < VARIANT_COUNT; i++)
        if (!strcmp(variants[i].name, name))
            return &variants[i];
    return NULL;
}

const struct rmm_variant *rmm_variant_at(unsigned index)
{
    return index < VARIANT_COUNT ? &variants[index] : NULL;
}
