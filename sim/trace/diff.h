/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where two traces part, and what differs from there on. On each vCPU events are paired in order;
 * where one side has others, the nearest place at which both go on alike is looked for, and what is
 * skipped on the way stands alone. Cycles are compared from one pair to the next, so that a step
 * that takes longer differs and not all that come behind it.
 */
#ifndef SIM_TRACE_DIFF_H
#define SIM_TRACE_DIFF_H

#include <stdio.h>

#include "sim/trace/trace_list.h"

#define DIFF_MAX_IGNORED 32
#define DIFF_MAX_KEPT 10000 /* differences; the rest is counted */
#define DIFF_NO_EVENT SIZE_MAX

struct diff_side {
    const char *name;      /* what it is called */
    const char *rmm;       /* whose names its FIDs have; NULL: any that knows them */
    const uint32_t *traps; /* of each event the trap it is in, from 1; 0: none. NULL: not known */
    uint64_t origin;       /* the cycle that is told as 0 */
};

struct diff_options {
    const char *ignored[DIFF_MAX_IGNORED]; /* field names; "cycles" is the time */
    unsigned ignored_count;
    unsigned context; /* events shown before and after the first difference */
    struct diff_side sides[2];
};

enum diff_kind { DIFF_PAIR, DIFF_ONLY_A, DIFF_ONLY_B };

/* One difference: a pair whose fields, world or cycles differ, or an event of one side. */
struct diff_step {
    enum diff_kind kind;
    size_t a, b;     /* the events; of an event alone, the other side's next, or DIFF_NO_EVENT */
    uint64_t same;   /* pairs on this vCPU before it without a difference in between */
    bool content;    /* not cycles alone */
    uint64_t took_a; /* cycles since the pair before; of a pair */
    uint64_t took_b;
};

struct diff_count {
    uint64_t differ, only_a, only_b; /* differ: by more than cycles */
};

struct diff_found {
    struct diff_step *steps; /* by vCPU, in the order of its events */
    size_t count, room;
    uint64_t total;    /* differences, those not kept as well */
    uint64_t pairs;    /* compared */
    uint64_t cycles;   /* of these, how many took another time */
    uint64_t contents; /* differences that are more than that */
    bool has_first;
    struct diff_step first; /* the first in A; one in cycles alone only if there is no other */
    struct diff_count kinds[EV_COUNT];
};

/* Splits a comma list into options->ignored, changing text. False: *bad is no field of any event.
 */
bool diff_ignore(struct diff_options *options, char *text, const char **bad);

/* Compares; found is freed by diff_found_free. True when both are the same. */
bool diff_find(const struct trace_list *a, const struct trace_list *b,
               const struct diff_options *options, struct diff_found *found);
void diff_found_free(struct diff_found *found);
/* Whether a field of a pair, by its place in the event table, differs. */
bool diff_field(const struct event *a, const struct event *b, unsigned field,
                const struct diff_options *options);
/* Whether the cycles of a pair differ and count. */
bool diff_took(const struct diff_step *step, const struct diff_options *options);
/* What a value of an event stands for beside its number: the name of a call's FID; or NULL. */
const char *diff_value_name(const struct diff_side *side, const struct event *event,
                            unsigned field);

/* What was found, for people and for programs. Both need a difference, or, of json, not even that.
 */
void diff_print(FILE *out, const struct trace_list *a, const struct trace_list *b,
                const struct diff_options *options, const struct diff_found *found);
void diff_print_json(FILE *out, const struct trace_list *a, const struct trace_list *b,
                     const struct diff_options *options, const struct diff_found *found);

/* True when both are the same; else prints where they part. */
bool diff_traces(FILE *out, const struct trace_list *a, const struct trace_list *b,
                 const struct diff_options *options);

#endif
