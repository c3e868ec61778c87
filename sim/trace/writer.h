/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A recorded trace: every event of a run, one a line, in a file or on standard output. The lines
 * come from the event table alone, so a new event needs no new code here.
 */
#ifndef SIM_TRACE_WRITER_H
#define SIM_TRACE_WRITER_H

#include <stdio.h>

#include "cpu/event.h"

#define TRACE_SCHEMA 1

/* What makes a trace reproducible; its first record. */
struct trace_header {
    const char *version;  /* of sim */
    const char *scenario; /* its name */
    const char *hash;     /* of the scenario's file */
    const char *profile;  /* name of the cost profile */
};

struct trace_format {
    const char *name; /* as --trace-format takes it */
    void (*header)(FILE *out, const struct trace_header *header);
    void (*event)(FILE *out, const struct event *event);
};

extern const struct trace_format trace_format_text, trace_format_ndjson;

/* The format called name ("text", "ndjson"), or NULL. */
const struct trace_format *trace_format_by_name(const char *name);
/* ndjson if the file's name ends so, else text. */
const struct trace_format *trace_format_by_path(const char *path);

/* Exception level at which that world acts: "EL1&0", "R-EL2", "EL3", "EL2", "EL0". */
const char *world_el(enum world world);

struct trace_writer;

/*
 * Opens path ("-" is standard output) and writes the header. A regular file appears under its name
 * only when trace_writer_close succeeds. NULL with a message in error (size bytes).
 */
struct trace_writer *trace_writer_open(const char *path, const struct trace_format *format,
                                       const struct trace_header *header, char *error, size_t size);
/* An event_reader; ctx is the writer. */
void trace_writer_event(void *ctx, const struct event *event);
/*
 * Finishes the file and frees the writer. keep false: the run failed, nothing is left behind. false
 * with a message in error when something could not be written.
 */
bool trace_writer_close(struct trace_writer *writer, bool keep, char *error, size_t size);

#endif
