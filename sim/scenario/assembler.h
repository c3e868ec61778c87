/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Assembles the `asm:` of a scenario with an external GNU assembler and linker for AArch64, run
 * without a shell, under limits of time, memory and output.
 */
#ifndef SIM_SCENARIO_ASSEMBLER_H
#define SIM_SCENARIO_ASSEMBLER_H

#include "sim/scenario/arena.h"
#include "sim/scenario/scenario.h"

#define CODE_MAX_BYTES ((size_t)256 << 10)
#define CODE_MAX_MESSAGES 20

/* Assembled code: bytes to place at address, and where its labels are. */
struct code_image {
    uint64_t address;
    uint8_t *bytes;
    size_t size;
    struct scn_label *labels;
    size_t label_count;
};

struct assembler_message {
    unsigned line; /* of the text, from 1; 0: unknown */
    const char *text;
};

enum assembler_status {
    ASSEMBLER_DONE,
    ASSEMBLER_MISSING,  /* no assembler or linker is installed */
    ASSEMBLER_REJECTED, /* messages say why */
};

struct assembler_result {
    struct code_image image;
    struct assembler_message messages[CODE_MAX_MESSAGES];
    size_t message_count;
};

enum assembler_status assemble(struct arena *arena, const char *text, uint64_t address,
                               struct assembler_result *result);

/* Hash of all that determines the bytes: source, address, options. */
uint64_t assembler_hash(const char *text, uint64_t address);

#endif
