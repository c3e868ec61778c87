/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Folded stacks for flame graphs: "frame;frame;frame CYCLES" a line, sorted. Where more than one
 * vCPU has events, the root is the vCPU ("vcpu1"), and all below is of its own. Then comes
 * guest, or setup before the guest first ran; the next the class of the exception, once it is
 * taken; then the steps by the depth of timeline.h. The numbers add up to the run's cycles: those
 * of a step that is not selected go to the step it lies in.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/trace/timeline.h"
#include "sim/trace/writer.h"

#define NO_FRAME EV_COUNT

struct stack_key { /* zeroed first: compared as bytes */
    const char *exception;
    uint16_t vcpu;
    uint8_t guest;
    uint8_t frame[TIMELINE_MAX_DEPTH]; /* kinds, NO_FRAME where there is none */
};

_Static_assert(EV_COUNT < UINT8_MAX, "a kind fits a frame");

struct stack {
    struct stack_key key;
    uint64_t cycles;
};

struct folded {
    struct timeline timeline;
    struct stack_key now[TIMELINE_MAX_VCPUS]; /* where each vCPU stands */
    struct stack *stacks;
    size_t count, room;
    bool several; /* vCPUs: each has a root frame */
};

static void clear_frames(struct stack_key *key, unsigned from)
{
    memset(key->frame + from, NO_FRAME, sizeof(key->frame) - from);
}

static struct stack *find_stack(struct folded *folded, const struct stack_key *now)
{
    for (size_t i = 0; i < folded->count; i++)
        if (memcmp(&folded->stacks[i].key, now, sizeof(*now)) == 0)
            return &folded->stacks[i];
    if (folded->count == folded->room) {
        size_t room = folded->room ? folded->room * 2 : 64;
        struct stack *bigger = realloc(folded->stacks, room * sizeof(*bigger));
        if (!bigger)
            return NULL;
        folded->stacks = bigger;
        folded->room = room;
    }
    struct stack *stack = &folded->stacks[folded->count++];
    memcpy(&stack->key, now, sizeof(stack->key));
    stack->cycles = 0;
    return stack;
}

static void folded_header(struct trace_out *to, const struct trace_header *header)
{
    struct folded *folded = to->state;
    (void)header; /* the format has no comments */
    for (unsigned i = 0; i < TIMELINE_MAX_VCPUS; i++) {
        folded->now[i].vcpu = (uint16_t)i;
        clear_frames(&folded->now[i], 0);
    }
}

static void folded_step(struct trace_out *to, const struct event *event)
{
    struct folded *folded = to->state;
    struct timeline_step step = timeline_next(&folded->timeline, event);
    struct stack_key *now = &folded->now[event->vcpu];
    folded->several |= event->vcpu != 0;
    if (step.opens_trap)
        clear_frames(now, 0);
    now->guest = step.trap != 0;
    now->exception = step.exception;
    if (to->selected) {
        clear_frames(now, step.depth);
        now->frame[step.depth] = (uint8_t)event->kind;
    }
    if (event->cycle.v == step.start)
        return;
    struct stack *stack = find_stack(folded, now);
    if (stack)
        stack->cycles += event->cycle.v - step.start;
    else
        to->failed = true;
}

static void stack_text(const struct stack_key *key, char *text, size_t size)
{
    size_t used =
        (size_t)snprintf(text, size, "vcpu%u;%s", key->vcpu, key->guest ? "guest" : "setup");
    if (key->exception)
        used += (size_t)snprintf(text + used, size - used, ";%s", key->exception);
    for (unsigned i = 0; i < TIMELINE_MAX_DEPTH && used < size; i++)
        if (key->frame[i] != NO_FRAME)
            used +=
                (size_t)snprintf(text + used, size - used, ";%s", event_table[key->frame[i]].name);
}

#define STACK_TEXT_SIZE 512

static int compare_stacks(const void *a, const void *b)
{
    char left[STACK_TEXT_SIZE], right[STACK_TEXT_SIZE];
    stack_text(&((const struct stack *)a)->key, left, sizeof(left));
    stack_text(&((const struct stack *)b)->key, right, sizeof(right));
    return strcmp(left, right);
}

static void folded_finish(struct trace_out *to)
{
    struct folded *folded = to->state;
    char text[STACK_TEXT_SIZE];
    if (folded->count)
        qsort(folded->stacks, folded->count, sizeof(folded->stacks[0]), compare_stacks);
    for (size_t i = 0; i < folded->count; i++) {
        stack_text(&folded->stacks[i].key, text, sizeof(text));
        fprintf(to->out, "%s %" PRIu64 "\n", folded->several ? text : strchr(text, ';') + 1,
                folded->stacks[i].cycles);
    }
    free(folded->stacks);
}

const struct trace_format trace_format_folded = {
    .name = "folded",
    .suffix = ".folded",
    .doc = "stacks and their cycles, for flame graphs",
    .wants_all = true,
    .state_size = sizeof(struct folded),
    .header = folded_header,
    .step = folded_step,
    .finish = folded_finish,
};
