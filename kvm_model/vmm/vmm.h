/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The VMM's vCPU loop: KVM_RUN, then what struct kvm_run asks for, as the variant answers it or a
 * script does. It knows addresses, data and exit reasons; whether the guest is a realm it does not
 * ask.
 */
#ifndef KVM_MODEL_VMM_VMM_H
#define KVM_MODEL_VMM_VMM_H

#include "kvm_model/kvm.h"
#include "kvm_model/vmm/address_space.h"
#include "kvm_model/vmm/script.h"
#include "kvm_model/vmm/vmm_stop.h"
#include "kvm_model/vmm/vmm_variant.h"

struct vmm {
    struct kvm *kvm;
    struct kvm_vcpu *vcpu;
    struct address_space *as;
    struct address_space *io; /* of port accesses (address_space_io); NULL: no ports */
    struct trace *trace;      /* may be NULL */
    struct clock *clock;
    const struct vmm_variant *variant; /* NULL: row 0 */
    struct vmm_script *script;         /* NULL: none; shared by all vCPUs */
    const struct vmm_stop *stop;       /* NULL: no device ends the run; shared by all vCPUs */
    uint64_t device_irq_level;         /* of the timers' outputs, as KVM last told */
};

enum vmm_end {
    VMM_END_SYSTEM_EVENT,   /* detail: KVM_SYSTEM_EVENT_ number */
    VMM_END_INTERRUPTED,    /* KVM_RUN returned -EINTR: a signal, a limit, or the observer */
    VMM_END_SCHEDULED_OUT,  /* KVM_RUN_SCHEDULED_OUT, or _PAUSED: it is another thread's turn */
    VMM_END_ERRNO,          /* KVM_RUN returned another -errno: detail is the errno, positive */
    VMM_END_SHUTDOWN,       /* KVM_EXIT_SHUTDOWN */
    VMM_END_INTERNAL_ERROR, /* KVM_EXIT_INTERNAL_ERROR */
    VMM_END_UNHANDLED,      /* detail: KVM_EXIT_ number of an exit this VMM does not serve */
    VMM_END_DEVICE,         /* a device asked for it: detail is the status */
    VMM_END_SCRIPT,         /* the script did */
};

struct vmm_result {
    enum vmm_end reason;
    uint64_t detail;
};

/*
 * Runs the vCPU until it can go on no more. May be called again after VMM_END_INTERRUPTED and
 * VMM_END_SCHEDULED_OUT.
 */
struct vmm_result vmm_run(struct vmm *vmm);

/*
 * Serves one return of KVM_RUN, of which ret is the value and struct kvm_run says the rest. True:
 * KVM_RUN is to be called again; false: *result says why not.
 */
bool vmm_handle_exit(struct vmm *vmm, int ret, struct vmm_result *result);

/* Takes the writes out of KVM's ring, if there is one, and does them. */
void vmm_flush_coalesced(struct kvm *kvm, struct address_space *as, enum vmm_mmio mmio);

#endif
