/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/schema_file.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/scenario/text.h"

#define SCHEMA_FILE "share/sim/scenario.schema.json"
#define SCHEMA_MAX_UP 16

/* Beside the program, where it is installed; NULL: not there. */
static const char *installed_schema(struct arena *arena)
{
    char program[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);
    if (length < 0)
        return NULL;
    program[length] = '\0';
    const char *path = text_path_beside(arena, program, "../" SCHEMA_FILE);
    char *resolved = realpath(path, program);
    return resolved ? arena_copy(arena, resolved, strlen(resolved)) : NULL;
}

const char *schema_file_find(struct arena *arena, const char *file)
{
    const char *up = "";
    for (unsigned i = 0; i < SCHEMA_MAX_UP; i++) {
        const char *relative = arena_printf(arena, "%s%s", up, SCHEMA_FILE);
        if (access(text_path_beside(arena, file, relative), R_OK) == 0)
            return relative;
        up = arena_printf(arena, "../%s", up);
    }
    return installed_schema(arena);
}
