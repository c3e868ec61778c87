/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads a trace that was recorded as NDJSON or CTF. */
#ifndef SIM_TRACE_READER_H
#define SIM_TRACE_READER_H

#include <stdio.h>

#include "sim/trace/trace_list.h"

#define TRACE_LINE_MAX 65536

enum trace_read_result {
    TRACE_READ_OK,
    TRACE_READ_PARTIAL, /* the recording was cut off; list has what is whole, error says where */
    TRACE_READ_WRONG,   /* it is no trace; list may hold a part */
};

/*
 * Reads path ("-" is standard input; a directory is CTF, any other file NDJSON) into list, which is
 * empty before. Members and record types it does not know are ignored, events it does not know are
 * counted in *unknown. If not TRACE_READ_OK a message is in error (size bytes): "PATH:LINE: error:
 * ...", of CTF with the byte.
 */
enum trace_read_result trace_read(const char *path, struct trace_list *list, uint64_t *unknown,
                                  char *error, size_t size);
/* The same of NDJSON from a stream, called path in messages. */
enum trace_read_result ndjson_read(const char *path, FILE *file, struct trace_list *list,
                                   uint64_t *unknown, char *error, size_t size);

#endif
