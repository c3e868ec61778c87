/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "sim/report/report.h"
#include "sim/report/stuck.h"
#include "sim/report/style.h"
#include "sim/report/trap_text.h"

#define LINE_WIDTH 100

static enum paint verdict_paint(enum verdict verdict)
{
    switch (verdict) {
    case VERDICT_PASS:
        return PAINT_GOOD;
    case VERDICT_FAIL:
    case VERDICT_XPASS:
    case VERDICT_ERROR:
        return PAINT_BAD;
    default:
        return PAINT_NOTE;
    }
}

static void print_verdict(FILE *out, const struct report *report, bool colour)
{
    const struct scenario *scenario = report->run.scenario;
    const struct judgement *judgement = &report->judgement;
    enum verdict verdict = report->outcome.verdict;
    paint(out, colour, verdict_paint(verdict), "%s", verdict_name(verdict));
    fprintf(out, " %s", scenario->name);
    if (report->outcome.status == EXIT_LIMIT)
        fprintf(out, ": limit reached, no verdict: %s", report->run.result->end.text);
    else if (report->run.log->out_of_memory)
        fputs(": out of memory while recording traps", out);
    else if (verdict == VERDICT_ERROR)
        fprintf(out, ": %s", report->run.result->end.text);
    else if (verdict == VERDICT_PASS && judgement->expectations == 0)
        fputs(": nothing is expected", out);
    else if (verdict == VERDICT_PASS)
        fprintf(out, ": %zu expectation%s met", judgement->expectations,
                judgement->expectations == 1 ? "" : "s");
    else if (verdict == VERDICT_XFAIL)
        fprintf(out, ": fails as expected: %s", scenario->xfail);
    else if (verdict == VERDICT_XPASS)
        fprintf(out, ": passes, but is marked to fail: %s", scenario->xfail);
    fputc('\n', out);
}

/* The differing trap with a neighbour on each side. */
static void print_context(FILE *out, const struct trap_log *log, uint64_t number)
{
    for (size_t i = 0; i < log->trap_count; i++) {
        uint64_t this = log->traps[i].number;
        char insn[TRAP_TEXT_SIZE], exception[TRAP_TEXT_SIZE];
        if (this + 1 < number || this > number + 1)
            continue;
        struct trap_view view = trap_view(log, &log->traps[i]);
        fprintf(out, "    %s trap %" PRIu64 "  0x%" PRIx64 "  %-22s  %s\n",
                this == number ? ">" : " ", this, trap_pc(&view), trap_insn_text(&view, insn),
                trap_exception(&view, exception));
    }
}

void report_rerun(FILE *out, const struct rerun *rerun)
{
    fprintf(out, "  rerun: sim run %s", rerun->path);
    if (*rerun->cell) {
        fputs(" --cell '", out);
        for (const char *c = rerun->cell; *c; c++)
            fputs(*c == '\'' ? "'\\''" : (char[]){*c, '\0'}, out);
        fputc('\'', out);
    }
    if (rerun->kernel)
        fprintf(out, " --kernel %s", rerun->kernel);
    if (rerun->rmm)
        fprintf(out, " --rmm %s", rerun->rmm);
    if (rerun->profile)
        fprintf(out, " --profile %s", rerun->profile);
    if (rerun->timing)
        fprintf(out, " --timing %s", rerun->timing);
    fputc('\n', out);
}

static void rerun_scenario(FILE *out, const struct scenario *scenario)
{
    report_rerun(out, &(struct rerun){.path = scenario->path,
                                      .cell = scenario->cell,
                                      .kernel = scenario->machine.asked_kernel,
                                      .rmm = scenario->machine.asked_rmm,
                                      .profile = scenario->machine.asked_profile,
                                      .timing = scenario->machine.asked_timing});
}

void report_failures(FILE *out, const struct report *report, bool context, bool colour)
{
    const struct judgement *judgement = &report->judgement;
    print_verdict(out, report, colour);
    if (report->told)
        fputs(report->told, out);
    char stuck[STUCK_TEXT_SIZE];
    if (context && report->outcome.verdict == VERDICT_ERROR && stuck_text(&report->run, stuck))
        print_wrapped(out, LINE_WIDTH, stuck, 2, 0);
    bool told = report->outcome.verdict == VERDICT_FAIL || report->outcome.verdict == VERDICT_XFAIL;
    if (!told)
        return;
    uint64_t first_trap = 0;
    for (size_t i = 0; i < judgement->failure_count; i++) {
        const struct failure *failure = &judgement->failures[i];
        fprintf(out, "  %s:%u:%u: %s\n", failure->pos.file ? failure->pos.file : "?",
                failure->pos.line, failure->pos.column, failure->what);
        fprintf(out, "    expected %s\n", failure->expected);
        fprintf(out, "    actual   %s\n", failure->actual);
        if (*failure->note)
            fprintf(out, "             %s\n", failure->note);
        if (!first_trap)
            first_trap = failure->trap;
    }
    if (context && first_trap)
        print_context(out, report->run.log, first_trap);
    if (context)
        rerun_scenario(out, report->run.scenario);
}
