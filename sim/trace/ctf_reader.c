/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads a binary trace back. Of the metadata, the layout must be ours; the events are taken from
 * its rows, so that traces of a sim with other events can be read as far as they are known.
 */
#include <endian.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "sim/trace/ctf.h"
#include "sim/trace/timeline.h"
#include "sim/trace/writer.h"

#define METADATA_MAX ((size_t)1 << 20)
#define PACKET_MAX ((size_t)16 << 20)
#define CYCLE_MAX ((uint64_t)1 << 53) /* as traces of text have it */
#define KINDS_MAX 1024
#define FIELDS_MAX 64
#define NAME_SIZE 64

/* One kind of event of the trace. */
struct row {
    bool given;
    enum event_kind kind; /* EV_COUNT: not known here */
    unsigned fields;
    struct {
        const struct ctf_type *type;
        unsigned arg; /* EVENT_MAX_ARGS: not known here */
    } field[FIELDS_MAX];
};

struct reading {
    const char *name;
    struct trace_list *list;
    struct row *rows; /* KINDS_MAX of them */
    uint64_t packets, cycle, unknown;
    uint64_t end;    /* cycle of the last event of the present packet */
    uint64_t offset; /* of the present packet in the stream */
    bool last;       /* the packet that ends the trace was read */
    char *error;
    size_t size;
};

__attribute__((format(printf, 2, 3))) static enum trace_read_result wrong(struct reading *reading,
                                                                          const char *format, ...)
{
    char reason[160];
    va_list args;
    va_start(args, format);
    vsnprintf(reason, sizeof(reason), format, args);
    va_end(args);
    snprintf(reading->error, reading->size, "%s: error: %s", reading->name, reason);
    return TRACE_READ_WRONG;
}

