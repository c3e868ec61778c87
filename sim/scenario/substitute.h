/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Variables and axes where they are used: `$name` and `$((expression))` as a whole scalar,
 * `${name}` and `${expression}` inside one. `$$` at the start and `$${` inside stand for
 * themselves.
 */
#ifndef SIM_SCENARIO_SUBSTITUTE_H
#define SIM_SCENARIO_SUBSTITUTE_H

#include "sim/scenario/expr.h"

/*
 * A copy of the tree of a file in which every scalar has its value: without the key `matrix`, and
 * with `vars` as they stand. What cannot be replaced is reported and bad.
 */
struct node *substitute(struct arena *arena, struct diag *diag, const struct variables *vars,
                        const struct node *root);

#endif
