/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A trace that is a directory of two files, put in its place as a whole. */
#ifndef SIM_TRACE_TRACE_DIRECTORY_H
#define SIM_TRACE_TRACE_DIRECTORY_H

#include <stdbool.h>
#include <stdio.h>

/* The names of its files. */
struct trace_directory_files {
    const char *stream, *text;
};

/* Whether a trace may be put at path: nothing is there, or a trace (no other file in it). Sets
 * errno. */
bool trace_directory_may_replace(const char *path, const struct trace_directory_files *files);
/* Opens a file of the directory for writing; NULL, and errno, when it cannot. */
FILE *trace_directory_open(const char *path, const char *name);
/* The directory at from takes the place of that at path, in one step where the file system can. */
bool trace_directory_rename(const char *from, const char *path,
                            const struct trace_directory_files *files);
void trace_directory_remove(const char *path, const struct trace_directory_files *files);

#endif
