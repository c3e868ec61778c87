/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cpu/clock.h"

struct op_desc {
    const char *key, *doc;
};

static const struct op_desc op_table[OP_COUNT] = {
#define X(id, key_, doc_) [OP_##id] = {.key = #key_, .doc = doc_},
    OP_TABLE(X)
#undef X
};

const char *op_key(enum op op)
{
    return op_table[op].key;
}

const char *op_doc(enum op op)
{
    return op_table[op].doc;
}

bool clock_run_events(struct clock *clock)
{
    return event_queue_run(&clock->events, clock->now);
}

bool clock_skip_to_event(struct clock *clock)
{
    cycles_t due = event_queue_next_due(&clock->events);

    if (!clock->events.count)
        return false;
    if (due.v > clock->now.v)
        clock->now = due;
    return clock_run_events(clock);
}

uint64_t clock_instructions_to_event(const struct clock *clock)
{
    uint64_t each = clock->profile->cycles[OP_GUEST_INSN];
    cycles_t due = event_queue_next_due(&clock->events);
    uint64_t left;

    if (!clock->events.count || !each)
        return UINT64_MAX;
    if (due.v <= clock->now.v)
        return 1;
    left = due.v - clock->now.v;
    return left / each + (left % each != 0);
}
