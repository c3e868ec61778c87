/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What differs between releases of the RMM, as one row of data per release. Code asks for a
 * behaviour, never for a version.
 */
#ifndef RMM_MODEL_VARIANT_H
#define RMM_MODEL_VARIANT_H

#include <stdbool.h>
#include <stdint.h>

/* When REC_ENTER looks at the host's virtual interrupt state. */
enum rmm_gic_entry {
    GIC_COPIED_THEN_CHECKED, /* RecEnter's; ICH_HCR_EL2 bits that are not the host's are dropped */
    GIC_CHECKED_THEN_COPIED, /* RecEnter's; such bits are refused */
    GIC_IN_REGISTERS,        /* the host leaves it in the PE's list registers */
};

/* Which RMI commands there are, and the order of their arguments (rmm_model/handler.c). */
enum rmm_commands { RMM_COMMANDS_BETA, RMM_COMMANDS_1_0, RMM_COMMANDS_2_0, RMM_COMMANDS_COUNT };

/* Where feature registers and RmiRealmParams have what, and who chooses a VMID. */
enum rmm_parameters {
    RMM_PARAMETERS_BETA, /* struct rmi_beta_realm_params */
    RMM_PARAMETERS_1_0,
    RMM_PARAMETERS_2_0, /* the RMM chooses the VMID */
};

/*
 * Known defects of releases: what the real RMM does and hardly means to. X(enumerator, name, what).
 * A row has those of its release; struct rmm_config can leave some out.
 */
#define RMM_DEFECT_TABLE(X)                                                                        \
    X(EMUL_MMIO_ANY_ISV, emul_mmio_any_isv,                                                        \
      "EMUL_MMIO completes any data abort with a valid ISS, whatever the host was shown: the "     \
      "host "                                                                                      \
      "writes a register of a realm that loaded from its own memory (until v0.6.0)")               \
    X(SERROR_DFSC_MISREAD, serror_dfsc_misread,                                                    \
      "the DFSC of an asynchronous SError is compared with 1, not 0x11: any stops the RMM "        \
      "(until v0.7.0)")                                                                            \
    X(BAD_AUX_UNLOCKED_TWICE, bad_aux_unlocked_twice,                                              \
      "REC_CREATE with a bad auxiliary granule after a good one fails an assertion (v0.6.0)")      \
    X(DENIED_ON_RUNNING, denied_on_running,                                                        \
      "PSCI_COMPLETE that denies what is already on fails, and completes the call all the same")   \
    X(PSCI_VERSION_UNLISTED, psci_version_unlisted,                                                \
      "PSCI_FEATURES says that PSCI_VERSION is not supported")                                     \
    X(HOST_CALL_KEEPS_FID, host_call_keeps_fid,                                                    \
      "a host call whose page became EMPTY returns with x0 as it was")                             \
    X(REFUSED_ENTRY_COMPLETES, refused_entry_completes,                                            \
      "REC_ENTER that Plane 0's page refuses has completed the abort of the plane already")        \
    X(PLANE_SYNDROME_SURVIVES, plane_syndrome_survives,                                            \
      "the syndrome of a plane that is left can be completed when the plane runs again")

enum rmm_defect {
#define X(id, name, doc) RMM_DEFECT_##id,
    RMM_DEFECT_TABLE(X)
#undef X
        RMM_DEFECT_COUNT
};

/* A set of them. */
#define RMM_DEFECT(id) ((uint32_t)1 << RMM_DEFECT_##id)

struct rmm_variant {
    const char *name;   /* as a scenario writes it */
    const char *source; /* the release whose behaviour the row states */

    uint64_t rmi_version; /* the one RMI revision it speaks, RmiInterfaceVersion */
    uint64_t rsi_version;
    enum rmm_commands commands;
    enum rmm_parameters parameters;
    bool activation_needed; /* commands are refused until RMM_ACTIVATE */

    /* --- RSI --- */
    bool rsi_version_alone;        /* RSI_VERSION returns the one version in x0, and no status */
    bool rsi_features_unknown;     /* there is no RSI_FEATURES */
    bool realm_config_width_alone; /* RSI_REALM_CONFIG writes no hash algorithm and no RPV */
    uint8_t host_call_gprs;        /* registers of RsiHostCall, 7 or 31 */
    /* TOKEN_INIT takes the page, CONTINUE fills all of it and starts again after an interrupt. */
    bool attest_buffer_at_init;
    const char *token_profile; /* the realm token's profile claim, or NULL for none */
    bool
        token_is_cmw; /* a CMW collection around the tokens; realm instance and MEC policy claims */

