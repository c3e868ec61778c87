/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Jobs on workers that crash, hang, leave and are interrupted; results as bytes; XML and shards. */
#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/report/junit.h"
#include "sim/suite/pool.h"
#include "sim/suite/selection.h"
#include "tests/unit/check_main.h"

#define JOBS 40
#define EXIT_OF_JOB 9
#define BIG_ANSWER 300000
#define FOREVER 1000

struct jobs {
    size_t crash, leave, hang, big, interrupt; /* the job that does it; JOBS: none */
    size_t all_hang;                           /* the first of the jobs that hang, to the last */
    size_t stop;                               /* the job whose answer ends it all */
    struct pool_answer answers[JOBS];
    char *texts[JOBS];
    size_t count, ticks;
    pid_t parent;
};

static struct jobs all_good(void)
{
    return (struct jobs){JOBS, JOBS, JOBS, JOBS, JOBS, JOBS, JOBS, .parent = getpid()};
}

static void run(void *ctx, size_t job, FILE *out)
{
    struct jobs *jobs = ctx;
    if (job == jobs->crash)
        raise(SIGKILL);
    if (job == jobs->leave)
        _exit(EXIT_OF_JOB);
    if (job == jobs->interrupt)
        kill(jobs->parent, SIGINT);
    if (job == jobs->hang || job >= jobs->all_hang || job == jobs->interrupt)
        sleep(FOREVER);
    for (unsigned i = 0; job == jobs->big && i < BIG_ANSWER; i++)
        fputc('x', out);
    fprintf(out, "job %zu", job);
}

static size_t done(void *ctx, const struct pool_answer *answer)
{
    struct jobs *jobs = ctx;
    ck_assert_uint_lt(answer->job, JOBS);
    ck_assert_ptr_null(jobs->texts[answer->job]); /* each job is told once */
    jobs->answers[answer->job] = *answer;
    jobs->texts[answer->job] =
        answer->end == POOL_DONE ? strndup(answer->bytes, answer->size) : strdup("");
    free(answer->bytes);
    jobs->count++;
    return answer->job == jobs->stop ? answer->job + 1 : JOBS;
}

static void tick(void *ctx)
{
    ((struct jobs *)ctx)->ticks++;
}

static struct pool_outcome run_jobs(struct jobs *jobs, unsigned workers, unsigned seconds)
{
    const struct pool_options options = {.jobs = JOBS,
                                         .workers = workers,
                                         .seconds = seconds,
                                         .tick_ms = 10,
                                         .ctx = jobs,
                                         .run = run,
                                         .done = done,
                                         .tick = tick};
    return pool_run(&options);
}

static void forget(struct jobs *jobs)
{
    for (size_t i = 0; i < JOBS; i++)
        free(jobs->texts[i]);
}

static void expect_answers(const struct jobs *jobs, size_t except)
{
    char text[32];
    for (size_t i = 0; i < JOBS; i++) {
        snprintf(text, sizeof(text), "job %zu", i);
        if (i != except)
            ck_assert_str_eq(jobs->texts[i], text);
    }
}

START_TEST(every_job_is_done_once)
{
    static const unsigned workers[] = {1, 2, 7, POOL_MAX_WORKERS};
    struct jobs jobs = all_good();
    struct pool_outcome outcome = run_jobs(&jobs, workers[_i], 0);
    ck_assert_int_eq(outcome.error, 0);
    ck_assert_int_eq(outcome.signal, 0);
    ck_assert_int_eq(outcome.exit_status, 0);
    ck_assert_uint_le(outcome.workers, workers[_i] < JOBS ? workers[_i] : JOBS);
    ck_assert_uint_eq(jobs.count, JOBS);
    expect_answers(&jobs, JOBS);
    forget(&jobs);
}
END_TEST

