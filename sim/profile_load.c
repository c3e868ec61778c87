/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A cost profile from its file; also part of the program that builds profiles in. */
#include <string.h>

#include "sim/profile.h"
#include "sim/scenario/expr.h"
#include "sim/scenario/text.h"
#include "sim/scenario/yaml_tree.h"

#define PERCENT 100u

struct loading {
    struct arena *arena;
    struct diag *diag;
    const struct profile *const *known;
    size_t known_count;
    struct profile *profile;
    bool given[OP_COUNT];
};

static const char *const confidence_names[CONFIDENCE_COUNT] = {
    [CONFIDENCE_PUBLISHED] = "published",
    [CONFIDENCE_DERIVED] = "derived",
    [CONFIDENCE_GUESS] = "guess",
};

static const char *const switches_names[] = {
    [KVM_SWITCHES_VHE] = "vhe",
    [KVM_SWITCHES_EVERY_EXIT] = "every-exit",
};

/* enum timing from 1 on */
static const char *const timing_names[] = {"flat", "core", "detailed"};

/* Models of the guest's core (cpu/timing). */
static const char *const core_names[] = {"flat", "in-order-2", "wide-3", "wide"};

const char *confidence_name(enum confidence confidence)
{
    return confidence_names[confidence];
}

static struct diag_error *wrong(const struct loading *loading, const struct node *node,
                                const char *text)
{
    struct diag_error *error = diag_error(loading->diag, DIAG_E0230, &node->pos, "%s", text);

    diag_width(error, node->width ? node->width : 1);
    return error;
}

/* The text of a scalar; NULL, reported, if it is none or (required) absent. */
static const char *text_of(const struct loading *loading, const struct node *mapping,
                           const char *key, bool required)
{
    const struct node *node = node_get(mapping, key);

    if (node && node->kind == NODE_SCALAR && node->text[0])
        return node->text;
    if (node)
        wrong(loading, node, arena_printf(loading->arena, "'%s' must be a text", key));
    else if (required)
        diag_error(loading->diag, DIAG_E0103, &mapping->pos, "'%s' is missing", key);
    return NULL;
}

/* An index into words, or count after reporting. */
static size_t word_of(const struct loading *loading, const struct node *node,
                      const char *const *words, size_t count)
{
    struct text_nearest nearest = {.wanted = node->kind == NODE_SCALAR ? node->text : ""};
    const char *list = "";
    struct diag_error *error;

    for (size_t i = 0; i < count; i++) {
        if (node->kind == NODE_SCALAR && strcmp(node->text, words[i]) == 0)
            return i;
        text_nearest_offer(&nearest, words[i]);
        list = arena_printf(loading->arena, "%s%s%s", list, i ? ", " : "", words[i]);
    }
    error = diag_error(loading->diag, DIAG_E0106, &node->pos, "%s is none of %s",
                       node_describe(loading->arena, node), list);
    diag_width(error, node->width ? node->width : 1);
    if (nearest.best)
        diag_label(error, "did you mean '%s'?", nearest.best);
    return count;
}

static bool number_of(const struct loading *loading, const struct node *node, const char *what,
                      uint32_t *value)
{
    uint64_t number;

    if (!integer_read(loading->arena, loading->diag, node, what, &number))
        return false;
    if (number > UINT32_MAX) {
        diag_error(loading->diag, DIAG_E0105, &node->pos, "%s does not fit 32 bits", what);
        return false;
    }
    *value = (uint32_t)number;
    return true;
}

