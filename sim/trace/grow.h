/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SIM_TRACE_GROW_H
#define SIM_TRACE_GROW_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Room for one more of the given size behind count of them; doubles, so that growth costs amortised
 * constant time. False when memory is short: *array and *room are as before.
 */
bool trace_grow(void **array, size_t *room, size_t count, size_t size);

#endif
