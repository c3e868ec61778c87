/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/scenario/schema.h"

#include <ctype.h>
#include <regex.h>
#include <string.h>

#include "sim/scenario/expr.h"
#include "sim/scenario/text.h"

#define MAX_NAME_LENGTH 63
#define LISTED_WORDS 12 /* more than so many words are not listed in a message */

bool schema_word_at(const struct schema_words *words, size_t index, struct schema_word *word)
{
    if (index < words->count) {
        *word = words->list[index];
        return true;
    }
    return words->nth && words->nth(index - words->count, word);
}

const char *schema_word_find(const struct schema_words *words, const char *text, uint64_t *value)
{
    struct schema_word word, first;

    for (size_t i = 0; schema_word_at(words, i, &word); i++) {
        if (!word.name || strcmp(word.name, text) != 0)
            continue;
        *value = word.value;
        for (size_t j = 0; schema_word_at(words, j, &first); j++) {
            if (first.name && first.value == word.value)
                return first.name;
        }
    }
    return NULL;
}

enum schema_special schema_special(const struct node *node)
{
    static const struct {
        const char *text;
        enum schema_special special;
    } words[] = {{"any", SPECIAL_ANY},
                 {"null", SPECIAL_ABSENT},
                 {"~", SPECIAL_ABSENT},
                 {"unchanged", SPECIAL_UNCHANGED}};

    if (node->kind != NODE_SCALAR || !node->plain)
        return NOT_SPECIAL;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(node->text, words[i].text) == 0)
            return words[i].special;
    }
    return NOT_SPECIAL;
}

static const char *expected_item(struct arena *arena, const struct schema_key *row)
{
    static const char *const names[] = {
        [SCHEMA_MAP] = "a mapping",
        [SCHEMA_INT] = "an integer",
        [SCHEMA_ADDRESS] = "an address",
        [SCHEMA_BOOL] = "true or false",
        [SCHEMA_TEXT] = "a text",
        [SCHEMA_NAME] = "a name",
        [SCHEMA_EXPR] = "an integer expression",
        [SCHEMA_FREE] = "a value",
    };
    const char *name = row->type == SCHEMA_WORD ? row->words->what : names[row->type];

    if (row->flags & SCHEMA_OR_INT)
        name = arena_printf(arena, "%s or an integer", name);
    if (row->flags & SCHEMA_OR_MAP)
        name = arena_printf(arena, "%s or a mapping", name);
    return name;
}

const char *schema_expected(struct arena *arena, const struct schema_key *row)
{
    const char *item = expected_item(arena, row);

    if (!(row->flags & SCHEMA_LIST))
        return item;
    return arena_printf(arena, "a list (each element %s)%s", item,
                        row->flags & SCHEMA_OR_ITEM ? ", or one text" : "");
}

/* "'size' in memory[0]", or only "'sim'" at the root. */
static const char *what(const struct schema_check *check, const char *name, const char *where)
{
    const char *shown = text_show(check->arena, name);

    return arena_printf(check->arena, where[0] ? "'%s' in %s" : "'%s'%s", shown, where);
}

static void wrong_type(const struct schema_check *check, const struct schema_key *row,
                       struct node *node, const char *subject)
{
    struct diag_error *error =
        diag_error(check->diag, DIAG_E0102, &node->pos, "%s: expected %s, got %s", subject,
                   schema_expected(check->arena, row), node_describe(check->arena, node));

    diag_width(error, node->width);
    node->bad = true;
}

/* --- scalars ---------------------------------------------------------------------------------- */

static void unknown_word(const struct schema_check *check, const struct schema_words *words,
                         const struct node *node, const char *subject)
{
    struct text_nearest nearest = {.wanted = node->text};
    struct diag_error *error;
    struct schema_word word;
    const char *list = "";
    size_t listed = 0;

    error = diag_error(check->diag, DIAG_E0106, &node->pos, "%s: %s is not %s", subject,
                       node_describe(check->arena, node), words->what);
    diag_width(error, node->width);
    for (size_t i = 0; schema_word_at(words, i, &word); i++) {
        if (!word.name)
            continue;
        text_nearest_offer(&nearest, word.name);
        if (listed++ < LISTED_WORDS)
            list = arena_printf(check->arena, "%s%s%s", list, *list ? ", " : "", word.name);
    }
    if (nearest.best)
        diag_label(error, "did you mean '%s'?", nearest.best);
    if (listed <= LISTED_WORDS || !nearest.best)
        diag_note(error, NULL, "words here: %s%s", list, listed > LISTED_WORDS ? ", ..." : "");
}

static void check_range(const struct schema_check *check, const struct schema_key *row,
                        struct node *node, const char *subject)
{
    uint64_t value = node->value;
    struct diag_error *error = NULL;

