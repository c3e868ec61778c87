/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/report/actual.h"

#include "cpu/arch/descriptor.h"

#include <stdlib.h>
#include <string.h>

#include "sim/report/esr_text.h"
#include "sim/report/trap_answer.h"
#include "sim/report/trap_text.h"
#include "sim/report/watch.h"
#include "sim/stimulus.h"

/* PSCI functions that stop a CPU or the system (Arm DEN 0022, 5.1). */
const char *psci_call_name(uint64_t function_id)
{
    static const struct {
        uint32_t id;
        const char *name;
    } calls[] = {
        {0x84000001, "CPU_SUSPEND"},    {0xc4000001, "CPU_SUSPEND"},
        {0x84000002, "CPU_OFF"},        {0x84000008, "SYSTEM_OFF"},
        {0x84000009, "SYSTEM_RESET"},   {0x84000012, "SYSTEM_RESET2"},
        {0xc4000012, "SYSTEM_RESET2"},  {0x8400000e, "SYSTEM_SUSPEND"},
        {0xc400000e, "SYSTEM_SUSPEND"},
    };
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
        if (calls[i].id == function_id)
            return calls[i].name;
    return NULL;
}

static void set_number(struct actual *actual, enum actual_style style, uint64_t number)
{
    actual->known = actual->present = true;
    actual->style = style;
    actual->number = number;
}

/* The name of a value that is set, or of none (NULL). */
static void set_name(struct actual *actual, const char *text)
{
    actual->text = text;
    actual->text_size = text ? strlen(text) : 0;
}

static void set_text(struct actual *actual, const char *text, size_t size)
{
    actual->known = actual->present = true;
    actual->style = ACTUAL_TEXT;
    actual->text = text;
    actual->text_size = size;
}

/* What follows prefix and a dot in path; NULL when path does not start so. */
static const char *after(const char *path, const char *prefix)
{
    size_t length = strlen(prefix);
    return strncmp(path, prefix, length) == 0 && path[length] == '.' ? path + length + 1 : NULL;
}

/* Whether an event of any kind in the list could have the field. */
static bool kind_has_field(enum event_kind kind, const char *name, unsigned *index)
{
    const struct event_field *fields = event_table[kind].fields;
    for (unsigned i = 0; fields[i].type != EVENT_FIELD_END; i++)
        if (strcmp(fields[i].name, name) == 0) {
            *index = i;
            return true;
        }
    return false;
}

static void set_field(struct actual *actual, const struct event *event, const char *name)
{
    static const enum actual_style styles[] = {
        [EVENT_FIELD_HEX] = ACTUAL_HEX,  [EVENT_FIELD_U32] = ACTUAL_HEX,
        [EVENT_FIELD_DEC] = ACTUAL_DEC,  [EVENT_FIELD_BOOL] = ACTUAL_BOOL,
        [EVENT_FIELD_STR] = ACTUAL_TEXT,
    };
    unsigned i = 0;
    if (!event || !kind_has_field(event->kind, name, &i))
        return;
    enum event_field_type type = event_table[event->kind].fields[i].type;
    if (type == EVENT_FIELD_STR) {
        const char *text = (const char *)(uintptr_t)event->args[i];
        set_text(actual, text ? text : "", text ? strlen(text) : 0);
    } else
        set_number(actual, styles[type], event->args[i]);
}

/* ESR and what is in it: "esr", "ec", "iss.NAME". false: path is something else. */
static bool syndrome_path(const struct event *event, const char *path, struct actual *actual)
{
    const char *field = after(path, "iss");
    if (strcmp(path, "esr") != 0 && strcmp(path, "ec") != 0 && !field)
        return false;
    actual->known = true;
    unsigned at;
    if (!event || !kind_has_field(event->kind, "esr", &at))
        return true;
    uint64_t esr = event->args[at];
    enum esr_field_id id = ESR_FIELD_EC;
    if (field)
        id = esr_field_by_name(esr_ec(esr), field);
    if (strcmp(path, "esr") == 0) {
        set_number(actual, ACTUAL_ESR, esr);
    } else if (id != ESR_FIELD_COUNT) {
        set_number(actual, ACTUAL_ESR_FIELD, field_get(esr, esr_field_table[id].field));
        actual->field = id;
        esr_value_text(id, actual->number, actual->text_room, sizeof(actual->text_room));
        set_name(actual, actual->text_room);
    }
    return true;
}

/* What the first part of a trap's path names, and the kinds of event it can be. */
struct part {
    const char *name;
    size_t event; /* of struct trap_view */
    enum event_kind kinds[5];
};

