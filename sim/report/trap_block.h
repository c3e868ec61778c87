/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One trap told in full: what each observer saw side by side, the path it took, how it was
 * completed. */
#ifndef SIM_REPORT_TRAP_BLOCK_H
#define SIM_REPORT_TRAP_BLOCK_H

#include <stdio.h>

#include "sim/scenario/scenario.h"
#include "sim/trace/trap_log.h"

struct trap_block_options {
    bool colour;
    bool walk; /* every descriptor read */
};

void trap_block_print(FILE *out, const struct scenario *scenario, const struct trap_view *view,
                      const struct trap_block_options *options);

#endif
