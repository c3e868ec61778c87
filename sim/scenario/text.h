/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small helpers over text: showing what a user wrote, near misses, paths, numbers, a hash. */
#ifndef SIM_SCENARIO_TEXT_H
#define SIM_SCENARIO_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/scenario/arena.h"

/* text as it may stand in a message: control characters escaped, long text shortened with "...". */
const char *text_show(struct arena *arena, const char *text);
/* The same, shortened to so many bytes. */
const char *text_show_within(struct arena *arena, const char *text, size_t limit);

/*
 * Near misses: offer each candidate, then take the best. A candidate is near when at most two edits
 * (insert, delete, replace, swap neighbours) lead to it and more than half of it stays.
 */
struct text_nearest {
    const char *wanted;
    const char *best; /* NULL when nothing is near */
    unsigned distance;
};

void text_nearest_offer(struct text_nearest *nearest, const char *candidate);
unsigned text_distance(const char *a, const char *b);

/* dir(base)/relative, or relative itself when it is absolute. */
const char *text_path_beside(struct arena *arena, const char *base, const char *relative);
/* Last component without a final ".yaml" or ".yml". */
const char *text_path_stem(struct arena *arena, const char *path);

/* An identifier of a scenario: a letter or _, then letters, digits, _. */
bool text_is_name(const char *text);

enum number_status { NUMBER_OK, NUMBER_BAD, NUMBER_NEGATIVE, NUMBER_OVERFLOW, NUMBER_OCTAL };

/*
 * An unsigned 64-bit number: decimal, 0x or 0b, `_` between digits, suffix K, M or G (powers of
 * 1024). A decimal with a leading zero is NUMBER_OCTAL: readers of YAML 1.1 would take it for
 * octal.
 */
enum number_status number_parse(const char *text, size_t length, uint64_t *value);
/* Length of the longest prefix that looks like a number (digits, letters, _). */
size_t number_span(const char *text);
/* What is wrong, for a message: "is not a number", ... */
const char *number_status_text(enum number_status status);

/* Whether two texts are one value: the same text, or the same number. */
bool text_same_value(const char *a, const char *b);

/* 0 to 15, of either case; -1 for a character that is no hexadecimal digit. */
int text_hex_digit(int c);
/* Exactly count bytes from pairs of digits at text; false if there are fewer. */
bool text_from_hex(const char *text, uint8_t *bytes, size_t count);
/* text: 2 * count + 1 bytes, which become "00ff". */
void text_to_hex(char *text, const uint8_t *bytes, size_t count);

#define HASH_START UINT64_C(0xcbf29ce484222325)
/* FNV-1a, 64 bits: continues hash over size bytes. */
uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t size);

/* Bytes of the UTF-8 sequence that starts at text (left bytes remain), 0 when it is none. */
size_t utf8_sequence(const unsigned char *text, size_t left);

#endif
