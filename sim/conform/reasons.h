/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why a record is not compared, or not compared in full, for a reason of ours: one a line,
 *
 *     PATTERN FIELD REASON...
 *
 * PATTERN is a shell pattern over the record's key (a family says what that is); FIELD is `*` for
 * the whole record, or FIELD&MASK for the bits of one field that are left out. `#` starts a comment
 * line. The first line that matches holds.
 */
#ifndef SIM_CONFORM_REASONS_H
#define SIM_CONFORM_REASONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct reason {
    char *pattern;
    char *field; /* NULL: the whole record */
    uint64_t mask;
    char *text;
};

struct reasons {
    struct reason *rows;
    size_t count;
};

/* Parses text; false with "line N: ..." in error if a line is malformed. Freed by reasons_free. */
bool reasons_parse(struct reasons *reasons, const char *text, char *error, size_t size);
/* The list that the program carries (tests/vectors/qemu-el2/skips.txt at build time). */
const char *reasons_built_in(void);
void reasons_free(struct reasons *reasons);

/* The row for that key and field (NULL: the whole record), or NULL. */
const struct reason *reasons_find(const struct reasons *reasons, const char *key,
                                  const char *field);

#endif
