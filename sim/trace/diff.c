/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/trace/diff.h"

#include <stdlib.h>
#include <string.h>

#include "rmm_model/rmm.h"
#include "rmm_model/rsi.h"
#include "rmm_model/variant.h"
#include "sim/report/actual.h"
#include "sim/trace/grow.h"
#include "sim/trace/timeline.h"

#define CYCLES_NAME "cycles"
#define WORLD_NAME "world"
#define WINDOW 256        /* events of each side in which a common one is looked for */
#define NEAR 2            /* as many events alone explain more than a pair that differs would */
#define RUN_OF_THE_SAME 2 /* events in a row that must agree where two sides meet again */

static bool is_field(const char *name)
{
    if (strcmp(name, CYCLES_NAME) == 0 || strcmp(name, WORLD_NAME) == 0)
        return true;
    for (unsigned k = 0; k < EV_COUNT; k++)
        for (unsigned i = 0; event_table[k].fields[i].type != EVENT_FIELD_END; i++)
            if (strcmp(event_table[k].fields[i].name, name) == 0)
                return true;
    return false;
}

bool diff_ignore(struct diff_options *options, char *text, const char **bad)
{
    for (char *item; (item = strsep(&text, ","));) {
        if (!*item)
            continue;
        *bad = item;
        if (!is_field(item) || options->ignored_count == DIFF_MAX_IGNORED)
            return false;
        options->ignored[options->ignored_count++] = item;
    }
    return true;
}

static bool ignores(const struct diff_options *options, const char *field)
{
    for (unsigned i = 0; i < options->ignored_count; i++)
        if (strcmp(options->ignored[i], field) == 0)
            return true;
    return false;
}

/* --- two events --- */

static bool same_value(enum event_field_type type, uint64_t a, uint64_t b)
{
    const char *left = (const char *)(uintptr_t)a, *right = (const char *)(uintptr_t)b;
    if (type != EVENT_FIELD_STR || !left || !right)
        return a == b;
    return strcmp(left, right) == 0;
}

bool diff_field(const struct event *a, const struct event *b, unsigned field,
                const struct diff_options *options)
{
    const struct event_field *row = &event_table[a->kind].fields[field];
    return !same_value(row->type, a->args[field], b->args[field]) && !ignores(options, row->name);
}

bool diff_took(const struct diff_step *step, const struct diff_options *options)
{
    return step->kind == DIFF_PAIR && step->took_a != step->took_b &&
           !ignores(options, CYCLES_NAME);
}

/* Of two events of one kind. */
static bool contents_differ(const struct event *a, const struct event *b,
                            const struct diff_options *options)
{
    if (a->world != b->world && !ignores(options, WORLD_NAME))
        return true;
    for (unsigned i = 0; event_table[a->kind].fields[i].type != EVENT_FIELD_END; i++)
        if (diff_field(a, b, i, options))
            return true;
    return false;
}

/* The field, if any, without which two events of a kind are not the same step: its place. */
static unsigned identity_of(enum event_kind kind)
{
    switch (kind) {
    case EV_RMI:         /* the command */
    case EV_MONITOR_SMC: /* the FID */
    case EV_REC_EXIT:    /* the reason */
    case EV_EXIT_TO_VMM: /* the reason */
    case EV_GUEST_LOAD:  /* the PC, ... */
    case EV_GUEST_STORE:
    case EV_GUEST_FETCH:
    case EV_GUEST_INSN:
    case EV_INSTRUCTION:
        return 0;
    default:
        return EVENT_MAX_ARGS;
    }
}

static bool is_same_step(const struct event *a, const struct event *b)
{
    unsigned field = identity_of(a->kind);
    return a->kind == b->kind &&
           (field == EVENT_MAX_ARGS ||
            same_value(event_table[a->kind].fields[field].type, a->args[field], b->args[field]));
}

/* --- alignment --- */

