/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/profile.h"

#include <string.h>

#include "sim/scenario/diag.h"
#include "sim/scenario/text.h"

/* Made by tools/profile_table.c from cpu/timing/profiles. */
static const struct profile built_in[] = {
#include "generated/profiles.inc"
};

#define BUILT_IN_COUNT (sizeof(built_in) / sizeof(built_in[0]))
#define DEFAULT_NAME "default"

const struct profile *profile_at(size_t index)
{
    return index < BUILT_IN_COUNT ? &built_in[index] : NULL;
}

const struct profile *profile_by_name(const char *name)
{
    for (size_t i = 0; i < BUILT_IN_COUNT; i++)
        if (strcmp(built_in[i].cost.name, name) == 0)
            return &built_in[i];
    return NULL;
}

const struct profile *profile_default_full(void)
{
    return profile_by_name(DEFAULT_NAME);
}

const struct cost_profile *profile_default(void)
{
    return &profile_default_full()->cost;
}

bool profile_is_path(const char *text)
{
    size_t length = strlen(text);
    static const char end[] = ".yaml";

    return strchr(text, '/') ||
           (length >= sizeof(end) - 1 && strcmp(text + length - (sizeof(end) - 1), end) == 0);
}

const struct profile *profile_find(struct arena *arena, struct diag *diag, const char *wanted,
                                   const struct source_pos *pos, unsigned width)
{
    const struct profile *known[BUILT_IN_COUNT], *found;
    struct text_nearest nearest = {.wanted = wanted};
    struct diag_error *error;
    const char *names = "";

    for (size_t i = 0; i < BUILT_IN_COUNT; i++)
        known[i] = &built_in[i];
    if (profile_is_path(wanted))
        return profile_load(arena, diag, wanted, known, BUILT_IN_COUNT);
    found = profile_by_name(wanted);
    if (found)
        return found;
    for (size_t i = 0; i < BUILT_IN_COUNT; i++) {
        text_nearest_offer(&nearest, built_in[i].cost.name);
        names = arena_printf(arena, "%s%s%s", names, i ? ", " : "", built_in[i].cost.name);
    }
    error = diag_error(diag, DIAG_E0231, pos, "there is no cost profile '%s'",
                       text_show(arena, wanted));
    diag_width(error, width ? width : 1);
    if (nearest.best)
        diag_label(error, "did you mean '%s'?", nearest.best);
    diag_note(error, NULL, "profiles: %s; a file is told by a '/' or by its end, .yaml", names);
    return NULL;
}
