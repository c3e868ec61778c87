/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compares a finished run with what its scenario expects. */
#ifndef SIM_REPORT_JUDGE_H
#define SIM_REPORT_JUDGE_H

#include "sim/report/actual.h"

struct arena;

struct failure {
    struct source_pos pos; /* of the expectation */
    uint64_t trap;         /* number of the trap that differs; 0 when none is to blame */
    const char *what;      /* "trap 1, host_sees.esr" */
    const char *expected;  /* with field names */
    const char *actual;
    const char *note; /* "" when there is nothing to add */
};

struct judgement {
    size_t expectations; /* values, paths and traps the scenario asks for */
    const struct failure *failures;
    size_t failure_count;
};

/*
 * Evaluates every expectation. Traps match as an ordered subsequence, each expected trap the first
 * later one that meets all it says, or one to one with `exact: true`. What fails is reported
 * against the trap that comes closest. All texts are from the arena.
 */
struct judgement judge(const struct run *run, struct arena *arena);

/* One more failure. */
void judgement_add(struct judgement *judgement, struct arena *arena, const struct failure *failure);

/* Whether the value is as wanted. */
bool match_value_holds(const struct match_value *want, const struct actual *actual);

#endif
