/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events as stretches of time, for the formats that draw. An event is stamped when its work is
 * done, so the cycles since the event before it are its own; no cycle is lost or counted twice. How
 * deep an event lies inside the handling of its trap is one number an event, in timeline.c.
 */
#ifndef SIM_TRACE_TIMELINE_H
#define SIM_TRACE_TIMELINE_H

#include "cpu/event.h"

#define TIMELINE_MAX_VCPUS 512 /* KVM_MAX_VCPUS of arm64 */
#define TIMELINE_MAX_DEPTH 8

struct timeline {
    uint64_t now; /* cycle of the last event */
    struct {
        uint64_t now;  /* of its own last event */
        uint64_t trap; /* number of the last one, from 1 */
        bool in_trap;
        const char *exception; /* its class, NULL before it is taken */
    } vcpu[TIMELINE_MAX_VCPUS];
};

struct timeline_step {
    uint64_t start;        /* of the event's work, in cycles; it ends at the event's cycle */
    uint64_t trap;         /* on this vCPU, from 1; 0: before the first */
    bool opens_trap;       /* the event is the first of its trap */
    const char *exception; /* exception class of the trap once it is taken ("DABT_LOW"), or NULL */
    unsigned depth;        /* below TIMELINE_MAX_DEPTH; 0: not inside another step */
};

/* How deep events of that kind lie; as in struct timeline_step. */
unsigned timeline_depth(enum event_kind kind);
/* The next event. Its vcpu is below TIMELINE_MAX_VCPUS. */
struct timeline_step timeline_next(struct timeline *timeline, const struct event *event);

#endif
