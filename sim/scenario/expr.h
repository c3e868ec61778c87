/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Integers of a scenario: plain numbers, `$name`, `$(expression)`; and the expressions of `vars`.
 * Unsigned, 64 bits; whatever does not fit is an error.
 */
#ifndef SIM_SCENARIO_EXPR_H
#define SIM_SCENARIO_EXPR_H

#include <stdbool.h>

#include "sim/scenario/diag.h"

struct node;

struct variable {
    const char *name;
    uint64_t value;
    bool bad; /* its expression was wrong: what uses it is not worth a message */
};

struct variables {
    struct variable *items;
    size_t count, capacity;
};

/* Evaluates `vars` in order, each over those before it; NULL is an empty mapping. */
void variables_load(struct arena *arena, struct diag *diag, struct variables *vars,
                    const struct node *mapping);

/* Whether a scalar must be an integer by its first character: a digit, a sign or `$`. */
bool integer_looks_like(const char *text);

/*
 * The integer a scalar stands for. false after reporting what is wrong; what names the value in
 * messages ("'size'").
 */
bool integer_read(struct arena *arena, struct diag *diag, const struct variables *vars,
                  const struct node *node, const char *what, uint64_t *value);

#endif
