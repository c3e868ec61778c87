/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rmm_model/granule.h"

#include <stdlib.h>

bool granule_table_init(struct granule_table *table, const struct physmem *mem)
{
    table->count = (physmem_limit(mem).v - PHYS_DRAM_BASE) >> GRANULE_SHIFT;
    table->granules = calloc(table->count ? table->count : 1, sizeof(*table->granules));
    return table->granules != NULL;
}

void granule_table_free(struct granule_table *table)
{
    free(table->granules);
    table->granules = NULL;
}

struct granule *granule_find(const struct granule_table *table, uint64_t addr)
{
    uint64_t index = (addr - PHYS_DRAM_BASE) >> GRANULE_SHIFT;

    if (addr & GRANULE_MASK || addr < PHYS_DRAM_BASE || index >= table->count)
        return NULL;
    return &table->granules[index];
}

struct granule *granule_find_state(const struct granule_table *table, uint64_t addr,
                                   enum granule_state state)
{
    struct granule *granule = granule_find(table, addr);

    return granule && granule->state == state ? granule : NULL;
}
