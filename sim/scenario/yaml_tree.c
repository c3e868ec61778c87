/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/scenario/yaml_tree.h"

#include <string.h>
#include <yaml.h>

#include "sim/scenario/text.h"

struct anchor {
    const char *name;
    struct node *node;
    bool complete; /* false while its own content is being read */
};

struct reader {
    struct arena *arena;
    struct diag *diag;
    const struct source *source;
    struct yaml_limits *limits;
    yaml_parser_t parser;
    struct anchor anchors[YAML_MAX_ANCHORS];
    size_t anchor_count;
};

struct node *node_get(const struct node *mapping, const char *key)
{
    for (size_t i = 0; i < mapping->count && mapping->kind == NODE_MAPPING; i++) {
        if (strcmp(mapping->keys[i]->text, key) == 0)
            return mapping->items[i];
    }
    return NULL;
}

void node_append(struct arena *arena, struct node *parent, struct node *key, struct node *item)
{
    if (key) {
        parent->keys = arena_grow(arena, parent->keys, parent->count, &parent->key_capacity,
                                  sizeof(struct node *));
        parent->keys[parent->count] = key;
    }
    parent->items =
        arena_grow(arena, parent->items, parent->count, &parent->capacity, sizeof(struct node *));
    parent->items[parent->count++] = item;
}

struct node *node_new(struct arena *arena, enum node_kind kind, const struct source_pos *pos)
{
    struct node *node = arena_alloc(arena, sizeof(*node));

    node->kind = kind;
    node->pos = *pos;
    node->width = 1;
    node->text = "";
    return node;
}

const char *node_describe(struct arena *arena, const struct node *node)
{
    if (node->kind == NODE_SEQUENCE)
        return "a list";
    if (node->kind == NODE_MAPPING)
        return "a mapping";
    if (node->text[0] == '\0')
        return node->plain ? "nothing" : "an empty text";
    return arena_printf(arena, "'%s'", text_show(arena, node->text));
}

/* Place of a byte offset, for errors of libyaml's reader, which knows no line. */
static struct source_pos offset_pos(const struct source *source, size_t offset)
{
    struct source_pos pos = {source->name, source->part ? source->part : 1, 1};

    for (size_t i = 0; i < offset && i < source->length; i++) {
        unsigned char c = (unsigned char)source->text[i];

        if (c == '\n') {
            pos.line++;
            pos.column = 1;
        } else if ((c & 0xc0) != 0x80) {
            pos.column++;
        }
    }
    return pos;
}

static struct source_pos mark_pos(const struct reader *reader, const yaml_mark_t *mark)
{
    const struct source *source = reader->source;

    if (source->part && mark->line) /* its end */
        return offset_pos(source, source->length);
    return (struct source_pos){source->name,
                               (source->part ? source->part : 1) + (unsigned)mark->line,
                               (unsigned)mark->column + 1};
}

/* A text behind | or >, and the line that ended it by standing further left than its first one. */
struct block_text {
    size_t key_indent, indent; /* indent 0: its first line is still to come */
    unsigned first, ended;     /* lines from 1; ended 0: nothing odd */
    bool open;
};

/* Whether the line's last word opens such a text: |, >, |-, >2, ... */
static bool opens_text(const char *line, size_t length)
{
    while (length && strchr(" \r", line[length - 1]))
        length--;
    while (length && strchr("+-0123456789", line[length - 1]))
        length--;
    return length > 1 && strchr("|>", line[length - 1]) && line[length - 2] == ' ';
}

static void read_block_line(struct block_text *block, const char *line, size_t length,
                            unsigned number)
{
    size_t indent = 0;

    while (indent < length && line[indent] == ' ')
        indent++;
    if (indent == length || line[indent] == '\r')
        return; /* an empty line is part of anything */
    if (block->open && !block->indent && indent > block->key_indent) {
        block->indent = indent;
        block->first = number;
    }
    if (block->open && indent >= block->indent && block->indent)
        return;
    if (block->open && block->indent && indent > block->key_indent) {
        block->ended = number;
        return;
    }
    while (indent + 1 < length && (line[indent] == '-' || line[indent] == ' ') &&
           (line[indent + 1] == ' ' || line[indent] == ' '))
        indent++; /* a key behind the dash of a list */
    *block = (struct block_text){.key_indent = indent, .open = opens_text(line, length)};
}

