/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel tracepoints that a trace of the simulator can show. */
#ifndef SIM_TRACE_FTRACE_H
#define SIM_TRACE_FTRACE_H

#include <stddef.h>
#include <stdio.h>

#include "cpu/types.h"

struct ftrace_task {
    const char *name;
    unsigned pid, cpu;
};

/* Their names, 0..; NULL beyond the last. */
const char *ftrace_tracepoint(size_t index);

/* The comment lines above the events that name the columns. */
void ftrace_put_columns(FILE *out);
/* What stands before an event: task, CPU, flags (kvm_tracepoint_flags) and time. */
void ftrace_put_prefix(FILE *out, const struct ftrace_task *task, const char *flags, cycles_t at);

#endif
