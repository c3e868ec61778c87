/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The families there are, and how one reports what it found. */
#include <stdio.h>

#include "sim/conform/conform.h"

const struct conform_family *const conform_families[] = {&conform_qemu_el2, &conform_rmm,
                                                         &conform_linux_kvm, NULL};

const struct conform_family *conform_find_family(const json_t *record)
{
    for (size_t i = 0; conform_families[i]; i++)
        if (conform_families[i]->recognises(record))
            return conform_families[i];
    return NULL;
}

static struct conform_difference *add(struct conform_result *result, const char *field)
{
    struct conform_difference *difference;

    result->status = CONFORM_FAIL;
    if (result->difference_count == CONFORM_MAX_DIFFERENCES)
        return NULL;
    difference = &result->differences[result->difference_count++];
    *difference = (struct conform_difference){0};
    snprintf(difference->field, sizeof(difference->field), "%s", field);
    return difference;
}

void conform_differs(struct conform_result *result, const char *field, enum conform_show show,
                     uint64_t expected, uint64_t actual)
{
    struct conform_difference *difference = add(result, field);

    if (!difference)
        return;
    difference->show = show;
    difference->expected = expected;
    difference->actual = actual;
}

void conform_differs_text(struct conform_result *result, const char *field, const char *expected,
                          const char *actual)
{
    struct conform_difference *difference = add(result, field);

    if (!difference)
        return;
    difference->show = SHOW_TEXT;
    snprintf(difference->expected_text, sizeof(difference->expected_text), "%s", expected);
    snprintf(difference->actual_text, sizeof(difference->actual_text), "%s", actual);
}

void conform_skip(struct conform_result *result, bool listed, const char *reason)
{
    result->status = CONFORM_SKIP;
    result->listed = listed;
    snprintf(result->reason, sizeof(result->reason), "%s", reason);
}
