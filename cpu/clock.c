/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cpu/clock.h"

#include <string.h>

struct op_desc {
    const char *key, *doc;
    enum floor floor;
};

static const struct op_desc op_table[OP_COUNT] = {
#define X(id, key_, floor_, doc_) [OP_##id] = {.key = #key_, .doc = doc_, .floor = FLOOR_##floor_},
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

enum floor op_floor(enum op op)
{
    return op_table[op].floor;
}

const char *floor_name(enum floor floor)
{
    static const char *const names[FLOOR_COUNT] = {
        [FLOOR_GUEST] = "guest", [FLOOR_CPU] = "cpu", [FLOOR_RMM] = "rmm",
        [FLOOR_EL3] = "el3",     [FLOOR_KVM] = "kvm", [FLOOR_VMM] = "vmm",
    };

    return names[floor];
}

void clock_restart(struct clock *clock, cycles_t now)
{
    clock->now = clock->start = now;
    clock->idle = 0;
    memset(clock->account, 0, sizeof(clock->account));
}

/* n * to / from, rounded up; false if that does not fit. to and from fit 32 bits. */
static bool rescale_up(uint64_t n, uint64_t to, uint64_t from, uint64_t *result)
{
    uint64_t rest = (n % from * to + from - 1) / from;

    if (n / from > (UINT64_MAX - rest) / to)
        return false;
    *result = n / from * to + rest;
    return true;
}

cycles_t clock_cycle_of_counter(const struct clock *clock, uint64_t counter)
{
    uint64_t cycle;

    return rescale_up(counter, clock_hz(clock), CLOCK_COUNTER_HZ, &cycle) ? CYCLES(cycle)
                                                                          : EVENT_QUEUE_NEVER;
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
    if (due.v > clock->now.v) {
        clock->idle += due.v - clock->now.v;
        clock->now = due;
    }
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
