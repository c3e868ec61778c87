/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/suite/suite.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sim/report/junit.h"
#include "sim/report/tap.h"
#include "sim/scenario/text.h"
#include "sim/suite/expand.h"
#include "sim/suite/mistakes.h"
#include "sim/suite/pool.h"
#include "sim/suite/suite_json.h"

#define SIGNAL_STATUS 128

struct suite {
    const struct suite_options *options;
    struct suite_test *tests;
    bool *ended;
    size_t count, told; /* tests[0..told) are printed, or are not selected */
    size_t finished, failed, printed;
    size_t limit; /* of what is told: --fail-fast ends it */
    struct mistakes mistakes;
    enum exit_status worst;
    struct progress progress;
};

const char *test_cell(const struct suite_test *test)
{
    return test->file ? scenario_file_cell_name(test->file, test->cell) : "";
}

static uint64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000;
}

/* --- in a worker -------------------------------------------------------------------------------
 */

/* What happened, as a number: every event with all it holds. */
static void hash_event(void *ctx, const struct event *event)
{
    uint64_t *hash = ctx;
    const uint64_t fields[] = {event->kind, event->world, event->vcpu, event->cycle.v};
    *hash = hash_bytes(*hash, fields, sizeof(fields));
    const struct event_field *field = event_table[event->kind].fields;
    for (size_t i = 0; field[i].type != EVENT_FIELD_END; i++) {
        const char *text = NULL;
        if (field[i].type == EVENT_FIELD_STR)
            text = (const char *)(uintptr_t)event->args[i];
        *hash = text ? hash_bytes(*hash, text, strlen(text) + 1)
                     : hash_bytes(*hash, &event->args[i], sizeof(event->args[i]));
    }
}

/* Runs a test once and writes its result to out; the hash of what it did. */
static uint64_t run_once(const struct suite *suite, const struct suite_test *test,
                         unsigned repetition, FILE *out)
{
    const struct suite_options *options = suite->options;
    const struct result_options wanted = {.colour = options->colour,
                                          .trace = options->junit != NULL};
    char *messages = NULL;
    size_t size = 0;
    uint64_t hash = HASH_START;
    FILE *diag = open_memstream(&messages, &size);
    if (!diag)
        _exit(EXIT_INTERNAL);
    struct session_options session_options = {
        .diag = {.out = diag, .format = DIAG_PARTS},
        .code_cache = CODE_CACHE_KEEP,
        .file = test->file,
        .file_cell = test->cell,
        .golden = options->golden,
        .chaos = options->chaos ? options->chaos + repetition : 0,
        .machine = options->machine,
    };
    if (options->repeat > 1 && !options->chaos) { /* whose walks are other events each time */
        session_options.reader = hash_event;
        session_options.reader_ctx = &hash;
    }
    struct session session;
    uint64_t began = now_us();
    session_open(&session, test->path, &session_options);
    uint64_t took = now_us() - began;
    fclose(diag);
    result_write(out, &session, test->label, &(struct result_messages){messages, size}, took,
                 &wanted);
    const uint64_t end[] = {session.report.outcome.verdict, session.report.outcome.status,
                            session.ran ? session.result.cycles.v : 0,
                            session.report.judgement.failure_count};
    hash = hash_bytes(hash, end, sizeof(end));
    session_close(&session);
    free(messages);
    return hash;
}

static void run_scenario(const struct suite *suite, const struct suite_test *test, FILE *out)
{
    char *first = NULL, *again = NULL, reason[64];
    size_t size = 0, again_size = 0;
    if (suite->options->repeat < 2) {
        run_once(suite, test, 0, out);
        return;
    }
    uint64_t began = now_us(), hash = 0;
    FILE *result = open_memstream(&first, &size);
    if (!result)
        _exit(EXIT_INTERNAL);
    hash = run_once(suite, test, 0, result);
    fclose(result);
    unsigned repetition = 1;
    for (bool same = true; same && repetition < suite->options->repeat; repetition += same) {
        FILE *unread = open_memstream(&again, &again_size);
        if (!unread)
            _exit(EXIT_INTERNAL);
        same = run_once(suite, test, repetition, unread) == hash;
        fclose(unread);
        free(again);
    }
    snprintf(reason, sizeof(reason), "run %u of it did not do what the first did", repetition + 1);
    if (repetition == suite->options->repeat)
        fwrite(first, 1, size, out);
    else
        result_write_error(out, test->label, reason, now_us() - began);
    free(first);
}

static void run_job(void *ctx, size_t job, FILE *out)
{
    const struct suite *suite = ctx;
    const struct suite_test *test = &suite->tests[job];
    bool selected = is_selected(&suite->options->selection, test);
    if (!selected || suite->options->list)
        result_write_selection(out, selected);
    else
        run_scenario(suite, test, out);
}

