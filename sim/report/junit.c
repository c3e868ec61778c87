/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/report/junit.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/scenario/text.h"

#define MICROSECONDS 1000000u

/* --- text --------------------------------------------------------------------------------------
 */

/* U+FFFE and U+FFFF are UTF-8 but no XML characters. */
static bool is_xml_character(const unsigned char *bytes, size_t length)
{
    return !(length == 3 && bytes[0] == 0xef && bytes[1] == 0xbf && bytes[2] >= 0xbe);
}

static const char *entity(unsigned char byte)
{
    switch (byte) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&apos;";
    default:
        return NULL;
    }
}

/* A line break in an attribute is a blank to its reader, unless it is written as a number. */
static void put_xml(FILE *out, const char *text, bool attribute)
{
    const unsigned char *bytes = (const unsigned char *)text;
    for (size_t left = strlen(text), length; left > 0; bytes += length, left -= length) {
        length = utf8_sequence(bytes, left);
        if (length == 1 && entity(*bytes)) {
            fputs(entity(*bytes), out);
        } else if (*bytes == '\n' || *bytes == '\t') {
            fprintf(out, attribute ? "&#%u;" : "%c", *bytes);
        } else if (length == 0 || (length == 1 && (*bytes < 0x20 || *bytes == 0x7f)) ||
                   !is_xml_character(bytes, length)) {
            length = 1;
            fprintf(out, "\\x%02x", *bytes);
        } else {
            fwrite(bytes, 1, length, out);
        }
    }
}

void xml_text(FILE *out, const char *text)
{
    put_xml(out, text, false);
}

void xml_attribute_text(FILE *out, const char *text)
{
    put_xml(out, text, true);
}

static void attribute(FILE *out, const char *name, const char *text)
{
    fprintf(out, " %s=\"", name);
    put_xml(out, text, true);
    fputc('"', out);
}

static void attribute_time(FILE *out, uint64_t microseconds)
{
    fprintf(out, " time=\"%" PRIu64 ".%06" PRIu64 "\"", microseconds / MICROSECONDS,
            microseconds % MICROSECONDS);
}

/* --- one test ----------------------------------------------------------------------------------
 */

struct folder {
    const char *path;
    size_t length;
};

static struct folder folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return (struct folder){".", 1};
    return (struct folder){path, slash == path ? 1 : (size_t)(slash - path)};
}

static bool same_folder(struct folder a, struct folder b)
{
    return a.length == b.length && memcmp(a.path, b.path, a.length) == 0;
}

static void attribute_folder(FILE *out, const char *name, struct folder folder)
{
    char *text = strndup(folder.path, folder.length);
    attribute(out, name, text ? text : "");
    free(text);
}

static void put_failure(FILE *out, const struct suite_result *result, const char *path)
{
    const struct suite_failure *first = result->failure_count ? &result->failures[0] : NULL;
    fputs("      <failure", out);
    attribute(out, "type", verdict_name(result->verdict));
    attribute(out, "message", first ? first->what : "passes, but is marked to fail");
    fputc('>', out);
    for (size_t i = 0; i < result->failure_count; i++) {
        const struct suite_failure *failure = &result->failures[i];
        xml_text(out, *failure->file ? failure->file : path);
        fprintf(out, ":%" PRIu64 ":%" PRIu64 ": ", failure->line, failure->column);
        xml_text(out, failure->what);
        fputs("\n  expected ", out);
        xml_text(out, failure->expected);
        fputs("\n  actual   ", out);
        xml_text(out, failure->actual);
        fputc('\n', out);
    }
    if (!first) {
        xml_text(out, path);
        fputs(": marked to fail: ", out);
        xml_text(out, result->reason);
        fputc('\n', out);
    }
    fputs("</failure>\n", out);
}

static void put_error(FILE *out, const struct suite_result *result, const char *path)
{
    const char *reason = *result->reason                     ? result->reason
                         : !result->ran && *result->messages ? "the scenario cannot be loaded"
                                                             : "no verdict";
    fprintf(out, "      <error type=\"exit %d\"", (int)result->status);
    attribute(out, "message", reason);
    fputc('>', out);
    xml_text(out, path);
    fputs(": ", out);
    xml_text(out, reason);
    fputc('\n', out);
    xml_text(out, result->messages);
    fputs("</error>\n", out);
}

static void put_skipped(FILE *out, const struct suite_result *result)
{
    fputs("      <skipped", out);
    attribute(out, "type", verdict_name(result->verdict));
    attribute(out, "message", result->reason);
    fputs("/>\n", out);
}

