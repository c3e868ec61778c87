/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Many scenarios, on all processors, told in one order whatever finishes first: `sim test`. */
#ifndef SIM_SUITE_SUITE_H
#define SIM_SUITE_SUITE_H

#include "sim/suite/progress.h"
#include "sim/suite/result.h"
#include "sim/suite/selection.h"

enum suite_format { SUITE_TEXT, SUITE_JSON, SUITE_TAP };

struct suite_options {
    struct selection selection;
    unsigned workers; /* 0: one a processor */
    unsigned seconds; /* that a scenario may take by the wall clock; 0: any time */
    unsigned slowest; /* so many are told at the end */
    unsigned repeat;  /* each test runs so often, and must do the same each time; 0 is 1 */
    uint64_t chaos;   /* of the first time; one more each time */
    enum golden_use golden;
    struct machine_choice machine; /* for all of them */
    bool fail_fast, quiet, list, colour;
    enum suite_format format;
    enum progress_when progress;
    FILE *junit; /* or NULL */
};

/* A test of the suite, as the reports need it; in the order in which they are told. */
struct suite_test {
    const char *path;
    const char *label;                /* path, or path[cell] of a matrix */
    const struct scenario_file *file; /* of a matrix: the file, read already; else NULL */
    size_t cell;
    struct suite_result result;
};

/* "axis=value,..." or "". */
const char *test_cell(const struct suite_test *test);

struct suite_totals {
    size_t told; /* tests */
    size_t count[VERDICT_COUNT];
    size_t passed, failed, skipped, xfailed;
};

/* Totals of the tests that were selected. */
struct suite_totals suite_totals(const struct suite_test *tests, size_t count);

/*
 * Runs the scenarios of the list, those that are selected, and prints what came of them to stdout.
 * The exit status of the command: an enum exit_status, or 128 plus the
 * signal that ended it, once what was finished is told.
 */
int suite_run(const struct scenario_list *list, const struct suite_options *options);

#endif
