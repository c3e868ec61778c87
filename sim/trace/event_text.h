/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An event as text: the native trace's line and its parts. */
#ifndef SIM_TRACE_EVENT_TEXT_H
#define SIM_TRACE_EVENT_TEXT_H

#include <stdio.h>

#include "cpu/event.h"

/* A field's value: fixed width for hex, quoted text where it is not one word. */
void event_put_value(FILE *out, enum event_field_type type, uint64_t value);
/* " name=value" for each field. */
void event_put_fields(FILE *out, const struct event *event);
/* The whole line, without its end and with it. */
void event_put_open_line(FILE *out, const struct event *event);
void event_put_line(FILE *out, const struct event *event);

#endif
