/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A device's wish to end the run. */
#ifndef KVM_MODEL_VMM_VMM_STOP_H
#define KVM_MODEL_VMM_VMM_STOP_H

#include "kvm_model/vmm/device.h"

struct vmm_stop {
    bool requested;
    bool reset;         /* ... to start again */
    uint64_t status;    /* what the guest says of its end: 0 is good */
    const char *device; /* which one */
};

/* The first wish counts. */
static inline void vmm_stop_request(struct vmm_stop *stop, const char *device, bool reset,
                                    uint64_t status)
{
    if (!stop->requested)
        *stop = (struct vmm_stop){true, reset, status, device};
}

#endif
