/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs an external tool: no shell, nothing on its input, limits on time, memory and file size. */
#ifndef SIM_SCENARIO_PROCESS_H
#define SIM_SCENARIO_PROCESS_H

#include "sim/scenario/arena.h"

#define PROCESS_SECONDS 10
#define PROCESS_MAX_OUTPUT ((size_t)64 << 10)

enum process_status {
    PROCESS_DONE,    /* it exited with 0 */
    PROCESS_FAILED,  /* another status, or a signal */
    PROCESS_TIMEOUT, /* it was ended after PROCESS_SECONDS */
    PROCESS_MISSING, /* there is no such program in PATH */
};

/*
 * Runs argv[0] (looked up in PATH) in directory, in the C locale. *output gets what it wrote to
 * both of its streams, up to PROCESS_MAX_OUTPUT.
 */
enum process_status process_run(struct arena *arena, const char *const *argv, const char *directory,
                                const char **output);

#endif
