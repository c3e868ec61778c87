/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/report/judge_private.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "sim/report/judge_text.h"
#include "sim/scenario/arena.h"

/* A page-in is seldom the trap that is meant, even if it stands at the same instruction. */
#define PAGE_IN_DISTANCE 2

static bool text_is(const struct actual *actual, const char *wanted)
{
    return actual->text && strlen(wanted) == actual->text_size &&
           strncasecmp(wanted, actual->text, actual->text_size) == 0;
}

static bool is(const struct match_value *want, const struct actual *actual, const char *text,
               uint64_t value)
{
    if (want->is_text)
        return text && text_is(actual, text);
    return actual->style != ACTUAL_TEXT && actual->number == value;
}

static bool is_one(const struct match_value *want, const struct actual *actual)
{
    for (size_t i = 0; i < want->set_count; i++)
        if (is(want, actual, want->set_text ? want->set_text[i] : NULL,
               want->set ? want->set[i] : 0))
            return true;
    return false;
}

bool match_value_holds(const struct match_value *want, const struct actual *actual)
{
    if (want->op == MATCH_ABSENT)
        return !actual->present;
    if (!actual->present)
        return false;
    switch (want->op) {
    case MATCH_EQ:
        return is(want, actual, want->text, want->value);
    case MATCH_NE:
        return !is(want, actual, want->text, want->value);
    case MATCH_RANGE:
        return actual->style != ACTUAL_TEXT && actual->number >= want->value &&
               actual->number <= want->value2;
    case MATCH_IN:
        return is_one(want, actual);
    case MATCH_NONE_OF:
        return !is_one(want, actual);
    case MATCH_ANY:
        return true;
    case MATCH_UNCHANGED:
        return actual->has_initial && actual->number == actual->initial;
    case MATCH_ABSENT:
        break;
    }
    return false;
}

void judge_fail(struct judge *judge, struct failure failure)
{
    judge->failures =
        arena_grow(judge->arena, judge->failures, judge->count, &judge->capacity, sizeof(failure));
    judge->failures[judge->count++] = failure;
}

void judge_fail_item(struct judge *judge, const struct expect_item *item,
                     const struct actual *actual, const struct trap *trap)
{
    const char *what =
        trap ? arena_printf(judge->arena, "trap %" PRIu64 ", %s", trap->number, item->path)
             : item->path;
    judge_fail(judge, (struct failure){
                          .pos = item->pos,
                          .trap = trap ? trap->number : 0,
                          .what = what,
                          .expected = expected_text(judge->arena, &item->want, actual),
                          .actual = actual->known ? actual_text(judge->arena, actual)
                                                  : "this version has no such value",
                          .note = difference_note(judge->arena, item->path, &item->want, actual),
                      });
}

static void judge_run_items(struct judge *judge, const struct expect_item *items, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct actual actual;
        actual_of_run(judge->run, items[i].path, &actual);
        judge->expectations++;
        if (!actual.known || !match_value_holds(&items[i].want, &actual))
            judge_fail_item(judge, &items[i], &actual, NULL);
    }
}

/* --- traps ------------------------------------------------------------------------------------ */

/* The first step that is missing in the trap's events, in order; NULL when all are there. */
static const char *missing_step(const struct expect_trap *want, const struct trap_view *view)
{
    size_t next = 0;
    for (size_t i = 0; i < view->event_count && next < want->step_count; i++)
        if (strcmp(event_table[view->events[i].kind].name, want->steps[next]) == 0)
            next++;
    return next < want->step_count ? want->steps[next] : NULL;
}

static bool walk_matches(const struct expect_walk *want, const struct event *event)
{
    for (size_t i = 0; i < want->item_count; i++) {
        struct actual actual;
        actual_of_walk(event, want->items[i].path, &actual);
        if (!match_value_holds(&want->items[i].want, &actual))
            return false;
    }
    return true;
}

