/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the files of a suite to its tests: one a file, or one a cell of the file's matrix. */
#ifndef SIM_SUITE_EXPAND_H
#define SIM_SUITE_EXPAND_H

#include "sim/suite/suite.h"

struct suite_tests {
    struct suite_test *items;
    size_t count, capacity;
    struct scenario_file **files; /* those with a matrix: read once, for all their cells */
    size_t file_count, file_capacity;
    struct arena *arena;
};

/*
 * The tests of the listed files in their order, those of the selection's shard, and of a matrix the
 * cells that the selection chooses. A file that cannot be read is one test: running it tells why.
 */
void suite_tests_expand(struct suite_tests *tests, const struct scenario_list *list,
                        const struct selection *selection);
void suite_tests_free(struct suite_tests *tests);

#endif
