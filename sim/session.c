/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/session.h"

#include <inttypes.h>

#include "cpu/timing/core.h"
#include "sim/gdb/stub.h"
#include "sim/profile.h"
#include "sim/scenario/arena.h"
#include "sim/trace/insn_recorder.h"
#include "sim/version.h"

static void stop(struct session *session, enum verdict verdict, enum exit_status status)
{
    session->report.outcome = (struct outcome){verdict, status};
}

/* The trace of another kernel or RMM than the file says is another one. */
static bool has_golden(const struct session *session)
{
    const struct scenario *scenario = session->scenario;
    return scenario->golden.path && !scenario->machine.asked_kernel && !scenario->machine.asked_rmm;
}

static void judge_golden(struct session *session, enum golden_use use)
{
    struct judgement *judgement = &session->report.judgement;
    golden_compare(&session->golden);
    judgement->expectations++;
    if (!golden_update(&session->golden, use, judgement->failure_count))
        judgement_add(judgement, session->arena, &session->golden.failure);
    session->report.told = session->golden.told;
}

/* Runs the machine and judges; not EXIT_OK, with session->error set, if the trace cannot be
 * recorded. */
static enum exit_status run_and_judge(struct session *session,
                                      const struct session_options *options)
{
    struct trace *trace = machine_trace(session->machine);
    struct trace_writer *writer = NULL;
    trace_add_reader(trace, trap_log_event, &session->log);
    bool watched = watch_wanted(session->scenario);
    if (watched) {
        watch_init(&session->watch, session->scenario, session->machine, &session->log);
        trace_add_reader(trace, watch_event, &session->watch);
    }
    if (has_golden(session)) {
        if (!golden_open(&session->golden, session->scenario, session->report.profile,
                         session->arena, session->error, sizeof(session->error)))
            return EXIT_USAGE;
        trace_add_reader(trace, golden_event, &session->golden);
    }
    if (options->trace) {
        const enum timing timing =
            core_timing(session->report.profile, session->scenario->machine.timing);
        const struct trace_header header = {
            .version = SIM_VERSION,
            .scenario = session->scenario->name,
            .hash = session->hash,
            .profile = session->report.profile->name,
            .timing = timing_name(timing),
            .core = timing == TIMING_FLAT ? "" : session->report.profile->core,
        };
        struct trace_options how = {0};
        if (options->trace_options)
            how = *options->trace_options;
        how.ipa_bits = session->scenario->machine.ipa_bits;
        how.vcpus = session->scenario->machine.cpus;
        how.instructions = options->instructions;
        writer = trace_writer_open_with(options->trace,
                                        options->format ? options->format
                                                        : trace_format_by_path(options->trace),
                                        &header, &how, session->error, sizeof(session->error));
        if (!writer)
            return EXIT_USAGE;
        session->sorter =
            (struct trace_sorter){.clock = trace->clock, .next = trace_writer_event, .ctx = writer};
        if (trace->clock->paced)
            trace_add_reader(trace, trace_sorter_event, &session->sorter);
        else
            trace_add_reader(trace, trace_writer_event, writer);
    }
    if (options->on_machine)
        options->on_machine(options->reader_ctx, session->machine);
    if (options->reader)
        trace_add_reader(trace, options->reader, options->reader_ctx);
    struct gdb_stub *gdb = NULL;
    if (options->gdb) {
        gdb = gdb_stub_new(&(struct gdb_config){.where = options->gdb,
                                                .stop = options->gdb_stop,
                                                .machine = session->machine,
                                                .scenario = session->scenario,
                                                .log = &session->log},
                           session->error, sizeof(session->error));
        if (!gdb) {
            char ignored[sizeof(session->error)];
            if (writer)
                trace_writer_close(writer, false, ignored, sizeof(ignored));
            return EXIT_USAGE;
        }
    }
    struct insn_recorder *recorder = NULL;
    if (options->instructions &&
        !(recorder = insn_recorder_new(machine_engine(session->machine), trace))) {
        char ignored[sizeof(session->error)];
        snprintf(session->error, sizeof(session->error), "out of memory");
        if (writer)
            trace_writer_close(writer, false, ignored, sizeof(ignored));
        return EXIT_INTERNAL;
    }
    struct machine_end end = machine_run(session->machine);
    insn_recorder_free(recorder);
    trace_sorter_free(&session->sorter);
    session->result = run_result_capture(session->machine, end, session->scenario, session->arena);
    session->report.run = (struct run){.scenario = session->scenario,
                                       .result = &session->result,
                                       .log = &session->log,
                                       .watch = watched ? &session->watch : NULL};
    session->report.judgement = judge(&session->report.run, session->arena);
    if (has_golden(session))
        judge_golden(session, options->golden);
    session->report.outcome = outcome_of_run(&session->report.run, &session->report.judgement);
    gdb_stub_finish(gdb, (int)session->report.outcome.status);
    bool recorded =
        !writer || trace_writer_close(writer, true, session->error, sizeof(session->error));
    return recorded ? EXIT_OK : EXIT_INTERNAL;
}

void session_open(struct session *session, const char *path, const struct session_options *options)
{
    *session = (struct session){.report.profile = profile_default(), .report.hash = session->hash};
    trap_log_init(&session->log);
    const struct scenario_load_options load = {
        .diag = &options->diag,
        .code_cache = options->code_cache,
        .cell = options->cell,
        .kernel = options->machine.kernel,
        .rmm = options->machine.rmm,
        .profile = options->machine.profile,
        .timing = options->machine.timing,
    };
    int load_status = SCENARIO_INVALID;
    session->scenario =
        options->file ? scenario_file_load(options->file, options->file_cell, &load, &load_status)
                      : scenario_load_with(path, &load, &load_status);
    if (!session->scenario && load_status == SCENARIO_NO_ASSEMBLER) {
        stop(session, VERDICT_SKIP, EXIT_SKIPPED);
        return;
    }
    if (!session->scenario) {
        stop(session, VERDICT_ERROR, EXIT_USAGE);
        return;
    }
    session->report.profile =
        options->profile ? options->profile : session->scenario->machine.profile;
    session->report.run.scenario = session->scenario;
    session->report.run.log = &session->log;
    if (session->scenario->skip) {
        stop(session, VERDICT_SKIP, EXIT_SKIPPED);
        return;
    }
    snprintf(session->hash, sizeof(session->hash), "%016" PRIx64,
             scenario_file_hash(options->file ? options->file : session->scenario->file));
    session->arena = arena_new();
    session->machine =
        machine_new(session->scenario,
                    &(struct machine_options){.profile = session->report.profile,
                                              .timing = session->scenario->machine.timing,
                                              .chaos = options->chaos},
                    session->error, sizeof(session->error));
    enum exit_status status = session->machine ? run_and_judge(session, options) : EXIT_INTERNAL;
    session->ran = status == EXIT_OK;
    if (!session->ran)
        stop(session, VERDICT_ERROR, status);
}

void session_close(struct session *session)
{
    trap_log_free(&session->log);
    watch_free(&session->watch);
    if (session->golden.arena)
        golden_close(&session->golden);
    if (session->machine)
        machine_free(session->machine);
    if (session->arena)
        arena_free(session->arena);
    if (session->scenario)
        scenario_free(session->scenario);
    *session = (struct session){0};
}
