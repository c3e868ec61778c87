/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/import/report.h"

#include <inttypes.h>
#include <string.h>

#include "cpu/arch/esr.h"
#include "sim/report/esr_text.h"
#include "sim/report/json_writer.h"
#include "sim/trace/event_json.h"
#include "sim/trace/event_text.h"

#define IMPORT_SCHEMA 1

static const struct {
    char sign;
    const char *name;
} marks[] = {
    [REPLAY_SAME] = {'=', "same"},
    [REPLAY_RECORDED] = {'-', "recorded"},
    [REPLAY_MODEL] = {'+', "model"},
    [REPLAY_UNKNOWN] = {'?', "unknown"},
};

/* Whether the event says what the model decided, and not only what was recorded. */
static bool is_decision(enum event_kind kind)
{
    static const bool left_out[EV_COUNT] = {
        [EV_KVM_RUN] = true,      [EV_KVM_HANDLE_EXIT] = true, [EV_CACHE_MAINTENANCE] = true,
        [EV_STAGE2_UNMAP] = true, [EV_STAGE2_TLBI] = true,     [EV_HOST_INVALIDATE] = true,
        [EV_HOST_FAULT] = true,   [EV_STAGE2_MAP] = true,
    };
    return !left_out[kind];
}

/* The fields of a decision that nobody has seen yet. */
static const struct {
    enum event_kind kind;
    const char *field;
} told_fields[] = {
    {EV_KVM_INJECT, "what"},    {EV_KVM_SMCCC, "x0"},    {EV_KVM_HANDLE_MMIO_RETURN, "rt"},
    {EV_EL1_VECTOR, "esr"},     {EV_EXIT_TO_VMM, "ret"}, {EV_KVM_HANDLE_MMIO_RETURN, "value"},
    {EV_EXIT_TO_VMM, "reason"},
};

static bool is_told(const struct event *event, const char *field)
{
    for (size_t i = 0; i < sizeof(told_fields) / sizeof(told_fields[0]); i++)
        if (told_fields[i].kind == event->kind && strcmp(told_fields[i].field, field) == 0)
            return true;
    return false;
}

static void put_event(FILE *out, const struct event *event)
{
    const struct event_desc *desc = &event_table[event->kind];
    fputs(desc->name, out);
    for (unsigned i = 0; desc->fields[i].type != EVENT_FIELD_END; i++) {
        if (!is_told(event, desc->fields[i].name))
            continue;
        fprintf(out, " %s=", desc->fields[i].name);
        event_put_value(out, desc->fields[i].type, event->args[i]);
    }
}

static bool agrees(const struct replay_block *block)
{
    for (size_t i = 0; i < block->count; i++)
        if (block->lines[i].mark != REPLAY_SAME)
            return false;
    return true;
}

static const char *memory_text(const struct import_report *report, const struct replay_block *block)
{
    bool given = report->options->memslot_count > 0;
    if (!block->memslot)
        return given ? "outside the memslots" : "outside the memslots, as what follows shows";
    if (block->read_only)
        return "in a read-only memslot";
    return given ? "in a memslot" : "in a memslot, since no kvm_mmio follows";
}

static void put_text_block(const struct import_report *report, const struct replay_block *block)
{
    FILE *out = report->out;
    bool any = false;
    for (size_t i = 0; i < block->count; i++) {
        const struct replay_line *line = &block->lines[i];
        if (line->routine && line->mark == REPLAY_SAME)
            continue;
        if (line->mark == REPLAY_MODEL)
            fprintf(out, "%8s + %s\n", "", line->text);
        else
            fprintf(out, "%8lu %c %s\n", line->number, marks[line->mark].sign, line->text);
    }
    if (!block->is_exit)
        return;
    if (block->has_fault) {
        fprintf(out, "%11sfault  ", "");
        esr_print_summary(out, block->esr);
        fprintf(out, ", ipa 0x%" PRIx64 " %s\n", block->ipa, memory_text(report, block));
    }
    if (block->note)
        fprintf(out, "%11snote   %s\n", "", block->note);
    for (size_t i = 0; i < block->event_count; i++) {
        if (!is_decision(block->events[i].kind))
            continue;
        fputs(any ? " -> " : "           model  ", out);
        put_event(out, &block->events[i]);
        any = true;
    }
    fputs(any ? "\n" : "", out);
}

