/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/scenario/matrix.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sim/scenario/text.h"

#define TOLD_VALUES 8

struct builder {
    struct arena *arena;
    struct diag *diag;
    struct matrix *matrix;
    const struct node *node;  /* `matrix`, or `cases` */
    const struct axis *cases; /* or NULL */
    size_t limit;             /* of cells, cases not counted */
    bool bad;
    size_t capacity; /* of matrix->values, in values */
};

/* An entry of exclude: for each axis, the values that it covers; NULL: all of them. */
struct exclusion {
    const bool *covers[MATRIX_MAX_AXES];
};

static bool as_number(const char *text, uint64_t *value)
{
    return number_parse(text, strlen(text), value) == NUMBER_OK;
}

static struct diag_error *wrong(struct builder *builder, const struct node *node, const char *text)
{
    struct diag_error *error = diag_error(builder->diag, DIAG_E0120, &node->pos, "%s", text);

    diag_width(error, node->width);
    builder->bad = true;
    return error;
}

/* --- axes ------------------------------------------------------------------------------------- */

struct value_list {
    struct axis_value *items;
    size_t count, capacity;
};

static void add_value(struct builder *builder, struct value_list *list, const struct node *node,
                      const char *text, bool plain)
{
    if (list->count == MATRIX_MAX_SLOW_CELLS) {
        if (!builder->bad)
            wrong(builder, node, "the axis has too many values");
        return;
    }
    list->items = arena_grow(builder->arena, list->items, list->count, &list->capacity,
                             sizeof(list->items[0]));
    list->items[list->count++] = (struct axis_value){text, plain};
}

static bool range_part(struct builder *builder, const struct node *range, const char *key,
                       uint64_t fallback, uint64_t *value)
{
    const struct node *node = node_get(range, key);

    *value = fallback;
    if (node && node->kind == NODE_SCALAR && as_number(node->text, value))
        return true;
    if (!node && fallback)
        return true;
    wrong(builder, node ? node : range, "a range of values is {from: A, to: B, step: S}, numbers");
    return false;
}

/* {from: A, to: B, step: S}: B included if a step meets it. As hexadecimal if A is. */
static void add_range(struct builder *builder, struct value_list *list, const struct node *range)
{
    uint64_t from, to, step, value;

    for (size_t i = 0; i < range->count; i++) {
        const char *key = range->keys[i]->text;

        if (strcmp(key, "from") != 0 && strcmp(key, "to") != 0 && strcmp(key, "step") != 0) {
            wrong(builder, range->keys[i], "the keys of a range of values are from, to, step");
            return;
        }
    }
    if (!node_get(range, "from") || !node_get(range, "to")) {
        wrong(builder, range, "a range of values needs 'from' and 'to'");
        return;
    }
    if (!range_part(builder, range, "from", 0, &from) ||
        !range_part(builder, range, "to", 0, &to) || !range_part(builder, range, "step", 1, &step))
        return;
    if (from > to || step == 0) {
        wrong(builder, range,
              step ? "the range of values is empty: from is greater than to"
                   : "the step of a range is not zero");
        return;
    }
    bool hex = strncmp(node_get(range, "from")->text, "0x", 2) == 0;

    for (value = from; !builder->bad; value += step) {
        add_value(builder, list, range,
                  arena_printf(builder->arena, hex ? "0x%" PRIx64 : "%" PRIu64, value), true);
        if (to - value < step)
            break;
    }
}

static bool check_value(struct builder *builder, const struct node *node)
{
    if (node->kind != NODE_SCALAR || node->text[0] == '\0') {
        wrong(builder, node, "a value of an axis is a word, a number or a text");
        return false;
    }
    return true;
}

static void load_axis(struct builder *builder, const struct node *key, const struct node *node)
{
    struct matrix *matrix = builder->matrix;
    struct value_list list = {0};

    if (!text_is_name(key->text) || matrix->axis_count == MATRIX_MAX_AXES) {
        wrong(builder, key,
              matrix->axis_count == MATRIX_MAX_AXES
                  ? "a matrix has at most 16 axes"
                  : "the name of an axis: use letters, digits and _");
        return;
    }
    if (node->kind != NODE_SEQUENCE || node->count == 0) {
        wrong(builder, node,
              arena_printf(builder->arena, "the axis '%s' is a list of values, not %s", key->text,
                           node->kind == NODE_SEQUENCE ? "an empty one"
                                                       : node_describe(builder->arena, node)));
        return;
    }
    for (size_t i = 0; i < node->count; i++) {
        const struct node *item = node->items[i];

        if (item->kind == NODE_MAPPING)
            add_range(builder, &list, item);
        else if (check_value(builder, item))
            add_value(builder, &list, item, item->text, item->plain);
        for (size_t j = 0; item->kind == NODE_SCALAR && j + 1 < list.count; j++) {
            if (text_same_value(list.items[j].text, item->text)) {
                wrong(builder, item,
                      arena_printf(builder->arena, "the axis '%s' has the value '%s' twice",
                                   key->text, text_show(builder->arena, item->text)));
                break;
            }
        }
    }
    matrix->axes[matrix->axis_count++] = (struct axis){key->text, list.items, list.count};
}

