/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A scenario file and what it includes, merged into one tree. */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/scenario/file.h"
#include "sim/scenario/text.h"
#include "sim/scenario/yaml_tree.h"

struct includes {
    struct arena *arena;
    struct diag *diag;
    struct yaml_limits limits;
};

/* The files being read, innermost first. */
struct open_file {
    const struct open_file *outer;
    const char *path;
    dev_t device;
    ino_t inode;
};

/* Registers the text of path; false after reporting why it is no text. */
static bool check_text(struct includes *inc, const struct source *source)
{
    struct source_pos pos = {source->name, 1, 1};

    for (size_t i = 0; i < source->length;) {
        const unsigned char *c = (const unsigned char *)source->text + i;
        size_t length = utf8_sequence(c, source->length - i);
        bool control = *c < 0x20 && *c != '\n' && *c != '\t' && *c != '\r';

        if (length == 0 || control) {
            diag_error(inc->diag, DIAG_E0003, &pos, "the byte 0x%02x is not %s", *c,
                       control ? "allowed in a text" : "UTF-8");
            return false;
        }
        i += length;
        pos.column++;
        if (*c == '\n') {
            pos.line++;
            pos.column = 1;
        }
    }
    return true;
}

static const struct source *read_source(struct includes *inc, const char *path,
                                        const struct source_pos *from)
{
    static const char byte_order_mark[] = "\xef\xbb\xbf";
    const struct source_pos whole = {path, 0, 0};
    const struct source_pos *pos = from->line ? from : &whole;
    struct source *source = arena_alloc(inc->arena, sizeof(*source));
    struct file_bytes file;
    const char *why = "";
    enum file_status status = file_read(inc->arena, path, YAML_MAX_BYTES, &file, &why);

    if (status == FILE_TOO_LARGE) {
        diag_error(inc->diag, DIAG_E0002, pos, "%s is too large: %s",
                   from->line ? path : "the file", why);
        return NULL;
    }
    if (status != FILE_READ) {
        struct diag_error *error =
            diag_error(inc->diag, from->line ? DIAG_E0007 : DIAG_E0001, pos, "cannot read %s: %s",
                       from->line ? path : "the file", why);
        const char *near = status == FILE_MISSING ? file_nearest(inc->arena, path) : NULL;
        if (near)
            diag_label(error, "did you mean '%s'?", near);
        return NULL;
    }
    if (file.size >= sizeof(byte_order_mark) - 1 &&
        memcmp(file.bytes, byte_order_mark, sizeof(byte_order_mark) - 1) == 0) {
        file.bytes += sizeof(byte_order_mark) - 1;
        file.size -= sizeof(byte_order_mark) - 1;
    }
    *source = (struct source){
        .name = path, .text = file.bytes, .length = file.size, .included_from = *from};
    if (!diag_source(inc->diag, path)) /* twice included: the first chain is told */
        diag_add_source(inc->diag, source);
    return check_text(inc, source) ? source : NULL;
}

struct node *node_merge(struct arena *arena, struct node *base, struct node *over)
{
    struct node *merged;

    if (!base || base->kind != NODE_MAPPING || over->kind != NODE_MAPPING)
        return over;
    merged = node_new(arena, NODE_MAPPING, &over->pos);
    merged->width = over->width;
    for (size_t i = 0; i < base->count; i++) {
        struct node *winner = node_get(over, base->keys[i]->text);
        struct node *key = base->keys[i];

        for (size_t j = 0; winner && j < over->count; j++) {
            if (over->items[j] == winner)
                key = over->keys[j];
        }
        node_append(arena, merged, key,
                    winner ? node_merge(arena, base->items[i], winner) : base->items[i]);
    }
    for (size_t i = 0; i < over->count; i++) {
        if (!node_get(base, over->keys[i]->text))
            node_append(arena, merged, over->keys[i], over->items[i]);
    }
    return merged;
}

static struct node *without_key(struct includes *inc, const struct node *mapping, const char *name)
{
    struct node *copy = node_new(inc->arena, NODE_MAPPING, &mapping->pos);

    for (size_t i = 0; i < mapping->count; i++) {
        if (strcmp(mapping->keys[i]->text, name) != 0)
            node_append(inc->arena, copy, mapping->keys[i], mapping->items[i]);
    }
    return copy;
}

/* Enters path into the chain of open files; false after reporting a loop or too deep a chain. */
static bool enter_file(struct includes *inc, struct open_file *file, const struct source_pos *from)
{
    unsigned depth = 0;
    struct stat info;

    if (++inc->limits.files > YAML_MAX_FILES) {
        diag_error(inc->diag, DIAG_E0008, from, "more than %d files are included", YAML_MAX_FILES);
        return false;
    }
    if (stat(file->path, &info) != 0)
        return true; /* reading it reports why */
    file->device = info.st_dev;
    file->inode = info.st_ino;
    for (const struct open_file *open = file->outer; open; open = open->outer) {
        if (open->device == file->device && open->inode == file->inode) {
            struct diag_error *error =
                diag_error(inc->diag, DIAG_E0008, from, "%s includes itself", file->path);

            diag_note(error, NULL, "the loop goes through %s", file->outer->path);
            return false;
        }
        if (++depth > YAML_MAX_INCLUDE_DEPTH) {
            diag_error(inc->diag, DIAG_E0008, from, "files are included more than %d levels deep",
                       YAML_MAX_INCLUDE_DEPTH);
            return false;
        }
    }
    return true;
}