#define PART(name_, member, ...)                                                                   \
    {                                                                                              \
        .name = (name_), .event = offsetof(struct trap_view, member), .kinds = {                   \
            __VA_ARGS__,                                                                           \
            EV_COUNT                                                                               \
        }                                                                                          \
    }

static const struct part parts[] = {
    PART("exit", vmm_exit, EV_EXIT_TO_VMM),
    PART("fault", fault, EV_FAULT),
    PART("io_mem_abort", io_abort, EV_IO_MEM_ABORT),
    PART("device", device, EV_VMM_HANDLE),
    PART("completion", completion, EV_COMPLETE_MMIO_EMULATION, EV_KVM_HANDLE_MMIO_RETURN),
    PART("injection", injection, EV_RMM_INJECT_SEA, EV_RMM_INJECT_UNDEF, EV_COMPLETE_SEA_INSERTION,
         EV_KVM_INJECT),
};

/* An access may be several pieces: its result is the worst of theirs. */
static bool whole_result(const struct trap_view *view, const char *path, struct actual *actual)
{
    struct trap_answer answer = trap_answer(view);
    if (strcmp(path, "device.result") != 0)
        return false;
    actual->known = true;
    if (answer.answered)
        set_text(actual, answer.result, strlen(answer.result));
    return true;
}

static bool part_path(const struct trap_view *view, const char *path, struct actual *actual)
{
    if (whole_result(view, path, actual))
        return true;
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        const struct event *event =
            *(const struct event *const *)(const void *)((const char *)view + parts[i].event);
        const char *field = after(path, parts[i].name);
        unsigned at;
        if (event && event->kind == EV_EXIT_TO_VMM && !is_vmm_exit(event))
            event = NULL;
        if (strcmp(path, parts[i].name) == 0) {
            actual->known = true;
            actual->present = event != NULL;
            return true;
        }
        if (!field)
            continue;
        for (const enum event_kind *kind = parts[i].kinds; *kind != EV_COUNT; kind++)
            actual->known = actual->known || kind_has_field(*kind, field, &at);
        set_field(actual, event, field);
        return true;
    }
    return false;
}

/* A realm's host reads the REC exit, a plain VM's the registers themselves. */
static void host_path(const struct run *run, const struct trap_view *view, const char *path,
                      struct actual *actual)
{
    bool realm = run->scenario->machine.world == SCN_WORLD_CCA;
    const struct event *event = realm ? view->rec_exit : trap_el(view) == 2 ? view->vector : NULL;
    const char *gpr = after(path, "gprs");
    unsigned at;
    if (syndrome_path(event, path, actual))
        return;
    /* the events that tell of the exit; what none of them has was zero */
    static const enum event_kind kinds[] = {EV_REC_EXIT, EV_REC_EXIT_CALL, EV_REC_EXIT_RIPAS,
                                            EV_REC_EXIT_TIMERS};
    char field[sizeof("gprNN")] = "";
    if (gpr && strlen(gpr) <= 2)
        snprintf(field, sizeof(field), "gpr%s", gpr);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]) && !actual->known; i++) {
        actual->known = kind_has_field(kinds[i], gpr ? field : path, &at);
        if (!actual->known)
            continue;
        if (realm && event && kinds[i] != EV_REC_EXIT)
            event = trap_view_event(view, kinds[i]);
        if (event)
            set_field(actual, event, gpr ? field : path);
        else if (view->rec_exit)
            set_number(actual, ACTUAL_HEX, 0);
    }
}

static void step_path(const struct trap_view *view, const char *path, struct actual *actual)
{
    unsigned at;
    if (strcmp(path, "el") == 0) {
        set_number(actual, ACTUAL_EL, trap_el(view));
        actual->present = trap_el(view) != 0;
    } else if (strcmp(path, "cycles") == 0) {
        set_number(actual, ACTUAL_DEC, trap_cycles(view));
    } else if (strcmp(path, "pc") == 0) {
        set_number(actual, ACTUAL_HEX, trap_pc(view));
    } else if (strcmp(path, "vcpu") == 0) {
        set_number(actual, ACTUAL_DEC, view->trap->vcpu);
    } else if (kind_has_field(EV_EL2_VECTOR, path, &at)) {
        actual->known = true;
        set_field(actual, view->vector, path);
    }
}