/* The first walk that is missing in the trap, in order; NULL when all are there. */
static const struct expect_walk *missing_walk(const struct expect_trap *want,
                                              const struct trap_view *view)
{
    size_t next = 0;
    for (size_t i = 0; i < view->event_count && next < want->walk_count; i++) {
        const struct event *event = &view->events[i];
        if ((event->kind == EV_S1_WALK || event->kind == EV_S2_WALK) &&
            walk_matches(&want->walks[next], event))
            next++;
    }
    return next < want->walk_count ? &want->walks[next] : NULL;
}

/* "stage 2 level 3 translation, ..." */
static const char *walks_text(struct arena *arena, const struct trap_view *view)
{
    const char *text = "";
    for (size_t i = 0; i < view->event_count; i++) {
        const struct event *event = &view->events[i];
        if (event->kind != EV_S1_WALK && event->kind != EV_S2_WALK)
            continue;
        text = arena_printf(arena, "%s%sstage %d level %" PRId64 " %s", text, *text ? ", " : "",
                            event->kind == EV_S1_WALK ? 1 : 2, (int64_t)event_arg(event, "level"),
                            (const char *)(uintptr_t)event_arg(event, "result"));
    }
    return *text ? text : "no walk at all";
}

static bool at_place(const struct expect_trap *want, const struct trap_view *view)
{
    return !want->has_at || trap_pc(view) == want->at;
}

/* How many things that the expectation says do not hold for the trap, its place apart. */
static size_t mismatches(const struct judge *judge, const struct expect_trap *want,
                         const struct trap_view *view)
{
    size_t count = missing_step(want, view) != NULL;
    count += missing_walk(want, view) != NULL;
    for (size_t i = 0; i < want->item_count; i++) {
        struct actual actual;
        actual_of_trap(judge->run, view, want->items[i].path, &actual);
        count += !actual.known || !match_value_holds(&want->items[i].want, &actual);
    }
    return count;
}

/* One failure for each thing that does not hold. */
static void fail_trap(struct judge *judge, const struct expect_trap *want,
                      const struct trap_view *view)
{
    if (!at_place(want, view))
        judge_fail(judge, (struct failure){
                              .pos = want->pos,
                              .trap = view->trap->number,
                              .what = arena_printf(judge->arena, "trap %" PRIu64 ", at",
                                                   view->trap->number),
                              .expected = arena_printf(judge->arena, "0x%" PRIx64 " (%s)", want->at,
                                                       want->at_name ? want->at_name : "address"),
                              .actual = arena_printf(judge->arena, "0x%" PRIx64, trap_pc(view)),
                              .note = "",
                          });
    for (size_t i = 0; i < want->item_count; i++) {
        struct actual actual;
        actual_of_trap(judge->run, view, want->items[i].path, &actual);
        if (!actual.known || !match_value_holds(&want->items[i].want, &actual))
            judge_fail_item(judge, &want->items[i], &actual, view->trap);
    }
    const struct expect_walk *walk = missing_walk(want, view);
    if (walk)
        judge_fail(judge, (struct failure){
                              .pos = walk->pos,
                              .trap = view->trap->number,
                              .what = arena_printf(judge->arena, "trap %" PRIu64 ", walk",
                                                   view->trap->number),
                              .expected = "a walk like this at its place",
                              .actual = walks_text(judge->arena, view),
                              .note = "",
                          });
    const char *step = missing_step(want, view);
    if (step)
        judge_fail(
            judge,
            (struct failure){
                .pos = want->path_pos,
                .trap = view->trap->number,
                .what = arena_printf(judge->arena, "trap %" PRIu64 ", path", view->trap->number),
                .expected = arena_printf(judge->arena, "%s at its place in the path", step),
                .actual = path_text(judge->arena, view),
                .note = "",
            });
}

