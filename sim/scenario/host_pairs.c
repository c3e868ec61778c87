/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/scenario/host_pairs.h"

#include <string.h>

static const struct host_pair pairs[] = {
    {"cca-rfc", "eac",
     "RFC of January 2023, asm/rmi_smc.h: RMI_ABI_MAJOR_VERSION 56, rmi_data_create(data, rd, "
     "...); "
     "TF-RMM v0.3.0 lib/smc/include/smc-rmi.h: RMI 56.0, the same order"},
    {"cca-v12", "1.0",
     "v12, asm/rmi_smc.h: RMI_ABI 1.0; TF-RMM v0.6.0 runtime/rmi/version.c accepts 1.0 alone"},
    {"cca-v14", "2.0",
     "v13 and v14, asm/rmi_smc.h: RMI_ABI 2.0, range commands; TF-RMM 9a7f8ef "
     "runtime/rmi/version.c accepts 2.0 alone"},
};

const struct host_pair *host_pair_at(size_t index)
{
    return index < sizeof(pairs) / sizeof(pairs[0]) ? &pairs[index] : NULL;
}

bool host_pair_exists(const char *kernel, const char *rmm)
{
    const struct host_pair *pair;

    for (size_t i = 0; (pair = host_pair_at(i)); i++)
        if (strcmp(pair->kernel, kernel) == 0 && strcmp(pair->rmm, rmm) == 0)
            return true;
    return false;
}

const char *host_pair_rmm(const char *kernel)
{
    const struct host_pair *pair;

    for (size_t i = 0; (pair = host_pair_at(i)); i++)
        if (strcmp(pair->kernel, kernel) == 0)
            return pair->rmm;
    return NULL;
}

const char *host_pair_kernel(const char *rmm)
{
    const struct host_pair *pair;

    for (size_t i = 0; (pair = host_pair_at(i)); i++)
        if (strcmp(pair->rmm, rmm) == 0)
            return pair->kernel;
    return NULL;
}
