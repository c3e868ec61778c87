/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Address ranges that must not overlap, each with the place in the file that messages point at. */
#ifndef SIM_SCENARIO_RANGES_H
#define SIM_SCENARIO_RANGES_H

#include "sim/scenario/loader.h"

struct range {
    uint64_t start, end;     /* end is the first address behind */
    const char *what;        /* "memory" */
    const struct node *node; /* whose place messages give */
    const char *name;        /* or NULL */
};

struct range_list {
    struct range *items;
    size_t count, capacity;
};

/* Sets range->end; false after reporting that it is beyond the guest's address space. */
bool range_complete(struct loader *loader, struct range *range, uint64_t size);
void range_add(struct loader *loader, struct range_list *list, const struct range *range);
/* Reports each range that overlaps one that starts no later. Sorts the list. */
void range_check_overlaps(struct loader *loader, struct range_list *list);
/* Reports that two ranges overlap, if they do. */
void range_check_pair(struct loader *loader, const struct range *a, const struct range *b);
/* "memory 'ram'" */
const char *range_name(struct loader *loader, const struct range *range);

#endif
