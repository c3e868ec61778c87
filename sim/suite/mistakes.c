/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/suite/mistakes.h"

#include <string.h>

void mistakes_init(struct mistakes *mistakes, struct arena *arena, FILE *out)
{
    *mistakes = (struct mistakes){.arena = arena, .out = out};
}

/* A cell's file is shared by all its cells; a test without a matrix is told at once. */
static void take(struct mistakes *mistakes, const struct suite_test *test, const char *text)
{
    const char *cell = test_cell(test);
    for (size_t i = 0; i < mistakes->count && i < DIAG_MAX_ERRORS; i++) {
        struct mistake *known = &mistakes->list[i];
        if (test->file && strcmp(known->text, text) == 0) {
            known->more += strcmp(known->latest, cell) != 0;
            known->latest = cell;
            return;
        }
    }
    if (mistakes->count < DIAG_MAX_ERRORS)
        mistakes->list[mistakes->count] = (struct mistake){
            .text = arena_copy(mistakes->arena, text, strlen(text)), .cell = cell, .latest = cell};
    mistakes->count++;
    mistakes->warnings += diag_text_warns(text);
}

void mistakes_take(struct mistakes *mistakes, const struct suite_test *test)
{
    if (!test->file || test->file != mistakes->file)
        mistakes_tell(mistakes);
    mistakes->file = test->file;
    for (size_t i = 0; i < test->result.mistake_count; i++)
        take(mistakes, test, test->result.mistakes[i]);
    if (!test->file)
        mistakes_tell(mistakes);
}

void mistakes_tell(struct mistakes *mistakes)
{
    size_t shown = mistakes->count < DIAG_MAX_ERRORS ? mistakes->count : DIAG_MAX_ERRORS;
    if (shown)
        fflush(stdout); /* they stay beside the tests they belong to */
    for (size_t i = 0; i < shown; i++) {
        const struct mistake *mistake = &mistakes->list[i];
        fputs(mistake->text, mistakes->out);
        if (*mistake->cell)
            diag_print_cells(mistakes->out, mistake->cell, mistake->more);
    }
    diag_print_count(mistakes->out, mistakes->count - mistakes->warnings, mistakes->warnings,
                     shown);
    mistakes->count = mistakes->warnings = 0;
    mistakes->file = NULL;
}
