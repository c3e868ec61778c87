/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An event as a JSON object, the same in a recorded trace and in a report. */
#ifndef SIM_TRACE_EVENT_JSON_H
#define SIM_TRACE_EVENT_JSON_H

#include "cpu/event.h"
#include "sim/report/json_writer.h"

/* Members of the current object: cycle, vcpu, world, el, event, args. */
void event_put_json(struct json *json, const struct event *event);

/* The event's own fields as members of the current object. */
void event_put_json_fields(struct json *json, const struct event *event);

#endif
