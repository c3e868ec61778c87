/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/trace/reader.h"

#include <errno.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sim/trace/ctf.h"
#include "sim/trace/timeline.h"
#include "sim/trace/writer.h"

#define CYCLE_MAX ((json_int_t)1 << 53) /* what a JSON number holds exactly */

struct reading {
    const char *path;
    unsigned long line;
    struct trace_list *list;
    uint64_t cycle; /* of the last event */
    uint64_t unknown;
    char *error;
    size_t size;
};

__attribute__((format(printf, 2, 3))) static bool wrong(struct reading *reading, const char *format,
                                                        ...)
{
    char reason[160];
    va_list args;
    va_start(args, format);
    vsnprintf(reason, sizeof(reason), format, args);
    va_end(args);
    snprintf(reading->error, reading->size, "%s:%lu: error: %s", reading->path, reading->line,
             reason);
    return false;
}

static bool hex_value(const json_t *json, uint64_t *value)
{
    const char *text = json_string_value(json);
    if (!text || strncmp(text, "0x", 2) != 0 || !text[2] || strlen(text) > 18 ||
        text[2 + strspn(text + 2, "0123456789abcdefABCDEF")])
        return false;
    *value = strtoull(text, NULL, 16);
    return true;
}

static bool field_value(struct trace_list *list, enum event_field_type type, const json_t *json,
                        uint64_t *value)
{
    switch (type) {
    case EVENT_FIELD_HEX:
    case EVENT_FIELD_U32:
        return hex_value(json, value);
    case EVENT_FIELD_DEC:
        *value = (uint64_t)json_integer_value(json);
        return json_is_integer(json);
    case EVENT_FIELD_BOOL:
        *value = json_is_true(json);
        return json_is_boolean(json);
    case EVENT_FIELD_STR:
        *value = EVENT_STR(trace_list_text(list, json_string_value(json)));
        return json_is_string(json) || json_is_null(json);
    case EVENT_FIELD_END:
        break;
    }
    return false;
}

static bool world_by_name(const char *name, enum world *world)
{
    for (unsigned w = 0; w < WORLD_COUNT; w++)
        if (strcmp(world_name((enum world)w), name) == 0) {
            *world = (enum world)w;
            return true;
        }
    return false;
}

static const char *member_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static bool read_event(struct reading *reading, const json_t *object)
{
    const char *name = member_text(object, "event"), *world = member_text(object, "world");
    const json_t *cycle = json_object_get(object, "cycle"), *vcpu = json_object_get(object, "vcpu");
    const json_t *args = json_object_get(object, "args");
    struct event event = {.kind = event_by_name(name)};
    if (event.kind == EV_COUNT) {
        reading->unknown++;
        return *name ? true : wrong(reading, "an event without a name");
    }
    if (!world_by_name(world, &event.world))
        return wrong(reading, "'%.40s' is no world", world);
    if (!json_is_integer(cycle) || json_integer_value(cycle) < 0 ||
        json_integer_value(cycle) > CYCLE_MAX)
        return wrong(reading, "cycle is not a number below 2^53");
    if ((uint64_t)json_integer_value(cycle) < reading->cycle)
        return wrong(reading, "time goes back: cycle %llu is behind %llu",
                     (unsigned long long)json_integer_value(cycle),
                     (unsigned long long)reading->cycle);
    if (!json_is_integer(vcpu) || json_integer_value(vcpu) < 0 ||
        json_integer_value(vcpu) >= TIMELINE_MAX_VCPUS)
        return wrong(reading, "vcpu is not a number below %d", TIMELINE_MAX_VCPUS);
    reading->cycle = (uint64_t)json_integer_value(cycle);
    event.cycle = CYCLES(reading->cycle);
    event.vcpu = (unsigned)json_integer_value(vcpu);
    const struct event_field *field = event_table[event.kind].fields;
    for (unsigned i = 0; field[i].type != EVENT_FIELD_END; i++) {
        const json_t *value = json_object_get(args, field[i].name);
        if (value && !field_value(reading->list, field[i].type, value, &event.args[i]))
            return wrong(reading, "%s of %s has a wrong value", field[i].name, name);
    }
    trace_list_event(reading->list, &event);
    return true;
}

