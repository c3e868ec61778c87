/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/list.h"

#include <fnmatch.h>
#include <inttypes.h>
#include <string.h>

#include "cpu/event.h"
#include "kvm_model/variant.h"
#include "sim/profile.h"
#include "sim/scenario/diag.h"
#include "sim/scenario/load_devices.h"
#include "sim/scenario/schema.h"
#include "sim/scenario/schema_stage2.h"

#define MAX_WORDS_SHOWN 12

static void add(struct list *list, const char *const *cells)
{
    if (list->pattern && fnmatch(list->pattern, cells[0], 0) != 0)
        return;
    list->rows =
        arena_grow(list->arena, list->rows, list->count, &list->capacity, sizeof(list->rows[0]));
    const char **row = list->rows[list->count++];
    for (size_t c = 0; c < LIST_MAX_COLUMNS; c++) {
        row[c] = c < list->topic->columns && cells[c] ? cells[c] : "";
        int width = (int)strlen(row[c]);
        if (width > list->widths[c])
            list->widths[c] = width;
    }
}

/* --- events -----------------------------------------------------------------------------------
 */

static const char *event_fields(struct arena *arena, const struct event_desc *event)
{
    const char *text = "";
    for (size_t i = 0; i < EVENT_MAX_ARGS && event->fields[i].type != EVENT_FIELD_END; i++)
        text = arena_printf(arena, "%s%s%s", text, i ? "," : "", event->fields[i].name);
    return text;
}

static void fill_events(struct list *list)
{
    for (size_t i = 0; i < EV_COUNT; i++)
        add(list, (const char *[LIST_MAX_COLUMNS]){event_table[i].name, event_table[i].doc,
                                                   event_fields(list->arena, &event_table[i])});
}

/* --- costs ------------------------------------------------------------------------------------
 */

static void fill_costs(struct list *list)
{
    const struct profile *profile = profile_default_full();
    for (size_t i = 0; i < OP_COUNT; i++) {
        const struct profile_op *op = &profile->ops[i];
        if (op_is_modelled((enum op)i)) {
            add(list, (const char *[LIST_MAX_COLUMNS]){op_key((enum op)i), "core", "", "",
                                                       op_doc((enum op)i)});
            continue;
        }
        add(list, (const char *[LIST_MAX_COLUMNS]){
                      op_key((enum op)i),
                      arena_printf(list->arena, "%" PRIu32, profile->cost.cycles[i]),
                      arena_printf(list->arena, "%" PRIu32 "..%" PRIu32, op->min, op->max),
                      confidence_name(op->confidence),
                      op_doc((enum op)i),
                  });
    }
}

static void fill_profiles(struct list *list)
{
    const struct profile *profile;
    for (size_t i = 0; (profile = profile_at(i)); i++)
        add(list, (const char *[LIST_MAX_COLUMNS]){
                      profile->cost.name, profile->base,
                      arena_printf(list->arena, "%" PRIu64 " MHz", profile->cost.core_hz / 1000000),
                      arena_copy(list->arena, profile->about, strcspn(profile->about, "\n"))});
}

/* --- keys and their words ----------------------------------------------------------------------
 */

static const char *words_text(struct arena *arena, const struct schema_words *words)
{
    const char *text = "";
    struct schema_word word;
    size_t shown = 0;
    for (size_t i = 0; schema_word_at(words, i, &word); i++) {
        if (!word.name)
            continue;
        if (shown++ == MAX_WORDS_SHOWN)
            return words->what;
        text = arena_printf(arena, "%s%s%s", text, *text ? "|" : "", word.name);
    }
    return text;
}

static const char *type_text(struct arena *arena, const struct schema_key *key)
{
    static const char *const names[] = {
        [SCHEMA_MAP] = "mapping", [SCHEMA_INT] = "integer",     [SCHEMA_ADDRESS] = "address",
        [SCHEMA_WORD] = "word",   [SCHEMA_BOOL] = "boolean",    [SCHEMA_TEXT] = "text",
        [SCHEMA_NAME] = "name",   [SCHEMA_EXPR] = "expression", [SCHEMA_FREE] = "any",
    };
    const char *type = key->type < sizeof(names) / sizeof(names[0]) ? names[key->type] : NULL;
    if (key->type == SCHEMA_WORD && key->words)
        type = words_text(arena, key->words);
    if (!type)
        type = "";
    return key->flags & SCHEMA_LIST ? arena_printf(arena, "list of %s", type) : type;
}

static const char *fallback_text(const struct schema_key *key)
{
    return key->fallback ? key->fallback : key->flags & SCHEMA_REQUIRED ? "required" : "";
}

static void fill_map(struct list *list, const struct schema_map *map, const char *prefix,
                     unsigned depth);

