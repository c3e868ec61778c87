/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The trace as NDJSON: a header record, then one object an event. Readers ignore members they do
 * not know. */
#include "sim/trace/event_json.h"
#include "sim/trace/writer.h"

static void ndjson_header(struct trace_out *to, const struct trace_header *header)
{
    struct json json;
    json_begin(&json, to->out, false);
    json_object_begin(&json);
    json_member_string(&json, "type", "header");
    json_member_uint(&json, "schema", TRACE_SCHEMA);
    json_member_string(&json, "sim", header->version);
    json_member_string(&json, "scenario", header->scenario);
    json_member_string(&json, "hash", header->hash);
    json_member_string(&json, "profile", header->profile);
    if (*header->timing)
        json_member_string(&json, "timing", header->timing);
    if (*header->core)
        json_member_string(&json, "core", header->core);
    if (to->options.ipa_bits)
        json_member_uint(&json, "ipa_bits", to->options.ipa_bits);
    json_object_end(&json);
    json_end(&json);
}

static void put_value(struct json *json, enum event_field_type type, uint64_t value)
{
    switch (type) {
    case EVENT_FIELD_HEX:
        json_hex(json, value);
        break;
    case EVENT_FIELD_U32:
        json_hex32(json, (uint32_t)value);
        break;
    case EVENT_FIELD_DEC:
        json_int(json, (int64_t)value);
        break;
    case EVENT_FIELD_BOOL:
        json_bool(json, value != 0);
        break;
    case EVENT_FIELD_STR:
        json_str(json, (const char *)(uintptr_t)value);
        break;
    case EVENT_FIELD_END:
        break;
    }
}

void event_put_json_fields(struct json *json, const struct event *event)
{
    const struct event_field *field = event_table[event->kind].fields;
    for (unsigned i = 0; field[i].type != EVENT_FIELD_END; i++) {
        json_key(json, field[i].name);
        put_value(json, field[i].type, event->args[i]);
    }
}

void event_put_json(struct json *json, const struct event *event)
{
    const struct event_desc *desc = &event_table[event->kind];
    json_member_uint(json, "cycle", event->cycle.v);
    json_member_uint(json, "vcpu", event->vcpu);
    json_member_string(json, "world", world_name(event->world));
    json_member_string(json, "el", world_el(event->world));
    json_member_string(json, "event", desc->name);
    json_key(json, "args");
    json_object_begin(json);
    event_put_json_fields(json, event);
    json_object_end(json);
}

static void ndjson_event(FILE *out, const struct event *event)
{
    struct json json;
    json_begin(&json, out, false);
    json_object_begin(&json);
    json_member_string(&json, "type", "event");
    event_put_json(&json, event);
    json_object_end(&json);
    json_end(&json);
}

const struct trace_format trace_format_ndjson = {
    .name = "ndjson",
    .suffix = ".ndjson",
    .doc = "one JSON object an event; what show, convert and diff read",
    .header = ndjson_header,
    .event = ndjson_event,
};
