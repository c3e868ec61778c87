/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parts of `sim report`. */
#ifndef SIM_CMD_REPORT_H
#define SIM_CMD_REPORT_H

#include "sim/report/verdict.h"

struct report_merge {
    const char *junit; /* file to write; "-": standard output; NULL: none */
    bool json, quiet;
};

/* Merges result files and tells the sum; the exit status of the command. */
enum exit_status report_merge(const struct report_merge *command, int count, char **paths);

#endif
