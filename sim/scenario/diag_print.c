/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/scenario/diag_private.h"

#include <stdlib.h>
#include <string.h>

#include "sim/report/json_writer.h"
#include "sim/scenario/text.h"

#define SNIPPET_BYTES 160 /* of a source line that are shown */

struct span {
    const char *start;
    size_t length;
};

static struct span source_line(const struct source *source, unsigned line)
{
    const char *start = source->text, *end = source->text + source->length;

    for (; line > 1; line--) {
        const char *newline = memchr(start, '\n', (size_t)(end - start));

        if (!newline)
            return (struct span){end, 0};
        start = newline + 1;
    }
    for (const char *c = start; c < end; c++) {
        if (*c == '\n' || *c == '\r')
            return (struct span){start, (size_t)(c - start)};
    }
    return (struct span){start, (size_t)(end - start)};
}

/* Byte offset in line of a column, which counts characters from 1. */
static size_t column_offset(struct span line, unsigned column)
{
    size_t offset = 0;

    for (; column > 1 && offset < line.length; column--) {
        size_t length =
            utf8_sequence((const unsigned char *)line.start + offset, line.length - offset);

        offset += length ? length : 1;
    }
    return offset;
}

static void put_visible(FILE *out, const char *text, size_t length)
{
    for (size_t i = 0; i < length;) {
        size_t step = utf8_sequence((const unsigned char *)text + i, length - i);

        if (step == 0 || ((unsigned char)text[i] < 0x20 && text[i] != '\t') || text[i] == 0x7f) {
            fputc('?', out);
            step = 1;
        } else {
            fwrite(text + i, 1, step, out);
        }
        i += step;
    }
}

static void print_snippet(FILE *out, const struct diag_error *error, const struct source *source)
{
    struct span line = source_line(source, error->message.pos.line);
    size_t at = column_offset(line, error->message.pos.column);
    unsigned width = error->width;
    size_t shown = line.length;

    if (at > SNIPPET_BYTES)
        return; /* carets far to the right help nobody */
    if (shown > SNIPPET_BYTES) {
        shown = SNIPPET_BYTES;
        while (shown && ((unsigned char)line.start[shown] & 0xc0) == 0x80)
            shown--;
    }
    fprintf(out, "%5u | ", error->message.pos.line);
    put_visible(out, line.start, shown);
    fputs(shown < line.length ? "...\n" : "\n", out);
    fputs("      | ", out);
    for (size_t i = 0; i < at; i++) {
        if (((unsigned char)line.start[i] & 0xc0) != 0x80) /* one space a character */
            fputc(line.start[i] == '\t' ? '\t' : ' ', out);
    }
    for (width = width < SNIPPET_BYTES ? width : SNIPPET_BYTES; width; width--)
        fputc('^', out);
    fprintf(out, "%s%s\n", error->label[0] ? " " : "", error->label);
}

static void print_place(FILE *out, const struct source_pos *pos)
{
    if (pos->line)
        fprintf(out, "%s:%u:%u: ", pos->file, pos->line, pos->column);
    else
        fprintf(out, "%s: ", pos->file);
}

static void print_first_line(FILE *out, const struct diag_error *error)
{
    print_place(out, &error->message.pos);
    fprintf(out, "%s[%s]: %s\n", diag_level_name(error->level), diag_code_name(error->code),
            error->message.text);
}

static void print_human(FILE *out, const struct diag *diag, const struct diag_error *error)
{
    const struct source *source = diag_source(diag, error->message.pos.file);

    print_first_line(out, error);
    if (error->message.pos.line && source)
        print_snippet(out, error, source);
    else if (error->label[0])
        fprintf(out, "      = help: %s\n", error->label);
    for (size_t i = 0; i < error->note_count; i++) {
        const struct diag_message *note = &error->notes[i];

        if (note->pos.file) {
            print_place(out, &note->pos);
            fprintf(out, "note: %s\n", note->text);
        } else {
            fprintf(out, "      = note: %s\n", note->text);
        }
    }
}

void diag_print_cells(FILE *out, const char *first, size_t more)
{
    fprintf(out, "      = note: in cell %s", first);
    if (more)
        fprintf(out, " and %zu more", more);
    fputc('\n', out);
}

bool diag_text_warns(const char *text)
{
    const char *found = strstr(text, ": warning[");

    return found && !memchr(text, '\n', (size_t)(found - text));
}

void diag_print_count(FILE *out, size_t errors, size_t warnings, size_t shown)
{
    if (errors)
        fprintf(out, "%zu error%s", errors, errors == 1 ? "" : "s");
    if (warnings)
        fprintf(out, "%s%zu warning%s", errors ? ", " : "", warnings, warnings == 1 ? "" : "s");
    if (errors + warnings > shown)
        fprintf(out, "; the first %zu are shown", shown);
    if (errors || warnings)
        fputc('\n', out);
}

static void print_with_cells(FILE *out, const struct diag *diag, const struct diag_error *error)
{
    print_human(out, diag, error);
    if (*error->cell)
        diag_print_cells(out, error->cell, error->more_cells);
}

/* --- json: the fields of rustc's messages ---------------------------------------------------- */