/* Code whose first line is indented more than others, as one without a label in front may be. */
static void note_indentation(const struct reader *reader, struct diag_error *error,
                             unsigned until_line)
{
    struct block_text block = {.open = false};
    const char *line = reader->source->text;

    for (unsigned number = 1; *line && number <= until_line && !block.ended; number++) {
        size_t length = strcspn(line, "\n");

        read_block_line(&block, line, length, number);
        line += length + (line[length] == '\n');
    }
    if (!block.ended)
        return;
    struct source_pos pos = {reader->source->name, block.first, (unsigned)block.indent + 1};
    diag_note(error, &pos, "the text begins here; line %u is further left and so ends it",
              block.ended);
}

static void report_yaml(struct reader *reader)
{
    const yaml_parser_t *parser = &reader->parser;
    struct source_pos pos = mark_pos(reader, &parser->problem_mark);
    const char *problem = parser->problem ? parser->problem : "it cannot be read";
    struct diag_error *error;

    if (parser->error == YAML_READER_ERROR)
        pos = offset_pos(reader->source, parser->problem_offset);
    error = diag_error(reader->diag, DIAG_E0004, &pos, "this is not YAML: %s", problem);
    if (strstr(problem, "cannot start any token") && parser->problem_mark.index < parser->offset &&
        memchr(reader->source->text, '\t', reader->source->length))
        diag_note(error, NULL, "tabs cannot indent YAML; use spaces");
    if (parser->context && parser->error != YAML_READER_ERROR) {
        struct source_pos context = mark_pos(reader, &parser->context_mark);

        diag_note(error, &context, "%s that starts here", parser->context);
    }
    if (parser->error != YAML_READER_ERROR && !reader->source->part)
        note_indentation(reader, error, pos.line);
}

/* The next event; false after reporting an error. The caller deletes it. */
static bool next_event(struct reader *reader, yaml_event_t *event)
{
    if (yaml_parser_parse(&reader->parser, event))
        return true;
    report_yaml(reader);
    return false;
}

static bool count_nodes(struct reader *reader, const struct source_pos *pos, size_t more)
{
    reader->limits->nodes += more;
    if (reader->limits->nodes <= YAML_MAX_NODES)
        return true;
    diag_error(reader->diag, DIAG_E0006, pos,
               "more than %d nodes, expanded aliases and included files counted", YAML_MAX_NODES);
    return false;
}

static bool too_deep(struct reader *reader, const struct source_pos *pos, unsigned depth)
{
    if (depth <= YAML_MAX_DEPTH)
        return false;
    diag_error(reader->diag, DIAG_E0006, pos, "nested deeper than %d levels", YAML_MAX_DEPTH);
    return true;
}

static struct node *new_node(struct reader *reader, enum node_kind kind, const yaml_event_t *event)
{
    struct source_pos pos = mark_pos(reader, &event->start_mark);
    struct node *node;

    if (!count_nodes(reader, &pos, 1))
        return NULL;
    node = node_new(reader->arena, kind, &pos);
    if (kind == NODE_SCALAR && event->end_mark.line == event->start_mark.line &&
        event->end_mark.column > event->start_mark.column)
        node->width = (unsigned)(event->end_mark.column - event->start_mark.column);
    return node;
}

static bool plain_tag(struct reader *reader, const yaml_event_t *event, const yaml_char_t *tag)
{
    struct source_pos pos = mark_pos(reader, &event->start_mark);

    if (!tag)
        return true;
    diag_error(reader->diag, DIAG_E0009, &pos, "the tag '%s' has no meaning in a scenario",
               text_show(reader->arena, (const char *)tag));
    return false;
}

static struct anchor *add_anchor(struct reader *reader, const yaml_event_t *event,
                                 const yaml_char_t *name, struct node *node)
{
    struct source_pos pos = mark_pos(reader, &event->start_mark);
    struct anchor *anchor;

    if (reader->anchor_count == YAML_MAX_ANCHORS) {
        diag_error(reader->diag, DIAG_E0006, &pos, "more than %d anchors", YAML_MAX_ANCHORS);
        return NULL;
    }
    anchor = &reader->anchors[reader->anchor_count++];
    anchor->name = arena_printf(reader->arena, "%s", (const char *)name);
    anchor->node = node;
    anchor->complete = false;
    return anchor;
}

