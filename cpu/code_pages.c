/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cpu/code_pages.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "cpu/engine_words.h"
#include "cpu/execute.h"
#include "cpu/insn.h"

/* Copies live where no DRAM is, in chunks that are mapped into the engine as they are needed. */
#define COPY_BASE 0x10000000u
#define CHUNK_PAGES 64u
#define CHUNK_COUNT 256u
#define CHUNK_SIZE (CHUNK_PAGES * GRANULE_SIZE)

#define WORDS_PER_PAGE (GRANULE_SIZE / sizeof(uint32_t))
#define UDF 0x00000000u

/* State of a granule: not code, code as it is, or the number of its copy plus FIRST_COPY. */
enum { NOT_CODE, CODE_AS_IS, FIRST_COPY };

struct code_pages {
    uc_engine *uc;
    struct physmem *mem;
    uint64_t granules;
    uint32_t *state;              /* one a granule of DRAM */
    uint64_t first, end;          /* of state: no other is code */
    uint32_t *chunk[CHUNK_COUNT]; /* host memory of the copies */
    unsigned chunks;
    uint32_t *unused; /* stack of copies to use again; room for all */
    uint32_t unused_count;
    uint64_t stop[WORDS_PER_PAGE / 64]; /* one bit a word of a page: code_pages_stop_at */
};

struct code_pages *code_pages_new(uc_engine *uc, struct physmem *mem)
{
    struct code_pages *pages = calloc(1, sizeof(*pages));

    if (!pages)
        return NULL;
    pages->uc = uc;
    pages->mem = mem;
    pages->granules = physmem_size(mem) >> GRANULE_SHIFT;
    pages->state = calloc(pages->granules, sizeof(*pages->state));
    pages->unused = calloc(CHUNK_COUNT * CHUNK_PAGES, sizeof(*pages->unused));
    if (!pages->state || !pages->unused) {
        code_pages_free(pages);
        return NULL;
    }
    return pages;
}

void code_pages_free(struct code_pages *pages)
{
    if (!pages)
        return;
    if (pages->state && pages->unused)
        code_pages_clear(pages); /* the memory may outlive the engine, and its pages be data then */
    for (unsigned i = 0; i < pages->chunks; i++)
        munmap(pages->chunk[i], CHUNK_SIZE);
    free(pages->state);
    free(pages->unused);
    free(pages);
}

/* NULL when there is no memory at pa. */
static uint32_t *state_of(const struct code_pages *pages, pa_t pa)
{
    uint64_t granule = (pa.v - PHYS_DRAM_BASE) >> GRANULE_SHIFT;

    return pa.v >= PHYS_DRAM_BASE && granule < pages->granules ? &pages->state[granule] : NULL;
}

static void note_code(struct code_pages *pages, uint64_t granule)
{
    if (pages->first == pages->end)
        pages->first = pages->end = granule;
    if (granule < pages->first)
        pages->first = granule;
    if (granule >= pages->end)
        pages->end = granule + 1;
}

static uint32_t *copy_words(const struct code_pages *pages, uint32_t copy)
{
    return pages->chunk[copy / CHUNK_PAGES] + copy % CHUNK_PAGES * WORDS_PER_PAGE;
}

