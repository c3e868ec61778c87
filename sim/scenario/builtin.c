/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/scenario/builtin.h"

#include <string.h>

#define UP "../"
#define PATH_ROOM 256

static const struct builtin_file files[] = {
#include "generated/builtin.inc"
};

bool builtin_is_path(const char *path)
{
    return strncmp(path, BUILTIN_PREFIX, strlen(BUILTIN_PREFIX)) == 0;
}

/* Takes the last folder off; size of what is left. */
static size_t parent(const char *path, size_t size)
{
    while (size > 0 && path[--size] == '/')
        ;
    while (size > 0 && path[size - 1] != '/')
        size--;
    return size;
}

/* False: it does not fit, or leads out of the tree. */
static bool resolve(const char *path, char *resolved)
{
    size_t size = 0;

    while (*path) {
        const char *slash = strchr(path, '/');
        size_t length = slash ? (size_t)(slash - path) + 1 : strlen(path);

        if (length == strlen(UP) && strncmp(path, UP, length) == 0) {
            if (size == 0)
                return false;
            size = parent(resolved, size);
        } else {
            if (size + length >= PATH_ROOM)
                return false;
            memcpy(resolved + size, path, length);
            size += length;
        }
        path += length;
    }
    resolved[size] = '\0';
    return true;
}

const struct builtin_file *builtin_find(const char *path)
{
    char resolved[PATH_ROOM];

    if (!builtin_is_path(path) || !resolve(path + strlen(BUILTIN_PREFIX), resolved))
        return NULL;
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
        if (strcmp(files[i].path, resolved) == 0)
            return &files[i];
    return NULL;
}
