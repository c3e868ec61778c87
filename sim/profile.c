/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/profile.h"

static const struct cost_profile built_in = {
#include "generated/profile_default.inc"
};

const struct cost_profile *profile_default(void)
{
    return &built_in;
}
