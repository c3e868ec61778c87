/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How far a suite is: one line on a terminal, rewritten at most ten times a second and erased
 * before anything else is printed; where there is no terminal but progress is asked for, a line for
 * every tenth of the suite or every 30 seconds.
 */
#ifndef SIM_SUITE_PROGRESS_H
#define SIM_SUITE_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define PROGRESS_INTERVAL_MS 100

enum progress_when { PROGRESS_AUTO, PROGRESS_ALWAYS, PROGRESS_NEVER };

struct progress {
    FILE *out; /* NULL: none */
    bool terminal;
    bool shown; /* a line stands on the terminal */
    size_t total;
    unsigned tenths; /* told, where there is no terminal */
    uint64_t started_ms, last_ms;
};

bool progress_parse(const char *text, enum progress_when *when);
/* On out if wanted: for auto, a terminal that is not dumb, not quiet, and CI not set. */
void progress_begin(struct progress *progress, FILE *out, enum progress_when when, bool quiet,
                    size_t total);
/* done of the total, so many failed; name is the last one. Prints when it is time to. */
void progress_show(struct progress *progress, size_t done, size_t failed, const char *name);
/* Before anything else is printed, and at the end. */
void progress_erase(struct progress *progress);

#endif
