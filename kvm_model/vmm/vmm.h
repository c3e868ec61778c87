/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The VMM's vCPU loop: KVM_RUN, then what struct kvm_run asks for. It knows addresses, data and
 * exit reasons; whether the guest is a realm it does not ask.
 */
#ifndef KVM_MODEL_VMM_VMM_H
#define KVM_MODEL_VMM_VMM_H

#include "kvm_model/kvm.h"
#include "kvm_model/vmm/address_space.h"

struct vmm {
    struct kvm *kvm;
    struct kvm_vcpu *vcpu;
    struct address_space *as;
    struct trace *trace; /* may be NULL */
    struct clock *clock;
};

enum vmm_end {
    VMM_END_SYSTEM_EVENT,   /* detail: KVM_SYSTEM_EVENT_ number */
    VMM_END_INTERRUPTED,    /* KVM_RUN returned -EINTR: a limit, or the observer */
    VMM_END_ERRNO,          /* KVM_RUN returned another -errno: detail is the errno, positive */
    VMM_END_SHUTDOWN,       /* KVM_EXIT_SHUTDOWN */
    VMM_END_INTERNAL_ERROR, /* KVM_EXIT_INTERNAL_ERROR */
    VMM_END_UNHANDLED,      /* detail: KVM_EXIT_ number of an exit this VMM does not serve */
};

struct vmm_result {
    enum vmm_end reason;
    uint64_t detail;
};

/* Runs the vCPU until it can go on no more. May be called again after VMM_END_INTERRUPTED. */
struct vmm_result vmm_run(struct vmm *vmm);

#endif