static struct node *load_file(struct includes *inc, const char *path, const struct source_pos *from,
                              const struct open_file *outer);

/* The merge of all included files, NULL when there is none; *good is false after an error. */
static struct node *load_includes(struct includes *inc, const struct node *root,
                                  const struct open_file *file, bool *good)
{
    const struct node *include = node_get(root, "include");
    struct node *base = NULL;

    if (!include)
        return NULL;
    if (include->kind != NODE_SEQUENCE) {
        diag_error(inc->diag, DIAG_E0102, &include->pos,
                   "'include' must be a list of files, got %s", node_describe(inc->arena, include));
        *good = false;
        return NULL;
    }
    for (size_t i = 0; i < include->count; i++) {
        const struct node *name = include->items[i];
        struct node *more;

        if (name->kind != NODE_SCALAR || name->text[0] == '\0') {
            diag_error(inc->diag, DIAG_E0102, &name->pos, "'include' names files, got %s",
                       node_describe(inc->arena, name));
            *good = false;
            continue;
        }
        more =
            load_file(inc, text_path_beside(inc->arena, file->path, name->text), &name->pos, file);
        if (!more) {
            *good = false;
            continue;
        }
        base = node_merge(inc->arena, base, more);
    }
    return base;
}

static struct node *load_file(struct includes *inc, const char *path, const struct source_pos *from,
                              const struct open_file *outer)
{
    struct open_file file = {.outer = outer, .path = path};
    const struct source *source;
    struct node *root, *base;
    bool good = true;

    if (!enter_file(inc, &file, from))
        return NULL;
    source = read_source(inc, path, from);
    root = source ? yaml_parse(inc->arena, inc->diag, source, &inc->limits) : NULL;
    if (!root)
        return NULL;
    if (root->kind != NODE_MAPPING) {
        diag_error(inc->diag, DIAG_E0102, &root->pos,
                   "a scenario is a mapping of keys to values, got %s",
                   node_describe(inc->arena, root));
        return NULL;
    }
    base = load_includes(inc, root, &file, &good);
    if (!good)
        return NULL;
    root = without_key(inc, root, "include");
    return base ? node_merge(inc->arena, base, root) : root;
}

struct node *yaml_load(struct arena *arena, struct diag *diag, const char *path)
{
    struct includes inc = {.arena = arena, .diag = diag};
    const struct source_pos nowhere = {path, 0, 0};

    return load_file(&inc, path, &nowhere, NULL);
}

/* --- what a scenario inherits ----------------------------------------------------------------- */

static const char *in_folder(struct arena *arena, const char *folder, const char *name)
{
    return strcmp(folder, ".") == 0 ? name : arena_printf(arena, "%s/%s", folder, name);
}

static bool is_there(struct arena *arena, const char *folder, const char *name)
{
    return access(in_folder(arena, folder, name), F_OK) == 0;
}

static const char *folder_of(struct arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');

    if (!slash)
        return ".";
    return slash == path ? "/" : arena_copy(arena, path, (size_t)(slash - path));
}

/* The folder above; NULL: it is the root, or cannot be known. */
static const char *folder_above(struct arena *arena, const char *folder)
{
    const char *slash = strrchr(folder, '/'), *name = slash ? slash + 1 : folder;
    const char *up = in_folder(arena, folder, "..");
    struct stat own, above;

    if (stat(folder, &own) != 0 || stat(up, &above) != 0 ||
        (own.st_dev == above.st_dev && own.st_ino == above.st_ino))
        return NULL;
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || *name == '\0')
        return up;
    return folder_of(arena, folder);
}

/*
 * The suite files from the nearest to the outermost; their number. Those above the scenario's own
 * folder count inside a project alone: what somebody left in /tmp is nothing that was asked for.
 */
static size_t find_suites(struct arena *arena, const char *path, const char **suites)
{
    const char *folder = folder_of(arena, path);
    const char *stem = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
    size_t count = 0, own = 0;

    if (strcmp(path, "-") == 0 || strcmp(stem, SUITE_FILE) == 0)
        return 0;
    for (size_t up = 0; folder && up <= SUITE_MAX_UP; up++) {
        if (is_there(arena, folder, SUITE_FILE))
            suites[count++] = in_folder(arena, folder, SUITE_FILE);
        if (is_there(arena, folder, ".git") || is_there(arena, folder, "sim.yaml"))
            return count;
        if (up == 0)
            own = count;
        folder = folder_above(arena, folder);
    }
    return own;
}

bool scenario_inherits(const char *path)
{
    const char *suites[SUITE_MAX_UP + 1];
    struct arena *arena = arena_new();
    size_t count = find_suites(arena, path, suites);

    arena_free(arena);
    return count > 0;
}

struct node *yaml_load_scenario(struct arena *arena, struct diag *diag, const char *path)
{
    struct includes inc = {.arena = arena, .diag = diag};
    const struct source_pos nowhere = {path, 0, 0}, top = {path, 1, 1};
    const char *suites[SUITE_MAX_UP + 1];
    size_t count = find_suites(arena, path, suites);
    struct node *root = load_file(&inc, path, &nowhere, NULL), *base = NULL;

    for (size_t i = count; root && i-- > 0;) {
        struct node *suite = load_file(&inc, suites[i], &top, NULL);

        if (!suite)
            return NULL;
        if (!node_get(suite, "sim"))
            base = node_merge(arena, base, suite);
    }
    return root && base ? node_merge(arena, base, root) : root;
}