static void put_json_block(const struct import_report *report, const struct replay_block *block)
{
    struct json json;
    json_begin(&json, report->out, false);
    json_object_begin(&json);
    json_member_string(&json, "type", block->is_exit ? "exit" : "start");
    json_key(&json, "lines");
    json_array_begin(&json);
    for (size_t i = 0; i < block->count; i++) {
        json_object_begin(&json);
        json_member_string(&json, "mark", marks[block->lines[i].mark].name);
        if (block->lines[i].number)
            json_member_uint(&json, "line", block->lines[i].number);
        json_member_string(&json, "text", block->lines[i].text);
        json_object_end(&json);
    }
    json_array_end(&json);
    if (block->has_fault) {
        json_key(&json, "fault");
        json_object_begin(&json);
        json_member_hex(&json, "esr", block->esr);
        json_member_hex(&json, "far", block->far);
        json_member_hex(&json, "ipa", block->ipa);
        json_member_bool(&json, "memslot", block->memslot);
        json_member_bool(&json, "read_only", block->read_only);
        json_member_bool(&json, "inferred", report->options->memslot_count == 0);
        json_object_end(&json);
    }
    if (block->note)
        json_member_string(&json, "note", block->note);
    json_key(&json, "model");
    json_array_begin(&json);
    for (size_t i = 0; i < block->event_count; i++) {
        json_object_begin(&json);
        event_put_json(&json, &block->events[i]);
        json_object_end(&json);
    }
    json_array_end(&json);
    json_object_end(&json);
    json_end(&json);
}

void import_report_block(void *ctx, const struct replay_block *block)
{
    const struct import_report *report = ctx;
    if (report->only_differences && agrees(block))
        return;
    if (report->json)
        put_json_block(report, block);
    else
        put_text_block(report, block);
}

void import_report_thread(const struct import_report *report, const struct record_thread *thread)
{
    if (!report->json) {
        fprintf(report->out, "%s-%u, as %s handles its exits\n", thread->task, thread->pid,
                report->options->kernel->name);
        return;
    }
    struct json json;
    json_begin(&json, report->out, false);
    json_object_begin(&json);
    json_member_string(&json, "type", "thread");
    json_member_uint(&json, "schema", IMPORT_SCHEMA);
    json_member_string(&json, "file", report->path);
    json_member_string(&json, "task", thread->task);
    json_member_uint(&json, "pid", thread->pid);
    json_member_string(&json, "kernel", report->options->kernel->name);
    json_object_end(&json);
    json_end(&json);
}

static void put_json_end(const struct import_report *report, const struct record *record,
                         const struct replay_tally *tally)
{
    const struct {
        const char *name;
        unsigned long count;
    } counts[] = {
        {"lines", record->lines},
        {"same", tally->same},
        {"recorded_only", tally->recorded},
        {"model_only", tally->model},
        {"not_compared", tally->unknown},
        {"interrupt_lines", tally->irqs},
        {"values_predicted", tally->predicted},
        {"values_given", tally->given},
        {"exits", tally->exits},
        {"exits_that_differ", tally->exits_that_differ},
        {"other_kvm_events", record->others},
        {"foreign", record->foreign},
        {"comments", record->comments},
        {"lost", record->lost},
        {"broken", record->broken_lines},
    };
    struct json json;
    json_begin(&json, report->out, false);
    json_object_begin(&json);
    json_member_string(&json, "type", "summary");
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
        json_member_uint(&json, counts[i].name, counts[i].count);
    json_object_end(&json);
    json_end(&json);
}

/* KVM's events of the trace that are compared, by name. */
static void put_compared(FILE *out, const struct record *record)
{
    unsigned named = 0;
    for (unsigned id = 0; id < KVM_TP_COUNT; id++)
        if (record->seen[id])
            fprintf(out, "%s%s", named++ ? ", " : "",
                    kvm_tracepoint_name((enum kvm_tracepoint_id)id));
}

/* What stands behind "the same", and what it cannot stand for. */
static void put_reach(FILE *out, const struct record *record, const struct replay_tally *tally)
{
    fputs("  compared: order and arguments of ", out);
    put_compared(out, record);
    fprintf(out, "\n  values: %lu of the guest that the model had to know by itself; ",
            tally->predicted);
    fprintf(out, "%lu taken from the trace (stores, reads, r0, first PSTATE)\n", tally->given);
    fputs(
        "  not in a trace: x0-x30, so neither what a load, a call or an MRS leaves in its register "
        "unless\n  the next instruction hands it on; stage-1 tables; what is mapped\n",
        out);
}

void import_report_end(const struct import_report *report, const struct record *record,
                       const struct replay_tally *tally)
{
    FILE *out = report->out;
    if (report->json) {
        put_json_end(report, record, tally);
        return;
    }
    fprintf(out,
            "%s: %lu exits, %lu differ; %lu lines compared: %lu the same, %lu only recorded, %lu "
            "only of %s\n",
            report->path, tally->exits, tally->exits_that_differ, tally->same + tally->recorded,
            tally->same, tally->recorded, tally->model, report->options->kernel->name);
    put_reach(out, record, tally);
    fprintf(out,
            "  %lu lines in all; passed over: %lu other events of KVM, %lu of others, %lu comments",
            record->lines, record->others, record->foreign, record->comments);
    if (tally->unknown)
        fprintf(out, ", %lu not compared", tally->unknown);
    if (record->lost)
        fprintf(out, ", events were lost in %lu places", record->lost);
    if (record->broken_lines)
        fprintf(out, ", %lu broken", record->broken_lines);
    fputc('\n', out);
}