/* Reports keys of a mapping that are none of those; false: it is no mapping. */
static bool check_keys(const struct loading *loading, const struct node *node, const char *what,
                       const char *const *keys, size_t count)
{
    if (node->kind != NODE_MAPPING) {
        diag_error(loading->diag, DIAG_E0102, &node->pos, "%s is a mapping, not %s", what,
                   node_describe(loading->arena, node));
        return false;
    }
    for (size_t i = 0; i < node->count; i++) {
        struct text_nearest nearest = {.wanted = node->keys[i]->text};
        struct diag_error *error;
        size_t k = 0;

        while (k < count && strcmp(keys[k], node->keys[i]->text) != 0)
            text_nearest_offer(&nearest, keys[k++]);
        if (k < count)
            continue;
        error = diag_error(loading->diag, DIAG_E0107, &node->keys[i]->pos, "unknown key '%s' in %s",
                           text_show(loading->arena, nearest.wanted), what);
        diag_width(error, node->keys[i]->width);
        if (nearest.best)
            diag_label(error, "did you mean '%s'?", nearest.best);
    }
    return true;
}

/* --- operations --- */

static enum op op_by_key(const char *key)
{
    unsigned op = 0;

    while (op < OP_COUNT && strcmp(op_key((enum op)op), key) != 0)
        op++;
    return (enum op)op;
}

static void load_range(const struct loading *loading, const struct node *node, uint32_t cycles,
                       struct profile_op *op)
{
    op->min = op->max = cycles;
    if (!node)
        return;
    if (node->kind != NODE_SEQUENCE || node->count != 2) {
        wrong(loading, node, "a range is [least, most]");
        return;
    }
    if (number_of(loading, node->items[0], "the least", &op->min) &&
        number_of(loading, node->items[1], "the most", &op->max) &&
        (op->min > cycles || op->max < cycles))
        wrong(loading, node,
              arena_printf(loading->arena, "the cycles, %u, are not within the range %u..%u",
                           cycles, op->min, op->max));
}

static void load_operation(struct loading *loading, const struct node *node, enum op op)
{
    static const char *const keys[] = {"cycles", "range", "confidence", "source"};
    struct profile_op *row = &loading->profile->ops[op];
    const struct node *cycles, *confidence;
    size_t word;

    if (!check_keys(loading, node, "an operation", keys, sizeof(keys) / sizeof(keys[0])))
        return;
    loading->given[op] = true;
    if (op_is_modelled(op)) {
        wrong(loading, node, "what this takes is the core model's to say (`core`)");
        return;
    }
    cycles = node_get(node, "cycles");
    confidence = node_get(node, "confidence");
    row->source = text_of(loading, node, "source", true);
    if (!cycles || !confidence) {
        diag_error(loading->diag, DIAG_E0103, &node->pos, "'%s' is missing",
                   cycles ? "confidence" : "cycles");
        return;
    }
    word = word_of(loading, confidence, confidence_names, CONFIDENCE_COUNT);
    row->confidence = (enum confidence)(word < CONFIDENCE_COUNT ? word : 0);
    if (number_of(loading, cycles, "'cycles'", &loading->profile->cost.cycles[op]))
        load_range(loading, node_get(node, "range"), loading->profile->cost.cycles[op], row);
}

static void load_operations(struct loading *loading, const struct node *root)
{
    const struct node *operations = node_get(root, "operations");
    const char *keys[OP_COUNT];

    for (unsigned op = 0; op < OP_COUNT; op++)
        keys[op] = op_key((enum op)op);
    if (operations && check_keys(loading, operations, "operations", keys, OP_COUNT))
        for (size_t i = 0; i < operations->count; i++) {
            enum op op = op_by_key(operations->keys[i]->text);

            if (op < OP_COUNT)
                load_operation(loading, operations->items[i], op);
        }
    for (unsigned op = 0; op < OP_COUNT && !*loading->profile->base; op++)
        if (!loading->given[op] && !op_is_modelled((enum op)op))
            diag_error(loading->diag, DIAG_E0103, operations ? &operations->pos : &root->pos,
                       "the operation '%s' is missing, and there is no base to take it from",
                       op_key((enum op)op));
}

/* --- what is taken from another profile --- */

