/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes the binary trace. An event is copied into the packet's buffer, which belongs to the
 * recording; nothing is formatted or allocated for it, and a full packet is one write(2).
 */
#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim/trace/ctf.h"
#include "sim/trace/writer.h"

#define EVENT_SIZE_MAX (CTF_EVENT_HEADER + EVENT_MAX_ARGS * (CTF_TEXT_MAX + 1))
#define BITS 8u

/*
 * How a kind's fields are written: the event table, made ready. A number fits its narrow field if
 * the upper half of number + bias is 0; it matters where counts is all ones.
 */
struct shape {
    uint64_t bias[EVENT_MAX_ARGS], counts[EVENT_MAX_ARGS];
    unsigned count;
    uint8_t type[EVENT_MAX_ARGS];     /* enum event_field_type */
    uint8_t bytes[2][EVENT_MAX_ARGS]; /* with wide fields, and with narrow ones; of a text 0 */
};

struct ctf {
    size_t used; /* bytes of packet */
    uint64_t first, last;
    uint64_t sequence;
    struct shape shapes[EV_COUNT];
    unsigned char packet[CTF_PACKET_SIZE];
};

_Static_assert(EV_COUNT <= CTF_NARROW, "ids of both rows are distinct");
_Static_assert(CTF_PACKET_HEADER + EVENT_SIZE_MAX <= CTF_PACKET_SIZE, "an event fits a packet");

static unsigned char *put16(unsigned char *at, uint64_t value)
{
    uint16_t bytes = htole16((uint16_t)value);
    memcpy(at, &bytes, sizeof(bytes));
    return at + sizeof(bytes);
}

static unsigned char *put32(unsigned char *at, uint64_t value)
{
    uint32_t bytes = htole32((uint32_t)value);
    memcpy(at, &bytes, sizeof(bytes));
    return at + sizeof(bytes);
}

static unsigned char *put64(unsigned char *at, uint64_t value)
{
    uint64_t bytes = htole64(value);
    memcpy(at, &bytes, sizeof(bytes));
    return at + sizeof(bytes);
}

static unsigned char *put_text(unsigned char *at, const char *text)
{
    if (!text)
        text = CTF_NO_TEXT;
    size_t length = strnlen(text, CTF_TEXT_MAX);
    memcpy(at, text, length);
    at[length] = '\0';
    return at + length + 1;
}

/* Ends the packet and starts the next one. */
static void flush_packet(struct trace_out *to, struct ctf *ctf, bool last)
{
    unsigned char *at = put32(put32(ctf->packet, CTF_MAGIC), 0);
    at = put64(put64(at, ctf->first), ctf->last);
    at = put64(put64(at, ctf->used * BITS), ctf->used * BITS);
    at = put64(put64(at, 0), ctf->sequence++);
    *at = last;
    fwrite(ctf->packet, ctf->used, 1, to->out); /* the stream is not buffered */
    ctf->used = CTF_PACKET_HEADER;
    ctf->first = ctf->last;
}

/* A string of TSDL. */
static void put_quoted(FILE *out, const char *text)
{
    fputc('"', out);
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            fputc('\\', out);
        fputc((unsigned char)*text < ' ' ? ' ' : *text, out);
    }
    fputc('"', out);
}

static void put_metadata(FILE *out, const struct trace_header *header, unsigned ipa_bits)
{
    const struct {
        const char *key, *text;
    } rows[] = {
        {"domain", "sim"},      {"sim", header->version},     {"scenario", header->scenario},
        {"hash", header->hash}, {"profile", header->profile}, {"timing", header->timing},
        {"core", header->core}};

    ctf_put_layout(out);
    fprintf(out, "env { schema = %d; ipa_bits = %u;", TRACE_SCHEMA, ipa_bits);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        fprintf(out, " %s = ", rows[i].key);
        put_quoted(out, rows[i].text);
        fputc(';', out);
    }
    fputs(" };\n", out);
    for (unsigned kind = 0; kind < EV_COUNT; kind++)
        ctf_put_event_rows(out, (enum event_kind)kind);
}

