/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/boot_code.h"

#include <assert.h>
#include <string.h>

#include "cpu/arch/pstate.h"

/* Encodings (Arm ARM C6.2). */
#define MOVZ_X 0xd2800000u
#define MOVK_X 0xf2800000u
#define MSR_X 0xd5100000u /* op0 is 2 or 3: its low bit is an operand */
#define MOV_SP_X0 0x9100001fu
#define ISB 0xd5033fdfu
#define ERET 0xd69f03e0u

struct writer {
    uint8_t *bytes;
    size_t used;
};

static void emit(struct writer *writer, uint32_t word)
{
    assert(writer->used + sizeof(word) <= BOOT_CODE_SIZE);
    memcpy(writer->bytes + writer->used, &word, sizeof(word));
    writer->used += sizeof(word);
}

static void load(struct writer *writer, unsigned rd, uint64_t value)
{
    emit(writer, MOVZ_X | (uint32_t)(value & 0xffff) << 5 | rd);
    for (unsigned half = 1; half < 4; half++)
        if (value >> (16 * half) & 0xffff)
            emit(writer, MOVK_X | half << 21 | (uint32_t)(value >> (16 * half) & 0xffff) << 5 | rd);
}

static void write_sysreg(struct writer *writer, enum sysreg reg, uint64_t value)
{
    const struct sysreg_desc *d = &sysreg_table[reg];

    load(writer, 0, value);
    emit(writer, MSR_X | (uint32_t)(d->op0 & 1) << 19 | (uint32_t)d->op1 << 16 |
                     (uint32_t)d->crn << 12 | (uint32_t)d->crm << 8 | (uint32_t)d->op2 << 5);
}

/* MSR SP_EL0, x0: the stack of a guest that starts at EL0. */
#define MSR_SP_EL0_X0 0xd5184100u

void boot_code_write(uint8_t *bytes, const uint64_t regs[31], uint64_t sp,
                     const struct scn_sysreg_value *sysregs, size_t sysreg_count, uint64_t entry,
                     uint64_t pstate)
{
    struct writer writer = {.bytes = bytes};
    bool el0 = field_get(pstate, PSTATE_M) == PSTATE_EL0T;

    load(&writer, 0, sp);
    emit(&writer, el0 ? MSR_SP_EL0_X0 : MOV_SP_X0);
    for (size_t i = 0; i < sysreg_count; i++)
        write_sysreg(&writer, sysregs[i].reg, sysregs[i].value);
    write_sysreg(&writer, SYSREG_ELR_EL1, entry);
    write_sysreg(&writer, SYSREG_SPSR_EL1, pstate);
    emit(&writer, ISB);
    for (unsigned n = 31; n-- > 0;)
        load(&writer, n, regs[n]);
    emit(&writer, ERET);
}
