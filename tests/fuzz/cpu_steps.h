/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fuzzer's bytes as a list of steps: what EL2's software and the models do to a guest. */
#ifndef TESTS_FUZZ_CPU_STEPS_H
#define TESTS_FUZZ_CPU_STEPS_H

#include "tests/fuzz/cpu_machine.h"
#include "tests/fuzz/input.h"

struct fuzz_config fuzz_take_config(struct input *input);
/* Takes steps until the input ends or the bounds of a run are reached; at least one entry. */
void fuzz_take_steps(struct fuzz_machine *machine, struct input input);

#endif
