/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Waits until files below folders change: `sim test --watch`, by inotify(7). */
#ifndef SIM_SUITE_WATCH_H
#define SIM_SUITE_WATCH_H

#include <stdbool.h>
#include <stddef.h>

struct watch;

/*
 * Watches the folders of paths: each path that is a folder with all below it, of a file the folder
 * it is in, since editors replace files by renaming. Changes count from here on. NULL with errno.
 */
struct watch *watch_begin(const char *const *paths, size_t count);
/*
 * Blocks until something has changed and nothing more did for a tenth of a second. Hidden files,
 * backups (~) and the file named ignored (a path, or NULL) do not count. False with errno.
 */
bool watch_wait(struct watch *watch, const char *ignored);
void watch_end(struct watch *watch); /* NULL is allowed */

#endif
