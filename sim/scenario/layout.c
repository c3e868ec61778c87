/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/scenario/layout.h"

#include <stdlib.h>
#include <string.h>

#include "sim/scenario/file.h"
#include "sim/scenario/schema.h"

struct line {
    const char *text;
    size_t length; /* without blanks at its end */
    size_t full;   /* with them */
    bool kept;     /* inside a literal scalar: every byte counts */
};

/* Lines first..end: a key of the top level, with the comments above it. */
struct section {
    size_t first, end;
    size_t order; /* of its key */
    size_t place; /* in the file */
};

struct lines {
    struct line *list;
    size_t count, capacity;
};

static struct lines split(struct arena *arena, const char *text, size_t size)
{
    struct lines lines = {0};
    for (const char *at = text, *end = text + size; at < end;) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        size_t length = newline ? (size_t)(newline - at) : (size_t)(end - at);
        size_t shown = length;
        while (shown && strchr(" \t\r", at[shown - 1]))
            shown--;
        lines.list =
            arena_grow(arena, lines.list, lines.count, &lines.capacity, sizeof(lines.list[0]));
        lines.list[lines.count++] = (struct line){.text = at, .length = shown, .full = length};
        at += length + (newline != NULL);
    }
    return lines;
}

/* Order of a section: that of the schema; keys the table does not have, x-*, come last. */
static size_t order_of(const char *key)
{
    size_t i = 0;
    while (i < schema_root.count && strcmp(schema_root.keys[i].name, key) != 0)
        i++;
    return i;
}

static bool is_comment(const struct line *line)
{
    return line->length && line->text[0] == '#';
}

/* The first line of what stands above the key in line: comments without an empty line between. */
static size_t with_comments(const struct lines *lines, size_t key, size_t floor)
{
    while (key > floor && is_comment(&lines->list[key - 1]))
        key--;
    return key;
}

/* Comments at the end of the file stay there. */
static size_t before_last_comments(const struct lines *lines)
{
    size_t end = lines->count;
    while (end && (is_comment(&lines->list[end - 1]) || lines->list[end - 1].length == 0) &&
           !lines->list[end - 1].kept)
        end--;
    return end;
}

static int by_order(const void *a, const void *b)
{
    const struct section *one = a, *other = b;
    if (one->order != other->order)
        return one->order < other->order ? -1 : 1;
    return one->place < other->place ? -1 : 1;
}

/* Sections of a block mapping whose keys each start a line; 0 if the file is written otherwise. */
static size_t find_sections(struct arena *arena, const struct node *root, const struct lines *lines,
                            struct section **sections)
{
    struct section *list = arena_array(arena, root->count + 1, sizeof(list[0]));
    for (size_t i = 0; i < root->count; i++) {
        const struct source_pos *pos = &root->keys[i]->pos;
        if (pos->column != 1 || pos->line == 0 || pos->line > lines->count)
            return 0;
        size_t key = pos->line - 1, floor = i ? root->keys[i - 1]->pos.line : 0;
        list[i] = (struct section){.first = with_comments(lines, key, floor),
                                   .order = order_of(root->keys[i]->text),
                                   .place = i};
        if (i && list[i].first <= list[i - 1].first)
            return 0; /* two keys in a line */
        if (i)
            list[i - 1].end = list[i].first;
    }
    if (root->count)
        list[root->count - 1].end = before_last_comments(lines);
    *sections = list;
    return root->count;
}

/* --- lines to text ----------------------------------------------------------------------------
 */

struct writer {
    char *text;
    size_t size;
    bool empty; /* the last line is */
};

static void put_lines(struct writer *writer, const struct lines *lines, size_t first, size_t end)
{
    for (size_t i = first; i < end; i++) {
        const struct line *line = &lines->list[i];
        if (line->length == 0 && !line->kept && (writer->empty || writer->size == 0))
            continue;
        memcpy(writer->text + writer->size, line->text, line->length);
        writer->size += line->length;
        writer->text[writer->size++] = '\n';
        writer->empty = line->length == 0;
    }
}

/* Room for all lines, each with a newline. */
static struct writer writer_for(struct arena *arena, const struct lines *lines)
{
    size_t room = 1;
    for (size_t i = 0; i < lines->count; i++)
        room += lines->list[i].full + 1;
    return (struct writer){.text = arena_alloc(arena, room)};
}

