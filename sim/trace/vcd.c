/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The trace as a Value Change Dump (IEEE 1364-2005, 18.2) for GTKWave, a cycle drawn as a
 * nanosecond. world, el and step hold while a step's cycles pass; esr, exit and level change when
 * the step that names them is done. Texts are `string` variables, as GTKWave reads them. Where
 * there are several vCPUs each has a scope; one whose thread has not the host's CPU is in no world.
 */
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "cpu/arch/esr.h"
#include "sim/trace/timeline.h"
#include "sim/trace/writer.h"

enum signal { SIG_WORLD, SIG_EL, SIG_STEP, SIG_TRAP, SIG_ESR, SIG_EXIT, SIG_LEVEL, SIG_COUNT };

static const struct {
    const char *name, *type;
    unsigned bits; /* 0: text */
} signals[SIG_COUNT] = {
    [SIG_WORLD] = {"world", "string", 0},    [SIG_EL] = {"el", "wire", 2},
    [SIG_STEP] = {"step", "string", 0},      [SIG_TRAP] = {"trap", "wire", 32},
    [SIG_ESR] = {"esr", "wire", 64},         [SIG_EXIT] = {"exit_reason", "string", 0},
    [SIG_LEVEL] = {"walk_level", "wire", 8},
};

#define UNKNOWN_BIT 'x'
#define FIRST_ID '!' /* identifiers of variables are printable ASCII */
#define ID_DIGITS ('~' - FIRST_ID + 1)
#define ID_SIZE 8

struct signal_value {
    bool known;
    uint64_t number;
    const char *text;
};

struct vcd_vcpu {
    struct signal_value now[SIG_COUNT], shown[SIG_COUNT];
    unsigned guest_el;
};

struct vcd {
    struct timeline timeline;
    uint64_t at, stamped;
    unsigned count; /* of vcpus that are declared; others' events move the first one's signals */
    struct vcd_vcpu vcpus[TIMELINE_MAX_VCPUS];
};

/* The name by which changes refer to a vCPU's signal: as many digits as it needs. */
static const char *signal_id(unsigned vcpu, enum signal signal, char *id)
{
    unsigned number = vcpu * SIG_COUNT + (unsigned)signal, length = 0;
    do
        id[length++] = (char)(FIRST_ID + (int)(number % ID_DIGITS));
    while ((number /= ID_DIGITS) > 0);
    id[length] = '\0';
    return id;
}

/* A value ends at the next space. */
static void put_word(FILE *out, const char *word)
{
    for (; *word; word++)
        fputc(isgraph((unsigned char)*word) ? *word : '_', out);
}

static void put_change(FILE *out, unsigned vcpu, enum signal signal,
                       const struct signal_value *value)
{
    char room[ID_SIZE];
    const char *id = signal_id(vcpu, signal, room);
    if (!signals[signal].bits) {
        fputc('s', out);
        put_word(out, value->known && value->text && *value->text ? value->text : "-");
        fprintf(out, " %s\n", id);
        return;
    }
    fputc('b', out);
    if (!value->known)
        fputc(UNKNOWN_BIT, out);
    for (unsigned bit = signals[signal].bits; value->known && bit > 0; bit--)
        fputc(value->number >> (bit - 1) & 1 ? '1' : '0', out);
    fprintf(out, " %s\n", id);
}

static bool same_value(const struct signal_value *a, const struct signal_value *b)
{
    if (a->known != b->known || a->number != b->number)
        return false;
    return a->text == b->text || (a->text && b->text && strcmp(a->text, b->text) == 0);
}

/* Writes what changed, at the present cycle. */
static void flush_changes(struct trace_out *to)
{
    struct vcd *vcd = to->state;
    for (unsigned n = 0; n < vcd->count * SIG_COUNT; n++) {
        struct vcd_vcpu *vcpu = &vcd->vcpus[n / SIG_COUNT];
        enum signal s = (enum signal)(n % SIG_COUNT);
        if (same_value(&vcpu->now[s], &vcpu->shown[s]))
            continue;
        if (vcd->stamped != vcd->at)
            fprintf(to->out, "#%" PRIu64 "\n", vcd->at);
        vcd->stamped = vcd->at;
        put_change(to->out, n / SIG_COUNT, s, &vcpu->now[s]);
        vcpu->shown[s] = vcpu->now[s];
    }
}

static struct signal_value number(uint64_t value)
{
    return (struct signal_value){.known = true, .number = value};
}

static struct signal_value text(const char *value)
{
    return (struct signal_value){.known = value != NULL, .text = value};
}

static bool has_field(enum event_kind kind, const char *name)
{
    const struct event_field *field = event_table[kind].fields;
    for (unsigned i = 0; field[i].type != EVENT_FIELD_END; i++)
        if (strcmp(field[i].name, name) == 0)
            return true;
    return false;
}

