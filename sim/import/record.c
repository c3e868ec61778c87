/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/import/record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim/trace/grow.h"

/* The thread's row, a new one if need be; NULL without memory. */
static struct record_thread *thread_of(struct record *record, const struct import_line *line)
{
    for (size_t i = 0; i < record->thread_count; i++)
        if (record->threads[i].pid == line->pid)
            return &record->threads[i];
    void *threads = record->threads;
    bool ok = trace_grow(&threads, &record->thread_room, record->thread_count,
                         sizeof(record->threads[0]));
    record->threads = threads;
    if (!ok)
        return NULL;
    struct record_thread *thread = &record->threads[record->thread_count++];
    *thread = (struct record_thread){.pid = line->pid, .first = RECORD_NONE, .last = RECORD_NONE};
    memcpy(thread->task, line->task, sizeof(thread->task));
    return thread;
}

static bool add_point(struct record *record, const struct import_line *line)
{
    struct record_thread *thread = thread_of(record, line);
    void *points = record->points;
    bool ok = thread && record->count < RECORD_MAX_POINTS &&
              trace_grow(&points, &record->room, record->count, sizeof(record->points[0]));
    record->points = points;
    char *text = ok ? strdup(line->text) : NULL;
    if (!text)
        return false;
    record->points[record->count] = (struct record_point){.number = record->lines,
                                                          .gap = thread->gap,
                                                          .next = RECORD_NONE,
                                                          .point = line->point,
                                                          .text = text};
    if (thread->last == RECORD_NONE)
        thread->first = record->count;
    else
        record->points[thread->last].next = record->count;
    thread->last = record->count++;
    thread->gap = false;
    return true;
}

/* A broken line may have been anybody's, as lost ones are. */
static void mark_gap(struct record *record)
{
    for (size_t i = 0; i < record->thread_count; i++)
        record->threads[i].gap = true;
}

static bool add_line(struct record *record, const char *text)
{
    struct import_line line;
    import_parse_line(text, &line);
    switch (line.kind) {
    case IMPORT_COMMENT:
        record->comments++;
        break;
    case IMPORT_FOREIGN:
        record->foreign++;
        break;
    case IMPORT_OTHER:
        record->others++;
        break;
    case IMPORT_LOST:
        record->lost++;
        mark_gap(record);
        break;
    case IMPORT_BROKEN:
        if (record->broken_lines < RECORD_MAX_BROKEN) {
            struct record_broken *broken = &record->broken[record->broken_lines];
            broken->number = record->lines;
            memcpy(broken->why, line.why, sizeof(broken->why));
        }
        record->broken_lines++;
        mark_gap(record);
        break;
    case IMPORT_POINT:
        return add_point(record, &line);
    }
    return true;
}

/* Up to RECORD_LINE_MAX - 1 bytes of the next line; the rest of a longer one is dropped. */
static bool next_line(FILE *file, char *line)
{
    size_t length = 0;
    int c;
    while ((c = getc(file)) != EOF && c != '\n')
        if (length < RECORD_LINE_MAX - 1 && c)
            line[length++] = (char)c;
    while (length > 0 && (line[length - 1] == '\r' || line[length - 1] == ' '))
        length--;
    line[length] = '\0';
    return c != EOF || length > 0;
}

bool record_read(FILE *file, struct record *record, char *error, size_t size)
{
    char line[RECORD_LINE_MAX];
    while (next_line(file, line)) {
        record->lines++;
        if (!add_line(record, line)) {
            snprintf(error, size, "%s",
                     record->count < RECORD_MAX_POINTS ? "out of memory"
                                                       : "the trace is too large");
            return false;
        }
    }
    if (ferror(file))
        snprintf(error, size, "cannot be read: %s", strerror(errno ? errno : EIO));
    return !ferror(file);
}

void record_free(struct record *record)
{
    for (size_t i = 0; i < record->count; i++)
        free(record->points[i].text);
    free(record->points);
    free(record->threads);
    *record = (struct record){0};
}
