/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What KVM's switches between host and guest cost: how many registers of which group are saved and
 * restored where. The state itself is where the models use it; this is its account alone.
 */
#ifndef KVM_MODEL_STATE_SWITCH_H
#define KVM_MODEL_STATE_SWITCH_H

#include "cpu/clock.h"

struct kvm;
struct kvm_vcpu;

enum switch_point {
    SWITCH_LOAD,  /* kvm_arch_vcpu_load: KVM_RUN begins, or its thread is scheduled in */
    SWITCH_ENTRY, /* __kvm_vcpu_run, to the ERET; of a REC: to RMI_REC_ENTER */
    SWITCH_EXIT,  /* __kvm_vcpu_run, from the vector on; of a REC: from RMI_REC_ENTER's return on */
    SWITCH_PUT,   /* kvm_arch_vcpu_put */
    SWITCH_POINT_COUNT
};

/* What a VM's switches charge: by point, and by what the vCPU has (a set of enum only_with). */
#define SWITCH_CASES 4u
struct kvm_switch_bundles {
    struct clock_bundle bundle[SWITCH_POINT_COUNT][SWITCH_CASES];
};

void kvm_switch_bundles_init(struct kvm *kvm);
void kvm_switch_bundles_free(struct kvm *kvm);

/* Charges what the vCPU's kernel does there, as the cost profile's kvm_switches says. */
void kvm_charge_switch(struct kvm_vcpu *vcpu, enum switch_point point);

#endif
