/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cpu/physmem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "cpu/arch/gpt.h"

/* Bytes one level-1 GPT table takes: 4 bits a granule of the region that one level-0 entry covers.
 */
#define GPT_L1_SIZE (GPT_L0_REGION >> GRANULE_SHIFT >> 1)
#define GPT_L0_ENTRIES ((uint64_t)1 << (GPT_PPS_BITS - GPT_L0_SHIFT))
#define GPT_L0_SIZE (GPT_L0_ENTRIES * sizeof(uint64_t))

struct physmem {
    uint8_t *host; /* size bytes, the memory at PHYS_DRAM_BASE */
    uint64_t size;
    uint64_t gpt_base; /* offset of the level-0 table */
    uint64_t gpt_next; /* offset of the next free level-1 table */
    uint64_t *code;    /* one bit a granule: translated code of it may exist */
    physmem_code_written *code_written;
    void *code_ctx;
    struct physmem_observer observer; /* all NULL: nobody */
};

static uint64_t *gpt_word(const struct physmem *mem, uint64_t offset)
{
    return (uint64_t *)(void *)(mem->host + offset);
}

static bool in_memory(const struct physmem *mem, pa_t pa, size_t len)
{
    uint64_t offset = pa.v - PHYS_DRAM_BASE;

    return pa.v >= PHYS_DRAM_BASE && offset < mem->size && len <= mem->size - offset;
}

static bool gpi_to_pas(uint64_t gpi, enum pas *pas)
{
    switch (gpi) {
    case GPI_SECURE:
        *pas = PAS_SECURE;
        return true;
    case GPI_NON_SECURE:
        *pas = PAS_NON_SECURE;
        return true;
    case GPI_ROOT:
        *pas = PAS_ROOT;
        return true;
    case GPI_REALM:
        *pas = PAS_REALM;
        return true;
    default:
        return false;
    }
}

static uint64_t pas_to_gpi(enum pas pas)
{
    static const uint8_t gpi[PAS_COUNT] = {
        [PAS_NON_SECURE] = GPI_NON_SECURE,
        [PAS_SECURE] = GPI_SECURE,
        [PAS_REALM] = GPI_REALM,
        [PAS_ROOT] = GPI_ROOT,
    };

    return gpi[pas];
}

/* The level-1 word that holds the GPI of pa, or NULL while a level-0 block covers it. */
static uint64_t *gpt_l1_word(const struct physmem *mem, pa_t pa)
{
    uint64_t l0 = *gpt_word(mem, mem->gpt_base + (pa.v >> GPT_L0_SHIFT) * sizeof(uint64_t));
    uint64_t table;

    if (field_get(l0, GPT_DESC_TYPE) != GPT_TYPE_TABLE)
        return NULL;
    table = l0 & field_mask(GPT_TABLE_ADDR);
    return gpt_word(mem, table - PHYS_DRAM_BASE +
                             (pa.v % GPT_L0_REGION >> GPT_L1_WORD_SHIFT) * sizeof(uint64_t));
}

static unsigned gpi_shift(pa_t pa)
{
    return (unsigned)(pa.v >> GRANULE_SHIFT & (GPT_GPIS_PER_WORD - 1)) * GPI_BITS;
}

/* What the GPT says of pa, which is in memory. */
static uint64_t gpi_of(const struct physmem *mem, pa_t pa)
{
    const uint64_t *word = gpt_l1_word(mem, pa);

    if (word)
        return *word >> gpi_shift(pa) & GPI_MASK;
    return field_get(*gpt_word(mem, mem->gpt_base + (pa.v >> GPT_L0_SHIFT) * sizeof(uint64_t)),
                     GPT_BLOCK_GPI);
}

bool gpt_lookup(const struct physmem *mem, pa_t pa, enum pas *pas)
{
    return in_memory(mem, pa, 1) && gpi_to_pas(gpi_of(mem, pa), pas);
}

