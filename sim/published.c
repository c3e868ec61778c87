/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/published.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/conform/rmm.h"
#include "sim/scenario/expr.h"
#include "sim/scenario/text.h"
#include "sim/scenario/yaml_tree.h"
#include "sim/session.h"

static const char *const use_names[USE_COUNT] = {
    [USE_FIT] = "fit", [USE_HELD_OUT] = "held-out", [USE_RATIO] = "ratio"};
static const char *const unit_names[UNIT_COUNT] = {
    [UNIT_CYCLES] = "cycles", [UNIT_NS] = "ns", [UNIT_RATIO] = ""};
static const double bars[USE_COUNT] = {[USE_FIT] = 5, [USE_HELD_OUT] = 20, [USE_RATIO] = 15};

double published_bar(enum published_use use)
{
    return bars[use];
}

const char *published_use_name(enum published_use use)
{
    return use_names[use];
}

const char *published_unit_name(enum published_unit unit)
{
    return unit_names[unit];
}

double published_error(const struct published_row *row)
{
    return 100 * (row->ours - row->published) / row->published;
}

/* --- reading --- */

struct reading {
    struct arena *arena;
    struct diag *diag;
    const char *path;
    struct published *published;
};

static void wrong(const struct reading *reading, const struct node *node, const char *text)
{
    diag_width(diag_error(reading->diag, DIAG_E0232, &node->pos, "%s", text),
               node->width ? node->width : 1);
}

static const char *text_of(const struct node *row, const char *key)
{
    const struct node *node = node_get(row, key);

    return node && node->kind == NODE_SCALAR && *node->text ? node->text : NULL;
}

static const char *required(const struct reading *reading, const struct node *row, const char *key)
{
    const char *text = text_of(row, key);

    if (!text)
        wrong(reading, row, arena_printf(reading->arena, "a row needs '%s'", key));
    return text;
}

static bool is_true(const struct node *row, const char *key)
{
    const char *text = text_of(row, key);

    return text && strcmp(text, "true") == 0;
}

static bool check_keys(const struct reading *reading, const struct node *row)
{
    static const char *const keys[] = {"id",       "name",  "profile", "scenario", "smc",
                                       "granule",  "ns",    "cycles",  "use",      "source",
                                       "verified", "known", "ratio",   "timed"};
    unsigned before = diag_count(reading->diag);

    if (row->kind != NODE_MAPPING) {
        wrong(reading, row, "a row is a mapping");
        return false;
    }
    for (size_t i = 0; i < row->count; i++) {
        size_t k = 0;

        while (k < sizeof(keys) / sizeof(keys[0]) && strcmp(keys[k], row->keys[i]->text) != 0)
            k++;
        if (k == sizeof(keys) / sizeof(keys[0]))
            wrong(reading, row->keys[i], "no key of a row");
    }
    return diag_count(reading->diag) == before;
}

static const struct published_row *find_row(const struct reading *reading, const struct node *node)
{
    for (size_t i = 0; node->kind == NODE_SCALAR && i < reading->published->count; i++)
        if (strcmp(reading->published->rows[i].id, node->text) == 0)
            return &reading->published->rows[i];
    wrong(reading, node, "a ratio is of two rows that stand above it");
    return NULL;
}

static void read_ratio(const struct reading *reading, const struct node *node,
                       struct published_row *row)
{
    if (node->kind != NODE_SEQUENCE || node->count != 2) {
        wrong(reading, node, "a ratio is [id, id]");
        return;
    }
    row->over = find_row(reading, node->items[0]);
    row->under = find_row(reading, node->items[1]);
    if (!row->over || !row->under)
        return;
    row->unit = UNIT_RATIO;
    row->profile = row->over->profile;
    row->source = row->over->source;
    row->unverified = row->over->unverified || row->under->unverified;
    row->published = row->over->published / row->under->published;
}

static void read_figure(const struct reading *reading, const struct node *node,
                        struct published_row *row)
{
    const struct node *ns = node_get(node, "ns"), *cycles = node_get(node, "cycles");
    const struct node *smc = node_get(node, "smc"), *profile = node_get(node, "profile");
    const char *scenario = text_of(node, "scenario"), *timed = text_of(node, "timed");
    uint64_t value = 0;

    row->source = required(reading, node, "source");
    if (required(reading, node, "profile"))
        row->profile = profile_find(reading->arena, reading->diag, profile->text, &profile->pos,
                                    profile->width);
    if (!ns == !cycles || !smc == !scenario) {
        wrong(reading, node, "a row has ns or cycles, and a scenario or an smc");
        return;
    }
    if (timed && (strcmp(timed, "rounds") != 0 || smc)) {
        wrong(reading, node, "timed is rounds, of a scenario");
        return;
    }
    row->each_round = timed != NULL;
    row->unit = ns ? UNIT_NS : UNIT_CYCLES;
    if (integer_read(reading->arena, reading->diag, ns ? ns : cycles, "the figure", &value) &&
        !value)
        wrong(reading, node, "a figure is not 0");
    row->published = (double)value;
    if (smc)
        (void)integer_read(reading->arena, reading->diag, smc, "'smc'", &row->smc);
    else
        row->scenario = text_path_beside(reading->arena, reading->path, scenario);
}

