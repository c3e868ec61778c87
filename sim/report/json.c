/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `sim run --json` prints: one document with all that the terminal report is made of. */
#include "sim/report/esr_text.h"
#include "sim/report/json_writer.h"
#include "sim/report/report.h"
#include "sim/report/stuck.h"
#include "sim/report/trap_answer.h"
#include "sim/report/trap_text.h"
#include "sim/trace/event_json.h"
#include "sim/version.h"

static void put_text(struct json *json, const char *key, const char *text)
{
    if (text && *text)
        json_member_string(json, key, text);
}

static void put_machine(struct json *json, const struct scn_machine *machine)
{
    json_key(json, "machine");
    json_object_begin(json);
    json_member_string(json, "world", machine->world == SCN_WORLD_CCA ? "cca" : "kvm-vhe");
    json_member_string(json, "kernel", machine->kernel);
    json_member_string(json, "rmm", machine->rmm);
    json_member_string(json, "cpu", machine->cpu);
    json_member_uint(json, "ipa_bits", machine->ipa_bits);
    if (machine->timing)
        json_member_string(json, "timing", timing_name(machine->timing));
    json_object_end(json);
}

/* A syndrome, whole and by fields. */
static void put_syndrome(struct json *json, uint64_t esr)
{
    struct esr_part parts[ESR_MAX_PARTS];
    uint64_t reserved;
    size_t count = esr_decode(esr, parts, &reserved);
    json_member_hex(json, "esr", esr);
    json_member_string(json, "ec", esr_ec_name(esr_ec(esr)));
    json_member_uint(json, "ec_n", esr_ec(esr));
    json_key(json, "iss");
    json_object_begin(json);
    for (size_t i = 0; i < count; i++) {
        char text[ESR_TEXT_SIZE];
        if (parts[i].id == ESR_FIELD_EC)
            continue;
        esr_value_text(parts[i].id, parts[i].value, text, sizeof(text));
        json_key(json, esr_field_table[parts[i].id].name);
        json_object_begin(json);
        json_member_uint(json, "value", parts[i].value);
        json_member_string(json, "text", text);
        json_member_bool(json, "valid", parts[i].not_valid == NULL);
        json_object_end(json);
    }
    json_object_end(json);
}

void json_put_cause(struct json *json, const struct trap_view *view)
{
    char text[TRAP_TEXT_SIZE];
    const char *label = trap_cause_text(view, text);
    if (!label)
        return;
    json_key(json, "cause");
    json_object_begin(json);
    json_member_string(json, "label", label);
    json_member_string(json, "text", text);
    json_object_end(json);
}

static void put_trap(struct json *json, const struct run *run, const struct trap_view *view)
{
    char text[TRAP_TEXT_SIZE];
    json_object_begin(json);
    json_member_uint(json, "number", view->trap->number);
    json_member_uint(json, "vcpu", view->trap->vcpu);
    json_member_uint(json, "cycle", view->events[0].cycle.v);
    json_member_uint(json, "cycles", trap_cycles(view));
    json_member_hex(json, "pc", trap_pc(view));
    put_text(json, "label", pc_label(&run->scenario->guest, trap_pc(view), text));
    json_member_string(json, "instruction", trap_insn_text(view, text));
    json_member_uint(json, "el", trap_el(view));
    put_text(json, "what", trap_what(view, text));
    json_put_cause(json, view);
    put_text(json, "refused", trap_refusal(view, text));
    if (view->vector) {
        json_key(json, "truth");
        json_object_begin(json);
        put_syndrome(json, event_arg(view->vector, "esr"));
        json_member_hex(json, "far", event_arg(view->vector, "far"));
        if (trap_el(view) == 2)
            json_member_hex(json, "hpfar", event_arg(view->vector, "hpfar"));
        json_member_hex(json, "elr", event_arg(view->vector, "elr"));
        json_member_hex(json, "spsr", event_arg(view->vector, "spsr"));
        json_object_end(json);
    }
    if (view->rec_exit) {
        json_key(json, "host_sees");
        json_object_begin(json);
        json_member_string(json, "reason", event_text(view->rec_exit, "reason"));
        put_syndrome(json, event_arg(view->rec_exit, "esr"));
        json_member_hex(json, "far", event_arg(view->rec_exit, "far"));
        json_member_hex(json, "hpfar", event_arg(view->rec_exit, "hpfar"));
        json_member_hex(json, "gpr0", event_arg(view->rec_exit, "gpr0"));
        json_object_end(json);
    }
    json_key(json, "events");
    json_array_begin(json);
    for (size_t i = 0; i < view->event_count; i++) {
        json_object_begin(json);
        event_put_json(json, &view->events[i]);
        json_object_end(json);
    }
    json_array_end(json);
    json_object_end(json);
}

static void put_traps(struct json *json, const struct run *run)
{
    json_member_uint(json, "trap_count", run->log->total);
    json_key(json, "traps");
    json_array_begin(json);
    for (size_t i = 0; i < run->log->trap_count; i++) {
        struct trap_view view = trap_view(run->log, &run->log->traps[i]);
        put_trap(json, run, &view);
    }
    json_array_end(json);
}

