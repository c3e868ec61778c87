/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JUnit XML: what a test is called and how it ended; the element itself is carried over as it is.
 */
#include <expat.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sim/report/merge_read.h"

#define MAX_SUITE_DEPTH 16 /* testsuites may hold testsuites */
#define TIME_DIGITS 6      /* microseconds */

struct junit_reader {
    XML_Parser parser;
    struct merge *merge;
    const char *path, *bytes;
    const char *refused; /* why the file is none; NULL: it is good so far */
    const char *suites[MAX_SUITE_DEPTH];
    unsigned depth;       /* of elements */
    unsigned suite_depth; /* of testsuites, of which the first MAX_SUITE_DEPTH have names */
    bool in_test;
    unsigned test_depth;    /* of the testcase's element */
    struct merge_test test; /* being read */
    uint64_t told, found; /* tests that the outermost elements say they have, and that are there */
};

/*
 * Where the parser stands: bytes into the text to the current event and behind it, line, column.
 * Expat 2.9 has new names for these and finds fault with the old.
 */
struct junit_position {
    size_t from, to;
    uint64_t line, column;
};

static struct junit_position position_of(XML_Parser parser)
{
#if XML_MAJOR_VERSION > 2 || XML_MINOR_VERSION >= 9
    size_t from = (size_t)XML_GetCurrentByteIndex64(parser);

    return (struct junit_position){from, from + (size_t)XML_GetCurrentByteCount64(parser),
                                   XML_GetCurrentLineNumber64(parser),
                                   XML_GetCurrentColumnNumber64(parser) + 1};
#else
    size_t from = (size_t)XML_GetCurrentByteIndex(parser);

    return (struct junit_position){from, from + (size_t)XML_GetCurrentByteCount(parser),
                                   XML_GetCurrentLineNumber(parser),
                                   XML_GetCurrentColumnNumber(parser) + 1};
#endif
}

static const char *find(const char **attributes, const char *name)
{
    for (; *attributes; attributes += 2)
        if (strcmp(attributes[0], name) == 0)
            return attributes[1];
    return "";
}

static const char *keep(struct junit_reader *reader, const char *text)
{
    return arena_copy(reader->merge->arena, text, strlen(text));
}

/* "1.25" seconds; what is no such number is 0. */
static uint64_t microseconds_of(const char *text)
{
    uint64_t value = 0;
    int digits = -1; /* behind the point */
    for (; *text && digits < TIME_DIGITS; text++) {
        if (*text == '.' && digits < 0)
            digits = 0;
        else if (*text < '0' || *text > '9' || value > UINT64_MAX / 100)
            return 0;
        else
            value = value * 10 + (uint64_t)(*text - '0'), digits += digits >= 0;
    }
    for (digits = digits < 0 ? 0 : digits; digits < TIME_DIGITS && value <= UINT64_MAX / 10;
         digits++)
        value *= 10;
    return value;
}

static void begin_test(struct junit_reader *reader, const char **attributes)
{
    unsigned named = reader->suite_depth < MAX_SUITE_DEPTH ? reader->suite_depth : MAX_SUITE_DEPTH;
    reader->in_test = true;
    reader->test_depth = reader->depth;
    reader->test = (struct merge_test){
        .suite = named ? reader->suites[named - 1] : "",
        .classname = keep(reader, find(attributes, "classname")),
        .name = keep(reader, find(attributes, "name")),
        .file = keep(reader, find(attributes, "file")),
        .line = keep(reader, find(attributes, "line")),
        .message = "",
        .verdict = VERDICT_PASS,
        .status = EXIT_OK,
        .microseconds = microseconds_of(find(attributes, "time")),
        .xml = reader->bytes + position_of(reader->parser).from,
        .place = reader->merge->count,
    };
}

/* The worst of several outcomes in one test stays. */
static void set_outcome(struct junit_reader *reader, enum verdict verdict, enum exit_status status,
                        const char *message)
{
    struct merge_test *test = &reader->test;
    bool is_first = test->verdict == VERDICT_PASS;
    if (!is_first && worse_status(test->status, status) == test->status)
        return;
    test->verdict = verdict;
    test->status = status;
    test->message = keep(reader, message);
}

/* type="exit 4" of `sim test`; another tool's error is an error of the simulator's kind. */
static enum exit_status status_of_error(const char *type)
{
    static const char prefix[] = "exit ";
    if (strncmp(type, prefix, strlen(prefix)) != 0)
        return EXIT_INTERNAL;
    switch (type[strlen(prefix)]) {
    case '2':
        return EXIT_USAGE;
    case '4':
        return EXIT_LIMIT;
    default:
        return EXIT_INTERNAL;
    }
}

