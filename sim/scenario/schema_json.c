/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table as JSON Schema, draft-07, for editors and for other checkers. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/report/json_writer.h"
#include "sim/scenario/schema.h"

#define INTEGER_PATTERN "^(0x[0-9A-Fa-f_]+|0b[01_]+|[0-9][0-9_]*)[KMG]?$"
#define VARIABLE_PATTERN "^\\$|\\$\\{" /* the checkers of others cannot know what it will be */
#define ADDRESS_PATTERN "^[A-Za-z_.@][A-Za-z0-9_.$@]* *(\\+ *[0-9][0-9A-Za-z_]*)?$"
#define NAME_PATTERN "^[A-Za-z_][A-Za-z0-9_]*$"
#define MAX_EXACT ((uint64_t)1 << 53) /* readers with double numbers are exact below */

/* What several rows share is printed once, under "definitions". */
struct definition {
    const char *name;
    const struct schema_key *row;
    bool condition; /* the scalar with any, null, {min, max}, {in}, {not} */
};

struct printer {
    struct json json;
    struct arena *arena;
    struct definition *definitions;
    size_t count, capacity;
};

static void put_map(struct printer *printer, const struct schema_map *map, bool whole);

/* --- scalars ---------------------------------------------------------------------------------- */

static void put_pattern(struct json *json, const char *pattern)
{
    json_object_begin(json);
    json_member_string(json, "type", "string");
    json_member_string(json, "pattern", pattern);
    json_object_end(json);
}

static void put_integer(struct json *json, const struct schema_key *row)
{
    json_object_begin(json);
    json_member_string(json, "type", "integer");
    json_member_uint(json, "minimum", row->min);
    if (row->max && row->max < MAX_EXACT)
        json_member_uint(json, "maximum", row->max);
    json_object_end(json);
    put_pattern(json, INTEGER_PATTERN);
}

/* Other readers of YAML take a word like 1.0 for a number. */
static void put_number_twin(struct json *json, const char *word)
{
    char *end;
    double number = strtod(word, &end);
    bool plain = strspn(word, "0123456789.") == strlen(word) && end != word && *end == '\0';

    if (plain && number == (double)(uint64_t)number)
        json_uint(json, (uint64_t)number);
}

static void put_words(struct json *json, const struct schema_words *words)
{
    struct schema_word word;

    json_object_begin(json);
    json_key(json, "enum");
    json_array_begin(json);
    for (size_t i = 0; schema_word_at(words, i, &word); i++) {
        if (!word.name)
            continue;
        json_str(json, word.name);
        put_number_twin(json, word.name);
    }
    json_array_end(json);
    json_object_end(json);
}

static void put_type(struct json *json, const char *type)
{
    json_object_begin(json);
    json_member_string(json, "type", type);
    json_object_end(json);
}

/* The alternatives of a row's scalar type. */
static void put_scalar(struct json *json, const struct schema_key *row)
{
    if (row->words)
        put_words(json, row->words);
    if (row->type == SCHEMA_INT || row->type == SCHEMA_ADDRESS || (row->flags & SCHEMA_OR_INT))
        put_integer(json, row);
    if (row->type == SCHEMA_ADDRESS)
        put_pattern(json, ADDRESS_PATTERN);
    if (row->type == SCHEMA_NAME)
        put_pattern(json, NAME_PATTERN);
    if (row->type == SCHEMA_BOOL)
        put_type(json, "boolean");
    if (row->type == SCHEMA_TEXT || row->type == SCHEMA_EXPR) {
        put_type(json, "string");
        put_type(json, "number"); /* what looks like one is a text to us */
        put_type(json, "boolean");
    } else {
        put_pattern(json, VARIABLE_PATTERN);
    }
}

/* --- definitions ------------------------------------------------------------------------------ */

/* "integer_0_max_1", "an_exception_class_or_integer", ...: the same for rows that print the same.
 */
static const char *definition_name(struct printer *printer, const struct schema_key *row,
                                   bool condition)
{
    static const char *const types[] = {
        [SCHEMA_MAP] = "map",   [SCHEMA_INT] = "integer", [SCHEMA_ADDRESS] = "address",
        [SCHEMA_WORD] = "word", [SCHEMA_BOOL] = "bool",   [SCHEMA_TEXT] = "text",
        [SCHEMA_NAME] = "name", [SCHEMA_EXPR] = "text",   [SCHEMA_FREE] = "free",
    };
    bool bounded = row->type == SCHEMA_INT || (row->flags & SCHEMA_OR_INT);
    const char *words = row->words ? row->words->what : "", *range = "";
    char *name;

    if (bounded && row->max)
        range = arena_printf(printer->arena, "_%" PRIu64 "_to_%" PRIu64, row->min, row->max);
    name = arena_printf(printer->arena, "%s%s%s%s%s%s", types[row->type], *words ? "_" : "", words,
                        range, condition ? "_condition" : "",
                        condition && (row->flags & SCHEMA_UNCHANGED) ? "_or_unchanged" : "");
    for (char *c = name; *c; c++) {
        if (*c == ' ')
            *c = '_';
    }
    return name;
}

