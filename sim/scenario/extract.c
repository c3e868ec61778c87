/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/scenario/extract.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "sim/profile.h"
#include "sim/scenario/code_cache.h"
#include "sim/scenario/file.h"
#include "sim/scenario/text.h"

#define HEX_FROM 0x1000 /* computed numbers from here on are addresses, for a reader */

struct extract {
    struct loader *loader;
    struct arena *arena;
    const char *folder;
};

/* --- scalars ---------------------------------------------------------------------------------- */

/* What would be taken for a variable again is escaped; a computed address is hexadecimal. */
static const char *written(const struct extract *extract, const struct node *node)
{
    const char *text = node->text, *result = "", *open;
    bool number = node->row && (node->row->type == SCHEMA_INT || node->row->type == SCHEMA_ADDRESS);
    uint64_t value;

    if (number && node->substituted && strspn(text, "0123456789") == strlen(text) &&
        number_parse(text, strlen(text), &value) == NUMBER_OK && value >= HEX_FROM)
        return arena_printf(extract->arena, "0x%" PRIx64, value);
    if (*text == '$')
        return arena_printf(extract->arena, "$%s", text);
    while ((open = strstr(text, "${"))) {
        result = arena_printf(extract->arena, "%s%.*s$${", result, (int)(open - text), text);
        text = open + 2;
    }
    return *result ? arena_printf(extract->arena, "%s%s", result, text) : text;
}

/* --- paths ------------------------------------------------------------------------------------ */

static size_t common_folders(const char *a, const char *b)
{
    size_t common = 0;

    for (size_t i = 0;; i++) {
        bool a_ends = a[i] == '/' || a[i] == '\0', b_ends = b[i] == '/' || b[i] == '\0';

        if (a_ends && b_ends)
            common = i;
        if (a[i] != b[i] || a[i] == '\0')
            return common;
    }
}

/* file, which is named from where base lies, as it is named from the extract's folder. */
static const char *path_from(const struct extract *extract, const char *base, const char *file)
{
    const char *path = text_path_beside(extract->arena, base, file), *up = "";
    char from[PATH_MAX], to[PATH_MAX];
    size_t common;

    if (*file == '/' || !realpath(extract->folder, from) || !realpath(path, to))
        return file;
    common = common_folders(from, to);
    for (const char *c = from + common; *c; c++)
        if (*c == '/')
            up = arena_printf(extract->arena, "../%s", up);
    return arena_printf(extract->arena, "%s%s", up, to + common + (to[common] == '/'));
}

/* A profile is a file if its name says so: keep that. */
static const char *profile_from(const struct extract *extract, const char *file)
{
    const char *path = path_from(extract, extract->loader->scn->path, file);

    return profile_is_path(path) ? path : arena_printf(extract->arena, "./%s", path);
}

/* --- the tree --------------------------------------------------------------------------------- */

/* The `when` of cells and kernels, not that of a moment; NULL. */
static const struct node *cell_when(const struct node *entry)
{
    const struct node *when = entry->kind == NODE_MAPPING ? node_get(entry, "when") : NULL;

    return when && when->row && when->row->map == &schema_expect_when ? when : NULL;
}

static bool is_left_out(const struct extract *extract, const struct node *entry)
{
    return cell_when(entry) && !entry_holds(extract->loader, entry);
}

static struct node *copy_scalar(const struct extract *extract, const struct node *from)
{
    struct node *node = node_new(extract->arena, NODE_SCALAR, &from->pos);

    node->plain = from->plain;
    node->text = written(extract, from);
    return node;
}

static struct node *word(const struct extract *extract, const char *text)
{
    const struct source_pos nowhere = {"", 0, 0};
    struct node *node = node_new(extract->arena, NODE_SCALAR, &nowhere);

    node->plain = true;
    node->text = text;
    return node;
}

/* Axes are gone; for which kernel, RMM and timing it is, stays. */
static struct node *machine_when(const struct extract *extract, const struct node *when)
{
    struct node *left = node_new(extract->arena, NODE_MAPPING, &when->pos);

    for (size_t i = 0; i < when->count; i++)
        if (when->items[i]->row != schema_expect_when.any)
            node_append(extract->arena, left, when->keys[i], when->items[i]);
    return left;
}

static struct node *clean(const struct extract *extract, const struct node *from)
{
    struct node *node;

    if (from->kind == NODE_SCALAR)
        return copy_scalar(extract, from);
    node = node_new(extract->arena, from->kind, &from->pos);
    for (size_t i = 0; i < from->count; i++) {
        struct node *item = from->items[i];

        if (item->synthetic || is_left_out(extract, item))
            continue;
        if (item == cell_when(from)) {
            item = machine_when(extract, item);
            if (!item->count)
                continue;
        }
        node_append(extract->arena, node, from->kind == NODE_MAPPING ? from->keys[i] : NULL,
                    clean(extract, item));
    }
    return node;
}

/* --- sections --------------------------------------------------------------------------------- */

static struct node *without_list_of_one(struct node *node)
{
    bool one = node->kind == NODE_SEQUENCE && node->count == 1 && !node_get(node->items[0], "when");

