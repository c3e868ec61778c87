/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/scenario/cases.h"

#include <string.h>

#include "cpu/count.h"
#include "sim/scenario/file.h"
#include "sim/scenario/text.h"

struct case_line {
    const char *text;
    size_t length;
    unsigned number; /* from 1 */
};

struct cases {
    const char *path;
    struct case_line *lines;
    size_t count, capacity;
    struct axis axis;
};

/* --- the file --------------------------------------------------------------------------------- */

static bool is_blank(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (!strchr(" \t\r", text[i]))
            return false;
    return true;
}

static bool add_line(struct arena *arena, struct diag *diag, struct cases *cases,
                     const struct case_line *line)
{
    const struct source_pos pos = {cases->path, line->number, 1};

    if (is_blank(line->text, line->length))
        return true;
    if (cases->count == CASES_MAX || line->length > CASES_MAX_LINE) {
        diag_error(diag, DIAG_E0123, &pos,
                   cases->count == CASES_MAX ? "more than %zu cases"
                                             : "the line is longer than %zu bytes",
                   cases->count == CASES_MAX ? (size_t)CASES_MAX : CASES_MAX_LINE);
        return false;
    }
    cases->lines =
        arena_grow(arena, cases->lines, cases->count, &cases->capacity, sizeof(cases->lines[0]));
    cases->lines[cases->count++] = *line;
    return true;
}

static void make_axis(struct arena *arena, struct cases *cases)
{
    struct axis_value *values = arena_array(arena, cases->count, sizeof(values[0]));

    for (size_t i = 0; i < cases->count; i++)
        values[i] = (struct axis_value){arena_printf(arena, "%u", cases->lines[i].number), true};
    cases->axis = (struct axis){CASES_AXIS, values, cases->count};
}

struct cases *cases_open(struct arena *arena, struct diag *diag, const struct node *root)
{
    const struct node *node = node_get(root, "cases");
    struct cases *cases = arena_alloc(arena, sizeof(*cases));
    struct source *source = arena_alloc(arena, sizeof(*source));
    struct file_bytes file;
    const char *why = "";
    unsigned number = 1;

    if (!node)
        return NULL;
    if (node->kind != NODE_SCALAR || node->text[0] == '\0') {
        diag_error(diag, DIAG_E0102, &node->pos, "'cases' names a file, got %s",
                   node_describe(arena, node));
        return NULL;
    }
    cases->path = text_path_beside(arena, node->pos.file, node->text);
    if (file_read(arena, cases->path, CASES_MAX_BYTES, &file, &why) != FILE_READ) {
        diag_width(diag_error(diag, DIAG_E0123, &node->pos, "cannot read %s: %s", cases->path, why),
                   node->width);
        return NULL;
    }
    *source = (struct source){
        .name = cases->path, .text = file.bytes, .length = file.size, .included_from = node->pos};
    diag_add_source(diag, source);
    for (const char *at = file.bytes, *end = at + file.size; at < end; number++) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const struct case_line line = {at, (size_t)((newline ? newline : end) - at), number};

        if (!add_line(arena, diag, cases, &line))
            return NULL;
        at += line.length + 1;
    }
    if (cases->count == 0) {
        diag_width(diag_error(diag, DIAG_E0123, &node->pos, "%s holds no case", cases->path),
                   node->width);
        return NULL;
    }
    make_axis(arena, cases);
    return cases;
}

const struct axis *cases_axis(const struct cases *cases)
{
    return &cases->axis;
}

/* --- one case --------------------------------------------------------------------------------- */

static const struct case_line *find_line(const struct cases *cases, const char *value)
{
    size_t first = 0, end = cases->count;
    uint64_t number;

    if (number_parse(value, strlen(value), &number) != NUMBER_OK)
        return NULL;
    while (first < end) {
        size_t middle = first + (end - first) / 2;

        if (cases->lines[middle].number < number)
            first = middle + 1;
        else
            end = middle;
    }
    return first < cases->count && cases->lines[first].number == number ? &cases->lines[first]
                                                                        : NULL;
}

/*
 * In JSON a word and a number in hexadecimal are strings: they mean what they would without the
 * quotes. A text `null` is none: JSON has that word.
 */
static void as_words(struct node *node)
{
    node->substituted = true; /* it differs from cell to cell */
    if (node->kind == NODE_SCALAR && strcmp(node->text, "null") != 0)
        node->plain = true;
    for (size_t i = 0; i < node->count; i++)
        as_words(node->items[i]);
}

