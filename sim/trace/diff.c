/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/trace/diff.h"

#include <inttypes.h>
#include <string.h>

#include "sim/trace/event_text.h"
#include "sim/trace/timeline.h"

#define CYCLES_NAME "cycles"
#define WORLD_NAME "world"
#define NO_EVENT SIZE_MAX
#define MAX_LATER 10 /* kinds of events told about behind the first difference */

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

static bool same_value(enum event_field_type type, uint64_t a, uint64_t b)
{
    const char *left = (const char *)(uintptr_t)a, *right = (const char *)(uintptr_t)b;
    if (type != EVENT_FIELD_STR || !left || !right)
        return a == b;
    return strcmp(left, right) == 0;
}

static bool field_differs(const struct event *a, const struct event *b, unsigned field,
                          const struct diff_options *options)
{
    const struct event_field *row = &event_table[a->kind].fields[field];
    return !same_value(row->type, a->args[field], b->args[field]) && !ignores(options, row->name);
}

static bool cycles_differ(const struct event *a, const struct event *b,
                          const struct diff_options *options)
{
    return a->cycle.v != b->cycle.v && !ignores(options, CYCLES_NAME);
}

static bool worlds_differ(const struct event *a, const struct event *b,
                          const struct diff_options *options)
{
    return a->world != b->world && !ignores(options, WORLD_NAME);
}

/* Of two events of one kind. */
static bool events_differ(const struct event *a, const struct event *b,
                          const struct diff_options *options)
{
    if (cycles_differ(a, b, options) || worlds_differ(a, b, options))
        return true;
    for (unsigned i = 0; event_table[a->kind].fields[i].type != EVENT_FIELD_END; i++)
        if (field_differs(a, b, i, options))
            return true;
    return false;
}

/* Next event of that vCPU at or behind index, or NO_EVENT. */
static size_t next_of(const struct trace_list *list, unsigned vcpu, size_t index)
{
    while (index < list->count && list->events[index].vcpu != vcpu)
        index++;
    return index < list->count ? index : NO_EVENT;
}

struct parting {
    size_t a, b;   /* the first that differ; NO_EVENT: that trace has ended */
    uint64_t same; /* events before them on this vCPU */
    unsigned vcpu;
};

static bool part_on(const struct trace_list *a, const struct trace_list *b, unsigned vcpu,
                    const struct diff_options *options, struct parting *parting)
{
    size_t i = next_of(a, vcpu, 0), j = next_of(b, vcpu, 0);
    uint64_t same = 0;
    while (i != NO_EVENT && j != NO_EVENT && a->events[i].kind == b->events[j].kind &&
           !events_differ(&a->events[i], &b->events[j], options)) {
        same++;
        i = next_of(a, vcpu, i + 1);
        j = next_of(b, vcpu, j + 1);
    }
    *parting = (struct parting){.a = i, .b = j, .same = same, .vcpu = vcpu};
    return i != j || i != NO_EVENT;
}

/* Which one of two differences comes first in A, or, where A has ended, in B. */
static bool is_earlier(const struct parting *x, const struct parting *y)
{
    if (x->a != y->a)
        return x->a < y->a;
    return x->b < y->b;
}

static bool find_parting(const struct trace_list *a, const struct trace_list *b,
                         const struct diff_options *options, struct parting *first)
{
    bool vcpus[TIMELINE_MAX_VCPUS] = {false}, found = false;
    for (size_t i = 0; i < a->count; i++)
        vcpus[a->events[i].vcpu] = true;
    for (size_t i = 0; i < b->count; i++)
        vcpus[b->events[i].vcpu] = true;
    for (unsigned v = 0; v < TIMELINE_MAX_VCPUS; v++) {
        struct parting parting;
        if (!vcpus[v] || !part_on(a, b, v, options, &parting))
            continue;
        if (!found || is_earlier(&parting, first))
            *first = parting;
        found = true;
    }
    return found;
}

/* How many events of its kind on its vCPU stand before it, and itself. */
static uint64_t ordinal(const struct trace_list *list, size_t index)
{
    const struct event *event = &list->events[index];
    uint64_t count = 0;
    for (size_t i = 0; i <= index; i++)
        count += list->events[i].kind == event->kind && list->events[i].vcpu == event->vcpu;
    return count;
}

static void tell_event(FILE *out, const struct trace_list *list, size_t index)
{
    if (index == NO_EVENT)
        fputs("has ended", out);
    else
        fprintf(out, "%s #%" PRIu64, event_table[list->events[index].kind].name,
                ordinal(list, index));
}