static const char *trap_title(struct judge *judge, const struct expect_trap *want)
{
    if (!want->has_at)
        return "a trap like this";
    return arena_printf(judge->arena, "a trap at %s (0x%" PRIx64 ")",
                        want->at_name ? want->at_name : "an address", want->at);
}

static void fail_no_trap(struct judge *judge, const struct expect_trap *want, size_t after)
{
    const struct trap_log *log = judge->run->log;
    const char *actual;
    if (log->total == 0)
        actual = "no trap at all";
    else if (after == 0)
        actual = arena_printf(judge->arena, "none of the %" PRIu64 " traps is one", log->total);
    else
        actual = arena_printf(judge->arena, "none after trap %" PRIu64 ", of %" PRIu64 " in all",
                              log->traps[after - 1].number, log->total);
    judge_fail(judge,
               (struct failure){
                   .pos = want->pos,
                   .what = "traps",
                   .expected = trap_title(judge, want),
                   .actual = actual,
                   .note = log->trap_count < log->total
                               ? arena_printf(judge->arena, "only the first %zu traps are kept",
                                              log->trap_count)
                               : "",
               });
}

/*
 * Looks for the expected trap from log->traps[from] on. Returns the index after it; from itself,
 * with failures told against the closest trap, when there is none.
 */
static size_t judge_trap(struct judge *judge, const struct expect_trap *want, size_t from)
{
    const struct trap_log *log = judge->run->log;
    size_t closest = log->trap_count, least = SIZE_MAX;
    for (size_t i = from; i < log->trap_count; i++) {
        struct trap_view view = trap_view(log, &log->traps[i]);
        if (!at_place(want, &view))
            continue;
        size_t wrong = mismatches(judge, want, &view);
        if (wrong == 0)
            return i + 1;
        wrong += trap_is_page_in(&view) ? PAGE_IN_DISTANCE : 0;
        if (wrong < least) {
            least = wrong;
            closest = i;
        }
    }
    /* Without `at`, a trap that shares nothing with the expectation explains nothing. */
    size_t said = want->item_count + (want->step_count > 0);
    if (closest < log->trap_count && (want->has_at || least < said || said == 1)) {
        struct trap_view view = trap_view(log, &log->traps[closest]);
        fail_trap(judge, want, &view);
    } else {
        fail_no_trap(judge, want, from);
    }
    return from;
}

static void judge_exact(struct judge *judge)
{
    const struct scn_expect *expect = &judge->run->scenario->expect;
    const struct trap_log *log = judge->run->log;
    for (size_t i = 0; i < expect->trap_count; i++) {
        if (i >= log->trap_count) {
            fail_no_trap(judge, &expect->traps[i], log->trap_count);
            continue;
        }
        struct trap_view view = trap_view(log, &log->traps[i]);
        fail_trap(judge, &expect->traps[i], &view);
    }
    if (log->total > expect->trap_count)
        judge_fail(judge,
                   (struct failure){
                       .pos = expect->traps_pos,
                       .trap = expect->trap_count < log->trap_count
                                   ? log->traps[expect->trap_count].number
                                   : 0,
                       .what = "traps, exact",
                       .expected = arena_printf(judge->arena, "%zu traps", expect->trap_count),
                       .actual = arena_printf(judge->arena, "%" PRIu64 " traps", log->total),
                       .note = "",
                   });
}

static void judge_traps(struct judge *judge)
{
    const struct scn_expect *expect = &judge->run->scenario->expect;
    for (size_t i = 0; i < expect->trap_count; i++)
        judge->expectations += 1 + expect->traps[i].item_count + (expect->traps[i].step_count > 0) +
                               expect->traps[i].walk_count;
    if (expect->traps_exact) {
        judge->expectations++;
        judge_exact(judge);
        return;
    }
    size_t next = 0;
    for (size_t i = 0; i < expect->trap_count; i++)
        next = judge_trap(judge, &expect->traps[i], expect->traps[i].begins ? 0 : next);
}

