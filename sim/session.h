/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One scenario from its file to its verdict: what `sim run` and `sim test` have in common. */
#ifndef SIM_SESSION_H
#define SIM_SESSION_H

#include "sim/golden.h"
#include "sim/options.h"
#include "sim/report/report.h"
#include "sim/report/watch.h"
#include "sim/trace/sorter.h"
#include "sim/trace/writer.h"

#define HASH_TEXT_SIZE 17

struct session_options {
    struct diag_options diag; /* where mistakes in the scenario are told */
    enum code_cache_use code_cache;
    const char *cell;                 /* of a matrix: "axis=value,axis=value"; NULL: there is one */
    const struct scenario_file *file; /* the file, read already: its cell file_cell; or NULL */
    size_t file_cell;
    const char *trace;                 /* file to record to, "-" is standard output; NULL: none */
    const struct trace_format *format; /* of the trace; NULL: by the file's name */
    const struct trace_options *trace_options; /* NULL: everything */
    bool instructions;    /* each instruction of the guest is an event; not together with gdb */
    event_reader *reader; /* one more reader of the run's events, or NULL */
    void *reader_ctx;
    /* Called with reader_ctx before the run, or NULL. */
    void (*on_machine)(void *ctx, struct machine *machine);
    const struct cost_profile *profile; /* of a struct profile, instead of all others; or NULL */
    struct machine_choice machine;      /* instead of the scenario's */
    uint64_t chaos;                     /* of struct machine_options */
    enum golden_use golden;
    const char *gdb; /* where a debugger may attach (gdb_link_listen), or NULL */
    bool gdb_stop;   /* the first instruction waits for it */
};

struct session {
    struct scenario *scenario; /* NULL: could not be loaded */
    struct machine *machine;
    struct arena *arena;
    struct trap_log log;
    struct watch watch;         /* if the scenario wants it */
    struct golden golden;       /* ... */
    struct trace_sorter sorter; /* in front of the trace that is recorded */
    struct run_result result;
    char hash[HASH_TEXT_SIZE];
    struct report report; /* complete only when ran is true */
    bool ran;
    char error[256]; /* why it did not run, if it is neither skipped nor a mistake told already */
};

/*
 * Loads the scenario, runs it unless it says `skip`, judges it. session->report.outcome is always
 * set; the session owns all that the report points at until session_close.
 */
void session_open(struct session *session, const char *path, const struct session_options *options);
void session_close(struct session *session);

#endif
