/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/scenario/diag_private.h"

#include <string.h>

struct diag *diag_new(struct arena *arena)
{
    struct diag *diag = arena_alloc(arena, sizeof(*diag));

    diag->arena = arena;
    return diag;
}

void diag_add_source(struct diag *diag, const struct source *source)
{
    diag->sources = arena_grow(diag->arena, diag->sources, diag->source_count,
                               &diag->source_capacity, sizeof(*diag->sources));
    diag->sources[diag->source_count++] = source;
}

const struct source *diag_source(const struct diag *diag, const char *name)
{
    for (size_t i = 0; i < diag->source_count; i++) {
        if (strcmp(diag->sources[i]->name, name) == 0)
            return diag->sources[i];
    }
    return NULL;
}

static size_t file_order(const struct diag *diag, const char *name)
{
    size_t order = 0;

    while (order < diag->source_count && strcmp(diag->sources[order]->name, name) != 0)
        order++;
    return order;
}

struct diag_error *diag_error(struct diag *diag, enum diag_code code, const struct source_pos *pos,
                              const char *format, ...)
{
    struct diag_error *error =
        diag->count < DIAG_MAX_ERRORS ? &diag->errors[diag->count] : &diag->overflow;
    va_list args;

    *error = (struct diag_error){.diag = diag, .code = code, .width = 1, .label = ""};
    error->order = diag->count++;
    error->file_order = file_order(diag, pos->file);
    error->message.pos = *pos;
    va_start(args, format);
    error->message.text = arena_vprintf(diag->arena, format, args);
    va_end(args);
    for (const struct source *source = diag_source(diag, pos->file);
         source && source->included_from.line;
         source = diag_source(diag, source->included_from.file)) {
        if (error->note_count == DIAG_MAX_ERRORS)
            break;
        diag_note(error, &source->included_from, "%s is included from here", source->name);
    }
    return error;
}

void diag_width(struct diag_error *error, unsigned width)
{
    error->width = width ? width : 1;
}

void diag_label(struct diag_error *error, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    error->label = arena_vprintf(error->diag->arena, format, args);
    va_end(args);
}

void diag_note(struct diag_error *error, const struct source_pos *pos, const char *format, ...)
{
    struct diag_message *note;
    va_list args;

    error->notes = arena_grow(error->diag->arena, error->notes, error->note_count,
                              &error->note_capacity, sizeof(*error->notes));
    note = &error->notes[error->note_count++];
    if (pos)
        note->pos = *pos;
    va_start(args, format);
    note->text = arena_vprintf(error->diag->arena, format, args);
    va_end(args);
}

unsigned diag_count(const struct diag *diag)
{
    return diag->count;
}
