/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The memory that the records were made on: stage 2 with holes at known places, stage 1 tables for
 * both halves, some of them broken on purpose. Where physical pages lie is ours, the guest's view
 * is the recorder's.
 */
#include <stdlib.h>
#include <string.h>

#include "cpu/arch/descriptor.h"
#include "cpu/count.h"
#include "sim/conform/qemu_el2.h"

#define MIB ((uint64_t)1 << 20)
#define GIB ((uint64_t)1 << 30)

/* --- physical places ---
 * The level 1 blocks of 1 GiB lie over the DRAM's base; of what they map, only bytes at
 * +0x10203000 are ever reached. All else is in the first MiBs.
 */
#define MEMORY_SIZE (0x12 * 16 * MIB)
#define DRAM PHYS_DRAM_BASE
#define S2_L2_LOW (DRAM + 0x2000)   /* IPA 0 .. 1 GiB */
#define S2_L2_RAM (DRAM + 0x3000)   /* IPA 1 GiB .. 2 GiB */
#define S2_L3_PAGES (DRAM + 0x4000) /* IPA 0x9000000 .. + 2 MiB */
#define PAGES (DRAM + 0x10000)      /* IPA 0x9000000 and on, one page behind the other */
#define PAGE_COUNT 16u
#define BLOCK_2M (DRAM + 2 * MIB) /* behind each 2 MiB block of IPA 0xa000000 */
#define RAM (DRAM + 4 * MIB)      /* IPA 0x40000000 */

/* --- guest physical places --- */
#define PAGES_IPA 0x9000000u
#define BLOCKS_2M_IPA 0xa000000u
#define BLOCKS_1G_IPA 0x100000000u
#define TOP_IPA 0xffc0000000u     /* the last 1 GiB of 40 bits */
#define BEYOND_IPA 0x10000000000u /* the first behind them */
#define RAM_IPA 0x40000000u
#define VECTORS_IPA 0x40080000u

/* --- guest virtual places, from the start of each half --- */
#define HIGH_BASE 0xffff800000000000u
#define LOW_BASE 0x400000000000u
#define PAGES_VA 0x12600000u
#define PAGES_DEVICE_VA 0x22600000u
#define BLOCKS_2M_VA 0x34000000u
#define BLOCKS_1G_VA 0x4000000000u
#define TOP_VA 0x6000000000u
#define BEYOND_VA 0x7000000000u
#define BROKEN_VA 0x8000000000u
#define VECTORS_VA 0x45600000u

enum page {
    PAGE_HOLE_0,
    PAGE_RAM_1,
    PAGE_RAM_2,
    PAGE_HOLE_3,
    PAGE_RO,
    PAGE_WO,
    PAGE_NONE,
    PAGE_NO_AF,
    PAGE_XN,
    PAGE_ADDRESS_SIZE,
    PAGE_CODE_A,
    PAGE_DEVICE,
    PAGE_HOLE_F = 15,
};

/* An output address that 40 bits cannot hold. */
#define TOO_BIG ((uint64_t)1 << 40)

#define S2_READ (1ull << 6)
#define S2_WRITE (2ull << 6)
#define S2_NORMAL (0xfull << 2)
#define S2_DEVICE (1ull << 2)
#define S2_XN (2ull << 53)
#define AF (1ull << 10)
#define INNER (3ull << 8)

#define S2_RW (AF | INNER | S2_NORMAL | S2_READ | S2_WRITE)
#define S2_RO (AF | INNER | S2_NORMAL | S2_READ)
#define S2_WO (AF | INNER | S2_NORMAL | S2_WRITE)
#define S2_NO_ACCESS (AF | INNER | S2_NORMAL)

#define FILL 0xa5
#define HOLE_EDGE 64

static void put(struct physmem *mem, uint64_t pa, uint64_t value)
{
    physmem_write64(mem, PAS_NON_SECURE, PA(pa), value);
}

/* --- stage 2 --- */

static const uint64_t page_attributes[PAGE_COUNT] = {
    [PAGE_RAM_1] = S2_RW,
    [PAGE_RAM_2] = S2_RW,
    [PAGE_RO] = S2_RO,
    [PAGE_WO] = S2_WO,
    [PAGE_NONE] = S2_NO_ACCESS,
    [PAGE_NO_AF] = S2_RW & ~AF,
    [PAGE_XN] = S2_RW | S2_XN,
    [PAGE_ADDRESS_SIZE] = S2_RW | TOO_BIG,
    [PAGE_CODE_A] = S2_RW,
    [PAGE_DEVICE] = AF | S2_DEVICE | S2_READ | S2_WRITE,
    [0xc] = S2_RW,
    [0xd] = S2_RW,
    [0xe] = S2_RW,
};

