/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/report/trap_story.h"

#include <inttypes.h>
#include <string.h>

#include "sim/report/esr_text.h"
#include "sim/report/hidden.h"
#include "sim/report/insn_explain.h"
#include "sim/report/json_writer.h"
#include "sim/report/style.h"
#include "sim/report/trap_answer.h"
#include "sim/report/trap_block.h"
#include "sim/report/trap_text.h"
#include "sim/trace/event_json.h"

#define LINE_WIDTH 100
#define DOC_COLUMN 44
#define MEANING_COLUMN 34

/* KVM_RUN returned with an exit reason, or failed. */
static bool tells_the_vmm(const struct event *exit)
{
    return is_vmm_exit(exit) || (int64_t)event_arg(exit, "ret") < 0;
}

const struct trap *story_default(const struct trap_log *log)
{
    for (size_t i = 0; i < log->trap_count; i++) {
        struct trap_view view = trap_view(log, &log->traps[i]);
        if (view.injection || (view.vmm_exit && tells_the_vmm(view.vmm_exit)))
            return &log->traps[i];
    }
    return log->trap_count ? &log->traps[0] : NULL;
}

/* --- text --------------------------------------------------------------------------------------
 */

struct story {
    FILE *out;
    bool colour;
    const struct report *report;
    struct trap_view view;
    unsigned chapter;
};

static void chapter(struct story *story, const char *title)
{
    fputc('\n', story->out);
    paint(story->out, story->colour, PAINT_STRONG, "%u. %s", ++story->chapter, title);
    fputc('\n', story->out);
}

static void tell_instruction(struct story *story)
{
    struct insn_explanation insn;
    char label[TRAP_TEXT_SIZE];
    const struct event *step = story->view.step;
    uint64_t pc = trap_pc(&story->view);
    chapter(story, "The instruction");
    pc_label(&story->report->run.scenario->guest, pc, label);
    fprintf(story->out, "   PC 0x%" PRIx64 "%s%s%s", pc, *label ? " (" : "", label,
            *label ? ")" : "");
    if (!step) {
        fputs(": the guest was stopped from outside, by no instruction of its own\n", story->out);
        return;
    }
    if (step->kind == EV_GUEST_FETCH) {
        fprintf(story->out, ": the fetch itself fails, at 0x%" PRIx64 "\n", event_arg(step, "va"));
        return;
    }
    insn_explain((uint32_t)event_arg(step, "insn"), &insn);
    trap_insn_text(&story->view, label);
    fprintf(story->out, ": 0x%08" PRIx32 "  %s  (%s)\n", insn.insn.word, label, insn.class_name);
    const char *cause = trap_cause_text(&story->view, label);
    if (cause)
        fprintf(story->out, "   %s%s %s\n", cause, strcmp(cause, "trapped by") == 0 ? "" : ":",
                label);
    if (step->kind != EV_GUEST_INSN)
        fprintf(story->out, "   a%s of %" PRId64 " byte%s at VA 0x%" PRIx64 ": %s\n",
                step->kind == EV_GUEST_STORE ? " write" : " read", (int64_t)event_arg(step, "size"),
                event_arg(step, "size") == 1 ? "" : "s", event_arg(step, "va"), insn.address);
}

/* What the walk reads is told in its own chapter; its cycles go to the step that follows. */
static bool is_walk(enum event_kind kind)
{
    return kind == EV_WALK_STEP || kind == EV_S1_WALK || kind == EV_S2_WALK;
}

static void tell_walk(struct story *story)
{
    bool any = false;
    for (size_t i = 0; i < story->view.event_count; i++) {
        const struct event *event = &story->view.events[i];
        if (!any && is_walk(event->kind))
            chapter(story, "The walk: each descriptor read, where it is and what it says");
        any = walk_tell(story->out, event) || any;
    }
}

static void tell_fault(struct story *story)
{
    char text[STORY_TEXT_SIZE];
    const struct event *fault = story->view.fault;
    if (!fault)
        return;
    chapter(story, "The fault");
    int used = fprintf(story->out, "   %s", event_text(fault, "kind"));
    if (event_arg(fault, "stage"))
        used += fprintf(story->out, ", stage %" PRId64 ", level %" PRId64,
                        (int64_t)event_arg(fault, "stage"), (int64_t)event_arg(fault, "level"));
    used += fprintf(story->out, ", IPA 0x%" PRIx64 ": ", event_arg(fault, "ipa"));
    print_wrapped(story->out, LINE_WIDTH, fault_reason(&story->view, text), 3, used);
    const struct event *change;
    const struct trap *origin = fault_origin(story->report->run.log, &story->view, &change);
    if (!origin)
        return;
    fprintf(story->out, "   so since trap %" PRIu64 ": %s, %s", origin->number,
            event_table[change->kind].name, event_table[change->kind].doc);
    if (change->kind == EV_STAGE2_MAP || change->kind == EV_STAGE2_RELAX)
        fprintf(story->out, " (%s)", event_text(change, "perm"));
    fputc('\n', story->out);
}

