/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One lifetime for everything a scenario is made of: allocated piece by piece, released at once. */
#ifndef SIM_SCENARIO_ARENA_H
#define SIM_SCENARIO_ARENA_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

/*
 * Allocations never fail for the caller: the loader's limits bound what it may ask for, and if the
 * system has no memory all the same, the process ends with a message and status 3.
 */
struct arena *arena_new(void);
void arena_free(struct arena *arena); /* NULL is allowed */

/* Zeroed, aligned for any type. */
void *arena_alloc(struct arena *arena, size_t size);
/* count * size bytes, zeroed. */
void *arena_array(struct arena *arena, size_t count, size_t size);

/* The first length bytes of text, terminated. */
char *arena_copy(struct arena *arena, const char *text, size_t length);
char *arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *arena, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

/*
 * The array items (elements of size bytes, count in use) with room for one more: the same array, or
 * a copy twice as long. *capacity belongs to the array and starts as 0 with items NULL.
 */
void *arena_grow(struct arena *arena, void *items, size_t count, size_t *capacity, size_t size);

#endif
