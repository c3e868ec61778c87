/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The trace as Chrome trace JSON ("Trace Event Format"), for Perfetto and chrome://tracing. A
 * process is a world, a thread a vCPU. What a trap does in one world without a break is a slice;
 * its steps are slices inside that, by the depth of timeline.h, so slices of a thread always nest.
 * Steps that take no time are instants. Arrows join the slices of a trap across the worlds. A cycle
 * is drawn as a nanosecond; args have the exact numbers.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "sim/trace/event_json.h"
#include "sim/trace/timeline.h"
#include "sim/trace/writer.h"

#define CYCLES_PER_US 1000
#define VISIT_MAX_STEPS 4096 /* a longer visit is drawn as several */

struct chrome_step {
    struct event event;
    uint64_t start, end;
    unsigned depth;
    bool open;
};

struct arrow { /* the last slice of a trap, which may turn out to be its end */
    uint64_t trap, at;
    enum world world;
    unsigned vcpu, count;
    bool pending;
};

struct chrome {
    struct timeline timeline;
    bool named[WORLD_COUNT][TIMELINE_MAX_VCPUS];
    bool process_named[WORLD_COUNT];
    uint64_t records;

    /* the visit to a world that is going on */
    bool visiting;
    enum world world;
    unsigned vcpu;
    uint64_t trap, start, end;
    const char *exception;
    struct chrome_step *steps;
    size_t step_count, step_room;

    struct arrow arrow;
};

static uint64_t process_id(enum world world)
{
    return (uint64_t)world + 1; /* process 0 is the idle one to readers */
}

static void put_time(FILE *out, const char *key, uint64_t cycles)
{
    fprintf(out, ",\"%s\":%" PRIu64 ".%03" PRIu64, key, cycles / CYCLES_PER_US,
            cycles % CYCLES_PER_US);
}

static void put_text(FILE *out, const char *text)
{
    struct json json;
    json_begin(&json, out, false);
    json_str(&json, text);
}

static void begin_record(struct trace_out *to, const char *phase, enum world world, unsigned vcpu)
{
    struct chrome *chrome = to->state;
    fprintf(to->out, "%s{\"ph\":\"%s\",\"pid\":%" PRIu64 ",\"tid\":%u",
            chrome->records++ ? ",\n" : "\n", phase, process_id(world), vcpu);
}

static void put_metadata(struct trace_out *to, enum world world, unsigned vcpu, const char *what,
                         const char *key)
{
    begin_record(to, "M", world, vcpu);
    fprintf(to->out, ",\"name\":\"%s\",\"args\":{\"%s\":", what, key);
}

static void name_thread(struct trace_out *to, enum world world, unsigned vcpu)
{
    struct chrome *chrome = to->state;
    if (!chrome->process_named[world]) {
        chrome->process_named[world] = true;
        put_metadata(to, world, vcpu, "process_name", "name");
        fprintf(to->out, "\"%s (%s)\"}}", world_name(world), world_el(world));
        put_metadata(to, world, vcpu, "process_sort_index", "sort_index");
        fprintf(to->out, "%" PRIu64 "}}", process_id(world));
    }
    if (!chrome->named[world][vcpu]) {
        chrome->named[world][vcpu] = true;
        put_metadata(to, world, vcpu, "thread_name", "name");
        fprintf(to->out, "\"vCPU %u\"}}", vcpu);
    }
}

static void put_arrow(struct trace_out *to, const char *phase, const struct arrow *arrow)
{
    begin_record(to, phase, arrow->world, arrow->vcpu);
    put_time(to->out, "ts", arrow->at);
    fprintf(to->out, ",\"cat\":\"trap\",\"name\":\"trap\",\"id\":\"%u.%" PRIu64 "\"%s}",
            arrow->vcpu, arrow->trap, *phase == 'f' ? ",\"bp\":\"e\"" : "");
}

/* The trap of the pending arrow has no more slices. */
static void end_arrow(struct trace_out *to)
{
    struct arrow *arrow = &((struct chrome *)to->state)->arrow;
    if (arrow->pending && arrow->count > 0)
        put_arrow(to, "f", arrow);
    arrow->pending = false;
}

static void add_to_arrow(struct trace_out *to)
{
    struct chrome *chrome = to->state;
    struct arrow *arrow = &chrome->arrow;
    bool same = arrow->pending && arrow->trap == chrome->trap && arrow->vcpu == chrome->vcpu;
    unsigned count = 0;
    if (same) {
        put_arrow(to, arrow->count ? "t" : "s", arrow);
        count = arrow->count + 1;
    } else {
        end_arrow(to);
    }
    *arrow = (struct arrow){
        .trap = chrome->trap,
        .at = chrome->start,
        .world = chrome->world,
        .vcpu = chrome->vcpu,
        .count = count,
        .pending = chrome->trap != 0,
    };
}

