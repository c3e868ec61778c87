/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What libFuzzer and the replay program call: one input. Ends the process on a finding. */
#ifndef TESTS_FUZZ_FUZZ_TARGET_H
#define TESTS_FUZZ_FUZZ_TARGET_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
