/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Exceptions the RMM injects into a realm at EL1. */
#ifndef RMM_MODEL_INJECT_H
#define RMM_MODEL_INJECT_H

#include "rmm_model/rec.h"

/* What the realm finds at EL1. */
struct injected {
    uint64_t esr, far, elr, vector;
};

/*
 * ESR_EL1 of a Synchronous External Abort made from the ESR_EL2 of an abort that came from a state
 * with that PSTATE (TF-RMM runtime/core/inject_exp.c:calc_esr_idabort).
 */
uint64_t inject_sea_esr(uint64_t esr_el2, uint64_t pstate);

/*
 * Both change the resume state and EL1 registers of rec, which cpu holds. Neither emits an event of
 * the RMM.
 */
struct injected inject_sea(struct rmm *rmm, const struct rec *rec, struct cpu *cpu,
                           uint64_t esr_el2, uint64_t far);
struct injected inject_undef(struct rmm *rmm, const struct rec *rec, struct cpu *cpu);

#endif
