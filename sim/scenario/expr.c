/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/scenario/expr.h"

#include <string.h>

#include "sim/scenario/text.h"
#include "sim/scenario/yaml_tree.h"

#define EXPR_MAX_DEPTH 32 /* of parentheses and of ~ */
#define EXPR_LEVELS 7     /* of precedence, 0 binds least */

struct parser {
    struct arena *arena;
    const struct variables *vars;
    const char *text, *at;
    unsigned depth;
    const char *wrong; /* what is wrong, at `at`; NULL so far nothing */
    bool silent;       /* the fault was reported where a variable was defined */
};

struct expr_op {
    const char *text;
    unsigned level;
    /* NULL or what is wrong */
    const char *(*apply)(uint64_t a, uint64_t b, uint64_t *result);
};

#define SIMPLE(name, expression)                                                                   \
    static const char *apply_##name(uint64_t a, uint64_t b, uint64_t *result)                      \
    {                                                                                              \
        *result = expression;                                                                      \
        return NULL;                                                                               \
    }
SIMPLE(or, (a | b))
SIMPLE(and, (a & b))
SIMPLE(equal, (a == b))
SIMPLE(unequal, (a != b))
SIMPLE(less_equal, (a <= b))
SIMPLE(greater_equal, (a >= b))
SIMPLE(less, (a < b))
SIMPLE(greater, (a > b))
#undef SIMPLE

static const char *apply_add(uint64_t a, uint64_t b, uint64_t *result)
{
    return __builtin_add_overflow(a, b, result) ? "the sum does not fit in 64 bits" : NULL;
}

static const char *apply_subtract(uint64_t a, uint64_t b, uint64_t *result)
{
    *result = a - b;
    return a < b ? "the difference is negative" : NULL;
}

static const char *apply_multiply(uint64_t a, uint64_t b, uint64_t *result)
{
    return __builtin_mul_overflow(a, b, result) ? "the product does not fit in 64 bits" : NULL;
}

static const char *apply_left(uint64_t a, uint64_t b, uint64_t *result)
{
    if (b > 63 || (a << b) >> b != a)
        return "the shifted value does not fit in 64 bits";
    *result = a << b;
    return NULL;
}

static const char *apply_right(uint64_t a, uint64_t b, uint64_t *result)
{
    if (b > 63)
        return "a shift is 0 to 63 bits";
    *result = a >> b;
    return NULL;
}

/* Precedences are C's. A longer operator stands before its own beginning. */
static const struct expr_op expr_ops[] = {
    {"|", 0, apply_or},          {"&", 1, apply_and},
    {"==", 2, apply_equal},      {"!=", 2, apply_unequal},
    {"<<", 4, apply_left},       {">>", 4, apply_right},
    {"<=", 3, apply_less_equal}, {">=", 3, apply_greater_equal},
    {"<", 3, apply_less},        {">", 3, apply_greater},
    {"+", 5, apply_add},         {"-", 5, apply_subtract},
    {"*", 6, apply_multiply},
};

static void skip_blanks(struct parser *parser)
{
    while (*parser->at == ' ' || *parser->at == '\t' || *parser->at == '\n')
        parser->at++;
}

static uint64_t fail(struct parser *parser, const char *wrong)
{
    if (!parser->wrong)
        parser->wrong = wrong;
    return 0;
}

static uint64_t parse_level(struct parser *parser, unsigned level);

static uint64_t parse_variable(struct parser *parser, const char *name)
{
    struct text_nearest nearest = {.wanted = name};

    for (size_t i = 0; i < parser->vars->count; i++) {
        const struct variable *variable = &parser->vars->items[i];

        if (strcmp(variable->name, name) == 0) {
            parser->silent |= variable->bad;
            if (variable->bad)
                fail(parser, "the variable has no value");
            if (variable->no_number)
                fail(parser, arena_printf(parser->arena,
                                          "'%s' is '%s' here, which is no number: a word can be "
                                          "compared, as %s == 'word'",
                                          name, text_show(parser->arena, variable->text), name));
            return variable->value;
        }
        text_nearest_offer(&nearest, variable->name);
    }
    return fail(parser,
                arena_printf(parser->arena, "'%s' is not a variable defined before%s%s%s",
                             text_show(parser->arena, name), nearest.best ? "; did you mean '" : "",
                             nearest.best ? nearest.best : "", nearest.best ? "'?" : ""));
}

