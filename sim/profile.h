/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cost profiles: YAML files of cycles per operation, each figure with its range, its source and how
 * sure it is. Those of cpu/timing/profiles are built in; a file of the user's is read at run time.
 */
#ifndef SIM_PROFILE_H
#define SIM_PROFILE_H

#include "cpu/clock.h"

struct arena;
struct diag;
struct source_pos;

enum confidence {
    CONFIDENCE_PUBLISHED, /* the figure stands in the source */
    CONFIDENCE_DERIVED,   /* arithmetic on published figures */
    CONFIDENCE_GUESS,     /* nothing published splits this cost out */
    CONFIDENCE_COUNT
};

struct profile_op {
    uint32_t min, max; /* cost.cycles lies in it */
    enum confidence confidence;
    const char *source;
};

struct profile {
    struct cost_profile cost;
    const char *about;
    const char *base; /* name of the profile it is derived from; "" for none */
    struct profile_op ops[OP_COUNT];
};

/* "published", "derived", "guess". */
const char *confidence_name(enum confidence confidence);

/* The built-in profiles, immutable; NULL behind the last one. */
const struct profile *profile_at(size_t index);
const struct profile *profile_by_name(const char *name);
/* The one without which nothing is said. */
const struct cost_profile *profile_default(void);
const struct profile *profile_default_full(void);

/* The profile that a struct cost_profile inside a struct profile belongs to. */
static inline const struct profile *profile_of(const struct cost_profile *cost)
{
    return (const struct profile *)((const char *)cost - offsetof(struct profile, cost));
}

/* Whether a text names a file: it has a '/', or ends in .yaml. */
bool profile_is_path(const char *text);

/*
 * A profile by name, or by path (profile_is_path): read into the arena. What
 * is wrong goes to diag, an unknown name at pos (width columns wide); NULL then.
 */
const struct profile *profile_find(struct arena *arena, struct diag *diag, const char *wanted,
                                   const struct source_pos *pos, unsigned width);

/*
 * Reads a file. known[0..count) are the profiles that `base` may name, for the files beside which
 * none is built in yet. NULL after telling diag.
 */
const struct profile *profile_load(struct arena *arena, struct diag *diag, const char *path,
                                   const struct profile *const *known, size_t count);

#endif
