/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between load_memory.c and load_devices.c. */
#ifndef SIM_SCENARIO_LOAD_DEVICES_H
#define SIM_SCENARIO_LOAD_DEVICES_H

#include "sim/scenario/ranges.h"

/* Adds the "name" of a mapping as a place at its "ipa", or reports that it is taken. */
void place_add_named(struct loader *loader, const struct node *node, enum place_kind kind);

/* After memory. Adds the ranges of the devices that may not overlap anything to ranges. */
void load_devices(struct loader *loader, struct range_list *ranges);

/* Keys that devices of that type have and some others do not: "values, endian". */
const char *device_own_keys(struct arena *arena, enum scn_device_type type);

#endif
