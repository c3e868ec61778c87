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

const char *timing_name(enum timing timing)
{
    static const char *const names[TIMING_COUNT] = {[TIMING_PROFILE] = "profile",
                                                    [TIMING_FLAT] = "flat",
                                                    [TIMING_CORE] = "core",
                                                    [TIMING_DETAILED] = "detailed"};

    return names[timing];
}

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
    for (struct clock_bundle *bundle = clock->bundles; bundle; bundle = bundle->next)
        bundle->charged = 0;
}

static void spread(const struct clock *clock, const struct clock_bundle *bundle,
                   struct clock_account *account)
{
    for (unsigned i = 0; i < bundle->row_count; i++) {
        const struct clock_bundle_row *row = &bundle->rows[i];
        uint64_t count = row->count * bundle->charged;

        account[row->op].count += count;
        account[row->op].cycles += count * clock->profile->cycles[row->op];
    }
}

void clock_accounts(const struct clock *clock, struct clock_account account[OP_COUNT])
{
    memcpy(account, clock->account, sizeof(clock->account));
    for (const struct clock_bundle *bundle = clock->bundles; bundle; bundle = bundle->next)
        if (bundle->charged)
            spread(clock, bundle, account);
}

void clock_add_bundle(struct clock *clock, struct clock_bundle *bundle)
{
    bundle->charged = 0;
    bundle->cycles = 0;
    for (unsigned i = 0; i < bundle->row_count; i++)
        bundle->cycles += bundle->rows[i].count * clock->profile->cycles[bundle->rows[i].op];
    bundle->next = clock->bundles;
    clock->bundles = bundle;
}

void clock_remove_bundle(struct clock *clock, struct clock_bundle *bundle)
{
    struct clock_bundle **link = &clock->bundles;

    while (*link && *link != bundle)
        link = &(*link)->next;
    if (!*link)
        return;
    *link = bundle->next;
    spread(clock, bundle, clock->account);
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
    bool ahead = clock->paced && clock->horizon.v < clock->now.v;

    return event_queue_run(&clock->events, ahead ? clock->horizon : clock->now);
}

void clock_save_line(struct clock *clock, struct clock_line *line)
{
    line->now = clock->now;
    line->idle = clock->idle;
    clock_accounts(clock, line->account);
}

void clock_load_line(struct clock *clock, const struct clock_line *line, unsigned index)
{
    clock->now = line->now;
    clock->idle = line->idle;
    clock->line = index;
    memcpy(clock->account, line->account, sizeof(clock->account));
    for (struct clock_bundle *bundle = clock->bundles; bundle; bundle = bundle->next)
        bundle->charged = 0;
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
    cycles_t due = clock_next_stop(clock);
    uint64_t left;

    if ((!clock->events.count && !clock->paced) || !each)
        return UINT64_MAX;
    if (due.v <= clock->now.v)
        return 1;
    left = due.v - clock->now.v;
    return left / each + (left % each != 0);
}
