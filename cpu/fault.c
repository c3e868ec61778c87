/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of cpu/fault.h. */
#include "cpu/fault.h"

const char *fault_kind_name(enum fault_kind kind)
{
    static const char *const names[FAULT_KIND_COUNT] = {
        [FAULT_NONE] = "none",
        [FAULT_ADDRESS_SIZE] = "address size",
        [FAULT_TRANSLATION] = "translation",
        [FAULT_ACCESS_FLAG] = "access flag",
        [FAULT_PERMISSION] = "permission",
        [FAULT_EXTERNAL] = "synchronous external abort",
        [FAULT_EXTERNAL_WALK] = "synchronous external abort on walk",
        [FAULT_ALIGNMENT] = "alignment",
        [FAULT_GPF] = "granule protection",
        [FAULT_GPF_WALK] = "granule protection on walk",
    };

    return (unsigned)kind < FAULT_KIND_COUNT ? names[kind] : "unknown";
}