static uint64_t parse_word(struct parser *parser)
{
    size_t length = number_span(parser->at);
    char *word = arena_copy(parser->arena, parser->at, length);
    enum number_status status;
    uint64_t value = 0;

    if (length == 0)
        return fail(parser, *parser->at ? "a number, a variable or '(' is expected here"
                                        : "the expression ends too early");
    if (text_is_name(word)) {
        value = parse_variable(parser, word);
    } else {
        status = number_parse(word, length, &value);
        if (status != NUMBER_OK)
            return fail(parser,
                        arena_printf(parser->arena, "'%s' %s", text_show(parser->arena, word),
                                     number_status_text(status)));
    }
    if (!parser->wrong)
        parser->at += length;
    return value;
}

/* --- comparing words -------------------------------------------------------------------------- */

struct operand {
    const char *text;
    bool quoted;
    bool number; /* an axis whose value is one */
};

/* A text in quotes, or an axis; false, and nothing is read, if it is neither. */
static bool read_operand(struct parser *parser, struct operand *operand)
{
    const char *start;
    size_t length;

    skip_blanks(parser);
    start = parser->at;
    if (*start == '\'' || *start == '"') {
        const char *end = strchr(start + 1, *start);

        if (!end)
            return false;
        *operand = (struct operand){arena_copy(parser->arena, start + 1, (size_t)(end - start - 1)),
                                    true, false};
        parser->at = end + 1;
        return true;
    }
    length = number_span(start);
    for (size_t i = 0; i < parser->vars->count; i++) {
        const struct variable *variable = &parser->vars->items[i];

        if (!variable->text || strlen(variable->name) != length ||
            strncmp(variable->name, start, length) != 0)
            continue;
        *operand = (struct operand){variable->text, false, !variable->no_number};
        parser->at += length;
        return true;
    }
    return false;
}

/*
 * WORD == WORD or !=, where one is in quotes or an axis whose value is no number; false, and
 * nothing is read, if it is something else.
 */
static bool parse_comparison(struct parser *parser, uint64_t *value)
{
    const char *start = parser->at;
    struct operand left, right;
    bool equal, words;

    if (!read_operand(parser, &left))
        return false;
    skip_blanks(parser);
    equal = strncmp(parser->at, "==", 2) == 0;
    words = equal || strncmp(parser->at, "!=", 2) == 0;
    if (words) {
        parser->at += 2;
        words = read_operand(parser, &right) &&
                (left.quoted || right.quoted || !left.number || !right.number);
    }
    if (!words) {
        parser->at = start;
        if (left.quoted)
            fail(parser, "a text in quotes can only be compared with an axis, by == or !=");
        return left.quoted;
    }
    *value = text_same_value(left.text, right.text) == equal;
    return true;
}

static uint64_t parse_unary(struct parser *parser)
{
    uint64_t value = 0;

    skip_blanks(parser);
    if (parse_comparison(parser, &value))
        return value;
    if (*parser->at != '~' && *parser->at != '(')
        return parse_word(parser);
    if (++parser->depth > EXPR_MAX_DEPTH)
        return fail(parser, "the expression is nested too deeply");
    if (*parser->at++ == '~') {
        value = ~parse_unary(parser);
    } else {
        value = parse_level(parser, 0);
        skip_blanks(parser);
        if (!parser->wrong && *parser->at != ')')
            return fail(parser, "')' is expected here");
        if (!parser->wrong)
            parser->at++;
    }
    parser->depth--;
    return value;
}

static const struct expr_op *op_at(const char *text)
{
    for (size_t i = 0; i < sizeof(expr_ops) / sizeof(expr_ops[0]); i++) {
        if (strncmp(text, expr_ops[i].text, strlen(expr_ops[i].text)) == 0)
            return &expr_ops[i];
    }
    return NULL;
}

static uint64_t parse_level(struct parser *parser, unsigned level)
{
    uint64_t value =
        level == EXPR_LEVELS - 1 ? parse_unary(parser) : parse_level(parser, level + 1);

    while (!parser->wrong) {
        const struct expr_op *op;
        const char *at, *wrong;
        uint64_t right;

        skip_blanks(parser);
        op = op_at(parser->at);
        if (!op || op->level != level)
            break;
        at = parser->at;
        parser->at += strlen(op->text);
        right = level == EXPR_LEVELS - 1 ? parse_unary(parser) : parse_level(parser, level + 1);
        if (parser->wrong)
            break;
        wrong = op->apply(value, right, &value);
        if (wrong) {
            parser->at = at;
            return fail(parser, wrong);
        }
    }
    return value;
}