#define WRONG_AT(reading, at, format, ...)                                                         \
    wrong(reading, CTF_STREAM ", byte %" PRIu64 ": " format, (reading)->offset + (uint64_t)(at),   \
          ##__VA_ARGS__)

/* --- metadata --- */

/* The text behind prefix, or NULL. */
static const char *behind(const char *text, const char *prefix)
{
    size_t length = strlen(prefix);
    return strncmp(text, prefix, length) == 0 ? text + length : NULL;
}

/* A word of letters, digits and _ into word; the text behind it, or NULL. */
static const char *take_word(const char *text, char *word)
{
    size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
    if (length == 0 || length >= NAME_SIZE)
        return NULL;
    memcpy(word, text, length);
    word[length] = '\0';
    return text + length;
}

static const struct ctf_type *type_by_name(const char *name)
{
    for (size_t i = 0; i < CTF_TYPES; i++)
        if (strcmp(ctf_types[i].name, name) == 0)
            return &ctf_types[i];
    return NULL;
}

static unsigned arg_by_name(enum event_kind kind, enum event_field_type type, const char *name)
{
    if (kind == EV_COUNT)
        return EVENT_MAX_ARGS;
    const struct event_field *field = event_table[kind].fields;
    for (unsigned i = 0; field[i].type != EVENT_FIELD_END; i++)
        if (field[i].type == type && strcmp(field[i].name, name) == 0)
            return i;
    return EVENT_MAX_ARGS;
}

/* "event { name = "eret"; id = 17; stream_id = 0; fields := struct { hex_t _pc; }; };" */
static bool read_row(struct reading *reading, const char *line)
{
    char word[NAME_SIZE], type[NAME_SIZE], *end;
    const char *at = behind(line, "event { name = \"");
    if (!at || !(at = take_word(at, word)) || !(at = behind(at, "\"; id = ")))
        return false;
    unsigned long id = strtoul(at, &end, 10);
    at = behind(end, "; stream_id = 0; fields := struct {");
    if (!at || id >= KINDS_MAX || reading->rows[id].given)
        return false;
    struct row *row = &reading->rows[id];
    *row = (struct row){.given = true, .kind = event_by_name(word)};
    while (*at == ' ' && at[1] != '}') {
        at = take_word(at + 1, type);
        if (!at || row->fields == FIELDS_MAX || !(at = behind(at, " _")) ||
            !(at = take_word(at, word)) || *at++ != ';')
            return false;
        const struct ctf_type *known = type_by_name(type);
        if (!known)
            return false;
        row->field[row->fields].type = known;
        row->field[row->fields++].arg = arg_by_name(row->kind, known->field, word);
    }
    return strcmp(at, " }; };") == 0;
}

/* The text of a key in the env line, a copy of the list's; "" if it is not there. */
static const char *env_text(struct trace_list *list, const char *line, const char *key)
{
    char start[NAME_SIZE], text[CTF_TEXT_MAX + 1];
    size_t length = 0;
    snprintf(start, sizeof(start), " %s = \"", key);
    const char *at = strstr(line, start);
    if (!at)
        return "";
    for (at += strlen(start); *at && *at != '"' && length < CTF_TEXT_MAX; at++) {
        if (*at == '\\' && at[1])
            at++;
        text[length++] = *at;
    }
    text[length] = '\0';
    return trace_list_text(list, text);
}

static void read_env(struct trace_list *list, const char *line)
{
    const char *bits = strstr(line, " ipa_bits = ");
    unsigned long value = bits ? strtoul(bits + strlen(" ipa_bits = "), NULL, 10) : 0;
    list->ipa_bits = value < 64 ? (unsigned)value : 0;
    list->version = env_text(list, line, "sim");
    list->scenario = env_text(list, line, "scenario");
    list->hash = env_text(list, line, "hash");
    list->profile = env_text(list, line, "profile");
    list->timing = env_text(list, line, "timing");
    list->core = env_text(list, line, "core");
}

static enum trace_read_result read_metadata_lines(struct reading *reading, char *text)
{
    unsigned number = 0;
    for (char *line; (line = strsep(&text, "\n"));) {
        number++;
        if (behind(line, "env {"))
            read_env(reading->list, line);
        else if (*line && !read_row(reading, line))
            return wrong(reading, CTF_METADATA ", line %u behind the layout is no row of an event",
                         number);
    }
    return TRACE_READ_OK;
}

static enum trace_read_result read_metadata(struct reading *reading, const char *metadata,
                                            size_t size)
{
    char *layout = NULL, *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&layout, &length);
    if (out) {
        ctf_put_layout(out);
        fclose(out);
        text = malloc(size + 1);
    }
    enum trace_read_result result;
    if (!text || !layout)
        result = wrong(reading, "out of memory");
    else if (size < length || memcmp(metadata, layout, length) != 0)
        result = wrong(reading, CTF_METADATA " is not one that sim writes");
    else {
        memcpy(text, metadata + length, size - length);
        text[size - length] = '\0';
        result = read_metadata_lines(reading, text);
    }
    free(text);
    free(layout);
    return result;
}

/* --- the stream --- */

static uint64_t get(const unsigned char *at, size_t bytes)
{
    uint64_t value = 0;
    memcpy(&value, at, bytes);
    return le64toh(value) & (bytes == 8 ? UINT64_MAX : ((uint64_t)1 << (8 * bytes)) - 1);
}

/* Bytes of a field at that place, 0 if it does not end in the packet. */
static size_t field_size(const struct ctf_type *type, const unsigned char *at, size_t room)
{
    if (type->bytes == 0) {
        const unsigned char *end = room ? memchr(at, '\0', room) : NULL;
        return end ? (size_t)(end - at) + 1 : 0;
    }
    return type->bytes <= room ? type->bytes : 0;
}

