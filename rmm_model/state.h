/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The RMM's own state, and what its commands share. Inside rmm_model/ only. */
#ifndef RMM_MODEL_STATE_H
#define RMM_MODEL_STATE_H

#include "rmm_model/cose.h"
#include "rmm_model/gic.h"
#include "rmm_model/granule.h"
#include "rmm_model/operation.h"
#include "rmm_model/rmi.h"
#include "rmm_model/rmm.h"

#define VMID_COUNT 65536u

/* A physical CPU and the REC whose registers it holds (0: none). */
struct rmm_pe {
    struct cpu *cpu;
    uint64_t rec;
    uint64_t running; /* the REC whose REC_ENTER is going on here, the last one begun; 0: none */
};

/* What the RMM got from EL3 when it started; all zeros if it got nothing. */
struct rmm_attestation {
    uint8_t key[ES384_SIZE];          /* the realm attestation key's private scalar */
    uint8_t public_key[COSE_KEY_MAX]; /* the same key's public half, a COSE_Key */
    size_t public_key_size;
    uint8_t platform_token[GRANULE_SIZE / 2];
    size_t platform_token_size;
};

struct rmm {
    struct physmem *mem;
    struct clock *clock;
    struct trace *trace;
    struct smc_port el3;
    const struct rmm_variant *variant;
    struct granule_table granules;
    struct gic_config gic;
    struct rmm_features features;
    uint32_t defects; /* RMM_DEFECT()s */
    struct realm_port realm;
    struct rmm_attestation attestation;
    unsigned entries; /* REC_ENTERs that are going on */
    bool activated;   /* RMM_ACTIVATE, where the variant has it */
    struct rmm_pe *pes;
    unsigned pe_count;
    uint32_t realm_traps;
    const char *halted, *halted_in;
    uint8_t vmids[VMID_COUNT / 8];    /* a bit set: in use */
    struct rmm_operation *operations; /* of stateful commands, by handle */
    unsigned operation_count;
};

/* Addresses the RMM can translate and hold: no LPA2. */
#define RMM_PA_BITS 48u
#define RMM_IPA_BITS_MIN 32u
#define RMM_IPA_BITS_MAX 48u

/* One RMI command. arg[0] is x1; result[0] is x0, and result[0..4] come as zeros. */
#define RMI_MAX_ARGS 6
#define RMI_MAX_RESULTS 5
typedef void rmi_command(struct rmm *rmm, const uint64_t *arg, uint64_t *result);

rmi_command smc_rmi_version, smc_rmi_features, smc_rmm_activate;
rmi_command smc_granule_delegate, smc_granule_undelegate;
rmi_command smc_realm_create, smc_realm_activate, smc_realm_destroy, smc_rec_aux_count;
rmi_command smc_rec_create, smc_rec_destroy, smc_rec_enter, smc_psci_complete;
rmi_command smc_rtt_create, smc_rtt_destroy, smc_rtt_fold, smc_rtt_read_entry;
rmi_command smc_rtt_map_unprotected, smc_rtt_unmap_unprotected;
rmi_command smc_rtt_init_ripas, smc_rtt_set_ripas;
rmi_command smc_data_create, smc_data_create_unknown, smc_data_destroy;
/* before 1.0 */
rmi_command smc_rmi_version_number, smc_rtt_init_ripas_entry, smc_rtt_set_ripas_entry;
/* RMI 2.0 */
rmi_command smc_rmm_config_get, smc_rmm_config_set, smc_granule_tracking_get, smc_gpt_l1_create;
rmi_command smc_granule_range_delegate, smc_granule_range_undelegate;
rmi_command smc_rtt_data_map, smc_rtt_data_unmap, smc_rtt_unprot_map, smc_rtt_unprot_unmap;
rmi_command smc_realm_terminate, smc_rec_create_stateful, smc_rec_destroy_stateful;
rmi_command smc_op_continue, smc_op_mem_donate, smc_op_mem_reclaim, smc_op_cancel;

/*
 * The bytes of a granule that the RMM owns (its PAS is Realm): valid as long as it does. The
 * address comes from the RMM's own account.
 */
void *rmm_map(struct rmm *rmm, uint64_t addr);
/* Fills a Realm granule with zeros, through the path that tells the engine about overwritten code.
 */
void rmm_zero_granule(struct rmm *rmm, uint64_t addr);

/*
 * Copies from or to the host's memory at addr, which must be a tracked NS granule and stay inside
 * it; false when it is not, or when the access is a granule protection fault.
 */
bool rmm_ns_read(struct rmm *rmm, uint64_t addr, void *buf, size_t size);
bool rmm_ns_write(struct rmm *rmm, uint64_t addr, const void *buf, size_t size);

static inline bool rmm_has_defect(const struct rmm *rmm, uint32_t defect)
{
    return (rmm->defects & defect) != 0;
}

/* What a command answers that finds in use what it is to take; 1.0 has a status for each kind. */
static inline uint64_t rmm_busy(const struct rmm *rmm, uint64_t status)
{
    return rmm->variant->busy_is_in_use ? RMI_ERROR_IN_USE : status;
}

/* Stops for good: why, and in which function of the real RMM. */
void rmm_halt(struct rmm *rmm, const char *why, const char *function);

/*
 * Stage 2 or the GPT changed, and no TLBI of a realm's addresses goes with it: an entry became
 * valid, or a granule changed hands.
 */
void rmm_tlb_invalidate(struct rmm *rmm);
struct realm;
/* Entries of the realm's stage 2 are not what they were: TLBI of their IPAs, at all PEs. */
void rmm_tlbi(struct rmm *rmm, const struct realm *realm, uint64_t ipa, uint64_t size);

#endif
