/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between diag.c, which collects, and diag_print.c, which prints. */
#ifndef SIM_SCENARIO_DIAG_PRIVATE_H
#define SIM_SCENARIO_DIAG_PRIVATE_H

#include "sim/scenario/diag.h"

enum diag_level { DIAG_ERROR, DIAG_WARNING, DIAG_LEVELS };

/* "error" or "warning". */
const char *diag_level_name(enum diag_level level);
/* As the code says, whatever strictness makes of it. */
enum diag_level diag_code_level(enum diag_code code);

struct diag_message {
    struct source_pos pos; /* file NULL: a note without a place */
    const char *text;
};

struct diag_error {
    struct diag *diag;
    enum diag_level level;
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

/* Errors, or warnings. */
struct diag_list {
    struct diag_error items[DIAG_MAX_ERRORS];
    unsigned count;
};

struct diag {
    struct arena *arena;
    const struct source **sources;
    size_t source_count, source_capacity;
    struct diag_list lists[DIAG_LEVELS];
    struct diag_error overflow; /* takes the details of messages that are only counted */
    unsigned order;             /* of the next one */
    const char *cell;
    bool strict;
};

#endif
