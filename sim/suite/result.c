/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/suite/result.h"

#include <stdlib.h>
#include <string.h>

#include "sim/report/style.h"
#include "sim/scenario/diag.h"

#define MAX_FAILURES 100000 /* read back; a scenario's expectations are fewer */

bool result_is_bad(const struct suite_result *result)
{
    return result->verdict == VERDICT_FAIL || result->verdict == VERDICT_XPASS ||
           result->verdict == VERDICT_ERROR;
}

/* --- writing -----------------------------------------------------------------------------------
 */

static void put_number(FILE *out, uint64_t value)
{
    fwrite(&value, sizeof(value), 1, out);
}

static void put_text(FILE *out, const char *text)
{
    fputs(text ? text : "", out);
    fputc('\0', out);
}

static void put_terminal(FILE *out, const struct session *session, const char *label,
                         const char *reason, bool colour)
{
    enum verdict verdict = session->report.outcome.verdict;
    bool good = verdict == VERDICT_PASS || verdict == VERDICT_XFAIL || verdict == VERDICT_SKIP;
    if (session->ran && !good) {
        report_failures(out, &session->report, true, colour);
    } else {
        paint(out, colour,
              verdict == VERDICT_PASS    ? PAINT_GOOD
              : verdict == VERDICT_ERROR ? PAINT_BAD
                                         : PAINT_NOTE,
              "%s", verdict_name(verdict));
        if (session->scenario)
            fprintf(out, " %s (%s)", session->scenario->name, session->scenario->path);
        else
            fprintf(out, " %s", label);
        fprintf(out, "%s%s\n", *reason ? ": " : "", reason);
        if (session->report.told)
            fputs(session->report.told, out);
    }
    fputc('\0', out);
}

static const char *reason_of(const struct session *session)
{
    const struct outcome *outcome = &session->report.outcome;
    if (*session->error)
        return session->error;
    if (outcome->verdict == VERDICT_SKIP)
        return session->scenario ? session->scenario->skip : "no assembler, no cached code";
    if (outcome->verdict == VERDICT_XFAIL || outcome->verdict == VERDICT_XPASS)
        return session->scenario->xfail;
    if (outcome->verdict == VERDICT_ERROR && session->ran)
        return session->result.end.text;
    return "";
}

static void put_trace(FILE *out, const struct trap_log *log, bool wanted)
{
    size_t count = log->event_count;
    size_t first = count > RESULT_TRACE_LINES ? count - RESULT_TRACE_LINES : 0;
    for (size_t i = first; wanted && i < count; i++)
        trace_format_text.event(out, &log->events[i]);
    fputc('\0', out);
}

static void put_failures(FILE *out, const struct judgement *judgement)
{
    put_number(out, judgement->failure_count);
    for (size_t i = 0; i < judgement->failure_count; i++) {
        const struct failure *failure = &judgement->failures[i];
        put_number(out, failure->pos.line);
        put_number(out, failure->pos.column);
        put_text(out, failure->pos.file);
        put_text(out, failure->what);
        put_text(out, failure->expected);
        put_text(out, failure->actual);
    }
}

static void put_messages(FILE *out, const struct result_messages *messages)
{
    for (size_t i = 0; i < messages->size; i++)
        if (messages->parts[i])
            fputc(messages->parts[i], out);
    fputc('\0', out);
}

static void put_mistakes(FILE *out, const struct result_messages *messages)
{
    uint64_t count = 0;
    for (size_t i = 0; i < messages->size; i++)
        count += messages->parts[i] == '\0';
    put_number(out, count);
    fwrite(messages->parts, 1, count ? messages->size : 0, out);
}

void result_write(FILE *out, const struct session *session, const char *label,
                  const struct result_messages *messages, uint64_t microseconds,
                  const struct result_options *options)
{
    const struct report *report = &session->report;
    struct suite_result facts = {.verdict = report->outcome.verdict};
    const char *reason = reason_of(session);
    bool failed = session->ran && result_is_bad(&facts);
    put_number(out, true);
    put_number(out, session->ran);
    put_number(out, (uint64_t)report->outcome.verdict);
    put_number(out, (uint64_t)report->outcome.status);
    put_number(out, session->ran ? session->result.cycles.v : 0);
    put_number(out, report->judgement.expectations);
    put_number(out, microseconds);
    put_text(out, session->scenario ? session->scenario->name : NULL);
    put_text(out, reason);
    put_text(out, session->hash);
    put_terminal(out, session, label, reason, options->colour);
    put_messages(out, messages);
    put_trace(out, &session->log, failed && options->trace);
    put_failures(out, &report->judgement);
    put_mistakes(out, messages);
}

