/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The native text trace: one event a line, and each line stands alone for grep:
 *   CYCLE vVCPU WORLD EL NAME FIELD=VALUE...
 */
#include <inttypes.h>
#include <string.h>

#include "sim/trace/writer.h"

static void text_header(FILE *out, const struct trace_header *header)
{
    fprintf(out, "# trace schema=%d sim=%s scenario=%s hash=%s profile=%s\n", TRACE_SCHEMA,
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

static void put_field(FILE *out, const struct event_field *field, uint64_t value)
{
    fprintf(out, " %s=", field->name);
    switch (field->type) {
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

static void text_event(FILE *out, const struct event *event)
{
    const struct event_desc *desc = &event_table[event->kind];
    fprintf(out, "%12" PRIu64 " v%u %-5s %-5s %s", event->cycle.v, event->vcpu,
            world_name(event->world), world_el(event->world), desc->name);
    for (unsigned i = 0; desc->fields[i].type != EVENT_FIELD_END; i++)
        put_field(out, &desc->fields[i], event->args[i]);
    fputc('\n', out);
}

const struct trace_format trace_format_text = {
    .name = "text",
    .header = text_header,
    .event = text_event,
};
