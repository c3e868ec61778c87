/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the JSON Schema of scenarios is, for the line of a scenario that editors read. */
#ifndef SIM_SCHEMA_FILE_H
#define SIM_SCHEMA_FILE_H

#include "sim/scenario/arena.h"

/* As an editor finds it from file: the nearest one above, or the installed one. NULL: none. */
const char *schema_file_find(struct arena *arena, const char *file);

#endif
