/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cpu/timing/detail.h"

#include <string.h>

#define NO_LINE 1u /* no line begins there */

static const enum detail_row row_of[DETAIL_PARTS] = {
    [PART_WALK] = DETAIL_TLB_WALK, [PART_L1] = DETAIL_L1D_MISS,       [PART_L2] = DETAIL_L2_MISS,
    [PART_L3] = DETAIL_L3_MISS,    [PART_UNCACHED] = DETAIL_UNCACHED,
};

/* --- waiting --- */

static void spend(struct detail *detail, enum detail_row row, uint64_t cycles)
{
    detail->sum[row].cycles += cycles;
    detail->now += cycles;
}

static void stand_still(struct detail *detail, uint64_t cycles)
{
    core_wait(detail->core, &detail->state, cycles < UINT8_MAX ? (unsigned)cycles : UINT8_MAX);
}

/*
 * Nothing is issued until then. What was hidden by other work was the beginning of the wait: the
 * parts are charged from its end. What is beyond them is the instruction's own latency.
 */
static void wait_until(struct detail *detail, uint64_t until, const struct detail_wait *why)
{
    uint64_t left;

    if (until <= detail->now)
        return;
    left = until - detail->now;
    stand_still(detail, left);
    for (unsigned part = DETAIL_PARTS; part-- > 0 && left;) {
        enum detail_row row = part == PART_L1 && why->fetch ? DETAIL_L1I_MISS : row_of[part];
        uint64_t cycles = why->cycles[part] < left ? why->cycles[part] : left;

        spend(detail, row, cycles);
        left -= cycles;
    }
    spend(detail, DETAIL_ISSUE, left);
}

/* Of a wait only so much is left: its end. */
static void shorten(struct detail_wait *why, uint64_t left)
{
    for (unsigned part = DETAIL_PARTS; part-- > 0;) {
        if (why->cycles[part] > left)
            why->cycles[part] = (uint32_t)left;
        left -= why->cycles[part];
    }
}

/* --- caches --- */

/* What the core waits beyond a hit in L1. */
static uint32_t parts_of(const struct detail *detail, enum cache_answer answer,
                         struct detail_wait *why)
{
    const uint16_t *latency = detail->core->memory.latency;

    for (unsigned level = ANSWER_L2; level <= answer; level++)
        why->cycles[PART_L1 + level - ANSWER_L2] = (uint32_t)latency[level] - latency[level - 1];
    return (uint32_t)latency[answer] - latency[ANSWER_L1];
}

static void count_misses(struct detail *detail, enum detail_row l1, enum cache_answer answer)
{
    if (answer >= ANSWER_L2 && l1 != DETAIL_ROWS)
        detail->sum[l1].count++;
    if (answer >= ANSWER_L3)
        detail->sum[DETAIL_L2_MISS].count++;
    if (answer >= ANSWER_MEMORY && detail->core->memory.cache[CACHE_L3].sets)
        detail->sum[DETAIL_L3_MISS].count++;
}

uint32_t detail_walk_read(struct detail *detail, uint64_t pa)
{
    enum cache_answer answer = cache_model_walk(&detail->cache, pa);

    count_misses(detail, DETAIL_ROWS, answer);
    return detail->core->memory.latency[answer];
}

void detail_count_walk(struct detail *detail)
{
    detail->sum[DETAIL_TLB_WALK].count++;
}

void detail_walk_fault(struct detail *detail, uint32_t cycles)
{
    const struct detail_wait why = {.cycles = {[PART_WALK] = cycles}};

    detail_count_walk(detail);
    wait_until(detail, detail->now + cycles, &why);
}

