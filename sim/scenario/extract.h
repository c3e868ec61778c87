/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A cell of a matrix, or a case, as a scenario of its own (scenario_file_extract). */
#ifndef SIM_SCENARIO_EXTRACT_H
#define SIM_SCENARIO_EXTRACT_H

#include "sim/scenario/loader.h"

/*
 * From the tree of a cell that is loaded without mistakes: what holds in this cell alone, without
 * matrix, cases, variables, includes and golden, in the schema's order. path: the file that it will
 * be, from which files are named; NULL: one in the current folder.
 */
struct node *extract_tree(struct loader *loader, const char *path);

/* Copies the code that the cell has in a cache to that of the file at path. */
void extract_code(struct loader *loader, const char *path);

#endif
