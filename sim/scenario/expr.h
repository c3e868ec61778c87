/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Integers of a scenario, and expressions over its variables and the axes of its matrix. Unsigned,
 * 64 bits; whatever does not fit is an error.
 */
#ifndef SIM_SCENARIO_EXPR_H
#define SIM_SCENARIO_EXPR_H

#include <stdbool.h>

#include "sim/scenario/diag.h"

struct node;

struct variable {
    const char *name;
    uint64_t value;
    bool bad;         /* its expression was wrong: what uses it is not worth a message */
    const char *text; /* of an axis: the value as it is written; NULL: a variable */
    bool plain;       /* ... without quotes */
    bool no_number;   /* ... and it is none: it has no place in an expression */
};

struct variables {
    struct variable *items;
    size_t count, capacity;
};

/* Evaluates `vars` in order, each over those before it; NULL is an empty mapping. */
void variables_load(struct arena *arena, struct diag *diag, struct variables *vars,
                    const struct node *mapping);

/* An axis with its value in this cell, or another text; one that is defined already stays. */
void variables_add_axis(struct arena *arena, struct variables *vars, const char *name,
                        const char *text, bool plain);

/* The value of length bytes of a scalar's text from offset on; false after reporting. */
bool expression_read(struct arena *arena, struct diag *diag, const struct variables *vars,
                     const struct node *node, size_t offset, size_t length, uint64_t *value);

/* Whether a scalar must be an integer by its first character: a digit or a sign. */
bool integer_looks_like(const char *text);

/*
 * The integer a scalar stands for. false after reporting what is wrong; what names the value in
 * messages ("'size'").
 */
bool integer_read(struct arena *arena, struct diag *diag, const struct node *node, const char *what,
                  uint64_t *value);

#endif
