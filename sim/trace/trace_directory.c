/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/trace/trace_directory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool trace_directory_may_replace(const char *path, const struct trace_directory_files *files)
{
    DIR *directory = opendir(path);
    if (!directory)
        return errno == ENOENT;
    bool ok = true;
    for (const struct dirent *entry; (entry = readdir(directory));)
        ok = ok &&
             (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
              strcmp(entry->d_name, files->stream) == 0 || strcmp(entry->d_name, files->text) == 0);
    closedir(directory);
    errno = ENOTEMPTY;
    return ok;
}

/* "PATH/NAME", to be freed; NULL without memory. */
static char *join(const char *path, const char *name)
{
    size_t size = strlen(path) + strlen(name) + 2;
    char *joined = malloc(size);
    if (joined)
        snprintf(joined, size, "%s/%s", path, name);
    return joined;
}

FILE *trace_directory_open(const char *path, const char *name)
{
    char *file = join(path, name);
    FILE *out = file ? fopen(file, "wxe") : NULL;
    free(file);
    return out;
}

void trace_directory_remove(const char *path, const struct trace_directory_files *files)
{
    const char *const names[] = {files->stream, files->text};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char *file = join(path, names[i]);
        if (file)
            unlink(file);
        free(file);
    }
    rmdir(path);
}

bool trace_directory_rename(const char *from, const char *path,
                            const struct trace_directory_files *files)
{
    if (rename(from, path) == 0)
        return true;
    if (!trace_directory_may_replace(path, files))
        return false;
    if (renameat2(AT_FDCWD, from, AT_FDCWD, path, RENAME_EXCHANGE) == 0) {
        trace_directory_remove(from, files);
        return true;
    }
    trace_directory_remove(path, files);
    return rename(from, path) == 0;
}