/* The guest's registers once it goes on; those it trapped with are the initial ones. */
static void after_path(const struct run *run, const struct trap_view *view, const char *name,
                       struct actual *actual)
{
    const struct trap_registers *regs = watch_registers(run->watch, view->trap->number);
    char *rest;
    unsigned long n = name[0] == 'x' ? strtoul(name + 1, &rest, 10) : 0;
    actual->known = true;
    if (!regs || !regs->resumed)
        return;
    actual->has_initial = true;
    actual->initial_when = "as it trapped";
    if (strcmp(name, "pc") == 0) {
        set_number(actual, ACTUAL_HEX, regs->pc_after);
        actual->initial = trap_pc(view);
    } else if (strcmp(name, "sp") == 0) {
        set_number(actual, ACTUAL_HEX, regs->sp_after);
        actual->initial = regs->sp_before;
    } else if (n < sizeof(regs->after) / sizeof(regs->after[0])) {
        set_number(actual, ACTUAL_HEX, regs->after[n]);
        actual->initial = regs->before[n];
    }
}

void actual_of_trap(const struct run *run, const struct trap_view *view, const char *path,
                    struct actual *actual)
{
    *actual = (struct actual){0};
    const char *host = after(path, "host_sees"), *reg = after(path, "after");
    if (reg) {
        after_path(run, view, reg, actual);
        return;
    }
    if (strcmp(path, "host_sees") == 0) {
        actual->known = true;
        actual->present = view->rec_exit != NULL;
    } else if (host) {
        host_path(run, view, host, actual);
    } else if (!syndrome_path(view->vector, path, actual) && !part_path(view, path, actual)) {
        step_path(view, path, actual);
    }
}

static void end_path(const struct run *run, const char *field, struct actual *actual)
{
    static const struct {
        const char *field;
        enum end_reason reason;
        enum actual_style style;
    } details[] = {
        {"imm", END_HVC, ACTUAL_DEC},
        {"call", END_PSCI, ACTUAL_HEX},
        {"errno", END_KVM_ERROR, ACTUAL_DEC},
        {"status", END_DEVICE, ACTUAL_DEC},
    };
    const struct machine_end *end = &run->result->end;
    if (strcmp(field, "reason") == 0) {
        const char *reason = end_reason_name(end->reason);
        set_text(actual, reason, strlen(reason));
        return;
    }
    if (strcmp(field, "vcpu") == 0) {
        set_number(actual, ACTUAL_DEC, end->vcpu);
        return;
    }
    if (strcmp(field, "text") == 0) {
        set_text(actual, end->text, strlen(end->text));
        return;
    }
    for (size_t i = 0; i < sizeof(details) / sizeof(details[0]); i++) {
        if (strcmp(field, details[i].field) != 0)
            continue;
        actual->known = true;
        if (end->reason != details[i].reason)
            return;
        set_number(actual, details[i].style, end->detail);
        if (end->reason == END_PSCI)
            set_name(actual, psci_call_name(end->detail));
        else if (end->reason == END_KVM_ERROR)
            set_name(actual, errno_text((int64_t)end->detail) + 1);
        return;
    }
}

/* What the vCPU's registers were at the start; PSCI gives others than vCPU 0 theirs. */
static const struct scn_start *start_of(const struct scn_guest *guest, unsigned vcpu)
{
    for (size_t i = 0; i < guest->secondary_count; i++)
        if (guest->secondaries[i].vcpu == vcpu)
            return &guest->secondaries[i].start;
    return vcpu == 0 ? &guest->start : NULL;
}

static void register_path(const struct run *run, unsigned vcpu, const char *name,
                          struct actual *actual)
{
    const struct scn_start *start = start_of(&run->scenario->guest, vcpu);
    const struct vcpu_result *result = &run->result->vcpus[vcpu];
    actual->has_initial = start != NULL;
    if (strcmp(name, "pc") == 0) {
        set_number(actual, ACTUAL_HEX, result->pc);
        actual->initial = start ? start->entry.v : 0;
    } else if (strcmp(name, "sp") == 0) {
        set_number(actual, ACTUAL_HEX, result->sp);
        actual->initial = start ? start->sp : 0;
    } else if (name[0] == 'x') {
        char *rest;
        unsigned long n = strtoul(name + 1, &rest, 10);
        if (rest == name + 1 || *rest || n > 30)
            return;
        set_number(actual, ACTUAL_HEX, result->x[n]);
        actual->initial = start ? start->regs[n] : 0;
    }
}

/* "N.state", "N.regs.x0", ... */
static void vcpu_path(const struct run *run, const char *path, struct actual *actual)
{
    char *rest;
    unsigned long vcpu = strtoul(path, &rest, 10);
    const char *reg = after(rest, ".regs");
    if (vcpu >= run->result->vcpu_count)
        return;
    if (reg) {
        register_path(run, (unsigned)vcpu, reg, actual);
    } else if (strcmp(rest, ".state") == 0) {
        const char *state = vcpu_state_name(run->result->vcpus[vcpu].state);
        set_text(actual, state, strlen(state));
    }
}

