/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `sim test --tap`: Test Anything Protocol, version 13 (https://testanything.org). */
#ifndef SIM_REPORT_TAP_H
#define SIM_REPORT_TAP_H

#include "sim/suite/suite.h"

void tap_begin(FILE *out);
/*
 * The line of one test, with a YAML block of what failed. An expected failure is a `not ok` with
 * TODO; an unexpected pass is a `not ok` without, because readers of TAP let `ok` with TODO pass.
 */
void tap_test(FILE *out, size_t number, const struct suite_test *test);
/* The plan, at the end because only then the number is known, and the totals as a comment. */
void tap_end(FILE *out, const struct suite_totals *totals, bool interrupted);

#endif
