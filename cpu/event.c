/* SPDX-License-Identifier: GPL-2.0-or-later */
#define EVENT_TABLE_FIELDS /* keep the field constructors: the table is expanded here */
#include "cpu/event.h"

#include <assert.h>
#include <string.h>

const struct event_desc event_table[EV_COUNT] = {
#define X(id, name_, doc_, ...) [EV_##id] = {.name = #name_, .doc = doc_, .fields = {__VA_ARGS__}},
    EVENT_TABLE(X)
#undef X
};

bool trace_add_reader(struct trace *trace, event_reader *fn, void *ctx)
{
    if (trace->readers == TRACE_MAX_READERS)
        return false;
    trace->reader[trace->readers].fn = fn;
    trace->reader[trace->readers].ctx = ctx;
    trace->readers++;
    return true;
}

void trace_send(struct trace *trace, enum event_kind kind, enum world world, const uint64_t *args,
                size_t count)
{
    assert(kind < EV_COUNT && count <= EVENT_MAX_ARGS);
    struct event event = {
        .kind = kind,
        .world = world,
        .vcpu = trace->vcpu,
        .cycle = trace->clock ? trace->clock->now : CYCLES(0),
    };
    for (size_t i = 0; i < count; i++)
        event.args[i] = args[i];
    for (unsigned i = 0; i < trace->readers; i++)
        trace->reader[i].fn(trace->reader[i].ctx, &event);
}

unsigned event_field_count(enum event_kind kind)
{
    unsigned count = 0;
    while (event_table[kind].fields[count].type != EVENT_FIELD_END)
        count++;
    return count;
}

enum event_kind event_by_name(const char *name)
{
    unsigned kind = 0;
    while (kind < EV_COUNT && strcmp(event_table[kind].name, name) != 0)
        kind++;
    return (enum event_kind)kind;
}

uint64_t event_arg(const struct event *event, const char *field)
{
    const struct event_field *fields = event_table[event->kind].fields;
    for (unsigned i = 0; fields[i].type != EVENT_FIELD_END; i++)
        if (strcmp(fields[i].name, field) == 0)
            return event->args[i];
    return 0;
}
