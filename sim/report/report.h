/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A finished and judged run, as the commands print it. */
#ifndef SIM_REPORT_REPORT_H
#define SIM_REPORT_REPORT_H

#include <stdio.h>

#include "sim/report/verdict.h"

#define REPORT_SCHEMA 1

struct report {
    struct run run;
    struct judgement judgement;
    struct outcome outcome;
    const struct cost_profile *profile;
    const char *hash; /* scenario_file_hash, 16 hex digits */
    const char *told; /* about a golden trace, lines; or NULL */
};

enum detail { DETAIL_QUIET, DETAIL_NORMAL, DETAIL_ALL };

/* What `sim run` prints. */
void report_terminal(FILE *out, const struct report *report, enum detail detail, bool colour);
/* The line that says how to run a scenario again, as a shell takes it. */
struct rerun {
    const char *path;
    const char *cell;                            /* "": the file has none */
    const char *kernel, *rmm, *profile, *timing; /* asked for; or NULL */
};
void report_rerun(FILE *out, const struct rerun *rerun);
/* The verdict, each failure with its place, expected and actual, and how to run it again. */
void report_failures(FILE *out, const struct report *report, bool context, bool colour);
/* What `sim run --json` prints: one document. */
void report_json(FILE *out, const struct report *report);

struct json;

/* "cause": {"label": "trapped by", "text": "HCR_EL2.TWI = 1"}; nothing where trap_cause_text() has
 * nothing to say. */
void json_put_cause(struct json *json, const struct trap_view *view);

#endif
