/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What one scenario of a suite came to: complete, so that a worker can hand it to its parent. */
#ifndef SIM_SUITE_RESULT_H
#define SIM_SUITE_RESULT_H

#include "sim/session.h"

#define RESULT_TRACE_LINES 50

/* A failed expectation; pos.file "" when there is none. */
struct suite_failure {
    const char *file;
    uint64_t line, column;
    const char *what, *expected, *actual;
};

struct suite_result {
    bool selected; /* by name and tag; the rest says something only then */
    bool ran;
    enum verdict verdict;
    enum exit_status status;
    uint64_t cycles, expectations;
    uint64_t microseconds; /* of the wall clock, for the slowest and JUnit; in nothing else */
    const char *name;      /* of the scenario; "" when it could not be loaded */
    const char *reason;    /* of a skip or an expected failure, what went wrong; or "" */
    const char *hash;      /* of the file, or "" */
    const char *text;      /* for the terminal */
    const char *messages;  /* the loader's, one behind the other */
    const char *trace;     /* the last events of a failed run, a line each; if asked for */
    struct suite_failure *failures;
    size_t failure_count;
    const char **mistakes; /* the same messages, one by one (DIAG_PARTS) */
    size_t mistake_count;
    char *bytes; /* behind all the texts */
};

struct result_options {
    bool colour; /* in text */
    bool trace;
};

/* Whether it counts as failed: FAIL, XPASS, ERROR. */
bool result_is_bad(const struct suite_result *result);

/* What the loader said: messages in the form of DIAG_PARTS. */
struct result_messages {
    const char *parts;
    size_t size;
};

/* Writes the bytes of a session's result to out; label is the test's. */
void result_write(FILE *out, const struct session *session, const char *label,
                  const struct result_messages *messages, uint64_t microseconds,
                  const struct result_options *options);
/* ... of a test for which the session's outcome does not count: ERROR, with reason. */
void result_write_error(FILE *out, const char *label, const char *reason, uint64_t microseconds);
/* ... of a scenario that is not run: selected or not, nothing else. */
void result_write_selection(FILE *out, bool selected);
/*
 * Takes bytes (size of them, from malloc) over. False if they are no result; nothing is kept then
 * and bytes are freed.
 */
bool result_read(struct suite_result *result, char *bytes, size_t size);
/* Of a worker that died or was ended: ERROR, with reason, whose bytes it takes over as above. */
void result_of_lost(struct suite_result *result, char *reason, enum exit_status status,
                    uint64_t microseconds);
void result_free(struct suite_result *result);

#endif
