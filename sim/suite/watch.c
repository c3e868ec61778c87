/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/suite/watch.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/find_scenarios.h"

#define QUIET_MS 100
#define CHANGES (IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CREATE)
#define EVENT_BYTES (16 * (sizeof(struct inotify_event) + NAME_MAX + 1))

struct watch {
    int fd;
};

static bool add_folder(struct watch *watch, const char *path)
{
    return inotify_add_watch(watch->fd, path, CHANGES | IN_ONLYDIR) >= 0;
}

static bool add_below(struct watch *watch, const char *folder, unsigned depth)
{
    DIR *entries = depth <= FIND_MAX_DEPTH ? opendir(folder) : NULL;
    bool good = add_folder(watch, folder);
    for (struct dirent *entry; good && entries && (entry = readdir(entries));) {
        char path[PATH_MAX];
        struct stat status;
        int length = snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        if (entry->d_name[0] != '.' && length < (int)sizeof(path) && lstat(path, &status) == 0 &&
            S_ISDIR(status.st_mode))
            good = add_below(watch, path, depth + 1);
    }
    int error = errno;
    if (entries)
        closedir(entries);
    errno = error;
    return good;
}

static bool add_path(struct watch *watch, const char *path)
{
    struct stat status;
    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
        return add_below(watch, path, 0);
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    int length = slash ? (int)(slash - path) + 1 : 0;
    if (snprintf(folder, sizeof(folder), "%.*s", length, path) >= (int)sizeof(folder)) {
        errno = ENAMETOOLONG;
        return false;
    }
    return add_folder(watch, length ? folder : ".");
}

struct watch *watch_begin(const char *const *paths, size_t count)
{
    struct watch *watch = calloc(1, sizeof(*watch));
    if (!watch)
        return NULL;
    watch->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    bool good = watch->fd >= 0;
    for (size_t i = 0; good && i < count; i++)
        good = add_path(watch, paths[i]);
    if (good)
        return watch;
    int error = errno;
    watch_end(watch);
    errno = error;
    return NULL;
}

static bool counts(const struct inotify_event *event, const char *ignored)
{
    const char *name = event->len ? event->name : "";
    size_t length = strlen(name);
    return length && name[0] != '.' && name[length - 1] != '~' &&
           !(ignored && strcmp(name, ignored) == 0);
}

/* Takes all that is there; whether any of it counts. */
static bool drain(const struct watch *watch, const char *ignored)
{
    alignas(struct inotify_event) char bytes[EVENT_BYTES];
    bool changed = false;
    for (ssize_t size; (size = read(watch->fd, bytes, sizeof(bytes))) > 0;)
        for (const char *at = bytes; at < bytes + size;) {
            const struct inotify_event *event = (const struct inotify_event *)(const void *)at;
            changed = counts(event, ignored) || changed;
            at += sizeof(*event) + event->len;
        }
    return changed;
}

bool watch_wait(struct watch *watch, const char *ignored)
{
    struct pollfd fd = {.fd = watch->fd, .events = POLLIN};
    const char *slash = ignored ? strrchr(ignored, '/') : NULL;
    const char *name = slash ? slash + 1 : ignored;
    for (bool changed = false;;) {
        int ready = poll(&fd, 1, changed ? QUIET_MS : -1);
        if (ready < 0)
            return false;
        if (ready == 0) /* quiet again */
            return true;
        changed = drain(watch, name) || changed;
    }
}

void watch_end(struct watch *watch)
{
    if (watch && watch->fd >= 0)
        close(watch->fd);
    free(watch);
}
