/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/suite/expand.h"

#include <stdlib.h>
#include <string.h>

#include "sim/scenario/yaml_tree.h"

/* A file without these lines has no matrix, and need not be read before it is run. */
static bool may_have_matrix(const char *path)
{
    static const char *const keys[] = {"matrix:", "cases:", "include:", NULL};
    return file_has_key(path, keys) || scenario_inherits(path);
}

static struct scenario_file *open_matrix(const char *path)
{
    const struct diag_options silent = {.out = fopen("/dev/null", "we"), .format = DIAG_SHORT};
    struct scenario_file *file = NULL;
    if (!silent.out)
        return NULL;
    if (may_have_matrix(path))
        file = scenario_file_open(path, &silent);
    fclose(silent.out);
    if (file && *scenario_file_cell_name(file, 0) == '\0') {
        scenario_file_free(file);
        file = NULL;
    }
    return file;
}

static void add(struct suite_tests *tests, const struct suite_test *test)
{
    tests->items = arena_grow(tests->arena, tests->items, tests->count, &tests->capacity,
                              sizeof(tests->items[0]));
    tests->items[tests->count++] = *test;
}

/* position counts the tests of all shards. */
static void add_cells(struct suite_tests *tests, const char *path, struct scenario_file *file,
                      const struct selection *selection, size_t *position)
{
    char error[256]; /* another file of the suite may have the axis */
    const size_t *cells;
    size_t count = scenario_file_choose(file, selection->cell, &cells, error, sizeof(error));
    for (size_t i = 0; i < count; i++) {
        if (!is_in_shard(selection, (*position)++))
            continue;
        const char *cell = scenario_file_cell_name(file, cells[i]);
        add(tests, &(struct suite_test){.path = path,
                                        .label = arena_printf(tests->arena, "%s[%s]", path, cell),
                                        .file = file,
                                        .cell = cells[i]});
    }
    tests->files = arena_grow(tests->arena, tests->files, tests->file_count, &tests->file_capacity,
                              sizeof(tests->files[0]));
    tests->files[tests->file_count++] = file;
}

void suite_tests_expand(struct suite_tests *tests, const struct scenario_list *list,
                        const struct selection *selection)
{
    size_t position = 0;
    *tests = (struct suite_tests){.arena = arena_new()};
    for (size_t i = 0; i < list->count; i++) {
        const char *path = list->paths[i];
        struct scenario_file *file = open_matrix(path);
        if (file)
            add_cells(tests, path, file, selection, &position);
        else if (!selection->cell && is_in_shard(selection, position++))
            add(tests, &(struct suite_test){.path = path, .label = path});
    }
}

void suite_tests_free(struct suite_tests *tests)
{
    for (size_t i = 0; i < tests->file_count; i++)
        scenario_file_free(tests->files[i]);
    arena_free(tests->arena);
    *tests = (struct suite_tests){0};
}