    if ((row->flags & SCHEMA_NONZERO) && value == 0)
        error = diag_error(check->diag, DIAG_E0204, &node->pos, "%s is zero", subject);
    else if ((row->flags & SCHEMA_PAGES) && value % 4096)
        error =
            diag_error(check->diag, DIAG_E0203, &node->pos,
                       "%s: 0x%jx is not aligned to the granule (4K)", subject, (uintmax_t)value);
    else if (value < row->min || (row->max && value > row->max))
        error = diag_error(check->diag, DIAG_E0105, &node->pos,
                           row->max == INT64_MAX ? "%s: %ju is not within %ju..2^63-1"
                                                 : "%s: %ju is not within %ju..%ju",
                           subject, (uintmax_t)value, (uintmax_t)row->min, (uintmax_t)row->max);
    if (!error)
        return;
    diag_width(error, node->width);
    node->bad = true;
}

static void check_int(const struct schema_check *check, const struct schema_key *row,
                      struct node *node, const char *subject)
{
    node->number = true;
    if (!integer_read(check->arena, check->diag, node, subject, &node->value))
        node->bad = true;
    else
        check_range(check, row, node, subject);
}

static bool label_character(char c)
{
    return isalnum((unsigned char)c) || (c != '\0' && strchr("_.$@", c));
}

/* Name, or name+number. */
static bool is_place(const char *text)
{
    uint64_t offset;

    if (!label_character(*text))
        return false;
    while (label_character(*text))
        text++;
    while (*text == ' ')
        text++;
    if (*text == '\0')
        return true;
    if (*text++ != '+')
        return false;
    while (*text == ' ')
        text++;
    return number_parse(text, strlen(text), &offset) == NUMBER_OK;
}

static void check_address(const struct schema_check *check, const struct schema_key *row,
                          struct node *node, const char *subject)
{
    struct diag_error *error;

    if (row->words) {
        node->word = schema_word_find(row->words, node->text, &node->value);
        if (node->word)
            return;
    }
    if (integer_looks_like(node->text)) {
        check_int(check, row, node, subject);
        return;
    }
    if (is_place(node->text))
        return; /* resolved when all names are known */
    error = diag_error(check->diag, DIAG_E0104, &node->pos, "%s: expected an address, got %s",
                       subject, node_describe(check->arena, node));
    diag_width(error, node->width);
    diag_label(error, "an address is an integer, a name, or name+0x10");
    node->bad = true;
}

static void check_name(const struct schema_check *check, struct node *node, const char *subject)
{
    static const char *const reserved[] = {"any", "null", "unchanged", "default", "true", "false"};
    const char *wrong = NULL;

    if (!text_is_name(node->text))
        wrong = "is not a name: use letters, digits and _";
    else if (strlen(node->text) > MAX_NAME_LENGTH)
        wrong = "is too long for a name";
    for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++) {
        if (strcmp(node->text, reserved[i]) == 0)
            wrong = "means something else";
    }
    if (!wrong)
        return;
    diag_width(diag_error(check->diag, DIAG_E0111, &node->pos, "%s: %s %s", subject,
                          node_describe(check->arena, node), wrong),
               node->width);
    node->bad = true;
}

static void check_scalar(const struct schema_check *check, const struct schema_key *row,
                         struct node *node, const char *subject)
{
    static const struct schema_word bool_list[] = {{"true", 1}, {"false", 0}};
    static const struct schema_words bools = {
        .what = "true or false", .list = bool_list, .count = 2};
    const struct schema_words *words = row->type == SCHEMA_BOOL ? &bools : row->words;

    node->row = row;
    if (node->bad)
        return; /* its variables are wrong */
    if (node->kind != NODE_SCALAR || (node->plain && node->text[0] == '\0')) {
        wrong_type(check, row, node, subject);
        return;
    }
    switch (row->type) {
    case SCHEMA_INT:
        check_int(check, row, node, subject);
        break;
    case SCHEMA_ADDRESS:
        check_address(check, row, node, subject);
        break;
    case SCHEMA_WORD:
    case SCHEMA_BOOL:
        if ((row->flags & SCHEMA_OR_INT) && integer_looks_like(node->text)) {
            check_int(check, row, node, subject);
            break;
        }
        node->word = schema_word_find(words, node->text, &node->value);
        if (!node->word) {
            unknown_word(check, words, node, subject);
            node->bad = true;
        }
        break;
    case SCHEMA_NAME:
        check_name(check, node, subject);
        break;
    case SCHEMA_TEXT:
        if ((row->flags & SCHEMA_OR_INT) && integer_looks_like(node->text))
            check_int(check, row, node, subject);
        break;
    case SCHEMA_MAP:
    case SCHEMA_EXPR:
    case SCHEMA_FREE:
        break;
    }
}

