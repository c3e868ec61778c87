/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between diag.c, which collects, and diag_print.c, which prints. */
#ifndef SIM_SCENARIO_DIAG_PRIVATE_H
#define SIM_SCENARIO_DIAG_PRIVATE_H

#include "sim/scenario/diag.h"

struct diag_message {
    struct source_pos pos; /* file NULL: a note without a place */
    const char *text;
};

struct diag_error {
    struct diag *diag;
    enum diag_code code;
    unsigned order; /* of being reported; ties of place are printed in it */
    size_t file_order;
    struct diag_message message;
    unsigned width;
    const char *label; /* "" when there is none */
    struct diag_message *notes;
    size_t note_count, note_capacity;
    const char *cell;   /* the first one that has it; "" */
    size_t more_cells;  /* that have it too */
    const char *latest; /* of those */
};

struct diag {
    struct arena *arena;
    const struct source **sources;
    size_t source_count, source_capacity;
    struct diag_error errors[DIAG_MAX_ERRORS];
    struct diag_error overflow; /* takes the details of errors that are only counted */
    unsigned count;
    const char *cell;
};

#endif
