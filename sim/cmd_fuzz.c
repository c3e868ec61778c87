/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim fuzz: random hostile hosts against realms. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sim/cmd.h"
#include "sim/fuzz/campaign.h"
#include "sim/options.h"
#include "sim/report/json_writer.h"
#include "sim/report/report.h"
#include "sim/report/verdict.h"
#include "sim/scenario/text.h"
#include "sim/suite/pool.h"
#include "sim/trace/event_text.h"

#define ERROR_SIZE 256
#define ITERATIONS_A_JOB 64
#define DEFAULT_ITERATIONS 10000
#define JOB_SECONDS 120
#define EXIT_INTERRUPTED 130

static const struct command_help help = {
    .usage = "sim fuzz [--seed N] [options]",
    .about =
        "Plays random hostile hosts against realms: honest set-up, then commands, entries and\n"
        "answers that are right, wrong or changed meanwhile by another CPU. The invariants that\n"
        "every realm run is held to are checked at each step. The same seed, the same steps.",
    .epilogue =
        "examples:\n"
        "  sim fuzz --seed 1                        10,000 iterations of profile 1.0\n"
        "  sim fuzz --seed 1 --seconds 600 -j 2     ten minutes on two processors\n"
        "  sim fuzz --seed 1 --iteration 4711       one of them again, step by step\n"
        "  sim fuzz --seed 1 --iteration 4711 --trace   ... with the machine's events\n"
        "\n"
        "The first violation is told with its iteration and the fewest steps that show it.\n"
        "\n"
        "exit status: 0 no violation; 1 an invariant was violated; 2 wrong usage; 3 the simulator\n"
        "  failed or crashed; 130 interrupted\n",
};

struct fuzz_run {
    const char *rmm;
    uint64_t seed, iterations, first, started, seconds;
    bool unlimited;
    size_t jobs;
    struct fuzz_target *target; /* a worker's own */
    struct fuzz_coverage sum;
    bool failed;
    uint64_t failed_iteration;
    bool crashed;
    bool json;
};

/* What a worker sends: its counts, and the first iteration that failed. */
struct fuzz_answer {
    struct fuzz_coverage coverage;
    bool failed;
    uint64_t iteration;
};

static uint64_t now_seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec;
}

static void run_job(void *ctx, size_t job, FILE *out)
{
    struct fuzz_run *run = ctx;
    struct fuzz_answer answer = {.failed = false};
    uint64_t first = run->first + (uint64_t)job * ITERATIONS_A_JOB;
    uint64_t end = first + ITERATIONS_A_JOB, last = run->first + run->iterations;
    struct fuzz_steps steps;
    char error[ERROR_SIZE];

    if (!run->target)
        run->target = fuzz_target_new(run->rmm, error, sizeof(error));
    if (!run->target)
        exit(EXIT_INTERNAL);
    run->target->coverage = &answer.coverage;
    for (uint64_t i = first; i < end && (run->unlimited || i < last) && !answer.failed; i++) {
        answer.failed = !fuzz_iteration(run->target, run->seed, i, &steps);
        answer.iteration = i;
    }
    fwrite(&answer, sizeof(answer), 1, out);
}

static size_t job_done(void *ctx, const struct pool_answer *answer)
{
    struct fuzz_run *run = ctx;
    struct fuzz_answer result;
    bool whole = answer->end == POOL_DONE && answer->size == sizeof(result);
    bool over = run->seconds && now_seconds() - run->started >= run->seconds;

    if (whole)
        memcpy(&result, answer->bytes, sizeof(result));
    free(answer->bytes);
    if (!whole) {
        fprintf(stderr,
                "sim fuzz: a worker %s in iterations %" PRIu64 " to %" PRIu64 " of seed %" PRIu64
                "\n",
                answer->end == POOL_LATE ? "hung" : "crashed",
                run->first + (uint64_t)answer->job * ITERATIONS_A_JOB,
                run->first + (uint64_t)(answer->job + 1) * ITERATIONS_A_JOB - 1, run->seed);
        run->crashed = true;
        return answer->job + 1;
    }
    fuzz_coverage_add(&run->sum, &result.coverage);
    if (result.failed && (!run->failed || result.iteration < run->failed_iteration)) {
        run->failed = true;
        run->failed_iteration = result.iteration;
    }
    return run->failed || over ? answer->job + 1 : run->jobs;
}