static char *finish(struct writer *writer)
{
    while (writer->size > 1 && writer->text[writer->size - 2] == '\n')
        writer->size--;
    writer->text[writer->size] = '\0';
    return writer->text;
}

/* --- the same? --------------------------------------------------------------------------------
 */

static bool same(const struct node *a, const struct node *b)
{
    if (a->kind != b->kind || a->count != b->count)
        return false;
    if (a->kind == NODE_SCALAR)
        return a->plain == b->plain && strcmp(a->text, b->text) == 0;
    for (size_t i = 0; i < a->count; i++) {
        const struct node *other =
            a->kind == NODE_MAPPING ? node_get(b, a->keys[i]->text) : b->items[i];
        if (!other || !same(a->items[i], other))
            return false;
    }
    return true;
}

static const struct node *parse(struct arena *arena, struct diag *diag, const char *name,
                                const char *text)
{
    struct source *source = arena_alloc(arena, sizeof(*source));
    struct yaml_limits limits = {0};
    *source = (struct source){.name = name, .text = text, .length = strlen(text)};
    diag_add_source(diag, source);
    return yaml_parse(arena, diag, source, &limits);
}

static bool means_the_same(struct arena *arena, const struct node *root, const char *text)
{
    const struct node *again = parse(arena, diag_new(arena), "canonical", text);
    return again && same(root, again);
}

static size_t indent_of(const struct line *line)
{
    size_t indent = 0;
    while (indent < line->length && line->text[indent] == ' ')
        indent++;
    return indent;
}

/* A literal scalar goes on as long as lines are empty or indented more than its key's. */
static void keep_literals(const struct node *node, struct lines *lines)
{
    for (size_t i = 0; i < node->count; i++)
        keep_literals(node->items[i], lines);
    if (node->kind != NODE_SCALAR || !node->literal || node->pos.line == 0 ||
        node->pos.line > lines->count)
        return;
    size_t indent = indent_of(&lines->list[node->pos.line - 1]);
    for (size_t i = node->pos.line; i < lines->count; i++) {
        struct line *line = &lines->list[i];
        if (line->length && indent_of(line) <= indent)
            break;
        line->kept = true;
        line->length = line->full;
    }
}

/* --- both -------------------------------------------------------------------------------------
 */

static const char *arrange(struct arena *arena, const struct node *root, const struct lines *lines,
                           bool reorder)
{
    struct section *sections = NULL;
    size_t count = reorder ? find_sections(arena, root, lines, &sections) : 0;
    struct writer writer = writer_for(arena, lines);
    if (count == 0) {
        put_lines(&writer, lines, 0, lines->count);
        return finish(&writer);
    }
    /* The file's own comments stay on top: those above the first key. */
    size_t top = root->keys[0]->pos.line - 1;
    put_lines(&writer, lines, 0, top);
    sections[0].first = top;
    qsort(sections, count, sizeof(sections[0]), by_order);
    for (size_t i = 0; i < count; i++)
        put_lines(&writer, lines, sections[i].first, sections[i].end);
    put_lines(&writer, lines, before_last_comments(lines), lines->count);
    return finish(&writer);
}

struct layout layout_canonical(struct arena *arena, const char *path,
                               const struct diag_options *options)
{
    const struct source_pos whole = {path, 0, 0};
    struct diag *diag = diag_new(arena);
    struct layout layout = {0};
    struct file_bytes file;
    const char *why = "";
    const struct node *root = NULL;
    if (file_read(arena, path, YAML_MAX_BYTES, &file, &why) != FILE_READ)
        diag_error(diag, DIAG_E0001, &whole, "cannot read the file: %s", why);
    else if (strlen(file.bytes) != file.size)
        diag_error(diag, DIAG_E0003, &whole, "a text must not hold a NUL character");
    else
        root = parse(arena, diag, path, file.bytes);
    if (diag_count(diag) || !root) {
        diag_print(diag, options);
        return layout;
    }
    struct lines lines = split(arena, file.bytes, file.size);
    keep_literals(root, &lines);
    for (int reorder = root->kind == NODE_MAPPING; reorder >= 0 && !layout.text; reorder--) {
        const char *text = arrange(arena, root, &lines, reorder);
        if (means_the_same(arena, root, text))
            layout.text = text;
    }
    if (!layout.text) /* a text of several lines needs its blanks */
        layout.text = file.bytes;
    layout.changed = strcmp(layout.text, file.bytes) != 0;
    return layout;
}