/* 0: a hole. */
static const uint64_t block_2m_attributes[] = {
    0, S2_RO, S2_RW & ~AF, S2_RW | S2_XN, S2_NO_ACCESS, S2_WO, S2_RW | TOO_BIG,
};
static const uint64_t block_1g_attributes[] = {
    0, S2_RO, S2_RW & ~AF, S2_NO_ACCESS, S2_RW | TOO_BIG,
};

static void make_stage2(struct physmem *mem)
{
    put(mem, QEMU_EL2_VTTBR, S2_L2_LOW | DESC_TYPE_TABLE);
    put(mem, QEMU_EL2_VTTBR + 8, S2_L2_RAM | DESC_TYPE_TABLE);
    for (size_t i = 0; i < COUNT(block_1g_attributes); i++)
        if (block_1g_attributes[i])
            put(mem, QEMU_EL2_VTTBR + (BLOCKS_1G_IPA / GIB + i) * 8,
                DRAM | block_1g_attributes[i] | DESC_TYPE_BLOCK);
    put(mem, S2_L2_LOW + PAGES_IPA / (2 * MIB) * 8, S2_L3_PAGES | DESC_TYPE_TABLE);
    for (size_t i = 0; i < COUNT(block_2m_attributes); i++)
        if (block_2m_attributes[i])
            put(mem, S2_L2_LOW + (BLOCKS_2M_IPA / (2 * MIB) + i) * 8,
                BLOCK_2M | block_2m_attributes[i] | DESC_TYPE_BLOCK);
    for (unsigned i = 0; i < PAGE_COUNT; i++)
        if (page_attributes[i])
            put(mem, S2_L3_PAGES + i * 8,
                (PAGES + i * GRANULE_SIZE) | page_attributes[i] | DESC_TYPE_PAGE);
    put(mem, S2_L2_RAM, RAM | S2_RW | DESC_TYPE_BLOCK);
}

/* --- stage 1 --- */

#define ATTR_NORMAL (0ull << 2)
#define ATTR_DEVICE (1ull << 2)
#define EL0_MAY (1ull << 6)

/* Tables of one half, pages in the guest's RAM. */
enum s1_table {
    T_L0,
    T_L1,
    T_L2,
    T_PAGES,
    T_PAGES_DEVICE,
    T_L2_RAM,
    T_VECTORS,
    T_BROKEN_L1,
    T_BROKEN_L2,
    TABLES_HALF
};
#define FIRST_TABLE 0x40102000u /* behind the two roots */

static uint64_t table_ipa(bool high, enum s1_table table)
{
    if (table == T_L0)
        return high ? QEMU_EL2_TTBR1 : QEMU_EL2_TTBR0;
    return FIRST_TABLE + ((high ? (uint64_t)TABLES_HALF : 0) + table) * GRANULE_SIZE;
}

static void put_s1(struct physmem *mem, bool high, enum s1_table table, uint64_t index,
                   uint64_t value)
{
    put(mem, table_ipa(high, table) - RAM_IPA + RAM + (index & 511) * 8, value);
}

/* Tables that the broken walks read, where stage 2 does not let them. */
static const uint64_t broken_l2_tables[] = {0xa007000, 0x9003000, 0x100001000};
static const uint64_t broken_l3_tables[] = {
    0x9000000, 0xa005000,   0x9006000,     0x9007000, 0x9005000, 0x9009000,
    0x900b000, 0x100003000, 0x10000002000, 0x9004000, 0xa802000, 0xa402000,
};