static void tell_field(struct story *story, const struct esr_part *part)
{
    const struct esr_field *field = &esr_field_table[part->id];
    char value[ESR_TEXT_SIZE];
    const char *meaning = esr_field_meaning(part->id, part->value);
    esr_value_text(part->id, part->value, value, sizeof(value));
    int used =
        fprintf(story->out, "   [%2u:%-2u] %-9s %-14s ", field->field.lo + field->field.width - 1u,
                field->field.lo, field->name, value);
    if (part->not_valid)
        meaning = part->not_valid;
    print_wrapped(story->out, LINE_WIDTH,
                  meaning      ? meaning
                  : field->doc ? field->doc
                               : "",
                  MEANING_COLUMN, used);
    if (!meaning && !field->doc)
        fputc('\n', story->out);
}

static void tell_syndrome(struct story *story)
{
    struct esr_part parts[ESR_MAX_PARTS];
    uint64_t reserved;
    if (!story->view.vector)
        return;
    uint64_t esr = event_arg(story->view.vector, "esr");
    size_t count = esr_decode(esr, parts, &reserved);
    chapter(story, trap_el(&story->view) == 2 ? "The syndrome, as hardware writes it for EL2"
                                              : "The syndrome, as hardware writes it for EL1");
    fprintf(story->out, "   ESR 0x%016" PRIx64 "\n", esr);
    for (size_t i = 0; i < count; i++)
        if (esr_field_table[parts[i].id].field.lo < ESR_ISS2.lo || parts[i].value)
            tell_field(story, &parts[i]);
}

static void tell_steps(struct story *story)
{
    const struct trap_view *view = &story->view;
    char number[GROUPED_SIZE], doc[STORY_TEXT_SIZE];
    const char *why, *sign = trap_sign_text(view, &why);
    uint64_t before = view->events[0].cycle.v;
    chapter(story,
            "Step by step: cycles that each takes, what it is, and where the real one stands");
    for (size_t i = 0; i < view->event_count; i++) {
        const struct event *event = &view->events[i];
        const char *source = event_source(event->kind);
        if (is_walk(event->kind))
            continue;
        int used = fprintf(story->out, "   %7s  %-6s ", grouped(event->cycle.v - before, number),
                           world_name(event->world));
        used += fprintf(story->out, "%s ", event_table[event->kind].name);
        const char *told = event == view->completion ? sign : event_refusal(event);
        bool explained = event == view->completion && why;
        snprintf(doc, sizeof(doc), "%s%s%s%s%s%s%s%s", event_table[event->kind].doc,
                 told ? ", " : "", told ? told : "", explained ? ": " : "", explained ? why : "",
                 source ? " [" : "", source ? source : "", source ? "]" : "");
        print_wrapped(story->out, LINE_WIDTH, doc, DOC_COLUMN, used);
        before = event->cycle.v;
    }
    fprintf(story->out, "   %7s  in all\n", grouped(trap_cycles(view), number));
}

static void tell_views(struct story *story)
{
    const struct scenario *scenario = story->report->run.scenario;
    const struct trap_block_options options = {.colour = story->colour};
    bool realm = scenario->machine.world == SCN_WORLD_CCA &&
                 (trap_el(&story->view) == 2 || story->view.rec_exit);
    chapter(story, realm ? "Who sees what, what is hidden from the host, and how it ends"
                         : "Who sees what, and how it ends");
    trap_block_print(story->out, scenario, &story->view, &options);
}

void story_print(FILE *out, const struct report *report, const struct trap *trap, bool colour)
{
    struct story story = {
        .out = out, .colour = colour, .report = report, .view = trap_view(report->run.log, trap)};
    char text[TRAP_TEXT_SIZE], number[GROUPED_SIZE];
    const struct scn_machine *machine = &report->run.scenario->machine;
    paint(out, colour, PAINT_STRONG, "trap %" PRIu64 " of %" PRIu64 ": %s", trap->number,
          report->run.log->total, trap_insn_text(&story.view, text));
    fprintf(out, "\n%s, %s on kernel %s", report->run.scenario->name,
            machine->world == SCN_WORLD_CCA ? "a realm" : "a plain VM", machine->kernel);
    if (machine->rmm)
        fprintf(out, ", RMM %s", machine->rmm);
    fprintf(out, "; cycle %s\n", grouped(story.view.events[0].cycle.v, number));
    if (*trap_what(&story.view, text))
        fprintf(out, "%s\n", text);
    tell_instruction(&story);
    tell_walk(&story);
    tell_fault(&story);
    tell_syndrome(&story);
    tell_steps(&story);
    tell_views(&story);
}