/* Next event of that vCPU at or behind index, or DIFF_NO_EVENT. */
static size_t next_of(const struct trace_list *list, unsigned vcpu, size_t index)
{
    while (index < list->count && list->events[index].vcpu != vcpu)
        index++;
    return index < list->count ? index : DIFF_NO_EVENT;
}

/* The next events of a vCPU. */
struct window {
    size_t at[WINDOW];
    size_t count;
    bool ends; /* with the trace */
};

static void open_window(const struct trace_list *list, unsigned vcpu, size_t from,
                        struct window *window)
{
    window->count = 0;
    for (size_t i = from; i != DIFF_NO_EVENT && window->count < WINDOW;
         i = next_of(list, vcpu, i + 1))
        window->at[window->count++] = i;
    window->ends = window->count < WINDOW;
}

struct walk {
    const struct trace_list *a, *b;
    const struct diff_options *options;
    struct diff_found *found;
    unsigned vcpu;
    uint64_t same;
    uint64_t last_a, last_b; /* cycles of the last pair */
};

/* Whether the sides agree from there on for long enough. */
static bool meet(const struct walk *walk, const struct window *a, size_t k, const struct window *b,
                 size_t l)
{
    for (unsigned n = 0; n < RUN_OF_THE_SAME; n++, k++, l++) {
        if (k == a->count || l == b->count)
            return n > 0 && (k == a->count ? a->ends : b->ends);
        if (!is_same_step(&walk->a->events[a->at[k]], &walk->b->events[b->at[l]]))
            return false;
    }
    return true;
}

/* How many events of each side stand before the place where both go on alike; false: none near. */
static bool find_meeting(const struct walk *walk, const struct window *a, const struct window *b,
                         size_t *skip_a, size_t *skip_b)
{
    for (size_t sum = 1; sum < a->count + b->count; sum++)
        for (size_t k = sum < b->count ? 0 : sum - b->count + 1; k <= sum && k < a->count; k++)
            if (meet(walk, a, k, b, sum - k)) {
                *skip_a = k;
                *skip_b = sum - k;
                return true;
            }
    *skip_a = a->count;
    *skip_b = b->count;
    return false;
}

/* Whether it is the first difference of all: one of content, or there is none of that yet. */
static bool is_first(const struct diff_found *found, const struct diff_step *step)
{
    const struct diff_step *first = &found->first;
    if (!found->has_first || first->content != step->content)
        return !found->has_first || step->content;
    return step->a != first->a ? step->a < first->a : step->b < first->b;
}

static void keep(struct walk *walk, const struct diff_step *step)
{
    struct diff_found *found = walk->found;
    void *steps = found->steps;
    if (is_first(found, step)) {
        found->first = *step;
        found->has_first = true;
    }
    found->total++;
    found->contents += step->content;
    if (found->count < DIFF_MAX_KEPT &&
        trace_grow(&steps, &found->room, found->count, sizeof(*found->steps))) {
        found->steps = steps;
        found->steps[found->count++] = *step;
    }
    walk->same = step->content ? 0 : walk->same + 1;
}

static void take_pair(struct walk *walk, size_t i, size_t j)
{
    const struct event *a = &walk->a->events[i], *b = &walk->b->events[j];
    struct diff_step step = {.kind = DIFF_PAIR,
                             .a = i,
                             .b = j,
                             .same = walk->same,
                             .content = contents_differ(a, b, walk->options),
                             .took_a = a->cycle.v - walk->last_a,
                             .took_b = b->cycle.v - walk->last_b};
    bool took = diff_took(&step, walk->options);
    walk->last_a = a->cycle.v;
    walk->last_b = b->cycle.v;
    walk->found->pairs++;
    walk->found->cycles += took;
    walk->found->kinds[a->kind].differ += step.content;
    if (step.content || took)
        keep(walk, &step);
    else
        walk->same++;
}