START_TEST(a_crash_costs_one_job)
{
    struct jobs jobs = all_good();
    jobs.crash = 3;
    struct pool_outcome outcome = run_jobs(&jobs, 1, 0);
    ck_assert_int_eq(outcome.error, 0);
    ck_assert_uint_eq(jobs.count, JOBS);
    ck_assert_uint_eq(outcome.workers, 2); /* one more for the jobs that were left */
    ck_assert_int_eq(jobs.answers[3].end, POOL_KILLED);
    ck_assert_int_eq(jobs.answers[3].detail, SIGKILL);
    expect_answers(&jobs, 3);
    forget(&jobs);
}
END_TEST

START_TEST(a_worker_that_leaves_costs_one_job)
{
    struct jobs jobs = all_good();
    jobs.leave = JOBS - 1;
    (void)run_jobs(&jobs, 1, 0);
    ck_assert_uint_eq(jobs.count, JOBS);
    ck_assert_int_eq(jobs.answers[JOBS - 1].end, POOL_EXITED);
    ck_assert_int_eq(jobs.answers[JOBS - 1].detail, EXIT_OF_JOB);
    expect_answers(&jobs, JOBS - 1);
    forget(&jobs);
}
END_TEST

START_TEST(a_job_that_hangs_is_ended)
{
    struct jobs jobs = all_good();
    jobs.hang = 5;
    (void)run_jobs(&jobs, 2, 1);
    ck_assert_uint_eq(jobs.count, JOBS);
    ck_assert_int_eq(jobs.answers[5].end, POOL_LATE);
    ck_assert_uint_ge(jobs.answers[5].microseconds, 1000000);
    ck_assert_uint_ge(jobs.ticks, 10);
    expect_answers(&jobs, 5);
    forget(&jobs);
}
END_TEST

START_TEST(a_large_answer_arrives_whole)
{
    struct jobs jobs = all_good();
    jobs.big = 2;
    (void)run_jobs(&jobs, 2, 0);
    ck_assert_uint_eq(jobs.answers[2].size, BIG_ANSWER + strlen("job 2"));
    ck_assert_str_eq(jobs.texts[2] + BIG_ANSWER, "job 2");
    expect_answers(&jobs, 2);
    forget(&jobs);
}
END_TEST

/*
 * All up to the stop are told, none behind it: those run for ever, so that no worker can be done
 * with one before the stop is heard of, however slow the worker that has it.
 */
START_TEST(a_stop_is_the_same_each_time)
{
    struct jobs jobs = all_good();
    jobs.stop = 11;
    jobs.all_hang = 12; /* not waited for */
    (void)run_jobs(&jobs, 4, 0);
    for (size_t i = 0; i <= 11; i++)
        ck_assert_ptr_nonnull(jobs.texts[i]);
    for (size_t i = 12; i < JOBS; i++)
        ck_assert_ptr_null(jobs.texts[i]);
    forget(&jobs);
}
END_TEST

START_TEST(an_interrupt_ends_it)
{
    struct jobs jobs = all_good();
    sigset_t mask;
    jobs.interrupt = 6;
    struct pool_outcome outcome = run_jobs(&jobs, 1, 0);
    ck_assert_int_eq(outcome.signal, SIGINT);
    ck_assert_uint_eq(jobs.count, 6);
    sigprocmask(SIG_SETMASK, NULL, &mask);
    ck_assert(!sigismember(&mask, SIGINT)); /* a second one ends the process */
    forget(&jobs);
}
END_TEST

/* --- results -----------------------------------------------------------------------------------
 */

