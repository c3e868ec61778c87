/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Random realms to attack: valid A64 that does all a guest can do to be looked at or answered. */
#ifndef SIM_FUZZ_GUEST_H
#define SIM_FUZZ_GUEST_H

#include <stddef.h>
#include <stdint.h>

#include "sim/fuzz/rng.h"

/* Where the realm's program expects things, in IPA; UNPROTECTED is ored by the caller. */
#define GUEST_VECTORS 0x0u /* VBAR_EL1 at reset */
#define GUEST_CODE 0x1000u
#define GUEST_DATA 0x3000u
#define GUEST_CALLS 0x4000u  /* host calls, realm configuration, tokens */
#define GUEST_ABSENT 0x5000u /* RIPAS RAM without memory, two pages */
#define GUEST_EMPTY 0x8000u
#define GUEST_SHARED 0x4000u /* unprotected, mapped by the host */
#define GUEST_MMIO 0x9000u   /* unprotected, not mapped */

#define GUEST_PAGE_WORDS 1024

/* What a REC is to start with: x0..x6 name the places above. */
enum guest_arg { ARG_MMIO, ARG_DATA, ARG_ABSENT, ARG_EMPTY, ARG_SHARED, ARG_BEYOND, ARG_CALLS };

/* One page of code for GUEST_CODE, which loops for ever, and one for GUEST_VECTORS. */
void guest_code(struct rng *rng, uint32_t *words);
void guest_vectors(uint32_t *words);

#endif
