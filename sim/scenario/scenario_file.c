/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loading: file -> tree, once; then for each cell tree -> variables -> struct scenario. */
#include <string.h>

#include "sim/scenario/cases.h"
#include "sim/scenario/emit.h"
#include "sim/scenario/extract.h"
#include "sim/scenario/loader.h"
#include "sim/scenario/matrix.h"
#include "sim/scenario/substitute.h"
#include "sim/scenario/text.h"

struct scenario_file {
    struct arena *arena;
    struct diag *diag; /* knows the texts of the files */
    const char *path;
    const struct node *root;   /* as it is written */
    const struct cases *cases; /* NULL: it has none */
    const struct matrix *matrix;
};

/* A file of another version is not worth any other message. */
static bool check_version(struct diag *diag, const struct node *root)
{
    const struct node *node = node_get(root, "sim");
    uint64_t version;

    if (!node || node->kind != NODE_SCALAR ||
        number_parse(node->text, strlen(node->text), &version) != NUMBER_OK ||
        version == SCHEMA_VERSION)
        return true; /* what else is wrong with it, the schema check says */
    diag_width(diag_error(diag, DIAG_E0109, &node->pos,
                          "version %ju of the scenario format is not known; this sim reads version "
                          "%d",
                          (uintmax_t)version, SCHEMA_VERSION),
               node->width);
    return false;
}

static void load_cells(struct scenario_file *file)
{
    file->cases = cases_open(file->arena, file->diag, file->root);
    if (file->cases || !node_get(file->root, "cases"))
        file->matrix = matrix_load(file->arena, file->diag, file->root,
                                   file->cases ? cases_axis(file->cases) : NULL);
}

struct scenario_file *scenario_file_open(const char *path, const struct diag_options *diag)
{
    struct arena *arena = arena_new();
    struct scenario_file *file = arena_alloc(arena, sizeof(*file));

    file->arena = arena;
    file->diag = diag_new(arena);
    diag_set_strict(file->diag, diag->strict);
    file->path = arena_printf(arena, "%s", path);
    file->root = yaml_load_scenario(arena, file->diag, file->path);
    if (file->root && check_version(file->diag, file->root))
        load_cells(file);
    if (diag_count(file->diag) == 0)
        return file;
    diag_print(file->diag, diag);
    arena_free(arena);
    return NULL;
}

void scenario_file_free(struct scenario_file *file)
{
    if (file)
        arena_free(file->arena);
}

uint64_t scenario_file_hash(const struct scenario_file *file)
{
    return diag_hash_sources(file->diag);
}

size_t scenario_file_cell_count(const struct scenario_file *file)
{
    return file->matrix->cell_count;
}

const char *scenario_file_cell_name(const struct scenario_file *file, size_t cell)
{
    return file->matrix->names[cell];
}

size_t scenario_file_choose(struct scenario_file *file, const char *text, const size_t **cells,
                            char *error, size_t size)
{
    struct cell_choice choice;
    size_t *chosen, count = 0;

    *cells = NULL;
    if (!matrix_choose(file->matrix, file->arena, text, &choice, error, size))
        return 0;
    chosen = arena_array(file->arena, file->matrix->cell_count, sizeof(*chosen));
    for (size_t i = 0; i < file->matrix->cell_count; i++) {
        if (matrix_is_chosen(file->matrix, i, &choice))
            chosen[count++] = i;
    }
    if (count == 0)
        snprintf(error, size, "there is no cell '%.80s'; the matrix has %.120s", text,
                 matrix_describe(file->matrix, file->arena));
    *cells = chosen;
    return count;
}

/* `${name}` is the scenario's name, unless that is made of variables itself. */
static void add_name(const struct scenario_file *file, struct loader *loader)
{
    const struct node *node = node_get(file->root, "name");
    const char *name =
        node && node->kind == NODE_SCALAR ? node->text : text_path_stem(loader->arena, file->path);

    if (!strchr(name, '$'))
        variables_add_axis(loader->arena, &loader->vars, "name", name, true);
}

/* Loads a cell; what is wrong goes to diag. */
static void load_cell(const struct scenario_file *file, size_t cell, struct loader *loader)
{
    const struct matrix *matrix = file->matrix;
    const struct node *root = file->root;

    loader->scn = arena_alloc(loader->arena, sizeof(*loader->scn));
    loader->scn->arena = loader->arena;
    loader->scn->path = file->path;
    loader->scn->cell = matrix->names[cell];
    for (size_t i = 0; i < matrix->axis_count; i++) {
        const struct axis_value *value = matrix->values[cell * matrix->axis_count + i];

        variables_add_axis(loader->arena, &loader->vars, matrix->axes[i].name, value->text,
                           value->plain);
    }
    diag_set_cell(loader->diag, matrix->names[cell]);
    if (file->cases) /* the last axis */
        root = cases_apply(loader, file->cases,
                           matrix->values[(cell + 1) * matrix->axis_count - 1]->text, root);
    if (!root)
        return;
    variables_load(loader->arena, loader->diag, &loader->vars, node_get(root, "vars"));
    add_name(file, loader);
    load_scenario(loader, substitute(loader->arena, loader->diag, &loader->vars, root));
}

