/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cpu/timing/branch_model.h"

#include <stdlib.h>
#include <string.h>

#define COUNTER_MAX 3u
#define TAKEN 2u         /* counters from here on say so */
#define BIMODAL_START 1u /* weakly not taken */
#define GLOBAL_START 1u
#define CHOICE_START 1u /* weakly for the bimodal one */

enum branch_kind branch_kind(uint32_t word)
{
    static const struct {
        uint32_t mask, value;
        enum branch_kind kind;
    } rows[] = {
        {0xfc000000, 0x14000000, BRANCH_DIRECT},
        {0xfc000000, 0x94000000, BRANCH_CALL},
        {0xff000000, 0x54000000, BRANCH_CONDITIONAL}, /* B.cond, BC.cond */
        {0x7c000000, 0x34000000, BRANCH_CONDITIONAL}, /* CBZ, CBNZ, TBZ, TBNZ */
        {0xfefff000, 0xd61f0000, BRANCH_INDIRECT},    /* BR, BRAA, BRAAZ, ... */
        {0xfefff000, 0xd63f0000, BRANCH_INDIRECT_CALL},
        {0xfffff000, 0xd65f0000, BRANCH_RETURN}, /* RET, RETAA, RETAB */
    };

    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if ((word & rows[i].mask) == rows[i].value)
            return rows[i].kind;
    return BRANCH_NONE;
}

static void count(uint8_t *counter, bool up)
{
    if (up && *counter < COUNTER_MAX)
        (*counter)++;
    else if (!up && *counter)
        (*counter)--;
}

/* Displacement is negative: the top bit of the immediate, which each form has elsewhere. */
static bool goes_back(uint32_t word)
{
    bool test = (word & 0x7e000000) == 0x36000000; /* TBZ, TBNZ: imm14; others imm19 */

    return word >> (test ? 18 : 23) & 1;
}

static struct branch_target *set_of(const struct branch_model *model, uint64_t pc)
{
    return model->targets + (pc >> 2 & (model->geometry.targets - 1)) * model->geometry.ways;
}

/* The target that is remembered of pc, or NULL; it is the last used one then. */
static struct branch_target *find_target(const struct branch_model *model, uint64_t pc)
{
    struct branch_target *set = set_of(model, pc), found;

    for (uint32_t way = 0; way < model->geometry.ways; way++) {
        if (set[way].pc != pc)
            continue;
        found = set[way];
        memmove(set + 1, set, way * sizeof(*set));
        set[0] = found;
        return set;
    }
    return NULL;
}

static void remember_target(const struct branch_model *model, uint64_t pc, uint64_t target)
{
    struct branch_target *known = find_target(model, pc), *set = set_of(model, pc);

    if (!known)
        memmove(set + 1, set, (model->geometry.ways - 1) * sizeof(*set));
    set[0] = (struct branch_target){pc, target};
}

/* A branch without a target in the buffer is guessed by its direction: back is taken. */
static bool predict_direction(struct branch_model *model, uint64_t pc, uint32_t word, bool known,
                              bool taken)
{
    uint32_t mask = model->geometry.direction - 1, at = (uint32_t)(pc >> 2) & mask;
    uint8_t *bimodal = &model->bimodal[at], *choice = &model->choice[at];
    uint8_t *global = &model->global[(at ^ model->history) & mask];
    bool by_bimodal = *bimodal >= TAKEN, by_global = *global >= TAKEN;
    bool predicted = *choice >= TAKEN ? by_global : by_bimodal;

    if (!known && *bimodal == BIMODAL_START)
        predicted = goes_back(word);
    if (by_bimodal != by_global)
        count(choice, by_global == taken);
    count(bimodal, taken);
    count(global, taken);
    model->history = model->history << 1 | taken;
    if (model->geometry.history < 32)
        model->history &= (1u << model->geometry.history) - 1;
    return predicted;
}

static void push(struct branch_model *model, uint64_t address)
{
    if (!model->geometry.returns)
        return;
    model->returns[model->return_top] = address;
    model->return_top = (model->return_top + 1) % model->geometry.returns;
    if (model->return_count < model->geometry.returns)
        model->return_count++;
}

/* The address on the top, or 0. */
static uint64_t pop(struct branch_model *model)
{
    if (!model->return_count)
        return 0;
    model->return_count--;
    model->return_top = (model->return_top + model->geometry.returns - 1) % model->geometry.returns;
    return model->returns[model->return_top];
}

enum branch_verdict branch_model_execute(struct branch_model *model, enum branch_kind kind,
                                         uint64_t pc, uint32_t word, uint64_t next)
{
    const struct branch_target *known;
    bool taken = next != pc + 4;
    uint64_t target;

    if (kind == BRANCH_NONE)
        return BRANCH_RIGHT;
    if (kind == BRANCH_RETURN)
        return pop(model) == next ? BRANCH_RIGHT : BRANCH_MISTAKEN;
    known = find_target(model, pc);
    target = known ? known->target : 0;
    if (kind == BRANCH_CONDITIONAL) {
        bool predicted = predict_direction(model, pc, word, known != NULL, taken);

        if (taken)
            remember_target(model, pc, next);
        if (predicted != taken)
            return BRANCH_MISTAKEN;
        return taken && !known ? BRANCH_LATE : BRANCH_RIGHT;
    }
    remember_target(model, pc, next);
    if (kind == BRANCH_CALL || kind == BRANCH_INDIRECT_CALL)
        push(model, pc + 4);
    if (kind == BRANCH_INDIRECT || kind == BRANCH_INDIRECT_CALL)
        return target == next ? BRANCH_RIGHT : BRANCH_MISTAKEN;
    return known ? BRANCH_RIGHT : BRANCH_LATE;
}

/* --- life --- */

static uint8_t *counters(uint32_t n, uint8_t start)
{
    uint8_t *table = malloc(n);

    if (table)
        memset(table, start, n);
    return table;
}

bool branch_model_init(struct branch_model *model, const struct branch_geometry *geometry)
{
    *model = (struct branch_model){.geometry = *geometry};
    model->bimodal = counters(geometry->direction, BIMODAL_START);
    model->global = counters(geometry->direction, GLOBAL_START);
    model->choice = counters(geometry->direction, CHOICE_START);
    model->targets = calloc((size_t)geometry->targets * geometry->ways, sizeof(*model->targets));
    model->returns = calloc(geometry->returns + 1u, sizeof(*model->returns));
    return model->bimodal && model->global && model->choice && model->targets && model->returns;
}

void branch_model_free(struct branch_model *model)
{
    free(model->bimodal);
    free(model->global);
    free(model->choice);
    free(model->targets);
    free(model->returns);
    *model = (struct branch_model){0};
}
