/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a loader needs of a little-endian AArch64 ELF64 executable (System V ABI; ELF for the Arm
 * 64-bit Architecture): loadable segments, entry point, symbols. Every offset is checked.
 */
#ifndef SIM_SCENARIO_ELF_IMAGE_H
#define SIM_SCENARIO_ELF_IMAGE_H

#include "sim/scenario/arena.h"
#include "sim/scenario/scenario.h"

#define ELF_MAX_BYTES ((size_t)64 << 20)
#define ELF_MAX_SEGMENTS 64
#define ELF_MAX_LABELS 65536

struct elf_segment {
    uint64_t address; /* virtual; of a position-independent file relative to its load address */
    const uint8_t *bytes;
    size_t file_size;
    uint64_t memory_size; /* at least file_size; the rest is 0 */
};

struct elf_image {
    bool position_independent; /* ET_DYN */
    uint64_t entry;
    struct elf_segment *segments;
    size_t segment_count;
    struct scn_label *labels; /* names of functions, objects and plain labels; global ones first */
    size_t label_count;
};

/* Fills *image, which points into bytes. NULL, or what is wrong with the file. */
const char *elf_parse(struct arena *arena, const uint8_t *bytes, size_t size,
                      struct elf_image *image);

#endif
