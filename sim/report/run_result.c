/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/report/run_result.h"

#include "sim/scenario/arena.h"
#include "sim/scenario/text.h"

#define WORD_BITS 64

static uint64_t *dirty_bitmap(struct machine *machine, const struct scenario *scenario,
                              size_t memory, struct arena *arena)
{
    uint64_t pages = scenario->memory[memory].size >> GRANULE_SHIFT;
    uint64_t *bits = arena_array(arena, (size_t)pages / WORD_BITS + 1, sizeof(*bits));
    for (uint64_t page = 0; page < pages; page++)
        bits[page / WORD_BITS] |= (uint64_t)machine_page_is_dirty(machine, memory, page)
                                  << (page % WORD_BITS);
    return bits;
}

static void capture_stage2(struct machine *machine, const struct scenario *scenario,
                           struct run_result *result, struct arena *arena)
{
    const struct scn_expect *expect = &scenario->expect;
    result->stage2 = arena_array(arena, expect->stage2_count, sizeof(result->stage2[0]));
    for (size_t i = 0; i < expect->stage2_count; i++)
        result->stage2[i] = machine_stage2(machine, expect->stage2[i].ipa);
    result->dirty = arena_array(arena, expect->dirty_count, sizeof(result->dirty[0]));
    for (size_t i = 0; i < expect->dirty_count; i++)
        result->dirty[i] = dirty_bitmap(machine, scenario, expect->dirty[i].memory, arena);
}

static void capture_memory(struct machine *machine, const struct scenario *scenario,
                           struct run_result *result, struct arena *arena)
{
    const struct scn_expect *expect = &scenario->expect;
    result->memory = arena_array(arena, expect->memory_count, sizeof(result->memory[0]));
    for (size_t i = 0; i < expect->memory_count; i++) {
        struct memory_bytes *memory = &result->memory[i];
        char *hex = arena_alloc(arena, 2 * expect->memory[i].size + 1);
        memory->size = expect->memory[i].size;
        memory->bytes = arena_alloc(arena, memory->size);
        memory->there =
            machine_read_memory(machine, expect->memory[i].ipa, memory->bytes, memory->size);
        text_to_hex(hex, memory->bytes, memory->size);
        memory->hex = hex;
    }
}

static struct vcpu_result capture_vcpu(struct machine *machine, unsigned vcpu)
{
    struct vcpu_result result = {
        .sp = machine_sp(machine, vcpu),
        .pc = machine_pc(machine, vcpu),
        .state = machine_vcpu_state(machine, vcpu),
    };

    for (unsigned n = 0; n < sizeof(result.x) / sizeof(result.x[0]); n++)
        result.x[n] = machine_reg(machine, vcpu, n);
    return result;
}

struct run_result run_result_capture(struct machine *machine, struct machine_end end,
                                     const struct scenario *scenario, struct arena *arena)
{
    struct run_result result = {
        .end = end,
        .vcpu_count = machine_vcpu_count(machine),
        .cycles = machine_cycles(machine),
        .instructions = machine_instructions(machine),
        .device_count = scenario->device_count,
        .kvm = machine_kvm_state(machine),
        .invariants = machine_invariant_counts(machine),
        .stimuli = machine_stimulus_results(machine),
        .host = machine_hostile_records(machine),
    };
    for (unsigned i = 0; i < result.vcpu_count; i++)
        result.vcpus[i] = capture_vcpu(machine, i);
    result.devices = arena_array(arena, scenario->device_count, sizeof(result.devices[0]));
    for (size_t i = 0; i < scenario->device_count; i++)
        result.devices[i] = machine_device(machine, i);
    capture_stage2(machine, scenario, &result, arena);
    capture_memory(machine, scenario, &result, arena);
    return result;
}
