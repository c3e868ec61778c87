/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Results of suites that ran apart, shards of one suite above all, as one: JUnit XML files, of
 * `sim test --junit` or of another tool, and NDJSON of `sim test --json`.
 */
#ifndef SIM_REPORT_MERGE_H
#define SIM_REPORT_MERGE_H

#include "sim/report/verdict.h"
#include "sim/scenario/arena.h"

#define MERGE_MAX_BYTES ((size_t)512 << 20) /* of one file */

struct merge_test {
    const char *suite;            /* name of its testsuite */
    const char *classname, *name; /* "" if they are not given */
    const char *file, *line;      /* or "" */
    const char *message;          /* of a failure, an error, a skip; or "" */
    enum verdict verdict;
    enum exit_status status;
    uint64_t microseconds;
    const char *xml; /* the testcase as it stood in its file, */
    size_t size;     /* so many bytes */
    size_t place;    /* in the order of files and of tests in them */
};

struct merge {
    struct arena *arena;
    struct merge_test *tests;
    size_t count, capacity;
    enum exit_status worst; /* of the files: EXIT_INTERNAL for one that is cut off */
};

struct merge_totals {
    size_t passed, failed, skipped, xfailed;
};

/*
 * Adds the tests of a file. False after a message on stderr: it cannot be read, or is neither JUnit
 * nor NDJSON. A file that says itself that it is not complete is told on stderr and in worst.
 */
bool merge_add(struct merge *merge, const char *path);
/* Orders the tests by suite, tells those that are in there twice on stderr; false if there are. */
bool merge_order(struct merge *merge);
struct merge_totals merge_totals(const struct merge *merge);
/* The exit status of one suite that had had all these results. */
enum exit_status merge_status(const struct merge *merge);
void merge_write_junit(FILE *out, const struct merge *merge);

#endif
