/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The honest beginning of an iteration: realms with memory, devices and RECs. */
#ifndef SIM_FUZZ_SETUP_H
#define SIM_FUZZ_SETUP_H

#include "sim/fuzz/target.h"

/* What is refused leaves a smaller world; nothing of it is an error here. */
void fuzz_setup(struct fuzz_target *target);

/* The pages of parameters an honest host would write, in the profile's format. */
void fuzz_realm_params(const struct fuzz_target *target, unsigned realm, void *page);
void fuzz_rec_params(const struct fuzz_target *target, unsigned realm, unsigned rec, void *page);

#endif