static void print_event(void *ctx, const struct event *event)
{
    event_put_line(ctx, event);
}

/* The campaign as one document; failure NULL: there is none, and the rest says nothing. */
static void tell_json(const struct fuzz_run *run, const struct fuzz_coverage *coverage,
                      const char *failure, uint64_t iteration, const struct fuzz_steps *steps)
{
    struct json json;
    char *text = NULL;
    size_t size = 0;

    json_begin(&json, stdout, true);
    json_object_begin(&json);
    json_member_string(&json, "type", "fuzz");
    json_member_uint(&json, "schema", REPORT_SCHEMA);
    json_member_string(&json, "rmm", run->rmm);
    json_member_hex(&json, "seed", run->seed);
    json_member_uint(&json, "iterations", coverage->iterations);
    json_member_uint(&json, "commands", coverage->commands);
    json_member_uint(&json, "rec_entries", coverage->entries);
    json_member_uint(&json, "granule_protection_faults", coverage->faults);
    json_key(&json, "exit_reasons");
    json_object_begin(&json);
    for (unsigned reason = 0; reason < RMI_EXIT_REASON_COUNT; reason++)
        json_member_uint(&json, rmi_exit_reason_name(reason), coverage->reason[reason]);
    json_object_end(&json);
    json_member_string(&json, "violation", failure);
    if (failure) {
        json_member_uint(&json, "iteration", iteration);
        json_key(&json, "steps");
        json_array_begin(&json);
    }
    for (unsigned n = 0; failure && n < steps->count; n++) {
        FILE *step = open_memstream(&text, &size);

        if (!step)
            continue;
        fuzz_step_print(step, &steps->step[n]);
        fclose(step);
        json_str(&json, text);
        free(text);
    }
    if (failure)
        json_array_end(&json);
    json_object_end(&json);
    json_end(&json);
}

/* A violation with the fewest steps; the same text whatever found it. */
static int tell_failure(const struct fuzz_run *run, uint64_t iteration)
{
    char error[ERROR_SIZE];
    struct fuzz_target *target = fuzz_target_new(run->rmm, error, sizeof(error));
    struct fuzz_steps steps;

    if (!target) {
        fprintf(stderr, "sim fuzz: %s\n", error);
        return EXIT_INTERNAL;
    }
    if (fuzz_iteration(target, run->seed, iteration, &steps)) {
        fprintf(stderr, "sim fuzz: iteration %" PRIu64 " failed and does so no more\n", iteration);
        fuzz_target_free(target);
        return EXIT_INTERNAL;
    }
    fuzz_minimise(target, run->seed, iteration, &steps);
    if (run->json) {
        tell_json(run, &run->sum, target->failure, iteration, &steps);
        fuzz_target_free(target);
        return EXIT_FAILED;
    }
    printf("FAILED: %s\nprofile %s, seed %" PRIu64 ", iteration %" PRIu64 ", %u step%s:\n",
           target->failure, run->rmm, run->seed, iteration, steps.count,
           steps.count == 1 ? "" : "s");
    for (unsigned n = 0; n < steps.count; n++) {
        fputs("  ", stdout);
        fuzz_step_print(stdout, &steps.step[n]);
        fputc('\n', stdout);
    }
    printf("again: sim fuzz --profile %s --seed %" PRIu64 " --iteration %" PRIu64 "\n", run->rmm,
           run->seed, iteration);
    fuzz_target_free(target);
    return EXIT_FAILED;
}

static int one_iteration(struct fuzz_run *run, uint64_t iteration, bool trace)
{
    char error[ERROR_SIZE];
    struct fuzz_coverage coverage = {0};
    struct fuzz_target *target = fuzz_target_new(run->rmm, error, sizeof(error));
    struct fuzz_steps steps;
    bool good;

    if (!target) {
        fprintf(stderr, "sim fuzz: %s\n", error);
        return EXIT_INTERNAL;
    }
    target->log = stdout;
    target->coverage = &coverage;
    if (trace)
        trace_add_reader(&target->trace, print_event, stdout);
    good = fuzz_iteration(target, run->seed, iteration, &steps);
    fuzz_target_free(target);
    fuzz_coverage_print(stdout, rmm_variant_find(run->rmm), &coverage);
    return good ? EXIT_OK : tell_failure(run, iteration);
}

