/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kvm_model/vmm/memory_region.h"

static void init(struct memory_region *region, enum memory_region_type type, const char *name,
                 uint64_t size)
{
    *region = (struct memory_region){.name = name, .type = type, .size = size, .enabled = true};
}

void memory_region_init_container(struct memory_region *region, const char *name, uint64_t size)
{
    init(region, MEMORY_REGION_CONTAINER, name, size);
}

void memory_region_init_ram(struct memory_region *region, const char *name, hva_t hva,
                            uint64_t size, bool readonly)
{
    init(region, MEMORY_REGION_RAM, name, size);
    region->hva = hva;
    region->readonly = readonly;
}

void memory_region_init_io(struct memory_region *region, const struct device *device, uint64_t size)
{
    init(region, MEMORY_REGION_IO, device->name, size);
    region->device = *device;
}

void memory_region_init_rom_device(struct memory_region *region, const struct device *device,
                                   hva_t hva, uint64_t size)
{
    init(region, MEMORY_REGION_ROM_DEVICE, device->name, size);
    region->device = *device;
    region->hva = hva;
    region->romd = true;
}

void memory_region_init_alias(struct memory_region *region, const char *name,
                              const struct memory_region *target, uint64_t offset, uint64_t size)
{
    init(region, MEMORY_REGION_ALIAS, name, size);
    region->alias = target;
    region->alias_offset = offset;
}

bool memory_region_add_subregion(struct memory_region *container, uint64_t offset,
                                 struct memory_region *region, int priority)
{
    struct memory_region **link = &container->subregions;

    if (region->container || region == container || !region->size ||
        offset + (region->size - 1) < offset)
        return false;
    region->offset = offset;
    region->priority = priority;
    while (*link && (*link)->priority > priority)
        link = &(*link)->next;
    region->next = *link;
    *link = region;
    region->container = container;
    return true;
}

void memory_region_del_subregion(struct memory_region *region)
{
    struct memory_region **link;

    if (!region->container)
        return;
    link = &region->container->subregions;
    while (*link != region)
        link = &(*link)->next;
    *link = region->next;
    region->next = NULL;
    region->container = NULL;
}

bool memory_region_is_direct(const struct memory_region *region, bool is_write)
{
    if (region->type == MEMORY_REGION_RAM)
        return !is_write || !region->readonly;
    return region->type == MEMORY_REGION_ROM_DEVICE && region->romd && !is_write;
}