/* The instruction's line, where it is not the last one's. The front end waits for all of it. */
static void fetch(struct detail *detail, const struct detail_insn *insn)
{
    struct detail_wait why = {.fetch = true};
    uint64_t line = insn->pa & ~(CACHE_LINE - 1), until = detail->now;

    if (line == detail->fetch_line && !insn->walk)
        return;
    detail->fetch_line = line;
    why.cycles[PART_WALK] = insn->walk;
    until += insn->walk;
    if (insn->uncached) {
        why.cycles[PART_UNCACHED] = detail->core->memory.latency[ANSWER_MEMORY];
        until += why.cycles[PART_UNCACHED];
        detail->sum[DETAIL_UNCACHED].count++;
    } else {
        enum cache_answer answer = cache_model_fetch(&detail->cache, insn->pa);

        until += parts_of(detail, answer, &why);
        count_misses(detail, DETAIL_L1I_MISS, answer);
    }
    wait_until(detail, until, &why);
}

/* A line that is on its way from then on; UINT32_MAX: none. */
static unsigned find_miss(const struct detail *detail, uint64_t line, uint64_t from)
{
    for (unsigned i = 0; detail->misses_end > from && i < detail->core->memory.misses; i++)
        if (detail->miss[i].line == line && detail->miss[i].ready > from)
            return i;
    return UINT32_MAX;
}

/* The place that is free first. */
static unsigned first_free(const struct detail *detail)
{
    unsigned first = 0;

    for (unsigned i = 1; i < detail->core->memory.misses; i++)
        if (detail->miss[i].ready < detail->miss[first].ready)
            first = i;
    return first;
}

/* One line of an access that begins then. Returns when the core has it. */
static uint64_t line_ready(struct detail *detail, const struct detail_access *access, uint64_t pa,
                           uint64_t begin, struct detail_wait *why)
{
    uint64_t line = pa & ~(CACHE_LINE - 1), ready;
    enum cache_answer answer;
    unsigned place;

    if (access->zeroes) {
        cache_model_zero(&detail->cache, pa);
        return begin;
    }
    answer = access->writes ? cache_model_store(&detail->cache, pa)
                            : cache_model_load(&detail->cache, pa);
    count_misses(detail, DETAIL_L1D_MISS, answer);
    place = find_miss(detail, line, begin);
    if (place != UINT32_MAX) { /* asked for already */
        *why = detail->miss[place].why;
        ready = detail->miss[place].ready;
        shorten(why, ready - begin);
        return access->reads && !access->prefetch ? ready : begin;
    }
    if (answer == ANSWER_L1)
        return begin;
    ready = parts_of(detail, answer, why);
    place = first_free(detail);
    if (detail->miss[place].ready > begin) { /* others are served first */
        why->cycles[PART_L1 + answer - ANSWER_L2] += (uint32_t)(detail->miss[place].ready - begin);
        begin = detail->miss[place].ready;
    }
    ready += begin;
    detail->miss[place].line = line;
    detail->miss[place].ready = ready;
    detail->miss[place].why = *why;
    if (ready > detail->misses_end)
        detail->misses_end = ready;
    /* A store is done when it has a place: it waits in the store buffer from then on. */
    return access->reads && !access->prefetch ? ready : begin;
}

/* When the access that begins then is done, as far as the core waits for it. */
static uint64_t access_ready(struct detail *detail, const struct detail_access *access,
                             uint64_t begin, struct detail_wait *why)
{
    uint64_t end = access->pa + (access->bytes ? access->bytes : 1), last = begin;

    why->cycles[PART_WALK] = access->walk;
    if (access->uncached) {
        detail->sum[DETAIL_UNCACHED].count++;
        if (!access->reads)
            return begin + access->walk;
        why->cycles[PART_UNCACHED] = (uint32_t)detail->core->memory.latency[ANSWER_MEMORY] -
                                     detail->core->memory.latency[ANSWER_L1];
        return begin + access->walk + why->cycles[PART_UNCACHED];
    }
    for (uint64_t pa = access->pa & ~(CACHE_LINE - 1); pa < end; pa += CACHE_LINE) {
        struct detail_wait own = {.cycles = {[PART_WALK] = access->walk}};
        uint64_t ready = line_ready(detail, access, pa, begin + access->walk, &own);

        if (ready <= last)
            continue;
        own.cycles[PART_WALK] = access->walk;
        *why = own;
        last = ready;
    }
    return last;
}