/* --- in the parent -----------------------------------------------------------------------------
 */

/* Its worker is gone, and with it what it had to say. */
static void print_lost(const struct suite *suite, const struct suite_test *test)
{
    const struct machine_choice *machine = &suite->options->machine;
    printf("%s %s: %s\n", verdict_name(test->result.verdict), test->label, test->result.reason);
    report_rerun(stdout, &(struct rerun){.path = test->path,
                                         .cell = test_cell(test),
                                         .kernel = machine->kernel,
                                         .rmm = machine->rmm,
                                         .profile = machine->profile,
                                         .timing = machine->timing});
}

static void print_text(const struct suite *suite, const struct suite_test *test)
{
    const struct suite_result *result = &test->result;
    if (suite->options->quiet && !result_is_bad(result))
        return;
    if (*result->text)
        fputs(result->text, stdout);
    else
        print_lost(suite, test);
}

static void print_test(struct suite *suite, const struct suite_test *test)
{
    const struct suite_result *result = &test->result;
    suite->printed++;
    if (suite->options->list) {
        puts(test->label);
        return;
    }
    mistakes_take(&suite->mistakes, test);
    switch (suite->options->format) {
    case SUITE_TEXT:
        print_text(suite, test);
        break;
    case SUITE_JSON:
        suite_json_test(stdout, test);
        break;
    case SUITE_TAP:
        tap_test(stdout, suite->printed, test);
        break;
    }
    if (result->verdict != VERDICT_SKIP)
        suite->worst = worse_status(suite->worst, result->status);
}

static bool says_something(const struct suite *suite, const struct suite_test *test)
{
    return suite->options->format != SUITE_TEXT || !suite->options->quiet ||
           suite->mistakes.count || result_is_bad(&test->result);
}

/* Prints what has become the next in the order. */
static void tell_finished(struct suite *suite)
{
    bool flush = false;
    while (suite->told < suite->limit && suite->ended[suite->told]) {
        const struct suite_test *test = &suite->tests[suite->told++];
        if (!test->result.selected)
            continue;
        if (says_something(suite, test)) {
            progress_erase(&suite->progress);
            flush = true;
        }
        print_test(suite, test);
    }
    if (flush && suite->progress.out)
        fflush(stdout);
}

static char *text_of_loss(const struct suite *suite, const struct pool_answer *answer)
{
    char *text = NULL;
    int made = answer->end == POOL_LATE
                   ? asprintf(&text, "no verdict after %u s", suite->options->seconds)
               : answer->end == POOL_KILLED
                   ? asprintf(&text, "the simulator crashed: %s", strsignal(answer->detail))
                   : asprintf(&text, "the simulator ended with status %d", answer->detail);
    return made < 0 ? NULL : text;
}

static size_t job_done(void *ctx, const struct pool_answer *answer)
{
    struct suite *suite = ctx;
    struct suite_test *test = &suite->tests[answer->job];
    struct suite_result *result = &test->result;
    enum exit_status lost = answer->end == POOL_LATE ? EXIT_LIMIT : EXIT_INTERNAL;
    if (answer->end != POOL_DONE)
        result_of_lost(result, text_of_loss(suite, answer), lost, answer->microseconds);
    else if (!result_read(result, answer->bytes, answer->size))
        result_of_lost(result, strdup("its worker sent no result"), lost, answer->microseconds);
    bool bad = result->selected && !suite->options->list && result_is_bad(result);
    suite->ended[answer->job] = true;
    suite->finished++;
    suite->failed += bad;
    if (bad && suite->options->fail_fast && answer->job < suite->limit)
        suite->limit = answer->job + 1;
    tell_finished(suite);
    progress_show(&suite->progress, suite->finished, suite->failed, test->label);
    return suite->limit;
}

static void tick(void *ctx)
{
    struct suite *suite = ctx;
    progress_show(&suite->progress, suite->finished, suite->failed, NULL);
}

/* --- the end -----------------------------------------------------------------------------------
 */

struct suite_totals suite_totals(const struct suite_test *tests, size_t count)
{
    struct suite_totals totals = {0};
    for (size_t i = 0; i < count; i++) {
        if (!tests[i].result.selected)
            continue;
        totals.told++;
        totals.count[tests[i].result.verdict]++;
    }
    totals.passed = totals.count[VERDICT_PASS];
    totals.skipped = totals.count[VERDICT_SKIP];
    totals.xfailed = totals.count[VERDICT_XFAIL];
    totals.failed =
        totals.count[VERDICT_FAIL] + totals.count[VERDICT_XPASS] + totals.count[VERDICT_ERROR];
    return totals;
}