static uint64_t field_value(struct trace_list *list, const struct ctf_type *type,
                            const unsigned char *at, size_t size)
{
    const char *text = (const char *)at;
    switch (type->field) {
    case EVENT_FIELD_STR:
        return EVENT_STR(strcmp(text, CTF_NO_TEXT) == 0 ? NULL : trace_list_text(list, text));
    case EVENT_FIELD_BOOL:
        return *at != 0;
    case EVENT_FIELD_DEC:
        return type->narrow ? (uint64_t)(int32_t)get(at, size) : get(at, size);
    default:
        return get(at, size);
    }
}

/* The event at that byte of the packet; *next is the byte behind it. */
static enum trace_read_result read_event(struct reading *reading, const unsigned char *packet,
                                         size_t at, size_t size, size_t *next)
{
    if (size - at < CTF_EVENT_HEADER)
        return WRONG_AT(reading, at, "an event is cut off by the end of its packet");
    uint64_t id = get(packet + at, 2), low = get(packet + at + 2, 4);
    uint64_t vcpu = get(packet + at + 6, 2), world = packet[at + 8];
    /* the next time with that low half */
    uint64_t cycle = reading->cycle + (uint32_t)(low - reading->cycle);
    if (id >= KINDS_MAX || !reading->rows[id].given)
        return WRONG_AT(reading, at, CTF_METADATA " has no event %" PRIu64, id);
    if (world >= WORLD_COUNT || vcpu >= TIMELINE_MAX_VCPUS)
        return WRONG_AT(reading, at, "vcpu %" PRIu64 " or world %" PRIu64 " is none", vcpu, world);
    if (cycle > reading->end)
        return WRONG_AT(reading, at, "cycle %" PRIu64 " is behind the end of its packet, %" PRIu64,
                        cycle, reading->end);
    const struct row *row = &reading->rows[id];
    struct event event = {.kind = row->kind,
                          .world = (enum world)world,
                          .vcpu = (unsigned)vcpu,
                          .cycle = CYCLES(cycle)};
    reading->cycle = cycle;
    size_t start = at;
    at += CTF_EVENT_HEADER;
    for (unsigned i = 0; i < row->fields; i++) {
        size_t bytes = field_size(row->field[i].type, packet + at, size - at);
        if (bytes == 0)
            return WRONG_AT(reading, start, "an event is cut off by the end of its packet");
        if (row->field[i].arg < EVENT_MAX_ARGS)
            event.args[row->field[i].arg] =
                field_value(reading->list, row->field[i].type, packet + at, bytes);
        at += bytes;
    }
    if (event.kind == EV_COUNT)
        reading->unknown++;
    else
        trace_list_event(reading->list, &event);
    *next = at;
    return TRACE_READ_OK;
}

static enum trace_read_result check_packet(struct reading *reading, const unsigned char *header,
                                           size_t *content, size_t *size)
{
    uint64_t bits = get(header + 24, 8), packet_bits = get(header + 32, 8);
    if (get(header, 4) != CTF_MAGIC || get(header + 4, 4) != 0)
        return WRONG_AT(reading, 0, "no packet starts here");
    if (bits % 8 || packet_bits % 8 || bits > packet_bits || bits / 8 < CTF_PACKET_HEADER ||
        packet_bits / 8 > PACKET_MAX)
        return WRONG_AT(reading, 24, "a packet of %" PRIu64 " bits with %" PRIu64 " in use",
                        packet_bits, bits);
    if (get(header + 48, 8) != reading->packets)
        return WRONG_AT(reading, 48, "packet %" PRIu64 " stands where %" PRIu64 " is due",
                        get(header + 48, 8), reading->packets);
    if (reading->last)
        return WRONG_AT(reading, 0, "a packet behind the last one");
    uint64_t begin = get(header + 8, 8), end = get(header + 16, 8);
    if (begin < reading->cycle || end < begin || end > CYCLE_MAX)
        return WRONG_AT(reading, 8,
                        "a packet from cycle %" PRIu64 " to %" PRIu64 ", behind one to %" PRIu64,
                        begin, end, reading->cycle);
    reading->cycle = begin;
    reading->end = end;
    *content = (size_t)(bits / 8);
    *size = (size_t)(packet_bits / 8);
    return TRACE_READ_OK;
}

