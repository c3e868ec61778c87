/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/gdb/target.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/arch/pstate.h"
#include "cpu/debug.h"
#include "cpu/vreg.h"

enum { X_COUNT = 31, V_COUNT = 32 };

/* What the numbers mean, in their order. */
enum kind {
    KIND_X,
    KIND_SP,
    KIND_PC,
    KIND_CPSR,
    KIND_V,
    KIND_FPSR,
    KIND_FPCR,
    KIND_SYSREG,
    KIND_EL2
};

/* Registers of EL2 that tell of the last exception taken there; they can only be read. */
static const struct {
    const char *name;
    size_t offset;
} el2_registers[] = {
    {"ESR_EL2", offsetof(struct el2_regs, esr)},
    {"FAR_EL2", offsetof(struct el2_regs, far)},
    {"HPFAR_EL2", offsetof(struct el2_regs, hpfar)},
    {"HCR_EL2", offsetof(struct el2_regs, hcr)},
    {"VTCR_EL2", offsetof(struct el2_regs, vtcr)},
    {"VTTBR_EL2", offsetof(struct el2_regs, vttbr)},
};

#define EL2_COUNT (sizeof(el2_registers) / sizeof(el2_registers[0]))

static const struct {
    enum kind kind;
    unsigned count, size;
} groups[] = {
    {KIND_X, X_COUNT, 8},     {KIND_SP, 1, 8},   {KIND_PC, 1, 8},   {KIND_CPSR, 1, 4},
    {KIND_V, V_COUNT, 16},    {KIND_FPSR, 1, 4}, {KIND_FPCR, 1, 4}, {KIND_SYSREG, SYSREG_COUNT, 8},
    {KIND_EL2, EL2_COUNT, 8},
};

#define GROUP_COUNT (sizeof(groups) / sizeof(groups[0]))

/* Group of register n; *n becomes its number in the group. */
static size_t group_of(unsigned *n)
{
    size_t group = 0;

    while (group < GROUP_COUNT && *n >= groups[group].count)
        *n -= groups[group++].count;
    return group;
}

unsigned gdb_register_count(void)
{
    unsigned count = 0;

    for (size_t i = 0; i < GROUP_COUNT; i++)
        count += groups[i].count;
    return count;
}

unsigned gdb_register_general_count(void)
{
    return gdb_register_count() - SYSREG_COUNT - (unsigned)EL2_COUNT;
}

unsigned gdb_register_size(unsigned n)
{
    size_t group = group_of(&n);

    return group < GROUP_COUNT ? groups[group].size : 0;
}

/* Which of SP_EL0 and SP_EL1 `sp` is now. */
static unsigned current_sp(struct cpu *cpu)
{
    uint64_t mode = field_get(cpu_el2(cpu)->spsr, PSTATE_M);

    return mode == PSTATE_EL1H ? 1 : 0;
}

static void put(uint8_t *value, uint64_t number, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        value[i] = (uint8_t)(number >> 8 * i);
}

static uint64_t get(const uint8_t *value, unsigned size)
{
    uint64_t number = 0;

    for (unsigned i = 0; i < size; i++)
        number |= (uint64_t)value[i] << 8 * i;
    return number;
}

static uint64_t el2_value(struct cpu *cpu, unsigned n)
{
    uint64_t value;

    memcpy(&value, (const char *)cpu_el2(cpu) + el2_registers[n].offset, sizeof(value));
    return value;
}

bool gdb_register_read(struct cpu *cpu, unsigned n, uint8_t *value)
{
    size_t group = group_of(&n);
    uint64_t number = 0, vector[2];

    if (group == GROUP_COUNT)
        return false;
    switch (groups[group].kind) {
    case KIND_X:
        number = cpu_get_x(cpu, n);
        break;
    case KIND_SP:
        number = cpu_get_sp(cpu, current_sp(cpu));
        break;
    case KIND_PC:
        number = cpu_el2(cpu)->elr;
        break;
    case KIND_CPSR:
        number = cpu_el2(cpu)->spsr;
        break;
    case KIND_V:
        vreg_get(cpu, n, vector);
        put(value, vector[0], 8);
        put(value + 8, vector[1], 8);
        return true;
    case KIND_FPSR:
        number = debugger_fpsr(cpu);
        break;
    case KIND_FPCR:
        number = debugger_fpcr(cpu);
        break;
    case KIND_SYSREG:
        number = cpu_get_sysreg(cpu, (enum sysreg)n);
        break;
    case KIND_EL2:
        number = el2_value(cpu, n);
        break;
    }
    put(value, number, groups[group].size);
    return true;
}

