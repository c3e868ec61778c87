/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel tracepoints that a trace of the simulator can show. */
#ifndef SIM_TRACE_FTRACE_H
#define SIM_TRACE_FTRACE_H

#include <stddef.h>

/* Their names, 0..; NULL beyond the last. */
const char *ftrace_tracepoint(size_t index);

#endif
