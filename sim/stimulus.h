/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a scenario lets happen from outside (`stimulus`). When its time has come, the guest is
 * interrupted, for the host has one CPU, and the VMM's main thread does it. What concerns a vCPU
 * (KVM_SET_VCPU_EVENTS) waits until its own thread is out of KVM_RUN, to which it gets a signal.
 */
#ifndef SIM_STIMULUS_H
#define SIM_STIMULUS_H

#include "kvm_model/kvm.h"
#include "sim/scenario/scenario.h"

struct stimuli;

struct stimuli_config {
    const struct scenario *scenario; /* must outlive the stimuli, as must all below */
    struct kvm *kvm;
    struct kvm_vcpu *const *vcpus; /* as many as the scenario has */
    struct host_mm *mm;
    const hva_t *hva; /* where the VMM mapped scenario->memory[i] */
    struct clock *clock;
    struct trace *trace;
    void (*due)(void *ctx); /* called when one is due: the main thread is to run soon */
    void *ctx;
};

/* What came of one. */
struct stimulus_result {
    uint64_t times; /* 0: its time never came */
    int error;      /* errno of the ioctl, 0 for success */
};

/* NULL when memory is short or the trace has too many readers. NULL is fine for stimuli_free. */
struct stimuli *stimuli_new(const struct stimuli_config *config);
void stimuli_free(struct stimuli *stimuli);

/* The guest was left to EL2. */
void stimuli_count_trap(struct stimuli *stimuli);
/* The VMM's main thread runs: what is due and concerns no vCPU alone is done. */
void stimuli_run(struct stimuli *stimuli);
/* KVM_RUN of that vCPU ended with EINTR: what waits for it is done. */
void stimuli_run_vcpu(struct stimuli *stimuli, unsigned vcpu);
const struct stimulus_result *stimuli_results(const struct stimuli *stimuli);

#endif
