/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/conform/reasons.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS " \t"

const char *reasons_built_in(void)
{
    return
#include "generated/conform_skips.inc"
        ;
}

/* Next word of *text, terminated in place; NULL at the end of the line. */
static char *next_word(char **text)
{
    char *word = *text + strspn(*text, BLANKS);

    if (!*word)
        return NULL;
    *text = word + strcspn(word, BLANKS);
    if (**text)
        *(*text)++ = '\0';
    return word;
}

static bool parse_field(char *word, struct reason *row)
{
    char *mask = strchr(word, '&');
    char *end;

    if (strcmp(word, "*") == 0)
        return true;
    if (!mask || mask == word)
        return false;
    *mask++ = '\0';
    row->mask = strtoull(mask, &end, 0);
    if (!*mask || *end)
        return false;
    row->field = strdup(word);
    return row->field != NULL;
}

/* False with *wrong set. */
static bool parse_line(char *line, struct reason *row, const char **wrong)
{
    char *pattern = next_word(&line), *field = next_word(&line);

    line += strspn(line, BLANKS);
    *wrong = "expected PATTERN FIELD REASON";
    if (!pattern || !field || !*line)
        return false;
    *wrong = "FIELD is neither * nor NAME&MASK";
    if (!parse_field(field, row))
        return false;
    *wrong = "out of memory";
    row->pattern = strdup(pattern);
    row->text = strdup(line);
    return row->pattern && row->text;
}

bool reasons_parse(struct reasons *reasons, const char *text, char *error, size_t size)
{
    char *copy = strdup(text), *rest = copy, *line;
    unsigned number = 0;
    bool ok = copy != NULL;

    *reasons = (struct reasons){0};
    if (!ok)
        snprintf(error, size, "out of memory");
    while (ok && (line = strsep(&rest, "\n")) != NULL) {
        struct reason *rows;
        const char *wrong = "out of memory";

        number++;
        if (line[strspn(line, BLANKS)] == '\0' || line[strspn(line, BLANKS)] == '#')
            continue;
        rows = reallocarray(reasons->rows, reasons->count + 1, sizeof(*rows));
        if (rows) {
            reasons->rows = rows;
            rows[reasons->count] = (struct reason){0};
        }
        ok = rows && parse_line(line, &rows[reasons->count++], &wrong);
        if (!ok)
            snprintf(error, size, "line %u: %s", number, wrong);
    }
    free(copy);
    if (!ok)
        reasons_free(reasons);
    return ok;
}

void reasons_free(struct reasons *reasons)
{
    for (size_t i = 0; i < reasons->count; i++) {
        free(reasons->rows[i].pattern);
        free(reasons->rows[i].field);
        free(reasons->rows[i].text);
    }
    free(reasons->rows);
    *reasons = (struct reasons){0};
}

const struct reason *reasons_find(const struct reasons *reasons, const char *key, const char *field)
{
    for (size_t i = 0; reasons && i < reasons->count; i++) {
        const struct reason *row = &reasons->rows[i];

        if (!row->field != !field || (field && strcmp(row->field, field) != 0))
            continue;
        if (fnmatch(row->pattern, key, 0) == 0)
            return row;
    }
    return NULL;
}
