/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/scenario/emit.h"

#include <stdlib.h>
#include <string.h>

#include "sim/scenario/text.h"

#define COLUMNS 100
#define STEP 2 /* of indentation */

/* --- scalars ---------------------------------------------------------------------------------- */

static bool is_letter(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* Whether it may stand without quotes anywhere, in braces too. */
static bool is_bare(const char *text)
{
    if (!is_letter(*text) && !strchr("./$~", *text))
        return false;
    for (; *text; text++)
        if (!is_letter(*text) && !strchr("./$~+-", *text))
            return false;
    return true;
}

/* A sentence that means itself where nothing but a comment or a colon could end it. */
static bool is_prose(const char *text)
{
    size_t length = strlen(text);

    if (!is_letter(*text) || text[length - 1] == ' ' || text[length - 1] == ':')
        return false;
    for (const char *c = text; *c; c++)
        if ((unsigned char)*c < 0x20 || (unsigned char)*c > 0x7e)
            return false;
    return !strstr(text, ": ") && !strstr(text, " #");
}

static void put_quoted(FILE *out, const char *text)
{
    fputc('"', out);
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        if (*c == '"' || *c == '\\')
            fprintf(out, "\\%c", *c);
        else if (*c == '\n')
            fputs("\\n", out);
        else if (*c == '\t')
            fputs("\\t", out);
        else if (*c < 0x20 || *c == 0x7f)
            fprintf(out, "\\x%02x", *c);
        else
            fputc(*c, out);
    }
    fputc('"', out);
}

static void put_scalar(FILE *out, const struct node *node, bool braces)
{
    if (*node->text == '\0' && node->plain)
        fputs(braces ? "null" : "", out);
    else if (*node->text &&
             (node->plain ? is_bare(node->text) || (!braces && is_prose(node->text)) : false))
        fputs(node->text, out);
    else
        put_quoted(out, node->text);
}

/* Whether the text of several lines can be a literal block: nothing in it needs an escape. */
static bool is_literal(const struct node *node)
{
    if (node->kind != NODE_SCALAR || !strchr(node->text, '\n'))
        return false;
    for (const unsigned char *c = (const unsigned char *)node->text; *c; c++)
        if ((*c < 0x20 && *c != '\n' && *c != '\t') || *c == 0x7f)
            return false;
    return true;
}

static void put_indent(FILE *out, size_t indent)
{
    fprintf(out, "%*s", (int)indent, "");
}

/* Behind the key: `|`, with what YAML must be told of indentation and the last newlines. */
static void put_literal(FILE *out, const char *text, size_t indent)
{
    size_t length = strlen(text), newlines = 0;

    while (newlines < length && text[length - newlines - 1] == '\n')
        newlines++;
    fputs(" |", out);
    if (strchr(" \t\n", *text))
        fprintf(out, "%d", STEP);
    fputs(newlines == 0 ? "-\n" : newlines == 1 ? "\n" : "+\n", out);
    while (*text) {
        size_t line = strcspn(text, "\n");

        if (line)
            put_indent(out, indent);
        fprintf(out, "%.*s\n", (int)line, text);
        text += line + (text[line] == '\n');
    }
}

/* --- in braces -------------------------------------------------------------------------------- */

static void put_key(FILE *out, const struct node *key)
{
    if (is_bare(key->text))
        fputs(key->text, out);
    else
        put_quoted(out, key->text);
}

static void put_braces(FILE *out, const struct node *node)
{
    bool mapping = node->kind == NODE_MAPPING;

    if (node->kind == NODE_SCALAR) {
        put_scalar(out, node, true);
        return;
    }
    fputc(mapping ? '{' : '[', out);
    for (size_t i = 0; i < node->count; i++) {
        if (i)
            fputs(", ", out);
        if (mapping) {
            put_key(out, node->keys[i]);
            fputs(": ", out);
        }
        put_braces(out, node->items[i]);
    }
    fputc(mapping ? '}' : ']', out);
}

/* Columns it takes in braces; COLUMNS for more, and for what cannot stand there well. */
static size_t braces_width(const struct node *node)
{
    char *text = NULL;
    size_t size = 0, width = 0;
    FILE *out;

    if (is_literal(node))
        return COLUMNS;
    for (size_t i = 0; i < node->count; i++)
        if (braces_width(node->items[i]) >= COLUMNS)
            return COLUMNS;
    out = open_memstream(&text, &size);
    if (!out)
        return COLUMNS;
    put_braces(out, node);
    fclose(out);
    for (size_t i = 0; i < size; i++)
        width += ((unsigned char)text[i] & 0xc0) != 0x80;
    free(text);
    return width < COLUMNS ? width : COLUMNS;
}

static bool holds_mappings(const struct node *node)
{
    for (size_t i = 0; i < node->count; i++)
        if (node->items[i]->kind == NODE_MAPPING)
            return true;
    return false;
}

/* A list of maps has a line for each. */
static bool fits(const struct node *node, size_t column)
{
    return node->kind == NODE_SCALAR || node->count == 0 ||
           (!(node->kind == NODE_SEQUENCE && holds_mappings(node)) &&
            column + braces_width(node) <= COLUMNS);
}

/* --- in lines --------------------------------------------------------------------------------- */

static void put_mapping(FILE *out, const struct node *node, size_t indent, bool first_is_placed);

static void put_item(FILE *out, const struct node *node, size_t indent)
{
    put_indent(out, indent);
    fputs("- ", out);
    if (node->kind == NODE_MAPPING && node->count && indent + STEP + braces_width(node) > COLUMNS) {
        put_mapping(out, node, indent + STEP, true);
        return;
    }
    put_braces(out, node);
    fputc('\n', out);
}

/* What stands behind `key:`. */
static void put_value(FILE *out, const struct node *node, size_t indent, size_t column)
{
    if (is_literal(node)) {
        put_literal(out, node->text, indent + STEP);
        return;
    }
    if (node->kind == NODE_SCALAR && *node->text == '\0' && node->plain) {
        fputc('\n', out);
        return;
    }
    if (fits(node, column + 1)) {
        fputc(' ', out);
        if (node->kind == NODE_SCALAR)
            put_scalar(out, node, false);
        else
            put_braces(out, node);
        fputc('\n', out);
        return;
    }
    fputc('\n', out);
    if (node->kind == NODE_MAPPING) {
        put_mapping(out, node, indent + STEP, false);
        return;
    }
    for (size_t i = 0; i < node->count; i++)
        put_item(out, node->items[i], indent + STEP);
}

static void put_mapping(FILE *out, const struct node *node, size_t indent, bool first_is_placed)
{
    for (size_t i = 0; i < node->count; i++) {
        if (i || !first_is_placed)
            put_indent(out, indent);
        put_key(out, node->keys[i]);
        fputc(':', out);
        put_value(out, node->items[i], indent, indent + strlen(node->keys[i]->text) + 1);
    }
}

void emit_yaml(FILE *out, const struct node *mapping)
{
    put_mapping(out, mapping, 0, false);
}