static bool add_chunk(struct code_pages *pages)
{
    void *memory;

    if (pages->chunks == CHUNK_COUNT)
        return false;
    memory = mmap(NULL, CHUNK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return false;
    if (uc_mem_map_ptr(pages->uc, COPY_BASE + pages->chunks * CHUNK_SIZE, CHUNK_SIZE, UC_PROT_ALL,
                       memory) != UC_ERR_OK) {
        munmap(memory, CHUNK_SIZE);
        return false;
    }
    pages->chunk[pages->chunks] = memory;
    for (uint32_t i = CHUNK_PAGES; i-- > 0;)
        pages->unused[pages->unused_count++] = pages->chunks * CHUNK_PAGES + i;
    pages->chunks++;
    return true;
}

static bool must_stop(const struct trap_context *context, uint32_t word)
{
    struct insn insn;

    if (word == UDF)
        return false;
    insn_decode(word, &insn);
    return execute_must_check(&insn, context->sctlr_el1) || trap_may_stop(context, &insn) ||
           engine_word_is_fatal(word);
}

/*
 * A PC that is not aligned is a fault of the guest, which the engine finds only when it has
 * translated what stands there. So no word that begins inside words[i - 1] and ends in words[i] may
 * be one that the translator fails on. The first word of a page follows one that is not known.
 */
static bool completes_fatal(const uint32_t *words, size_t i)
{
    for (unsigned bits = 8; bits < 32; bits += 8) {
        uint32_t end = words[i] << bits;

        /* The word before may have been taken out as well. */
        if (i ? engine_word_is_fatal(end | words[i - 1] >> (32 - bits)) || engine_word_is_fatal(end)
              : engine_word_may_be_fatal(end, UINT32_MAX << bits))
            return true;
    }
    return false;
}

bool code_pages_add(struct code_pages *pages, const struct trap_context *context, pa_t pa,
                    enum pas pas)
{
    pa_t page = PA(pa.v & ~GRANULE_MASK);
    uint32_t words[WORDS_PER_PAGE];
    uint32_t *state = state_of(pages, pa);
    bool patched = false;

    if (!state || physmem_read(pages->mem, pas, page, words, sizeof(words)) != PHYS_OK)
        return false;
    for (size_t i = WORDS_PER_PAGE; i-- > 0;) { /* downwards: the word before is still its own */
        if (!must_stop(context, words[i]) && !completes_fatal(words, i) &&
            !(pages->stop[i / 64] >> i % 64 & 1))
            continue;
        words[i] = UDF;
        patched = true;
    }
    code_pages_remove(pages, page);
    if (patched) {
        if (!pages->unused_count && !add_chunk(pages))
            return false;
        *state = FIRST_COPY + pages->unused[--pages->unused_count];
        memcpy(copy_words(pages, *state - FIRST_COPY), words, sizeof(words));
    } else {
        *state = CODE_AS_IS;
    }
    note_code(pages, (uint64_t)(state - pages->state));
    physmem_mark_code(pages->mem, page, true);
    return true;
}

void code_pages_stop_at(struct code_pages *pages, uint64_t address)
{
    uint64_t word = (address & GRANULE_MASK) / sizeof(uint32_t);

    pages->stop[word / 64] |= (uint64_t)1 << word % 64;
}

void code_pages_stop_nowhere(struct code_pages *pages)
{
    memset(pages->stop, 0, sizeof(pages->stop));
}

bool code_pages_target(const struct code_pages *pages, pa_t pa, pa_t *target)
{
    const uint32_t *state = state_of(pages, pa);

    if (!state || *state == NOT_CODE)
        return false;
    *target = *state == CODE_AS_IS
                  ? PA(pa.v & ~GRANULE_MASK)
                  : PA(COPY_BASE + ((uint64_t)(*state - FIRST_COPY) << GRANULE_SHIFT));
    return true;
}

/* The word of the copy that stands for pa, and the guest's own; NULL when the page has no copy. */
static uint32_t *copied_word(const struct code_pages *pages, pa_t pa, uint32_t *own)
{
    const uint32_t *state = state_of(pages, pa);
    enum pas pas;

    if (!state || *state < FIRST_COPY || !gpt_lookup(pages->mem, pa, &pas) ||
        physmem_read(pages->mem, pas, pa, own, sizeof(*own)) != PHYS_OK)
        return NULL;
    return copy_words(pages, *state - FIRST_COPY) + (pa.v & GRANULE_MASK) / sizeof(uint32_t);
}

bool code_pages_patched(const struct code_pages *pages, pa_t pa)
{
    uint32_t own;
    const uint32_t *word = copied_word(pages, pa, &own);

    return word && *word != own;
}

void code_pages_lift(struct code_pages *pages, pa_t pa, bool lifted)
{
    uint32_t own;
    uint32_t *word = copied_word(pages, pa, &own);

    if (word)
        *word = lifted ? own : UDF;
}

void code_pages_remove(struct code_pages *pages, pa_t pa)
{
    uint32_t *state = state_of(pages, pa);

    if (!state || *state == NOT_CODE)
        return;
    if (*state >= FIRST_COPY)
        pages->unused[pages->unused_count++] = *state - FIRST_COPY;
    *state = NOT_CODE;
    physmem_mark_code(pages->mem, pa, false);
}

void code_pages_clear(struct code_pages *pages)
{
    for (uint64_t granule = pages->first; granule < pages->end; granule++)
        if (pages->state[granule] != NOT_CODE)
            code_pages_remove(pages, PA(PHYS_DRAM_BASE + (granule << GRANULE_SHIFT)));
    pages->first = pages->end = 0;
}
