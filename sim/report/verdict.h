/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a run ended, and the exit status of the command that follows from it. */
#ifndef SIM_REPORT_VERDICT_H
#define SIM_REPORT_VERDICT_H

#include "sim/report/judge.h"

enum verdict {
    VERDICT_PASS,
    VERDICT_FAIL,
    VERDICT_XFAIL, /* failed, as the scenario says it will */
    VERDICT_XPASS, /* passed although the scenario says it will not */
    VERDICT_ERROR, /* no verdict: the scenario or the simulator */
    VERDICT_SKIP,
    VERDICT_COUNT
};

/* Exit statuses of the commands. */
enum exit_status {
    EXIT_OK = 0,
    EXIT_FAILED = 1,   /* an expectation failed */
    EXIT_USAGE = 2,    /* a wrong command line, an unreadable or invalid scenario */
    EXIT_INTERNAL = 3, /* the simulator itself */
    EXIT_LIMIT = 4,    /* a limit was reached and no expectation says so */
    EXIT_NOTHING = 5,  /* nothing was selected */
    EXIT_SKIPPED = 77,
};

struct outcome {
    enum verdict verdict;
    enum exit_status status;
};

/* "PASS", ... */
const char *verdict_name(enum verdict verdict);
/* Of a run that came to its end. */
struct outcome outcome_of_run(const struct run *run, const struct judgement *judgement);
/* The status of several scenarios together: the worst of 3, 2, 4, 1, 77, 0 in that order. */
enum exit_status worse_status(enum exit_status a, enum exit_status b);

#endif
