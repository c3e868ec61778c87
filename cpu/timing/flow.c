/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cpu/timing/flow.h"

#include <stdlib.h>
#include <string.h>

#define BLOCKS                                                                                     \
    8192u /* remembered at most, with so many words and states; then all is forgotten              \
           */
#define WORDS 65536u
#define STATES 4096u
#define BUCKETS 4096u   /* of each hash table */
#define MAX_BLOCK 1024u /* words: no block leaves its page */
#define NONE UINT32_MAX
#define NOWHERE 1u /* no instruction has that address */

struct flow_memory {
    const struct core_model *core;
    struct flow_source source;
    struct flow_block nothing; /* follows what was never followed */
    struct flow_block idle;    /* nothing is in flight */
    struct flow_block kept;    /* the last block, when all others were forgotten */
    uint32_t block_count, word_count, state_count;
    uint32_t block_bucket[BUCKETS], state_bucket[BUCKETS];
    uint32_t state_chain[STATES];
    struct core_state states[STATES];
    struct flow_block blocks[BLOCKS];
    uint32_t words[WORDS];
    uint32_t read[MAX_BLOCK];
};

static uint32_t mix(uint64_t hash)
{
    hash *= 0x9e3779b97f4a7c15u;
    return (uint32_t)(hash >> 32) % BUCKETS;
}

static uint32_t hash_state(const struct core_state *state)
{
    const unsigned char *bytes = (const unsigned char *)state;
    uint64_t hash = 0, word;

    for (size_t i = 0; i + sizeof(word) <= sizeof(*state); i += sizeof(word)) {
        memcpy(&word, bytes + i, sizeof(word));
        hash = (hash ^ word) * 0xff51afd7ed558ccdu;
        hash ^= hash >> 29;
    }
    return mix(hash);
}

/* The number of a state; NONE: there are too many. */
static uint32_t number_of(struct flow_memory *memory, const struct core_state *state)
{
    uint32_t bucket = hash_state(state), n;

    for (n = memory->state_bucket[bucket]; n != NONE; n = memory->state_chain[n])
        if (memcmp(&memory->states[n], state, sizeof(*state)) == 0)
            return n;
    if (memory->state_count == STATES)
        return NONE;
    n = memory->state_count++;
    memory->states[n] = *state;
    memory->state_chain[n] = memory->state_bucket[bucket];
    memory->state_bucket[bucket] = n;
    return n;
}

static void clear(struct flow_memory *memory)
{
    static const struct core_state empty;

    memset(memory->block_bucket, 0xff, sizeof(memory->block_bucket));
    memset(memory->state_bucket, 0xff, sizeof(memory->state_bucket));
    memory->block_count = memory->word_count = memory->state_count = 0;
    memory->nothing = (struct flow_block){.pc = NOWHERE, .next = &memory->nothing};
    memory->idle = (struct flow_block){.pc = NOWHERE, .next = &memory->nothing};
    memory->idle.after = number_of(memory, &empty);
}

bool flow_init(struct flow *flow, const struct core_model *core, const struct flow_source *source)
{
    struct flow_memory *memory = calloc(1, sizeof(*memory));

    if (!memory)
        return false;
    memory->core = core;
    memory->source = *source;
    clear(memory);
    *flow = (struct flow){
        .at = &memory->idle, .before = &memory->idle, .due = UINT64_MAX, .memory = memory};
    return true;
}

void flow_free(struct flow *flow)
{
    free(flow->memory);
    flow->memory = NULL;
}

/* Forgets all but what is in flight. */
static void forget(struct flow *flow)
{
    struct flow_memory *memory = flow->memory;
    struct core_state state = memory->states[flow->at->after];
    struct flow_block last = *flow->at;
    bool idle = flow->at == &memory->idle;

    clear(memory);
    if (idle)
        return;
    last.after = number_of(memory, &state);
    last.next = &memory->nothing;
    memory->kept = last;
    flow->at = &memory->kept;
}

static uint32_t step_words(const struct core_model *core, struct core_state *state,
                           const uint32_t *words, size_t n, bool *branches)
{
    uint32_t cycles = 0;
    struct uop uop;

    for (size_t i = 0; i < n; i++) {
        uop_decode(words[i], &uop);
        cycles += core_step(core, state, &uop);
        *branches = uop.is_branch;
    }
    return cycles;
}

