/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs the records of vector files, one after the other, and counts. */
#ifndef SIM_CONFORM_RUNNER_H
#define SIM_CONFORM_RUNNER_H

#include "sim/conform/tally.h"

struct runner_options {
    const char *filter;            /* shell pattern over "class/case", or a part of it; NULL: all */
    unsigned long line;            /* only this line of each file; 0: all */
    const struct reasons *reasons; /* listed reasons */
    uint64_t chaos;                /* 0, or a seed: of struct engine_config */
    FILE *verbose;                 /* a line for each record goes here; NULL: none */
    const char *case_name;         /* only the record of that name, "class/case" or "case" */
    FILE *trace; /* the host kernel's trace of each record goes here, and nothing is compared */
};

/*
 * Runs one file and adds to *tally. False with "file:line: ..." or "file: ..." in error when the
 * file cannot be read or holds something that is no record; what came before is counted.
 */
bool runner_file(const char *path, const struct runner_options *options, struct tally *tally,
                 char *error, size_t size);

#endif
