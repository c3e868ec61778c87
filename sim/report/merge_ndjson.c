/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NDJSON of `sim test --json`: each test becomes the JUnit that `sim test --junit` writes of it. */
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "sim/report/junit.h"
#include "sim/report/merge_read.h"

struct ndjson_reader {
    struct merge *merge;
    const char *path;
    struct suite_test *tests;
    size_t count, capacity;
    bool has_header, has_summary;
};

static const char *text_of(struct ndjson_reader *reader, const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? arena_copy(reader->merge->arena, text, strlen(text)) : "";
}

static uint64_t number_of(const json_t *object, const char *key)
{
    json_int_t value = json_integer_value(json_object_get(object, key));
    return value > 0 ? (uint64_t)value : 0;
}

static bool verdict_by_name(const char *name, enum verdict *verdict)
{
    for (unsigned i = 0; i < VERDICT_COUNT; i++)
        if (strcmp(verdict_name((enum verdict)i), name) == 0) {
            *verdict = (enum verdict)i;
            return true;
        }
    return false;
}

static void read_failures(struct ndjson_reader *reader, const json_t *record,
                          struct suite_result *result)
{
    const json_t *list = json_object_get(record, "failures");
    size_t count = json_array_size(list);
    result->failures = arena_array(reader->merge->arena, count + 1, sizeof(result->failures[0]));
    for (; result->failure_count < count; result->failure_count++) {
        const json_t *failure = json_array_get(list, result->failure_count);
        result->failures[result->failure_count] = (struct suite_failure){
            .file = text_of(reader, failure, "file"),
            .line = number_of(failure, "line"),
            .column = number_of(failure, "column"),
            .what = text_of(reader, failure, "what"),
            .expected = text_of(reader, failure, "expected"),
            .actual = text_of(reader, failure, "actual"),
        };
    }
}

static bool read_test(struct ndjson_reader *reader, const json_t *record)
{
    struct suite_result result = {
        .selected = true, .hash = "", .text = "", .messages = "", .trace = ""};
    if (!verdict_by_name(text_of(reader, record, "verdict"), &result.verdict))
        return false;
    result.status = (enum exit_status)number_of(record, "status");
    result.name = text_of(reader, record, "name");
    result.reason = text_of(reader, record, result.verdict == VERDICT_ERROR ? "error" : "reason");
    read_failures(reader, record, &result);
    reader->tests = arena_grow(reader->merge->arena, reader->tests, reader->count,
                               &reader->capacity, sizeof(reader->tests[0]));
    const char *path = text_of(reader, record, "file"), *cell = text_of(reader, record, "cell");
    reader->tests[reader->count++] = (struct suite_test){
        .path = path,
        .label = *cell ? arena_printf(reader->merge->arena, "%s[%s]", path, cell) : path,
        .result = result,
    };
    return true;
}

static void read_summary(struct ndjson_reader *reader, const json_t *record)
{
    uint64_t told = number_of(record, "passed") + number_of(record, "failed") +
                    number_of(record, "skipped") + number_of(record, "xfailed");
    reader->has_summary = true;
    if (told == reader->count && !json_is_true(json_object_get(record, "interrupted")))
        return;
    if (told != reader->count)
        fprintf(stderr, "%s: error: says %" PRIu64 " tests, has %zu\n", reader->path, told,
                reader->count);
    else
        fprintf(stderr, "%s: error: its suite was interrupted\n", reader->path);
    reader->merge->worst = worse_status(reader->merge->worst, EXIT_INTERNAL);
}

static bool read_record(struct ndjson_reader *reader, const json_t *record)
{
    const char *type = json_string_value(json_object_get(record, "type"));
    if (!type)
        return false;
    if (strcmp(type, "header") == 0)
        reader->has_header = true;
    else if (strcmp(type, "test") == 0)
        return reader->has_header && read_test(reader, record);
    else if (strcmp(type, "summary") == 0)
        read_summary(reader, record);
    return true; /* records of other types are for other readers */
}

static bool read_lines(struct ndjson_reader *reader, const char *bytes, size_t size)
{
    unsigned long line = 1;
    for (const char *at = bytes, *end = bytes + size; at < end; line++) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        size_t length = newline ? (size_t)(newline - at) : (size_t)(end - at);
        if (length) {
            json_error_t error;
            json_t *record = json_loadb(at, length, JSON_REJECT_DUPLICATES, &error);
            bool good = record && read_record(reader, record);
            if (!good)
                fprintf(stderr, "%s:%lu: error: no record of sim test: %s\n", reader->path, line,
                        record ? "a test needs a header before it and a verdict" : error.text);
            json_decref(record);
            if (!good)
                return false;
        }
        at += length + 1;
    }
    return true;
}

bool merge_read_ndjson(struct merge *merge, const char *path, const char *bytes, size_t size)
{
    struct ndjson_reader reader = {.merge = merge, .path = path};
    if (!read_lines(&reader, bytes, size))
        return false;
    if (!reader.has_summary) {
        fprintf(stderr, "%s: error: ends without a summary: its suite did not end\n", path);
        merge->worst = worse_status(merge->worst, EXIT_INTERNAL);
    }
    char *xml = NULL;
    size_t xml_size = 0;
    FILE *out = open_memstream(&xml, &xml_size);
    if (!out)
        return false;
    junit_write(out, reader.tests, reader.count);
    fclose(out);
    const char *kept = arena_copy(merge->arena, xml, xml_size);
    free(xml);
    return merge_read_junit(merge, path, kept, xml_size);
}
