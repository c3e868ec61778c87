/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What becomes of an access to a device by one instruction: the syndrome that hardware gives, what
 * each kernel does with it, and which instructions do the same work with a syndrome a host can use.
 * Pure; printing is cmd_insn's.
 */
#ifndef SIM_REPORT_INSN_EXPLAIN_H
#define SIM_REPORT_INSN_EXPLAIN_H

#include "cpu/insn.h"
#include "kvm_model/variant.h"

#define INSN_TEXT_SIZE 96
#define INSN_MAX_HOSTS 16
#define INSN_MAX_INSTEAD 4

enum insn_fate {
    INSN_EMULATED,    /* KVM_EXIT_MMIO, or a device in the kernel */
    INSN_WRONG_VALUE, /* ... but the guest gets another value than hardware would give it */
    INSN_SKIPPED,     /* cache maintenance: the guest goes on behind it */
    INSN_REFUSED,     /* KVM_RUN fails, or KVM_EXIT_ARM_NISV */
    INSN_ABORTED,     /* an external abort into the guest */
};

/* A guest of a kernel. */
struct insn_host {
    const struct kvm_variant *kernel;
    bool realm;
    enum insn_fate fate;
    const char *what;
};

struct insn_explanation {
    struct insn insn;
    char text[INSN_TEXT_SIZE];
    const char *class_name;
    char transfer[INSN_TEXT_SIZE]; /* "x2", "x1, x2", "q0"; "" if none is named */
    char address[INSN_TEXT_SIZE];  /* "x0 + (w1, UXTW #2)"; of a memory class */

    bool has_esr, is_abort;
    uint64_t esr;        /* of an abort: of a stage-2 translation fault at level 3 */
    const char *no_isv;  /* why ISV is 0, or NULL; of an abort */
    const char *no_trap; /* why there is no syndrome, or NULL */
    const char *when;    /* EL2 takes it; of what is no abort and has a syndrome, else NULL */
    const char *kvm;     /* what KVM does then, as esr_explain says it; likewise */

    struct insn_host hosts[INSN_MAX_HOSTS]; /* of an abort only */
    size_t host_count;

    char instead[INSN_MAX_INSTEAD][INSN_TEXT_SIZE]; /* in this order */
    size_t instead_count;
    const char *instead_note; /* what is not the same, or why there is none; or NULL */
};

void insn_explain(uint32_t word, struct insn_explanation *out);

/* "yes", "wrong value", "skipped", "no". */
const char *insn_fate_name(enum insn_fate fate);

#endif