static int by_time(const void *a, const void *b)
{
    const struct suite_test *one = *(const struct suite_test *const *)a;
    const struct suite_test *other = *(const struct suite_test *const *)b;
    if (one->result.microseconds != other->result.microseconds)
        return one->result.microseconds < other->result.microseconds ? 1 : -1;
    return strcmp(one->label, other->label);
}

static void print_slow(const struct suite *suite, const struct suite_test *test)
{
    uint64_t milliseconds = (test->result.microseconds + 500) / 1000;
    if (suite->options->format == SUITE_JSON)
        suite_json_slow(stdout, test);
    else
        printf("%s%7" PRIu64 " ms  %s\n", suite->options->format == SUITE_TAP ? "# " : "",
               milliseconds, test->label);
}

static void print_slowest(const struct suite *suite)
{
    size_t count = 0;
    const struct suite_test **order = calloc(suite->count + 1, sizeof(order[0]));
    for (size_t i = 0; order && i < suite->told; i++)
        if (suite->tests[i].result.selected)
            order[count++] = &suite->tests[i];
    if (order)
        qsort(order, count, sizeof(order[0]), by_time);
    for (size_t i = 0; i < count && i < suite->options->slowest; i++)
        print_slow(suite, order[i]);
    free(order);
}

static void print_totals(const struct suite *suite, const struct suite_totals *totals, int signal)
{
    if (suite->options->format == SUITE_JSON) {
        suite_json_summary(stdout, totals, signal != 0);
        return;
    }
    if (suite->options->format == SUITE_TAP) {
        tap_end(stdout, totals, signal != 0);
        return;
    }
    if (signal)
        printf("interrupted: %zu of %zu tests done\n", suite->told, suite->count);
    if (totals->xfailed)
        printf("%zu failed as expected\n", totals->xfailed);
    printf("%zu passed, %zu failed, %zu skipped\n", totals->passed, totals->failed,
           totals->skipped);
}

static int summarise(struct suite *suite, const struct pool_outcome *outcome)
{
    struct suite_totals totals = suite_totals(suite->tests, suite->told);
    if (suite->options->slowest)
        print_slowest(suite);
    if (suite->options->junit)
        junit_write(suite->options->junit, suite->tests, suite->told);
    print_totals(suite, &totals, outcome->signal);
    if (totals.passed + totals.failed + totals.skipped + totals.xfailed != suite->printed) {
        fputs("sim: the totals do not add up\n", stderr);
        return EXIT_INTERNAL;
    }
    if (outcome->signal)
        return SIGNAL_STATUS + outcome->signal;
    return totals.skipped == totals.told ? EXIT_SKIPPED : (int)suite->worst;
}

static int finish(struct suite *suite, const struct pool_outcome *outcome)
{
    progress_erase(&suite->progress);
    mistakes_tell(&suite->mistakes);
    if (outcome->error) {
        fprintf(stderr, "sim: no worker can be started: %s\n", strerror(outcome->error));
        return EXIT_INTERNAL;
    }
    if (outcome->exit_status) {
        fprintf(stderr, "sim: a worker ended with status %d\n", outcome->exit_status);
        suite->worst = worse_status(suite->worst, EXIT_INTERNAL);
    }
    if (suite->printed == 0 && !outcome->signal) {
        fputs("sim: no scenario selected\n", stderr);
        return EXIT_NOTHING;
    }
    if (suite->options->list)
        return outcome->signal ? SIGNAL_STATUS + outcome->signal : (int)suite->worst;
    return summarise(suite, outcome);
}

int suite_run(const struct scenario_list *list, const struct suite_options *options)
{
    struct suite_tests tests;
    suite_tests_expand(&tests, list, &options->selection);
    struct suite suite = {.options = options,
                          .tests = tests.items,
                          .count = tests.count,
                          .limit = tests.count,
                          .worst = EXIT_OK};
    mistakes_init(&suite.mistakes, tests.arena, stderr);
    suite.ended = arena_array(tests.arena, tests.count, sizeof(suite.ended[0]));
    if (options->format == SUITE_JSON && !options->list)
        suite_json_header(stdout);
    if (options->format == SUITE_TAP && !options->list)
        tap_begin(stdout);
    progress_begin(&suite.progress, stderr, options->progress, options->quiet, tests.count);
    const struct pool_options pool = {
        .jobs = tests.count,
        .workers = options->workers ? options->workers : pool_processors(),
        .seconds = options->seconds,
        .tick_ms = suite.progress.out ? PROGRESS_INTERVAL_MS : 0,
        .ctx = &suite,
        .run = run_job,
        .done = job_done,
        .tick = tick,
    };
    struct pool_outcome outcome = pool_run(&pool);
    int status = finish(&suite, &outcome);
    for (size_t i = 0; i < suite.count; i++)
        result_free(&suite.tests[i].result);
    suite_tests_free(&tests);
    return status;
}