/* Cut anywhere, what a worker sends is refused, but for the selection that it starts with. */
START_TEST(half_a_result_is_none)
{
    struct session session = {0};
    struct suite_result result;
    char *bytes = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&bytes, &size);
    session.report.outcome = (struct outcome){VERDICT_ERROR, EXIT_USAGE};
    result_write(out, &session, "a.yaml", &(struct result_messages){"one\0two", 8}, 5,
                 &(struct result_options){0});
    ck_assert_int_eq(fclose(out), 0);
    for (size_t length = 0; length <= size; length++) {
        char *part = malloc(length + 1);
        memcpy(part, bytes, length);
        bool whole = length == size || length == sizeof(uint64_t);
        ck_assert_int_eq(result_read(&result, part, length), whole);
        if (!whole)
            continue;
        ck_assert(result.selected);
        if (length == size) {
            ck_assert_int_eq(result.verdict, VERDICT_ERROR);
            ck_assert_int_eq(result.status, EXIT_USAGE);
            ck_assert_str_eq(result.messages, "onetwo");
            ck_assert_uint_eq(result.mistake_count, 2);
            ck_assert_str_eq(result.mistakes[1], "two");
            ck_assert_uint_eq(result.microseconds, 5);
        }
        result_free(&result);
    }
    free(bytes);
}
END_TEST

static const struct {
    const char *text, *xml;
} xml_cases[] = {
    {"a < b && \"c\" > 'd'", "a &lt; b &amp;&amp; &quot;c&quot; &gt; &apos;d&apos;"},
    {"line\n\tnext", "line\n\tnext"},
    {"\x1b[31m\x7f\x01", "\\x1b[31m\\x7f\\x01"},
    {"\xc3\xa9 \xff", "\xc3\xa9 \\xff"},
    {"\xef\xbf\xbf", "\\xef\\xbf\\xbf"},
    {"]]>", "]]&gt;"},
};

START_TEST(xml_is_escaped)
{
    char *bytes = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&bytes, &size);
    xml_text(out, xml_cases[_i].text);
    ck_assert_int_eq(fclose(out), 0);
    ck_assert_str_eq(bytes, xml_cases[_i].xml);
    free(bytes);
}
END_TEST

static const struct {
    const char *text;
    unsigned shard, shards; /* 0: wrong */
} shard_cases[] = {
    {"1/1", 1, 1}, {"2/3", 2, 3},   {"0/3", 0, 0},  {"4/3", 0, 0},        {"1", 0, 0},
    {"/", 0, 0},   {"1/2/3", 0, 0}, {"-1/2", 0, 0}, {"1/99999999", 0, 0}, {"a/b", 0, 0},
};

START_TEST(shards_are_parsed)
{
    unsigned shard = 0, shards = 0;
    bool good = shard_parse(shard_cases[_i].text, &shard, &shards);
    ck_assert_int_eq(good, shard_cases[_i].shards != 0);
    ck_assert_uint_eq(shard, shard_cases[_i].shard);
    ck_assert_uint_eq(shards, shard_cases[_i].shards);
}
END_TEST

START_TEST(shards_are_the_whole)
{
    for (size_t position = 0; position < 7; position++) {
        unsigned seen = 0;
        for (unsigned shard = 1; shard <= 3; shard++)
            seen += is_in_shard(&(struct selection){.shard = shard, .shards = 3}, position);
        ck_assert_uint_eq(seen, 1);
        ck_assert(is_in_shard(&(struct selection){0}, position));
    }
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("suite pool");
    TCase *tests = tcase_create("all");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, every_job_is_done_once, 0, 4);
    tcase_add_test(tests, a_crash_costs_one_job);
    tcase_add_test(tests, a_worker_that_leaves_costs_one_job);
    tcase_add_test(tests, a_job_that_hangs_is_ended);
    tcase_add_test(tests, a_large_answer_arrives_whole);
    tcase_add_test(tests, a_stop_is_the_same_each_time);
    tcase_add_test(tests, an_interrupt_ends_it);
    tcase_add_test(tests, half_a_result_is_none);
    tcase_add_loop_test(tests, xml_is_escaped, 0, sizeof(xml_cases) / sizeof(xml_cases[0]));
    tcase_add_loop_test(tests, shards_are_parsed, 0, sizeof(shard_cases) / sizeof(shard_cases[0]));
    tcase_add_test(tests, shards_are_the_whole);
    suite_add_tcase(suite, tests);
    return suite;
}
