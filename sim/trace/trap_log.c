/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/trace/trap_log.h"
#include "sim/trace/grow.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define EXIT_PREFIX "KVM_EXIT_"
#define NO_REASON "KVM_EXIT_UNKNOWN"

void trap_log_init(struct trap_log *log)
{
    *log = (struct trap_log){0};
}

void trap_log_free(struct trap_log *log)
{
    free(log->events);
    free(log->traps);
    trap_log_init(log);
}

/* Forgets this trap and those that were opened after it: there is no room. They stay counted. */
static void drop_from(struct trap_log *log, size_t trap)
{
    const struct trap *dropped = &log->traps[trap];

    if (dropped->first_event + dropped->event_count == log->event_count)
        log->event_count = dropped->first_event;
    log->trap_count = trap;
    log->full = true;
    for (unsigned i = 0; i < TRAP_LOG_MAX_VCPUS; i++)
        log->vcpus[i].keeping = log->vcpus[i].keeping && log->vcpus[i].trap < trap;
}

static unsigned vcpu_of(const struct event *event)
{
    return event->vcpu < TRAP_LOG_MAX_VCPUS ? event->vcpu : TRAP_LOG_MAX_VCPUS - 1;
}

static void open_trap(struct trap_log *log, const struct event *event)
{
    unsigned vcpu = vcpu_of(event);

    log->total++;
    log->vcpus[vcpu].in_trap = true;
    log->vcpus[vcpu].keeping = false;
    log->guest_ran = true;
    if (log->trap_count >= TRAP_LOG_MAX_TRAPS)
        log->full = true; /* what is kept has no hole in it */
    if (log->full)
        return;
    void *traps = log->traps;
    bool ok = trace_grow(&traps, &log->trap_room, log->trap_count, sizeof(struct trap));
    log->traps = traps;
    if (!ok) {
        log->out_of_memory = log->full = true;
        return;
    }
    log->vcpus[vcpu].trap = log->trap_count;
    log->vcpus[vcpu].keeping = true;
    log->traps[log->trap_count++] = (struct trap){
        .number = log->total,
        .vcpu = event->vcpu,
        .first_event = log->event_count,
    };
}

/* Room for so many more events. */
static bool make_room(struct trap_log *log, size_t count)
{
    if (count > TRAP_LOG_MAX_EVENTS - log->event_count)
        return false;
    if (log->event_count + count <= log->event_room)
        return true;
    for (size_t n = 0; n < count; n++) {
        void *events = log->events;
        bool ok = trace_grow(&events, &log->event_room, log->event_count + n, sizeof(struct event));
        log->events = events;
        if (!ok) {
            log->out_of_memory = true;
            return false;
        }
    }
    return true;
}

static void keep_event(struct trap_log *log, const struct event *event)
{
    unsigned vcpu = vcpu_of(event);
    if (!log->vcpus[vcpu].keeping)
        return;
    struct trap *trap = &log->traps[log->vcpus[vcpu].trap];
    /* Another vCPU's events came between: the trap moves behind them, so that it is in one piece.
     */
    bool moves = trap->first_event + trap->event_count != log->event_count;
    size_t moved = moves ? trap->event_count : 0;
    if (!make_room(log, moved + 1)) {
        drop_from(log, log->vcpus[vcpu].trap);
        return;
    }
    if (moves) {
        memcpy(log->events + log->event_count, log->events + trap->first_event,
               moved * sizeof(struct event));
        trap->first_event = log->event_count;
        log->event_count += moved;
    }
    log->events[log->event_count++] = *event;
    trap->event_count++;
}

bool is_vmm_exit(const struct event *event)
{
    const char *reason = (const char *)(uintptr_t)event_arg(event, "reason");
    bool failed = (int64_t)event_arg(event, "ret") < 0;
    return reason && !(failed && strcmp(reason, NO_REASON) == 0);
}

static void count_exit(struct trap_log *log, const struct event *event)
{
    if (!is_vmm_exit(event))
        return;
    const char *reason = (const char *)(uintptr_t)event_arg(event, "reason");
    size_t i = 0;
    while (i < log->exit_reasons && strcmp(log->exits[i].name, reason) != 0)
        i++;
    if (i == TRAP_LOG_MAX_REASONS)
        return;
    if (i == log->exit_reasons)
        log->exits[log->exit_reasons++].name = reason;
    log->exits[i].count++;
}

static void count_event(struct trap_log *log, const struct event *event)
{
    switch (event->kind) {
    case EV_EL2_VECTOR:
        log->by_class[esr_ec(event_arg(event, "esr"))]++;
        break;
    case EV_EL2_INTERRUPT:
        log->interrupts++;
        break;
    case EV_EXIT_TO_VMM:
        count_exit(log, event);
        break;
    case EV_RMI:
        log->setup_rmi += !log->guest_ran;
        break;
    case EV_GPT_SET:
        log->setup_granules += !log->guest_ran;
        break;
    default:
        break;
    }
    if (!log->guest_ran)
        log->setup_end = event->cycle;
}

static bool is_guest_step(enum event_kind kind)
{
    return kind == EV_GUEST_LOAD || kind == EV_GUEST_STORE || kind == EV_GUEST_FETCH ||
           kind == EV_GUEST_INSN;
}

