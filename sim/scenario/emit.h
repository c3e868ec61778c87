/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A tree as YAML, in the layout of the library's scenarios. */
#ifndef SIM_SCENARIO_EMIT_H
#define SIM_SCENARIO_EMIT_H

#include <stdio.h>

#include "sim/scenario/yaml_tree.h"

/*
 * Writes a mapping as a document: a line for each key, short maps and lists in braces, texts of
 * several lines as literal blocks. Reading it gives the same tree.
 */
void emit_yaml(FILE *out, const struct node *mapping);

#endif
