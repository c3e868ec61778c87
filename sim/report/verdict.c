/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/report/verdict.h"

#include <string.h>

const char *verdict_name(enum verdict verdict)
{
    static const char *const names[VERDICT_COUNT] = {
        [VERDICT_PASS] = "PASS",   [VERDICT_FAIL] = "FAIL",   [VERDICT_XFAIL] = "XFAIL",
        [VERDICT_XPASS] = "XPASS", [VERDICT_ERROR] = "ERROR", [VERDICT_SKIP] = "SKIP",
    };
    return names[verdict];
}

static bool expects_an_end(const struct scn_expect *expect)
{
    for (size_t i = 0; i < expect->end_count; i++)
        if (strcmp(expect->end[i].path, "end.reason") == 0)
            return true;
    return false;
}

struct outcome outcome_of_run(const struct run *run, const struct judgement *judgement)
{
    const struct scenario *scenario = run->scenario;
    if (run->result->end.reason == END_FAILURE || run->log->out_of_memory)
        return (struct outcome){VERDICT_ERROR, EXIT_INTERNAL};
    if (run->result->end.reason == END_LIMIT && !expects_an_end(&scenario->expect) &&
        !scenario->xfail)
        return (struct outcome){VERDICT_ERROR, EXIT_LIMIT};
    if (judgement->failure_count > 0)
        return scenario->xfail ? (struct outcome){VERDICT_XFAIL, EXIT_OK}
                               : (struct outcome){VERDICT_FAIL, EXIT_FAILED};
    return scenario->xfail ? (struct outcome){VERDICT_XPASS, EXIT_FAILED}
                           : (struct outcome){VERDICT_PASS, EXIT_OK};
}

enum exit_status worse_status(enum exit_status a, enum exit_status b)
{
    static const enum exit_status order[] = {EXIT_INTERNAL, EXIT_USAGE,   EXIT_LIMIT,
                                             EXIT_FAILED,   EXIT_SKIPPED, EXIT_OK};
    for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
        if (a == order[i] || b == order[i])
            return order[i];
    return a;
}