static void read_row(const struct reading *reading, const struct node *node)
{
    struct published_row *row = &reading->published->rows[reading->published->count];
    const struct node *ratio, *verified;
    const char *use;
    unsigned n = 0;

    if (!check_keys(reading, node))
        return;
    ratio = node_get(node, "ratio");
    verified = node_get(node, "verified");
    row->id = required(reading, node, "id");
    row->name = required(reading, node, "name");
    row->known = text_of(node, "known");
    row->granule = is_true(node, "granule");
    row->unverified = verified && !is_true(node, "verified");
    if (ratio)
        read_ratio(reading, ratio, row);
    else
        read_figure(reading, node, row);
    use = required(reading, node, "use");
    while (use && n < USE_COUNT && strcmp(use_names[n], use) != 0)
        n++;
    if (use && (n == USE_COUNT || (n == USE_RATIO) != (ratio != NULL)))
        wrong(reading, node, "use is fit or held-out, and of a ratio, ratio");
    row->use = (enum published_use)n;
    if (row->id)
        reading->published->count++;
}

bool published_load(struct arena *arena, struct diag *diag, const char *path,
                    struct published *published)
{
    const struct reading reading = {arena, diag, path, published};
    unsigned before = diag_count(diag);
    const struct node *root = yaml_load(arena, diag, path);
    const struct node *rows = root ? node_get(root, "rows") : NULL;

    *published = (struct published){0};
    if (root && (!rows || rows->kind != NODE_SEQUENCE))
        wrong(&reading, root, "the file holds a list of `rows`");
    else if (root) {
        published->rows = arena_array(arena, rows->count + 1, sizeof(published->rows[0]));
        for (size_t i = 0; i < rows->count; i++)
            read_row(&reading, rows->items[i]);
    }
    return root && diag_count(diag) == before;
}

/* --- measuring --- */

#define COUNTS_REG 10
#define ROUNDS_REG 11
#define EACH_ROUND_COUNTS_REG 13

/* Cycles a round by the guest's own account: counts of CNTVCT_EL0 in x10 or x13, rounds in x11. */
static bool measure_scenario(const struct published_row *row, double *cycles, char *error,
                             size_t size)
{
    const struct session_options options = {.diag = {.out = stderr, .format = DIAG_HUMAN},
                                            .code_cache = CODE_CACHE_KEEP,
                                            .profile = &row->profile->cost};
    unsigned counts = row->each_round ? EACH_ROUND_COUNTS_REG : COUNTS_REG;
    struct session session;
    bool good;

    session_open(&session, row->scenario, &options);
    good = session.ran && session.report.outcome.verdict == VERDICT_PASS &&
           session.result.vcpus[0].x[ROUNDS_REG];
    if (good)
        *cycles = (double)session.result.vcpus[0].x[counts] * (double)row->profile->cost.core_hz /
                  CLOCK_COUNTER_HZ / (double)session.result.vcpus[0].x[ROUNDS_REG];
    else
        snprintf(error, size, "%s: the scenario has no result", row->scenario);
    session_close(&session);
    return good;
}

#define BENCH_RMM "1.0"
#define BENCH_MEMORY (4u << 20)
#define BENCH_GRANULE (PHYS_DRAM_BASE + 0x200000)

/* Cycles of one SMC of the host: every one costs the same. */
static bool measure_smc(const struct published_row *row, double *cycles, char *error, size_t size)
{
    struct rmm_bench *bench =
        rmm_bench_new(BENCH_RMM, BENCH_MEMORY, (struct realm_port){0}, error, size);
    struct smc_regs regs = {.x = {row->smc, row->granule ? BENCH_GRANULE : 0}};

    if (!bench)
        return false;
    bench->clock.profile = &row->profile->cost;
    clock_restart(&bench->clock, CYCLES(0));
    bench->host.call(bench->host.ctx, &regs);
    *cycles = (double)bench->clock.now.v;
    rmm_bench_free(bench);
    return true;
}

static bool measure(struct published_row *row, char *error, size_t size)
{
    double cycles = 0;

    if (row->unit == UNIT_RATIO) {
        row->ours = row->over->ours / row->under->ours;
        return true;
    }
    if (!(row->scenario ? measure_scenario : measure_smc)(row, &cycles, error, size))
        return false;
    row->ours = row->unit == UNIT_NS ? cycles * 1e9 / (double)row->profile->cost.core_hz : cycles;
    return true;
}

bool published_measure(const struct published *published, char *error, size_t size)
{
    for (size_t i = 0; i < published->count; i++) {
        struct published_row *row = &published->rows[i];

        if (!measure(row, error, size))
            return false;
        if (row->unverified)
            row->verdict = PUBLISHED_UNVERIFIED;
        else if (fabs(published_error(row)) <= bars[row->use])
            row->verdict = PUBLISHED_MET;
        else
            row->verdict = row->known ? PUBLISHED_KNOWN_MISS : PUBLISHED_MISSED;
    }
    return true;
}
