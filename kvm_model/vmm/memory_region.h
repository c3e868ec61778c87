/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The VMM's memory API, after QEMU's (include/system/memory.h): a tree of regions that may overlap,
 * each with a priority among its siblings. The tree is rendered to a flat view before it is used;
 * after a change of the tree address_space_commit renders it again. Regions are owned by the caller
 * and must outlive what they are added to.
 */
#ifndef KVM_MODEL_VMM_MEMORY_REGION_H
#define KVM_MODEL_VMM_MEMORY_REGION_H

#include "kvm_model/host_mm.h"
#include "kvm_model/vmm/device.h"

enum memory_region_type {
    MEMORY_REGION_CONTAINER, /* only its subregions answer */
    MEMORY_REGION_RAM,
    MEMORY_REGION_IO,
    MEMORY_REGION_ROM_DEVICE, /* reads are memory's while romd is set, writes are the device's */
    MEMORY_REGION_ALIAS,      /* a window into another region */
};

struct memory_region {
    const char *name;
    enum memory_region_type type;
    uint64_t size;
    bool enabled;
    bool readonly;        /* of RAM: ROM, a write is refused. Of others: shown by the flat view */
    bool romd;            /* ROM device: in memory mode */
    bool flush_coalesced; /* coalesced writes are taken in before an access to it */
    hva_t hva;            /* RAM, ROM device */
    struct device device; /* IO, ROM device */
    uint32_t latency;     /* cycles an access of the device takes beside its model's work */
    const struct memory_region *alias; /* ALIAS: of this region, from alias_offset */
    uint64_t alias_offset;
    uint64_t offset;                         /* in its container */
    int priority;                            /* the higher covers the lower */
    struct memory_region *subregions, *next; /* sorted: highest priority first */
    struct memory_region *container;         /* NULL: it has none */
};

/* size is 1 to 2^63 bytes. */
void memory_region_init_container(struct memory_region *region, const char *name, uint64_t size);
/* readonly: it is a ROM. */
void memory_region_init_ram(struct memory_region *region, const char *name, hva_t hva,
                            uint64_t size, bool readonly);
void memory_region_init_io(struct memory_region *region, const struct device *device,
                           uint64_t size);
/* In memory mode. */
void memory_region_init_rom_device(struct memory_region *region, const struct device *device,
                                   hva_t hva, uint64_t size);
void memory_region_init_alias(struct memory_region *region, const char *name,
                              const struct memory_region *target, uint64_t offset, uint64_t size);

/*
 * Places region in container. Among equal priorities the one added last is on top. False when the
 * region has a container already, or would wrap around.
 */
bool memory_region_add_subregion(struct memory_region *container, uint64_t offset,
                                 struct memory_region *region, int priority);
/* Takes region out of its container; nothing if it has none. */
void memory_region_del_subregion(struct memory_region *region);

/* Whether reads, or writes, reach the region's memory itself (memory_access_is_direct). */
bool memory_region_is_direct(const struct memory_region *region, bool is_write);

#endif