bool expression_read(struct arena *arena, struct diag *diag, const struct variables *vars,
                     const struct node *node, size_t offset, size_t length, uint64_t *value)
{
    char *text = arena_copy(arena, node->text + offset, length);
    struct parser parser = {.arena = arena, .vars = vars, .text = text, .at = text};
    struct source_pos pos = node->pos;

    *value = parse_level(&parser, 0);
    skip_blanks(&parser);
    if (!parser.wrong && *parser.at)
        fail(&parser, arena_printf(arena, "an operator is expected before '%s'",
                                   text_show(arena, parser.at)));
    if (!parser.wrong)
        return true;
    if (node->plain && node->width > 1) /* on one line, without escapes */
        pos.column += (unsigned)(offset + (size_t)(parser.at - text));
    if (!parser.silent)
        diag_error(diag, DIAG_E0110, &pos, "%s", parser.wrong);
    return false;
}

static void add_variable(struct arena *arena, struct variables *vars, struct variable variable)
{
    vars->items =
        arena_grow(arena, vars->items, vars->count, &vars->capacity, sizeof(vars->items[0]));
    vars->items[vars->count++] = variable;
}

static bool is_defined(const struct variables *vars, const char *name)
{
    for (size_t i = 0; i < vars->count; i++) {
        if (strcmp(vars->items[i].name, name) == 0)
            return true;
    }
    return false;
}

void variables_add_axis(struct arena *arena, struct variables *vars, const char *name,
                        const char *text, bool plain)
{
    struct variable variable = {.name = name, .text = text, .plain = plain};

    if (is_defined(vars, name))
        return;
    variable.no_number = number_parse(text, strlen(text), &variable.value) != NUMBER_OK;
    add_variable(arena, vars, variable);
}

/* Of `$(expression)` or `$name` what is behind the `$`. */
static const char *behind_dollar(const char *text)
{
    return text[0] == '$' && (text[1] == '(' || text_is_name(text + 1)) ? text + 1 : text;
}

void variables_load(struct arena *arena, struct diag *diag, struct variables *vars,
                    const struct node *mapping)
{
    for (size_t i = 0; mapping && mapping->kind == NODE_MAPPING && i < mapping->count; i++) {
        const struct node *key = mapping->keys[i], *node = mapping->items[i];
        struct variable variable = {.name = key->text, .bad = true};

        if (!text_is_name(key->text))
            diag_error(diag, DIAG_E0111, &key->pos,
                       "'%s' cannot name a variable: use letters, digits and _",
                       text_show(arena, key->text));
        else if (is_defined(vars, key->text))
            diag_error(diag, DIAG_E0110, &key->pos, "'%s' is an axis of the matrix already",
                       key->text);
        else if (node->kind == NODE_SCALAR) /* others are for the schema check to refuse */
            variable.bad = !expression_read(arena, diag, vars, node,
                                            (size_t)(behind_dollar(node->text) - node->text),
                                            strlen(behind_dollar(node->text)), &variable.value);
        add_variable(arena, vars, variable);
    }
}

bool integer_looks_like(const char *text)
{
    return (*text >= '0' && *text <= '9') || *text == '-' || *text == '+';
}

bool integer_read(struct arena *arena, struct diag *diag, const struct node *node, const char *what,
                  uint64_t *value)
{
    size_t length = strlen(node->text);
    enum number_status status;
    struct diag_error *error;

    status = number_parse(node->text, length, value);
    if (status == NUMBER_OK)
        return true;
    if (status == NUMBER_BAD)
        error = diag_error(diag, DIAG_E0104, &node->pos, "%s: expected an integer, got %s", what,
                           node_describe(arena, node));
    else
        error = diag_error(diag, DIAG_E0104, &node->pos, "%s: '%s' %s", what,
                           text_show(arena, node->text), number_status_text(status));
    diag_width(error, node->width);
    if (status == NUMBER_BAD)
        diag_label(error, "write it like 64, 0x4000_0000, 0b101, 4K, $var or $((var << 2))");
    return false;
}
