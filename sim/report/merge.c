/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/report/merge.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/report/junit.h"
#include "sim/report/merge_read.h"
#include "sim/scenario/file.h"

#define MICROSECONDS 1000000u
#define MAX_TWICE_TOLD 5

bool merge_add(struct merge *merge, const char *path)
{
    struct file_bytes file;
    const char *why = "";
    if (file_read(merge->arena, path, MERGE_MAX_BYTES, &file, &why) != FILE_READ) {
        fprintf(stderr, "%s: error: cannot be read: %s\n", path, why);
        return false;
    }
    size_t blank = strspn(file.bytes, " \t\r\n");
    if (file.bytes[blank] == '{')
        return merge_read_ndjson(merge, path, file.bytes, file.size);
    return merge_read_junit(merge, path, file.bytes, file.size);
}

/* --- order ------------------------------------------------------------------------------------
 */

static int by_identity(const void *a, const void *b)
{
    const struct merge_test *one = a, *other = b;
    int order = strcmp(one->suite, other->suite);
    if (order == 0)
        order = strcmp(one->classname, other->classname);
    if (order == 0)
        order = strcmp(one->name, other->name);
    if (order == 0)
        order = strcmp(one->file, other->file);
    if (order == 0)
        order = one->place < other->place ? -1 : one->place > other->place;
    return order;
}

static bool same_identity(const struct merge_test *a, const struct merge_test *b)
{
    return strcmp(a->suite, b->suite) == 0 && strcmp(a->classname, b->classname) == 0 &&
           strcmp(a->name, b->name) == 0 && strcmp(a->file, b->file) == 0;
}

bool merge_order(struct merge *merge)
{
    size_t twice = 0;
    if (merge->count)
        qsort(merge->tests, merge->count, sizeof(merge->tests[0]), by_identity);
    for (size_t i = 1; i < merge->count; i++)
        if (same_identity(&merge->tests[i - 1], &merge->tests[i]) && ++twice <= MAX_TWICE_TOLD)
            fprintf(stderr, "sim: error: %s/%s is in the results twice\n", merge->tests[i].suite,
                    merge->tests[i].name);
    if (twice > MAX_TWICE_TOLD)
        fprintf(stderr, "sim: error: %zu more are in the results twice\n", twice - MAX_TWICE_TOLD);
    return twice == 0;
}

/* --- sums -------------------------------------------------------------------------------------
 */

struct merge_totals merge_totals(const struct merge *merge)
{
    size_t count[VERDICT_COUNT] = {0};
    for (size_t i = 0; i < merge->count; i++)
        count[merge->tests[i].verdict]++;
    return (struct merge_totals){
        .passed = count[VERDICT_PASS],
        .failed = count[VERDICT_FAIL] + count[VERDICT_XPASS] + count[VERDICT_ERROR],
        .skipped = count[VERDICT_SKIP],
        .xfailed = count[VERDICT_XFAIL],
    };
}

enum exit_status merge_status(const struct merge *merge)
{
    enum exit_status worst = merge->worst;
    bool ran = false;
    for (size_t i = 0; i < merge->count; i++) {
        if (merge->tests[i].verdict == VERDICT_SKIP)
            continue;
        worst = worse_status(worst, merge->tests[i].status);
        ran = true;
    }
    if (ran || worst != EXIT_OK)
        return worst;
    return merge->count ? EXIT_SKIPPED : EXIT_NOTHING;
}

struct sums {
    size_t tests, failures, errors, skipped;
    uint64_t microseconds;
};

static void count_in(struct sums *sums, const struct merge_test *test)
{
    sums->tests++;
    sums->failures += test->verdict == VERDICT_FAIL || test->verdict == VERDICT_XPASS;
    sums->errors += test->verdict == VERDICT_ERROR;
    sums->skipped += test->verdict == VERDICT_SKIP || test->verdict == VERDICT_XFAIL;
    sums->microseconds += test->microseconds;
}

static void put_sums(FILE *out, const struct merge *merge, size_t first, size_t end)
{
    struct sums sums = {0};
    for (size_t i = first; i < end; i++)
        count_in(&sums, &merge->tests[i]);
    fprintf(out,
            " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\" time=\"%" PRIu64
            ".%06" PRIu64 "\">\n",
            sums.tests, sums.failures, sums.errors, sums.skipped, sums.microseconds / MICROSECONDS,
            sums.microseconds % MICROSECONDS);
}

void merge_write_junit(FILE *out, const struct merge *merge)
{
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"sim\"", out);
    put_sums(out, merge, 0, merge->count);
    for (size_t first = 0, end; first < merge->count; first = end) {
        const char *suite = merge->tests[first].suite;
        for (end = first; end < merge->count && strcmp(merge->tests[end].suite, suite) == 0;)
            end++;
        fputs("  <testsuite name=\"", out);
        xml_attribute_text(out, suite);
        fputc('"', out);
        put_sums(out, merge, first, end);
        for (size_t i = first; i < end; i++) {
            fputs("    ", out);
            fwrite(merge->tests[i].xml, 1, merge->tests[i].size, out);
            fputc('\n', out);
        }
        fputs("  </testsuite>\n", out);
    }
    fputs("</testsuites>\n", out);
}