static struct node *parse_line(struct loader *loader, const struct cases *cases,
                               const struct case_line *line)
{
    const struct source source = {
        .name = cases->path, .text = line->text, .length = line->length, .part = line->number};
    struct yaml_limits limits = {0};
    struct node *node = yaml_parse(loader->arena, loader->diag, &source, &limits);

    if (node && node->kind == NODE_MAPPING) {
        as_words(node);
        return node;
    }
    if (node)
        diag_error(loader->diag, DIAG_E0123, &node->pos, "a case is a JSON object, got %s",
                   node_describe(loader->arena, node));
    return NULL;
}

static bool is_one_of(const char *text, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(words[i], text) == 0)
            return true;
    return false;
}

/* Reports keys that are none of those. */
static bool check_keys(struct loader *loader, const struct node *node, const char *what,
                       const char *const *words, size_t count)
{
    bool good = true;

    for (size_t i = 0; i < node->count; i++) {
        const struct node *key = node->keys[i];
        struct text_nearest nearest = {.wanted = key->text};
        struct diag_error *error;
        const char *list = "";

        if (is_one_of(key->text, words, count) || strncmp(key->text, "x-", 2) == 0)
            continue;
        for (size_t w = 0; w < count; w++) {
            text_nearest_offer(&nearest, words[w]);
            list = arena_printf(loader->arena, "%s%s%s", list, w ? ", " : "", words[w]);
        }
        error = diag_error(loader->diag, DIAG_E0107, &key->pos, "unknown key '%s' in %s",
                           text_show(loader->arena, key->text), what);
        diag_width(error, key->width);
        if (nearest.best)
            diag_label(error, "did you mean '%s'?", nearest.best);
        diag_note(error, NULL, "keys here: %s", list);
        good = false;
    }
    return good;
}

/* A part of the case that must be a mapping; false after reporting that it is none. */
static bool mapping_of(struct loader *loader, const struct node *line, const char *key,
                       const struct node **mapping)
{
    *mapping = node_get(line, key);
    if (!*mapping || (*mapping)->kind == NODE_MAPPING)
        return true;
    diag_error(loader->diag, DIAG_E0102, &(*mapping)->pos, "'%s' of a case is an object, got %s",
               key, node_describe(loader->arena, *mapping));
    return false;
}

