/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What can be checked of a `suite.yaml` alone, before a scenario is merged over it. */
#include <string.h>

#include "sim/scenario/matrix.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/schema.h"
#include "sim/scenario/yaml_tree.h"

bool scenario_is_suite_file(const char *path)
{
    const char *slash = strrchr(path, '/');
    struct arena *arena;
    const struct node *root;
    bool result;

    if (strcmp(slash ? slash + 1 : path, SUITE_FILE) != 0)
        return false;
    arena = arena_new();
    root = yaml_load(arena, diag_new(arena), path);
    result = !root || !node_get(root, "sim");
    arena_free(arena);
    return result;
}

/* A value that a scenario's variables or axes have a part in is known with the scenario only. */
static bool is_open(const struct node *node)
{
    return node->kind == NODE_SCALAR && strchr(node->text, '$');
}

/* A copy without the values that are open; NULL of one. */
static struct node *known_part(struct arena *arena, const struct node *node)
{
    struct node *copy;

    if (is_open(node))
        return NULL;
    copy = arena_alloc(arena, sizeof(*copy));
    *copy = *node;
    copy->items = copy->keys = NULL;
    copy->count = copy->capacity = copy->key_capacity = 0;
    for (size_t i = 0; i < node->count; i++) {
        struct node *item = known_part(arena, node->items[i]);

        if (item)
            node_append(arena, copy, node->kind == NODE_MAPPING ? node->keys[i] : NULL, item);
    }
    return copy;
}

static struct node *without(struct arena *arena, const struct node *mapping,
                            const char *const *names)
{
    struct node *copy = node_new(arena, NODE_MAPPING, &mapping->pos);

    copy->width = mapping->width;
    for (size_t i = 0; i < mapping->count; i++) {
        const char *const *name = names;

        while (*name && strcmp(*name, mapping->keys[i]->text) != 0)
            name++;
        if (!*name)
            node_append(arena, copy, mapping->keys[i], mapping->items[i]);
    }
    return copy;
}

/* The axes; what `exclude` and `add` name may be a scenario's. */
static void check_matrix(struct arena *arena, struct diag *diag, const struct node *root)
{
    static const char *const cells[] = {"exclude", "add", NULL};
    struct node *top = node_new(arena, NODE_MAPPING, &root->pos);

    for (size_t i = 0; i < root->count; i++) {
        struct node *item = root->items[i];

        if (strcmp(root->keys[i]->text, "matrix") == 0 && item->kind == NODE_MAPPING)
            item = without(arena, item, cells);
        if (strcmp(root->keys[i]->text, "matrix") != 0 || item->kind != NODE_MAPPING || item->count)
            node_append(arena, top, root->keys[i], item);
    }
    (void)matrix_load(arena, diag, top, NULL);
}

int scenario_suite_file_check(const char *path, const struct diag_options *options)
{
    static const char *const checked_apart[] = {"matrix", NULL};
    struct arena *arena = arena_new();
    struct diag *diag = diag_new(arena);
    const struct schema_check check = {.arena = arena, .diag = diag, .partial = true};
    const struct node *root;
    int status;

    diag_set_strict(diag, options->strict);
    root = yaml_load(arena, diag, path);
    if (root) {
        if (node_get(root, "matrix"))
            check_matrix(arena, diag, root);
        schema_check(&check, known_part(arena, without(arena, root, checked_apart)));
    }
    diag_print(diag, options);
    status = diag_count(diag) ? SCENARIO_INVALID : 0;
    arena_free(arena);
    return status;
}
