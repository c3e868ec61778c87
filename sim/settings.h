/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Settings: defaults of a user's own for the options of commands, from weak to strong
 *
 *   built-in < sim.yaml, the nearest one from the current folder upwards < SIM_* < command line
 *
 * sim.yaml holds a mapping for each command, and one named `all` for every command that has the
 * option: `test: {jobs: 2}`, `all: {color: never}`. In the environment the same are SIM_TEST_JOBS=2
 * and SIM_COLOR=never. SIM_CONFIG names another file than sim.yaml; empty, there is none.
 */
#ifndef SIM_SETTINGS_H
#define SIM_SETTINGS_H

#include <stdbool.h>

#include "sim/scenario/yaml_tree.h"

struct settings {
    const struct node *file; /* the mapping in sim.yaml; NULL: there is none */
    const char *path;        /* of it; NULL */
};

/* Finds and reads sim.yaml. False after a message with its place. */
bool settings_load(struct arena *arena, struct settings *settings);
/*
 * The words of a command line with the settings for that command in front, each behind the word
 * that says where it comes from (options.h: SETTING_FOR_ONE). From the arena, ended by NULL.
 */
char **settings_words(struct arena *arena, const struct settings *settings, const char *command,
                      int argc, char **argv, int *count);

#endif