/* The axis of that name, or axis_count after reporting. */
static size_t find_axis(struct builder *builder, const struct node *key)
{
    const struct matrix *matrix = builder->matrix;
    struct text_nearest nearest = {.wanted = key->text};
    struct diag_error *error;

    for (size_t i = 0; i < matrix->axis_count; i++) {
        if (strcmp(matrix->axes[i].name, key->text) == 0)
            return i;
        text_nearest_offer(&nearest, matrix->axes[i].name);
    }
    error = wrong(builder, key,
                  arena_printf(builder->arena, "'%s' is not an axis of the matrix",
                               text_show(builder->arena, key->text)));
    if (nearest.best)
        diag_label(error, "did you mean '%s'?", nearest.best);
    return matrix->axis_count;
}

static const struct node *entries(struct builder *builder, const char *name)
{
    const struct node *list = node_get(builder->node, name);

    if (!list)
        return NULL;
    if (list->kind != NODE_SEQUENCE || list->count > MATRIX_MAX_ENTRIES) {
        wrong(builder, list,
              arena_printf(builder->arena, "'%s' is a list of at most %d mappings of axes", name,
                           MATRIX_MAX_ENTRIES));
        return NULL;
    }
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i]->kind == NODE_MAPPING)
            continue;
        wrong(
            builder, list->items[i],
            arena_printf(builder->arena, "an entry of '%s' is a mapping of axes to values", name));
        return NULL;
    }
    return list;
}

/* --- the product ------------------------------------------------------------------------------ */

static bool covers(const struct node *node, const char *text)
{
    if (node->kind == NODE_SCALAR)
        return text_same_value(node->text, text);
    for (size_t i = 0; i < node->count; i++) {
        if (node->items[i]->kind == NODE_SCALAR && text_same_value(node->items[i]->text, text))
            return true;
    }
    return false;
}

static struct exclusion load_exclusion(struct builder *builder, const struct node *entry)
{
    const struct matrix *matrix = builder->matrix;
    struct exclusion exclusion = {0};

    if (entry->count == 0)
        wrong(builder, entry, "an entry of 'exclude' that names no axis would exclude every cell");
    for (size_t i = 0; i < entry->count && !builder->bad; i++) {
        size_t axis = find_axis(builder, entry->keys[i]), hits = 0;
        bool *row;

        if (axis == matrix->axis_count)
            break;
        row = arena_array(builder->arena, matrix->axes[axis].count, sizeof(*row));
        for (size_t v = 0; v < matrix->axes[axis].count; v++) {
            row[v] = covers(entry->items[i], matrix->axes[axis].values[v].text);
            hits += row[v];
        }
        exclusion.covers[axis] = row;
        if (!hits)
            wrong(builder, entry->items[i],
                  arena_printf(builder->arena, "the axis '%s' has no such value",
                               entry->keys[i]->text));
    }
    return exclusion;
}

static bool is_excluded(const struct matrix *matrix, const struct exclusion *exclusions,
                        size_t count, const size_t *at)
{
    for (size_t i = 0; i < count; i++) {
        bool all = true;

        for (size_t axis = 0; all && axis < matrix->axis_count; axis++)
            all = !exclusions[i].covers[axis] || exclusions[i].covers[axis][at[axis]];
        if (all)
            return true;
    }
    return false;
}

/* Room for one more cell: its values. */
static const struct axis_value **new_cell(struct builder *builder)
{
    struct matrix *matrix = builder->matrix;
    size_t used = matrix->cell_count * matrix->axis_count;

    if (used + matrix->axis_count > builder->capacity) {
        size_t room = builder->capacity ? builder->capacity * 2 : 64 * MATRIX_MAX_AXES;
        const struct axis_value **values =
            arena_array(builder->arena, room, sizeof(matrix->values[0]));

        if (used)
            memcpy(values, matrix->values, used * sizeof(values[0]));
        matrix->values = values;
        builder->capacity = room;
    }
    matrix->cell_count++;
    return matrix->values + used;
}