static void device_field(const struct machine_device_state *state, const char *field,
                         struct actual *actual)
{
    if (strcmp(field, "reads") == 0) {
        set_number(actual, ACTUAL_DEC, state->use.reads);
    } else if (strcmp(field, "writes") == 0) {
        set_number(actual, ACTUAL_DEC, state->use.writes);
    } else if (strcmp(field, "last_write") == 0) {
        set_number(actual, ACTUAL_HEX, state->use.last_write);
        actual->present = state->use.writes > 0;
    } else if (strcmp(field, "irq") == 0) {
        set_number(actual, ACTUAL_BOOL, state->irq);
    } else if (strcmp(field, "output") == 0) {
        actual->known = true;
        if (state->output)
            set_text(actual, state->output, state->output_size);
    } else if (strcmp(field, "contents") == 0) {
        actual->known = true;
        if (state->contents)
            set_text(actual, state->contents, state->contents_size);
    }
}

/* "N.errno", ...: of stimulus N, from 1. */
static void stimulus_path(const struct run *run, const char *path, struct actual *actual)
{
    char *field;
    unsigned long number = strtoul(path, &field, 10);
    if (number < 1 || number > run->scenario->stimulus_count || !run->result->stimuli)
        return;
    const struct stimulus_result *result = &run->result->stimuli[number - 1];
    if (strcmp(field, ".times") == 0) {
        set_number(actual, ACTUAL_DEC, result->times);
    } else if (strcmp(field, ".errno") == 0) {
        set_number(actual, ACTUAL_DEC, (uint64_t)result->error);
        actual->present = result->times > 0;
        set_name(actual, result->error ? errno_text(-(int64_t)result->error) + 1 : NULL);
    }
}

static void device_path(const struct run *run, const char *path, struct actual *actual)
{
    for (size_t i = 0; i < run->result->device_count; i++) {
        const struct machine_device_state *state = &run->result->devices[i];
        const char *field = after(path, run->scenario->devices[i].name);
        if (!field)
            continue;
        device_field(state, field, actual);
        return;
    }
}

static void kvm_path(const struct run *run, const char *field, struct actual *actual)
{
    const struct machine_kvm_state *kvm = &run->result->kvm;
    const struct scn_kvm *config = &run->scenario->kvm;
    const char *name = after(field, "ioeventfds");
    for (size_t i = 0; name && i < config->ioeventfd_count; i++)
        if (strcmp(config->ioeventfds[i].name, name) == 0)
            set_number(actual, ACTUAL_DEC, kvm->ioeventfds[i]);
    if (strcmp(field, "coalesced") == 0)
        set_number(actual, ACTUAL_DEC, kvm->coalesced);
    else if (strcmp(field, "unassigned_reads") == 0)
        set_number(actual, ACTUAL_DEC, kvm->unassigned_reads);
    else if (strcmp(field, "unassigned_writes") == 0)
        set_number(actual, ACTUAL_DEC, kvm->unassigned_writes);
}

static void answer_path(const struct hostile_answer *answer, const char *field,
                        struct actual *actual)
{
    const struct {
        const char *name;
        bool of_exit;
        uint64_t value;
    } values[] = {
        {"x0", false, answer->x[0]},
        {"x1", false, answer->x[1]},
        {"x2", false, answer->x[2]},
        {"x3", false, answer->x[3]},
        {"x4", false, answer->x[4]},
        {"index", false, rmi_return_index(answer->x[0])},
        {"esr", true, answer->exit.esr},
        {"far", true, answer->exit.far},
        {"hpfar", true, answer->exit.hpfar},
        {"gpr0", true, answer->exit.gpr0},
        {"other_gprs", true, answer->exit.other_gprs},
    };
    const char *text = NULL;
    if (strcmp(field, "status") == 0)
        text = rmi_status_name(answer->x[0]);
    else if (strcmp(field, "reason") == 0)
        text = rmi_exit_reason_name(answer->exit.reason);
    if (text) {
        if (strncmp(text, "RMI_", 4) == 0)
            text += 4;
        set_text(actual, text, strlen(text));
        actual->present = field[0] == 's' ? answer->present : answer->exit.present;
    }
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        if (strcmp(field, values[i].name) != 0)
            continue;
        set_number(actual, ACTUAL_HEX, values[i].value);
        actual->present = values[i].of_exit ? answer->exit.present : answer->present;
    }
}

