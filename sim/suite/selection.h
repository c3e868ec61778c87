/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which of the scenarios found are run. */
#ifndef SIM_SUITE_SELECTION_H
#define SIM_SUITE_SELECTION_H

#include "sim/find_scenarios.h"
#include "sim/scenario/scenario.h"

struct selection {
    const char *filter; /* in the name or the path; with * ? [ a pattern for all of it; NULL: any */
    const char *tag;    /* NULL: any */
    unsigned shard, shards; /* 1..shards; 0, 0: all */
};

/* "I/N", 1 <= I <= N; false if text is none. */
bool shard_parse(const char *text, unsigned *shard, unsigned *shards);
/* Keeps every shards-th path, from the shard-th on: together the shards are the list. */
void shard_cut(struct scenario_list *list, const struct selection *selection);
/*
 * By name, path and tag. Loads the file where the path alone does not decide. A file that cannot be
 * loaded has no known tags: it is selected, so that it is not left out in silence.
 */
bool is_selected(const struct selection *selection, const char *path);

#endif
