/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the loader found wrong with the tests of a suite: of all cells of a file together, once. */
#ifndef SIM_SUITE_MISTAKES_H
#define SIM_SUITE_MISTAKES_H

#include "sim/scenario/diag.h"
#include "sim/suite/suite.h"

struct mistake {
    const char *text;
    const char *cell;   /* the first that has it; "" of a file without a matrix */
    size_t more;        /* that have it too */
    const char *latest; /* of those */
};

struct mistakes {
    struct arena *arena;
    FILE *out;
    const struct scenario_file *file; /* whose cells they are of; NULL: none waits to be told */
    struct mistake list[DIAG_MAX_ERRORS];
    size_t count;    /* those beyond the list included */
    size_t warnings; /* of these */
};

void mistakes_init(struct mistakes *mistakes, struct arena *arena, FILE *out);
/*
 * Takes in those of a test, in the order of the tests. A cell's wait for the cells that follow;
 * those of another file are told now.
 */
void mistakes_take(struct mistakes *mistakes, const struct suite_test *test);
/* Prints what waits. */
void mistakes_tell(struct mistakes *mistakes);

#endif
