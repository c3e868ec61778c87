/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VMMs differ in what they answer to an exit. Each is a row of data with its sources in
 * vmm_variant.c; code asks for the answer, never for the name.
 */
#ifndef KVM_MODEL_VMM_VMM_VARIANT_H
#define KVM_MODEL_VMM_VMM_VARIANT_H

#include "kvm_model/uapi.h"

/* What a VMM does when KVM_RUN returns 0 with an exit reason, or -EFAULT with MEMORY_FAULT. */
enum vmm_answer {
    VMM_ANSWER_BY_DEFAULT,     /* not listed: struct vmm_variant.other */
    VMM_ANSWER_STOPS,          /* it gives up: the run ends */
    VMM_ANSWER_GOES_ON,        /* back to KVM_RUN, nothing done */
    VMM_ANSWER_MMIO,           /* the access is done in the guest physical address space */
    VMM_ANSWER_IO,             /* ... in the port address space */
    VMM_ANSWER_SEA,            /* KVM_SET_VCPU_EVENTS with an external data abort; else it stops */
    VMM_ANSWER_LDST64B,        /* the 64-byte access is emulated */
    VMM_ANSWER_CONVERTS,       /* memory becomes private or shared, as asked */
    VMM_ANSWER_SYSTEM_EVENT,   /* by the event's type: struct vmm_variant.events */
    VMM_ANSWER_SHUTDOWN,       /* the VM is gone: the run ends */
    VMM_ANSWER_INTERNAL_ERROR, /* the run ends */
    VMM_ANSWER_COUNT
};

/* How an access finds its device. */
enum vmm_mmio {
    VMM_MMIO_ADDRESS_SPACE, /* address_space_rw */
    VMM_MMIO_WHOLE,         /* address_space_rw_whole */
};

/* When writes that KVM coalesced are taken in. */
enum vmm_coalesced {
    VMM_COALESCED_BY_REGION, /* before an access of a region that asks for it */
    VMM_COALESCED_ALWAYS,    /* before an MMIO exit is served, and after every exit */
};

#define VMM_EXIT_COUNT (KVM_EXIT_ARM_LDST64B + 1)
#define VMM_EVENT_COUNT (KVM_SYSTEM_EVENT_SUSPEND + 1)

struct vmm_variant {
    const char *name;
    enum vmm_answer exits[VMM_EXIT_COUNT];
    enum vmm_answer events[VMM_EVENT_COUNT]; /* STOPS ends the run with the event's type */
    enum vmm_answer other;                   /* what is in neither table */
    enum vmm_mmio mmio;
    enum vmm_coalesced coalesced;
};

/* The row with that name, or NULL. Immutable, never freed. */
const struct vmm_variant *vmm_variant_by_name(const char *name);
/* Rows 0..count-1, for lists; NULL beyond. Row 0 is the default. */
const struct vmm_variant *vmm_variant_at(size_t index);

/* What the variant does with an exit; event is run->system_event.type of a SYSTEM_EVENT. */
enum vmm_answer vmm_variant_answer(const struct vmm_variant *variant, uint32_t exit_reason);
enum vmm_answer vmm_variant_event_answer(const struct vmm_variant *variant, uint32_t event);

#endif
