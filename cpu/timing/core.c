/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cpu/timing/core.h"

#include <string.h>

#define HORIZON 64u /* bits of core_state.busy */

static const struct core_model cores[] = {
#include "generated/cores.inc"
};

const struct core_model *core_number(unsigned n)
{
    return n < sizeof(cores) / sizeof(cores[0]) ? &cores[n] : NULL;
}

const struct core_model *core_find(const char *name)
{
    const struct core_model *core;

    for (unsigned n = 0; (core = core_number(n)) != NULL; n++)
        if (strcmp(core->name, name) == 0)
            return core;
    return NULL;
}

enum timing core_timing(const struct cost_profile *profile, enum timing timing)
{
    if (timing == TIMING_PROFILE)
        timing = profile->timing;
    if (timing == TIMING_PROFILE)
        timing = profile->core && core_find(profile->core) ? TIMING_CORE : TIMING_FLAT;
    return timing;
}

static uint8_t less(uint8_t value, unsigned cycles)
{
    return (uint8_t)(value > cycles ? value - cycles : 0);
}

/* Results of a row of registers come closer. A multiple of 16: one instruction of the host's each.
 */
static void age(uint8_t *ready, uint8_t *from, uint8_t cycles)
{
    for (unsigned reg = 0; reg < UOP_NZCV; reg++) {
        uint8_t left = ready[reg] > cycles ? (uint8_t)(ready[reg] - cycles) : 0;

        ready[reg] = left;
        from[reg] = left ? from[reg] : 0;
    }
}

/* Time goes on. */
static void pass(const struct core_model *core, struct core_state *state, unsigned cycles)
{
    if (!cycles)
        return;
    for (unsigned unit = 0; unit < core->units; unit++)
        state->busy[unit] = cycles < HORIZON ? state->busy[unit] >> cycles : 0;
    age(state->ready, state->from, (uint8_t)(cycles < UINT8_MAX ? cycles : UINT8_MAX));
    state->ready[UOP_NZCV] = less(state->ready[UOP_NZCV], cycles);
    if (!state->ready[UOP_NZCV])
        state->from[UOP_NZCV] = 0;
    state->write_back = less(state->write_back, cycles);
    state->oldest = less(state->oldest, cycles);
    state->slots = 0;
}

void core_wait(const struct core_model *core, struct core_state *state, unsigned cycles)
{
    pass(core, state, cycles);
}

unsigned core_operand_wait(const struct core_model *core, const struct core_state *state,
                           const struct uop *uop)
{
    unsigned wait = 0;

    for (unsigned i = 0; i < uop->reads; i++) {
        uint8_t reg = uop->read[i];
        unsigned needed = less(state->ready[reg], core->saves[state->from[reg]][uop->kind[i]]);

        wait = needed > wait ? needed : wait;
    }
    return wait;
}

static uint64_t span(unsigned cycles)
{
    return cycles < HORIZON ? ((uint64_t)1 << cycles) - 1 : UINT64_MAX;
}

/* The unit of use that is free from cycle `at` on and has least to do; -1: none. */
static int free_unit(const struct core_state *state, const struct core_use *use, unsigned at,
                     uint16_t taken)
{
    uint64_t wanted = span(use->cycles) << at;
    unsigned free = 0;
    int best, least;

    for (unsigned units = use->units & (unsigned)~taken; units; units &= units - 1)
        if (!(state->busy[__builtin_ctz(units)] & wanted))
            free |= units & -units;
    if (!free)
        return -1;
    best = __builtin_ctz(free);
    if (!(free & (free - 1)))
        return best;
    least = __builtin_popcountll(state->busy[best]);
    while ((free &= free - 1) != 0 && least) {
        int unit = __builtin_ctz(free), work = __builtin_popcountll(state->busy[unit]);

        if (work < least) {
            best = unit;
            least = work;
        }
    }
    return best;
}

struct issue {
    uint64_t busy[CORE_UNITS];
};

/*
 * Takes the units of all uses from cycle `at` on; false, and nothing taken, if one is not free. Two
 * uses of one instruction that take the same unit follow each other.
 */
static bool take_units(struct core_state *state, const struct core_use *uses, unsigned n,
                       unsigned at)
{
    struct issue before;
    uint16_t taken = 0;

    if (n > 1)
        memcpy(before.busy, state->busy, sizeof(before.busy));
    for (unsigned i = 0; i < n; i++) {
        int unit = free_unit(state, &uses[i], at, taken);
        unsigned from = at;

        if (unit < 0 && !taken)
            return false;
        if (unit < 0) { /* its own unit, after its other use of it */
            for (; (unit = free_unit(state, &uses[i], from, 0)) < 0 && from < at + CORE_USES;
                 from++)
                ;
            if (unit < 0 || !(taken & 1u << unit)) {
                memcpy(state->busy, before.busy, sizeof(before.busy));
                return false;
            }
        }
        state->busy[unit] |= span(uses[i].cycles) << from;
        taken |= (uint16_t)(1u << unit);
    }
    return true;
}

/* The costs of this instruction: its class's, with what write-back of the base adds. */
struct total {
    struct core_use use[2 * CORE_USES];
    unsigned uses, uops;
    unsigned first; /* write-back of its first result, and of its last */
    unsigned last;
};

