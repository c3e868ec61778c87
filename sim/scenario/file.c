/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/scenario/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/scenario/builtin.h"
#include "sim/scenario/text.h"

#define READ_PIECE ((size_t)64 * 1024)

static const char *error_text(struct arena *arena, int error)
{
    char buffer[128];

    return arena_printf(arena, "%s", strerror_r(error, buffer, sizeof(buffer)));
}

static enum file_status read_all(struct arena *arena, int fd, size_t limit, struct file_bytes *file,
                                 const char **why)
{
    size_t capacity = 0;

    *file = (struct file_bytes){0};
    for (;;) {
        ssize_t got;

        if (capacity - file->size < 2) {
            size_t bigger = capacity ? capacity * 2 : READ_PIECE;
            char *bytes = arena_alloc(arena, bigger);

            if (file->size)
                memcpy(bytes, file->bytes, file->size);
            file->bytes = bytes;
            capacity = bigger;
        }
        got = read(fd, file->bytes + file->size, capacity - file->size - 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            *why = error_text(arena, errno);
            return FILE_UNREADABLE;
        }
        if (got == 0)
            break;
        file->size += (size_t)got;
        if (file->size > limit) {
            *why = arena_printf(arena, "it is larger than %zu bytes", limit);
            return FILE_TOO_LARGE;
        }
    }
    file->bytes[file->size] = '\0';
    return FILE_READ;
}

static enum file_status read_builtin(struct arena *arena, const char *path, size_t limit,
                                     struct file_bytes *file, const char **why)
{
    const struct builtin_file *found = builtin_find(path);

    if (!found) {
        *why = error_text(arena, ENOENT);
        return FILE_MISSING;
    }
    if (found->size > limit) {
        *why = arena_printf(arena, "it is larger than %zu bytes", limit);
        return FILE_TOO_LARGE;
    }
    *file = (struct file_bytes){arena_copy(arena, found->bytes, found->size), found->size};
    return FILE_READ;
}

enum file_status file_read(struct arena *arena, const char *path, size_t limit,
                           struct file_bytes *file, const char **why)
{
    enum file_status status = FILE_UNREADABLE;
    struct stat info;
    int fd;

    if (strcmp(path, "-") == 0)
        return read_all(arena, STDIN_FILENO, limit, file, why);
    if (builtin_is_path(path))
        return read_builtin(arena, path, limit, file, why);
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        *why = error_text(arena, errno);
        return errno == ENOENT || errno == ENOTDIR ? FILE_MISSING : FILE_UNREADABLE;
    }
    if (fstat(fd, &info) != 0)
        *why = error_text(arena, errno);
    else if (S_ISDIR(info.st_mode))
        *why = "it is a directory";
    else if (!S_ISREG(info.st_mode))
        *why = "it is not a regular file";
    else
        status = read_all(arena, fd, limit, file, why);
    close(fd);
    return status;
}

bool file_write_all(int fd, const char *bytes, size_t size)
{
    while (size) {
        ssize_t put = write(fd, bytes, size);

        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return false;
        bytes += put;
        size -= (size_t)put;
    }
    return true;
}

const char *file_nearest(struct arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');
    int length = slash ? (int)(slash - path) + 1 : 0;
    const char *folder = length ? arena_printf(arena, "%.*s", length, path) : ".";
    struct dirent **entries;
    struct text_nearest nearest = {.wanted = path + length};
    int count = scandir(folder, &entries, NULL, alphasort);
    for (int i = 0; i < count; i++)
        text_nearest_offer(&nearest, entries[i]->d_name);
    const char *best =
        nearest.best ? arena_printf(arena, "%.*s%s", length, path, nearest.best) : NULL;
    for (int i = 0; i < count; i++)
        free(entries[i]);
    if (count >= 0)
        free(entries);
    return best;
}

bool file_replace(struct arena *arena, const char *path, const char *bytes, size_t size)
{
    const mode_t mode = S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH;
    char *temporary = arena_printf(arena, "%s.XXXXXX", path);
    int fd = mkostemp(temporary, O_CLOEXEC);
    bool done;

    if (fd < 0)
        return false;
    done = file_write_all(fd, bytes, size) && fchmod(fd, mode) == 0;
    done = close(fd) == 0 && done;
    done = done && rename(temporary, path) == 0;
    if (!done)
        unlink(temporary);
    return done;
}

bool file_make_folders(struct arena *arena, const char *path)
{
    for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        const char *folder = arena_printf(arena, "%.*s", (int)(slash - path), path);

        if (mkdir(folder, S_IRWXU | S_IRWXG | S_IRWXO) != 0 && errno != EEXIST)
            return false;
    }
    return true;
}
