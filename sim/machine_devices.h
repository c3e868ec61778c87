/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the VMM of a machine puts into the guest's physical address space: its memory and the
 * scenario's devices, as regions of one address space; devices that KVM handles on its own bus; and
 * what else the scenario's VMM asks of KVM.
 */
#ifndef SIM_MACHINE_DEVICES_H
#define SIM_MACHINE_DEVICES_H

#include "kvm_model/vmm/vmm.h"
#include "sim/machine.h"

struct machine_devices;

struct machine_devices_config {
    const struct scenario *scenario; /* must outlive the devices, as must all below */
    struct kvm *kvm;
    struct host_mm *mm;
    const hva_t *hva; /* where the VMM mapped scenario->memory[i] */
    struct clock *clock;
    struct trace *trace;
};

/* Bytes of the host's memory that the devices take. */
uint64_t machine_devices_memory(const struct scenario *scenario);

/* After the vCPUs are created. NULL with a message in error. */
struct machine_devices *machine_devices_new(const struct machine_devices_config *config,
                                            char *error, size_t size);
/* After the VM: KVM's bus knows the devices. NULL is fine. */
void machine_devices_free(struct machine_devices *devices);

/* The VMM's thread of a vCPU: all of *vmm but that. */
void machine_devices_vmm(struct machine_devices *devices, struct vmm *vmm);
/* What a device said when it ended the run. */
const struct vmm_stop *machine_devices_stop(const struct machine_devices *devices);
/* State of scenario->devices[index]. */
struct machine_device_state machine_devices_state(const struct machine_devices *devices,
                                                  size_t index);
/* State of KVM's and the VMM's own parts. */
struct machine_kvm_state machine_devices_kvm_state(const struct machine_devices *devices);

#endif
