/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/conform/rmm.h"

static void wrong(struct rmm_fields *fields, const char *key, const char *what)
{
    if (!fields->ok)
        return; /* the first message is the one */
    fields->ok = false;
    snprintf(fields->error, fields->size, "%s: %s", key, what);
}

bool rmm_fields_open(struct rmm_fields *fields, const json_t *record, char *error, size_t size)
{
    *fields = (struct rmm_fields){.in = json_object_get(record, "in"),
                                  .out = json_object_get(record, "out"),
                                  .error = error,
                                  .size = size,
                                  .ok = true};
    if (!json_is_object(fields->in))
        wrong(fields, "in", "no object");
    if (!json_is_object(fields->out))
        wrong(fields, "out", "no object");
    return fields->ok;
}

uint64_t rmm_value(struct rmm_fields *fields, const json_t *value, const char *key)
{
    const char *text = json_string_value(value);
    unsigned long long number;
    char *end;

    if (json_is_integer(value) && json_integer_value(value) >= 0)
        return (uint64_t)json_integer_value(value);
    if (json_is_boolean(value))
        return json_is_true(value);
    if (!text || strncmp(text, "0x", 2) != 0) {
        wrong(fields, key, value ? "no number" : "missing");
        return 0;
    }
    errno = 0;
    number = strtoull(text, &end, 16);
    if (errno || *end || end == text + 2)
        wrong(fields, key, "no 64-bit number");
    return number;
}

uint64_t rmm_in(struct rmm_fields *fields, const char *key)
{
    return rmm_value(fields, json_object_get(fields->in, key), key);
}

unsigned rmm_in_below(struct rmm_fields *fields, const char *key, unsigned limit)
{
    uint64_t value = rmm_in(fields, key);

    if (value < limit)
        return (unsigned)value;
    wrong(fields, key, "out of range");
    return 0;
}

const char *rmm_in_text(struct rmm_fields *fields, const char *key)
{
    const char *text = json_string_value(json_object_get(fields->in, key));

    if (!text)
        wrong(fields, key, "no text");
    return text;
}

size_t rmm_numbers(struct rmm_fields *fields, const json_t *array, const char *key,
                   uint64_t *values, size_t max)
{
    size_t count = json_array_size(array);

    memset(values, 0, max * sizeof(*values));
    if (!json_is_array(array) || count > max) {
        wrong(fields, key, "no array of numbers, or too many");
        return 0;
    }
    for (size_t i = 0; i < count; i++)
        values[i] = rmm_value(fields, json_array_get(array, i), key);
    return count;
}

/* "2.0 last_esr" */
static void full_name(const struct rmm_compare *compare, const char *field, char *name, size_t size)
{
    snprintf(name, size, "%s %s", compare->profile, field);
}

void rmm_compare_value(struct rmm_compare *compare, const char *field, enum conform_show show,
                       uint64_t expected, uint64_t actual)
{
    char name[64];

    if (expected == actual)
        return;
    full_name(compare, field, name, sizeof(name));
    conform_differs(compare->result, name, show, expected, actual);
}

void rmm_compare_out(struct rmm_compare *compare, const char *field, uint64_t actual)
{
    struct rmm_fields *fields = compare->fields;
    bool syndrome = strstr(field, "esr") != NULL;
    uint64_t expected = rmm_value(fields, json_object_get(fields->out, field), field);

    if (fields->ok)
        rmm_compare_value(compare, field, syndrome ? SHOW_ESR : SHOW_HEX, expected, actual);
}

bool rmm_compare_halt(struct rmm_compare *compare, const char *key, const char *prefix,
                      const struct rmm *rmm)
{
    const char *expected = json_string_value(json_object_get(compare->fields->out, key));
    const char *function = rmm_halted_in(rmm);
    size_t skip = expected && strncmp(expected, prefix, strlen(prefix)) == 0 ? strlen(prefix) : 0;
    char name[64];

    if (!expected && !rmm_halted(rmm))
        return false;
    if (expected && rmm_halted(rmm) && (!function || strcmp(function, expected + skip) == 0))
        return true;
    full_name(compare, key, name, sizeof(name));
    conform_differs_text(compare->result, name, expected ? expected + skip : "goes on",
                         !rmm_halted(rmm) ? "goes on"
                         : function       ? function
                                          : "stopped");
    return true;
}