static void load_base(struct loading *loading, const struct node *root)
{
    const struct node *node = node_get(root, "base");
    const char *name = text_of(loading, root, "base", false);
    const char *names = "";

    loading->profile->base = "";
    if (!name)
        return;
    for (size_t i = 0; i < loading->known_count; i++) {
        const struct profile *base = loading->known[i];

        if (strcmp(base->cost.name, name) == 0) {
            *loading->profile = *base;
            loading->profile->base = base->cost.name;
            return;
        }
        names = arena_printf(loading->arena, "%s%s%s", names, i ? ", " : "", base->cost.name);
    }
    diag_note(diag_error(loading->diag, DIAG_E0231, &node->pos, "there is no cost profile '%s'",
                         text_show(loading->arena, name)),
              NULL, "profiles: %s", names);
}

static uint32_t scaled(uint32_t cycles, uint32_t percent)
{
    uint64_t result = ((uint64_t)cycles * percent + PERCENT / 2) / PERCENT;

    return result > UINT32_MAX ? UINT32_MAX : (uint32_t)result;
}

/* `scale: {kvm: 150}`: what the base has for a floor's operations, in percent. */
static void load_scale(const struct loading *loading, const struct node *root)
{
    const struct node *scale = node_get(root, "scale");
    const char *names[FLOOR_COUNT];
    uint32_t percent;

    for (unsigned floor = 0; floor < FLOOR_COUNT; floor++)
        names[floor] = floor_name((enum floor)floor);
    if (!scale || !check_keys(loading, scale, "scale", names, FLOOR_COUNT))
        return;
    if (!*loading->profile->base)
        wrong(loading, scale, "there is no base to scale");
    for (size_t i = 0; i < scale->count; i++) {
        if (!number_of(loading, scale->items[i], "the percentage", &percent))
            continue;
        for (unsigned op = 0; op < OP_COUNT; op++) {
            struct profile_op *row = &loading->profile->ops[op];
            uint32_t *cycles = &loading->profile->cost.cycles[op];

            if (strcmp(floor_name(op_floor((enum op)op)), scale->keys[i]->text) != 0)
                continue;
            *cycles = scaled(*cycles, percent);
            row->min = scaled(row->min, percent < PERCENT ? percent : PERCENT);
            row->max = scaled(row->max, percent < PERCENT ? PERCENT : 2 * percent);
            row->confidence = CONFIDENCE_GUESS;
            row->source = arena_printf(loading->arena, "%u %% of %s: %s", percent,
                                       loading->profile->base, row->source ? row->source : "");
        }
    }
}

/* --- sums --- */

/* "key + 2 * key + ...": each term a key, or a number and a key. */
static bool sum_of(const struct loading *loading, const struct node *node, uint64_t *sum)
{
    char text[1024], *rest = NULL;

    *sum = 0;
    if (node->kind != NODE_SCALAR || strlen(node->text) >= sizeof(text)) {
        wrong(loading, node, "a sum is a text like: eret + 2 * world_switch");
        return false;
    }
    memcpy(text, node->text, strlen(node->text) + 1);
    for (char *term = strtok_r(text, "+", &rest); term; term = strtok_r(NULL, "+", &rest)) {
        char *star = strchr(term, '*'), *key = star ? star + 1 : term, *end;
        uint64_t factor = 1;
        enum op op;

        if (star) {
            while (*term == ' ')
                term++;
            end = star;
            while (end > term && end[-1] == ' ')
                end--;
            if (number_parse(term, (size_t)(end - term), &factor) != NUMBER_OK)
                factor = 0;
        }
        while (*key == ' ')
            key++;
        end = key + strlen(key);
        while (end > key && end[-1] == ' ')
            *--end = '\0';
        op = op_by_key(key);
        if (op == OP_COUNT || !factor) {
            wrong(loading, node,
                  arena_printf(loading->arena, "'%s' is no operation, or its factor no number",
                               text_show(loading->arena, key)));
            return false;
        }
        *sum += factor * loading->profile->cost.cycles[op];
    }
    return true;
}