static bool read_header(struct reading *reading, const json_t *object)
{
    struct trace_list *list = reading->list;
    json_int_t schema = json_integer_value(json_object_get(object, "schema"));
    json_int_t ipa_bits = json_integer_value(json_object_get(object, "ipa_bits"));
    if (schema != TRACE_SCHEMA)
        return wrong(reading, "schema %lld is not %d, which this sim reads", (long long)schema,
                     TRACE_SCHEMA);
    list->version = trace_list_text(list, member_text(object, "sim"));
    list->scenario = trace_list_text(list, member_text(object, "scenario"));
    list->hash = trace_list_text(list, member_text(object, "hash"));
    list->profile = trace_list_text(list, member_text(object, "profile"));
    list->timing = trace_list_text(list, member_text(object, "timing"));
    list->core = trace_list_text(list, member_text(object, "core"));
    list->ipa_bits = ipa_bits > 0 && ipa_bits < 64 ? (unsigned)ipa_bits : 0;
    return true;
}

static bool read_line(struct reading *reading, const char *line, size_t length)
{
    json_error_t problem;
    if (length > TRACE_LINE_MAX)
        return wrong(reading, "the line is longer than %d bytes", TRACE_LINE_MAX);
    json_t *object = json_loadb(line, length, JSON_REJECT_DUPLICATES, &problem);
    bool ok = true;
    if (!object) {
        ok = wrong(reading, "not JSON: %.100s", problem.text);
    } else {
        const char *type = member_text(object, "type");
        bool header = strcmp(type, "header") == 0;
        if (reading->line == 1 && !header)
            ok = wrong(reading, "a trace starts with its header, {\"type\":\"header\",...}");
        else if (header && reading->line > 1)
            ok = wrong(reading, "a second header: recordings of two runs in one file");
        else if (header)
            ok = read_header(reading, object);
        else if (strcmp(type, "event") == 0)
            ok = read_event(reading, object);
    }
    json_decref(object);
    return ok;
}

/* The next line, at most TRACE_LINE_MAX + 1 bytes of it, so that input cannot take all memory. */
static size_t next_line(FILE *file, char *line)
{
    size_t length = 0;
    for (int c; length <= TRACE_LINE_MAX && (c = getc(file)) != EOF;) {
        line[length++] = (char)c;
        if (c == '\n')
            break;
    }
    return length;
}

/* The last line has no end: a write was cut off. What is before it is whole. */
static enum trace_read_result cut_off(struct reading *reading)
{
    wrong(reading, "the recording was cut off in this line; %zu events are before it",
          reading->list->count);
    return TRACE_READ_PARTIAL;
}

static enum trace_read_result read_lines(struct reading *reading, FILE *file, char *line)
{
    for (size_t length; (length = next_line(file, line)) > 0;) {
        reading->line++;
        if (!read_line(reading, line, length))
            return reading->line > 1 && length <= TRACE_LINE_MAX && line[length - 1] != '\n'
                       ? cut_off(reading)
                       : TRACE_READ_WRONG;
    }
    if (reading->line)
        return TRACE_READ_OK;
    reading->line = 1;
    wrong(reading, "the file is empty");
    return TRACE_READ_WRONG;
}

enum trace_read_result ndjson_read(const char *path, FILE *file, struct trace_list *list,
                                   uint64_t *unknown, char *error, size_t size)
{
    struct reading reading = {.path = path, .list = list, .error = error, .size = size};
    enum trace_read_result result = TRACE_READ_WRONG;
    char *line = malloc(TRACE_LINE_MAX + 1);
    if (line)
        result = read_lines(&reading, file, line);
    else
        snprintf(error, size, "%s: error: out of memory", path);
    if (result != TRACE_READ_WRONG && ferror(file)) {
        result = TRACE_READ_WRONG;
        snprintf(error, size, "%s: error: cannot be read", path);
    }
    if (result != TRACE_READ_WRONG && (list->out_of_memory || list->left_out)) {
        result = TRACE_READ_WRONG;
        wrong(&reading, "the trace is too large");
    }
    free(line);
    *unknown = reading.unknown;
    return result;
}

enum trace_read_result trace_read(const char *path, struct trace_list *list, uint64_t *unknown,
                                  char *error, size_t size)
{
    struct stat status;
    *unknown = 0;
    if (strcmp(path, "-") == 0)
        return ndjson_read(path, stdin, list, unknown, error, size);
    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
        return ctf_read_directory(path, list, unknown, error, size);
    FILE *file = fopen(path, "re");
    if (!file) {
        snprintf(error, size, "%s: error: %s", path, strerror(errno));
        return TRACE_READ_WRONG;
    }
    enum trace_read_result result = ndjson_read(path, file, list, unknown, error, size);
    fclose(file);
    return result;
}
