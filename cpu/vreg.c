/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cpu/vreg.h"

#include "cpu/engine.h"

void vreg_get(struct cpu *cpu, unsigned n, uint64_t value[2])
{
    engine_load(cpu);
    uc_reg_read(cpu->engine->uc, UC_ARM64_REG_V0 + (int)n, value);
}

void vreg_set(struct cpu *cpu, unsigned n, const uint64_t value[2])
{
    engine_load(cpu);
    uc_reg_write(cpu->engine->uc, UC_ARM64_REG_V0 + (int)n, value);
}
