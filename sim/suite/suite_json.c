/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/suite/suite_json.h"

#include "sim/report/json_writer.h"
#include "sim/version.h"

void suite_json_header(FILE *out)
{
    struct json json;
    json_begin(&json, out, false);
    json_object_begin(&json);
    json_member_string(&json, "type", "header");
    json_member_uint(&json, "schema", REPORT_SCHEMA);
    json_member_string(&json, "sim", SIM_VERSION);
    json_object_end(&json);
    json_end(&json);
}

static const char *or_null(const char *text)
{
    return *text ? text : NULL;
}

static void put_failures(struct json *json, const struct suite_result *result)
{
    json_key(json, "failures");
    json_array_begin(json);
    for (size_t i = 0; i < result->failure_count; i++) {
        const struct suite_failure *failure = &result->failures[i];
        json_object_begin(json);
        json_member_string(json, "file", or_null(failure->file));
        json_member_uint(json, "line", failure->line);
        json_member_uint(json, "column", failure->column);
        json_member_string(json, "what", failure->what);
        json_member_string(json, "expected", failure->expected);
        json_member_string(json, "actual", failure->actual);
        json_object_end(json);
    }
    json_array_end(json);
}

void suite_json_test(FILE *out, const struct suite_test *test)
{
    const struct suite_result *result = &test->result;
    struct json json;
    json_begin(&json, out, false);
    json_object_begin(&json);
    json_member_string(&json, "type", "test");
    json_member_string(&json, "file", test->path);
    if (test->file)
        json_member_string(&json, "cell", scenario_file_cell_name(test->file, test->cell));
    json_member_string(&json, "name", or_null(result->name));
    json_member_string(&json, "verdict", verdict_name(result->verdict));
    json_member_uint(&json, "status", (uint64_t)result->status);
    if (*result->reason)
        json_member_string(&json, result->verdict == VERDICT_ERROR ? "error" : "reason",
                           result->reason);
    if (*result->messages)
        json_member_string(&json, "messages", result->messages);
    if (result->ran) {
        json_member_string(&json, "hash", result->hash);
        json_member_uint(&json, "cycles", result->cycles);
        json_member_uint(&json, "expectations", result->expectations);
        put_failures(&json, result);
    }
    json_object_end(&json);
    json_end(&json);
}

void suite_json_slow(FILE *out, const struct suite_test *test)
{
    struct json json;
    json_begin(&json, out, false);
    json_object_begin(&json);
    json_member_string(&json, "type", "slow");
    json_member_string(&json, "file", test->label);
    json_member_uint(&json, "microseconds", test->result.microseconds);
    json_object_end(&json);
    json_end(&json);
}

void suite_json_summary(FILE *out, const struct suite_totals *totals, bool interrupted)
{
    struct json json;
    json_begin(&json, out, false);
    json_object_begin(&json);
    json_member_string(&json, "type", "summary");
    json_member_uint(&json, "passed", totals->passed);
    json_member_uint(&json, "failed", totals->failed);
    json_member_uint(&json, "skipped", totals->skipped);
    json_member_uint(&json, "xfailed", totals->xfailed);
    json_member_bool(&json, "interrupted", interrupted);
    json_object_end(&json);
    json_end(&json);
}
