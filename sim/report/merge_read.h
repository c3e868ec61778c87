/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The two formats of results that merge.h takes. bytes live as long as the merge. */
#ifndef SIM_REPORT_MERGE_READ_H
#define SIM_REPORT_MERGE_READ_H

#include "sim/report/merge.h"

/* Both as merge_add. */
bool merge_read_junit(struct merge *merge, const char *path, const char *bytes, size_t size);
bool merge_read_ndjson(struct merge *merge, const char *path, const char *bytes, size_t size);

#endif
