/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `cases: FILE`: one scenario for many rows of input and expected output. Each line of FILE is a
 * JSON object, and a cell of the axis `case`, whose value is the number of the line:
 *
 *   {"name": "a byte", "vars": {"value": "0x80"}, "initial": {"regs": {"x1": 1}},
 *    "final": {"regs": {"x2": "0x80"}}, "traps": [{"at": "load", "iss": {"sse": 0}}]}
 *
 * vars are values of `$value` in the scenario, in place of its own `vars` of that name; initial has
 * keys of `guest` that replace those of the scenario; final is a further entry of `expect`, and
 * traps are its traps. name takes the place of `about`.
 */
#ifndef SIM_SCENARIO_CASES_H
#define SIM_SCENARIO_CASES_H

#include "sim/scenario/loader.h"
#include "sim/scenario/matrix.h"

#define CASES_AXIS "case"
#define CASES_MAX_BYTES ((size_t)64 << 20)
#define CASES_MAX MATRIX_MAX_SLOW_CELLS
#define CASES_MAX_LINE YAML_MAX_BYTES

struct cases;

/* Those that root names, found beside it; NULL: there are none, or it is reported why not. */
struct cases *cases_open(struct arena *arena, struct diag *diag, const struct node *root);
/* The numbers of their lines as an axis of the matrix. */
const struct axis *cases_axis(const struct cases *cases);
/*
 * A copy of root with the case of that value of the axis in it; its variables are added to the
 * loader's. NULL after reporting what is wrong with the line.
 */
struct node *cases_apply(struct loader *loader, const struct cases *cases, const char *value,
                         const struct node *root);

#endif
