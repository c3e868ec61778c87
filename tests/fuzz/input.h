/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fuzzer's bytes, taken one after the other; behind their end there are zeros. */
#ifndef TESTS_FUZZ_INPUT_H
#define TESTS_FUZZ_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct input {
    const uint8_t *at;
    size_t left;
};

static inline bool input_ended(const struct input *input)
{
    return input->left == 0;
}

/* The next bytes, up to eight, as a little-endian number. */
static inline uint64_t input_take(struct input *input, unsigned bytes)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < bytes && input->left; i++) {
        value |= (uint64_t)*input->at++ << (8 * i);
        input->left--;
    }
    return value;
}

/* A number below limit (1..256), out of one byte. */
static inline unsigned input_below(struct input *input, unsigned limit)
{
    return (unsigned)input_take(input, 1) % limit;
}

#endif
