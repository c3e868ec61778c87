/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `sim diff --json`: one document with every difference that is kept. */
#include "sim/report/json_writer.h"
#include "sim/report/report.h"
#include "sim/trace/diff.h"
#include "sim/trace/event_json.h"

struct diff_document {
    struct json json;
    const struct trace_list *lists[2];
    const struct diff_options *options;
};

static void put_side(struct diff_document *doc, const char *key, unsigned side)
{
    struct json *json = &doc->json;
    const struct diff_side *facts = &doc->options->sides[side];
    json_key(json, key);
    json_object_begin(json);
    json_member_string(json, "name", facts->name);
    json_member_string(json, "rmm", facts->rmm);
    json_member_uint(json, "origin", facts->origin);
    json_member_uint(json, "events", doc->lists[side]->count);
    json_object_end(json);
}

static void put_event(struct diff_document *doc, const char *key, unsigned side, size_t index)
{
    struct json *json = &doc->json;
    const uint32_t *traps = doc->options->sides[side].traps;
    struct event event = doc->lists[side]->events[index];
    event.cycle.v -= doc->options->sides[side].origin;
    json_key(json, key);
    json_object_begin(json);
    if (traps && traps[index])
        json_member_uint(json, "trap", traps[index]);
    event_put_json(json, &event);
    json_object_end(json);
}

static void put_fields(struct diff_document *doc, const struct diff_step *step)
{
    struct json *json = &doc->json;
    const struct event *events[2] = {&doc->lists[0]->events[step->a],
                                     &doc->lists[1]->events[step->b]};
    const struct event_field *field = event_table[events[0]->kind].fields;
    json_key(json, "fields");
    json_array_begin(json);
    if (step->content && events[0]->world != events[1]->world)
        json_str(json, "world");
    for (unsigned i = 0; field[i].type != EVENT_FIELD_END; i++)
        if (diff_field(events[0], events[1], i, doc->options))
            json_str(json, field[i].name);
    json_array_end(json);
    if (diff_took(step, doc->options)) {
        json_member_uint(json, "took_a", step->took_a);
        json_member_uint(json, "took_b", step->took_b);
    }
}

static void put_step(struct diff_document *doc, const struct diff_step *step)
{
    static const char *const kinds[] = {
        [DIFF_PAIR] = "differs", [DIFF_ONLY_A] = "only_a", [DIFF_ONLY_B] = "only_b"};
    struct json *json = &doc->json;
    json_object_begin(json);
    json_member_string(json, "kind", kinds[step->kind]);
    json_member_bool(json, "cycles_only", !step->content);
    json_member_uint(json, "same_before", step->same);
    if (step->kind != DIFF_ONLY_B)
        put_event(doc, "a", 0, step->a);
    if (step->kind != DIFF_ONLY_A)
        put_event(doc, "b", 1, step->b);
    if (step->kind == DIFF_PAIR)
        put_fields(doc, step);
    json_object_end(json);
}

void diff_print_json(FILE *out, const struct trace_list *a, const struct trace_list *b,
                     const struct diff_options *options, const struct diff_found *found)
{
    struct diff_document doc = {.lists = {a, b}, .options = options};
    struct json *json = &doc.json;
    json_begin(json, out, true);
    json_object_begin(json);
    json_member_string(json, "type", "diff");
    json_member_uint(json, "schema", REPORT_SCHEMA);
    json_member_bool(json, "same", found->total == 0);
    put_side(&doc, "a", 0);
    put_side(&doc, "b", 1);
    json_member_uint(json, "compared", found->pairs);
    json_member_uint(json, "other_cycles", found->cycles);
    json_member_uint(json, "difference_count", found->total);
    if (found->has_first) {
        json_key(json, "first");
        put_step(&doc, &found->first);
    }
    json_key(json, "differences");
    json_array_begin(json);
    for (size_t i = 0; i < found->count; i++)
        put_step(&doc, &found->steps[i]);
    json_array_end(json);
    json_object_end(json);
    json_end(json);
}
