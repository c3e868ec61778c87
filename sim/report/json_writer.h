/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes one JSON value (RFC 8259) to a stream. 64-bit values go out as hex strings, because
 * readers that hold numbers as doubles lose integers above 2^53. Bytes that are no UTF-8 become
 * U+FFFD. Write errors stay in the stream: the caller looks at ferror when done.
 */
#ifndef SIM_REPORT_JSON_WRITER_H
#define SIM_REPORT_JSON_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define JSON_MAX_DEPTH 48

struct json {
    FILE *out;
    bool pretty;     /* one member a line, indented; else everything on one line */
    bool for_markup; /* set after json_begin: strings hold no <, > and &, but their escapes */
    bool after_key;
    unsigned depth;
    bool has_items[JSON_MAX_DEPTH + 1]; /* of the object or array at that depth */
};

void json_begin(struct json *json, FILE *out, bool pretty);
/* Ends the text with a newline. */
void json_end(struct json *json);

void json_object_begin(struct json *json);
void json_object_end(struct json *json);
void json_array_begin(struct json *json);
void json_array_end(struct json *json);
/* Name of the next member; only inside an object. */
void json_key(struct json *json, const char *key);

void json_str(struct json *json, const char *text); /* NULL is null */
void json_bytes(struct json *json, const char *text, size_t size);
void json_uint(struct json *json, uint64_t value); /* below 2^53 only */
void json_int(struct json *json, int64_t value);
void json_hex(struct json *json, uint64_t value);   /* "0x" and 16 digits */
void json_hex32(struct json *json, uint64_t value); /* "0x" and 8 digits */
void json_bool(struct json *json, bool value);
void json_nil(struct json *json);

/* A key and its value. */
void json_member_string(struct json *json, const char *key, const char *text);
void json_member_uint(struct json *json, const char *key, uint64_t value);
void json_member_hex(struct json *json, const char *key, uint64_t value);
void json_member_bool(struct json *json, const char *key, bool value);

#endif
