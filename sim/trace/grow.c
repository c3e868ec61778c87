/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/trace/grow.h"

#include <stdlib.h>

bool trace_grow(void **array, size_t *room, size_t count, size_t size)
{
    if (count < *room)
        return true;
    size_t wanted = *room ? *room * 2 : 64;
    void *bigger = realloc(*array, wanted * size);
    if (!bigger)
        return false;
    *array = bigger;
    *room = wanted;
    return true;
}