/* Replaces the level-0 block over pa by a level-1 table that says the same. */
static void gpt_split(struct physmem *mem, pa_t pa)
{
    uint64_t *l0 = gpt_word(mem, mem->gpt_base + (pa.v >> GPT_L0_SHIFT) * sizeof(uint64_t));
    uint64_t gpi = field_get(*l0, GPT_BLOCK_GPI);
    uint64_t table = mem->gpt_next;

    assert(table + GPT_L1_SIZE <= mem->size);
    mem->gpt_next += GPT_L1_SIZE;
    memset(mem->host + table, (int)(gpi | gpi << GPI_BITS), GPT_L1_SIZE);
    *l0 = field_put(GPT_DESC_TYPE, GPT_TYPE_TABLE) |
          ((PHYS_DRAM_BASE + table) & field_mask(GPT_TABLE_ADDR));
}

bool gpt_set(struct physmem *mem, pa_t pa, enum pas pas)
{
    uint64_t *word;

    if (!in_memory(mem, pa, GRANULE_SIZE) || pa.v & GRANULE_MASK)
        return false;
    word = gpt_l1_word(mem, pa);
    if (!word) {
        gpt_split(mem, pa);
        word = gpt_l1_word(mem, pa);
    }
    *word = (*word & ~((uint64_t)GPI_MASK << gpi_shift(pa))) | pas_to_gpi(pas) << gpi_shift(pa);
    if (mem->observer.moved)
        mem->observer.moved(mem->observer.ctx, pa, pas);
    return true;
}

struct physmem *physmem_new(uint64_t size)
{
    struct physmem *mem = calloc(1, sizeof(*mem));
    uint64_t regions, gpt_size;

    if (!mem)
        return NULL;
    mem->size = size;
    regions = (PHYS_DRAM_BASE % GPT_L0_REGION + size + GPT_L0_REGION - 1) / GPT_L0_REGION;
    gpt_size = GPT_L0_SIZE + regions * GPT_L1_SIZE;
    mem->code = calloc((size >> GRANULE_SHIFT) / 64 + 1, sizeof(*mem->code));
    mem->host = size <= gpt_size + PHYS_FIRMWARE_SIZE || !mem->code
                    ? MAP_FAILED
                    : mmap(NULL, size, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mem->host == MAP_FAILED) {
        free(mem->code);
        free(mem);
        return NULL;
    }
    /* L1 tables first would waste alignment: they are multiples of GPT_L1_SIZE from the end. */
    mem->gpt_next = size - regions * GPT_L1_SIZE;
    mem->gpt_base = mem->gpt_next - GPT_L0_SIZE;
    for (uint64_t i = 0; i < GPT_L0_ENTRIES; i++)
        *gpt_word(mem, mem->gpt_base + i * sizeof(uint64_t)) =
            field_put(GPT_DESC_TYPE, GPT_TYPE_BLOCK) | field_put(GPT_BLOCK_GPI, GPI_NON_SECURE);
    for (uint64_t offset = mem->gpt_base - PHYS_FIRMWARE_SIZE; offset < size;
         offset += GRANULE_SIZE)
        gpt_set(mem, PA(PHYS_DRAM_BASE + offset), PAS_ROOT);
    return mem;
}

void physmem_free(struct physmem *mem)
{
    if (!mem)
        return;
    munmap(mem->host, mem->size);
    free(mem->code);
    free(mem);
}

pa_t physmem_limit(const struct physmem *mem)
{
    return PA(PHYS_DRAM_BASE + mem->gpt_base - PHYS_FIRMWARE_SIZE);
}

uint64_t physmem_size(const struct physmem *mem)
{
    return mem->size;
}

void *physmem_host_base(struct physmem *mem)
{
    return mem->host;
}

void physmem_observe(struct physmem *mem, const struct physmem_observer *observer)
{
    mem->observer = observer ? *observer : (struct physmem_observer){0};
}

