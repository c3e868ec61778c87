/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The host's scheduler. It has one CPU and a thread for each vCPU. They take turns in the order of
 * their numbers (the VMM's main thread, which does what the scenario lets happen from outside,
 * before them); each keeps the CPU for a slice (machine.slice cycles) unless it sleeps before.
 * When all sleep, time goes on to the next event. So a run depends on nothing but the scenario.
 */
#include <stdio.h>

#include "sim/machine_internal.h"

/* Events in a row that wake nobody, before the machine is called idle all the same. */
#define FRUITLESS_EVENTS 100000

static bool can_run(const struct machine *machine, unsigned vcpu)
{
    return kvm_vcpu_can_run(machine->vcpus[vcpu].vcpu);
}

/* The next thread after the current one that has something to do; vcpu_count if none has. */
static unsigned next_thread(const struct machine *machine)
{
    for (unsigned n = 1; n <= machine->vcpu_count; n++) {
        unsigned vcpu = (machine->current + n) % machine->vcpu_count;

        if (can_run(machine, vcpu))
            return vcpu;
    }
    return machine->vcpu_count;
}

static void start_slice(struct machine *machine)
{
    cycles_t end = CYCLES(machine->clock.now.v + machine->scenario->machine.slice);

    if (machine->vcpu_count > 1 && !machine_is_pinned(machine))
        clock_schedule(&machine->clock, &machine->slice_end, end);
}

/*
 * The host's tick: if another thread could run, the guest is interrupted. One that has not got to
 * its first instruction yet, because the way there takes longer than a slice, gets another slice.
 */
static void on_slice_end(void *ctx, cycles_t late)
{
    struct machine *machine = ctx;
    struct cpu *cpu = machine->vcpus[machine->current].cpu;
    bool progress = cpu_instructions(cpu) != machine->slice_instructions;

    (void)late;
    if (!progress || next_thread(machine) == machine->current) {
        start_slice(machine);
        return;
    }
    machine->resched = true;
    cpu_set_line(cpu, CPU_LINE_IRQ, true);
}

static bool take_interrupts(void *ctx, unsigned vcpu)
{
    struct machine *machine = ctx;

    cpu_set_line(machine->vcpus[vcpu].cpu, CPU_LINE_IRQ, false);
    return machine->resched || machine->main_thread_due;
}

void machine_wake_main_thread(void *ctx)
{
    struct machine *machine = ctx;

    machine->main_thread_due = true;
    cpu_set_line(machine->vcpus[machine->current].cpu, CPU_LINE_IRQ, true);
}

/* It comes before the vCPUs' threads; whose turn it was goes on after it. */
static void run_main_thread(struct machine *machine)
{
    machine->main_thread_due = false;
    stimuli_run(machine->stimuli);
}

static void kick(void *ctx, unsigned vcpu)
{
    struct machine *machine = ctx;

    cpu_set_line(machine->vcpus[vcpu].cpu, CPU_LINE_IRQ, true);
}

struct kvm_host_port machine_host_port(struct machine *machine)
{
    bool pinned = machine_is_pinned(machine);

    return (struct kvm_host_port){.take_interrupts = take_interrupts,
                                  .kick = kick,
                                  .send_ipi = pinned ? machine_pinned_send_ipi : NULL,
                                  .wake = pinned ? machine_pinned_wake : NULL,
                                  .ctx = machine};
}

bool machine_threads_init(struct machine *machine)
{
    machine->slice_end =
        (struct timed_event){.name = "slice_end", .fn = on_slice_end, .ctx = machine};
    machine->slice_end_added = event_queue_add(&machine->clock.events, &machine->slice_end);
    machine->current = machine->vcpu_count - 1; /* vCPU 0 comes next */
    return machine->slice_end_added &&
           (!machine_is_pinned(machine) || machine_pinned_init(machine));
}

void machine_threads_free(struct machine *machine)
{
    if (machine->slice_end_added)
        event_queue_remove(&machine->clock.events, &machine->slice_end);
    if (machine_is_pinned(machine))
        machine_pinned_free(machine);
}

/* "vCPU 0 waits, vCPU 1 is off": nothing is going to change that. */
static void end_idle(struct machine *machine)
{
    char text[sizeof(machine->text)] = "";
    size_t used = 0;

    for (unsigned i = 0; i < machine->vcpu_count && used < sizeof(text); i++) {
        enum vcpu_state state = machine_vcpu_state(machine, i);

        used += (size_t)snprintf(text + used, sizeof(text) - used, "%svCPU %u %s%s", i ? ", " : "",
                                 i, state == VCPU_OFF ? "is " : "", vcpu_state_name(state));
    }
    machine_set_end_text(machine, END_IDLE, 0, "%s, and no event is due", text);
}

/* Nobody can run: time goes on until somebody can. */
void machine_idle(struct machine *machine)
{
    event_queue_cancel(&machine->clock.events, &machine->slice_end);
    for (unsigned n = 0; n < FRUITLESS_EVENTS; n++) {
        if (!clock_skip_to_event(&machine->clock))
            break;
        if (machine->main_thread_due)
            run_main_thread(machine);
        if (machine_check_limits(machine) || next_thread(machine) < machine->vcpu_count)
            return;
    }
    end_idle(machine);
}

void machine_run_thread(struct machine *machine, unsigned vcpu)
{
    struct machine_vcpu *next = &machine->vcpus[vcpu];

    if (vcpu != machine->trace.vcpu && !machine_is_pinned(machine))
        EMIT(&machine->trace, SCHED_SWITCH, HOST, machine->trace.vcpu, vcpu);
    machine->trace.vcpu = vcpu;
    machine->current = vcpu;
    machine->resched = false;
    machine->slice_instructions = cpu_instructions(next->cpu);
    start_slice(machine);
    cpu_set_budget(next->cpu, machine->instructions_left);
    do {
        machine_end_of_thread(machine, vmm_run(&next->thread));
        if (machine->main_thread_due)
            run_main_thread(machine);
    } while (!machine->ended && !machine->resched && can_run(machine, vcpu) &&
             !clock_is_to_pause(&machine->clock));
    machine->instructions_left = cpu_budget_left(next->cpu);
}

void machine_run_threads(struct machine *machine)
{
    if (machine_is_pinned(machine))
        machine_run_pinned(machine);
    while (!machine->ended) {
        unsigned next = next_thread(machine);

        if (next < machine->vcpu_count)
            machine_run_thread(machine, next);
        else
            machine_idle(machine);
    }
}
