/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside the family linux-kvm: the machine as its two parts share it. */
#ifndef SIM_CONFORM_LINUX_KVM_MACHINE_H
#define SIM_CONFORM_LINUX_KVM_MACHINE_H

#include "cpu/cpu.h"
#include "sim/conform/linux_kvm.h"

#define LINUX_KVM_SLOTS 4
#define LINUX_KVM_DOORBELLS 4

struct linux_kvm_slot {
    uint32_t id, flags;
    uint64_t gpa, size;
    hva_t hva;
};

struct linux_kvm_machine {
    /* of all records */
    struct clock clock;
    struct physmem *mem;
    struct host_mm *mm;
    uint64_t chaos;
    /* of one */
    struct engine *engine;
    struct kvm *kvm;
    int setup_errno; /* of kvm_create_vm, while kvm is NULL */
    struct cpu *cpus[LINUX_KVM_VCPUS];
    struct kvm_vcpu *vcpus[LINUX_KVM_VCPUS];
    unsigned vcpu_count, max_exits;
    struct linux_kvm_slot slots[LINUX_KVM_SLOTS];
    unsigned slot_count;
    struct {
        uint64_t addr, count;
    } doorbells[LINUX_KVM_DOORBELLS];
    unsigned doorbell_count;
    unsigned exits_in_run;
    bool host_interrupt; /* the last line of the trace would be an exit for one */
    json_t *trace; /* lines */
    FILE *ftrace;  /* and as tracefs shows them, or NULL */
};

/*
 * The VM of a record, ready to run; false with a message if the record asks for what there is not.
 * True with machine->kvm NULL if KVM refuses the VM. linux_kvm_teardown undoes it, also half of it.
 */
bool linux_kvm_build(struct linux_kvm_machine *machine, const json_t *record, char *error,
                     size_t size);
void linux_kvm_teardown(struct linux_kvm_machine *machine);
/* Where the VMM has guest memory; false if no slot holds all of it. */
bool linux_kvm_hva(const struct linux_kvm_machine *machine, uint64_t gpa, size_t size, hva_t *hva);

#endif
