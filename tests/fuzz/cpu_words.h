/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Instruction words and register values that are more likely than chance to mean something. */
#ifndef TESTS_FUZZ_CPU_WORDS_H
#define TESTS_FUZZ_CPU_WORDS_H

#include "tests/fuzz/cpu_machine.h"
#include "tests/fuzz/input.h"

/* Any word at all, or one of a class with its operands from the input. */
uint32_t fuzz_word(struct input *input);
/* An address near something, or any value. */
uint64_t fuzz_value(struct fuzz_machine *machine, struct input *input);

#endif
