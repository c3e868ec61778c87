/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A VM of the modelled KVM for a replay: vCPUs on PEs that never execute an instruction. */
#ifndef SIM_IMPORT_REPLAY_MACHINE_H
#define SIM_IMPORT_REPLAY_MACHINE_H

#include "cpu/engine.h"
#include "cpu/event.h"
#include "cpu/physmem.h"
#include "kvm_model/kvm.h"

#define REPLAY_MAX_VCPUS 16

struct replay_machine {
    struct physmem *mem;
    struct host_mm *mm;
    struct clock clock;
    struct trace trace;
    struct engine *engine;
    struct cpu *cpus[REPLAY_MAX_VCPUS];
    struct kvm *kvm;
    struct kvm_vcpu *vcpus[REPLAY_MAX_VCPUS];
};

/*
 * Makes count (1 to REPLAY_MAX_VCPUS) vCPUs; machine is zero before. Of config what is the
 * machine's own (mm, clock, trace) is filled in. False with a message in error (size bytes);
 * replay_machine_free in any case.
 */
bool replay_machine_make(struct replay_machine *machine, const struct kvm_config *config,
                         unsigned count, char *error, size_t size);
void replay_machine_free(struct replay_machine *machine);

#endif
