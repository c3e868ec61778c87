/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rmm_model/address_list.h"

#include "rmm_model/rtt_entry.h"
#include "rmm_model/state.h"

#include <string.h>

#define BLOCKS_MAX (((unsigned)1 << 10) - 1) /* of one descriptor: RMI_RANGE_COUNT */

static int desc_level(uint64_t desc)
{
    return RTT_LEVEL_PAGE - (int)field_get(desc, RMI_RANGE_SIZE);
}

static uint64_t desc_addr(uint64_t desc)
{
    return desc & field_mask(RMI_RANGE_ADDR);
}

static uint64_t desc_count(uint64_t desc)
{
    return field_get(desc, RMI_RANGE_COUNT);
}

static uint64_t desc_bytes(uint64_t desc)
{
    return desc_count(desc) * rtt_entry_size(desc_level(desc));
}

static struct address_block desc_block(uint64_t desc)
{
    return (struct address_block){
        .addr = desc_addr(desc),
        .level = desc_level(desc),
        .state = (enum rmi_range_state)field_get(desc, RMI_RANGE_STATE),
    };
}

uint64_t address_list_clip(uint64_t addr, uint64_t count)
{
    uint64_t room = (GRANULE_SIZE - (addr & GRANULE_MASK)) / sizeof(uint64_t);

    return count < room ? count : room;
}

void address_list_single(struct address_list *list, uint64_t desc)
{
    *list = (struct address_list){.desc = {desc}, .count = 1, .max = 1};
}

bool address_list_read(struct rmm *rmm, struct address_list *list, uint64_t addr, uint64_t count)
{
    memset(list, 0, sizeof(*list));
    count = address_list_clip(addr, count);
    if (addr % sizeof(uint64_t) ||
        !granule_find_state(&rmm->granules, addr & ~GRANULE_MASK, GRANULE_NS) ||
        physmem_read(rmm->mem, PAS_NON_SECURE, PA(addr), list->desc,
                     count * sizeof(list->desc[0])) != PHYS_OK)
        return false;
    list->count = (unsigned)count;
    list->max = list->count;
    return true;
}

struct address_block address_list_first(const struct address_list *list)
{
    return desc_block(list->desc[0]);
}

bool address_list_pop(struct address_list *list, struct address_block *block)
{
    uint64_t *desc;

    while (list->next < list->count && !desc_count(list->desc[list->next]))
        list->next++;
    if (list->next == list->count)
        return false;
    desc = &list->desc[list->next];
    *block = desc_block(*desc);
    *desc = (*desc & ~field_mask(RMI_RANGE_ADDR)) |
            ((block->addr + rtt_entry_size(block->level)) & field_mask(RMI_RANGE_ADDR));
    *desc = field_set(*desc, RMI_RANGE_COUNT, desc_count(*desc) - 1);
    return true;
}

bool address_list_valid(const struct address_list *list, enum rmi_range_state state,
                        uint64_t *total)
{
    *total = 0;
    for (unsigned i = 0; i < list->count; i++) {
        uint64_t desc = list->desc[i];

        if (!desc_count(desc))
            continue;
        if (!rtt_entry_aligned(desc_addr(desc), desc_level(desc)) ||
            desc_block(desc).state != state)
            return false;
        *total += desc_bytes(desc);
    }
    return true;
}

/* The block lies before or behind those of the descriptor, and fits in. */
static bool desc_extend(uint64_t *desc, struct address_block block)
{
    uint64_t size = rtt_entry_size(block.level), base = desc_addr(*desc);

    if (desc_level(*desc) != block.level || desc_block(*desc).state != block.state ||
        desc_count(*desc) >= BLOCKS_MAX)
        return false;
    if (block.addr + size == base)
        *desc = (*desc & ~field_mask(RMI_RANGE_ADDR)) | block.addr;
    else if (block.addr != base + desc_bytes(*desc))
        return false;
    *desc = field_set(*desc, RMI_RANGE_COUNT, desc_count(*desc) + 1);
    return true;
}

bool address_list_add(struct address_list *list, struct address_block block)
{
    for (unsigned i = 0; i < list->count; i++)
        if (desc_extend(&list->desc[i], block))
            return true;
    if (list->count == list->max)
        return false;
    list->desc[list->count++] =
        block.addr | field_put(RMI_RANGE_COUNT, 1) |
        field_put(RMI_RANGE_SIZE, (uint64_t)(RTT_LEVEL_PAGE - block.level)) |
        field_put(RMI_RANGE_STATE, (uint64_t)block.state);
    return true;
}

bool address_list_write(struct rmm *rmm, struct address_list *list, uint64_t addr, uint64_t count,
                        unsigned *written)
{
    unsigned n = (unsigned)address_list_clip(addr, count < list->count ? count : list->count);

    if (!granule_find_state(&rmm->granules, addr & ~GRANULE_MASK, GRANULE_NS) ||
        physmem_write(rmm->mem, PAS_NON_SECURE, PA(addr), list->desc, n * sizeof(list->desc[0])) !=
            PHYS_OK)
        return false;
    list->count -= n;
    memmove(list->desc, list->desc + n, list->count * sizeof(list->desc[0]));
    *written = n;
    return true;
}