static struct shape shape_of(enum event_kind kind)
{
    const struct event_field *field = event_table[kind].fields;
    struct shape shape = {0};

    for (unsigned i = 0; field[i].type != EVENT_FIELD_END; i++) {
        uint8_t wide = (uint8_t)ctf_type_of(field[i].type, false)->bytes;
        uint8_t narrow = (uint8_t)ctf_type_of(field[i].type, true)->bytes;

        shape.type[i] = (uint8_t)field[i].type;
        shape.bytes[0][i] = wide;
        shape.bytes[1][i] = narrow;
        shape.bias[i] = field[i].type == EVENT_FIELD_DEC ? (uint64_t)INT32_MAX + 1 : 0;
        shape.counts[i] = wide != narrow ? UINT64_MAX : 0;
        shape.count = i + 1;
    }
    return shape;
}

static void ctf_header(struct trace_out *to, const struct trace_header *header)
{
    struct ctf *ctf = to->state;

    ctf->used = CTF_PACKET_HEADER;
    for (unsigned kind = 0; kind < EV_COUNT; kind++)
        ctf->shapes[kind] = shape_of((enum event_kind)kind);
    setvbuf(to->out, NULL, _IONBF, 0);
    put_metadata(to->text, header, to->options.ipa_bits);
}

/* Whether every number of the event fits 32 bits. */
static bool is_narrow(const struct shape *shape, const uint64_t *args)
{
    uint64_t high = 0;
    for (unsigned i = 0; i < EVENT_MAX_ARGS; i++) /* of all: no branch, and several at once */
        high |= (args[i] + shape->bias[i]) >> 32 & shape->counts[i];
    return high == 0;
}

/* The lower bytes of value; what put64 writes behind them, the next field overwrites. */
static unsigned char *put_number(unsigned char *at, uint64_t value, size_t bytes)
{
    put64(at, value);
    return at + bytes;
}

static void ctf_step(struct trace_out *to, const struct event *event)
{
    struct ctf *ctf = to->state;
    const struct shape *shape = &ctf->shapes[event->kind];
    bool narrow = is_narrow(shape, event->args);

    if (ctf->used > sizeof(ctf->packet) - EVENT_SIZE_MAX ||
        (event->cycle.v - ctf->last > UINT32_MAX && ctf->used > CTF_PACKET_HEADER))
        flush_packet(to, ctf, false);
    unsigned char *at = ctf->packet + ctf->used;
    if (ctf->used == CTF_PACKET_HEADER)
        ctf->first = event->cycle.v;
    ctf->last = event->cycle.v;
    at = put32(put16(at, event->kind + (narrow ? CTF_NARROW : 0)), event->cycle.v);
    at = put16(at, event->vcpu);
    *at++ = (unsigned char)event->world;
    for (unsigned i = 0; i < shape->count; i++) {
        uint8_t type = shape->type[i];
        uint64_t value = event->args[i];

        if (type == EVENT_FIELD_STR)
            at = put_text(at, (const char *)(uintptr_t)value);
        else
            at = put_number(at, type == EVENT_FIELD_BOOL ? value != 0 : value,
                            shape->bytes[narrow][i]);
    }
    ctf->used = (size_t)(at - ctf->packet);
}

static void ctf_finish(struct trace_out *to)
{
    flush_packet(to, to->state, true);
}

const struct trace_format trace_format_ctf = {
    .name = "ctf",
    .suffix = ".ctf",
    .doc = "binary, a directory; babeltrace2, Trace Compass, and sim trace show, convert, diff",
    .stream = CTF_STREAM,
    .text = CTF_METADATA,
    .state_size = sizeof(struct ctf),
    .header = ctf_header,
    .step = ctf_step,
    .finish = ctf_finish,
};