/* What is read up to here is all there is of it. */
static enum trace_read_result partial(struct reading *reading, uint64_t bytes)
{
    snprintf(reading->error, reading->size,
             "%s: error: " CTF_STREAM ", byte %" PRIu64 ": the recording was cut off %s; "
             "%" PRIu64 " full packets are before it, with %zu events",
             reading->name, reading->offset + bytes, bytes ? "in a packet" : "between packets",
             reading->packets, reading->list->count);
    return TRACE_READ_PARTIAL;
}

/* buffer has PACKET_MAX bytes. */
static enum trace_read_result read_packets(struct reading *reading, FILE *stream,
                                           unsigned char *buffer)
{
    for (;;) {
        size_t content = 0, size = 0, got = fread(buffer, 1, CTF_PACKET_HEADER, stream);
        if (got == 0 && reading->last)
            return TRACE_READ_OK;
        if (got < CTF_PACKET_HEADER)
            return partial(reading, got);
        enum trace_read_result result = check_packet(reading, buffer, &content, &size);
        if (result != TRACE_READ_OK)
            return result;
        got += fread(buffer + got, 1, size - got, stream);
        if (got < size)
            return partial(reading, got);
        for (size_t at = CTF_PACKET_HEADER; at < content;) {
            result = read_event(reading, buffer, at, content, &at);
            if (result != TRACE_READ_OK)
                return result;
        }
        reading->last = buffer[CTF_PACKET_HEADER - 1] != 0;
        reading->packets++;
        reading->offset += size;
    }
}

enum trace_read_result ctf_read(const char *name, const char *metadata, size_t metadata_size,
                                FILE *stream, struct trace_list *list, uint64_t *unknown,
                                char *error, size_t size)
{
    struct reading reading = {.name = name, .list = list, .error = error, .size = size};
    unsigned char *buffer = malloc(PACKET_MAX);
    reading.rows = calloc(KINDS_MAX, sizeof(reading.rows[0]));
    enum trace_read_result result = buffer && reading.rows
                                        ? read_metadata(&reading, metadata, metadata_size)
                                        : wrong(&reading, "out of memory");
    if (result == TRACE_READ_OK)
        result = read_packets(&reading, stream, buffer);
    if (result != TRACE_READ_WRONG && ferror(stream))
        result = wrong(&reading, CTF_STREAM " cannot be read");
    if (result != TRACE_READ_WRONG && (list->out_of_memory || list->left_out))
        result = wrong(&reading, "the trace is too large");
    *unknown = reading.unknown;
    free(reading.rows);
    free(buffer);
    return result;
}

/* Opens a file of the directory; NULL with a message. */
static FILE *open_part(const char *path, const char *part, char *error, size_t size)
{
    char name[4096];
    snprintf(name, sizeof(name), "%s/%s", path, part);
    FILE *file = fopen(name, "rbe");
    if (!file)
        snprintf(error, size, "%s: error: %s", name, strerror(errno));
    return file;
}

enum trace_read_result ctf_read_directory(const char *path, struct trace_list *list,
                                          uint64_t *unknown, char *error, size_t size)
{
    enum trace_read_result result = TRACE_READ_WRONG;
    FILE *metadata = open_part(path, CTF_METADATA, error, size);
    FILE *stream = metadata ? open_part(path, CTF_STREAM, error, size) : NULL;
    char *text = malloc(METADATA_MAX);
    if (stream && !text)
        snprintf(error, size, "%s: error: out of memory", path);
    if (stream && text) {
        size_t length = fread(text, 1, METADATA_MAX, metadata);
        result = ctf_read(path, text, length, stream, list, unknown, error, size);
    }
    free(text);
    if (stream)
        fclose(stream);
    if (metadata)
        fclose(metadata);
    return result;
}