/* --- results that are late --- */

/* The latest of the registers that uop needs; NULL: none is late. */
static const struct detail_late *latest_operand(const struct detail *detail, const struct uop *uop,
                                                bool writes_too)
{
    const struct detail_late *latest = NULL;

    if (detail->latest <= detail->now)
        return NULL;
    for (unsigned i = 0; i < uop->reads; i++) {
        const struct detail_late *late = &detail->late[uop->read[i]];

        if (late->ready > detail->now && (!latest || late->ready > latest->ready))
            latest = late;
    }
    for (unsigned i = 0; writes_too && i < uop->writes; i++) {
        const struct detail_late *late = &detail->late[uop->write[i]];

        if (late->ready > detail->now && (!latest || late->ready > latest->ready))
            latest = late;
    }
    return latest;
}

/* uop's results are there `by` cycles later than the core model has them; its base may be not. */
static void make_late(struct detail *detail, const struct uop *uop, uint64_t by, bool base,
                      const struct detail_wait *why)
{
    for (unsigned i = 0; i < uop->writes; i++) {
        bool is_base = uop->updates_base && i + 1u == uop->writes;
        struct detail_late *late = &detail->late[uop->write[i]];

        late->ready = 0;
        if (!by || (is_base && !base))
            continue;
        late->ready = detail->now + detail->state.ready[uop->write[i]] + by;
        late->why = *why;
        if (late->ready > detail->latest)
            detail->latest = late->ready;
    }
}

/* The reorder buffer is as long as it is: the next instruction waits for one that long before. */
static void make_room(struct detail *detail)
{
    while (detail->held_count) {
        const struct detail_held *oldest = &detail->held[detail->held_first];

        if (oldest->ready > detail->now) {
            if (oldest->number + detail->core->memory.window > detail->number)
                return;
            wait_until(detail, oldest->ready, &oldest->why);
        }
        detail->held_first = (detail->held_first + 1) % DETAIL_MAX_HELD;
        detail->held_count--;
    }
}

static void hold(struct detail *detail, uint64_t ready, const struct detail_wait *why)
{
    unsigned at = (detail->held_first + detail->held_count) % DETAIL_MAX_HELD;

    if (ready <= detail->now || detail->held_count == DETAIL_MAX_HELD)
        return;
    detail->held[at] = (struct detail_held){detail->number, ready, *why};
    detail->held_count++;
}

/* --- branches --- */

/* The branch, decided then, was told of: what fetching the way that it went costs. */
static void branch(struct detail *detail, const struct detail_insn *insn, enum branch_kind kind,
                   uint64_t decided, const struct detail_wait *why, bool is_late)
{
    bool taken = insn->next != insn->pc + 4;
    enum branch_verdict verdict;

    verdict = branch_model_execute(&detail->branch, kind, insn->pc, insn->word, insn->next);
    if (verdict == BRANCH_MISTAKEN) {
        if (is_late) {
            wait_until(detail, decided, why);
        } else if (decided > detail->now) {
            stand_still(detail, decided - detail->now);
            spend(detail, DETAIL_MISPREDICT, decided - detail->now);
        }
        stand_still(detail, detail->core->memory.mispredict);
        spend(detail, DETAIL_MISPREDICT, detail->core->memory.mispredict);
        detail->sum[DETAIL_MISPREDICT].count++;
        return;
    }
    if (taken)
        spend(detail, DETAIL_ISSUE, core_branch_taken(detail->core, &detail->state));
    if (verdict == BRANCH_LATE) {
        stand_still(detail, detail->core->memory.redirect);
        spend(detail, DETAIL_BTB_MISS, detail->core->memory.redirect);
        detail->sum[DETAIL_BTB_MISS].count++;
    }
}

/* --- an instruction --- */

static void step_in_order(struct detail *detail, const struct detail_insn *insn,
                          enum branch_kind kind)
{
    const struct detail_late *late = latest_operand(detail, insn->uop, true);
    struct detail_wait why = {0};
    uint64_t done;