/* --- maps ------------------------------------------------------------------------------------- */

static void check_value(const struct schema_check *check, const struct schema_key *row,
                        struct node *node, const char *name, const char *where);

static const struct schema_key *find_row(const struct schema_map *map, const char *name)
{
    for (size_t i = 0; i < map->count; i++) {
        if (strcmp(map->keys[i].name, name) == 0)
            return &map->keys[i];
    }
    return NULL;
}

static const char *list_keys(struct arena *arena, const struct schema_map *map)
{
    const char *list = map->any_key ? map->any_key->what : "";

    for (size_t i = 0; i < map->count; i++) {
        if (!(map->keys[i].flags & SCHEMA_UNSUPPORTED))
            list = arena_printf(arena, "%s%s%s", list, *list ? ", " : "", map->keys[i].name);
    }
    return list;
}

static void unknown_key(const struct schema_check *check, const struct schema_map *map,
                        const struct node *key, const char *where)
{
    struct text_nearest nearest = {.wanted = key->text};
    struct diag_error *error;

    error = diag_error(check->diag, DIAG_E0107, &key->pos, "unknown key '%s'%s%s",
                       text_show(check->arena, key->text), where[0] ? " in " : "", where);
    diag_width(error, key->width);
    for (size_t i = 0; i < map->count; i++)
        text_nearest_offer(&nearest, map->keys[i].name);
    if (nearest.best)
        diag_label(error, "did you mean '%s'?", nearest.best);
    diag_note(error, NULL, "keys here: %s", list_keys(check->arena, map));
}

static bool pattern_matches(const struct schema_pattern *pattern, const char *text)
{
    regex_t regex;
    bool matches;

    if (regcomp(&regex, pattern->regex, REG_EXTENDED | REG_NOSUB) != 0)
        return false;
    matches = regexec(&regex, text, 0, NULL, 0) == 0;
    regfree(&regex);
    return matches;
}

/* The row for a key, NULL after reporting. *free tells that the key is a private note. */
static const struct schema_key *row_for_key(const struct schema_check *check,
                                            const struct schema_map *map, struct node *key,
                                            const char *where)
{
    const struct schema_key *row = find_row(map, key->text);

    if (row && (row->flags & SCHEMA_UNSUPPORTED)) {
        diag_width(diag_error(check->diag, DIAG_E0108, &key->pos,
                              "the key %s is not supported by this version of sim",
                              what(check, key->text, where)),
                   key->width);
        return NULL;
    }
    if (row)
        return row;
    if (!map->any_key || !pattern_matches(map->any_key, key->text)) {
        unknown_key(check, map, key, where);
        return NULL;
    }
    if (map->any_words) {
        key->word = schema_word_find(map->any_words, key->text, &key->value);
        if (!key->word) {
            unknown_word(check, map->any_words, key,
                         arena_printf(check->arena, "a key of %s", where));
            return NULL;
        }
    }
    return map->any;
}

static void add_default(const struct schema_check *check, const struct schema_key *row,
                        struct node *node, const char *where)
{
    bool mapping = row->flags & SCHEMA_FILL;
    struct node *key, *item;

    if (!mapping && !row->fallback)
        return;
    key = node_new(check->arena, NODE_SCALAR, &node->pos);
    key->text = row->name;
    item = node_new(check->arena, mapping ? NODE_MAPPING : NODE_SCALAR, &node->pos);
    item->text = mapping ? "" : row->fallback;
    item->plain = item->synthetic = true;
    node_append(check->arena, node, key, item);
    check_value(check, row, item, row->name, where);
}

static void check_map(const struct schema_check *check, const struct schema_map *map,
                      struct node *node, const char *where)
{
    size_t written = node->count;

    for (size_t i = 0; i < written; i++) {
        struct node *key = node->keys[i], *item = node->items[i];
        const struct schema_key *row;

        if (strncmp(key->text, "x-", 2) == 0)
            continue;
        row = row_for_key(check, map, key, where);
        if (row)
            check_value(check, row, item, key->text, where);
        else
            item->bad = true;
    }
    for (size_t i = 0; i < map->count; i++) {
        const struct schema_key *row = &map->keys[i];

        if (node_get(node, row->name))
            continue;
        if ((row->flags & SCHEMA_REQUIRED) && !check->partial) {
            struct diag_error *error =
                diag_error(check->diag, DIAG_E0103, &node->pos, "the key %s is missing",
                           what(check, row->name, where));

            diag_note(error, NULL, "%s: %s", row->name, row->doc);
        }
        add_default(check, row, node, where);
    }
}

/* --- conditions on expected values ------------------------------------------------------------ */

static void check_condition(const struct schema_check *check, const struct schema_key *row,
                            struct node *node, const char *subject)
{
    bool ordered =
        row->type == SCHEMA_INT || row->type == SCHEMA_ADDRESS || (row->flags & SCHEMA_OR_INT);
    bool range = node_get(node, "min") || node_get(node, "max");

