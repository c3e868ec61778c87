/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The readers of recorded traces on arbitrary bytes. The first byte says which: NDJSON; the stream
 * of a CTF trace with our own metadata; or metadata up to a zero byte behind the layout, then the
 * stream. They must end, with a trace or with a message, and what they read must be writable in
 * every format, as a page, and the same as itself.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/report/html/html.h"
#include "sim/trace/ctf.h"
#include "sim/trace/diff.h"
#include "sim/trace/reader.h"
#include "sim/trace/writer.h"
#include "tests/fuzz/fuzz_target.h"

static void fail(const char *what)
{
    fprintf(stderr, "FINDING: %s\n", what);
    abort();
}

/* What a run's metadata is behind its layout: rows of all events if own, else what the input says.
 */
static char *metadata_of(const uint8_t *data, size_t size, bool own, size_t *length)
{
    char *text = NULL;
    FILE *out = open_memstream(&text, length);

    if (!out)
        fail("out of memory");
    ctf_put_layout(out);
    for (unsigned kind = 0; own && kind < EV_COUNT; kind++)
        ctf_put_event_rows(out, (enum event_kind)kind);
    if (!own)
        fwrite(data, 1, size, out);
    fclose(out);
    return text;
}

static enum trace_read_result read_ctf(const uint8_t *data, size_t size, bool own,
                                       struct trace_list *list, char *error, size_t error_size)
{
    const uint8_t *end = own ? data : memchr(data, '\0', size);
    size_t before = end ? (size_t)(end - data) : size, length;
    size_t behind = own ? size : size - before;
    uint64_t unknown;
    char *metadata = metadata_of(data, before, own, &length);
    FILE *stream = behind ? fmemopen((void *)(uintptr_t)(data + size - behind), behind, "rb")
                          : fopen("/dev/null", "rb");
    enum trace_read_result result;

    if (!stream)
        fail("no stream");
    result = ctf_read("trace", metadata, length, stream, list, &unknown, error, error_size);
    fclose(stream);
    free(metadata);
    return result;
}

static enum trace_read_result read_ndjson(const uint8_t *data, size_t size, struct trace_list *list,
                                          char *error, size_t error_size)
{
    FILE *file = size ? fmemopen((void *)(uintptr_t)data, size, "rb") : fopen("/dev/null", "rb");
    enum trace_read_result result;
    uint64_t unknown;

    if (!file)
        fail("no stream");
    result = ndjson_read("trace", file, list, &unknown, error, error_size);
    fclose(file);
    return result;
}

/* Of a format that is a directory its events are not written here: tests/unit/test_ctf.c. */
static void write_as(const struct trace_format *format, const struct trace_list *list)
{
    const struct trace_header header = {list->version, list->scenario, list->hash,
                                        list->profile, list->timing,   list->core};
    const struct trace_options options = {.ipa_bits = list->ipa_bits};
    char error[256];
    struct trace_writer *writer =
        trace_writer_open_with("/dev/null", format, &header, &options, error, sizeof(error));

    if (!writer)
        fail(error);
    for (size_t i = 0; i < list->count; i++)
        trace_writer_event(writer, &list->events[i]);
    if (!trace_writer_close(writer, true, error, sizeof(error)))
        fail(error);
}

static void use(const struct trace_list *list)
{
    const struct diff_options options = {.context = 3, .sides = {{.name = "a"}, {.name = "b"}}};
    const struct trace_format *format;
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);

    if (!out)
        fail("out of memory");
    for (size_t i = 0; (format = trace_format_at(i)); i++)
        if (!format->stream)
            write_as(format, list);
    if (!diff_traces(out, list, list, &options))
        fail("a trace differs from itself");
    if (!html_data(out, &(struct html_input){.list = list}))
        fail("no data for a page");
    fclose(out);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct trace_list list;
    char error[512] = "";
    enum trace_read_result result;

    if (size == 0)
        return 0;
    trace_list_init(&list);
    result = data[0] % 3 == 0
                 ? read_ndjson(data + 1, size - 1, &list, error, sizeof(error))
                 : read_ctf(data + 1, size - 1, data[0] % 3 == 1, &list, error, sizeof(error));
    if ((result == TRACE_READ_OK) != (*error == '\0'))
        fail("a message without an error, or an error without a message");
    use(&list);
    trace_list_free(&list);
    return 0;
}