static void tell_fields(FILE *out, const struct event *a, const struct event *b,
                        const struct diff_options *options)
{
    if (cycles_differ(a, b, options))
        fprintf(out, "  %-12s A %" PRIu64 "\n  %-12s B %" PRIu64 "\n", CYCLES_NAME, a->cycle.v, "",
                b->cycle.v);
    if (worlds_differ(a, b, options))
        fprintf(out, "  %-12s A %s\n  %-12s B %s\n", WORLD_NAME, world_name(a->world), "",
                world_name(b->world));
    for (unsigned i = 0; event_table[a->kind].fields[i].type != EVENT_FIELD_END; i++) {
        const struct event_field *field = &event_table[a->kind].fields[i];
        if (!field_differs(a, b, i, options))
            continue;
        fprintf(out, "  %-12s A ", field->name);
        event_put_value(out, field->type, a->args[i]);
        fprintf(out, "\n  %-12s B ", "");
        event_put_value(out, field->type, b->args[i]);
        fputc('\n', out);
    }
}

/* The events of that vCPU around the difference, each side's own behind it. */
static void tell_context(FILE *out, const struct trace_list *a, const struct trace_list *b,
                         const struct parting *parting, unsigned context)
{
    uint64_t skip = parting->same > context ? parting->same - context : 0;
    size_t i = next_of(a, parting->vcpu, 0);
    for (uint64_t n = 0; n < parting->same; n++, i = next_of(a, parting->vcpu, i + 1))
        if (n >= skip) {
            fputs("    ", out);
            event_put_line(out, &a->events[i]);
        }
    i = parting->a;
    for (unsigned n = 0; n <= context && i != NO_EVENT; n++, i = next_of(a, parting->vcpu, i + 1)) {
        fputs("  A ", out);
        event_put_line(out, &a->events[i]);
    }
    i = parting->b;
    for (unsigned n = 0; n <= context && i != NO_EVENT; n++, i = next_of(b, parting->vcpu, i + 1)) {
        fputs("  B ", out);
        event_put_line(out, &b->events[i]);
    }
}

/* Next event of that vCPU and kind behind index, or NO_EVENT. */
static size_t next_like(const struct trace_list *list, unsigned vcpu, enum event_kind kind,
                        size_t index)
{
    while (index < list->count &&
           (list->events[index].vcpu != vcpu || list->events[index].kind != kind))
        index++;
    return index < list->count ? index : NO_EVENT;
}

/* What differs between the events of each kind on that vCPU, all along. */
static void tell_later(FILE *out, const struct trace_list *a, const struct trace_list *b,
                       unsigned vcpu, const struct diff_options *options)
{
    unsigned told = 0;
    for (unsigned k = 0; k < EV_COUNT; k++) {
        enum event_kind kind = (enum event_kind)k;
        uint64_t differ = 0, only_a = 0, only_b = 0;
        size_t i = next_like(a, vcpu, kind, 0), j = next_like(b, vcpu, kind, 0);
        while (i != NO_EVENT || j != NO_EVENT) {
            if (i != NO_EVENT && j != NO_EVENT)
                differ += events_differ(&a->events[i], &b->events[j], options);
            only_a += j == NO_EVENT;
            only_b += i == NO_EVENT;
            i = i == NO_EVENT ? i : next_like(a, vcpu, kind, i + 1);
            j = j == NO_EVENT ? j : next_like(b, vcpu, kind, j + 1);
        }
        if (!differ && !only_a && !only_b)
            continue;
        if (told++ == 0)
            fputs("in all, events of a name paired one by one:\n", out);
        if (told > MAX_LATER)
            continue;
        fprintf(out, "  %-24s %" PRIu64 " differ, %" PRIu64 " only in A, %" PRIu64 " only in B\n",
                event_table[k].name, differ, only_a, only_b);
    }
    if (told > MAX_LATER)
        fprintf(out, "  and %u names more\n", told - MAX_LATER);
}

bool diff_traces(FILE *out, const struct trace_list *a, const struct trace_list *b,
                 const struct diff_options *options)
{
    struct parting parting;
    if (!find_parting(a, b, options, &parting))
        return true;
    fprintf(out, "A %s\nB %s\n", options->names[0], options->names[1]);
    fprintf(out, "vCPU %u: %" PRIu64 " events are the same, then ", parting.vcpu, parting.same);
    bool paired = parting.a != NO_EVENT && parting.b != NO_EVENT &&
                  a->events[parting.a].kind == b->events[parting.b].kind;
    if (paired) {
        tell_event(out, a, parting.a);
        fputs(" differs:\n", out);
        tell_fields(out, &a->events[parting.a], &b->events[parting.b], options);
    } else {
        fputs("A ", out);
        tell_event(out, a, parting.a);
        fputs(", B ", out);
        tell_event(out, b, parting.b);
        fputc('\n', out);
    }
    tell_context(out, a, b, &parting, options->context);
    tell_later(out, a, b, parting.vcpu, options);
    return false;
}
