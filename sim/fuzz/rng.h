/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Random numbers from a seed: SplitMix64 (Steele, Lea, Flood, OOPSLA 2014). */
#ifndef SIM_FUZZ_RNG_H
#define SIM_FUZZ_RNG_H

#include <stdbool.h>
#include <stdint.h>

struct rng {
    uint64_t state;
};

static inline uint64_t rng_next(struct rng *rng)
{
    uint64_t z = rng->state += 0x9e3779b97f4a7c15u;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

/* 0..n-1; n at least 1. */
static inline uint64_t rng_below(struct rng *rng, uint64_t n)
{
    return rng_next(rng) % n;
}

static inline bool rng_percent(struct rng *rng, unsigned percent)
{
    return rng_below(rng, 100) < percent;
}

/* A stream of its own for number n of a seed. */
static inline struct rng rng_fork(uint64_t seed, uint64_t n)
{
    struct rng rng = {.state = seed ^ n * 0xd1342543de82ef95u};

    rng.state = rng_next(&rng);
    return rng;
}

#endif
