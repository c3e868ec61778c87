/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guest's memory as the scenario describes it: the VMM's mappings and KVM's slots, stage 2
 * before the guest runs, and what the host does to all that meanwhile.
 */
#ifndef SIM_GUEST_MEMORY_H
#define SIM_GUEST_MEMORY_H

#include "kvm_model/kvm.h"
#include "sim/scenario/scenario.h"

struct guest_memory {
    const struct scenario *scenario;
    struct host_mm *mm;
    struct kvm *kvm;
    struct trace *trace;
    hva_t *hva;      /* where the VMM mapped each memory */
    uint64_t faults; /* stage-2 faults on memory so far */
    bool acting;     /* an event is played: what it causes plays none */
};

/* Bytes of DRAM to reckon with for one memory. */
uint64_t guest_memory_dram(const struct scn_memory *memory);

/* The machine's features that are capabilities of the VM: before the first vCPU. 0 or -errno. */
int guest_memory_enable_caps(const struct scenario *scenario, struct kvm *kvm);
/*
 * Maps all memories and makes their slots; the fields but hva are set. False with a message in
 * error. free releases the array, not the mappings.
 */
bool guest_memory_build(struct guest_memory *memory, char *error, size_t size);
void guest_memory_free(struct guest_memory *memory);
/* Once the image is loaded: read-only and missing VMAs, page_tables. False with a message. */
bool guest_memory_seal(struct guest_memory *memory, char *error, size_t size);

/* The guest executes HVC #imm; a stage-2 fault on memory is between look-up and mapping. */
void guest_memory_at_hvc(struct guest_memory *memory, uint64_t imm);
void guest_memory_at_fault(struct guest_memory *memory);

#endif