/* len: at least 1. */
static enum phys_status check_range(const struct physmem *mem, enum pas pas, pa_t pa, size_t len)
{
    if (!in_memory(mem, pa, len))
        return PHYS_ABSENT;
    for (uint64_t at = pa.v & ~GRANULE_MASK; at <= pa.v + len - 1; at += GRANULE_SIZE)
        if (gpi_of(mem, PA(at)) != pas_to_gpi(pas))
            return PHYS_GPF;
    return PHYS_OK;
}

/* Of one granule, which nearly all are: its last byte is in memory if its first one is. */
static enum phys_status check_granule(const struct physmem *mem, enum pas pas, pa_t pa)
{
    if (pa.v < PHYS_DRAM_BASE || pa.v - PHYS_DRAM_BASE >= mem->size)
        return PHYS_ABSENT;
    return gpi_of(mem, pa) == pas_to_gpi(pas) ? PHYS_OK : PHYS_GPF;
}

void *physmem_ptr(struct physmem *mem, enum pas pas, pa_t pa, size_t len, enum phys_status *status)
{
    *status = len <= GRANULE_SIZE - (pa.v & GRANULE_MASK) ? check_granule(mem, pas, pa)
                                                          : check_range(mem, pas, pa, len);
    if (mem->observer.access && *status != PHYS_ABSENT)
        mem->observer.access(mem->observer.ctx, pas, pa, len, *status == PHYS_OK);
    return *status == PHYS_OK ? mem->host + (pa.v - PHYS_DRAM_BASE) : NULL;
}

enum phys_status physmem_read(struct physmem *mem, enum pas pas, pa_t pa, void *buf, size_t len)
{
    enum phys_status status;
    const void *from = physmem_ptr(mem, pas, pa, len, &status);

    if (from)
        memcpy(buf, from, len);
    return status;
}

static bool is_code(const struct physmem *mem, uint64_t granule)
{
    return mem->code[granule / 64] >> (granule % 64) & 1;
}

bool physmem_is_code(const struct physmem *mem, pa_t pa)
{
    return in_memory(mem, pa, 1) && is_code(mem, (pa.v - PHYS_DRAM_BASE) >> GRANULE_SHIFT);
}

enum phys_status physmem_write(struct physmem *mem, enum pas pas, pa_t pa, const void *buf,
                               size_t len)
{
    enum phys_status status;
    void *to = physmem_ptr(mem, pas, pa, len, &status);
    uint64_t first, last;

    if (!to || !len)
        return status;
    memcpy(to, buf, len);
    first = (pa.v - PHYS_DRAM_BASE) >> GRANULE_SHIFT;
    last = (pa.v - PHYS_DRAM_BASE + len - 1) >> GRANULE_SHIFT;
    for (uint64_t granule = first; granule <= last; granule++)
        if (is_code(mem, granule) && mem->code_written)
            mem->code_written(mem->code_ctx, PA(PHYS_DRAM_BASE + (granule << GRANULE_SHIFT)));
    if (mem->observer.written)
        mem->observer.written(mem->observer.ctx, pas, pa, len);
    return status;
}

enum phys_status physmem_read64(struct physmem *mem, enum pas pas, pa_t pa, uint64_t *value)
{
    enum phys_status status;
    const uint64_t *from = physmem_ptr(mem, pas, pa, sizeof(*value), &status);

    if (from)
        memcpy(value, from, sizeof(*value));
    return status;
}

enum phys_status physmem_write64(struct physmem *mem, enum pas pas, pa_t pa, uint64_t value)
{
    return physmem_write(mem, pas, pa, &value, sizeof(value));
}

void physmem_watch_code(struct physmem *mem, physmem_code_written *fn, void *ctx)
{
    mem->code_written = fn;
    mem->code_ctx = ctx;
}

void physmem_mark_code(struct physmem *mem, pa_t pa, bool executed)
{
    uint64_t granule = (pa.v - PHYS_DRAM_BASE) >> GRANULE_SHIFT;
    uint64_t bit = (uint64_t)1 << (granule % 64);

    if (!in_memory(mem, pa, 1))
        return;
    if (executed)
        mem->code[granule / 64] |= bit;
    else
        mem->code[granule / 64] &= ~bit;
}
