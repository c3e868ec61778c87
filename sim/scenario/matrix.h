/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `matrix:`: one file, many scenarios. The cells are the product of the axes, the last axis varying
 * fastest, without those of `exclude`, then those of `add`. A cell gives each axis one value, a
 * text that stands for `$axis`.
 */
#ifndef SIM_SCENARIO_MATRIX_H
#define SIM_SCENARIO_MATRIX_H

#include "sim/scenario/yaml_tree.h"

#define MATRIX_MAX_AXES 16
#define MATRIX_MAX_CELLS 1000        /* unless the scenario says `cost: slow` */
#define MATRIX_MAX_SLOW_CELLS 100000 /* ... and then so many */
#define MATRIX_MAX_ENTRIES 256       /* of exclude, of add */

struct axis_value {
    const char *text;
    bool plain; /* without quotes: `null` and `any` mean what they mean */
};

struct axis {
    const char *name;
    const struct axis_value *values; /* of the axis itself; `add` may bring more */
    size_t count;
};

struct matrix {
    struct axis axes[MATRIX_MAX_AXES];
    size_t axis_count;                /* 0: there is no matrix, and one cell */
    const struct axis_value **values; /* cell_count rows of axis_count each */
    const char **names;               /* of the cells: "ipa_bits=36,host=honest" */
    size_t cell_count;
};

/* What a cell must be like: the value wanted of each axis, NULL for any. */
struct cell_choice {
    const char *want[MATRIX_MAX_AXES];
};

/*
 * From the tree of a file; cases: one more axis, the last, of which only the product of all has a
 * limit, or NULL. Reports what is wrong; what it returns is to be used only without.
 */
struct matrix *matrix_load(struct arena *arena, struct diag *diag, const struct node *root,
                           const struct axis *cases);

/*
 * Reads "axis=value,axis=value" (NULL: any cell); a value may hold commas. False with a message in
 * error (size bytes) when an axis is not known.
 */
bool matrix_choose(const struct matrix *matrix, struct arena *arena, const char *text,
                   struct cell_choice *choice, char *error, size_t size);
bool matrix_is_chosen(const struct matrix *matrix, size_t cell, const struct cell_choice *choice);
/* "ipa_bits: 36, 40; host: honest, ...", for messages. */
const char *matrix_describe(const struct matrix *matrix, struct arena *arena);

#endif
