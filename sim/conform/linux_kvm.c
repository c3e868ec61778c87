/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The family linux-kvm: which of its records count, and the comparison, key by key. */
#include "sim/conform/linux_kvm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY_SIZE 128
#define PATH_SIZE 96

struct comparison {
    const char *key; /* group/case/kernel */
    const struct reasons *reasons;
    struct conform_result *result;
};

static bool recognises(const json_t *record)
{
    static const char *const keys[] = {"case", "group", "guest", "setup", "exits", "kernel"};

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        if (!json_object_get(record, keys[i]))
            return false;
    return true;
}

static void *open_machine(uint64_t chaos, char *error, size_t size)
{
    return linux_kvm_machine_new(chaos, error, size);
}

static void close_machine(void *state)
{
    linux_kvm_machine_free(state);
}

static bool label(const json_t *record, struct conform_label *label, char *error, size_t size)
{
    label->class_name = json_string_value(json_object_get(record, "group"));
    label->case_name = json_string_value(json_object_get(record, "case"));
    label->title = json_string_value(json_object_get(record, "asm"));
    if (!label->title)
        label->title = "";
    if (label->class_name && label->case_name)
        return true;
    snprintf(error, size, "group or case is no string");
    return false;
}

/* --- comparison --- */

static void text_of(const json_t *value, char *text, size_t size)
{
    char *dumped = value ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;

    snprintf(text, size, "%s", dumped ? dumped : "nothing");
    free(dumped);
}

/* Equal, or the same number written with other zeros. */
static bool same(const json_t *a, const json_t *b)
{
    const char *left = json_string_value(a), *right = json_string_value(b);

    if (json_equal(a, b))
        return true;
    return left && right && strncmp(left, "0x", 2) == 0 && strncmp(right, "0x", 2) == 0 &&
           strlen(left) <= 18 && strlen(right) <= 18 && linux_kvm_number(a) == linux_kvm_number(b);
}

/* The name a listed reason has for the difference. */
static const char *field_name(const char *path)
{
    return strncmp(path, "trace", 5) == 0 ? "trace" : path;
}

static void differs(struct comparison *c, const char *path, const json_t *expected,
                    const json_t *actual)
{
    const struct reason *relaxed = reasons_find(c->reasons, c->key, field_name(path));
    char texts[2][CONFORM_TEXT_SIZE / 2];

    if (relaxed) {
        c->result->relaxed = relaxed;
        return;
    }
    text_of(expected, texts[0], sizeof(texts[0]));
    text_of(actual, texts[1], sizeof(texts[1]));
    conform_differs_text(c->result, path, texts[0], texts[1]);
}

static void compare(struct comparison *c, const char *path, const json_t *expected,
                    const json_t *actual);

static void compare_objects(struct comparison *c, const char *path, const json_t *expected,
                            const json_t *actual)
{
    char below[PATH_SIZE];
    const char *key;
    json_t *value;

    json_object_foreach((json_t *)expected, key, value)
    {
        snprintf(below, sizeof(below), "%s.%s", path, key);
        compare(c, below, value, json_object_get(actual, key));
    }
    json_object_foreach((json_t *)actual, key, value)
    {
        snprintf(below, sizeof(below), "%s.%s", path, key);
        if (!json_object_get(expected, key))
            compare(c, below, NULL, value);
    }
}

/* The record shows no more lines: of a loop, how many depends on the moment it was stopped. */
static bool is_cut(const json_t *line)
{
    const char *text = json_string_value(line);

    return text && strncmp(text, "... ", 4) == 0 && strstr(text, " more lines");
}

static void compare_arrays(struct comparison *c, const char *path, const json_t *expected,
                           const json_t *actual)
{
    size_t left = json_array_size(expected), right = json_array_size(actual);
    char below[PATH_SIZE];

    for (size_t i = 0; i < left || i < right; i++) {
        if (is_cut(json_array_get(expected, i)))
            break;
        snprintf(below, sizeof(below), "%s%zu", path, i);
        compare(c, below, json_array_get(expected, i), json_array_get(actual, i));
    }
}

static void compare(struct comparison *c, const char *path, const json_t *expected,
                    const json_t *actual)
{
    if (json_is_object(expected) && json_is_object(actual))
        compare_objects(c, path, expected, actual);
    else if (json_is_array(expected) && json_is_array(actual))
        compare_arrays(c, path, expected, actual);
    else if (!same(expected, actual))
        differs(c, path, expected, actual);
}

static void compare_outcome(struct comparison *c, const json_t *record, const json_t *outcome)
{
    static const struct {
        const char *key, *path;
    } parts[] = {
        {"exits", "exit"},     {"final", "final"},
        {"final1", "final1"},  {"memory", "memory"},
        {"ioeventfd", "ioev"}, {"coalesced", "coalesced"},
        {"stats", "stats"},    {"dirty_slot2", "dirty"},
        {"trace", "trace"},    {"dirty_again_slot2", "dirty_again"},
    };

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        if (json_object_get(record, parts[i].key))
            compare(c, parts[i].path, json_object_get(record, parts[i].key),
                    json_object_get(outcome, parts[i].key));
}

/* --- which records --- */

static bool is_aarch32(const char *group)
{
    return strncmp(group, "a32_", 4) == 0 || strncmp(group, "t32_", 4) == 0;
}

static bool run(void *state, const json_t *record, const struct reasons *reasons,
                struct conform_result *result, char *error, size_t size)
{
    char key[KEY_SIZE];
    struct comparison c = {.key = key, .reasons = reasons, .result = result};
    struct conform_label name;
    const struct reason *listed;
    json_t *outcome;

    *result = (struct conform_result){.status = CONFORM_PASS};
    if (!label(record, &name, error, size))
        return false;
    if (!linux_kvm_variant(json_string_value(json_object_get(record, "kernel")))) {
        snprintf(error, size, "kernel is none of the model's");
        return false;
    }
    snprintf(key, sizeof(key), "linux-kvm/%s/%s/%s", name.class_name, name.case_name,
             json_string_value(json_object_get(record, "kernel")));
    listed = reasons_find(reasons, key, NULL);
    if (is_aarch32(name.class_name)) {
        conform_skip(result, true, "an AArch32 guest");
        return true;
    }
    if (listed) {
        conform_skip(result, true, listed->text);
        return true;
    }
    outcome = linux_kvm_execute(state, record, error, size);
    if (!outcome)
        return false;
    compare_outcome(&c, record, outcome);
    json_decref(outcome);
    return true;
}

const struct conform_family conform_linux_kvm = {
    .name = "linux-kvm",
    .recognises = recognises,
    .open = open_machine,
    .close = close_machine,
    .label = label,
    .run = run,
    .print_trace = linux_kvm_print_trace,
};