/* Sums that the file promises of its own figures. */
static void load_checks(const struct loading *loading, const struct node *root)
{
    static const char *const keys[] = {"cycles", "sum"};
    const struct node *checks = node_get(root, "checks");

    if (!checks || checks->kind != NODE_MAPPING)
        return;
    for (size_t i = 0; i < checks->count; i++) {
        const struct node *check = checks->items[i], *cycles, *expression;
        uint32_t want;
        uint64_t sum;

        if (!check_keys(loading, check, "a check", keys, 2))
            continue;
        cycles = node_get(check, "cycles");
        expression = node_get(check, "sum");
        if (!cycles || !expression)
            diag_error(loading->diag, DIAG_E0103, &check->pos, "'%s' is missing",
                       cycles ? "sum" : "cycles");
        else if (number_of(loading, cycles, "'cycles'", &want) &&
                 sum_of(loading, expression, &sum) && sum != want)
            wrong(loading, expression,
                  arena_printf(loading->arena, "the sum of '%s' is %ju, not %u",
                               checks->keys[i]->text, (uintmax_t)sum, want));
    }
}

/* --- the file --- */

static void load_hz(const struct loading *loading, const struct node *root)
{
    const struct node *node = node_get(root, "core_hz");
    uint32_t hz = 0;

    if (!node && !*loading->profile->base)
        diag_error(loading->diag, DIAG_E0103, &root->pos, "'core_hz' is missing");
    if (!node || !number_of(loading, node, "'core_hz'", &hz))
        return;
    if (hz < CLOCK_COUNTER_HZ)
        wrong(loading, node,
              arena_printf(loading->arena, "a core is not slower than the system counter, %u Hz",
                           CLOCK_COUNTER_HZ));
    loading->profile->cost.core_hz = hz;
}

static bool is_profile_name(const char *name)
{
    return name[0] && name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-.")] == '\0';
}

static void load_root(struct loading *loading, const struct node *root)
{
    static const char *const keys[] = {"name",    "about",        "base",  "core",   "timing",
                                       "core_hz", "kvm_switches", "scale", "checks", "operations"};
    struct profile *profile = loading->profile;
    const struct node *node;
    const char *name;
    size_t word;

    if (!check_keys(loading, root, "a cost profile", keys, sizeof(keys) / sizeof(keys[0])))
        return;
    profile->cost.core = core_names[0];
    load_base(loading, root);
    name = text_of(loading, root, "name", true);
    if (name && !is_profile_name(name))
        wrong(loading, node_get(root, "name"), "a name has small letters, digits, - and .");
    profile->cost.name = name;
    profile->about = text_of(loading, root, "about", true);
    load_hz(loading, root);
    node = node_get(root, "core");
    word =
        node ? word_of(loading, node, core_names, sizeof(core_names) / sizeof(core_names[0])) : 0;
    if (node && word < sizeof(core_names) / sizeof(core_names[0])) {
        profile->cost.core = core_names[word];
        profile->cost.timing = TIMING_PROFILE; /* the base's was for its core */
    }
    node = node_get(root, "timing");
    word = node ? word_of(loading, node, timing_names, TIMING_COUNT - 1) : TIMING_COUNT;
    if (word < TIMING_COUNT - 1)
        profile->cost.timing = (enum timing)(word + 1);
    node = node_get(root, "kvm_switches");
    word = node ? word_of(loading, node, switches_names, 2) : 2;
    if (word < 2)
        profile->cost.kvm_switches = (enum kvm_switches)word;
    load_scale(loading, root);
    load_operations(loading, root);
    load_checks(loading, root);
}

const struct profile *profile_load(struct arena *arena, struct diag *diag, const char *path,
                                   const struct profile *const *known, size_t count)
{
    struct loading loading = {
        arena, diag, known, count, arena_alloc(arena, sizeof(struct profile)), {false}};
    unsigned before = diag_count(diag);
    const struct node *root = yaml_load(arena, diag, path);

    if (root)
        load_root(&loading, root);
    return root && diag_count(diag) == before ? loading.profile : NULL;
}
