/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The canonical layout of a scenario file, by lines: sections of the top level in the order of the
 * schema's table, each with the comments above it; what is inside a section stays as it is, but for
 * blanks at ends of lines and runs of empty lines. The result is parsed again and compared with the
 * original, so that it means the same and has every comment.
 */
#ifndef SIM_SCENARIO_LAYOUT_H
#define SIM_SCENARIO_LAYOUT_H

#include "sim/scenario/diag.h"

struct layout {
    const char *text; /* from the arena; NULL: the file cannot be read or parsed, told by diag */
    bool changed;
};

struct layout layout_canonical(struct arena *arena, const char *path,
                               const struct diag_options *diag);

#endif
