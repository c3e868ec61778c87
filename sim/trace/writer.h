/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A recorded trace: the events of a run in a file or on standard output. Every format takes names
 * and fields from the event table, so a new event needs no new code here.
 */
#ifndef SIM_TRACE_WRITER_H
#define SIM_TRACE_WRITER_H

#include <stdio.h>

#include "cpu/event.h"
#include "sim/trace/filter.h"

#define TRACE_SCHEMA 1

/* What makes a trace reproducible; its first record. */
struct trace_header {
    const char *version;  /* of sim */
    const char *scenario; /* its name */
    const char *hash;     /* of the scenario's file and of those read with it */
    const char *profile;  /* name of the cost profile */
    const char *timing;   /* how much of the guest's core is modelled; "": not known */
    const char *core;     /* the model of it; "" without one */
};

struct trace_options {
    const struct event_filter *filter; /* NULL: everything */
    bool strict;                       /* ftrace: the kernel's own tracepoints only */
    unsigned ipa_bits;                 /* of the guest; 0: not known */
    unsigned vcpus;                    /* that the trace has; 0: not known, one */
    bool instructions;                 /* each one is an event, also those that trap */
};

/* Where a format writes to, and what it remembers. */
struct trace_out {
    FILE *out;
    FILE *text; /* while format->header writes a trace that is a directory: its file of text */
    struct trace_options options; /* with a filter */
    bool selected;                /* the present event is */
    uint64_t last_cycle;          /* of the last event, selected or not */
    void *state;                  /* format->state_size zeroed bytes */
    bool failed;                  /* a format ran out of memory */
};

struct trace_format {
    const char *name;   /* as --format takes it */
    const char *suffix; /* of files in this format; NULL: none says so */
    const char *doc;
    bool wants_all; /* is also given events that are not selected: time passes in them */
    /* not NULL: the trace is a directory with a file of that name (out) and one of text */
    const char *stream, *text;
    size_t state_size;
    void (*header)(struct trace_out *out, const struct trace_header *header);
    /* One of the two: event writes a line that stands alone, step also remembers things. */
    void (*event)(FILE *out, const struct event *event);
    void (*step)(struct trace_out *out, const struct event *event);
    void (*finish)(struct trace_out *out); /* NULL: nothing is left to write or free */
};

extern const struct trace_format trace_format_text, trace_format_ndjson, trace_format_chrome,
    trace_format_folded, trace_format_vcd, trace_format_ftrace, trace_format_ctf,
    trace_format_tarmac;

/* The format called name ("text", "ndjson", ...), or NULL. */
const struct trace_format *trace_format_by_name(const char *name);
/* By the end of the file's name; text if it says nothing. */
const struct trace_format *trace_format_by_path(const char *path);
/* Rows 0.., NULL beyond the last: for lists. */
const struct trace_format *trace_format_at(size_t index);

#define TRACE_FORMAT_NAMES_SIZE 128
/* All the names, "text, ndjson, ... or tarmac", into names; for help and messages. Returns names.
 */
const char *trace_format_names(char names[static TRACE_FORMAT_NAMES_SIZE]);

/* Exception level at which that world acts: "EL1&0", "R-EL2", "EL3", "EL2", "EL0". */
const char *world_el(enum world world);

struct trace_writer;

/*
 * Opens path ("-" is standard output) and writes the header. A regular file, or a directory,
 * appears under its name only when trace_writer_close succeeds; until then it is PATH.tmp-PID-N.
 * NULL with a message in error (size bytes).
 */
struct trace_writer *trace_writer_open(const char *path, const struct trace_format *format,
                                       const struct trace_header *header, char *error, size_t size);
/* The same with options, which are copied; the filter must outlive the writer. */
struct trace_writer *trace_writer_open_with(const char *path, const struct trace_format *format,
                                            const struct trace_header *header,
                                            const struct trace_options *options, char *error,
                                            size_t size);
/* An event_reader; ctx is the writer. */
void trace_writer_event(void *ctx, const struct event *event);
/*
 * Finishes the file and frees the writer. keep false: the run failed, nothing is left behind. false
 * with a message in error when something could not be written.
 */
bool trace_writer_close(struct trace_writer *writer, bool keep, char *error, size_t size);

#endif
