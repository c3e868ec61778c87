/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/machine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kvm_model/stage2_setup.h"
#include "sim/machine_internal.h"

struct machine *machine_new(const struct scenario *scenario, const struct machine_options *options,
                            char *error, size_t size)
{
    struct machine *machine = calloc(1, sizeof(*machine));

    if (!machine) {
        snprintf(error, size, "out of memory");
        return NULL;
    }
    machine->scenario = scenario;
    machine->memory.scenario = scenario;
    machine->clock.profile = options->profile;
    machine->chaos = options->chaos;
    machine->timing = options->timing;
    machine->trace.clock = &machine->clock;
    machine->end.text = machine->text;
    if (machine_build(machine, error, size))
        return machine;
    machine_free(machine);
    return NULL;
}

void machine_free(struct machine *machine)
{
    if (!machine)
        return;
    machine->trace.readers = 0; /* nobody reads about the dismantling */
    stimuli_free(machine->stimuli);
    kvm_destroy_vm(machine->kvm);
    hostile_free(machine->hostile);
    guest_image_free(&machine->image);
    machine_devices_free(machine->devices);
    guest_memory_free(&machine->memory);
    host_mm_free(machine->mm);
    rmm_free(machine->rmm);
    invariants_free(machine->invariants);
    monitor_free(machine->monitor);
    for (unsigned i = 0; i < SCN_MAX_VCPUS; i++)
        cpu_free(machine->vcpus[i].cpu);
    engine_free(machine->engine);
    physmem_free(machine->mem);
    machine_threads_free(machine);
    free(machine);
}

struct trace *machine_trace(struct machine *machine)
{
    return &machine->trace;
}

/* The realm's image becomes private, measured memory: whole pages. */
static bool populate(struct machine *machine)
{
    const struct scenario *scenario = machine->scenario;

    for (size_t s = 0; s < machine->image.count; s++) {
        const struct scn_segment *segment = &machine->image.segments[s];
        uint64_t first = segment->ipa.v & ~GRANULE_MASK;
        uint64_t last = (segment->ipa.v + segment->size + GRANULE_MASK) & ~GRANULE_MASK;
        size_t m = 0;
        int code;

        while (segment->ipa.v - scenario->memory[m].ipa.v >= scenario->memory[m].size)
            m++;
        code = kvm_arm_rmi_populate(
            machine->kvm, first, last - first,
            HVA(machine->memory.hva[m].v + first - scenario->memory[m].ipa.v), true);
        if (code) {
            machine_set_end_text(machine, END_KVM_ERROR, (uint64_t)-code,
                                 "populating the realm failed: %s", strerror(-code));
            return false;
        }
    }
    return true;
}

/* However the run ended: a broken promise to the realm is what there is to tell. */
static void note_violation(struct machine *machine)
{
    if (!machine->invariants || !invariants_violation(machine->invariants))
        return;
    snprintf(machine->text, sizeof(machine->text), "%s", invariants_violation(machine->invariants));
    machine->ended = true;
    machine->end.reason = END_FAILURE;
    machine->end.detail = 0;
}

struct machine_end machine_run(struct machine *machine)
{
    if (machine->hostile && !hostile_attach(machine->hostile))
        machine_set_end_text(machine, END_FAILURE, 0, "too many readers of the trace");
    else if (!machine_is_realm(machine) || populate(machine))
        machine_run_threads(machine);
    if (machine->hostile)
        hostile_end(machine->hostile);
    note_violation(machine);
    EMIT(&machine->trace, END, VMM, EVENT_STR(end_reason_name(machine->end.reason)),
         machine->end.detail);
    return machine->end;
}

/*
 * KVM writes the results of a PSCI call into x0..x3 also when the call stops the system
 * (smccc_set_retval), but that guest runs no more: what it last had is what it called with.
 */
static bool ended_in_call(const struct machine *machine, unsigned vcpu)
{
    return machine->ended && machine->end.reason == END_PSCI && !machine_is_realm(machine) &&
           machine->current == vcpu;
}

unsigned machine_vcpu_count(const struct machine *machine)
{
    return machine->vcpu_count;
}