static void put_visit_slice(struct trace_out *to)
{
    struct chrome *chrome = to->state;
    begin_record(to, "X", chrome->world, chrome->vcpu);
    put_time(to->out, "ts", chrome->start);
    put_time(to->out, "dur", chrome->end - chrome->start);
    if (!chrome->trap)
        fputs(",\"name\":\"set-up\"", to->out);
    else
        fprintf(to->out, ",\"name\":\"trap %" PRIu64 "\"", chrome->trap);
    fprintf(to->out, ",\"cat\":\"%s\",\"args\":{\"trap\":%" PRIu64 ",\"exception\":",
            world_name(chrome->world), chrome->trap);
    put_text(to->out, chrome->exception);
    fprintf(to->out, ",\"start\":%" PRIu64 ",\"cycles\":%" PRIu64 "}}", chrome->start,
            chrome->end - chrome->start);
}

static void put_step(struct trace_out *to, const struct chrome_step *step)
{
    const struct event *event = &step->event;
    bool instant = step->end == step->start;
    struct json json;
    begin_record(to, instant ? "i" : "X", event->world, event->vcpu);
    put_time(to->out, "ts", step->start);
    if (instant)
        fputs(",\"s\":\"t\"", to->out);
    else
        put_time(to->out, "dur", step->end - step->start);
    fprintf(to->out, ",\"name\":\"%s\",\"cat\":\"%s\",\"args\":", event_table[event->kind].name,
            world_name(event->world));
    json_begin(&json, to->out, false);
    json_object_begin(&json);
    json_member_uint(&json, "cycle", event->cycle.v);
    event_put_json_fields(&json, event);
    json_object_end(&json);
    fputc('}', to->out);
}

/* Ends, at that cycle, the steps that lie as deep as depth or deeper. */
static void close_steps(struct chrome *chrome, unsigned depth, uint64_t at)
{
    for (size_t i = 0; i < chrome->step_count; i++)
        if (chrome->steps[i].open && chrome->steps[i].depth >= depth) {
            chrome->steps[i].open = false;
            chrome->steps[i].end = at;
        }
}

static void end_visit(struct trace_out *to)
{
    struct chrome *chrome = to->state;
    if (!chrome->visiting)
        return;
    close_steps(chrome, 0, chrome->end);
    name_thread(to, chrome->world, chrome->vcpu);
    bool lasts = chrome->end > chrome->start;
    if (lasts)
        put_visit_slice(to);
    for (size_t i = 0; i < chrome->step_count; i++)
        put_step(to, &chrome->steps[i]);
    if (lasts)
        add_to_arrow(to);
    chrome->step_count = 0;
    chrome->visiting = false;
}

static void begin_visit(struct chrome *chrome, const struct event *event,
                        const struct timeline_step *step)
{
    chrome->visiting = true;
    chrome->world = event->world;
    chrome->vcpu = event->vcpu;
    chrome->trap = step->trap;
    chrome->start = step->start;
    chrome->exception = NULL;
}

static struct chrome_step *new_step(struct chrome *chrome)
{
    if (chrome->step_count == chrome->step_room) {
        size_t room = chrome->step_room ? chrome->step_room * 2 : 64;
        struct chrome_step *bigger = realloc(chrome->steps, room * sizeof(*bigger));
        if (!bigger)
            return NULL;
        chrome->steps = bigger;
        chrome->step_room = room;
    }
    return &chrome->steps[chrome->step_count++];
}

static void chrome_step(struct trace_out *to, const struct event *event)
{
    struct chrome *chrome = to->state;
    struct timeline_step step = timeline_next(&chrome->timeline, event);
    bool goes_on = chrome->visiting && chrome->world == event->world &&
                   chrome->vcpu == event->vcpu && chrome->trap == step.trap &&
                   chrome->step_count < VISIT_MAX_STEPS;
    if (!goes_on) {
        end_visit(to);
        begin_visit(chrome, event, &step);
    }
    chrome->end = event->cycle.v;
    chrome->exception = step.exception;
    if (!to->selected)
        return;
    close_steps(chrome, step.depth, step.start);
    struct chrome_step *slot = new_step(chrome);
    if (!slot) {
        to->failed = true;
        return;
    }
    *slot = (struct chrome_step){
        .event = *event, .start = step.start, .end = step.start, .depth = step.depth, .open = true};
}

static void chrome_header(struct trace_out *to, const struct trace_header *header)
{
    fputs("{\"displayTimeUnit\":\"ns\",\"otherData\":", to->out);
    struct json json;
    json_begin(&json, to->out, false);
    json_object_begin(&json);
    json_member_string(&json, "sim", header->version);
    json_member_string(&json, "scenario", header->scenario);
    json_member_string(&json, "hash", header->hash);
    json_member_string(&json, "profile", header->profile);
    json_object_end(&json);
    fputs(",\"traceEvents\":[", to->out);
}

static void chrome_finish(struct trace_out *to)
{
    struct chrome *chrome = to->state;
    end_visit(to);
    end_arrow(to);
    fputs("\n]}\n", to->out);
    free(chrome->steps);
}

const struct trace_format trace_format_chrome = {
    .name = "chrome",
    .suffix = ".json",
    .doc = "Chrome trace JSON, for Perfetto",
    .wants_all = true,
    .state_size = sizeof(struct chrome),
    .header = chrome_header,
    .step = chrome_step,
    .finish = chrome_finish,
};