/* A test that fails as expected is told as skipped: JUnit has no other word for it. */
static void put_outcome(FILE *out, const struct suite_result *result, const char *path)
{
    switch (result->verdict) {
    case VERDICT_FAIL:
    case VERDICT_XPASS:
        put_failure(out, result, path);
        break;
    case VERDICT_ERROR:
        put_error(out, result, path);
        break;
    case VERDICT_XFAIL:
    case VERDICT_SKIP:
        put_skipped(out, result);
        break;
    case VERDICT_PASS:
    case VERDICT_COUNT:
        break;
    }
}

/* What follows the folder of a path. */
static const char *folder_base(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* Readers of file and line look for a whole attribute; line is the first failure's. */
static void put_case(FILE *out, const struct suite_test *test)
{
    const struct suite_result *result = &test->result;
    const char *base = test->label + (strlen(test->path) - strlen(folder_base(test->path)));
    fputs("    <testcase", out);
    attribute_folder(out, "classname", folder_of(test->path));
    attribute(out, "name", *result->name ? result->name : base);
    attribute(out, "file", test->path);
    if (result->failure_count)
        fprintf(out, " line=\"%" PRIu64 "\"", result->failures[0].line);
    attribute_time(out, result->microseconds);
    if (result->verdict == VERDICT_PASS) {
        fputs("/>\n", out);
        return;
    }
    fputs(">\n", out);
    put_outcome(out, result, test->path);
    if (*result->trace) {
        fputs("      <system-out>", out);
        xml_text(out, result->trace);
        fputs("</system-out>\n", out);
    }
    fputs("    </testcase>\n", out);
}

/* --- suites ------------------------------------------------------------------------------------
 */

struct sums {
    size_t tests, failures, errors, skipped;
    uint64_t microseconds;
};

static void count_in(struct sums *sums, const struct suite_result *result)
{
    sums->tests++;
    sums->failures += result->verdict == VERDICT_FAIL || result->verdict == VERDICT_XPASS;
    sums->errors += result->verdict == VERDICT_ERROR;
    sums->skipped += result->verdict == VERDICT_SKIP || result->verdict == VERDICT_XFAIL;
    sums->microseconds += result->microseconds;
}

static void attribute_sums(FILE *out, const struct sums *sums)
{
    fprintf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\"", sums->tests,
            sums->failures, sums->errors, sums->skipped);
    attribute_time(out, sums->microseconds);
}

static struct sums sums_of(const struct suite_test *const *tests, size_t count)
{
    struct sums sums = {0};
    for (size_t i = 0; i < count; i++)
        count_in(&sums, &tests[i]->result);
    return sums;
}

/* Folder by name, then as they were told. */
static int by_folder(const void *a, const void *b)
{
    const struct suite_test *one = *(const struct suite_test *const *)a;
    const struct suite_test *other = *(const struct suite_test *const *)b;
    struct folder x = folder_of(one->path), y = folder_of(other->path);
    size_t length = x.length < y.length ? x.length : y.length;
    int order = memcmp(x.path, y.path, length);
    if (order == 0 && x.length != y.length)
        order = x.length < y.length ? -1 : 1;
    if (order == 0)
        order = one < other ? -1 : one > other;
    return order;
}

void junit_write(FILE *out, const struct suite_test *tests, size_t count)
{
    const struct suite_test **order = calloc(count + 1, sizeof(order[0]));
    size_t selected = 0;
    for (size_t i = 0; order && i < count; i++)
        if (tests[i].result.selected)
            order[selected++] = &tests[i];
    if (order)
        qsort(order, selected, sizeof(order[0]), by_folder);
    struct sums all = sums_of(order, selected);
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"sim\"", out);
    attribute_sums(out, &all);
    fputs(">\n", out);
    for (size_t first = 0, end; first < selected; first = end) {
        struct folder folder = folder_of(order[first]->path);
        for (end = first; end < selected && same_folder(folder, folder_of(order[end]->path));)
            end++;
        struct sums sums = sums_of(order + first, end - first);
        fputs("  <testsuite", out);
        attribute_folder(out, "name", folder);
        attribute_sums(out, &sums);
        fputs(">\n", out);
        for (size_t i = first; i < end; i++)
            put_case(out, order[i]);
        fputs("  </testsuite>\n", out);
    }
    fputs("</testsuites>\n", out);
    free(order);
}