static bool is_name_character(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool has_word(const char *text, const char *word)
{
    size_t length = strlen(word);

    for (const char *at = text; (at = strstr(at, word)); at++)
        if ((at == text || !is_name_character(at[-1])) && !is_name_character(at[length]))
            return true;
    return false;
}

/* Whether a text with a `$`, an expression of `vars` or a `when` has the name. */
static bool uses(const struct node *node, const char *name, bool expression)
{
    if (node->kind == NODE_SCALAR)
        return (expression || strchr(node->text, '$')) && has_word(node->text, name);
    for (size_t i = 0; i < node->count; i++) {
        const char *key = node->kind == NODE_MAPPING ? node->keys[i]->text : "";

        if (uses(node->items[i], name, expression || strcmp(key, "vars") == 0) ||
            (strcmp(key, "when") == 0 && node_get(node->items[i], name)))
            return true;
    }
    return false;
}

/* A variable that nothing uses is a mistake in its name; false after reporting it. */
static bool check_use(struct loader *loader, const struct node *key, const struct node *root,
                      const struct node *line)
{
    const struct node *own = node_get(root, "vars");
    struct text_nearest nearest = {.wanted = key->text};
    struct diag_error *error;

    if ((own && node_get(own, key->text)) || uses(root, key->text, false))
        return true;
    for (size_t i = 0; i < line->count; i++)
        if (strcmp(line->keys[i]->text, "vars") != 0 && uses(line->items[i], key->text, false))
            return true;
    for (size_t i = 0; own && own->kind == NODE_MAPPING && i < own->count; i++)
        text_nearest_offer(&nearest, own->keys[i]->text);
    error = diag_error(loader->diag, DIAG_E0110, &key->pos, "nothing in the scenario uses '$%s'",
                       text_show(loader->arena, key->text));
    diag_width(error, key->width);
    if (nearest.best)
        diag_label(error, "did you mean '%s'?", nearest.best);
    return false;
}

/* Cells and expressions know the case's variables first; false after reporting a wrong one. */
static bool add_variables(struct loader *loader, const struct node *line, const struct node *root)
{
    const struct node *vars = node_get(line, "vars");
    bool good = true;

    for (size_t i = 0; vars && i < vars->count; i++) {
        const struct node *key = vars->keys[i], *value = vars->items[i];
        size_t before = loader->vars.count;

        if (value->kind != NODE_SCALAR)
            diag_error(loader->diag, DIAG_E0123, &value->pos,
                       "a variable of a case is a word, a number or a text, got %s",
                       node_describe(loader->arena, value));
        else if (!text_is_name(key->text))
            diag_error(loader->diag, DIAG_E0111, &key->pos,
                       "'%s' cannot name a variable: use letters, digits and _",
                       text_show(loader->arena, key->text));
        else
            variables_add_axis(loader->arena, &loader->vars, key->text, value->text, value->plain);
        if (loader->vars.count == before && value->kind == NODE_SCALAR && text_is_name(key->text))
            diag_error(loader->diag, DIAG_E0123, &key->pos, "'%s' is an axis of the matrix already",
                       key->text);
        good &= loader->vars.count > before && check_use(loader, key, root, line);
    }
    return good;
}

/* The variables of the scenario that the case does not have. */
static struct node *other_variables(struct loader *loader, const struct node *own,
                                    const struct node *vars)
{
    struct node *left = node_new(loader->arena, NODE_MAPPING, &own->pos);

    for (size_t i = 0; i < own->count; i++)
        if (!node_get(vars, own->keys[i]->text))
            node_append(loader->arena, left, own->keys[i], own->items[i]);
    return left;
}

/* What is expected by the scenario, and by its case. */
static struct node *both_expect(struct loader *loader, struct node *own, const struct node *final,
                                struct node *traps)
{
    const struct source_pos *pos = final ? &final->pos : &traps->pos;
    struct node *list = node_new(loader->arena, NODE_SEQUENCE, pos);
    struct node *entry = node_new(loader->arena, NODE_MAPPING, pos);
    struct node *key;

    for (size_t i = 0; own && own->kind == NODE_SEQUENCE && i < own->count; i++)
        node_append(loader->arena, list, NULL, own->items[i]);
    if (own && own->kind != NODE_SEQUENCE)
        node_append(loader->arena, list, NULL, own);
    for (size_t i = 0; final && i < final->count; i++)
        node_append(loader->arena, entry, final->keys[i], final->items[i]);
    if (traps) {
        key = node_new(loader->arena, NODE_SCALAR, &traps->pos);
        key->text = "traps";
        key->plain = true;
        node_append(loader->arena, entry, key, traps);
    }
    node_append(loader->arena, list, NULL, entry);
    return list;
}

static void set(struct arena *arena, struct node *mapping, const char *name, struct node *value)
{
    struct node *key;

    for (size_t i = 0; i < mapping->count; i++) {
        if (strcmp(mapping->keys[i]->text, name) == 0) {
            mapping->items[i] = value;
            return;
        }
    }
    key = node_new(arena, NODE_SCALAR, &value->pos);
    key->text = name;
    key->plain = true;
    node_append(arena, mapping, key, value);
}

/* Code is of one kind: the case's takes the place of the scenario's. */
static struct node *with_initial(struct loader *loader, struct node *guest, struct node *initial)
{
    struct node *merged = node_merge(loader->arena, guest, initial);
    struct node *code = node_get(initial, "code");

    if (code && merged != initial)
        set(loader->arena, merged, "code", code);
    return merged;
}

struct node *cases_apply(struct loader *loader, const struct cases *cases, const char *value,
                         const struct node *root)
{
    static const char *const case_keys[] = {"name", "vars", "initial", "final", "traps"};
    static const char *const initial_keys[] = {"el", "entry", "regs", "sysregs", "code"};
    const struct case_line *found = find_line(cases, value);
    struct node *line = found ? parse_line(loader, cases, found) : NULL, *traps, *copy;
    const struct node *vars, *initial, *final, *own;

    if (!line || !check_keys(loader, line, "a case", case_keys, COUNT(case_keys)) ||
        !mapping_of(loader, line, "vars", &vars) ||
        !mapping_of(loader, line, "initial", &initial) ||
        !mapping_of(loader, line, "final", &final) || !add_variables(loader, line, root) ||
        (initial &&
         !check_keys(loader, initial, "'initial' of a case", initial_keys, COUNT(initial_keys))))
        return NULL;
    traps = node_get(line, "traps");
    if (traps && final && node_get(final, "traps")) {
        diag_error(loader->diag, DIAG_E0123, &traps->pos,
                   "the traps of a case stand in 'traps' or in 'final', not in both");
        return NULL;
    }
    copy = node_new(loader->arena, NODE_MAPPING, &root->pos);
    copy->width = root->width;
    for (size_t i = 0; i < root->count; i++)
        node_append(loader->arena, copy, root->keys[i], root->items[i]);
    own = node_get(copy, "vars");
    if (vars && own && own->kind == NODE_MAPPING)
        set(loader->arena, copy, "vars", other_variables(loader, own, vars));
    if (node_get(line, "name"))
        set(loader->arena, copy, "about", node_get(line, "name"));
    if (initial)
        set(loader->arena, copy, "guest",
            with_initial(loader, node_get(copy, "guest"), node_get(line, "initial")));
    if (final || traps)
        set(loader->arena, copy, "expect",
            both_expect(loader, node_get(copy, "expect"), final, traps));
    return copy;
}
