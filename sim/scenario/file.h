/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whole files into an arena, within a limit; and back, atomically. */
#ifndef SIM_SCENARIO_FILE_H
#define SIM_SCENARIO_FILE_H

#include <stdbool.h>

#include "sim/scenario/arena.h"

struct file_bytes {
    char *bytes; /* terminated by a 0 that size does not count */
    size_t size;
};

enum file_status { FILE_READ, FILE_MISSING, FILE_UNREADABLE, FILE_TOO_LARGE };

/*
 * Reads a regular file (or standard input, for path "-"; or one of the program's own, see
 * sim/scenario/builtin.h) of at most limit bytes. Otherwise *why is
 * a text to end a message with: "No such file or directory", "it is a directory", ...
 */
enum file_status file_read(struct arena *arena, const char *path, size_t limit,
                           struct file_bytes *file, const char **why);

/* A file beside path whose name is near to its own, for "did you mean"; NULL: there is none. */
const char *file_nearest(struct arena *arena, const char *path);

/* Replaces path by those bytes, by a rename; false when that is not possible. Nothing half-written.
 */
bool file_replace(struct arena *arena, const char *path, const char *bytes, size_t size);

/* Makes the folders that path stands in, where they are missing; false, with errno, if it cannot.
 */
bool file_make_folders(struct arena *arena, const char *path);

/* Writes all bytes to a file descriptor; false on error. */
bool file_write_all(int fd, const char *bytes, size_t size);

#endif
