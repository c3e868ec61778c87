/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files that the program carries with it (SIM_BUILTIN in CMakeLists.txt), so that it finds them
 * wherever it is installed. Their paths are those of the source tree behind BUILTIN_PREFIX;
 * file_read reads them like any other file.
 */
#ifndef SIM_SCENARIO_BUILTIN_H
#define SIM_SCENARIO_BUILTIN_H

#include <stdbool.h>
#include <stddef.h>

#define BUILTIN_PREFIX "builtin:"

struct builtin_file {
    const char *path; /* without the prefix */
    const char *bytes;
    size_t size;
};

bool builtin_is_path(const char *path);
/* path has the prefix, and may go up by "..": then it is resolved. NULL: there is no such file. */
const struct builtin_file *builtin_find(const char *path);

#endif