static void outcome_element(struct junit_reader *reader, const char *name, const char **attributes)
{
    const char *type = find(attributes, "type"), *message = find(attributes, "message");
    if (strcmp(name, "failure") == 0)
        set_outcome(reader,
                    strcmp(type, verdict_name(VERDICT_XPASS)) == 0 ? VERDICT_XPASS : VERDICT_FAIL,
                    EXIT_FAILED, message);
    else if (strcmp(name, "error") == 0)
        set_outcome(reader, VERDICT_ERROR, status_of_error(type), message);
    else if (strcmp(name, "skipped") == 0 && strcmp(type, verdict_name(VERDICT_XFAIL)) == 0)
        set_outcome(reader, VERDICT_XFAIL, EXIT_OK, message);
    else if (strcmp(name, "skipped") == 0)
        set_outcome(reader, VERDICT_SKIP, EXIT_SKIPPED, message);
}

static void refuse(struct junit_reader *reader, const char *why)
{
    if (!reader->refused)
        reader->refused = why;
    XML_StopParser(reader->parser, XML_FALSE);
}

static void XMLCALL element_begins(void *ctx, const char *name, const char **attributes)
{
    struct junit_reader *reader = ctx;
    bool is_suite = strcmp(name, "testsuite") == 0;
    if (reader->depth++ == 0) {
        if (!is_suite && strcmp(name, "testsuites") != 0)
            refuse(reader, "it is not JUnit: no element testsuites or testsuite around all");
        reader->told = strtoull(find(attributes, "tests"), NULL, 10);
    }
    if (reader->in_test) {
        if (reader->depth == reader->test_depth + 1)
            outcome_element(reader, name, attributes);
    } else if (is_suite) {
        if (reader->suite_depth < MAX_SUITE_DEPTH)
            reader->suites[reader->suite_depth] = keep(reader, find(attributes, "name"));
        reader->suite_depth++;
    } else if (strcmp(name, "testcase") == 0) {
        begin_test(reader, attributes);
    }
}

static void end_test(struct junit_reader *reader)
{
    struct merge *merge = reader->merge;
    size_t end = position_of(reader->parser).to;

    reader->in_test = false;
    reader->found++;
    reader->test.size = (size_t)(reader->bytes + end - reader->test.xml);
    merge->tests = arena_grow(merge->arena, merge->tests, merge->count, &merge->capacity,
                              sizeof(merge->tests[0]));
    merge->tests[merge->count++] = reader->test;
}

/* An empty element `<testcase/>` ends where it began, without bytes of its own. */
static void XMLCALL element_ends(void *ctx, const char *name)
{
    struct junit_reader *reader = ctx;
    if (reader->in_test && reader->depth == reader->test_depth)
        end_test(reader);
    else if (!reader->in_test && strcmp(name, "testsuite") == 0)
        reader->suite_depth--;
    reader->depth--;
}

/* Elements are carried over byte for byte into a file of UTF-8. */
static void XMLCALL declaration(void *ctx, const char *version, const char *encoding,
                                int standalone)
{
    struct junit_reader *reader = ctx;
    (void)version;
    (void)standalone;
    if (encoding && strcasecmp(encoding, "UTF-8") != 0 && strcasecmp(encoding, "US-ASCII") != 0)
        refuse(reader, "it is not UTF-8");
}

static void XMLCALL doctype(void *ctx, const char *name, const char *system, const char *public,
                            int internal)
{
    (void)name;
    (void)system;
    (void)public;
    (void)internal;
    refuse(ctx, "it has a document type, and perhaps entities: results have none");
}

static bool parse(struct junit_reader *reader, size_t size)
{
    static const unsigned char utf16[2][2] = {{0xfe, 0xff}, {0xff, 0xfe}};
    if (size >= 2 &&
        (memcmp(reader->bytes, utf16[0], 2) == 0 || memcmp(reader->bytes, utf16[1], 2) == 0))
        reader->refused = "it is not UTF-8";
    if (size > INT_MAX)
        reader->refused = "it is too large";
    XML_SetUserData(reader->parser, reader);
    XML_SetElementHandler(reader->parser, element_begins, element_ends);
    XML_SetXmlDeclHandler(reader->parser, declaration);
    XML_SetStartDoctypeDeclHandler(reader->parser, doctype);
    if (!reader->refused &&
        XML_Parse(reader->parser, reader->bytes, (int)size, XML_TRUE) == XML_STATUS_OK)
        return true;

    const struct junit_position at = position_of(reader->parser);
    fprintf(stderr,
            "%s:%" PRIu64 ":%" PRIu64 ": error: neither JUnit XML nor NDJSON of sim test: %s\n",
            reader->path, at.line, at.column,
            reader->refused ? reader->refused : XML_ErrorString(XML_GetErrorCode(reader->parser)));
    return false;
}

bool merge_read_junit(struct merge *merge, const char *path, const char *bytes, size_t size)
{
    struct junit_reader reader = {
        .parser = XML_ParserCreate(NULL), .merge = merge, .path = path, .bytes = bytes};
    if (!reader.parser) {
        fputs("sim: out of memory\n", stderr);
        return false;
    }
    bool good = parse(&reader, size);
    XML_ParserFree(reader.parser);
    if (good && reader.told > reader.found) {
        fprintf(stderr, "%s: error: says %" PRIu64 " tests, has %" PRIu64 "\n", path, reader.told,
                reader.found);
        merge->worst = worse_status(merge->worst, EXIT_INTERNAL);
    }
    return good;
}
