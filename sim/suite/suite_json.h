/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `sim test --json`: one object a line. */
#ifndef SIM_SUITE_SUITE_JSON_H
#define SIM_SUITE_SUITE_JSON_H

#include "sim/suite/suite.h"

void suite_json_header(FILE *out);
void suite_json_test(FILE *out, const struct suite_test *test);
/* One of the slowest. */
void suite_json_slow(FILE *out, const struct suite_test *test);
void suite_json_summary(FILE *out, const struct suite_totals *totals, bool interrupted);

#endif