static void make_half(struct physmem *mem, bool high)
{
    uint64_t leaf = AF | INNER | ATTR_NORMAL | (high ? 0 : EL0_MAY);
    uint64_t device = AF | ATTR_DEVICE | (high ? 0 : EL0_MAY);
    uint64_t first = (high ? HIGH_BASE : LOW_BASE) >> 39;

    put_s1(mem, high, T_L0, first, table_ipa(high, T_L1) | DESC_TYPE_TABLE);
    put_s1(mem, high, T_L0, first + 1, table_ipa(high, T_BROKEN_L1) | DESC_TYPE_TABLE);
    put_s1(mem, high, T_L1, 0, table_ipa(high, T_L2) | DESC_TYPE_TABLE);
    for (uint64_t i = 0; i < (TOP_VA - BLOCKS_1G_VA) / GIB; i++)
        put_s1(mem, high, T_L1, BLOCKS_1G_VA / GIB + i,
               (BLOCKS_1G_IPA + i * GIB) | leaf | DESC_TYPE_BLOCK);
    put_s1(mem, high, T_L1, TOP_VA / GIB, TOP_IPA | leaf | DESC_TYPE_BLOCK);
    put_s1(mem, high, T_L1, BEYOND_VA / GIB, BEYOND_IPA | leaf | DESC_TYPE_BLOCK);

    put_s1(mem, high, T_L1, VECTORS_VA / GIB, table_ipa(high, T_L2_RAM) | DESC_TYPE_TABLE);
    put_s1(mem, high, T_L2_RAM, VECTORS_VA / (2 * MIB),
           table_ipa(high, T_VECTORS) | DESC_TYPE_TABLE);
    put_s1(mem, high, T_L2, PAGES_VA / (2 * MIB), table_ipa(high, T_PAGES) | DESC_TYPE_TABLE);
    put_s1(mem, high, T_L2, PAGES_DEVICE_VA / (2 * MIB),
           table_ipa(high, T_PAGES_DEVICE) | DESC_TYPE_TABLE);
    for (uint64_t i = 0; i < COUNT(block_2m_attributes); i++)
        put_s1(mem, high, T_L2, BLOCKS_2M_VA / (2 * MIB) + i,
               (BLOCKS_2M_IPA + i * 2 * MIB) | leaf | DESC_TYPE_BLOCK);
    for (uint64_t i = 0; i < PAGE_COUNT; i++) {
        uint64_t ipa = PAGES_IPA + i * GRANULE_SIZE;

        put_s1(mem, high, T_PAGES, i, ipa | leaf | DESC_TYPE_PAGE);
        put_s1(mem, high, T_PAGES_DEVICE, i, ipa | device | DESC_TYPE_PAGE);
    }
    put_s1(mem, high, T_VECTORS, VECTORS_VA / GRANULE_SIZE, VECTORS_IPA | leaf | DESC_TYPE_PAGE);

    for (uint64_t i = 0; i < COUNT(broken_l2_tables); i++)
        put_s1(mem, high, T_BROKEN_L1, i, broken_l2_tables[i] | DESC_TYPE_TABLE);
    put_s1(mem, high, T_BROKEN_L1, COUNT(broken_l2_tables),
           table_ipa(high, T_BROKEN_L2) | DESC_TYPE_TABLE);
    for (uint64_t i = 0; i < COUNT(broken_l3_tables); i++)
        put_s1(mem, high, T_BROKEN_L2, i, broken_l3_tables[i] | DESC_TYPE_TABLE);
}

/* --- what the pages hold --- */

#define HVC_WORD 0xd4000002u
#define VECTOR_BYTES 0x80u

static void make_contents(struct physmem *mem)
{
    unsigned char fill[GRANULE_SIZE];

    memset(fill, FILL, sizeof(fill));
    physmem_write(mem, PAS_NON_SECURE, PA(PAGES + PAGE_RAM_1 * GRANULE_SIZE), fill, sizeof(fill));
    physmem_write(mem, PAS_NON_SECURE, PA(PAGES + PAGE_RAM_2 * GRANULE_SIZE), fill, sizeof(fill));
    /* The read-only page is a stage-1 table too: valid pages whose access flag is clear. */
    for (uint64_t i = 0; i < GRANULE_SIZE / 8; i++)
        put(mem, PAGES + PAGE_RO * GRANULE_SIZE + i * 8,
            (PAGES_IPA + PAGE_RAM_1 * GRANULE_SIZE) | INNER | EL0_MAY | DESC_TYPE_PAGE);
    /* Every vector leaves by HVC. */
    for (uint64_t offset = 0; offset < GRANULE_SIZE / 2; offset += VECTOR_BYTES) {
        uint32_t word = HVC_WORD;

        physmem_write(mem, PAS_NON_SECURE, PA(RAM + VECTORS_IPA - RAM_IPA + offset), &word, 4);
    }
}

/* What a record can write: the pages, and the stage-1 tables (the access flag). */
static const struct {
    uint64_t pa, size;
} writable[] = {
    {PAGES, PAGE_COUNT *GRANULE_SIZE},
    {RAM + QEMU_EL2_TTBR0 - RAM_IPA, (2 + 2 * TABLES_HALF) * GRANULE_SIZE},
    {BLOCK_2M + 0x5000, GRANULE_SIZE},
    {DRAM + 0x10203000, GRANULE_SIZE},
};

