/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/cycle_account.h"

#include <stdlib.h>
#include <string.h>

#define SETUP "setup"
#define FIRST_ROOM 256

void cycle_account_init(struct cycle_account *account, const struct clock *clock)
{
    memset(account, 0, sizeof(*account));
    account->clock = clock;
}

void cycle_account_free(struct cycle_account *account)
{
    free(account->parts);
    account->parts = NULL;
}

enum world account_world(unsigned op, enum world world)
{
    if (op == ACCOUNT_IDLE)
        return world;
    switch (op_floor((enum op)op)) {
    case FLOOR_GUEST:
        return WORLD_GUEST;
    case FLOOR_RMM:
        return WORLD_RMM;
    case FLOOR_EL3:
        return WORLD_EL3;
    case FLOOR_KVM:
        return WORLD_HOST;
    case FLOOR_VMM:
        return WORLD_VMM;
    case FLOOR_CPU:
    case FLOOR_COUNT:
        break;
    }
    return world;
}

static void add_part(struct cycle_account *account, const struct account_part *part)
{
    struct account_part *last = account->count ? &account->parts[account->count - 1] : NULL;

    if (last && last->trap == part->trap && last->step == part->step && last->op == part->op &&
        last->world == part->world && last->trap_class == part->trap_class) {
        last->count += part->count;
        last->cycles += part->cycles;
        return;
    }
    if (account->count == account->room) {
        size_t room = account->room ? 2 * account->room : FIRST_ROOM;
        struct account_part *bigger = realloc(account->parts, room * sizeof(*bigger));

        if (!bigger) {
            account->out_of_memory = true;
            return;
        }
        account->parts = bigger;
        account->room = room;
    }
    account->parts[account->count++] = *part;
}

void cycle_account_event(void *ctx, const struct event *event)
{
    struct cycle_account *account = ctx;
    const struct clock *clock = account->clock;
    struct timeline_step step = timeline_next(&account->timeline, event);
    struct account_part part = {.step = (uint16_t)event->kind};
    struct clock_account accounts[OP_COUNT];

    clock_accounts(clock, accounts);
    if (step.opens_trap)
        account->trap_of[event->vcpu] = ++account->traps;
    part.trap = account->trap_of[event->vcpu];
    part.trap_class = !part.trap ? SETUP : step.exception ? step.exception : "guest";
    for (unsigned op = 0; op < OP_COUNT; op++) {
        const struct clock_account *now = &accounts[op];
        struct clock_account *seen = &account->seen[op];

        if (now->count == seen->count && now->cycles == seen->cycles)
            continue;
        part.op = (uint16_t)op;
        part.world = account_world(op, event->world);
        part.count = now->count - seen->count;
        part.cycles = now->cycles - seen->cycles;
        *seen = *now;
        add_part(account, &part);
    }
    if (clock->idle == account->seen_idle)
        return;
    part.op = ACCOUNT_IDLE;
    part.world = event->world;
    part.count = 1;
    part.cycles = clock->idle - account->seen_idle;
    account->seen_idle = clock->idle;
    add_part(account, &part);
}

struct account_sum account_sum(const struct cycle_account *account, const struct profile *profile,
                               uint64_t trap, unsigned op)
{
    struct account_sum sum = {0};

    for (size_t i = 0; i < account->count; i++) {
        const struct account_part *part = &account->parts[i];
        bool fixed = part->op == ACCOUNT_IDLE ||
                     part->cycles != part->count * profile->cost.cycles[part->op];

        if ((trap && part->trap != trap) || (op != ACCOUNT_ALL && part->op != op))
            continue;
        sum.count += part->count;
        sum.cycles += part->cycles;
        sum.min += fixed ? part->cycles : part->count * profile->ops[part->op].min;
        sum.max += fixed ? part->cycles : part->count * profile->ops[part->op].max;
    }
    return sum;
}