bool gdb_register_write(struct cpu *cpu, unsigned n, const uint8_t *value)
{
    size_t group = group_of(&n);
    uint64_t number, vector[2];

    if (group == GROUP_COUNT)
        return false;
    number = get(value, groups[group].size < 8 ? groups[group].size : 8);
    switch (groups[group].kind) {
    case KIND_X:
        cpu_set_x(cpu, n, number);
        return true;
    case KIND_SP:
        cpu_set_sp(cpu, current_sp(cpu), number);
        return true;
    case KIND_PC:
        cpu_el2(cpu)->elr = number;
        return true;
    case KIND_V:
        vector[0] = number;
        vector[1] = get(value + 8, 8);
        vreg_set(cpu, n, vector);
        return true;
    case KIND_SYSREG:
        cpu_set_sysreg(cpu, (enum sysreg)n, number);
        return true;
    case KIND_CPSR: { /* the flags and masks; the Exception level is not the debugger's to change */
        uint64_t kept = field_mask(PSTATE_M), *spsr = &cpu_el2(cpu)->spsr;

        *spsr = (*spsr & kept) | (number & ~kept);
        return true;
    }
    case KIND_FPSR:
    case KIND_FPCR:
    case KIND_EL2:
        break;
    }
    return false;
}

/* --- the description --- */

static void put_register(FILE *out, const char *name, unsigned bits, const char *type)
{
    fprintf(out, "<reg name=\"%s\" bitsize=\"%u\" type=\"%s\"/>\n", name, bits, type);
}

/* As GDB's own aarch64-core.xml says it; `i pc` and the like depend on the types. */
static void put_core(FILE *out)
{
    char name[8];

    fputs("<feature name=\"org.gnu.gdb.aarch64.core\">\n", out);
    for (unsigned n = 0; n < X_COUNT; n++) {
        snprintf(name, sizeof(name), "x%u", n);
        put_register(out, name, 64, "int");
    }
    put_register(out, "sp", 64, "data_ptr");
    put_register(out, "pc", 64, "code_ptr");
    put_register(out, "cpsr", 32, "int");
    fputs("</feature>\n", out);
}

static void put_fpu(FILE *out)
{
    char name[8];

    fputs("<feature name=\"org.gnu.gdb.aarch64.fpu\">\n"
          "<vector id=\"v2d\" type=\"ieee_double\" count=\"2\"/>\n"
          "<vector id=\"v2u\" type=\"uint64\" count=\"2\"/>\n"
          "<vector id=\"v4f\" type=\"ieee_single\" count=\"4\"/>\n"
          "<vector id=\"v4u\" type=\"uint32\" count=\"4\"/>\n"
          "<vector id=\"v8u\" type=\"uint16\" count=\"8\"/>\n"
          "<vector id=\"v16u\" type=\"uint8\" count=\"16\"/>\n"
          "<vector id=\"v1u\" type=\"uint128\" count=\"1\"/>\n"
          "<union id=\"aarch64v\">\n"
          "<field name=\"d\" type=\"v2d\"/><field name=\"f\" type=\"v4f\"/>\n"
          "<field name=\"u64\" type=\"v2u\"/><field name=\"u32\" type=\"v4u\"/>\n"
          "<field name=\"u16\" type=\"v8u\"/><field name=\"u8\" type=\"v16u\"/>\n"
          "<field name=\"q\" type=\"v1u\"/>\n</union>\n",
          out);
    for (unsigned n = 0; n < V_COUNT; n++) {
        snprintf(name, sizeof(name), "v%u", n);
        put_register(out, name, 128, "aarch64v");
    }
    put_register(out, "fpsr", 32, "int");
    put_register(out, "fpcr", 32, "int");
    fputs("</feature>\n", out);
}

char *gdb_target_xml(void)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    if (!out)
        return NULL;
    fputs("<?xml version=\"1.0\"?>\n<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n"
          "<target>\n<architecture>aarch64</architecture>\n",
          out);
    put_core(out);
    put_fpu(out);
    fputs("<feature name=\"sim.aarch64.el1\">\n", out);
    for (unsigned n = 0; n < SYSREG_COUNT; n++)
        put_register(out, sysreg_table[n].name, 64, "int");
    fputs("</feature>\n<feature name=\"sim.aarch64.el2\">\n", out);
    for (unsigned n = 0; n < EL2_COUNT; n++)
        put_register(out, el2_registers[n].name, 64, "int");
    fputs("</feature>\n</target>\n", out);
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}
