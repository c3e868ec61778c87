/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/scenario/diag_private.h"

#include <string.h>

#include "sim/scenario/text.h"

struct diag *diag_new(struct arena *arena)
{
    struct diag *diag = arena_alloc(arena, sizeof(*diag));

    diag->arena = arena;
    diag->cell = "";
    return diag;
}

void diag_set_strict(struct diag *diag, bool strict)
{
    diag->strict = strict;
}

void diag_add_source(struct diag *diag, const struct source *source)
{
    diag->sources = arena_grow(diag->arena, diag->sources, diag->source_count,
                               &diag->source_capacity, sizeof(*diag->sources));
    diag->sources[diag->source_count++] = source;
}

void diag_take_sources(struct diag *diag, const struct diag *from)
{
    for (size_t i = 0; i < from->source_count; i++)
        diag_add_source(diag, from->sources[i]);
}

void diag_set_cell(struct diag *diag, const char *cell)
{
    diag->cell = cell;
}

const struct source *diag_source(const struct diag *diag, const char *name)
{
    for (size_t i = 0; i < diag->source_count; i++) {
        if (strcmp(diag->sources[i]->name, name) == 0)
            return diag->sources[i];
    }
    return NULL;
}

uint64_t diag_hash_sources(const struct diag *diag)
{
    uint64_t hash = HASH_START;

    for (size_t i = 0; i < diag->source_count; i++) {
        const struct source *source = diag->sources[i];
        const uint64_t length = source->length;

        if (i) /* where a text ends counts */
            hash = hash_bytes(hash, &length, sizeof(length));
        hash = hash_bytes(hash, source->text, source->length);
    }
    return hash;
}

static size_t file_order(const struct diag *diag, const char *name)
{
    size_t order = 0;

    while (order < diag->source_count && strcmp(diag->sources[order]->name, name) != 0)
        order++;
    return order;
}

/* A message outlives the scenario it is about: the name of the file is its own. */
static struct source_pos own_pos(struct diag *diag, const struct source_pos *pos)
{
    struct source_pos own = *pos;

    if (pos->file)
        own.file = arena_copy(diag->arena, pos->file, strlen(pos->file));
    return own;
}

/* The message that another cell has in common with this one, or NULL. */
static struct diag_error *known_error(struct diag *diag, struct diag_list *list,
                                      enum diag_code code, const struct source_pos *pos,
                                      const char *text)
{
    for (unsigned i = 0; *diag->cell && i < list->count && i < DIAG_MAX_ERRORS; i++) {
        struct diag_error *error = &list->items[i];

        if (error->code == code && error->message.pos.line == pos->line &&
            error->message.pos.column == pos->column && strcmp(error->cell, diag->cell) != 0 &&
            strcmp(error->message.pos.file, pos->file) == 0 &&
            strcmp(error->message.text, text) == 0)
            return error;
    }
    return NULL;
}

struct diag_error *diag_error(struct diag *diag, enum diag_code code, const struct source_pos *pos,
                              const char *format, ...)
{
    enum diag_level level = diag->strict ? DIAG_ERROR : diag_code_level(code);
    struct diag_list *list = &diag->lists[level];
    struct diag_error *error =
        list->count < DIAG_MAX_ERRORS ? &list->items[list->count] : &diag->overflow;
    struct diag_error *known;
    const char *text;
    va_list args;

    va_start(args, format);
    text = arena_vprintf(diag->arena, format, args);
    va_end(args);
    known = known_error(diag, list, code, pos, text);
    if (known) {
        known->more_cells += strcmp(known->latest, diag->cell) != 0;
        known->latest = diag->cell;
        error = &diag->overflow;
    }
    *error = (struct diag_error){.diag = diag,
                                 .level = level,
                                 .code = code,
                                 .width = 1,
                                 .label = "",
                                 .cell = diag->cell,
                                 .latest = diag->cell};
    if (known)
        return error;
    error->order = diag->order++;
    list->count++;
    error->file_order = file_order(diag, pos->file);
    error->message = (struct diag_message){own_pos(diag, pos), text};
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
        note->pos = own_pos(error->diag, pos);
    va_start(args, format);
    note->text = arena_vprintf(error->diag->arena, format, args);
    va_end(args);
}

unsigned diag_count(const struct diag *diag)
{
    return diag->lists[DIAG_ERROR].count;
}

bool diag_has(const struct diag *diag, enum diag_code code)
{
    const struct diag_list *errors = &diag->lists[DIAG_ERROR];

    for (unsigned i = 0; i < errors->count && i < DIAG_MAX_ERRORS; i++)
        if (errors->items[i].code == code)
            return true;
    return false;
}