static void fill_key(struct list *list, const struct schema_key *key, const char *name,
                     unsigned depth)
{
    const char *path = key->flags & SCHEMA_LIST ? arena_printf(list->arena, "%s[]", name) : name;
    add(list, (const char *[LIST_MAX_COLUMNS]){path, type_text(list->arena, key),
                                               fallback_text(key), key->doc});
    if (key->map)
        fill_map(list, key->map, arena_printf(list->arena, "%s.", path), depth + 1);
}

/* Maps that hold themselves end with the depth that a file may have. */
static void fill_map(struct list *list, const struct schema_map *map, const char *prefix,
                     unsigned depth)
{
    if (depth > YAML_MAX_DEPTH)
        return;
    for (size_t i = 0; i < map->count; i++)
        if (!(map->keys[i].flags & SCHEMA_UNSUPPORTED))
            fill_key(list, &map->keys[i],
                     arena_printf(list->arena, "%s%s", prefix, map->keys[i].name), depth);
    if (map->any)
        fill_key(list, map->any, arena_printf(list->arena, "%s<%s>", prefix, map->any_key->what),
                 depth);
}

static void fill_keys(struct list *list)
{
    fill_map(list, &schema_root, "", 0);
}

/* Of a word and its other spellings: what it means. */
typedef const char *words_doc(uint64_t value);

static const struct schema_key *find_key(const struct schema_map *map, const char *name)
{
    for (size_t i = 0; map && i < map->count; i++)
        if (strcmp(map->keys[i].name, name) == 0)
            return &map->keys[i];
    return NULL;
}

/* A word, its meaning and its other spellings, as one row each. */
static void fill_words(struct list *list, const char *section, const char *name, words_doc *doc)
{
    const struct schema_key *key = find_key(&schema_root, section);
    key = key ? find_key(key->map, name) : NULL;
    struct schema_word word, other;
    for (size_t i = 0; key && key->words && schema_word_at(key->words, i, &word); i++) {
        bool first = word.name != NULL;
        const char *spellings = "";
        for (size_t j = 0; schema_word_at(key->words, j, &other); j++) {
            if (j == i || !other.name || other.value != word.value)
                continue;
            first = first && j > i;
            spellings =
                arena_printf(list->arena, "%s%s%s", spellings, *spellings ? ", " : "", other.name);
        }
        if (first)
            add(list, (const char *[LIST_MAX_COLUMNS]){
                          word.name, arena_printf(list->arena, "%s%s%s", doc(word.value),
                                                  *spellings ? "; also " : "", spellings)});
    }
}

static void fill_features(struct list *list)
{
    fill_words(list, "machine", "features", schema_feature_doc);
}

static void fill_devices(struct list *list)
{
    struct schema_word word;
    const struct schema_key *key = find_key(&schema_device, "type");
    for (size_t i = 0; schema_word_at(key->words, i, &word); i++)
        add(list, (const char *[LIST_MAX_COLUMNS]){
                      word.name, device_own_keys(list->arena, (enum scn_device_type)word.value),
                      schema_device_doc(word.value)});
}

static void fill_kernels(struct list *list)
{
    const struct kvm_variant *variant;
    for (size_t i = 0; (variant = kvm_variant_at(i)); i++)
        add(list, (const char *[LIST_MAX_COLUMNS]){
                      variant->name, variant->rmi ? "realms" : "plain VMs", variant->about});
}

/* --- errors -----------------------------------------------------------------------------------
 */

static void fill_errors(struct list *list)
{
    for (size_t i = 0; i < DIAG_CODE_COUNT; i++)
        add(list, (const char *[LIST_MAX_COLUMNS]){diag_code_name((enum diag_code)i),
                                                   diag_code_meaning((enum diag_code)i)});
}

/* --- topics -----------------------------------------------------------------------------------
 */

const struct list_topic list_topics[] = {
    {"events", {"name", "meaning", "fields"}, 3, fill_events},
    {"costs", {"name", "cycles", "range", "confidence", "meaning"}, 5, fill_costs},
    {"profiles", {"name", "base", "clock", "meaning"}, 4, fill_profiles},
    {"features", {"name", "meaning"}, 2, fill_features},
    {"kernels", {"name", "hosts", "meaning"}, 3, fill_kernels},
    {"keys", {"name", "type", "default", "meaning"}, 4, fill_keys},
    {"errors", {"name", "meaning"}, 2, fill_errors},
    {"devices", {"name", "keys", "meaning"}, 3, fill_devices},
    {0},
};

const struct list_topic *list_topic_find(const char *name)
{
    for (const struct list_topic *topic = list_topics; topic->name; topic++)
        if (strcmp(topic->name, name) == 0)
            return topic;
    return NULL;
}

struct list list_make(struct arena *arena, const struct list_topic *topic, const char *pattern)
{
    struct list list = {.topic = topic, .pattern = pattern, .arena = arena};
    topic->fill(&list);
    return list;
}
