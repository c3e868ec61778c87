/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/report/tap.h"

#include <inttypes.h>

#include "sim/report/json_writer.h"

void tap_begin(FILE *out)
{
    fputs("TAP version 13\n", out);
}

/* One line of it; a # would start a directive. */
static void put_line(FILE *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '#' || *text == '\\')
            fputc('\\', out);
        fputc((unsigned char)*text < 0x20 || *text == 0x7f ? ' ' : *text, out);
    }
}

/* A JSON string is a YAML double-quoted scalar. */
static void put_member(FILE *out, const char *indent, const char *key, const char *text)
{
    struct json json;
    json_begin(&json, out, false);
    fprintf(out, "%s%s: ", indent, key);
    json_str(&json, text);
    fputc('\n', out);
}

static void put_failures(FILE *out, const struct suite_result *result)
{
    if (result->failure_count)
        fputs("  failures:\n", out);
    for (size_t i = 0; i < result->failure_count; i++) {
        const struct suite_failure *failure = &result->failures[i];
        put_member(out, "    - ", "what", failure->what);
        put_member(out, "      ", "file", failure->file);
        fprintf(out, "      line: %" PRIu64 "\n      column: %" PRIu64 "\n", failure->line,
                failure->column);
        put_member(out, "      ", "expected", failure->expected);
        put_member(out, "      ", "actual", failure->actual);
    }
}

void tap_test(FILE *out, size_t number, const struct suite_test *test)
{
    const struct suite_result *result = &test->result;
    bool good = result->verdict == VERDICT_PASS || result->verdict == VERDICT_SKIP;
    fprintf(out, "%s %zu - ", good ? "ok" : "not ok", number);
    put_line(out, *result->name ? result->name : test->label);
    if (result->verdict == VERDICT_SKIP)
        fputs(" # SKIP ", out);
    else if (result->verdict == VERDICT_XFAIL)
        fputs(" # TODO ", out);
    if (result->verdict == VERDICT_SKIP || result->verdict == VERDICT_XFAIL)
        put_line(out, result->reason);
    fputc('\n', out);
    if (good)
        return;
    fputs("  ---\n", out);
    put_member(out, "  ", "file", test->path);
    put_member(out, "  ", "verdict", verdict_name(result->verdict));
    if (*result->reason)
        put_member(out, "  ", "reason", result->reason);
    put_failures(out, result);
    fputs("  ...\n", out);
}

void tap_end(FILE *out, const struct suite_totals *totals, bool interrupted)
{
    if (interrupted)
        fputs("Bail out! interrupted\n", out);
    else
        fprintf(out, "1..%zu\n", totals->told);
    if (totals->xfailed)
        fprintf(out, "# %zu failed as expected\n", totals->xfailed);
    fprintf(out, "# %zu passed, %zu failed, %zu skipped\n", totals->passed, totals->failed,
            totals->skipped);
}
