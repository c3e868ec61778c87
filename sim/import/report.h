/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A replay as text for people, or as one JSON object a line. */
#ifndef SIM_IMPORT_REPORT_H
#define SIM_IMPORT_REPORT_H

#include <stdio.h>

#include "sim/import/replay.h"

struct import_report {
    FILE *out;
    const char *path;
    const struct replay_options *options;
    bool json;
    bool only_differences; /* blocks that agree are left out */
};

void import_report_thread(const struct import_report *report, const struct record_thread *thread);
/* A replay_reader; ctx is the report. */
void import_report_block(void *ctx, const struct replay_block *block);
/* What was not understood, and the sums. */
void import_report_end(const struct import_report *report, const struct record *record,
                       const struct replay_tally *tally);

#endif