struct scenario *scenario_file_load(const struct scenario_file *file, size_t cell,
                                    const struct scenario_load_options *options, int *exit_status)
{
    struct arena *arena = arena_new();
    struct loader loader = {.arena = arena,
                            .diag = diag_new(arena),
                            .code_cache = options->code_cache,
                            .kernel = options->kernel,
                            .rmm = options->rmm,
                            .profile = options->profile,
                            .timing = options->timing,
                            .lasting = arena};

    diag_set_strict(loader.diag, options->diag->strict);
    diag_take_sources(loader.diag, file->diag);
    load_cell(file, cell, &loader);
    *exit_status = 0;
    diag_print(loader.diag, options->diag);
    if (diag_count(loader.diag) == 0)
        return loader.scn;
    *exit_status = loader.no_assembler && diag_count(loader.diag) == 1 ? SCENARIO_NO_ASSEMBLER
                                                                       : SCENARIO_INVALID;
    arena_free(arena);
    return NULL;
}

int scenario_file_extract(const struct scenario_file *file, size_t cell,
                          const struct scenario_load_options *options, const char *path, FILE *out)
{
    struct arena *arena = arena_new();
    struct loader loader = {.arena = arena,
                            .diag = diag_new(arena),
                            .code_cache = options->code_cache,
                            .lasting = arena};
    int status = 0;

    diag_take_sources(loader.diag, file->diag);
    load_cell(file, cell, &loader);
    if (diag_count(loader.diag)) {
        diag_print(loader.diag, options->diag);
        status = loader.no_assembler && diag_count(loader.diag) == 1 ? SCENARIO_NO_ASSEMBLER
                                                                     : SCENARIO_INVALID;
    } else {
        emit_yaml(out, extract_tree(&loader, path));
        if (path)
            extract_code(&loader, path);
    }
    arena_free(arena);
    return status;
}

int scenario_file_check(const struct scenario_file *file,
                        const struct scenario_load_options *options)
{
    struct arena *arena = arena_new();
    struct diag *diag = diag_new(arena); /* one for all cells: a mistake is told once */
    bool no_assembler = false;
    int status = 0;

    diag_set_strict(diag, options->diag->strict);
    diag_take_sources(diag, file->diag);
    for (size_t i = 0; i < file->matrix->cell_count; i++) {
        struct loader loader = {.arena = arena_new(),
                                .diag = diag,
                                .code_cache = options->code_cache,
                                .kernel = options->kernel,
                                .rmm = options->rmm,
                                .profile = options->profile,
                                .timing = options->timing,
                                .lasting = arena};

        load_cell(file, i, &loader);
        no_assembler |= loader.no_assembler;
        arena_free(loader.arena);
    }
    diag_print(diag, options->diag);
    if (diag_count(diag))
        status = no_assembler && diag_count(diag) == 1 ? SCENARIO_NO_ASSEMBLER : SCENARIO_INVALID;
    arena_free(arena);
    return status;
}

/* The one cell that is meant; false after a message. */
static bool one_cell(struct scenario_file *file, const struct scenario_load_options *options,
                     size_t *cell)
{
    const struct source_pos pos = {file->path, 0, 0};
    struct diag *diag = diag_new(file->arena);
    const size_t *cells;
    char text[256];
    size_t count = scenario_file_choose(file, options->cell, &cells, text, sizeof(text));

    if (count == 1) {
        *cell = cells[0];
        return true;
    }
    if (count == 0)
        diag_error(diag, DIAG_E0121, &pos, "%s", text);
    else
        diag_note(diag_error(diag, DIAG_E0121, &pos,
                             "the scenario has %zu cells%s: choose one, as with --cell '%s'", count,
                             options->cell ? " like that" : "", file->matrix->names[cells[0]]),
                  NULL, "axes: %s", matrix_describe(file->matrix, file->arena));
    diag_print(diag, options->diag);
    return false;
}

struct scenario *scenario_load_with(const char *path, const struct scenario_load_options *options,
                                    int *exit_status)
{
    struct scenario_file *file = scenario_file_open(path, options->diag);
    struct scenario *scenario = NULL;
    size_t cell;

    *exit_status = SCENARIO_INVALID;
    if (file && one_cell(file, options, &cell))
        scenario = scenario_file_load(file, cell, options, exit_status);
    if (scenario)
        scenario->file = file;
    else
        scenario_file_free(file);
    return scenario;
}

struct scenario *scenario_load(const char *path, const struct diag_options *diag)
{
    const struct scenario_load_options options = {.diag = diag, .code_cache = CODE_CACHE_UPDATE};
    int exit_status;

    return scenario_load_with(path, &options, &exit_status);
}

void scenario_free(struct scenario *scenario)
{
    if (!scenario)
        return;
    scenario_file_free(scenario->file);
    arena_free(scenario->arena);
}