/* Whether two rows take the same words, wherever their tables stand. */
static bool same_words(const struct schema_words *a, const struct schema_words *b)
{
    struct schema_word x = {0}, y = {0};

    for (size_t i = 0; a != b; i++) {
        bool more = a && schema_word_at(a, i, &x), other = b && schema_word_at(b, i, &y);

        if (more != other ||
            (more && (!x.name != !y.name || (x.name && strcmp(x.name, y.name) != 0))))
            return false;
        if (!more)
            return true;
    }
    return true;
}

static void put_reference(struct printer *printer, const struct schema_key *row, bool condition)
{
    const char *name = definition_name(printer, row, condition);
    size_t i = 0;

    while (i < printer->count && strcmp(printer->definitions[i].name, name) != 0)
        i++;
    if (i < printer->count && !same_words(printer->definitions[i].row->words, row->words)) {
        name = arena_printf(printer->arena, "%s_of_%s", name, row->name); /* other words */
        for (i = 0; i < printer->count && strcmp(printer->definitions[i].name, name) != 0;)
            i++;
    }
    if (i == printer->count) {
        printer->definitions = arena_grow(printer->arena, printer->definitions, printer->count,
                                          &printer->capacity, sizeof(printer->definitions[0]));
        printer->definitions[printer->count++] = (struct definition){name, row, condition};
    }
    json_object_begin(&printer->json);
    json_member_string(&printer->json, "$ref",
                       arena_printf(printer->arena, "#/definitions/%s", name));
    json_object_end(&printer->json);
}

static void put_array(struct printer *printer, const struct schema_key *row)
{
    struct json *json = &printer->json;

    json_object_begin(json);
    json_member_string(json, "type", "array");
    json_member_uint(json, "minItems", 1);
    json_key(json, "items");
    put_reference(printer, row, false);
    json_object_end(json);
}

/* What stands after a word of a condition on a value of row. */
static void put_operand(struct printer *printer, const struct schema_key *condition,
                        const struct schema_key *row)
{
    struct json *json = &printer->json;

    if (!(condition->flags & SCHEMA_LIST)) {
        put_reference(printer, row, false);
    } else if (!(condition->flags & SCHEMA_OR_ITEM)) {
        put_array(printer, row);
    } else {
        json_object_begin(json);
        json_key(json, "anyOf");
        json_array_begin(json);
        put_reference(printer, row, false);
        put_array(printer, row);
        json_array_end(json);
        json_object_end(json);
    }
}

/* The scalar, a word that stands for a condition, or a mapping that is one. */
static void put_condition(struct printer *printer, const struct schema_key *row)
{
    struct json *json = &printer->json;

    put_reference(printer, row, false);
    json_object_begin(json);
    json_key(json, "enum");
    json_array_begin(json);
    json_str(json, "any");
    if (row->flags & SCHEMA_UNCHANGED)
        json_str(json, "unchanged");
    json_nil(json);
    json_array_end(json);
    json_object_end(json);

    json_object_begin(json);
    json_member_string(json, "type", "object");
    json_key(json, "properties");
    json_object_begin(json);
    for (size_t i = 0; i < schema_condition.count; i++) {
        const struct schema_key *condition = &schema_condition.keys[i];

        json_key(json, condition->name);
        put_operand(printer, condition, row);
    }
    json_object_end(json);
    json_member_bool(json, "additionalProperties", false);
    json_member_uint(json, "minProperties", 1);
    json_object_end(json);
}

/* Printing one may ask for another. */
static void put_definitions(struct printer *printer)
{
    struct json *json = &printer->json;

    json_key(json, "definitions");
    json_object_begin(json);
    for (size_t i = 0; i < printer->count; i++) {
        const struct definition definition = printer->definitions[i];

        json_key(json, definition.name);
        json_object_begin(json);
        json_key(json, "anyOf");
        json_array_begin(json);
        if (definition.condition)
            put_condition(printer, definition.row);
        else
            put_scalar(json, definition.row);
        json_array_end(json);
        json_object_end(json);
    }
    json_object_end(json);
}

/* --- rows and maps ---------------------------------------------------------------------------- */

/* The alternatives of one element of a row. */
static void put_item(struct printer *printer, const struct schema_key *row)
{
    struct json *json = &printer->json;

    if (row->type == SCHEMA_MAP || (row->flags & SCHEMA_OR_MAP)) {
        json_object_begin(json);
        put_map(printer, row->map, (row->flags & (SCHEMA_LIST | SCHEMA_OR_MAP)) != 0);
        json_object_end(json);
    }
    if (row->type != SCHEMA_MAP)
        put_reference(printer, row, row->flags & SCHEMA_MATCH);
    if (row->flags & SCHEMA_OR_ABSENT) {
        json_object_begin(json);
        json_key(json, "enum");
        json_array_begin(json);
        json_str(json, "any");
        json_nil(json);
        json_array_end(json);
        json_object_end(json);
    }
}

