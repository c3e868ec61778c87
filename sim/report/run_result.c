/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/report/run_result.h"

#include "sim/scenario/arena.h"

struct run_result run_result_capture(struct machine *machine, struct machine_end end,
                                     const struct scenario *scenario, struct arena *arena)
{
    struct run_result result = {
        .end = end,
        .sp = machine_sp(machine),
        .pc = machine_pc(machine),
        .cycles = machine_cycles(machine),
        .instructions = machine_instructions(machine),
        .device_count = scenario->device_count,
        .kvm = machine_kvm_state(machine),
        .host = machine_hostile_records(machine),
    };
    for (unsigned n = 0; n < sizeof(result.x) / sizeof(result.x[0]); n++)
        result.x[n] = machine_reg(machine, n);
    result.devices = arena_array(arena, scenario->device_count, sizeof(result.devices[0]));
    for (size_t i = 0; i < scenario->device_count; i++)
        result.devices[i] = machine_device(machine, i);
    return result;
}
