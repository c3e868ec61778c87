/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cpu/types.h"

const char *pas_name(enum pas pas)
{
    static const char *const names[PAS_COUNT] = {
        [PAS_NON_SECURE] = "non-secure",
        [PAS_SECURE] = "secure",
        [PAS_REALM] = "realm",
        [PAS_ROOT] = "root",
    };
    return pas < PAS_COUNT ? names[pas] : "invalid";
}

const char *world_name(enum world world)
{
    static const char *const names[WORLD_COUNT] = {
        [WORLD_GUEST] = "guest", [WORLD_RMM] = "rmm", [WORLD_EL3] = "el3",
        [WORLD_HOST] = "kvm",    [WORLD_VMM] = "vmm",
    };
    return world < WORLD_COUNT ? names[world] : "invalid";
}