static unsigned char *host(const struct qemu_el2_memory *memory, uint64_t pa)
{
    return (unsigned char *)physmem_host_base(memory->mem) + (pa - DRAM);
}

bool qemu_el2_memory_init(struct qemu_el2_memory *memory)
{
    size_t size = 0, at = 0;

    for (size_t i = 0; i < COUNT(writable); i++)
        size += writable[i].size;
    memory->mem = physmem_new(MEMORY_SIZE);
    memory->pristine = malloc(size);
    if (!memory->mem || !memory->pristine)
        return false;
    make_stage2(memory->mem);
    make_half(memory->mem, false);
    make_half(memory->mem, true);
    make_contents(memory->mem);
    for (size_t i = 0; i < COUNT(writable); i++) {
        memcpy(memory->pristine + at, host(memory, writable[i].pa), writable[i].size);
        at += writable[i].size;
    }
    return true;
}

void qemu_el2_memory_free(struct qemu_el2_memory *memory)
{
    physmem_free(memory->mem);
    free(memory->pristine);
}

void qemu_el2_memory_reset(struct qemu_el2_memory *memory)
{
    const unsigned char *pristine = memory->pristine;

    for (size_t i = 0; i < COUNT(writable); i++)
        for (uint64_t page = 0; page < writable[i].size; page += GRANULE_SIZE) {
            uint64_t pa = writable[i].pa + page;

            if (memcmp(host(memory, pa), pristine, GRANULE_SIZE) != 0)
                physmem_write(memory->mem, PAS_NON_SECURE, PA(pa), pristine, GRANULE_SIZE);
            pristine += GRANULE_SIZE;
        }
}

/* --- where things are --- */

uint64_t qemu_el2_vbar(bool s1_on)
{
    return s1_on ? HIGH_BASE + VECTORS_VA : VECTORS_IPA;
}

/* Virtual ranges of a half and what they show. */
static const struct {
    uint64_t va, size, ipa;
} half_ranges[] = {
    {PAGES_VA, PAGE_COUNT *GRANULE_SIZE, PAGES_IPA},
    {PAGES_DEVICE_VA, PAGE_COUNT *GRANULE_SIZE, PAGES_IPA},
    {BLOCKS_2M_VA, COUNT(block_2m_attributes) * 2 * MIB, BLOCKS_2M_IPA},
    {BLOCKS_1G_VA, TOP_VA - BLOCKS_1G_VA, BLOCKS_1G_IPA},
};

static bool to_ipa(uint64_t va, uint64_t *ipa)
{
    uint64_t offset = va - (va >= HIGH_BASE ? HIGH_BASE : LOW_BASE);

    for (size_t i = 0; i < COUNT(half_ranges); i++)
        if (offset - half_ranges[i].va < half_ranges[i].size) {
            *ipa = half_ranges[i].ipa + (offset - half_ranges[i].va);
            return true;
        }
    return false;
}

bool qemu_el2_find(uint64_t va, bool s1_on, pa_t *pa)
{
    uint64_t ipa = va;

    if (s1_on && !to_ipa(va, &ipa))
        return false;
    if (ipa - PAGES_IPA < PAGE_COUNT * GRANULE_SIZE)
        *pa = PA(PAGES + (ipa - PAGES_IPA));
    else if (ipa - BLOCKS_2M_IPA < COUNT(block_2m_attributes) * 2 * MIB)
        *pa = PA(BLOCK_2M + ipa % (2 * MIB));
    else if (ipa - BLOCKS_1G_IPA < COUNT(block_1g_attributes) * GIB)
        *pa = PA(DRAM + ipa % GIB);
    else
        return false;
    return pa->v < DRAM + MEMORY_SIZE;
}

static bool edge_written(const struct qemu_el2_memory *memory, uint64_t pa)
{
    const unsigned char *edge = host(memory, pa);

    for (unsigned i = 0; i < HOLE_EDGE; i++)
        if (edge[i] != FILL)
            return true;
    return false;
}

void qemu_el2_hole_written(const struct qemu_el2_memory *memory, bool *before, bool *after)
{
    *before = edge_written(memory, PAGES + PAGE_HOLE_3 * GRANULE_SIZE - HOLE_EDGE);
    *after = edge_written(memory, PAGES + PAGE_RAM_1 * GRANULE_SIZE);
}
