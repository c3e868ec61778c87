/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the instructions that were executed reach the clock. */
#include "cpu/engine.h"

void engine_count_instruction(struct cpu *cpu, uint64_t pc)
{
    cpu->executed++;
    if (cpu->detail)
        engine_detail_instruction(cpu->detail, pc);
    else if (cpu->engine->core)
        flow_enter(&cpu->flow, flow_next(&cpu->flow, pc, 4));
}

uint64_t engine_uncharged_cycles(const struct cpu *cpu)
{
    uint64_t executed = cpu->executed;

    if (cpu->detail)
        return engine_detail_cycles(cpu->detail);
    if (cpu->block_size) /* a callback out of the block, which was counted whole */
        executed = engine_instructions_at(cpu, engine_read_reg(cpu->engine->uc, UC_ARM64_REG_PC));
    if (!cpu->engine->core)
        return (executed - cpu->charged) * cpu->engine->clock->profile->cycles[OP_GUEST_INSN];
    if (!cpu->block_size)
        return cpu->flow.cycles;
    return flow_cycles_at(&cpu->flow, (unsigned)(cpu->block_size / 4 - (cpu->executed - executed)));
}

void engine_charge(struct cpu *cpu)
{
    struct clock *clock = cpu->engine->clock;

    if (cpu->detail)
        engine_detail_charge(cpu->detail);
    else if (cpu->engine->core)
        clock_charge_cycles(clock, OP_GUEST_INSN, cpu->executed - cpu->charged, cpu->flow.cycles);
    else
        clock_charge(clock, OP_GUEST_INSN, cpu->executed - cpu->charged);
    cpu->flow.cycles = 0;
    cpu->charged = cpu->executed;
}

void engine_drain(struct cpu *cpu)
{
    if (!cpu->engine->core)
        return;
    if (cpu->detail)
        engine_detail_drain(cpu->detail);
    else
        flow_drain(&cpu->flow);
    engine_charge(cpu);
}
