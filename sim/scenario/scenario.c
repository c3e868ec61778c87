/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loading: file -> tree -> variables -> check against the table -> struct scenario. */
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
    scn->about = text_or_null(loader->root, "about");
    scn->refs = load_texts(loader, "refs", &scn->ref_count);
    scn->tags = load_texts(loader, "tags", &scn->tag_count);
    scn->slow = child_value(loader->root, "cost");
    scn->xfail = text_or_null(good_child(loader->root, "xfail"), "reason");
    scn->skip = text_or_null(good_child(loader->root, "skip"), "reason");
}

/* A file of another version is not worth any other message. */
static bool check_version(struct loader *loader)
{
    const struct node *node = node_get(loader->root, "sim");
    uint64_t version;

    if (!node || node->kind != NODE_SCALAR ||
        number_parse(node->text, strlen(node->text), &version) != NUMBER_OK ||
        version == SCHEMA_VERSION)
        return true; /* what else is wrong with it, the schema check says */
    diag_width(diag_error(loader->diag, DIAG_E0109, &node->pos,
                          "version %ju of the scenario format is not known; this sim reads version "
                          "%d",
                          (uintmax_t)version, SCHEMA_VERSION),
               node->width);
    return false;
}

static void load(struct loader *loader)
{
    struct schema_check check = {loader->arena, loader->diag, &loader->vars};
    struct node *root = yaml_load(loader->arena, loader->diag, loader->scn->path);

    if (!root)
        return;
    loader->root = root;
    if (!check_version(loader))
        return;
    variables_load(loader->arena, loader->diag, &loader->vars, node_get(root, "vars"));
    schema_check(&check, root);
    load_header(loader);
    load_machine(loader);
    load_memory(loader);
    load_page_tables(loader);
    load_code(loader);
    load_guest(loader);
    load_stage2(loader);
    load_host(loader);
    load_vmm(loader);
    load_expect(loader);
}

struct scenario *scenario_load_with(const char *path, const struct scenario_load_options *options,
                                    int *exit_status)
{
    struct arena *arena = arena_new();
    struct loader loader = {.arena = arena,
                            .diag = diag_new(arena),
                            .scn = arena_alloc(arena, sizeof(struct scenario)),
                            .code_cache = options->code_cache};

    loader.scn->arena = arena;
    loader.scn->path = arena_printf(arena, "%s", path);
    load(&loader);
    *exit_status = 0;
    if (diag_count(loader.diag) == 0)
        return loader.scn;
    diag_print(loader.diag, options->diag);
    *exit_status = loader.no_assembler && diag_count(loader.diag) == 1 ? SCENARIO_NO_ASSEMBLER
                                                                       : SCENARIO_INVALID;
    arena_free(arena);
    return NULL;
}

struct scenario *scenario_load(const char *path, const struct diag_options *diag)
{
    const struct scenario_load_options options = {diag, CODE_CACHE_UPDATE};
    int exit_status;

    return scenario_load_with(path, &options, &exit_status);
}

void scenario_free(struct scenario *scenario)
{
    if (scenario)
        arena_free(scenario->arena);
}
