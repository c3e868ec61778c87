/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a run of sim conform counted, and how it is shown. */
#ifndef SIM_CONFORM_TALLY_H
#define SIM_CONFORM_TALLY_H

#include <stdio.h>

#include "sim/conform/conform.h"

struct tally_class {
    char *name;
    unsigned long passed, failed, skipped;
};

/* Records that share the reason for which they, or a part of a field, were left out. */
struct tally_reason {
    char *text;
    bool listed;  /* ours, else the records' own */
    bool partial; /* only bits of a field */
    unsigned long count;
};

struct tally_failure {
    char *file;
    unsigned long line;
    char *name, *title; /* "class/case", the instruction */
    struct conform_result result;
};

struct tally {
    unsigned long passed, failed, skipped;
    unsigned long traced; /* only shown, not compared (struct runner_options.trace) */
    unsigned long files;
    struct tally_class *classes;
    size_t class_count;
    struct tally_reason *reasons;
    size_t reason_count;
    struct tally_failure *failures; /* the first failure_limit ones */
    size_t failure_count, failure_limit;
};

/* False when memory ran out. */
bool tally_add(struct tally *tally, const char *file, unsigned long line,
               const struct conform_label *label, const struct conform_result *result);
void tally_free(struct tally *tally);

/* Totals by class, failures, what was skipped; "N passed, N failed, N skipped" is the last line. */
void tally_print(FILE *out, struct tally *tally);
void tally_print_json(FILE *out, struct tally *tally);
/* One failure with its fields, as tally_print shows it. */
void tally_print_failure(FILE *out, const struct tally_failure *failure);

#endif