    for (size_t i = 0; i < node->count; i++) {
        struct node *key = node->keys[i], *item = node->items[i];

        if (!find_row(&schema_condition, key->text)) {
            unknown_key(check, &schema_condition, key, subject);
            node->bad = true;
        } else if (strcmp(key->text, "in") == 0 ||
                   (strcmp(key->text, "not") == 0 && item->kind == NODE_SEQUENCE)) {
            if (item->kind != NODE_SEQUENCE || item->count == 0) {
                diag_error(check->diag, DIAG_E0112, &item->pos,
                           "%s: '%s' expects a list of values, got %s", subject, key->text,
                           item->kind == NODE_SEQUENCE ? "an empty one"
                                                       : node_describe(check->arena, item));
                node->bad = true;
                continue;
            }
            for (size_t j = 0; j < item->count; j++) {
                check_scalar(check, row, item->items[j], subject);
                node->bad |= item->items[j]->bad;
            }
        } else {
            check_scalar(check, row, item, subject);
            node->bad |= item->bad;
        }
    }
    if (node->bad)
        return;
    if (node->count == 0 || (node->count > 1 && !range) ||
        (range && (node_get(node, "in") || node_get(node, "not")))) {
        diag_error(check->diag, DIAG_E0112, &node->pos,
                   "%s: a condition is {min:, max:}, {in: [...]} or {not: ...}", subject);
        node->bad = true;
    } else if (range && !ordered) {
        diag_error(check->diag, DIAG_E0112, &node->pos, "%s: %s has no min and max", subject,
                   expected_item(check->arena, row));
        node->bad = true;
    }
}

static void check_match(const struct schema_check *check, const struct schema_key *row,
                        struct node *node, const char *subject)
{
    enum schema_special special = schema_special(node);

    node->row = row;
    if (node->kind == NODE_MAPPING)
        check_condition(check, row, node, subject);
    else if (special == NOT_SPECIAL ||
             (special == SPECIAL_UNCHANGED && !(row->flags & SCHEMA_UNCHANGED)))
        check_scalar(check, row, node, subject);
}

/* --------------------------------------------------------------------------------------------- */

static void check_item(const struct schema_check *check, const struct schema_key *row,
                       struct node *node, const char *name, const char *where)
{
    const char *subject = what(check, name, where);

    node->row = row;
    if (node->bad)
        return;
    if (row->flags & SCHEMA_MATCH) {
        check_match(check, row, node, subject);
    } else if (row->type == SCHEMA_MAP ||
               ((row->flags & SCHEMA_OR_MAP) && node->kind == NODE_MAPPING)) {
        enum schema_special special = schema_special(node);

        if ((row->flags & SCHEMA_OR_ABSENT) &&
            (special == SPECIAL_ANY || special == SPECIAL_ABSENT))
            return;
        if (node->kind == NODE_MAPPING)
            check_map(check, row->map, node,
                      where[0] ? arena_printf(check->arena, "%s.%s", where, name) : name);
        else
            wrong_type(check, row, node, subject);
    } else {
        check_scalar(check, row, node, subject);
    }
}

static void check_list(const struct schema_check *check, const struct schema_key *row,
                       struct node *node, const char *name, const char *where)
{
    node->row = row;
    for (size_t i = 0; i < node->count; i++)
        check_item(check, row, node->items[i], arena_printf(check->arena, "%s[%zu]", name, i),
                   where);
}

static void check_value(const struct schema_check *check, const struct schema_key *row,
                        struct node *node, const char *name, const char *where)
{
    if (!(row->flags & SCHEMA_LIST) ||
        ((row->flags & SCHEMA_OR_ITEM) && node->kind == NODE_SCALAR) ||
        ((row->flags & SCHEMA_OR_ITEM) && (row->flags & SCHEMA_OR_MAP) &&
         node->kind == NODE_MAPPING)) {
        if ((row->flags & SCHEMA_OR_MAPS) && node->kind == NODE_SEQUENCE)
            check_list(check, row, node, name, where);
        else
            check_item(check, row, node, name, where);
        return;
    }
    node->row = row;
    if (node->bad)
        return;
    if (node->kind != NODE_SEQUENCE) {
        wrong_type(check, row, node, what(check, name, where));
        return;
    }
    if ((row->flags & SCHEMA_NONEMPTY) && node->count == 0) {
        diag_error(check->diag, DIAG_E0102, &node->pos, "%s: the list is empty",
                   what(check, name, where));
        node->bad = true;
    }
    check_list(check, row, node, name, where);
}

void schema_check(const struct schema_check *check, struct node *root)
{
    check_map(check, &schema_root, root, "");
}
