/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One simulated machine, built from a scenario: physical memory, EL3 monitor, RMM, KVM, VMM,
 * devices and the guest's CPU, joined by the architecture's own interfaces. All state hangs off it;
 * several machines live in one process, one per thread.
 */
#ifndef SIM_MACHINE_H
#define SIM_MACHINE_H

#include "cpu/event.h"
#include "kvm_model/kvm.h"
#include "sim/invariant/invariant.h"
#include "sim/scenario/scenario.h"

struct machine;

enum end_reason {
    END_PSCI,           /* the guest's PSCI call stopped the system: detail is the function ID */
    END_HVC,            /* the HVC that expect.end waits for: detail is its immediate */
    END_KVM_ERROR,      /* KVM_RUN returned -errno: detail is errno, positive */
    END_SHUTDOWN,       /* KVM_EXIT_SHUTDOWN */
    END_INTERNAL_ERROR, /* KVM_EXIT_INTERNAL_ERROR */
    END_UNHANDLED_EXIT, /* an exit the VMM does not serve: detail is the KVM_EXIT_ number */
    END_LIMIT,          /* a limit of the scenario: text says which */
    END_FAILURE,        /* the simulator itself: text says what */
    END_DEVICE,         /* a device ended the run: detail is the status the guest gave */
    END_VMM,            /* the VMM's script ended the run */
    END_IDLE,           /* no vCPU can ever run again: text says why each cannot */
    END_REASON_COUNT
};

struct machine_end {
    enum end_reason reason;
    uint64_t detail;
    unsigned vcpu;    /* which ran last */
    const char *text; /* owned by the machine; "" when there is nothing to say */
};

/*
 * "psci", "hvc", "kvm_error", "shutdown", "internal_error", "unhandled_exit", "limit", "failure",
 * "device", "vmm", "idle".
 */
const char *end_reason_name(enum end_reason reason);

struct machine_device_state {
    const char *name;
    struct device_use use;
    bool irq;           /* level of its interrupt line */
    const char *output; /* what a pl011 or a console printed, not terminated; NULL for others */
    size_t output_size;
    const char *contents; /* the text a virtio-blk's disk begins with; NULL for others */
    size_t contents_size;
    const uint8_t *bytes; /* what the registers of a `registers` hold, little endian; or NULL */
    size_t byte_count;
};

struct machine_kvm_state {
    const uint64_t *ioeventfds; /* how often each of scenario->kvm.ioeventfds was signalled */
    uint64_t coalesced;         /* writes left in the ring */
    uint64_t unassigned_reads, unassigned_writes;
};

struct machine_options {
    const struct cost_profile *profile; /* cycle costs; must outlive the machine */
    enum timing timing;                 /* how much of the guest's core is modelled */
    uint64_t chaos; /* 0, or a seed: throws cached translations away at random; changes no result */
};

/* NULL with a message in error. The scenario must outlive the machine. */
struct machine *machine_new(const struct scenario *scenario, const struct machine_options *options,
                            char *error, size_t size);
void machine_free(struct machine *machine);

/* Readers are added here before machine_run. */
struct trace *machine_trace(struct machine *machine);

/* Runs to the end. Emits the END event. Once per machine. */
struct machine_end machine_run(struct machine *machine);

unsigned machine_vcpu_count(const struct machine *machine);
/*
 * State of a vCPU after the run, as the guest last had it (a realm's too). A run that a PSCI call
 * ends gives the caller's registers of the call: KVM's results in x0..x3 reach no guest any more.
 * vcpu: below machine_vcpu_count; n 0..30.
 */
uint64_t machine_reg(struct machine *machine, unsigned vcpu, unsigned n);
uint64_t machine_pc(struct machine *machine, unsigned vcpu);
uint64_t machine_sp(struct machine *machine, unsigned vcpu);

enum vcpu_state { VCPU_RUNS, VCPU_WAITS, VCPU_OFF, VCPU_STATE_COUNT };
/* "runs", "waits" (WFI, CPU_SUSPEND), "off". */
const char *vcpu_state_name(enum vcpu_state state);
enum vcpu_state machine_vcpu_state(const struct machine *machine, unsigned vcpu);
/* Over all vCPUs. */
cycles_t machine_cycles(const struct machine *machine);
/* The time of each of the host's CPUs, idle or not, summed: what an account adds up to. */
unsigned machine_host_cpus(const struct machine *machine);
uint64_t machine_cpu_cycles(const struct machine *machine);
uint64_t machine_instructions(const struct machine *machine);
/* State of scenario->devices[index]. */
struct machine_device_state machine_device(const struct machine *machine, size_t index);

/* --- for a debugger --- */

struct engine *machine_engine(struct machine *machine);
unsigned machine_cpu_count(const struct machine *machine);
/* CPU of vCPU n. */
struct cpu *machine_cpu(struct machine *machine, unsigned n);
/* A find function of struct mmu_peek; ctx is the machine. */
bool machine_find_page(void *ctx, ipa_t ipa, pa_t *pa, enum pas *pas);
/*
 * Reads the guest's memory as a debugger does: past every protection, without a trace. A page that
 * KVM has not mapped yet is what the host has there. False if ipa is in no memory.
 */
bool machine_read_memory(const struct machine *machine, ipa_t ipa, void *bytes, size_t size);
/* Ends the run, as a signal to the VMM would: KVM_RUN returns -EINTR. text is copied. */
void machine_stop(struct machine *machine, const char *text);

/* Valid as long as the machine. */
struct machine_kvm_state machine_kvm_state(const struct machine *machine);
/* What stage 2 of a plain VM has for ipa now; not valid for a realm or beyond the IPA size. */
struct kvm_stage2_leaf machine_stage2(const struct machine *machine, ipa_t ipa);
/* Whether the dirty log of scenario->memory[index] has a page now. */
bool machine_page_is_dirty(const struct machine *machine, size_t index, uint64_t page);
/* How often a realm's promises were looked at (sim/invariant/invariant.h); NULL for a plain VM. */
const struct invariant_counts *machine_invariant_counts(const struct machine *machine);

/* What came of each of scenario->stimuli. Owned by the machine. */
struct stimulus_result;
const struct stimulus_result *machine_stimulus_results(const struct machine *machine);
/* What came of each step of scenario->host; NULL for an honest host. Owned by the machine. */
const struct hostile_record *machine_hostile_records(const struct machine *machine);

#endif