static void put_exits(struct json *json, const struct trap_log *log)
{
    json_key(json, "exits");
    json_object_begin(json);
    for (size_t i = 0; i < log->exit_reasons; i++)
        json_member_uint(json, log->exits[i].name, log->exits[i].count);
    for (unsigned ec = 0; ec < ESR_EC_COUNT; ec++)
        if (log->by_class[ec])
            json_member_uint(json, esr_ec_name(ec), log->by_class[ec]);
    if (log->interrupts)
        json_member_uint(json, TRAP_LOG_INTERRUPTS, log->interrupts);
    json_object_end(json);
}

static void put_registers(struct json *json, const struct run *run)
{
    json_key(json, "registers");
    json_object_begin(json);
    for (unsigned n = 0; n < 31; n++) {
        char name[8];
        snprintf(name, sizeof(name), "x%u", n);
        json_key(json, name);
        json_object_begin(json);
        json_member_hex(json, "initial", run->scenario->guest.start.regs[n]);
        json_member_hex(json, "final", run->result->vcpus[0].x[n]);
        json_object_end(json);
    }
    json_member_hex(json, "sp", run->result->vcpus[0].sp);
    json_member_hex(json, "pc", run->result->vcpus[0].pc);
    json_object_end(json);
}

static void put_devices(struct json *json, const struct run *run)
{
    json_key(json, "devices");
    json_array_begin(json);
    for (size_t i = 0; i < run->result->device_count; i++) {
        const struct machine_device_state *state = &run->result->devices[i];
        json_object_begin(json);
        json_member_string(json, "name", state->name);
        json_member_hex(json, "ipa", run->scenario->devices[i].ipa.v);
        json_member_string(json, "handled_by", run->scenario->devices[i].in_kernel ? "kvm" : "vmm");
        json_member_uint(json, "reads", state->use.reads);
        json_member_uint(json, "writes", state->use.writes);
        json_member_hex(json, "last_write", state->use.last_write);
        if (state->output) {
            json_key(json, "output");
            json_bytes(json, state->output, state->output_size);
        }
        json_object_end(json);
    }
    json_array_end(json);
}

static void put_end(struct json *json, const struct run *run)
{
    const struct machine_end *end = &run->result->end;
    char stuck[STUCK_TEXT_SIZE];
    json_key(json, "end");
    json_object_begin(json);
    json_member_string(json, "reason", end_reason_name(end->reason));
    json_member_hex(json, "detail", end->detail);
    put_text(json, "text", end->text);
    put_text(json, "why", stuck_text(run, stuck));
    json_object_end(json);
    json_member_uint(json, "instructions", run->result->instructions);
    json_member_uint(json, "cycles", run->result->cycles.v);
}

static void put_failures(struct json *json, const struct judgement *judgement)
{
    json_member_uint(json, "expectations", judgement->expectations);
    json_key(json, "failures");
    json_array_begin(json);
    for (size_t i = 0; i < judgement->failure_count; i++) {
        const struct failure *failure = &judgement->failures[i];
        json_object_begin(json);
        json_member_string(json, "file", failure->pos.file);
        json_member_uint(json, "line", failure->pos.line);
        json_member_uint(json, "column", failure->pos.column);
        json_member_string(json, "what", failure->what);
        json_member_string(json, "expected", failure->expected);
        json_member_string(json, "actual", failure->actual);
        put_text(json, "note", failure->note);
        json_object_end(json);
    }
    json_array_end(json);
}

void report_json(FILE *out, const struct report *report)
{
    const struct scenario *scenario = report->run.scenario;
    const struct trap_log *log = report->run.log;
    struct json json;
    json_begin(&json, out, true);
    json_object_begin(&json);
    json_member_string(&json, "type", "report");
    json_member_uint(&json, "schema", REPORT_SCHEMA);
    json_member_string(&json, "sim", SIM_VERSION);
    json_member_string(&json, "scenario", scenario->name);
    json_member_string(&json, "file", scenario->path);
    json_member_string(&json, "hash", report->hash);
    json_member_string(&json, "profile", report->profile->name);
    json_member_string(&json, "verdict", verdict_name(report->outcome.verdict));
    put_machine(&json, &scenario->machine);
    json_key(&json, "setup");
    json_object_begin(&json);
    json_member_uint(&json, "rmi_commands", log->setup_rmi);
    json_member_uint(&json, "granules_moved", log->setup_granules);
    json_member_uint(&json, "cycles", log->setup_end.v);
    json_object_end(&json);
    put_traps(&json, &report->run);
    put_exits(&json, log);
    put_registers(&json, &report->run);
    put_devices(&json, &report->run);
    put_end(&json, &report->run);
    put_failures(&json, &report->judgement);
    json_object_end(&json);
    json_end(&json);
}
