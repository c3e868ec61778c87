/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cost profiles: YAML files of cycles per operation, each with its source; the default is built in.
 */
#ifndef SIM_PROFILE_H
#define SIM_PROFILE_H

#include "cpu/clock.h"
#include "sim/scenario/scenario.h"

/* The built-in profile (cpu/timing/profiles/default.yaml); immutable, never freed. */
const struct cost_profile *profile_default(void);

#endif
