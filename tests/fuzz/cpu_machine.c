/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/fuzz/cpu_machine.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/arch/descriptor.h"
#include "cpu/arch/pstate.h"

#define TABLE_SPACE 0x20000u /* for the tables of one root: up to two of 64 KiB */
#define MAIR_VALUE 0x00000000bbff4400ull

void fuzz_fail(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fputs("FINDING: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    abort();
}

static uint64_t scrambled(uint64_t value)
{
    value ^= value >> 31;
    value *= 0x7fb5d329728ea185u;
    value ^= value >> 27;
    value *= 0x81dadef4bc2dd44du;
    return value ^ value >> 33;
}

void fuzz_mix(struct fuzz_machine *machine, uint64_t value)
{
    machine->digest = scrambled(machine->digest ^ value) + 0x9e3779b97f4a7c15u;
}

uint8_t *fuzz_ram(struct fuzz_machine *machine, uint64_t offset)
{
    return (uint8_t *)physmem_host_base(machine->mem) + (FUZZ_RAM - PHYS_DRAM_BASE) + offset;
}

void fuzz_write(struct fuzz_machine *machine, pa_t pa, const void *data, size_t len)
{
    enum pas pas;

    if (!gpt_lookup(machine->mem, pa, &pas) ||
        physmem_write(machine->mem, pas, pa, data, len) != PHYS_OK)
        fuzz_fail("no memory at 0x%016llx", (unsigned long long)pa.v);
}

void fuzz_mix_memory(struct fuzz_machine *machine)
{
    const uint8_t *ram = fuzz_ram(machine, 0);

    for (size_t i = 0; i < FUZZ_RAM_SIZE; i += sizeof(uint64_t)) {
        uint64_t word;

        memcpy(&word, ram + i, sizeof(word));
        if (word)
            fuzz_mix(machine, word ^ (uint64_t)i << 44);
    }
}

/* --- what no guest may reach --- */

static uint64_t secret_word(void)
{
    return scrambled(0x5ec2e7);
}

static void plant_secret(struct fuzz_machine *machine)
{
    uint64_t words[GRANULE_SIZE / sizeof(uint64_t)];

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        words[i] = secret_word();
    for (uint64_t at = FUZZ_SECRET; at < FUZZ_SECRET + FUZZ_SECRET_SIZE; at += GRANULE_SIZE) {
        fuzz_write(machine, PA(at), words, sizeof(words));
        gpt_set(machine->mem, PA(at), PAS_ROOT);
    }
}

void fuzz_check_secret_unread(struct fuzz_machine *machine, struct cpu *cpu)
{
    (void)machine;
    for (unsigned n = 0; n < 31; n++) /* scrambled: the comparison must not teach the fuzzer */
        if (scrambled(cpu_get_x(cpu, n)) == scrambled(secret_word()))
            fuzz_fail("X%u holds what is in a granule of Root PAS", n);
}

void fuzz_check_secret_unwritten(struct fuzz_machine *machine)
{
    const uint8_t *secret =
        (const uint8_t *)physmem_host_base(machine->mem) + (FUZZ_SECRET - PHYS_DRAM_BASE);

    for (size_t i = 0; i < FUZZ_SECRET_SIZE; i += sizeof(uint64_t)) {
        uint64_t word;

        memcpy(&word, secret + i, sizeof(word));
        if (word != secret_word())
            fuzz_fail("a granule of Root PAS was written, at offset 0x%zx", i);
    }
}

/* --- tables --- */

static unsigned level_shift(unsigned granule_shift, int level)
{
    return granule_shift + (unsigned)(3 - level) * (granule_shift - 3);
}

static int start_level(unsigned granule_shift)
{
    int level = 3;

    while (level_shift(granule_shift, level) + granule_shift - 3 < FUZZ_INPUT_BITS)
        level--;
    return level;
}

/* The tables of a root lie one behind the other, each aligned to the granule. */
static uint64_t table_offset(unsigned granule_shift, int level)
{
    return (uint64_t)(level - start_level(granule_shift)) << granule_shift;
}

static uint64_t tables_pa(unsigned stage, unsigned half)
{
    return stage == 2 ? FUZZ_STAGE2 : FUZZ_RAM + FUZZ_STAGE1 + half * TABLE_SPACE;
}

pa_t fuzz_descriptor(const struct fuzz_machine *machine, unsigned stage, unsigned half,
                     unsigned page, unsigned level_up)
{
    unsigned granule_shift = machine->config.granule_shift[stage - 1];
    uint64_t input =
        FUZZ_VA + page % (FUZZ_RAM_SIZE >> granule_shift) * ((uint64_t)1 << granule_shift);
    int start = start_level(granule_shift), level = 3 - (int)level_up;
    uint64_t index;

    if (half && stage == 1)
        input -= FUZZ_VA;
    if (level < start)
        level = start;
    index = input >> level_shift(granule_shift, level) & (((uint64_t)1 << (granule_shift - 3)) - 1);
    return PA(tables_pa(stage, stage == 1 ? half : 0) + table_offset(granule_shift, level) +
              index * sizeof(uint64_t));
}

static void build_tables(struct fuzz_machine *machine, unsigned stage, unsigned half,
                         uint64_t output, uint64_t leaf)
{
    unsigned granule_shift = machine->config.granule_shift[stage - 1];
    uint64_t at = stage == 2 ? tables_pa(2, 0) : machine->ipa + FUZZ_STAGE1 + half * TABLE_SPACE;
    unsigned pages = FUZZ_RAM_SIZE >> granule_shift;

    for (int level = start_level(granule_shift); level < 3; level++) {
        uint64_t desc = (at + table_offset(granule_shift, level + 1)) | DESC_TYPE_TABLE;

        fuzz_write(machine, fuzz_descriptor(machine, stage, half, 0, (unsigned)(3 - level)), &desc,
                   sizeof(desc));
    }
    for (unsigned page = 0; page < pages; page++) {
        uint64_t offset = (uint64_t)page << granule_shift;
        uint64_t desc = (output + offset) | leaf | DESC_TYPE_PAGE;

        /* A guest that wrote its own tables without a TLBI might see old or new ones. */
        if (stage == 1 && offset >= FUZZ_STAGE1 && offset < FUZZ_STAGE1 + 2 * TABLE_SPACE)
            desc = 0;

        fuzz_write(machine, fuzz_descriptor(machine, stage, half, page, 0), &desc, sizeof(desc));
    }
}

static uint64_t tg0(unsigned granule_shift)
{
    return granule_shift == 16 ? 1 : granule_shift == 14 ? 2 : 0;
}

static uint64_t tg1(unsigned granule_shift)
{
    return granule_shift == 16 ? 3 : granule_shift == 14 ? 1 : 2;
}

static void set_up_stage1(struct fuzz_machine *machine, struct cpu *cpu)
{
    unsigned granule_shift = machine->config.granule_shift[0];
    uint64_t root = machine->ipa + FUZZ_STAGE1;

    cpu_set_sysreg(cpu, SYSREG_MAIR_EL1, MAIR_VALUE);
    if (!granule_shift)
        return;
    cpu_set_sysreg(cpu, SYSREG_TTBR0_EL1, root);
    cpu_set_sysreg(cpu, SYSREG_TTBR1_EL1, root + TABLE_SPACE);
    cpu_set_sysreg(cpu, SYSREG_TCR_EL1,
                   field_put(TCR_T0SZ, 64 - FUZZ_INPUT_BITS) |
                       field_put(TCR_T1SZ, 64 - FUZZ_INPUT_BITS) |
                       field_put(TCR_TG0, tg0(granule_shift)) |
                       field_put(TCR_TG1, tg1(granule_shift)) | field_put(TCR_IPS, 2));
    cpu_set_sysreg(cpu, SYSREG_SCTLR_EL1,
                   cpu_get_sysreg(cpu, SYSREG_SCTLR_EL1) | field_mask(SCTLR_M) |
                       field_mask(SCTLR_C));
}

static void set_up_stage2(struct fuzz_machine *machine, struct el2_regs *el2)
{
    unsigned granule_shift = machine->config.granule_shift[1];
    unsigned sl0 = granule_shift == 12 ? 2 - (unsigned)start_level(12)
                                       : 3 - (unsigned)start_level(granule_shift);

    el2->hcr |= field_mask(HCR_VM);
    el2->vtcr = field_put(VTCR_T0SZ, 64 - FUZZ_INPUT_BITS) | field_put(VTCR_SL0, sl0) |
                field_put(VTCR_TG0, tg0(granule_shift)) | field_put(VTCR_PS, 2);
    el2->vttbr = FUZZ_STAGE2;
}

static struct cpu *make_cpu(struct fuzz_machine *machine, unsigned index)
{
    char error[200] = "";
    struct cpu *cpu = cpu_new(machine->engine, index, error, sizeof(error));
    struct el2_regs *el2;

    if (!cpu)
        fuzz_fail("no CPU: %s", error);
    el2 = cpu_el2(cpu);
    cpu_set_pas(cpu, machine->config.realm ? PAS_REALM : PAS_NON_SECURE);
    el2->hcr = field_mask(HCR_RW) | field_mask(HCR_TSC) | field_mask(HCR_TWI) |
               field_mask(HCR_API) | field_mask(HCR_APK);
    if (machine->config.granule_shift[1])
        set_up_stage2(machine, el2);
    set_up_stage1(machine, cpu);
    cpu_set_sysreg(cpu, SYSREG_VBAR_EL1, machine->va + FUZZ_VECTORS);
    for (unsigned n = 0; n < 31; n++)
        cpu_set_x(cpu, n, machine->va + FUZZ_DATA + n * 0x410u);
    cpu_set_sp(cpu, 0, machine->va + FUZZ_DATA + 0x8000);
    cpu_set_sp(cpu, 1, machine->va + FUZZ_DATA + 0x9000);
    el2->elr = machine->va + index * 4 * GRANULE_SIZE;
    el2->spsr = (machine->config.el0 ? PSTATE_EL0T : PSTATE_EL1H) | field_mask(PSTATE_DAIF);
    cpu_set_budget(cpu, 0);
    return cpu;
}

/* A handler goes on behind the instruction, so that one that is undefined is not the end. */
static void write_vectors(struct fuzz_machine *machine)
{
    static const uint32_t handler[] = {
        0xd4000002, /* hvc #0 */
        0xd538403b, /* mrs x27, elr_el1 */
        0x9100137b, /* add x27, x27, #4 */
        0xd518403b, /* msr elr_el1, x27 */
        0xd69f03e0, /* eret */
    };
    size_t first = machine->config.quiet_vectors ? 1 : 0;

    for (unsigned vector = 0; vector < 0x800; vector += 0x80)
        fuzz_write(machine, PA(FUZZ_RAM + FUZZ_VECTORS + vector), handler + first,
                   sizeof(handler) - first * sizeof(handler[0]));
}

static void fill(struct fuzz_machine *machine)
{
    const struct fuzz_config *config = &machine->config;

    for (uint64_t at = FUZZ_RAM; config->realm && at < FUZZ_SECRET; at += GRANULE_SIZE)
        gpt_set(machine->mem, PA(at), PAS_REALM);
    plant_secret(machine);
    machine->ipa = config->granule_shift[1] ? FUZZ_VA : FUZZ_RAM;
    machine->va = config->granule_shift[0] ? FUZZ_VA : machine->ipa;
    if (config->granule_shift[1])
        build_tables(machine, 2, 0, FUZZ_RAM,
                     field_mask(DESC_AF) | field_put(S2_MEM_ATTR, S2_MEM_ATTR_NORMAL_WB) |
                         field_mask(S2_AP_READ) | field_mask(S2_AP_WRITE));
    for (unsigned half = 0; config->granule_shift[0] && half < 2; half++)
        build_tables(machine, 1, half, machine->ipa,
                     field_mask(DESC_AF) | field_put(S1_ATTR_INDX, 2) |
                         (config->el0 ? field_mask(S1_AP_EL0) : 0));
    write_vectors(machine);
    machine->clock.now = CYCLES(0);
    machine->digest = 0;
    for (unsigned i = 0; i < FUZZ_CPUS; i++)
        machine->cpu[i] = make_cpu(machine, i);
}

static void tell(void *ctx, const struct event *event)
{
    const struct fuzz_machine *machine = ctx;

    if (event->kind != EV_EL1_VECTOR)
        return;
    fprintf(machine->log, "to EL1:");
    for (unsigned i = 0; i < event_field_count(event->kind); i++)
        fprintf(machine->log, " %llx", (unsigned long long)event->args[i]);
    fputc('\n', machine->log);
}

void fuzz_machine_init(struct fuzz_machine *machine, const struct fuzz_config *config, FILE *log)
{
    char error[200] = "";

    *machine = (struct fuzz_machine){.config = *config, .log = log};
    machine->profile = (struct cost_profile){.name = "fuzz", .core_hz = 16u * CLOCK_COUNTER_HZ};
    for (unsigned op = 0; op < OP_COUNT; op++)
        machine->profile.cycles[op] = op + 1;
    machine->clock.profile = &machine->profile;
    machine->trace.clock = &machine->clock;
    if (log)
        trace_add_reader(&machine->trace, tell, machine);
    machine->mem = physmem_new(FUZZ_MEMORY);
    if (!machine->mem)
        fuzz_fail("no memory");
    machine->engine = engine_new(&(struct engine_config){.mem = machine->mem,
                                                         .clock = &machine->clock,
                                                         .trace = &machine->trace,
                                                         .chaos = config->chaos},
                                 error, sizeof(error));
    if (!machine->engine)
        fuzz_fail("no engine: %s", error);
    fill(machine);
}

static void free_cpus(struct fuzz_machine *machine)
{
    for (unsigned i = 0; i < FUZZ_CPUS; i++)
        cpu_free(machine->cpu[i]);
}

void fuzz_machine_reset(struct fuzz_machine *machine)
{
    static const uint8_t zeros[GRANULE_SIZE];
    uint64_t limit = physmem_limit(machine->mem).v;

    free_cpus(machine);
    for (uint64_t at = PHYS_DRAM_BASE; at < limit; at += GRANULE_SIZE) {
        const uint8_t *host =
            (const uint8_t *)physmem_host_base(machine->mem) + at - PHYS_DRAM_BASE;

        gpt_set(machine->mem, PA(at), PAS_NON_SECURE);
        if (memcmp(host, zeros, sizeof(zeros)) != 0)
            fuzz_write(machine, PA(at), zeros, sizeof(zeros));
    }
    fill(machine);
}

void fuzz_machine_free(struct fuzz_machine *machine)
{
    free_cpus(machine);
    engine_free(machine->engine);
    physmem_free(machine->mem);
}