/* --- stage 2 ---------------------------------------------------------------------------------- */

static void judge_stage2(struct judge *judge)
{
    const struct scn_expect *expect = &judge->run->scenario->expect;
    for (size_t i = 0; i < expect->stage2_count; i++) {
        const struct expect_stage2 *leaf = &expect->stage2[i];
        for (size_t n = 0; n < leaf->item_count; n++) {
            struct actual actual;
            actual_of_stage2(judge->run, i, leaf->items[n].path, &actual);
            judge->expectations++;
            if (!actual.known || !match_value_holds(&leaf->items[n].want, &actual))
                judge_fail_item(judge, &leaf->items[n], &actual, NULL);
        }
    }
}

static const char *number_list(struct arena *arena, const char *text, uint64_t number)
{
    return *text ? arena_printf(arena, "%s, %" PRIu64, text, number)
                 : arena_printf(arena, "%" PRIu64, number);
}

#define MAX_PAGES_TOLD 16

static void judge_dirty(struct judge *judge)
{
    const struct scenario *scenario = judge->run->scenario;
    for (size_t i = 0; i < scenario->expect.dirty_count; i++) {
        const struct expect_dirty *want = &scenario->expect.dirty[i];
        const struct scn_memory *memory = &scenario->memory[want->memory];
        const uint64_t *bits = judge->run->result->dirty[i];
        const char *expected = "", *actual = "";
        size_t found = 0;
        bool same = true;
        for (size_t n = 0; n < want->page_count && n < MAX_PAGES_TOLD; n++)
            expected = number_list(judge->arena, expected, want->pages[n]);
        for (uint64_t page = 0; page < memory->size >> GRANULE_SHIFT; page++) {
            if (!(bits[page / 64] >> (page % 64) & 1))
                continue;
            same &= found < want->page_count && want->pages[found] == page;
            if (found++ < MAX_PAGES_TOLD)
                actual = number_list(judge->arena, actual, page);
        }
        judge->expectations++;
        if (same && found == want->page_count)
            continue;
        judge_fail(judge,
                   (struct failure){
                       .pos = want->pos,
                       .what = arena_printf(judge->arena, "dirty pages of %s", memory->name),
                       .expected = *expected ? expected : "none",
                       .actual = *actual ? actual : "none",
                       .note = found > MAX_PAGES_TOLD ? "only the first pages are shown" : "",
                   });
    }
}

struct judgement judge(const struct run *run, struct arena *arena)
{
    const struct scn_expect *expect = &run->scenario->expect;
    struct judge judge = {.run = run, .arena = arena};
    judge_traps(&judge);
    judge_run_items(&judge, expect->host, expect->host_count);
    judge_run_items(&judge, expect->exits, expect->exit_count);
    judge_run_items(&judge, expect->regs, expect->reg_count);
    judge_run_items(&judge, expect->stimuli, expect->stimulus_count);
    judge_run_items(&judge, expect->vcpus, expect->vcpu_count);
    judge_run_items(&judge, expect->devices, expect->device_count);
    judge_run_items(&judge, expect->kvm, expect->kvm_count);
    judge_run_items(&judge, expect->end, expect->end_count);
    judge_run_items(&judge, expect->cycles, expect->cycle_count);
    judge_stage2(&judge);
    judge_dirty(&judge);
    judge_memory(&judge);
    judge_events(&judge);
    return (struct judgement){
        .expectations = judge.expectations,
        .failures = judge.failures,
        .failure_count = judge.count,
    };
}

void judgement_add(struct judgement *judgement, struct arena *arena, const struct failure *failure)
{
    size_t count = judgement->failure_count;
    struct failure *failures = arena_array(arena, count + 1, sizeof(*failures));

    if (count)
        memcpy(failures, judgement->failures, count * sizeof(*failures));
    failures[count] = *failure;
    judgement->failures = failures;
    judgement->failure_count++;
}
