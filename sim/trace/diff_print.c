/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "cpu/arch/esr.h"
#include "sim/report/esr_text.h"
#include "sim/report/style.h"
#include "sim/trace/diff.h"
#include "sim/trace/event_text.h"

#define MAX_LATER 10 /* kinds of events told about */
#define MAX_MORE 30  /* differences behind the first one */
#define NAME_WIDTH 12
#define PERCENT 100.0

struct diff_text {
    FILE *out;
    const struct trace_list *lists[2]; /* A, B */
    const struct diff_options *options;
    const struct diff_found *found;
};

static const char *const letters[] = {"A", "B"};

/* As a line of the text trace, its cycle counted from the side's origin. */
static void put_line(const struct diff_text *text, unsigned side, size_t index)
{
    struct event event = text->lists[side]->events[index];
    event.cycle.v -= text->options->sides[side].origin;
    event_put_open_line(text->out, &event);
    for (unsigned i = 0; event_table[event.kind].fields[i].type != EVENT_FIELD_END; i++) {
        const char *name = diff_value_name(&text->options->sides[side], &event, i);
        if (name)
            fprintf(text->out, " (%s)", name);
    }
    fputc('\n', text->out);
}

static uint32_t trap_of(const struct diff_text *text, unsigned side, size_t index)
{
    const uint32_t *traps = text->options->sides[side].traps;
    return traps && index != DIFF_NO_EVENT ? traps[index] : 0;
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

static void tell_event(const struct diff_text *text, unsigned side, size_t index)
{
    if (index == DIFF_NO_EVENT) {
        fputs("has ended", text->out);
        return;
    }
    fprintf(text->out, "%s #%" PRIu64, event_table[text->lists[side]->events[index].kind].name,
            ordinal(text->lists[side], index));
    if (trap_of(text, side, index))
        fprintf(text->out, " (trap %" PRIu32 ")", trap_of(text, side, index));
}

/* --- the first difference, whole --- */

/* Fields of two syndromes that are not the same; one of another class has others. */
static void tell_syndromes(FILE *out, uint64_t a, uint64_t b)
{
    for (unsigned id = 0; id < ESR_FIELD_COUNT; id++) {
        const uint64_t values[2] = {a, b};
        const char *between = "";
        char value[2][ESR_TEXT_SIZE] = {"-", "-"};
        bool has[2] = {false, false};
        for (unsigned side = 0; side < 2; side++) {
            struct esr_part parts[ESR_MAX_PARTS];
            uint64_t reserved;
            size_t count = esr_decode(values[side], parts, &reserved);
            for (size_t i = 0; i < count; i++)
                if (parts[i].id == (enum esr_field_id)id) {
                    esr_value_text(parts[i].id, parts[i].value, value[side], ESR_TEXT_SIZE);
                    has[side] = true;
                }
        }
        if ((!has[0] && !has[1]) || strcmp(value[0], value[1]) == 0)
            continue;
        for (unsigned side = 0; side < 2; side++) {
            fprintf(out, "%s    %-*s %s %s", between, NAME_WIDTH - 2,
                    side ? "" : esr_field_table[id].name, letters[side], value[side]);
            between = "\n";
        }
        fputc('\n', out);
    }
}

static bool is_syndrome(const struct event_field *field)
{
    return field->type == EVENT_FIELD_HEX && strncmp(field->name, "esr", strlen("esr")) == 0;
}

static void tell_fields(const struct diff_text *text, const struct diff_step *step)
{
    const struct event *a = &text->lists[0]->events[step->a], *b = &text->lists[1]->events[step->b];
    const struct event *events[2] = {a, b};
    if (diff_took(step, text->options))
        fprintf(text->out, "  %-*s A %" PRIu64 " since the event before\n  %-*s B %" PRIu64 "\n",
                NAME_WIDTH, "cycles", step->took_a, NAME_WIDTH, "", step->took_b);
    if (step->content && a->world != b->world)
        fprintf(text->out, "  %-*s A %s\n  %-*s B %s\n", NAME_WIDTH, "world", world_name(a->world),
                NAME_WIDTH, "", world_name(b->world));
    for (unsigned i = 0; event_table[a->kind].fields[i].type != EVENT_FIELD_END; i++) {
        const struct event_field *field = &event_table[a->kind].fields[i];
        if (!diff_field(a, b, i, text->options))
            continue;
        for (unsigned side = 0; side < 2; side++) {
            const char *name = diff_value_name(&text->options->sides[side], events[side], i);
            fprintf(text->out, "  %-*s %s ", NAME_WIDTH, side ? "" : field->name, letters[side]);
            event_put_value(text->out, field->type, events[side]->args[i]);
            fprintf(text->out, "%s%s\n", name ? " " : "", name ? name : "");
        }
        if (is_syndrome(field))
            tell_syndromes(text->out, a->args[i], b->args[i]);
    }
}

/* Next event of that vCPU at or behind index, or DIFF_NO_EVENT. */
static size_t next_of(const struct trace_list *list, unsigned vcpu, size_t index)
{
    while (index < list->count && list->events[index].vcpu != vcpu)
        index++;
    return index < list->count ? index : DIFF_NO_EVENT;
}

static unsigned vcpu_of(const struct diff_text *text, const struct diff_step *step)
{
    return step->a != DIFF_NO_EVENT ? text->lists[0]->events[step->a].vcpu
                                    : text->lists[1]->events[step->b].vcpu;
}

/* The events of that vCPU around the difference, each side's own behind it. */
static void tell_context(const struct diff_text *text, const struct diff_step *step)
{
    unsigned context = text->options->context, vcpu = vcpu_of(text, step);
    uint64_t skip = step->same > context ? step->same - context : 0;
    const size_t from[2] = {step->a, step->b};
    size_t i = next_of(text->lists[0], vcpu, 0);
    for (uint64_t n = 0; n < step->same; n++, i = next_of(text->lists[0], vcpu, i + 1))
        if (n >= skip) {
            fputs("    ", text->out);
            put_line(text, 0, i);
        }
    for (unsigned side = 0; side < 2; side++) {
        i = from[side];
        for (unsigned n = 0; n <= context && i != DIFF_NO_EVENT;
             n++, i = next_of(text->lists[side], vcpu, i + 1)) {
            fprintf(text->out, "  %s ", letters[side]);
            put_line(text, side, i);
        }
    }
}

static void tell_first(const struct diff_text *text)
{
    const struct diff_step *step = &text->found->first;
    fprintf(text->out, "vCPU %u: %" PRIu64 " event%s the same, then ", vcpu_of(text, step),
            step->same, step->same == 1 ? " is" : "s are");
    if (step->kind == DIFF_PAIR) {
        tell_event(text, 0, step->a);
        fputs(" differs:\n", text->out);
        tell_fields(text, step);
    } else {
        fputs("A ", text->out);
        tell_event(text, 0, step->a);
        fputs(", B ", text->out);
        tell_event(text, 1, step->b);
        fputc('\n', text->out);
    }
    tell_context(text, step);
}

/* --- what else differs, a line each --- */

/* As short as it goes: no zeros in front. */
static void put_short(FILE *out, enum event_field_type type, uint64_t value)
{
    if (type == EVENT_FIELD_HEX)
        fprintf(out, "0x%" PRIx64, value);
    else
        event_put_value(out, type, value);
}

static void put_named(const struct diff_text *text, unsigned side, const struct event *event,
                      unsigned field)
{
    const char *name = diff_value_name(&text->options->sides[side], event, field);
    if (name)
        fputs(name, text->out);
    else
        put_short(text->out, event_table[event->kind].fields[field].type, event->args[field]);
}

static void put_values(const struct diff_text *text, unsigned side, const struct event *event)
{
    const struct event_field *field = event_table[event->kind].fields;
    for (unsigned i = 0; field[i].type != EVENT_FIELD_END; i++) {
        fprintf(text->out, " %s=", field[i].name);
        put_named(text, side, event, i);
    }
}

static void put_changes(const struct diff_text *text, const struct event *a, const struct event *b)
{
    const struct event_field *field = event_table[a->kind].fields;
    if (a->world != b->world)
        fprintf(text->out, " world=%s -> %s", world_name(a->world), world_name(b->world));
    for (unsigned i = 0; field[i].type != EVENT_FIELD_END; i++) {
        if (!diff_field(a, b, i, text->options))
            continue;
        fprintf(text->out, " %s=", field[i].name);
        put_named(text, 0, a, i);
        fputs(" -> ", text->out);
        put_named(text, 1, b, i);
    }
}

static void tell_step(const struct diff_text *text, const struct diff_step *step, uint32_t *trap)
{
    static const char signs[] = {[DIFF_PAIR] = '~', [DIFF_ONLY_A] = '-', [DIFF_ONLY_B] = '+'};
    unsigned side = step->kind == DIFF_ONLY_B;
    size_t index = side ? step->b : step->a;
    const struct event *event = &text->lists[side]->events[index];
    uint32_t now = trap_of(text, side, index);
    uint32_t other = step->kind == DIFF_PAIR ? trap_of(text, 1, step->b) : now;
    char number[sizeof("trap 4294967295/4294967295")] = "";
    if (other != now)
        snprintf(number, sizeof(number), "trap %" PRIu32 "/%" PRIu32, now, other);
    else if (now && now != *trap)
        snprintf(number, sizeof(number), "trap %" PRIu32, now);
    *trap = other == now ? now : 0;
    fprintf(text->out, "  %-9s %c %-5s %s", number, signs[step->kind], world_name(event->world),
            event_table[event->kind].name);
    if (step->kind == DIFF_PAIR)
        put_changes(text, event, &text->lists[1]->events[step->b]);
    else
        put_values(text, side, event);
    fputc('\n', text->out);
}

static bool is_first(const struct diff_found *found, const struct diff_step *step)
{
    return step->kind == found->first.kind && step->a == found->first.a &&
           step->b == found->first.b;
}

static void tell_more(const struct diff_text *text)
{
    const struct diff_found *found = text->found;
    uint64_t told = 0;
    uint32_t trap = 0;
    for (size_t i = 0; i < found->count && told < MAX_MORE; i++) {
        if (!found->steps[i].content || is_first(found, &found->steps[i]))
            continue;
        if (told++ == 0)
            fputs("then, of A (-), of B (+), of both (~):\n", text->out);
        tell_step(text, &found->steps[i], &trap);
    }
    uint64_t rest = found->contents - told - found->first.content;
    if (rest)
        fprintf(text->out, "  and %" PRIu64 " more\n", rest);
}

/* --- in all --- */

static uint64_t last_cycle(const struct diff_text *text, unsigned side)
{
    const struct trace_list *list = text->lists[side];
    return list->count ? list->events[list->count - 1].cycle.v - text->options->sides[side].origin
                       : 0;
}

static void tell_cycles(const struct diff_text *text)
{
    char number[2][GROUPED_SIZE];
    uint64_t a = last_cycle(text, 0), b = last_cycle(text, 1);
    if (!text->found->cycles)
        return;
    fprintf(text->out,
            "cycles: %" PRIu64 " of %" PRIu64 " events in common took another time; in all A %s, "
            "B %s",
            text->found->cycles, text->found->pairs, grouped(a, number[0]), grouped(b, number[1]));
    if (a && a != b)
        fprintf(text->out, " (%+.1f %%)", PERCENT * ((double)b - (double)a) / (double)a);
    fputc('\n', text->out);
}

static void tell_counts(const struct diff_text *text)
{
    unsigned told = 0;
    for (unsigned k = 0; k < EV_COUNT; k++) {
        const struct diff_count *count = &text->found->kinds[k];
        if (!count->differ && !count->only_a && !count->only_b)
            continue;
        if (told++ == 0)
            fputs("in all, by name:\n", text->out);
        if (told <= MAX_LATER)
            fprintf(text->out,
                    "  %-24s %" PRIu64 " differ, %" PRIu64 " only in A, %" PRIu64 " only in B\n",
                    event_table[k].name, count->differ, count->only_a, count->only_b);
    }
    if (told > MAX_LATER)
        fprintf(text->out, "  and %u names more\n", told - MAX_LATER);
}

void diff_print(FILE *out, const struct trace_list *a, const struct trace_list *b,
                const struct diff_options *options, const struct diff_found *found)
{
    const struct diff_text text = {.out = out, .lists = {a, b}, .options = options, .found = found};
    fprintf(out, "A %s\nB %s\n", options->sides[0].name, options->sides[1].name);
    tell_first(&text);
    tell_more(&text);
    tell_cycles(&text);
    tell_counts(&text);
}