/* --- JSON --------------------------------------------------------------------------------------
 */

static void put_step(struct json *json, const struct event *event, uint64_t took)
{
    char text[STORY_TEXT_SIZE];
    json_object_begin(json);
    event_put_json(json, event);
    json_member_uint(json, "took", took);
    json_member_string(json, "doc", event_table[event->kind].doc);
    json_member_string(json, "source", event_source(event->kind));
    if (event->kind == EV_WALK_STEP)
        json_member_string(json, "descriptor",
                           descriptor_text((unsigned)event_arg(event, "stage"),
                                           (int)(int64_t)event_arg(event, "level"),
                                           event_arg(event, "desc"), text));
    json_object_end(json);
}

static void put_fields(struct json *json, uint64_t esr)
{
    struct esr_part parts[ESR_MAX_PARTS];
    uint64_t reserved;
    char text[ESR_TEXT_SIZE];
    size_t count = esr_decode(esr, parts, &reserved);
    json_member_hex(json, "esr", esr);
    json_key(json, "fields");
    json_array_begin(json);
    for (size_t i = 0; i < count; i++) {
        esr_value_text(parts[i].id, parts[i].value, text, sizeof(text));
        json_object_begin(json);
        json_member_string(json, "name", esr_field_table[parts[i].id].name);
        json_member_uint(json, "value", parts[i].value);
        json_member_string(json, "text", text);
        json_member_string(json, "meaning", esr_field_meaning(parts[i].id, parts[i].value));
        json_member_string(json, "not_valid", parts[i].not_valid);
        json_object_end(json);
    }
    json_array_end(json);
}

static void put_hidden(struct json *json, const struct trap_view *view)
{
    struct hidden list[HIDDEN_MAX];
    size_t count = trap_hidden(view, list);
    json_member_string(json, "untold", trap_untold(view));
    json_key(json, "hidden");
    json_array_begin(json);
    for (size_t i = 0; i < count; i++) {
        json_object_begin(json);
        json_member_string(json, "name", list[i].name);
        json_member_string(json, "value", list[i].value);
        json_member_string(json, "why", list[i].why);
        json_object_end(json);
    }
    json_array_end(json);
}

void story_json(FILE *out, const struct report *report, const struct trap *trap)
{
    struct trap_view view = trap_view(report->run.log, trap);
    char text[STORY_TEXT_SIZE];
    const char *why;
    struct json json;
    uint64_t before = view.events[0].cycle.v;
    json_begin(&json, out, true);
    json_object_begin(&json);
    json_member_string(&json, "type", "explain");
    json_member_uint(&json, "schema", REPORT_SCHEMA);
    json_member_string(&json, "scenario", report->run.scenario->name);
    json_member_string(&json, "kernel", report->run.scenario->machine.kernel);
    json_member_string(&json, "rmm", report->run.scenario->machine.rmm);
    json_member_uint(&json, "trap", trap->number);
    json_member_uint(&json, "traps", report->run.log->total);
    json_member_string(&json, "insn", trap_insn_text(&view, text));
    json_member_hex(&json, "pc", trap_pc(&view));
    json_member_string(&json, "what", trap_what(&view, text));
    json_member_uint(&json, "cycles", trap_cycles(&view));
    json_member_string(&json, "why", view.fault ? fault_reason(&view, text) : NULL);
    const struct event *change;
    const struct trap *origin = fault_origin(report->run.log, &view, &change);
    if (origin) {
        json_member_uint(&json, "since_trap", origin->number);
        json_member_string(&json, "since_event", event_table[change->kind].name);
    }
    json_put_cause(&json, &view);
    json_member_string(&json, "refused", trap_refusal(&view, text));
    json_member_string(&json, "completed", trap_completion(&view, text));
    json_member_string(&json, "sign", trap_sign_text(&view, &why));
    json_member_string(&json, "sign_why", why);
    if (view.vector)
        put_fields(&json, event_arg(view.vector, "esr"));
    if (report->run.scenario->machine.world == SCN_WORLD_CCA && trap_el(&view) != 1)
        put_hidden(&json, &view);
    json_key(&json, "steps");
    json_array_begin(&json);
    for (size_t i = 0; i < view.event_count; i++) {
        put_step(&json, &view.events[i], view.events[i].cycle.v - before);
        before = view.events[i].cycle.v;
    }
    json_array_end(&json);
    json_object_end(&json);
    json_end(&json);
}
