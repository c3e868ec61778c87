/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A tree without variables -> check against the table -> struct scenario. */
#include "sim/scenario/scenario.h"

#include <string.h>

#include "sim/scenario/loader.h"
#include "sim/scenario/text.h"

struct node *good_child(const struct node *mapping, const char *key)
{
    struct node *node = node_get(mapping, key);

    return node && !node->bad ? node : NULL;
}

uint64_t child_value(const struct node *mapping, const char *key)
{
    const struct node *node = good_child(mapping, key);

    return node ? node->value : 0;
}

static const char *text_or_null(const struct node *mapping, const char *key)
{
    const struct node *node = mapping ? good_child(mapping, key) : NULL;

    return node ? node->text : NULL;
}

static const char **load_texts(struct loader *loader, const char *key, size_t *count)
{
    const struct node *list = good_child(loader->root, key);
    const char **texts;

    if (!list || list->kind != NODE_SEQUENCE)
        return NULL;
    texts = arena_array(loader->arena, list->count, sizeof(*texts));
    for (size_t i = 0; i < list->count; i++)
        texts[(*count)++] = list->items[i]->text;
    return texts;
}

static void load_header(struct loader *loader)
{
    struct scenario *scn = loader->scn;
    const char *name = text_or_null(loader->root, "name");

    scn->name = name ? name : text_path_stem(loader->arena, scn->path);
    if (*scn->cell)
        scn->name = arena_printf(loader->arena, "%s[%s]", scn->name, scn->cell);
    scn->about = text_or_null(loader->root, "about");
    scn->refs = load_texts(loader, "refs", &scn->ref_count);
    scn->tags = load_texts(loader, "tags", &scn->tag_count);
    scn->slow = child_value(loader->root, "cost");
}

void load_scenario(struct loader *loader, struct node *root)
{
    const struct schema_check check = {.arena = loader->arena, .diag = loader->diag};

    loader->root = root;
    schema_check(&check, root);
    load_header(loader);
    load_machine(loader);
    load_known(loader);
    load_memory(loader);
    load_page_tables(loader);
    load_code(loader);
    load_guest(loader);
    load_stage2(loader);
    load_host(loader);
    load_vmm(loader);
    load_stimulus(loader);
    load_expect(loader);
    load_golden(loader);
    load_warnings(loader);
}