static void add_uses(struct total *total, const struct core_cost *cost)
{
    for (unsigned i = 0; i < CORE_USES && cost->use[i].units; i++)
        total->use[total->uses++] = cost->use[i];
    total->uops += cost->uops;
}

static struct total total_of(const struct core_model *core, const struct uop *uop)
{
    const struct core_cost *cost = &core->cost[uop->cls];
    struct total total = {.first = cost->latency, .last = cost->latency};

    add_uses(&total, cost);
    if (cost->second > total.last)
        total.last = cost->second;
    if (uop->updates_base) {
        unsigned base = core->cost[UOP_BASE_UPDATE].latency;

        add_uses(&total, &core->cost[UOP_BASE_UPDATE]);
        total.first = base < total.first ? base : total.first;
        total.last = base > total.last ? base : total.last;
    }
    return total;
}

static void write_results(const struct core_model *core, struct core_state *state,
                          const struct uop *uop, unsigned at)
{
    const struct core_cost *cost = &core->cost[uop->cls];

    for (unsigned i = 0; i < uop->writes; i++) {
        bool base = uop->updates_base && i + 1u == uop->writes;
        const struct core_cost *by = base ? &core->cost[UOP_BASE_UPDATE] : cost;
        unsigned latency = i == 1 && !base && cost->second ? cost->second : by->latency;

        state->ready[uop->write[i]] = (uint8_t)(at + latency);
        state->from[uop->write[i]] = state->ready[uop->write[i]] ? by->forward : 0;
    }
}

/* Issues uops at the width of the core; what does not fit goes on in later cycles. */
static unsigned take_slots(const struct core_model *core, struct core_state *state, unsigned uops,
                           bool last)
{
    unsigned end = state->slots + uops, cycles = end > core->width ? (end - 1) / core->width : 0;

    pass(core, state, cycles);
    state->slots = (uint8_t)(last ? core->width : end - cycles * core->width);
    return cycles;
}

static bool fits(const struct core_model *core, const struct core_state *state, unsigned uops,
                 bool alone)
{
    if (alone && state->slots)
        return false;
    return state->slots + uops <= core->width || (uops > core->width && !state->slots);
}

static unsigned step_in_order(const struct core_model *core, struct core_state *state,
                              const struct uop *uop)
{
    const struct core_cost *cost = &core->cost[uop->cls];
    struct total total = total_of(core, uop);
    unsigned wait = core_operand_wait(core, state, uop), passed;

    if (!wait && !fits(core, state, total.uops, cost->alone))
        wait = 1;
    if (!cost->unordered && state->write_back > total.first &&
        wait < state->write_back - total.first)
        wait = state->write_back - total.first;
    pass(core, state, wait);
    for (passed = wait; !take_units(state, total.use, total.uses, 0); passed++)
        pass(core, state, 1);
    write_results(core, state, uop, 0);
    if (!cost->unordered)
        state->write_back = (uint8_t)total.last;
    passed += take_slots(core, state, total.uops, cost->last);
    if (!cost->serial)
        return passed;
    pass(core, state, total.last);
    return passed + total.last;
}

/* Until the oldest result is there. */
static unsigned wait_for_all(const struct core_model *core, struct core_state *state)
{
    unsigned left = state->oldest;

    pass(core, state, left);
    return left;
}

static unsigned step_wide(const struct core_model *core, struct core_state *state,
                          const struct uop *uop)
{
    const struct core_cost *cost = &core->cost[uop->cls];
    struct total total = total_of(core, uop);
    unsigned passed = 0, at, done;

    if (!fits(core, state, total.uops, cost->alone)) {
        pass(core, state, 1);
        passed++;
    }
    if (cost->serial)
        passed += wait_for_all(core, state);
    if (state->oldest > core->window) {
        passed += state->oldest - core->window;
        pass(core, state, state->oldest - core->window);
    }
    at = core_operand_wait(core, state, uop);
    while (!take_units(state, total.use, total.uses, at)) {
        if (at < CORE_WINDOW_MAX) {
            at++;
        } else {
            pass(core, state, 1);
            passed++;
        }
    }
    write_results(core, state, uop, at);
    done = at + total.last;
    state->oldest = (uint8_t)(done > state->oldest ? done : state->oldest);
    passed += take_slots(core, state, total.uops, cost->last);
    return cost->serial ? passed + wait_for_all(core, state) : passed;
}

unsigned core_step(const struct core_model *core, struct core_state *state, const struct uop *uop)
{
    return core->in_order ? step_in_order(core, state, uop) : step_wide(core, state, uop);
}

unsigned core_branch_taken(const struct core_model *core, struct core_state *state)
{
    unsigned lost = core->taken_branch;

    if (lost)
        pass(core, state, lost);
    return lost;
}

unsigned core_drain(const struct core_model *core, struct core_state *state)
{
    unsigned left = state->slots ? 1 : 0;

    for (unsigned reg = 0; reg < UOP_REGS; reg++) {
        unsigned ready = less(state->ready[reg],
                              core->in_order ? core->saves[state->from[reg]][UOP_READ_ALU] : 0);

        left = ready > left ? ready : left;
    }
    memset(state, 0, sizeof(*state));
    return left;
}
