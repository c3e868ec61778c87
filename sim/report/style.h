/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Colour on a terminal. It never carries meaning alone: the words are there without it. */
#ifndef SIM_REPORT_STYLE_H
#define SIM_REPORT_STYLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum colour_when { COLOUR_AUTO, COLOUR_ALWAYS, COLOUR_NEVER };

enum paint {
    PAINT_PLAIN,
    PAINT_STRONG,
    PAINT_FAINT,
    PAINT_GOOD,
    PAINT_BAD,
    PAINT_NOTE,
    PAINT_COUNT
};

/* false when text is none of auto, always, never. */
bool colour_parse(const char *text, enum colour_when *when);
/*
 * Whether to colour that stream: for auto, CLICOLOR_FORCE or FORCE_COLOR, else a terminal that is
 * not "dumb" and no NO_COLOR (https://no-color.org, https://bixense.com/clicolors).
 */
bool colour_wanted(FILE *out, enum colour_when when);

/* printf between the codes that switch a paint on and off. */
void paint(FILE *out, bool colour, enum paint what, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/*
 * text and a newline, broken at blanks so that no line is longer than width. It starts at column;
 * used is where the line stands already.
 */
void print_wrapped(FILE *out, int width, const char *text, int column, int used);

#define GROUPED_SIZE 28

/* "1,234,567" in text (GROUPED_SIZE bytes), returned. */
const char *grouped(uint64_t value, char *text);

#endif
