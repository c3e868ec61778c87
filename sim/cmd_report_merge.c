/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim report RESULTS...: one summary and one JUnit file of several. */
#include <errno.h>
#include <string.h>

#include "sim/cmd_report.h"
#include "sim/report/json_writer.h"
#include "sim/report/merge.h"
#include "sim/report/report.h"

static bool is_bad(const struct merge_test *test)
{
    return test->verdict == VERDICT_FAIL || test->verdict == VERDICT_XPASS ||
           test->verdict == VERDICT_ERROR;
}

static void print_test(FILE *out, const struct merge_test *test)
{
    fprintf(out, "%s %s/%s\n", verdict_name(test->verdict), test->suite, test->name);
    if (*test->file)
        fprintf(out, "  %s%s%s: %s\n", test->file, *test->line ? ":" : "", test->line,
                test->message);
    else if (*test->message)
        fprintf(out, "  %s\n", test->message);
}

static void print_test_json(FILE *out, const struct merge_test *test)
{
    struct json json;
    json_begin(&json, out, false);
    json_object_begin(&json);
    json_member_string(&json, "type", "test");
    json_member_string(&json, "suite", test->suite);
    json_member_string(&json, "name", test->name);
    json_member_string(&json, "file", *test->file ? test->file : NULL);
    json_member_string(&json, "verdict", verdict_name(test->verdict));
    json_member_uint(&json, "status", (uint64_t)test->status);
    json_member_string(&json, "message", *test->message ? test->message : NULL);
    json_object_end(&json);
    json_end(&json);
}

static void print_json(FILE *out, const struct merge *merge)
{
    const struct merge_totals totals = merge_totals(merge);
    struct json json;
    json_begin(&json, out, false);
    json_object_begin(&json);
    json_member_string(&json, "type", "header");
    json_member_uint(&json, "schema", REPORT_SCHEMA);
    json_object_end(&json);
    json_end(&json);
    for (size_t i = 0; i < merge->count; i++)
        print_test_json(out, &merge->tests[i]);
    json_begin(&json, out, false);
    json_object_begin(&json);
    json_member_string(&json, "type", "summary");
    json_member_uint(&json, "passed", totals.passed);
    json_member_uint(&json, "failed", totals.failed);
    json_member_uint(&json, "skipped", totals.skipped);
    json_member_uint(&json, "xfailed", totals.xfailed);
    json_object_end(&json);
    json_end(&json);
}

static void print_text(FILE *out, const struct merge *merge, bool quiet)
{
    const struct merge_totals totals = merge_totals(merge);
    for (size_t i = 0; !quiet && i < merge->count; i++)
        if (is_bad(&merge->tests[i]))
            print_test(out, &merge->tests[i]);
    if (totals.xfailed)
        fprintf(out, "%zu failed as expected\n", totals.xfailed);
    fprintf(out, "%zu passed, %zu failed, %zu skipped\n", totals.passed, totals.failed,
            totals.skipped);
}

static enum exit_status put_junit(const char *path, const struct merge *merge)
{
    bool standard = strcmp(path, "-") == 0;
    errno = 0;
    FILE *out = standard ? stdout : fopen(path, "we");
    bool good = out != NULL;
    if (out) {
        merge_write_junit(out, merge);
        good = !ferror(out);
        if ((standard ? fflush(out) : fclose(out)) != 0)
            good = false;
    }
    if (good)
        return EXIT_OK;
    fprintf(stderr, "%s: error: cannot be written: %s\n", path, strerror(errno));
    return EXIT_USAGE;
}

enum exit_status report_merge(const struct report_merge *command, int count, char **paths)
{
    struct merge merge = {.arena = arena_new(), .worst = EXIT_OK};
    bool good = true;
    for (int i = 0; i < count; i++)
        good = merge_add(&merge, paths[i]) && good;
    enum exit_status status = EXIT_USAGE;
    if (good && merge_order(&merge)) {
        /* Standard output has one format: the summary makes room for the XML. */
        bool taken = command->junit && strcmp(command->junit, "-") == 0;
        status = merge_status(&merge);
        if (command->junit)
            status = worse_status(status, put_junit(command->junit, &merge));
        if (command->json && !taken)
            print_json(stdout, &merge);
        else
            print_text(taken ? stderr : stdout, &merge, command->quiet);
    }
    arena_free(merge.arena);
    return status;
}
