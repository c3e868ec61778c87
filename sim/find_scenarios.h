/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scenario files below a folder. */
#ifndef SIM_FIND_SCENARIOS_H
#define SIM_FIND_SCENARIOS_H

#include <stdbool.h>

#include "sim/scenario/arena.h"

#define FIND_MAX_DEPTH 32

struct scenario_list {
    const char **paths; /* from the arena */
    size_t count, capacity;
};

/*
 * Adds path itself if it is a file, else every *.yaml and *.yml below it, sorted byte by byte, so
 * that the order is the same everywhere. Files without a top-level `sim:` are includes of others
 * and left out; hidden ones and symbolic links to folders too. Returns 0 or errno.
 */
int find_scenarios(struct arena *arena, const char *path, struct scenario_list *list);

/*
 * The files that operands name: of a folder the scenarios below it as above, else the operand
 * itself, whatever it is. A folder that cannot be read or holds no scenario stays as it is, for its
 * reader to tell.
 */
void find_files(struct arena *arena, char *const *operands, size_t count,
                struct scenario_list *list);

/*
 * Whether a line of the file starts with one of the keys, "sim:", ...; NULL ends them. A cheap look
 * that saves reading the file as YAML. A file that cannot be read has them all, so that the loader
 * tells what is wrong with it.
 */
bool file_has_key(const char *path, const char *const *keys);
/* Whether a file counts as a scenario by that rule: by its name, and a top-level `sim:`. */
bool is_scenario_file(const char *path);

#endif
