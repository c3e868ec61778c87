/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Assembled code kept as text beside its scenario, so that a scenario runs where no assembler is:
 *
 *   sim-code 1
 *   hash 0x0123456789abcdef       of the source and all else that determines the bytes
 *   address 0x0000000040000000
 *   bytes 010000b9020000d4        up to 32 a line
 *   label 0x0000000040000000 store
 *   end
 *
 * Lines that start with # are comments.
 */
#ifndef SIM_SCENARIO_CODE_CACHE_H
#define SIM_SCENARIO_CODE_CACHE_H

#include "sim/scenario/assembler.h"

#define CODE_CACHE_MAX_BYTES ((size_t)2 << 20)

enum code_cache_status { CODE_CACHE_GOOD, CODE_CACHE_MISSING, CODE_CACHE_DAMAGED };

/*
 * "dir/NAME.code.hex" of the scenario "dir/NAME.yaml". With a hash, "dir/NAME.HASH.code.hex": of a
 * source that differs from cell to cell of a matrix.
 */
const char *code_cache_path(struct arena *arena, const char *scenario_path, const uint64_t *hash);

/* Reads path. CODE_CACHE_DAMAGED with a reason in *why and its line (0: none). */
enum code_cache_status code_cache_read(struct arena *arena, const char *path, uint64_t *hash,
                                       struct code_image *image, const char **why, unsigned *line);

/* Writes path atomically; false when it cannot be written. */
bool code_cache_write(struct arena *arena, const char *path, uint64_t hash,
                      const struct code_image *image);

/* Same address, bytes and labels. */
bool code_image_equal(const struct code_image *a, const struct code_image *b);

#endif