bool event_opens_trap(enum event_kind kind, bool in_trap)
{
    return is_guest_step(kind) || ((kind == EV_EL2_VECTOR || kind == EV_REC_EXIT) && !in_trap);
}

bool event_closes_trap(enum event_kind kind)
{
    return kind == EV_ERET || kind == EV_END;
}

void trap_log_event(void *ctx, const struct event *event)
{
    struct trap_log *log = ctx;
    unsigned vcpu = vcpu_of(event);
    if (event_opens_trap(event->kind, log->vcpus[vcpu].in_trap))
        open_trap(log, event);
    count_event(log, event);
    if (log->vcpus[vcpu].in_trap)
        keep_event(log, event);
    if (event_closes_trap(event->kind)) {
        log->vcpus[vcpu].in_trap = false;
        log->guest_ran = true;
    }
}

uint64_t trap_log_exits(const struct trap_log *log, const char *name)
{
    static const struct {
        const char *shorthand, *name;
    } classes[] = {{"HVC", "HVC64"}, {"SMC", "SMC64"}, {"SVC", "SVC64"}};

    for (size_t i = 0; i < log->exit_reasons; i++) {
        const char *reason = log->exits[i].name;
        if (strncmp(reason, EXIT_PREFIX, strlen(EXIT_PREFIX)) == 0)
            reason += strlen(EXIT_PREFIX);
        if (strcasecmp(reason, name) == 0 || strcasecmp(log->exits[i].name, name) == 0)
            return log->exits[i].count;
    }
    if (strcasecmp(name, TRAP_LOG_INTERRUPTS) == 0)
        return log->interrupts;
    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
        if (strcasecmp(classes[i].shorthand, name) == 0)
            name = classes[i].name;
    int ec = esr_ec_by_name(name);
    return ec >= 0 ? log->by_class[ec] : 0;
}

const struct event *trap_first(const struct trap_log *log, const struct trap *trap,
                               enum event_kind kind)
{
    for (size_t i = 0; i < trap->event_count; i++)
        if (log->events[trap->first_event + i].kind == kind)
            return &log->events[trap->first_event + i];
    return NULL;
}

const struct event *trap_last(const struct trap_log *log, const struct trap *trap,
                              enum event_kind kind)
{
    for (size_t i = trap->event_count; i > 0; i--)
        if (log->events[trap->first_event + i - 1].kind == kind)
            return &log->events[trap->first_event + i - 1];
    return NULL;
}

/* First event of the first of these kinds that the trap has; kinds ends with EV_COUNT. */
static const struct event *first_of(const struct trap_log *log, const struct trap *trap,
                                    const enum event_kind *kinds)
{
    const struct event *event = NULL;
    for (; *kinds != EV_COUNT && !event; kinds++)
        event = trap_first(log, trap, *kinds);
    return event;
}

struct trap_view trap_view(const struct trap_log *log, const struct trap *trap)
{
    static const enum event_kind steps[] = {EV_GUEST_LOAD, EV_GUEST_STORE, EV_GUEST_FETCH,
                                            EV_GUEST_INSN, EV_COUNT};
    static const enum event_kind vectors[] = {EV_EL2_VECTOR, EV_EL1_VECTOR, EV_COUNT};
    static const enum event_kind completions[] = {EV_COMPLETE_MMIO_EMULATION,
                                                  EV_KVM_HANDLE_MMIO_RETURN, EV_COUNT};
    static const enum event_kind injections[] = {
        EV_RMM_INJECT_SEA, EV_RMM_INJECT_UNDEF, EV_COMPLETE_SEA_INSERTION, EV_KVM_INJECT, EV_COUNT};
    return (struct trap_view){
        .trap = trap,
        .events = log->events + trap->first_event,
        .event_count = trap->event_count,
        .step = first_of(log, trap, steps),
        .fault = trap_last(log, trap, EV_FAULT),
        .vector = first_of(log, trap, vectors),
        .rec_exit = trap_first(log, trap, EV_REC_EXIT),
        .io_abort = trap_first(log, trap, EV_IO_MEM_ABORT),
        .vmm_exit = trap_first(log, trap, EV_EXIT_TO_VMM),
        .device = trap_first(log, trap, EV_VMM_HANDLE),
        .completion = first_of(log, trap, completions),
        .injection = first_of(log, trap, injections),
    };
}

unsigned trap_el(const struct trap_view *view)
{
    return !view->vector ? 0 : view->vector->kind == EV_EL2_VECTOR ? 2 : 1;
}

uint64_t trap_pc(const struct trap_view *view)
{
    if (view->step)
        return event_arg(view->step, "pc");
    return view->vector ? event_arg(view->vector, "elr") : 0;
}

uint64_t trap_cycles(const struct trap_view *view)
{
    return view->event_count ? view->events[view->event_count - 1].cycle.v - view->events[0].cycle.v
                             : 0;
}

bool trap_is_page_in(const struct trap_view *view)
{
    bool mapped = false;
    for (size_t i = 0; i < view->event_count; i++)
        mapped = mapped || view->events[i].kind == EV_USER_MEM_ABORT;
    return mapped && !view->io_abort && !view->vmm_exit && !view->injection;
}

const struct event *trap_view_event(const struct trap_view *view, enum event_kind kind)
{
    for (size_t i = 0; i < view->event_count; i++)
        if (view->events[i].kind == kind)
            return &view->events[i];
    return NULL;
}