static void read_words(struct flow_memory *memory, uint64_t pc, size_t n)
{
    if (!memory->source.words(memory->source.ctx, pc, memory->read, n))
        memset(memory->read, 0, n * sizeof(memory->read[0]));
}

/* Remembers the block whose words are in memory->read; NULL: there is no room. */
static struct flow_block *add(struct flow *flow, uint64_t pc, uint32_t size, bool taken)
{
    struct flow_memory *memory = flow->memory;
    uint32_t before = flow->at->after, n = size / 4, after, cycles = 0;
    struct core_state state = memory->states[before];
    struct flow_block *block;
    bool branches = false;

    if (memory->block_count == BLOCKS || memory->word_count + n > WORDS)
        return NULL;
    if (taken)
        cycles = core_branch_taken(memory->core, &state);
    cycles += step_words(memory->core, &state, memory->read, n, &branches);
    after = number_of(memory, &state);
    if (after == NONE)
        return NULL;
    block = &memory->blocks[memory->block_count++];
    *block = (struct flow_block){.pc = pc,
                                 .key = flow->epoch | size,
                                 .next = &memory->nothing,
                                 .cycles = cycles,
                                 .before = before,
                                 .after = after,
                                 .words = memory->word_count,
                                 .size = (uint16_t)size,
                                 .taken = taken,
                                 .branches = branches};
    memcpy(&memory->words[memory->word_count], memory->read, n * sizeof(memory->read[0]));
    memory->word_count += n;
    return block;
}

static uint32_t bucket_of(uint64_t pc, uint32_t size, uint32_t before, bool taken)
{
    return mix(pc ^ (uint64_t)size << 48 ^ (uint64_t)before << 32 ^ taken);
}

struct flow_block *flow_find(struct flow *flow, uint64_t pc, uint32_t size)
{
    struct flow_memory *memory = flow->memory;
    bool taken = flow->at->branches && pc != flow->at->pc + flow->at->size, read = false;
    uint32_t bucket = bucket_of(pc, size, flow->at->after, taken), n;
    uint64_t key = flow->epoch | size;
    struct flow_block *block;

    for (n = memory->block_bucket[bucket]; n != NONE; n = block->chain) {
        block = &memory->blocks[n];
        if (block->pc != pc || block->size != size || block->before != flow->at->after ||
            block->taken != taken)
            continue;
        if (block->key != key) {
            if (!read)
                read_words(memory, pc, size / 4);
            read = true;
            if (memcmp(&memory->words[block->words], memory->read, size) != 0)
                continue;
            block->key = key;
        }
        flow->at->next = block;
        return block;
    }
    if (!read)
        read_words(memory, pc, size / 4);
    block = add(flow, pc, size, taken);
    if (!block) {
        forget(flow);
        block = add(flow, pc, size, taken);
        bucket = bucket_of(pc, size, flow->at->after, taken);
    }
    block->chain = memory->block_bucket[bucket];
    memory->block_bucket[bucket] = (uint32_t)(block - memory->blocks);
    flow->at->next = block;
    return block;
}

/* Cycles of the first n instructions of block. */
static uint32_t prefix(const struct flow *flow, const struct flow_block *block, unsigned n)
{
    const struct flow_memory *memory = flow->memory;
    struct core_state state = memory->states[block->before];
    uint32_t cycles = n && block->taken ? core_branch_taken(memory->core, &state) : 0;
    bool branches;

    return cycles + step_words(memory->core, &state, &memory->words[block->words], n, &branches);
}

void flow_cut(struct flow *flow, unsigned n)
{
    struct flow_block *whole = flow->at;
    uint64_t pc = whole->pc;

    if (n >= whole->size / 4u)
        return;
    flow->cycles -= whole->cycles;
    flow->at = flow->before;
    if (n)
        flow_enter(flow, flow_next(flow, pc, n * 4));
}

uint64_t flow_cycles_at(const struct flow *flow, unsigned n)
{
    return flow->cycles - flow->at->cycles + prefix(flow, flow->at, n);
}

unsigned flow_instructions_to_due(const struct flow *flow, const struct flow_block *block)
{
    unsigned n = 1;

    while (n < block->size / 4u && flow->cycles + prefix(flow, block, n) < flow->due)
        n++;
    return n;
}

void flow_drain(struct flow *flow)
{
    struct core_state state = flow->memory->states[flow->at->after];

    flow->cycles += core_drain(flow->memory->core, &state);
    flow->at = flow->before = &flow->memory->idle;
}
