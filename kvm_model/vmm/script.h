/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What user space may do between two calls of KVM_RUN, as data: single actions, and a script of
 * them for certain exits. Only the ioctls and struct kvm_run are used.
 */
#ifndef KVM_MODEL_VMM_SCRIPT_H
#define KVM_MODEL_VMM_SCRIPT_H

#include "kvm_model/kvm.h"

enum vmm_action_kind {
    VMM_ACT_ANSWER,      /* the 8 bytes of mmio.data become value; the devices are not asked */
    VMM_ACT_NO_ANSWER,   /* exit_reason is cleared: KVM_RUN finds no access to complete */
    VMM_ACT_SET_X,       /* X<reg> becomes value */
    VMM_ACT_SET_SYSREG,  /* the enum sysreg reg becomes value */
    VMM_ACT_SET_PC,      /* PC becomes value */
    VMM_ACT_SKIP,        /* PC + 4 */
    VMM_ACT_SEA,         /* KVM_SET_VCPU_EVENTS: ext_dabt_pending */
    VMM_ACT_SERROR,      /* ... serror_pending */
    VMM_ACT_SERROR_ESR,  /* ... with value as its ISS */
    VMM_ACT_IMMEDIATE,   /* immediate_exit for the next KVM_RUN */
    VMM_ACT_DELETE_SLOT, /* the memslot with number value goes */
    VMM_ACT_STOP,        /* the run ends here */
    VMM_ACT_COUNT
};

struct vmm_action {
    enum vmm_action_kind kind;
    unsigned reg;
    uint64_t value;
};

/* "answer", "no_answer", "regs", "sysregs", "pc", "skip", "sea", "serror", ... Never NULL. */
const char *vmm_action_name(enum vmm_action_kind kind);

/* Does the action, also STOP, which is the caller's to obey: 0 or the ioctl's -errno. */
int vmm_act(struct kvm *kvm, struct kvm_vcpu *vcpu, const struct vmm_action *action);

enum vmm_direction { VMM_ANY_DIRECTION, VMM_READS, VMM_WRITES };

struct vmm_script_step {
    /* All of these must hold. */
    bool has_number;
    uint64_t number; /* of the return of KVM_RUN, from 1, over all vCPUs */
    bool has_reason;
    uint32_t reason;              /* KVM_EXIT_ */
    uint64_t first, size;         /* size not 0: the MMIO or NISV address is in here */
    enum vmm_direction direction; /* of MMIO */
    uint64_t times;               /* at most; 0: always */
    const struct vmm_action *actions;
    size_t action_count;
};

struct vmm_script {
    const struct vmm_script_step *steps;
    size_t count;
    uint64_t *done;   /* how often each step was taken; count of them */
    uint64_t returns; /* of KVM_RUN so far */
};

/*
 * Called once for each return of KVM_RUN with 0 or an error other than an interruption: the first
 * step that matches, or NULL. Counts both.
 */
const struct vmm_script_step *vmm_script_next(struct vmm_script *script, const struct kvm_run *run);
bool vmm_step_has(const struct vmm_script_step *step, enum vmm_action_kind kind);

#endif
