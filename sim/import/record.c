/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/import/record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim/trace/grow.h"

#define UNNAMED "<...>" /* tracefs has forgotten the name */

/* The thread's row, a new one if need be; NULL without memory. */
static struct record_thread *thread_of(struct record *record, const struct import_line *line)
{
    const struct record_chain none = {.first = RECORD_NONE, .last = RECORD_NONE};
    struct record_thread *thread;
    for (size_t i = 0; i < record->thread_count; i++) {
        thread = &record->threads[i];
        if (thread->pid != line->pid)
            continue;
        if (strcmp(thread->task, UNNAMED) == 0)
            memcpy(thread->task, line->task, sizeof(thread->task));
        return thread;
    }
    void *threads = record->threads;
    bool ok = trace_grow(&threads, &record->thread_room, record->thread_count,
                         sizeof(record->threads[0]));
    record->threads = threads;
    if (!ok)
        return NULL;
    thread = &record->threads[record->thread_count++];
    *thread = (struct record_thread){.pid = line->pid, .vcpu = none, .irq = none};
    memcpy(thread->task, line->task, sizeof(thread->task));
    return thread;
}

static bool is_irq(enum kvm_tracepoint_id id)
{
    return id == KVM_TP_IRQ_LINE || id == KVM_TP_VGIC_UPDATE_IRQ_PENDING;
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
    struct record_chain *chain = is_irq(line->point.id) ? &thread->irq : &thread->vcpu;
    record->points[record->count] = (struct record_point){.number = record->lines,
                                                          .gap = chain->gap,
                                                          .next = RECORD_NONE,
                                                          .point = line->point,
                                                          .text = text};
    if (chain->last == RECORD_NONE)
        chain->first = record->count;
    else
        record->points[chain->last].next = record->count;
    chain->last = record->count++;
    chain->gap = false;
    record->seen[line->point.id] = true;
    return true;
}

/* A broken line may have been anybody's, as lost ones are. */
static void mark_gap(struct record *record, const struct import_line *line)
{
    for (size_t i = 0; i < record->thread_count; i++) {
        record->threads[i].vcpu.gap = true;
        record->threads[i].irq.gap = true;
    }
    if (record->told_count == RECORD_MAX_TOLD)
        return;
    struct record_told *told = &record->told[record->told_count++];
    told->number = record->lines;
    told->lost = line->kind == IMPORT_LOST;
    memcpy(told->why, line->why, sizeof(told->why));
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
        record->whole = true;
        break;
    case IMPORT_LOST:
        record->lost++;
        mark_gap(record, &line);
        break;
    case IMPORT_BROKEN:
        record->broken_lines++;
        mark_gap(record, &line);
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
