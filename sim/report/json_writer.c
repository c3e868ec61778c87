/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/report/json_writer.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "sim/scenario/text.h"

void json_begin(struct json *json, FILE *out, bool pretty)
{
    *json = (struct json){.out = out, .pretty = pretty};
}

void json_end(struct json *json)
{
    assert(json->depth == 0);
    fputc('\n', json->out);
}

static void new_line(const struct json *json)
{
    if (!json->pretty)
        return;
    fputc('\n', json->out);
    for (unsigned i = 0; i < json->depth; i++)
        fputs("  ", json->out);
}

/* What separates a value or a key from what stands before it. */
static void separate(struct json *json)
{
    if (json->after_key) {
        json->after_key = false;
        return;
    }
    if (json->has_items[json->depth])
        fputc(',', json->out);
    if (json->depth > 0)
        new_line(json);
    json->has_items[json->depth] = true;
}

static void open_group(struct json *json, char bracket)
{
    assert(json->depth < JSON_MAX_DEPTH);
    separate(json);
    fputc(bracket, json->out);
    json->has_items[++json->depth] = false;
}

static void close_group(struct json *json, char bracket)
{
    assert(json->depth > 0 && !json->after_key);
    bool had_items = json->has_items[json->depth--];
    if (had_items)
        new_line(json);
    fputc(bracket, json->out);
}

void json_object_begin(struct json *json)
{
    open_group(json, '{');
}

void json_object_end(struct json *json)
{
    close_group(json, '}');
}

void json_array_begin(struct json *json)
{
    open_group(json, '[');
}

void json_array_end(struct json *json)
{
    close_group(json, ']');
}

static bool is_markup(unsigned char byte)
{
    return byte == '<' || byte == '>' || byte == '&';
}

static void quoted(const struct json *json, const char *text, size_t size)
{
    FILE *out = json->out;
    const unsigned char *bytes = (const unsigned char *)text;
    fputc('"', out);
    for (size_t i = 0; i < size;) {
        size_t length = utf8_sequence(bytes + i, size - i);
        if (length == 0) {
            fputs("\\ufffd", out);
            length = 1;
        } else if (bytes[i] == '"' || bytes[i] == '\\') {
            fprintf(out, "\\%c", bytes[i]);
        } else if (bytes[i] == '\n') {
            fputs("\\n", out);
        } else if (bytes[i] < 0x20 || bytes[i] == 0x7f ||
                   (json->for_markup && is_markup(bytes[i]))) {
            fprintf(out, "\\u%04x", bytes[i]);
        } else {
            fwrite(bytes + i, 1, length, out);
        }
        i += length;
    }
    fputc('"', out);
}

void json_key(struct json *json, const char *key)
{
    separate(json);
    quoted(json, key, strlen(key));
    fputs(json->pretty ? ": " : ":", json->out);
    json->after_key = true;
}

void json_bytes(struct json *json, const char *text, size_t size)
{
    separate(json);
    quoted(json, text, size);
}

void json_str(struct json *json, const char *text)
{
    if (text)
        json_bytes(json, text, strlen(text));
    else
        json_nil(json);
}

void json_uint(struct json *json, uint64_t value)
{
    separate(json);
    fprintf(json->out, "%" PRIu64, value);
}

void json_int(struct json *json, int64_t value)
{
    separate(json);
    fprintf(json->out, "%" PRId64, value);
}

void json_hex(struct json *json, uint64_t value)
{
    separate(json);
    fprintf(json->out, "\"0x%016" PRIx64 "\"", value);
}

void json_hex32(struct json *json, uint64_t value)
{
    separate(json);
    fprintf(json->out, "\"0x%08" PRIx64 "\"", value);
}

void json_bool(struct json *json, bool value)
{
    separate(json);
    fputs(value ? "true" : "false", json->out);
}

void json_nil(struct json *json)
{
    separate(json);
    fputs("null", json->out);
}

void json_member_string(struct json *json, const char *key, const char *text)
{
    json_key(json, key);
    json_str(json, text);
}

void json_member_uint(struct json *json, const char *key, uint64_t value)
{
    json_key(json, key);
    json_uint(json, value);
}

void json_member_hex(struct json *json, const char *key, uint64_t value)
{
    json_key(json, key);
    json_hex(json, value);
}

void json_member_bool(struct json *json, const char *key, bool value)
{
    json_key(json, key);
    json_bool(json, value);
}