static void json_span(struct json *json, const struct diag *diag, const struct source_pos *pos,
                      unsigned width, const char *label)
{
    const struct source *source = diag_source(diag, pos->file);
    unsigned line = pos->line ? pos->line : 1, column = pos->column ? pos->column : 1;
    size_t start = 0, end = 0;
    struct span text = {"", 0};

    if (source) {
        text = source_line(source, line);
        start = (size_t)(text.start - source->text) + column_offset(text, column);
        end = (size_t)(text.start - source->text) + column_offset(text, column + width);
    }
    json_object_begin(json);
    json_member_string(json, "file_name", pos->file);
    json_member_uint(json, "byte_start", start);
    json_member_uint(json, "byte_end", end);
    json_member_uint(json, "line_start", line);
    json_member_uint(json, "line_end", line);
    json_member_uint(json, "column_start", column);
    json_member_uint(json, "column_end", column + width);
    json_member_bool(json, "is_primary", true);
    json_key(json, "text");
    json_array_begin(json);
    if (source) {
        json_object_begin(json);
        json_key(json, "text");
        json_bytes(json, text.start, text.length < SNIPPET_BYTES ? text.length : SNIPPET_BYTES);
        json_member_uint(json, "highlight_start", column);
        json_member_uint(json, "highlight_end", column + width);
        json_object_end(json);
    }
    json_array_end(json);
    json_member_string(json, "label", label);
    json_object_end(json);
}

/* What a message and a note have in common: the object is left open. */
static void json_message(struct json *json, const char *text, const char *level)
{
    json_object_begin(json);
    json_member_string(json, "message", text);
    json_member_string(json, "level", level);
}

static void json_note(struct json *json, const struct diag *diag, const struct diag_message *note)
{
    json_message(json, note->text, "note");
    json_member_string(json, "code", NULL);
    json_key(json, "spans");
    json_array_begin(json);
    if (note->pos.file)
        json_span(json, diag, &note->pos, 1, NULL);
    json_array_end(json);
    json_key(json, "children");
    json_array_begin(json);
    json_array_end(json);
    json_member_string(json, "rendered", NULL);
    json_object_end(json);
}

static void print_json(FILE *out, const struct diag *diag, const struct diag_error *error)
{
    char *rendered = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&rendered, &size);
    struct json json;

    if (memory) {
        print_with_cells(memory, diag, error);
        fclose(memory);
    }
    json_begin(&json, out, false);
    json_message(&json, error->message.text, diag_level_name(error->level));
    json_key(&json, "code");
    json_object_begin(&json);
    json_member_string(&json, "code", diag_code_name(error->code));
    json_member_string(&json, "explanation", diag_code_meaning(error->code));
    json_object_end(&json);
    json_key(&json, "spans");
    json_array_begin(&json);
    json_span(&json, diag, &error->message.pos, error->width,
              error->label[0] ? error->label : NULL);
    json_array_end(&json);
    json_key(&json, "children");
    json_array_begin(&json);
    for (size_t i = 0; i < error->note_count; i++)
        json_note(&json, diag, &error->notes[i]);
    json_array_end(&json);
    json_member_string(&json, "rendered", rendered);
    json_object_end(&json);
    json_end(&json);
    free(rendered);
}

/* --------------------------------------------------------------------------------------------- */

static int by_place(const void *left, const void *right)
{
    const struct diag_error *a = *(const struct diag_error *const *)left;
    const struct diag_error *b = *(const struct diag_error *const *)right;

    if (a->file_order != b->file_order)
        return a->file_order < b->file_order ? -1 : 1;
    if (a->message.pos.line != b->message.pos.line)
        return a->message.pos.line < b->message.pos.line ? -1 : 1;
    if (a->message.pos.column != b->message.pos.column)
        return a->message.pos.column < b->message.pos.column ? -1 : 1;
    return a->order < b->order ? -1 : 1;
}

static unsigned shown_of(const struct diag_list *list)
{
    return list->count < DIAG_MAX_ERRORS ? list->count : DIAG_MAX_ERRORS;
}

void diag_print(struct diag *diag, const struct diag_options *options)
{
    const struct diag_error *sorted[DIAG_LEVELS * DIAG_MAX_ERRORS];
    unsigned shown = 0;

    for (unsigned l = 0; l < DIAG_LEVELS; l++)
        for (unsigned i = 0; i < shown_of(&diag->lists[l]); i++)
            sorted[shown++] = &diag->lists[l].items[i];
    if (shown)
        qsort(sorted, shown, sizeof(sorted[0]), by_place);
    for (unsigned i = 0; i < shown; i++) {
        switch (options->format) {
        case DIAG_HUMAN:
            print_with_cells(options->out, diag, sorted[i]);
            break;
        case DIAG_PARTS:
            print_human(options->out, diag, sorted[i]);
            fputc('\0', options->out);
            break;
        case DIAG_SHORT:
            print_first_line(options->out, sorted[i]);
            break;
        case DIAG_JSON:
            print_json(options->out, diag, sorted[i]);
            break;
        }
    }
    if (options->format == DIAG_HUMAN)
        diag_print_count(options->out, diag->lists[DIAG_ERROR].count,
                         diag->lists[DIAG_WARNING].count, shown);
}
