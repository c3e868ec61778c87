/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/scenario/substitute.h"

#include <inttypes.h>
#include <string.h>

#include "sim/scenario/text.h"
#include "sim/scenario/yaml_tree.h"

#define MAX_TEXT ((size_t)1 << 20) /* of one scalar, once its variables have their values */

struct substitution {
    struct arena *arena;
    struct diag *diag;
    const struct variables *vars;
};

static const struct variable *find(const struct substitution *sub, const char *text, size_t length)
{
    for (size_t i = 0; i < sub->vars->count; i++) {
        const char *name = sub->vars->items[i].name;

        if (strlen(name) == length && strncmp(name, text, length) == 0)
            return &sub->vars->items[i];
    }
    return NULL;
}

/* The text that length bytes of the node's from offset on stand for; NULL after reporting. */
static const char *value_of(const struct substitution *sub, const struct node *node, size_t offset,
                            size_t length, bool *plain)
{
    const struct variable *variable = find(sub, node->text + offset, length);
    uint64_t value;

    *plain = true;
    if (variable && variable->text) {
        *plain = variable->plain;
        return variable->text;
    }
    if (!expression_read(sub->arena, sub->diag, sub->vars, node, offset, length, &value))
        return NULL;
    return arena_printf(sub->arena, "%" PRIu64, value);
}

/* A scalar that is one variable or expression. False if it is none. */
static bool whole(const struct substitution *sub, struct node *node)
{
    size_t length = strlen(node->text), from, count;
    const char *text;

    if (length > 3 && node->text[1] == '(' && node->text[length - 1] == ')') {
        from = 2;
        count = length - 3;
    } else if (text_is_name(node->text + 1)) {
        from = 1;
        count = length - 1;
    } else {
        return false;
    }
    text = value_of(sub, node, from, count, &node->plain);
    node->bad = !text;
    node->text = text ? text : node->text;
    return true;
}

/* The parts of a text that are `${...}`. */
static void parts(const struct substitution *sub, struct node *node)
{
    const char *text = node->text, *result = "", *open;

    while ((open = strstr(text, "${"))) {
        const char *close = strchr(open, '}'), *value;
        bool escaped = open > text && open[-1] == '$', plain;

        if (escaped) {
            result = arena_printf(sub->arena, "%s%.*s{", result, (int)(open - text), text);
            text = open + 2;
            continue;
        }
        if (!close) {
            diag_error(sub->diag, DIAG_E0110, &node->pos, "'${' without a '}' behind it");
            node->bad = true;
            return;
        }
        value = value_of(sub, node, (size_t)(open + 2 - node->text), (size_t)(close - open - 2),
                         &plain);
        if (!value) {
            node->bad = true;
            return;
        }
        result = arena_printf(sub->arena, "%s%.*s%s", result, (int)(open - text), text, value);
        if (strlen(result) > MAX_TEXT) {
            diag_error(sub->diag, DIAG_E0006, &node->pos, "the text is too long");
            node->bad = true;
            return;
        }
        text = close + 1;
    }
    if (text == node->text)
        return;
    node->text = arena_printf(sub->arena, "%s%s", result, text);
    node->substituted = true;
}

static void replace(const struct substitution *sub, struct node *node)
{
    if (!strchr(node->text, '$'))
        return;
    if (node->text[0] == '$' && node->text[1] == '$')
        node->text++;
    else if (node->text[0] == '$' && whole(sub, node))
        node->substituted = true;
    else
        parts(sub, node);
}

/* raw: an expression of its own, or another cell's. */
static struct node *copy(const struct substitution *sub, const struct node *from, bool raw)
{
    struct node *node = arena_alloc(sub->arena, sizeof(*node));

    *node = *from;
    if (from->kind == NODE_SCALAR) {
        if (!raw)
            replace(sub, node);
        return node;
    }
    node->items = arena_array(sub->arena, from->count, sizeof(node->items[0]));
    node->capacity = node->key_capacity = from->count;
    if (from->kind == NODE_MAPPING) {
        node->keys = arena_array(sub->arena, from->count, sizeof(node->keys[0]));
        for (size_t i = 0; i < from->count; i++)
            node->keys[i] = copy(sub, from->keys[i], true);
    }
    for (size_t i = 0; i < from->count; i++)
        node->items[i] = copy(sub, from->items[i], raw);
    return node;
}

struct node *substitute(struct arena *arena, struct diag *diag, const struct variables *vars,
                        const struct node *root)
{
    const struct substitution sub = {arena, diag, vars};
    const struct source_pos *pos = &root->pos;
    struct node *result = node_new(arena, NODE_MAPPING, pos);

    for (size_t i = 0; i < root->count; i++) {
        const char *key = root->keys[i]->text;

        if (strcmp(key, "matrix") == 0)
            continue;
        node_append(arena, result, copy(&sub, root->keys[i], true),
                    copy(&sub, root->items[i], strcmp(key, "vars") == 0));
    }
    result->width = root->width;
    return result;
}
