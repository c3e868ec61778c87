/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The native text trace: one event a line, and each line stands alone for grep:
 *   CYCLE vVCPU WORLD EL NAME FIELD=VALUE...
 */
#include <inttypes.h>
#include <string.h>

#include "sim/trace/event_text.h"
#include "sim/trace/writer.h"

static void text_header(struct trace_out *to, const struct trace_header *header)
{
    fprintf(to->out, "# trace schema=%d sim=%s scenario=%s hash=%s profile=%s\n", TRACE_SCHEMA,
            header->version, header->scenario, header->hash, header->profile);
}

/* A word stays as it is; anything else is quoted, so that fields stay apart. */
static void put_text(FILE *out, const char *text)
{
    if (!text)
        text = "-";
    if (*text && !strpbrk(text, " =\"\\\t\n"))
        fputs(text, out);
    else {
        fputc('"', out);
        for (; *text; text++) {
            if (*text == '"' || *text == '\\')
                fputc('\\', out);
            fputc(*text == '\n' || *text == '\t' ? ' ' : *text, out);
        }
        fputc('"', out);
    }
}

void event_put_value(FILE *out, enum event_field_type type, uint64_t value)
{
    switch (type) {
    case EVENT_FIELD_HEX:
        fprintf(out, "0x%016" PRIx64, value);
        break;
    case EVENT_FIELD_U32:
        fprintf(out, "0x%08" PRIx32, (uint32_t)value);
        break;
    case EVENT_FIELD_DEC:
        fprintf(out, "%" PRId64, (int64_t)value);
        break;
    case EVENT_FIELD_BOOL:
        fputs(value ? "true" : "false", out);
        break;
    case EVENT_FIELD_STR:
        put_text(out, (const char *)(uintptr_t)value);
        break;
    case EVENT_FIELD_END:
        break;
    }
}

void event_put_fields(FILE *out, const struct event *event)
{
    const struct event_field *field = event_table[event->kind].fields;
    for (unsigned i = 0; field[i].type != EVENT_FIELD_END; i++) {
        fprintf(out, " %s=", field[i].name);
        event_put_value(out, field[i].type, event->args[i]);
    }
}

void event_put_open_line(FILE *out, const struct event *event)
{
    fprintf(out, "%12" PRIu64 " v%u %-5s %-5s %s", event->cycle.v, event->vcpu,
            world_name(event->world), world_el(event->world), event_table[event->kind].name);
    event_put_fields(out, event);
}

void event_put_line(FILE *out, const struct event *event)
{
    event_put_open_line(out, event);
    fputc('\n', out);
}

const struct trace_format trace_format_text = {
    .name = "text",
    .doc = "one event a line, for people, grep and goldens",
    .header = text_header,
    .event = event_put_line,
};
