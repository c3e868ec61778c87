/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/suite/selection.h"

#include <fnmatch.h>
#include <string.h>

#include "sim/scenario/text.h"
#include "sim/scenario/yaml_tree.h"
#include "sim/suite/suite.h"

#define MAX_SHARDS 1000000

bool shard_parse(const char *text, unsigned *shard, unsigned *shards)
{
    const char *slash = strchr(text, '/');
    uint64_t part, parts;
    if (!slash || number_parse(text, (size_t)(slash - text), &part) != NUMBER_OK ||
        number_parse(slash + 1, strlen(slash + 1), &parts) != NUMBER_OK)
        return false;
    if (part < 1 || part > parts || parts > MAX_SHARDS)
        return false;
    *shard = (unsigned)part;
    *shards = (unsigned)parts;
    return true;
}

bool is_in_shard(const struct selection *selection, size_t position)
{
    return !selection->shards || position % selection->shards == selection->shard - 1;
}

static bool matches(const char *filter, const char *text)
{
    if (strpbrk(filter, "*?["))
        return fnmatch(filter, text, 0) == 0;
    return strstr(text, filter) != NULL;
}

static bool has_tag(const struct scenario *scenario, const char *tag)
{
    for (size_t i = 0; i < scenario->tag_count; i++)
        if (strcmp(scenario->tags[i], tag) == 0)
            return true;
    return false;
}

bool cost_parse(const char *text, enum cost_choice *cost)
{
    static const char *const names[] = {
        [COST_ALL] = "all", [COST_FAST] = "fast", [COST_SLOW] = "slow"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(names[i], text) == 0) {
            *cost = (enum cost_choice)i;
            return true;
        }
    return false;
}

/* Whether the file need not be read to know its cost: without these lines it is fast. */
static bool cost_is_known(const struct selection *selection, const struct suite_test *test)
{
    static const char *const keys[] = {"cost:", "include:", NULL};
    return selection->cost == COST_ALL ||
           (selection->cost == COST_FAST && !file_has_key(test->path, keys) &&
            !scenario_inherits(test->path));
}

static bool has_cost(const struct scenario *scenario, enum cost_choice cost)
{
    return cost == COST_ALL || scenario->slow == (cost == COST_SLOW);
}

bool is_selected(const struct selection *selection, const struct suite_test *test)
{
    bool by_path = !selection->filter || matches(selection->filter, test->label);
    if (by_path && !selection->tag && cost_is_known(selection, test))
        return true;
    const struct diag_options silent = {.out = fopen("/dev/null", "we"), .format = DIAG_SHORT};
    if (!silent.out)
        return true;
    const struct scenario_load_options load = {.diag = &silent, .code_cache = CODE_CACHE_KEEP};
    int status;
    struct scenario *scenario = test->file
                                    ? scenario_file_load(test->file, test->cell, &load, &status)
                                    : scenario_load_with(test->path, &load, &status);
    bool selected = by_path;
    if (scenario) {
        selected = (by_path || matches(selection->filter, scenario->name)) &&
                   (!selection->tag || has_tag(scenario, selection->tag)) &&
                   has_cost(scenario, selection->cost);
        scenario_free(scenario);
    }
    fclose(silent.out);
    return selected;
}
