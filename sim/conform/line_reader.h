/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of a file, plain or .xz (told by its first bytes), streamed; "-" is standard input. */
#ifndef SIM_CONFORM_LINE_READER_H
#define SIM_CONFORM_LINE_READER_H

#include <stdbool.h>
#include <stddef.h>

#define LINE_READER_MAX ((size_t)1 << 20) /* bytes of the longest line accepted */

struct line_reader;

enum line_status { LINE_OK, LINE_END, LINE_ERROR };

/* NULL with a message if the file cannot be opened. */
struct line_reader *line_reader_open(const char *path, char *error, size_t size);
void line_reader_close(struct line_reader *reader);

/*
 * The next line without its newline, in *line and *length: valid until the next call, terminated by
 * a 0 byte (there may be others in it). LINE_ERROR: a message says what is wrong (cannot be read,
 * damaged, too long); reading cannot go on.
 */
enum line_status line_reader_next(struct line_reader *reader, const char **line, size_t *length,
                                  char *error, size_t size);
/* Of the line last returned, or being read when an error came up; the first is 1. */
unsigned long line_reader_number(const struct line_reader *reader);

#endif