    return one ? node->items[0] : node;
}

/* xfail, skip: the first reason that holds. */
static struct node *first_of(struct node *node)
{
    if (node->kind != NODE_SEQUENCE)
        return node;
    return node->count ? node->items[0] : NULL;
}

/* The policy of this cell alone. */
static struct node *one_policy(const struct extract *extract, struct node *host)
{
    const struct node *select = node_get(host, "select"), *all = node_get(host, "policies");
    struct node *policy = select && all ? node_get(all, select->text) : NULL;
    struct node *policies, *result;

    if (!policy)
        return host;
    policies = node_new(extract->arena, NODE_MAPPING, &all->pos);
    node_append(extract->arena, policies, word(extract, select->text), policy);
    result = node_new(extract->arena, NODE_MAPPING, &host->pos);
    for (size_t i = 0; i < host->count; i++)
        node_append(extract->arena, result, host->keys[i],
                    host->items[i] == all ? policies : host->items[i]);
    return result;
}

static void rename_file(const struct extract *extract, struct node *section, const char *key,
                        const struct node *original)
{
    struct node *node = section ? node_get(section, key) : NULL;

    if (!node)
        return;
    if (strcmp(key, "elf") == 0)
        node->text = path_from(extract, original->pos.file, original->text);
    else if (profile_is_path(node->text))
        node->text = profile_from(extract, node->text);
}

static struct node *section_of(const struct extract *extract, const char *key,
                               const struct node *from)
{
    struct node *node = clean(extract, from);

    if (strcmp(key, "expect") == 0)
        return without_list_of_one(node);
    if (strcmp(key, "xfail") == 0 || strcmp(key, "skip") == 0)
        return first_of(node);
    if (strcmp(key, "host") == 0)
        return one_policy(extract, node);
    if (strcmp(key, "machine") == 0)
        rename_file(extract, node, "profile", NULL);
    if (strcmp(key, "guest") == 0)
        rename_file(extract, node_get(node, "code"), "elf",
                    node_get(node_get(from, "code"), "elf"));
    return node;
}

/* name[axis=value,axis=value] without what a shell or a file name minds. */
static const char *name_of(const struct extract *extract)
{
    const struct scenario *scn = extract->loader->scn;
    size_t length = *scn->cell ? strlen(scn->name) - strlen(scn->cell) - 2 : strlen(scn->name);
    const char *name = arena_copy(extract->arena, scn->name, length);
    char *values, *rest = NULL;

    if (!*scn->cell)
        return name;
    values = arena_printf(extract->arena, "%s", scn->cell);
    for (char *c = values; *c; c++)
        if (!strchr("._-=,", *c) && !((*c | 0x20) >= 'a' && (*c | 0x20) <= 'z') &&
            !(*c >= '0' && *c <= '9'))
            *c = '-';
    for (char *part = strtok_r(values, ",", &rest); part; part = strtok_r(NULL, ",", &rest)) {
        char *value = strchr(part, '=');

        if (value && strncmp(part, "case=", 5) == 0)
            *value = '-', value = NULL;
        name = arena_printf(extract->arena, "%s-%s", name, value ? value + 1 : part);
    }
    return name;
}

static bool is_dropped(const char *key)
{
    static const char *const keys[] = {"name", "include", "matrix", "cases", "vars", "golden"};

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        if (strcmp(keys[i], key) == 0)
            return true;
    return false;
}

static void add(const struct extract *extract, struct node *tree, const char *key)
{
    const struct node *from = node_get(extract->loader->root, key);
    struct node *node;

    if (!from || from->synthetic || is_dropped(key) || is_left_out(extract, from))
        return;
    node = section_of(extract, key, from);
    if (node && (node->kind == NODE_SCALAR || node->count))
        node_append(extract->arena, tree, word(extract, key), node);
}

void extract_code(struct loader *loader, const char *path)
{
    const struct scenario *scn = loader->scn;
    struct file_bytes file;
    const char *why;

    if (scn->guest.code_cache && file_read(loader->arena, scn->guest.code_cache,
                                           CODE_CACHE_MAX_BYTES, &file, &why) == FILE_READ)
        file_replace(loader->arena, code_cache_path(loader->arena, path, NULL), file.bytes,
                     file.size);
}

struct node *extract_tree(struct loader *loader, const char *path)
{
    const char *slash = path ? strrchr(path, '/') : NULL;
    const char *folder = slash ? arena_copy(loader->arena, path, (size_t)(slash - path) + 1) : ".";
    const struct extract extract = {loader, loader->arena, folder};
    const struct node *root = loader->root;
    struct node *tree = node_new(loader->arena, NODE_MAPPING, &root->pos);

    for (size_t i = 0; i < schema_root.count; i++) {
        add(&extract, tree, schema_root.keys[i].name);
        if (strcmp(schema_root.keys[i].name, "name") == 0)
            node_append(loader->arena, tree, word(&extract, "name"),
                        word(&extract, name_of(&extract)));
    }
    for (size_t i = 0; i < root->count; i++)
        if (strncmp(root->keys[i]->text, "x-", 2) == 0)
            add(&extract, tree, root->keys[i]->text);
    return tree;
}
