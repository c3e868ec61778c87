/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table behind cpu/arch/sysreg.h. */
#include "cpu/arch/sysreg.h"

#include <strings.h>

const struct sysreg_desc sysreg_table[SYSREG_COUNT] = {
#define X(name_, op0_, op1_, crn_, crm_, op2_, reset_)                                             \
    [SYSREG_##name_] = {#name_, op0_, op1_, crn_, crm_, op2_, reset_},
    SYSREG_TABLE(X)
#undef X
};

enum sysreg sysreg_by_name(const char *name)
{
    int i = 0;

    while (i < SYSREG_COUNT && strcasecmp(sysreg_table[i].name, name) != 0)
        i++;
    return (enum sysreg)i;
}