uint64_t machine_reg(struct machine *machine, unsigned vcpu, unsigned n)
{
    const struct machine_vcpu *of = &machine->vcpus[vcpu];

    return ended_in_call(machine, vcpu) ? of->at_call.x[n] : cpu_get_x(of->cpu, n);
}

uint64_t machine_pc(struct machine *machine, unsigned vcpu)
{
    const struct machine_vcpu *of = &machine->vcpus[vcpu];

    return ended_in_call(machine, vcpu) ? of->at_call.pc : cpu_el2(of->cpu)->elr;
}

uint64_t machine_sp(struct machine *machine, unsigned vcpu)
{
    const struct machine_vcpu *of = &machine->vcpus[vcpu];

    return ended_in_call(machine, vcpu) ? of->at_call.sp
                                        : cpu_get_sp(of->cpu, machine->scenario->guest.el);
}

enum vcpu_state machine_vcpu_state(const struct machine *machine, unsigned vcpu)
{
    const struct kvm_vcpu *of = machine->vcpus[vcpu].vcpu;

    if (kvm_vcpu_is_off(of))
        return VCPU_OFF;
    return kvm_vcpu_is_waiting(of) ? VCPU_WAITS : VCPU_RUNS;
}

cycles_t machine_cycles(const struct machine *machine)
{
    return machine->clock.now;
}

uint64_t machine_instructions(const struct machine *machine)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < machine->vcpu_count; i++)
        sum += cpu_instructions(machine->vcpus[i].cpu);
    return sum;
}

struct machine_device_state machine_device(const struct machine *machine, size_t index)
{
    return machine_devices_state(machine->devices, index);
}

struct machine_kvm_state machine_kvm_state(const struct machine *machine)
{
    return machine_devices_kvm_state(machine->devices);
}

const struct invariant_counts *machine_invariant_counts(const struct machine *machine)
{
    return machine->invariants ? invariants_counts(machine->invariants) : NULL;
}

const struct stimulus_result *machine_stimulus_results(const struct machine *machine)
{
    return stimuli_results(machine->stimuli);
}

const struct hostile_record *machine_hostile_records(const struct machine *machine)
{
    return machine->hostile ? hostile_records(machine->hostile) : NULL;
}

/* --- for a debugger ----------------------------------------------------------------------------
 */

struct engine *machine_engine(struct machine *machine)
{
    return machine->engine;
}

unsigned machine_cpu_count(const struct machine *machine)
{
    return machine->vcpu_count;
}

struct cpu *machine_cpu(struct machine *machine, unsigned n)
{
    return machine->vcpus[n].cpu;
}

bool machine_find_page(void *ctx, ipa_t ipa, pa_t *pa, enum pas *pas)
{
    const struct machine *machine = ctx;

    return kvm_find_page(machine->kvm, ipa, pa, pas);
}

bool machine_read_memory(const struct machine *machine, ipa_t ipa, void *bytes, size_t size)
{
    uint8_t *to = bytes;

    while (size > 0) {
        size_t in_page = GRANULE_SIZE - (size_t)(ipa.v & (GRANULE_SIZE - 1));
        size_t part = size < in_page ? size : in_page;
        enum pas pas;
        pa_t pa;

        if (!kvm_find_page(machine->kvm, IPA(ipa.v & ~(uint64_t)(GRANULE_SIZE - 1)), &pa, &pas))
            return false;
        pa.v += ipa.v & (GRANULE_SIZE - 1);
        if (physmem_read(machine->mem, pas, pa, to, part) != PHYS_OK)
            return false;
        to += part;
        ipa.v += part;
        size -= part;
    }
    return true;
}

void machine_stop(struct machine *machine, const char *text)
{
    machine_set_end_text(machine, END_KVM_ERROR, EINTR, "%s", text);
    cpu_set_budget(machine->vcpus[machine->current].cpu, 0);
}

struct kvm_stage2_leaf machine_stage2(const struct machine *machine, ipa_t ipa)
{
    struct kvm_stage2_leaf leaf = {0};

    if (kvm_stage2_leaf(machine->kvm, ipa, &leaf))
        leaf = (struct kvm_stage2_leaf){.perm = "none", .attr = "none"};
    return leaf;
}

bool machine_page_is_dirty(const struct machine *machine, size_t index, uint64_t page)
{
    return kvm_dirty_log_has(machine->kvm, (uint32_t)index, page);
}