    if (late)
        wait_until(detail, late->ready, &late->why);
    spend(detail, DETAIL_ISSUE, core_step(detail->core, &detail->state, insn->uop));
    done = detail->now;
    for (unsigned i = 0; i < insn->accesses; i++) {
        struct detail_wait own = {0};
        uint64_t ready = access_ready(detail, &insn->access[i], detail->now, &own);

        if (ready > done) {
            done = ready;
            why = own;
        }
    }
    if (done > detail->now && !insn->access[0].reads)
        wait_until(detail, done, &why); /* a store for which there is no place */
    make_late(detail, insn->uop, done - detail->now, false, &why);
    if (kind != BRANCH_NONE)
        branch(detail, insn, kind, detail->now, &why, false);
}

static void step_wide(struct detail *detail, const struct detail_insn *insn, enum branch_kind kind)
{
    const struct detail_late *late;
    struct detail_wait why = {0};
    uint64_t planned, begin, done; /* planned: when the core model has it begin */

    make_room(detail);
    planned = detail->now + core_operand_wait(detail->core, &detail->state, insn->uop);
    spend(detail, DETAIL_ISSUE, core_step(detail->core, &detail->state, insn->uop));
    if (planned < detail->now)
        planned = detail->now;
    late = latest_operand(detail, insn->uop, false);
    if (late && late->ready <= planned)
        late = NULL;
    if (late)
        why = late->why;
    begin = done = late ? late->ready : planned;
    for (unsigned i = 0; i < insn->accesses; i++) {
        struct detail_wait own = {0};
        uint64_t ready = access_ready(detail, &insn->access[i], begin, &own);

        if (ready > done) {
            done = ready;
            why = own;
        }
    }
    if (done > planned) {
        make_late(detail, insn->uop, done - planned, late != NULL, &why);
        hold(detail, insn->uop->writes ? detail->late[insn->uop->write[0]].ready : done, &why);
    } else if (detail->latest > detail->now) {
        make_late(detail, insn->uop, 0, false, &why); /* they may have been late */
    }
    if (kind != BRANCH_NONE)
        branch(detail, insn, kind, begin, &why, late != NULL);
}

void detail_step(struct detail *detail, const struct detail_insn *insn)
{
    enum branch_kind kind = insn->uop->is_branch ? branch_kind(insn->word) : BRANCH_NONE;

    fetch(detail, insn);
    if (detail->core->in_order)
        step_in_order(detail, insn, kind);
    else
        step_wide(detail, insn, kind);
    detail->sum[DETAIL_ISSUE].count++;
    detail->number++;
}

void detail_drain(struct detail *detail)
{
    const struct detail_late *last = NULL;

    for (unsigned reg = 0; detail->latest > detail->now && reg < UOP_REGS; reg++)
        if (!last || detail->late[reg].ready > last->ready)
            last = &detail->late[reg];
    if (last)
        wait_until(detail, last->ready, &last->why);
    spend(detail, DETAIL_ISSUE, core_drain(detail->core, &detail->state));
    memset(detail->miss, 0, sizeof(detail->miss));
    detail->held_count = 0;
    detail->fetch_line = NO_LINE;
}

void detail_collect(struct detail *detail, struct detail_sum sum[DETAIL_ROWS])
{
    memcpy(sum, detail->sum, sizeof(detail->sum));
    memset(detail->sum, 0, sizeof(detail->sum));
    detail->collected = detail->now;
}

/* --- life --- */

bool detail_init(struct detail *detail, const struct core_model *core)
{
    bool done;

    *detail = (struct detail){.core = core, .fetch_line = NO_LINE};
    done = cache_model_init(&detail->cache, core->memory.cache);
    return branch_model_init(&detail->branch, &core->memory.branch) && done;
}

void detail_free(struct detail *detail)
{
    cache_model_free(&detail->cache);
    branch_model_free(&detail->branch);
}
