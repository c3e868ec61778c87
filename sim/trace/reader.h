/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads a trace that was recorded as NDJSON. */
#ifndef SIM_TRACE_READER_H
#define SIM_TRACE_READER_H

#include "sim/trace/trace_list.h"

#define TRACE_LINE_MAX 65536

/*
 * Reads path ("-" is standard input) into list, which is empty before. Members and record types it
 * does not know are ignored, events it does not know are counted in *unknown. False with a message
 * "PATH:LINE: error: ..." in error (size bytes) when the file is no trace; list may hold a part
 * then.
 */
bool trace_read(const char *path, struct trace_list *list, uint64_t *unknown, char *error,
                size_t size);

#endif