static void build_product(struct builder *builder)
{
    struct matrix *matrix = builder->matrix;
    const struct node *list = entries(builder, "exclude");
    struct exclusion *exclusions =
        arena_array(builder->arena, list ? list->count : 0, sizeof(*exclusions));
    size_t at[MATRIX_MAX_AXES] = {0}, product = 1;

    for (size_t i = 0; list && i < list->count; i++)
        exclusions[i] = load_exclusion(builder, list->items[i]);
    for (size_t i = 0; i < matrix->axis_count; i++) {
        if (product > MATRIX_MAX_SLOW_CELLS / matrix->axes[i].count) {
            wrong(builder, builder->node,
                  arena_printf(builder->arena, "the matrix has more than %d cells",
                               MATRIX_MAX_SLOW_CELLS));
            return;
        }
        product *= matrix->axes[i].count;
    }
    for (size_t n = 0; n < product && !builder->bad; n++) {
        if (!is_excluded(matrix, exclusions, list ? list->count : 0, at)) {
            const struct axis_value **cell = new_cell(builder);

            for (size_t i = 0; i < matrix->axis_count; i++)
                cell[i] = &matrix->axes[i].values[at[i]];
        }
        for (size_t i = matrix->axis_count; i-- > 0 && ++at[i] == matrix->axes[i].count;)
            at[i] = 0;
    }
}

static bool has_cell(const struct matrix *matrix, const struct axis_value *const *cell)
{
    for (size_t n = 0; n < matrix->cell_count; n++) {
        size_t i = 0;

        while (i < matrix->axis_count &&
               text_same_value(matrix->values[n * matrix->axis_count + i]->text, cell[i]->text))
            i++;
        if (i == matrix->axis_count)
            return true;
    }
    return false;
}

static void add_cell(struct builder *builder, const struct node *entry)
{
    struct matrix *matrix = builder->matrix;
    const struct axis_value *cell[MATRIX_MAX_AXES] = {NULL};
    const struct axis_value **room;

    for (size_t i = 0; i < entry->count; i++) {
        size_t axis = find_axis(builder, entry->keys[i]);
        struct axis_value *value;

        if (axis == matrix->axis_count || !check_value(builder, entry->items[i]))
            return;
        value = arena_alloc(builder->arena, sizeof(*value));
        *value = (struct axis_value){entry->items[i]->text, entry->items[i]->plain};
        cell[axis] = value;
    }
    for (size_t i = 0; i < matrix->axis_count; i++) {
        if (cell[i])
            continue;
        wrong(builder, entry,
              arena_printf(builder->arena,
                           "an added cell gives every axis a value, and here is "
                           "none for '%s'",
                           matrix->axes[i].name));
        return;
    }
    if (has_cell(matrix, cell)) {
        wrong(builder, entry, "the matrix has this cell already");
        return;
    }
    room = new_cell(builder);
    memcpy(room, cell, matrix->axis_count * sizeof(cell[0]));
}

static void name_cells(struct builder *builder)
{
    struct matrix *matrix = builder->matrix;

    matrix->names = arena_array(builder->arena, matrix->cell_count, sizeof(matrix->names[0]));
    for (size_t n = 0; n < matrix->cell_count; n++) {
        const char *name = "";

        for (size_t i = 0; i < matrix->axis_count; i++)
            name =
                arena_printf(builder->arena, "%s%s%s=%s", name, i ? "," : "", matrix->axes[i].name,
                             matrix->values[n * matrix->axis_count + i]->text);
        matrix->names[n] = name;
    }
}

static void add_cases(struct builder *builder)
{
    struct matrix *matrix = builder->matrix;

    if (!builder->cases || builder->bad)
        return;
    for (size_t i = 0; i < matrix->axis_count; i++)
        if (strcmp(matrix->axes[i].name, builder->cases->name) == 0)
            wrong(builder, builder->node, "an axis 'case' of a scenario with cases is theirs");
    if (matrix->axis_count == MATRIX_MAX_AXES)
        wrong(builder, builder->node, "a matrix has at most 16 axes, the cases included");
    else if (!builder->bad)
        matrix->axes[matrix->axis_count++] = *builder->cases;
}

