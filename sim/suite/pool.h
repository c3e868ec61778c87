/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Jobs on forked workers. A job is a number; its result is bytes. Processes and not threads: a job
 * that crashes or hangs takes nothing with it but its worker, which is replaced.
 */
#ifndef SIM_SUITE_POOL_H
#define SIM_SUITE_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define POOL_MAX_WORKERS 512

enum pool_end {
    POOL_DONE,
    POOL_EXITED, /* the worker left without a result: detail is its exit status */
    POOL_KILLED, /* detail is the signal */
    POOL_LATE,   /* ended after pool_options.seconds */
};

struct pool_answer {
    size_t job;
    enum pool_end end;
    int detail;
    char *bytes; /* of POOL_DONE; from malloc, the receiver frees them */
    size_t size;
    uint64_t microseconds;
};

struct pool_options {
    size_t jobs;
    unsigned workers;
    unsigned seconds; /* that a job may take by the wall clock; 0: any time */
    unsigned tick_ms; /* `tick` is called about that often; 0: never */
    void *ctx;
    /* In a worker: does the job and writes its result. */
    void (*run)(void *ctx, size_t job, FILE *out);
    /*
     * In the parent, in the order in which jobs end. Jobs are started in the order of their
     * numbers; none from the result on is started or waited for any more.
     */
    size_t (*done)(void *ctx, const struct pool_answer *answer);
    void (*tick)(void *ctx);
};

struct pool_outcome {
    int signal;       /* SIGINT or SIGTERM stopped it; else 0 */
    int error;        /* errno: no worker could be started; else 0 */
    int exit_status;  /* a worker's, when it had no more to do and did not end with 0 */
    unsigned workers; /* started in all */
};

/* Runs the jobs 0..options->jobs-1. No worker is left when it returns. */
struct pool_outcome pool_run(const struct pool_options *options);

/* Processors this process may run on. */
unsigned pool_processors(void);

#endif
