/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Published measurements, and the same things measured here: the rows of cpu/timing/published.yaml,
 * which explains their keys.
 */
#ifndef SIM_PUBLISHED_H
#define SIM_PUBLISHED_H

#include "sim/profile.h"

enum published_use { USE_FIT, USE_HELD_OUT, USE_RATIO, USE_COUNT };
enum published_unit { UNIT_CYCLES, UNIT_NS, UNIT_RATIO, UNIT_COUNT };

enum published_verdict {
    PUBLISHED_MET,
    PUBLISHED_MISSED,     /* and nobody said that it would be */
    PUBLISHED_KNOWN_MISS, /* .known says why */
    PUBLISHED_UNVERIFIED, /* not judged */
    PUBLISHED_VERDICT_COUNT
};

struct published_row {
    const char *id, *name, *source;
    const char *known; /* why it is missed; NULL */
    const struct profile *profile;
    const char *scenario;                     /* path; NULL: an SMC, or a ratio */
    uint64_t smc;                             /* function ID */
    bool granule;                             /* x1 is one of the host's */
    bool each_round;                          /* what the scenario read around each round */
    const struct published_row *over, *under; /* of a ratio */
    enum published_use use;
    enum published_unit unit;
    bool unverified;
    double published;
    double ours; /* in the same unit */
    enum published_verdict verdict;
};

struct published {
    struct published_row *rows;
    size_t count;
};

/* The bar of a use: the error allowed, in percent. */
double published_bar(enum published_use use);
/* "fit", "held out", "ratio"; "cycles", "ns", "". */
const char *published_use_name(enum published_use use);
const char *published_unit_name(enum published_unit unit);
/* (ours - published) / published, in percent. */
double published_error(const struct published_row *row);

/* Reads the rows into the arena; false after telling diag. */
bool published_load(struct arena *arena, struct diag *diag, const char *path,
                    struct published *published);
/* Measures and judges every row; false with a message in error when one cannot be measured. */
bool published_measure(const struct published *published, char *error, size_t size);

#endif
