/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * machine.placement pinned: each vCPU's thread has a CPU of the host to itself, and each CPU its
 * own line of time. The simulator is one thread: it always lets the CPU go on that is furthest
 * behind, until it is a step ahead of the next one. What a CPU does between two instructions of its
 * guest is one piece. So an access to memory that both see comes at most a step too early, an event
 * is called when all CPUs have reached it, and a run depends on nothing but the scenario.
 */
#include "cpu/gic.h"
#include "sim/machine_internal.h"

/*
 * How far one guest may be ahead of another: a granularity of the simulation, not a cost. Guests
 * that wait for each other do not see what is nearer than this.
 */
#define STEP_CYCLES 64

static bool is_awake(const struct machine *machine, unsigned vcpu)
{
    return kvm_vcpu_can_run(machine->vcpus[vcpu].vcpu);
}

static cycles_t now_of(const struct machine *machine, unsigned vcpu)
{
    return vcpu == machine->clock.line ? machine->clock.now : machine->lines[vcpu].now;
}

/* A CPU that has done nothing since: its time goes on to now. */
static void idle_until(struct machine *machine, unsigned vcpu, cycles_t now)
{
    struct clock *clock = &machine->clock;
    bool shown = vcpu == clock->line;
    cycles_t *line_now = shown ? &clock->now : &machine->lines[vcpu].now;
    uint64_t *line_idle = shown ? &clock->idle : &machine->lines[vcpu].idle;

    if (line_now->v >= now.v)
        return;
    *line_idle += now.v - line_now->v;
    *line_now = now;
}

static void show(struct machine *machine, unsigned vcpu)
{
    if (vcpu == machine->clock.line)
        return;
    clock_save_line(&machine->clock, &machine->lines[machine->clock.line]);
    clock_load_line(&machine->clock, &machine->lines[vcpu], vcpu);
}

/* The others get as far as the one that executes is, plus a step. */
static void pace(struct machine *machine)
{
    struct clock *clock = &machine->clock;

    clock->horizon = clock->pause = EVENT_QUEUE_NEVER;
    for (unsigned i = 0; i < machine->vcpu_count; i++)
        if (i != clock->line && is_awake(machine, i) && now_of(machine, i).v < clock->horizon.v)
            clock->horizon = now_of(machine, i);
    if (clock->horizon.v != EVENT_QUEUE_NEVER.v)
        clock->pause = CYCLES(clock->horizon.v + STEP_CYCLES);
}

void machine_pinned_wake(void *ctx, unsigned vcpu)
{
    struct machine *machine = ctx;

    if (!machine->vcpus[vcpu].asleep || !is_awake(machine, vcpu))
        return;
    machine->vcpus[vcpu].asleep = false;
    idle_until(machine, vcpu, machine->clock.now);
    pace(machine);
}

static void on_ipi(void *ctx, cycles_t late)
{
    const struct machine_vcpu *vcpu = ctx;

    (void)late;
    cpu_gic_send_sgi(vcpu->cpu, vcpu->ipi_intid);
}

/* One that is on its way already is the same one: the interrupt is pending once. */
void machine_pinned_send_ipi(void *ctx, unsigned vcpu, unsigned intid)
{
    struct machine *machine = ctx;
    struct clock *clock = &machine->clock;
    struct timed_event *ipi = &machine->vcpus[vcpu].ipi;

    machine->vcpus[vcpu].ipi_intid = intid;
    if (!timed_event_is_scheduled(ipi))
        clock_schedule(clock, ipi, CYCLES(clock->now.v + clock->profile->cycles[OP_GIC_SGI]));
}

bool machine_pinned_init(struct machine *machine)
{
    struct clock *clock = &machine->clock;

    clock->paced = true;
    clock->horizon = clock->pause = EVENT_QUEUE_NEVER;
    clock->lines = machine->lines;
    clock->line_count = machine->vcpu_count;
    for (unsigned i = 0; i < machine->vcpu_count; i++) {
        struct machine_vcpu *vcpu = &machine->vcpus[i];

        vcpu->ipi = (struct timed_event){.name = "ipi", .fn = on_ipi, .ctx = vcpu};
        vcpu->ipi_added = event_queue_add(&clock->events, &vcpu->ipi);
        if (!vcpu->ipi_added)
            return false;
    }
    return true;
}

void machine_pinned_free(struct machine *machine)
{
    for (unsigned i = 0; i < machine->vcpu_count; i++)
        if (machine->vcpus[i].ipi_added)
            event_queue_remove(&machine->clock.events, &machine->vcpus[i].ipi);
}

/* Which threads sleep; those that something woke go on from the time it happened. */
static void note_sleepers(struct machine *machine)
{
    for (unsigned i = 0; i < machine->vcpu_count; i++) {
        bool awake = is_awake(machine, i);

        if (awake && machine->vcpus[i].asleep)
            idle_until(machine, i, machine->clock.now);
        machine->vcpus[i].asleep = !awake;
    }
}

/* The one that is furthest behind, the first of equals; vcpu_count if all sleep. */
static unsigned next_cpu(const struct machine *machine)
{
    unsigned next = machine->vcpu_count;

    for (unsigned i = 0; i < machine->vcpu_count; i++)
        if (is_awake(machine, i) &&
            (next == machine->vcpu_count || now_of(machine, i).v < now_of(machine, next).v))
            next = i;
    return next;
}

/* The run is over: no CPU ends before the one that was ahead. */
static void meet(struct machine *machine)
{
    cycles_t end = machine->clock.now;

    for (unsigned i = 0; i < machine->vcpu_count; i++)
        if (now_of(machine, i).v > end.v)
            end = now_of(machine, i);
    for (unsigned i = 0; i < machine->vcpu_count; i++)
        idle_until(machine, i, end);
}

/* The set-up was CPU 0's work; the others waited for it. */
static void start(struct machine *machine)
{
    for (unsigned i = 1; i < machine->vcpu_count; i++) {
        machine->lines[i] = (struct clock_line){.now = machine->clock.start};
        idle_until(machine, i, machine->clock.now);
    }
}

void machine_run_pinned(struct machine *machine)
{
    start(machine);
    while (!machine->ended) {
        unsigned next;

        note_sleepers(machine);
        next = next_cpu(machine);
        if (next < machine->vcpu_count)
            show(machine, next);
        pace(machine);
        if (next < machine->vcpu_count)
            machine_run_thread(machine, next);
        else
            machine_idle(machine);
    }
    meet(machine);
}

uint64_t machine_cpu_cycles(const struct machine *machine)
{
    uint64_t sum = 0;

    if (!machine_is_pinned(machine))
        return machine->clock.now.v - machine->clock.start.v;
    for (unsigned i = 0; i < machine->vcpu_count; i++)
        sum += now_of(machine, i).v - machine->clock.start.v;
    return sum;
}

unsigned machine_host_cpus(const struct machine *machine)
{
    return machine_is_pinned(machine) ? machine->vcpu_count : 1;
}
