/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/cycle_account.h"

#include <stdlib.h>
#include <string.h>

#include "sim/trace/trap_log.h"

#define SETUP "setup"
#define GUEST "guest" /* between two traps */
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

    if (last && last->trap == part->trap && last->setup == part->setup &&
        last->step == part->step && last->op == part->op && last->world == part->world &&
        last->trap_class == part->trap_class) {
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

/* Of an event that opens a trap. A REC exit alone, which has no address, is an interrupt's. */
static uint64_t place_of(const struct event *event)
{
    switch (event->kind) {
    case EV_REC_EXIT:
        return 0;
    case EV_EL2_VECTOR:
        return event_arg(event, "elr");
    default:
        return event_arg(event, "pc");
    }
}

/* What a CPU's line has got since it was last looked at becomes parts like this one. */
static void take_line(struct cycle_account *account, unsigned line,
                      const struct clock_account ops[OP_COUNT], uint64_t idle,
                      struct account_part part, enum world world)
{
    for (unsigned op = 0; op < OP_COUNT; op++) {
        struct clock_account *seen = &account->seen[line].ops[op];

        if (ops[op].count == seen->count && ops[op].cycles == seen->cycles)
            continue;
        part.op = (uint16_t)op;
        part.world = account_world(op, world);
        part.count = ops[op].count - seen->count;
        part.cycles = ops[op].cycles - seen->cycles;
        *seen = ops[op];
        add_part(account, &part);
    }
    if (idle == account->seen[line].idle)
        return;
    part.op = ACCOUNT_IDLE;
    part.world = world;
    part.count = 1;
    part.cycles = idle - account->seen[line].idle;
    account->seen[line].idle = idle;
    add_part(account, &part);
}

void cycle_account_event(void *ctx, const struct event *event)
{
    struct cycle_account *account = ctx;
    const struct clock *clock = account->clock;
    struct timeline_step step = timeline_next(&account->timeline, event);
    struct account_part part = {.step = (uint16_t)event->kind};
    struct clock_account accounts[OP_COUNT];

    clock_accounts(clock, accounts);
    if (step.opens_trap) {
        account->vcpu[event->vcpu].trap = ++account->traps;
        account->vcpu[event->vcpu].pc = place_of(event);
        account->guest_ran = true;
    }
    part.trap = account->vcpu[event->vcpu].trap;
    part.pc = account->vcpu[event->vcpu].pc;
    part.setup = !account->guest_ran;
    part.trap_class = part.setup ? SETUP : step.exception ? step.exception : GUEST;
    account->guest_ran |= event_closes_trap(event->kind);
    take_line(account, clock->line, accounts, clock->idle, part, event->world);
    for (unsigned i = 0; event->kind == EV_END && i < clock->line_count; i++) {
        if (i == clock->line)
            continue;
        part.trap = account->vcpu[i].trap;
        part.pc = account->vcpu[i].pc;
        part.trap_class = account->timeline.vcpu[i].exception;
        if (!part.trap_class)
            part.trap_class = GUEST;
        take_line(account, i, clock->lines[i].account, clock->lines[i].idle, part, event->world);
    }
}

bool account_chooses(struct account_choice choice, const struct account_part *part)
{
    return (!choice.trap || part->trap == choice.trap) &&
           (choice.phase == ACCOUNT_WHOLE || part->setup == (choice.phase == ACCOUNT_SETUP));
}

struct account_sum account_sum(const struct cycle_account *account, const struct profile *profile,
                               struct account_choice choice, unsigned op)
{
    struct account_sum sum = {0};

    for (size_t i = 0; i < account->count; i++) {
        const struct account_part *part = &account->parts[i];
        bool fixed = part->op == ACCOUNT_IDLE ||
                     part->cycles != part->count * profile->cost.cycles[part->op];

        if (!account_chooses(choice, part) || (op != ACCOUNT_ALL && part->op != op))
            continue;
        sum.count += part->count;
        sum.cycles += part->cycles;
        sum.min += fixed ? part->cycles : part->count * profile->ops[part->op].min;
        sum.max += fixed ? part->cycles : part->count * profile->ops[part->op].max;
    }
    return sum;
}

/* --- groups --- */

static void group_add(struct account_group *group, const struct account_part *part)
{
    group->cycles += part->cycles;
    if (part->op == ACCOUNT_IDLE)
        group->idle += part->cycles;
    else
        group->world[part->world] += part->cycles;
    if (part->op == OP_GUEST_INSN)
        group->instructions += part->count;
    if (part->op == OP_GUEST_INSN || op_is_modelled((enum op)part->op))
        group->guest_cycles += part->cycles; /* with what its instructions wait for */
    if (!part->setup && strcmp(part->trap_class, GUEST) != 0)
        group->trap_class = part->trap_class;
}

static int by_pc_and_trap(const void *a, const void *b)
{
    const struct account_group *left = a, *right = b;

    if (!left->trap != !right->trap)
        return left->trap ? 1 : -1;
    if (left->pc != right->pc)
        return left->pc < right->pc ? -1 : 1;
    return left->trap < right->trap ? -1 : 1;
}

static int by_cycles(const void *a, const void *b)
{
    const struct account_group *left = a, *right = b;

    if (left->cycles != right->cycles)
        return left->cycles < right->cycles ? 1 : -1;
    return left->trap < right->trap ? -1 : 1;
}

size_t account_by_trap(const struct cycle_account *account, struct account_choice choice,
                       struct account_group **groups)
{
    struct account_group *all = calloc(account->traps + 1, sizeof(*all));
    size_t count = 0;

    *groups = all;
    if (!all)
        return 0;
    for (size_t i = 0; i < account->count; i++) {
        const struct account_part *part = &account->parts[i];
        struct account_group *group = &all[part->trap];

        if (!account_chooses(choice, part))
            continue;
        if (!group->trap_class)
            *group = (struct account_group){.trap = part->trap,
                                            .pc = part->pc,
                                            .trap_class = part->trap_class,
                                            .traps = part->trap != 0};
        group_add(group, part);
    }
    for (uint64_t trap = 0; trap <= account->traps; trap++)
        if (all[trap].trap_class)
            all[count++] = all[trap];
    return count;
}

size_t account_by_instruction(const struct cycle_account *account, struct account_choice choice,
                              struct account_group **groups)
{
    size_t traps = account_by_trap(account, choice, groups), count = 0;
    struct account_group *all = *groups;

    if (traps)
        qsort(all, traps, sizeof(all[0]), by_pc_and_trap);
    for (size_t i = 0; i < traps; i++) {
        struct account_group *to = count ? &all[count - 1] : NULL;

        if (!to || to->pc != all[i].pc || !to->trap != !all[i].trap) {
            all[count++] = all[i];
            continue;
        }
        to->traps += all[i].traps;
        to->instructions += all[i].instructions;
        to->guest_cycles += all[i].guest_cycles;
        to->idle += all[i].idle;
        to->cycles += all[i].cycles;
        for (unsigned world = 0; world < WORLD_COUNT; world++)
            to->world[world] += all[i].world[world];
    }
    if (count)
        qsort(all, count, sizeof(all[0]), by_cycles);
    return count;
}
