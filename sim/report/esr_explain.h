/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a syndrome means beyond its fields: the faulting IPA, what the instruction should have
 * given, what KVM does with it and what an RMM would show of it to the host. Pure; printing is
 * cmd_esr's.
 */
#ifndef SIM_REPORT_ESR_EXPLAIN_H
#define SIM_REPORT_ESR_EXPLAIN_H

#include "cpu/arch/esr.h"
#include "cpu/types.h"

#define ESR_ACCESS_SIZE 64
#define ESR_RMM_VIEWS 3
#define ESR_MAX_ODD 13

struct esr_input {
    uint64_t esr, far, hpfar;
    uint32_t insn;
    bool far_given, hpfar_given, insn_given;
};

struct esr_rmm_view {
    const char *when; /* "unprotected IPA", ... */
    uint64_t esr;     /* RmiRecExit.esr */
};

struct esr_explanation {
    struct esr_part parts[ESR_MAX_PARTS];
    size_t count;
    uint64_t reserved;

    /*
     * The bits a host is shown, where the value looks like one an RMM masked for it: IL hidden, and
     * all else that the mask hides. Else all bits.
     */
    uint64_t shown;
    /* Not what hardware writes: IL is 0, which software hid. What is said of IL, or NULL. */
    const char *il_note;

    /* The faulting IPA; for an abort only. */
    bool has_ipa, ipa_known;
    ipa_t ipa;
    const char *ipa_note; /* where it comes from, or why it is not known */

    const char *far_note; /* what FAR_EL2 is, or that it is nothing */

    char access[ESR_ACCESS_SIZE]; /* the trapped system access, "MRS x3, SCTLR_EL1", or "" */

    /* From the instruction word, if one was given. */
    bool predicted;
    uint64_t predicted_esr;
    uint64_t compared;     /* bits that follow from the word and the fault status */
    const char *insn_note; /* why nothing is predicted */

    const char *kvm; /* never NULL; "; " separates lines */

    struct esr_rmm_view rmm[ESR_RMM_VIEWS]; /* none if rmm_note says all */
    size_t rmm_count;
    const char *rmm_note; /* or NULL */

    const char *odd[ESR_MAX_ODD]; /* what hardware does not give: esr_odd.c */
    size_t odd_count;
};

/* Fills odd; of a value that an RMM masked (il_note) nothing is said. */
void esr_find_odd(const struct esr_input *input, struct esr_explanation *out);
void esr_explain(const struct esr_input *input, struct esr_explanation *out);

#endif