static struct node *copy_node(struct reader *reader, const struct node *from,
                              const struct source_pos *alias, unsigned depth)
{
    struct node *copy;

    if (too_deep(reader, alias, depth) || !count_nodes(reader, alias, 1))
        return NULL;
    copy = arena_alloc(reader->arena, sizeof(*copy));
    *copy = *from;
    copy->items = copy->keys = NULL;
    copy->count = copy->capacity = copy->key_capacity = 0;
    for (size_t i = 0; i < from->count; i++) {
        struct node *item = copy_node(reader, from->items[i], alias, depth + 1);

        if (!item)
            return NULL;
        node_append(reader->arena, copy, from->kind == NODE_MAPPING ? from->keys[i] : NULL, item);
    }
    return copy;
}

static struct node *read_alias(struct reader *reader, const yaml_event_t *event, unsigned depth)
{
    const char *name = (const char *)event->data.alias.anchor;
    struct source_pos pos = mark_pos(reader, &event->start_mark);

    for (size_t i = reader->anchor_count; i > 0; i--) {
        const struct anchor *anchor = &reader->anchors[i - 1];

        if (strcmp(anchor->name, name) != 0)
            continue;
        if (!anchor->complete) {
            diag_error(reader->diag, DIAG_E0006, &pos, "the alias '*%s' contains itself",
                       text_show(reader->arena, name));
            return NULL;
        }
        return copy_node(reader, anchor->node, &pos, depth);
    }
    diag_error(reader->diag, DIAG_E0004, &pos, "no anchor '&%s' stands before this alias",
               text_show(reader->arena, name));
    return NULL;
}

static struct node *read_scalar(struct reader *reader, const yaml_event_t *event)
{
    struct node *node = new_node(reader, NODE_SCALAR, event);

    if (!node || !plain_tag(reader, event, event->data.scalar.tag))
        return NULL;
    if (strlen((const char *)event->data.scalar.value) != event->data.scalar.length) {
        diag_error(reader->diag, DIAG_E0003, &node->pos, "a text must not hold a NUL character");
        return NULL;
    }
    node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    node->literal = event->data.scalar.style == YAML_LITERAL_SCALAR_STYLE;
    node->text = arena_copy(reader->arena, (const char *)event->data.scalar.value,
                            event->data.scalar.length);
    if (event->data.scalar.anchor) {
        struct anchor *anchor = add_anchor(reader, event, event->data.scalar.anchor, node);

        if (!anchor)
            return NULL;
        anchor->complete = true;
    }
    return node;
}

/* One key is read from its event; the error for a key that is no scalar is ours. */
static struct node *read_key(struct reader *reader, const struct node *mapping,
                             const yaml_event_t *event)
{
    struct source_pos pos = mark_pos(reader, &event->start_mark);
    struct node *key;

    if (event->type != YAML_SCALAR_EVENT) {
        diag_error(reader->diag, DIAG_E0009, &pos, "a key must be a word or a number");
        return NULL;
    }
    key = read_scalar(reader, event);
    if (!key)
        return NULL;
    if (key->plain && strcmp(key->text, "<<") == 0) {
        struct diag_error *error =
            diag_error(reader->diag, DIAG_E0009, &pos, "merge keys are not used in scenarios");

        diag_note(error, NULL, "`include:` merges files; an alias repeats a value");
        return NULL;
    }
    if (mapping->count == YAML_MAX_KEYS) {
        diag_error(reader->diag, DIAG_E0006, &pos, "more than %d keys in one mapping",
                   YAML_MAX_KEYS);
        return NULL;
    }
    for (size_t i = 0; i < mapping->count; i++) {
        struct diag_error *error;

        if (strcmp(mapping->keys[i]->text, key->text) != 0)
            continue;
        error = diag_error(reader->diag, DIAG_E0101, &pos, "the key '%s' stands here twice",
                           text_show(reader->arena, key->text));
        diag_width(error, key->width);
        diag_note(error, &mapping->keys[i]->pos, "the first one is here");
        key->bad = true;
        break;
    }
    return key;
}

static struct node *read_node(struct reader *reader, const yaml_event_t *event, unsigned depth);

