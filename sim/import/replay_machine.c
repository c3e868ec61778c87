/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/import/replay_machine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/cpu.h"
#include "sim/profile.h"

#define DRAM_SIZE (256ull << 20)

bool replay_machine_make(struct replay_machine *machine, const struct kvm_config *config,
                         unsigned count, char *error, size_t size)
{
    struct kvm_config vm = *config;
    int reason = ENOMEM;
    machine->clock.profile = profile_default();
    machine->trace.clock = &machine->clock;
    machine->mem = physmem_new(DRAM_SIZE);
    machine->mm = machine->mem ? host_mm_new(machine->mem) : NULL;
    if (!machine->mm) {
        snprintf(error, size, "out of memory");
        return false;
    }
    const struct engine_config engine = {
        .mem = machine->mem, .clock = &machine->clock, .trace = &machine->trace};
    machine->engine = engine_new(&engine, error, size);
    if (!machine->engine)
        return false;
    vm.mm = machine->mm;
    vm.clock = &machine->clock;
    vm.trace = &machine->trace;
    machine->kvm = kvm_create_vm(&vm, &reason);
    for (unsigned i = 0; machine->kvm && i < count; i++) {
        machine->cpus[i] = cpu_new(machine->engine, i, error, size);
        if (!machine->cpus[i])
            return false;
        reason = -kvm_create_vcpu(machine->kvm, i, machine->cpus[i], &machine->vcpus[i]);
        if (reason)
            break;
        kvm_arm_vcpu_init(machine->vcpus[i]);
    }
    if (machine->vcpus[count - 1])
        return true;
    snprintf(error, size, "the VM cannot be made: %s", strerror(abs(reason)));
    return false;
}

void replay_machine_free(struct replay_machine *machine)
{
    kvm_destroy_vm(machine->kvm);
    for (unsigned i = 0; i < REPLAY_MAX_VCPUS; i++)
        cpu_free(machine->cpus[i]);
    engine_free(machine->engine);
    host_mm_free(machine->mm);
    physmem_free(machine->mem);
}
