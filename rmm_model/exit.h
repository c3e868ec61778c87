/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the RMM does with an exception a realm took to R-EL2. */
#ifndef RMM_MODEL_EXIT_H
#define RMM_MODEL_EXIT_H

#include "rmm_model/rec.h"

#define A64_INSN_SIZE 4u

/* One REC_ENTER. */
struct realm_run {
    struct rmm *rmm;
    struct rec *rec;
    struct realm *realm;
    struct cpu *cpu;
    struct rmi_rec_exit *exit; /* starts all zeros; what is set is what the host learns */
};

/*
 * Handles the exception cpu_run came back with. true: the realm goes on; false: *run->exit is
 * complete but for the timers and the GIC, and the REC remembers the syndrome.
 */
bool rmm_handle_exception(struct realm_run *run, enum cpu_exit kind);

/*
 * Shows the host a data abort that no instruction took: a call of the realm met an unmapped page,
 * named by its x1, and will be made again. level is where the walk ended.
 */
void rec_exit_emulated_abort(struct realm_run *run, int level);

#endif
