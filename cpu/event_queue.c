/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cpu/event_queue.h"

#include <assert.h>
#include <stdlib.h>

static bool before(const struct timed_event *a, const struct timed_event *b)
{
    return a->due.v != b->due.v ? a->due.v < b->due.v : a->order < b->order;
}

static void place(struct event_queue *queue, size_t index, struct timed_event *event)
{
    queue->heap[index] = event;
    event->position = index + 1;
}

/* Moves the event from index to where it belongs. */
static void sift(struct event_queue *queue, size_t index, struct timed_event *event)
{
    while (index > 0 && before(event, queue->heap[(index - 1) / 2])) {
        place(queue, index, queue->heap[(index - 1) / 2]);
        index = (index - 1) / 2;
    }
    for (;;) {
        size_t child = 2 * index + 1;

        if (child + 1 < queue->count && before(queue->heap[child + 1], queue->heap[child]))
            child++;
        if (child >= queue->count || !before(queue->heap[child], event))
            break;
        place(queue, index, queue->heap[child]);
        index = child;
    }
    place(queue, index, event);
}

bool event_queue_add(struct event_queue *queue, struct timed_event *event)
{
    if (queue->added == queue->capacity) {
        size_t capacity = queue->capacity ? 2 * queue->capacity : 8;
        struct timed_event **grown = realloc(queue->heap, capacity * sizeof(struct timed_event *));

        if (!grown)
            return false;
        queue->heap = grown;
        queue->capacity = capacity;
    }
    queue->added++;
    event->position = 0;
    return true;
}

void event_queue_remove(struct event_queue *queue, struct timed_event *event)
{
    event_queue_cancel(queue, event);
    assert(queue->added);
    if (--queue->added)
        return;
    free(queue->heap);
    queue->heap = NULL;
    queue->capacity = 0;
}

void event_queue_schedule(struct event_queue *queue, struct timed_event *event, cycles_t due)
{
    size_t index = event->position ? event->position - 1 : queue->count++;

    assert(queue->count <= queue->added);
    event->due = due;
    event->order = queue->scheduled++;
    sift(queue, index, event);
}

void event_queue_cancel(struct event_queue *queue, struct timed_event *event)
{
    size_t index = event->position - 1;
    struct timed_event *last;

    if (!event->position)
        return;
    event->position = 0;
    last = queue->heap[--queue->count];
    if (last != event)
        sift(queue, index, last);
}

bool event_queue_run(struct event_queue *queue, cycles_t now)
{
    bool any = false;

    while (queue->count && queue->heap[0]->due.v <= now.v) {
        struct timed_event *event = queue->heap[0];
        cycles_t late = CYCLES(now.v - event->due.v);

        event_queue_cancel(queue, event);
        event->fn(event->ctx, late);
        any = true;
    }
    return any;
}