static int all_iterations(struct fuzz_run *run, unsigned workers)
{
    struct pool_options options = {
        .jobs = run->jobs,
        .workers = workers,
        .seconds = JOB_SECONDS,
        .ctx = run,
        .run = run_job,
        .done = job_done,
    };
    struct pool_outcome outcome = pool_run(&options);

    if (!run->json)
        fuzz_coverage_print(stdout, rmm_variant_find(run->rmm), &run->sum);
    if (outcome.error) {
        fprintf(stderr, "sim fuzz: %s\n", strerror(outcome.error));
        return EXIT_INTERNAL;
    }
    if (run->failed)
        return tell_failure(run, run->failed_iteration);
    if (run->crashed)
        return EXIT_INTERNAL;
    if (outcome.signal)
        return EXIT_INTERRUPTED;
    if (run->json)
        tell_json(run, &run->sum, NULL, 0, NULL);
    else
        printf("no violation: profile %s, seed %" PRIu64 "\n", run->rmm, run->seed);
    return EXIT_OK;
}

static bool parse_number(const char *option, const char *text, uint64_t *number)
{
    if (!text || number_parse(text, strlen(text), number) == NUMBER_OK)
        return true;
    usage_error("fuzz", "--%s: '%s' is no number", option, text);
    return false;
}

int cmd_fuzz(int argc, char **argv)
{
    const char *seed = NULL, *iterations = NULL, *iteration = NULL, *seconds = NULL, *jobs = NULL,
               *profile = "1.0";
    struct fuzz_run run = {.seed = 1, .iterations = DEFAULT_ITERATIONS};
    bool trace = false;
    const struct option_row rows[] = {
        {.name = "seed",
         .argument = "N",
         .help = "of everything that is random (default 1)",
         .value = &seed},
        {.name = "iterations",
         .argument = "N",
         .help = "machines to play with (default 10000)",
         .value = &iterations},
        {.name = "seconds", .argument = "N", .help = "play that long instead", .value = &seconds},
        {.name = "iteration",
         .argument = "K",
         .help = "only number K, told step by step",
         .value = &iteration},
        {.name = "trace", .help = "with --iteration: the machine's events too", .flag = &trace},
        {.name = "profile",
         .argument = "RMM",
         .help = "eac, 1.0 or 2.0 (default 1.0)",
         .value = &profile},
        {.name = "json", .help = "the result as one JSON document", .flag = &run.json},
        {.name = "jobs",
         .letter = 'j',
         .argument = "N",
         .help = "at most N at once (default: one a processor)",
         .value = &jobs},
        {0},
    };
    uint64_t only = 0, workers = pool_processors();
    int operands;
    enum parse_result parsed = options_parse(argc, argv, rows, &help, &operands);

    if (parsed != PARSE_OK)
        return parsed == PARSE_HELP ? EXIT_OK : EXIT_USAGE;
    if (operands)
        return usage_error("fuzz", "'%s': there are no operands", argv[0]);
    if (!parse_number("seed", seed, &run.seed) ||
        !parse_number("iterations", iterations, &run.iterations) ||
        !parse_number("seconds", seconds, &run.seconds) ||
        !parse_number("iteration", iteration, &only) || !parse_number("jobs", jobs, &workers))
        return EXIT_USAGE;
    if (!rmm_variant_find(profile))
        return usage_error("fuzz", "no profile '%s' (eac, 1.0, 2.0)", profile);
    if (iterations && seconds)
        return usage_error("fuzz", "--iterations and --seconds are two ends of one run");
    if (run.json && iteration)
        return usage_error("fuzz", "--iteration is told step by step, in text");
    if (trace && !iteration)
        return usage_error("fuzz", "--trace goes with --iteration");
    if (!workers || workers > POOL_MAX_WORKERS || !run.iterations ||
        run.iterations > UINT64_MAX / 2)
        return usage_error("fuzz", "a number is out of range");
    run.rmm = profile;
    run.unlimited = run.seconds != 0;
    run.jobs = run.unlimited ? SIZE_MAX - 1
                             : (size_t)((run.iterations + ITERATIONS_A_JOB - 1) / ITERATIONS_A_JOB);
    run.started = now_seconds();
    if (iteration)
        return one_iteration(&run, only, trace);
    return all_iterations(&run, (unsigned)workers);
}
