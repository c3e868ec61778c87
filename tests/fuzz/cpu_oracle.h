/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What must be so whenever cpu_run returns, whatever the guest did. */
#ifndef TESTS_FUZZ_CPU_ORACLE_H
#define TESTS_FUZZ_CPU_ORACLE_H

#include "tests/fuzz/cpu_machine.h"

/* Runs the CPU for that many instructions at most, checks what comes back, mixes it in the digest.
 */
enum cpu_exit fuzz_run(struct fuzz_machine *machine, struct cpu *cpu, unsigned budget);
/*
 * After CPU_EXIT_SYNC: an instruction that was not executed faults or traps again when it is
 * retried, in the same way.
 */
void fuzz_check_retry(struct fuzz_machine *machine, struct cpu *cpu);

#endif
