/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What REC_ENTER completes of the last exit before the realm runs again. */
#ifndef RMM_MODEL_COMPLETE_H
#define RMM_MODEL_COMPLETE_H

#include "rmm_model/rec.h"

/* What EMUL_MMIO does to the realm. */
struct mmio_completion {
    bool apply;       /* the flag asks for it: the PC moves on */
    bool writes_rt;   /* a load, and not into XZR */
    bool sign_extend; /* the load does */
    unsigned rt;      /* ESR.SRT */
    uint64_t value;   /* for rt; 0 when it is not written */
};

/*
 * Pure: decides from the saved ESR and the host's flags and gprs[0]. false: the last exit was no
 * emulatable abort (RMI_ERROR_REC); *out is then not set.
 */
bool mmio_completion(const struct rmm_variant *variant, uint64_t esr, uint64_t flags, uint64_t gpr0,
                     struct mmio_completion *out);

/*
 * Pure: whether INJECT_SEA is allowed, the last exit being a data abort at an unprotected IPA.
 * hpfar as saved; ipa_bits of the realm.
 */
bool sea_insertion_allowed(uint64_t esr, uint64_t hpfar, unsigned ipa_bits);

/* The page HPFAR_EL2 names, with the 48-bit addresses the RMM reads from it. */
uint64_t rmm_fault_page(uint64_t hpfar);

/* In REC_ENTER, on the REC that cpu holds. false: RMI_ERROR_REC, and nothing changed. */
bool complete_mmio_emulation(struct rmm *rmm, const struct rec *rec, struct cpu *cpu,
                             const struct rmi_rec_enter *enter);
bool complete_sea_insertion(struct rmm *rmm, struct rec *rec, struct cpu *cpu,
                            const struct rmi_rec_enter *enter);

/* RSI_IPA_STATE_SET returns to the realm with how far the host got. */
void complete_set_ripas(const struct rmm *rmm, struct rec *rec, struct cpu *cpu,
                        const struct rmi_rec_enter *enter);
/* A trapped read of a system register gets the host's value. */
void complete_sysreg_emulation(const struct rec *rec, struct cpu *cpu,
                               const struct rmi_rec_enter *enter);

#endif