static void load(struct builder *builder)
{
    const struct node *node = builder->node, *add;
    struct matrix *matrix = builder->matrix;

    if (node->kind != NODE_MAPPING && !builder->cases) {
        wrong(builder, node, "'matrix' is a mapping of axes to lists of values");
        return;
    }
    for (size_t i = 0; i < node->count; i++) {
        const char *key = node->keys[i]->text;

        if (strcmp(key, "exclude") != 0 && strcmp(key, "add") != 0 && strncmp(key, "x-", 2) != 0)
            load_axis(builder, node->keys[i], node->items[i]);
    }
    add_cases(builder);
    if (!builder->bad && matrix->axis_count == 0)
        wrong(builder, node, "the matrix has no axis");
    if (!builder->bad)
        build_product(builder);
    add = builder->bad ? NULL : entries(builder, "add");
    for (size_t i = 0; add && i < add->count && !builder->bad; i++)
        add_cell(builder, add->items[i]);
    if (builder->bad)
        return;
    if (matrix->cell_count == 0)
        wrong(builder, node, "the matrix has no cell: all are excluded");
    if (matrix->cell_count > builder->limit * (builder->cases ? builder->cases->count : 1))
        wrong(builder, node,
              arena_printf(builder->arena,
                           "the matrix has %zu cells; more than %d are only for "
                           "scenarios that say `cost: slow`",
                           matrix->cell_count, MATRIX_MAX_CELLS));
    if (!builder->bad)
        name_cells(builder);
}

struct matrix *matrix_load(struct arena *arena, struct diag *diag, const struct node *root,
                           const struct axis *cases)
{
    const struct node *node = node_get(root, "matrix"), *cost = node_get(root, "cost");
    bool slow = cost && cost->kind == NODE_SCALAR && strcmp(cost->text, "slow") == 0;
    struct matrix *matrix = arena_alloc(arena, sizeof(*matrix));
    struct builder builder = {.arena = arena,
                              .diag = diag,
                              .matrix = matrix,
                              .node = node ? node : node_get(root, "cases"),
                              .cases = cases,
                              .limit = slow ? MATRIX_MAX_SLOW_CELLS : MATRIX_MAX_CELLS};

    if (node || cases) {
        load(&builder);
        return matrix;
    }
    matrix->cell_count = 1;
    name_cells(&builder);
    return matrix;
}

/* --- choosing --------------------------------------------------------------------------------- */

/* The axis whose name and '=' text begins with; axis_count if there is none. */
static size_t axis_at(const struct matrix *matrix, const char *text)
{
    size_t i = 0;

    for (; i < matrix->axis_count; i++) {
        size_t length = strlen(matrix->axes[i].name);

        if (strncmp(text, matrix->axes[i].name, length) == 0 && text[length] == '=')
            break;
    }
    return i;
}

bool matrix_choose(const struct matrix *matrix, struct arena *arena, const char *text,
                   struct cell_choice *choice, char *error, size_t size)
{
    *choice = (struct cell_choice){0};
    while (text && *text) {
        size_t axis = axis_at(matrix, text), length;
        const char *end = text;

        if (axis == matrix->axis_count) {
            snprintf(error, size,
                     matrix->axis_count ? "'%.60s' names no axis; the matrix has %.120s"
                                        : "'%.60s': the scenario has no matrix%s",
                     text, matrix->axis_count ? matrix_describe(matrix, arena) : "");
            return false;
        }
        text += strlen(matrix->axes[axis].name) + 1;
        do /* a comma in front of no axis belongs to the value */
            end = strchr(end + 1, ',');
        while (end && axis_at(matrix, end + 1) == matrix->axis_count);
        if (end && end < text)
            end = NULL;
        length = end ? (size_t)(end - text) : strlen(text);
        choice->want[axis] = arena_copy(arena, text, length);
        text += length + (end != NULL);
    }
    return true;
}

bool matrix_is_chosen(const struct matrix *matrix, size_t cell, const struct cell_choice *choice)
{
    for (size_t i = 0; i < matrix->axis_count; i++) {
        const char *text = matrix->values[cell * matrix->axis_count + i]->text;

        if (choice->want[i] && !text_same_value(choice->want[i], text))
            return false;
    }
    return true;
}

const char *matrix_describe(const struct matrix *matrix, struct arena *arena)
{
    const char *text = "";

    for (size_t i = 0; i < matrix->axis_count; i++) {
        const struct axis *axis = &matrix->axes[i];

        text = arena_printf(arena, "%s%s%s: ", text, i ? "; " : "", axis->name);
        for (size_t v = 0; v < axis->count && v < TOLD_VALUES; v++)
            text = arena_printf(arena, "%s%s%s", text, v ? ", " : "",
                                text_show(arena, axis->values[v].text));
        if (axis->count > TOLD_VALUES)
            text = arena_printf(arena, "%s, ...", text);
    }
    return text;
}