static void put_list(struct printer *printer, const struct schema_key *row)
{
    struct json *json = &printer->json;

    json_object_begin(json);
    json_member_string(json, "type", "array");
    if (row->flags & SCHEMA_NONEMPTY)
        json_member_uint(json, "minItems", 1);
    json_key(json, "items");
    json_object_begin(json);
    json_key(json, "anyOf");
    json_array_begin(json);
    put_item(printer, row);
    json_array_end(json);
    json_object_end(json);
    json_object_end(json);
}

/* A truth value or a plain number as one, or editors offer it in quotes; others (4K) as a text. */
static void put_default(struct json *json, const struct schema_key *row)
{
    bool counts = row->type == SCHEMA_INT || row->type == SCHEMA_ADDRESS;
    char *end;

    if (!row->fallback)
        return;
    if (row->type == SCHEMA_BOOL) {
        json_member_bool(json, "default", strcmp(row->fallback, "true") == 0);
        return;
    }
    unsigned long long number = strtoull(row->fallback, &end, 10);
    if (counts && *end == '\0')
        json_member_uint(json, "default", number);
    else
        json_member_string(json, "default", row->fallback);
}

static void put_row(struct printer *printer, const struct schema_key *row)
{
    struct json *json = &printer->json;

    json_object_begin(json);
    json_member_string(json, "description", row->doc);
    put_default(json, row);
    json_key(json, "anyOf");
    json_array_begin(json);
    if (row->flags & (SCHEMA_LIST | SCHEMA_OR_MAPS))
        put_list(printer, row);
    if (!(row->flags & SCHEMA_LIST) || (row->flags & SCHEMA_OR_ITEM))
        put_item(printer, row);
    json_array_end(json);
    json_object_end(json);
}

static void put_required(struct json *json, const struct schema_map *map)
{
    json_key(json, "required");
    json_array_begin(json);
    for (size_t i = 0; i < map->count; i++) {
        if ((map->keys[i].flags & (SCHEMA_REQUIRED | SCHEMA_INHERITED)) == SCHEMA_REQUIRED)
            json_str(json, map->keys[i].name);
    }
    json_array_end(json);
}

/* The regular expression of a map's further keys. */
static const char *key_regex(struct printer *printer, const struct schema_map *map)
{
    const char *regex = "";
    struct schema_word word;

    if (!map->any_words && map->count == 0)
        return map->any_key->regex;
    if (!map->any_words) { /* a key with a row of its own is not one of them */
        for (size_t i = 0; i < map->count; i++)
            regex = arena_printf(printer->arena, "%s%s%s$", regex, i ? "|" : "", map->keys[i].name);
        return arena_printf(printer->arena, "^(?!%s)%s", regex, map->any_key->regex + 1);
    }
    for (size_t i = 0; schema_word_at(map->any_words, i, &word); i++) {
        if (word.name)
            regex = arena_printf(printer->arena, "%s%s%s", regex, *regex ? "|" : "", word.name);
    }
    return arena_printf(printer->arena, "^(%s)$", regex);
}

/*
 * Members of an open object that describe a mapping. whole: it stands in one file; else an included
 * file may hold keys that are mandatory.
 */
static void put_map(struct printer *printer, const struct schema_map *map, bool whole)
{
    struct json *json = &printer->json;

    json_member_string(json, "type", "object");
    json_key(json, "properties");
    json_object_begin(json);
    for (size_t i = 0; i < map->count; i++) {
        if (map->keys[i].flags & SCHEMA_UNSUPPORTED)
            continue;
        json_key(json, map->keys[i].name);
        put_row(printer, &map->keys[i]);
    }
    json_object_end(json);
    json_key(json, "patternProperties");
    json_object_begin(json);
    json_key(json, "^x-");
    json_object_begin(json);
    json_object_end(json);
    if (map->any_key) {
        json_key(json, key_regex(printer, map));
        put_row(printer, map->any);
    }
    json_object_end(json);
    json_member_bool(json, "additionalProperties", false);
    if (whole)
        put_required(json, map);
}

void scenario_print_schema(FILE *out)
{
    struct printer printer = {.arena = arena_new()};
    struct json *json = &printer.json;

    json_begin(json, out, true);
    json_object_begin(json);
    json_member_string(json, "$schema", "http://json-schema.org/draft-07/schema#");
    /* No title: editors put it above the description of every key. */
    put_map(&printer, &schema_root, false);
    json_key(json, "if");
    json_object_begin(json);
    json_key(json, "required");
    json_array_begin(json);
    json_str(json, "include");
    json_array_end(json);
    json_object_end(json);
    json_key(json, "else");
    json_object_begin(json);
    put_required(json, &schema_root);
    json_object_end(json);
    put_definitions(&printer);
    json_object_end(json);
    json_end(json);
    arena_free(printer.arena);
}
