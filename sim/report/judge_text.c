/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/report/judge_text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/report/esr_text.h"
#include "sim/scenario/arena.h"

/* A text written to a stream and then kept in an arena. */
struct note {
    FILE *out;
    char *text;
    size_t size;
};

static void note_open(struct note *note)
{
    *note = (struct note){0};
    note->out = open_memstream(&note->text, &note->size);
    if (!note->out) {
        fputs("sim: out of memory\n", stderr);
        exit(3);
    }
}

static const char *note_close(struct note *note, struct arena *arena)
{
    fclose(note->out);
    const char *kept = arena_copy(arena, note->text ? note->text : "", note->size);
    free(note->text);
    return kept;
}

/* "36 (DABT_LOW)", "2 (x2)", "1" */
static void print_field(FILE *out, uint64_t value, enum esr_field_id field)
{
    char name[ESR_TEXT_SIZE], number[ESR_TEXT_SIZE];
    esr_value_text(field, value, name, sizeof(name));
    snprintf(number, sizeof(number), "%" PRIu64, value);
    fputs(number, out);
    if (strcmp(name, number) != 0)
        fprintf(out, " (%s)", name);
}

/* A value of the same kind as the actual one. */
static void print_number(FILE *out, uint64_t value, const struct actual *actual)
{
    switch (actual->style) {
    case ACTUAL_ESR_FIELD:
        print_field(out, value, actual->field);
        break;
    case ACTUAL_EL:
        fprintf(out, "EL%" PRIu64, value);
        break;
    case ACTUAL_ESR:
        fprintf(out, "0x%" PRIx64 "  ", value);
        esr_print_summary(out, value);
        break;
    case ACTUAL_BOOL:
        fputs(value ? "true" : "false", out);
        break;
    case ACTUAL_DEC:
        fprintf(out, "%" PRId64, (int64_t)value);
        break;
    case ACTUAL_HEX:
    case ACTUAL_TEXT:
        fprintf(out, "0x%" PRIx64, value);
        break;
    }
}

/* Control characters as escapes: a device's output may hold anything. */
static void print_text(FILE *out, const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == '\n')
            fputs("\\n", out);
        else if (c < 0x20 || c >= 0x7f)
            fprintf(out, "\\x%02x", c);
        else
            fputc(c, out);
    }
}

static void print_wanted(FILE *out, const struct match_value *want, const char *text,
                         uint64_t value, const struct actual *actual)
{
    if (want->is_text)
        print_text(out, text, strlen(text));
    else
        print_number(out, value, actual);
}

const char *expected_text(struct arena *arena, const struct match_value *want,
                          const struct actual *actual)
{
    struct note note;
    note_open(&note);
    switch (want->op) {
    case MATCH_NE:
        fputs("not ", note.out);
        /* fall through */
    case MATCH_EQ:
        print_wanted(note.out, want, want->text, want->value, actual);
        break;
    case MATCH_RANGE:
        if (want->value2 == UINT64_MAX) {
            fputs("at least ", note.out);
            print_number(note.out, want->value, actual);
        } else if (want->value == 0) {
            fputs("at most ", note.out);
            print_number(note.out, want->value2, actual);
        } else {
            print_number(note.out, want->value, actual);
            fputs(" to ", note.out);
            print_number(note.out, want->value2, actual);
        }
        break;
    case MATCH_IN:
    case MATCH_NONE_OF:
        fputs(want->op == MATCH_IN ? "one of " : "none of ", note.out);
        for (size_t i = 0; i < want->set_count; i++) {
            fputs(i ? ", " : "", note.out);
            print_wanted(note.out, want, want->set_text ? want->set_text[i] : "",
                         want->set ? want->set[i] : 0, actual);
        }
        break;
    case MATCH_ANY:
        fputs("any value", note.out);
        break;
    case MATCH_ABSENT:
        fputs("nothing", note.out);
        break;
    case MATCH_UNCHANGED:
        print_number(note.out, actual->initial, actual);
        fprintf(note.out, ", %s", actual->initial_when ? actual->initial_when : "as at the start");
        break;
    }
    return note_close(&note, arena);
}

const char *actual_text(struct arena *arena, const struct actual *actual)
{
    struct note note;
    note_open(&note);
    if (!actual->present) {
        fputs("not there", note.out);
    } else if (actual->style == ACTUAL_TEXT) {
        print_text(note.out, actual->text, actual->text_size);
    } else {
        print_number(note.out, actual->number, actual);
        if (actual->text && actual->style != ACTUAL_ESR_FIELD) {
            fputs(" (", note.out);
            print_text(note.out, actual->text, actual->text_size);
            fputc(')', note.out);
        }
    }
    return note_close(&note, arena);
}

const char *difference_note(struct arena *arena, const char *path, const struct match_value *want,
                            const struct actual *actual)
{
    if (!actual->present || actual->style != ACTUAL_ESR || want->op != MATCH_EQ || want->is_text)
        return "";
    struct note note;
    note_open(&note);
    fputs("differs in ", note.out);
    bool leaked = esr_print_difference(note.out, want->value, actual->number);
    if (leaked && strncmp(path, "host_sees.", strlen("host_sees.")) == 0)
        fputs("  <- fields the host must not see", note.out);
    return note_close(&note, arena);
}

const char *path_text(struct arena *arena, const struct trap_view *view)
{
    struct note note;
    note_open(&note);
    for (size_t i = 0; i < view->event_count;) {
        size_t same = 1;
        while (i + same < view->event_count && view->events[i + same].kind == view->events[i].kind)
            same++;
        fprintf(note.out, "%s%s", i ? " > " : "", event_table[view->events[i].kind].name);
        if (same > 1)
            fprintf(note.out, " x%zu", same);
        i += same;
    }
    return note_close(&note, arena);
}