/* Events of one side alone, up to end; the other side stands at other. */
static size_t take_alone(struct walk *walk, enum diff_kind kind, size_t from, size_t count,
                         size_t other)
{
    const struct trace_list *list = kind == DIFF_ONLY_A ? walk->a : walk->b;
    for (; count > 0 && from != DIFF_NO_EVENT; count--) {
        struct diff_count *counted = &walk->found->kinds[list->events[from].kind];
        struct diff_step step = {.kind = kind,
                                 .a = kind == DIFF_ONLY_A ? from : other,
                                 .b = kind == DIFF_ONLY_A ? other : from,
                                 .same = walk->same,
                                 .content = true};
        *(kind == DIFF_ONLY_A ? &counted->only_a : &counted->only_b) += 1;
        keep(walk, &step);
        from = next_of(list, walk->vcpu, from + 1);
    }
    return from;
}

static void align(struct walk *walk)
{
    struct window a, b;
    size_t i = next_of(walk->a, walk->vcpu, 0), j = next_of(walk->b, walk->vcpu, 0);
    while (i != DIFF_NO_EVENT && j != DIFF_NO_EVENT) {
        const struct event *left = &walk->a->events[i], *right = &walk->b->events[j];
        size_t skip_a = 0, skip_b = 0;
        bool pair = is_same_step(left, right);
        if (!pair) {
            open_window(walk->a, walk->vcpu, i, &a);
            open_window(walk->b, walk->vcpu, j, &b);
            bool near = find_meeting(walk, &a, &b, &skip_a, &skip_b) && skip_a + skip_b <= NEAR;
            pair = left->kind == right->kind && !near;
        }
        if (pair) {
            take_pair(walk, i, j);
            i = next_of(walk->a, walk->vcpu, i + 1);
            j = next_of(walk->b, walk->vcpu, j + 1);
            continue;
        }
        i = take_alone(walk, DIFF_ONLY_A, i, skip_a, j);
        j = take_alone(walk, DIFF_ONLY_B, j, skip_b, i);
    }
    take_alone(walk, DIFF_ONLY_A, i, SIZE_MAX, DIFF_NO_EVENT);
    take_alone(walk, DIFF_ONLY_B, j, SIZE_MAX, DIFF_NO_EVENT);
}

bool diff_find(const struct trace_list *a, const struct trace_list *b,
               const struct diff_options *options, struct diff_found *found)
{
    bool vcpus[TIMELINE_MAX_VCPUS] = {false};
    *found = (struct diff_found){0};
    for (size_t i = 0; i < a->count; i++)
        vcpus[a->events[i].vcpu] = true;
    for (size_t i = 0; i < b->count; i++)
        vcpus[b->events[i].vcpu] = true;
    for (unsigned v = 0; v < TIMELINE_MAX_VCPUS; v++) {
        struct walk walk = {.a = a,
                            .b = b,
                            .options = options,
                            .found = found,
                            .vcpu = v,
                            .last_a = options->sides[0].origin,
                            .last_b = options->sides[1].origin};
        if (vcpus[v])
            align(&walk);
    }
    return found->total == 0;
}

void diff_found_free(struct diff_found *found)
{
    free(found->steps);
    *found = (struct diff_found){0};
}

/* --- names --- */

static const char *fid_name(const struct diff_side *side, uint64_t fid)
{
    const struct rmm_variant *variant = side->rmm ? rmm_variant_find(side->rmm) : NULL;
    const char *name = rsi_call_name((uint32_t)fid);
    if (variant && !name)
        name = rmi_command_name(variant, fid);
    for (unsigned i = 0; !name && !side->rmm && (variant = rmm_variant_at(i)); i++)
        name = rmi_command_name(variant, fid);
    return name ? name : psci_call_name(fid);
}

const char *diff_value_name(const struct diff_side *side, const struct event *event, unsigned field)
{
    bool fid = strcmp(event_table[event->kind].fields[field].name, "fid") == 0;
    return fid ? fid_name(side, event->args[field]) : NULL;
}

bool diff_traces(FILE *out, const struct trace_list *a, const struct trace_list *b,
                 const struct diff_options *options)
{
    struct diff_found found;
    bool same = diff_find(a, b, options, &found);
    if (!same)
        diff_print(out, a, b, options, &found);
    diff_found_free(&found);
    return same;
}