/* "N.times", "N.answer.FIELD", "N.enter.FIELD": step N, from 1, of the host's policy. */
static void host_step_path(const struct run *run, const char *path, struct actual *actual)
{
    char *rest;
    unsigned long number = strtoul(path, &rest, 10);
    if (number < 1 || number > run->scenario->host.step_count || !run->result->host)
        return;
    const struct hostile_record *record = &run->result->host[number - 1];
    const char *answer = after(rest, ".answer"), *enter = after(rest, ".enter");
    if (strcmp(rest, ".times") == 0) {
        set_number(actual, ACTUAL_DEC, record->times);
    } else if (answer && strcmp(answer, "access") == 0) {
        const char *text = record->blocked ? "granule_protection_fault" : "allowed";
        set_text(actual, text, strlen(text));
        actual->present = record->accessed;
    } else if (answer) {
        answer_path(&record->answer, answer, actual);
    } else if (enter) {
        answer_path(&record->enter, enter, actual);
    }
}

static void cycles_path(const struct run *run, const char *part, struct actual *actual)
{
    uint64_t setup = run->log->setup_end.v, total = run->result->cycles.v;
    set_number(actual, ACTUAL_DEC,
               strcmp(part, "setup") == 0   ? setup
               : strcmp(part, "guest") == 0 ? total - setup
                                            : total);
}

void actual_of_run(const struct run *run, const char *path, struct actual *actual)
{
    *actual = (struct actual){0};
    const char *end = after(path, "end"), *exit = after(path, "exits");
    const char *reg = after(path, "regs"), *device = after(path, "devices");
    const char *host = after(path, "host"), *kvm = after(path, "kvm");
    const char *vcpu = after(path, "vcpus"), *cycles = after(path, "cycles");
    const char *stimulus = after(path, "stimulus");
    if (cycles)
        cycles_path(run, cycles, actual);
    else if (stimulus)
        stimulus_path(run, stimulus, actual);
    else if (kvm)
        kvm_path(run, kvm, actual);
    else if (host)
        host_step_path(run, host, actual);
    else if (end)
        end_path(run, end, actual);
    else if (exit)
        set_number(actual, ACTUAL_DEC, trap_log_exits(run->log, exit));
    else if (reg)
        register_path(run, 0, reg, actual);
    else if (vcpu)
        vcpu_path(run, vcpu, actual);
    else if (device)
        device_path(run, device, actual);
}

void actual_of_stage2(const struct run *run, size_t index, const char *path, struct actual *actual)
{
    const struct kvm_stage2_leaf *leaf = &run->result->stage2[index];
    const char *field = after(path, "stage2");
    *actual = (struct actual){0};
    if (!field)
        return;
    if (strcmp(field, "mapped") == 0)
        set_number(actual, ACTUAL_BOOL, leaf->valid);
    else if (strcmp(field, "level") == 0)
        set_number(actual, ACTUAL_DEC, (uint64_t)leaf->level);
    else if (strcmp(field, "af") == 0)
        set_number(actual, ACTUAL_BOOL, field_get(leaf->desc, DESC_AF));
    else if (strcmp(field, "perm") == 0)
        set_text(actual, leaf->perm, strlen(leaf->perm));
    else if (strcmp(field, "attr") == 0)
        set_text(actual, leaf->attr, strlen(leaf->attr));
}

void actual_of_memory(const struct run *run, size_t index, const char *path, struct actual *actual)
{
    const struct memory_bytes *memory = &run->result->memory[index];
    const char *field = after(path, "memory");
    *actual = (struct actual){.known = true};
    if (!memory->there)
        return;
    if (field && strcmp(field, "value") == 0) {
        uint64_t value = 0;
        memcpy(&value, memory->bytes, memory->size < sizeof(value) ? memory->size : sizeof(value));
        set_number(actual, ACTUAL_HEX, value);
    } else if (field && strcmp(field, "bytes") == 0) {
        set_text(actual, memory->hex, strlen(memory->hex));
    } else {
        set_text(actual, (const char *)memory->bytes, memory->size);
    }
}

void actual_of_walk(const struct event *event, const char *path, struct actual *actual)
{
    const char *field = after(path, "walk");
    *actual = (struct actual){0};
    if (!field)
        return;
    actual->known = true;
    if (strcmp(field, "stage") == 0)
        set_number(actual, ACTUAL_DEC, event->kind == EV_S1_WALK ? 1 : 2);
    else
        set_field(actual, event, field);
}