/* The content of a sequence or mapping, up to its end event. */
static bool read_content(struct reader *reader, struct node *node, unsigned depth)
{
    const yaml_event_type_t end =
        node->kind == NODE_MAPPING ? YAML_MAPPING_END_EVENT : YAML_SEQUENCE_END_EVENT;
    struct node *key = NULL;

    for (;;) {
        yaml_event_t event;
        bool ended, good = true;

        if (!next_event(reader, &event))
            return false;
        ended = event.type == end;
        if (!ended && node->kind == NODE_MAPPING && !key) {
            key = read_key(reader, node, &event);
            good = key != NULL;
        } else if (!ended) {
            struct node *item = read_node(reader, &event, depth + 1);

            good = item != NULL;
            if (good && !(key && key->bad))
                node_append(reader->arena, node, key, item);
            key = NULL;
        }
        yaml_event_delete(&event);
        if (ended || !good)
            return good;
    }
}

static struct node *read_collection(struct reader *reader, const yaml_event_t *event,
                                    unsigned depth)
{
    bool mapping = event->type == YAML_MAPPING_START_EVENT;
    const yaml_char_t *tag =
        mapping ? event->data.mapping_start.tag : event->data.sequence_start.tag;
    const yaml_char_t *anchor_name =
        mapping ? event->data.mapping_start.anchor : event->data.sequence_start.anchor;
    struct node *node = new_node(reader, mapping ? NODE_MAPPING : NODE_SEQUENCE, event);
    size_t anchor = reader->anchor_count;

    if (!node || !plain_tag(reader, event, tag) || too_deep(reader, &node->pos, depth))
        return NULL;
    if (anchor_name && !add_anchor(reader, event, anchor_name, node))
        return NULL;
    if (!read_content(reader, node, depth))
        return NULL;
    if (anchor_name)
        reader->anchors[anchor].complete = true;
    return node;
}

static struct node *read_node(struct reader *reader, const yaml_event_t *event, unsigned depth)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return read_scalar(reader, event);
    case YAML_ALIAS_EVENT:
        return read_alias(reader, event, depth);
    default:
        return read_collection(reader, event, depth);
    }
}

/* Stream start, one document, stream end. */
static struct node *read_stream(struct reader *reader)
{
    const struct source_pos whole = {reader->source->name, 0, 0};
    struct node *root = NULL;

    for (;;) {
        yaml_event_t event;
        yaml_event_type_t type;
        bool good = true;

        if (!next_event(reader, &event))
            return NULL;
        type = event.type;
        if (type == YAML_DOCUMENT_START_EVENT && root) {
            struct source_pos pos = mark_pos(reader, &event.start_mark);

            diag_error(reader->diag, DIAG_E0009, &pos, "a scenario file holds one document");
            good = false;
        } else if (type == YAML_SCALAR_EVENT || type == YAML_ALIAS_EVENT ||
                   type == YAML_SEQUENCE_START_EVENT || type == YAML_MAPPING_START_EVENT) {
            root = read_node(reader, &event, 1);
            good = root != NULL;
        }
        yaml_event_delete(&event);
        if (!good)
            return NULL;
        if (type == YAML_STREAM_END_EVENT)
            break;
    }
    if (!root || (root->kind == NODE_SCALAR && root->plain && root->text[0] == '\0')) {
        diag_error(reader->diag, DIAG_E0005, &whole, "the file is empty");
        return NULL;
    }
    return root;
}

struct node *yaml_parse(struct arena *arena, struct diag *diag, const struct source *source,
                        struct yaml_limits *limits)
{
    struct reader *reader = arena_alloc(arena, sizeof(*reader));
    struct node *root = NULL;

    reader->arena = arena;
    reader->diag = diag;
    reader->source = source;
    reader->limits = limits;
    if (!yaml_parser_initialize(&reader->parser)) {
        const struct source_pos whole = {source->name, 0, 0};

        diag_error(diag, DIAG_E0001, &whole, "no memory to read the file");
        return NULL;
    }
    yaml_parser_set_encoding(&reader->parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&reader->parser, (const unsigned char *)source->text,
                                 source->length);
    root = read_stream(reader);
    yaml_parser_delete(&reader->parser);
    return root;
}