void result_write_error(FILE *out, const char *label, const char *reason, uint64_t microseconds)
{
    put_number(out, true);
    put_number(out, false); /* ran */
    put_number(out, VERDICT_ERROR);
    put_number(out, EXIT_INTERNAL);
    put_number(out, 0); /* cycles */
    put_number(out, 0); /* expectations */
    put_number(out, microseconds);
    put_text(out, NULL); /* name */
    put_text(out, reason);
    put_text(out, NULL); /* hash */
    fprintf(out, "%s %s: %s\n", verdict_name(VERDICT_ERROR), label, reason);
    fputc('\0', out);
    put_text(out, NULL); /* messages */
    put_text(out, NULL); /* trace */
    put_number(out, 0);  /* failures */
    put_number(out, 0);  /* mistakes */
}

void result_write_selection(FILE *out, bool selected)
{
    put_number(out, selected);
}

/* --- reading -----------------------------------------------------------------------------------
 */

struct reader {
    const char *next;
    size_t left;
    bool good;
};

static uint64_t get_number(struct reader *reader)
{
    uint64_t value = 0;
    if (reader->left < sizeof(value)) {
        reader->good = false;
        return 0;
    }
    memcpy(&value, reader->next, sizeof(value));
    reader->next += sizeof(value);
    reader->left -= sizeof(value);
    return value;
}

static const char *get_text(struct reader *reader)
{
    const char *text = reader->next;
    const char *end = reader->left ? memchr(text, '\0', reader->left) : NULL;
    if (!end) {
        reader->good = false;
        return "";
    }
    reader->next = end + 1;
    reader->left -= (size_t)(end + 1 - text);
    return text;
}

static void get_failures(struct reader *reader, struct suite_result *result)
{
    uint64_t count = get_number(reader);
    if (count > MAX_FAILURES)
        reader->good = false;
    if (!reader->good || count == 0)
        return;
    result->failures = calloc(count, sizeof(result->failures[0]));
    reader->good = result->failures != NULL;
    for (uint64_t i = 0; reader->good && i < count; i++) {
        struct suite_failure *failure = &result->failures[i];
        failure->line = get_number(reader);
        failure->column = get_number(reader);
        failure->file = get_text(reader);
        failure->what = get_text(reader);
        failure->expected = get_text(reader);
        failure->actual = get_text(reader);
        result->failure_count++;
    }
}

static void get_mistakes(struct reader *reader, struct suite_result *result)
{
    uint64_t count = get_number(reader);
    if (count > 2 * DIAG_MAX_ERRORS) /* errors and warnings */
        reader->good = false;
    if (!reader->good || count == 0)
        return;
    result->mistakes = calloc(count, sizeof(result->mistakes[0]));
    reader->good = result->mistakes != NULL;
    while (reader->good && result->mistake_count < count)
        result->mistakes[result->mistake_count++] = get_text(reader);
}

static void clear(struct suite_result *result, char *bytes)
{
    *result = (struct suite_result){.name = "",
                                    .reason = "",
                                    .hash = "",
                                    .text = "",
                                    .messages = "",
                                    .trace = "",
                                    .bytes = bytes};
}

bool result_read(struct suite_result *result, char *bytes, size_t size)
{
    struct reader reader = {.next = bytes, .left = size, .good = true};
    clear(result, bytes);
    result->selected = get_number(&reader) != 0;
    if (reader.good && reader.left == 0)
        return true; /* a selection */
    result->ran = get_number(&reader) != 0;
    uint64_t verdict = get_number(&reader);
    result->status = (enum exit_status)get_number(&reader);
    result->cycles = get_number(&reader);
    result->expectations = get_number(&reader);
    result->microseconds = get_number(&reader);
    result->name = get_text(&reader);
    result->reason = get_text(&reader);
    result->hash = get_text(&reader);
    result->text = get_text(&reader);
    result->messages = get_text(&reader);
    result->trace = get_text(&reader);
    get_failures(&reader, result);
    get_mistakes(&reader, result);
    if (!reader.good || reader.left != 0 || verdict >= VERDICT_COUNT) {
        result_free(result);
        return false;
    }
    result->verdict = (enum verdict)verdict;
    return true;
}

void result_of_lost(struct suite_result *result, char *reason, enum exit_status status,
                    uint64_t microseconds)
{
    clear(result, reason);
    result->selected = true;
    result->verdict = VERDICT_ERROR;
    result->status = status;
    result->microseconds = microseconds;
    result->reason = reason ? reason : "";
}

void result_free(struct suite_result *result)
{
    free(result->failures);
    free(result->mistakes);
    free(result->bytes);
    clear(result, NULL);
}
