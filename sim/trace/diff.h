/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where two traces part. Up to the first difference both hold the same events in the same order on
 * each vCPU; behind it, events are paired by vCPU, name and their number among those of that name.
 */
#ifndef SIM_TRACE_DIFF_H
#define SIM_TRACE_DIFF_H

#include <stdio.h>

#include "sim/trace/trace_list.h"

#define DIFF_MAX_IGNORED 32

struct diff_options {
    const char *ignored[DIFF_MAX_IGNORED]; /* field names; "cycles" is the time stamp */
    unsigned ignored_count;
    unsigned context;     /* events shown before and after the first difference */
    const char *names[2]; /* what A and B are called */
};

/* Splits a comma list into options->ignored, changing text. False: *bad is no field of any event.
 */
bool diff_ignore(struct diff_options *options, char *text, const char **bad);

/* True when both are the same; else tells on out where they part. */
bool diff_traces(FILE *out, const struct trace_list *a, const struct trace_list *b,
                 const struct diff_options *options);

#endif
