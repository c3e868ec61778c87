/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What happens later, by simulated time: one queue a machine, in its struct clock. Whoever wants to
 * be called owns a struct timed_event, adds it once, and then schedules and cancels it as often as
 * it likes: O(log n) each, and nothing is allocated.
 *
 * Events of the same cycle are called in the order in which they were scheduled. They are called
 * between two instructions of the guest, or while no guest runs (cpu/clock.h: clock_run_events).
 */
#ifndef CPU_EVENT_QUEUE_H
#define CPU_EVENT_QUEUE_H

#include "cpu/types.h"

/* late: cycles that have passed since the event was due. The event may be scheduled again. */
typedef void timed_event_fn(void *ctx, cycles_t late);

/* Its owner sets the first three; it must not move while it is in the queue. */
struct timed_event {
    const char *name; /* outlives the event */
    timed_event_fn *fn;
    void *ctx;
    /* the queue's: */
    cycles_t due;
    uint64_t order;  /* of scheduling, for ties */
    size_t position; /* in the heap, from 1; 0: not scheduled */
};

/* All zero is an empty queue, which owns nothing. */
struct event_queue {
    struct timed_event **heap; /* heap[0] is due first */
    size_t count;              /* scheduled */
    size_t added, capacity;    /* events that may be scheduled at once */
    uint64_t scheduled;        /* ever */
};

#define EVENT_QUEUE_NEVER CYCLES(UINT64_MAX)

/* Makes room for the event, which is not scheduled yet. False: out of memory. */
bool event_queue_add(struct event_queue *queue, struct timed_event *event);
/*
 * Cancels the event and gives its room back; with the last one the queue's memory goes too. Each
 * event that was added is removed before its owner or the clock goes.
 */
void event_queue_remove(struct event_queue *queue, struct timed_event *event);

/* Schedules the event, or moves it. It comes behind those that are there for the same cycle. */
void event_queue_schedule(struct event_queue *queue, struct timed_event *event, cycles_t due);
/* Nothing happens if it is not scheduled. */
void event_queue_cancel(struct event_queue *queue, struct timed_event *event);

static inline bool timed_event_is_scheduled(const struct timed_event *event)
{
    return event->position != 0;
}

/* When the first event is due; EVENT_QUEUE_NEVER if none is scheduled. */
static inline cycles_t event_queue_next_due(const struct event_queue *queue)
{
    return queue->count ? queue->heap[0]->due : EVENT_QUEUE_NEVER;
}

/* The first event, which stays in the queue; NULL if there is none. Its name says what to expect.
 */
static inline const struct timed_event *event_queue_first(const struct event_queue *queue)
{
    return queue->count ? queue->heap[0] : NULL;
}

/* Takes out what is due at now, one after the other, and calls it. Were there any? */
bool event_queue_run(struct event_queue *queue, cycles_t now);

#endif
