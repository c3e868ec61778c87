/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the machine share; nobody else includes this. */
#ifndef SIM_MACHINE_INTERNAL_H
#define SIM_MACHINE_INTERNAL_H

#include "cpu/cpu.h"
#include "kvm_model/hostile.h"
#include "kvm_model/kvm.h"
#include "kvm_model/vmm/vmm.h"
#include "rmm_model/monitor.h"
#include "rmm_model/rmm.h"
#include "sim/guest_image.h"
#include "sim/guest_memory.h"
#include "sim/invariant/invariant.h"
#include "sim/machine.h"
#include "sim/machine_devices.h"
#include "sim/stimulus.h"

/* A vCPU, the PE that executes it and the VMM's thread that runs it. */
struct machine_vcpu {
    struct cpu *cpu;
    struct kvm_vcpu *vcpu;
    struct vmm thread;
    struct timed_event ipi; /* an SGI on its way to its CPU */
    unsigned ipi_intid;
    bool ipi_added, asleep;
    struct { /* the guest's registers when it last made a call */
        uint64_t x[31], pc, sp;
    } at_call;
};

struct machine {
    const struct scenario *scenario;
    struct clock clock;
    struct trace trace;
    uint64_t chaos;
    enum timing timing;
    struct physmem *mem;
    struct engine *engine;
    struct monitor *monitor;
    struct rmm *rmm;
    struct invariants *invariants; /* of a realm; NULL for a plain VM */
    struct smc_port smc;
    struct host_mm *mm;
    struct hostile *hostile; /* NULL: an honest host */
    struct kvm *kvm;
    struct guest_image image;
    struct guest_memory memory;
    struct machine_devices *devices;

    struct machine_vcpu vcpus[SCN_MAX_VCPUS];
    unsigned vcpu_count;
    struct clock_line lines[SCN_MAX_VCPUS]; /* of the CPUs that vCPUs are pinned to */
    unsigned current;                       /* whose thread has the host's CPU, or had it last */
    struct timed_event slice_end;           /* of that thread */
    bool slice_end_added;
    uint64_t slice_instructions; /* the CPU's at the start of the slice */
    bool resched;                /* the slice is over: another thread's turn */
    uint64_t instructions_left;  /* of the limit; the running CPU has them as its budget */

    struct stimuli *stimuli;
    struct kvm_vcpu *kvm_vcpus[SCN_MAX_VCPUS]; /* of vcpus, for the stimuli */
    bool main_thread_due;                      /* the VMM's main thread has something to do */

    /* The HVC that ends the run of a plain VM: with this immediate, and, where the scenario does
     * not say how it ends, one that makes no fast call. */
    bool stop_at_hvc;
    bool fast_calls_go_on;
    uint64_t hvc_imm;
    uint64_t exits;
    struct machine_end end;
    bool ended;
    char text[400];
};

static inline bool machine_is_pinned(const struct machine *machine)
{
    return machine->scenario->machine.placement == SCN_PLACEMENT_PINNED;
}

static inline bool machine_is_realm(const struct machine *machine)
{
    return machine->scenario->machine.world == SCN_WORLD_CCA;
}

/* machine_build.c: all parts, by the scenario. False with a message in error. */
bool machine_build(struct machine *machine, char *error, size_t size);

/* machine_end.c: the first reason stays. */
void machine_set_end(struct machine *machine, enum end_reason reason, uint64_t detail);
/* ... with a text for the reader. */
void machine_set_end_text(struct machine *machine, enum end_reason reason, uint64_t detail,
                          const char *format, ...) __attribute__((format(printf, 4, 5)));
/* Has a limit been reached, the CPU model failed, or the RMM stopped for good? Then it ends. */
bool machine_check_limits(struct machine *machine);
/* kvm_exit_observer: sees each exit before KVM handles it. */
bool machine_on_exit_from_guest(void *ctx, uint64_t esr);
/* What the VMM's thread came back with, if it is an end. */
void machine_end_of_thread(struct machine *machine, struct vmm_result result);

/* machine_threads.c: the vCPUs' threads share the host's one CPU, in turn, until the end. */
struct kvm_host_port machine_host_port(struct machine *machine);
bool machine_threads_init(struct machine *machine);
void machine_threads_free(struct machine *machine);
void machine_run_threads(struct machine *machine);
/* ... one of them, until it is another one's turn. */
void machine_run_thread(struct machine *machine, unsigned vcpu);
/* All sleep: time goes on until one does not, or the machine ends. */
void machine_idle(struct machine *machine);

/* machine_pinned.c: each vCPU's thread has a CPU of its own. */
bool machine_pinned_init(struct machine *machine);
void machine_pinned_free(struct machine *machine);
void machine_run_pinned(struct machine *machine);
void machine_pinned_send_ipi(void *ctx, unsigned vcpu, unsigned intid);
void machine_pinned_wake(void *ctx, unsigned vcpu);

/* The VMM's main thread has something to do; ctx is the machine. */
void machine_wake_main_thread(void *ctx);

#endif