/* What the machine's level is while the event's cycles pass. */
static unsigned level_of(const struct vcd_vcpu *vcpu, enum world world)
{
    static const unsigned levels[WORLD_COUNT] = {
        [WORLD_RMM] = 2, [WORLD_EL3] = 3, [WORLD_HOST] = 2, [WORLD_VMM] = 0};
    return world == WORLD_GUEST ? vcpu->guest_el : levels[world];
}

/* SPSR_EL2.M[3:2] is the level an exception return goes to. */
static const struct field spsr_el = {2, 2};

static void take_fields(struct vcd_vcpu *vcpu, const struct event *event)
{
    switch (event->kind) {
    case EV_EL1_VECTOR:
        vcpu->guest_el = 1;
        break;
    case EV_ERET:
        vcpu->guest_el = (unsigned)field_get(event_arg(event, "spsr"), spsr_el);
        vcpu->now[SIG_LEVEL] = (struct signal_value){0};
        break;
    case EV_WALK_STEP:
        vcpu->now[SIG_LEVEL] = number(event_arg(event, "level"));
        break;
    case EV_EXIT_TO_VMM:
        vcpu->now[SIG_EXIT] = text((const char *)(uintptr_t)event_arg(event, "reason"));
        break;
    default:
        break;
    }
    if (has_field(event->kind, "esr"))
        vcpu->now[SIG_ESR] = number(event_arg(event, "esr"));
}

/* Another vCPU's thread got the host's CPU. */
static void schedule_out(struct vcd *vcd, const struct event *event)
{
    uint64_t from = event_arg(event, "from");
    if (from >= vcd->count || from == event_arg(event, "to"))
        return;
    vcd->vcpus[from].now[SIG_WORLD] = vcd->vcpus[from].now[SIG_EL] =
        vcd->vcpus[from].now[SIG_STEP] = (struct signal_value){0};
}

static void vcd_step(struct trace_out *to, const struct event *event)
{
    struct vcd *vcd = to->state;
    struct vcd_vcpu *vcpu = &vcd->vcpus[event->vcpu < vcd->count ? event->vcpu : 0];
    struct timeline_step step = timeline_next(&vcd->timeline, event);
    vcpu->now[SIG_WORLD] = text(world_name(event->world));
    vcpu->now[SIG_EL] = number(level_of(vcpu, event->world));
    vcpu->now[SIG_TRAP] = number(step.trap);
    if (to->selected)
        vcpu->now[SIG_STEP] = text(event_table[event->kind].name);
    if (event->cycle.v > vcd->at) {
        flush_changes(to);
        vcd->at = event->cycle.v;
    }
    if (event->kind == EV_SCHED_SWITCH)
        schedule_out(vcd, event);
    if (to->selected)
        take_fields(vcpu, event);
}

static void put_signals(FILE *out, unsigned vcpu)
{
    char id[ID_SIZE];
    for (unsigned s = 0; s < SIG_COUNT; s++) {
        unsigned bits = signals[s].bits ? signals[s].bits : 1;
        fprintf(out, "$var %s %u %s %s", signals[s].type, bits, signal_id(vcpu, (enum signal)s, id),
                signals[s].name);
        if (bits > 1)
            fprintf(out, " [%u:0]", bits - 1);
        fputs(" $end\n", out);
    }
}

static void vcd_header(struct trace_out *to, const struct trace_header *header)
{
    struct vcd *vcd = to->state;
    bool several = to->options.vcpus > 1;
    vcd->count = !several                                 ? 1
                 : to->options.vcpus < TIMELINE_MAX_VCPUS ? to->options.vcpus
                                                          : TIMELINE_MAX_VCPUS;
    fprintf(to->out,
            "$comment scenario=%s hash=%s profile=%s; 1 ns is 1 cycle $end\n"
            "$version sim %s $end\n$timescale 1ns $end\n$scope module sim $end\n",
            header->scenario, header->hash, header->profile, header->version);
    for (unsigned v = 0; v < vcd->count; v++) {
        if (several)
            fprintf(to->out, "$scope module vcpu%u $end\n", v);
        put_signals(to->out, v);
        if (several)
            fputs("$upscope $end\n", to->out);
    }
    fputs("$upscope $end\n$enddefinitions $end\n#0\n$dumpvars\n", to->out);
    for (unsigned n = 0; n < vcd->count * SIG_COUNT; n++)
        put_change(to->out, n / SIG_COUNT, (enum signal)(n % SIG_COUNT),
                   &vcd->vcpus[n / SIG_COUNT].shown[n % SIG_COUNT]);
    fputs("$end\n", to->out);
}

static void vcd_finish(struct trace_out *to)
{
    struct vcd *vcd = to->state;
    flush_changes(to);
    if (vcd->stamped != vcd->at)
        fprintf(to->out, "#%" PRIu64 "\n", vcd->at);
}

const struct trace_format trace_format_vcd = {
    .name = "vcd",
    .suffix = ".vcd",
    .doc = "signals over time, for GTKWave",
    .wants_all = true,
    .state_size = sizeof(struct vcd),
    .header = vcd_header,
    .step = vcd_step,
    .finish = vcd_finish,
};