    /* --- granules, RTTs, realms --- */
    bool busy_is_in_use;     /* what is in use is ERROR_IN_USE, not an error of its own kind */
    bool destroyed_is_hipas; /* DESTROYED is a HIPAS; no RIPAS outlives the page */
    bool data_keeps_ripas;   /* DATA_CREATE leaves RIPAS as RTT_INIT_RIPAS made it */
    bool tables_named;       /* RTT_DESTROY and RTT_FOLD are told which table they mean */
    bool unmap_by_entry;     /* commands that take mappings away look at the entry, not the half */
    bool all_recs_measured;  /* not only runnable ones */
    bool ns_entries_counted; /* an RTT with unprotected mappings is in use */
    int block_level_min;     /* no block mappings above this level */
    bool
        init_ripas_assigned; /* RTT_INIT_RIPAS changes ASSIGNED entries too, and measures nothing */
    bool terminate_first;    /* REALM_DESTROY takes a realm that REALM_TERMINATE ended only */
    bool ripas_by_size; /* RSI_IPA_STATE_SET and its exit tell a size, not a top; _GET is of a page
                         */
    unsigned rec_aux_count; /* auxiliary granules a REC needs */
    bool zero_on_delegate;  /* GRANULE_DELEGATE scrubs the granule */

    /*
     * REALM_CREATE refuses concatenated root RTTs that are not aligned to their whole size. Without
     * the check the RMM's walks and the PE's, which ignores the low bits of VTTBR_EL2.BADDR, start
     * at different tables.
     */
    bool root_rtts_aligned;

    /* --- REC_ENTER --- */
    enum rmm_gic_entry gic_entry;
    bool
        system_off_index; /* a realm switched off is ERROR_REALM with index 1, not like any other */
    /* REC_ENTER injects the SEA first, and a set INJECT_SEA voids EMUL_MMIO. */
    bool sea_before_mmio;
    bool ripas_response;  /* RIPAS_RESPONSE: the host may reject a change to RAM */
    bool host_call_first; /* a host call is completed before RIPAS changes and system registers */
    bool planes;          /* a realm may have planes; FORCE_P0 */

    /* --- exceptions of the realm --- */
    bool ipa_beyond_is_empty; /* an IPA above the realm's space is a SEA, not an emulatable abort */
    bool unknown_abort_hidden;    /* an unprotected abort without ISV shows no write data or size */
    bool insn_permission_sea;     /* a permission fault of a fetch is the realm's own SEA */
    bool insn_other_faults_shown; /* fetch faults other than translation faults show a syndrome */
    bool sysreg_rt_hidden;        /* a trapped register access does not show Rt */
    bool icc_write_asserted;      /* a trap of an ICC register other than the three that generate
                                     or end interrupts fails an assertion */
    bool unused_sysregs_undefined; /* BRBE, MPAM and S2POR_EL1 are UNDEFINED, not RAZ/WI */
    bool serror_shows_ec;

    /* --- exceptions to the realm --- */
    bool injected_pstate_fixed; /* PSTATE of an injected exception is a constant, not computed */
    bool sea_vector_by_ease;    /* SCTLR2_EL1.EASE sends a SEA to the SError vector */

    /*
     * Where it stops on what it cannot contain: the function's name. Reserved encodings of an
     * error's severity fail an assertion of their handler instead, where reserved_asserted.
     */
    const char *fatal_in;
    bool reserved_asserted;

    uint32_t defects; /* RMM_DEFECT()s */
};

/* A defect's name, and what it is. */
struct rmm_defect_desc {
    const char *name, *doc;
};

extern const struct rmm_defect_desc rmm_defect_table[RMM_DEFECT_COUNT];

/* The row with that name, or NULL. */
const struct rmm_variant *rmm_variant_find(const char *name);
/* Rows in order of release; NULL past the last one. For listings. */
const struct rmm_variant *rmm_variant_at(unsigned index);

#endif
