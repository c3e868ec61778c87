/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a finished run leaves behind, copied out of the machine: judge and reports need no more. */
#ifndef SIM_REPORT_RUN_RESULT_H
#define SIM_REPORT_RUN_RESULT_H

#include "sim/machine.h"

struct vcpu_result {
    uint64_t x[31], sp, pc;
    enum vcpu_state state;
};

struct memory_bytes { /* what expect.memory asks for */
    bool there;       /* the guest has such memory, mapped or not yet touched */
    uint8_t *bytes;
    size_t size;
    const char *hex; /* "0041ff" */
};

struct run_result {
    struct machine_end end;
    struct vcpu_result vcpus[SCN_MAX_VCPUS];
    unsigned vcpu_count;
    cycles_t cycles;
    uint64_t instructions;
    struct machine_device_state *devices; /* as many as the scenario has */
    size_t device_count;
    struct machine_kvm_state kvm;
    struct kvm_stage2_leaf *stage2;            /* one for each of expect.stage2 */
    struct memory_bytes *memory;               /* one for each of expect.memory */
    uint64_t **dirty;                          /* one bitmap for each of expect.dirty */
    const struct invariant_counts *invariants; /* NULL: no realm */
    const struct stimulus_result *stimuli; /* as many as the scenario has */
    const struct hostile_record *host;         /* one a step of the policy; NULL without one */
};

/*
 * Reads the machine after machine_run returned end. Texts and device output still belong to the
 * machine; the array is from the arena.
 */
struct run_result run_result_capture(struct machine *machine, struct machine_end end,
                                     const struct scenario *scenario, struct arena *arena);

#endif
